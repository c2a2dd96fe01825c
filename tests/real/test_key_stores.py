"""``--trust STORE --as java`` against a JVM that connects with just this store, for stores that keytool and openssl wrote."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.unusable import Unusable
from probe.lab.shop import HOST, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Credentials, Serving
from probe.remedies import remedy
from tests.peers import keystores
from tests.peers.java import without_alert
from tests.peers.keystores import OWN, PASSWORD

WORKING = ("jks", "jks with a password of its own", "pkcs12", "pkcs12 with a password of its own", "pkcs12 of old Java", "pkcs12 without protection")
EMPTY = (
    *("pkcs12 of openssl", "pkcs12 of old openssl", "pkcs12 of openssl with 3DES", "pkcs12 of openssl in the clear"),
    *("pkcs12 with an empty password", "pkcs12 of gnutls"),
)
WITH_KEY = ("pkcs12 with a key", "jks with a key")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return keystores.written(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A shop below the first of the two roots."""
    leaf = keystores.roots()[0].issue(HOST)
    with Stage() as stage:
        yield stage.tls(Serving(credentials=(Credentials(chain=(leaf.der,), key=leaf.key),)))


@pytest.fixture(scope="module")
def java(made: dict[str, Path], port: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the JVM says with each store, with the password that belongs to it."""
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(("javac", "-d", str(classes), str(Path(__file__).with_name("StoreConnect.java"))), check=True, capture_output=True, timeout=60)
    lines = "".join(f"{HOST}\t{port}\t{path}\t{password(name) or '-'}\n" for name, path in made.items())
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "StoreConnect")
    said = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60)
    return dict(zip(made, said.stdout.splitlines(), strict=True))


def password(name: str) -> str:
    return OWN if name.endswith("of its own") else "" if name.endswith("empty password") else PASSWORD


def checked(port: int, path: Path, name: str, monkeypatch: pytest.MonkeyPatch, *options: str) -> Diagnosis:
    monkeypatch.setenv("STORE_PASSWORD", password(name))
    return diagnose(observed(reach(port, str(path), "--trust-password-env", "STORE_PASSWORD", *options)))


@pytest.mark.parametrize("name", WORKING)
def test_a_store_that_java_loads_works(name: str, made: dict[str, Path], port: int, java: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(port, made[name], name, monkeypatch, "--as", "java")
    assert java[name] == "ok"
    assert found.verdict is Verdict.WORKS and not found.findings


@pytest.mark.parametrize("name", EMPTY)
def test_a_store_that_java_takes_for_empty_fails(name: str, made: dict[str, Path], port: int, java: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(port, made[name], name, monkeypatch, "--as", "java")
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "trust.store-empty"
    (verdict,) = found.stacks
    assert "the trustAnchors parameter must be non-empty" in verdict.says and "the trustAnchors parameter must be non-empty" in java[name]
    (remedy,) = found.prescribed
    assert remedy.remedy.action == "mark-trusted" and remedy.proof and remedy.proof.verdict is Verdict.WORKS


@pytest.mark.parametrize("name", WITH_KEY)
def test_what_stands_behind_a_key_does_not_count(name: str, made: dict[str, Path], port: int, java: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(port, made[name], name, monkeypatch, "--as", "java")
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "trust.store-empty"
    assert "only the first certificate" in found.cause.summary and "lacks what is needed" in found.cause.summary
    (verdict,) = found.stacks
    assert without_alert(java[name].partition(" <- ")[0]) == without_alert(verdict.says)
    both = checked(port, made[name], name, monkeypatch)
    assert both.verdict is Verdict.DEPENDS and {one.stack: one.accepts for one in both.stacks} == {"java": False, "openssl": True}


def test_a_wrong_password_ends_the_check(made: dict[str, Path], port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_PASSWORD", "nonsense")
    for name in ("jks with a password of its own", "pkcs12 with a password of its own"):
        with pytest.raises(Unusable, match=r"password .* is wrong") as caught:
            observed(reach(port, str(made[name]), "--trust-password-env", "STORE_PASSWORD"))
        assert "nonsense" not in str(caught.value) + caught.value.next_step


def test_the_usual_password_is_tried_and_told(made: dict[str, Path], port: int) -> None:
    from probe.report.words import circumstances

    found = diagnose(observed(reach(port, str(made["pkcs12"]), "--as", "java")))
    assert found.verdict is Verdict.WORKS
    told = dict(circumstances(found.case))["Trust store"]
    assert "opened with the password changeit" in told and "javax.net.ssl.trustStorePassword" in told


def test_openssl_loads_none_of_them(made: dict[str, Path], port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is stopped, as the same certificates are to be had as PEM; the note tells how."""
    for name in ("jks", "pkcs12"):
        found = checked(port, made[name], name, monkeypatch, "--as", "openssl")
        assert found.verdict is Verdict.WORKS
        assert [(one.code, one.effect.value) for one in found.findings] == [("trust.store-unreadable", "note")]
        done = subprocess.run(("openssl", "verify", "-CAfile", str(made[name]), "/dev/null"), capture_output=True, text=True, timeout=20, check=False)
        assert "Error loading file" in done.stderr


def test_what_the_remedy_says_makes_a_store_that_java_counts(made: dict[str, Path], port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, imported, listed = (
        one.replace("store.p12 -nokeys", f"{made['pkcs12 of openssl']} -nokeys -passin pass:{PASSWORD}") for one in remedy("mark-trusted").steps[0].commands
    )
    keystores.run(*taken.split(), folder=tmp_path)
    blocks = (tmp_path / "anchors.pem").read_text().split("-----END CERTIFICATE-----\n")[:-1]
    for number, block in enumerate(blocks):
        (tmp_path / "root.pem").write_text(f"{block}-----END CERTIFICATE-----\n")
        keystores.run(*imported.replace("example-root", f"root-{number}").split(), folder=tmp_path)
    assert keystores.run(*listed.split(), folder=tmp_path).count("trustedCertEntry") == len(blocks) == 2
    assert checked(port, tmp_path / "truststore.p12", "pkcs12", monkeypatch, "--as", "java").verdict is Verdict.WORKS


def test_the_command_line_says_one_sentence_and_leaves_with_2(made: dict[str, Path], port: int) -> None:
    for environment, says in (({}, "needs a password, and changeit is not it"), ({"PW": "nonsense"}, "is wrong")):
        options = ("--trust-password-env", "PW") if environment else ()
        command = (sys.executable, "-m", "probe", "check", *reach(port, str(made["pkcs12 with a password of its own"])), *options)
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)
        assert done.returncode == 2 and says in done.stderr and not done.stdout
        assert "nonsense" not in done.stderr and "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 2
