"""Who may issue, by the letter of RFC 8659."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from probe.case.caa import May, relevant, rule
from probe.case.case import Case
from probe.facts.observation import Attempt, Ending, Handshake, How, Lookup, Message, Observation, Question, Vantage
from probe.facts.records import Authorization
from probe.facts.target import Target
from probe.lab.pki import AUTHORITY, authority

HOST = "www.shop.example"
DONE = Ending(how=How.DONE)


def answer(name: str, *values: str, rcode: int | None = 0) -> Lookup:
    records = []
    for one in values:
        flags, tag, value = one.split(" ", 2)
        records.append(Authorization(flags=int(flags), tag=tag, value=value))
    return Lookup(started=0, took=0, ending=DONE, name=name, type="CAA", rcode=rcode, records=tuple(records))


def case(*lookups: Lookup, names: tuple[str, ...] = (HOST,), organization: str = "Let's Encrypt", host: str = HOST) -> Case:
    top = authority("Top", replace(AUTHORITY, organization=organization))
    leaf = top.issue(*names)
    # RFC 5246 section 7.4.2: one certificate, its length, and that of the list.
    entry = len(leaf.der).to_bytes(3, "big") + leaf.der
    body = len(entry).to_bytes(3, "big") + entry
    hello = b"\x03\x03" + bytes(32) + b"\0" + b"\xc0\x2f" + b"\0"
    messages = (Message(at=0, sent=False, type=2, size=len(hello), body=hello), Message(at=0, sent=False, type=11, size=len(body), body=body))
    handshake = Handshake(started=0, took=0, ending=DONE, sni=host, version="TLSv1.2", messages=messages, received=100)
    target = Target(spelled=host, protocol="https", host=host, port=443, name=host, sni=host, records=True)
    seen = Observation(
        probe="0",
        taken_at=datetime.now(UTC),
        vantage=Vantage(host="here"),
        target=target,
        attempts=(Attempt(question=Question(), address="127.0.0.1", port=443, steps=(handshake,)),),
        lookups=lookups,
    )
    return Case(seen, "127.0.0.1")


OWN, OTHER = "0 issue letsencrypt.org", "0 issue ca.example"
WILD_OWN, WILD_OTHER = "0 issuewild letsencrypt.org", "0 issuewild ca.example"


@pytest.mark.parametrize(
    ("values", "wildcard", "may"),
    [
        ((OWN,), False, May.YES),
        (("0 issue LetsEncrypt.ORG.",), False, May.YES),
        (("0 issue  letsencrypt.org ; validationmethods=dns-01",), False, May.YES),
        ((OTHER, OWN), False, May.YES),
        ((OTHER,), False, May.NO),
        (("0 issue ;",), False, May.NOBODY),
        (("0 issue ",), False, May.NOBODY),
        (("0 issue %%%%%",), False, May.NOBODY),
        (("0 issue ;", OWN), False, May.YES),
        (("0 iodef mailto:a@shop.example",), False, May.ANYBODY),
        (("0 tbs Unknown",), False, May.ANYBODY),
        (("128 tbs Unknown", OWN), False, May.NOBODY),
        (("128 issue letsencrypt.org",), False, May.YES),
        ((WILD_OTHER,), False, May.ANYBODY),
        ((WILD_OTHER, OWN), False, May.YES),
        ((WILD_OTHER, OWN), True, May.NO),
        ((WILD_OWN, OTHER), True, May.YES),
        ((OTHER,), True, May.NO),
        ((OWN,), True, May.YES),
        (("0 issuewild ;", OWN), True, May.NOBODY),
    ],
)
def test_what_the_records_say(values: tuple[str, ...], wildcard: bool, may: May) -> None:
    names = ("*.shop.example",) if wildcard else (HOST,)
    found = rule(case(answer(HOST), answer("shop.example", *values), names=names))
    assert found is not None and found.may is may and found.wildcard is wildcard


def test_the_own_records_of_a_name_do_not_count_for_a_wildcard_above_it() -> None:
    found = rule(case(answer(HOST, OTHER), answer("shop.example", OWN), names=("*.shop.example",)))
    assert found is not None and found.may is May.YES and found.lookup is not None and found.lookup.name == "shop.example"


def test_an_authority_that_is_not_known_is_not_judged() -> None:
    found = rule(case(answer(HOST, OTHER), organization="Somebody's Authority"))
    assert found is not None and found.may is May.UNKNOWN and "not known" in found.why and found.listed == ("ca.example",)


def test_conditions_are_told() -> None:
    found = rule(case(answer(HOST, "0 issue letsencrypt.org; accounturi=https://acme.example/1")))
    assert found is not None and found.may is May.YES and found.bound == ("accounturi=https://acme.example/1",)
    free = rule(case(answer(HOST, "0 issue letsencrypt.org; accounturi=https://acme.example/1", OWN)))
    assert free is not None and free.bound == ()


def test_nothing_is_said_without_an_answer_that_counts() -> None:
    unknown = (answer(HOST, rcode=3), answer("shop.example", rcode=3), answer("example", rcode=3))
    assert relevant(unknown, HOST) == (None, "The DNS server that was asked knows none of the names above it.")
    assert relevant((answer(HOST, rcode=3), answer("shop.example", rcode=2)), HOST)[1].endswith("(code 2).")
    assert relevant((answer(HOST, rcode=None),), HOST)[1] and relevant((answer(HOST),), HOST)[1] == "shop.example was not asked about."
    free = (answer(HOST), answer("shop.example"), answer("example"))
    assert relevant(free, HOST) == (None, "")
    found = rule(case(*free))
    assert found is not None and found.may is May.ANYBODY


def test_nothing_is_said_of_a_certificate_for_other_names_or_without_questions() -> None:
    assert rule(case()) is None
    assert rule(case(answer(HOST, OTHER), names=("elsewhere.example",))) is None
