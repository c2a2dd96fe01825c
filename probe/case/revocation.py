"""Are the certificates of the paths revoked? Reads the staple and what was fetched, and says what could still be asked. Pure."""

from urllib.parse import urlsplit

from probe.case.case import Case
from probe.case.status import Moments, Status, Word, by_crl, by_ocsp
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.observation import Fetch, How, Local, Observation
from probe.formats import ocsp
from probe.tls.messages import CERTIFICATE, entries
from probe.tls.registry import TLS_1_3

OFF, SOFT, HARD = MODES = ("off", "soft", "hard")
"""What ``--revocation`` can say: not looked at; an answer that cannot be had is let through; or it is not."""
STAPLE = "staple"
PER_CERTIFICATE = 2
"""URLs of one kind that are asked for one certificate."""
URL = 2000
"""Characters of a URL that a recorded fetch keeps."""
_HTTP = ("http://",)
_REASONS = {
    How.REFUSED: "the connection was refused",
    How.TIMED_OUT: "no answer came in time",
    How.RESET: "the connection was reset",
    How.CLOSED: "the connection was closed without an answer",
    How.UNREACHABLE: "the address cannot be reached",
}
_NOT_WE = {
    Local.PRIVATE_ADDRESS: "it leads to an internal address",
    Local.SCHEME: "it leads to a URL of a kind that is not followed",
    Local.LIMIT: "it redirects without end",
}


@noun
class Source:
    """One place to ask: ``purpose`` is ocsp or crl, ``request`` what is posted there."""

    purpose: str
    url: str
    request: bytes = b""


@noun
class Said:
    """What one source said of a certificate. ``url`` is empty for a staple, ``at`` a JSON pointer into the observation document.

    ``followed`` is false for a place that this tool cannot ask, or not to the end: a URL such as ldap:, a list without end.
    """

    source: str
    url: str
    at: str
    word: Word
    followed: bool = True


@noun
class Standing:
    """How it stands with one certificate. ``why`` says why nothing more is known; ``open`` are the sources that were not asked yet.

    ``sure`` is false when there is a place besides that could not be asked from here, and might have answered.
    """

    certificate: Certificate
    issuer: Certificate
    status: Status
    said: tuple[Said, ...] = ()
    open: tuple[Source, ...] = ()
    why: str = ""
    sure: bool = True

    @property
    def beyond(self) -> tuple[str, ...]:
        """The URLs that the certificate names, when this tool can ask none of them; a client may."""
        unheard = self.status is Status.NOT_ASKED and not self.open and not any(one.followed for one in self.said)
        return tuple(one.url for one in self.said) if unheard else ()


def standings(case: Case) -> tuple[Standing, ...]:
    """One for each certificate below the anchor of the paths that the voting stacks take, the end-entity's first; empty when no path ends in an anchor."""
    moments = Moments(judged=case.at, seen=case.observation.taken_at)
    stapled = staples(case)
    return tuple(_standing(case, certificate, issuer, stapled.get(certificate, b""), moments) for certificate, issuer in pairs(case))


def pairs(case: Case) -> tuple[tuple[Certificate, Certificate], ...]:
    """Each certificate that must not be revoked, with its issuer."""
    found: dict[tuple[Certificate, Certificate], None] = {}
    for verdict in case.verdicts:
        links = verdict.path.links if verdict.path else ()
        top = next((number for number, link in enumerate(links) if link.anchor), 0)
        found |= dict.fromkeys((links[number].certificate, links[number + 1].certificate) for number in range(top))
    return tuple(found)


def identity_pairs(case: Case) -> tuple[tuple[Certificate, Certificate], ...]:
    """The same for the client certificate: what is sent of it, and the issuers that are known from elsewhere."""
    if case.client.identity is None:
        return ()
    chain = (*case.client.climb.sent, *case.client.climb.beyond)
    return tuple(zip(chain, chain[1:], strict=False))


