"""A secret of a profile goes to a server that was found good, and nowhere else: no output, file or saved observation has it, though the server repeats it."""

import base64
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.facts import codec
from probe.facts.observation import Exchange, Observation
from probe.lab.answers import Answer
from probe.lab.pki import authority
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

SECRET = "m4rked-s3cret-0123456789"
PROFILE = """schema = 1
id = "echo"
title = "Repeats what it is told"
[variables.token]
type = "secret-env"
[endpoints.echo]
host = "shop.example"
port = {port}
[[checks]]
id = "who"
safe = true
request = {{ method = "GET", path = "/who", headers = {{ Authorization = "Token {{token}}", X-Api-Key = "{{token}}" }} }}
expect = [{{ status = 200, proves = ["app"] }}]
[report]
include_headers = ["X-Echo"]
"""


def echo(asked: list[bytes]) -> Answer:
    def choose(request: bytes) -> Answer:
        asked.append(request)
        if SECRET.encode() not in request:
            return Answer(status=404)
        return Answer(body=b"you said " + request, fields=(("X-Echo", f"Token {SECRET}"), ("Set-Cookie", f"a={SECRET}"), ("Location", f"/{SECRET}")))

    return Answer(choose=choose)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHO_TOKEN", SECRET)


def forms(text: str) -> bool:
    """Whether the secret is in a text, plain, in hex or in base64 at any of the three places."""
    data = SECRET.encode()
    cores = [base64.b64encode(b"\0" * lead + data)[4 if lead else 0 : -4].decode() for lead in range(3)]
    return any(one in text for one in (SECRET, data.hex(), SECRET[4:], *cores))


@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown", "junit"])
def test_a_secret_is_in_no_output(form: str, told: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, asked = hierarchy(), list[bytes]()
    saved, page = tmp_path / "seen.json", tmp_path / "page.html"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), answer=echo(asked)))
        file = stage.write("echo.toml", PROFILE.format(port=port))
        line = ["check", "--profile", str(file), "--var", "token=ECHO_TOKEN", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(made.root)]
        assert run([*line, "--format", form, "--save", str(saved), "--html", str(page)]) == 0
    assert sum(SECRET.encode() in one for one in asked) == 1 and len(asked) == 2, "first a page without the secret, then the check with it"
    captured = capsys.readouterr()
    exchanges = [step for one in codec.parse(Observation, saved.read_text()).attempts for step in one.steps if isinstance(step, Exchange)]
    assert b"Token (hidden)" in exchanges[-1].body and ("x-echo", "Token (hidden)") in exchanges[-1].fields
    for text in (captured.out, captured.err, saved.read_text(), page.read_text()):
        assert text is captured.err or len(text) > 100
        assert not forms(text)


def test_a_secret_is_not_sent_to_a_server_that_is_not_trusted(told: None, capsys: pytest.CaptureFixture[str]) -> None:
    made, asked = hierarchy(), list[bytes]()
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), answer=echo(asked)))
        file = stage.write("echo.toml", PROFILE.format(port=port))
        line = ["check", "--profile", str(file), "--var", "token=ECHO_TOKEN", "--connect", f"{LOOPBACK}:{port}"]
        assert run([*line, "--trust", stage.trust_file(authority("Other CA"))]) == 1
    assert not any(SECRET.encode() in one for one in asked)
    assert "It is only done once the server was found good." in capsys.readouterr().out


def test_a_secret_is_not_sent_to_another_server_behind_the_same_address(told: None, capsys: pytest.CaptureFixture[str]) -> None:
    """The second connection shows a certificate that was never judged."""
    made, other, asked = hierarchy(), hierarchy(), list[bytes]()
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), turns=(made.whole, other.whole), answer=echo(asked)))
        file = stage.write("echo.toml", PROFILE.format(port=port))
        line = ["check", "--profile", str(file), "--var", "token=ECHO_TOKEN", "--connect", f"{LOOPBACK}:{port}"]
        run([*line, "--trust", stage.trust_file(made.root, other.root)])
    assert len(asked) == 1 and SECRET.encode() not in asked[0]
    assert "who: not done. The server showed another certificate" in " ".join(capsys.readouterr().out.split())


def test_a_secret_that_is_typed_is_not_repeated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "echo.toml"
    file.write_text(PROFILE.format(port=443))
    named = SECRET.replace("-", "_")
    for given in (f"token={SECRET}!", f"token={named}", SECRET, named):
        for command in (["check"], ["go-live", "--env", "none"], ["go-live"]):
            assert run([*command, "--profile", str(file), "--var", given]) == 2
            captured = capsys.readouterr()
            assert SECRET not in captured.out + captured.err and named not in captured.out + captured.err


def test_a_secret_that_is_not_needed_is_not_kept_as_the_name_of_a_variable(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, saved = tmp_path / "echo.toml", tmp_path / "seen.json"
    file.write_text(PROFILE.format(port=443))
    line = ["check", "--profile", str(file), "--var", "token=Typ3d_s3cret", "--no-app", "--connect", f"{LOOPBACK}:1", "--save", str(saved)]
    assert run(line) == 2
    captured = capsys.readouterr()
    assert "does not exist" in captured.err and "Typ3d_s3cret" not in captured.out + captured.err and not saved.exists()
