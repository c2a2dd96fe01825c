"""The Date field of HTTP in the forms that servers send, and in those that must not be taken for a time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from probe.case.http_date import http_date

NEAR = datetime(2026, 11, 21, tzinfo=UTC)
FORMS = {
    "Sun, 06 Nov 1994 08:49:37 GMT": datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC),
    "Sunday, 06-Nov-94 08:49:37 GMT": datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC),
    "Sun Nov  6 08:49:37 1994": datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC),
    "Sat, 21 Nov 2026 20:14:10 UTC": datetime(2026, 11, 21, 20, 14, 10, tzinfo=UTC),
    "Sat, 21 Nov 2026 20:14:10 +0000": datetime(2026, 11, 21, 20, 14, 10, tzinfo=UTC),
    "Sat, 21 Nov 2026 20:14:10 -0000": datetime(2026, 11, 21, 20, 14, 10, tzinfo=UTC),
    "Sat, 31 Dec 2016 23:59:60 GMT": datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC),
    "Monday, 01-Jan-77 00:00:00 GMT": datetime(1977, 1, 1, tzinfo=UTC),
    "Wednesday, 01-Jan-76 00:00:00 GMT": datetime(2076, 1, 1, tzinfo=UTC),
}
NO_TIMES = [
    "",
    "now",
    "0",
    "1732219200",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT",
    "Sun, 06 Nov 99999 08:49:37 GMT",
    "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:6² GMT",
    "Sun, 06 Nov " + "9" * 5000 + " 08:49:37 GMT",
    "\x00" * 50,
    " ".join("x" * 6),
]


@pytest.mark.parametrize(("value", "time"), FORMS.items())
def test_the_forms_of_the_standard_are_read(value: str, time: datetime) -> None:
    assert http_date(value, NEAR) == time


@pytest.mark.parametrize("value", NO_TIMES)
def test_anything_else_is_no_time(value: str) -> None:
    assert http_date(value, NEAR) is None


def test_what_the_standard_library_writes_is_read_back() -> None:
    for hours in range(0, 24 * 366 * 3, 37):
        time = NEAR + timedelta(hours=hours, seconds=hours % 60)
        assert http_date(format_datetime(time, usegmt=True), NEAR) == time
