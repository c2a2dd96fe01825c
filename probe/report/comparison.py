"""Two observations side by side: what differs, and what that means. Pure: the same two give the same comparison."""

from dataclasses import replace
from enum import StrEnum

from probe.facts.certificate import Certificate, fingerprint, is_self_issued, title
from probe.facts.noun import noun
from probe.report.certificates import key_text, serial_text
from probe.report.sides import Side

SHOWN = 6
"""Certificates of a list that one line names."""
NAMESAKES = 3
"""Pairs of one name that one line explains."""
TWINS = "has the same serial number of the same issuer on both sides, and is not equal: one of the two was altered or damaged, or the number was given twice."


class Weight(StrEnum):
    """What a difference does: ``SAME`` there is none, ``NOTE`` it explains or changes nothing by itself, ``MATTERS`` it changes what a client meets."""

    SAME = "same"
    NOTE = "note"
    MATTERS = "matters"


@noun
class Row:
    """One thing compared: what it is on each side, and what the difference means ("" for the same)."""

    label: str
    left: str
    right: str
    weight: Weight
    means: str = ""


@noun
class Comparison:
    """Two sides. ``decided`` is false when one of them showed nothing that could be compared."""

    left: Side
    right: Side
    sentence: str
    rows: tuple[Row, ...]
    decided: bool = True

    @property
    def differs(self) -> bool:
        """Whether anything that matters differs.

        Files without a certificate differ from everything, which says nothing; an endpoint that shows none still has a verdict.
        """
        if any(side.files and not side.held for side in (self.left, self.right)):
            return False
        return any(one.weight is Weight.MATTERS for one in self.rows)


MEANINGS = {
    "TLS version": "One side negotiates another version: a client with a fixed range may reach only one of them.",
    "Cipher suite": "Another suite is chosen; that matters only to a client that allows few.",
    "Key agreement": "Another group is chosen; that matters only to old clients.",
    "Application protocol": "Another application protocol is agreed.",
    "Name sent (SNI)": "Different names were sent, so that different certificates may be right.",
    "Client certificate": "Only one side asks for a client certificate.",
    "Answer of the service": "The service behind TLS answers differently.",
    "Name checked": "Different names were checked.",
    "Addresses": "The name led to other addresses: DNS was changed, or is answered differently there.",
    "Protocol": "They were asked in different protocols.",
    "Proxy": "They were not reached in the same way.",
    "Seen from": "They were seen from different machines.",
    "Private keys": "One has a private key that the other has not.",
}
MATTERING = frozenset({"TLS version", "Client certificate", "Answer of the service", "Application protocol"})
STORE, VERDICT = "Trust store", "Verdict"
CAUSING = ("Behind it", STORE, "Root", "Own certificate")
"""What may be why one side works and the other does not, the likeliest first."""


def compare(left: Side, right: Side) -> Comparison:
    """Everything that can be compared, the certificates first."""
    rows = [*_verdicts(left, right), *_certificates(left, right)]
    if not (left.files or right.files):
        known = dict(right.facts)
        pairs = [(label, value, known[label]) for label, value in left.facts if label in known]
        rows += [_store(left, right, ours, theirs) if label == STORE else _weighed(_fact(label, ours, theirs), left, right) for label, ours, theirs in pairs]
    decided = bool(left.held) and bool(right.held)
    return Comparison(left=left, right=right, sentence=_sentence(left, right, rows, decided), rows=tuple(rows), decided=decided)


def _sentence(left: Side, right: Side, rows: list[Row], decided: bool) -> str:
    if not decided:
        nothing = left if not left.held else right
        if nothing.files:
            return f"{nothing.label} holds no certificate, so that there is nothing to compare with."
        why = f" ({nothing.verdict})" if nothing.verdict else ""
        return f"{nothing.label} showed no certificate{why}, so that only the rest could be compared."
    matters = [one for one in rows if one.weight is Weight.MATTERS]
    if not matters:
        return "Nothing differs that a client would notice."
    stacks = {stack for stack, _ in left.stacks}
    verdict = next((one.means for one in matters if one.label == VERDICT), "")
    telling = [one for one in matters if one.means and one.label != VERDICT and one.label not in stacks]
    if verdict:
        telling.sort(key=lambda one: CAUSING.index(one.label) if one.label in CAUSING else len(CAUSING))
    told = " ".join(one for one in (verdict, telling[0].means if telling else "") if one)
    return told or next((one.means for one in matters if one.means), f"They differ in: {', '.join(one.label.lower() for one in matters)}.")


