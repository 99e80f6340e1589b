"""A dream as a pattern: `dream(d1)`."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from livecode.errors import ControlError, GeneratorError, nearest
from livecode.generators.dreams.child import call_off
from livecode.generators.dreams.dreamer import dreamer
from livecode.generators.plan import Plan, Source, value_at
from livecode.generators.pool import composers
from livecode.generators.stream import Stream
from livecode.language.moment import Moment
from livecode.music.phrase import Phrase

SOUNDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"})
_said: deque[bytes] = deque(maxlen=64)
"""Phrases of which it has been said that they are on their way."""
ASKED = ("layer", "units", "depth", "towards", "bars", "seed", "in_scale")


@dataclass(frozen=True)
class DreamPlan(Plan):
    """A plan whose depth is read at each cycle, not only at a phrase's start."""

    def parameters_at(self, cycle: int) -> dict[str, float]:
        """The numbers in force, the depth of each bar among them."""
        values = super().parameters_at(cycle)
        depth = self.parameters.get("depth")
        for bar in range(self.bars):
            here = value_at(depth, cycle + bar) if depth is not None else None
            if here is not None:
                if isinstance(here, bool) or not hasattr(here, "__float__"):
                    raise ControlError(f"depth is {here!r} in cycle {cycle + bar}: give numbers from 0 to 8")
                values[f"depth {bar}"] = float(here)
        return values


class Dream(Stream):
    """What a net dreams of a part: every phrase as it is put in, led to where a layer answers louder.

    A phrase that is not dreamt yet plays as it was put in.
    """

    chapter = 1

    def depth(self, amount: Any) -> Self:
        """How deep, 0 to 8, a number or a pattern read at each cycle; 0 is the part itself.

        ```python
        dream(d1).depth("<0 1 2 3 4 3 2 1>")
        ```
        """
        return self.setting(depth=amount)

    def layer(self, number: int) -> Self:
        """Which layer is to answer louder, counted from 1 at the notes."""
        old: Any = self.plan.generator
        made = dreamer(old.net, layer=number, units=old.units, noise=old.noise)
        return self.asking(generator=replace(made, towards=old.towards))

    def towards(self, other: Any) -> Self:
        """Drift to where other music is heard: a pattern, a slot, or a sound file.

        ```python
        dream(d1).towards("[c4,e4,g4]*4")
        ```
        """
        old: Any = self.plan.generator
        return self.asking(generator=replace(old, towards=_goal(other)))

    def seed(self, number: int) -> Self:
        """Another dream of the same part; 0 is the straight way down."""
        if isinstance(number, bool) or not isinstance(number, int):
            raise ControlError(f"a seed of {number!r}: give a whole number")
        old: Any = self.plan.generator
        return self.asking(generator=replace(old, noise=number), seed=number)

    def rise(self, cycle: int = 0) -> list[float]:
        """How loudly the layer answered after each step down, for the phrase of a cycle; waits.

        ```python
        dream(d1).depth(3).rise()
        ```
        """
        number = int(cycle) // self.plan.bars
        context = self._plan(number, (4, 4), b"").context
        made: Any = self.plan.generator
        if context.over is None or not len(context.over):
            return []
        _, descent, _ = made.dreamt(context)
        return [float(each) for each in descent.activations]

    def cancel(self) -> Self:
        """Call off what is being dreamt; the part plays as it was put in."""
        call_off()
        return self

    def orchestra(self, *names: str) -> Any:
        """Each voice by an instrument of its own, from the top down; the last serves all that are left.

        ```python
        dream("washing.wav").orchestra("glass", "reed", "strings", "cello")
        ```
        """
        from livecode.language.combine import stack

        if not names:
            raise ControlError("orchestra() needs instruments: orchestra('glass', 'cello')")
        made: Any = self.plan.generator
        voices = made.shape[0]
        parts: list[Any] = [
            self.voice(number).s(names[min(number, len(names) - 1)]) for number in range(voices)
        ]
        return stack(*parts)

    def _fallback(self, number: int, cycle: int, metre: tuple[int, int], now: Moment) -> Phrase | None:
        """The part as it was put in; said once a phrase, however many voices ask for it."""
        now.momentary = True
        composers().misses[self.plan.name] += 1
        planned = self._plan(number, metre, b"")
        if planned.key not in _said:
            _said.append(planned.key)
            composers().notice(f"{self.plan.name} is on its way: till then it plays as it was put in")
        return planned.context.over


def dreaming(source: Any, net: str, **asked: Any) -> Dream:
    """The stream that `dream` gives."""
    for given in asked:
        if given not in ASKED:
            near = nearest(given, ASKED)
            cure = f"did you mean {near!r}?" if near else f"it takes {', '.join(ASKED)}"
            raise ControlError(f"a dream has no parameter called {given!r}: {cure}")
    layer = {"layer": asked["layer"]} if "layer" in asked else {}
    seed = asked.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ControlError(f"a seed of {seed!r}: give a whole number")
    made = dreamer(net, units=asked.get("units", ()), noise=seed, **layer)
    if asked.get("towards") is not None:
        made = replace(made, towards=_goal(asked["towards"]))
    part, named, bars = _part(source)
    parameters = {"depth": asked["depth"]} if "depth" in asked else {}
    constraints = {"in_scale": asked["in_scale"]} if "in_scale" in asked else {}
    plan = DreamPlan(
        made, f"dream of {named}", bars=asked.get("bars", bars), seed=seed,
        parameters=parameters, constraints=constraints, over=part,
    )  # fmt: skip
    return Dream(made, plan=plan)


def is_sound(source: Any) -> bool:
    """Whether a source is named as a sound file is.

    >>> is_sound("washing.wav"), is_sound("c e g")
    (True, False)
    """
    return isinstance(source, Path) or (isinstance(source, str) and Path(source).suffix.lower() in SOUNDS)


def _part(source: Any) -> tuple[Source, str, int]:
    """What is dreamt of, its name, and how many bars of it at once."""
    if is_sound(source):
        from livecode.generators.dreams.recording import RecordedSource, heard

        recording = heard(source)
        return RecordedSource(recording.pattern()), Path(source).name, min(4, recording.phrase.bars)
    part = Source(source)
    part.must_have_notes(0, 4)
    return part, part.name, 4


def _goal(other: Any) -> dict[str, Any]:
    part, _, bars = _part(other)
    phrase = part.phrase(0, bars, (4, 4))
    if not len(phrase):
        raise GeneratorError(f"there is no note in {other!r} to drift to: give a pattern of notes")
    return phrase.pack()


__all__ = ["Dream", "dreaming", "is_sound"]
