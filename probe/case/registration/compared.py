"""An authority as the API tells it against the file: is it the same, which of the list is it, and is there room for one more? Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from probe.case.registration.authority import common_name
from probe.case.registration.remarks import Remark, note, ok, problem
from probe.facts.certificate import Certificate
from probe.facts.registration import Listed, Registered


def is_same(one: Listed, certificate: Certificate) -> bool:
    """Whether end and common name agree. The API tells no fingerprint, so this is a sign and no proof."""
    end = certificate.read.not_after
    return one.common_name.strip() == common_name(certificate) and one.expiration is not None and end is not None and _equal(one.expiration, end)


def told(one: Listed, certificate: Certificate) -> tuple[Remark, ...]:
    """What the API tells of an authority, held against the file that was sent."""
    found: list[Remark] = []
    name, end = common_name(certificate), certificate.read.not_after
    if one.common_name and one.common_name.strip() != name:
        says = f'The API tells the common name "{one.common_name}", and the file has "{name}".'
        found.append(problem(says, "Another certificate is registered under this id: see probe insights-hub ca list."))
    if one.expiration and end and not _equal(one.expiration, end):
        says = f"The API tells that it ends on {one.expiration:%Y-%m-%d %H:%M:%S} UTC, and the file ends on {end:%Y-%m-%d %H:%M:%S}."
        found.append(problem(says, "Another certificate is registered under this id: see probe insights-hub ca list."))
    if not found:
        missing = [word for word, value in (("its end", one.expiration), ("its common name", one.common_name)) if not value]
        found.append(note(f"The answer does not tell {' and '.join(missing)}.") if missing else ok("End and common name in the answer are those of the file."))
    return tuple(found)


def place(every: tuple[Listed, ...], certificate: Certificate, known: Registered | None, identifier: str = "") -> tuple[Listed, ...]:
    """Which of the listed authorities the file is: by the id that is given or known, else those that agree in end and common name."""
    wanted = identifier or (known.id if known else "")
    by_id = tuple(one for one in every if wanted and one.id == wanted)
    if by_id or identifier:
        return by_id
    alike = tuple(one for one in every if is_same(one, certificate))
    named = tuple(one for one in alike if known and one.name.strip() == known.name.strip())
    return named or alike


def room(every: tuple[Listed, ...], limit: int, at: datetime) -> Remark | None:
    """Why one more cannot be uploaded; ``None`` when it can. ``limit`` is 0 when it is not known."""
    if not limit or len(every) < limit:
        return None
    spare = [one for one in every if one.expiration and one.expiration <= at] or [one for one in every if one.verified is False]
    hint = f" {described(spare[0], at)} would be the first candidate." if spare else ""
    return problem(
        f"There are {len(every)} authorities, and a tenant can have {limit}: {'; '.join(described(one, at) for one in every[:4])}. Nothing was sent.",
        f"Delete one that no agent uses any more (DELETE .../caCertificates/ID).{hint}",
    )


def described(one: Listed, at: datetime) -> str:
    """An authority of the list in a few words."""
    state = {True: "verified", False: "not verified", None: "verified or not is not told"}[one.verified]
    ends = f", {'expired' if one.expiration <= at else 'ends'} {one.expiration:%Y-%m-%d}" if one.expiration else ""
    return f'"{one.name}" (id {one.id}, CN "{one.common_name}"{ends}, {state})'


def rows(every: Iterable[Listed]) -> tuple[tuple[str, ...], ...]:
    """The list as a table."""
    words = {True: "yes", False: "no", None: "not told"}
    return tuple((one.id, one.name, one.common_name, f"{one.expiration:%Y-%m-%d}" if one.expiration else "not told", words[one.verified]) for one in every)


def _equal(one: datetime, other: datetime) -> bool:
    """Certificates count in seconds; an answer may have thousandths."""
    return abs(one - other) < timedelta(seconds=2)
