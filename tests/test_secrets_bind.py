"""The password of ``--bind`` comes out nowhere, whatever the directory does with it, and goes to nobody but the server that was judged good."""

import base64
import json
import socket
from pathlib import Path

import pytest

from probe.case.bound import BIND
from probe.case.case import step
from probe.causes.words import Verdict
from probe.cli.arguments import observed
from probe.cli.main import run
from probe.diagnose import diagnose
from probe.facts.observation import Exchange
from probe.lab.answers import Answer, Directory, controller
from probe.lab.listener import Listener
from probe.lab.manners import Manners
from probe.lab.pki import authority
from probe.lab.shop import HOST, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.protocols.ldap_bind import Bind

PASSWORD, VARIABLE = "bindword-8Rk5vHn2Xq7z", "PROBE_BIND_WORD"
BINDING = ("--bind", "CN=probe,DC=shop,DC=example", "--bind-password-env", VARIABLE)
FORMATS = ("terminal", "json", "html", "markdown", "junit")
FORMS = (PASSWORD, PASSWORD.encode().hex(), base64.b64encode(PASSWORD.encode()).decode().rstrip("="))


@pytest.fixture(autouse=True)
def variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)


def clean(*texts: str) -> None:
    for text in texts:
        for form in FORMS:
            assert form.lower() not in text.lower()


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
@pytest.mark.parametrize(
    "said", [Directory(), controller(bind=49, says=f"no: {PASSWORD}"), Directory(bind=53, says=PASSWORD * 20)], ids=["good", "echo", "more"]
)
def test_no_output_holds_it(scheme: str, said: Directory, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    with Stage() as stage:
        plain = Manners(protocol="ldap", directory=said) if scheme == "ldap" else None
        port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=said), plain=plain))
        arguments = ["check", *reach(port, stage.trust_file(made.root), *BINDING, scheme=scheme)]
        for form in FORMATS:
            more = (
                ["--save", str(tmp_path / "seen.json"), "--html", str(tmp_path / "page.html")] if form == "json" else ["--redact"] if form == "markdown" else []
            )
            assert run([*arguments, "--format", form, *more]) == (1 if said.bind else 0)
            told = capsys.readouterr()
            clean(told.out, told.err)
    clean((tmp_path / "seen.json").read_text(), (tmp_path / "page.html").read_text())
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert [one["question"]["name"] for one in seen["attempts"]] == ["ordinary", BIND]


def test_a_defect_while_binding_does_not_tell_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_self: Bind, _data: bytes) -> None:
        raise RuntimeError(f"broken on purpose with {PASSWORD}")

    monkeypatch.setattr(Bind, "incoming", broken)
    made = hierarchy()
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap", directory=controller())))
        assert run(["check", *reach(port, stage.trust_file(made.root), *BINDING, scheme="ldaps")]) == 4
    told = capsys.readouterr()
    assert "defect" in told.err
    clean(told.out, told.err)


def test_the_name_of_the_variable_may_be_the_password_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "ldaps://shop.example", "--bind", "CN=x", "--bind-password-env", "S3cretPw!", "--trust", "none"]) == 2
    assert "S3cretPw" not in capsys.readouterr().err


def test_without_a_variable_and_without_a_terminal_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "ldaps://shop.example", "--bind", "CN=x", "--trust", "none"]) == 2
    assert "--bind-password-env NAME" in capsys.readouterr().err


def test_another_server_on_the_second_connection_is_not_told() -> None:
    good, other = hierarchy(), authority("Another CA").issue(HOST)
    from probe.lab.shop import credentials

    with Stage() as stage:
        serving = Serving(credentials=(good.whole,), turns=(good.whole, credentials(other)), answer=Answer(protocol="ldap", directory=controller()))
        found = diagnose(observed(reach(stage.tls(serving), stage.trust_file(good.root), *BINDING, scheme="ldaps")))
    assert found.case.asked(BIND) and step(found.case.asked(BIND), Exchange) is None
    assert found.verdict is Verdict.WORKS and any(one.code == "app.ldap" and "another certificate" in one.why for one in found.not_observed)


def test_nothing_is_told_in_plain_text() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            heard.append(data)

    with Stage() as stage:
        for scheme in ("ldap", "ldaps"):
            port = stage.keep(Listener(listen)).port
            diagnose(observed(reach(port, "none", *BINDING, "--timeout", "1", scheme=scheme)))
    assert heard and PASSWORD.encode() not in b"".join(heard)
