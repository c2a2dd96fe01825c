"""probe trust by a profile: which file to send to whom, judged before it is sent."""

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest

from probe.cli.main import run
from probe.lab.pki import AUTHORITY, authority
from probe.lab.shop import Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

HOST = "dc1.corp.example"
PROFILE = ("--profile", "matrix42-native-connector")


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy(HOST)


def asked(stage: Stage, made: Hierarchy, capsys: pytest.CaptureFixture[str], *options: str, host: str = HOST) -> tuple[int, dict[str, Any]]:
    port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
    code = run(["trust", *PROFILE, "--var", f"host={host}", "--var", f"port={port}", "--connect", f"{LOOPBACK}:{port}", "--format", "json", *options])
    captured = capsys.readouterr()
    assert not captured.err
    return code, json.loads(captured.out)["results"][0]


def test_nothing_is_trusted_by_default_and_the_root_is_to_be_asked_for(made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        code, found = asked(stage, made, capsys)
    assert code == 0 and [one["stack"] for one in found["choices"][0]["stacks"]] == ["java"]
    assert any("an empty trust store" in one["says"] for one in found["now"])
    assert "Which authority (CA) signed the certificate of this system?" in found["question"] and found["missing"]
    assert found["platforms"][0]["platform"] == "Matrix42 native connector" and found["ticket"]["recipient"].startswith("Matrix42")


def test_the_right_file_becomes_a_ticket(made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        code, found = asked(stage, made, capsys, "--var", f"ca_files={stage.trust_file(made.root)}")
        again = shlex.split(found["repeat"])
        assert run([*again[1:], "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["results"][0]["sentence"] == found["sentence"]
    assert code == 0 and "root" in found["sentence"]
    text = found["ticket"]["text"]
    assert made.root.pem.strip() in text and HOST in text and "SHA-256" in text and "Matrix42 Efecte Provisioning Engine" in text
    assert "root.pem alone" in found["before"] and "over another channel" in found["before"]


def test_a_file_that_must_not_be_sent_is_found_before(made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
    expired = authority("Lab Root CA", replace(AUTHORITY, starts=-3650, ends=-5, key=made.root.key))
    with Stage() as stage:
        _, old = asked(stage, made, capsys, "--var", f"ca_files={stage.trust_file(expired)}")
        _, other = asked(stage, made, capsys, "--var", f"ca_files={stage.trust_file(authority('QA Root CA'))}")
    assert any("expired on" in one["says"] and "do not send it" in one["says"] for one in old["now"])
    assert all(not choice["best"] for choice in old["choices"] if choice["kind"] == "root")
    assert any("perhaps it is for another environment" in one["says"] for one in other["now"])


def test_an_address_must_stand_in_the_certificate(made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
    both = hierarchy(HOST, LOOPBACK)
    with Stage() as stage:
        code, found = asked(stage, made, capsys, host=LOOPBACK)
        good, _ = asked(stage, both, capsys, host=LOOPBACK)
    assert code == 1 and any("name.ip-not-in-san" in one["says"] and HOST in one["says"] for one in found["remarks"]) and not found["ticket"]
    assert good == 0
