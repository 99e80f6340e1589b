"""The stream of a net that is being tuned: the old weights play on until the new ones are there.

```python
d1 >> neural("folk").suppress("leaps").finetune("calm folk")
```
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from quicktions import Fraction

from livecode.errors import GeneratorError, LivecodeError, one_line
from livecode.generators.neural.build import Trained
from livecode.generators.neural.finetune import Wish
from livecode.generators.pool import composers
from livecode.generators.stream import Stream
from livecode.language.moment import moment
from livecode.language.time import Event
from livecode.music.phrase import Phrase
from livecode.music.process import Child, ChildLost, RemoteError

MEMORY, NICENESS = 2 << 30, 10
SECONDS = 600.0
"""The longest that a step of tuning may take."""
QUARTERS = 4
"""Times that it says how far it is."""


class Job:
    """A net being tuned behind the music, in a process of its own."""

    def __init__(self, wish: Wish) -> None:
        self.wish, self.name = wish, Path(wish.folder).name
        self.progress, self.told = 0.0, dict[str, float]()
        self.fault: LivecodeError | None = None
        self.done = threading.Event()
        self._cancelled = threading.Event()
        self._child = Child(MEMORY, NICENESS)
        self._thread = threading.Thread(target=self._make, name=f"tune {self.name}", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether the new net is there."""
        return self.done.is_set() and self.fault is None

    @property
    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self._cancelled.is_set() and not self.ready

    def cancel(self) -> None:
        """Tune it no further; nothing is kept."""
        self._cancelled.set()
        self._child.kill()

    def wait(self, seconds: float | None = None) -> None:
        """Until it is there, or so many seconds; Ctrl-C calls it off. Raises what went wrong."""
        try:
            self.done.wait(seconds)
        except KeyboardInterrupt:
            self.cancel()
            raise
        if self.fault is not None:
            raise self.fault

    def _make(self) -> None:
        try:
            self._tune()
            before, after = self.told["before"], self.told["after"]
            composers().notice(
                f"{self.name} is tuned: what was asked cost it {before:.2f} nats a note, now {after:.2f}; "
                f"neural({self.name!r}) plays it any time"
            )
        except (LivecodeError, RemoteError, ChildLost, OSError) as problem:
            if self._cancelled.is_set():
                self.fault = GeneratorError(f"{self.name} was called off: nothing is kept")
            else:
                self.fault = GeneratorError(f"{self.name} could not be tuned: {one_line(problem)}")
            composers().notice(str(self.fault))
        except Exception as problem:
            self.fault = GeneratorError(f"{self.name} could not be tuned: {one_line(problem)}")
            composers().notice(str(self.fault))
        finally:
            self._child.stop()
            self.done.set()

    def _tune(self) -> None:
        phrases, count, said = list[Any](), len(self.wish.seeds), 0
        for number in range(count):
            phrases.append(self._asked("drafted", self.wish.phrase(number)))
            self.progress = (number + 1) / (count + 2)
            if QUARTERS * (number + 1) // count > said:
                said = QUARTERS * (number + 1) // count
                composers().notice(f"{self.name}: {number + 1} of {count} phrases to learn from")
        wish = self.wish
        request = {"net": wish.net, "folder": wish.folder, "asked": wish.asked, "phrases": phrases}
        self.told = self._asked("tuned", request)
        self.progress = 1.0

    def _asked(self, function: str, request: dict[str, Any]) -> Any:
        if self._cancelled.is_set():
            raise ChildLost("it was called off")
        return self._child.call(f"livecode.generators.neural.finetune:{function}", request, SECONDS)


_jobs: dict[bytes, Job] = {}
_lock = threading.Lock()


def job_of(wish: Wish) -> Job:
    """The job of a wish: the one that is at it, or has done it; else a new one."""
    with _lock:
        found = _jobs.get(wish.key)
        gone = found is None or found.fault is not None
        if gone or (found is not None and found.ready and not Path(wish.folder).is_dir()):
            found = _jobs[wish.key] = Job(wish)
        assert found is not None
        return found


