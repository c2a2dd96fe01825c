"""Where something was seen, when a name has several addresses, and names that keep their spelling at the start of a sentence."""

from collections.abc import Iterator

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.dns_server import Record, Zone
from probe.lab.scenario import scenario
from probe.lab.shop import HOST, Hierarchy, hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import FORMATS
from probe.report import Result
from probe.report.compose import compose

FIRST, SECOND = "127.0.0.1", "127.0.0.2"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def looked_at(stage: Stage, *each: Hierarchy) -> Result:
    """One name with two addresses that show these chains; both roots are trusted."""
    port = stage.tls_at(tuple((place, Serving(credentials=(one.whole,))) for place, one in zip((FIRST, SECOND), each, strict=True)))
    where = stage.dns(Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in (FIRST, SECOND))))
    trusted = stage.trust_file(*(one.root for one in each))
    return compose((diagnose(observed((f"https://{HOST}:{port}", "--resolver", where, "--trust", trusted))),)).results[0]


def test_two_broken_addresses_each_with_a_fault_of_its_own(stage: Stage) -> None:
    result = looked_at(stage, hierarchy(leaf=Traits(starts=-60, ends=-1)), hierarchy("other.example"))
    told = {one.code: one.summary for one in (*result.findings, *result.explained)}
    assert told["chain.expired"].endswith(f" Seen only at {FIRST}.")
    assert told["name.mismatch"].endswith(f" Seen only at {SECOND}.")
    assert "Seen only" not in told["endpoint.inconsistent"]
    texts = "".join(text for _, text in result.messages)
    assert f"Seen only at {FIRST}." in texts and f"Seen only at {SECOND}." in texts
    assert result.cause and result.cause.summary == told[result.cause.code]


def test_what_all_addresses_have_names_none(stage: Stage) -> None:
    one = hierarchy(leaf=Traits(starts=-60, ends=-1))
    result = looked_at(stage, one, one)
    assert [(found.code, "Seen only" in found.summary) for found in result.findings if found.effect == "breaks"] == [("chain.expired", False)]


def test_a_single_address_needs_no_place(stage: Stage) -> None:
    one = scenario("chain.expired")
    assert one
    result = compose((diagnose(observed(one.broken(stage).arguments)),)).results[0]
    assert result.cause and "Seen only" not in result.cause.summary


@pytest.mark.parametrize(
    ("way", "begins"),
    [
        ("other-machine", "shop.example is not"),
        ("some-in-common", "The DNS server 127"),
        ("first-leads-nowhere", "The DNS server 127"),
        ("silent", "The DNS server 127"),
    ],
)
def test_a_host_name_keeps_its_spelling(way: str, begins: str, stage: Stage) -> None:
    one = scenario("dns.addresses-disagree")
    assert one
    opens = next(variant.open for variant in one.variants if variant.name == way)
    report = compose((diagnose(observed(opens(stage).arguments)),))
    told = [found.summary for found in report.results[0].findings if found.code == "dns.addresses-disagree"]
    assert [text.startswith(begins) for text in told] == ([True] if begins else [])
    assert not [name for name, render in FORMATS.items() if "Shop.example" in render(report)]
