"""Comparisons without the names in them: the same pseudonyms on both sides; what was seen is left out."""

from dataclasses import replace

from probe.report.comparison import Comparison
from probe.report.redact import Words
from probe.report.sides import Side


def redact(found: tuple[Comparison, ...], sources: tuple[str, ...] = ()) -> tuple[Comparison, ...]:
    """The comparisons under pseudonyms. ``sources`` are the files that the user named."""
    plain = tuple(replace(one, left=_bare(one.left), right=_bare(one.right)) for one in found)
    seen = {id(side.observation): side.observation for one in found for side in (one.left, one.right) if side.observation}
    words = Words(plain, tuple(seen.values()), files=sources)
    return tuple(words.walk(one) for one in plain)


def _bare(side: Side) -> Side:
    """What a reader sees of a side, without the certificates and what was seen."""
    return replace(side, chain=(), held=(), root=None, observation=None)
