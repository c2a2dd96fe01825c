"""The list before going live as JUnit XML for pipelines: a suite an endpoint, a case an item.

A required item that failed is a failure, one that could not be done an error. What is not required, and did not pass, is skipped; what wants a look passes
and says so.
"""

from probe.render.junit import attribute, xml_text
from probe.render.words import CERTAINTIES
from probe.report.checklist import Checklist, Group, Item, Outcome


def render(found: Checklist) -> str:
    """Write the document, UTF-8. The same list gives the same bytes; the names of suites and cases do not change from run to run."""
    suites = [_suite(one, found) for one in found.groups]
    counts = tuple(sum(one[place] for _, one in suites) for place in range(4))
    body = "".join(text for text, _ in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={attribute(found.title)}{_counted(counts)}>\n{body}</testsuites>\n'


def _suite(group: Group, found: Checklist) -> tuple[str, tuple[int, ...]]:
    kinds = [_kind(one) for one in group.items]
    counts = (len(kinds), kinds.count("failure"), kinds.count("error"), kinds.count("skipped"))
    when = found.began.strftime("%Y-%m-%dT%H:%M:%S")
    head = f' <testsuite name={attribute(group.name)} timestamp="{when}" time="0"{_counted(counts)}>\n'
    said = [found.sentence, f"Target: {group.target}", *(f"{label}: {value}" for label, value in group.circumstances), f"Alone: {group.repeat}"]
    cases = "".join(_case(one, kind, group) for one, kind in zip(group.items, kinds, strict=True))
    return f"{head}{cases}  <system-out>{xml_text(said)}</system-out>\n </testsuite>\n", counts


def _kind(item: Item) -> str:
    if item.outcome in (Outcome.PASS, Outcome.WARN):
        return ""
    if not item.required:
        return "skipped"
    return "failure" if item.outcome is Outcome.FAIL else "error"


def _case(item: Item, kind: str, group: Group) -> str:
    name = f"{item.id} {item.about}".rstrip()
    head = f'  <testcase name={attribute(name)} classname={attribute(group.name)} time="0"'
    lines = [f"{item.title}: {item.says}", *(f"{one.code} ({CERTAINTIES[one.certainty]}; who must act: {one.owner_text})" for one in item.faults)]
    lines += [f"  {one.says}" for one in item.evidence]
    if kind == "skipped":
        return f"{head}><skipped message={attribute(item.says)}/></testcase>\n"
    if kind:
        return f"{head}><{kind} type={attribute(item.code or item.outcome.value)} message={attribute(item.says)}>{xml_text(lines)}</{kind}></testcase>\n"
    return f"{head}><system-out>{xml_text(lines)}</system-out></testcase>\n" if item.outcome is Outcome.WARN else f"{head}/>\n"


def _counted(counts: tuple[int, ...]) -> str:
    return "".join(f' {name}="{count}"' for name, count in zip(("tests", "failures", "errors", "skipped"), counts, strict=True))
