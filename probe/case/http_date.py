"""The time in an HTTP ``Date`` field."""

from datetime import UTC, datetime

_MONTHS = {"Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12}
_ZONES = frozenset({"GMT", "UTC", "0000", "+0000"})


def http_date(value: str, near: datetime) -> datetime | None:
    """Read one of the three forms that a recipient must understand (RFC 9110 section 5.6.7); ``None`` for anything else. Never raises.

    ``near`` decides the century of a year with two digits: never more than 50 years after it. The name of the weekday is not looked at.
    """
    words = value.replace("-", " ").replace(",", " ").split() if value.isascii() and len(value) < 100 else []
    if len(words) == 6 and words[5] in _ZONES:
        day, month, year, clock = words[1:5]  # Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
    elif len(words) == 5:
        month, day, clock, year = words[1:]  # Sun Nov  6 08:49:37 1994
    else:
        return None
    times = clock.split(":")
    if month not in _MONTHS or len(times) != 3 or not all(one.isdigit() for one in (day, year, *times)):
        return None
    hour, minute, second = map(int, times)
    try:
        return datetime(_year(year, near), _MONTHS[month], int(day), hour, minute, 59 if second == 60 else second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _year(digits: str, near: datetime) -> int:
    if len(digits) != 2:
        return int(digits)
    year = near.year - near.year % 100 + int(digits)
    return year - 100 if year > near.year + 50 else year
