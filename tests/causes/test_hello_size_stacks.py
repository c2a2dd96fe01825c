"""Only a small ClientHello gets through: what that means for each client stack, and for everything that stands behind the box."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from probe.case import case as case_module
from probe.causes.words import Effect, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.observation import Observation
from probe.lab.dns_server import Record, Zone
from probe.lab.listener import Listener
from probe.lab.pki import Issued
from probe.lab.relay import size_limit
from probe.lab.shop import HOST, Hierarchy, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render import FORMATS
from probe.report.compose import compose, exit_code
from probe.stacks import Stack, load_all

CODE = "tls.hello-size"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy()


@pytest.fixture(scope="module")
def seen(made: Hierarchy) -> Observation:
    """The box resets a large ClientHello; behind it everything is right."""
    with Stage() as opened:
        return observed(behind(opened, made, made.root))


def behind(stage: Stage, made: Hierarchy, *trusted: Issued, options: tuple[str, ...] = (), client: str = "none") -> tuple[str, ...]:
    """The arguments for an endpoint behind the box."""
    port = stage.raw(size_limit(stage.tls(Serving(credentials=(made.whole,), client=client)), reset=True))
    return reach(port, stage.trust_file(*trusted), *options)


def judged_as(stack: str, seen: Observation) -> Diagnosis:
    return diagnose(replace(seen, target=replace(seen.target, stack=stack)))


def effects(found: Diagnosis) -> list[tuple[str, str]]:
    return [(one.code, one.effect.value) for one in found.findings if one.effect is not Effect.NOTE]


def answers(found: Diagnosis) -> dict[str, bool | None]:
    return {one.stack: one.accepts for one in found.stacks}


def test_it_depends_on_how_large_the_clients_hello_is(seen: Observation) -> None:
    found = diagnose(seen)
    assert found.verdict is Verdict.DEPENDS and effects(found) == [(CODE, "breaks")]
    assert answers(found) == {"java": True, "openssl": True, "current-clients": False}
    report = compose((found,))
    assert exit_code(report) == 1
    assert "Java up to 26 and OpenSSL before 3.5 accept it, current clients (browsers, Go 1.24, Java 27, OpenSSL 3.5 and newer) get no answer." in (
        report.results[0].sentence
    )
    for name, render in FORMATS.items():
        text = " ".join(render(report).split())
        assert "OpenSSL before 3.5" in text and ("gets no answer" in text or name == "json"), name
    assert report.results[0].forecast.startswith("Works until")


@pytest.mark.parametrize("stack", ["java", "openssl"])
def test_for_a_client_with_a_small_hello_it_works_and_is_a_risk(stack: str, seen: Observation) -> None:
    found = judged_as(stack, seen)
    assert found.verdict is Verdict.WORKS and effects(found) == [(CODE, "risks")]
    assert answers(found) == {stack: True}
    report = compose((found,))
    assert (exit_code(report), exit_code(report, strict=True)) == (0, 1)
    risk = found.findings[0]
    assert "OpenSSL 3.5 and newer" in risk.summary and "Java 27" in risk.summary
    assert [one.action for one in report.results[0].remedies] == ["let-large-hello-pass"]
    # The first words after the handshake belong to what was judged.
    assert "HTTP 200" in report.results[0].sentence
    assert "the first one, of " in dict(report.results[0].handshake)["ClientHello"]


def test_with_a_chain_that_nobody_accepts_both_are_named(stage: Stage) -> None:
    expired = hierarchy(leaf=Traits(starts=-60, ends=-1))
    seen = observed(behind(stage, expired, expired.root))
    found = diagnose(seen)
    assert found.verdict is Verdict.FAILS
    (first, second) = effects(found)
    assert first == (CODE, "breaks") and second[0].startswith("chain.") and second[1] == "breaks"
    assert answers(found) == {"java": False, "openssl": False, "current-clients": False}
    proofs = [(one.finding.code, one.proof) for one in found.prescribed if one.proof]
    assert proofs[0][0] == CODE and proofs[0][1].next_code == second[0]
    java = judged_as("java", seen)
    assert java.verdict is Verdict.FAILS and effects(java) == [second, (CODE, "risks")]
    assert java.cause and java.cause.code == second[0]
    assert next(one.proof for one in java.prescribed if one.proof).verdict is Verdict.WORKS


def test_what_one_stack_refuses_is_told_beside_the_size(made: Hierarchy, stage: Stage) -> None:
    found = diagnose(observed(behind(stage, made, made.intermediate)))
    assert found.verdict is Verdict.DEPENDS
    assert answers(found) == {"java": True, "openssl": False, "current-clients": False}
    assert effects(found)[0] == (CODE, "breaks") and ("trust.only-intermediate", "breaks") in effects(found)
    sentence = compose((found,)).results[0].sentence
    assert "Java up to 26 accepts it, OpenSSL 3 refuses it, current clients (" in sentence


def test_what_the_service_demands_behind_the_box_is_seen(made: Hierarchy, stage: Stage) -> None:
    found = diagnose(observed(behind(stage, made, made.root, options=("--as", "java"), client="required")))
    assert found.verdict is Verdict.FAILS and found.cause and found.cause.code == "client.required"
    assert (CODE, "risks") in effects(found)


def grown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later release of this stack, whose ClientHello is large."""

    def larger(one: Stack) -> Stack:
        return replace(one, hello=replace(one.hello, post_quantum=True)) if one.name == name else one

    monkeypatch.setattr(case_module, "load_all", lambda: tuple(larger(one) for one in load_all()))


