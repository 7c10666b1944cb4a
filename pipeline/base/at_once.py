"""Independent tasks at once: what one process would do one after another, in as many as the stage was given.

A second process is a copy of the first (fork), so that it need not read or import anything again. Which of them does a task
changes nothing in its result. Where copies are not safe (macOS, Windows) or not given, all is done one after another.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn, TypeVar, cast

Result = TypeVar("Result")
Other = TypeVar("Other")
Task = Callable[[], Result]

MOST = 2  # processes of a stage: more would take memory that a country's study has not got
TURNS = 256  # tasks told apart by one byte
LOOKS = 0.2  # seconds between two looks of a copy whether its parent is still there

_processes: ContextVar[int] = ContextVar("processes", default=1)


@contextmanager
def processes(count: int) -> Iterator[None]:
    """Let `at_once` use so many processes within, where the platform can."""
    token = _processes.set(count if sys.platform == "linux" else 1)
    try:
        yield
    finally:
        _processes.reset(token)


def available() -> int:
    """The processes a stage may use here: the cores it may run on, two at most."""
    return min(MOST, len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1)


def at_once(tasks: Sequence[Task[Result]]) -> list[Result]:
    """The results of tasks that do not depend on each other, in their order; an error is the first one's.

    What a task returns must be fit for pickle; what it changes elsewhere may be lost.
    """
    if _processes.get() < 2 or len(tasks) < 2:
        return [task() for task in tasks]
    return [result for first in range(0, len(tasks), TURNS) for result in _by_two(tasks[first : first + TURNS])]


def both(one: Task[Result], other: Task[Other]) -> tuple[Result, Other]:
    """Two results of different kinds, as `at_once` gives many of one."""
    first, second = at_once(cast(list[Task[object]], [one, other]))
    return cast(Result, first), cast(Other, second)


def _by_two(tasks: Sequence[Task[Result]]) -> list[Result]:
    """Whoever is free takes the next task; what the copy did not bring home is done here."""
    turns, give = os.pipe()
    os.write(give, bytes(range(len(tasks))))
    os.close(give)
    home, send = os.pipe()
    parent = os.getpid()
    copy = os.fork()
    if copy == 0:
        _work_as_copy(tasks, turns, send, parent)
    os.close(send)
    try:
        with processes(1):  # a task that has independent parts of its own does them one after another
            done = _taken(tasks, turns)
        done |= _brought(home)
    except BaseException:
        os.kill(copy, signal.SIGKILL)
        raise
    finally:
        os.close(turns)
        os.waitpid(copy, 0)
    return [done[place] if place in done else task() for place, task in enumerate(tasks)]


def _taken(tasks: Sequence[Task[Result]], turns: int) -> dict[int, Result]:
    """Results by place, up to the first error; its task stays undone, so that it strikes again where it is raised."""
    done: dict[int, Result] = {}
    while turn := os.read(turns, 1):
        try:
            done[turn[0]] = tasks[turn[0]]()
        except Exception:
            break
    return done


def _brought(home: int) -> dict[int, Result]:
    """What the copy has done; nothing where it ended before."""
    with os.fdopen(home, "rb") as file:
        content = file.read()
    try:
        done: dict[int, Result] = pickle.loads(content)
    except (EOFError, pickle.UnpicklingError):
        return {}
    return done


def _work_as_copy(tasks: Sequence[Task[Result]], turns: int, send: int, parent: int) -> NoReturn:
    """Do what the parent leaves, send it, and end without a word, whatever happens."""
    status = 1
    try:
        _processes.set(1)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        content = pickle.dumps(_taken(tasks, turns))
        with os.fdopen(send, "wb") as file:
            file.write(content)
        status = 0
    finally:
        os._exit(status)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOKS)
    os._exit(1)
