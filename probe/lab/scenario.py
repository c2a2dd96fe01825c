"""Scenarios: found by where they lie, so that a new one is one new file."""

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType

from probe.facts.noun import noun
from probe.lab import scenarios
from probe.lab.scene import Scene
from probe.lab.stage import Stage

Opens = Callable[[Stage], Scene]


@noun
class Variant:
    """Another way in which the same cause shows: its name within the scenario, what is wrong in one sentence, and what opens it."""

    name: str
    title: str
    open: Opens


@noun
class Scenario:
    """One cause as an endpoint. ``code`` is the cause's, ``title`` says in one sentence what is wrong; ``broken`` shows it, ``mended`` works."""

    code: str
    title: str
    broken: Opens
    mended: Opens
    broken_title: str
    mended_title: str
    variants: tuple[Variant, ...] = ()


def codes() -> tuple[str, ...]:
    """Give the codes that have a scenario, sorted. Loads none of them."""
    stages = (one.name for one in pkgutil.iter_modules(scenarios.__path__) if one.ispkg)
    return tuple(sorted(f"{stage}.{one.name.replace('_', '-')}" for stage in stages for one in pkgutil.iter_modules([f"{scenarios.__path__[0]}/{stage}"])))


def scenario(code: str) -> Scenario | None:
    """Give the scenario of this code, ``None`` when there is none."""
    return _scenario(code) if code in codes() else None


def all_scenarios() -> tuple[Scenario, ...]:
    """Load all scenarios, sorted by code."""
    return tuple(_scenario(code) for code in codes())


def _scenario(code: str) -> Scenario:
    module = importlib.import_module(f"{scenarios.__name__}.{code.replace('-', '_')}")
    found: dict[str, Opens] = getattr(module, "variants", {})
    return Scenario(
        code=code,
        title=first_line(module),
        broken=module.broken,
        mended=module.mended,
        broken_title=first_line(module.broken),
        mended_title=first_line(module.mended),
        variants=tuple(Variant(name=name, title=first_line(opens), open=opens) for name, opens in found.items()),
    )


def first_line(documented: ModuleType | Opens) -> str:
    """Give the first line of a docstring."""
    return (documented.__doc__ or "").strip().split("\n", 1)[0]
