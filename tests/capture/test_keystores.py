"""Key stores, archives and databases as ``--trust``: passwords, Java's own store, and everything that can be wrong with such a file."""

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from probe.capture.java_home import java_home
from probe.capture.store_password import Prompt, StorePassword
from probe.capture.stores import load
from probe.facts.unusable import Unusable
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.pki import Issued, authority
from tests.capture.test_stores import ders, nobody, refused
from tests.peers import keystores
from tests.servers import key_pem

OWN = "s3cret of nobody"


@pytest.fixture(scope="module")
def roots() -> tuple[Issued, ...]:
    return tuple(authority(f"Store Root {number}") for number in range(3))


@pytest.fixture
def store(tmp_path: Path, roots: tuple[Issued, ...]) -> Path:
    """A PKCS #12 store with a password of its own."""
    path = tmp_path / "own.p12"
    path.write_bytes(pkcs12_trust_store([one.certificate for one in roots], OWN))
    return path


class Person:
    """Somebody at a terminal who types these one after the other."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.asked: list[str] = []

    def __call__(self, what: str) -> str | None:
        self.asked.append(what)
        return self.words.pop(0) if self.words else None


def said(problem: pytest.ExceptionInfo[Unusable]) -> str:
    return problem.value.says + problem.value.next_step


# Passwords


def test_a_person_is_asked_again_until_it_fits(store: Path, roots: tuple[Issued, ...]) -> None:
    person = Person("wrong", "wrong again", OWN)
    loaded = load(str(store), StorePassword("", person))
    assert len(person.asked) == 3 and str(store) in person.asked[0]
    assert ders(loaded) == [one.der for one in roots] and not [one for one in loaded.notes if "changeit" in one]


def test_nobody_is_asked_for_ever(store: Path) -> None:
    person = Person(*["wrong"] * 10)
    with pytest.raises(Unusable, match=r"The password for the PKCS12 file .* is wrong") as problem:
        load(str(store), StorePassword("", person))
    assert len(person.asked) == 3 and "wrong again" not in said(problem)


def test_a_wrong_password_in_the_environment_is_asked_for_on_a_terminal(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "not it")
    assert load(str(store), StorePassword("STORE", Person(OWN))).certificates
    for prompt in (None, Person()):
        with pytest.raises(Unusable, match=r"is wrong") as problem:
            load(str(store), StorePassword("STORE", prompt))
        assert "not it" not in said(problem)


def test_a_variable_that_does_not_exist_may_be_the_password_itself(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORE", raising=False)
    with pytest.raises(Unusable, match=r"named by --trust-password-env does not exist") as problem:
        load(str(store), StorePassword("STORE"))
    assert "STORE" not in problem.value.says + problem.value.next_step


def test_the_usual_password_is_told_when_another_was_given(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "usual.p12"
    path.write_bytes(pkcs12_trust_store([roots[0].certificate], "changeit"))
    monkeypatch.setenv("STORE", "not it")
    loaded = load(str(path), StorePassword("STORE"))
    assert loaded.notes[0] == "opened with the password changeit, which is the usual one, not with the one that was given"


def test_jks_is_read_without_its_password_and_that_is_told(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.jks"
    at = roots[0].certificate.read.not_before
    assert at is not None
    path.write_bytes(jks_trust_store([one.certificate for one in roots], OWN, at))
    person = Person(OWN)
    loaded = load(str(path), StorePassword("", person))
    assert ders(loaded) == [one.der for one in roots] and not person.asked
    assert loaded.notes == ("its integrity was not checked, as no password was given and changeit does not fit",)
    monkeypatch.setenv("STORE", OWN)
    assert load(str(path), StorePassword("STORE")).notes == ()
    monkeypatch.setenv("STORE", "not it")
    with pytest.raises(Unusable, match=r"The password for the JKS key store .* is wrong"):
        load(str(path), StorePassword("STORE"))


def test_no_password_is_shown() -> None:
    assert "hidden" in repr(StorePassword("STORE")) and not hasattr(StorePassword("STORE"), "__dict__")
    prompt: Prompt = Person(OWN)
    assert OWN not in repr(StorePassword("", prompt))


# What is damaged


@pytest.mark.parametrize("kind", ["jks", "p12"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.99])
def test_a_store_that_is_cut_off_is_one_sentence(tmp_path: Path, roots: tuple[Issued, ...], kind: str, part: float) -> None:
    at = roots[0].certificate.read.not_before
    assert at is not None
    held = [one.certificate for one in roots]
    whole = jks_trust_store(held, "changeit", at) if kind == "jks" else pkcs12_trust_store(held, "changeit")
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(whole[: max(int(len(whole) * part), 24)])
    if kind == "jks" and part == 0.99:
        # Only the check value is cut off: Java reads the rest without a password, and so does this.
        assert [one.why for one in load(str(path)).skipped] == ["damaged: the check value is cut off"]
        return
    assert "is damaged" in refused(path).says


def test_a_changed_certificate_of_a_jks_store_is_noticed_with_the_password(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    at = roots[0].certificate.read.not_before
    assert at is not None
    data = bytearray(jks_trust_store([roots[0].certificate], OWN, at))
    data[-40] ^= 1
    (tmp_path / "changed.jks").write_bytes(data)
    monkeypatch.setenv("STORE", OWN)
    with pytest.raises(Unusable, match=r"is wrong"):
        load(str(tmp_path / "changed.jks"), StorePassword("STORE"))


def test_stores_of_bouncy_castle_come_with_the_line_that_converts_them(tmp_path: Path) -> None:
    for kind in ("BCFKS", "BKS"):
        path = keystores.bouncy_castle(tmp_path, kind)
        error = refused(path)
        assert f"a {kind} key store" in error.says and f"-storetype {kind}" in error.next_step
        line = error.next_step.removeprefix("Convert it with: ").replace("bcprov.jar", str(keystores.BOUNCY_CASTLE)).partition(" > ")[0]
        (tmp_path / "anchors.pem").write_text(keystores.run(*line.split(), "-storepass", keystores.PASSWORD))
        assert ders(load(str(tmp_path / "anchors.pem"))) == [keystores.roots()[0].der]


def test_no_permission_and_a_circle(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    store.chmod(0)
    (tmp_path / "self.p12").symlink_to("self.p12")
    monkeypatch.chdir(tmp_path)
    with nobody():
        error = refused("own.p12")
    assert "may not be read" in error.says and "its own cacerts" in error.next_step
    assert "circle" in refused("self.p12").says


def test_a_file_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    for name, beginning in (("huge.jks", b"\xfe\xed\xfe\xed\0\0\0\2"), ("huge.p12", b"\x30\x84\x3f\xff\xff\x00\2\1\3\x30"), ("huge.zip", b"PK\3\4")):
        with (tmp_path / name).open("wb") as file:
            file.write(beginning)
            file.truncate(1 << 30)
        assert "larger than 64 MiB" in refused(tmp_path / name).says


# NSS


def test_a_database_of_nss_gives_what_is_trusted_for_servers(tmp_path: Path) -> None:
    path = keystores.nss(tmp_path)
    before = path.read_bytes(), sorted(tmp_path.iterdir())
    loaded = load(str(path))
    assert loaded.kind == "nss" and loaded.certificates[0].der == keystores.roots()[0].der and len(loaded.certificates) == 2
    assert loaded.notes == ("1 more certificate in it is not trusted for servers",)
    assert {one.stack for one in loaded.refused} == {"java", "openssl"} and all(one.convertible for one in loaded.refused)
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before


def test_the_folder_of_a_database_leads_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "profile").mkdir()
    path = keystores.nss(tmp_path / "profile")
    for one in path.parent.glob("*.pem"):
        one.unlink()
    assert refused(path.parent).next_step == f"Name the file itself: --trust {path}"


def test_a_database_in_use_is_read_too(tmp_path: Path) -> None:
    """Programs that keep it open may have switched its journal."""
    path = keystores.nss(tmp_path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    assert path.read_bytes()[18:20] == b"\2\2"
    assert len(load(str(path)).certificates) == 2


@pytest.mark.parametrize("how", ["cut", "other", "view", "endless"])
def test_other_databases_are_refused(tmp_path: Path, how: str) -> None:
    path = keystores.nss(tmp_path)
    if how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as database:
            if how == "other":
                database.execute("CREATE TABLE nssPublic (a0, a3)")
            elif how == "view":
                database.execute("CREATE TABLE other (a0, a3, a11, a81, a82, ace536358)")
                database.execute("CREATE VIEW nssPublic AS SELECT a0, a3, load_extension('x') AS a11, a81, a82, ace536358 FROM other")
                database.execute("INSERT INTO other (a0) VALUES (x'00000001')")
            else:
                columns = "i AS a0, 1 AS a3, 1 AS a11, 1 AS a81, 1 AS a82, 1 AS ace536358"
                endless = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {columns} FROM n"  # noqa: S608 -- of this line's own making
                database.execute(f"CREATE VIEW nssPublic AS {endless}")
            database.commit()
    assert "is damaged" in refused(path).says


# Archives


def test_certificates_in_an_archive(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    path = tmp_path / "roots.zip"
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.pem", roots[2].pem)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/a.pem", roots[0].pem)
        archive.writestr("folder/b.cer", roots[1].der)
        archive.writestr("README.txt", "how to use these")
        archive.writestr("key.pem", key_pem(roots[0]))
        archive.write(inner, "inner.zip")
    loaded = load(str(path))
    assert loaded.kind == "zip" and ders(loaded) == [roots[0].der, roots[1].der]
    assert {one.where.partition(",")[0] for one in loaded.skipped} == {"README.txt", "key.pem", "inner.zip"}
    assert all(one.other for one in loaded.skipped)
    assert "PRIVATE" not in repr(loaded.skipped)


def test_an_archive_that_swells_is_not_unpacked(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.pem", b"\0" * (15 << 20))
        archive.writestr("a.pem", roots[0].pem)
    loaded = load(str(path))
    assert ders(loaded) == [roots[0].der]
    assert [(one.where, one.why) for one in loaded.skipped] == [("bomb.pem", "it swells to more than certificates do")]


def test_archives_without_certificates_and_damaged_ones(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("letter.txt", "Dear all")
    assert "a ZIP archive without certificates" in refused(tmp_path / "none.zip").says
    (tmp_path / "cut.zip").write_bytes((tmp_path / "none.zip").read_bytes()[:40])
    assert "a damaged ZIP archive" in refused(tmp_path / "cut.zip").says


# Java's own store


@pytest.fixture
def home(tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Java home whose cacerts has the first root."""
    made = tmp_path / "jdk"
    (made / "lib" / "security").mkdir(parents=True)
    (made / "bin").mkdir()
    (made / "bin" / "java").write_text("#!/bin/sh\n")
    (made / "bin" / "java").chmod(0o755)
    (made / "release").write_text('IMPLEMENTOR="Lab"\nJAVA_VERSION="17.0.99"\n')
    (made / "lib" / "security" / "cacerts").write_bytes(pkcs12_trust_store([roots[0].certificate], "changeit"))
    monkeypatch.setenv("PATH", str(made / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    yield made


def test_java_is_found_on_the_path_through_its_links(home: Path, tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "java").symlink_to(home / "bin" / "java")
    monkeypatch.setenv("PATH", str(tmp_path / "usr"))
    loaded = load("java")
    assert (loaded.kind, loaded.path, ders(loaded)) == ("java", str(home / "lib" / "security" / "cacerts"), [roots[0].der])
    assert loaded.notes[0] == "the Java that was found through PATH" and not loaded.refused
    found = java_home()
    assert (found.version, found.found_by) == ("17.0.99", "PATH")
    assert [(Path(one.path).name, one.exists, one.used) for one in found.stores] == [("jssecacerts", False, False), ("cacerts", True, True)]


def test_jssecacerts_takes_the_place_of_cacerts(home: Path, roots: tuple[Issued, ...]) -> None:
    (home / "lib" / "security" / "jssecacerts").write_bytes(pkcs12_trust_store([roots[1].certificate], "changeit"))
    loaded = load(f"java:{home}")
    assert ders(loaded) == [roots[1].der] and loaded.path.endswith("jssecacerts")
    assert "jssecacerts exists, so Java does not read the cacerts beside it" in loaded.notes


def test_java_home_comes_before_the_path(home: Path, tmp_path: Path, roots: tuple[Issued, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "jdk8"
    (other / "jre" / "lib" / "security").mkdir(parents=True)
    (other / "jre" / "lib" / "security" / "cacerts").write_bytes(pkcs12_trust_store([roots[2].certificate], "changeit"))
    monkeypatch.setenv("JAVA_HOME", str(other))
    loaded = load("java")
    assert ders(loaded) == [roots[2].der] and "/jre/lib/security/" in loaded.path
    assert loaded.notes[:2] == ("the Java that was found through JAVA_HOME", "the java on the PATH is another one, with a trust store of its own")


def test_never_another_java_in_place_of_the_one_that_was_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "holds no trust store of Java" in refused(f"java:{tmp_path / 'gone'}").says
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    assert "(named by JAVA_HOME)" in refused("java").says
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "No Java was found" in refused("java").says


def test_a_cacerts_that_may_not_be_read(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "lib" / "security" / "cacerts").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with nobody():
        assert refused("java:jdk").says == "jdk/lib/security/cacerts may not be read by this user."
    (home / "lib").chmod(0)
    with nobody():
        assert refused("java:jdk").says == "jdk may not be read by this user."
    (home / "lib").chmod(0o755)


def test_a_folder_with_five_thousand_files(tmp_path: Path, roots: tuple[Issued, ...]) -> None:
    for number in range(4999):
        (tmp_path / f"{number:04}.pem").write_text(roots[number % 3].pem)
    loaded = load(str(tmp_path))
    assert len(loaded.certificates) == 3 and not loaded.skipped
    for number in range(2):
        (tmp_path / f"more-{number}.pem").write_text("x")
    assert "more than 5000 files" in refused(tmp_path).says
