"""The server shows another certificate than the one that is expected.

Some programs and partners do not ask whether a certificate is trusted: they compare it with the one that they were given.
Then every renewal, planned and announced or not, ends the connection until the new certificate was exchanged. It may
have the same key as before, or a new one; it may also be another server altogether.

Clients say: whatever the program says of it: OkHttp "Certificate pinning failure!",
curl exit 90 "SSL public key does not match pinned public key", an AS2 or EDI product "unknown certificate".
"""

from hashlib import sha256

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.target import Pin

CAUSE = Cause(
    title="It is not the expected certificate",
    owner=Owner.CLIENT,
    actions=("exchange-pin", "serve-pinned"),
    references=("RFC 6125 section 5.3", "RFC 5280 section 4.1"),
)
HEX = "0123456789abcdef"


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Print the fingerprint, unless it is the expected one."""
    pin = case.target.pin
    digits = "".join(one for one in (pin.sha256.lower() if pin else "") if one in HEX)
    shown = ":".join(digits[place : place + 2] for place in range(0, len(digits), 2)).upper()
    fetch = "openssl s_client -connect {peer} {sni} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256"
    return Shown(commands=(f"{fetch} | grep -v {shown or 'none'}",), shows="A fingerprint is printed, so it is not the expected one.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """The SHA-256 of the end-entity certificate is not that of ``Target.pin``."""
    pin, leaf = case.target.pin, case.leaf
    if pin is None or leaf is None or sha256(leaf.der).hexdigest() == pin.sha256:
        return None
    key_only = leaf.read.key is not None and sha256(leaf.read.key.spki).hexdigest() == pin.sha256
    says = (
        "The value given is the SHA-256 of the server's public key, not of its certificate; the key is the expected one."
        if key_only
        else _says(case, pin, leaf)
    )
    return Finding(
        effect=Effect.NOTE if key_only else Effect.BREAKS,
        summary=says,
        about=(leaf,),
        evidence=(
            Evidence(says=f"The SHA-256 of the certificate that was sent is {fingerprint(leaf)}.", at=case.where(leaf)),
            Evidence(says=f"Expected was {':'.join(pin.sha256[place : place + 2] for place in range(0, len(pin.sha256), 2)).upper()}.", at="/target/pin"),
            *(
                (Evidence(says=f"The expected one is valid {_period(pin.certificate)}, the one that was sent {_period(leaf)}.", at="/target/pin"),)
                if pin.certificate
                else ()
            ),
        ),
        values=(("certificate", f'"{title(leaf)}"'),),
    )


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


def _period(one: Certificate) -> str:
    begin, end = one.read.not_before, one.read.not_after
    return f"from {begin:%Y-%m-%d} to {end:%Y-%m-%d}" if begin and end else "for a time that cannot be read"
