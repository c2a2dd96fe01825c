"""Which certificate is expected at which moment."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from probe.case.pins import counting, early, every, fits, late, met, nearest
from probe.facts.certificate import Certificate
from probe.facts.target import Pin, Target
from probe.lab.pki import self_signed

OLD, NEW = (self_signed(f"{name}.example").certificate for name in ("old", "new"))
DAY = "2026-12-31"


def pin(certificate: Certificate = NEW, since: str = "", until: str = "") -> Pin:
    return Pin(source="x", sha256=sha256(certificate.der).hexdigest(), since=since, until=until)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_early", "is_late"),
    [("2026-12-30T23:59:59", True, False), ("2026-12-31T00:00:00", False, False), ("2026-12-31T23:59:59", False, False), ("2027-01-01T00:00:00", False, True)],
)
def test_the_day_counts_as_a_whole(moment: str, is_early: bool, is_late: bool) -> None:
    assert early(pin(since=DAY), at(moment)) is is_early and late(pin(until=DAY), at(moment)) is is_late


def test_on_the_day_of_the_change_either_will_do() -> None:
    target = Target(spelled="x", protocol="https", host="x", port=443, name="x", sni=None, pin=pin(OLD, until=DAY), also_pins=(pin(NEW, since=DAY),))
    before, on, after = at("2026-12-30"), at(DAY), at("2027-01-01")
    assert len(every(target)) == 2
    assert [bool(met(target, OLD, one)) for one in (before, on, after)] == [True, True, False]
    assert [bool(met(target, NEW, one)) for one in (before, on, after)] == [False, True, True]
    assert [len(counting(target, one)) for one in (before, on, after)] == [1, 2, 1]
    told = [nearest(target, one) for one in (before, after)]
    assert told == [target.pin, target.also_pins[0]] and met(target, None, on) is None


def test_a_key_is_expected_whatever_the_certificate() -> None:
    key = OLD.read.key
    assert key is not None
    expected = Pin(source="x", sha256=sha256(key.spki).hexdigest(), kind="spki")
    assert fits(expected, OLD) and not fits(expected, NEW)
    assert not fits(Pin(source="x", sha256=expected.sha256), OLD)
