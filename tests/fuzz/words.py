"""Answers of brokers and of servers that speak WebSockets, mutated."""


def run_words(data: bytes) -> None:
    """A broker's answer in MQTT 5 or 3.1.1, or one to the handshake of a WebSocket, by the first byte after the sizes."""
    from probe.facts.calling import Calling
    from probe.facts.target import Target
    from probe.protocols.mqtts import HEAD, Connecting
    from probe.protocols.protocol import Asked
    from probe.protocols.wss import Upgrade
    from tests.fuzz.targets import pieces

    kind, data = data[:1], data[1:]
    target = Target(spelled="x", protocol="x", host="shop.example", port=443, name="shop.example", sni="shop.example", calling=Calling(client_id="c"))
    conversation: Connecting | Upgrade
    conversation = Upgrade(target) if kind == b"w" else Connecting(target, Asked(level=5 if kind == b"5" else 4))
    conversation.outgoing()
    for piece in pieces(data):
        conversation.incoming(piece)
        conversation.outgoing()
    conversation.incoming(b"")
    words = conversation.words()
    assert len(words.body) <= (16384 if kind == b"w" else HEAD) and len(words.fields) < 20_000
    assert words.ending is None or words.complete or words.status is not None


def seeds_words() -> list[bytes]:
    """Each kind as it should be."""
    from probe.lab.broker import connack

    over = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"
    brokers = [b"5\4" + connack(5, 0, "welcome") + b"\xe0\x02\x8e\x00", b"5\4" + connack(5, 0x87, "no"), b"4\4" + connack(4, 0) + b"\x30\x05\x00\x01abc"]
    return [*brokers, b"4\4" + connack(4, 5), b"w\4" + over, b"w\4HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"]
