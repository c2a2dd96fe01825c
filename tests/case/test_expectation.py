"""Rows of a profile against answers: the first that fits counts, whatever the status says, and no answer makes it slow or crash."""

import time

import pytest

from probe.case.expectation import elements, is_soap, pointed, row_for, title, told
from probe.facts.observation import Ending, Exchange, Handshake, How
from probe.facts.profile import Check, Expect
from probe.profiles import load

DONE = Ending(how=How.DONE)
SOAP = (
    '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="x"><soapenv:Body><a:B><!-- <c:Code>000</c:Code> --><c:StatusCode>'
    "<c:Code>017</c:Code><c:AdditionalInfo><![CDATA[subject <O=Hubject>]]></c:AdditionalInfo></c:StatusCode></a:B></soapenv:Body></soapenv:Envelope>"
)
PAGE = "<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body></body></html>"


def answer(status: int | None = 200, body: str | bytes = "", protocol: str = "https", ending: Ending = DONE, **fields: str) -> Exchange:
    data = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return Exchange(started=0, took=0, ending=ending, protocol=protocol, status=status, fields=named, body=data, received=len(data))


def of(*rows: Expect) -> Check:
    return Check(id="x", expect=rows)


HUBJECT: tuple[tuple[str, Exchange, str], ...] = (
    ("000", answer(200, '{"content":[],"StatusCode":{"Code":"000"}}', process_id="x"), ""),
    ("017 with 401", answer(401, '{"StatusCode":{"Code":"017","Description":"Unauthorized Access"}}', process_id="x"), "client.not-on-file"),
    ("017 with 200", answer(200, '{"Result":false,"StatusCode":{"Code":"017"}}'), "client.not-on-file"),
    ("017 with 403", answer(403, '{"StatusCode":{"Code":"017"}}'), "client.not-on-file"),
    ("017 in SOAP", answer(200, SOAP, content_type="text/xml"), "client.not-on-file"),
    ("300", answer(404, '{"StatusCode":{"Code":"300","Description":"Partner not found"}}'.encode("latin-1")), "app.unknown-identity"),
    ("300 in ISO 8859-1", answer(404, '{"StatusCode":{"Code":"300","Description":"n\u00e4"}}'.encode("latin-1")), "app.unknown-identity"),
    ("data", answer(200, '{"StatusCode":{"Code":"210"}}'), ""),
    ("bad certificate", answer(400, PAGE), "client.rejected"),
    ("no certificate", answer(400, PAGE.replace("The SSL certificate error", "No required SSL certificate was sent")), "client.required"),
    ("unlisted address", answer(403, "<html><head><title>403 Forbidden</title></head></html>"), "app.address-not-allowed"),
    ("invalid body", answer(400, '{"message":"Error parsing/validating JSON.","validationErrors":[]}', process_id="x"), ""),
    ("gateway", answer(502, "<html></html>"), "app.http-status"),
    ("timeout", answer(408), "app.http-status"),
)


@pytest.mark.parametrize(("exchange", "cause"), [(exchange, cause) for _, exchange, cause in HUBJECT], ids=[name for name, _, _ in HUBJECT])
def test_hubjects_answers(exchange: Exchange, cause: str) -> None:
    check = load("hubject-emp").checks[0]
    row = row_for(check, exchange)
    assert row is not None and row.cause == cause


def test_a_403_of_the_application_is_no_unlisted_address() -> None:
    assert row_for(load("hubject-emp").checks[0], answer(403, "<html></html>", process_id="0f6d9b1e")) is None


def test_the_first_row_counts_and_all_its_conditions_must_hold() -> None:
    rows = (Expect(status=200, json="/a", equals="2", cause="app.protocol"), Expect(status=200, json="/a", equals="1"), Expect(cause="app.ldap"))
    assert row_for(of(*rows), answer(200, '{"a": 1}')) is rows[1]
    assert row_for(of(*rows), answer(201, '{"a": 1}')) is rows[2]
    assert row_for(of(*rows[:2]), answer(201, '{"a": 1}')) is None


