"""Words before TLS in a tunnel: is it the target that does not take them, or the proxy?"""

import pytest

from probe.causes.words import Certainty, Owner, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.lab import proxy_server
from probe.lab.listener import Talk
from probe.lab.manners import Manners
from probe.lab.shop import HOST, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.report.compose import compose


def check(manners: Manners, proxy: Talk, *options: str, trusting: bool = True) -> Diagnosis:
    """A healthy server of StartTLS behind this proxy, asked through it."""
    made = hierarchy()
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), plain=manners))
        place = f"http://{LOOPBACK}:{stage.raw(proxy)}"
        target = (f"{manners.protocol}://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--trust", stage.trust_file(made.root) if trusting else "none")
        return diagnose(observed((*target, "--proxy", place, *options)))


POSTGRES = Manners(protocol="postgres")


@pytest.mark.parametrize(("then", "said"), [(b"", "starttls.closed"), (b"HTTP/1.1 200 OK\r\n\r\n<html>Welcome</html>", "starttls.protocol")])
def test_the_proxy_is_at_fault_where_the_target_takes_them_without_it(then: bytes, said: str) -> None:
    found = check(POSTGRES, proxy_server.consents(then))
    assert found.cause and (found.cause.code, found.cause.certainty, found.cause.owner) == ("proxy.protocol", Certainty.LIKELY, Owner.NETWORK)
    assert "begins TLS after words of PostgreSQL without the proxy" in found.cause.summary
    assert [one.code for one in found.explained] == [said] and len(found.findings) == 1
    assert [one.remedy.action for one in found.prescribed] == ["let-words-pass", "connect-directly"]


def test_without_a_look_past_the_proxy_nobody_is_sure() -> None:
    found = check(POSTGRES, proxy_server.consents(b""), "--no-direct")
    assert found.cause and (found.cause.code, found.cause.certainty) == ("starttls.closed", Certainty.LIKELY)
    assert "proxy.protocol" in [code for code, _ in found.cause.alternatives]


def test_what_the_target_does_without_the_proxy_too_is_its_own() -> None:
    hanging = Manners(protocol="postgres", stops=b"", hangs_up=True)
    found = check(hanging, proxy_server.http_proxy)
    assert found.cause and (found.cause.code, found.cause.certainty) == ("starttls.closed", Certainty.PROVEN)
    assert not found.cause.alternatives


@pytest.mark.parametrize("protocol", ["smtp", "imap", "postgres", "xmpp"])
def test_a_proxy_that_passes_them_is_no_fault(protocol: str) -> None:
    found = check(Manners(protocol=protocol), proxy_server.http_proxy)
    assert found.verdict is Verdict.WORKS and not found.findings and {one.question.name for one in found.case.observation.attempts} == {"ordinary"}


@pytest.mark.parametrize(
    ("protocol", "shows"),
    [
        ("smtp", ("openssl s_client -starttls smtp -connect", "--ssl-reqd smtp://shop.example:")),
        ("postgres", ("openssl s_client -starttls postgres -connect",)),
        ("xmpp", ("openssl s_client -starttls xmpp -xmpphost shop.example -connect",)),
    ],
)
def test_the_commands_of_remedies_begin_as_the_protocol_does(protocol: str, shows: tuple[str, ...]) -> None:
    found = check(Manners(protocol=protocol), proxy_server.http_proxy, "--no-direct", trusting=False)
    report = compose((found,))
    commands = [line for one in report.results[0].remedies for step in one.steps for line in step.commands]
    assert all(any(text in line for line in commands) for text in shows), commands
    assert not [line for line in commands if f"https://{HOST}" in line or ("s_client" in line and "-starttls" not in line)]