def identity_standings(case: Case) -> tuple[Standing, ...]:
    """One for each certificate of the client's chain below its highest known one, the client's own first; empty when revocation is not looked at."""
    if case.target.revocation == OFF:
        return ()
    moments = Moments(judged=case.at, seen=case.observation.taken_at)
    return tuple(_standing(case, certificate, issuer, b"", moments) for certificate, issuer in identity_pairs(case))


def by_itself(case: Case) -> bool:
    """Whether every path that was judged is no more than a server's certificate that is itself trusted: of an anchor nobody asks for a status."""
    paths = [one.path for one in case.verdicts if one.path]
    return bool(paths) and all(one.links[0].anchor for one in paths) and not pairs(case)


def staples(case: Case) -> dict[Certificate, bytes]:
    """The stapled answers: of the end-entity certificate (RFC 6066 section 8), in TLS 1.3 perhaps of others too (RFC 8446 section 4.4.2.1)."""
    one = case.chain_handshake
    if one is None or case.leaf is None:
        return {}
    found = {case.leaf: one.staple} if one.staple else {}
    if one.version == "TLSv1.3":
        bodies = [message.body for message in one.messages if not message.sent and message.type == CERTIFICATE]
        each = entries(bodies[0], TLS_1_3) if bodies else ()
        found |= {Certificate(der=entry.der): entry.staple for entry in each if entry.staple}
    return found


def sources(certificate: Certificate, issuer: Certificate) -> tuple[Source, ...]:
    """Where the certificate says that one can ask, OCSP before lists; only what can be followed."""
    read = certificate.read
    posted = ocsp.request(certificate, issuer) if any(_followed(url) for url in read.ocsp) else b""
    asked = [Source(purpose="ocsp", url=url, request=posted) for url in dict.fromkeys(read.ocsp) if posted and _followed(url)][:PER_CERTIFICATE]
    lists = [Source(purpose="crl", url=url) for url in dict.fromkeys(read.crl) if _followed(url)][:PER_CERTIFICATE]
    return (*asked, *lists)


def _followed(url: str) -> bool:
    return url.lower().startswith(_HTTP)


