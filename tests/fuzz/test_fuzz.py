"""A short pass over everything that is fuzzed, with the same inputs each time, in a process with bounded memory."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from probe.facts import codec
from probe.facts.codec import Unreadable
from probe.facts.observation import Observation
from probe.lab.reproduce import reproduce
from probe.lab.stage import Stage
from tests.fuzz.saved import altered
from tests.fuzz.seeded import Found, fuzz
from tests.fuzz.targets import Fuzzed, every
from tests.tree import ROOT

TARGETS = every()
SECONDS = "1.0"


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_a_target_stands_what_is_mutated_in_a_moment(target: Fuzzed) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.fuzz", "--one", target.name, SECONDS]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "FUZZ_SEED": "5280"}, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[1]) > 30, done.stdout


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_the_seeds_are_many_or_varied_and_short_enough(target: Fuzzed) -> None:
    seeds = target.seeds()
    assert len(set(seeds)) >= 3
    assert min(map(len, seeds)) <= target.longest


def test_a_finding_is_noticed_and_kept(tmp_path: Path) -> None:
    def run(data: bytes) -> None:
        if b"\xff" in data:
            raise ZeroDivisionError("as planned")

    runs, found = fuzz(Fuzzed(name="planned", run=run, seeds=lambda: [b"seed"]), 1, lambda runs: runs < 10_000)
    assert isinstance(found, Found) and runs > 1
    assert found.what == "ZeroDivisionError: as planned"
    assert found.keep(tmp_path / "found").read_bytes() == found.data


def test_altered_observations_are_copied_or_refused_and_nothing_else() -> None:
    chance = random.Random(77)
    served = 0
    for _ in range(100):
        words = bytes([chance.randrange(11)]) + chance.randbytes(4 * chance.randint(1, 4))
        try:
            observation = codec.load(Observation, altered(words))
        except Unreadable:
            continue
        with Stage() as stage:
            copy = reproduce(stage, observation)
            assert copy.arguments
            served += 1
    assert served > 30
