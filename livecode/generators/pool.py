"""Phrases made ahead by worker processes and kept: the beat asks here and never waits.

A phrase is known by a digest of everything it depends on (the composer's spec, its context, the seed), so
the same question has the same answer live, offline, after a restart and after an edit of the line it
came from.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec

from livecode.errors import GeneratorError, one_line
from livecode.generators.generator import Context, Generator
from livecode.music.phrase import Phrase
from livecode.music.process import Child, ChildLost, RemoteError

PHRASES_KEPT = 384
LONGEST = 60.0
"""Seconds a worker may think about one phrase before it counts as stalled."""


def digest(*parts: Any) -> bytes:
    """Sixteen bytes that stand for some plain data, the same in every process.

    >>> digest({"a": 1}) == digest({"a": 1}), digest(1) == digest(2)
    (True, False)
    """
    encoded = msgspec.msgpack.encode(parts, order="deterministic")
    return blake2b(encoded, digest_size=16).digest()


class Composers:
    """The workers, what they have composed, and what went wrong.

    `workers` processes share the models between them (0 composes in this process). `notices` holds the
    last lines for the performer and `misses` counts, by name, the cycles that played a fallback;
    `listen` calls a function with each notice as it comes.
    """

    def __init__(self, workers: int | None = None, memory: int = 2 << 30, longest: float = LONGEST) -> None:
        if workers is None:
            workers = int(os.environ.get("LIVECODE_WORKERS", min(2, os.cpu_count() or 1)))
        self.longest = longest
        self.notices: deque[str] = deque(maxlen=100)
        self.misses: Counter[str] = Counter()
        self.children = [Child(memory) for _ in range(workers)]
        self._kept: OrderedDict[bytes, Phrase] = OrderedDict()
        self._making: dict[bytes, threading.Event] = {}
        self._lock = threading.Lock()
        self._listeners: list[Callable[[str], None]] = []

    @property
    def pids(self) -> list[int]:
        """The worker processes that are running."""
        return [child.pid for child in self.children if child.pid is not None]

    def kept(self, key: bytes) -> Phrase | None:
        """The phrase with this digest, when it has been composed and not yet forgotten."""
        with self._lock:
            phrase = self._kept.get(key)
            if phrase is not None:
                self._kept.move_to_end(key)
            return phrase

    def phrase(
        self, key: bytes, generator: Generator, model: bytes, context: Context, length: int, seed: int
    ) -> Phrase:
        """The phrase with this digest, composed now when it is not kept; two askers make it once.

        `model` is the digest of the generator's spec. Waits; raises GeneratorError when it cannot be had.
        """
        while True:
            with self._lock:
                phrase = self._kept.get(key)
                if phrase is not None:
                    return phrase
                working = self._making.get(key)
                if working is None:
                    self._making[key] = threading.Event()
                    break
            working.wait()
        try:
            phrase = self._compose(generator, model, context, length, seed)
            with self._lock:
                self._kept[key] = phrase
                while len(self._kept) > PHRASES_KEPT:
                    self._kept.popitem(last=False)
            return phrase
        finally:
            with self._lock:
                self._making.pop(key).set()

    def ask(
        self, generator: Generator, model: bytes, question: str, argument: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """What a composer answers to a question, by its `answer(question, argument)`; waits.

        `argument` and answer are plain data. Raises GeneratorError when no answer can be had.
        """
        if not self.children or getattr(generator, "inside", False):
            answered: list[dict[str, Any]] = generator.answer(question, argument)  # type: ignore[attr-defined]
            return answered
        request = {"digest": model, "question": question, "argument": argument, "spec": generator.spec()}
        try:
            child = self.children[model[0] % len(self.children)]
            answered = child.call("livecode.generators.worker:answer", request, self.longest)
        except (ChildLost, RemoteError) as problem:
            raise GeneratorError(f"the {_kind(generator)} composer gave no answer: {problem}") from problem
        return answered

    def wake(self) -> None:
        """Start the workers before the first phrase is asked for, and return at once."""

        def ready(child: Child) -> None:
            # A worker that cannot be had is reported when it is asked to compose.
            with contextlib.suppress(ChildLost, RemoteError, OSError):
                child.call("livecode.generators.worker:awake", {}, self.longest)

        for child in self.children:
            threading.Thread(target=ready, args=(child,), name="wake a composer", daemon=True).start()

    def notice(self, line: str) -> None:
        """Say one line to the performer, once as long as nothing else is said."""
        if self.notices and self.notices[-1] == line:
            return
        self.notices.append(line)
        for listener in list(self._listeners):
            listener(line)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call a function with every notice from now on."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def unlisten(self, listener: Callable[[str], None]) -> None:
        """Call a function no more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def missed(self, name: str, cycle: int) -> str:
        """Count a cycle that had to play its fallback; the line that says so, which the asker says."""
        self.misses[name] += 1
        line = f"{name} was not ready for cycle {cycle}: its fallback plays"
        self.notices.append(line)
        return line

    def forget(self) -> None:
        """Drop every phrase that is kept."""
        with self._lock:
            self._kept.clear()

    def stop(self) -> None:
        """End the workers; the next phrase starts them again."""
        for child in self.children:
            child.stop()

    def _compose(
        self, generator: Generator, model: bytes, context: Context, length: int, seed: int
    ) -> Phrase:
        if not self.children or getattr(generator, "inside", False):
            phrase = generator.compose(context, length, seed)
            return _checked(phrase, length)
        number = model[0] % len(self.children)
        child = self.children[number]
        request: dict[str, Any] = {
            "digest": model,
            "context": context.pack(),
            "length": length,
            "seed": seed,
            "spec": None,
        }
        reason = ""
        for attempt in range(2):
            try:
                answer = child.call("livecode.generators.worker:compose", request, self.longest)
                if isinstance(answer, dict) and answer.get("unknown"):
                    request["spec"] = generator.spec()
                    answer = child.call("livecode.generators.worker:compose", request, self.longest)
                return _checked(Phrase.unpack(answer["phrase"]), length)
            except ChildLost as lost:
                reason = str(lost)
            except RemoteError as problem:
                if problem.kind == "MemoryError":
                    child.stop()
                    if not attempt:
                        # Other composers may have taken it: a new process has all of its share.
                        continue
                    raise GeneratorError(
                        f"the {_kind(generator)} composer ran out of memory: ask for fewer bars"
                    ) from problem
                raise GeneratorError(str(problem)) from problem
            except (ValueError, KeyError, TypeError) as problem:
                child.stop()
                reason = one_line(problem)
            self.notice(f"a composing process was lost ({reason}): a new one takes over")
        raise GeneratorError(f"the {_kind(generator)} composer failed twice ({reason}): try another seed")


def _kind(generator: Generator) -> str:
    return str(generator.spec().get("kind", type(generator).__name__))


def _checked(phrase: Phrase, length: int) -> Phrase:
    phrase.check()
    if phrase.length != length:
        raise ValueError(f"a phrase of {phrase.length} ticks where {length} were asked for")
    return phrase


@cache
def composers() -> Composers:
    """The composers every stream of this process uses."""
    made = Composers()
    atexit.register(made.stop)
    return made
