"""A fresh key of the same kind and size as an observed public key."""

import shutil
import subprocess
from dataclasses import field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key, load_pem_private_key

from probe.facts.certificate import Key
from probe.facts.noun import noun
from probe.lab import surgery
from probe.lab.keys import SigningKey

LARGEST = 8192
"""Bits of an RSA key that are made; a larger one takes minutes."""
LIBRARY_LEAST, LEAST = 1024, 512
"""Bits of the smallest RSA key that the library makes, and that the machine's openssl program makes in its place."""
_UNCOMPRESSED = b"\x04"  # the form of an EC point (SEC 1 section 2.3.3)
_KEPT = "its public key is the original one, to which nobody here has the private key"


@noun
class Fresh:
    """A new key pair in place of an observed public key: ``spki`` is the SubjectPublicKeyInfo, ``key`` the private key.

    Without ``key`` the ``spki`` is the observed one, and ``loss`` says why. ``loss`` may also name what differs.
    """

    spki: bytes
    key: SigningKey | None = field(default=None, repr=False)
    loss: str = ""


def fresh(observed: Key) -> Fresh:
    """Make a key like the observed one. The algorithm identifier stays byte for byte, with it RSA-PSS parameters and the spelling of a curve."""
    try:
        public = load_der_public_key(observed.spki)
    except (ValueError, UnsupportedAlgorithm):
        return Fresh(spki=observed.spki, loss=f"a key that cannot be read or used ({observed.kind}): {_KEPT}")
    loss = ""
    made: SigningKey
    if isinstance(public, rsa.RSAPublicKey):
        bits, exponent = public.key_size, public.public_numbers().e
        if not LEAST <= bits <= LARGEST:
            return Fresh(spki=observed.spki, loss=f"an RSA key of {bits} bits: {_KEPT}")
        if exponent not in (3, 65537):
            loss = f"an RSA key with the exponent {exponent if exponent < 1 << 64 else 'of great size'}: the copy's is 65537"
        found = _rsa(bits, 3 if exponent == 3 else 65537)
        if found is None:
            return Fresh(spki=observed.spki, loss=f"an RSA key of {bits} bits, which only the program openssl makes: {_KEPT}")
        made = found
    elif isinstance(public, ec.EllipticCurvePublicKey):
        made = ec.generate_private_key(public.curve)
        form = PublicFormat.UncompressedPoint if _value(observed.spki).startswith(_UNCOMPRESSED) else PublicFormat.CompressedPoint
        point = made.public_key().public_bytes(Encoding.X962, form)
        return Fresh(spki=_with_value(observed.spki, point), key=made)
    elif isinstance(public, ed25519.Ed25519PublicKey):
        made = ed25519.Ed25519PrivateKey.generate()
    elif isinstance(public, ed448.Ed448PublicKey):
        made = ed448.Ed448PrivateKey.generate()
    elif isinstance(public, dsa.DSAPublicKey):
        made = public.parameters().generate_private_key()
    else:
        return Fresh(spki=observed.spki, loss=f"a key of a kind that is not made here ({observed.kind}): {_KEPT}")
    written = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Fresh(spki=_with_value(observed.spki, _value(written)), key=made, loss=loss)


def like(kind: str, size: int) -> SigningKey:
    """Make a key that signs as ``kind`` does (RSA, EC, DSA, Ed25519, Ed448), for a signature of ``size`` bytes. Another kind gives one on P-256."""
    if kind == "RSA":
        return _rsa(min(max(size * 8, LIBRARY_LEAST), LARGEST), 65537) or rsa.generate_private_key(65537, 2048)
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    # An ECDSA signature is two numbers as long as the curve's, with about eight bytes around them.
    return ec.generate_private_key(ec.SECP256R1() if size <= 74 else ec.SECP384R1() if size <= 106 else ec.SECP521R1())


def _rsa(bits: int, exponent: int) -> rsa.RSAPrivateKey | None:
    if bits >= LIBRARY_LEAST:
        return rsa.generate_private_key(public_exponent=exponent, key_size=bits)
    program = shutil.which("openssl")
    if program is None:
        return None
    said = subprocess.run([program, "genrsa", *(["-3"] if exponent == 3 else []), str(bits)], capture_output=True, check=False)
    found = load_pem_private_key(said.stdout, None) if said.returncode == 0 else None
    return found if isinstance(found, rsa.RSAPrivateKey) else None


def _value(spki: bytes) -> bytes:
    """The key itself in a SubjectPublicKeyInfo, without the count of unused bits."""
    bits = surgery.children(spki)[1]
    return bits[3 + (bits[1] & 0x7F if bits[1] & 0x80 else 0) :]


def _with_value(spki: bytes, value: bytes) -> bytes:
    """The SubjectPublicKeyInfo with another value and the same algorithm."""
    return surgery.tlv(surgery.SEQUENCE, surgery.children(spki)[0], surgery.tlv(surgery.BIT_STRING, b"\0", value))
