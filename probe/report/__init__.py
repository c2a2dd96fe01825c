"""Report: everything a reader sees, before any format.

A renderer gets a Report and nothing else. All strings are raw (hostile names included); escaping is the renderer's first duty.
"""

from datetime import datetime

from probe.case.path import StackVerdict
from probe.causes.words import Certainty, Effect, Evidence, NotObserved, Owner
from probe.causes.words import Verdict as Verdict
from probe.facts.noun import noun
from probe.facts.observation import Observation


@noun
class CertificateText:
    """One certificate for people. ``number`` is how the report refers to it; fingerprints are in colon form; times are in UTC.

    ``standing`` is one of: presented, file, store, fetched, missing, unused, client (the user's own, or on file at the other side).
    ``marks`` are short words such as "expired", "trusted", "not sent".
    ``names`` are the names it is good for; ``details`` are further (label, value) lines.
    """

    number: int
    title: str
    standing: str
    marks: tuple[str, ...]
    subject: str
    issuer: str
    serial: str
    not_before: datetime | None
    not_after: datetime | None
    key: str
    signature: str
    names: tuple[str, ...]
    sha256: str
    sha1: str
    md5: str
    details: tuple[tuple[str, str], ...]
    pem: str


@noun
class ChainBox:
    """One box of the chain picture, drawn from the end-entity (first) upwards.

    ``tone`` is good, bad, warn or missing; ``place`` is the line under the title ("sent as number 1", "in the trust store", "not sent", "found nowhere").
    ``number`` refers to a CertificateText, ``None`` for a certificate that nobody has. ``edge`` says what stands between this box and the one above ("" when
    the signature is good and this is not the last one), ``edge_tone`` likewise.
    """

    title: str
    place: str
    lines: tuple[str, ...]
    tone: str
    number: int | None
    edge: str = ""
    edge_tone: str = "good"


@noun
class TimelineEvent:
    """A mark on a bar: ``at`` in seconds since the start of the check."""

    at: float
    says: str
    sent: bool
    tone: str


@noun
class TimelineBar:
    """One step as a bar: seconds since the start of the check, what it was, how it ended."""

    label: str
    started: float
    took: float
    tone: str
    says: str
    events: tuple[TimelineEvent, ...] = ()


@noun
class TimelineRow:
    """One attempt, resolution or fetch: its title ("127.0.0.1:443, ordinary"), and its bars."""

    title: str
    bars: tuple[TimelineBar, ...]


@noun
class Headline:
    """The primary cause as a reader needs it."""

    code: str
    title: str
    certainty: Certainty
    owner: Owner
    owner_text: str
    summary: str


@noun
class Candidate:
    """A cause that is possible too, and what would decide."""

    code: str
    why: str


@noun
class FoundText:
    """One finding as shown. ``about`` are numbers of CertificateText; ``stacks`` are the client stacks that it stops (empty: all).

    ``commands`` are those of other programs with which a reader sees it without the probe, ``shows`` says what to look for in their output;
    ``saves`` are files that they need: the name, and the numbers of the certificates to save in it.
    """

    code: str
    title: str
    effect: Effect
    certainty: Certainty
    owner: Owner
    owner_text: str
    summary: str
    about: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    stacks: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    shows: str = ""
    saves: tuple[tuple[str, tuple[int, ...]], ...] = ()


@noun
class CheckText:
    """One application check of a profile. ``question`` is what was asked, in a few words; ``state`` is well, problem, unread or not done.

    ``says`` is the sentence that tells what came of it; ``answer`` are (label, value) of what came, with the header fields that the profile wants shown.
    ``proves`` is what the answer shows to work. ``explain``, ``do`` and ``official`` (the system's own words) are the profile's; ``source`` is where its
    reading comes from, ``verified`` is false when nobody has verified it. ``wanted``: it belongs to every check, because it is safe.
    """

    id: str
    title: str
    question: str
    state: str
    says: str
    answer: tuple[tuple[str, str], ...] = ()
    proves: tuple[str, ...] = ()
    explain: str = ""
    do: tuple[str, ...] = ()
    official: str = ""
    source: str = ""
    verified: bool = True
    wanted: bool = False


@noun
class RemedyStep:
    """How one platform does it: ``platform`` ("nginx"), what to do in words, and commands to copy (may be empty)."""

    platform: str
    do: str
    commands: tuple[str, ...] = ()


@noun
class RemedyText:
    """One thing to do. ``text`` is the sentence, ``owner_text`` who does it, ``proof`` what was proven about it ("" when it cannot be tried from here).

    ``about`` are numbers of the certificates concerned; ``check`` is the command with which to see that it helped.
    """

    action: str
    text: str
    owner_text: str
    for_code: str
    proof: str
    about: tuple[int, ...]
    steps: tuple[RemedyStep, ...]
    check: str


@noun
class EntryText:
    """One certificate, key or request of a file. ``number`` refers to a CertificateText; ``lines`` say the rest, such as what a key belongs to."""

    kind: str
    place: str
    title: str
    number: int | None = None
    alias: str = ""
    valid: str = ""
    lines: tuple[str, ...] = ()
    tone: str = "good"