CONDITIONS: tuple[tuple[str, Expect, Exchange, bool], ...] = (
    ("header", Expect(header="process-ID"), answer(process_id="1"), True),
    ("no header", Expect(no_header="Process-ID"), answer(process_id="1"), False),
    ("content type", Expect(content_type="text/html"), answer(content_type="Text/HTML; charset=x"), True),
    ("title", Expect(title="ssl certificate error"), answer(body=PAGE), True),
    ("expression", Expect(body_regex="err?or"), answer(body=PAGE), True),
    ("dangerous expression", Expect(body_regex="(a+)+b"), answer(body="aab"), False),
    ("json is there", Expect(json="/a/0/~1"), answer(body='{"a":[{"/":null}]}'), True),
    ("json null", Expect(json="/a", equals="null"), answer(body='{"a":null}'), True),
    ("json true", Expect(json="/a", equals="true"), answer(body='{"a":true}'), True),
    ("json list", Expect(json="/a", equals="[]"), answer(body='{"a":[]}'), False),
    ("json not there", Expect(json="/b"), answer(body='{"a":1}'), False),
    ("xml any", Expect(xml="Code"), answer(body=SOAP), True),
    ("xml in a comment", Expect(xml="Code", equals="000"), answer(body=SOAP), False),
    ("xml in html", Expect(xml="title"), answer(body=PAGE), False),
    ("ldap", Expect(ldap_result=0), answer(0, protocol="ldaps"), True),
    ("ldap of http", Expect(ldap_result=200), answer(200), False),
    ("status of ldap", Expect(status=200), answer(200, protocol="ldaps"), False),
    ("connack", Expect(connack=0), answer(0), False),
    ("silence", Expect(), answer(None), False),
    ("closed", Expect(closed_after="request"), answer(None, ending=Ending(how=How.CLOSED)), True),
    ("not closed", Expect(closed_after="request"), answer(None, ending=Ending(how=How.TIMED_OUT)), False),
)


@pytest.mark.parametrize(("row", "exchange", "holds"), [one[1:] for one in CONDITIONS], ids=[one[0] for one in CONDITIONS])
def test_each_condition(row: Expect, exchange: Exchange, holds: bool) -> None:
    assert (row_for(of(row), exchange) is row) is holds


def test_closed_before_anything_was_said() -> None:
    row = Expect(closed_after="handshake")
    assert row_for(of(row), None, Handshake(started=0, took=0, ending=DONE, closed_by_peer=True)) is row
    assert row_for(of(row), None, Handshake(started=0, took=0, ending=DONE)) is None
    assert row_for(of(row), None) is None


HOSTILE = (
    b"{" * 60_000,
    b"[" * 60_000,
    b'{"a":' * 20_000,
    b"<a " * 20_000,
    b"<Code>" * 10_000,
    b"<" * 65_536,
    b"<!--" * 16_000,
    b"<x:Envelope>" + b"&lol;" * 12_000,
    b'<!DOCTYPE x [<!ENTITY a "b">]><Code>&a;</Code>',
    b"<title>" * 9_000,
    b'{"a":' + b"9" * 60_000 + b"}",
    b"\xff\xfe" * 32_000,
    b" " * 65_536,
    b"<Code>" + b" " * 65_000,
    b"<Code " + b"a=b " * 16_000 + b">000</Code>",
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_read_quickly(body: bytes) -> None:
    rows = (Expect(json="/a/b", equals="c"), Expect(xml="Code", equals="nothing"), Expect(title="nothing"), Expect(body_regex=".*nothing"))
    began = time.perf_counter()
    assert row_for(of(*rows), answer(200, body)) is None
    told(answer(200, body))
    assert time.perf_counter() - began < 2


def test_what_an_answer_says_of_itself() -> None:
    assert told(answer(401, '{"StatusCode":{"Code":"017","Description":"Unauthorized Access","AdditionalInfo":null}}')) == (
        ("HTTP status", "401"),
        ("Code", "017"),
        ("Description", "Unauthorized Access"),
    )
    assert ("AdditionalInfo", "subject <O=Hubject>") in told(answer(200, SOAP)) and ("form", "SOAP") in told(answer(200, SOAP))
    assert told(answer(400, PAGE)) == (("HTTP status", "400"), ("page", "400 The SSL certificate error"))
    assert is_soap(SOAP.encode()) and not is_soap(PAGE.encode()) and title(b"") == "" and elements(b"Code", "Code") == ()
    assert pointed({"a": [1]}, "/a/0") == 1
