"""What go-live says of further records in DNS, of the time to live before a switch, of the hosts file and of the search list."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.facts.observation import Beside, Ending, How, Observation, Resolution
from probe.jobs.golive import inspect, prepared
from probe.jobs.golive_plan import read
from probe.jobs.golive_saved import rejudged
from probe.jobs.target import target
from probe.lab.dns_server import Record
from probe.lab.pki import AUTHORITY, authority
from probe.lab.public import PUBLIC_LEAF
from probe.lab.shop import Hierarchy, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.render import checklist_html, checklist_json, checklist_junit, checklist_markdown, checklist_terminal, terminal
from probe.report import dns_records
from probe.report.checklist import Checklist, Outcome, exit_code
from probe.report.compose import compose as compose_check
from probe.report.golive import compose
from probe.report.golive_redact import redact
from tests.golive.listing import HOST, complaints, endpoint, item, listed, outcomes, plan, zone
from tests.golive.test_scenarios import listed as of_one

OTHER = "127.0.0.2"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def asked(stage: Stage, *more: Record, authentic: bool = False, addresses: tuple[str, ...] = (LOOPBACK,), lines: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The lines of a plan with two servers that know the same, so that nobody beyond this machine is asked."""
    known = replace(zone(*addresses, more=more), authentic=authentic)
    return (f'resolver = ["{stage.dns(known)}", "{stage.dns(known)}"]', *lines)


def table(stage: Stage, made: Hierarchy, *lines: str, port: int = 0) -> str:
    return endpoint(port or stage.tls(Serving(credentials=(made.whole,))), stage.trust_file(made.root), *lines)


def circumstances(found: Checklist) -> dict[str, str]:
    return dict(found.groups[0].circumstances)


def test_what_dns_says_besides_stands_in_the_circumstances(stage: Stage) -> None:
    pointer = Record(name="1.0.0.127.in-addr.arpa", type="PTR", value="host7.shop.example.")
    found = listed(plan(table(stage, hierarchy(), *asked(stage, pointer))))
    told = circumstances(found)
    assert told["Names of the addresses (PTR)"] == "127.0.0.1: host7.shop.example"
    assert told["Who may issue (CAA)"] == "no records: any authority"
    assert "does not say that it validated" in told["DNSSEC"]
    assert found.ready and set(outcomes(found).values()) == {"pass"} and not {"caa", "tlsa"} & set(outcomes(found))


