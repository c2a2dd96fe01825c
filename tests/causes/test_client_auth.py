"""How refusals of a client certificate are told apart, on observations of the laboratory that are altered to what other servers do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from probe.case.client_auth import Said, refusal
from probe.causes.words import Certainty, Effect, Owner, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import Alert, Attempt, Ending, Exchange, Handshake, How, Observation
from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.pki import AUTHORITY, authority
from probe.lab.scenario import scenario
from probe.lab.scene import Scene
from probe.lab.stage import Stage
from probe.report.compose import compose
from probe.tls.alerts import ALERTS


def seen(code: str, variant: str = "broken") -> Observation:
    one = scenario(code)
    assert one is not None
    opens: dict[str, Callable[[Stage], Scene]] = {"broken": one.broken, "mended": one.mended, **{each.name: each.open for each in one.variants}}
    with Stage() as stage:
        return observed(opens[variant](stage).arguments)


def shown(opens: Callable[[Stage], Scene]) -> Diagnosis:
    with Stage() as stage:
        return diagnose(observed(opens(stage).arguments))


def altered(observation: Observation, change: Callable[[Attempt], Attempt], *questions: str) -> Observation:
    """Change the attempts with these questions, all of them if none is named."""
    attempts = tuple(change(one) if not questions or one.question.name in questions else one for one in observation.attempts)
    return replace(observation, attempts=attempts)


def answering(status: int, body: bytes) -> Callable[[Attempt], Attempt]:
    """The attempt ends with this HTTP answer in place of what came."""

    def change(one: Attempt) -> Attempt:
        kept = [
            replace(step, ending=Ending(how=How.DONE), alerts=(), closed_by_peer=False) if isinstance(step, Handshake) else step
            for step in one.steps
            if not isinstance(step, Exchange)
        ]
        ending = Ending(how=How.DECLINED, code=status) if status >= 400 else Ending(how=How.DONE)
        words = Exchange(started=1, took=0.1, ending=ending, protocol="https", status=status, body=body, received=len(body))
        return replace(one, steps=(*kept, words))

    return change


def alerting(number: int) -> Callable[[Attempt], Attempt]:
    """The attempt is refused by this alert after the handshake."""

    def change(one: Attempt) -> Attempt:
        kept = [
            replace(step, ending=Ending(how=How.DECLINED, code=number), alerts=(Alert(at=1, sent=False, level=2, description=number),))
            if isinstance(step, Handshake)
            else step
            for step in one.steps
            if not isinstance(step, Exchange)
        ]
        return replace(one, steps=tuple(kept))

    return change


@pytest.fixture(scope="module")
def good() -> Observation:
    return seen("client.untrusted", "mended")


@pytest.fixture(scope="module")
def foreign() -> Observation:
    return seen("client.untrusted")


@pytest.fixture(scope="module")
def expired() -> Observation:
    return seen("client.expired")


def cause(observation: Observation) -> tuple[str, Certainty] | None:
    found = diagnose(observation)
    assert not found.defects
    return (found.cause.code, found.cause.certainty) if found.cause else None


L, P = Certainty.LIKELY, Certainty.PROVEN
BY_ALERT = {
    40: ("client.rejected", "client.untrusted", "client.expired", L, L, L),
    42: ("client.rejected", "client.untrusted", "client.expired", L, L, L),
    43: ("client.rejected", "client.rejected", "client.rejected", L, L, L),
    44: ("client.revoked", "client.revoked", "client.revoked", P, P, P),
    45: ("client.rejected", "client.rejected", "client.expired", L, L, P),
    46: ("client.rejected", "client.untrusted", "client.expired", L, L, L),
    48: ("client.untrusted", "client.untrusted", "client.untrusted", L, P, L),
    49: ("client.rejected", "client.untrusted", "client.expired", L, L, L),
    51: ("client.rejected", "client.rejected", "client.rejected", L, L, L),
    80: ("client.rejected", "client.rejected", "client.rejected", L, L, L),
}


@pytest.mark.parametrize("number", BY_ALERT)
def test_what_each_alert_means(number: int, good: Observation, foreign: Observation, expired: Observation) -> None:
    row = BY_ALERT[number]
    for at, one in enumerate((good, foreign, expired)):
        assert cause(altered(one, alerting(number), "ordinary")) == (row[at], row[at + 3]), (number, at)


def test_no_alert_makes_a_defect_or_calls_a_good_one_expired(good: Observation) -> None:
    for number in ALERTS:
        found = diagnose(altered(good, alerting(number), "ordinary"))
        assert not found.defects
        codes = {one.code for one in found.findings if one.effect is Effect.BREAKS}
        assert not codes & {"client.expired", "client.not-yet-valid", "client.eku", "client.weak", "client.required"}, number


PAGES = {
    b"<h1>400 Bad Request</h1> The SSL certificate error": (400, "client.rejected"),
}
IIS = {
    b"HTTP Error 403.16 - Forbidden": ("client.untrusted", ("client.untrusted", L)),
    b"HTTP Error 403.17 - Forbidden": ("client.rejected", ("client.expired", P)),
    b"HTTP Error 403.13 - Forbidden": ("client.revoked", ("client.revoked", L)),
}


@pytest.mark.parametrize("body", PAGES)
def test_pages_of_servers(body: bytes, good: Observation, expired: Observation) -> None:
    status, code = PAGES[body]
    assert cause(altered(good, answering(status, body), "ordinary")) == (code, L)
    assert cause(altered(expired, answering(status, body), "ordinary")) == ("client.expired", L)


@pytest.mark.parametrize("body", IIS)
def test_pages_of_iis_name_the_reason(body: bytes, good: Observation, expired: Observation) -> None:
    code, of_expired = IIS[body]
    assert cause(altered(good, answering(403, body), "ordinary")) == (code, L)
    assert cause(altered(expired, answering(403, body), "ordinary")) == of_expired


@pytest.mark.parametrize("body", [b"HTTP Error 403.7 - Forbidden", b"Reason: Cannot perform Post-Handshake Authentication.<br />"])
def test_pages_that_miss_a_certificate(body: bytes) -> None:
    without = seen("client.required", "mended")
    assert cause(altered(without, answering(403, body))) == ("client.required", P)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_bare_status_proves_nothing(status: int, good: Observation, foreign: Observation, expired: Observation) -> None:
    """Whoever gets the same answer with and without may be refused for any reason: a risk, and undecided where something stands against the certificate."""
    for one, code in ((good, "client.rejected"), (foreign, "client.untrusted"), (expired, "client.expired")):
        found = diagnose(altered(one, answering(status, b"no")))
        known = status != 400 and one is not good
        assert found.verdict is (Verdict.UNDECIDED if known else Verdict.WORKS)
        sure = (Effect.BREAKS if known else Effect.RISKS, Certainty.POSSIBLE)
        assert [(each.code, each.effect, each.certainty) for each in found.findings] == [(code, *sure)]
        assert found.case.client.accepted is None and found.case.client.required is None


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_status_only_with_the_certificate_is_about_it(status: int, good: Observation) -> None:
    refusing = altered(altered(good, answering(status, b"no"), "ordinary"), answering(200, b"hello"), "without-identity")
    found = diagnose(refusing)
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.rejected", L)
    assert [one.proof.verdict for one in found.prescribed if one.proof] == [Verdict.WORKS]


def test_a_status_of_the_application_behind_an_accepted_certificate_is_no_fault(good: Observation) -> None:
    """The certificate passed; what is behind may not know it, which is a risk and no more."""
    found = diagnose(altered(good, answering(403, b"not you"), "ordinary"))
    assert found.verdict is Verdict.WORKS
    assert [(each.code, each.effect, each.certainty) for each in found.findings] == [("client.rejected", Effect.RISKS, Certainty.POSSIBLE)]
    assert not diagnose(altered(good, answering(400, b"what?"), "ordinary")).findings


@pytest.mark.parametrize("status", [302, 404, 500])
def test_the_same_answer_to_everybody_is_no_acceptance(status: int, good: Observation, foreign: Observation) -> None:
    for one in (good, foreign):
        found = diagnose(altered(one, answering(status, b"")))
        assert found.case.client.accepted is None and found.case.client.required is None
        assert found.verdict is Verdict.WORKS and not [each for each in found.findings if each.code.startswith("client.")]
        lines = dict(compose((found,)).results[0].client)
        assert lines["In short"].endswith(f"is not known: the answer HTTP {status} is the same without it")
    other = diagnose(altered(altered(good, answering(status, b"")), answering(200, b"hello"), "ordinary"))
    assert other.case.client.accepted is True


def test_elsewhere_is_another_answer(good: Observation) -> None:
    """A redirection is told from another by where it leads."""

    def to(place: str) -> Callable[[Attempt], Attempt]:
        def change(one: Attempt) -> Attempt:
            steps = answering(302, b"")(one).steps
            return replace(one, steps=tuple(replace(step, fields=(("location", place),)) if isinstance(step, Exchange) else step for step in steps))

        return change

    assert diagnose(altered(good, to("/login"))).case.client.accepted is None
    found = diagnose(altered(altered(good, to("/login")), to("/home"), "ordinary"))
    assert found.case.client.accepted is True and found.case.client.required is None


def test_who_greets_and_closes_has_not_refused(good: Observation) -> None:
    def greeted(one: Attempt) -> Attempt:
        steps = [replace(step, ending=Ending(how=How.DONE), alerts=(), closed_by_peer=True, spoken=5) for step in one.steps if isinstance(step, Handshake)]
        return replace(one, steps=tuple(steps))

    def hung_up(one: Attempt) -> Attempt:
        return replace(greeted(one), steps=tuple(replace(step, spoken=0) for step in greeted(one).steps if isinstance(step, Handshake)))

    assert refusal(greeted(good.attempts[0])) is None
    found = refusal(hung_up(good.attempts[0]))
    assert found is not None and found.said is Said.CLOSED


def test_an_attempt_that_was_cut_off_says_nothing(good: Observation) -> None:
    for how in (How.TIMED_OUT, How.LOCAL):

        def cut(one: Attempt, how: How = how) -> Attempt:
            steps = [step for step in one.steps if not isinstance(step, Exchange)]
            return replace(one, steps=tuple(replace(step, ending=Ending(how=how)) if isinstance(step, Handshake) else step for step in steps))

        found = diagnose(altered(good, cut))
        assert not [one for one in found.findings if one.code.startswith("client.")]


def test_it_is_judged_for_another_day(good: Observation) -> None:
    """What is accepted today is not for ever: the saved check is judged again for the day after the end."""
    assert good.identity and good.identity.own and good.identity.own.read.not_after
    later = good.identity.own.read.not_after + timedelta(hours=1)
    # The server's certificate ends at about the same time; only the client's own counts here.
    found = diagnose(replace(good, target=replace(good.target, at=later)))
    expired = next(one for one in found.findings if one.code == "client.expired")
    assert (expired.effect, expired.certainty) == (Effect.BREAKS, L) and "at the moment that is judged it would not" in expired.summary


def test_organizations_lean_to_a_missing_intermediate() -> None:
    def opens(organization: str) -> Callable[[Stage], Scene]:
        def scene(stage: Stage) -> Scene:
            root = authority("Class 1 Root", replace(AUTHORITY, organization="Partner AG"))
            middle = root.intermediate("Class 1 Issuing", replace(AUTHORITY, organization=organization))
            return client_shop(stage, wanting(root, word="page"), files(stage, middle.issue(traits=FOR_CLIENTS)))

        return scene

    found = shown(opens("Partner AG"))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.chain-incomplete", L)
    assert "client.untrusted" in dict(found.candidates)
    found = shown(opens("Somebody else"))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("client.untrusted", L)
    assert "client.chain-incomplete" in dict(found.candidates)


def test_who_must_act_depends_on_what_the_server_names(foreign: Observation) -> None:
    named = diagnose(foreign).cause
    unnamed = shown(lambda stage: client_shop(stage, wanting(), files(stage, partners().direct()))).cause
    assert named and named.owner is Owner.CLIENT
    assert unnamed and unnamed.code == "client.untrusted" and unnamed.owner is None


def test_both_faults_are_named_at_once() -> None:
    def scene(stage: Stage) -> Scene:
        own = authority("Other Client CA").issue(traits=replace(FOR_CLIENTS, extended_key_usage=("server",)))
        return client_shop(stage, wanting(partners().root, word="page"), files(stage, own))

    found = shown(scene)
    assert {one.code for one in found.findings if one.effect is Effect.BREAKS} == {"client.eku", "client.untrusted"}


def test_what_would_be_next_is_a_risk() -> None:
    def scene(stage: Stage) -> Scene:
        other = authority("Other Client CA")
        own = other.issue(traits=replace(FOR_CLIENTS, extended_key_usage=("server",)))
        return client_shop(stage, wanting(partners().root), files(stage, own, other))

    found = shown(scene)
    assert {(one.code, one.effect) for one in found.findings} == {("client.untrusted", Effect.BREAKS), ("client.eku", Effect.RISKS)}
    assert "this would be the next" in next(one.summary for one in found.findings if one.code == "client.eku")


@pytest.mark.parametrize("options", [("--as", "java"), ()])
def test_java_is_spared_where_it_sends_none_and_none_is_needed(options: tuple[str, ...]) -> None:
    """A server that merely asks refuses what it does not trust; Java does not send that, and gets on."""

    def scene(stage: Stage) -> Scene:
        wants = wanting(partners().root, client="optional", word="page")
        return client_shop(stage, wants, (*files(stage, authority("Other Client CA").issue(traits=FOR_CLIENTS)), *options))

    found = shown(scene)
    one = next(each for each in found.findings if each.code == "client.untrusted")
    assert found.verdict is (Verdict.WORKS if options else Verdict.FAILS)
    assert one.effect is (Effect.RISKS if options else Effect.BREAKS)
    assert ("Java 17 sends none here" in one.summary) is bool(options)
    line = dict(compose((found,)).results[0].client)["In short"]
    assert ("Java 17 sends none, and gets on without one (sent by the probe it was refused)" in line) is bool(options)


DATES = {"expired": ("client.expired", -90, -3, -30), "future": ("client.not-yet-valid", 3, 90, 30)}


@pytest.mark.parametrize("client", ["required", "optional"])
@pytest.mark.parametrize("when", DATES)
def test_what_is_valid_only_on_the_day_that_is_judged_was_not_tried(when: str, client: str) -> None:
    code, starts, ends, day = DATES[when]

    def scene(stage: Stage) -> Scene:
        made = partners()
        return client_shop(stage, wanting(made.root, client=client), files(stage, made.direct(replace(FOR_CLIENTS, starts=starts, ends=ends))))

    with Stage() as stage:
        seen_today = observed(scene(stage).arguments)
    today = diagnose(seen_today)
    assert today.verdict is Verdict.FAILS and today.cause and (today.cause.code, today.cause.certainty) == (code, L)
    assert "--send-anyway" in today.cause.summary or client == "required"
    there = replace(seen_today, target=replace(seen_today.target, at=seen_today.taken_at + timedelta(days=day)))
    # The server's own certificate is made for today only: what counts is the client's.
    judged = diagnose(there)
    mine = [one for one in judged.findings if one.code.startswith("client.")]
    assert [(one.code, one.effect, one.certainty) for one in mine] == [(code, Effect.BREAKS, Certainty.POSSIBLE)]
    assert "could not be tried" in mine[0].summary and not judged.case.client.sent
    if judged.cause is mine[0]:
        assert judged.verdict is Verdict.UNDECIDED


def test_where_none_is_asked_for_a_certificate_out_of_its_dates_is_a_note() -> None:
    def scene(stage: Stage) -> Scene:
        made = partners()
        return client_shop(stage, wanting(client="none"), files(stage, made.direct(replace(FOR_CLIENTS, starts=-90, ends=-3))))

    found = shown(scene)
    assert found.verdict is Verdict.WORKS
    assert [(one.code, one.effect) for one in found.findings] == [("client.expired", Effect.NOTE)]


@pytest.mark.parametrize(("word", "expected"), [("alert", True), ("page", None)])
def test_without_a_question_only_who_refuses_in_tls_is_known_to_accept(word: str, expected: bool | None) -> None:
    def scene(stage: Stage) -> Scene:
        made = partners()
        return client_shop(stage, wanting(made.root, word=word), (*files(stage, made.direct()), "--no-app"))

    found = shown(scene)
    assert found.verdict is Verdict.WORKS
    assert found.case.client.accepted is expected and found.case.client.required is expected
    lines = dict(compose((found,)).results[0].client)
    assert ("nothing was asked after the handshake" in lines["In short"]) is (expected is None)
    assert ("nothing was asked after the handshake" in lines["Required"]) is (expected is None)
