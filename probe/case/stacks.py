"""What client stacks say of a chain and a name: the verdict, what they would stop at one after the other, and their own words."""

from collections.abc import Iterable
from datetime import datetime

from probe.case.checks import EPHEMERAL, gravity
from probe.case.names import NameCheck, NameRules, accepted
from probe.case.path import Objection, Origin, Path, Paths, StackVerdict, Why
from probe.case.signature import hash_name
from probe.case.stops import Stop, stops
from probe.case.walk import Ground, Walk, as_sent, greedy, searched
from probe.facts.certificate import Certificate
from probe.facts.oids import SIGNATURES
from probe.stacks import Stack, Words

WITHHELD = (
    "The certificate is signed with a digest that this client does not offer. A server that heeds the offer (RFC 8446 section 4.2.3) does not present it "
    "and ends the handshake; whether this one does was not seen."
)
_ENTRY = 5
"""Bytes that a certificate costs in the Certificate message of TLS 1.3 beside its own (RFC 8446 section 4.4.2)."""
_FRAME = 4
"""Bytes of that message around the certificates."""


def ask_all(
    stacks: Iterable[Stack],
    *,
    presented: tuple[Certificate, ...],
    anchors: tuple[Certificate, ...],
    fetched: tuple[tuple[str, Certificate], ...],
    paths: Paths,
    name: NameCheck,
    at: datetime,
    store_size: int,
    key_exchange: str = EPHEMERAL,
) -> tuple[StackVerdict, ...]:
    """Ask every stack; see ``ask``."""
    return tuple(
        ask(
            one,
            presented=presented,
            anchors=anchors,
            fetched=fetched,
            paths=paths,
            name=name,
            at=at,
            store_size=store_size,
            key_exchange=key_exchange,
        )
        for one in stacks
    )


def ask(
    stack: Stack,
    *,
    presented: tuple[Certificate, ...],
    anchors: tuple[Certificate, ...],
    fetched: tuple[tuple[str, Certificate], ...],
    paths: Paths,
    name: NameCheck,
    at: datetime,
    store_size: int,
    key_exchange: str = EPHEMERAL,
) -> StackVerdict:
    """Predict what one stack says of the chain as sent, with these anchors, at the time ``at``.

    ``paths`` are the examined paths over the same certificates (``build`` with ``fetched``, then ``examine``). ``store_size`` counts all anchors of the
    store, of which ``anchors`` may be a part. ``key_exchange`` as in ``checks.examine``.

    No stack fetches issuers by itself, so a path over a fetched certificate is refused. Never raises.
    """
    title = stack.title
    if not presented:
        return StackVerdict(stack=stack.name, title=title, accepts=None, verified=stack.verified)
    ground = Ground(presented=presented, anchors=anchors, paths=paths, at=at, store_empty=store_size == 0 and not anchors, key_exchange=key_exchange)
    fits = accepted(name, _rules(stack))
    walk = _walk(stack, ground, name, fits)
    found = stops(stack, walk, ground, name, fits)
    refusal = beforehand(stack, presented) or _too_long(stack, walk)
    # A search that was cut short, and a stack that gave up, say nothing about what else is wrong.
    cut = walk.too_long or (paths.truncated and walk.searching and walk.anchor is None)
    if cut and refusal:
        found = ()
    if stack.search.reads_all:
        found = (*_unreadable(presented, found), *found)
    met = tuple(one.objection for one in found if one.objection)
    tolerated = tuple(one for one in walk.path.objections if one not in met)
    if not found and not refusal:
        withheld = walk.pinned and hash_name(presented[0]) in stack.limits.hashes
        return StackVerdict(
            stack=stack.name,
            title=title,
            accepts=True,
            tolerated=tolerated,
            path=walk.path,
            verified=stack.verified and not withheld,
            note=WITHHELD if withheld else "",
        )
    varying = not refusal and all("varying" in one.circumstances for one in found)
    words = _worded(stack, found, refusal, ground)
    facts = _facts(stack, found, refusal, name, walk.path, presented)
    return StackVerdict(
        stack=stack.name,
        title=title,
        accepts=False,
        says=_line(stack, words, facts) if words else "",
        objections=met,
        tolerated=() if cut and refusal else tolerated,
        name_refused=any(one.objection is None for one in found),
        path=walk.path,
        verified=stack.verified and not varying and not (cut and not refusal),
        note=_note(stack, words, facts),
        limit=refusal or "",
    )


def _rules(stack: Stack) -> NameRules:
    return NameRules(**{one.replace("-", "_"): True for one in stack.names})


def _walk(stack: Stack, ground: Ground, name: NameCheck, fits: bool) -> Walk:
    """The path that the stack comes to judge."""
    if stack.search.way == "greedy":
        return greedy(stack, ground)
    walks = (as_sent(stack, ground) if stack.search.way == "ordered" else None) or searched(stack, ground)

    def cost(walk: Walk) -> tuple[bool, int, int, int]:
        against = [one.objection.why for one in stops(stack, walk, ground, name, fits, part="path") if one.objection]
        return walk.anchor is None, sum(gravity(one) for one in against) + (_too_long(stack, walk) is not None), len(against), len(walk.path.links)

    return min(walks, key=cost)


