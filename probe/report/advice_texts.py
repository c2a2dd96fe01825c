"""Texts of the advice that go to other people: how to verify, what to ask, what to send, how each platform does it."""

from probe.case.choices import Choice, Choices, Kind
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.certificate import pem as block
from probe.facts.observation import Observation
from probe.facts.target import Target
from probe.remedies.install import OF_A_TARGET, Platform
from probe.remedies.install import platforms as known
from probe.report.advice import PlatformText
from probe.report.advice_files import BUNDLE, STORE, Named
from probe.report.begun import fitting
from probe.report.certificates import serial_text
from probe.report.words import endpoint, peer, place, url

PASSWORD = "changeit"  # noqa: S105 -- Java's usual word; a trust store holds nothing that is secret
KINDS = {Kind.ROOT: "root", Kind.WITH_MISSING: "root", Kind.SEVERAL: "root", Kind.INTERMEDIATE: "intermediate", Kind.LEAF: "leaf"}
DIGESTS = ("sha256", "sha1", "md5")
WORDS = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5"}
NAMES = 6
LONGEST = 300
LOOSE = ("pem", "der", "pkcs7", "zip", "folder")
"""Kinds of files in which certificates are carried about; what is in a key store or in the system's store was installed by somebody."""


def one_line(text: str) -> str:
    """A text from a certificate on one line of a text to be sent: nothing in it moves other text."""
    return "".join(one if one.isprintable() else " " for one in text[:LONGEST])


def verify(choices: Choices, one: Certificate) -> str:
    """How to make sure of a certificate before it is trusted; "" when a trust store that exists already has it."""
    holding = [store for store in choices.stores if one in store.certificates]
    if any(store.kind not in LOOSE for store in holding):
        return ""
    if choices.observation.target.inspecting or holding:
        what = holding[0].path if holding else "this file"
        seen = f"is known from {what} alone. Unless that file came from whoever runs the authority, and unaltered,"
    else:
        seen = "was only seen on the wire, where whoever sits in between can put another one in its place. Before anybody installs it,"
    return (
        f'"{title(one)}" {seen} compare its SHA-256 fingerprint over another channel: by telephone, on paper, or from the page of the authority, '
        f"asked from another network. What was seen has {fingerprint(one)}."
    )


def fingerprints(names: tuple[Named, ...]) -> tuple[str, ...]:
    """Lines of a text to compare: each certificate with its file, subject, issuer, serial number, dates and three digests."""
    lines: list[str] = []
    for one in names:
        lines += [*([""] if lines else []), one.pem, *_lines(one.certificate)]
    return tuple(lines)


def _lines(one: Certificate) -> list[str]:
    read = one.read
    return [
        f"  Subject      {one_line(read.subject.text if read.subject else title(one))}",
        f"  Issuer       {one_line(read.issuer.text if read.issuer else 'cannot be read')}",
        f"  Serial       {serial_text(read.serial)}",
        f"  Valid        {_day(read.not_before)} to {_day(read.not_after)}",
        *(f"  {WORDS[kind]:<12} {fingerprint(one, kind)}" for kind in DIGESTS),
    ]


def _day(when: object) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when else "cannot be read"


def question(choices: Choices, best: Choice | None, unproven: list[Certificate]) -> str:
    """What to ask the IT department or the system's owner, ready to paste; "" when nothing has to be asked."""
    if not choices.sent or all(one.authority for one in choices.sent) or (best and not unproven and best.kind not in (Kind.INTERMEDIATE, Kind.LEAF)):
        return ""
    target, agreement = choices.observation.target, choices.observation.agreement
    leaf = choices.sent[0].presented[0]
    shown = ", ".join((*leaf.read.dns_names, *leaf.read.ip_addresses)[:NAMES])
    system = endpoint(target) if not target.inspecting else f'the system with the certificate "{one_line(title(leaf))}"'
    parts = ["Hello,", f"our program connects to {system} with TLS and must trust the authority that signed its certificate:"]
    parts += ["\n".join((f"  Certificate  {one_line(title(leaf))}" + (f" (for {one_line(shown)})" if shown else ""), *_lines(leaf)[1:5]))]
    asked = agreement.handover.question_text if agreement and agreement.handover else ""
    parts.append(asked or "What CA (Certificate Authority) signed this system's certificate? Please provide its root certificate in Base64-encoded PEM format.")
    ends = [f"  {one_line(one.read.issuer.text)}" for one in choices.open_ends if one.read.issuer]
    if ends:
        keys = [one.read.authority_key_id.hex(":").upper() for one in choices.open_ends if one.read.authority_key_id]
        what = "What we could not find is the certificate with this subject, and those above it up to the root:"
        parts.append("\n".join((what, *ends, *(f"  Key identifier {one}" for one in keys))))
    if unproven:
        where = "In the file that we have is the following." if target.inspecting else "On the connection we saw the following."
        what = f"{where} Is it the right one? Please tell us its SHA-256 fingerprint over another channel, best by telephone:"
        parts.append("\n".join((what, *(line for one in unproven[:4] for line in _lines(one)))))
    env = f" ({target.env})" if target.env else ""
    parts.append(f"Please also say whether it is for production or for test{env}, and when the server's certificate or its authority will be exchanged next.")
    return "\n\n".join(parts)


