"""What is found before TLS, what is asked to decide it, and what a reader gets to see of it."""

from dataclasses import replace

import pytest

from probe.case.case import Case
from probe.case.starttls import Came, at_once, came, last_word, other_spelling, stranger
from probe.causes.words import Certainty, Effect, Finding, Owner, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Connect, Ending, Handshake, How, Local, Observation, Preamble
from probe.jobs.target import Options, target
from probe.lab import raw_server
from probe.lab.dns_server import Record, Zone
from probe.lab.manners import Manners
from probe.lab.scenario import scenario
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import HOST, hierarchy, plain_shop, reach
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.plan import further
from probe.protocols import STARTTLS
from probe.report.compose import compose
from tests.adverse.harmless import assert_harmless

HOSTILE = b"<script>alert(1)</script> \xe2\x80\xae ](http://127.0.0.1/) $(reboot)"


def found_in(code: str, way: str = "broken") -> Diagnosis:
    one = scenario(code)
    assert one
    opens = {"broken": one.broken, "mended": one.mended, **{variant.name: variant.open for variant in one.variants}}[way]
    with Stage() as stage:
        return diagnose(observed(opens(stage).arguments))


def cause_of(found: Diagnosis) -> Finding:
    assert found.cause and not found.defects
    return found.cause


def questions(observation: Observation) -> list[str]:
    return [one.question.name for one in observation.attempts]


@pytest.mark.parametrize(
    ("code", "way", "asked"),
    [
        ("starttls.unsupported", "broken", ["ordinary"]),
        ("starttls.refused", "broken", ["ordinary"]),
        ("starttls.injected", "broken", ["ordinary"]),
        ("starttls.injected", "mended", ["ordinary"]),
        ("starttls.protocol", "broken", ["ordinary", "tls-at-once"]),
        ("starttls.protocol", "other", ["ordinary"]),
        ("starttls.timeout", "broken", ["ordinary", "tls-at-once"]),
        ("starttls.timeout", "after-starttls", ["ordinary"]),
        ("starttls.closed", "broken", ["ordinary"]),
        ("starttls.closed", "at-once", ["ordinary", "tls-at-once"]),
        ("tls.not-tls", "starttls", ["ordinary", "plaintext", "starttls"]),
        ("tls.not-tls", "broken", ["ordinary", "plaintext"]),
    ],
)
def test_only_what_decides_is_asked(code: str, way: str, asked: list[str]) -> None:
    found = found_in(code, way)
    observation = found.case.observation
    assert questions(observation) == asked and further(observation) == ()
    # The file that is saved gives the same answer.
    assert cause_codes(diagnose(codec.parse(Observation, codec.text(observation)))) == cause_codes(found)


def cause_codes(found: Diagnosis) -> list[str]:
    return [one.code for one in (*found.findings, *found.explained)]


@pytest.mark.parametrize("protocol", STARTTLS)
def test_behind_the_words_the_certificate_is_judged(protocol: str) -> None:
    made = hierarchy()
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,), plain=Manners(protocol=protocol)))
        trust = stage.trust_file(made.root)
        good = diagnose(observed(reach(port, trust, scheme=protocol)))
        other = diagnose(observed(reach(port, trust, "--name", "db.example", scheme=protocol)))
    assert good.verdict is Verdict.WORKS and cause_codes(good) == [] and not good.defects
    assert cause_of(other).code == "name.mismatch"
    missing = {one.code for one in good.not_observed}
    assert not {one for one in missing if one.startswith(("starttls.", "tls."))}


def test_a_sentence_for_each_way_of_saying_no() -> None:
    said = {
        ("starttls.refused", "broken"): "The SMTP server refuses to begin TLS (454).",
        ("starttls.refused", "pop3"): "The POP3 server refuses to begin TLS.",
        ("starttls.refused", "greeting"): "The SMTP server turns the caller away with its greeting, before TLS can begin.",
        ("starttls.refused", "domain"): f"The XMPP server does not serve the domain {HOST}.",
        ("starttls.timeout", "broken"): "No greeting in SMTP came within 1 s.",
        ("starttls.timeout", "after-starttls"): "The SMTP server does not answer STARTTLS within 1 s.",
        ("starttls.closed", "broken"): "The connection to the SMTP server is closed after EHLO [127.0.0.1], without a reason.",
        ("starttls.unsupported", "postgres"): "The PostgreSQL server does not offer to begin TLS on this port.",
    }
    assert {place: cause_of(found_in(*place)).summary for place in said} == said


