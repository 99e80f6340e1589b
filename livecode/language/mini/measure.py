"""How much a text asks for, reckoned from its syntax tree before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from livecode.errors import NotationError, QueryTooDense
from livecode.language.fuel import EVENTS_PER_CYCLE
from livecode.language.mini.tree import (
    PLAIN,
    Alternation,
    Choice,
    Chord,
    Control,
    Degrade,
    Euclid,
    Index,
    Node,
    Polymeter,
    Rest,
    Run,
    Sequence,
    Speed,
    Stack,
    Step,
    Value,
)
from livecode.language.time import ceiling

MOST_LAYERS = 96
MOST_STEPS = 20_000


class NotationTooDense(NotationError, QueryTooDense):
    """A text that asks for more events a cycle than the beat can carry."""


class Size:
    """Counts steps over a whole text, and bounds the events a cycle of each piece of it from above."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0
        self.column = 0

    def fail(self, problem: str, cure: str) -> NotationError:
        return NotationError(self.text, self.column, problem, cure)

    def of(self, node: Node) -> tuple[float, int]:
        """The most events in a cycle, and how many patterns lie on top of each other."""
        return _SIZES[type(node)](self, node)

    def of_one(self, node: Value | Control) -> tuple[float, int]:
        return 1.0, 1

    def of_none(self, node: Rest) -> tuple[float, int]:
        return 0.0, 1

    def of_stack(self, node: Stack) -> tuple[float, int]:
        return self.heard(node.parts, sum)

    def of_choice(self, node: Choice) -> tuple[float, int]:
        return self.heard(node.parts, max)

    def of_alternation(self, node: Alternation) -> tuple[float, int]:
        return self.heard_one_by_one(node.parts)

    def of_degrade(self, node: Degrade) -> tuple[float, int]:
        return self.over(node.node, 1.0)

    def of_index(self, node: Index) -> tuple[float, int]:
        return self.beside(node.node, node.index)

    def of_chord(self, node: Chord) -> tuple[float, int]:
        return self.beside(node.node, node.modifier)

    def over(self, node: Node, times: float) -> tuple[float, int]:
        events, layers = self.of(node)
        if layers >= MOST_LAYERS:
            raise self.fail(f"more than {MOST_LAYERS} changes are laid on one step", "write it flatter")
        return events * times, layers + 1

    def beside(self, node: Node, other: Node) -> tuple[float, int]:
        events, layers = self.over(node, 1.0)
        others, other_layers = self.of(other)
        return max(events, 1.0) * max(others, 1.0) if events and others else 0.0, max(layers, other_layers)

    def heard(self, parts: list[Sequence], together: Any) -> tuple[float, int]:
        sizes = [self.of(part) for part in parts]
        return float(together(size[0] for size in sizes)), max(size[1] for size in sizes) + 1

    def heard_one_by_one(self, parts: list[Sequence]) -> tuple[float, int]:
        events, layers = 0.0, 1
        for part in parts:
            busiest = 0.0
            for step in part.steps:
                most, deep = self.of_step(step)
                if step.weight is not PLAIN and step.weight > 0 and step.repeats > 0:
                    most /= min(1.0, float(step.weight / step.repeats))
                busiest = most if most > busiest else busiest
                layers = deep if deep > layers else layers
            events += busiest
        return events, layers + 1

    def of_sequence(self, node: Sequence) -> tuple[float, int]:
        events, layers = 0.0, 1
        for step in node.steps:
            most, deep = self.of_step(step)
            events += most if step.repeats is PLAIN else most * float(step.repeats)
            layers = deep if deep > layers else layers
        if len(node.steps) > 1 or any(step.repeats is not PLAIN for step in node.steps):
            layers += 1
        return events, layers

    def of_step(self, step: Step) -> tuple[float, int]:
        self.column = step.begin
        self.steps += 1 if step.repeats is PLAIN else ceiling(step.repeats)
        if self.steps > MOST_STEPS or (step.repeats is not PLAIN and step.repeats > EVENTS_PER_CYCLE):
            raise NotationTooDense(
                self.text,
                step.begin,
                f"{max(self.steps, int(step.repeats))} steps are more than can be played",
                f"repeat a step at most {EVENTS_PER_CYCLE} times",
            )
        events, layers = self.of(step.node)
        self.column = step.begin
        return events, layers

    def check_argument(self, node: Node) -> None:
        """Numbers that say how fast or how many are patterns too: refuse too many of them."""
        events, _ = self.of(node)
        if events > EVENTS_PER_CYCLE:
            raise NotationTooDense(
                self.text,
                self.column,
                f"{_shown(events)} numbers a cycle are more than can be followed",
                f"use at most {EVENTS_PER_CYCLE}",
            )

    def of_polymeter(self, node: Polymeter) -> tuple[float, int]:
        first = _weight(node.parts[0])
        wanted = first if node.steps is None else _largest(node.steps)
        if node.steps is not None:
            self.check_argument(node.steps)
        events, layers = 0.0, 1
        for part in node.parts:
            most, deep = self.of_sequence(part)
            weight = _weight(part)
            if weight > 0:
                events += most * (wanted / weight)
            layers = max(layers, deep)
        return events, layers + 2

    def of_speed(self, node: Speed) -> tuple[float, int]:
        self.check_argument(node.factor)
        if node.slower:
            slowest = _smallest(node.factor)
            times = 1.0 / slowest if slowest > 0 else 0.0
        else:
            times = _largest(node.factor)
        events, layers = self.over(node.node, max(times, 0.0))
        return events, layers if isinstance(node.factor, Value) else layers + 1

    def of_euclid(self, node: Euclid) -> tuple[float, int]:
        for each in (node.onsets, node.steps, node.rotation):
            if each is not None:
                self.check_argument(each)
        steps = _largest(node.steps)
        if steps > EVENTS_PER_CYCLE:
            raise NotationTooDense(
                self.text,
                self.column,
                f"a Euclidean rhythm of {_shown(steps)} steps is more than can be played",
                f"use at most {EVENTS_PER_CYCLE} steps",
            )
        onsets = steps if _smallest(node.onsets) < 0 else min(max(_largest(node.onsets), 0.0), steps)
        return self.over(node.node, onsets)

    def of_run(self, node: Run) -> tuple[float, int]:
        self.check_argument(node.last)
        low = min(_smallest(node.first), _smallest(node.last))
        high = max(_largest(node.first), _largest(node.last))
        events, layers = self.of(node.first)
        return max(events, 1.0) * (high - low + 1), layers + 2


