"""The words before TLS and the first after it, against the other half of the laboratory: whole, byte by byte, cut off everywhere, and with hostile bytes."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from probe.case.starttls import Came, came
from probe.facts.observation import Ending, How, Local, Preamble
from probe.facts.target import Target
from probe.lab.manners import Manners
from probe.lab.starttls import after, before
from probe.protocols import PORTS, STARTTLS, named
from probe.protocols.protocol import Conversation, Words
from probe.protocols.scripted import GO, HEAD, LIMIT, LINE, STRANGE, TOO_MUCH, VALUE, VALUES, Exactly, Line, Script, Until

NUMBERED = ("smtp", "lmtp", "ftp")
TALKING = tuple(one for one in STARTTLS if named(one).begin)
EXTRA = b"250 and one more thing\r\n"


def target(protocol: str, name: str = "shop.example") -> Target:
    return Target(spelled=name, protocol=protocol, host=name, port=named(protocol).port, name=name, sni=name)


def client(protocol: str, name: str = "shop.example") -> Conversation:
    start = named(protocol).start
    assert start
    return start(target(protocol, name))


def inside(protocol: str) -> Conversation:
    begin = named(protocol).begin
    assert begin
    return begin(target(protocol))


def fed(conversation: Conversation, *pieces: bytes) -> Words:
    for piece in pieces:
        conversation.incoming(piece)
    return conversation.words()


def said(conversation: Conversation, script: Script) -> bytes:
    """Let both halves talk to each other, and give all that the server said."""
    every, heard = b"", b""
    try:
        wanted = next(script)
        while not conversation.words().complete:
            if isinstance(wanted, bytes):
                every += wanted
                conversation.incoming(wanted)
                wanted = next(script)
                continue
            heard += conversation.outgoing()
            size = extent(wanted, heard)
            if size is None:
                return every
            piece, heard = heard[:size], heard[size:]
            wanted = script.send(piece.rstrip(b"\r\n") if isinstance(wanted, Line) else piece)
    except StopIteration:
        pass
    return every


def extent(wanted: Line | Exactly | Until, heard: bytes) -> int | None:
    if isinstance(wanted, Exactly):
        return wanted.size if len(heard) >= wanted.size else None
    if isinstance(wanted, Line):
        return heard.index(b"\n") + 1 if b"\n" in heard else None
    found = wanted.pattern.search(heard)
    return found.end() if found else None


def transcript(protocol: str, **manners: object) -> bytes:
    """What a server of these manners says before TLS."""
    return said(client(protocol), before(Manners(protocol=protocol, **manners)))  # type: ignore[arg-type]  # fields of Manners


def transcript_inside(protocol: str) -> bytes:
    script = after(Manners(protocol=protocol))
    assert script
    return said(inside(protocol), script)


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize("protocol", STARTTLS)
def test_both_halves_come_to_tls(protocol: str) -> None:
    words = fed(client(protocol), transcript(protocol))
    assert words.ending == GO and words.complete and words.surplus == b"" and words.body == b""
    if protocol != "postgres":
        assert ("starttls", "announced") in words.fields
    assert words.status == {"smtp": 220, "lmtp": 220, "ftp": 234}.get(protocol)


@pytest.mark.parametrize("protocol", STARTTLS)
@pytest.mark.parametrize("manners", [{}, {"offers": False}, {"refuses": True}, {"greets": False}], ids=str)
def test_byte_by_byte_it_is_the_same(protocol: str, manners: dict[str, bool]) -> None:
    whole = transcript(protocol, **manners)
    pieces, once = fed(client(protocol), *bytewise(whole)), fed(client(protocol), whole)
    assert replace(pieces, body=b"") == replace(once, body=b"") and once.body.startswith(pieces.body)


@pytest.mark.parametrize("protocol", STARTTLS)
def test_cut_off_after_every_byte_it_is_no_go_ahead(protocol: str) -> None:
    whole = transcript(protocol)
    for size in range(len(whole)):
        words = fed(client(protocol), whole[:size], b"")
        assert words.ending is None and not words.complete, (size, words)
    assert fed(client(protocol), whole).ending == GO


@pytest.mark.parametrize("protocol", STARTTLS)
@pytest.mark.parametrize("apart", [False, True], ids=["in one piece", "later"])
def test_plain_text_after_the_go_ahead_is_told_apart(protocol: str, apart: bool) -> None:
    whole = transcript(protocol)
    words = fed(client(protocol), whole, EXTRA) if apart else fed(client(protocol), whole + EXTRA)
    assert words.ending == GO and words.surplus == EXTRA
    many = fed(client(protocol), whole, *[EXTRA] * 100)
    assert len(many.surplus) == HEAD


@pytest.mark.parametrize("protocol", STARTTLS)
def test_what_is_not_offered_is_not_asked_for(protocol: str) -> None:
    conversation = client(protocol)
    sent: list[bytes] = []
    whole = transcript(protocol, offers=False)
    for piece in bytewise(whole):
        conversation.incoming(piece)
        sent.append(conversation.outgoing())
    words = conversation.words()
    assert words.ending is not None and words.ending.how is How.DECLINED
    assert ("starttls", "not announced") in words.fields
    if protocol not in ("ftp", "postgres"):
        assert not any(b"STARTTLS" in one.upper() or b"STLS" in one for one in sent)


@pytest.mark.parametrize("protocol", STARTTLS)
@pytest.mark.parametrize("manners", [{"refuses": True}, {"greets": False}], ids=str)
def test_a_refusal_is_kept_as_the_peer_said_it(protocol: str, manners: dict[str, bool]) -> None:
    words = fed(client(protocol), transcript(protocol, **manners))
    assert words.ending is not None and words.ending.how is How.DECLINED and words.ending.code == words.status
    answer = dict(words.fields)["answer"]
    assert answer and (words.status is None or answer.startswith(str(words.status)))
    assert (words.status is not None) is (protocol in (*NUMBERED, "mysql"))


@pytest.mark.parametrize("protocol", TALKING)
def test_the_first_words_inside(protocol: str) -> None:
    whole = transcript_inside(protocol)
    words = fed(inside(protocol), whole)
    assert words.ending == GO and words.status == {"smtp": 250, "lmtp": 250, "ftp": 211}.get(protocol, 0)
    assert fed(inside(protocol), *bytewise(whole)) == words
    for size in range(0, len(whole), 3):
        assert fed(inside(protocol), whole[:size], b"").ending is None or size > 60
    conversation = inside(protocol)
    first = conversation.outgoing()
    conversation.incoming(whole)
    goodbye = conversation.outgoing()
    assert first and goodbye.strip().split(b" ")[-1] in (b"QUIT", b"LOGOUT", b"</stream:stream>")


FOREIGN = {
    "TLS alert": b"\x15\x03\x03\x00\x02\x02\x46",
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n<!DOCTYPE html><html>",
    "HTML": b"<!DOCTYPE html>\r\n<html><body>no</body></html>\r\n",
    "escapes": b"\x1b[31m\x00\x07hello\r\n",
    "LDAP": bytes.fromhex("300c02010165070a010004000400"),
    "noise": bytes(range(255, 191, -1)) * 4 + b"\r\n",
}


@pytest.mark.parametrize("protocol", STARTTLS)
@pytest.mark.parametrize("foreign", FOREIGN)
def test_another_protocol_is_declined_with_its_first_bytes(protocol: str, foreign: str) -> None:
    data = FOREIGN[foreign]
    words = fed(client(protocol), data + bytes(0 if protocol != "mysql" else 4))
    if (protocol, foreign) == ("postgres", "SSH"):
        # Its first letter is the go-ahead; what follows it gives it away, see the test below.
        assert words.ending == GO and words.surplus == data[1:]
        return
    assert words.ending == STRANGE and words.status is None and words.body[: len(data)] == data[:HEAD]
    assert "starttls" not in dict(words.fields) and "answer" not in dict(words.fields)


@pytest.mark.parametrize("protocol", STARTTLS)
def test_a_line_of_a_megabyte_is_not_waited_for(protocol: str) -> None:
    opening = {"imap": b"* OK ", "pop3": b"+OK ", "sieve": b'"IMPLEMENTATION" "', "xmpp": b"<a ", "xmpp-server": b"<a ", "postgres": b"E\x00\x00\x20\x00"}
    pieces = [opening.get(protocol, b"220-"), *[b"A" * 4096] * 256]
    conversation = client(protocol)
    taken = 0
    for piece in pieces:
        if conversation.words().complete:
            break
        conversation.incoming(piece)
        taken += len(piece)
    words = conversation.words()
    assert words.ending in (TOO_MUCH, STRANGE) and taken <= LIMIT + 4096
    assert protocol not in ("smtp", "imap", "pop3", "ftp", "lmtp", "sieve") or (words.ending == TOO_MUCH and taken <= LINE + 4100)


ENDLESS = {
    "smtp": b"220-" + b"hello" * 10 + b"\r\n",
    "lmtp": b"220-hello\r\n",
    "ftp": b"220-hello\r\n",
    "imap": b"* OK still there\r\n",
    "pop3": b"+OK hello\r\n",
    "sieve": b'"CAPABILITY" "x"\r\n',
    "xmpp": b"<stream:stream a='b'><a b='c'>",
    "xmpp-server": b"<stream:stream a='b'><a b='c'>",
}


@pytest.mark.parametrize("protocol", ENDLESS)
def test_an_answer_without_end_is_ended(protocol: str) -> None:
    conversation = client(protocol)
    for _ in range(LIMIT // 8):
        conversation.incoming(ENDLESS[protocol])
        if conversation.words().complete:
            break
    words = conversation.words()
    assert words.ending == TOO_MUCH == Ending(how=How.LOCAL, local=Local.LIMIT)
    assert len(words.fields) <= VALUES and all(len(value) <= VALUE for _, value in words.fields)


@pytest.mark.parametrize("protocol", STARTTLS)
def test_altered_words_never_raise_and_are_bounded(protocol: str) -> None:
    dice = random.Random(3207)
    scripts: list[tuple[Callable[[], Conversation], bytes]] = [(lambda: client(protocol), transcript(protocol))]
    scripts += [(lambda: client(protocol), transcript(protocol, refuses=True)), (lambda: client(protocol), transcript(protocol, offers=False))]
    if protocol in TALKING:
        scripts.append((lambda: inside(protocol), transcript_inside(protocol)))
    for opens, whole in scripts:
        for _ in range(400):
            altered = bytearray(whole)
            for _ in range(dice.randrange(1, 5)):
                at = dice.randrange(len(altered) + 1)
                match dice.randrange(3):
                    case 0:
                        altered[at : at + 1] = bytes((dice.randrange(256),))
                    case 1:
                        altered[at:at] = dice.choice((b"\r\n", b"{9}\r\n", b" ", b"220 ", b"* ", b"\xff\xfe", b"<", b"a1 OK\r\n"))
                    case _:
                        del altered[at : at + dice.randrange(1, 6)]
            cut = dice.randrange(len(altered) + 1)
            words = fed(opens(), bytes(altered[:cut]), bytes(altered[cut:]), b"")
            assert len(words.fields) <= VALUES and all(len(value) <= VALUE for _, value in words.fields)
            assert len(words.body) <= HEAD and len(words.surplus) <= HEAD


def answers(protocol: str, *pieces: bytes) -> Words:
    return fed(client(protocol), *pieces)


def test_smtp_reads_what_servers_write() -> None:
    several = answers("smtp", b"220-mx.example ESMTP\r\n220 go on\r\n", b"250-mx.example\n250-starttls\n250 HELP\n", b"220 go\n")
    assert several.ending == GO and several.fields == (
        ("greeting", "mx.example ESMTP"),
        ("capability", "starttls"),
        ("capability", "HELP"),
        ("starttls", "announced"),
    )
    old = answers("smtp", b"220 old.example\r\n", b"502 Command not implemented\r\n")
    assert old.status == 502 and dict(old.fields)["starttls"] == "not announced"
    assert answers("smtp", b"220 mx\r\n", b"421 4.3.2 too busy\r\n").fields[-1] == ("answer", "421 4.3.2 too busy")
    assert answers("smtp", b"250 odd\r\n").status == 250
    # A long list must not hide the word that decides.
    long = answers("smtp", b"220 mx\r\n", b"250-mx\r\n" + b"".join(b"250-X-%d\r\n" % number for number in range(200)) + b"250 STARTTLS\r\n", b"454 no\r\n")
    assert dict(long.fields)["starttls"] == "announced" and long.fields[-1] == ("answer", "454 no") and len(long.fields) == VALUES


def test_imap_reads_what_servers_write() -> None:
    asked = answers("imap", b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 StartTLS\r\na1 OK done\r\n", b"* OK still here\r\na2 OK begin\r\n")
    assert asked.ending == GO and ("capability", "StartTLS") in asked.fields
    assert dict(answers("imap", b"* PREAUTH you are in\r\n").fields)["starttls"] == "not announced"
    assert answers("imap", b"* OK [CAPABILITY STARTTLS] x\r\n", b"* BYE going down\r\n").fields[-1] == ("answer", "BYE going down")
    assert answers("imap", b"* OK ready\r\n", b"a1 BAD no\r\n").fields[-1] == ("answer", "BAD no")
    assert answers("imap", b"* OK ready\r\n", b"a1 OK no list\r\n").ending == STRANGE
    assert answers("imap", b"* OK ready\r\n", b"whatever\r\n").ending == STRANGE


def test_pop3_without_a_list_is_asked_all_the_same() -> None:
    conversation = client("pop3")
    conversation.incoming(b"+OK <1896.697170952@pop.example>\r\n-ERR what?\r\n")
    assert conversation.outgoing() == b"CAPA\r\nSTLS\r\n" and not conversation.words().complete
    assert fed(conversation, b"+OK\r\n").ending == GO
    neither = answers("pop3", b"+OK\r\n-ERR what?\r\n-ERR what?\r\n")
    assert dict(neither.fields) == {"greeting": "", "starttls": "not announced", "answer": "-ERR what?"}


def test_ftp_reads_what_servers_write() -> None:
    late = answers("ftp", b"120 ready in 1 minute\r\n", b"220 now\r\n", b"211-Features:\r\n AUTH SSL;TLS-P;TLS;\r\n SIZE\r\n211 End\r\n", b"234 go\r\n")
    assert late.ending == GO and ("capability", "SIZE") in late.fields
    vsftpd = answers("ftp", b"220 (vsFTPd 3.0.3)\r\n", b"211-Features:\r\n EPRT\r\n211 End\r\n", b"530 Please login with USER and PASS.\r\n")
    assert vsftpd.status == 530 and dict(vsftpd.fields)["starttls"] == "not announced"
    mute = answers("ftp", b"220 x\r\n", b"530 Please login\r\n", b"530 Please login\r\n")
    assert mute.status == 530 and "starttls" not in dict(mute.fields)
    assert dict(answers("ftp", b"220 x\r\n", b"500 what\r\n", b"534 not now\r\n").fields)["answer"] == "534 not now"


def test_sieve_reads_literals() -> None:
    greeting = b'"IMPLEMENTATION" {9}\r\nx "OK" \r\ny\r\n"STARTTLS"\r\nOK {5+}\r\nhello\r\n'
    words = answers("sieve", greeting, b'OK (TAG "x") "go"\r\n')
    assert words.ending == GO and words.fields[-1] == ("starttls", "announced")
    assert answers("sieve", b'"IMPLEMENTATION" {99999}\r\n').ending == STRANGE
    assert answers("sieve", b"OK\r\n").ending == STRANGE


@pytest.mark.parametrize(
    ("features", "answer", "ends"),
    [
        (b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", GO),
        (b'<s:features><x:starttls xmlns:x="urn:ietf:params:xml:ns:xmpp-tls"/></s:features >', b"<proceed xmlns='urn:x'></proceed>", GO),
        (b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>", b"<proceed><a/>", None),
        (b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>", b"<failure><a/></failure>", STRANGE),
        (b"<stream:features/>", b"", STRANGE),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"", STRANGE),
    ],
)
def test_xmpp_looks_for_few_elements(features: bytes, answer: bytes, ends: Ending | None) -> None:
    opening = b"<?xml version='1.0'?><s:stream xmlns:s='http://etherx.jabber.org/streams' id='1'>"
    words = answers("xmpp", opening, features, answer)
    assert words.ending == ends and words.surplus == b""


def test_xmpp_asks_for_the_name_that_is_checked_and_nothing_leaves_its_quotes() -> None:
    assert b'to="example.com"' in client("xmpp", "example.com").outgoing()
    assert b"jabber:server" in client("xmpp-server").outgoing()
    hostile = client("xmpp", "a' \"><evil/>&").outgoing()
    assert b"<evil" not in hostile and hostile.count(b">") == 2


def test_postgresql_errors_are_data() -> None:
    fields = b"SFATAL\x00C28000\x00M\x1b[31mno\x00\x00"
    words = answers("postgres", b"E" + (len(fields) + 4).to_bytes(4) + fields)
    assert words.fields == (("answer", "28000 \x1b[31mno"),) and words.ending == STRANGE
    assert answers("postgres", b"E\xff\xff\xff\xff").ending == STRANGE
    assert answers("postgres", b"E\x00\x00\x00\x08abcd").ending == STRANGE


def test_what_begins_with_the_letter_of_the_go_ahead_is_known_by_the_rest() -> None:
    def step(received: bytes, surplus: bytes) -> Preamble:
        return Preamble(started=0.0, took=0.1, ending=GO, received=received, surplus=surplus, protocol="postgres")

    assert came(step(b"SSH-2.0-x\r\n", b"SH-2.0-x\r\n")) is Came.STRANGE
    assert came(step(b"S", b"")) is Came.GO and came(step(b"S0000", b"0000")) is Came.GO


def test_mysql_packets() -> None:
    assert answers("mysql", b"\x03\x00\x00\x01abc").ending == STRANGE
    assert answers("mysql", b"\xff\xff\xff\x00").ending == STRANGE
    assert answers("mysql", b"\x05\x00\x00\x00hello").ending == STRANGE
    coded = answers("mysql", b"\x16\x00\x00\x00\xff\x10\x04#08004Too many cons")
    assert coded.status == 1040 and coded.fields == (("answer", "1040 Too many cons"),)
    conversation = client("mysql")
    conversation.incoming(transcript("mysql"))
    request = conversation.outgoing()
    assert len(request) == 36 and request[3] == 1 and int.from_bytes(request[4:8], "little") & 0x0800


def test_ports_are_those_of_the_protocols() -> None:
    assert all(named(protocol).start for protocol in PORTS.values())
    assert {named(one).port for one in STARTTLS} <= set(PORTS)


def test_a_server_may_turn_the_caller_away_inside_too() -> None:
    words = fed(inside("smtp"), b"421 4.7.1 mx Error: No client certificate presented\r\n")
    assert words.status == 421 and words.ending == Ending(how=How.DECLINED, code=421)
    assert words.fields == (("answer", "421 4.7.1 mx Error: No client certificate presented"),)
    assert fed(inside("ftp"), b"500 what?\r\n").ending == GO and fed(inside("ftp"), b"421 busy\r\n").ending == Ending(how=How.DECLINED, code=421)
    assert fed(inside("imap"), b"a3 NO not now\r\n").status == 1 and fed(inside("pop3"), b"-ERR what?\r\n").ending == GO
