"""Controls as patterns: `s("bd sn")`, `note("c e g")`, `.room(0.3)`, made from the table of controls.

Each control is a function that makes a pattern of `{name: value}` and a method that adds it to a pattern:

```python
s("bd*2").gain("1 0.8")
note("c'maj7 f'm").s("organ").lpf(sine.range(200, 2000))
```
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from livecode.errors import ControlError, PatternError
from livecode.language.chords import chord_notes
from livecode.language.control_table import Control, control_names, controls
from livecode.language.modulation import Modulation
from livecode.language.notes import note_number
from livecode.language.operators import align_in, take_right
from livecode.language.pattern import VARIES, Pattern, noted, pure
from livecode.language.registry import REGISTRY, Entry, constructor, function, method_name
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction

Controls = dict[str, Any]
_DEGREE = re.compile(r"-?\d+[#sbf]+")


def _as_number(control: Control, value: Any) -> Any:
    if isinstance(value, (int, float, Fraction)):
        return value
    if isinstance(value, str):
        number = note_number(value)
        if number is not None:
            return number
    if type(value) is Modulation:
        return value
    raise ControlError(f"{control.name} needs a number, not {value!r}: {control.meaning}")


def _as_note(control: Control, value: Any) -> Any:
    if isinstance(value, (int, float, Fraction)):
        return value
    if isinstance(value, str):
        number = note_number(value)
        if number is not None:
            return number
        if control.name == "n" and _DEGREE.fullmatch(value):
            # A degree with an alteration, which only a scale can read.
            return value
    if type(value) is Modulation:
        return value
    raise ControlError(f"{control.name} needs a note such as c, eb4 or 7, not {value!r}")


def _as_word(control: Control, value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        return value if isinstance(value, str) else str(value)
    raise ControlError(f"{control.name} needs a word, not {value!r}: {control.meaning}")


_READERS: dict[str, Callable[[Control, Any], Any]] = {
    "float": _as_number,
    "int": _as_number,
    "note": _as_note,
    "str": _as_word,
}


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and note_number(value) is None


def _controls_of(control: Control, value: Any) -> Controls:
    """One value as controls: `0.5` or `"a:b"`, or controls already there with the value added to them."""
    if type(value) is list:
        if control.kind == "str" and len(value) > 1 and _is_word(value[1]):
            # `sf2:piano` is one name: what stands after a sound's colon is its number only when it is one.
            value = [f"{value[0]}:{value[1]}", *value[2:]]
            if len(value) > 1:
                return {**_controls_of(control, value[:1]), **_controls_of(controls()["gain"], value[1])}
        names = (control.name, *control.parts)
        if len(value) > len(names):
            shown = ":".join(map(str, value))
            raise ControlError(f"{shown} has more parts than {control.name} takes: {':'.join(names)}")
        table = controls()
        return {name: _READERS[table[name].kind](table[name], part) for name, part in zip(names, value)}
    if type(value) is dict:
        return value
    return {control.name: _READERS[control.kind](control, value)}


def _plain(control: Control, pattern: Pattern) -> Pattern:
    name = control.name
    read = _READERS[control.kind]
    numbers = control.kind != "str"

    def valued(value: Any) -> Controls:
        kind = type(value)
        if (kind is float or kind is int) if numbers else kind is str:
            return {name: value}
        if kind is list or kind is dict:
            return _controls_of(control, value)
        return {name: read(control, value)}

    return pattern.with_value(valued)


def _notes(control: Control, pattern: Pattern) -> Pattern:
    """Notes, where a chord such as `c'maj7` becomes several events at the same time."""
    name = control.name

    def spread(events: list[Event]) -> list[Event]:
        out = []
        for event in events:
            value = event.value
            if type(value) is str and "'" in value:
                for number in chord_notes(value):
                    out.append(Event(event.whole, event.part, {name: number}, event.locations))
            elif type(value) is list and value and type(value[0]) is str and "'" in value[0]:
                raise ControlError(f"{value[0]} is a chord and takes no ':': write {value[0]}'{value[1]}")
            elif type(value) is int or type(value) is float:
                out.append(Event(event.whole, event.part, {name: value}, event.locations))
            else:
                out.append(event.with_value(lambda v: _controls_of(control, v)))
        return out

    if pattern.constant is not VARIES and not (isinstance(pattern.constant, str) and "'" in pattern.constant):
        return _plain(control, pattern)
    return pattern.with_events(spread)


def control_pattern(name: str, value: Any) -> Pattern:
    """A pattern of controls from a control's name and its values.

    >>> control_pattern("lpf", 400).first_cycle()
    [(0..1) {'cutoff': 400}]
    """
    own = control_names().get(name)
    if own is None:
        raise ControlError(f"there is no control called {name!r}")
    control = controls()[own]
    pattern = reify(value)
    return _notes(control, pattern) if control.kind == "note" else _plain(control, pattern)


def _any(name: str, value: Any) -> Pattern:
    if name in control_names():
        return control_pattern(name, value)
    return reify(value).with_value(lambda each: each if type(each) is dict else {name: each})


@constructor(family="controls")
def control(name: str, value: Any) -> Pattern:
    """Say something that has no word of its own, to an instrument of yours: a control's name and its values.

    >>> s("mine").control("wobble", "0.1 0.5").first_cycle()[0].value
    {'s': 'mine', 'wobble': 0.1}
    """
    return _any(name, value)


def _control_method(self: Pattern, name: str, value: Any) -> Pattern:
    return align_in(self, _any(name, value), take_right)


setattr(Pattern, "control", _control_method)  # noqa: B010


def _make(control: Control) -> tuple[Callable[..., Pattern], Callable[..., Pattern]]:
    def function(*values: Any) -> Pattern:
        if not values:
            raise PatternError(f"{control.name} needs a value: {control.meaning}")
        return control_pattern(control.name, values[0] if len(values) == 1 else list(values))

    def method(self: Pattern, *values: Any) -> Pattern:
        if not values:
            return control_pattern(control.name, self)
        added: Pattern = noted(
            align_in(self, function(*values), take_right), method_name(control.name), self, values
        )
        return added

    doc = documentation(control)
    for made in (function, method):
        made.__name__ = made.__qualname__ = control.name
        made.__doc__ = doc
    return function, method


def documentation(control: Control) -> str:
    """The help text of a control."""
    facts = [f"in {control.unit}" if control.unit else ""]
    if control.low > float("-inf") and control.high < float("inf"):
        facts.append(f"from {control.low:g} to {control.high:g}")
    elif control.low > float("-inf"):
        facts.append(f"from {control.low:g}")
    if control.default is not None:
        shown = f"{control.default:g}" if isinstance(control.default, (int, float)) else control.default
        facts.append(f"{shown} when not said")
    if control.synced:
        facts.append("follows the tempo")
    text = control.meaning[0].upper() + control.meaning[1:] + "."
    told = ", ".join(fact for fact in facts if fact)
    parts = f"\n\n`{':'.join((control.name, *control.parts))}` sets several at once." if control.parts else ""
    return text + (f"\n\n{told[0].upper() + told[1:]}." if told else "") + parts


def _enter(control: Control) -> None:
    function, method = _make(control)
    for name in (control.name, *control.aliases):
        setattr(Pattern, method_name(name), method)
    REGISTRY[control.name] = Entry(
        name=control.name,
        method=method_name(control.name),
        family="controls",
        aliases=control.aliases,
        signature=f"{control.name}({'value'})",
        meaning=function.__doc__.split("\n", 1)[0] if function.__doc__ else "",
        doc=function.__doc__ or "",
        definition=function,
        exported=function,
    )


for _control in controls().values():
    _enter(_control)


_ENVELOPE = ("attack", "decay", "sustainlevel", "release")


@function(family="controls")
def adsr(pattern: Pattern, envelope: Any) -> Pattern:
    """Shape notes by attack, decay, sustain level and release at once, as in `.adsr("0.01:0.1:0.5:0.2")`.

    >>> note("c").adsr("0.01:0.1:0.5").first_cycle()[0].value
    {'note': 0, 'attack': 0.01, 'decay': 0.1, 'sustainlevel': 0.5}
    """
    return _shaped(pattern, envelope, "adsr", _ENVELOPE)


def _shaped(pattern: Pattern, envelope: Any, name: str, parts: tuple[str, ...], **more: Any) -> Pattern:
    values = envelope if isinstance(envelope, list) else [envelope]
    if len(values) > len(parts):
        raise ControlError(f"{name} takes {':'.join(parts)}, not {len(values)} values")
    shape = {part: _as_number(controls()[part], value) for part, value in zip(parts, values)}
    return align_in(pattern, pure({**shape, **more}), take_right)


@function(family="controls")
def ad(pattern: Pattern, envelope: Any) -> Pattern:
    """Shape notes by attack and decay alone, as in `.ad("0.01:0.2")`: they ring out and hold nothing.

    >>> note("c").ad("0.01:0.2").first_cycle()[0].value
    {'note': 0, 'attack': 0.01, 'decay': 0.2, 'sustainlevel': 0}
    """
    return _shaped(pattern, envelope, "ad", ("attack", "decay"), sustainlevel=0)


@function(family="controls")
def ds(pattern: Pattern, envelope: Any) -> Pattern:
    """Shape notes by decay and sustain level, as in `.ds("0.2:0.3")`.

    >>> note("c").ds("0.2:0.3").first_cycle()[0].value
    {'note': 0, 'decay': 0.2, 'sustainlevel': 0.3}
    """
    return _shaped(pattern, envelope, "ds", ("decay", "sustainlevel"))


@function(family="controls")
def ar(pattern: Pattern, envelope: Any) -> Pattern:
    """Shape notes by attack and release, as in `.ar("0.1:0.5")`.

    >>> note("c").ar("0.1:0.5").first_cycle()[0].value
    {'note': 0, 'attack': 0.1, 'release': 0.5}
    """
    return _shaped(pattern, envelope, "ar", ("attack", "release"))
