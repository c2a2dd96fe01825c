"""Files with which nothing is to be installed, though Java, which looks at no anchor, would go on: both are said."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from probe.cli.main import run
from probe.formats.writing import pkcs12_trust_store
from probe.lab.pki import Issued
from probe.lab.shop import HOST, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
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


def test_what_each_client_makes_of_the_very_file_that_was_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A store with the right root in it, once with the mark that Java wants and once without."""
    made = hierarchy()
    bare = serialize_key_and_certificates(None, None, None, [made.root.x509], BestAvailableEncryption(b"changeit"))
    for data, counted in ((bare, False), (pkcs12_trust_store((made.root.certificate,), "changeit"), True)):
        with Stage() as stage:
            port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
            store = str(stage.write("store.p12", data))
            code = run(["trust", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", store])
        said = " ".join(capsys.readouterr().out.split())
        assert code == 0 and f"OpenSSL 3 does not take {store} as it is: the file is PKCS #12" in said
        assert (f"Java 17 counts 0 of the 1 certificate in {store}: none of its entries has the mark" in said) is not counted
        yes = "Java 17 and OpenSSL 3 trust" if counted else "OpenSSL 3 trusts"
        assert f"With what is in {store} {yes} the chain already" in said
