"""What strict verifiers are said to refuse, against OpenSSL told to be strict: every situation, many by chance, and the words for each breach."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from probe.case.path import StackVerdict
from probe.case.strict import Breach, breaches
from tests.peers import openssl
from tests.peers.chance import by_chance
from tests.peers.pki import ca, leaf
from tests.peers.prediction import predict, stack
from tests.peers.situations import Situation, situations


def of_our_own() -> list[Situation]:
    """Breaches that the common situations have not."""
    found: list[Situation] = []
    breaches_of: dict[str, dict[str, Any]] = {"no-usage": {"usage": ()}, "no-ids": {"identifiers": False}}
    for label, knobs in breaches_of.items():
        root = ca(f"Root {label}", **knobs)
        middle = ca(f"Issuing {label}", root, **knobs)
        found += [Situation(name=f"strict-{label}", presented=(leaf(middle), middle), anchors=(root,))]
        sound = ca(f"Sound {label}")
        lower = ca(f"Lower {label}", sound, **knobs)
        found += [Situation(name=f"strict-{label}-below", presented=(leaf(lower), lower), anchors=(sound,))]
        found += [Situation(name=f"strict-{label}-partial", presented=(leaf(lower), lower), anchors=(lower,))]
    return found


@cache
def accepted() -> tuple[tuple[Situation, StackVerdict], ...]:
    judged = ((one, predict(stack("openssl"), one)) for one in (*situations(), *by_chance(5, 120), *of_our_own()))
    return tuple((one, verdict) for one, verdict in judged if verdict.accepts and verdict.path)


def found_in(verdict: StackVerdict) -> tuple[Breach, ...]:
    assert verdict.path
    return breaches(verdict.path)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, openssl.Answer]:
    folder: Path = tmp_path_factory.mktemp("strict")
    asked = [one for one, _ in accepted()]
    with ThreadPoolExecutor(max_workers=4) as pool:
        told = pool.map(lambda one: openssl.verify(folder, one, "-x509_strict", "-partial_chain"), asked)
        return dict(zip((one.name for one in asked), told, strict=True))


def test_openssl_told_to_be_strict_refuses_exactly_these(answers: dict[str, openssl.Answer]) -> None:
    wrong = {
        one.name: (answers[one.name].text, [breach.words for breach in found_in(verdict)])
        for one, verdict in accepted()
        if answers[one.name].accepts is bool(found_in(verdict))
    }
    assert wrong == {}
    assert sum(1 for one in answers.values() if not one.accepts) >= 10
    assert sum(1 for one in answers.values() if one.accepts) >= 50


def test_its_words_are_among_those_that_are_told(answers: dict[str, openssl.Answer]) -> None:
    for one, verdict in accepted():
        answer = answers[one.name]
        if not answer.accepts:
            told = [(breach.at, breach.words.lower()) for breach in found_in(verdict)]
            assert (answer.depth, answer.text.lower()) in told, (one.name, answer, told)
