"""A broker that behaves as AWS IoT does, over real sockets: what it drops without a word is told apart as far as the facts go."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.causes.words import Certainty, Effect, Owner, Verdict
from probe.diagnose import Diagnosis
from probe.facts.codec import text
from probe.lab.broker import connack
from probe.lab.pki import Issued, authority
from probe.lab.traits import Traits
from tests.real.asking import assert_fails, assert_works, at, check, told
from tests.real.brokers import Cloud, aws_like
from tests.real.pki import Pki
from tests.servers import files

DEVICE = Traits(extended_key_usage=("client",), common_name="press-4")
CLIENT_ID = "acme_press-4"
CONSENT = ("--allow-connect", "--client-id", CLIENT_ID)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.case.broker.PAUSE", 0.05)
    monkeypatch.setattr("probe.capture.ask.REST", 0.3)
    monkeypatch.setattr("probe.capture.ask.LISTEN", 0.05)


@pytest.fixture
def tenant() -> Issued:
    return authority("acme CA")


@pytest.fixture
def cloud(tenant: Issued) -> Cloud:
    return Cloud(authorities=[(tenant, True)])


@pytest.fixture
def port(cloud: Cloud, pki: Pki) -> Iterator[int]:
    with aws_like(pki.chain, cloud) as opened:
        yield opened


def device(folder: Path, *chain: Issued) -> tuple[str, ...]:
    certificate, key = files(folder, chain, "device")
    return ("--cert", str(certificate), "--key", str(key))


def asked(found: Diagnosis) -> list[tuple[str, int]]:
    return [(one.question.name, one.question.level) for one in found.case.observation.attempts if one.question.level]


def test_no_connect_without_consent(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    own = device(tmp_path, tenant.issue(traits=DEVICE), tenant)
    found = check(*at(port, *pki.trusting, *own, scheme="mqtts"))
    assert_works(found, notes=())
    assert cloud.seen == [] and asked(found) == [] and set(cloud.names) == {"shop.example"}
    assert ("app.mqtt-refused", True) in {(one.code, "--allow-connect" in one.why) for one in found.not_observed}


def test_the_first_connection_registers_the_certificate(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    own = device(tmp_path, tenant.issue(traits=DEVICE), tenant)
    found = check(*at(port, *pki.trusting, *own, *CONSENT, scheme="mqtts"))
    assert_works(found, notes=("app.mqtt-refused",))
    assert asked(found) == [("connect", 5), ("connect-again", 5)] and cloud.seen == [(CLIENT_ID, 5)] * 2
    assert found.case.observation.attempts[-1].question.pause > 0
    # It said goodbye, and the second check finds a device that is known.
    again = check(*at(port, *pki.trusting, *own, *CONSENT, scheme="mqtts"))
    assert_works(again, notes=())
    assert asked(again) == [("connect", 5)] and cloud.goodbyes(2) == [CLIENT_ID, CLIENT_ID]


def silent(found: Diagnosis) -> None:
    assert_fails(found, "app.mqtt-refused", Owner.SERVER, Certainty.LIKELY)
    assert found.cause is not None and "said nothing" in found.cause.summary


def test_a_leaf_alone_is_never_registered(port: int, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    found = check(*at(port, *pki.trusting, *device(tmp_path, tenant.issue(traits=DEVICE)), *CONSENT, scheme="mqtts"))
    silent(found)
    assert asked(found) == [("connect", 5), ("connect-again", 5), ("connect-3.1.1", 4)]
    assert {code for code, _ in found.candidates} >= {"client.chain-incomplete", "client.issuer-not-registered", "client.revoked", "app.mqtt-refused"}


@pytest.mark.parametrize("fault", ["unverified", "foreign", "inactive", "client ID"])
def test_what_is_dropped_is_not_guessed(fault: str, port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    above = authority("other CA") if fault == "foreign" else tenant
    leaf = above.issue(traits=DEVICE)
    if fault == "unverified":
        cloud.authorities[:] = [(tenant, False)]
    if fault == "inactive":
        cloud.inactive.add(leaf.der)
    consent = ("--allow-connect", "--client-id", "press-4" if fault == "client ID" else CLIENT_ID)
    found = check(*at(port, *pki.trusting, *device(tmp_path, leaf, above), *consent, "--mqtt", "3.1.1", scheme="mqtts"))
    silent(found)
    assert asked(found) == [("connect", 4), ("connect-again", 4)], told(found)
    assert len(found.candidates) == 3 and "client.chain-incomplete" not in dict(found.candidates)


def profile(port: int, pki: Pki) -> tuple[str, ...]:
    return (
        *("--profile", "insights-hub-mqtt", "--env", "other", "--var", "broker=shop.example", "--var", "tenant=acme", "--var", "device=press-4"),
        *("--connect", f"127.0.0.1:{port}", *pki.trusting),
    )


def test_by_the_profile(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    own = device(tmp_path, tenant.issue(traits=DEVICE), tenant)
    quiet = check("mqtts://shop.example:8883", *profile(port, pki), *own)
    assert_works(quiet)
    assert cloud.seen == []
    for consent in (("--allow-connect",), ("--allow", "connect")):
        cloud.seen.clear()
        cloud.devices.clear()
        found = check("mqtts://shop.example:8883", *profile(port, pki), *own, *consent)
        assert found.verdict is Verdict.WORKS, told(found)
        assert cloud.seen == [(CLIENT_ID, 4)] * 2 and asked(found) == [("check-connect", 4), ("checked-again", 4)]
        assert found.case.target.calling is not None and found.case.target.calling.client_id == CLIENT_ID


def test_the_registered_authority_is_compared(port: int, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    renewed = authority("acme CA")
    own = device(tmp_path, renewed.issue(traits=DEVICE), renewed)
    (tmp_path / "acme.pem").write_text(tenant.pem)
    named = ("--var", f"authority={tmp_path / 'acme.pem'}")
    found = check("mqtts://shop.example:8883", *profile(port, pki), *own, *named, "--allow-connect")
    assert_fails(found, "client.issuer-not-registered", Owner.CLIENT)
    assert found.cause is not None and "another key signed it" in found.cause.summary
    # Without a CONNECT it is known as well, and nobody was turned away yet.
    before = check("mqtts://shop.example:8883", *profile(port, pki), *own, *named)
    assert_works(before, risks=("client.issuer-not-registered",))
    # What nobody compared is only possible.
    unnamed = check("mqtts://shop.example:8883", *profile(port, pki), *own, "--allow-connect")
    silent(unnamed)
    assert "client.issuer-not-registered" in dict(unnamed.candidates)


def test_an_intermediate_is_not_registered_itself(port: int, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    middle = tenant.intermediate("acme Issuing CA")
    own = device(tmp_path, middle.issue(traits=DEVICE), middle, tenant)
    found = check("mqtts://shop.example:8883", *profile(port, pki), *own, "--allow-connect")
    assert_fails(found, "client.issuer-not-registered", Owner.CLIENT, Certainty.LIKELY)


def running(port: int, pki: Pki, own: tuple[str, ...], cloud: Cloud) -> ssl.SSLSocket:
    """A client with the same ID that is there already."""
    import socket

    context = ssl.create_default_context(cafile=str(pki.trust))
    context.load_cert_chain(own[1], own[3])
    tls = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="shop.example")
    tls.settimeout(5)
    tls.sendall(bytes.fromhex("101800044d5154540402003c000c") + CLIENT_ID.encode())
    assert tls.recv(4) == connack(4, 0) and CLIENT_ID in cloud.online
    return tls


def test_a_connect_ends_the_client_that_runs(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    leaf = tenant.issue(traits=DEVICE)
    own = device(tmp_path, leaf, tenant)
    cloud.devices.add(leaf.der)
    with running(port, pki, own, cloud) as tls:
        assert_works(check(*at(port, *pki.trusting, *own, scheme="mqtts")), notes=())
        assert CLIENT_ID in cloud.online, "a check without consent disturbs nobody"
        found = check(*at(port, *pki.trusting, *own, *CONSENT, scheme="mqtts"))
        assert_works(found, notes=())
        assert tls.recv(1) == b""


def test_a_client_that_comes_back_is_seen(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr("probe.capture.ask.REST", 5.0)
    leaf = tenant.issue(traits=DEVICE)
    own = device(tmp_path, leaf, tenant)
    cloud.devices.add(leaf.der)
    back: list[ssl.SSLSocket] = []

    def returning(tls: ssl.SSLSocket) -> None:
        assert tls.recv(1) == b""
        until = time.monotonic() + 10
        while CLIENT_ID not in cloud.online and time.monotonic() < until:
            time.sleep(0.01)
        back.append(running(port, pki, own, cloud))

    for options, certainty in (((), Certainty.PROVEN), (("--mqtt", "3.1.1"), Certainty.POSSIBLE)):
        with running(port, pki, own, cloud) as tls:
            thread = threading.Thread(target=returning, args=(tls,))
            thread.start()
            found = check(*at(port, *pki.trusting, *own, *CONSENT, *options, scheme="mqtts"))
            thread.join(15)
        back.pop().close()
        assert_works(found, risks=("client.id-in-use",))
        (risk,) = (one for one in found.findings if one.effect is Effect.RISKS)
        assert risk.certainty is certainty and CLIENT_ID in risk.summary


def test_without_sni_it_closes(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    own = device(tmp_path, tenant.issue(traits=DEVICE), tenant)
    found = check(*at(port, *pki.trusting, *own, *CONSENT, "--sni", "none", scheme="mqtts"))
    assert found.verdict is not Verdict.WORKS and cloud.seen == []
    assert found.cause is not None and found.cause.code.startswith("client."), told(found)


def test_the_port_that_needs_alpn(cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    leaf = tenant.issue(traits=DEVICE)
    own = device(tmp_path, leaf, tenant)
    cloud.devices.add(leaf.der)
    with aws_like(pki.chain, cloud, alpn=True) as port:
        where = at(port, *pki.trusting, *own, *CONSENT, scheme="mqtts")
        assert_works(check(*where, "--alpn", "x-amzn-mqtt-ca"), notes=())
        wrong = check(*where, "--alpn", "mqtt")
        assert wrong.verdict is Verdict.FAILS and wrong.cause is not None and wrong.cause.code == "tls.alpn", told(wrong)
    assert cloud.seen == [(CLIENT_ID, 5)]


def test_what_was_seen_holds_no_password(port: int, cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = tenant.issue(traits=DEVICE)
    cloud.devices.add(leaf.der)
    monkeypatch.setenv("BROKER_PASSWORD", "hush-hush-4711")
    line = at(port, *pki.trusting, *device(tmp_path, leaf, tenant), *CONSENT, "--user", "press", "--user-password-env", "BROKER_PASSWORD", scheme="mqtts")
    found = check(*line)
    assert_works(found, notes=())
    assert "hush-hush" not in text(found.case.observation) and "hush-hush" not in repr(found)


def test_a_missing_protocol_name_is_a_candidate(cloud: Cloud, tenant: Issued, pki: Pki, tmp_path: Path) -> None:
    """Without a name the broker hangs up as if it refused the certificate, so that both are told."""
    own = device(tmp_path, tenant.issue(traits=DEVICE), tenant)
    with aws_like(pki.chain, cloud, alpn=True) as port:
        line = (f"mqtts://shop.example:{port}", "--connect", f"127.0.0.1:{port}", *pki.trusting, *own, *CONSENT)
        found = check(*line)
        assert_fails(found, "client.rejected", Owner.SERVER, Certainty.LIKELY)
        assert "--alpn NAME" in dict(found.candidates)["tls.alpn"] and cloud.seen == []
        assert "tls.alpn" not in dict(check(*line, "--alpn", "mqtt").candidates)
