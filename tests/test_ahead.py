"""Results that are made ahead: all of them, in any order, several at a time, and nothing after the end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ahead import AT_ONCE, FORESIGHT, Ahead, ahead


def test_every_key_gets_its_own_result_in_any_order() -> None:
    with ahead(lambda key: key * key, range(40)) as squares:
        assert [squares(key) for key in (39, 0, 7, 7, 3, 39, *range(40))] == [39 * 39, 0, 49, 49, 9, 39 * 39, *(key * key for key in range(40))]


def test_several_are_under_way_at_a_time() -> None:
    # None of them ends before all of them have begun.
    together = threading.Barrier(AT_ONCE, timeout=20)
    with ahead(lambda _key: together.wait(), range(AT_ONCE)) as places:
        assert sorted(places(key) for key in range(AT_ONCE)) == list(range(AT_ONCE))


def test_no_more_are_begun_than_the_next_few() -> None:
    begun: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        Ahead(begun.append, range(100), pool)(10)
    assert begun == list(range(10, 10 + FORESIGHT))


def test_what_goes_wrong_is_raised_where_it_is_asked_for() -> None:
    with ahead(lambda key: 1 // key, (2, 0, 1)) as parts:
        assert parts(2) == 0
        with pytest.raises(ZeroDivisionError):
            parts(0)
        assert parts(1) == 1


def test_what_nobody_asked_for_is_not_begun_after_the_end() -> None:
    go_on, begun = threading.Event(), []

    def work(key: int) -> int:
        begun.append(key)
        if key >= AT_ONCE:
            go_on.wait(20)
        return key

    with ahead(work, range(3 * AT_ONCE)) as numbers:
        assert [numbers(key) for key in range(AT_ONCE)] == list(range(AT_ONCE))
        go_on.set()
    counted = len(begun)
    assert AT_ONCE <= counted <= 2 * AT_ONCE and not [one for one in threading.enumerate() if one.name.startswith("ahead")]
