import random

import pytest

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.ber import LIMIT, NotBer, element, elements, extent, integer, number
from probe.protocols.ldaps import VALUES, Search, request
from probe.protocols.protocol import Words
from tests.protocols.directory import answer

TARGET = Target(spelled="dc.example", protocol="ldaps", host="dc.example", port=636, name="dc.example", sni="dc.example")
DONE = Ending(how=How.DONE)
STRANGE = Ending(how=How.DECLINED)
ATTRIBUTES = (("dnsHostName", ("dc.example",)), ("SupportedLdapVersion", ("2", "3")), ("supportedExtension", ("1.1", "1.2")), ("userPassword", ("secret",)))


def said(*pieces: bytes) -> Words:
    search = Search(TARGET)
    for piece in pieces:
        search.incoming(piece)
    return search.words()


def reply(attributes: tuple[tuple[str, tuple[str, ...]], ...] = ATTRIBUTES, result: int = 0) -> bytes:
    found = answer(request(), attributes, result)
    assert found is not None
    return found


def test_the_request_is_sent_once_and_binds_nobody() -> None:
    search = Search(TARGET)
    assert search.outgoing() == request() and search.outgoing() == b""
    ((tag, message),) = elements(request())
    assert tag == 0x30 and [one for one, _ in elements(message)] == [2, 0x63]


def test_a_whole_answer_keeps_what_is_listed() -> None:
    words = said(reply())
    assert words == Words(
        status=0,
        fields=(("dnsHostName", "dc.example"), ("supportedLDAPVersion", "2"), ("supportedLDAPVersion", "3"), ("supportedExtension", "2")),
        ending=DONE,
        complete=True,
    )


def test_an_answer_byte_by_byte_is_the_same() -> None:
    whole = reply()
    assert said(*(whole[at : at + 1] for at in range(len(whole)))) == said(whole)


def test_a_refusal_has_its_result_code() -> None:
    assert said(reply(result=50)) == Words(status=50, ending=Ending(how=How.DECLINED, code=50), complete=True)


def test_a_notice_of_disconnection_is_understood() -> None:
    notice = element(0x30, integer(0), element(0x78, integer(52, 10), element(4), element(4, b"going down"), element(0x8A, b"1.3.6.1.4.1.1466.20036")))
    assert said(notice) == Words(status=52, fields=(("diagnosticMessage", "going down"),), ending=Ending(how=How.DECLINED, code=52), complete=True)


def test_references_are_passed_over() -> None:
    reference = element(0x30, integer(1), element(0x73, element(4, b"ldap://other.example")))
    assert said(reference + reply()).status == 0


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"0\x80\x02\x01",
        b"0\x84\xff\xff\xff\xff",
        b"0\x05\x02\x01\x01\x02\x00",
        b"0\x03\x04\x01a",
        element(0x30, integer(7), element(0x65, integer(0, 10), element(4), element(4))),
        element(0x30, integer(1), element(0x65, element(4))),
        element(0x30, integer(1), element(0x64, element(4))),
        element(0x30, integer(1), element(0x64, element(4), element(0x30, element(0x30, element(4, b"x"))))),
        b"0\x1f\x1f",
    ],
)
def test_what_is_no_ldap_is_declined_with_its_first_bytes(garbage: bytes) -> None:
    assert said(garbage, b"") == Words(body=garbage, ending=STRANGE, complete=True)


def test_nothing_at_all_is_no_answer() -> None:
    assert said(b"") == Words()


def test_entries_without_end_are_a_limit() -> None:
    entry = element(0x30, integer(1), element(0x64, element(4), element(0x30)))
    assert said(*[entry * 1000] * (LIMIT // len(entry) // 1000 + 1)).ending == Ending(how=How.LOCAL, local=Local.LIMIT)


def test_many_and_long_values_are_cut() -> None:
    words = said(reply((("namingContexts", tuple("n" * 500 for _ in range(100))),)))
    assert len(words.fields) == VALUES and {len(value) for _, value in words.fields} == {256}


def test_bytes_that_are_no_text_are_shown() -> None:
    bad = element(0x30, integer(1), element(0x64, element(4), element(0x30, element(0x30, element(4, b"vendorName"), element(0x31, element(4, b"\xff\x00"))))))
    done = element(0x30, integer(1), element(0x65, integer(0, 10), element(4), element(4)))
    assert said(bad + done).fields == (("vendorName", "\\xff\x00"),)


def test_altered_answers_never_raise() -> None:
    dice = random.Random(4511)
    whole = reply()
    for _ in range(5000):
        altered = bytearray(whole)
        for _ in range(dice.randrange(1, 4)):
            altered[dice.randrange(len(altered))] = dice.randrange(256)
        words = said(bytes(altered), b"")
        assert words.ending is not None


def test_lengths() -> None:
    for size in (0, 127, 128, 255, 256, 70000):
        data = element(4, b"x" * size)
        where = extent(data)
        assert where is not None and where[1] == len(data) and elements(data) == [(4, b"x" * size)]
    assert extent(b"\x04") is None and extent(b"\x04\x82\x01") is None
    with pytest.raises(NotBer):
        elements(b"\x04\x05abc")
    with pytest.raises(NotBer):
        number(b"")
    assert [number(elements(integer(value))[0][1]) for value in (0, 127, 128, 255, 65536)] == [0, 127, 128, 255, 65536]
