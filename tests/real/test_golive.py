"""The list before going live against real servers: nginx as Hubject's front in two environments, as our own endpoint, NSD as DNS, and the hosts file."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.lab.dns_server import Record, Zone
from probe.lab.pki import Issued, authority
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.traits import Traits
from probe.report.checklist import Outcome, exit_code
from tests.golive.listing import HOST, endpoint, item, listed, outcomes, plan
from tests.real.pki import Pki
from tests.real.private import run_private
from tests.real.web import Web
from tests.servers import files, nsd

QA, PROD = "service-qa.hubject.com", "service.hubject.com"
CODE = """default_type application/json; add_header Process-ID "11111111-2222-3333-4444-555555555555" always;
location / {{ return {status} '{{"StatusCode":{{"Code":"{code}","Description":"x"}}}}'; }}"""


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Issued, str]]:
    """For each environment the issuer of the partners' certificates, and the lines of a plan that name one."""
    folder = tmp_path_factory.mktemp("clients")
    found = {}
    for name in ("qa", "prod"):
        top = authority(f"Partners {name} Root")
        certificates, key = files(folder, (top.issue("partner.example", traits=Traits(extended_key_usage=("client",))),), name)
        found[name] = (top, f'cert = "{certificates}"\nkey = "{key}"')
    return found


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, pki: Pki, clients: dict[str, tuple[Issued, str]]) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("golive")
    web = Web(folder)
    for name, host in (("qa", QA), ("prod", PROD)):
        (folder / f"{name}-partners.pem").write_text(clients[name][0].pem)
        demand = f"ssl_client_certificate {folder / f'{name}-partners.pem'}; ssl_verify_client on;"
        web.add(name, pki.chain_of(host), f"{demand} {CODE.format(status=200, code='000')}")
    unknown = f"ssl_client_certificate {folder / 'qa-partners.pem'}; ssl_verify_client on;"
    web.add("unknown", pki.chain_of(QA), f"{unknown} {CODE.format(status=401, code='017')}")
    web.add("open", pki.chain, "location / { return 200; }")
    for name, how in (("demanding", "on"), ("optional", "optional")):
        web.add(name, pki.chain, f"ssl_client_certificate {folder / 'qa-partners.pem'}; ssl_verify_client {how}; location / {{ return 200; }}")
    with web.running() as found:
        yield found


@pytest.fixture(scope="module")
def dns() -> Iterator[str]:
    known = Zone(records=tuple(Record(name=one, type="A", value=LOOPBACK) for one in (QA, PROD, HOST)))
    with Stage() as stage:
        yield f"resolver = {json.dumps([stage.dns(known), stage.dns(known)])}"


def hubject(env: str, port: int, dns: str, trust: Path, *lines: str, name: str = "") -> str:
    return "\n".join(
        (
            "[[endpoint]]",
            f'name = "{name or env}"',
            'profile = "hubject-emp"',
            f'env = "{env}"',
            'vars = { provider = "DE-DCB" }',
            f'connect = "{LOOPBACK}:{port}"',
            f'trust = ["{trust}"]',
            dns,
            *lines,
            "",
        )
    )


def test_both_environments_of_a_profile_are_ready(ports: dict[str, int], dns: str, pki: Pki, clients: dict[str, tuple[Issued, str]]) -> None:
    found = listed(plan(*(hubject(env, ports[env], dns, pki.trust, clients[env][1]) for env in ("qa", "prod"))))
    assert exit_code(found) == 0, [(one.id, one.about, one.says) for one in found.items if one.required and one.outcome is Outcome.FAIL]
    for group, host in ((0, QA), (1, PROD)):
        seen = outcomes(found, group)
        for step in (f"names {host}", f"dns {host}", "chain", "dates", "client-certificate", "client-accepted", "app pull-one"):
            assert seen[step] == "pass", (step, [one.says for one in found.groups[group].items if one.id == step.split()[0]])
        assert seen["app remote-start"] == "not-done" and "reverse" in seen
        started = item(found, "app", "remote-start", group)
        assert not started.required and "because it has side effects: it starts a charging session" in started.says
    alias = item(found, "dns", "qa-service.hubject.com")
    assert alias.outcome is Outcome.WARN and not alias.required


def test_the_certificate_of_one_environment_is_refused_by_the_other(ports: dict[str, int], dns: str, pki: Pki, clients: dict[str, tuple[Issued, str]]) -> None:
    found = listed(plan(hubject("qa", ports["qa"], dns, pki.trust, clients["prod"][1])))
    refused = item(found, "client-accepted")
    assert refused.outcome is Outcome.FAIL and refused.code.startswith("client."), refused.says
    assert item(found, "chain").outcome is Outcome.PASS and exit_code(found) == 1
    assert item(found, "app", "pull-one").outcome is not Outcome.PASS