def _fact(label: str, left: str, right: str) -> Row:
    if left == right:
        return Row(label=label, left=left, right=right, weight=Weight.SAME)
    return Row(label=label, left=left, right=right, weight=Weight.MATTERS if label in MATTERING else Weight.NOTE, means=MEANINGS.get(label, ""))


def _weighed(row: Row, left: Side, right: Side) -> Row:
    """A fact that follows from how the two were asked says nothing of them."""
    one, other = (side.observation.target if side.observation else None for side in (left, right))
    if one is None or other is None or row.weight is Weight.SAME:
        return row
    if row.label == "Answer of the service" and one.protocol != other.protocol:
        return replace(row, weight=Weight.NOTE, means="They were asked in different protocols, so that the answers cannot be compared.")
    if row.label == "Addresses" and (one.connect or other.connect):
        return replace(row, means="They were asked at different addresses; one was given by hand.")
    return row


def _store(left: Side, right: Side, ours: str, theirs: str) -> Row:
    """Another trust store matters where it is why only one side has a root for its chain."""
    if ours == theirs:
        return Row(label=STORE, left=ours, right=theirs, weight=Weight.SAME)
    knows, lacks = (left, right) if left.anchored else (right, left)
    wanted = None if left.anchored == right.anchored else _wanted(lacks, knows)
    if wanted is None:
        both = "; each store has a certificate that its chain leads to" if left.anchored and right.anchored else ""
        return Row(label=STORE, left=ours, right=theirs, weight=Weight.NOTE, means=f"They were judged with different trust{both}.")
    means = f'They were judged with different trust: the store of {lacks.label} lacks "{title(wanted)}", and that of {knows.label} has what its chain leads to.'
    return Row(label=STORE, left=ours, right=theirs, weight=Weight.MATTERS, means=means)


def _wanted(lacks: Side, knows: Side) -> Certificate | None:
    """The root that a chain leads to and its store lacks; ``None`` where the chain ends earlier, which no store mends."""
    top, root = lacks.root, knows.root
    if top is None or is_self_issued(top):
        return top
    leads = root is not None and top.read.issuer and root.read.subject and top.read.issuer.key == root.read.subject.key
    return root if leads else None


def _verdicts(left: Side, right: Side) -> list[Row]:
    if left.files != right.files:
        return []
    weight = Weight.SAME if left.verdict == right.verdict else Weight.MATTERS
    better, worse = (left, right) if left.works else (right, left)
    means = (
        ""
        if weight is Weight.SAME
        else f"{better.label} is all right, {worse.label} is not."
        if better.works and worse.works is False
        else "They end differently."
    )
    rows = [Row(label=VERDICT, left=left.verdict, right=right.verdict, weight=weight, means=means)]
    known = dict(right.stacks)
    for stack, accepts in left.stacks:
        if stack in known and known[stack] != accepts:
            rows.append(
                Row(label=stack, left=_accepts(accepts), right=_accepts(known[stack]), weight=Weight.MATTERS, means=f"{stack} treats the two differently.")
            )
    return rows


def _accepts(accepts: bool | None) -> str:
    return "saw no certificate" if accepts is None else "accepts" if accepts else "refuses"


