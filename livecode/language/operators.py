"""Operators: arithmetic, comparison and choice between two patterns, in every alignment.

`p.add(q)` keeps the rhythm of `p`; `p.add.mix(q)` takes both rhythms, `.out` that of `q`, `.squeeze` fits a
cycle of `q` into each event of `p`, `.squeezeout` the other way round, `.reset` and `.restart` start `p`
afresh at each event of `q`, `.poly` goes step against step. Controls combine key by key.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livecode.errors import ControlError, PatternError
from livecode.language.notes import note_number
from livecode.language.pattern import VARIES, Pattern, noted
from livecode.language.registry import REGISTRY, Entry, Transformer, method_name
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, Span

Combine = Callable[[Any, Any], Any]

DROPPED = object()
"""What an operator answers when an event is to be left out."""

_FALSE_WORDS = frozenset(("f", "false"))


def is_true(value: Any) -> bool:
    """Whether a value lets an event through: 0, `f`, `false` and nothing do not.

    >>> is_true("t"), is_true("f"), is_true(0), is_true("x")
    (True, False, False, True)
    """
    if isinstance(value, str):
        return bool(value) and value not in _FALSE_WORDS
    return bool(value)


def _number(value: Any, name: str) -> Any:
    """A value to calculate with: numbers as they are, note names as semitones from c4."""
    if isinstance(value, str):
        number = note_number(value)
        if number is None:
            raise ControlError(f"{name} needs a number or a note, not {value!r}")
        return number
    return value


_OF_WORDS = frozenset(("add", "lt", "gt", "lte", "gte"))
"""What can be done with two words: putting them together and comparing their places in the alphabet."""


def arithmetic(name: str, combine: Combine) -> Combine:
    """An operator on numbers that also works on controls, key by key, and on note names."""

    def plain(one: Any, two: Any) -> Any:
        try:
            return combine(one, two)
        except ControlError:
            raise
        except (TypeError, ValueError, ZeroDivisionError, OverflowError, MemoryError):
            raise ControlError(f"{name} cannot be worked out for {one!r} and {two!r}") from None

    def applied(one: Any, two: Any) -> Any:
        kind = type(one)
        if kind is not dict and type(two) is not dict:
            if kind is str or type(two) is str:
                if kind is type(two) and name in _OF_WORDS:
                    return combine(one, two)
                return plain(_number(one, name), _number(two, name))
            return plain(one, two)
        if kind is dict and type(two) is dict:
            merged = {**one, **two}
            for key in one.keys() & two.keys():
                merged[key] = applied(one[key], two[key])
            return merged
        if kind is dict:
            key = _pitch_key(one, name, two)
            return {**one, key: applied(one[key], two)}
        key = _pitch_key(two, name, one)
        return {**two, key: applied(one, two[key])}

    return applied


def _pitch_key(controls: dict[str, Any], name: str, other: Any) -> str:
    """Which control a bare number is meant for: the note if there is one, else n."""
    for key in ("note", "n"):
        if key in controls:
            return key
    shown = ", ".join(controls)
    raise ControlError(
        f"{name} of {other!r} has no note to change in {{{shown}}}: try .{name}(gain({other!r}))"
    )


def take_right(one: Any, two: Any) -> Any:
    """The right value; of controls the union, the right one winning."""
    if type(two) is dict and type(one) is dict:
        return {**one, **two}
    return two


def take_left(one: Any, two: Any) -> Any:
    """The left value; of controls the union, the left one winning."""
    if type(two) is dict and type(one) is dict:
        return {**two, **one}
    return one


def keep_if(one: Any, two: Any) -> Any:
    """The left value where the right one is true; otherwise the event is left out."""
    return one if is_true(two) else DROPPED


def apply_function(one: Any, two: Any) -> Any:
    """The left value, or what the right one, a function, makes of it."""
    if callable(two):
        return two(one)
    if callable(one):
        return one(two)
    raise PatternError(f"func needs functions, not {two!r}")


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, (float, Fraction)) else value


MOST_BITS = 1024
"""Exact numbers may get so long; beyond it they are no pitch, time or level any more."""


def _power(one: Any, two: Any) -> Any:
    if abs(two) > MOST_BITS:
        one, two = float(one), float(two)
    raised = operator.pow(one, two)
    if isinstance(raised, complex):
        raise ControlError(f"{one!r} to the power of {two!r} is no number on this line")
    return raised


@dataclass(frozen=True)
class Operation:
    """One operator: its names, what it does with two values and whether it may leave events out."""

    name: str
    meaning: str
    combine: Combine
    example: str
    drops: bool = False
    aliases: tuple[str, ...] = ()


def _bits(combine: Combine) -> Combine:
    return lambda one, two: combine(_whole(one), _whole(two))


def _shifted(shift: Combine) -> Combine:
    def bounded(one: Any, two: Any) -> Any:
        if abs(two) > MOST_BITS:
            raise ValueError(f"{two} places are too many")
        return shift(one, two)

    return _bits(bounded)


OPERATIONS: tuple[Operation, ...] = (
    Operation("set_", "Take the other pattern's values; controls are added to those there are.", take_right,
              "note(0).set(gain(2))"),
    Operation("keep", "Keep the values there are; of controls, add those that are missing.", take_left,
              "note(0).keep(gain(2).note(5))"),
    Operation("keepif", "Keep the events for which the other pattern is true.", keep_if,
              'mini("0 1").keepif("0 1")', drops=True),
    Operation("add", "Add.", arithmetic("add", operator.add), 'mini("0 1").add(10)'),
    Operation("sub", "Subtract.", arithmetic("sub", operator.sub), 'mini("0 1").sub(10)'),
    Operation("mul", "Multiply.", arithmetic("mul", operator.mul), 'mini("0 1").mul(10)'),
    Operation("div", "Divide.", arithmetic("div", operator.truediv), 'mini("0 1").div(2)'),
    Operation("floordiv", "Divide and round down.", arithmetic("floordiv", operator.floordiv),
              'mini("3 5").floordiv(2)'),
    Operation("mod", "Remainder of a division, never negative for a positive divisor.",
              arithmetic("mod", operator.mod), 'mini("5 -1").mod(4)'),
    Operation("pow_", "Raise to a power.", arithmetic("pow", _power), 'mini("2 3").pow(2)'),
    Operation("band", "Bitwise and.", arithmetic("band", _bits(operator.and_)), 'mini("5 6").band(4)'),
    Operation("bor", "Bitwise or.", arithmetic("bor", _bits(operator.or_)), 'mini("5 6").bor(1)'),
    Operation("bxor", "Bitwise exclusive or.", arithmetic("bxor", _bits(operator.xor)),
              'mini("5 6").bxor(1)'),
    Operation("blshift", "Shift bits to the left.", arithmetic("blshift", _shifted(operator.lshift)),
              'mini("1 3").blshift(2)'),
    Operation("brshift", "Shift bits to the right.", arithmetic("brshift", _shifted(operator.rshift)),
              'mini("4 9").brshift(2)'),
    Operation("lt", "Whether it is lower.", arithmetic("lt", operator.lt), 'mini("0 1").lt(1)'),
    Operation("gt", "Whether it is higher.", arithmetic("gt", operator.gt), 'mini("0 1").gt(0)'),
    Operation("lte", "Whether it is lower or equal.", arithmetic("lte", operator.le), 'mini("0 1").lte(0)'),
    Operation("gte", "Whether it is higher or equal.", arithmetic("gte", operator.ge), 'mini("0 1").gte(1)'),
    Operation("eq", "Whether it is equal.", lambda one, two: one == two, 'mini("0 1").eq(1)',
              aliases=("eqt",)),
    Operation("ne", "Whether it is different.", lambda one, two: one != two, 'mini("0 1").ne(1)',
              aliases=("net",)),
    Operation("and_", "The other value where this one is true, else this one.",
              lambda one, two: two if is_true(one) else one, 'mini("0 1").and_(5)'),
    Operation("or_", "This value where it is true, else the other one.",
              lambda one, two: one if is_true(one) else two, 'mini("0 1").or_(5)'),
    Operation("func", "Pass the values through functions.", apply_function,
              'mini("0 1").func(lambda x: x + 10)'),
)  # fmt: skip


def align_in(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """Rhythm of the left pattern."""
    if two.constant is not VARIES:
        return _with_constant(one, two, combine)
    return one.app_left(two, combine)


def _with_constant(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """The left pattern combined with one lasting value, in one go; cut at cycles as the value is."""
    value = two.constant
    found = two.first_cycle()
    more = found[0].locations if found else ()
    ask = one.ask

    def query(begin: Fraction, end: Fraction) -> list[Event]:
        events = ask(begin, end)
        if end > begin.numerator // begin.denominator + 1:
            events = [piece for event in events for piece in _cut_at_cycles(event)]
        return [Event(e.whole, e.part, combine(e.value, value), e.locations + more) for e in events]

    return Pattern(query, steps=one.steps, period=lambda: one.period)


def _cut_at_cycles(event: Event) -> list[Event]:
    begin, end = event.part.begin, event.part.end
    cycle = begin.numerator // begin.denominator + 1
    if end <= cycle:
        return [event]
    pieces = []
    while begin < end:
        stop = end if end < cycle else Fraction(cycle)
        pieces.append(Event(event.whole, Span(begin, stop), event.value, event.locations))
        begin, cycle = stop, cycle + 1
    return pieces


def align_out(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """Rhythm of the right pattern."""
    return align_in(two, one, lambda right, left: combine(left, right))


def align_mix(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """Both rhythms."""
    return one.app_both(two, combine)


def align_squeeze(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """A cycle of the right pattern in each event of the left."""
    return _joined(one, lambda left: two.with_value(lambda right: combine(left, right)), "squeeze_join")


def align_squeezeout(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """A cycle of the left pattern in each event of the right."""
    return _joined(two, lambda right: one.with_value(lambda left: combine(left, right)), "squeeze_join")


def align_reset(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """The left pattern's cycle started at each event of the right."""
    return _joined(two, lambda right: one.with_value(lambda left: combine(left, right)), "reset_join")


