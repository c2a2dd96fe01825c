"""Files with which nothing is to be installed, though Java, which looks at no anchor, would go on: both are said."""

import json
from pathlib import Path
from typing import Any

import pytest

from probe.cli.main import run
from probe.lab.pki import Issued
from probe.lab.shop import HOST, hierarchy
from probe.lab.traits import Traits


def asked(capsys: pytest.CaptureFixture[str], folder: Path, *some: Issued) -> tuple[int, dict[str, Any]]:
    (folder / "sent.pem").write_text("".join(one.pem for one in some))
    code = run(["trust", str(folder / "sent.pem"), "--no-fetch", "--format", "json"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, json.loads(captured.out)["results"][0]


def test_an_expired_certificate_that_java_would_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    over = hierarchy().intermediate.issue(HOST, traits=Traits(starts=-30, ends=-1))
    code, found = asked(capsys, tmp_path, over)
    (choice,) = found["choices"]
    assert code == 1 and {one["stack"]: one["trusts"] for one in choice["stacks"]} == {"java": True, "openssl": False}
    assert "No certificate is to be installed." in found["sentence"] and "Java 17 would not look at what is wrong" in found["sentence"]
    assert "Whatever is installed" not in found["sentence"]
    texts = json.dumps(choice)
    assert "It is over:" in texts and "It ends soon" not in texts


def test_where_no_client_would_go_on_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    code, found = asked(capsys, tmp_path, made.intermediate.issue(HOST, traits=Traits(starts=-30, ends=-1)), made.intermediate, made.root)
    refusing = [one for one in found["choices"] if not any(each["trusts"] for each in one["stacks"])]
    assert code == 1 and refusing and "clients refuse" in found["sentence"]


def test_a_certificate_of_a_client_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    client = made.intermediate.issue("client.example", traits=Traits(extended_key_usage=("client",)))
    code, found = asked(capsys, tmp_path, client, made.intermediate, made.root)
    assert code == 1 and "It is the certificate of a client: a server that shall accept it needs the root" in found["sentence"]
    # A server's certificate that is wrong for another reason is none.
    code, found = asked(capsys, tmp_path, made.intermediate.issue(HOST, traits=Traits(starts=-30, ends=-1)), made.intermediate, made.root)
    assert code == 1 and "certificate of a client" not in found["sentence"]


def test_texts_about_a_file_speak_of_no_connection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    code, found = asked(capsys, tmp_path, made.leaf, made.intermediate, made.root)
    texts = json.dumps(found)
    assert code == 0 and "In the file that we have is the following." in texts and "On the connection we saw" not in texts
    assert "Tried on the chain in " in texts and "Tried on what the endpoint sends" not in texts
