import random

import pytest

from probe.facts.calling import MQTT_5, MQTT_311, Calling
from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.lab.broker import Said, connack
from probe.lab.broker import connect as read
from probe.protocols import named
from probe.protocols.login import Login
from probe.protocols.mqtt_codes import NAMES
from probe.protocols.mqtt_codes import named as told
from probe.protocols.mqtts import DISCONNECT, HEAD, IMPOSSIBLE, LIMIT, Connecting, connect
from probe.protocols.protocol import Asked, Words
from probe.tls.plaintext import recognise

PASSWORD = "pass word 4711"


def target(client_id: str = "press-4", own: bool = False) -> Target:
    calling = Calling(consented=True, client_id=client_id, own=own)
    return Target(spelled="b.example", protocol="mqtts", host="b.example", port=8883, name="b.example", sni="b.example", calling=calling)


def begun(level: int, *, login: Login | None = None, own: bool = False) -> Connecting:
    return Connecting(target(own=own), Asked(level=level, login=login))


def said(level: int, *pieces: bytes, own: bool = False, login: Login | None = None) -> Words:
    one = begun(level, own=own, login=login)
    for piece in pieces:
        one.incoming(piece)
    return one.words()


def test_nothing_is_said_unasked() -> None:
    assert named("mqtts").begin is None and named("mqtts").alpn == () and named("mqtts").port == 8883


@pytest.mark.parametrize("level", [MQTT_311, MQTT_5])
def test_connect_says_who_calls_once_and_keeps_a_session_that_others_have(level: int) -> None:
    one = begun(level, login=Login("press", PASSWORD))
    sent = one.outgoing()
    assert read(sent) == Said(level=level, clean=False, client_id="press-4", user="press", password=PASSWORD)
    assert one.outgoing() == b""
    made_up = read(begun(level, own=True).outgoing())
    assert made_up is not None and made_up.clean and not made_up.user and not made_up.password


def test_the_bytes_of_connect() -> None:
    # MQTT 3.1.1 section 3.1; MQTT 5.0 section 3.1 with a session that is kept for an hour.
    assert connect(Calling(client_id="a"), MQTT_311).hex() == "100d00044d5154540400003c000161"
    assert connect(Calling(client_id="a"), MQTT_5).hex() == "101300044d5154540500003c051100000e10000161"
    assert connect(Calling(), MQTT_5).hex() == "100d00044d5154540502003c000000"
    # A length of 128 bytes and more takes two bytes.
    long = connect(Calling(client_id="c" * 200), MQTT_311)
    assert long[:3] == b"\x10\xd4\x01" and len(long) == 3 + 212


@pytest.mark.parametrize("level", [MQTT_311, MQTT_5])
def test_an_accepted_client_waits_for_what_comes_and_says_goodbye(level: int) -> None:
    words = said(level, connack(level, 0))
    assert (words.status, words.ending, words.complete, words.farewell) == (0, Ending(how=How.DONE), False, DISCONNECT)
    assert dict(words.fields) == {"version": {4: "3.1.1", 5: "5"}[level], "session": "new"}
    alone = said(level, connack(level, 0), own=True)
    assert alone.complete and alone.farewell == DISCONNECT
    assert dict(said(level, connack(level, 0, present=True)).fields)["session"] == "kept from before"


@pytest.mark.parametrize(("level", "code"), [(MQTT_311, 5), (MQTT_311, 77), (MQTT_5, 0x87), (MQTT_5, 1), (MQTT_5, 0xFF)])
def test_a_refusal_has_its_code_and_no_goodbye(level: int, code: int) -> None:
    words = said(level, connack(level, code))
    assert (words.status, words.ending, words.complete, words.farewell) == (code, Ending(how=How.DECLINED, code=code), True, b"")


def test_a_broker_of_3_1_1_answers_5_in_its_own_way() -> None:
    assert said(MQTT_5, connack(MQTT_311, 1)).status == 1


def test_properties_are_kept_by_a_list_and_secrets_are_not() -> None:
    words = said(MQTT_5, connack(MQTT_5, 0x86, f"no {PASSWORD} here"), login=Login("press", PASSWORD))
    assert dict(words.fields)["reason"] == "no (hidden) here"
    moved = bytes((0x1C, 0, 5)) + b"other" + bytes((0x26, 0, 1)) + b"k" + bytes((0, 1)) + b"v" + bytes((0x13, 0, 9))
    words = said(MQTT_5, bytes((0x20, 3 + len(moved), 0, 0x9D, len(moved))) + moved)
    assert words.status == 0x9D and words.fields == (("version", "5"), ("server reference", "other"))