class Tuned(Stream):
    """What a net plays while it is tuned, and then what the tuned net plays.

    `.progress` is from 0 to 1, `.ready` tells whether the new net is there, `.wait()` waits for it and
    `.cancel()` calls it off. Offline a query waits.
    """

    def __init__(self, before: Stream, job: Job) -> None:
        super().__init__(before.plan.generator, plan=before.plan)
        self.before, self.job = before, job
        self._after: Stream | None = None
        self._playing_new = False

    def asking(self, **changes: Any) -> Self:
        """The same of another plan; of another composer, a plain stream of it."""
        before = self.before.asking(**changes)
        if "generator" in changes:
            return before  # type: ignore[return-value]
        return type(self)(before, self.job)

    @property
    def progress(self) -> float:
        """How far it is, 0 to 1."""
        return self.job.progress

    @property
    def ready(self) -> bool:
        """Whether the new net is there."""
        return self.job.ready

    def wait(self, seconds: float | None = None) -> Self:
        """Until the new net is there, or so many seconds; GeneratorError when it cannot be made."""
        self.job.wait(seconds)
        return self

    def cancel(self) -> Self:
        """Tune it no further: the old weights play on."""
        self.job.cancel()
        return self

    @property
    def after(self) -> Stream:
        """What the new net plays, with everything that was asked but for what is now its habit; waits."""
        self.job.wait()
        if self._after is None:
            plan = self.before.plan
            asked = {key: value for key, value in plan.parameters.items() if not key.startswith("more ")}
            made = Trained.of(self.job.wish.folder)
            name = f"neural {self.job.name}"
            self._after = Stream(made, plan=replace(plan, generator=made, name=name, parameters=asked))
        return self._after

    def phrase(self, number: int) -> Phrase:
        """Phrase `number` of the new net, from 0; waits for both. Called off, of the old one."""
        return (self.before if self.job.cancelled else self.after).phrase(number)

    def __repr__(self) -> str:
        # The usual picture of a pattern asks for its notes, which would wait.
        if self.job.cancelled:
            return f"<{self.job.name}: called off, the old weights play>"
        return f"<{self.job.name}: {'tuned' if self.ready else f'being tuned, {self.progress:.0%}'}>"

    def heard_at(self, cycle: float) -> Phrase | None:
        """The phrase that has been played at a cycle, None when none has."""
        return self._now().heard_at(cycle)

    def explain(self, cycle: int = 0) -> Any:
        """Why the notes of a cycle are what they are."""
        return self._now().explain(cycle)

    def _now(self) -> Stream:
        return self.after if self._playing_new else self.before

    def _events_between(self, begin: Fraction, end: Fraction) -> list[Event]:
        now = moment()
        if now is None or now.offline:
            stream = self.before if self.job.cancelled else self.after
            return stream._events_between(begin, end)
        now.momentary = True
        if self.ready and not self._playing_new:
            self._playing_new = self._prepared(math.floor(begin), now.metre)
        stream = self._now()
        events = stream._events_between(begin, end)
        self._last = stream._last
        return events

    def _prepared(self, cycle: int, metre: tuple[int, int]) -> bool:
        """Whether the new net's phrase is made that begins now; if not, it is being made."""
        number, bar = divmod(cycle, self.plan.bars)
        after = self.after
        after._last = self.before._last
        planned = after._already(number, metre)
        if planned is not None and composers().kept(planned.key) is not None:
            return bar == 0
        after._prepare(number + (bar > 0), metre)
        return False


def tuning(stream: Stream, name: str, job: Callable[[Wish], Job] = job_of) -> Tuned:
    """The stream that `finetune` gives."""
    return Tuned(stream, job(Wish.of(stream.plan, name)))
