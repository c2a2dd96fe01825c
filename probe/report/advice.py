"""Advice: which certificate a client has to install, before any format. A renderer gets an AdviceReport and nothing else; all strings are raw."""

from datetime import datetime

from probe.causes.words import Verdict
from probe.facts.noun import noun
from probe.facts.observation import Observation
from probe.facts.program import Program
from probe.report import CertificateText

Remark = tuple[str, str]
"""A tone (good, warn, bad) and one or two sentences."""


@noun
class StackSays:
    """What one client stack makes of the chain when its trust store holds the choice and nothing else.

    ``trusts``: it has nothing against the chain. ``name_refused``: it refuses the name, which no trust store mends. ``says`` are its own words when it refuses,
    ``why`` the reason in a sentence. ``verified`` is false where this was never compared with the real program.
    """

    stack: str
    title: str
    trusts: bool
    name_refused: bool = False
    says: str = ""
    why: str = ""
    verified: bool = True


@noun
class Installed:
    """One certificate of a choice: its number among the certificates, where it is known from, and how to verify it before it is trusted ("": it is known).

    ``files`` are the names under which it is written. ``remarks`` are about its dates and what it is.
    """

    number: int
    origin: str
    verify: str = ""
    files: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


@noun
class ChoiceText:
    """One choice. ``kind`` is a word of ``probe.case.choices.Kind``, ``heading`` the same for people; ``best``: it is the one to take.

    ``proof`` is the sentence that says what judging again gave.
    """

    kind: str
    heading: str
    best: bool
    certificates: tuple[Installed, ...]
    stacks: tuple[StackSays, ...]
    proof: str
    remarks: tuple[Remark, ...] = ()


@noun
class PlatformText:
    """How one platform does it: (what to do, commands) one after the other. ``refuses`` is "" when it takes the best choice."""

    platform: str
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    refuses: str = ""


@noun
class Missing:
    """An issuer that is nowhere: (label, value) lines that help to find it, and what became of the URLs that should lead to it."""

    title: str
    lines: tuple[tuple[str, str], ...]


@noun
class StepText:
    """One step of the exchange of a partner's certificate: what must hold before it is done, and after. Tones here also: open (not known), do (to be done)."""

    title: str
    before: tuple[Remark, ...] = ()
    after: tuple[Remark, ...] = ()


@noun
class Advice:
    """For one endpoint or file.

    ``verdict``: works when a choice exists with which every client stack accepts chain and name, depends when it is good for some of them only, fails when
    there is none, undecided when that was not found out. ``sentence`` is the answer. ``before`` is what must be done first ("": nothing).
    ``now`` is about the stores in use, ``remarks`` about everything that no trust store mends. ``question`` goes to whoever runs the authority, ``ticket`` is
    (recipient, text) for whoever installs. ``fingerprints`` are lines to compare. ``repeat`` is the command that asks again.
    ``unknown_host``: no such name exists, as after a typing error. ``steps`` are those of the exchange of a partner's certificate, when that is what was asked
    about; ``answer`` is then its answer in a word or two in place of the usual one.
    """

    target: str
    verdict: Verdict
    sentence: str
    taken_at: datetime
    judged_at: datetime
    choices: tuple[ChoiceText, ...]
    certificates: tuple[CertificateText, ...]
    observation: Observation
    before: str = ""
    now: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    missing: tuple[Missing, ...] = ()
    platforms: tuple[PlatformText, ...] = ()
    question: str = ""
    ticket: tuple[str, str] | None = None
    fingerprints: tuple[str, ...] = ()
    circumstances: tuple[tuple[str, str], ...] = ()
    repeat: str = ""
    program: Program | None = None
    interrupted: bool = False
    unknown_host: bool = False
    steps: tuple[StepText, ...] = ()
    answer: str = ""

    @property
    def best(self) -> ChoiceText | None:
        """The choice to take."""
        return next((one for one in self.choices if one.best), None)


@noun
class AdviceReport:
    """For one or several targets, in the order in which they were asked for. ``written`` are the files that were written, ``kept`` those that were there.

    ``redacted``: names are pseudonyms, the observations hold nothing that was seen.
    """

    advices: tuple[Advice, ...]
    made_by: str
    folder: str = ""
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    redacted: bool = False


def exit_code(report: AdviceReport) -> int:
    """0 a choice exists that suffices, 1 none does or clients disagree, 3 undecided, 130 interrupted; of several the worst."""
    if any(one.interrupted for one in report.advices):
        return 130
    codes = {Verdict.WORKS: 0, Verdict.FAILS: 1, Verdict.DEPENDS: 1, Verdict.UNDECIDED: 3}
    found = {codes[one.verdict] for one in report.advices}
    return next((code for code in (1, 3) if code in found), 0)
