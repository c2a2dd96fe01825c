"""The private key does not belong to the certificate.

It is the key of an older certificate, of another request, or of another machine. A certificate can be used only with the key that its request was made with;
nothing can be converted here.

Clients say: OpenSSL "key values mismatch" (X509_R_KEY_VALUES_MISMATCH), nginx "SSL_CTX_use_PrivateKey() failed ... key values mismatch", Apache "AH02565:
Certificate and private key ... do not match", IIS shows the certificate without its key, Java "failed to establish chain from reply".
"""

from probe.case.case import Case
from probe.case.files import Pair, Place
from probe.causes.filed import MOST, is_archived, quoted, several, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Evidence, Finding, NotObserved, Owner
from probe.facts.certificate import Certificate

CAUSE = Cause(
    title="The private key does not belong to the certificate",
    owner=Owner.USER,
    actions=("find-key",),
    references=("RFC 5280 section 4.1.2.7", "RFC 2986 section 3"),
)


def shown_by(case: Case, finding: Finding) -> Shown:
    """OpenSSL prints the public key of each, and they are not the same."""
    files = case.files
    key = next((one for one in files.keys if _plain(one)), None)
    own = next((one for certificate in files.leaves or files.roots for one in files.certificates[certificate] if _plain(one) and _first(one)), None)
    asked = next((one.place for one in files.requests if _plain(one.place)), None)
    if key is None or (own is None and asked is None):
        return Shown(why_not="The files are not in a form in which OpenSSL compares them at once.")
    theirs = f"openssl x509 -noout -pubkey -in {quoted(own.file.path)}" if own else f"openssl req -noout -pubkey -in {quoted(asked.file.path)}" if asked else ""
    return Shown(commands=(f"openssl pkey -pubout -in {quoted(key.file.path)}", theirs), shows="The two public keys are not the same.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """Keys that fit nothing, where there is a certificate or request that lacks its key."""
    found = _strangers(case)
    lacking = _unpaired(case)
    requests = tuple(
        one.place
        for one in case.files.requests
        if one.place.entry.public and one.place.entry.public not in {pair.key.entry.public for pair in case.files.pairs}
    )
    if not found or not (lacking or requests):
        return _misplaced(case) or _unopened(case)
    keys = tuple(f"{one.key.words} ({one.key.entry.what})" for one in found)
    others = (*(f"{titled(one)} in {case.files.words(one)}" for one in lacking), *(f"the request in {one.words}" for one in requests))
    asked = any(one.key.file.named or any(place.file is one.key.file for other in lacking for place in case.files.certificates[other]) for one in found)
    many = len(found) > 1
    subject = f"The private key{'s' if many else ''} in {several(keys)} {'belong' if many else 'belongs'}"
    says = f"{subject} to none of the certificates and requests; {several(others)} {_lack(len(others))}."
    evidence = [Evidence(says=f"The public key of {one.key.words} is in none of the certificates and requests.", at=one.key.at) for one in found]
    evidence += [Evidence(says=f"No key here belongs to {titled(one)}.", at=case.files.where(one)) for one in lacking]
    evidence += [Evidence(says=f"No key here belongs to the request in {one.words}.", at=one.at) for one in requests]
    return Finding(effect=Effect.BREAKS if asked else Effect.RISKS, summary=says, about=lacking[:3], evidence=tuple(evidence[:MOST]))


def _misplaced(case: Case) -> Finding | None:
    """Entries of key stores whose private key is not that of the certificate beside it."""
    found = case.files.misplaced
    if not found:
        return None
    named = several(tuple(f"{one.words}{f' ({one.entry.alias})' if one.entry.alias else ''}" for one in found))
    many = len(found) > 1
    subject = f"The private keys of {named} do" if many else f"The private key of {named} does"
    says = f"{subject} not belong to the certificate that the store has beside {'them' if many else 'it'}."
    evidence = tuple(Evidence(says=f"The public key of {one.words} is not that of the private key of its entry.", at=one.at) for one in found[:MOST])
    about = tuple(one.entry.certificate for one in found if one.entry.certificate)[:3]
    return Finding(effect=Effect.BREAKS if any(one.file.named for one in found) else Effect.RISKS, summary=says, about=about, evidence=evidence)


def _unopened(case: Case) -> NotObserved | None:
    """Keys that stayed closed, though that is no fault by itself: that they belong to a certificate is not known."""
    closed = tuple(one.words for one in case.files.keys if not one.entry.public and not one.entry.problem)
    if not closed:
        return None
    many = len(closed) > 1
    subject = f"The private keys in {several(closed)} were" if many else f"The private key in {closed[0]} was"
    return NotObserved(why=f"{subject} not looked into; --password-env names the password.")


def _lack(count: int) -> str:
    return "lack theirs" if count > 1 else "lacks its key"


def _strangers(case: Case) -> tuple[Pair, ...]:
    return tuple(one for one in case.files.pairs if not one.certificates and not one.requests)


def _unpaired(case: Case) -> tuple[Certificate, ...]:
    """End-entity certificates without a key here that are meant to have one: those beside a key in one file, else all."""
    lone = tuple(one for one in case.files.leaves if one not in case.files.with_key)
    return lone or (
        tuple(one for one in case.files.roots if one not in case.files.with_key and _beside_key(case.files.certificates[one])) if not case.files.leaves else ()
    )


def _beside_key(places: tuple[Place, ...]) -> bool:
    """Whether the certificate is the first of a file of a server that signed its own, with a key behind it."""
    return any(sum(1 for entry in one.file.entries if entry.certificate) == 1 and any(entry.kind == "key" for entry in one.file.entries) for one in places)


def _plain(one: Place) -> bool:
    return one.file.kind in ("pem", "der") and not is_archived(one.file)


def _first(one: Place) -> bool:
    """Whether it is the first certificate of its file, which is the one that OpenSSL looks at."""
    return next(entry for entry in one.file.entries if entry.certificate) == one.entry
