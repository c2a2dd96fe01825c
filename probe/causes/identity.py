"""Why a server does not accept the client certificate that was sent: the part that the causes of the client stage share.

A server that names the reason by an alert is believed. One page, or the end of the connection, stands for every reason: then it is looked for in the
certificate itself and in what the server asked for, and is likely at most.
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.checked import of as outcomes
from probe.case.client_auth import ABOUT_CERTIFICATES, BY_TIME, POSTFIX, ClientAuth, Refusal, Said, exchange_of, refusal
from probe.case.identity import Flaw, Found, Listing
from probe.causes.on_file import compared
from probe.causes.sent_chain import behind, intermediates, strays, too_deep, too_long, too_many, unended, unseen
from probe.causes.words import Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.distinguished import attributes_of, text_of
from probe.facts.noun import noun
from probe.facts.observation import Exchange
from probe.tls.alerts import name as alert_name

EXPLAINS = ("tls.cipher", "tls.closed", "tls.malformed", "app.http-status", "app.protocol", "client.not-sent", "client.required")
"""What follows from a client certificate that is not accepted."""
UNTRUSTED, INCOMPLETE, REVOKED, REJECTED, DATES = "client.untrusted", "client.chain-incomplete", "client.revoked", "client.rejected", "dates"
UNKNOWN_CA, EXPIRED, CERTIFICATE_REVOKED, UNSUPPORTED, BAD = 48, 45, 44, 43, 42
SPEAKING = frozenset({UNKNOWN_CA, EXPIRED, CERTIFICATE_REVOKED, UNSUPPORTED})
"""Alerts that name one reason; all others stand for several (what servers send: OpenSSL's tls_process_client_certificate, Go's processCertsFromClient)."""
MEANT = frozenset({(EXPIRED, Flaw.EXPIRED), (EXPIRED, Flaw.NOT_YET_VALID), (BAD, Flaw.NOT_YET_VALID), (UNSUPPORTED, Flaw.EKU)})
"""Alerts and the flaws that they mean; Go says "expired" also of what is not yet valid."""
IIS = {"HTTP Error 403.13": REVOKED, "HTTP Error 403.16": UNTRUSTED, "HTTP Error 403.17": DATES}
"""Pages of IIS that name one reason (Microsoft Learn, HTTP status codes in IIS)."""
SHOWN = 5
KINSHIP = frozenset({"O", "DC"})
"""Attributes of a name that two authorities of one organization share."""
ARRIVED = frozenset({"client-chain", "client-cert"})
"""What a row of a profile proves when the certificate was accepted on the way to the application."""
DENIED = frozenset({401, 403, 495, 496})
"""Statuses with which a server that asked for a certificate turns away whoever has none that it accepts (495 and 496 are nginx's own)."""

SAME = "Without a certificate the answer is the same, so it may also be what everybody gets."


@noun
class Reason:
    """One reason why the server refuses: its code, how sure it is, what it does, and what is said of it."""

    code: str
    certainty: Certainty
    sentence: str
    effect: Effect = Effect.BREAKS
    about: tuple[Certificate, ...] = ()
    alternatives: tuple[tuple[str, str], ...] = ()


def finding(case: Case, code: str) -> Finding | None:
    """The finding of this code, if it is among the reasons why the certificate is not accepted."""
    found = next((one for one in reasons(case) if one.code == code), None)
    if found is None:
        return None
    own = case.client.identity.own if case.client.identity else None
    about = found.about or ((own,) if own else ())
    spared = _spared(case)
    filed = f" {compared(case)}" if code == REJECTED and case.target.on_file else ""
    return Finding(
        effect=Effect.RISKS if spared else found.effect,
        certainty=found.certainty,
        summary=f"{found.sentence}{strays(case.client)}{filed.rstrip()}{spared}",
        about=about,
        evidence=evidence(case),
        alternatives=found.alternatives,
        values=(
            ("certificate", f'"{title(about[0])}"' if about else "the client certificate"),
            ("root", "the issuer of the client certificate"),
            ("levels", str(intermediates(case.client))),
        ),
        owner=Owner.CLIENT if code == UNTRUSTED and case.client.listing is Listing.NONE else None,
        actions=_actions(case, code),
    )


def _spared(case: Case) -> str:
    """That the client which was named sends no certificate, so that it does not meet the refusal, where the server goes on without one."""
    if not case.client.only_with or not case.stacks or any(case.client.sends(one) for one in case.stacks):
        return ""
    names = " and ".join(one.title.partition(" (")[0] for one in case.stacks)
    return f" {names} sends none here, because the server names none of its issuers, and goes on without one."


def reasons(case: Case) -> tuple[Reason, ...]:
    """Why the server refuses the certificate that was sent, the surest first; empty when none was sent or it was not refused."""
    seen = case.client
    refused = seen.refusal
    if not seen.sent or refused is None:
        return ()
    if seen.completed:
        return (Reason(code=INCOMPLETE, certainty=Certainty.PROVEN, sentence=_incomplete(seen), about=seen.lacking),)
    if refused.said is Said.STATUS and not seen.only_with:
        return _perhaps(case, refused)
    how = _loudest(seen, refused)
    if how.words in IIS:
        return _by_page(case, how)
    if how.alert in SPEAKING:
        return (*_spoken(case, how), *(_of_flaw(case, one, how, Effect.RISKS) for one in _kinds(seen.flaws) if (how.alert, one) not in MEANT))
    return _silent(case, how)


def _by_page(case: Case, how: Refusal) -> tuple[Reason, ...]:
    """A page of IIS, whose number names the reason."""
    seen, code, said = case.client, IIS[how.words], f"The server says so ({told(how)})"
    dated = tuple(one for one in _kinds(seen.flaws) if one in BY_TIME) if code == DATES else ()
    rest = tuple(_of_flaw(case, one, how, Effect.RISKS) for one in _kinds(seen.flaws) if one not in dated)
    if dated:
        return (*(_of_flaw(case, one, how, Effect.BREAKS) for one in dated), *rest)
    words = {
        REVOKED: f"The client certificate {_name(seen)} is revoked, or the server cannot get the list in which it looks. {said}.",
        UNTRUSTED: f"{_foreign(seen)} {said}: its machine does not trust the authority, or holds an intermediate among its roots.{_goes_on(seen)}",
        DATES: f"The server calls {_name(seen)} expired or not yet valid ({told(how)}), and it is neither: its clock is wrong, or an issuer has expired.",
    }
    others = _incomplete_perhaps(seen) if code == UNTRUSTED else ()
    return (Reason(code=REJECTED if code == DATES else code, certainty=Certainty.LIKELY, sentence=words[code], alternatives=others), *rest)


def _loudest(seen: ClientAuth, refused: Refusal) -> Refusal:
    """The refusal that says most: with TLS 1.2 a server often sends the alert that it leaves out in TLS 1.3."""
    again = refusal(seen.later)
    return again if refused.alert is None and again is not None and again.alert is not None else refused


def _spoken(case: Case, how: Refusal) -> tuple[Reason, ...]:
    """The server names the reason."""
    seen = case.client
    said = f"The server says so ({told(how)})."
    if how.alert == CERTIFICATE_REVOKED:
        return (Reason(code=REVOKED, certainty=Certainty.PROVEN, sentence=f"The client certificate {_name(seen)} is revoked. {said}"),)
    meant = tuple(_of_flaw(case, one, how, Effect.BREAKS) for one in _kinds(seen.flaws) if (how.alert, one) in MEANT)
    if meant:
        return meant
    if how.alert == UNKNOWN_CA:
        return (_unknown_ca(case, how),)
    what = "expired" if how.alert == EXPIRED else "not made for this use"
    others = "its clock is wrong, or a list of revoked certificates or an authority's certificate on its side has expired"
    why = others if how.alert == EXPIRED else "it does not take this kind of key or certificate"
    says = f"The server calls the client certificate {_name(seen)} {what} ({told(how)}), and it is not: {why}. Its log tells."
    return (Reason(code=REJECTED, certainty=Certainty.LIKELY, sentence=says),)


def _unknown_ca(case: Case, how: Refusal) -> Reason:
    seen = case.client
    if seen.listing is Listing.BEYOND and seen.whole is None:
        return Reason(code=INCOMPLETE, certainty=Certainty.LIKELY, sentence=_incomplete(seen), about=seen.lacking)
    if seen.listing in (Listing.DIRECT, Listing.ABOVE):
        says = (
            f"The server names the issuer of {_name(seen)} among those that it accepts, and does not know it all the same ({told(how)}): it holds another "
            "certificate of that name, or an intermediate without its root, or it allows fewer intermediates."
        )
        return Reason(code=UNTRUSTED, certainty=Certainty.LIKELY, sentence=says)
    if _kin(seen):
        return _kept_back(seen, how)
    return Reason(
        code=UNTRUSTED,
        certainty=Certainty.LIKELY if _open(seen) or unended(seen) else Certainty.PROVEN,
        sentence=f"{_foreign(seen)} It refuses the certificate ({told(how)}).{_goes_on(seen)}",
        alternatives=_incomplete_perhaps(seen),
    )


def _silent(case: Case, how: Refusal) -> tuple[Reason, ...]:
    """The server does not say why: what stands against the certificate here is likely the reason."""
    seen = case.client
    if how.alert is not None and how.alert not in ABOUT_CERTIFICATES:
        # Something else went wrong while it looked at the certificate: Apache sends internal_error when there are too many levels.
        return (_rejected(seen, how),)
    firm = {one.flaw for one in seen.flaws if one.firm}
    found = [_of_flaw(case, one, how, Effect.BREAKS) for one in _kinds(seen.flaws) if one in firm or not firm]
    return (*found, *_of_issuer(seen, how)) or (_rejected(seen, how),)


def _of_issuer(seen: ClientAuth, how: Refusal) -> tuple[Reason, ...]:
    """What is known here of the certificate's issuers that would be the reason."""
    if _kin(seen):
        return (_kept_back(seen, how),)
    if seen.listing is Listing.NONE:
        refuses = f"It answers {told(how)}." if how.said is Said.STATUS else f"It refuses the certificate without saying why ({told(how)})."
        says = f"{_foreign(seen)} {refuses}{_goes_on(seen)}"
        return (Reason(code=UNTRUSTED, certainty=Certainty.LIKELY, sentence=says, alternatives=_incomplete_perhaps(seen)),)
    if seen.listing is Listing.BEYOND and seen.whole is None:
        return (Reason(code=INCOMPLETE, certainty=Certainty.LIKELY, sentence=_incomplete(seen), about=seen.lacking),)
    return ()


def _rejected(seen: ClientAuth, how: Refusal) -> Reason:
    if how.missing:
        says = f"A client certificate was sent, and the server says that none came ({told(how)}): perhaps another server behind it misses it."
        return Reason(code=REJECTED, certainty=Certainty.LIKELY, sentence=says)
    looked = "It is within its dates, made for clients, and strong enough"
    fits = {
        Listing.DIRECT: "its issuer is among those that the server names",
        Listing.ABOVE: "an issuer above it is among those that the server names",
        Listing.UNNAMED: "which issuers the server names was not seen, as it asked inside the encryption"
        if unseen(seen)
        else "the server names no issuers, so that nothing is known of whom it trusts",
    }.get(seen.listing, "the issuers above it were sent too")
    says = f"The server refuses the client certificate {_name(seen)} and does not say why ({told(how)}). {looked}; {fits}.{too_long(seen, how)}"
    return Reason(code=REJECTED, certainty=Certainty.LIKELY, sentence=says, alternatives=_others(seen, how))


def _others(seen: ClientAuth, how: Refusal) -> tuple[tuple[str, str], ...]:
    found = [("app.protocol", text) for text in behind(seen, how)]
    found += [(UNTRUSTED, "The server may not hold the authority that issued it, or another one of the same name.")]
    if _open(seen):
        found.append((INCOMPLETE, "An intermediate that the file with the certificate lacks may be missing."))
    found.append((REVOKED, "It may be on a list of revoked certificates."))
    return (*found, *((REJECTED, text) for text in too_deep(seen, how)))


def _perhaps(case: Case, refused: Refusal) -> tuple[Reason, ...]:
    """The server answers with a status that may have many reasons, with the certificate as without it, or without it nothing was found out."""
    seen = case.client
    rows = [one.row for one in outcomes(case) if one.row]
    if any(ARRIVED & set(one.proves) for one in rows):
        # What the profile knows of this answer: it comes from behind whoever looks at the certificate.
        return ()
    if refused.status in DENIED:
        firm = _kinds(tuple(one for one in seen.flaws if one.firm))
        if known := (*(_of_flaw(case, one, refused, Effect.BREAKS) for one in firm), *_of_issuer(seen, refused)):
            # The same answer without any certificate may as well be what everybody gets.
            return tuple(replace(one, certainty=Certainty.POSSIBLE, sentence=f"{one.sentence} {SAME}") for one in known) if seen.alike else known
    if seen.required and not seen.flaws and seen.listing is not Listing.NONE:
        # Without the certificate it refuses otherwise: TLS let the certificate pass, and the application says no.
        return (_unknown_behind(seen, refused),) if refused.status in DENIED and not rows else ()
    kinds = tuple(_kinds(seen.flaws))
    if kinds:
        return tuple(_of_flaw(case, one, refused, Effect.RISKS, Certainty.POSSIBLE) for one in kinds)
    says = (
        f"The server asks for a client certificate, got {_name(seen)}, and answers {told(refused)}; that it does not accept the certificate may be the reason."
    )
    code = UNTRUSTED if seen.listing is Listing.NONE else REJECTED
    return (Reason(code=code, certainty=Certainty.POSSIBLE, effect=Effect.RISKS, sentence=says),)


def _unknown_behind(seen: ClientAuth, refused: Refusal) -> Reason:
    says = (
        f"The server lets the client certificate {_name(seen)} pass in TLS, and answers {told(refused)}: what stands behind may not know this certificate, or "
        "this path may be closed to everybody."
    )
    return Reason(code=REJECTED, certainty=Certainty.POSSIBLE, effect=Effect.RISKS, sentence=says)


def _kinds(found: tuple[Found, ...]) -> tuple[Flaw, ...]:
    return tuple(dict.fromkeys(one.flaw for one in found))


def _of_flaw(case: Case, flaw: Flaw, how: Refusal, effect: Effect, certainty: Certainty | None = None) -> Reason:
    these = tuple(one for one in case.client.flaws if one.flaw is flaw)
    facts = " ".join(one.fact for one in these)
    meant = (how.alert, flaw) in MEANT or (IIS.get(how.words) == DATES and flaw in BY_TIME)
    after = {
        Effect.BREAKS: f"The server says so ({told(how)})."
        if meant
        else f"The server answers {told(how)}."
        if how.said is Said.STATUS and not case.client.only_with
        else f"The server refuses it and does not say for which reason ({told(how)}).",
        Effect.RISKS: f"The server refuses for another reason ({told(how)}); this would be the next."
        if certainty is None
        else f"The server answers {told(how)}; this may be the reason.",
    }[effect]
    sure = certainty or (Certainty.PROVEN if meant else Certainty.LIKELY)
    return Reason(
        code=f"client.{flaw.value}", certainty=sure, effect=effect, sentence=f"{facts} {after}", about=tuple(dict.fromkeys(one.about for one in these))
    )


def _open(seen: ClientAuth) -> bool:
    """Whether issuers may be missing: what is sent does not go up to a root, and nothing says that it need not go further."""
    return not seen.climb.complete and len(seen.climb.sent) == 1 and seen.climb.top is not None and not is_self_issued(seen.climb.top)


def _kin(seen: ClientAuth) -> bool:
    """Whether the certificate came alone, and its issuer belongs to the organization of one that the server names: then one between them is likely missing."""
    own = seen.identity.own if seen.identity else None
    if own is None or own.read.issuer is None or seen.listing is not Listing.NONE or not _open(seen) or seen.whole is not None:
        return False
    ours = {(label, value) for label, value in own.read.issuer.attributes if label in KINSHIP}
    return any(ours & {(label, value) for label, value in attributes_of(one) if label in KINSHIP} for one in seen.issuers)


def _kept_back(seen: ClientAuth, how: Refusal) -> Reason:
    own = seen.identity.own if seen.identity else None
    issuer = own.read.issuer.text if own and own.read.issuer else "its issuer"
    refuses = f"answers {told(how)}" if how.said is Said.STATUS else f"refuses the certificate ({told(how)})"
    says = (
        f"The client certificate {_name(seen)} was sent without its issuer. The server accepts certificates {of_whom(seen.issuers)}, and {issuer} is of the "
        f"same organization: an intermediate between them is likely missing in the file. It {refuses}."
    )
    foreign = (UNTRUSTED, "The server may accept other authorities of that organization only.")
    return Reason(code=INCOMPLETE, certainty=Certainty.LIKELY, sentence=says, alternatives=(foreign,))


def _incomplete_perhaps(seen: ClientAuth) -> tuple[tuple[str, str], ...]:
    lone = "The certificate was sent without its issuer; an intermediate that leads to an accepted one may be missing."
    return tuple((INCOMPLETE, text) for text in ((lone,) if _open(seen) else unended(seen)))


def _name(seen: ClientAuth) -> str:
    own = seen.identity.own if seen.identity else None
    return f'"{title(own)}"' if own else "that was sent"


def _foreign(seen: ClientAuth) -> str:
    own = seen.identity.own if seen.identity else None
    issuer = own.read.issuer.text if own and own.read.issuer else "an issuer that cannot be read"
    if not seen.issuers:
        named = "which ones it accepts was not seen, as it asked inside the encryption" if unseen(seen) else "it names none that it would accept"
        return f"The server does not trust the issuer of the client certificate {_name(seen)} ({issuer}); {named}."
    return f"The server accepts certificates {of_whom(seen.issuers)}, and {_name(seen)} comes from {issuer}."


def _goes_on(seen: ClientAuth) -> str:
    return " Without a certificate it goes on: it only asks for one, and refuses one that it does not trust all the same." if seen.only_with else ""


def _incomplete(seen: ClientAuth) -> str:
    missing = " and ".join(f'"{title(one)}"' for one in seen.lacking) or "an intermediate"
    tried = "With it the server accepts the certificate." if seen.completed else "The server names an issuer to which only this leads."
    return f"The file with the client certificate {_name(seen)} lacks the intermediate {missing}, which has to be sent too. {tried}"


def of_whom(names: tuple[bytes, ...]) -> str:
    """The issuers that a server accepts, in words."""
    texts = [text_of(one) for one in names]
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return f"issued by {' or '.join(texts[:SHOWN])}{more}" if texts else "of issuers that it does not name"


def told(how: Refusal) -> str:
    """A refusal in a few words."""
    if how.said is Said.ALERT and how.alert is not None:
        return f"alert {how.alert}, {alert_name(how.alert)}"
    if how.said is Said.CLOSED:
        return "it closed the connection without a word"
    if how.said is Said.PAGE:
        return f"{'SMTP' if how.whose == POSTFIX else 'HTTP'} {how.status}, {how.whose}: {how.words}"
    return f"HTTP {how.status}"


def evidence(case: Case) -> tuple[Evidence, ...]:
    """What was asked for, what was sent, and what came then, each pointing at the step that shows it."""
    seen = case.client
    found = []
    if seen.handshake is not None:
        there = case.pointer(seen.handshake)
        if seen.requested:
            whom = "inside the encryption, where it is not seen of whom" if unseen(seen) else of_whom(seen.issuers)
            found.append(Evidence(says=f"The server asked for a client certificate, {whom}.", at=there))
        if seen.sent:
            count = len(seen.climb.sent)
            found.append(Evidence(says=f"{_name(seen)} was sent" + (f", with {count - 1} of its issuers." if count > 1 else ", without an issuer."), at=there))
        elif seen.identity:
            found.append(Evidence(says=f"The client certificate {_name(seen)} was not sent.", at=there))
    for what, attempt in (("Then", seen.attempt), ("With TLS 1.2 at most", seen.later), ("With the missing issuers", seen.whole)):
        refused = refusal(attempt)
        if refused is not None:
            found.append(Evidence(says=f"{what} the server refused: {told(refused)}.", at=case.pointer(refused.at)))
    if seen.sent and (asked := case.client.without):
        found.append(_without(case, asked))
    found += [Evidence(says=one.fact, at=where(case, one.about)) for one in seen.flaws]
    if on_file := compared(case):
        found.append(Evidence(says=on_file, at="/target/on_file"))
    return tuple(found) or (Evidence(says="No handshake shows what the server thinks of it.", at="/target"),)


def _without(case: Case, asked: object) -> Evidence:
    seen = case.client
    refused = refusal(seen.without)
    if refused is not None:
        return Evidence(says=f"Without a certificate it refused: {told(refused)}.", at=case.pointer(refused.at))
    words: Exchange | None = exchange_of(seen.without)
    went = f"it answered {words.status}" if words and words.status is not None else "it went on" if seen.required is False else "it did not get as far"
    return Evidence(says=f"Without a certificate {went}.", at=case.pointer(asked))


def where(case: Case, certificate: Certificate) -> str:
    """Where a certificate of the client stands in the observation document."""
    identity = case.observation.identity
    if identity and certificate in identity.certificates:
        return f"/identity/certificates/{identity.certificates.index(certificate)}"
    return case.where(certificate)


def _actions(case: Case, code: str) -> tuple[str, ...]:
    """The actions that fit, beyond those of the cause: none at all is the simplest where the server does without."""
    seen = case.client
    named = ("use-accepted-certificate", "accept-client-issuer")
    named = named if seen.listing is Listing.NONE and seen.issuers else (named[1], named[0])
    usual: tuple[str, ...] = {UNTRUSTED: named, REJECTED: ("ask-about-certificate", "accept-client-issuer")}.get(code, ())
    levels = intermediates(seen)
    # An authority that is not named at all is no matter of depth.
    if usual and (levels > 1 or (refused := seen.refusal) and too_many(seen, _loudest(seen, refused))) and seen.listing is not Listing.NONE:
        usual = (usual[0], "allow-client-depth", *usual[1:])
    return (*usual, "send-no-certificate") if usual and seen.only_with else usual
