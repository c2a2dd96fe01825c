"""Which certificates are expected, and when: the one that the user named, or those of a profile around a change. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from probe.facts.certificate import Certificate
from probe.facts.profile import Agreement
from probe.facts.target import Pin, Target
from probe.stacks import Stack


def every(target: Target) -> tuple[Pin, ...]:
    """All that are expected at any time, in the order in which they were named."""
    return ((target.pin,) if target.pin else ()) + target.also_pins


def fits(pin: Pin, leaf: Certificate) -> bool:
    """Whether this is the certificate, or one with the key, that is expected."""
    if pin.kind == "spki":
        return leaf.read.key is not None and sha256(leaf.read.key.spki).hexdigest() == pin.sha256
    return sha256(leaf.der).hexdigest() == pin.sha256


def early(pin: Pin, at: datetime) -> bool:
    """Whether it is only expected later."""
    return bool(pin.since) and at < _midnight(pin.since)


def late(pin: Pin, at: datetime) -> bool:
    """Whether it is no longer expected; its last day counts as a whole."""
    return bool(pin.until) and at >= _midnight(pin.until) + timedelta(days=1)


def counting(target: Target, at: datetime) -> tuple[Pin, ...]:
    """Those that are expected at this moment."""
    return tuple(one for one in every(target) if not early(one, at) and not late(one, at))


def met(target: Target, leaf: Certificate | None, at: datetime) -> Pin | None:
    """The pin of this moment that a certificate fits."""
    return next((one for one in counting(target, at) if fits(one, leaf)), None) if leaf else None


def nearest(target: Target, at: datetime) -> Pin | None:
    """The pin with which a certificate that fits none is compared: the last one named of those that count at this moment, else the first of all."""
    return (*every(target)[:1], *counting(target, at))[-1] if target.pin else None


def enough(agreement: Agreement | None, target: Target, leaf: Certificate | None, at: datetime) -> bool:
    """Whether a certificate is an expected one, and the profile says that this will do without a path to a root."""
    return agreement is not None and not agreement.trust.pin_after_pkix and met(target, leaf, at) is not None


def comparing(stacks: tuple[Stack, ...]) -> tuple[Stack, ...]:
    """The stacks as those who compare the certificate itself: they ask for no path above it; its dates and its name still count."""
    return tuple(replace(one, anchors=replace(one.anchors, leaf="checked")) for one in stacks)


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
