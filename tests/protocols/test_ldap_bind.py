"""The bind byte by byte: whole, cut off, with wild lengths, with answers that repeat the password."""

import random

import pytest

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.ber import LIMIT, element, elements, integer
from probe.protocols.ldap import StartTls
from probe.protocols.ldap_bind import HIDDEN, Bind, request
from probe.protocols.login import Login
from probe.protocols.protocol import Asked, Words

TARGET = Target(spelled="dc.example", protocol="ldaps", host="dc.example", port=636, name="dc.example", sni="dc.example")
PASSWORD = "Tr0ub4dor&3"
LOGIN = Login("CN=probe,DC=corp,DC=example", PASSWORD)
REFUSED = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1"
STRANGE = Ending(how=How.DECLINED)


def bind() -> Bind:
    return Bind(TARGET, Asked(login=LOGIN))


def said(*pieces: bytes) -> Words:
    asked = bind()
    for piece in pieces:
        asked.incoming(piece)
    return asked.words()


def reply(code: int = 0, text: str = "", tag: int = 0x61, number: int = 1) -> bytes:
    return element(0x30, integer(number), element(tag, integer(code, 10), element(4), element(4, text.encode())))


def test_the_bind_is_sent_once_and_is_a_simple_one() -> None:
    asked = bind()
    assert asked.outgoing() == request(LOGIN) and asked.outgoing() == b""
    ((_, message),) = elements(request(LOGIN))
    assert [tag for tag, _ in elements(message)] == [2, 0x60]
    assert elements(elements(message)[1][1]) == [(2, b"\3"), (4, b"CN=probe,DC=corp,DC=example"), (0x80, PASSWORD.encode())]


def test_success_and_refusal_and_the_farewell() -> None:
    good, bad = said(reply()), said(reply(49, REFUSED))
    assert good.status == 0 and good.ending == Ending(how=How.DONE) and good.complete
    assert elements(elements(good.farewell)[0][1])[1][0] == 0x42
    assert bad.status == 49 and bad.ending == Ending(how=How.DECLINED, code=49) and bad.fields == (("diagnosticMessage", REFUSED),)
    assert said(*(reply(49, REFUSED)[at : at + 1] for at in range(len(reply(49, REFUSED))))) == bad


def test_a_notice_of_disconnection_is_no_success() -> None:
    found = said(reply(0, "bye", 0x78, 0))
    assert found.ending == Ending(how=How.DECLINED, code=0)


@pytest.mark.parametrize(
    "wild", [b"\x30\x80\0\0", b"\x30\x85\1\0\0\0\0", b"\x30\x84\xff\xff\xff\xff", b"HTTP/1.1 400", b"\x3f\x81\x01", reply(tag=0x65), reply(number=2)]
)
def test_what_is_no_answer_ends_it(wild: bytes) -> None:
    found = said(wild)
    assert found.ending == STRANGE and found.status is None and found.body == wild and not found.farewell


def test_an_answer_that_is_cut_off_at_every_byte_is_never_a_success() -> None:
    whole = reply(49, REFUSED)
    for at in range(1, len(whole)):
        found = said(whole[:at], b"")
        assert found.status is None and found.ending == STRANGE
    assert said(b"").ending is None


def test_a_flood_ends_at_the_limit() -> None:
    head = element(0x30, b"\0" * (LIMIT - 16))[:5]
    asked = bind()
    asked.incoming(head)
    for _ in range(LIMIT // 4096 + 2):
        asked.incoming(b"\0" * 4096)
    ending = asked.words().ending
    assert ending is not None and (ending == STRANGE or ending.local is Local.LIMIT)


def test_the_password_is_kept_nowhere_even_if_the_server_repeats_it() -> None:
    found = said(reply(49, f"{PASSWORD} is wrong, {PASSWORD}!"))
    assert found.fields == (("diagnosticMessage", f"{HIDDEN} is wrong, {HIDDEN}!"),)
    assert said(f"no: {PASSWORD}".encode()).body == b""
    assert PASSWORD not in repr(bind()) and PASSWORD not in repr(Asked(login=LOGIN)) and PASSWORD not in repr(LOGIN)


def test_nothing_ever_raises() -> None:
    chance = random.Random(7)
    for _ in range(2000):
        whole = bytearray(reply(49, REFUSED))
        for _ in range(chance.randrange(1, 4)):
            whole[chance.randrange(len(whole))] = chance.randrange(256)
        for conversation in (bind(), StartTls(TARGET)):
            conversation.incoming(bytes(whole))
            conversation.incoming(b"")
            words = conversation.words()
            assert words.complete == (words.ending is not None)
            assert words.ending is None or words.ending.how in (How.DONE, How.DECLINED, How.LOCAL)


def started(*pieces: bytes) -> Words:
    asked = StartTls(TARGET)
    for piece in pieces:
        asked.incoming(piece)
    return asked.words()


@pytest.mark.parametrize("code", [1, 2, 8, 13, 51, 52, 53, 80])
def test_starttls_is_refused_with_its_code(code: int) -> None:
    whole = reply(code, "no", 0x78)
    found = started(whole)
    assert found.status == code and found.ending == Ending(how=How.DECLINED, code=code) and found.fields == (("diagnosticMessage", "no"),)
    assert started(*(whole[at : at + 1] for at in range(len(whole)))) == found
    assert all(started(whole[:at], b"").ending == STRANGE for at in range(1, len(whole)))


def test_what_follows_the_go_ahead_is_kept_apart() -> None:
    whole = reply(0, "", 0x78)
    assert started(whole + b"plain").surplus == b"plain" == started(whole, b"plain").surplus
    assert started(whole).ending == Ending(how=How.DONE) and started(whole[:-1], whole[-1:]).surplus == b""
    assert started(reply(0, "", 0x78, 0)).ending == Ending(how=How.DECLINED, code=0)
