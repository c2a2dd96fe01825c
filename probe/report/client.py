"""The client certificate, as a reader needs it: is one asked for, of whom, would this one do, and what the server did."""

from probe.case.case import Case
from probe.case.client_auth import BY_LIST, NEVER, ClientAuth, Said, exchange_of, refusal
from probe.case.identity import Listing
from probe.case.revocation import OFF, identity_standings
from probe.case.status import Status
from probe.causes.identity import told
from probe.causes.on_file import compared
from probe.causes.sent_chain import intermediates, strays, unseen
from probe.facts.certificate import Certificate, title
from probe.facts.distinguished import text_of
from probe.facts.identity import Identity
from probe.report.certificates import key_text
from probe.report.words import short

ISSUERS = 20
"""Names of a CertificateRequest that are shown; some servers send their whole public trust list."""
FITS = {
    Listing.UNNAMED: "the server names no issuers, which proves nothing",
    Listing.DIRECT: "its issuer is among those that the server names",
    Listing.ABOVE: "an issuer above it is among those that the server names, and the intermediates that lead there are sent",
    Listing.BEYOND: "only an intermediate that is not sent leads to an issuer that the server names",
    Listing.NONE: "none of its issuers is among those that the server names",
}


def client_certificate(case: Case) -> tuple[tuple[str, str], ...]:
    """(label, value) lines, the first of which is the whole in short; empty when none was asked for and none is named."""
    seen = case.client
    if case.target.listening or (seen.identity is None and not seen.requested and not seen.refusal):
        return ()
    found = [("In short", _short(case)), ("Asked for", _asked(seen)), ("Required", _required(seen))]
    found += [("Accepted issuer", text_of(one)) for one in seen.issuers[:ISSUERS]]
    if len(seen.issuers) > ISSUERS:
        found.append(("Accepted issuer", f"and {len(seen.issuers) - ISSUERS} more"))
    if seen.identity is not None and seen.identity.own is not None:
        found += _named(case, seen.identity, seen.identity.own)
    if seen.identity is not None or seen.refusal:
        found.append(("What the server did", _did(seen)))
    return tuple(found)


def _short(case: Case) -> str:
    seen = case.client
    if not seen.requested:
        return _without_request(seen)
    wanted = {True: "asked for and required", False: "asked for, not required", None: "asked for"}[seen.required]
    if seen.identity is None:
        return f"{wanted}; none is configured"
    if not seen.sent:
        return f"{wanted}; the one that is named was not sent"
    if case.target.stack and case.stacks and not any(seen.sends(one) for one in case.stacks):
        return f"{wanted}; {_for_stack(case)}"
    if seen.accepted and seen.required is False and seen.listing in (Listing.UNNAMED, Listing.NONE):
        # A server may let everybody in and look at no certificate at all (nginx: ssl_verify_client optional_no_ca).
        return f"{wanted}; it went on with the one that was sent as it does without one, so that whether it trusts it is not known"
    done = {True: "was accepted", False: "was refused", None: "was sent, and whether it was accepted is not known"}[seen.accepted]
    return f"{wanted}; the one that was sent {done}" if seen.accepted is not None else f"{wanted}; the one that is named {done}{_unknown(seen)}"


def _for_stack(case: Case) -> str:
    """What a stack that was named meets, which does not send the certificate: what the probe did to find out comes second."""
    seen = case.client
    name = short(case.stacks[0].title)
    meets = {True: "and is refused without one", False: "and gets on without one", None: "and what it meets without one is not known"}[seen.required]
    done = {True: "was accepted", False: "was refused", None: "was neither accepted nor refused as far as was seen"}[seen.accepted]
    return f"{name} sends none, {meets} (sent by the probe it {done})"


def _unknown(seen: ClientAuth) -> str:
    """Why it is not known whether the certificate was accepted."""
    if seen.unheard:
        return ": nothing was asked after the handshake"
    if seen.alike:
        return f": the answer {_answer(seen)} is the same without it" if seen.without else f": the answer {_answer(seen)} may be the same without it"
    return ""


def _answer(seen: ClientAuth) -> str:
    words = exchange_of(seen.attempt)
    return f"HTTP {words.status}" if words and words.status is not None else "of the server"


def _without_request(seen: ClientAuth) -> str:
    if seen.handshake is None or not seen.handshake.received:
        return "whether one is asked for was not seen"
    if seen.refusal:
        return "not asked for in TLS; the answer speaks of one"
    return "not asked for, so that none was sent" if seen.identity else "not asked for"


def _asked(seen: ClientAuth) -> str:
    one = seen.handshake
    if not seen.requested:
        if one is None or one.version is None:
            return "not observed, because the handshake did not get that far"
        if seen.identity is None:
            return "no"
        if one.version == "TLSv1.3" and not one.offered_later:
            return "not in the handshake; whether it asks afterwards, for some paths, was not observed, because this TLS library does not offer that"
        return "no, neither in the handshake nor for the path that was asked for"
    inside = " in a second handshake inside the first (renegotiation), for this path" if one and one.asked_inside else ""
    count = len(seen.issuers)
    if inside and not count:
        return f"yes,{inside}; of whom is not visible there"
    inside = " after the handshake, for this path," if seen.after else inside
    named = f"of {count} named issuer{'s' if count != 1 else ''}" if count else "of issuers that it does not name"
    return f"yes,{inside} {named}".replace("  ", " ")


