"""Workers: composing in a process of its own that may die, stall or talk nonsense."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from walkers import Walker

from livecode.errors import GeneratorError
from livecode.generators.generator import Context, build
from livecode.generators.markov import markov
from livecode.generators.pool import Composers, digest
from livecode.music.phrase import TICKS
from livecode.music.process import Child, ChildLost, RemoteError

ECHO = "livecode.music.process:echo"


@pytest.fixture
def child() -> object:
    made = Child()
    yield made
    made.stop()


def test_a_dead_child_is_replaced(child: Child) -> None:
    assert child.call(ECHO, 1) == 1
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    # Whether its death is seen before the next call or during it is a matter of microseconds.
    with contextlib.suppress(ChildLost):
        child.call(ECHO, 2)
    assert child.call(ECHO, 3) == 3 and child.starts == 2


def test_a_child_that_dies_during_a_call_is_lost_and_replaced(child: Child) -> None:
    assert child.call(ECHO, 1) == 1
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    killer = threading.Timer(0.2, child.kill)
    killer.start()
    with pytest.raises(ChildLost, match="it ended"):
        child.call(ECHO, 2)
    killer.join()
    assert child.call(ECHO, 3) == 3 and child.starts == 2


def test_a_stalled_child_is_given_up(child: Child) -> None:
    assert child.call(ECHO, 1) == 1
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(ChildLost, match=r"more than 0\.3 s"):
        child.call(ECHO, 2, seconds=0.3)
    assert child.call(ECHO, 3) == 3


@pytest.mark.parametrize("words", ["hello", "lc\\x04\\x00\\x00\\x00abcd", "lc\\xff\\xff\\xff\\xff"])
def test_nonsense_is_noticed(child: Child, words: str) -> None:
    child.command = [
        sys.executable,
        "-c",
        f"import sys; sys.stdout.write({words!r} * 9); sys.stdout.flush(); input()",
    ]
    with pytest.raises(ChildLost):
        child.call(ECHO, 1, seconds=5)


def test_an_error_in_the_child_is_an_error_here(child: Child) -> None:
    with pytest.raises(RemoteError):
        child.call("livecode.generators.worker:compose", {})
    with pytest.raises(RemoteError, match="not livecode's"):
        child.call("os:getcwd", None)
    assert child.starts == 1


def test_what_lacks_memory_is_tried_in_a_fresh_process(
    workers: Composers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Child.call

    def starved_at_first(child: Child, function: str, argument: object, seconds: float = 30.0) -> object:
        asked.append(function)
        if len(asked) == 1:
            raise RemoteError("MemoryError", "libtorch_cpu.so: failed to map segment from shared object")
        return real(child, function, argument, seconds)

    monkeypatch.setattr(Child, "call", starved_at_first)
    assert len(markov("foster", order=2, seed=7301).phrase(0).notes)
    assert len(asked) > 1


def test_the_fronts_own_limit_is_not_its_childrens() -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux tells the limits of others")
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    child = Child(memory=1 << 30)
    if hard != resource.RLIM_INFINITY:
        pytest.skip("this machine has a limit of its own")
    # A limit that is one, and far from what this process needs.
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, hard))
    try:
        assert child.call(ECHO, 1) == 1
        assert child.pid is not None
        assert resource.prlimit(child.pid, resource.RLIMIT_DATA) == (1 << 30, 1 << 30)
        assert resource.prlimit(child.pid, resource.RLIMIT_AS)[0] == resource.getrlimit(resource.RLIMIT_AS)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        child.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child is ended, not refused")
def test_memory_is_limited() -> None:
    child = Child(memory=600 << 20)
    try:
        with pytest.raises((RemoteError, ChildLost)):
            child.call("livecode.music.phrase:empty_notes", 1 << 30)
        assert child.call(ECHO, 1) == 1
    finally:
        child.stop()


def test_a_killed_worker_costs_a_notice_not_a_note(workers: Composers) -> None:
    stream = markov("foster", order=2)
    first = stream.phrase(0)
    (pid,) = workers.pids
    os.kill(pid, signal.SIGKILL)
    workers.forget()
    assert stream.phrase(0) == first
    assert all("a new one takes over" in line for line in workers.notices)


def test_a_worker_that_always_dies_is_an_error(workers: Composers) -> None:
    workers.children[0].command = [sys.executable, "-c", "pass"]
    with pytest.raises(GeneratorError, match="failed twice"):
        markov("foster", order=2).phrase(0)


def test_another_process_composes_the_same(workers: Composers) -> None:
    stream = markov("foster", order=2, seed=5).in_scale("d major")
    context = Context(constraints={"in_scale": "d major"})
    number = int.from_bytes(digest(5, 0)[:8], "little")
    assert stream.phrase(0) == build(stream.plan.generator.spec()).compose(context, 16 * TICKS, number)


def test_a_fresh_python_composes_the_same() -> None:
    line = (
        "from livecode.generators.markov import markov; "
        "print(markov('foster', order=2, seed=3).phrase(17).notes['pitch'].tolist())"
    )
    root = str(Path(__file__).parents[2])
    found = {
        subprocess.run(
            [sys.executable, "-c", line],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root, "LIVECODE_WORKERS": workers},
        ).stdout
        for hash_seed, workers in (("1", "0"), ("2", "2"))
    }
    assert len(found) == 1 and found.pop().startswith("[")


def test_two_askers_make_one_phrase(here: Composers) -> None:
    from livecode.generators.stream import Stream

    class Sleepy(Walker):
        def compose(self, context, length, seed):  # type: ignore[no-untyped-def]
            time.sleep(0.05)
            return super().compose(context, length, seed)

    sleepy = Sleepy()
    stream = Stream(sleepy)
    threads = [threading.Thread(target=stream.query, args=(0, 1)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sleepy.composed) == 1
