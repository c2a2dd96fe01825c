"""The list of real endpoints on loopback: what passes, fails, warns and stays open, and why."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.facts.golive import STEPS, Day
from probe.jobs.golive import inspect, prepared
from probe.jobs.golive_plan import read
from probe.lab.answers import Answer
from probe.lab.dns_server import Record
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.shop import credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import checklist_json
from probe.report.checklist import Outcome, exit_code
from probe.report.golive import compose, judged_days
from tests.golive.listing import HOST, WWW, at, endpoint, item, listed, outcomes, plan, resolvers, zone
from tests.golive.made import checklist, entry
from tests.servers import key_pem

OTHER = "127.0.0.2"
SOON = f"{datetime.now(UTC) + timedelta(days=10):%Y-%m-%d}"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def test_a_healthy_endpoint_passes_everything(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage))))
    assert outcomes(found) == {
        f"dns {HOST}": "pass",
        f"names {HOST}": "pass",
        "tls": "pass",
        "addresses": "pass",
        "chain": "pass",
        "dates": "pass",
        "app": "pass",
    }
    assert found.ready and exit_code(found) == 0 and exit_code(found, strict=True) == 0
    assert "TTL 300 s" in item(found, "dns", HOST).says
    assert {one.id for one in found.items} <= set(STEPS)


def test_every_pointer_leads_to_something_in_the_document(stage: Stage) -> None:
    made = hierarchy(HOST, WWW)
    port = stage.tls(Serving(credentials=(credentials(made.leaf),)))
    alias = Record(name=WWW, type="CNAME", value=f"{HOST}.", ttl=60)
    dns = resolvers(stage, zone(LOOPBACK, more=(alias,)))
    healthy = endpoint(port, stage.trust_file(made.root), dns, f'names = ["{WWW}"]', 'name = "a"')
    switched = endpoint(port, stage.trust_file(made.root), dns, f'connect = "{LOOPBACK}"', 'name = "b"', 'direction = "in"')
    found = listed(plan(healthy, switched))
    document = json.loads(checklist_json.render(found))
    pointers = [piece.at for one in found.items for piece in one.evidence]
    assert len(pointers) > 20 and all(at(document, one) is not None for one in pointers)
    assert any(one.startswith("/results/0/further/0/") for one in pointers) and any(one.startswith("/results/1/lookups/0/") for one in pointers)


def test_a_missing_intermediate_fails_the_chain_and_nothing_else(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(credentials(made.leaf),)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage))))
    assert [one.id for one in found.items if one.outcome is not Outcome.PASS] == ["chain"]
    failed = item(found, "chain")
    assert failed.code.startswith("chain.") and failed.owner is not None and failed.faults[0].owner_text
    assert exit_code(found) == 1 and not found.ready


def test_a_missing_alias_in_the_certificate_fails_that_name_only(stage: Stage) -> None:
    made = hierarchy(HOST)
    port = stage.tls(Serving(credentials=(made.whole,)))
    alias = Record(name=WWW, type="CNAME", value=f"{HOST}.", ttl=60)
    dns = resolvers(stage, zone(LOOPBACK, more=(alias,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), dns, f'names = ["{WWW}"]')))
    assert [(one.id, one.about, one.code) for one in found.items if one.outcome is not Outcome.PASS] == [("names", WWW, "name.mismatch")]
    assert f"{WWW} -> {HOST} (TTL 60 s)" in item(found, "dns", WWW).says


def test_a_name_with_a_certificate_of_its_own_is_judged_by_that_one(stage: Stage) -> None:
    made, other = hierarchy(HOST), hierarchy(WWW)
    port = stage.tls(Serving(credentials=(made.whole,), by_name=((WWW, other.whole),)))
    dns = resolvers(stage, zone(LOOPBACK, more=(Record(name=WWW, type="A", value=LOOPBACK),)))
    both = stage.trust_file(made.root, other.root)
    found = listed(plan(endpoint(port, both, dns, f'names = ["{WWW}"]')))
    assert set(outcomes(found).values()) == {"pass"} and f"chain {WWW}" in outcomes(found)
    one_root = listed(plan(endpoint(port, stage.trust_file(made.root), dns, f'names = ["{WWW}"]')))
    assert [(one.id, one.about) for one in one_root.items if one.outcome is not Outcome.PASS] == [("chain", WWW)]


def test_a_name_that_leads_nowhere_fails_though_the_certificate_covers_it(stage: Stage) -> None:
    made = hierarchy(HOST, WWW)
    port = stage.tls(Serving(credentials=(made.whole,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), f'names = ["{WWW}"]')))
    assert item(found, "dns", WWW).code == "dns.nxdomain" and item(found, "dns", WWW).outcome is Outcome.FAIL
    assert item(found, "names", WWW).outcome is Outcome.PASS and "under this name itself none was seen" in item(found, "names", WWW).says


@pytest.mark.parametrize(
    ("ends", "days", "outcome", "code"), [(5, 30, "fail", "chain.expired"), (25, 30, "warn", "endpoint.expires-soon"), (80, 30, "pass", "")]
)
def test_the_day_decides_about_the_dates(stage: Stage, ends: int, days: int, outcome: str, code: str) -> None:
    made = hierarchy(leaf=Traits(ends=ends))
    port = stage.tls(Serving(credentials=(made.whole,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage)), top=f"on = {SOON}\ndays = {days}"))
    dates = item(found, "dates")
    assert (dates.outcome.value, dates.code) == (outcome, code), dates.says
    assert [one.id for one in found.items if one.outcome is Outcome.FAIL] == (["dates"] if outcome == "fail" else [])
    assert outcome == "pass" or SOON in dates.says
    assert exit_code(found) == (1 if outcome == "fail" else 0)
    assert exit_code(found, strict=True) == (0 if outcome == "pass" else 1)


def test_a_certificate_that_begins_before_the_day_is_no_fault(stage: Stage) -> None:
    made = hierarchy(leaf=Traits(starts=5, ends=90))
    port = stage.tls(Serving(credentials=(made.whole,)))
    table = endpoint(port, stage.trust_file(made.root), resolvers(stage))
    assert item(listed(plan(table, top=f"on = {SOON}")), "dates").outcome is Outcome.PASS
    today = item(listed(plan(table)), "dates")
    assert (today.outcome, today.code) == (Outcome.FAIL, "chain.not-yet-valid")


def test_an_intermediate_that_ends_is_named(stage: Stage) -> None:
    made = hierarchy(intermediate=replace(AUTHORITY, ends=3))
    port = stage.tls(Serving(credentials=(made.whole,)))
    dates = item(listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage)), top=f"on = {SOON}")), "dates")
    assert dates.outcome is Outcome.FAIL and "Lab Issuing CA" in dates.says


def test_a_day_in_the_past_is_said_and_judged_for_now() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    past = Day(begin=now - timedelta(days=3), end=now - timedelta(days=2), days=30, named="2026-04-28")
    days, remarks = judged_days(past, now)
    assert (days.begin, days.end, days.until) == (now, now, now + timedelta(days=30)) and "2026-04-28 is past" in remarks[0]
    running = Day(begin=now - timedelta(hours=12), end=now + timedelta(hours=11), days=1, named="2026-05-01")
    assert judged_days(running, now)[0].begin == now and judged_days(running, now)[0].end == running.end


def test_two_addresses_with_different_certificates(stage: Stage) -> None:
    made = hierarchy()
    twin = made.intermediate.issue(HOST)
    dns = resolvers(stage, zone(LOOPBACK, OTHER))
    port = stage.tls_at(((LOOPBACK, Serving(credentials=(made.whole,))), (OTHER, Serving(credentials=(credentials(twin, made.intermediate),)))))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), dns)))
    assert [(one.id, one.outcome.value) for one in found.items if one.outcome is not Outcome.PASS] == [("addresses", "warn")]
    says = item(found, "addresses").says
    assert "differ in server's own certificates" in says and LOOPBACK in says and OTHER in says and exit_code(found) == 0


def test_one_bad_address_fails(stage: Stage) -> None:
    made, foreign = hierarchy(), hierarchy()
    dns = resolvers(stage, zone(LOOPBACK, OTHER))
    port = stage.tls_at(((LOOPBACK, Serving(credentials=(made.whole,))), (OTHER, Serving(credentials=(foreign.whole,)))))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), dns)))
    assert item(found, "addresses").code == "endpoint.inconsistent" and item(found, "addresses").outcome is Outcome.FAIL
    assert item(found, "chain").outcome is Outcome.FAIL and OTHER in item(found, "chain").says
    assert item(found, "tls").outcome is Outcome.PASS


def test_one_dead_address_fails_and_the_other_is_judged(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage, zone(LOOPBACK, OTHER)))))
    assert item(found, "tls").outcome is Outcome.FAIL and OTHER in item(found, "tls").says
    assert item(found, "chain").outcome is Outcome.PASS and item(found, "dates").outcome is Outcome.PASS


def test_dns_that_is_not_switched_yet_warns_and_says_how_long_it_takes(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    old = zone("192.0.2.9")
    table = endpoint(port, stage.trust_file(made.root), resolvers(stage, old), f'connect = "{LOOPBACK}"')
    found = listed(plan(table))
    dns = item(found, "dns", HOST)
    assert dns.outcome is Outcome.WARN and f"Not switched yet: DNS gives 192.0.2.9, checked at {LOOPBACK}." in dns.says and "5 minutes (TTL)" in dns.says
    assert exit_code(found) == 0 and item(found, "app").outcome is Outcome.PASS
    nowhere = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage, zone("192.0.2.9")), f'connect = "{LOOPBACK}"', host="new.example")))
    assert "new.example is not in DNS" in item(nowhere, "dns", "new.example").says and item(nowhere, "dns", "new.example").outcome is Outcome.WARN
    switched = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), f'connect = "{LOOPBACK}"')))
    assert item(switched, "dns", HOST).outcome is Outcome.PASS


def test_resolvers_that_disagree_warn(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    two = json.dumps([stage.dns(zone(LOOPBACK)), stage.dns(zone("203.0.113.7"))])
    dns = item(listed(plan(endpoint(port, stage.trust_file(made.root), f"resolver = {two}"))), "dns", HOST)
    assert (dns.outcome, dns.code) == (Outcome.WARN, "dns.addresses-disagree") and "203.0.113.7" in dns.says


def test_a_pin(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    trust, dns = stage.trust_file(made.root), resolvers(stage)
    right = stage.trust_file(made.leaf, name="leaf.pem")
    wrong = stage.trust_file(made.intermediate.issue(HOST), name="old.pem")
    assert item(listed(plan(endpoint(port, trust, dns, f'pin = "{right}"'))), "pin").outcome is Outcome.PASS
    other = item(listed(plan(endpoint(port, trust, dns, f'pin = "{wrong}"'))), "pin")
    assert other.outcome is Outcome.FAIL and other.code in ("chain.pin-mismatch", "endpoint.rollover-pending")


def client(stage: Stage, traits: Traits | None = None) -> tuple[str, str, Issued]:
    top = authority("Clients Root")
    own = top.issue("client.example", traits=traits or Traits(extended_key_usage=("client",)))
    key = stage.write("client.key", key_pem(own))
    return f'cert = "{stage.trust_file(own, name="client.pem")}"\nkey = "{key}"', stage.trust_file(top), top


def asking(stage: Stage, how: str, issuer: object, version: str = "TLSv1.3") -> tuple[int, str]:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), client=how, client_issuers=(issuer,), tls_max=version))  # type: ignore[arg-type]  # how: of the table
    return port, stage.trust_file(made.root)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_that_is_accepted(stage: Stage, version: str) -> None:
    lines, _, issuer = client(stage)
    port, trust = asking(stage, "required", issuer, version)
    found = listed(plan(endpoint(port, trust, resolvers(stage), lines)))
    assert set(outcomes(found).values()) == {"pass"}, [one.says for one in found.items]
    assert "among those that the server names" in item(found, "client-accepted").says


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_client_certificate_of_another_issuer_is_refused(stage: Stage, version: str) -> None:
    lines, _, _ = client(stage)
    port, trust = asking(stage, "required", authority("Another Root"), version)
    found = listed(plan(endpoint(port, trust, resolvers(stage), lines)))
    refused = item(found, "client-accepted")
    assert refused.outcome is Outcome.FAIL and refused.code.startswith("client.")
    assert (
        item(found, "client-certificate").outcome is Outcome.PASS
        and item(found, "chain").outcome is Outcome.PASS
        and item(found, "tls").outcome is Outcome.PASS
    )
    assert exit_code(found) == 1


def test_a_client_certificate_that_ends_before_the_day(stage: Stage) -> None:
    lines, _, issuer = client(stage, Traits(extended_key_usage=("client",), ends=5))
    port, trust = asking(stage, "required", issuer)
    found = listed(plan(endpoint(port, trust, resolvers(stage), lines), top=f"on = {SOON}"))
    own = item(found, "client-certificate")
    assert (own.outcome, own.code) == (Outcome.FAIL, "client.expired")
    later = listed(plan(endpoint(port, trust, resolvers(stage), lines)))
    assert item(later, "client-certificate").outcome is Outcome.WARN and item(later, "client-accepted").outcome is Outcome.PASS


def test_a_server_that_demands_a_certificate_and_none_is_named(stage: Stage) -> None:
    port, trust = asking(stage, "required", authority("Clients Root"))
    found = listed(plan(endpoint(port, trust, resolvers(stage))))
    assert (item(found, "client-accepted").outcome, item(found, "client-accepted").code) == (Outcome.FAIL, "client.required")
    optional, trust = asking(stage, "optional", authority("Clients Root"))
    found = listed(plan(endpoint(optional, trust, resolvers(stage))))
    assert item(found, "client-accepted").outcome is Outcome.WARN and exit_code(found) == 0


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_partner_must_not_need_a_client_certificate(stage: Stage, version: str) -> None:
    inward = 'direction = "in"'
    port, trust = asking(stage, "required", authority("Clients Root"), version)
    found = listed(plan(endpoint(port, trust, resolvers(stage), inward)))
    assert item(found, "client-demand").outcome is Outcome.FAIL and item(found, "client-demand").code.startswith("client.") and exit_code(found) == 1
    optional, trust = asking(stage, "optional", authority("Clients Root"), version)
    asked = item(listed(plan(endpoint(optional, trust, resolvers(stage), inward))), "client-demand")
    assert asked.outcome is Outcome.WARN and "not demanded" in asked.says
    none, trust = asking(stage, "none", authority("Clients Root"), version)
    quiet = listed(plan(endpoint(none, trust, resolvers(stage), inward)))
    assert item(quiet, "client-demand").outcome is Outcome.PASS and exit_code(quiet) == 0
    assert item(quiet, "vantage").outcome is Outcome.WARN and not item(quiet, "vantage").required and "internal address" in item(quiet, "vantage").says


def test_what_the_plan_leaves_out_is_open_and_not_required(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(credentials(made.leaf),), answer=Answer(status=503)))
    skip = 'skip = ["chain", "app"]\nreason = "the bank looks at it on Monday"'
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), skip)))
    for step in ("chain", "app"):
        left = item(found, step)
        assert (left.outcome, left.required) == (Outcome.NOT_DONE, False) and "the bank looks at it on Monday" in left.says
    assert exit_code(found) == 0


def test_an_application_that_is_down_fails_and_tls_passes(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(status=503)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage))))
    assert [(one.id, one.code) for one in found.items if one.outcome is not Outcome.PASS] == [("app", "app.http-status")]


def test_bare_tls_asks_nothing_and_is_ready(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), scheme="tls")))
    assert item(found, "app").outcome is Outcome.NOT_DONE and not item(found, "app").required and exit_code(found) == 0


def test_a_silent_endpoint_does_not_eat_the_time_of_the_others(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    dns, trust = resolvers(stage), stage.trust_file(made.root)
    quiet = [endpoint(stage.full_backlog(), trust, dns, f'name = "quiet {number}"', "timeout = 1", "required = false") for number in range(3)]
    began = datetime.now(UTC)
    found = listed(plan(*quiet, endpoint(port, trust, dns, 'name = "good"')))
    assert (datetime.now(UTC) - began).total_seconds() < 4.5
    assert set(outcomes(found, 3).values()) == {"pass"}
    for number in range(3):
        assert item(found, "tls", group=number).outcome is Outcome.FAIL and item(found, "chain", group=number).outcome is Outcome.NOT_DONE
    assert exit_code(found) == 0 and found.ready


def test_only_open_items_in_the_way_are_3() -> None:
    assert exit_code(checklist(entry(Outcome.PASS), entry(Outcome.NOT_DONE))) == 3
    assert exit_code(checklist(entry(Outcome.PASS), entry(Outcome.NOT_DONE, required=False))) == 0
    assert exit_code(checklist(entry(Outcome.FAIL), entry(Outcome.NOT_DONE))) == 1
    assert exit_code(checklist(entry(Outcome.FAIL, required=False))) == 0
    assert exit_code(checklist(entry(Outcome.FAIL, defect=True))) == 4
    assert exit_code(replace(checklist(entry(Outcome.PASS)), interrupted=True)) == 130
    assert exit_code(checklist()) == 3


def test_a_defect_in_one_look_costs_only_that_look(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    made_plan, faults = read(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage))), "plan.toml", Path())
    seen = inspect(prepared(made_plan, faults, made_plan.day), lambda _target, _doing: None)
    (good,) = seen.seen
    look = replace(good.looks[0], observation=None, ending="defect: LookupError")
    found = compose(replace(seen, seen=(good, replace(good, looks=(look,)))))
    assert set(outcomes(found, 0).values()) == {"pass"} and set(outcomes(found, 1).values()) == {"not-done"}
    assert exit_code(found) == 4 and "failed here (LookupError)" in item(found, "tls", group=1).says


def test_a_client_certificate_that_is_not_sent_today(stage: Stage) -> None:
    """Refused or not: for today it fails, also where the server only asks; for a day on which it is valid it could not be tried."""
    lines, _, issuer = client(stage, Traits(extended_key_usage=("client",), starts=5, ends=300))
    for how in ("required", "optional"):
        port, trust = asking(stage, how, issuer)
        one = endpoint(port, trust, resolvers(stage), lines)
        today = item(listed(plan(one)), "client-accepted")
        assert (today.outcome, today.code) == (Outcome.FAIL, "client.not-yet-valid")
        later = listed(plan(one, top=f"on = {SOON}"))
        assert item(later, "client-certificate").outcome is Outcome.PASS
        assert item(later, "client-accepted").outcome is Outcome.NOT_DONE and "not valid today" in item(later, "client-accepted").says
        assert not later.ready


def test_an_answer_that_everybody_gets_is_no_acceptance(stage: Stage) -> None:
    lines, _, issuer = client(stage)
    made = hierarchy()
    moved = Answer(status=302, body=b"")
    port = stage.tls(Serving(credentials=(made.whole,), client="optional", client_issuers=(issuer,), answer=moved))
    found = listed(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), lines)))
    assert item(found, "client-accepted").outcome is Outcome.NOT_DONE and not found.ready
