"""Through real proxies: Squid, with and without opening TLS, tinyproxy and Dante; beside them what curl says."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from probe.causes.words import Certainty, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.noun import noun
from probe.facts.observation import Observation, Tunnel
from probe.lab.manners import Manners
from probe.lab.pki import Issued, authority
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import FORMATS
from probe.report.compose import compose
from probe.report.redact import redact
from tests.real.proxies import PASSWORD, USER, Ports, dante, squid, tinyproxy

CLOSED = "closed.example"


@noun
class Laid:
    """A healthy shop, one that sends its own certificate alone, and Squid before them."""

    made: Hierarchy
    port: int
    alone: int
    closed: int
    trust: str
    opener: Issued
    squid: Ports


@pytest.fixture(scope="module")
def laid() -> Iterator[Laid]:
    with Stage() as stage:
        documents = stage.http()
        made = hierarchy()
        documents.put("/issuer.der", made.intermediate.der)
        url = f"http://aia.example:{documents.port}/issuer.der"
        lonely = made.intermediate.issue(HOST, traits=Traits(ca_issuers=(url,)))
        opener = authority("Opening CA of the Office")
        with squid(opener, made.root, dict.fromkeys((HOST, "forbidden.example", CLOSED, "aia.example"), "127.0.0.1")) as ports:
            yield Laid(
                made=made,
                port=stage.tls(Serving(credentials=(made.whole,))),
                alone=stage.tls(Serving(credentials=(credentials(lonely),))),
                closed=stage.closed_port(),
                trust=stage.trust_file(made.root),
                opener=opener,
                squid=ports,
            )


def check(laid: Laid, *options: str, host: str = HOST, port: int = 0) -> tuple[Observation, Diagnosis]:
    seen = observed((f"https://{host}:{port or laid.port}", "--trust", laid.trust, *options))
    return seen, diagnose(seen)


def by(port: int, scheme: str = "http") -> tuple[str, str]:
    return ("--proxy", f"{scheme}://127.0.0.1:{port}")


def curl(laid: Laid, *options: str, host: str = HOST, port: int = 0) -> tuple[int, str]:
    command = ["curl", "-sS", "-o", "/dev/null", "-m", "10", "--cacert", laid.trust, *options, f"https://{host}:{port or laid.port}/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stderr


def tunnel(seen: Observation) -> Tunnel:
    return next(step for attempt in seen.attempts for step in attempt.steps if isinstance(step, Tunnel))


def codes(found: Diagnosis) -> list[str]:
    return [one.code for one in found.findings]


def test_the_name_is_found_by_the_proxy_alone(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.plain))
    assert found.verdict is Verdict.WORKS and not found.findings and not found.defects
    assert not seen.resolutions and seen.attempts[0].address == HOST and tunnel(seen).status == 200
    assert curl(laid, *by(laid.squid.plain))[0] == 0
    assert any(one.why == "The proxy resolves the name." for one in found.not_observed if one.code.startswith("dns."))


def test_every_format_tells_the_proxy_and_a_redacted_one_does_not(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.plain))
    report = compose((found,))
    for name, render in FORMATS.items():
        if name != "junit":
            assert f"http://127.0.0.1:{laid.squid.plain}" in render(report), name
    assert seen.target.proxy
    named = replace(seen, target=replace(seen.target, proxy=replace(seen.target.proxy, host="gate.corp.internal")))
    assert "gate.corp.internal" in FORMATS["terminal"](compose((diagnose(named),)))
    hidden = "".join(render(redact(compose((diagnose(named),)))) for render in FORMATS.values())
    assert HOST not in hidden and "corp.internal" not in hidden and f":{laid.squid.plain}" in hidden
    assert codec.parse(Observation, codec.text(seen)) == seen


def test_squid_wants_a_login(laid: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = check(laid, *by(laid.squid.known))
    assert codes(found) == ["proxy.auth-required"] and "none was given" in found.findings[0].summary and "Basic" in found.findings[0].summary
    assert "407" in curl(laid, *by(laid.squid.known))[1]
    monkeypatch.setenv("SECRET", PASSWORD)
    seen, found = check(laid, *by(laid.squid.known), "--proxy-user", USER, "--proxy-password-env", "SECRET")
    assert found.verdict is Verdict.WORKS and tunnel(seen).authenticated
    assert curl(laid, *by(laid.squid.known), "--proxy-user", f"{USER}:{PASSWORD}")[0] == 0
    monkeypatch.setenv("SECRET", "wrong-password-4711")
    seen, found = check(laid, *by(laid.squid.known), "--proxy-user", USER, "--proxy-password-env", "SECRET")
    assert codes(found) == ["proxy.auth-required"] and "does not accept" in found.findings[0].summary
    assert "wrong-password" not in codec.text(seen) and USER not in codec.text(seen)


def test_what_decides_about_the_proxy_is_told_where_all_is_well(laid: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*options: str) -> str:
        return FORMATS["terminal"](compose((check(laid, *options)[1],)))

    assert "--resolver is not asked for it" in told(*by(laid.squid.plain), "--resolver", "127.0.0.1:9") and "Proxy" not in told(*by(laid.squid.plain))
    monkeypatch.setenv("all_proxy", f"http://127.0.0.1:{laid.squid.plain}")
    assert "(named by all_proxy)" in told()
    monkeypatch.setenv("no_proxy", ".example")
    assert "no_proxy exempts the host by its entry .example" in " ".join(told("--connect", f"127.0.0.1:{laid.port}").split())


def test_the_login_may_stand_in_the_environment(laid: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://{USER}:{PASSWORD.replace('-', '%2D')}@127.0.0.1:{laid.squid.known}")
    seen, found = check(laid)
    assert found.verdict is Verdict.WORKS and curl(laid)[0] == 0
    assert seen.target.proxy and seen.target.proxy.source == "https_proxy" and seen.target.proxy.login
    assert PASSWORD not in codec.text(seen)
    monkeypatch.setenv("no_proxy", "example")
    assert check(laid, "--connect", f"127.0.0.1:{laid.port}")[0].target.proxy is None
    monkeypatch.setenv("no_proxy", "")
    assert check(laid, "--proxy", "none", "--connect", f"127.0.0.1:{laid.port}")[1].verdict is Verdict.WORKS


def test_squid_refuses_by_rule(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.plain), host="forbidden.example")
    assert codes(found) == ["proxy.denied"] and found.findings[0].certainty is Certainty.PROVEN
    assert dict(tunnel(seen).fields)["x-squid-error"] == "ERR_ACCESS_DENIED 0"
    assert "403" in curl(laid, *by(laid.squid.plain), host="forbidden.example")[1]


def test_squid_does_not_get_there(laid: Laid) -> None:
    _, found = check(laid, *by(laid.squid.plain), "--connect", f"127.0.0.1:{laid.closed}", host=CLOSED, port=laid.closed)
    assert codes(found) == ["proxy.target-unreachable"] and "refuses the connection" in found.findings[0].summary
    assert found.findings[0].owner == "server" and "start-service" in found.findings[0].actions
    _, found = check(laid, *by(laid.squid.plain), "--no-direct", host=CLOSED, port=laid.closed)
    assert codes(found) == ["proxy.target-unreachable"] and found.findings[0].owner is None
    assert "503" in curl(laid, *by(laid.squid.plain), host=CLOSED, port=laid.closed)[1]


def test_squid_does_not_know_the_name(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.plain), "--no-direct", host="nowhere.example")
    assert codes(found) == ["proxy.target-unreachable"] and not seen.resolutions


def test_squid_opens_tls(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.bump), "--connect", f"127.0.0.1:{laid.port}")
    assert found.cause and found.cause.code == "chain.intercepted" and found.cause.certainty is Certainty.PROVEN
    assert "Opening CA of the Office" in found.cause.summary and "Lab Issuing CA" in found.cause.summary
    assert {one.question.name for one in seen.attempts} == {"ordinary", "direct"} and "chain.root-untrusted" in [one.code for one in found.explained]
    assert curl(laid, *by(laid.squid.bump))[0] == 60


def test_squid_opens_tls_where_words_come_before_it(laid: Laid) -> None:
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(laid.made.whole,), plain=Manners(protocol="postgres")))
        seen = observed((f"postgres://{HOST}:{port}", "--trust", laid.trust, *by(laid.squid.plain)))
        assert diagnose(seen).verdict is Verdict.WORKS
        way = (f"postgres://{HOST}:{port}", "--connect", f"127.0.0.1:{port}", "--trust", laid.trust, *by(laid.squid.bump))
        found = diagnose(observed(way))
        assert codes(found) == ["proxy.protocol"] and "as a proxy does that opens TLS" in found.findings[0].summary
        assert "starttls.protocol" in [one.code for one in found.explained]
        found = diagnose(observed((*way, "--no-direct")))
    assert codes(found) == ["starttls.protocol"] and found.findings[0].certainty is Certainty.LIKELY
    assert "proxy.protocol" in [code for code, _ in found.findings[0].alternatives]


def test_squid_opens_tls_and_nobody_may_look_without_it(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.bump), "--no-direct")
    assert found.verdict is Verdict.FAILS and [one.question.name for one in seen.attempts] == ["ordinary"]
    assert ("chain.intercepted", Certainty.POSSIBLE) in [(one.code, one.certainty) for one in found.findings]


def test_who_trusts_the_opening_authority_gets_through(laid: Laid) -> None:
    with Stage() as stage:
        seen, found = check(laid, *by(laid.squid.bump), "--trust", stage.trust_file(laid.opener))
    assert found.verdict is Verdict.WORKS and [one.question.name for one in seen.attempts] == ["ordinary"]


def test_issuers_are_fetched_through_the_proxy(laid: Laid) -> None:
    seen, found = check(laid, *by(laid.squid.plain), "--fetch-private", "--no-direct", port=laid.alone)
    assert found.cause and found.cause.code == "chain.intermediate-missing" and found.cause.certainty is Certainty.PROVEN
    assert seen.fetches[0].ending.how == "done" and "aia.example" in seen.fetches[0].url


def test_tinyproxy(laid: Laid) -> None:
    name = ("--name", HOST, "--sni", HOST, "--no-direct")
    with tinyproxy("ConnectPort 443", f"ConnectPort {laid.port}", f"ConnectPort {laid.closed}") as port:
        assert check(laid, *by(port), *name, host="localhost")[1].verdict is Verdict.WORKS
        found = check(laid, *by(port), *name, host="localhost", port=laid.closed)[1]
        assert codes(found) == ["proxy.target-unreachable"] and found.findings[0].certainty is Certainty.LIKELY
        found = check(laid, *by(port), *name, host="localhost", port=laid.alone)[1]
        assert codes(found) == ["proxy.denied"]
        assert "response 403" in curl(laid, *by(port), host="localhost", port=laid.alone)[1]


@pytest.mark.parametrize("scheme", ["socks4", "socks5", "socks5h"])
def test_dante(laid: Laid, scheme: str) -> None:
    with dante(laid.closed) as port:
        seen, found = check(laid, *by(port, scheme), "--name", HOST, "--sni", HOST, host="localhost")
        assert found.verdict is Verdict.WORKS
        assert tunnel(seen).host == ("localhost" if scheme == "socks5h" else "127.0.0.1") and bool(seen.resolutions) == (scheme != "socks5h")
        found = check(laid, *by(port, scheme), host="localhost", port=laid.closed)[1]
        # Version 4 has one number for every refusal.
        expected = ("proxy.target-unreachable", Certainty.LIKELY) if scheme == "socks4" else ("proxy.denied", Certainty.PROVEN)
        assert [(one.code, one.certainty) for one in found.findings] == [expected]
        assert curl(laid, *by(port, scheme), host="localhost", port=laid.closed)[0] == 97
        assert codes(check(laid, *by(port), host="localhost")[1])[0] == "proxy.protocol"


def test_dante_wants_a_login(laid: Laid) -> None:
    with dante(laid.closed, "username") as port:
        found = check(laid, *by(port, "socks5h"), host="localhost")[1]
        assert codes(found) == ["proxy.auth-required"] and curl(laid, *by(port, "socks5h"), host="localhost")[0] == 97
