import json
from datetime import UTC, datetime

import pytest

from probe.facts import codec
from probe.facts.certificate import Certificate
from probe.facts.observation import Alert, Attempt, Connect, Ending, Exchange, Handshake, How, Local, Message, Observation, Preamble, Question, Vantage
from probe.facts.target import Target
from probe.facts.trust import Skipped, TrustStore

NOW = datetime(2026, 11, 21, 12, 0, 0, 500000, tzinfo=UTC)
DONE = Ending(how=How.DONE)


def observation() -> Observation:
    target = Target(spelled="shop.example", protocol="https", host="shop.example", port=443, name="shop.example", sni="shop.example", at=NOW)
    steps = (
        Connect(started=0.0, took=0.25, ending=DONE, address="127.0.0.1", port=443),
        Preamble(started=0.25, took=0, ending=DONE, sent=b"GET", received=bytes(range(256))),
        Handshake(
            started=1, took=2, ending=Ending(how=How.LOCAL, local=Local.ENGINE, code=42), says="ssl \u202e words",
            messages=(Message(at=1.0, sent=True, type=1, size=3, body=b"abc"),), alerts=(Alert(at=1.5, sent=False, level=2, description=40),),
        ),
        Exchange(started=3, took=1, ending=Ending(how=How.RESET, errno=104), protocol="https", status=200, fields=(("date", "x"),)),
    )  # fmt: skip
    return Observation(
        probe="0",
        taken_at=NOW,
        vantage=Vantage(host="here"),
        target=target,
        attempts=(Attempt(question=Question(), address="127.0.0.1", port=443, steps=steps),),
        stores=(
            TrustStore(source="a", kind="pem", path="/a", size=2, certificates=(Certificate(der=b"\x30\x00"),), skipped=(Skipped(where="line 1", why="no"),)),
        ),
    )


def test_what_is_written_reads_back_equal_and_writes_the_same_text() -> None:
    one = observation()
    text = codec.text(one)
    assert codec.parse(Observation, text) == one
    assert codec.text(codec.parse(Observation, text)) == text
    assert text.isascii()


def test_a_field_that_is_missing_takes_its_default() -> None:
    document = json.loads(codec.text(observation()))
    del document["unfinished"], document["attempts"][0]["question"]["app"]
    assert codec.load(Observation, document) == observation()


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("taken_at",), "2026-11-21T12:00:00", "/taken_at: the time names no zone"),
        (("taken_at",), 5, "/taken_at: expected an ISO 8601 time"),
        (("took",), "1", "/took: expected float, found str"),
        (("took",), True, "/took: expected float, found bool"),
        (("target", "port"), 4.5, "/target/port: expected int, found float"),
        (("target", "fetch"), 1, "/target/fetch: expected bool, found int"),
        (("attempts",), {}, "/attempts: expected a list, found dict"),
        (("attempts", 0, "steps", 0, "kind"), "dance", "/attempts/0/steps/0: kind is not one of connect, tunnel, preamble, handshake, exchange"),
        (("attempts", 0, "steps", 0), None, "/attempts/0/steps/0: expected an object, found NoneType"),
        (("attempts", 0, "steps", 2, "ending", "how"), "maybe", "/attempts/0/steps/2/ending/how: not one of done"),
        (("stores", 0, "certificates", 0, "der"), "***", "/stores/0/certificates/0/der: expected base64"),
        (("stores", 0, "certificates", 0, "der"), 7, "/stores/0/certificates/0/der: expected base64"),
        (("attempts", 0, "steps", 3, "fields", 0), ["date"], "/attempts/0/steps/3/fields/0: expected 2 entries, found 1"),
        (("password",), "x", "/: unknown field 'password'"),
        (("vantage",), {}, "/vantage: field 'host' is missing"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(path: tuple[str | int, ...], value: object, says: str) -> None:
    document = json.loads(codec.text(observation()))
    place = document
    for one in path[:-1]:
        place = place[one]
    place[path[-1]] = value
    with pytest.raises(codec.Unreadable) as refused:
        codec.load(Observation, document)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("text", ["", "{", "nan", '{"took": NaN}', '{"took": Infinity}', "[" * 100_000, '"text"', "7"])
def test_no_document_is_no_traceback(text: str) -> None:
    with pytest.raises(codec.Unreadable):
        codec.parse(Observation, text)
