"""What OpenSSL refuses with X509_V_FLAG_X509_STRICT, which Python sets from 3.13 on: breaches of RFC 5280 that it overlooks otherwise."""

from collections.abc import Iterator

from probe.case.path import Path
from probe.facts.certificate import Certificate
from probe.facts.noun import noun

BASIC_CONSTRAINTS, SUBJECT_KEY_ID, AUTHORITY_KEY_ID, SAN = "2.5.29.19", "2.5.29.14", "2.5.29.35", "2.5.29.17"


@noun
class Breach:
    """One rule that a certificate of a path breaks: at which place, what it lacks as the end of a sentence, and OpenSSL's words for it."""

    at: int
    lacks: str
    words: str


def breaches(path: Path) -> tuple[Breach, ...]:
    """All breaches on an anchored path, leaf first. A certificate that is trusted by itself alone is not held to the rules."""
    chain = tuple(link.certificate for link in path.links)
    if len(chain) < 2:
        return ()
    return tuple(Breach(at=at, lacks=lacks, words=words) for at, one in enumerate(chain) for lacks, words in _of(one, last=at == len(chain) - 1, leaf=at == 0))


def _of(one: Certificate, *, last: bool, leaf: bool) -> Iterator[tuple[str, str]]:
    """The breaches of one certificate; ``last`` is the one with which the path ends."""
    read = one.read
    critical = {found.oid: found.critical for found in read.extensions}
    if not leaf and not read.is_ca:
        old = read.version is not None and read.version < 3
        yield "is of version 1, which cannot say that it is a CA" if old else "does not say that it is a CA", "invalid CA certificate"
        return
    if read.path_length is not None and "keyCertSign" not in (read.key_usage or ("keyCertSign",)):
        yield "limits the path without being allowed to sign certificates", "Path length given without key usage keyCertSign"
    if read.is_ca and not critical.get(BASIC_CONSTRAINTS, True):
        yield "has basic constraints that are not critical", "Basic Constraints of CA cert not marked critical"
    if read.is_ca and read.key_usage is None:
        yield "is a CA without key usage", "CA cert does not include key usage extension"
    if not read.is_ca and "keyCertSign" in (read.key_usage or ()):
        yield "may sign certificates without being a CA", "Key usage keyCertSign invalid for non-CA cert"
    yield from _names(one, critical)
    if critical.get(AUTHORITY_KEY_ID):
        yield "has an authority key identifier that is critical", "Authority Key Identifier marked critical"
    if critical.get(SUBJECT_KEY_ID):
        yield "has a subject key identifier that is critical", "Subject Key Identifier marked critical"
    if read.version is not None and read.version < 3:
        return
    if not last and read.authority_key_id is None:
        yield "has no authority key identifier", "Missing Authority Key Identifier"
    if read.is_ca and read.subject_key_id is None:
        yield "has no subject key identifier", "Missing Subject Key Identifier"


def _names(one: Certificate, critical: dict[str, bool]) -> Iterator[tuple[str, str]]:
    read = one.read
    if read.issuer is not None and not read.issuer.attributes:
        yield "has an empty issuer name", "Issuer name empty"
    if read.subject is None or read.subject.attributes:
        return
    if read.is_ca or not read.has_san:
        yield "has an empty subject", "Subject name empty"
    elif not critical.get(SAN, False):
        yield "has an empty subject and a subjectAltName that is not critical", "Subject empty and Subject Alt Name extension not critical"