def test_a_named_stack_with_a_large_hello_fails(seen: Observation, monkeypatch: pytest.MonkeyPatch) -> None:
    grown("openssl", monkeypatch)
    found = judged_as("openssl", seen)
    assert found.verdict is Verdict.FAILS and effects(found) == [(CODE, "breaks")]
    assert [one.code for one in found.explained] == ["tls.closed"]
    assert [one.accepts for one in compose((found,)).results[0].stacks] == [None]


def test_of_two_stacks_the_one_with_the_large_hello_gets_no_answer(seen: Observation, monkeypatch: pytest.MonkeyPatch) -> None:
    grown("openssl", monkeypatch)
    found = diagnose(seen)
    assert found.verdict is Verdict.DEPENDS and effects(found) == [(CODE, "breaks")]
    assert found.cause and found.cause.stacks == ("openssl", "current-clients")
    assert answers(found) == {"java": True, "openssl": False, "current-clients": False}
    assert "Java up to 26 accepts it, OpenSSL 3 and current clients (" in compose((found,)).results[0].sentence


def at_addresses(stage: Stage, made: Hierarchy, *boxed: bool, options: tuple[str, ...] = ()) -> Observation:
    """One name with several addresses, of which some stand behind the box."""
    behind = stage.tls(Serving(credentials=(made.whole,)))
    places = [f"127.0.0.{number}" for number in range(1, len(boxed) + 1)]
    talks = [size_limit(behind, reset=True, limit=1400 if one else 16000) for one in boxed]
    port = stage.same_port([partial(_listen, talk, place) for talk, place in zip(talks, places, strict=True)])
    where = stage.dns(Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in places)))
    return observed((f"https://{HOST}:{port}", "--resolver", where, "--trust", stage.trust_file(made.root), *options))


def _listen(talk: object, place: str, port: int) -> Listener:
    return Listener(talk, place, port)  # type: ignore[arg-type]  # a Talk, as size_limit gives it


@pytest.mark.parametrize("options", [(), ("--as", "java"), ("--repeat", "3"), ("--as", "java", "--repeat", "2")], ids=" ".join)
def test_behind_every_address_the_same_box(options: tuple[str, ...], made: Hierarchy, stage: Stage) -> None:
    seen = at_addresses(stage, made, True, True, True, True, options=options)
    asked = {place: {one.question.name for one in seen.attempts if one.address == place} for place in dict.fromkeys(one.address for one in seen.attempts)}
    assert len(asked) == 4 and all("small-hello" in names for names in asked.values())
    assert sum(1 for one in seen.attempts if one.question.name == "legacy") == 2
    found = diagnose(seen)
    java = "java" in options
    assert (found.verdict, effects(found)) == ((Verdict.WORKS, [(CODE, "risks")]) if java else (Verdict.DEPENDS, [(CODE, "breaks")]))
    assert "Seen only at" not in compose((found,)).results[0].findings[0].summary
    proofs = [one.proof.verdict for one in found.prescribed if one.proof]
    assert proofs == ([] if java else [Verdict.WORKS])


@pytest.mark.parametrize("boxed", [(True, False), (False, True)])
def test_the_box_stands_before_one_of_two_addresses(boxed: tuple[bool, ...], made: Hierarchy, stage: Stage) -> None:
    seen = at_addresses(stage, made, *boxed)
    found = diagnose(seen)
    assert found.verdict is Verdict.DEPENDS and effects(found) == [(CODE, "breaks")]
    place = f"127.0.0.{boxed.index(True) + 1}"
    result = compose((found,)).results[0]
    assert result.cause and result.cause.summary.endswith(f" Seen only at {place}.")
    assert any(place in text for _, text in result.messages)
    assert judged_as("java", seen).verdict is Verdict.WORKS
