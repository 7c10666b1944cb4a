"""Independent tasks at once: the same results, the same errors, and nothing left behind, whoever did which."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial

import pytest

from pipeline.base.at_once import at_once, available, both, processes

linux = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")


def _who(place: int) -> tuple[int, int]:
    return place, os.getpid()


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("tasks", [0, 1, 2, 25, 300])
def test_results_stand_in_the_order_of_their_tasks(count: int, tasks: int) -> None:
    """No task is lost or mistaken for another, also where there are more than a byte can tell apart."""
    with processes(count):
        found = at_once([partial(_who, place) for place in range(tasks)])
    assert [place for place, _ in found] == list(range(tasks))
    assert len({pid for _, pid in found}) <= count


def test_without_leave_all_is_done_here() -> None:
    """A test, a notebook or a command that did not ask for processes stays one."""
    assert {pid for _, pid in at_once([partial(_who, place) for place in range(5)])} == {os.getpid()}


@linux
def test_two_processes_share_the_work_and_none_is_left() -> None:
    """Each waits for the other to have begun, which one process alone could not."""
    mine, theirs = os.pipe(), os.pipe()

    def meet(send: tuple[int, int], wait: tuple[int, int]) -> int:
        os.write(send[1], b"x")
        os.read(wait[0], 1)
        return os.getpid()

    with processes(2):
        first, second = both(partial(meet, mine, theirs), partial(meet, theirs, mine))
    assert first != second
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("count", [1, 2])
def test_the_first_error_is_raised_here(count: int) -> None:
    """Whichever process met it, and whatever else failed."""

    def fail(place: int) -> int:
        if place % 2:
            raise LookupError(str(place))
        return place

    with processes(count), pytest.raises(LookupError, match="1"):
        at_once([partial(fail, place) for place in range(8)])


@linux
@pytest.mark.parametrize("end", [partial(os._exit, 0), partial(os._exit, 1), lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_what_an_ended_copy_did_not_bring_home_is_done_here(end: Callable[[], None]) -> None:
    """A copy that is killed (for want of memory, say) costs time and no result."""
    here = os.getpid()

    def dies_in_a_copy(place: int) -> int:
        if os.getpid() != here:
            end()
        return place

    with processes(2):
        assert at_once([partial(dies_in_a_copy, place) for place in range(6)]) == list(range(6))


@linux
def test_a_result_that_cannot_travel_is_made_here() -> None:
    """A function made in a function is not fit for pickle."""

    def made(place: int) -> Callable[[], int]:
        return lambda: place

    with processes(2):
        found = at_once([partial(made, place) for place in range(6)])
    assert [one() for one in found] == list(range(6))


def test_tasks_within_tasks() -> None:
    """A copy makes no copies of its own."""
    with processes(2):
        found = at_once([partial(at_once, [partial(_who, n) for n in range(3)]) for _ in range(3)])
    assert [[place for place, _ in part] for part in found] == [[0, 1, 2]] * 3


def test_no_more_processes_than_cores() -> None:
    """Two at most."""
    assert 1 <= available() <= 2
