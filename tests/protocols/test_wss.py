import random
from base64 import b64decode

import pytest

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.lab.websocket import Station, basic, websocket
from probe.protocols.login import Login
from probe.protocols.protocol import Asked, Words
from probe.protocols.wss import ACCEPT, SUBPROTOCOL, Upgrade, accept, agreed, closing

PASSWORD = "s3cret-of-station"
DONE = Ending(how=How.DONE)


def target(*subprotocols: str, path: str = "/ocpp/st 7", port: int = 443) -> Target:
    return Target(spelled="c.example", protocol="wss", host="c.example", port=port, name="c.example", sni="c.example", path=path, subprotocols=subprotocols)


def answered(one: Upgrade, station: Station, size: int = 0) -> Words:
    answer = websocket(station)
    assert answer.tell is not None
    said = answer.tell(one.outgoing()) or b""
    for at in range(0, len(said), size or len(said)):
        one.incoming(said[at : at + (size or len(said))])
    return one.words()


def test_the_key_of_the_standard() -> None:
    # RFC 6455 section 1.3
    assert accept(b"dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_handshake_that_is_sent() -> None:
    one = Upgrade(target("ocpp1.6", "ocpp2.0.1", port=8443))
    lines = one.outgoing().decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    assert lines[0] == "GET /ocpp/st%207 HTTP/1.1" and lines[-2:] == ["", ""]
    assert fields["Host"] == "c.example:8443" and fields["Upgrade"] == "websocket" and fields["Connection"] == "Upgrade"
    assert fields["Sec-WebSocket-Version"] == "13" and fields["Sec-WebSocket-Protocol"] == "ocpp1.6, ocpp2.0.1"
    assert len(b64decode(fields["Sec-WebSocket-Key"])) == 16 and "Authorization" not in fields and "Origin" not in fields
    assert one.outgoing() == b""
    other = Upgrade(target()).outgoing().decode()
    assert "Sec-WebSocket-Protocol" not in other and fields["Sec-WebSocket-Key"] not in other


@pytest.mark.parametrize("size", [0, 1, 7])
def test_a_server_that_goes_over(size: int) -> None:
    words = answered(Upgrade(target("ocpp1.6")), Station(protocols=("ocpp1.6",)), size)
    assert (words.status, words.ending, words.complete) == (101, DONE, True)
    assert dict(words.fields)[ACCEPT] == "as it must be" and agreed(words.fields) == "ocpp1.6"
    frame = words.farewell
    assert frame[:2] == b"\x88\x82" and bytes(one ^ frame[2 + place] for place, one in enumerate(frame[6:])) == b"\x03\xe8"


def test_every_close_frame_has_another_mask() -> None:
    assert len({closing() for _ in range(8)}) > 1


@pytest.mark.parametrize(("station", "worth"), [(Station(accept="AAAA"), "wrong"), (Station(accept="-"), "missing")])
def test_a_server_that_did_not_understand(station: Station, worth: str) -> None:
    words = answered(Upgrade(target()), station)
    assert words.status == 101 and words.ending == Ending(how=How.DECLINED, code=101) and dict(words.fields)[ACCEPT] == worth
    assert words.complete and words.farewell == b""


@pytest.mark.parametrize(("status", "ending"), [(401, Ending(how=How.DECLINED, code=401)), (200, DONE), (503, Ending(how=How.DECLINED, code=503))])
def test_a_page_in_its_place(status: int, ending: Ending) -> None:
    words = answered(Upgrade(target()), Station(status=status))
    assert words.status == status and words.ending == ending and words.farewell == b"" and b"<title>no</title>" in words.body


def test_the_login_is_told_when_it_is_asked_for_and_never_kept() -> None:
    login = Login("st-7", PASSWORD)
    one = Upgrade(target(), Asked(login=login))
    sent = one.outgoing()
    assert f"Authorization: Basic {basic('st-7', PASSWORD)}\r\n".encode() in sent
    echo = f"HTTP/1.1 403 no\r\nServer: {PASSWORD}\r\nContent-Length: 60\r\n\r\n{PASSWORD} {basic('st-7', PASSWORD)}".encode().ljust(200)
    one.incoming(echo)
    words = one.words()
    assert words.status == 403 and PASSWORD not in repr(words) and basic("st-7", PASSWORD) not in repr(words)


def test_a_password_that_stands_in_a_subprotocol_changes_nothing() -> None:
    words = answered(Upgrade(target("ocpp1.6"), Asked(login=Login("a", "ocpp"))), Station(protocols=("ocpp1.6",)))
    assert agreed(words.fields) == "ocpp1.6" and dict(words.fields)[ACCEPT] == "as it must be"
    strange = answered(Upgrade(target("ocpp1.6"), Asked(login=Login("a", PASSWORD))), Station(names=PASSWORD))
    assert dict(strange.fields)[SUBPROTOCOL] == "(hidden)"


@pytest.mark.parametrize("odd", [b"SSH-2.0-x\r\n", b"HTTP/1.1 101\r\n", b"\x81\x02hi", b"HTTP/1.1 OK 101\r\n\r\n"])
def test_what_is_no_answer(odd: bytes) -> None:
    one = Upgrade(target())
    one.outgoing()
    one.incoming(odd)
    one.incoming(b"")
    words = one.words()
    assert words.status is None and words.ending == Ending(how=How.DECLINED) and words.complete


def test_a_flood_of_headers_is_bounded() -> None:
    one = Upgrade(target())
    one.outgoing()
    one.incoming(b"HTTP/1.1 101 x\r\n")
    for _ in range(40):
        one.incoming(b"X-Field: " + b"a" * 4000 + b"\r\n")
    assert one.words().ending == Ending(how=How.LOCAL, local=Local.LIMIT)


def test_any_bytes_are_taken() -> None:
    dice = random.Random(7)
    for _ in range(300):
        one = Upgrade(target("ocpp1.6"))
        answer = websocket(Station(protocols=("ocpp1.6",)))
        assert answer.tell is not None
        said = bytearray(answer.tell(one.outgoing()) or b"")
        for _ in range(dice.randrange(1, 5)):
            said[dice.randrange(len(said))] = dice.randrange(256)
        one.incoming(bytes(said))
        one.incoming(b"")
        words = one.words()
        assert words.ending is not None and words.complete
