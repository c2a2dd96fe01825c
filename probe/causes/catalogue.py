"""The catalogue: finds every cause by its path, asks it, and fences one that crashes."""

import inspect
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from probe.case.case import Case
from probe.causes.shown import Shown
from probe.causes.words import Cause, Finding, NotObserved
from probe.facts.noun import noun

STAGES = ("dns", "tcp", "proxy", "starttls", "tls", "trust", "chain", "name", "environment", "client", "app", "endpoint", "clock", "file")
"""The stages of a connection, earliest first; trust and chain are one stage, endpoint and clock stand beside the stages, and file is asked of files alone."""
FILE = "file"

Answer = Finding | NotObserved | None


@noun
class Entry:
    """One cause of the catalogue. ``summary`` is the first line of its docstring, ``page`` the rest; ``shown`` is its ``SHOWN_BY``."""

    code: str
    stage: str
    summary: str
    page: str
    cause: Cause
    judge: Callable[[Case], Answer]
    needs: Callable[[Case], str | None]
    shown: Shown | Callable[[Case, Finding], Shown] | None = None


@noun
class Answers:
    """What all causes said of one case. ``defects`` are (code, kind of error) of causes that crashed."""

    findings: tuple[Finding, ...] = ()
    not_observed: tuple[NotObserved, ...] = ()
    defects: tuple[tuple[str, str], ...] = ()


def entries() -> tuple[Entry, ...]:
    """Every cause, by stage and then by name."""
    return (*_of(STAGES[:-1]), *_of((FILE,)))


def asked_of(case: Case) -> tuple[Entry, ...]:
    """The causes that are asked about a case: those of files about inspected files, all others about a connection.

    A stage may say which of its causes can find nothing here (``silent``); they are not even loaded, which saves a tenth of a healthy check's time.
    """
    if case.observation.files:
        return _of((FILE,))
    found: list[Entry] = []
    for stage in STAGES[:-1]:
        package = import_module(f"probe.causes.{stage}")
        silent: Callable[[Case], Collection[str]] = getattr(package, "silent", lambda _case: ())
        try:
            spared = () if package.needs(case) else silent(case)
        except Exception:  # the causes themselves are fenced: they tell what is wrong
            spared = ()
        found += [_entry(stage, name) for name in _names(stage) if name not in spared]
    return tuple(found)


@cache
def _of(stages: tuple[str, ...]) -> tuple[Entry, ...]:
    return tuple(_entry(stage, name) for stage in stages for name in _names(stage))


@cache
def _names(stage: str) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in iter_modules(import_module(f"probe.causes.{stage}").__path__)))


@cache
def _entry(stage: str, name: str) -> Entry:
    module = import_module(f"probe.causes.{stage}.{name}")
    summary, _, page = inspect.cleandoc(module.__doc__ or "").partition("\n")
    return Entry(
        code=f"{stage}.{name.replace('_', '-')}",
        stage=stage,
        summary=summary.strip(),
        page=page.strip(),
        cause=module.CAUSE,
        judge=module.judge,
        # What rests on other facts than the rest of its stage says for itself what it needs.
        needs=getattr(module, "needs", None) or import_module(f"probe.causes.{stage}").needs,
        shown=getattr(module, "SHOWN_BY", None),
    )


@cache
def entry(code: str) -> Entry | None:
    """The cause of this code."""
    stage, _, name = code.partition(".")
    plain = name.replace("-", "_")
    return _entry(stage, plain) if stage in STAGES and plain in _names(stage) and "_" not in name else None


def ask_all(case: Case, asked: tuple[Entry, ...] | None = None) -> Answers:
    """Ask every cause about one case. A cause that raises is a defect of the probe: it is named, and the others still answer."""
    findings: list[Finding] = []
    missing: list[NotObserved] = []
    defects: list[tuple[str, str]] = []
    for one in asked_of(case) if asked is None else asked:
        try:
            if why := one.needs(case):
                missing.append(NotObserved(code=one.code, why=why))
                continue
            answer = one.judge(case)
        except Exception as error:  # the fence: one broken rule must not cost the user the other forty
            defects.append((one.code, type(error).__name__))
            continue
        if isinstance(answer, Finding):
            findings.append(replace(answer, code=one.code))
        elif isinstance(answer, NotObserved):
            missing.append(replace(answer, code=one.code))
    return Answers(findings=tuple(findings), not_observed=tuple(missing), defects=tuple(defects))