def _certificates(left: Side, right: Side) -> list[Row]:
    rows: list[Row] = []
    if left.chain and right.chain:
        ours, theirs = left.chain[0], right.chain[0]
        weight = Weight.SAME if ours == theirs else Weight.MATTERS
        rows.append(Row(label="Own certificate", left=identity(ours), right=identity(theirs), weight=weight, means=_leaf(left, right)))
        if ours != theirs:
            for label, read in (("Names", _names), ("Issuer", _issuer), ("Key", lambda one: key_text(one.read.key)), ("Valid", _dates)):
                mine, other = read(ours), read(theirs)
                rows.append(Row(label=label, left=mine, right=other, weight=Weight.SAME if mine == other else Weight.NOTE))
        rows.append(_behind(left, right))
    if left.files and right.files:
        rows.append(_sets(left, right))
    # A chain that ends at an open end has no root to compare.
    if left.root and right.root and is_self_issued(left.root) and is_self_issued(right.root):
        same = left.root.read.subject == right.root.read.subject and _key(left.root) == _key(right.root)
        means = f'Whoever trusts only "{title(left.root)}" does not trust what leads to "{title(right.root)}": look at the trust stores first.'
        rows.append(
            Row(label="Root", left=title(left.root), right=title(right.root), weight=Weight.SAME if same else Weight.MATTERS, means="" if same else means)
        )
    return rows


def _sets(left: Side, right: Side) -> Row:
    """What is in the one set of files and not in the other."""
    only_left, only_right = (tuple(one for one in mine.held if one not in frozenset(other.held)) for mine, other in ((left, right), (right, left)))
    common = len(left.held) - len(only_left)
    namesakes = [(other, one) for one in only_right for other in only_left if one.read.subject and other.read.subject and _alike(one, other)]
    # The own certificates are told by themselves.
    told = [_namesake(*pair) for pair in namesakes if not (left.chain and right.chain and pair == (left.chain[0], right.chain[0]))]
    means = " ".join((_in_both(left, right, common, len(only_left), len(only_right)), *dict.fromkeys(told[:NAMESAKES])))
    means += f" {len(told) - NAMESAKES} more have one name and differ." if len(told) > NAMESAKES else ""
    if not only_left and not only_right:
        return Row(label="All certificates", left=str(common), right=str(common), weight=Weight.SAME)
    return Row(
        label="All certificates", left=f"only here: {_several(only_left)}", right=f"only here: {_several(only_right)}", weight=Weight.MATTERS, means=means
    )


def _in_both(left: Side, right: Side, common: int, only_left: int, only_right: int) -> str:
    """How two sets overlap, in a sentence."""
    if not common:
        return f"{left.label} and {right.label} have no certificate in common."
    if only_left and only_right:
        return f"{common} certificate{' is' if common == 1 else 's are'} in both."
    more, less, count = (left, right, only_left) if only_left else (right, left, only_right)
    return f"{more.label} holds {count} certificate{'' if count == 1 else 's'} more than {less.label}, which has nothing of its own."