def test_a_check_that_works_answers_what_was_asked_of_dns(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    known = zone(LOOPBACK, more=(Record(name="1.0.0.127.in-addr.arpa", type="PTR", value="host7.shop.example."),))
    where = (f"https://{HOST}:{port}", "--resolver", stage.dns(known), "--trust", stage.trust_file(made.root))
    for more, count in ((("--dns-records",), 3), ((), 0)):
        found = diagnose(observed((*where, *more)))
        lines = terminal.render(compose_check((found,)), colour=False, width=120).splitlines()
        told = [line for line in lines if line.startswith("  DNS  ")]
        assert lines[0].startswith("WORKS") and len(told) == count
        assert not more or "Names of the addresses (PTR): 127.0.0.1: host7.shop.example" in "\n".join(told)
        labels = {label for label, _ in dns_records.circumstances(found.case.observation)}
        assert labels <= set(terminal.DNS_RECORDS)


def test_the_flag_of_dnssec_is_told_and_not_called_a_proof(stage: Stage) -> None:
    found = listed(plan(table(stage, hierarchy(), *asked(stage, authentic=True))))
    assert "is its word and no proof" in circumstances(found)["DNSSEC"] and "validated by DNSSEC as the DNS server says" in item(found, "dns", HOST).says


def public(organization: str) -> Hierarchy:
    root = authority("Top", replace(AUTHORITY, organization=organization))
    middle = root.intermediate("Middle", replace(AUTHORITY, organization=organization))
    return Hierarchy(root=root, intermediate=middle, leaf=middle.issue(HOST, traits=PUBLIC_LEAF))


@pytest.mark.parametrize(
    ("organization", "value", "outcome", "says"),
    [
        ("Let's Encrypt", '0 issue "letsencrypt.org"', "pass", "let Let's Encrypt issue"),
        ("Let's Encrypt", '0 issue "letsencrypt.org; accounturi=https://a.example/1"', "pass", "which were not checked: accounturi"),
        ("Let's Encrypt", '0 issue "ca.example"', "warn", "renewal will be refused"),
        ("Somebody", '0 issue "ca.example"', "not-done", "Cannot be decided"),
    ],
)
def test_who_may_issue(organization: str, value: str, outcome: str, says: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made = public(organization)
    # The laboratory's authority is in no list of public ones.
    public_file = stage.trust_file(made.root, name="public.pem")
    monkeypatch.setattr("probe.jobs.golive.target", lambda spelled, options: target(spelled, replace(options, public=public_file)))
    found = listed(plan(table(stage, made, *asked(stage, Record(name=HOST, type="CAA", value=value)))))
    one = item(found, "caa")
    assert (one.outcome.value, one.required) == (outcome, False) and says in one.says
    assert found.ready and exit_code(found) == 0


def test_an_own_authority_needs_no_permission(stage: Stage) -> None:
    found = listed(plan(table(stage, hierarchy(), *asked(stage, Record(name=HOST, type="CAA", value='0 issue ";"')))))
    assert "caa" not in outcomes(found) and found.ready


@pytest.mark.parametrize(
    ("fits", "authentic", "outcome", "says"),
    [
        (True, True, "pass", "DNSSEC vouches for them"),
        (True, False, "warn", "Nothing said that DNSSEC vouches"),
        (False, True, "warn", "expect another certificate"),
        (False, False, "warn", "clients take no notice"),
    ],
)
def test_the_announced_certificate(fits: bool, authentic: bool, outcome: str, says: str, stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    digits = sha256(made.leaf.der).hexdigest() if fits else "00" * 32
    record = Record(name=f"_{port}._tcp.{HOST}", type="TLSA", value=f"3 0 1 {digits}")
    found = listed(plan(table(stage, made, *asked(stage, record, authentic=authentic), port=port)))
    one = item(found, "tlsa")
    assert (one.outcome.value, one.required) == (outcome, False) and says in one.says and found.ready
    assert one.code == ("" if fits else "dns.tlsa-mismatch")


@pytest.mark.parametrize(("window", "outcome"), [(None, "pass"), (5, "pass"), (4, "warn")])
def test_a_time_to_live_that_is_longer_than_the_window(window: int | None, outcome: str, stage: Stage) -> None:
    top = f"window = {window}" if window else ""
    found = listed(plan(table(stage, hierarchy(), *asked(stage)), top=top))
    one = item(found, "dns", HOST)
    assert one.outcome.value == outcome and found.ready
    assert (outcome == "pass") or "at least 5 minutes (TTL), which is longer than the 4 minutes planned" in one.says


def test_before_the_switch_the_window_counts_for_the_old_address(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    lines = asked(stage, addresses=(OTHER,), lines=(f'connect = "{LOOPBACK}:{port}"',))
    short = item(listed(plan(table(stage, made, *lines, port=port), top="window = 1")), "dns", HOST)
    assert short.outcome is Outcome.WARN and "Not switched yet" in short.says and "lower the time to live to 60 s" in short.says
    long = item(listed(plan(table(stage, made, *lines, port=port), top="window = 60")), "dns", HOST)
    assert "resolvers may give the old address for up to 5 minutes" in long.says


def test_a_window_that_cannot_be_is_a_fault(stage: Stage) -> None:
    (says,) = complaints(plan(table(stage, hierarchy(), *asked(stage)), top="window = 0"))
    assert says == "plan.toml line 3: window is to be between 1 and 10080"


def test_another_window_for_what_was_saved(stage: Stage) -> None:
    made, faults = read(plan(table(stage, hierarchy(), *asked(stage))), "plan.toml", stage.folder)
    seen = inspect(prepared(made, faults, made.day), lambda _target, _doing: None)
    assert item(compose(seen), "dns", HOST).outcome is Outcome.PASS
    assert item(compose(rejudged(seen, replace(seen.day, window=1))), "dns", HOST).outcome is Outcome.WARN


def observation(stage: Stage) -> Observation:
    made, faults = read(plan(table(stage, hierarchy(), *asked(stage))), "plan.toml", stage.folder)
    found = inspect(prepared(made, faults, made.day), lambda _target, _doing: None).seen[0].looks[0].observation
    assert found is not None and found.beside is not None
    return found


def by_system(seen: Observation, beside: Beside) -> Checklist:
    """As if the name had been found by this machine's own ways alone."""
    done, none = Ending(how=How.DONE), Ending(how=How.DECLINED, code=3)
    system = Resolution(started=0, took=0, ending=done, name=HOST, source="system", type="any", addresses=(LOOPBACK,))
    dns = Resolution(started=0, took=0, ending=none, name=HOST, source="dns", type="A", server="127.0.0.1:53", rcode=3)
    return of_one(replace(seen, resolutions=(system, dns), beside=beside, target=replace(seen.target, resolver=None, also_resolvers=())))


def test_an_address_from_the_hosts_file_is_told(stage: Stage) -> None:
    found = by_system(observation(stage), Beside(file="/etc/hosts", hosts=(LOOPBACK,)))
    one = item(found, "dns", HOST)
    assert one.outcome is Outcome.WARN and "The address comes from /etc/hosts of this machine" in one.says
    assert circumstances(found)["Hosts file"].startswith("/etc/hosts gives 127.0.0.1")


def test_an_address_by_the_search_list_is_told(stage: Stage) -> None:
    done = Ending(how=How.DONE)
    longer = Resolution(started=0, took=0, ending=done, name=f"{HOST}.corp.example", source="dns", type="A", rcode=0, addresses=(LOOPBACK,))
    found = by_system(observation(stage), Beside(file="/etc/hosts", search=("corp.example",), searched=(longer,)))
    one = item(found, "dns", HOST)
    assert one.outcome is Outcome.WARN and f"not in DNS by this name but as {HOST}.corp.example" in one.says
    assert circumstances(found)["Search list"] == "corp.example"


def test_every_format_shows_it_and_redacted_nothing_of_it_is_left(stage: Stage) -> None:
    pointer = Record(name="1.0.0.127.in-addr.arpa", type="PTR", value="host7.secret-department.example.")
    private = Record(name=HOST, type="CAA", value='0 iodef "mailto:anna@secret-department.example"')
    found = listed(plan(table(stage, hierarchy(), *asked(stage, pointer, private))))
    for render in (checklist_html.render, checklist_json.render, checklist_markdown.render):
        assert "host7.secret-department.example" in render(found)
    assert checklist_junit.render(found) and checklist_terminal.render(found, False, 100)
    hidden = redact(found)
    for render in (checklist_html.render, checklist_json.render, checklist_markdown.render, checklist_junit.render):
        assert "secret-department" not in render(hidden) and HOST not in render(hidden)


def test_a_record_of_a_known_fault_is_only_told_once(stage: Stage) -> None:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    record = Record(name=f"_{port}._tcp.{HOST}", type="TLSA", value=f"3 0 1 {'00' * 32}")
    found = listed(plan(table(stage, made, *asked(stage, record, authentic=True), port=port)))
    assert [one.id for one in found.items if "dns.tlsa-mismatch" in [fault.code for fault in one.faults]] == ["tlsa"]
    assert item(found, "dns", HOST).outcome is Outcome.PASS
