"""The forecast in one line: until when it works, and what will stop which client then."""

from datetime import UTC, datetime

from probe.case.case import Case, cases
from probe.case.forecast import End, ends
from probe.case.path import StackVerdict, Why
from probe.causes.objected import which
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis
from probe.report.certificates import WORDS
from probe.report.words import short

NEVER = datetime.max.replace(tzinfo=UTC)


def forecast(found: Diagnosis) -> str:
    """Say until when what works now will work, over all addresses; "" when nothing works, or when no end is in sight."""
    if found.verdict not in (Verdict.WORKS, Verdict.DEPENDS):
        return ""
    chains: dict[object, tuple[Case, tuple[End, ...]]] = {}
    for case in (again for one in cases(found.case.observation) for again in one.tries):
        if case.established and case.presented not in chains:
            chains[case.presented] = (case, ends(case))
    lasting = [(min((one.at for one in each if one.at), default=None), case, each) for case, each in chains.values() if each]
    known = [one for one in lasting if one[0] is not None]
    if not known:
        return ""
    # The sort is stable: of addresses that end together the first one speaks.
    _, case, each = min(known, key=lambda one: one[0] or NEVER)
    where = f" at {case.address}" if len(lasting) > 1 else ""
    all_of_them = len(each) == len(case.verdicts)
    return _sentence(each, where if all_of_them else f"{where} for {_names(list(each))}")


def _sentence(each: tuple[End, ...], where: str) -> str:
    groups: dict[tuple[datetime, str], list[End]] = {}
    for one in sorted((one for one in each if one.at and one.then), key=lambda one: one.at or NEVER):
        if one.at and one.then:
            groups.setdefault((one.at, _reason(one.then)), []).append(one)
    endless = [one for one in each if one.at is None]
    parts = []
    for place, ((at, reason), those) in enumerate(groups.items()):
        verb = "fails" if len(those) == 1 else "fail"
        if place == 0:
            parts.append(f"Works{where} until {_time(at)}, then {_names(those)} {verb} because {reason}")
        else:
            parts.append(f"{_names(those)} {'goes' if len(those) == 1 else 'go'} on until {_time(at)}, then {verb} because {reason}")
    if endless:
        parts.append(f"for {_names(endless)} no end is in sight")
    return "; ".join(parts) + "."


def _names(those: list[End]) -> str:
    return " and ".join(short(one.title) for one in those)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _reason(then: StackVerdict) -> str:
    """What the stack will object to, as a clause."""
    if not then.objections or then.path is None:
        return "the name no longer fits" if then.name_refused else "it finds no path to a trusted certificate"
    one = next((one for one in then.objections if one.why is Why.EXPIRED), then.objections[0])
    what = which(then.path, one.at)
    what = what[:1].lower() + what[1:]
    return f"{what} ends" if one.why is Why.EXPIRED else f"of {what}: {WORDS[one.why]}"
