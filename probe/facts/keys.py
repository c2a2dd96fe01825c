"""Public keys as certificates carry them: kind and size (RFC 3279, 5480, 8410, 9881)."""

from probe.facts import der
from probe.facts.oids import CURVES, KEYS
from probe.facts.reading import Key


def public_key(spki: bytes) -> tuple[Key, tuple[str, ...]]:
    """Read a whole SubjectPublicKeyInfo; gives the key and what is wrong with it. Raises ``ValueError`` if not even its kind can be read."""
    fields = der.children(spki, der.expect(der.whole(spki), der.SEQUENCE, "the key"))
    if len(fields) != 2:
        raise ValueError("the key is not a pair of algorithm and value")
    algorithm = der.children(spki, der.expect(fields[0], der.SEQUENCE, "the key's algorithm"))
    if not algorithm:
        raise ValueError("the key's algorithm is empty")
    dotted = der.oid(der.content(spki, der.expect(algorithm[0], der.OBJECT_IDENTIFIER, "the key's algorithm")))
    kind = KEYS.get(dotted, dotted)
    curve: str | None = None
    bits: int | None = None
    faults: list[str] = []
    try:
        if kind in ("RSA", "RSA-PSS"):
            bits = _rsa(der.bits(spki, fields[1]), faults)
        elif kind == "EC":
            curve, bits = _curve(spki, algorithm)
            if bits is None:
                faults.append(f"on a curve that is not known here ({curve})")
        elif kind == "DSA":
            bits = _first_bits(spki, algorithm)
        elif kind in ("Ed25519", "X25519"):
            bits = 256
        elif kind in ("Ed448", "X448"):
            bits = 456 if kind == "Ed448" else 448
        elif kind == "ML-DSA":
            bits = 8 * len(der.bits(spki, fields[1]))
        else:
            faults.append(f"of a kind that is not known here ({kind})")
    except ValueError as problem:
        faults.append(str(problem))
    return Key(spki=spki, kind=kind, bits=bits, curve=curve), tuple(faults)


def _rsa(value: bytes, faults: list[str]) -> int:
    numbers = der.children(value, der.expect(der.whole(value), der.SEQUENCE, "the RSA key"))
    if len(numbers) != 2:
        raise ValueError("the RSA key is not a pair of modulus and exponent")
    modulus, exponent = (der.integer(der.content(value, der.expect(one, der.INTEGER, "the RSA key's number"))) for one in numbers)
    if exponent < 3 or exponent % 2 == 0:
        faults.append(f"RSA exponent {exponent if abs(exponent) < 1 << 64 else 'of great size'}")
    if modulus <= 0 or modulus % 2 == 0:
        faults.append("an RSA modulus that cannot be")
    return modulus.bit_length()


def _curve(spki: bytes, algorithm: list[der.Item]) -> tuple[str, int | None]:
    if len(algorithm) < 2:
        raise ValueError("an EC key without curve")
    if algorithm[1].tag == der.OBJECT_IDENTIFIER:
        dotted = der.oid(der.content(spki, algorithm[1]))
        return CURVES.get(dotted, (dotted, None))
    fields = der.children(spki, der.expect(algorithm[1], der.SEQUENCE, "the EC key's curve"))
    if len(fields) < 2:
        raise ValueError("an EC key whose curve cannot be read")
    return "explicit", _first_bits(spki, [fields[0], *der.children(spki, fields[1])][1:], 0)


def _first_bits(data: bytes, fields: list[der.Item], place: int = 1) -> int | None:
    """Size of the number at ``place``, or of the first number in the sequence there."""
    if len(fields) <= place:
        return None
    one = fields[place]
    if one.tag == der.SEQUENCE:
        inner = der.children(data, one)
        return _first_bits(data, inner, 0) if inner else None
    return der.integer(der.content(data, one)).bit_length() if one.tag == der.INTEGER else None
