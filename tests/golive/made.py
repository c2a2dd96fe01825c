"""Lists made by hand, for what no endpoint can be made to show, and hostile ones."""

from datetime import UTC, datetime, timedelta

from probe.causes.words import Certainty, Evidence, Owner
from probe.report.checklist import Checklist, Fault, Group, Item, Outcome

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTILE = "<script>document.title='PWNED'</script>\u202e\x1b[31m]]>&\"'\n" + "x" * 300


def entry(outcome: Outcome, *, required: bool = True, defect: bool = False, text: str = "It was looked at.") -> Item:
    """One item."""
    fault = Fault(code="chain.expired", title=text, certainty=Certainty.LIKELY, owner=Owner.SERVER, owner_text=text, summary=text)
    return Item(
        id="chain",
        title=text,
        about=text if text.startswith("<") else "",
        required=required,
        outcome=outcome,
        says=text,
        evidence=(Evidence(says=text, at="/results/0/observation"),),
        faults=(fault,) if outcome is Outcome.FAIL else (),
        defect=defect,
    )


def checklist(*items: Item, text: str = "List") -> Checklist:
    """A list of one endpoint."""
    group = Group(name=text, direction="in", target=text, items=items, circumstances=((text, text),), repeat=text)
    return Checklist(
        title=text,
        source=text,
        began=NOW,
        begin=NOW,
        end=NOW,
        until=NOW + timedelta(days=30),
        groups=(group,) if items else (),
        sentence=text,
        ready=False,
        remarks=(text,),
        checked_by=(text,),
        made_by="probe 0",
    )
