"""PKCS #12 as a trust store (RFC 7292): every certificate with its alias, and whether it has the mark without which Java does not count it. Sans I/O."""

from functools import partial

from probe.facts import der
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Skipped
from probe.formats.der import complaint
from probe.formats.keys import Problem
from probe.formats.keystore import Entry, KeyStore
from probe.formats.pkcs12_seal import Budget, Unknown, authentic, decrypted, forms

MAX_ENTRIES = 20_000
_DEPTH = 4
_DATA, _ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
_BAGS = "1.2.840.113549.1.12.10.1."
_KEY_BAGS, _CERTIFICATE_BAG, _NESTED = (f"{_BAGS}1", f"{_BAGS}2"), f"{_BAGS}3", f"{_BAGS}6"
_X509 = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME, _LOCAL_KEY_ID = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
_TRUSTED = "2.16.840.1.113894.746875.1.1"
"""Oracle's attribute for a trusted certificate; keytool writes it, openssl only with -jdktrust (3.2 and newer)."""


@noun
class _Bag:
    """One bag: a certificate's bytes, or ``None`` for a key; where it stands, and its attributes."""

    der: bytes | None
    where: str
    alias: str
    key_id: bytes | None
    trusted: bool
    sealed: bool


@noun
class _Part:
    """One ContentInfo: bags in the clear, or the algorithm and the bytes of an encrypted one."""

    data: bytes
    algorithm: der.Item | None = None


def read(data: bytes, password: str | None = None) -> KeyStore:
    """Read a file; without a password what is in the clear, and with the empty one the rest. Never raises."""
    try:
        parts, content, mac = _taken_apart(data)
    except (ValueError, IndexError) as problem:
        return KeyStore(kind="pkcs12", problem=Problem.DAMAGED, why=str(problem))
    sealed = any(one.algorithm is not None for one in parts)
    about = partial(KeyStore, kind="pkcs12", sealed=sealed, checkable=mac is not None)
    budget = Budget()
    for form in forms(password):
        try:
            if mac is not None and not authentic(data, mac, content, form, budget):
                continue
            bags = [bag for one in parts for bag in _bags_of(one, form, budget)]
        except Unknown as problem:
            return about(problem=Problem.UNSUPPORTED, why=str(problem))
        except (ValueError, IndexError) as problem:
            if mac is not None or not sealed:
                return about(problem=Problem.DAMAGED, why=str(problem))
            continue
        return _store(bags, about, checked=mac is not None)
    if not sealed and password is None:
        # The check value needs the password, the certificates do not.
        try:
            return _store([bag for one in parts for bag in _bags(one.data, False, 0)], about, checked=False)
        except (ValueError, IndexError) as problem:
            return about(problem=Problem.DAMAGED, why=str(problem))
    return about(problem=Problem.MISSING if password is None else Problem.WRONG)


def _taken_apart(data: bytes) -> tuple[list[_Part], bytes, der.Item | None]:
    """The parts of the AuthenticatedSafe, the bytes that the MAC covers, and the MacData (sections 4 and 4.1)."""
    whole = der.whole(data)
    fields = der.children(data, whole)
    if len(fields) < 2:
        raise ValueError("it has no content")
    kind, content = _info(data, fields[1])
    if kind != _DATA:
        raise ValueError("it is protected by a signature, not by a password")
    held = der.octets(data, content)
    parts = []
    for one in der.children(held, der.whole(held)):
        kind, inside = _info(held, one)
        if kind == _DATA:
            parts.append(_Part(data=der.octets(held, inside)))
        elif kind == _ENCRYPTED:
            encrypted = der.children(held, der.children(held, inside)[1])
            # Algorithm and bytes are looked at in the same buffer.
            body = der.octets(held, encrypted[2])
            algorithm = der.encoded(held, encrypted[1])
            parts.append(_Part(data=algorithm + body, algorithm=der.whole(algorithm)))
    return parts, held, fields[2] if len(fields) > 2 else None


def _info(data: bytes, one: der.Item) -> tuple[str, der.Item]:
    """Type and content of a ContentInfo."""
    fields = der.children(data, one)
    if len(fields) < 2 or fields[0].tag != der.OBJECT_IDENTIFIER:
        raise ValueError("a part without content")
    return der.oid(der.content(data, fields[0])), der.children(data, fields[1])[0]


