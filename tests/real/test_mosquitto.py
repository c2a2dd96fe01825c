"""The broker Mosquitto: client certificates as identity, user names and passwords, client IDs, both versions of MQTT, WebSockets, and without TLS."""

import subprocess
from collections.abc import Iterator

import pytest

from probe.case.broker import Took, calls
from probe.causes.words import Certainty, Effect, Owner, Verdict
from probe.facts.codec import text
from probe.report.compose import compose
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.clients import Clients
from tests.real.pki import Pki
from tests.real.web import free_ports
from tests.servers import files, nginx, program, running, wait_for

LIMITS = {"12": ("--tls-max", "TLSv1.2"), "13": ()}
VERSIONS = {"5": 5, "3.1.1": 4}
PASSWORD = "swordfish-4711"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.case.broker.PAUSE", 0.05)
    monkeypatch.setattr("probe.capture.ask.REST", 0.3)


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory, pki: Pki, known: Clients) -> Iterator[dict[str, int]]:
    """One broker with a listener of each kind, by name."""
    folder = tmp_path_factory.mktemp("mosquitto")
    names = ("identity", "password", "plain", "socket", "v3")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    certificates, key = files(folder, pki.chain, "broker")
    passwords, acl = folder / "passwords", folder / "acl"
    passwords.touch()
    subprocess.run([program("mosquitto_passwd"), "-b", str(passwords), "press", PASSWORD], check=True, capture_output=True)
    acl.write_text("user client.partner.example\ntopic read allowed/#\n")
    tls = (f"certfile {certificates}", f"keyfile {key}")
    wants = (f"cafile {known.ca}", "require_certificate true", "use_identity_as_username true")
    lines = (
        *("user root", "per_listener_settings true"),
        *(f"listener {ports['identity']} 127.0.0.1", *tls, *wants, f"acl_file {acl}", "allow_anonymous false"),
        *(f"listener {ports['password']} 127.0.0.1", *tls, f"password_file {passwords}", "allow_anonymous false"),
        *(f"listener {ports['plain']} 127.0.0.1", "allow_anonymous true"),
        *(f"listener {ports['socket']} 127.0.0.1", "protocol websockets", *tls, "allow_anonymous true"),
        *(f"listener {ports['v3']} 127.0.0.1", *tls, "allow_anonymous true"),
    )
    configuration = folder / "mosquitto.conf"
    configuration.write_text("\n".join(lines) + "\n")
    log = folder / "mosquitto.log"
    with running(program("mosquitto"), "-c", str(configuration), log=log) as process:
        for port in ports.values():
            wait_for(process, port, log)
        yield ports


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", LIMITS)
def test_a_certificate_is_the_identity(number: str, version: str, brokers: dict[str, int], pki: Pki, known: Clients) -> None:
    where = at(brokers["identity"], *pki.trusting, *known.options("good"), *LIMITS[number], scheme="mqtts")
    # Nobody is called without consent.
    quiet = check(*where)
    assert_works(quiet, notes=())
    assert calls(quiet.case) == ()
    found = check(*where, "--allow-connect", "--client-id", "press-4", "--mqtt", version)
    assert_works(found, notes=())
    (call,) = calls(found.case)
    assert (call.took, call.attempt.question.level, call.version) == (Took.ACCEPTED, VERSIONS[version], version), told(found)
    assert "and the broker let the client in" in compose((found,)).results[0].sentence


@pytest.mark.parametrize("number", LIMITS)
@pytest.mark.parametrize("who", ["", "foreign", "expired"])
def test_who_is_refused_in_tls_is_not_called(who: str, number: str, brokers: dict[str, int], pki: Pki, known: Clients) -> None:
    options = (*(known.options(who) if who else ()), *(("--send-anyway",) if who == "expired" else ()), *LIMITS[number])
    found = check(*at(brokers["identity"], *pki.trusting, *options, "--allow-connect", scheme="mqtts"))
    assert found.verdict is Verdict.FAILS and found.cause is not None, told(found)
    assert found.cause.code == {"": "client.required", "foreign": "client.untrusted", "expired": "client.expired"}[who]
    assert calls(found.case) == () and not any(one.question.level for one in found.case.attempts)