def test_who_must_act_and_what_to_do() -> None:
    crossed = found_in("starttls.unsupported", "overwritten")
    assert cause_of(crossed).owner is Owner.NETWORK and [one.remedy.action for one in crossed.prescribed] == ["find-box", "offer-starttls"]
    plain = found_in("starttls.unsupported")
    assert cause_of(plain).owner is None and [one.remedy.action for one in plain.prescribed] == ["offer-starttls"]
    assert [one.remedy.action for one in found_in("starttls.refused", "host").prescribed] == ["let-caller-in"]
    slow = cause_of(found_in("starttls.timeout"))
    assert slow.certainty is Certainty.LIKELY and cause_of(found_in("starttls.timeout", "after-starttls")).certainty is Certainty.PROVEN


@pytest.mark.parametrize(
    ("code", "way", "scheme"), [("starttls.protocol", "broken", "smtps"), ("starttls.protocol", "other", "imap"), ("tls.not-tls", "starttls", "smtp")]
)
def test_the_right_spelling_is_a_command_that_works(code: str, way: str, scheme: str) -> None:
    one = scenario(code)
    assert one
    with Stage() as stage:
        scene = {"broken": one.broken, **{variant.name: variant.open for variant in one.variants}}[way](stage)
        found = diagnose(observed(scene.arguments))
        (remedy,) = compose((found,)).results[0].remedies
        words = remedy.check.split()
        assert remedy.action == "respell-target" and words[:2] == ["probe", "check"] and words[2].startswith(f"{scheme}://{HOST}:")
        assert remedy.check in remedy.text
        again = diagnose(observed(tuple(words[2:])))
    assert again.verdict is Verdict.WORKS, again.cause


def test_a_late_greeting_is_not_taken_for_another_protocol() -> None:
    step = Preamble(started=0.0, took=10.0, ending=Ending(how=How.TIMED_OUT), protocol="smtp")
    seen = found_in("starttls.timeout").case.observation
    attempts = list(seen.attempts)
    hello = attempts[1].steps[1]
    assert isinstance(hello, Handshake)
    attempts[0] = replace(attempts[0], steps=(attempts[0].steps[0], step))
    attempts[1] = replace(attempts[1], steps=(attempts[1].steps[0], replace(hello, first_bytes=b"220 mx.example ESMTP\r\n", took=4.0)))
    found = diagnose(replace(seen, attempts=tuple(attempts)))
    assert cause_of(found).code == "starttls.timeout"
    assert any("greeted, 4.0 s after" in one.says for one in cause_of(found).evidence)


def test_injected_text_is_a_risk_and_never_reaches_tls() -> None:
    found = found_in("starttls.injected")
    assert found.verdict is Verdict.WORKS and [(one.code, one.effect) for one in found.findings] == [("starttls.injected", Effect.RISKS)]
    assert found.case.handshake and found.case.handshake.first_bytes == b"" and found.case.exchange and found.case.exchange.status == 250


