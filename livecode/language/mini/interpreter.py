"""Turns the syntax tree of the mini-notation into a pattern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quicktions import Fraction

from livecode.language.chance import dropped
from livecode.language.combine import cat, stack, weighted
from livecode.language.euclid import bjorklund
from livecode.language.joins import inner_join, mix_join
from livecode.language.live import live_control
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
from livecode.language.pattern import VARIES, Pattern, by_cycles, nothing, pure, silence
from livecode.language.random import draw
from livecode.language.time import ONE, Event, ceiling, to_time
from livecode.language.transform import zoom


class Interpreter:
    """Builds the patterns of one text; `source` marks where its values were written.

    `filled` puts False on the steps of a Euclidean rhythm that rest, for patterns of true and false.
    """

    def __init__(self, source: int, filled: bool = False) -> None:
        self.source = source
        self.gap = pure(False) if filled else silence

    def pattern(self, node: Node) -> Pattern:
        """The pattern a piece of the tree stands for."""
        return _BUILDERS[type(node)](self, node)

    def value(self, node: Value) -> Pattern:
        return pure(node.value, ((node.begin, node.end, self.source),))

    def rest(self, node: Rest) -> Pattern:
        return silence

    def control(self, node: Control) -> Pattern:
        return live_control(node.name, ((node.begin, node.end, self.source),))

    def sequence(self, node: Sequence) -> Pattern:
        steps = self.steps(node)
        if not steps:
            return nothing(0) if node.steps else silence
        if len(steps) == 1:
            weight, pattern = steps[0]
            return pattern if pattern.steps == weight else pattern.with_steps(weight)
        return weighted(steps)

    def steps(self, node: Sequence) -> list[tuple[Fraction, Pattern]]:
        """The steps of a sequence with their weights, repeats written out."""
        steps: list[tuple[Fraction, Pattern]] = []
        for step in node.steps:
            if step.repeats is PLAIN:
                if step.weight is PLAIN or step.weight > 0:
                    steps.append((step.weight, self.pattern(step.node)))
            elif step.repeats > 0 and step.weight > 0:
                self.repeated(step, steps)
        return steps

    def repeated(self, step: Step, steps: list[tuple[Fraction, Pattern]]) -> None:
        """Repeats see the same cycle and its draws: in both Tidal and Strudel a?!4 plays all four or none."""
        count = ceiling(step.repeats)
        patterns = [self.pattern(step.node)] * count
        if count == step.repeats:
            share = step.weight / count
            steps += [(share, pattern) for pattern in patterns]
        else:
            steps.append(
                (step.weight, zoom(weighted([(ONE, each) for each in patterns]), 0, step.repeats / count))
            )

    def stack(self, node: Stack) -> Pattern:
        return stack(*(self.sequence(part) for part in node.parts))

    def choice(self, node: Choice) -> Pattern:
        return chosen([self.sequence(part) for part in node.parts], node.seed)

    def alternation(self, node: Alternation) -> Pattern:
        return stack(*(self.one_a_cycle(part) for part in node.parts)).with_steps(ONE)

    def one_a_cycle(self, part: Sequence) -> Pattern:
        steps = self.steps(part)
        if not steps:
            return silence
        if all(weight is PLAIN for weight, _ in steps):
            return cat(*(pattern for _, pattern in steps))
        total = Fraction(sum(weight for weight, _ in steps))
        return weighted(steps)._fast(1 / total)

    def polymeter(self, node: Polymeter) -> Pattern:
        weights = [Fraction(sum(step.weight for step in part.steps)) for part in node.parts]
        parts = [
            (weight, self.sequence(part))
            for weight, part in zip(weights, node.parts)
            if part.steps and weight > 0
        ]
        if not parts:
            return silence
        if node.steps is None:
            return stack(*(part._fast(weights[0] / weight) for weight, part in parts)).with_steps(weights[0])

        def stepped(steps: Any) -> Pattern:
            exact = to_time(steps)
            return stack(*(part._fast(exact / weight) for weight, part in parts))

        return self.for_each(stepped, node.steps).with_steps(ONE)

    def speed(self, node: Speed) -> Pattern:
        pattern = self.pattern(node.node)
        if pattern is silence:
            return silence

        def played(factor: Any) -> Pattern:
            exact = to_time(factor)
            if exact <= 0:
                return silence
            return pattern._fast(1 / exact if node.slower else exact)

        return self.for_each(played, node.factor)

    def euclid(self, node: Euclid) -> Pattern:
        pattern, gap = self.pattern(node.node), self.gap
        steady = pattern.constant is not VARIES

        def placed(onsets: Any, steps: Any, rotation: Any = 0) -> Pattern:
            turn = int(rotation)
            rhythm = bjorklund(int(onsets), int(steps), turn if steady else 0)
            if not rhythm or not (any(rhythm) or gap is not silence):
                return silence
            made = weighted([(ONE, pattern if step else gap) for step in rhythm], steps=ONE)
            # What changes from cycle to cycle is rotated as a whole: its last onset may be the next cycle's.
            return made if steady or not turn else made._late(-Fraction(turn, len(rhythm)))

        if node.rotation is None:
            return self.for_each(placed, node.onsets, node.steps)
        return self.for_each(placed, node.onsets, node.steps, node.rotation)

    def for_each(self, function: Callable[..., Pattern], *nodes: Node) -> Pattern:
        """The function called with plain values, or joined over the values of patterns."""
        patterns = [self.pattern(node) for node in nodes]
        constants = [pattern.constant for pattern in patterns]
        if not any(constant is VARIES for constant in constants):
            return function(*constants)
        made: dict[tuple[Any, ...], Pattern] = {}

        def remembered(values: tuple[Any, ...]) -> Pattern:
            known = made.get(values)
            if known is None:
                if len(made) > 64:
                    made.clear()
                known = made[values] = function(*values)
            return known

        values = patterns[0].with_value(lambda value: (value,))
        for pattern in patterns[1:]:
            values = values.app_both(pattern, lambda first, value: (*first, value))
        return inner_join(values.with_value(remembered)).with_steps(ONE)

    def degrade(self, node: Degrade) -> Pattern:
        return dropped(self.pattern(node.node), node.amount, node.seed)

    def index(self, node: Index) -> Pattern:
        return _joined(self.pattern(node.node), self.pattern(node.index), _listed)

    def chord(self, node: Chord) -> Pattern:
        return _joined(self.pattern(node.node), self.pattern(node.modifier), lambda one, two: f"{one}'{two}")

    def run(self, node: Run) -> Pattern:
        first, last = self.pattern(node.first), self.pattern(node.last)
        ends = first.app_both(last, lambda low, high: (low, high))
        if first.constant is not VARIES and last.constant is not VARIES:
            locations = ends.first_cycle()[0].locations
            return self.counted((first.constant, last.constant), locations)
        return mix_join(ends.with_value(lambda values: self.counted(values, ()))).with_steps(ONE)

    def counted(self, ends: tuple[Any, Any], locations: Any) -> Pattern:
        low, high = ends
        count = int(abs(high - low)) + 1
        down = high < low
        numbers = [low - index if down else low + index for index in range(count)]
        return weighted([(ONE, pure(number, locations)) for number in numbers], steps=ONE)


def _listed(one: Any, two: Any) -> list[Any]:
    return [*one, two] if isinstance(one, list) else [one, two]


def _joined(one: Pattern, other: Pattern, combine: Callable[[Any, Any], Any]) -> Pattern:
    joined = one.app_left(other, combine)
    if one.constant is not VARIES and other.constant is not VARIES:
        event = joined.ask(Fraction(0), Fraction(1))[0]
        return pure(event.value, event.locations)
    return joined


def chosen(patterns: list[Pattern], seed: int) -> Pattern:
    """One of several patterns each cycle, all equally likely."""
    asks = [pattern.ask for pattern in patterns]

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        cycle = begin.numerator // begin.denominator
        return asks[int(draw(seed, Fraction(cycle)) * len(asks))](begin, end)

    return Pattern(by_cycles(query))


_BUILDERS: dict[type, Callable[[Interpreter, Any], Pattern]] = {
    Value: Interpreter.value,
    Rest: Interpreter.rest,
    Control: Interpreter.control,
    Sequence: Interpreter.sequence,
    Stack: Interpreter.stack,
    Choice: Interpreter.choice,
    Alternation: Interpreter.alternation,
    Polymeter: Interpreter.polymeter,
    Speed: Interpreter.speed,
    Euclid: Interpreter.euclid,
    Degrade: Interpreter.degrade,
    Index: Interpreter.index,
    Chord: Interpreter.chord,
    Run: Interpreter.run,
}
