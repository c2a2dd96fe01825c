"""Whatever the gateway answers, or does not: a sentence, a next step, the right exit code, and the token in none of it."""

import json
import socket
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.answers import Answer
from probe.lab.pki import authority
from probe.lab.proxy_server import answers, http_proxy
from probe.lab.shop import HOST, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from tests.insights.conftest import GATEWAY, Run
from tests.insights.double import TOKEN, Hub

Caught = pytest.CaptureFixture[str]
HTML = b"<!DOCTYPE html><title>Log in</title>"
JSON = "application/json"


def answer(status: int, body: bytes = b"", kind: str = JSON, *fields: tuple[str, str]) -> Answer:
    return Answer(status=status, body=body, content_type=kind, fields=fields)


ANSWERS = [
    (answer(200, HTML, "text/html"), 3, "it is an HTML page", "names the API gateway"),
    (answer(200, b"{"), 3, "it is no JSON", "names the API gateway"),
    (answer(200, b"[" * 60_000), 3, "it is no JSON", ""),
    (answer(200, b"x" * 300_000), 3, "larger than 64 KiB", ""),
    (answer(200, b'"text"'), 3, "there is no list in it", "compare with its documentation"),
    (answer(200, b"{}"), 3, "there is no list in it", ""),
    (answer(200, b"[1]"), 3, "an authority is no object", ""),
    (answer(200, b'[{"id": "../../x"}]'), 3, "the id of an authority is missing, or is not one", ""),
    (answer(200, b'[{"id": 5}]'), 3, "the id of an authority is missing", ""),
    (answer(200, b'[{"id": "a", "commonName": ["x"]}]'), 3, "a name or the expiration is no text", ""),
    (answer(200, json.dumps([{"id": f"a{n}"} for n in range(60)]).encode()), 3, "it lists 60 authorities", ""),
    (answer(200, b"[NaN]"), 3, "it is no JSON", ""),
    (answer(200, b"[]", JSON, ("Content-Length", "900")), 3, "it was cut off", "Run the same command again."),
    (answer(200, b"[", JSON, ("Content-Length", "900")), 3, "it was cut off", ""),
    (answer(301, b"", JSON, ("Location", f"https://portal.example/login?t={TOKEN}")), 1, "sends on to https://portal.example/login. The token", "log-in page"),
    (answer(400, b'{"errors": "many"}'), 1, "HTTP 400", "--dry-run"),
    (answer(400, b'{"errors": [{"code": 5, "message": ["x"]}]}'), 1, "HTTP 400", "--dry-run"),
    (answer(401, f'{{"errors": [{{"code": "c", "message": "bad {TOKEN}"}}]}}'.encode()), 1, "HTTP 401", "get a new one"),
    (answer(403), 1, "HTTP 403", "needs the role"),
    (answer(404, HTML, "text/html"), 1, "HTTP 404 while asking for the list of authorities: an HTML page", "Check the region"),
    (answer(409), 1, "HTTP 409", "there already"),
    (answer(429, b"", JSON, ("Retry-After", "17")), 3, "HTTP 429", "Try again in 17 seconds."),
    (answer(429, b"", JSON, ("Retry-After", "9" * 400)), 3, "HTTP 429", "Try again later."),
    (answer(500, b"\xff\xfe\x00"), 3, "HTTP 500", "on the gateway's side"),
    (answer(503, HTML, "text/html", ("Retry-After", "Wed, 21 Oct 2037 07:28:00 GMT")), 3, "HTTP 503", "Try again later."),
    (answer(599), 3, "HTTP 599", "on the gateway's side"),
]


@pytest.mark.parametrize(("given", "code", "says", "step"), ANSWERS)
def test_every_answer_is_told(hub: Hub, ca: Run, folder: Path, capsys: Caught, given: Answer, code: int, says: str, step: str) -> None:
    hub.forced[("GET", "/caCertificates")] = given
    assert ca("list") == code
    out = capsys.readouterr()
    text = " ".join((out.out + out.err).split())
    assert says in text and step in text and TOKEN not in text and "Traceback" not in text
    assert len(text) < 2000


