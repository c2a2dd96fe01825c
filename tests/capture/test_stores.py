import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from probe.capture import stores
from probe.capture.stores import Loaded, load, relevant
from probe.facts.certificate import Certificate
from probe.facts.unusable import Unusable
from probe.lab.pki import Issued, authority
from tests.odd import odd_certificates
from tests.servers import key_pem, program


@pytest.fixture(scope="module")
def roots() -> tuple[Issued, ...]:
    return tuple(authority(f"Store Test Root {number}") for number in range(3))


def ders(loaded: Loaded) -> list[bytes]:
    return [one.der for one in loaded.certificates]


def refused(source: Path | str) -> Unusable:
    with pytest.raises(Unusable) as caught:
        load(str(source))
    assert caught.value.says.endswith(".") and caught.value.next_step
    assert "\n" not in caught.value.says and "PRIVATE" not in str(caught.value)
    return caught.value


@contextmanager
def nobody() -> Iterator[None]:
    """Be somebody else for a while: root may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


# What can be read


def test_none_is_empty() -> None:
    assert load("none") == Loaded(source="none", kind="none", path="")


def test_certifi_is_the_whole_public_list() -> None:
    loaded = load("certifi")
    assert (loaded.source, loaded.kind, loaded.path) == ("certifi", "certifi", certifi.where())
    assert len(loaded.certificates) > 100 and not loaded.skipped


@pytest.mark.parametrize("kind", ["pem", "der", "pkcs7"])
def test_files_of_each_kind(tmp_path: Path, roots: tuple[Issued, ...], kind: str) -> None:
    path = tmp_path / "store"
    if kind == "pem":
        path.write_text("".join(one.pem for one in roots) + roots[0].pem)
    elif kind == "der":
        path.write_bytes(roots[0].der)
    else:
        path.write_bytes(serialize_certificates([one.x509 for one in roots], Encoding.DER))
    loaded = load(str(path))
    assert (loaded.source, loaded.kind, loaded.path) == (str(path), kind, str(path))
    assert sorted(ders(loaded)) == sorted(one.der for one in (roots[:1] if kind == "der" else roots))


def test_a_damaged_block_is_named_and_the_rest_is_kept(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    path = tmp_path / "store.pem"
    path.write_text(roots[0].pem + "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n" + roots[1].pem)
    loaded = load(str(path))
    assert ders(loaded) == [roots[0].der, roots[1].der] and len(loaded.skipped) == 1


def test_a_folder_with_everything_that_lies_in_one(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.pem").write_text(roots[0].pem)
    (tmp_path / "b.der").write_bytes(roots[1].der)
    (tmp_path / "below" / "c.crt").write_text(roots[2].pem + roots[0].pem)
    (tmp_path / "README.txt").write_text("how to use these")
    (tmp_path / "key.pem").write_bytes(key_pem(roots[0]))
    (tmp_path / "1a2b3c4d.0").symlink_to("a.pem")
    (tmp_path / "dead").symlink_to("gone")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "below" / "circle").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    loaded = load(str(tmp_path))
    assert (loaded.kind, loaded.path) == ("folder", str(tmp_path))
    assert sorted(ders(loaded)) == sorted(one.der for one in roots)
    assert {Path(one.where).name: one.why for one in loaded.skipped} == {
        "README.txt": "no certificate: it looks like plain text",
        "key.pem": "no certificate: it looks like a private key",
    }


def test_hashed_folders_count_each_anchor_once(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    for number, one in enumerate(roots):
        (tmp_path / f"{number}.pem").write_text(one.pem)
    subprocess.run([program("openssl"), "rehash", str(tmp_path)], check=True, capture_output=True)
    assert len(list(tmp_path.iterdir())) == 6
    assert len(load(str(tmp_path)).certificates) == 3


# The system's store


@pytest.fixture
def machine(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose usual bundle has the first root, whose default file has the second, and nothing else."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    (tmp_path / "bundle.crt").write_text(roots[0].pem)
    (tmp_path / "cert.pem").write_text(roots[1].pem)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.pem").write_text(roots[2].pem)
    monkeypatch.setattr(stores, "BUNDLES", (str(tmp_path / "absent"), str(tmp_path / "bundle.crt")))
    monkeypatch.setattr(stores, "FOLDERS", ())
    monkeypatch.setattr(stores, "DEFAULT_FILES", (str(tmp_path / "cert.pem"),))
    return tmp_path


def test_the_system_is_its_bundle(machine: Path, roots: tuple[Issued, ...]) -> None:
    loaded = load("system")
    assert (loaded.source, loaded.kind, loaded.path, ders(loaded)) == ("system", "system", str(machine / "bundle.crt"), [roots[0].der])


def test_a_file_from_the_environment_joins_the_default_folder(machine: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(machine / "own" / "own.pem"))
    loaded = load("system")
    assert ders(loaded) == [roots[2].der, roots[0].der]
    assert loaded.path == f"{machine / 'own' / 'own.pem'}; {machine / 'bundle.crt'}"


def test_a_folder_from_the_environment_joins_the_default_file(machine: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(machine / "own"))
    assert ders(load("system")) == [roots[2].der, roots[1].der]
    monkeypatch.setenv("SSL_CERT_FILE", str(machine / "bundle.crt"))
    assert ders(load("system")) == [roots[0].der, roots[2].der]


def test_folders_below_the_one_from_the_environment_are_not_the_systems(machine: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian keeps the key store of Java in one; OpenSSL looks at none."""
    (machine / "own" / "java").mkdir()
    (machine / "own" / "java" / "cacerts").write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0")
    monkeypatch.setenv("SSL_CERT_DIR", str(machine / "own"))
    loaded = load("system")
    assert ders(loaded) == [roots[2].der, roots[1].der] and loaded.skipped == ()
    assert [one.where for one in load(str(machine / "own")).skipped] == [str(machine / "own" / "java" / "cacerts")]