_SIZES: Final[dict[type, Callable[[Size, Any], tuple[float, int]]]] = {
    Value: Size.of_one,
    Control: Size.of_one,
    Rest: Size.of_none,
    Sequence: Size.of_sequence,
    Stack: Size.of_stack,
    Choice: Size.of_choice,
    Alternation: Size.of_alternation,
    Polymeter: Size.of_polymeter,
    Speed: Size.of_speed,
    Euclid: Size.of_euclid,
    Run: Size.of_run,
    Degrade: Size.of_degrade,
    Index: Size.of_index,
    Chord: Size.of_chord,
}


def _shown(number: float) -> str:
    return f"{int(number)}" if abs(number) < 10_000_000 else f"{number:.0e}"


def _weight(sequence: Sequence) -> float:
    return float(sum(step.weight for step in sequence.steps))


def _numbers(node: Node) -> list[float]:
    """Every number a pattern of numbers can give; ^controls count as 1."""
    match node:
        case Value():
            return [float(node.value)] if not isinstance(node.value, str) else [1.0]
        case Sequence():
            return [number for step in node.steps for number in _numbers(step.node)]
        case Stack() | Choice() | Alternation() | Polymeter():
            return [number for part in node.parts for number in _numbers(part)]
        case Speed() | Euclid() | Degrade() | Index() | Chord():
            return _numbers(node.node)
        case Run():
            return _numbers(node.first) + _numbers(node.last)
        case _:
            return []


def _largest(node: Node) -> float:
    return max(_numbers(node), default=0.0)


def _smallest(node: Node) -> float:
    return min(_numbers(node), default=0.0)


def check_size(text: str, node: Node) -> None:
    """Refuse a tree that asks for more than 2000 events a cycle or lies too many patterns on each other."""
    events, _ = Size(text).of(node)
    if not events <= EVENTS_PER_CYCLE:
        raise NotationTooDense(
            text,
            0,
            f"this makes {_shown(events)} events a cycle where {EVENTS_PER_CYCLE} are allowed",
            "use a smaller * or !, or slow it down with /",
        )