def _required(seen: ClientAuth) -> str:
    if seen.required is True:
        refused = "" if seen.without is None else f" (without one: {_refused_without(seen)})"
        return f"yes{refused}"
    if seen.required is False:
        if seen.requested:
            return "no: it goes on without one. One that it does not trust it may refuse all the same"
        return "no"
    if seen.unheard:
        return "not known: nothing was asked after the handshake"
    return f"not found out{_unknown(seen)}"


def _refused_without(seen: ClientAuth) -> str:
    refused = refusal(seen.without)
    return told(refused) if refused else "it goes on"


def _named(case: Case, identity: Identity, own: Certificate) -> list[tuple[str, str]]:
    seen, read = case.client, own.read
    dates = f"{read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}" if read.not_before and read.not_after else "dates that cannot be read"
    issuer = read.issuer.text if read.issuer else "cannot be read"
    found = [("Named", f'"{title(own)}" from {identity.source} ({identity.kind}), issued by {issuer}, valid {dates}, key {key_text(read.key)}')]
    above = len(seen.climb.sent) - 1
    sent_with = f"with {above} of its issuers" if above else "without any issuer"
    found.append(("Its file", f"{sent_with}{', up to its root' if seen.climb.complete and above else ''}"))
    found.append(("Before sending", f"{_before(seen)}{strays(seen)}"))
    if seen.after:
        names = ", ".join(dict.fromkeys((*(short(one.title) for one in case.stacks if one.post_handshake == NEVER), "Go")))
        found.append(("Clients that cannot be asked later", f"{names} would send none, because it is asked for only after the handshake (TLS 1.3)"))
    if seen.requested and seen.issuers:
        found.append(("Clients that choose by the list", _choosing(case)))
    found += [("Remark", one) for one in identity.notes]
    found += [("Revocation", text) for text in _revocation(case)]
    if said := compared(case):
        found.append(("On file", said))
    return found


def _revocation(case: Case) -> tuple[str, ...]:
    """What the client's authorities say of its certificates, once that is asked for."""
    if case.target.revocation == OFF:
        return ()
    known = identity_standings(case)
    if not known:
        return ("not looked at: the issuer of the certificate is not known; name it in the same file",)
    words = {Status.GOOD: "not revoked", Status.REVOKED: "revoked", Status.UNKNOWN: "its authority does not know it"}
    return tuple(f'"{title(one.certificate)}": {words.get(one.status, one.why or "no answer that counts")}' for one in known)


def _before(seen: ClientAuth) -> str:
    """What could be known before anything was sent."""
    against = [one.fact for one in seen.flaws]
    if not seen.requested:
        return (
            " ".join(against) if against else "nothing stands against it by itself: its key fits, it is within its dates, made for clients, and strong enough"
        )
    fits = "of whom the server asked was not seen, as it asked inside the encryption" if unseen(seen) else FITS[seen.listing]
    able = " Its key cannot make a signature that the server accepts." if seen.signs is False else ""
    if against:
        return f"{' '.join(against)} As to its issuer: {fits}.{able}"
    itself = "nothing stands against it by itself"
    if seen.listing in (Listing.DIRECT, Listing.ABOVE):
        levels = intermediates(seen)
        depth = f" {levels} intermediates stand between them, and servers allow fewer unless they are set to it (nginx 1)." if levels > 1 else ""
        depth = " 1 intermediate stands between them: nginx allows one, Apache httpd none unless SSLVerifyDepth is set." if levels == 1 else depth
        return f"as far as can be known it would be accepted: {itself}, and {fits}.{depth}{able}"
    return f"{itself}; {fits}.{able}"


def _choosing(case: Case) -> str:
    stacks = [one for one in case.stacks if one.client_certificate == BY_LIST and not case.client.insists(one)]
    sends = case.client.listing in (Listing.UNNAMED, Listing.DIRECT, Listing.ABOVE)
    names = ", ".join(dict.fromkeys((*(short(one.title) for one in stacks), "Go", "GnuTLS", "NSS")))
    return f"{names} would send it" if sends else f"{names} would send none, because {FITS[case.client.listing]}; OpenSSL and curl send it all the same"


def _did(seen: ClientAuth) -> str:
    if seen.refusal is None:
        if seen.sent:
            if seen.accepted:
                return "it went on with the certificate"
            if seen.unheard:
                return "it finished the handshake; nothing was asked after it, and many servers refuse only then"
            if seen.alike:
                same = "as it does without one, so that" if seen.without else "and"
                return f"it answered {_answer(seen)} with the certificate, {same} whether it accepts it is not known"
            return "it did not refuse, and did not answer either with the certificate"
        if seen.requested and seen.unheard:
            return "it finished the handshake without a certificate; nothing was asked after it, and many servers refuse only then"
        return "it went on without a certificate" if seen.requested else "nothing: it did not ask"
    how = told(seen.refusal)
    if seen.unable:
        return f"refused, after no certificate was sent ({how})"
    if seen.refusal.said is Said.STATUS:
        return f"answered {how}, which may or may not be about the certificate"
    return f"refused {'it' if seen.sent else 'the client without one'} ({how})"
