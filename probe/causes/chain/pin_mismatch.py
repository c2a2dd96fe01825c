"""The server shows another certificate than the one that is expected.

Some programs and partners do not ask whether a certificate is trusted: they compare it with the one that they were given.
Then every renewal, planned and announced or not, ends the connection until the new certificate was exchanged. It may
have the same key as before, or a new one; it may also be another server altogether. Where a profile expects several
certificates around a change, each from or until a day, any that counts on the day will do.

With --uploaded it is the certificate of the own endpoint that the other side has on file. Its calls then end after a
renewal without an error on either side.

Clients say: whatever the program says of it: OkHttp "Certificate pinning failure!",
curl exit 90 "SSL public key does not match pinned public key", an AS2 or EDI product "unknown certificate".
"""

from hashlib import sha256

from probe.case.case import Case
from probe.case.pins import counting, early, every, fits, met, nearest
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.target import Pin

CAUSE = Cause(
    title="It is not the expected certificate",
    owner=Owner.CLIENT,
    actions=("exchange-pin", "serve-pinned"),
    instead=("hand-over-again",),
    references=("RFC 6125 section 5.3", "RFC 5280 section 4.1"),
)
HEX = "0123456789abcdef"
KNOWN = " It was issued by an authority that the other side knows by itself, so that nothing need be handed over."
PERHAPS = " Unless the other side knows its authority (in {}) by itself, it has to be handed over again: who compares certificates ends the call."
SILENT = " Who compares certificates ends the call, mostly without an error on this side."


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Print the fingerprint, unless it is an expected one."""
    shown = "|".join(_colons(one.sha256) for one in counting(case.target, case.at) if one.kind == "leaf")
    fetch = "openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256"
    return Shown(commands=(f"{fetch} | grep -vE '{shown or 'none'}'",), shows="A fingerprint is printed, so it is not the expected one.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The SHA-256 of the end-entity certificate is that of no pin of ``Target`` that counts at this moment."""
    leaf = case.leaf
    pin = nearest(case.target, case.at)
    if pin is None or leaf is None or met(case.target, leaf, case.at):
        return None
    untimely = next((one for one in every(case.target) if fits(one, leaf)), None)
    spki = sha256(leaf.read.key.spki).hexdigest() if leaf.read.key else ""
    key_only = untimely is None and any(one.sha256 == spki for one in counting(case.target, case.at))
    if key_only:
        says = "The value given is the SHA-256 of the server's public key, not of its certificate; the key is the expected one."
    else:
        says = _untimely(case, untimely, leaf) if untimely else _says(case, pin, leaf)
    held = _held(case) if pin.filed else ()
    agreement = case.observation.agreement
    known = agreement is not None and any(one in agreement.trust.files for one in held)
    if pin.filed:
        says += KNOWN if known else PERHAPS.format(", ".join(held)) if held else SILENT
    return Finding(
        effect=Effect.NOTE if key_only or known else Effect.RISKS if held else Effect.BREAKS,
        certainty=Certainty.LIKELY if pin.filed and not (key_only or known) else Certainty.PROVEN,
        summary=says,
        about=(leaf,),
        evidence=(
            Evidence(says=f"The SHA-256 of the certificate that was sent is {fingerprint(leaf)}.", at=case.where(leaf)),
            *(_expected(one) for one in counting(case.target, case.at)),
            *(
                (Evidence(says=f"The expected one is valid {_period(pin.certificate)}, the one that was sent {_period(leaf)}.", at="/target/pin"),)
                if pin.certificate
                else ()
            ),
        ),
        values=(("certificate", f'"{title(leaf)}"'),),
        actions=("hand-over-again",) if pin.filed else ("exchange-pin", "serve-pinned"),
        owner=Owner.SERVER if pin.filed else None,
    )


def _expected(pin: Pin) -> Evidence:
    when = f"{f' from {pin.since}' if pin.since else ''}{f' until {pin.until}' if pin.until else ''}"
    what = "a public key with this SHA-256: " if pin.kind == "spki" else ""
    by = "" if pin.option else " by the profile"
    return Evidence(says=f"Expected{by}{when} was {what}{_colons(pin.sha256)}.", at="/target/pin")


def _colons(digest: str) -> str:
    digits = "".join(one for one in digest.lower() if one in HEX)
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2)).upper()


