"""Loops: functions that play and wait, for what is easier told as a story than as a pattern.

```python
@loop
def drums():
    yield s("bd"), 1/4
    yield s("sn").gain("1 0.6"), 1/4
d1 >> drums
```

What a loop yields: a sound, a time to wait in cycles, or both. A loop is a pattern, so whatever changes
patterns changes it: `drums.fast(2).every(4, rev)`. It counts its time from cycle 0 on, wherever it is placed,
and its chance (Python's `random`) is its own: a render plays what the stage plays.

Sources: Sonic Pi's live loops (S. Aaron, "Temporal semantics for a live coding language", 2014); temporal
recursion (A. Sorensen, 2013) as in Sardine.
"""

from __future__ import annotations

from typing import Any

from livecode.errors import PatternError
from livecode.language.controls import control_pattern
from livecode.language.pattern import Pattern
from livecode.language.registry import constructor
from livecode.language.time import Event, Fraction
from livecode.language.world import Again, Cue, Run, Sync, here


class Loop(Pattern):
    """A loop as a pattern."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        super().__init__(self._answered)
        self._run = run

    def _answered(self, begin: Fraction, end: Fraction) -> list[Event]:
        if end <= 0:
            return []
        run = self._run
        run.world.run(end if end > begin else end + Fraction(1, 2**20), run)
        if run.fault is not None and end > run.fault[0]:
            raise run.fault[1]
        return run.played(max(begin, Fraction(0)), end)


@constructor(family="loops", aliases=("live_loop", "swim"))
def loop(function: Any) -> Pattern:
    """Make a pattern of a function that plays and waits; it is called again and again.

    >>> @loop
    ... def drums():
    ...     yield s("bd"), 1/4
    ...     yield s("<sn cp>"), 1/4
    >>> [event.value["s"] for event in drums.query(0, 1)]
    ['bd', 'sn', 'bd', 'cp']

    A sound that is yielded with a time fills that time with one of its cycles, the next one each turn;
    without a time it lasts a cycle, and the next yield comes at the same moment. `yield 1/2` only waits. The
    loop may also be called with values that change, as `again` says; and wait for others, as `sync` says.

    A number instead of a function is the control `loop`: how often a sample is played within the note.
    """
    if isinstance(function, Pattern) or not callable(function):
        return control_pattern("loop", function)
    code = getattr(function, "__code__", None)
    if code is None:
        raise PatternError(f"a loop is made of a function with a def of its own, not of {function!r}")
    if code.co_argcount > len(function.__defaults__ or ()) or code.co_kwonlyargcount > len(
        function.__kwdefaults__ or {}
    ):
        needy = code.co_varnames[0]
        raise PatternError(
            f"loop {function.__name__} needs a value to start with: def {function.__name__}({needy}=0)"
        )
    world = here()
    run = Run(world, function.__name__, function, {})
    world.add(run)
    return Loop(run)


@constructor(family="loops")
def again(**values: Any) -> Again:
    """Have a loop called again with other values: temporal recursion.

    >>> @loop
    ... def rising(step=0):
    ...     return note(step), 1/2, again(step=step + 2)
    >>> [event.value["note"] for event in rising.query(0, 2)]
    [0, 2, 4, 6]

    `again.never()` ends the loop.
    """
    return Again(values)


def _never() -> Again:
    """The end of a loop."""
    return Again(None)


again.never = _never  # type: ignore[attr-defined]


@constructor(family="loops")
def cue(name: str, value: Any = None) -> Cue:
    """Tell the loops that wait for a name that it is time: `yield cue("drop")`; a value may go with it.

    >>> @loop
    ... def leader():
    ...     yield cue("chord", "<c e>"), 1
    >>> @loop
    ... def choir():
    ...     root = yield sync("chord")
    ...     yield note(root), 1/2
    >>> choir.query(0, 2)
    [(0..1/2) {'note': 0}, (1..3/2) {'note': 4}]

    Each turn of a loop is a cue of the loop's own name.
    """
    return Cue(str(name), value)


@constructor(family="loops")
def sync(source: Any) -> Sync:
    """Wait for a cue, for a loop's next turn by its name, or for the next event of a pattern or a slot.

    >>> @loop
    ... def clap():
    ...     yield sync("beat")
    ...     yield s("cp"), 1/8
    >>> @loop
    ... def beat():
    ...     yield 1/2
    >>> [event.part.begin for event in clap.query(0, 1)]
    [Fraction(0, 1), Fraction(1, 2)]

    `heard = yield sync("name")` gives what was told with the cue; with a pattern, the event's value.
    """
    return Sync(source)


__all__ = ["Loop", "again", "cue", "loop", "sync"]
