"""What is fuzzed: each target takes any bytes and must neither raise, nor hang, nor use memory without bound.

A target may return only; whatever it raises is a finding. ``seeds`` are inputs from which mutation begins.
"""

from collections.abc import Callable
from functools import cache
from itertools import count

from probe.facts.noun import noun

CHUNKS = (1, 7, 100, 1400, 65536)


@noun
class Fuzzed:
    """One target: its name, what is called with each input, where mutation begins, and the longest input in bytes."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    longest: int = 8192


def pieces(data: bytes) -> list[bytes]:
    """The input but for its first byte, which says in what pieces the rest arrives."""
    size = CHUNKS[data[0] % len(CHUNKS)] if data else 1
    body = data[1:]
    return [body[at : at + size] for at in range(0, len(body), size)][:2000]


# Handshakes


def _engine() -> tuple["object", bytes]:
    from probe.facts.observation import Question
    from probe.tls.engine import Engine

    ticks = count()
    client = Engine(sni="shop.example", question=Question(), alpn=("http/1.1",), now=lambda: next(ticks) / 1000)
    return client, client.outgoing()


def _hear(data: bytes, make: Callable[[bytes, list[bytes]], list[bytes]]) -> None:
    """A client hears what ``make`` makes of its ClientHello and the input, and everything that is read of it is read."""
    from probe.facts import codec
    from probe.facts.observation import Handshake
    from probe.tls.engine import Engine
    from probe.tls.messages import presented, reading

    client, hello = _engine()
    assert isinstance(client, Engine)
    for piece in make(hello, pieces(data)):
        client.incoming(piece)
        client.outgoing()
        client.read()
    client.end_of_stream()
    made = client.record(started=0.0, took=1.0)
    assert codec.load(Handshake, codec.dump(made)) == made
    reading(made)
    for der in presented(made):
        _certificate(der)


def _tls12(data: bytes) -> None:
    _hear(data, lambda _hello, parts: parts)


def _tls13(data: bytes) -> None:
    """The input is what a TLS 1.3 server encrypts; every third piece goes in the clear."""
    from tests.tls.flights import Server13, record

    def make(hello: bytes, parts: list[bytes]) -> list[bytes]:
        server = Server13(hello)
        return [record(22, server.hello), *(server.seal(part) if number % 3 else server.seal(part, 22, 3) for number, part in enumerate(parts))]

    _hear(data, make)


@cache
def _chain() -> tuple[bytes, bytes]:
    from probe.lab.pki import authority

    root = authority("Fuzzed Root")
    return root.issue("shop.example", "192.0.2.1").der, root.der


def _seeds12() -> list[bytes]:
    from probe.lab import wire
    from tests.odd import odd_certificates

    flights = [wire.server_hello() + wire.certificate(_chain()) + wire.server_hello_done()]
    flights += [wire.server_hello() + wire.certificate((der, _chain()[1])) for _, der in odd_certificates()[::4] if len(der) < 2000]
    plain = [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail ESMTP\r\n", wire.alert(40), wire.alert(112, 1), b"\x16\x03\x01\x00\x00"]
    return [b"\4" + wire.record(22, one) for one in flights] + [b"\3" + one for one in plain]


def _seeds13() -> list[bytes]:
    from tests.tls.flights import chain_1_3, extension, message, vector

    encrypted = message(8, vector(extension(16, vector(vector(b"http/1.1", 1), 2)), 2))
    request = message(13, b"\0" + vector(extension(13, vector(b"\x04\x03", 2)), 2))
    whole = encrypted + chain_1_3(*_chain()) + message(15, b"\x04\x03" + vector(b"x" * 70, 2)) + message(20, bytes(32))
    return [b"\4" + whole, b"\3" + encrypted + request + chain_1_3(*_chain()), b"\2" + encrypted + chain_1_3(b"x")]


# Certificates and files


def _certificate(data: bytes) -> None:
    from probe.case.build import build
    from probe.case.names import compare
    from probe.facts.certificate import Certificate, is_self_issued, reading, title

    one = Certificate(der=data)
    reading.__wrapped__(data)
    assert title(one)
    is_self_issued(one)
    compare("shop.example", one)
    build((one, Certificate(der=_chain()[0])), (Certificate(der=_chain()[1]),))


def _seeds_certificate() -> list[bytes]:
    from tests.odd import certificate, odd_certificates

    return [certificate(), *_chain(), *(der for _, der in odd_certificates() if len(der) < 2000)]


def _file(data: bytes) -> None:
    from probe.formats import read

    found = read(data)
    assert found.certificates or found.looks_like or found.skipped


def _seeds_file() -> list[bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    from probe.lab.pki import pem

    loaded = [x509.load_der_x509_certificate(one) for one in _chain()]
    texts = [pem(one).encode() for one in _chain()]
    bundles = [pkcs7.serialize_certificates(loaded, form) for form in (Encoding.DER, Encoding.PEM)]
    return [*_chain(), *texts, b"".join(texts), *bundles, b"-----BEGIN X509 CRL-----\n", b"\xfe\xed\xfe\xed\0\0\0\2", b"<html>"]


def _keys(data: bytes) -> None:
    from probe.formats import keys, pkcs12

    for one in keys.read(data, b"correct horse"):
        assert (one.key is None) != (one.problem is None)
    pkcs12.read(data, b"correct horse")


@cache
def _seeds_keys() -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
    from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

    from probe.lab.pki import authority

    made = authority("Fuzzed CA")
    lock = BestAvailableEncryption(b"correct horse")
    files = [made.key.private_bytes(encoding, PrivateFormat.PKCS8, how) for encoding in (Encoding.PEM, Encoding.DER) for how in (lock, NoEncryption())]
    files.append(made.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, lock))
    return [*files, *(serialize_key_and_certificates(b"x", made.key, made.x509, None, how) for how in (lock, NoEncryption()))]


def _stores(data: bytes) -> None:
    """Key stores, databases and archives, each reader with whatever begins so; also what is made of what they found."""
    from probe.formats import csr, jks, nss, pkcs12_store, zipped
    from probe.formats.counted import overlooked, store_refusals

    password = "changeit" if len(data) % 2 else None
    found = [jks.read(data, password), pkcs12_store.read(data, password)]
    if nss.is_nss(data):
        found.append(nss.read(data))
    for store in found:
        assert len(store.entries) <= 20_000 and "changeit" not in repr(store.why)
        overlooked(store, password == "")
        store_refusals(store)
    if zipped.is_zip(data):
        assert len(zipped.read(data).skipped) <= 6000
    for one in csr.read(data):
        assert one.signed is not True or one.key


def _seeds_stores() -> list[bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12

    from probe.facts.certificate import Certificate
    from probe.formats import writing
    from tests.fuzz.databases import archive, database

    leaf, root = (Certificate(der=one) for one in _chain())
    at = root.read.not_before
    assert at is not None
    key = ec.generate_private_key(ec.SECP256R1())
    loaded = [x509.load_der_x509_certificate(one.der) for one in (leaf, root)]
    jks = writing.jks_trust_store((leaf, root), "changeit", at)
    # As few rounds as the form allows, so that the time goes into the reading.
    old = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(SHA256())
    seals = (BestAvailableEncryption(b"changeit"), old.build(b"changeit"), NoEncryption())
    stores = [pkcs12.serialize_key_and_certificates(b"me", None, None, loaded, one) for one in seals]
    stores.append(pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(loaded[1], b"root")], seals[1]))
    request = x509.CertificateSigningRequestBuilder().subject_name(loaded[0].subject).sign(key, SHA256())
    requests = [request.public_bytes(Encoding.DER), request.public_bytes(Encoding.PEM)]
    secret = b"\xce\xce\xce\xce" + jks[4:11] + b"\3\0\0\0\3\0\1x" + bytes(8) + b"\xac\xed\0\5sr" + jks[12:]
    return [jks, secret, *stores, *requests, database((leaf.der, root.der)), archive({"a.pem": writing.pem(root), "b.cer": leaf.der})]


# Answers of services


def _answers(data: bytes) -> None:
    """HTTP or LDAP, by the second byte of the input."""
    from probe.facts.target import Target
    from probe.protocols import named
    from probe.tls.plaintext import first_line, recognise, wants_tls

    protocol = "ldaps" if data[1:2] == b"\x30" else "https"
    target = Target(spelled="x", protocol=protocol, host="shop.example", port=443, name="shop.example", sni="shop.example")
    begin = named(protocol).begin
    assert begin is not None
    conversation = begin(target)
    conversation.outgoing()
    for piece in pieces(data):
        conversation.incoming(piece)
        conversation.outgoing()
    conversation.incoming(b"")
    words = conversation.words()
    assert len(words.body) <= 16384
    recognise(data)
    wants_tls(data)
    first_line(data)


def _seeds_answers() -> list[bytes]:
    from probe.lab.answers import Answer, http, ldap
    from probe.protocols.ldaps import request

    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n\r\n5\r\nwords\r\n0\r\n\r\n"
    moved = http(Answer(status=302, fields=(("Location", "https://user:secret@shop.example/a?b#c"), ("WWW-Authenticate", "Basic realm=x"))))
    return [b"\4" + one for one in (http(Answer()), moved, chunked, b"HTTP/1.1 100 Continue\r\n\r\n" + http(Answer(status=503)), ldap(request()))]


def _dns(data: bytes) -> None:
    from dns.message import make_query

    from probe.capture.dns_question import _parse, _read

    query = make_query("shop.example.", "A")
    # The question's number and its question, so that what is mutated is an answer to it.
    message = _parse(query.id.to_bytes(2) + data, query)
    if message is not None:
        found = _read(message, "shop.example", "A")
        assert len(found.aliases) <= 64


def _seeds_dns() -> list[bytes]:
    from dns.message import make_query

    from probe.lab.dns_server import Record, Zone, answer

    chains = tuple(Record(name=f"n{number}.example", type="CNAME", value=f"n{number + 1}.example.") for number in range(6))
    host = Record(name="shop.example", type="CNAME", value="n0.example.")
    zones = (
        Zone(records=(Record(name="shop.example", type="A", value="192.0.2.1"), Record(name="shop.example", type="A", value="192.0.2.2"))),
        Zone(records=(host, *chains, Record(name="n6.example", type="A", value="192.0.2.3"))),
        Zone(records=(host, Record(name="n0.example", type="CNAME", value="shop.example."))),
        Zone(),
    )
    found = (answer(zone, make_query("shop.example.", "A").to_wire(), over_tcp=True) for zone in zones)
    return [one[2:] for one in found if one]


def every() -> tuple[Fuzzed, ...]:
    """All targets."""
    from tests.fuzz.inspected import run_inspected, seeds_inspected
    from tests.fuzz.plain_first import run_plain_first, seeds_plain_first
    from tests.fuzz.saved import run_saved, seeds_saved
    from tests.fuzz.words import run_words, seeds_words

    return (
        Fuzzed(name="tls12", run=_tls12, seeds=_seeds12),
        Fuzzed(name="tls13", run=_tls13, seeds=_seeds13),
        Fuzzed(name="certificate", run=_certificate, seeds=_seeds_certificate),
        Fuzzed(name="file", run=_file, seeds=_seeds_file),
        Fuzzed(name="keys", run=_keys, seeds=_seeds_keys),
        Fuzzed(name="inspected", run=run_inspected, seeds=seeds_inspected, longest=16384),
        Fuzzed(name="stores", run=_stores, seeds=_seeds_stores, longest=16384),
        Fuzzed(name="answers", run=_answers, seeds=_seeds_answers),
        Fuzzed(name="words", run=run_words, seeds=seeds_words),
        Fuzzed(name="plain-first", run=run_plain_first, seeds=seeds_plain_first),
        Fuzzed(name="dns", run=_dns, seeds=_seeds_dns, longest=2048),
        Fuzzed(name="saved", run=run_saved, seeds=seeds_saved, longest=64),
    )
