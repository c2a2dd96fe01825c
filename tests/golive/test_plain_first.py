"""The list before going live for services that begin in plain text, and for those that are asked nothing after TLS."""

import json

import pytest

from probe.cli.main import run
from probe.lab.manners import Manners
from probe.lab.proxy_server import http_proxy
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from tests.golive.test_proxied import nobody


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy finds the names; this machine asks nobody."""
    monkeypatch.setattr("probe.capture.system_names._look_up", nobody)
    monkeypatch.setattr("probe.capture.resolve.configured", lambda *_given: ())


def listed(scheme: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[str, str]]]:
    made = hierarchy()
    plain = None if scheme in ("smtps", "imaps", "amqps") else Manners(protocol=scheme)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), plain=plain))
        lines = (
            "schema = 1",
            "[[endpoint]]",
            f'name = "{scheme}"',
            f'target = "{scheme}://{HOST}:{port}"',
            f'proxy = "http://{LOOPBACK}:{stage.raw(http_proxy)}"',
            f'trust = ["{stage.trust_file(made.root)}"]',
        )
        code = run(["go-live", str(stage.write("plan.toml", "\n".join((*lines, "")))), "--format", "json"])
    groups = json.loads(capsys.readouterr().out)["results"]
    return code, {one["id"]: (one["outcome"], one["says"]) for group in groups for one in group["items"]}


@pytest.mark.parametrize("scheme", ["postgres", "mysql", "smtps", "amqps"])
def test_where_nothing_is_asked_after_tls_the_list_does_not_wait_for_an_answer(scheme: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, items = listed(scheme, capsys)
    assert code == 0, items
    assert items["app"] == ("not-done", f"Behind {scheme}:// nothing is asked.")


@pytest.mark.parametrize(("scheme", "said"), [("smtp", "SMTP 250"), ("imap", "IMAP OK"), ("xmpp", "XMPP")])
def test_the_answer_is_told_in_the_words_of_the_protocol(scheme: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, items = listed(scheme, capsys)
    assert code == 0 and items["app"][0] == "pass" and items["app"][1].startswith(f"It answered {said}"), items
