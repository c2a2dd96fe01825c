"""Authorities of given distinguished names, for a server that names them to its clients."""

from cryptography.hazmat.primitives.asymmetric import ec

from probe.facts.certificate import Certificate
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.surgery import SEQUENCE, children, signed

MOST = 256
"""Names that are taken over; a server that trusts the whole public list names about 150."""


def named_issuers(names: tuple[bytes, ...]) -> tuple[Issued, ...]:
    """Make a root for each name, given as DER; its key was never used to issue anything. Names that are no DER are left out."""
    return tuple(one for name in names[:MOST] if (one := _root(name)) is not None)


def _root(name: bytes) -> Issued | None:
    from cryptography import x509

    made = authority("Named authority", AUTHORITY)
    if not isinstance(made.key, ec.EllipticCurvePrivateKey) or name[:1] != bytes((SEQUENCE,)):
        return None
    parts = children(children(made.der)[0])
    parts[3] = parts[5] = name
    der = signed(parts, made.key, "sha256")
    try:
        x509.load_der_x509_certificate(der).subject.public_bytes()
    except ValueError:
        return None
    return Issued(certificate=Certificate(der=der), key=made.key, traits=made.traits)