def test_a_certificate_that_is_not_on_file_fails_in_the_application(ports: dict[str, int], dns: str, pki: Pki, clients: dict[str, tuple[Issued, str]]) -> None:
    found = listed(plan(hubject("qa", ports["unknown"], dns, pki.trust, clients["qa"][1])))
    read = item(found, "app", "pull-one")
    assert (read.outcome, read.code) == (Outcome.FAIL, "client.not-on-file") and "017" in read.says
    assert item(found, "client-accepted").outcome is Outcome.PASS and exit_code(found) == 1


@pytest.mark.parametrize(("server", "outcome", "code"), [("open", "pass", 0), ("optional", "warn", 0), ("demanding", "fail", 1)])
def test_our_own_endpoint_as_a_partner_without_a_certificate_sees_it(server: str, outcome: str, code: int, ports: dict[str, int], dns: str, pki: Pki) -> None:
    found = listed(plan(endpoint(ports[server], str(pki.trust), dns, 'direction = "in"')))
    demand = item(found, "client-demand")
    assert (demand.outcome.value, exit_code(found)) == (outcome, code), demand.says
    # nginx answers with a page: that is no word of the application.
    assert item(found, "app").outcome is (Outcome.NOT_DONE if server == "demanding" else Outcome.PASS)
    assert outcome != "fail" or demand.code == "client.unexpected"


def test_nsd_tells_the_way_of_an_alias(ports: dict[str, int], pki: Pki, tmp_path: Path) -> None:
    zone = "$ORIGIN example.\n$TTL 900\n@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n@ IN NS ns.example.\nns IN A 127.0.0.1\n"
    zone += "shop 120 IN CNAME front.example.\nfront IN A 127.0.0.1\n"
    (tmp_path / "other").mkdir()
    with nsd(tmp_path, {"example": zone}) as port, nsd(tmp_path / "other", {"example": zone}) as other:
        server = f"127.0.0.1:{port}"
        found = listed(plan(endpoint(ports["open"], str(pki.trust), f'resolver = ["{server}", "127.0.0.1:{other}"]')))
    dns = item(found, "dns", HOST)
    assert "shop.example -> front.example (TTL 120 s)" in dns.says and dns.evidence[0].at == "/results/0/observation/resolutions/0"


def test_a_profile_without_a_plan_compares_with_what_was_uploaded(ports: dict[str, int], dns: str, pki: Pki, tmp_path: Path) -> None:
    servers = json.loads(dns.partition(" = ")[2])
    for name, chain, code in (("same", pki.chain, 0), ("renewed", pki.chain_of(HOST), 1)):
        uploaded = tmp_path / f"{name}.pem"
        uploaded.write_text(chain[0].pem)
        given = ("--profile", "hubject-partner-endpoint", "--var", f"host={HOST}", "--var", f"uploaded={uploaded}", "--trust", str(pki.trust))
        there = ("--connect", f"{LOOPBACK}:{ports['open']}", *(word for one in servers for word in ("--resolver", one)), "--format", "json")
        done = subprocess.run((sys.executable, "-m", "probe", "go-live", *given, *there), capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
        (result,) = json.loads(done.stdout)["results"]
        seen = {one["id"]: one for one in result["items"]}
        assert result["direction"] == "in" and seen["client-demand"]["outcome"] == "pass"
        assert seen["pin"]["outcome"] == ("fail" if code else "pass") and (not code or seen["pin"]["code"] == "endpoint.rollover-pending")


PRIVATE = Path(__file__).parent / "golive_check.py"


@pytest.mark.parametrize(
    ("hosts", "outcome", "word"),
    [
        ("127.0.0.1 localhost\n", "pass", "TTL 60 s"),
        ("127.0.0.1 localhost\n127.0.0.2 shop.example\n", "warn", "127.0.0.2"),
    ],
)
def test_a_hosts_file_that_overrides_dns_warns(hosts: str, outcome: str, word: str, tmp_path: Path) -> None:
    told = json.loads(run_private(tmp_path, hosts, PRIVATE, "plain"))
    assert told["dns"]["outcome"] == outcome and word in told["dns"]["says"], told
    assert told["exit"] == 0 and (outcome == "pass" or told["dns"]["code"] == "dns.addresses-disagree")


def test_the_resolver_of_the_machine_is_compared_with_the_one_that_is_named(tmp_path: Path) -> None:
    told = json.loads(run_private(tmp_path, "127.0.0.1 localhost\n127.0.0.2 shop.example\n", PRIVATE, "resolver"))
    assert told["dns"]["outcome"] == "warn" and "127.0.0.2" in told["dns"]["says"] and told["reached"] == ["127.0.0.1"]
