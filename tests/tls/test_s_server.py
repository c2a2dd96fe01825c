"""The engine against the system's OpenSSL (another major version than the engine's own) over a socket."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, load_pem_x509_certificates, random_serial_number
from cryptography.x509.oid import NameOID

from probe.facts.observation import Ending, Handshake, How, Local, Question
from probe.facts.target import VERSIONS
from probe.tls.engine import Engine
from probe.tls.messages import presented, reading
from tests.tls.peers import WEAK, engine, leaf, root
from tests.tls.sockets import over_socket, s_server, settled, write_pair

# RFC 2409 section 6.2: a known prime of 1,024 bits, so that none has to be searched.
OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)

FLAGS = dict(zip(VERSIONS, ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("s_server")
    write_pair(made)
    return made


@pytest.fixture(scope="module")
def rsa_files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    made = tmp_path_factory.mktemp("rsa")
    key = rsa.generate_private_key(65537, 2048)
    name = Name([NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    dates = leaf().certificate
    signed = CertificateBuilder(name, name, key.public_key(), random_serial_number(), dates.not_valid_before_utc, dates.not_valid_after_utc).sign(
        key, hashes.SHA256()
    )
    (made / "c.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (made / "k.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ["-cert", str(made / "c.pem"), "-key", str(made / "k.pem")]


def visit(client: Engine, port: int, *, to_the_end: bool = False) -> Handshake:
    over_socket(client, port, (lambda _: False) if to_the_end else settled)
    return client.record(started=0.0, took=0.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_and_the_chain_of_the_file(folder: Path, version: str) -> None:
    chain = folder / "chain.pem"
    chain.write_bytes(root().pem + leaf().pem)
    with s_server(folder, FLAGS[version], "-cipher", "ALL:@SECLEVEL=0", "-cert_chain", str(chain)) as (port, _):
        seen = visit(engine(WEAK if version < "TLSv1.2" else None), port)
    sent = [one.public_bytes(serialization.Encoding.DER) for one in load_pem_x509_certificates((folder / "leaf.pem").read_bytes() + chain.read_bytes())]
    assert presented(seen) == tuple(sent)
    assert (seen.version, seen.ending) == (version, Ending(how=How.DONE))
    assert reading(seen).sni_acknowledged is False


@pytest.fixture(scope="module")
def small_prime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dh") / "dh1024.pem"
    prime = b"\x02\x81\x81\0" + OAKLEY_2.to_bytes(128, "big")
    made.write_text(ssl.DER_cert_to_PEM_cert(b"\x30\x81\x87" + prime + b"\x02\x01\x02").replace("CERTIFICATE", "DH PARAMETERS"))
    return made


def test_the_size_of_a_small_prime_is_seen_although_the_engine_refuses_it(small_prime: Path, rsa_files: list[str], folder: Path) -> None:
    options = ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", str(small_prime), *rsa_files]
    with s_server(folder, *options, pair=False) as (port, _):
        refused = visit(engine(), port)
        taken = visit(engine(Question(security_level=0)), port)
    assert reading(refused).dh_bits == reading(taken).dh_bits == 1024
    assert (refused.cipher, refused.group) == ("DHE-RSA-AES128-GCM-SHA256", None)
    assert refused.ending.how is How.LOCAL and refused.ending.local is Local.ENGINE and refused.ending.code == 40
    assert taken.ending == Ending(how=How.DONE)
    assert reading(taken).signature_scheme == "rsa_pss_rsae_sha256"


def test_rsa_key_exchange_has_no_group(rsa_files: list[str], folder: Path) -> None:
    with s_server(folder, "-tls1_2", "-cipher", "AES128-GCM-SHA256", *rsa_files, pair=False) as (port, _):
        seen = visit(engine(), port)
    read = reading(seen)
    assert (seen.cipher, read.group, read.dh_bits, read.signature_scheme) == ("AES128-GCM-SHA256", None, None, None)


def test_a_name_that_the_server_does_not_know(folder: Path) -> None:
    second = ["-servername", "other.example", "-cert2", str(folder / "leaf.pem"), "-key2", str(folder / "leaf.key")]
    with s_server(folder, "-tls1_2", *second) as (port, _):
        warned = visit(engine(), port)
        known = visit(engine(sni="other.example"), port)
    assert warned.ending == Ending(how=How.DONE)
    assert [(one.sent, one.level, one.description) for one in warned.alerts] == [(False, 1, 112)]
    assert reading(known).sni_acknowledged and known.alerts == ()
    with s_server(folder, "-servername_fatal", *second) as (port, _):
        refused = visit(engine(), port)
    assert refused.ending == Ending(how=How.DECLINED, code=112)


def test_no_common_application_protocol(folder: Path) -> None:
    with s_server(folder, "-alpn", "mqtt") as (port, _):
        assert visit(engine(), port).ending == Ending(how=How.DECLINED, code=120)
        assert visit(engine(alpn=("mqtt",)), port).alpn == "mqtt"


@pytest.mark.parametrize(("version", "code"), [("TLSv1.2", 40), ("TLSv1.3", 116)])
def test_a_demanded_certificate(folder: Path, version: str, code: int) -> None:
    with s_server(folder, FLAGS[version], "-Verify", "3", "-verify_return_error", "-CAfile", str(folder / "root.pem")) as (port, _):
        seen = visit(engine(), port, to_the_end=True)
    assert seen.ending == Ending(how=How.DECLINED, code=code)
    assert reading(seen).acceptable_issuers == (root().certificate.subject.public_bytes(),)


def test_records_after_a_key_update_are_read(folder: Path) -> None:
    with s_server(folder, "-tls1_3") as (port, process):
        client = engine()
        heard = bytearray()
        # s_server takes one command at a time: the next one waits until what the last one caused has come.
        plan = [({4: 2}, b"K\n"), ({24: 1}, b"k\n"), ({24: 2}, b"afterwards\n")]

        def command_after_each_answer(one: Engine) -> bool:
            kinds = [item.type for item in one.record(started=0.0, took=0.0).messages if not item.sent]
            if plan and all(kinds.count(kind) == count for kind, count in plan[0][0].items()):
                assert process.stdin is not None
                process.stdin.write(plan.pop(0)[1])
                process.stdin.flush()
            heard.extend(one.read())
            return heard == b"afterwards\n"

        over_socket(client, port, command_after_each_answer)
        seen = client.record(started=0.0, took=0.0)
    updates = [(one.sent, one.body) for one in seen.messages if one.type == 24]
    assert sorted(updates) == [(False, b"\0"), (False, b"\1"), (True, b"\0")]
    assert heard == b"afterwards\n"
    assert not client._tap.opaque(False) and not client._tap.opaque(True)


def test_a_server_without_secure_renegotiation_needs_the_option(folder: Path) -> None:
    with s_server(folder, "-tls1_2", "-legacy_renegotiation") as (port, _):
        seen = visit(engine(Question(legacy_renegotiation=True)), port)
    assert seen.ending == Ending(how=How.DONE)
    assert reading(seen).renegotiation_info
