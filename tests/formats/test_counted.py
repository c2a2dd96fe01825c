"""What Java counts of a key store: predictions against the default trust manager of this machine's JVM, about stores that real programs wrote."""

import hashlib
from pathlib import Path

import pytest

from probe.capture.store_password import StorePassword
from probe.capture.stores import load
from probe.facts.certificate import Certificate
from probe.facts.unusable import Unusable
from probe.formats import jks, pkcs12_store
from probe.formats.counted import overlooked, store_refusals
from probe.formats.keys import Problem
from probe.formats.keystore import KeyStore
from tests.peers import keystores
from tests.peers.keystores import OWN, PASSWORD, Counted

NAMES = (
    *("jks", "jks with a password of its own", "jks with a key", "jks without entries", "pkcs12", "pkcs12 with a password of its own"),
    *("pkcs12 of old Java", "pkcs12 without protection", "pkcs12 of openssl", "pkcs12 of old openssl", "pkcs12 of openssl with 3DES"),
    *("pkcs12 of openssl in the clear", "pkcs12 with an empty password", "pkcs12 of gnutls", "pkcs12 with a key", "pkcs12 without entries"),
)
EMPTY = {
    *("pkcs12 of openssl", "pkcs12 of old openssl", "pkcs12 of openssl with 3DES", "pkcs12 of openssl in the clear"),
    *("pkcs12 with an empty password", "pkcs12 of gnutls"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("stores")
    found = keystores.written(folder)
    damaged = bytearray(found["jks"].read_bytes())
    at = damaged.index(keystores.roots()[0].der[:20])
    damaged[at + 4] = 0x31  # the certificate's first part is no SEQUENCE any more
    found["jks damaged"] = folder / "damaged.jks"
    found["jks damaged"].write_bytes(damaged)
    return found


@pytest.fixture(scope="module")
def java(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str | None], Counted]:
    """What the JVM says of every store with its password, without one, and with a wrong one."""
    classes = keystores.compiled(tmp_path_factory.mktemp("classes"))
    made = {**made, "missing": Path("/nonexistent/store.p12")}
    questions = [(name, password) for name in made for password in (password_of(name), None, "wrong")]
    return dict(zip(questions, keystores.asked(classes, [(made[name], password) for name, password in questions]), strict=True))


def password_of(name: str) -> str:
    return OWN if name.endswith("of its own") else PASSWORD


def read(path: Path, password: str | None) -> KeyStore:
    data = path.read_bytes()
    return jks.read(data, password) if jks.is_jks(data) else pkcs12_store.read(data, password)


def counted(store: KeyStore, empty: bool = False) -> frozenset[str]:
    lost = {one for part in overlooked(store, empty) for one in part.certificates}
    return frozenset(digest(one.certificate) for one in store.entries if one.certificate not in lost)


def digest(one: Certificate) -> str:
    return hashlib.sha256(one.der).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_java_counts_what_was_predicted_with_the_password(name: str, made: dict[str, Path], java: dict[tuple[str, str | None], Counted]) -> None:
    password = "" if name.endswith("an empty password") else password_of(name)
    store = read(made[name], password)
    assert store.problem is None and (store.entries or name.endswith("without entries"))
    said = java[name, None if password == "" else password]
    assert not said.refused and said.anchors == counted(store, password == "")
    assert (not said.anchors) is (name in EMPTY or name.endswith("without entries"))


@pytest.mark.parametrize("name", NAMES)
def test_java_counts_only_what_is_in_the_clear_without_one(name: str, made: dict[str, Path], java: dict[tuple[str, str | None], Counted]) -> None:
    store = read(made[name], None)
    said = java[name, None]
    assert not said.refused
    if store.problem is Problem.MISSING or name.endswith("an empty password"):
        assert store.sealed and not said.anchors
    else:
        assert said.anchors == counted(store)


@pytest.mark.parametrize("name", NAMES)
def test_java_refuses_a_wrong_password_where_it_can_tell(name: str, made: dict[str, Path], java: dict[tuple[str, str | None], Counted]) -> None:
    store = read(made[name], "wrong")
    said = java[name, "wrong"]
    assert (store.problem is Problem.WRONG) is bool(said.refused) is (name != "pkcs12 without protection")
    if said.refused:
        assert "problem accessing trust store" in said.refused and ("password was incorrect" in said.refused or "integrity" in said.refused)
        assert not store.entries


def test_java_gives_up_a_store_with_one_damaged_certificate(made: dict[str, Path], java: dict[tuple[str, str | None], Counted]) -> None:
    store = read(made["jks damaged"], None)
    assert [one.where for one in store.skipped] == ["entry 1"] or [one.where for one in store.skipped] == ["entry 2"]
    refused = [one for one in store_refusals(store) if one.stack == "java"]
    assert len(refused) == 1 and not refused[0].convertible
    assert java["jks damaged", None].refused.startswith(refused[0].words)


def test_java_does_not_load_jceks_unless_told(made: dict[str, Path], java: dict[tuple[str, str | None], Counted]) -> None:
    refused = next(one for one in store_refusals(read(made["jceks"], PASSWORD)) if one.stack == "java")
    assert refused.convertible and java["jceks", PASSWORD].refused.startswith(refused.words)
    listed = keystores.run("keytool", "-list", "-storetype", "JCEKS", "-storepass", PASSWORD, "-keystore", str(made["jceks"]))
    assert listed.count("trustedCertEntry") == len(read(made["jceks"], PASSWORD).entries) == 2


def test_java_silently_takes_its_own_store_for_a_missing_one(java: dict[tuple[str, str | None], Counted]) -> None:
    said = java["missing", None]
    assert said == java["missing", PASSWORD] and len(said.anchors) > 50
    assert {digest(one) for one in load("java").certificates} == said.anchors
    with pytest.raises(Unusable, match=r"trusts its own cacerts"):
        load("/nonexistent/store.p12", StorePassword())
    with pytest.raises(Unusable) as caught:
        load("/nonexistent/store.pem")
    assert "cacerts" not in str(caught.value)


def test_aliases_and_dates_are_those_of_keytool(made: dict[str, Path]) -> None:
    for name, alias in (("jks", "älpha"), ("pkcs12", "älpha"), ("jceks", "älpha")):
        store = read(made[name], PASSWORD)
        assert {one.alias for one in store.entries} == {alias, "beta"}, name
        listed = keystores.run(
            "keytool",
            "-J-Dfile.encoding=UTF-8",
            "-list",
            "-storepass",
            PASSWORD,
            "-keystore",
            str(made[name]),
            *(("-storetype", "JCEKS") if name == "jceks" else ()),
        )
        assert listed.count("trustedCertEntry") == 2
    for one in read(made["jks"], None).entries:
        assert one.added is not None and one.kind == "trusted"


def test_an_alias_in_capitals_replaces_the_other(made: dict[str, Path]) -> None:
    store = read(made["jks"], None)
    first, second = store.entries
    from dataclasses import replace

    twins = replace(store, entries=(replace(first, alias="Same"), replace(second, alias="same")))
    (lost,) = overlooked(twins, empty_password=False)
    assert lost.certificates == (first.certificate,) and "same alias" in lost.why
