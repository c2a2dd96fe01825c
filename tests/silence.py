"""A cause that is not asked because its stage calls it silent would have found nothing. Asserted at every laboratory endpoint and every healthy variant."""

from probe.case.case import cases
from probe.causes.catalogue import ask_all, asked_of, entries
from probe.facts.observation import Observation


def assert_nothing_missed(seen: Observation) -> None:
    """Ask the causes that were left out too."""
    for case in cases(seen):
        asked = asked_of(case)
        left_out = tuple(one for one in entries() if one not in asked and (one.stage == "file") == bool(seen.files))
        answers = ask_all(case, left_out)
        assert not (answers.findings or answers.not_observed or answers.defects), (answers, [one.code for one in left_out])