def test_an_unreadable_file_from_the_environment_is_never_replaced_by_another(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(machine / "gone.pem"))
    assert "SSL_CERT_FILE" in refused("system").says


def test_a_machine_without_a_store(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "BUNDLES", ())
    assert "no trust store" in refused("system").says


def test_this_machines_own_store_can_be_read() -> None:
    loaded = load("system")
    assert loaded.kind == "system" and len(loaded.certificates) > 50 and Path(loaded.path).exists()


# What cannot be used


def test_a_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "gone.pem").says
    assert "does not exist" in refused(certifi.where() + "/below").says


def test_an_empty_source() -> None:
    assert "empty" in refused("").says


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "empty.pem").write_bytes(content)
    assert "is empty" in refused(tmp_path / "empty.pem").says


@pytest.mark.parametrize(
    ("content", "words", "step"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page", "Download the certificate itself"),
        (b"\0\0\0\2\0\0\0\x14" + bytes(40), "a BKS key store", "keytool -list -rfc -keystore /"),
        (b"\0\x06\x15\x61" + bytes(40), "an old NSS database (cert8.db)", "certutil -N -d sql:"),
        (b"hello\n", "plain text", "PEM, DER or PKCS7"),
        (bytes(range(256)), "binary data", "PEM, DER or PKCS7"),
        (b"-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n", "First problem", "PEM, DER or PKCS7"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, words: str, step: str) -> None:
    (tmp_path / "store.pem").write_bytes(content)
    error = refused(tmp_path / "store.pem")
    assert words in error.says and step in error.next_step


def test_a_private_key_is_not_quoted(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    (tmp_path / "key.pem").write_bytes(key_pem(roots[0]))
    error = refused(tmp_path / "key.pem")
    assert "a private key" in error.says
    assert not [line for line in key_pem(roots[0]).decode().splitlines()[1:-1] if line in str(error)]


def test_a_pkcs12_file_without_its_password(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    data = pkcs12.serialize_key_and_certificates(b"x", roots[0].key, roots[0].x509, None, BestAvailableEncryption(b"secret"))
    (tmp_path / "it's.p12").write_bytes(data)
    error = refused(tmp_path / "it's.p12")
    assert "PKCS12" in error.says and "needs a password" in error.says and "--trust-password-env" in error.next_step


def test_a_folder_without_certificates(tmp_path: Path) -> None:
    assert "It is empty" in refused(tmp_path).says
    (tmp_path / "notes.txt").write_text("x")
    assert "1 file, none with a certificate" in refused(tmp_path).says


def test_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "huge.pem").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    assert "64 MiB" in refused(tmp_path / "huge.pem").says
    (tmp_path / "many").mkdir()
    for number in range(20):
        (tmp_path / "many" / f"{number}.txt").write_text(str(number))
    monkeypatch.setattr(stores, "FILES", 10)
    assert "more than 10 files" in refused(tmp_path / "many").says


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(tmp_path / "pipe").says
    assert "not a regular file" in refused("/dev/zero").says
    (tmp_path / "self").symlink_to("self")
    assert "circle" in refused(tmp_path / "self").says
    assert "name of a file" in refused("a\0b").says
    assert "name of a file" in refused("x" * 5000).says


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_no_permission(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    path = tmp_path / "secret"
    if kind == "file":
        path.write_text(roots[0].pem)
    else:
        path.mkdir()
    path.chmod(0)
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    with nobody():
        assert "may not be read" in refused("secret").says


# What matters of a store


def test_only_what_could_matter_is_kept(roots: tuple[Issued, ...]) -> None:
    issuer = roots[1].intermediate("Store Test Issuer")
    leaf = issuer.issue("shop.example")
    twin = authority(roots[1].traits.common_name or "")
    cross = roots[2].cross_sign(roots[1])
    loaded = Loaded(source="s", kind="pem", path="p", certificates=tuple(one.certificate for one in (*roots, twin, cross)))
    store = relevant(loaded, (leaf.certificate, issuer.certificate))
    assert store.size == 5 and (store.source, store.kind, store.path) == ("s", "pem", "p")
    assert [one.der for one in store.certificates] == [roots[1].der, roots[2].der, twin.der, cross.der]
    assert relevant(loaded, (leaf.certificate,)).certificates == ()


def test_equal_certificates_and_those_of_the_same_name_are_kept(roots: tuple[Issued, ...]) -> None:
    leaf = roots[0].issue("shop.example")
    renewed = roots[1].issue("shop.example")
    odd = Certificate(der=b"not a certificate")
    loaded = Loaded(source="s", kind="pem", path="p", certificates=(leaf.certificate, renewed.certificate, odd, roots[2].certificate))
    assert set(relevant(loaded, (leaf.certificate, odd)).certificates) == {leaf.certificate, renewed.certificate, odd}


def test_names_compare_as_rfc_5280_says(roots: tuple[Issued, ...]) -> None:
    other = authority("STORE test  root 0")
    assert relevant(Loaded(source="s", kind="pem", path="p", certificates=(other.certificate,)), (roots[0].issue("x.example").certificate,)).certificates


def test_the_short_way_to_a_subject_is_the_same_as_the_long_one() -> None:
    odd = [Certificate(der=data) for _, data in odd_certificates()]
    for one in (*load("certifi").certificates, *odd):
        subject = one.read.subject
        assert stores.subject_key(one) == (subject.key if subject else None)


def test_without_certificates_nothing_matters() -> None:
    assert relevant(load("certifi"), ()).certificates == ()


def test_every_anchor_with_the_name_is_kept_however_it_is_written() -> None:
    """The quick look at the subjects misses none that reading finds: names in other letters, string types and widths, and odd ones."""
    public = load("certifi").certificates
    chance = random.Random(7)

    def rewritten(one: Certificate) -> Certificate:
        data, read = bytearray(one.der), one.read
        assert read.subject
        start = one.der.index(read.subject.der, 20)
        for _ in range(chance.randint(1, 3)):
            place = start + chance.randrange(len(read.subject.der))
            data[place] = data[place] ^ 0x20 if chance.random() < 0.5 else chance.choice((0x0C, 0x13, 0x14, 0x1C, 0x1E, 0x20, 0x00, 0xC3))
        return Certificate(der=bytes(data))

    held = tuple(dict.fromkeys((*public, *(Certificate(der=data) for _, data in odd_certificates()), *(rewritten(chance.choice(public)) for _ in range(500)))))
    everything = Loaded(source="all", kind="pem", path="", certificates=held)
    keys = {one: stores.subject_key(one) for one in held}
    more = 0
    for one in chance.sample(held, 150):
        names = {name.key for name in (one.read.subject, one.read.issuer) if name}
        same = {other for other, key in keys.items() if key in names}
        assert same <= set(relevant(everything, (one,)).certificates)
        more += len(same) > 1
    assert more > 20
