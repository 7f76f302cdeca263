"""Work side by side gives what one thread gives, and loses no failure."""

import threading

import pytest

from aanchal.lib.early_warning.threads import side_by_side


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_parts(threads):
    assert side_by_side(lambda n: n * n, range(40), threads) == [n * n for n in range(40)]


def test_nothing_to_do_is_nothing_done():
    assert side_by_side(lambda n: n, [], 2) == []


def test_two_threads_really_work_at_once():
    both = threading.Barrier(2, timeout=20)

    side_by_side(lambda _n: both.wait(), range(2), 2)  # one alone would wait in vain


@pytest.mark.parametrize("bad", [0, 7, 19])
def test_a_failure_reaches_the_caller_whichever_thread_met_it(bad):
    def do(number):
        if number == bad:
            raise ValueError(f"part {number}")
        return number

    with pytest.raises(ValueError, match=f"part {bad}"):
        side_by_side(do, range(20), 3)

    assert side_by_side(lambda n: n, range(20), 3) == list(range(20)), "the threads work on"
