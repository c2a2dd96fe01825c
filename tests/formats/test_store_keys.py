"""Private keys in stores that keytool wrote: opened only as far as it takes to say what they belong to, and never kept."""

import pickle
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.capture.inspect import inspected
from probe.capture.store_password import Passwords
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.files import Entry, InspectedFile
from probe.formats import jks, jks_keys, pkcs12_keys
from probe.formats.everything import everything
from probe.formats.keys import Problem
from probe.jobs.inspect import Wishes, inspect
from tests.peers.keystores import PASSWORD, run

OWN = "another one"
ALGORITHMS = {"ec": ("-keyalg", "EC", "-groupname", "secp256r1"), "rsa": ("-keyalg", "RSA", "-keysize", "2048")}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Stores with two keys; in JKS and JCEKS there is a third with a password of its own. The certificate of each key is exported beside it."""
    folder = tmp_path_factory.mktemp("keys")
    found = {}
    for kind in ("JKS", "JCEKS", "PKCS12"):
        store = folder / f"keys.{kind.lower()}"
        named = ("-keystore", str(store), "-storetype", kind, "-storepass", PASSWORD)
        for alias, options in ALGORITHMS.items():
            run("keytool", "-genkeypair", "-alias", alias, *options, "-dname", f"CN={alias}.example", *named, "-keypass", PASSWORD)
        if kind != "PKCS12":
            run("keytool", "-genkeypair", "-alias", "own", *ALGORITHMS["ec"], "-dname", "CN=own.example", *named, "-keypass", OWN)
        found[kind.lower()] = store
    return found


def keys(file: InspectedFile) -> dict[str, Entry]:
    return {one.alias: one for one in file.entries if one.kind == "key"}


def certificate(file: InspectedFile, alias: str) -> bytes:
    (one,) = [entry.certificate for entry in file.entries if entry.certificate and entry.alias == alias]
    assert one.read.key is not None
    return one.read.key.spki


@pytest.mark.parametrize("kind", ["jks", "jceks", "pkcs12"])
def test_a_key_of_the_store_belongs_to_its_certificate(kind: str, stores: dict[str, Path]) -> None:
    (file,) = everything(stores[kind].read_bytes(), "a", PASSWORD)
    found = keys(file)
    assert file.kind == kind and not file.problem
    for alias, what in (("ec", "EC P-256"), ("rsa", "RSA 2048")):
        assert (found[alias].what, found[alias].problem) == (what, "")
        assert found[alias].public == certificate(file, alias)


@pytest.mark.parametrize("kind", ["jks", "jceks"])
def test_a_key_with_a_password_of_its_own_is_no_fault_and_not_looked_into(kind: str, stores: dict[str, Path]) -> None:
    (file,) = everything(stores[kind].read_bytes(), "a", PASSWORD)
    own = keys(file)["own"]
    assert (own.public, own.problem) == (b"", "") and own.what == "not looked into as it has a password of its own"


@pytest.mark.parametrize("kind", ["jks", "jceks"])
def test_without_a_password_the_certificates_are_there_and_the_keys_stay_closed(kind: str, stores: dict[str, Path]) -> None:
    (file,) = everything(stores[kind].read_bytes(), "a")
    assert {one.what for one in keys(file).values()} == {"not looked into as no password was given"}
    assert not file.problem and len([one for one in file.entries if one.certificate]) == 3
    assert everything(stores[kind].read_bytes(), "a", "wrong")[0].problem == "password-wrong"


def test_the_usual_password_opens_keys_too_and_is_told(stores: dict[str, Path], tmp_path: Path) -> None:
    store = tmp_path / "usual.jks"
    named = ("-keystore", str(store), "-storetype", "JKS", "-storepass", PASSWORD, "-keypass", PASSWORD)
    run("keytool", "-genkeypair", "-alias", "ec", *ALGORITHMS["ec"], "-dname", "CN=usual.example", *named)
    (file,) = inspected((str(store),), Passwords(""))
    assert keys(file)["ec"].public == certificate(file, "ec") and "changeit" in file.notes[0]
    (file,) = inspected((str(stores["jks"]),), Passwords(""))
    assert [alias for alias, one in sorted(keys(file).items()) if one.public] == ["ec", "rsa"] and "changeit" in file.notes[0]


@pytest.mark.parametrize("kind", ["jks", "jceks", "pkcs12"])
def test_nothing_of_a_key_is_kept(kind: str, stores: dict[str, Path]) -> None:
    data = stores[kind].read_bytes()
    (file,) = everything(data, "a", PASSWORD)
    text = codec.text(file)
    found = jks_keys.read(data, PASSWORD) if kind != "pkcs12" else pkcs12_keys.read(data, PASSWORD)
    opened = [one for _, one in found if one.key is not None]
    assert len(opened) == 2
    for one in opened:
        assert one.key is not None
        secret = one.key.private_bytes_raw() if hasattr(one.key, "private_bytes_raw") else str(one.key.private_numbers()).encode()
        assert secret.decode("latin-1") not in text and "hidden" in repr(one)
        assert one.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(TypeError):
            pickle.dumps(one)
    assert PASSWORD not in text


@pytest.mark.parametrize("kind", ["jks", "jceks", "pkcs12"])
def test_whatever_is_cut_off_or_changed_nothing_falls_over(kind: str, stores: dict[str, Path]) -> None:
    data = stores[kind].read_bytes()
    for place in range(0, len(data), 97):
        cut = data[:place]
        changed = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        if kind == "jks":
            # The check value would refuse them; the keys are looked at all the same here.
            assert len(jks_keys.read(cut, PASSWORD)) <= 3 and len(jks_keys.read(changed, PASSWORD)) <= 3
        if kind == "pkcs12":
            assert len(pkcs12_keys.read(cut, PASSWORD)) <= 2
        (file,) = everything(cut, "a", PASSWORD)
        assert not any(one.public for one in file.entries if one.kind == "key") or not file.problem


def test_rounds_of_a_hostile_store_are_bounded(stores: dict[str, Path]) -> None:
    data = stores["jceks"].read_bytes()
    (first, *_) = jks.sealed_keys(data)
    # 200,000 rounds as keytool writes them, an INTEGER of three bytes.
    usual = b"\x02\x03" + (200_000).to_bytes(3)
    assert usual in first.sealed
    hostile = data.replace(usual, b"\x02\x03" + (5_000_000).to_bytes(3))
    assert {one.problem for _, one in jks_keys.read(hostile, PASSWORD)} == {Problem.UNSUPPORTED}


def test_the_digest_of_triple_des_is_javas_also_for_equal_halves_of_the_salt() -> None:
    # javax.crypto.Cipher PBEWithMD5AndTripleDES of OpenJDK 17: password "secret", 3 rounds, "hello world".
    for salt, hidden in (("0102030405060708", "9499965b726d8bdbc970fbace0ed73e5"), ("0102030401020304", "e385b495769fa3b27950fd8ebd938e0d")):
        assert jks_keys._jce(bytes.fromhex(hidden), bytes.fromhex(salt), 3, "secret") == b"hello world"


def test_a_key_that_does_not_belong_to_its_certificate_is_found(stores: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two keys of one store exchanged, and the check value made anew: no program writes this, a careless copy does."""
    data = stores["jks"].read_bytes()
    sealed = {each.alias: each for each in jks.sealed_keys(data)}
    one, two = sealed["ec"], sealed["rsa"]
    swapped = data.replace(_framed(one.sealed), b"\0first\0").replace(_framed(two.sealed), _framed(one.sealed)).replace(b"\0first\0", _framed(two.sealed))
    swapped = swapped[:-20]
    store = tmp_path / "swapped.jks"
    store.write_bytes(swapped + jks._check_value(swapped, PASSWORD))
    (file,) = everything(store.read_bytes(), str(store), PASSWORD)
    assert keys(file)["ec"].public == certificate(file, "rsa")
    found = looked(store, monkeypatch)
    assert found.verdict is Verdict.FAILS and found.cause is not None and found.cause.code == "file.key-mismatch"
    assert looked(stores["jks"], monkeypatch).verdict is Verdict.WORKS
    assert keys(file)["rsa"].public == certificate(file, "ec")


def looked(store: Path, monkeypatch: pytest.MonkeyPatch) -> Diagnosis:
    monkeypatch.setenv("STORE_PASSWORD", PASSWORD)
    return diagnose(inspect((str(store),), Wishes(password_env="STORE_PASSWORD", trust=("none",)), Passwords("STORE_PASSWORD")))


def _framed(sealed: bytes) -> bytes:
    return struct.pack(">I", len(sealed)) + sealed