def align_restart(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """The left pattern started from cycle 0 at each event of the right."""
    return _joined(two, lambda right: one.with_value(lambda left: combine(left, right)), "restart_join")


def align_poly(one: Pattern, two: Pattern, combine: Combine) -> Pattern:
    """The right pattern at the speed of the left one's steps; its values come first, as in Strudel."""
    if one.steps is None or two.steps is None or two.steps <= 0:
        return align_mix(one, two, lambda left, right: combine(right, left))
    return align_in(one, two._fast(one.steps / two.steps), lambda left, right: combine(right, left))


def _joined(outer: Pattern, inner: Callable[[Any], Pattern], join: str) -> Pattern:
    made: Pattern = getattr(outer.with_value(inner), join)()
    return made


ALIGNMENTS: dict[str, Callable[[Pattern, Pattern, Combine], Pattern]] = {
    "in_": align_in,
    "out": align_out,
    "mix": align_mix,
    "squeeze": align_squeeze,
    "squeezeout": align_squeezeout,
    "reset": align_reset,
    "restart": align_restart,
    "poly": align_poly,
}


def operate(operation: Operation, alignment: str, pattern: Pattern, others: tuple[Any, ...]) -> Pattern:
    """Apply an operator to a pattern and one other (several are a sequence)."""
    if not others:
        raise PatternError(f"{operation.name} needs a value or a pattern: try {operation.example}")
    other = reify(others[0] if len(others) == 1 else list(others))
    made = ALIGNMENTS[alignment](pattern, other, operation.combine)
    if operation.drops:
        return made.filter_values(lambda value: value is not DROPPED)
    return made


class Operator:
    """An operator as typed: `add` the function, and as an attribute of Pattern the method `p.add`."""

    def __init__(self, operation: Operation, alignment: str = "in_") -> None:
        self._operation, self._alignment = operation, alignment
        self.__name__ = operation.name
        self.__doc__ = documentation(operation)
        if alignment == "in_":
            for name in ALIGNMENTS:
                setattr(self, name, Operator(operation, name) if name != "in_" else self)

    def __call__(self, *arguments: Any) -> Any:
        operation, alignment = self._operation, self._alignment
        if len(arguments) > 1 and isinstance(arguments[-1], (Pattern, str)):
            return operate(operation, alignment, reify(arguments[-1]), arguments[:-1])
        return Transformer(
            operation.name,
            lambda pattern, *others: operate(operation, alignment, pattern, others),
            arguments,
            {},
        )

    def __get__(self, pattern: Pattern | None, owner: type) -> Any:
        return self if pattern is None else BoundOperator(pattern, self._operation)

    def __repr__(self) -> str:
        return f"{self._operation.name}.{self._alignment}"


class BoundOperator:
    """`p.add`, waiting for what is to be added: call it, or choose an alignment first."""

    __slots__ = ("_operation", "_pattern")

    def __init__(self, pattern: Pattern, operation: Operation) -> None:
        self._pattern, self._operation = pattern, operation

    def __call__(self, *others: Any) -> Pattern:
        return self._noted("", operate(self._operation, "in_", self._pattern, others), others)

    def _noted(self, alignment: str, result: Pattern, others: tuple[Any, ...]) -> Pattern:
        whole: Pattern = noted(result, method_name(self._operation.name) + alignment, self._pattern, others)
        return whole

    def __getattr__(self, name: str) -> Callable[..., Pattern]:
        if name not in ALIGNMENTS:
            raise PatternError(
                f"{self._operation.name} has no alignment {name!r}: choose from {', '.join(ALIGNMENTS)}"
            )
        operation, pattern = self._operation, self._pattern
        return lambda *others: self._noted("." + name, operate(operation, name, pattern, others), others)


def documentation(operation: Operation) -> str:
    """The help text of an operator."""
    return (
        f"{operation.meaning}\n\n```python\n{operation.example}\n```\n\n"
        f"`.{method_name(operation.name)}(q)` keeps the rhythm there is; "
        f"alignments: {', '.join('.' + name for name in ALIGNMENTS)}."
    )


def _enter(operation: Operation) -> None:
    made = Operator(operation)
    for name in (operation.name, *operation.aliases):
        setattr(Pattern, method_name(name), made)
    REGISTRY[operation.name] = Entry(
        name=operation.name,
        method=method_name(operation.name),
        family="values",
        aliases=operation.aliases,
        signature=f"{operation.name}(other)",
        meaning=operation.meaning,
        doc=documentation(operation),
        definition=made,
        exported=made,
    )


_PYTHON = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floordiv", "mod": "mod",
    "pow": "pow_", "and": "band", "or": "bor", "xor": "bxor", "lshift": "blshift", "rshift": "brshift",
    "lt": "lt", "gt": "gt", "le": "lte", "ge": "gte",
}  # fmt: skip


def _python_operators() -> None:
    table = {operation.name: operation for operation in OPERATIONS}

    def forward(operation: Operation) -> Callable[[Pattern, Any], Pattern]:
        def applied(pattern: Pattern, other: Any) -> Pattern:
            result: Pattern = noted(
                operate(operation, "in_", pattern, (other,)), method_name(operation.name), pattern, (other,)
            )
            return result

        return applied

    def reflected(operation: Operation) -> Callable[[Pattern, Any], Pattern]:
        return lambda pattern, other: operate(operation, "out", reify(other), (pattern,))

    for python, name in _PYTHON.items():
        setattr(Pattern, f"__{python}__", forward(table[name]))
        if name not in ("lt", "gt", "lte", "gte"):
            setattr(Pattern, f"__r{python}__", reflected(table[name]))
    negated = table["mul"]
    setattr(Pattern, "__neg__", lambda pattern: operate(negated, "in_", pattern, (-1,)))  # noqa: B010


for _operation in OPERATIONS:
    _enter(_operation)
_python_operators()
