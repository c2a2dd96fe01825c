"""The forecast in one line: until when it works, and what will stop which client then."""

from datetime import UTC, datetime, timedelta

from probe.case.case import Case, cases
from probe.case.forecast import End, ends
from probe.case.path import StackVerdict, Why
from probe.causes.objected import which
from probe.causes.words import Verdict
from probe.diagnose import Diagnosis
from probe.facts.certificate import is_self_issued, title
from probe.report.certificates import WORDS
from probe.report.words import short

NEVER = datetime.max.replace(tzinfo=UTC)
TOGETHER = timedelta(minutes=1)
"""Ends that are no farther apart are one moment for a reader: certificates that were made in one go."""


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
    client = _client(found.case)
    if not known:
        return client
    # The sort is stable: of addresses that end together the first one speaks.
    _, case, each = min(known, key=lambda one: one[0] or NEVER)
    where = f" at {case.address}" if len(lasting) > 1 else ""
    all_of_them = len(each) == len(case.verdicts)
    return " ".join(filter(None, (_sentence(each, where if all_of_them else f"{where} for {_names(list(each))}"), client)))


def _client(case: Case) -> str:
    """When the client certificate ends that the server accepts and insists on; it judges by its own rules, so that more is not known."""
    seen = case.client
    ends_at = [(one.read.not_after, one) for one in seen.climb.sent if one.read.not_after and not is_self_issued(one)]
    if not seen.accepted or seen.required is False or not ends_at:
        return ""
    end, one = min(ends_at, key=lambda pair: pair[0])
    what = "The client certificate" if one == seen.climb.sent[0] else "The intermediate sent with the client certificate,"
    return f'{what} "{title(one)}" ends on {_time(end)}; after that the server is likely to refuse it.' if end > case.at else ""


def _sentence(each: tuple[End, ...], where: str) -> str:
    moments: list[tuple[datetime, dict[str, list[End]]]] = []
    for one in sorted((one for one in each if one.at and one.then), key=lambda one: one.at or NEVER):
        if one.at and one.then:
            if not moments or one.at - moments[-1][0] > TOGETHER:
                moments.append((one.at, {}))
            moments[-1][1].setdefault(_reason(one.then), []).append(one)
    endless = [one for one in each if one.at is None]
    parts = []
    for place, (at, reasons) in enumerate(moments):
        first, *others = reasons.items()
        why = "".join(f", and {_names(those)} because {reason}" for reason, those in others)
        verb = "fails" if len(first[1]) == 1 else "fail"
        if place == 0:
            parts.append(f"Works{where} until {_time(at)}, then {_names(first[1])} {verb} because {first[0]}{why}")
        elif others:
            parts.append(f"the others go on until {_time(at)}, then {_names(first[1])} {verb} because {first[0]}{why}")
        else:
            parts.append(f"{_names(first[1])} {'goes' if len(first[1]) == 1 else 'go'} on until {_time(at)}, then {verb} because {first[0]}")
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