def message_size(presented: tuple[Certificate, ...]) -> int:
    """The bytes of a Certificate message of TLS 1.3 with these certificates and no extensions (RFC 8446 section 4.4.2)."""
    return _FRAME + sum(len(one.der) + _ENTRY for one in presented)


def beforehand(stack: Stack, presented: tuple[Certificate, ...]) -> str | None:
    """Why the Certificate message is refused before anybody looks at a certificate: a word of ``probe.stacks.REFUSALS``; ``None`` if it is not."""
    search = stack.search
    if search.max_message and message_size(presented) > search.max_message:
        return "message-too-large"
    if search.max_certificates and len(presented) > search.max_certificates:
        return "too-many-certificates"
    return None


def _too_long(stack: Stack, walk: Walk) -> str | None:
    """Whether a path is longer than the stack searches."""
    if walk.too_long:
        return "search-too-long"
    if any(link.origin is Origin.FETCHED for link in walk.path.links):
        # It never sees what was only fetched: it ends where that begins, long before its limit.
        return None
    between = len(walk.path.links) - 2
    return "search-too-long" if walk.searching and 0 < stack.search.max_intermediates < between else None


def _unreadable(presented: tuple[Certificate, ...], found: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Certificates that cannot be read at all and stand beside the path."""
    known = {one.objection.about for one in found if one.objection and one.objection.why is Why.UNREADABLE}
    made: list[Stop] = []
    for index, one in enumerate(presented):
        if one.read.read_by == "hex" and one not in known:
            says = f"The certificate sent as number {index + 1} cannot be read: {'; '.join(one.read.faults[:3])}."
            made.append(Stop(objection=Objection(why=Why.UNREADABLE, at=0, about=one, facts=(says,)), circumstances=frozenset()))
    return tuple(made)


def _worded(stack: Stack, found: tuple[Stop, ...], refusal: str | None, ground: Ground) -> Words | None:
    """The words for what the stack names: the first thing it meets, or the last."""
    empty = frozenset({"store-empty"}) if ground.store_empty else frozenset[str]()
    if refusal:
        return _entry(stack, refusal, empty)
    told = found[-1] if stack.prints_last else found[0]
    return _entry(stack, told.objection.why if told.objection else "name", told.circumstances)


def _entry(stack: Stack, why: str, circumstances: frozenset[str]) -> Words | None:
    return next((one for one in stack.words if (why in one.whys or "*" in one.whys) and circumstances.issuperset(one.when)), None)


def _line(stack: Stack, words: Words, facts: dict[str, str]) -> str:
    form = words.form or stack.form
    return form.format(number=words.number, alert=words.alert, text=words.text.format(**facts))


def _note(stack: Stack, words: Words | None, facts: dict[str, str]) -> str:
    parts = []
    if words and words.inner:
        parts.append(f"Caused by: {words.inner.format(**facts)}")
    if words and words.note:
        parts.append(words.note)
    if words and words.alert and stack.aside and "varying" not in words.when and "{alert}" in (words.form or stack.form):
        parts.append(stack.aside.format(alert=words.alert))
    if words and words.alert:
        parts.append(f"It sends the TLS alert {words.alert}.")
    return " ".join(parts)


def _facts(stack: Stack, found: tuple[Stop, ...], refusal: str | None, name: NameCheck, path: Path, presented: tuple[Certificate, ...]) -> dict[str, str]:
    """What the texts may hold."""
    told = (found[-1] if stack.prints_last else found[0]).objection if found else None
    about = told.about if told else presented[0]
    read = about.read
    below = path.links[told.at - 1].certificate if told and 0 < told.at < len(path.links) else about
    limit = stack.search.max_certificates if refusal == "too-many-certificates" else stack.search.max_message
    return {
        "host": name.reference,
        "subject": _distinguished(about),
        "algorithm": _algorithm(about),
        "algorithm_below": _algorithm(below),
        "kind": read.key.kind if read.key else "",
        "bits": str(read.key.bits if read.key else ""),
        "not_after": _java_time(read.not_after),
        "not_before": _java_time(read.not_before),
        "count": str(len(presented) if refusal != "too-many-certificates" else stack.search.max_certificates + 1),
        "limit": str(limit),
        "size": str(message_size(presented)),
    }


def _distinguished(certificate: Certificate) -> str:
    """The subject as Java and most programs print it: the most specific part first, with blanks after the commas."""
    subject = certificate.read.subject
    return ", ".join(f"{label}={value}" for label, value in reversed(subject.attributes)) if subject else ""


def _algorithm(certificate: Certificate) -> str:
    """The signature algorithm by its Java standard name."""
    oid = certificate.read.signature_oid or ""
    kind = SIGNATURES.get(oid, "").partition(" with ")[0].removesuffix("-PSS")
    return f"{(hash_name(certificate) or '').replace('SHA-', 'SHA')}with{kind}" if kind in ("RSA", "ECDSA", "DSA") else oid


def _java_time(value: datetime | None) -> str:
    return value.strftime("%a %b %d %H:%M:%S UTC %Y") if value else ""