def _held(case: Case) -> tuple[str, ...]:
    """The named files in which the authority is that issued what is served, where the other side takes such a certificate without having it on file."""
    agreement = case.observation.agreement
    if agreement is None or agreement.trust.pin_after_pkix:
        return ()
    tops = {link.certificate for one in case.verdicts if one.accepts and one.path for link in one.path.links[1:] if link.anchor}
    stores = (one for one in case.observation.stores if one.kind not in ("system", "certifi", "java"))
    return tuple(one.source for one in stores if tops & set(one.certificates))


def _untimely(case: Case, pin: Pin, leaf: Certificate) -> str:
    """The certificate is one that is expected, on another day."""
    named = f" ({pin.source})" if pin.certificate else ""
    if early(pin, case.at):
        return f'The server shows "{title(leaf)}"{named} already, a certificate that the profile expects only from {pin.since} on.'
    return f'The server still shows "{title(leaf)}"{named}, a certificate that the profile expects until {pin.until} only.'


def same_names(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates are for the same: one DNS name or address in common, or without any the same subject."""
    mine, its = one.read, other.read
    ours = {name.lower() for name in mine.dns_names} | set(mine.ip_addresses)
    theirs = {name.lower() for name in its.dns_names} | set(its.ip_addresses)
    if ours or theirs:
        return bool(ours & theirs)
    return mine.subject is not None and its.subject is not None and mine.subject.key == its.subject.key


def _says(case: Case, pin: Pin, leaf: Certificate) -> str:
    place = next((number for number, one in enumerate(case.presented, 1) if sha256(one.der).hexdigest() == pin.sha256), None)
    if place:
        return f"The expected certificate is the one that is sent as number {place}, not the server's own."
    if pin.filed and pin.certificate:
        return _of_filed(case, pin, pin.certificate, leaf)
    expected = pin.certificate
    if expected is None:
        return f'The server shows "{title(leaf)}", another certificate than the expected one.'
    old, new = expected.read, leaf.read
    over = f" The expected one expired on {old.not_after:%Y-%m-%d}." if old.not_after and old.not_after < case.at else ""
    if not same_names(expected, leaf):
        same_key = " with the same key" if old.key == new.key else ""
        return f'The server shows "{title(leaf)}", a certificate for other names{same_key} than the expected "{title(expected)}".{over}'
    how = "the same key" if old.key is not None and old.key == new.key else "another key"
    if old.not_before and new.not_before and new.not_before < old.not_before:
        return f'The server shows an older certificate of "{title(leaf)}" than the expected one, with {how}.{over}'
    return f'The certificate of "{title(leaf)}" was renewed with {how}.{over}'


def _of_filed(case: Case, pin: Pin, filed: Certificate, leaf: Certificate) -> str:
    """What became of the certificate that the other side has on file: renewed since, an older one again, or another server's; and by whom it was issued."""
    mine, theirs = leaf.read, filed.read
    key = "the same key" if mine.key is not None and mine.key == theirs.key else "another key"
    issuer = mine.issuer.text if mine.issuer else "an issuer that cannot be read"
    same = mine.issuer is not None and theirs.issuer is not None and mine.issuer.key == theirs.issuer.key
    by = f"by the same issuer, {issuer}" if same else f"by another issuer, {issuer}"
    on = f" on {mine.not_before:%Y-%m-%d}" if mine.not_before else ""
    over = f" The one on file expired on {theirs.not_after:%Y-%m-%d}." if theirs.not_after and theirs.not_after < case.at else ""
    if not same_names(filed, leaf):
        return f'The certificate that is served, "{title(leaf)}", with {key}, is for other names than {pin.source}, which the other side has on file.{over}'
    older = mine.not_before and theirs.not_before and mine.not_before < theirs.not_before
    what = "is older than" if older else "was renewed since"
    return (
        f'The certificate of "{title(leaf)}" that is served {what} {"" if older else "the other side got "}the one in {pin.source}'
        f"{', which the other side has on file' if older else ''}: it was issued{on} with {key} {by}.{over}"
    )


def _period(one: Certificate) -> str:
    begin, end = one.read.not_before, one.read.not_after
    return f"from {begin:%Y-%m-%d} to {end:%Y-%m-%d}" if begin and end else "for a time that cannot be read"
