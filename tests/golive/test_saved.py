"""What go-live keeps and passes on: saved and judged for another day, as a ticket, without names, and on one sheet of paper."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from probe.facts.codec import dump, text
from probe.facts.golive import Inspection
from probe.facts.unusable import Unusable
from probe.jobs.golive import inspect, prepared
from probe.jobs.golive_plan import day, read
from probe.jobs.golive_saved import chosen, rejudged, saved
from probe.lab.dns_server import Record
from probe.lab.pki import authority
from probe.lab.shop import credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import checklist_html, checklist_json, checklist_markdown, checklist_terminal
from probe.report.checklist import Checklist, Outcome, exit_code
from probe.report.golive import compose
from probe.report.golive_redact import redact
from tests.golive.listing import HOST, WWW, endpoint, item, outcomes, plan, resolvers, zone
from tests.golive.made import HOSTILE, checklist, entry
from tests.golive.test_command import probe
from tests.render.test_browser import CHROMIUM, FLAGS
from tests.servers import key_pem

OURS = "api.acme.example"
CERTAIN = ("shop", "acme", "billing", "miller", "operations", "lab root", "lab issuing", "partner of ours")


@dataclass(frozen=True)
class Looked:
    """What was seen of two endpoints, and where it was saved."""

    seen: Inspection
    file: Path
    folder: Path

    @property
    def found(self) -> Checklist:
        """The list of it."""
        return compose(self.seen)


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    """Two endpoints, one in each direction: ours is found under an alias, demands a client certificate, and shows one for another name."""
    folder = tmp_path_factory.mktemp("golive")
    with Stage() as stage:
        made, top = hierarchy(), authority("Acme Clients Root")
        own = top.issue("client.acme.example", traits=Traits(extended_key_usage=("client",)))
        (folder / "client.pem").write_text(own.pem)
        (folder / "client.key").write_bytes(key_pem(own))
        port = stage.tls(Serving(credentials=(made.whole,), client="required", client_issuers=(top,)))
        known = zone(more=(Record(name=WWW, type="CNAME", value=f"{HOST}.", ttl=60), Record(name=OURS, type="A", value=LOOPBACK, ttl=300)))
        theirs = ('name = "Acme billing"', 'cert = "client.pem"', 'key = "client.key"', f'names = ["{WWW}"]')
        our = ('name = "Partner of ours"', 'direction = "in"', 'skip = ["app"]', 'reason = "Mr Miller forbids it"')
        tables = (
            endpoint(port, stage.trust_file(made.root), resolvers(stage, known), *theirs),
            endpoint(port, stage.trust_file(made.root), resolvers(stage, known), *our, host=OURS),
        )
        plan_made, faults = read(plan(*tables, top='checked-by = ["Operations"]'), "acme-plan.toml", folder)
        ready = prepared(plan_made, faults, plan_made.day)
        assert faults.told() == ()
        seen = inspect(ready, lambda _target, _doing: None)
    (folder / "seen.json").write_text(text(seen))
    yield Looked(seen=seen, file=folder / "seen.json", folder=folder)


def test_what_was_saved_gives_the_same_list(looked: Looked) -> None:
    again = saved(looked.file)
    assert again == looked.seen
    assert again is not None and checklist_json.render(compose(again)) == checklist_json.render(looked.found)


def test_an_alias_is_named_with_its_target_and_time_to_live(looked: Looked) -> None:
    told = item(looked.found, "dns", WWW)
    assert told.outcome is Outcome.PASS and f"Alias: {WWW} -> {HOST} (TTL 60 s)." in told.says


def test_a_hosts_file_that_leads_elsewhere_than_dns_is_named(looked: Looked) -> None:
    first, *others = looked.seen.seen
    seen = first.looks[0].observation
    assert seen is not None
    # The hosts file of this machine is not ours to change: what the system said is put in the place of one server's answer.
    elsewhere = tuple(replace(one, source="system", type="any", server=None, rcode=None, ttl=None, addresses=("192.0.2.77",)) for one in seen.resolutions[:1])
    here = replace(seen, target=replace(seen.target, also_resolvers=("system",)), resolutions=(*seen.resolutions[1:], *elsewhere))
    look = replace(first.looks[0], observation=here)
    told = item(compose(replace(looked.seen, seen=(replace(first, looks=(look, *first.looks[1:])), *others))), "dns", HOST)
    assert (told.outcome, told.code) == (Outcome.WARN, "dns.addresses-disagree") and "192.0.2.77" in told.says, told


def test_a_handshake_that_ended_at_the_client_certificate_is_told_there_only(looked: Looked) -> None:
    """Though the name in the certificate is wrong too."""
    told = outcomes(looked.found, 1)
    assert told == {
        f"dns {OURS}": "pass",
        f"names {OURS}": "fail",
        "tls": "pass",
        "addresses": "pass",
        "chain": "pass",
        "dates": "pass",
        "client-demand": "fail",
        "vantage": "warn",
        "app": "not-done",
    }


def test_another_day_is_judged_without_looking_again(looked: Looked) -> None:
    later = compose(rejudged(looked.seen, day("2060-01-01")))
    first = item(later, "dates")
    assert (first.outcome, first.code) == (Outcome.FAIL, "chain.expired") and "ends on" in first.says and "It must be valid on 2060-01-01." in first.says
    assert item(later, "client-certificate").code == "client.expired"
    assert item(looked.found, "dates").outcome is Outcome.PASS


def test_one_endpoint_of_what_was_saved(looked: Looked) -> None:
    assert [one.name for one in compose(chosen(looked.seen, "Partner of ours")).groups] == ["Partner of ours"]
    with pytest.raises(Unusable, match="No endpoint 'x' was looked at."):
        chosen(looked.seen, "x")


def test_the_command_saves_judges_again_and_refuses_to_look(looked: Looked, tmp_path: Path) -> None:
    with Stage() as stage:
        made = hierarchy()
        port = stage.tls(Serving(credentials=(credentials(made.leaf),)))
        (tmp_path / "plan.toml").write_text(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage))))
        first = probe("plan.toml", "--save", "seen.json", folder=tmp_path)
    again = probe("seen.json", folder=tmp_path)
    assert (first.returncode, first.stdout) == (again.returncode, again.stdout) and first.returncode == 1 and "chain.intermediate-missing" in first.stdout
    ticket = probe("seen.json", "--format", "markdown", "--redact", folder=tmp_path)
    assert ticket.returncode == 1 and "- [ ] **FAIL**: Endpoint 1: The chain is complete and trusted." in ticket.stdout and HOST not in ticket.stdout
    for arguments, says in (
        (("--connect", "127.0.0.1"), "--connect is for looking"),
        (("--profile", "generic-https"), "--profile is for looking"),
        (("--endpoint", "y"), "No endpoint 'y' was looked at."),
        (("--on", "soon"), "--on 'soon' is not a time."),
    ):
        refused = probe("seen.json", *arguments, folder=tmp_path)
        assert refused.returncode == 2 and says in refused.stderr and refused.stdout == "", refused.stderr

    report = subprocess.run((sys.executable, "-m", "probe", "report", str(looked.file)), capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert report.returncode == 1 and "Summary of 3 targets" in report.stdout, report.stderr


def test_what_is_damaged_is_one_sentence(looked: Looked, tmp_path: Path) -> None:
    whole = dump(looked.seen)
    late = {**whole, "began": "9999-12-31T00:00:00Z"}
    bare = {**whole, "seen": [{**whole["seen"][0], "looks": []}]}
    odd = json.loads(looked.file.read_text())
    odd["seen"][0]["looks"][0]["observation"]["target"]["protocol"] = "gopher"
    every = (
        ("{", "it is not one whole JSON document"),
        ("{" * 100_000, "it is not one whole JSON document"),
        ("{}", "it holds no endpoints that were looked at"),
        (json.dumps({"seen": 1}), "is not all that go-live saved"),
        (json.dumps({**whole, "schema": 99}), "was written by a newer version"),
        (json.dumps(late), "its dates are out of range"),
        (json.dumps(bare), "an endpoint without a look"),
        (json.dumps({**whole, "day": {"days": -1}}), "a number of days that cannot be"),
        (json.dumps(odd), "a protocol that this version does not speak"),
        (checklist_json.render(looked.found), "it holds no endpoints that were looked at"),
    )
    for content, says in every:
        (tmp_path / "seen.json").write_text(content)
        with pytest.raises(Unusable, match=says):
            saved(tmp_path / "seen.json")
    (tmp_path / "plan.toml").write_text("schema = 1\n")
    assert saved(tmp_path / "plan.toml") is None


@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown"])
def test_no_name_is_left_in_a_redacted_list(looked: Looked, form: str) -> None:
    bare = redact(looked.found)
    assert bare.redacted and bare.checked_by == () and exit_code(bare) == exit_code(looked.found)
    assert [one.outcome for one in bare.items] == [one.outcome for one in looked.found.items]
    ways = {
        "terminal": lambda: checklist_terminal.render(bare, False, 120),
        "json": lambda: checklist_json.render(bare),
        "html": lambda: checklist_html.render(bare),
        "markdown": lambda: checklist_markdown.render(bare),
    }
    written = ways[form]().lower()
    assert not [one for one in (*CERTAIN, str(looked.folder)) if one in written]
    assert "endpoint 1" in written and "domain-1.example" in written and "client.unexpected" in written and "the chain is complete and trusted" in written
    assert 'class="observation"' not in written and "begin certificate" not in written


def test_a_name_of_which_nothing_was_seen_is_hidden_too(looked: Looked) -> None:
    """After Ctrl-C nothing but the plan tells of it."""
    first = looked.seen.seen[0]
    looks = tuple(replace(one, observation=None, lookup=None, ending="interrupted") for one in first.looks)
    cut = redact(compose(replace(looked.seen, seen=(replace(first, looks=looks),))))
    assert HOST not in checklist_json.render(cut) and WWW not in checklist_json.render(cut) and "example" in cut.groups[0].target


def test_a_ticket_says_first_what_is_to_do_and_who_acts(looked: Looked) -> None:
    ticket = checklist_markdown.render(looked.found)
    todo = ticket.partition("## To do")[2].partition("\n## ")[0]
    assert re.findall(r"- \[ \] \*\*(\w+)\*\*", todo) == ["FAIL", "FAIL", "FAIL", "OPEN", "WARN"]
    assert f"Who acts: whoever runs {OURS}" in todo and "`client.unexpected`, proven" in todo
    assert "| PASS | The chain is complete and trusted |" in ticket and "| Operations |" in ticket


def test_a_hostile_ticket_obeys_nothing() -> None:
    ticket = checklist_markdown.render(checklist(*(entry(one, text=HOSTILE) for one in Outcome), text=HOSTILE))
    plain = re.sub(r"(?ms)^```.*?^```$", "", ticket).replace("\\<script", "")
    assert "<script" not in plain and "\x1b" not in ticket and "\u202e" not in ticket
    rows = [line for line in ticket.splitlines() if line.startswith(("| PASS", "| FAIL", "| WARN", "| OPEN"))]
    assert len(rows) == 4 and all(len(re.findall(r"(?<!\\)\|", one)) == 4 for one in rows)


def test_two_real_endpoints_with_faults_fit_on_one_sheet(looked: Looked, tmp_path: Path) -> None:
    (tmp_path / "list.html").write_text(checklist_html.render(looked.found), encoding="utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page()
        page.goto((tmp_path / "list.html").as_uri())
        sheets = len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4")))
        chromium.close()
    assert sheets == 1
