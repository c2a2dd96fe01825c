"""An agent at the broker: CONNECT with consent alone, with the tenant's client ID, as AWS IoT takes it or drops it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.facts.certificate import Certificate
from probe.lab.pki import Issued, authority
from probe.lab.proxy_server import answers, http_proxy
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from tests.insights.test_agent import AGENT, BROKER, CREATE, Caught, by_the_documents, pem_to_der
from tests.real.brokers import Cloud, aws_like

CONNECT = [*AGENT, "connect", "press-4.pem", "--key", "press-4.key", "--tenant", "acme", "--endpoint", "broker-eu1"]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probe.case.broker.PAUSE", 0.02)
    monkeypatch.setattr("probe.capture.ask.REST", 0.1)
    monkeypatch.setattr("probe.capture.ask.LISTEN", 0.05)


def known(path: Path) -> Issued:
    """The authority in a file, as the broker knows it."""
    spare = authority("Lab CA")
    return Issued(certificate=Certificate(der=pem_to_der(path)), key=spare.key, traits=spare.traits)


@pytest.fixture
def cloud(folder: Path) -> Cloud:
    return Cloud(authorities=[(known(folder / "acme.pem"), True)])


@pytest.fixture
def way(cloud: Cloud) -> Iterator[tuple[str, ...]]:
    """The options that lead to the broker."""
    shop = hierarchy(BROKER)
    with Stage() as stage, aws_like((shop.leaf, shop.intermediate), cloud) as port:
        yield ("--trust", stage.trust_file(shop.root), "--connect", f"{LOOPBACK}:{port}")


def said(capsys: Caught) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_an_agent_is_let_in(way: tuple[str, ...], cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    assert run([*CONNECT, *way]) == 0
    text = said(capsys)
    assert cloud.seen == [] and "whether the broker lets the client in was not asked (--allow-connect)" in text
    assert run([*CONNECT, *way, "--ca", "acme.pem", "--allow-connect"]) == 0
    text = said(capsys)
    assert cloud.seen == [("acme_press-4", 4)] * 2 and "and the broker let the client in" in text
    assert "The first CONNECT" in text or "app.mqtt-refused" in text, "the first connection registered the certificate"
    assert run([*CONNECT, *way, "--allow-connect"]) == 0
    assert cloud.seen[2:] == [("acme_press-4", 4)] and cloud.goodbyes(2) == ["acme_press-4"] * 2


def test_a_certificate_by_the_documented_commands(cloud: Cloud, way: tuple[str, ...], folder: Path, capsys: Caught) -> None:
    by_the_documents(folder)
    cloud.authorities[:] = [(known(folder / "doc.pem"), True)]
    line = [*AGENT, "connect", "agent.pem", "--key", "agent.key", "--tenant", "acme", "--endpoint", "broker-eu1", "--allow-connect", "--ca", "doc.pem"]
    assert run([*line, *way]) == 0, said(capsys)
    assert cloud.seen == [("acme_device-7", 4)] * 2


def test_what_is_dropped(way: tuple[str, ...], cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    cloud.authorities[:] = [(cloud.authorities[0][0], False)]
    capsys.readouterr()
    assert run([*CONNECT, *way, "--ca", "acme.pem", "--allow-connect", "--format", "json"]) == 1
    text = said(capsys)
    assert "app.mqtt-refused" in text and "client.revoked" in text and "see that the authority is verified" in text.lower()
    # With another client ID than the tenant's the files are stopped before anything is sent.
    before = len(cloud.seen)
    assert run([*CONNECT, *way, "--client-id", "acme_other", "--allow-connect"]) == 1
    assert len(cloud.seen) == before and "Nothing was connected to." in said(capsys)


def test_the_authority_of_another_tenant_is_found_in_the_files(way: tuple[str, ...], cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    assert run([*CONNECT, *way, "--ca", "other.pem", "--allow-connect"]) == 1
    assert cloud.seen == [] and "Nothing was connected to." in said(capsys)


def test_through_a_proxy(cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    shop = hierarchy(BROKER)
    with Stage() as stage, aws_like((shop.leaf, shop.intermediate), cloud) as port:
        way = ("--trust", stage.trust_file(shop.root), "--connect", f"{LOOPBACK}:{port}", "--allow-connect")
        assert run([*CONNECT, *way, "--proxy", f"http://{LOOPBACK}:{stage.raw(answers(403))}"]) == 1
        assert cloud.seen == [] and "proxy.denied" in said(capsys)
        assert run([*CONNECT, *way, "--proxy", f"http://{LOOPBACK}:{stage.raw(http_proxy)}"]) == 0
        assert cloud.seen == [("acme_press-4", 4)] * 2


def test_the_port_behind_a_firewall(cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    shop = hierarchy(BROKER)
    line = [*CONNECT[:-1], "broker-eu1-alpn", "--allow-connect"]
    with Stage() as stage, aws_like((shop.leaf, shop.intermediate), cloud, alpn=True) as port:
        where = ("--trust", stage.trust_file(shop.root), "--connect", f"{LOOPBACK}:{port}")
        assert run([*line, *where]) == 0, said(capsys)
        assert cloud.seen == [("acme_press-4", 4)] * 2
        # The other endpoint of the profile does not offer the name.
        capsys.readouterr()
        assert run([*CONNECT, *where]) == 1
        assert len(cloud.seen) == 2 and "WORKS" not in said(capsys)


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_every_format_has_what_was_said_of_the_files(form: str, way: tuple[str, ...], cloud: Cloud, folder: Path, capsys: Caught) -> None:
    assert run(CREATE) == 0
    capsys.readouterr()
    assert run([*CONNECT, *way, "--ca", "acme.pem", "--format", form]) == 0
    out = capsys.readouterr().out
    assert "Certificate of the agent in press-4.pem" in out or form == "json"
    assert "The client ID that goes with it is" in out and "acme_press-4" in out.replace("\\", "")
    if form == "json":
        found = json.loads(out)
        assert {one["state"] for one in found["steps"]} == {"ok", "note"} and found["results"][0]["verdict"] == "works"