@pytest.mark.parametrize("version", [*VERSIONS, ""])
def test_users_and_passwords(version: str, brokers: dict[str, int], pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = ("--mqtt", version) if version else ()
    where = at(brokers["password"], *pki.trusting, "--allow-connect", *spoken, scheme="mqtts")
    nobody = check(*where)
    assert_fails(nobody, "app.mqtt-refused", Owner.SERVER)
    assert [one.code for one in calls(nobody.case)] == [5 if version == "3.1.1" else 135], told(nobody)
    named = (*where, "--user", "press", "--user-password-env", "BROKER_PASSWORD")
    monkeypatch.setenv("BROKER_PASSWORD", "another-word")
    wrong = check(*named)
    assert_fails(wrong, "app.mqtt-refused", Owner.SERVER)
    monkeypatch.setenv("BROKER_PASSWORD", PASSWORD)
    right = check(*named)
    assert_works(right, notes=())
    for one, secret in ((wrong, "another-word"), (right, PASSWORD)):
        assert secret not in text(one.case.observation) and secret not in repr(compose((one,)))


def test_a_made_up_client_id_leaves_nothing_behind(brokers: dict[str, int], pki: Pki) -> None:
    found = check(*at(brokers["v3"], *pki.trusting, "--allow-connect", scheme="mqtts"))
    assert_works(found, notes=())
    calling = found.case.target.calling
    assert calling is not None and calling.own and calling.client_id.startswith("probe") and len(calling.client_id) == 13
    # A named one takes up what is kept under its name, with either version.
    where = at(brokers["v3"], *pki.trusting, "--allow-connect", "--client-id", "kept", scheme="mqtts")
    for version in ("3.1.1", "3.1.1", "5"):
        last = check(*where, "--mqtt", version)
        assert_works(last, notes=())
    assert calls(last.case)[0].field("session") == "kept from before"


def test_a_port_without_tls(brokers: dict[str, int], pki: Pki) -> None:
    found = check(*at(brokers["plain"], *pki.trusting, "--allow-connect", scheme="mqtts"))
    assert_fails(found, "tls.not-tls", Owner.USER)
    assert found.cause is not None and "answers in plain MQTT" in found.cause.summary


def test_a_websocket_of_mosquitto(brokers: dict[str, int], pki: Pki) -> None:
    where = at(brokers["socket"], *pki.trusting, scheme="wss")
    good = check(*where, "--subprotocol", "mqtt")
    assert_works(good, notes=())
    assert good.case.exchange and good.case.exchange.status == 101 and ("sec-websocket-protocol", "mqtt") in good.case.exchange.fields
    other = check(*where, "--subprotocol", "ocpp1.6")
    assert other.verdict is Verdict.FAILS and other.cause is not None and other.cause.code == "app.protocol", told(other)


FRONT = """
server {{
  listen 127.0.0.1:PORT ssl;
  ssl_certificate {certificates}; ssl_certificate_key {key};
  location /mqtt {{ proxy_pass https://127.0.0.1:{port}; proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; }}
  location /bare {{ proxy_pass https://127.0.0.1:{port}/mqtt; proxy_http_version 1.1; }}
  location /page {{ return 200 "hello"; }}
  location /closed {{ auth_basic "stations"; auth_basic_user_file {users}; proxy_pass https://127.0.0.1:{port}/mqtt; proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; }}
}}
"""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, pki: Pki, brokers: dict[str, int]) -> Iterator[int]:
    """A front of nginx for the WebSocket: a path that passes the upgrade on, one that does not, a page, and one with a login."""
    folder = tmp_path_factory.mktemp("nginx-socket")
    certificates, key = files(folder, pki.chain, "front")
    users = folder / "users"
    users.write_text(f"station:{{PLAIN}}{PASSWORD}\n")
    with nginx(folder, FRONT.format(certificates=certificates, key=key, users=users, port=brokers["socket"])) as port:
        yield port


def socket_at(port: int, path: str, *more: str) -> tuple[str, ...]:
    return (f"wss://shop.example:{port}{path}", "--connect", f"127.0.0.1:{port}", "--subprotocol", "mqtt", *more)


def test_a_websocket_behind_nginx(front: int, pki: Pki) -> None:
    assert_works(check(*socket_at(front, "/mqtt", *pki.trusting)), notes=())
    for path, code in (("/page", "app.protocol"), ("/bare", "app.http-status"), ("/nowhere", "app.http-status")):
        found = check(*socket_at(front, path, *pki.trusting))
        assert found.verdict is Verdict.FAILS and found.cause is not None and found.cause.code in (code, "app.protocol"), told(found)


def test_a_websocket_with_a_login(front: int, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    where = socket_at(front, "/closed", *pki.trusting)
    nobody = check(*where)
    assert_works(nobody, risks=("app.http-status",))
    assert [one.certainty for one in nobody.findings if one.effect is Effect.RISKS] == [Certainty.LIKELY]
    named = (*where, "--user", "station", "--user-password-env", "STATION_PASSWORD")
    monkeypatch.setenv("STATION_PASSWORD", "not-this-one")
    wrong = check(*named)
    assert wrong.verdict is Verdict.FAILS and wrong.cause is not None and wrong.cause.code == "app.http-status", told(wrong)
    monkeypatch.setenv("STATION_PASSWORD", PASSWORD)
    right = check(*named)
    assert_works(right, notes=())
    assert [one.question.name for one in right.case.attempts] == ["ordinary", "login"]
    for one, secret in ((wrong, "not-this-one"), (right, PASSWORD)):
        assert secret not in text(one.case.observation) and secret not in repr(compose((one,)))
    # Nobody who was not judged good is told a password.
    stranger = check(*socket_at(front, "/closed"), "--trust", "none", *named[-4:])
    assert stranger.verdict is Verdict.FAILS and [one.question.name for one in stranger.case.attempts if one.question.login] == []