def _bags_of(part: _Part, password: tuple[bytes, bytes], budget: Budget) -> list[_Bag]:
    if part.algorithm is None:
        return _bags(part.data, False, 0)
    opened = decrypted(part.data[: part.algorithm.end], part.algorithm, part.data[part.algorithm.end :], password, budget)
    return _bags(opened, True, 0)


def _bags(data: bytes, sealed: bool, depth: int) -> list[_Bag]:
    """SafeContents (section 4.2)."""
    found: list[_Bag] = []
    for one in der.children(data, der.whole(data)):
        fields = der.children(data, one)
        if len(fields) < 2:
            raise ValueError("an entry without content")
        kind = der.oid(der.content(data, fields[0]))
        if kind == _NESTED and depth < _DEPTH:
            found += _bags(der.content(data, fields[1]), sealed, depth + 1)
        elif kind == _CERTIFICATE_BAG or kind in _KEY_BAGS:
            alias, key_id, trusted = attributes(data, fields[2]) if len(fields) > 2 else ("", None, False)
            body = _certificate(data, fields[1]) if kind == _CERTIFICATE_BAG else None
            found.append(_Bag(der=body, where="", alias=alias, key_id=key_id, trusted=trusted and depth == 0, sealed=sealed))
    return found


def _certificate(data: bytes, one: der.Item) -> bytes:
    """The value of a CertBag (section 4.2.3); empty when it is not X.509."""
    fields = der.children(data, der.children(data, one)[0])
    if len(fields) < 2 or der.oid(der.content(data, fields[0])) != _X509:
        return b""
    return der.octets(data, der.children(data, fields[1])[0])


def attributes(data: bytes, one: der.Item) -> tuple[str, bytes | None, bool]:
    """Alias, key identifier, and whether there is Java's mark."""
    alias, key_id, trusted = "", None, False
    for attribute in der.children(data, one):
        fields = der.children(data, attribute)
        kind = der.oid(der.content(data, fields[0]))
        values = der.children(data, fields[1])
        if kind == _TRUSTED:
            trusted = True
        elif kind == _FRIENDLY_NAME and values:
            alias = der.content(data, values[0]).decode("utf-16-be", "replace")[:1024]
        elif kind == _LOCAL_KEY_ID and values:
            key_id = der.octets(data, values[0])
    return alias, key_id, trusted


def _store(bags: list[_Bag], about: "partial[KeyStore]", *, checked: bool) -> KeyStore:
    keys = [one for one in bags if one.der is None]
    certificates = [one for one in bags if one.der is not None][:MAX_ENTRIES]
    owners = _owners(keys, certificates)
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for number, one in enumerate(certificates):
        where = f"entry {number + 1}"
        body = one.der or b""
        if not body:
            skipped.append(Skipped(where=where, why="a certificate of another type than X.509", other=True))
        elif (why := complaint(body)) is not None:
            skipped.append(Skipped(where=where, why=f"damaged: {why}"))
        else:
            kind = "trusted" if one.trusted else "own" if number in owners else "chain" if keys else "bare"
            alias = owners.get(number, one.alias) if kind == "own" else one.alias
            entries.append(Entry(certificate=Certificate(der=body), kind=kind, where=where, alias=alias, sealed=one.sealed))
    return about(entries=tuple(entries), keys=len(keys), checked=checked, skipped=tuple(skipped))


def _owners(keys: list[_Bag], certificates: list[_Bag]) -> dict[int, str]:
    """The places of those certificates that belong to a private key, with its alias, as Java finds them (``PKCS12KeyStore.findMatchedCertificate``).

    They belong together by their identifier; a single key without one has the first certificate.
    """
    found: dict[int, str] = {}
    for key in keys:
        fitting = [number for number, one in enumerate(certificates) if key.key_id is not None and one.key_id == key.key_id and not one.trusted]
        if fitting:
            found[next((number for number in fitting if certificates[number].alias == key.alias), fitting[-1])] = key.alias
        elif len(keys) == 1 and key.key_id is None and certificates and certificates[0].key_id is None and not certificates[0].trusted:
            found[0] = key.alias
    return found