def test_hostile_text_of_a_list_is_shown_harmless(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    row = {"id": "a", "name": "\x1b]0;x\x07\u202e" + "n" * 5000, "commonName": "c\nd", "expiration": "tomorrow", "isVerified": False}
    hub.forced[("GET", "/caCertificates")] = answer(200, json.dumps([row]).encode())
    assert ca("list") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out and "\u202e" not in out and "c[U+000A]d" in out and "not told" in out
    assert ca("list", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["table"][0]["id"] == "a"


def test_an_answer_that_never_comes(hub: Hub, ca: Run, folder: Path, capsys: Caught) -> None:
    def wait(_request: bytes) -> Answer:
        hub.waiting.wait(20)
        return Answer()

    hub.forced[("GET", "/caCertificates")] = Answer(choose=wait)
    try:
        assert ca("list", "--timeout", "3") == 3
    finally:
        hub.waiting.set()
    assert "gave no answer while asking for the list of authorities within 3 seconds." in " ".join(capsys.readouterr().out.split())


def test_what_is_no_http_is_told(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    shop = hierarchy(GATEWAY)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(shop.whole,), answer=Answer(protocol="raw", body=b"220 mail ready\r\n")))
        where = ["--gateway", f"https://{GATEWAY}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(shop.root)]
        assert run(["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", *where]) == 3
    assert "is no HTTP" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_a_gateway_that_is_not_trusted_gets_no_token_and_the_usual_diagnosis(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    hub, shop = Hub(), hierarchy(GATEWAY)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(shop.leaf),), answer=Answer(choose=hub.answer)))
        where = ["--gateway", f"https://{GATEWAY}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(shop.root)]
        assert run(["insights-hub", "ca", "upload", "acme.pem", "--token-env", "HUB_TOKEN", *where, "--format", form]) == 1
    out = capsys.readouterr().out
    assert hub.requests == [] and "chain.intermediate-missing" in out and TOKEN not in out
    assert form == "json" or "What to do" in out
    assert form == "terminal" or json.loads(out)["connection"]["results"][0]["verdict"] == "fails"


def test_the_wrong_name_and_a_closed_port_are_diagnosed(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    hub, shop = Hub(), hierarchy(HOST)
    with Stage() as stage:
        trust = stage.trust_file(shop.root)
        port = stage.tls(Serving(credentials=(shop.whole,), answer=Answer(choose=hub.answer)))
        for place, wanted in ((port, "name.mismatch"), (stage.closed_port(), "tcp.refused")):
            where = ["--gateway", f"https://{GATEWAY}:{place}", "--connect", f"{LOOPBACK}:{place}", "--trust", trust]
            assert run(["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", *where]) == 1
            assert wanted in capsys.readouterr().out
    assert hub.requests == []


def test_a_connection_that_shows_another_certificate_gets_no_token(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    hub, shop, stranger = Hub(), hierarchy(GATEWAY), authority("Other CA").issue(GATEWAY)
    with Stage() as stage:
        serving = Serving(credentials=(shop.whole,), turns=(shop.whole, credentials(stranger)), answer=Answer(choose=hub.answer))
        port = stage.tls(serving)
        where = ["--gateway", f"https://{GATEWAY}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(shop.root)]
        assert run(["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", *where]) == 1
    assert hub.requests == [] and "chain." in capsys.readouterr().out


def test_machines_with_certificates_of_their_own_are_each_judged(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    hub, shop = Hub(), hierarchy(GATEWAY)
    second = credentials(shop.intermediate.issue(GATEWAY), shop.intermediate)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(shop.whole,), turns=(shop.whole, second), answer=Answer(choose=hub.answer)))
        where = ["--gateway", f"https://{GATEWAY}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(shop.root)]
        assert run(["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", *where]) == 0
    assert len(hub.requests) == 1 and "lists 0 of at most 2" in capsys.readouterr().out


def test_through_a_proxy(folder: Path, capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", TOKEN)
    hub, shop, passed = Hub(), hierarchy(GATEWAY), list[socket.socket]()

    def proxy(connection: socket.socket) -> None:
        passed.append(connection)
        http_proxy(connection)

    with Stage() as stage:
        port = stage.tls(Serving(credentials=(shop.whole,), answer=Answer(choose=hub.answer)))
        way = f"http://{LOOPBACK}:{stage.raw(proxy)}"
        line = ["insights-hub", "ca", "list", "--token-env", "HUB_TOKEN", "--gateway", f"https://{GATEWAY}:{port}", "--trust", stage.trust_file(shop.root)]
        assert run([*line, "--proxy", way]) == 0
        assert len(hub.requests) == 1 and len(passed) == 2, "looked at first, then asked, both through the proxy"
        monkeypatch.setenv("HTTPS_PROXY", way)
        assert run(line) == 0 and len(hub.requests) == 2
        assert run([*line, "--proxy", f"http://{LOOPBACK}:{stage.raw(answers(403))}"]) == 1
        assert "proxy.denied" in capsys.readouterr().out and len(hub.requests) == 2
        assert run([*line, "--proxy", f"http://me:secret@{LOOPBACK}:1"]) == 2
        assert "secret" not in capsys.readouterr().err
