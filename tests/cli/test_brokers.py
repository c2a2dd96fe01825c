"""Brokers and WebSockets on the command line: what is refused at once, what a report repeats, and that no password is in it."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.case.case import Case
from probe.cli.arguments import observed
from probe.cli.main import run
from probe.diagnose import diagnose
from probe.facts.codec import text
from probe.lab.answers import Answer
from probe.lab.broker import House, Said, broker, connect, teller
from probe.lab.broker_shop import CLIENT_ID, NAMED, broker_shop
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.websocket import Station, basic, websocket
from probe.report.compose import compose

Capture = pytest.CaptureFixture[str]
PASSWORD = "never-to-be-seen-4711"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.case.broker.PAUSE", 0.02)
    monkeypatch.setattr("probe.capture.ask.REST", 0.1)
    monkeypatch.setenv("LOGIN", PASSWORD)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


@pytest.mark.parametrize(
    ("arguments", "says", "then"),
    [
        (("https://a.example", "--allow-connect"), "--allow-connect belongs to mqtts:// targets", "Write mqtts://a.example"),
        (("https://a.example", "--client-id", "x"), "--client-id belongs to mqtts://", "leave it out"),
        (("mqtts://a.example", "--subprotocol", "ocpp1.6"), "--subprotocol belongs to wss://", "Write wss://a.example"),
        (("ldaps://a.example", "--user", "x"), "--user belongs to mqtts:// and wss:// targets", "leave it out"),
        (("wss://a.example", "--user-password-env", "LOGIN"), "belongs to a user, and none is named", "--user NAME"),
        (("mqtts://a.example", "--user", "x", "--user-password-env", "LOGIN"), "only told to the broker in a CONNECT", "--allow-connect"),
        (("mqtts://a.example", "--allow-connect", "--mqtt", "4"), "--mqtt '4' is not a version", "3.1.1 or 5"),
        (("mqtts://a.example", "--allow-connect", "--client-id", "a\nb"), "--client-id cannot be sent", "control characters"),
        (("mqtts://a.example", "--allow-connect", "--user", ""), "--user cannot be sent", "empty"),
        (("wss://a.example", "--subprotocol", "ocpp 1.6"), "is not the name of a subprotocol", "ocpp1.6"),
        (("https://a.example", "--alpn", "h2"), "--alpn cannot be used where HTTP is spoken", "tls://"),
        (("mqtts://a.example", "--alpn", "a b"), "--alpn takes the name of a protocol", "x-amzn-mqtt-ca"),
        (("mqtt://a.example",), "mqtt:// is spoken without TLS", "Write mqtts://"),
        (("ws://a.example/x",), "ws:// is spoken without TLS", "Write wss://"),
        (("wss://a.example", "--user", "x", "--user-password-env", PASSWORD), "named by --user-password-env does not exist", "not the password itself"),
        (("wss://a.example", "--user", "x"), "--user needs a password", "--user-password-env NAME"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(arguments: tuple[str, ...], says: str, then: str, capsys: Capture) -> None:
    assert run(["check", *arguments]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert says in told and then in told and PASSWORD not in told and "Traceback" not in told


def test_the_profile_says_what_its_client_id_needs(capsys: Capture, tmp_path: Path) -> None:
    with Stage() as stage:
        line = ["check", "--profile", "insights-hub-mqtt", "--env", "eu1", "--trust", stage.trust_file(hierarchy().root), "--allow-connect"]
        assert run(line) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert "needs tenant and device" in told and "--var tenant=TENANT --var device=DEVICE" in told and "--client-id" in told


def test_what_a_report_repeats(stage: Stage) -> None:
    scene = broker_shop(stage, House(login=("press", PASSWORD)), (*NAMED, "--user", "press", "--user-password-env", "LOGIN", "--mqtt", "3.1.1"))
    found = diagnose(observed(scene.arguments))
    result = compose((found,)).results[0]
    assert found.cause is None, found.findings
    for part in ("--allow-connect", f"--client-id {CLIENT_ID}", "--user press", "--mqtt 3.1.1"):
        assert part in result.repeat
    assert PASSWORD not in text(found.case.observation) and PASSWORD not in repr(result)
    assert dict(result.circumstances)["Client ID"] == f"{CLIENT_ID}, user press with a password"


@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown", "junit"])
def test_no_password_in_any_form(form: str, stage: Stage, capsys: Capture, tmp_path: Path) -> None:
    # The broker repeats the password in what it says.
    scene = broker_shop(stage, House(code=0x86, reason=f"{PASSWORD} is wrong"), (*NAMED, "--user", "press", "--user-password-env", "LOGIN"))
    saved = tmp_path / "seen.json"
    assert run(["check", *scene.arguments, "--format", form, "--save", str(saved)]) == 1
    out = capsys.readouterr().out
    assert "app.mqtt-refused" in out and PASSWORD not in out and PASSWORD not in saved.read_text()
    assert "(hidden) is wrong" in out


@pytest.mark.parametrize("code", [5, 0x87])
def test_not_authorized_may_be_the_login(code: int, stage: Stage) -> None:
    version = ("--mqtt", "3.1.1" if code == 5 else "5")
    nobody = compose((diagnose(observed(broker_shop(stage, House(code=code), (*NAMED, *version)).arguments)),)).results[0]
    assert nobody.cause and "Neither a user name nor a client certificate was told to it" in nobody.cause.summary
    login = ("--user", "press", "--user-password-env", "LOGIN")
    named = compose((diagnose(observed(broker_shop(stage, House(code=code), (*NAMED, *version, *login)).arguments)),)).results[0]
    assert named.cause and "when the user name or the password is wrong" in named.cause.summary
    for one in (nobody, named):
        assert [remedy.action for remedy in one.remedies] == ["read-broker-log", "give-broker-login", "correct-client-id"]
        (command,) = [line for remedy in one.remedies for step in remedy.steps for line in step.commands if "--user-password-env" in line]
        assert command.count("--user ") == 1 and "--user NAME" in command


def test_saved_is_judged_again_and_redacted(stage: Stage, capsys: Capture, tmp_path: Path) -> None:
    scene = broker_shop(stage, House(allowed=("other",)), ("--allow-connect", "--client-id", "line-17-robot"))
    saved = tmp_path / "seen.json"
    assert run(["check", *scene.arguments, "--save", str(saved), "--format", "json"]) == 1
    first = json.loads(capsys.readouterr().out)["results"][0]
    assert run(["report", str(saved), "--format", "json"]) == 1
    again = json.loads(capsys.readouterr().out)["results"][0]
    assert first["findings"] == again["findings"] and first["verdict"] == again["verdict"]
    assert run(["report", str(saved), "--redact"]) == 1
    out = capsys.readouterr().out
    assert "line-17-robot" not in out and "CONNACK 135 (0x87, not authorized)" in out


def test_a_password_goes_only_to_the_server_that_was_judged(stage: Stage) -> None:
    """Connection after connection another certificate: the second one was never judged."""
    heard: list[Said | None] = []
    tell = teller(House())

    def listening(data: bytes) -> bytes | None:
        heard.append(connect(data))
        return tell(data)

    made, other = hierarchy(), hierarchy()
    answer = Answer(protocol="told", tell=listening, stays=True)
    port = stage.tls(Serving(credentials=(made.whole,), turns=(made.whole, other.whole), answer=answer))
    line = reach(port, stage.trust_file(made.root, other.root), *NAMED, "--user", "press", "--user-password-env", "LOGIN", scheme="mqtts")
    observation = observed(line)
    assert heard == [] and [one.question.level for one in observation.attempts] == [0, 5]
    assert diagnose(observation).cause is None


def test_a_server_that_is_not_trusted_is_never_called(stage: Stage) -> None:
    heard = threading.Event()

    def listening(_data: bytes) -> bytes | None:
        heard.set()
        return b""

    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="told", tell=listening)))
    seen = observed(reach(port, stage.trust_file(hierarchy().root), *NAMED, scheme="mqtts"))
    assert not heard.is_set() and not any(one.question.level for one in seen.attempts)
    why = {one.code: one.why for one in diagnose(seen).not_observed}
    assert "only goes to a server that was found good" in why["app.mqtt-refused"]
    asked = observed(reach(port, stage.trust_file(made.root), *NAMED, "--no-app", scheme="mqtts"))
    assert not heard.is_set() and not any(one.question.level for one in asked.attempts)


def test_one_address_alone_is_called(stage: Stage) -> None:
    made = hierarchy()
    counts: list[int] = []

    def counting(data: bytes) -> bytes | None:
        counts.append(1)
        return teller(House())(data)

    answer = Answer(protocol="told", tell=counting)
    serving = Serving(credentials=(made.whole,), answer=answer)
    port = stage.tls_at((("127.0.0.1", serving), ("127.0.0.2", serving)))
    from probe.lab.dns_server import Record, Zone

    zone = Zone(records=tuple(Record(name="shop.example", type="A", value=one) for one in ("127.0.0.1", "127.0.0.2")))
    line = (f"mqtts://shop.example:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root), "--allow-connect")
    seen = observed(line)
    assert {one.address for one in seen.attempts} == {"127.0.0.1", "127.0.0.2"}
    assert [one.question.level for one in seen.attempts if one.question.level] == [5]
    found = diagnose(seen)
    assert found.cause is None and Case(seen, "127.0.0.2").established


@pytest.mark.parametrize(
    ("raw", "code", "exit"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "app.protocol", 1),
        (b"\x20\xff\xff\xff\x7f", "app.protocol", 1),
        (b"\x20\x02\x00", "app.protocol", 1),
        (b"\x20" + bytes(5000), "app.protocol", 1),
    ],
)
def test_garbage_in_place_of_connack(raw: bytes, code: str, exit: int, stage: Stage, capsys: Capture) -> None:
    scene = broker_shop(stage, House(raw=raw))
    assert run(["check", *scene.arguments]) == exit
    told = capsys.readouterr()
    assert code in told.out and "Traceback" not in told.err


def test_no_answer_is_not_success(stage: Stage, capsys: Capture) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="silent")))
    assert run(["check", *reach(port, stage.trust_file(made.root), *NAMED, "--timeout", "1.5", scheme="mqtts")]) == 3
    assert "was not found out" in capsys.readouterr().out


def test_an_answer_byte_by_byte(stage: Stage) -> None:
    from tests.adverse.conditions import PEERS, Conditions, under

    with under(Conditions(who=(PEERS,), piece=1, pause=0.0005)), Stage() as slow:
        found = diagnose(observed(broker_shop(slow, House(allowed=("x",)), (*NAMED, "--timeout", "20")).arguments))
    assert found.cause is not None and found.cause.code == "app.mqtt-refused"


def websocket_at(stage: Stage, station: Station, *options: str) -> tuple[str, ...]:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=websocket(station)))
    target, *rest = reach(port, stage.trust_file(made.root), *options, scheme="wss")
    return (f"{target}/ocpp/st-7", *rest)


LOGGED_IN = ("--user", "st-7", "--user-password-env", "LOGIN")


@pytest.mark.parametrize(
    ("station", "options", "exit", "says"),
    [
        (Station(protocols=("ocpp1.6",)), ("--subprotocol", "ocpp1.6"), 0, "the service answered WebSocket 101"),
        (Station(protocols=("ocpp1.6",)), ("--subprotocol", "ocpp2.0.1", "--subprotocol", "ocpp1.6"), 0, "WebSocket 101"),
        (Station(), (), 0, "WebSocket 101"),
        (Station(), ("--subprotocol", "ocpp1.6"), 1, "agrees on no subprotocol"),
        (Station(names="OCPP1.6"), ("--subprotocol", "ocpp1.6"), 1, "names the subprotocol 'OCPP1.6'"),
        (Station(names="x"), (), 1, "was asked for none"),
        (Station(accept="AAAA"), (), 1, "its Sec-WebSocket-Accept is wrong"),
        (Station(accept="-"), (), 1, "its Sec-WebSocket-Accept is missing"),
        (Station(paths=("/ocpp/ST-7",)), (), 1, "it does not know this path"),
        (Station(status=403), (), 1, "this client may not use this path"),
        (Station(status=200), (), 1, "and not 101"),
        (Station(status=302), (), 1, "a page or a redirect"),
        (Station(status=500), (), 1, "with HTTP 500."),
        (Station(login=basic("st-7", PASSWORD)), (), 0, "it wants a user name and a password"),
        (Station(login=basic("st-7", PASSWORD)), LOGGED_IN, 0, "WebSocket 101"),
        (Station(login=basic("st-7", "another")), LOGGED_IN, 1, "it does not take this user name and password"),
    ],
)
def test_websockets(station: Station, options: tuple[str, ...], exit: int, says: str, stage: Stage, capsys: Capture) -> None:
    assert run(["check", *websocket_at(stage, station, *options)]) == exit
    out = " ".join(capsys.readouterr().out.split())
    assert says in out and PASSWORD not in out and basic("st-7", PASSWORD) not in out


def test_a_login_only_goes_where_it_was_judged(stage: Stage) -> None:
    heard: list[bytes] = []
    tell = websocket(Station(login=basic("st-7", PASSWORD))).tell
    assert tell is not None

    def listening(data: bytes) -> bytes | None:
        heard.append(data)
        return tell(data)

    made = hierarchy()
    serving = Serving(credentials=(made.whole,), answer=Answer(protocol="told", tell=listening, stays=True))
    port = stage.tls(serving)
    seen = observed(reach(port, stage.trust_file(hierarchy().root), *LOGGED_IN, scheme="wss"))
    assert heard and not any(b"Authorization" in one for one in heard) and not any(one.question.login for one in seen.attempts)


def test_the_house_of_the_laboratory_says_what_was_asked() -> None:
    assert broker(House()).stays and not broker(House(after="closed")).stays
