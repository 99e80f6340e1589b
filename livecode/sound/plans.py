"""What all events of one instrument with the same words have in common, and a note made of one.

plan = Plans(catalogue, definitions).plan("pluck", frozenset({"note", "room"}))
note_of({"note": 7, "room": 0.3}, plan, None, 0.0, 0.25, 1, modulations)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, nearest
from livecode.language.control_table import control_names
from livecode.language.modulation import Modulation
from livecode.sound.command import ONE_SHOT, DefinitionLoad, Note
from livecode.sound.layout import ORBITS
from livecode.sound.modulations import Modulations
from livecode.sound.orbit_effects import SENDS, TIMING, Knob, OrbitChange, changes_for
from livecode.sound.reading import LEVEL, PITCH, finite, gain, number, pitch

if TYPE_CHECKING:
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.definitions import Definition, Definitions
    from livecode.sound.samples import Sample

_HANDLED = frozenset({"s", "bank", "n", "orbit", "cut", "legato", "nudge", "unit", "cps"})
_HANDLED |= PITCH | LEVEL | TIMING
_BUS = re.compile(r"[ac]\d+")
_VOWELS = {vowel: float(number) for number, vowel in enumerate("aeiou")}
_PLANS_KEPT = 5000


@dataclass(slots=True)
class Plan:
    """What all events of one instrument with the same words have in common."""

    definition: Definition
    load: DefinitionLoad
    knobs: tuple[Knob, ...]
    pitch: str
    one_shot: bool
    level: bool
    changes: tuple[OrbitChange, ...]


class Plans:
    """Makes plans and keeps them."""

    def __init__(self, catalogue: Catalogue, definitions: Definitions) -> None:
        self._catalogue = catalogue
        self._definitions = definitions
        self._plans: dict[tuple[str, frozenset[str]], Plan] = {}

    def clear(self) -> None:
        """Forgets all of them: instruments or effects have changed."""
        self._plans.clear()

    def latest(self, count: int) -> list[tuple[str, frozenset[str]]]:
        """The instruments and words of the plans made last."""
        return list(self._plans)[-count:]

    def plan(self, instrument: str, keys: frozenset[str]) -> Plan:
        """The plan of an instrument for events with these words.

        Raises ControlError for a word nobody knows.
        """
        found = self._plans.get((instrument, keys))
        if found is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            found = self._plans[instrument, keys] = self._make_plan(instrument, keys)
        return found

    def _make_plan(self, instrument: str, keys: frozenset[str]) -> Plan:
        item = self._catalogue.instrument(instrument)
        sends = frozenset(SENDS.keys() & keys)
        names = control_names()
        # A pattern's word may be another name of what an instrument declares: `position` comes as `strike`.
        own = {names[name]: name for name in item.controls if name in names and names[name] != name}
        effects = self._definitions.effects_for(instrument, keys - own.keys())
        definition = self._definitions.for_note(instrument, effects, sends)
        taken = (definition.controls.keys() | own.keys()) - SENDS.keys()
        changes = changes_for(keys, taken, self._catalogue, self._definitions)
        used = {knob.key for change in changes for knob in change.knobs}
        knobs: list[Knob] = []
        for key in sorted(keys - _HANDLED):
            name = key if key in definition.controls else own.get(key, "")
            if name:
                control = definition.controls[name]
                knobs.append(Knob(key, name, control.low, control.high))
            elif key not in used and key not in names.values() and key not in self._catalogue.effects:
                near = nearest(key, [*definition.controls, *names])
                cure = f"did you mean {near!r}?" if near else f"{instrument!r} has {', '.join(item.controls)}"
                raise ControlError(f"no control called {key!r}: {cure}")
        pitch = "freq" if "freq" in definition.controls else "note" if "note" in definition.controls else ""
        return Plan(
            definition,
            DefinitionLoad(definition.name, definition.data, tuple(definition.controls)),
            tuple(knobs),
            pitch if pitch == "freq" or PITCH & keys else "",
            definition.shape == "one-shot",
            "gain" in definition.controls and bool(LEVEL & keys),
            tuple(changes),
        )


def note_of(
    value: Mapping[str, Any],
    plan: Plan,
    sample: Sample | None,
    begin: float,
    step: float,
    slot: int,
    modulations: Modulations,
) -> Note:
    """An event as its plan has it."""
    controls: list[tuple[str, float]] = []
    synced: list[tuple[str, float]] = []
    buses: list[tuple[str, str]] = []
    for key, name, low, high in plan.knobs:
        each = value[key]
        if type(each) is Modulation:
            buses.append((name, modulations.bus(each, slot, name, low, high)))
            continue
        if type(each) is str and _BUS.fullmatch(each):
            buses.append((name, each))
            continue
        found = finite(key, _vowel(each) if key == "vowel" and isinstance(each, str) else each)
        controls.append((name, min(max(found, low), high)))
    if plan.pitch:
        moving = next((key for key in PITCH if type(value.get(key)) is Modulation), None)
        if moving is None:
            controls.append((plan.pitch, pitch(value, plan.pitch)))
        else:
            buses.append((plan.pitch, _moving_pitch(value, moving, plan.pitch, slot, modulations)))
    if plan.level:
        top = plan.definition.controls["gain"].high
        if type(value.get("gain")) is Modulation:
            buses.append(("gain", modulations.bus(value["gain"], slot, "gain", 0.0, top)))
        else:
            controls.append(("gain", min(gain(value), top)))
    if sample is not None:
        controls.append(("buffer", float(sample.load.number)))
        if sample.streamed:
            controls += [("filerate", float(sample.rate)), ("fileframes", float(sample.frames))]
        unit = value.get("unit", "r")
        if unit == "c":
            synced.append(("span", 1.0))
        elif unit == "s":
            controls.append(("span", 1.0))
        elif unit != "r":
            raise ControlError(f"unit is {unit!r}: write 'r' (rate), 'c' (cycles) or 's' (seconds)")
    length = step
    if "legato" in value:
        length = step * max(finite("legato", value["legato"]), 0.0)
    elif sample is not None or plan.one_shot:
        length = ONE_SHOT
    return Note(
        begin, length, plan.definition.name, slot, int(number(value, "orbit", 0)) % ORBITS,
        tuple(controls), tuple(synced), tuple(buses), int(number(value, "cut", 0)),
        number(value, "nudge", 0.0),
    )  # fmt: skip


def _vowel(said: str) -> float | str:
    """The place of a vowel: its letter's, or a number, which may lie between two."""
    try:
        return _VOWELS[said] if said in _VOWELS else float(said)
    except ValueError:
        return said


def _moving_pitch(
    value: Mapping[str, Any], key: str, control: str, slot: int, modulations: Modulations
) -> str:
    """The bus of a pitch that moves: the movement is said in notes, the synth hears frequencies."""
    fixed = {name: each for name, each in value.items() if name in PITCH and name != key}

    def heard(moved: float) -> float:
        return pitch({**fixed, key: moved}, control)

    told = ",".join(f"{name}={each}" for name, each in sorted(fixed.items()))
    return modulations.bus(value[key], slot, f"{control} {key} {told}", -1e9, 1e9, heard)
