"""A native connector is a Java program that trusts nothing by default: what is advised for it is given to a JVM that reads a real directory by it."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probe.cli.main import run
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.shop import Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from tests.peers.keystores import run as program
from tests.servers import slapd

HOST = "dc1.corp.example"
PROFILE = ("--profile", "matrix42-native-connector")
SOURCE = Path(__file__).with_name("Ldaps.java")


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy(HOST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("connector")
    subprocess.run(("javac", "-d", str(place), str(SOURCE)), check=True, capture_output=True, timeout=60)
    (place / "hosts").write_text(f"{LOOPBACK} {HOST}\n")
    return place


@pytest.fixture(scope="module")
def directory(made: Hierarchy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with slapd(tmp_path_factory.mktemp("slapd"), (made.leaf, made.intermediate)) as port:
        yield port


def connector(folder: Path, port: int, certificate: Path | None) -> tuple[str, str]:
    """What a JVM says by name and by address, when exactly this file was imported as a consultant does it."""
    store = folder / "truststore.p12"
    store.unlink(missing_ok=True)
    about = ("-keystore", str(store), "-storetype", "PKCS12", "-storepass", "changeit")
    if certificate:
        program("keytool", "-importcert", "-noprompt", *about, "-alias", "target", "-file", str(certificate))
    else:
        program("keytool", "-genkeypair", *about, "-alias", "own", "-keyalg", "EC", "-dname", "CN=nobody")
    options = (f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit", f"-Djdk.net.hosts.file={folder / 'hosts'}")
    urls = [f"ldaps://{host}:{port}" for host in (HOST, LOOPBACK)]
    by_name, by_address = program("java", "-XX:TieredStopAtLevel=1", "-Duser.language=en", *options, "-cp", str(folder), "Ldaps", *urls).splitlines()
    return by_name, by_address


def advised(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = run(["trust", *PROFILE, *options, "--format", "json"])
    captured = capsys.readouterr()
    assert not captured.err, captured.err
    return code, json.loads(captured.out)["results"][0]


def at(port: int, host: str = HOST) -> tuple[str, ...]:
    return ("--var", f"host={host}", "--var", f"port={port}", "--connect", f"{LOOPBACK}:{port}")


def test_the_root_that_is_advised_is_what_a_jvm_needs(
    made: Hierarchy, folder: Path, directory: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing, _ = connector(folder, directory, None)
    assert "trustAnchors parameter must be non-empty" in nothing or "PKIX path building failed" in nothing
    root = tmp_path / "corp-root.pem"
    root.write_text(made.root.pem)
    code, found = advised(capsys, *at(directory), "--var", f"ca_files={root}", "--write", str(tmp_path / "to-send"))
    assert code == 0 and found["choices"][0]["best"] and [one["stack"] for one in found["choices"][0]["stacks"]] == ["java"]
    recipient, text = found["ticket"]["recipient"], found["ticket"]["text"]
    assert recipient.startswith("Matrix42") and made.root.pem.strip() in text and HOST in text
    (sent,) = [tmp_path / "to-send" / name for name in found["choices"][0]["certificates"][0]["files"] if name.endswith(".pem")]
    assert made.root.pem in sent.read_text() and sent.name in text
    by_name, by_address = connector(folder, directory, sent)
    assert by_name == "ok" and "No subject alternative names matching IP address 127.0.0.1 found" in by_address
    # What a JVM says of the address is what the probe says of it, and no file helps.
    code, found = advised(capsys, *at(directory, LOOPBACK), "--var", f"ca_files={root}")
    assert code == 1 and not found["ticket"]
    assert any("name.ip-not-in-san" in one["says"] and f"use a name that stands in the certificate: {HOST}" in one["says"] for one in found["remarks"])


@pytest.mark.parametrize("which", ["intermediate", "leaf"])
def test_lesser_choices_do_for_a_jvm_and_are_called_lesser(
    which: str, made: Hierarchy, folder: Path, directory: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one: Issued = getattr(made, which)
    file = tmp_path / "sent.pem"
    file.write_text(one.pem)
    code, found = advised(capsys, *at(directory), "--var", f"ca_files={file}")
    choice = next(each for each in found["choices"] if each["kind"] == which)
    assert choice["stacks"][0]["trusts"] and choice["remarks"] and code == 0
    assert which == "intermediate" or any("the last resort" in each["says"] for each in found["now"])
    assert connector(folder, directory, file)[0] == "ok"


def test_the_file_of_another_environment_is_found_before_it_is_sent(folder: Path, directory: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "qa-root.pem"
    other.write_text(authority("QA Root CA").pem)
    _, found = advised(capsys, *at(directory), "--var", f"ca_files={other}")
    assert any(one["tone"] == "bad" and "perhaps it is for another environment" in one["says"] for one in found["now"])
    assert "PKIX path building failed" in connector(folder, directory, other)[0]


def test_an_expired_file_is_not_to_be_sent_though_java_takes_it(
    made: Hierarchy, folder: Path, directory: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old-root.pem"
    old.write_text(authority("Lab Root CA", replace(AUTHORITY, starts=-3650, ends=-5, key=made.root.key)).pem)
    _, found = advised(capsys, *at(directory), "--var", f"ca_files={old}")
    assert any(one["tone"] == "bad" and "do not send it" in one["says"] for one in found["now"])
    assert connector(folder, directory, old)[0] == "ok"
    # The file alone, before any endpoint is there.
    code, found = advised(capsys, str(old))
    assert (code, found["verdict"]) == (1, "fails") and found["sentence"].startswith("Do not send ") and "expired on" in found["sentence"]


def test_a_file_with_a_key_in_it(made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.servers import key_pem

    both = tmp_path / "root.pem"
    both.write_bytes(made.root.pem.encode() + key_pem(made.root))
    _, found = advised(capsys, str(both))
    assert any(one["tone"] == "bad" and "holds a private key: never send it" in one["says"] for one in found["remarks"])


def test_nothing_is_trusted_by_default_and_the_check_says_so(made: Hierarchy, directory: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root.pem"
    root.write_text(made.root.pem)
    assert run(["check", *PROFILE, *at(directory), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["results"][0]
    assert found["cause"]["code"] == "trust.store-empty"
    assert run(["check", *PROFILE, *at(directory), "--var", f"ca_files={root}", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["results"][0]
    assert [one["stack"] for one in found["stacks"]] == ["java"]


def test_the_api_of_another_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy("api.corp.example")
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        trusting = ("--var", f"ca_files={stage.trust_file(made.root)}")
        connect = ("--connect", f"{LOOPBACK}:{port}")
        code, found = advised(capsys, "--var", "api=api.corp.example", "--var", f"api_port={port}", *connect, *trusting)
        assert code == 0 and found["target"] == f"api.corp.example:{port}" and "https://api.corp.example" in json.dumps(found["observation"])
        assert shlex.split(found["repeat"])[:2] == ["probe", "trust"] and "Matrix42" in found["ticket"]["recipient"]
        assert run(["check", *PROFILE, f"https://api.corp.example:{port}", *connect, *trusting, "--format", "json"]) == 0
        seen = json.loads(capsys.readouterr().out)["results"][0]
        assert seen["observation"]["target"]["endpoint"] == "api"


def test_both_endpoints_or_none(directory: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", *PROFILE]) == 2
    assert "--var host=dc1.corp.example" in capsys.readouterr().err
    assert run(["trust", *PROFILE, "--endpoint", "api"]) == 2
    assert "--var api=api.corp.example" in capsys.readouterr().err
