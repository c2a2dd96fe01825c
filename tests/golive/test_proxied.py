"""The list before going live through a proxy, and advice about trust through one."""

import json

import pytest

from probe.cli.main import run
from probe.lab import proxy_server
from probe.lab.listener import Talk
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def nobody(name: str, kind: str) -> tuple[tuple[str, ...], object, str]:
    from probe.facts.observation import Ending, How

    return (), Ending(how=How.DECLINED, code=-2), f"{name} {kind}"


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine finds no name, and has no DNS server."""
    import probe.capture.resolve as resolving
    import probe.capture.system_names as names

    monkeypatch.setattr(names, "_look_up", nobody)
    monkeypatch.setattr(resolving, "configured", lambda *_given: ())


def went(talk: Talk, by: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    with Stage() as stage:
        made = hierarchy()
        port = stage.tls(Serving(credentials=(made.whole,)))
        proxy = f"http://127.0.0.1:{stage.raw(talk)}"
        lines = [
            "schema = 1",
            'title = "Shop"',
            "[[endpoint]]",
            'name = "shop"',
            f'target = "https://{HOST}:{port}"',
            f'trust = ["{stage.trust_file(made.root)}"]',
        ]
        if by == "plan":
            lines.append(f'proxy = "{proxy}"')
        elif by == "environment":
            monkeypatch.setenv("https_proxy", proxy)
        plan = stage.write("plan.toml", "\n".join((*lines, "")))
        code = run(["go-live", str(plan), "--format", "json", *(("--proxy", proxy) if by == "option" else ())])
    groups = json.loads(capsys.readouterr().out)["results"]
    return code, {one["id"]: one["outcome"] for group in groups for one in group["items"]}


@pytest.mark.parametrize("by", ["plan", "environment", "option"])
def test_all_is_well_though_this_machine_finds_no_name(by: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, items = went(proxy_server.http_proxy, by, monkeypatch, capsys)
    assert code == 0 and set(items.values()) == {"pass"} and items["dns"] == "pass"


def test_a_proxy_that_refuses_fails_the_connection_and_not_the_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, items = went(proxy_server.answers(403), "plan", monkeypatch, capsys)
    assert code == 1 and items["tls"] == "fail" and items["dns"] == items["names"] == "not-done"


def test_trust_goes_through_the_proxy(capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        made = hierarchy()
        port = stage.tls(Serving(credentials=(made.whole,)))
        proxy = f"http://127.0.0.1:{stage.raw(proxy_server.http_proxy)}"
        given = ("--trust", stage.trust_file(made.root), "--proxy", proxy, "--no-fetch", "--format", "json")
        code = run(["trust", f"https://{HOST}:{port}", *given])
    said = capsys.readouterr().out
    assert code in (0, 1) and "Lab Issuing CA" in said and f"--proxy {proxy}" in said
