"""The words before TLS and the first after it: any bytes in place of the peer's, in every protocol."""

from probe.facts.observation import Ending, How, Preamble
from probe.facts.target import Target
from tests.protocols.test_plain_first import TALKING, transcript, transcript_inside


def run_plain_first(data: bytes) -> None:
    """The first byte says in what pieces the rest arrives, the second in which protocol."""
    from probe.case.starttls import answer, came, last_word, stranger
    from probe.protocols import STARTTLS, named
    from probe.protocols.scripted import HEAD, VALUE, VALUES
    from tests.fuzz.targets import pieces

    protocol = STARTTLS[data[1] % len(STARTTLS)] if len(data) > 1 else "smtp"
    target = Target(spelled="x", protocol=protocol, host="shop.example", port=25, name="shop.example", sni="shop.example")
    for opens in (named(protocol).start, named(protocol).begin):
        if opens is None:
            continue
        conversation = opens(target)
        sent = conversation.outgoing()
        for piece in pieces(data[:1] + data[2:]):
            conversation.incoming(piece)
            sent += conversation.outgoing()
        conversation.incoming(b"")
        words = conversation.words()
        assert len(words.fields) <= VALUES and all(len(value) <= VALUE for _, value in words.fields)
        assert len(words.body) <= HEAD and len(words.surplus) <= HEAD and len(sent) < 1000
        assert words.complete is (words.ending is not None)
        step = Preamble(
            started=0.0,
            took=0.1,
            ending=words.ending or Ending(how=How.CLOSED),
            sent=sent,
            received=data[2:][:HEAD],
            protocol=protocol,
            status=words.status,
            fields=words.fields,
            surplus=words.surplus,
        )
        came(step), stranger(step), answer(step), last_word(step)


def seeds_plain_first() -> list[bytes]:
    """What servers of the laboratory say, well and badly."""
    from probe.protocols import STARTTLS

    found = []
    for number, protocol in enumerate(STARTTLS):
        said = [transcript(protocol), transcript(protocol, offers=False), transcript(protocol, refuses=True), transcript(protocol) + b"more"]
        said += [transcript_inside(protocol)] if protocol in TALKING else []
        found += [bytes((4, number)) + one for one in said]
    return found
