"""Which objections stop a client stack on the path it judges, in the order in which it meets them."""

from collections.abc import Iterable

from probe.case.checks import KEY_TRANSPORT, SECOND, unknown_critical
from probe.case.constraints import Violation, violations
from probe.case.edge import Agreement, agreement
from probe.case.names import NameCheck
from probe.case.path import Objection, Why
from probe.case.signature import hash_name
from probe.case.walk import Ground, Walk
from probe.facts.certificate import Certificate, is_self_issued
from probe.facts.noun import noun
from probe.stacks import Stack, Stage


@noun
class Stop:
    """Something that stops a stack: an objection, or the name (``None``). ``circumstances`` are words of ``probe.stacks.CONDITIONS``."""

    objection: Objection | None
    circumstances: frozenset[str]


def stops(stack: Stack, walk: Walk, ground: Ground, name: NameCheck, name_accepted: bool, part: str = "") -> tuple[Stop, ...]:
    """All that stops the stack on this walk, first what it meets first. ``part`` restricts it to the stages of one part."""
    certificates = tuple(link.certificate for link in walk.path.links)
    bound = {one.fact: one for one in violations(certificates)}
    found: list[Stop] = []
    met: set[Objection] = set()
    for stage in stack.stages:
        if stage.mode and stage.mode != ("search" if walk.searching else "direct"):
            continue
        named = "name" in stage.whys
        if (part and stage.part != part) or (walk.pinned and not named):
            continue
        if named and not name_accepted:
            found.append(Stop(objection=None, circumstances=_general(ground, walk) | _of_name(name, certificates[0])))
        for one in _in_order(stage, walk):
            if one in met or not _counts(stack, one, ground.key_exchange):
                continue
            circumstances = _general(ground, walk) | _of_objection(one, walk, ground, bound)
            if one.why is Why.WEAK_SIGNATURE and hash_name(one.about) in stack.limits.varying:
                circumstances |= {"varying"}
            if stage.part == "path" and walk.searching:
                circumstances |= {"searching"}
            if circumstances.issuperset(stage.when) and not any(circumstances.issuperset(group) for group in stage.unless):
                met.add(one)
                found.append(Stop(objection=one, circumstances=circumstances))
    return tuple(found)


def _in_order(stage: Stage, walk: Walk) -> Iterable[Objection]:
    """The objections that a stage looks at, as it walks."""
    last = len(walk.path.links) - 1
    anchor = last + 1 if walk.anchor is None else walk.anchor
    places = {"leaf": range(1), "issuers": range(1, last + 1), "below-anchor": range(anchor), "anchor": range(anchor, anchor + 1), "all": range(last + 1)}[
        stage.on
    ]
    chosen = [one for one in walk.path.objections if one.at in places and one.why in stage.whys]
    sign = -1 if stage.walk == "down" else 1
    return sorted(chosen, key=lambda one: (sign * one.at, stage.whys.index(one.why)))


def _counts(stack: Stack, one: Objection, key_exchange: str) -> bool:
    """Whether the objection is beyond what the stack allows at all."""
    read, limits = one.about.read, stack.limits
    match one.why:
        case Why.WEAK_KEY:
            least = dict(limits.keys)
            return read.key is not None and (read.key.bits or 0) < least.get(read.key.kind.removesuffix("-PSS"), 0)
        case Why.WEAK_SIGNATURE:
            return hash_name(one.about) in (*limits.hashes, *limits.varying)
        case Why.CURVE:
            return bool(limits.curves) and read.key is not None and read.key.curve not in limits.curves
        case Why.EKU:
            return not set(limits.purposes) & set(read.extended_key_usage or ())
        case Why.KEY_USAGE:
            enough = limits.transport_usages if key_exchange == KEY_TRANSPORT else limits.leaf_usages
            return not set(enough) & set(read.key_usage or ())
        case Why.CRITICAL_EXTENSION:
            return bool(set(unknown_critical(one.about)) - set(limits.critical))
        case _:
            return True


def _general(ground: Ground, walk: Walk) -> frozenset[str]:
    found = {
        "store-empty": ground.store_empty,
        "alone": len(walk.path.links) == 1,
        "searched": walk.searching,
        "key-transport": ground.key_exchange == KEY_TRANSPORT,
        "with-intermediates": walk.anchor is not None and walk.anchor > 1,
    }
    return frozenset(label for label, holds in found.items() if holds)


def _of_name(name: NameCheck, leaf: Certificate) -> frozenset[str]:
    read = leaf.read
    found = {"address": name.is_ip, "underscore": "_" in name.compared, "no-san": not read.has_san, "dns-san": bool(read.dns_names), "leaf": True}
    return frozenset(label for label, holds in found.items() if holds)


def _of_objection(one: Objection, walk: Walk, ground: Ground, bound: dict[str, Violation]) -> frozenset[str]:
    read, links = one.about.read, walk.path.links
    above = links[one.at + 1].certificate if one.at + 1 < len(links) else None
    issuer = one.about if one.why in (Why.SELF_SIGNED, Why.NOT_TRUSTED) and is_self_issued(one.about) else above
    disagree = issuer is not None and agreement(one.about, issuer) is Agreement.DISAGREE
    violation = next((bound[fact] for fact in one.facts if fact in bound), None) if one.why is Why.NAME_CONSTRAINTS else None
    found = {
        "leaf": one.at == 0,
        "anchor": one.at == walk.anchor,
        "anchors-signature": one.at == walk.anchor and one.why is Why.WEAK_SIGNATURE,
        "anchor-edge": walk.anchor is not None and one.at == walk.anchor - 1,
        "below-stored": links[walk.ends].anchor and 0 < walk.ends != walk.anchor and one.at <= walk.ends + 1,
        "key-ids": disagree,
        "signature-only": one.why in (Why.ISSUER_REKEYED, Why.BAD_SIGNATURE) and not disagree,
        "md5": hash_name(one.about) == "MD5",
        "version-1": read.version is not None and read.version < 3,
        "no-basic-constraints": one.why is Why.NOT_A_CA and read.is_ca is None,
        "certsign": "keyCertSign" in (read.key_usage or ()),
        "any-purpose": "anyExtendedKeyUsage" in (read.extended_key_usage or ()),
        "last-second": one.why is Why.EXPIRED and read.not_after is not None and ground.at < read.not_after + SECOND,
        "excluded": violation is not None and violation.excluded,
        "bound-by-anchor": violation is not None and violation.by == walk.anchor,
    }
    return frozenset(label for label, holds in found.items() if holds)
