"""What the probe predicts for a situation."""

from datetime import datetime

from probe.case.build import build
from probe.case.checks import examine_all
from probe.case.names import compare
from probe.case.path import StackVerdict
from probe.case.stacks import ask
from probe.stacks import Stack, load_all
from tests.peers.pki import NOW
from tests.peers.situations import Situation


def stack(name: str) -> Stack:
    """The stack of this name."""
    return next(one for one in load_all() if one.name == name)


def predict(one: Stack, situation: Situation, at: datetime = NOW) -> StackVerdict:
    """Ask the model of a stack about a situation."""
    presented = tuple(made.certificate for made in situation.presented)
    anchors = tuple(made.certificate for made in situation.anchors)
    paths = examine_all(build(presented, anchors, ()), at, situation.key_exchange)
    name = compare(situation.host, presented[0])
    return ask(
        one,
        presented=presented,
        anchors=anchors,
        fetched=(),
        paths=paths,
        name=name,
        at=at,
        store_size=len(anchors),
        key_exchange=situation.key_exchange,
    )


def alert_in(verdict: StackVerdict) -> str:
    """The alert that the verdict says is sent."""
    return verdict.note.rpartition("TLS alert ")[2].removesuffix(".")