@noun
class FileText:
    """One inspected file: what it is in a few words, what is in it, and what each client makes of it. ``left_out`` counts entries that are not shown."""

    name: str
    form: str
    entries: tuple[EntryText, ...] = ()
    lines: tuple[str, ...] = ()
    clients: tuple[tuple[str, str], ...] = ()
    left_out: int = 0
    tone: str = "good"


@noun
class ChainText:
    """One chain that the files make: its title, how it ends in a sentence, and its boxes. ``others`` counts further ways up."""

    title: str
    end: str
    boxes: tuple[ChainBox, ...]
    others: int = 0


@noun
class InspectionText:
    """What files hold. ``missing`` are issuers that are nowhere, each a title and (label, value) lines. ``lookalikes`` are groups of certificates (their
    numbers) with one name and several keys. ``against`` are sentences about what an endpoint sends: (endpoint, what it is to the files, tone).
    ``requests`` are certificate requests, each with its place and (tone, sentence); the tone may also be note."""

    summary: str
    files: tuple[FileText, ...]
    files_left_out: int = 0
    pairs: tuple[str, ...] = ()
    chains: tuple[ChainText, ...] = ()
    chains_left_out: int = 0
    missing: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    lookalikes: tuple[tuple[int, ...], ...] = ()
    against: tuple[tuple[str, str, str], ...] = ()
    requests: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


@noun
class Result:
    """The diagnosis of one target for a reader.

    ``sentence`` is the verdict in one sentence with host and time. ``circumstances`` are (label, value) lines: trust store, name checked, SNI, versions.
    ``messages`` are ready to paste, one for each who must act: (heading, text). ``handshake`` are (label, value) facts of the ordinary handshake.
    ``defects`` are causes of the probe itself that crashed ("code: kind of error").
    ``inspection`` is what was found in files (``None`` for a connection); ``unread``: nothing at all could be read of them.
    ``unknown_host``: it fails because no such name exists, as after a typing error (the name itself, not what it is an alias of).
    ``client`` are (label, value) lines about the client certificate, the first of them the whole in short (empty: none asked for, none named).
    ``checks`` are the application checks of the profile, ``profile`` (label, value) lines about it, the first of them its name (empty: no profile).
    ``revocation`` says in one line what was found out about revoked certificates ("" when it was not asked for).
    ``forecast`` says until when it works and what stops which client then ("" when it fails now, or when no end is known).
    """

    target: str
    verdict: Verdict
    sentence: str
    taken_at: datetime
    judged_at: datetime
    cause: Headline | None
    candidates: tuple[Candidate, ...]
    findings: tuple[FoundText, ...]
    explained: tuple[FoundText, ...]
    not_observed: tuple[NotObserved, ...]
    remedies: tuple[RemedyText, ...]
    stacks: tuple[StackVerdict, ...]
    chain: tuple[ChainBox, ...]
    certificates: tuple[CertificateText, ...]
    timeline: tuple[TimelineRow, ...]
    handshake: tuple[tuple[str, str], ...]
    messages: tuple[tuple[str, str], ...]
    circumstances: tuple[tuple[str, str], ...]
    repeat: str
    defects: tuple[str, ...]
    observation: Observation
    forecast: str = ""
    revocation: str = ""
    client: tuple[tuple[str, str], ...] = ()
    checks: tuple[CheckText, ...] = ()
    profile: tuple[tuple[str, str], ...] = ()
    unknown_host: bool = False
    inspection: InspectionText | None = None
    unread: bool = False


@noun
class ControllerRow:
    """One domain controller in the table of its domain. ``fits`` says whether its certificate is for its host name, ``fits_domain`` for that of the domain.

    ``calls_itself`` is said where its root entry has another name than DNS. ``tone`` is good, bad or warn.
    """

    host: str
    addresses: tuple[str, ...]
    ldaps: str
    starttls: str
    ends: str
    fits: str
    fits_domain: str
    sends: str
    catalog: str
    calls_itself: str
    tone: str


@noun
class DomainText:
    """The controllers of an Active Directory domain. ``says`` tells how they were found, and how many were left out; ``notes`` what is odd in DNS."""

    domain: str
    says: str
    rows: tuple[ControllerRow, ...]
    notes: tuple[str, ...] = ()


@noun
class StepText:
    """One sentence about what was looked at; ``state`` is ok, note or a like word, ``next`` what to do about it."""

    state: str
    says: str
    next: str = ""


@noun
class BeforeText:
    """What was looked at before anything was connected to, sentence by sentence."""

    title: str
    steps: tuple[StepText, ...]


@noun
class Report:
    """One or several results, in the order in which they were asked for. ``redacted``: names are pseudonyms, the observations hold nothing that was seen."""

    results: tuple[Result, ...]
    made_by: str
    redacted: bool = False
    domain: DomainText | None = None
    before: BeforeText | None = None
