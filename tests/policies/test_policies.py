"""The dated data: complete, in order, and each form of a name tells what it should and nothing else."""

import re
from datetime import date

import pytest

from probe.capture.stores import load
from probe.facts.certificate import Name
from probe.policies import countries, distrusted, limits, products


def named(**attributes: str) -> Name:
    return Name(der=b"", text="", key=b"", attributes=tuple(attributes.items()))


def test_limits_become_shorter() -> None:
    found = limits()
    assert [one.days for one in found] == [398, 200, 100, 47]
    assert [one.since for one in found] == sorted(one.since for one in found)
    assert found[1].since == date(2026, 3, 15)


def test_every_rule_has_its_source_and_whole_fingerprints() -> None:
    for one in distrusted():
        assert one.source.startswith("https://") and one.roots
        assert one.client in ("Java", "Firefox")
        for root in one.roots:
            assert re.fullmatch("[0-9a-f]{64}", root.sha256) and root.name
    java = [one for one in distrusted() if one.client == "Java"]
    assert all(f"issued after {one.issued_after}" in one.text and one.text.endswith(": {anchor}") for one in java)


def test_no_fingerprint_is_there_twice_in_a_rule() -> None:
    for one in distrusted():
        assert len({root.sha256 for root in one.roots}) == len(one.roots)


@pytest.mark.parametrize(
    ("name", "product"),
    [
        (named(CN="FortiGate CA", O="Fortinet"), "Fortinet FortiGate"),
        (named(CN="FortiGate CA", O="Somebody"), None),
        (named(CN="ca.example.goskope.com", O="Example"), "Netskope"),
        (named(CN="goskope.com.example"), None),
        (named(CN="Zscaler Intermediate Root CA (zscaler.net) (t) ", O="Zscaler Inc."), "Zscaler"),
        (named(CN="Sophos SSL CA_C4005CM7MF2DV28", O="Sophos"), "Sophos"),
        (named(CN="MITMPROXY", O="mitmproxy"), "mitmproxy"),
        (named(CN="mitmproxy of the shop", O="mitmproxy"), None),
        (named(CN="DigiCert Global Root G2", O="DigiCert Inc"), None),
        (named(), None),
    ],
)
def test_products_are_known_by_their_authorities(name: Name, product: str | None) -> None:
    assert next((one.name for one in products() if one.has(name)), None) == product


def test_no_public_authority_is_taken_for_a_product() -> None:
    for source in ("certifi", "system"):
        for one in load(source).certificates:
            assert not [known.name for known in products() if one.read.subject and known.has(one.read.subject)]


def test_the_codes_of_countries() -> None:
    assigned, meant = countries()
    assert len(assigned) == 249 and {"DE", "GB", "GR", "US", "XK"} - assigned == {"XK"}
    assert set(meant.values()) <= assigned and not set(meant) & assigned