def place(url: str) -> str:
    """Host and port of a URL, "" when it has none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def silent(observation: Observation) -> frozenset[str]:
    """Places that did not even take a connection: they are not asked again for another certificate."""
    return frozenset(
        place(one.hops[-1].url if one.hops else one.url)
        for one in observation.fetches
        if one.ending.how in (How.REFUSED, How.TIMED_OUT, How.UNREACHABLE) and not (one.hops and one.hops[-1].status)
    )


def _standing(case: Case, certificate: Certificate, issuer: Certificate, staple: bytes, moments: Moments) -> Standing:
    said: list[Said] = []
    if staple:
        said.append(Said(source=STAPLE, url="", at=case.pointer(case.chain_handshake), word=by_ocsp(staple, certificate, issuer, moments)))
    if case.target.revocation == OFF:
        return _summed(certificate, issuer, said, (), "it was not asked for (--revocation off)")
    waiting: list[Source] = []
    dead = silent(case.observation)
    for source in sources(certificate, issuer):
        fetch = asked(case.observation, source)
        if fetch:
            word = _fetched(fetch, certificate, issuer, moments)
            # A list that did not end here was begun: there is an answer, and a client with more patience may get it.
            endless = fetch.ending.local is Local.LIMIT and word.status is Status.NOT_ASKED
            said.append(Said(source=source.purpose, url=source.url, at=case.pointer(fetch), word=word, followed=not endless))
        elif place(source.url) in dead:
            at = next(case.pointer(one) for one in case.observation.fetches if place(one.hops[-1].url if one.hops else one.url) == place(source.url))
            word = Word(status=Status.UNREACHABLE, text="the same server did not take a connection when it was asked before", network=True)
            said.append(Said(source=source.purpose, url=source.url, at=at, word=word))
        else:
            waiting.append(source)
    for url in dict.fromkeys((*certificate.read.ocsp, *certificate.read.crl)):
        if not _followed(url):
            word = Word(status=Status.NOT_ASKED, text=f"it is of a kind that is not followed ({url.partition(':')[0][:20]}:)")
            said.append(Said(source="ocsp" if url in certificate.read.ocsp else "crl", url=url, at=case.where(certificate), word=word, followed=False))
    return _summed(certificate, issuer, said, tuple(waiting), _unasked(case, certificate, waiting))


def asked(observation: Observation, source: Source) -> Fetch | None:
    """The fetch that asked this source."""
    return next((one for one in observation.fetches if (one.purpose, one.url, one.request) == (source.purpose, source.url[:URL], source.request)), None)


def _unasked(case: Case, certificate: Certificate, waiting: list[Source]) -> str:
    if waiting and case.target.fetch and not any(one.purpose != "issuer" for one in case.observation.fetches) and not case.observation.unfinished:
        return "it was not asked for when this was recorded"
    if waiting:
        return "fetching is switched off (--no-fetch)" if not case.target.fetch else "not every place was asked before the check ended"
    return "" if certificate.read.ocsp or certificate.read.crl else "it names no place to ask"


def _summed(certificate: Certificate, issuer: Certificate, said: list[Said], waiting: tuple[Source, ...], why: str) -> Standing:
    def standing(status: Status, why: str = "", sure: bool = True) -> Standing:
        open_ = waiting if status is Status.NOT_ASKED else ()
        return Standing(certificate=certificate, issuer=issuer, status=status, said=tuple(said), open=open_, why=why, sure=sure)

    each = {one.word.status for one in said}
    for status in (Status.REVOKED, Status.GOOD):
        if status in each:
            return standing(status)
    if untimely := next((one.word.text for one in said if one.word.untimely), ""):
        return standing(Status.NOT_ASKED, untimely)
    texts = {one.word.status: one.word.text for one in said}
    told = [status for status in (Status.UNKNOWN, Status.UNREACHABLE) if status in each]
    if told and not waiting:
        return standing(told[0], texts[told[0]], Status.NOT_ASKED not in each)
    if waiting or said or certificate.read.ocsp or certificate.read.crl:
        return standing(Status.NOT_ASKED, why or texts.get(Status.NOT_ASKED, "nothing was asked"))
    return standing(Status.NOT_OFFERED, why)


def _fetched(fetch: Fetch, certificate: Certificate, issuer: Certificate, moments: Moments) -> Word:
    """What a fetch says: its document, or why there is none."""
    if fetch.ending.how is How.DONE:
        judge = by_ocsp if fetch.purpose == "ocsp" else by_crl
        return judge(fetch.body, certificate, issuer, moments)
    how, local = fetch.ending.how, fetch.ending.local
    if how is How.LOCAL and local is Local.UNUSABLE:
        return Word(status=Status.UNREACHABLE, text="what came is no usable answer")
    if how is How.LOCAL:
        redirected = len(fetch.hops) > 1
        text = _NOT_WE.get(local or Local.SYSTEM, "it could not be asked from here")
        if redirected and local in _NOT_WE:
            return Word(status=Status.UNREACHABLE, text=text if local is Local.LIMIT else f"{text}, by a redirect")
        if local is Local.PRIVATE_ADDRESS:
            text = f"{text} (--fetch-private allows that)"
        if local is Local.LIMIT and fetch.purpose == "ocsp":
            return Word(status=Status.UNREACHABLE, text="what came is larger than any OCSP answer")
        return Word(status=Status.NOT_ASKED, text="the document is larger than what is read" if local is Local.LIMIT else text)
    status = fetch.hops[-1].status if fetch.hops else None
    if how is How.DECLINED:
        return Word(status=Status.UNREACHABLE, text=f"the answer was HTTP {status}" if status else "the name of the server has no address", network=not status)
    return Word(status=Status.UNREACHABLE, text=_REASONS.get(how, "no answer came"), network=True)