def test_an_answer_byte_by_byte_and_cut_off_at_every_byte() -> None:
    whole = connack(MQTT_5, 0x87, "policy")
    assert said(MQTT_5, *(whole[at : at + 1] for at in range(len(whole)))) == said(MQTT_5, whole)
    for at in range(1, len(whole)):
        assert said(MQTT_5, whole[:at]).ending is None
        words = said(MQTT_5, whole[:at], b"")
        assert words.status is None and words.ending == Ending(how=How.DECLINED) and words.complete and words.body == whole[:at]


def test_the_end_without_a_byte_says_nothing_by_itself() -> None:
    words = said(MQTT_311, b"")
    assert words.ending is None and words.status is None and not words.complete


def test_what_follows_the_consent() -> None:
    taken = said(MQTT_5, connack(MQTT_5, 0) + b"\xe0\x02\x8e\x00")
    assert taken.status == 0 and dict(taken.fields)["disconnect"] == "142" and taken.complete and taken.farewell == b""
    closed = said(MQTT_311, connack(MQTT_311, 0), b"")
    assert closed.status == 0 and dict(closed.fields)["ended"] == "closed" and closed.complete and closed.farewell == b""
    message = b"\x30\x0a\x00\x03a/bhello"
    kept = said(MQTT_311, connack(MQTT_311, 0), message, message[:5], message[5:])
    assert not kept.complete and b"hello" not in kept.body and "hello" not in repr(kept)
    flood = said(MQTT_311, connack(MQTT_311, 0), *(b"\x30\x7f" + bytes(127) for _ in range(LIMIT // 129 + 1)))
    assert flood.complete and flood.status == 0 and flood.ending == Ending(how=How.DONE)
    broken = said(MQTT_5, connack(MQTT_5, 0), b"\x30\xff\xff\xff\xff\x7f")
    assert broken.complete and broken.status == 0


@pytest.mark.parametrize(
    "odd",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x02\x00\x00",
        b"\x20\x00",
        b"\x20\x01\x00",
        b"\x20\x03\x00\x05\x00",
        b"\x20\x02\x02\x00",
        b"\x20\xff\xff\xff\x7f",
        b"\x20\xff\xff\xff\xff\x7f",
        b"\x20\x82\x00",
        b"\xe0\x00",
        b"\0",
    ],
)
def test_what_is_no_connack_of_3_1_1(odd: bytes) -> None:
    words = said(MQTT_311, odd, b"")
    assert words.status is None and words.ending == Ending(how=How.DECLINED) and words.complete and words.body == odd[:HEAD]


@pytest.mark.parametrize(
    "odd",
    [
        b"\x20\xff\xff\xff\x7f",
        b"\x20\x03\x00\x00\x05",
        b"\x20\x06\x00\x00\x03\x1f\x00\x09",
        b"\x20\x05\x00\x87\x02\x77\x00",
        b"\x20\x04\x00\x00\x01\x13",
        b"\x20\x05\x00\x00\x80\x80\x80",
    ],
)
def test_properties_that_are_none(odd: bytes) -> None:
    words = said(MQTT_5, odd, b"")
    assert words.status is None and words.ending == Ending(how=How.DECLINED) and words.fields == (("version", "5"),)


def test_any_bytes_are_taken() -> None:
    dice = random.Random(5)
    for number in range(1500):
        level = (MQTT_311, MQTT_5)[number % 2]
        whole = bytearray(connack(level, dice.choice((0, 0, 5, 0x87)), "some text" if level == MQTT_5 else "") + dice.randbytes(dice.randrange(40)))
        for _ in range(dice.randrange(4)):
            whole[dice.randrange(len(whole))] = dice.randrange(256)
        one = begun(level, own=bool(number % 3))
        at = 0
        while at < len(whole):
            step = dice.randrange(1, 9)
            one.incoming(bytes(whole[at : at + step]))
            at += step
        one.incoming(b"")
        words = one.words()
        assert len(words.body) <= HEAD and sum(len(value) for _, value in words.fields) < 64 * 1024
        assert words.ending is not None and (words.ending.how in (How.DONE, How.DECLINED) or words.ending.local is Local.LIMIT)


def test_every_code_has_a_name() -> None:
    assert told(5) == "5 (not authorized)" and told(0x8E) == "142 (0x8E, session taken over)"
    assert "no standard" in told(0xFE) and len(set(NAMES)) == len(NAMES)


def test_the_impossible_connect_asks_for_nothing() -> None:
    found = read(IMPOSSIBLE)
    assert found is not None and found.level not in (3, 4, 5) and found.clean and found.client_id == ""
    assert recognise(connack(MQTT_311, 1)) == "MQTT" and recognise(connack(MQTT_5, 0x84)) == "MQTT"