def test_two_servers_that_behave_differently_are_told_apart() -> None:
    made = hierarchy()
    whole = Serving(credentials=(made.whole,), plain=Manners())
    zone = Zone(records=(Record(name=HOST, type="A", value=LOOPBACK), Record(name=HOST, type="A", value="127.0.0.2")))
    with Stage() as stage:
        port = stage.tls_at(((LOOPBACK, whole), ("127.0.0.2", replace(whole, plain=Manners(offers=False)))))
        found = diagnose(observed((f"smtp://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root))))
    assert cause_of(found).code == "endpoint.inconsistent"
    assert "starttls.unsupported" in cause_codes(found) and dict(found.only_at)["starttls.unsupported"] == ("127.0.0.2",)


def hostile(stage: Stage) -> Scene:
    return plain_shop(stage, Manners(offers=False, listing=HOSTILE), expects=WORKS)


def test_what_the_server_says_is_shown_and_does_nothing() -> None:
    with Stage() as stage:
        found = diagnose(observed(hostile(stage).arguments))
    assert "<script>" in found.findings[0].evidence[1].says
    assert_harmless(found.case.observation, found)


def test_the_timeline_and_the_report_show_the_words() -> None:
    (result,) = compose((found_in("starttls.refused"),)).results
    bars = [bar for row in result.timeline for bar in row.bars]
    assert ("StartTLS", "answer 454") in {(bar.label, bar.says) for bar in bars}
    (shown,) = [one for one in result.findings if one.code == "starttls.refused"]
    assert any("-starttls smtp" in command for command in shown.commands)
    (good,) = compose((found_in("starttls.refused", "mended"),)).results
    assert ("SMTP answer", "250") in good.handshake and "the service answered SMTP 250" in good.sentence


def step(protocol: str, ending: Ending, received: bytes = b"", status: int | None = None, sent: bytes = b"", **fields: str) -> Preamble:
    return Preamble(started=0.0, took=1.0, ending=ending, sent=sent, received=received, protocol=protocol, status=status, fields=tuple(fields.items()))


DECLINED = Ending(how=How.DECLINED)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (step("smtp", Ending(how=How.DONE)), Came.GO),
        (step("smtp", DECLINED, starttls="not announced"), Came.UNSUPPORTED),
        (step("smtp", DECLINED, status=454, starttls="announced"), Came.REFUSED),
        (step("imap", DECLINED, answer="NO"), Came.REFUSED),
        (step("imap", DECLINED, b"SSH-2.0-x\r\n"), Came.STRANGE),
        (step("ldap", DECLINED, status=2), Came.UNSUPPORTED),
        (step("ldap", DECLINED, status=52), Came.REFUSED),
        (step("smtp", Ending(how=How.TIMED_OUT)), Came.SILENT),
        (step("smtp", Ending(how=How.RESET, errno=104)), Came.CUT),
        (step("smtp", Ending(how=How.LOCAL, local=Local.LIMIT)), Came.STRANGE),
        (step("smtp", Ending(how=How.LOCAL, local=Local.INTERRUPTED)), Came.OURS),
        # A mail server may call itself ftp, and a file server mail.
        (step("smtp", DECLINED, b"220 ftp.example ESMTP\r\n", starttls="not announced", capability="SIZE"), Came.UNSUPPORTED),
        (step("smtp", DECLINED, b"220 (vsFTPd 3.0.3)\r\n", status=530, answer="530 login"), Came.STRANGE),
        (step("ftp", DECLINED, b"220 mail.example FTP ready\r\n", status=534, answer="534 no"), Came.REFUSED),
        (step("ftp", DECLINED, b"220 mx ESMTP\r\n", status=503, answer="503 no"), Came.STRANGE),
        (step("smtp", Ending(how=How.CLOSED), b"220 ProFTPD\r\n"), Came.STRANGE),
    ],
)
def test_how_the_words_ended(one: Preamble, expected: Came) -> None:
    assert came(one) is expected


def test_last_words_and_spellings() -> None:
    assert last_word(step("smtp", DECLINED)) == ""
    assert last_word(step("smtp", DECLINED, sent=b"EHLO x\r\nSTARTTLS\r\n")) == "STARTTLS"
    assert last_word(step("xmpp", DECLINED, sent=b"<stream:stream>")) == "the opening of the stream"
    assert last_word(step("postgres", DECLINED, sent=b"\0\0\0\x08")) == "the request to begin TLS (SSLRequest)"
    assert [at_once(one) for one in ("smtp", "imap", "xmpp", "xmpp-server", "ldap", "postgres", "sieve")] == [
        *("smtps", "imaps", "xmpps", "xmpps-server", "ldaps", "tls", "tls"),
    ]
    assert other_spelling(target("smtp://[2001:db8::7]:2525", Options()), "smtps") == "smtps://[2001:db8::7]:2525"
    assert stranger(step("lmtp", DECLINED, b"220 x LMTP\r\n")) == ""


def test_a_port_that_is_known_for_plain_words_is_asked_for_them() -> None:
    """PostgreSQL hangs up on a ClientHello without a word; its port number is what leads to the right question."""
    with Stage() as stage:
        seen = observed(reach(stage.raw(raw_server.close_after_hello), stage.trust_file(hierarchy().root), scheme="tls"))
    ordinary = seen.attempts[0]
    first = ordinary.steps[0]
    assert isinstance(first, Connect)
    connect = replace(first, port=5432)
    known = replace(seen, attempts=(replace(ordinary, port=5432, steps=(connect, *ordinary.steps[1:])),))
    wanted = [one.question for one in further(known) if hasattr(one, "question")]
    assert ("starttls", "postgres") in {(one.name, one.start) for one in wanted}
    assert "starttls" not in {one.name for one in (each.question for each in further(replace(seen, attempts=(ordinary,))) if hasattr(each, "question"))}
    assert Case(known, ordinary.address).start is None
