"""Records of DANE against what a server sends, by the letter of RFC 6698 and RFC 7671; OpenSSL judges the same."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256, sha512

import pytest

from probe.case.case import Case
from probe.case.tlsa import Fits, expected, lookup
from probe.cli.arguments import observed
from probe.facts.noun import noun
from probe.facts.observation import Ending, How, Lookup, Observation
from probe.facts.records import Association
from probe.lab.pki import Issued
from probe.lab.shop import HOST, Hierarchy, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


@noun
class Shop:
    made: Hierarchy
    seen: Observation
    port: int
    trust: str


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Stage() as stage:
        made = hierarchy()
        port = stage.tls(Serving(credentials=(made.whole,)))
        trust = stage.trust_file(made.root)
        yield Shop(made=made, seen=observed(reach(port, trust)), port=port, trust=trust)


def key(one: Issued) -> bytes:
    assert one.certificate.read.key is not None
    return one.certificate.read.key.spki


def answer(*records: Association, name: str = "", authentic: bool = True) -> Lookup:
    return Lookup(started=0, took=0, ending=Ending(how=How.DONE), name=name, type="TLSA", rcode=0, records=records, authentic=authentic)


def judged(shop: Shop, *lookups: Lookup, protocol: str = "https") -> Case:
    return Case(replace(shop.seen, lookups=lookups, target=replace(shop.seen.target, protocol=protocol, records=True)), "127.0.0.1")


def record(shop: Shop, text: str) -> Association:
    """``USAGE SELECTOR MATCHING WHOM`` as a record of that certificate."""
    usage, selector, matching, whom = text.split()
    if whom in ("nobody", "short"):
        data = b"\1" * (32 if whom == "nobody" else 31)
    else:
        issued: Issued = getattr(shop.made, whom)
        data = issued.der if selector == "0" else key(issued)
        data = {"0": data, "1": sha256(data).digest(), "2": sha512(data).digest()}.get(matching, data)
    return Association(usage=int(usage), selector=int(selector), matching=int(matching), data=data)


RECORDS = [
    *((f"{usage} {selector} {matching} leaf", Fits.YES) for usage in (1, 3) for selector in (0, 1) for matching in (0, 1, 2)),
    *((f"2 {selector} {matching} intermediate", Fits.YES) for selector in (0, 1) for matching in (0, 1, 2)),
    ("0 0 1 intermediate", Fits.YES),
    ("0 0 1 root", Fits.YES),
    ("0 0 1 nobody", Fits.UNDECIDED),
    ("2 0 1 root", Fits.NOT_SENT),
    ("2 0 1 leaf", Fits.NO),
    ("2 0 1 nobody", Fits.NO),
    ("2 1 0 nobody", Fits.UNDECIDED),
    ("3 1 1 nobody", Fits.NO),
    ("1 1 1 intermediate", Fits.NO),
    ("4 1 1 nobody", Fits.UNUSABLE),
    ("3 2 1 nobody", Fits.UNUSABLE),
    ("3 1 3 nobody", Fits.UNUSABLE),
    ("3 1 1 short", Fits.UNUSABLE),
    ("3 1 2 nobody", Fits.UNUSABLE),
]


@pytest.mark.parametrize(("text", "fits"), RECORDS)
def test_one_record(text: str, fits: Fits, shop: Shop) -> None:
    found = expected(judged(shop, answer(record(shop, text))))
    assert found is not None and [one for _, one in found.records] == [fits]
    assert found.met is {Fits.YES: True, Fits.UNDECIDED: None, Fits.UNUSABLE: None}.get(fits, False)


@pytest.mark.parametrize(("text", "fits"), [one for one in RECORDS if one[1] in (Fits.YES, Fits.NO, Fits.NOT_SENT) and one[0][0] in "23"])
def test_openssl_says_the_same(text: str, fits: Fits, shop: Shop) -> None:
    one = record(shop, text)
    words = f"{one.usage} {one.selector} {one.matching} {one.data.hex()}"
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{shop.port}", "-servername", HOST, "-CAfile", shop.trust, "-no-CApath"]
    done = subprocess.run([*command, "-dane_tlsa_domain", HOST, "-dane_tlsa_rrdata", words], input=b"", capture_output=True, timeout=20, check=False)
    assert (b"Verify return code: 0 (ok)" in done.stdout) is (fits is Fits.YES), done.stdout[-600:]


def test_one_that_fits_is_enough(shop: Shop) -> None:
    found = expected(judged(shop, answer(record(shop, "3 1 1 nobody"), record(shop, "3 1 1 leaf"))))
    assert found is not None and found.met is True


def test_between_mail_servers_a_trust_store_does_not_count(shop: Shop) -> None:
    found = expected(judged(shop, answer(record(shop, "1 1 1 leaf")), protocol="smtp"))
    assert found is not None and found.usable == () and found.met is None
    known = expected(judged(shop, answer(record(shop, "3 1 1 leaf")), protocol="smtp"))
    assert known is not None and known.met is True


def test_the_records_where_the_alias_leads_come_first(shop: Shop) -> None:
    own = answer(record(shop, "3 1 1 nobody"), name=f"_{shop.port}._tcp.{HOST}")
    end = answer(record(shop, "3 1 1 leaf"), name=f"_{shop.port}._tcp.edge.example")
    case = judged(shop, own, end)
    assert lookup(case) is end
    assert lookup(judged(shop, own, replace(end, records=()))) is own


def test_nothing_is_said_without_records_or_without_a_certificate(shop: Shop) -> None:
    assert expected(judged(shop)) is None and expected(judged(shop, answer())) is None
    empty = Case(replace(shop.seen, attempts=(), lookups=(answer(record(shop, "3 1 1 leaf")),)))
    assert expected(empty) is None
