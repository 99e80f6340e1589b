"""A Python process of its own for slow or dangerous work: it is asked in frames and dies alone.

The child runs `python -m livecode.music.process` and answers calls of functions inside `livecode` that take
and give plain data. Its memory is limited, so that it dies before the machine does; a call that takes too
long, an answer that is no answer, or a death are one exception in the parent, and the next call starts a
new child.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

MAGIC = b"lc"
HEADER = struct.Struct("<2sI")
LARGEST = 256 << 20
"""Bytes of the largest frame; a longer one is nonsense."""

MEMORY = 2 << 30
"""Bytes of data a child may hold."""


class ChildLost(Exception):
    """The child died, stalled or talked nonsense; the text says which."""


class Child:
    """A process that answers calls, one at a time.

    >>> child = Child()
    >>> child.call("livecode.music.process:echo", {"n": 1})
    {'n': 1}
    >>> child.stop()

    `memory` is in bytes, `seconds` the longest a call may take. Thread-safe: calls queue up.
    """

    def __init__(self, memory: int = MEMORY, niceness: int = 5) -> None:
        self.memory, self.niceness = memory, niceness
        self.command = [sys.executable, "-m", "livecode.music.process", str(memory), str(niceness)]
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The number of the process that answers now, None when there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def call(self, function: str, argument: Any, seconds: float = 30.0) -> Any:
        """What `module:function` gives for the argument; ChildLost when no answer came.

        An exception in the function comes back as `RemoteError`.
        """
        frame = _frame({"function": function, "argument": argument})
        with self._lock:
            process = self._running()
            late = threading.Timer(seconds, process.kill)
            late.daemon = True
            late.start()
            began = time.monotonic()
            try:
                assert process.stdin is not None and process.stdout is not None
                process.stdin.write(frame)
                process.stdin.flush()
                answer = _read_frame(process.stdout)
                if answer is None:
                    raise ChildLost("it ended")
                if not isinstance(answer, dict) or not {"value", "error"} & answer.keys():
                    raise ChildLost("its answer makes no sense")
            except (ChildLost, OSError, ValueError) as problem:
                self._end()
                if time.monotonic() - began >= seconds:
                    raise ChildLost(f"it took more than {seconds:g} s") from problem
                reason = str(problem) if isinstance(problem, ChildLost) else "it ended"
                raise ChildLost(reason) from problem
            finally:
                late.cancel()
        if "error" in answer:
            raise RemoteError(str(answer.get("type", "Exception")), str(answer["error"]))
        return answer["value"]

    def kill(self) -> None:
        """End the child at once, also in the middle of a call, which then fails."""
        process = self._process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End the child; a later call starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self.starts += 1
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()


_STARVED = ("Cannot allocate memory", "failed to map segment")


class RemoteError(Exception):
    """A function in the child raised; `kind` is the exception's name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def echo(argument: Any) -> Any:
    """The argument itself: what a child answers when asked whether it lives."""
    return argument


def serve(memory: int = MEMORY, niceness: int = 5) -> None:
    """The child's life: answer frames on standard input until it closes."""
    # A library that prints must not write into the frames.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    _limit_memory(memory)
    functions: dict[str, Callable[[Any], Any]] = {}
    while (request := _read_frame(sys.stdin.buffer)) is not None:
        try:
            name = request["function"]
            if name not in functions:
                functions[name] = _function(name)
            reply = _frame({"value": functions[name](request["argument"])})
        except Exception as problem:
            # MemoryError included: what was built is given back and the next call may fit.
            kind = "MemoryError" if _starved(problem) else type(problem).__name__
            reply = _frame({"error": " ".join(str(problem).split()), "type": kind})
        answers.write(reply)
        answers.flush()


def _starved(problem: Exception) -> bool:
    """Whether it was for want of memory, whatever a library calls that.

    >>> _starved(MemoryError()), _starved(OSError(12, "Cannot allocate memory")), _starved(ValueError("no"))
    (True, True, False)
    >>> _starved(ImportError("libtorch_cpu.so: failed to map segment from shared object"))
    True
    """
    words = str(problem)
    return isinstance(problem, MemoryError) or any(each in words for each in _STARVED)


def _function(name: str) -> Callable[[Any], Any]:
    module, _, attribute = name.partition(":")
    if not module.startswith("livecode."):
        raise LookupError(f"{name} is not livecode's")
    function: Callable[[Any], Any] = getattr(importlib.import_module(module), attribute)
    return function


def _limit_memory(memory: int) -> None:
    if sys.platform == "linux":
        import resource

        # In place of the front's own. Data, not addresses: torch for a GPU reserves far more than it fills.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            return
    # Others do not keep this limit: watch what is really used.
    threading.Thread(target=_watch_memory, args=(memory,), daemon=True).start()


def _watch_memory(memory: int) -> None:
    import psutil

    own = psutil.Process()
    while own.memory_info().rss < memory:
        time.sleep(0.25)
    os._exit(86)


def _frame(message: Any) -> bytes:
    body = msgspec.msgpack.encode(message)
    if len(body) > LARGEST:
        raise ValueError(f"a frame of {len(body)} bytes: the largest is {LARGEST}")
    return HEADER.pack(MAGIC, len(body)) + body


def _read_frame(stream: BinaryIO | Any) -> Any:
    """The next message, None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    magic, size = HEADER.unpack(header)
    if magic != MAGIC or size > LARGEST:
        raise ChildLost("its answer makes no sense")
    body = stream.read(size)
    if len(body) < size:
        return None
    try:
        return msgspec.msgpack.decode(body)
    except msgspec.DecodeError as problem:
        raise ChildLost("its answer makes no sense") from problem


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