def ticket(choices: Choices, best: Choice, names: tuple[Named, ...], unproven: list[Certificate]) -> tuple[str, str]:
    """Who installs it, and what to send there: the certificate as Base64 PEM, for which endpoint, and what was proven."""
    target, agreement = choices.observation.target, choices.observation.agreement
    handover = agreement.handover if agreement else None
    recipient = (handover.recipient if handover else "") or "whoever runs the program's trust store"
    what = f"{agreement.title}: " if agreement and agreement.title else ""
    files = {one.certificate: one.pem for one in names}
    many = len(best.certificates) > 1
    parts = [
        "Hello,",
        f"please install {'these certificates' if many else 'this certificate'} as trusted ({one_line(what)}{endpoint(target)}"
        + (f", environment {target.env}" if target.env else "")
        + "):",
        *("\n".join((f"  File         {files[one]}", *_lines(one))) for one in best.certificates),
    ]
    if unproven:
        parts.append("Fingerprint compared over another channel:  [ ] by ____________________ on ____________")
    stacks = " and ".join(one.title.partition(" (")[0] for one in choices.stacks if one.name in best.accepting)
    tried = f"the chain in {one_line(endpoint(target))}" if target.inspecting else "what the endpoint sends"
    parts.append(f"Tried on {tried}: with nothing else in the trust store, accepted by {stacks}.")
    parts += [block(one).rstrip("\n") for one in best.certificates]
    return recipient, "\n\n".join(parts)


def platforms(observation: Observation, best: Choice, names: tuple[Named, ...], password: str = PASSWORD) -> tuple[PlatformText, ...]:
    """How each platform takes the best choice; that of the profile comes first, those of other profiles last."""
    target = observation.target
    kind = KINDS[best.kind]
    first = next(one for one in names if one.certificate == best.certificates[0])
    values = {"pem": first.pem, "cer": first.cer, "store": STORE, "bundle": BUNDLE, "alias": first.alias, "password": password}
    if not target.inspecting:
        values |= {"host": target.host, "port": str(target.port), "peer": peer(target), "place": place(target), "name": target.name}
        values |= {"url": url(target)} if target.protocol == "https" else {}
    profile = observation.agreement.profile if observation.agreement else ""
    ordered = sorted(known(), key=lambda one: (profile not in one.profiles if profile else False, one.order))
    return tuple(text for one in ordered if (text := _platform(one, kind, values, target)))


def _platform(one: Platform, kind: str, values: dict[str, str], target: Target) -> PlatformText | None:
    usable = kind in one.anchors
    steps = []
    for step in one.steps:
        if kind not in step.kinds or (not usable and len(step.kinds) == 3):
            continue
        lines = tuple(line.format(**values) for line in fitting(step.commands, target) if _filled(line, values))
        if not _filled(step.do, values):
            continue
        manual = " Taken from the manual, not tried." if step.manual else ""
        steps.append((step.do.format(**values) + manual, lines))
    return PlatformText(platform=one.platform, steps=tuple(steps), refuses="" if usable else one.refuses) if steps or not usable else None


def _filled(line: str, values: dict[str, str]) -> bool:
    return all("{" + name + "}" not in line or name in values for name in OF_A_TARGET)