def _alike(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates have the same subject."""
    return bool(one.read.subject and other.read.subject and one.read.subject.key == other.read.subject.key)


def _twins(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates have one serial number of one issuer, which no authority gives twice (RFC 5280 section 4.1.2.2)."""
    mine, theirs = one.read, other.read
    return bool(mine.serial and mine.serial == theirs.serial and mine.issuer and theirs.issuer and mine.issuer.key == theirs.issuer.key)


def _namesake(one: Certificate, other: Certificate) -> str:
    """What it means that each side has another certificate of the same name."""
    if _twins(one, other):
        return f'"{title(one)}" {TWINS}'
    if _key(one) == _key(other):
        return f'"{title(one)}" is another certificate on each side, with the same key: renewed, or issued by another authority.'
    return f'"{title(one)}" is another certificate on each side, with another key: what the one signed does not lead to the other.'


def _leaf(left: Side, right: Side) -> str:
    """What it means that the own certificates differ, "" when they do not."""
    ours, theirs = left.chain[0], right.chain[0]
    if ours == theirs:
        return ""
    if _twins(ours, theirs):
        return f"The own certificate {TWINS}"
    if not (set(_named(ours)) & set(_named(theirs))):
        return "The certificates are for different names: these are different endpoints, or environments."
    if _issued(ours) == _issued(theirs):
        same = "the same key" if _key(ours) == _key(theirs) else "different keys"
        return f"The certificates are for the same names, issued at the same time, with {same}: whoever compares whole certificates takes one of them only."
    newer, older = (right, left) if _issued(theirs) > _issued(ours) else (left, right)
    key = "the same key" if _key(ours) == _key(theirs) else "a new key"
    pins = "pins on the certificate break, pins on the key hold" if _key(ours) == _key(theirs) else "whoever has the old certificate on file needs the new one"
    return f"{newer.label} has a newer certificate for the same names than {older.label}, with {key}: {pins}."


def _behind(left: Side, right: Side) -> Row:
    """What stands behind the own certificate; roots need not be sent."""
    mine, other = (
        tuple(one for one in dict.fromkeys(side.chain if side.files else side.held) if one != side.chain[0] and not is_self_issued(one))
        for side in (left, right)
    )
    only_left, only_right = [one for one in mine if one not in other], [one for one in other if one not in mine]
    means, weight = "", Weight.SAME if mine == other else Weight.NOTE
    if left.chain[0] == right.chain[0] and (only_left or only_right):
        full, short_of, what = (left, right, only_left) if only_left else (right, left, only_right)
        means = f"{short_of.label} lacks {_several(tuple(what))}, which {full.label} has."
        if short_of.files:
            means = f"{means} Whoever is given {short_of.label} alone, to send it on a connection, does not send that."
        elif short_of.works:
            means = f"{means} It works all the same: clients find another way, or know it already."
        else:
            means, weight = f"{means} Clients that do not fetch it refuse.", Weight.MATTERS
    elif lacked := _lacked(left, right, only_left, only_right):
        short_of, issuer = lacked
        means, weight = f"{short_of.label} lacks {title(issuer)}, which issued its certificate and which the other one has.", Weight.NOTE
        if not short_of.files and not short_of.works:
            means, weight = f"{means} Clients that do not fetch it refuse.", Weight.MATTERS
    elif only_left and only_right:
        means, weight = "The intermediates differ, as after a change of the issuing authority.", Weight.MATTERS
    elif mine != other and not (only_left or only_right):
        means = "The same certificates, in another order."
    return Row(label="Behind it", left=_several(mine), right=_several(other), weight=weight, means=means)


def _lacked(left: Side, right: Side, only_left: list[Certificate], only_right: list[Certificate]) -> tuple[Side, Certificate] | None:
    """The side that does not send the issuer of its own certificate, and that issuer, where the other side has it."""
    for short_of, theirs in ((left, only_right), (right, only_left)):
        wanted = short_of.chain[0].read.issuer
        found = next((one for one in theirs if wanted and one.read.subject and one.read.subject.key == wanted.key), None)
        if found is not None and not any(one.read.subject and wanted and one.read.subject.key == wanted.key for one in short_of.held):
            return short_of, found
    return None


def identity(one: Certificate) -> str:
    """A certificate so that nobody takes it for another."""
    return f"{title(one)}, serial {serial_text(one.read.serial)}, SHA-256 {fingerprint(one)}"


def _several(some: tuple[Certificate, ...]) -> str:
    named = ", ".join(title(one) for one in some[:SHOWN])
    return f"{named} and {len(some) - SHOWN} more" if len(some) > SHOWN else named or "nothing"


def _key(one: Certificate) -> bytes:
    return one.read.key.spki if one.read.key else b""


def _named(one: Certificate) -> tuple[str, ...]:
    return tuple(sorted(name.lower() for name in (*one.read.dns_names, *one.read.ip_addresses))) or (title(one).lower(),)


def _names(one: Certificate) -> str:
    named = _named(one)
    return ", ".join(named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")


def _issuer(one: Certificate) -> str:
    return one.read.issuer.text if one.read.issuer else "cannot be read"


def _dates(one: Certificate) -> str:
    read = one.read
    return f"{read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}" if read.not_before and read.not_after else "cannot be read"


def _issued(one: Certificate) -> float:
    return one.read.not_before.timestamp() if one.read.not_before else 0.0


def exit_code(found: tuple[Comparison, ...]) -> int:
    """0 nothing differs that matters, 1 something does, 3 one side showed nothing."""
    if any(one.differs for one in found):
        return 1
    return 0 if all(one.decided for one in found) else 3
