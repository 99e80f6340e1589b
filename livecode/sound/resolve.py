"""What an event of a pattern means in sound: which instrument or sample, how high, how loud, on which orbit.

    resolver = Resolver()
    resolver.resolve(event, slot=1)      the definitions and samples it needs, then its notes

The words mean what they mean in SuperDirt:

- `s`: an instrument of that name, else a sample folder. `n` picks the sample or the instrument's variant (it
  wraps round); for a pitched instrument without `note` it is the note. A drum with `speed`, `begin`, `end`,
  `loop` or `unit` plays as a sample of the factory kit.
- `note` in semitones from c4, or `midinote`, or `freq`; `octave` moves it (4 leaves it).
- The note lasts its step times `legato`, or `sustain` seconds. A sample or a drum plays to its end, unless
  `legato` or `sustain` is given.
- `gain` is raised to the fourth power in the instrument; `amp`, `postgain` and `overgain` are turned into it.
- `sf2:piano`, `sf2:24`, `timgm6mb:drums`: a SoundFont's preset; see `livecode.sound.soundfonts`.
- `unit "c"` makes `speed` count how often the whole sample fits in a cycle, at any tempo.
- `room` and `delay` are how much of the note goes to its orbit's reverb and echo; `size`, `delaytime` and
  so on change these for the whole orbit. `lock 1` counts `delaytime` in cycles.
- `cut`: a new note of the same group stops the one before. `nudge` in seconds.

Values outside a control's range move to its nearest end. A word nobody knows, a value that is no finite
number, a sound nobody has: one line of error, and nothing reaches the server.
"""

from __future__ import annotations

import contextlib
import math
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from livecode.errors import ControlError, LivecodeError, NameUnknown, nearest
from livecode.language.control_table import control_names
from livecode.language.modulation import Modulation, Piece
from livecode.language.time import Event
from livecode.sound.command import ONE_SHOT, BufferLoad, Command, DefinitionLoad, GlobalEffect, Note, Sweep
from livecode.sound.layout import ORBITS
from livecode.sound.modulations import Modulations
from livecode.sound.orbit_effects import SENDS, TIMING, Knob, OrbitChange, changes_for
from livecode.sound.soundfont_modulators import Playing

if TYPE_CHECKING:
    from livecode.config import Config
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.definitions import Definition, Definitions
    from livecode.sound.kit import Kit
    from livecode.sound.samples import Sample, Samples
    from livecode.sound.soundfonts import SoundFonts
    from livecode.sound.sources import Source

MIDDLE_C = 261.6255653005986
DEFAULT_INSTRUMENT = "pluck"
DEFAULT_OCTAVE = 4
DEFAULT_AMP = 0.4
NOMINAL_VELOCITY = 0.8

_PITCH = frozenset({"note", "midinote", "freq", "octave"})
_LEVEL = frozenset({"gain", "amp", "postgain", "overgain"})
_HANDLED = frozenset({"s", "bank", "n", "orbit", "cut", "legato", "nudge", "unit", "cps"})
_HANDLED |= _PITCH | _LEVEL | TIMING
_SAMPLE_ONLY = frozenset({"begin", "end", "speed", "loop", "unit"})
_BUS = re.compile(r"[ac]\d+")
_VOWELS = {vowel: float(number) for number, vowel in enumerate("aeiou")}
_LOOK_EVERY = 0.5
_PLANS_KEPT = 5000
_REMADE = 64


@dataclass(slots=True)
class _Plan:
    """What all events of one instrument with the same words have in common."""

    definition: Definition
    load: DefinitionLoad
    knobs: tuple[Knob, ...]
    pitch: str
    one_shot: bool
    level: bool
    changes: tuple[OrbitChange, ...]


class Resolver:
    """Turns events into commands; remembers which definitions and samples it has already given out.

    `config` is a `livecode.config.Config` or None for the defaults; `notice(line)` hears what is worth
    knowing but stops nothing, such as an sc/ file that broke. Calls must not overlap.
    """

    def __init__(
        self,
        config: Config | None = None,
        notice: Callable[[str], None] | None = None,
        *,
        catalogue: Catalogue | None = None,
        samples: Samples | None = None,
        cache: Path | None = None,
    ) -> None:
        from livecode.config import folder
        from livecode.sets import folders
        from livecode.sound.catalogue import Catalogue
        from livecode.sound.definitions import Definitions
        from livecode.sound.kit import Kit
        from livecode.sound.samples import Samples, usual_places
        from livecode.sound.soundfonts import SoundFonts

        if cache is None:
            cache = folder("cache")
        rate = (config.sample_rate if config is not None else 0) or 48000
        own = None if config is None or config.set is None else config.set
        if catalogue is None:
            found = [own / "sc"] if own is not None and (own / "sc").is_dir() else []
            catalogue = Catalogue(tuple(dict.fromkeys([*found, *folders("sc")])))
        if samples is None:
            roots = [*(config.samples if config is not None else ()), *usual_places()]
            if own is not None:
                roots.insert(0, own / "samples")
            samples = Samples(roots, cache, rate)
        self.catalogue: Catalogue = catalogue
        self.definitions: Definitions = Definitions(catalogue)
        self.samples: Samples = samples
        self.fonts: SoundFonts = SoundFonts(samples)
        self.kit: Kit = Kit(self.definitions, cache, rate)
        self._notice = notice or (lambda line: None)
        self._told: set[str] = set()
        self._plans: dict[tuple[str, frozenset[str]], _Plan] = {}
        self._voices: dict[tuple[str, int, bool], tuple[str, tuple[str, Path | int] | None]] = {}
        self._given: dict[str, DefinitionLoad] = {}
        self._modulations = Modulations()
        self._sources: dict[str, tuple[Source, int]] = {}
        self._generation = catalogue.generation
        self._touched: set[str] = set()
        self._searched = -math.inf
        self._looked = time.monotonic()
        self._watched = False

    def resolve(self, event: Event, slot: int) -> list[Command]:
        """The commands of one event: loads given out for the first time, orbit changes, then its note.

        Empty for a fragment of an event that began earlier. Raises ControlError, NameUnknown, FileProblem
        or DefinitionError, one line each.
        """
        whole = event.whole
        if whole is None or whole.begin != event.part.begin:
            return []
        value = self._words(event.value)
        moving = [key for key, each in value.items() if type(each) is Modulation]
        for key in moving:
            if not value[key].speaks(whole.begin):
                value = {name: each for name, each in value.items() if name != key}
        self._look()
        begin, step = float(whole.begin), float(whole.end - whole.begin)
        if "source" in value:
            return [self._source_change(value, begin, slot)]
        if self._is_font(value.get("s")):
            return self._font_notes(value, begin, step, slot)
        commands: list[Command] = []
        name, source = self._voice(value)
        sample: Sample | None = None
        if source is not None:
            sample, loads = self._sample(source, value)
            commands += loads
            way = "stream" if sample.streamed else "sample"
            name = f"{way}_stereo" if sample.channels == 2 else f"{way}_mono"
        plan = self._planned(name, value, begin, slot, commands)
        commands.append(self._note(value, plan, sample, begin, step, slot))
        return commands

    def _planned(
        self, name: str, value: Mapping[str, Any], begin: float, slot: int, commands: list[Command]
    ) -> _Plan:
        """The plan of an instrument; what it needs before its note is added to the commands."""
        plan = self._plan(name, frozenset(value))
        for load in (*(change.load for change in plan.changes), plan.load):
            if load is not None and load.name not in self._given:
                self._given[load.name] = load
                commands.append(load)
        orbit = int(_number(value, "orbit", 0)) % ORBITS
        commands += [change.command(value, begin, orbit, slot, _finite) for change in plan.changes]
        return plan

    def source(self, made: Source | None, orbit: int, name: str = "") -> None:
        """Learns of a source that events may name, or that it has ended (`made` is None)."""
        if made is None:
            self._sources.pop(name, None)
        else:
            self._sources[made.name] = (made, orbit)
            self._given[made.load.name] = made.load

    def _source_change(self, value: Mapping[str, Any], begin: float, slot: int) -> GlobalEffect:
        """An event that makes no note but sets controls of a source."""
        name = str(value["source"])
        if name not in self._sources:
            raise NameUnknown("source", name, self._sources, "start one: ndef('fog', lambda: ...)")
        made, orbit = self._sources[name]
        controls = []
        for key, each in value.items():
            control = made.controls.get(key)
            if control is None and key != "source" and key in ("note", "midinote", "octave"):
                key, control = "freq", made.controls.get("freq")
                each = self._pitch(value, "freq")
            if control is not None and key not in ("out", "gate"):
                controls.append((key, control.clip(_finite(key, each))))
            elif key != "source":
                raise NameUnknown(f"control of source {name!r}", key, made.controls)
        return GlobalEffect(begin, orbit, f"ndef {name}", slot, tuple(controls))

    def _is_font(self, said: Any) -> bool:
        if not isinstance(said, str):
            return False
        head = said.partition(":")[0]
        return self.fonts.knows(head) and head not in self.catalogue.instruments

    def _font_notes(self, value: dict[str, Any], begin: float, step: float, slot: int) -> list[Command]:
        """A note of a SoundFont: one for each of the regions that key and velocity choose."""
        font, _, preset = str(value["s"]).partition(":")
        if not preset:
            # `sf2:24` has come as sound and number: the number of a MIDI program.
            preset = str(math.floor(_number(value, "n", 0)))
            value = {name: each for name, each in value.items() if name != "n"}
        key = 69 + 12 * math.log2(self._pitch(value, "freq") / 440)
        velocity = min(max(_number(value, "velocity", NOMINAL_VELOCITY), 0.0), 1.0)
        playing = Playing(
            0,
            0,
            {int(_number(value, "ccn", 0)): _number(value, "ccv", 0.0)} if "ccn" in value else {},
            pressure=127 * _number(value, "miditouch", 0.0),
            bend=_number(value, "midibend", 0.0),
        )
        voices, loads = self.fonts.voices(font, preset, key, velocity, playing)
        commands: list[Command] = [*loads]
        pan = _number(value, "pan", 0.5)
        for voice in voices:
            plan = self._planned(voice.instrument, value, begin, slot, commands)
            note = self._note(value, plan, None, begin, step, slot)
            controls = {**dict(voice.controls), "attack": voice.attack, "release": voice.release}
            controls |= dict(note.controls)
            if "pan" in controls or voice.pan:
                controls["pan"] = min(max(pan + voice.pan / 2, 0.0), 1.0)
            if voice.lasting is not None and not {"legato", "sustain"} & value.keys():
                controls["sustain"] = voice.lasting
            cut = note.cut or voice.cut
            commands.append(replace(note, controls=tuple(controls.items()), cut=cut))
        return commands

    def sweeps(self, movements: Mapping[Modulation, list[Piece]], slot: int) -> list[Sweep]:
        """The movements of a cycle as commands, for all controls of the slot's notes that follow them."""
        return self._modulations.sweeps(movements, slot)

    def keep(self, loads: Iterable[Command]) -> None:
        """A server that plays has these sound files already; their numbers stay theirs."""
        self.samples.keep(load for load in loads if isinstance(load, BufferLoad))

    def loads(self) -> list[Command]:
        """Every definition and sample given out so far that still holds, for a server that starts afresh."""
        return [*self._given.values(), *self.samples.loads()]

    def describe(self, event: Event) -> tuple[str, dict[str, Any]]:
        """The instrument or sample that an event names, and its controls as one would read them."""
        value = self._words(event.value)
        if "source" in value:
            set_to = {key: _plain(each) for key, each in value.items() if key != "source"}
            return f"ndef {value['source']}", set_to
        if self._is_font(value.get("s")):
            return str(value["s"]), {key: _plain(each) for key, each in value.items() if key != "s"}
        name, source = self._voice(value)
        shown = str(value.get("s", name)) if source is not None else name
        pitched = source is None and self.catalogue.instrument(name).pitched
        hidden = {"s"} if pitched or source is not None else {"s", "note", "midinote", "octave"}
        return shown, {key: _plain(each) for key, each in value.items() if key not in hidden}

    def names(self) -> list[str]:
        """Everything that `s` can play: instruments with their aliases, and sample folders."""
        seen = {name for name, item in self.catalogue.instruments.items() if not item.hidden}
        return sorted(seen | set(self.samples.names()) | set(self.fonts.names()))

    def _words(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ControlError(f"{value!r} is no sound: say what it is with s(...), note(...) or n(...)")
        names = control_names()
        return {names.get(key) or str(key): each for key, each in value.items()}

    def looks_changed(self) -> bool:
        """Whether `refresh` would find something; it only looks, so it may overlap with other calls."""
        self._watched = True
        return bool(self._touched) or self.catalogue.looks_changed()

    def refresh(self) -> bool:
        """Looks at the sc/ folders; whether instruments or effects in use may sound different from now on.

        What is in use is compiled before this returns, so that asking again for its notes takes no time.
        """
        self._watched = True
        used = list(self._plans)[-_REMADE:]
        self._look(now=True)
        touched, self._touched = self._touched, set()
        playing = {instrument for instrument, _ in used} | self.catalogue.effects.keys()
        if not touched & playing:
            return False
        for instrument, keys in used:
            # One that is gone, or does not build, is said when a note asks for it.
            with contextlib.suppress(LivecodeError):
                self._plan(instrument, keys)
        return True

    def _look(self, now: bool = False) -> None:
        moment = time.monotonic()
        # Once somebody watches the folders, no note looks at them: every file's stamp is a system call, and
        # each of them gives the interpreter away to code that may keep it for a third of a second.
        if now or (moment - self._looked > _LOOK_EVERY and not self._watched):
            self._looked = moment
            self._touched |= self.catalogue.changed()
        if self.catalogue.generation != self._generation:
            self._generation = self.catalogue.generation
            self._plans.clear()
            self._voices.clear()
        for problem in (*self.catalogue.problems.values(), *self.definitions.problems.values()):
            if str(problem) not in self._told:
                self._told.add(str(problem))
                self._notice(str(problem))

    def _voice(self, value: Mapping[str, Any]) -> tuple[str, tuple[str, Path | int] | None]:
        """The instrument that plays, or the sample: ("", (bank, number)) or ("", ("", path of the kit))."""
        said = value.get("s")
        if said is None:
            if not value.keys() & (_PITCH | {"n"}):
                raise ControlError(f"{_shown(value)} does not say what sounds: add .s('bd') or .s('pluck')")
            said = DEFAULT_INSTRUMENT
        number = value.get("n", 0)
        if isinstance(said, str) and ":" in said:
            said, _, tail = said.partition(":")
            number = number or (int(tail) if tail.lstrip("-").isdigit() else 0)
        if "bank" in value:
            said = self._banked(str(said), str(value["bank"]))
        as_sample = not _SAMPLE_ONLY.isdisjoint(value)
        key = (str(said), math.floor(_finite("n", number)), as_sample)
        found = self._voices.get(key)
        if found is None:
            found = self._voices[key] = self._find_voice(*key)
        return found

    def _banked(self, said: str, bank: str) -> str:
        """A sound of a bank, however its names are put together; by itself where the bank has none."""
        number = "".join(filter(str.isdigit, bank))
        tried = (f"{bank}_{said}", f"{said}{bank}", f"{bank}{said}", f"{said}{number}", f"{number}_{said}")
        known = (name for name in tried if name in self.catalogue.instruments or name in self.samples)
        return next(known, said)

    def _find_voice(
        self, said: str, number: int, as_sample: bool
    ) -> tuple[str, tuple[str, Path | int] | None]:
        item = self.catalogue.instruments.get(said)
        # A hidden one serves others, as sample players do: nobody plays it by name.
        if item is not None and not item.hidden:
            name = self.catalogue.variant(said, number) if item.variants else item.name
            own = self.catalogue.instrument(name)
            if not as_sample or own.pitched or own.shape == "sustain":
                return name, None
            return "", ("", self.kit.path(name))
        if said in self.samples or self._found_on_disk(said):
            return "", (said, number)
        raise NameUnknown("sound", said, self.names(), "look at the names with Tab at the prompt")

    def _found_on_disk(self, said: str) -> bool:
        """Whether a sound that nobody knew has been put among the samples meanwhile."""
        now = time.monotonic()
        if now - self._searched < _LOOK_EVERY:
            return False
        self._searched = now
        self.samples.refresh()
        return said in self.samples

    def _sample(
        self, source: tuple[str, Path | int], value: Mapping[str, Any]
    ) -> tuple[Sample, list[Command]]:
        bank, place = source
        path = place if isinstance(place, Path) else self.samples.path(bank, place)
        streamed = self.samples.is_long(path) and not _needs_memory(value)
        sample, loads = self.samples.stream(path) if streamed else self.samples.file(path)
        return sample, [*loads]

    def _plan(self, instrument: str, keys: frozenset[str]) -> _Plan:
        found = self._plans.get((instrument, keys))
        if found is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            found = self._plans[instrument, keys] = self._make_plan(instrument, keys)
        return found

    def _make_plan(self, instrument: str, keys: frozenset[str]) -> _Plan:
        item = self.catalogue.instrument(instrument)
        sends = frozenset(SENDS.keys() & keys)
        effects = self.definitions.effects_for(instrument, keys)
        definition = self.definitions.for_note(instrument, effects, sends)
        changes = changes_for(
            keys, definition.controls.keys() - SENDS.keys(), self.catalogue, self.definitions
        )
        used = {knob.key for change in changes for knob in change.knobs}
        knobs: list[Knob] = []
        for key in sorted(keys - _HANDLED):
            control = definition.controls.get(key)
            if control is not None:
                knobs.append(Knob(key, key, control.low, control.high))
            elif (
                key not in used and key not in control_names().values() and key not in self.catalogue.effects
            ):
                near = nearest(key, [*definition.controls, *control_names()])
                cure = f"did you mean {near!r}?" if near else f"{instrument!r} has {', '.join(item.controls)}"
                raise ControlError(f"no control called {key!r}: {cure}")
        pitch = "freq" if "freq" in definition.controls else "note" if "note" in definition.controls else ""
        return _Plan(
            definition,
            DefinitionLoad(definition.name, definition.data, tuple(definition.controls)),
            tuple(knobs),
            pitch if pitch == "freq" or _PITCH & keys else "",
            definition.shape == "one-shot",
            "gain" in definition.controls and bool(_LEVEL & keys),
            tuple(changes),
        )

    def _note(
        self,
        value: Mapping[str, Any],
        plan: _Plan,
        sample: Sample | None,
        begin: float,
        step: float,
        slot: int,
    ) -> Note:
        controls: list[tuple[str, float]] = []
        synced: list[tuple[str, float]] = []
        buses: list[tuple[str, str]] = []
        for key, name, low, high in plan.knobs:
            each = value[key]
            if type(each) is Modulation:
                buses.append((name, self._modulations.bus(each, slot, name, low, high)))
                continue
            if type(each) is str and _BUS.fullmatch(each):
                buses.append((name, each))
                continue
            number = _VOWELS.get(each, math.nan) if key == "vowel" and isinstance(each, str) else each
            number = _finite(key, number if number == number else each)
            controls.append((name, min(max(number, low), high)))
        if plan.pitch:
            moving = next((key for key in _PITCH if type(value.get(key)) is Modulation), None)
            if moving is None:
                controls.append((plan.pitch, self._pitch(value, plan.pitch)))
            else:
                buses.append((plan.pitch, self._moving_pitch(value, moving, plan.pitch, slot)))
        if plan.level:
            top = plan.definition.controls["gain"].high
            if type(value.get("gain")) is Modulation:
                buses.append(("gain", self._modulations.bus(value["gain"], slot, "gain", 0.0, top)))
            else:
                controls.append(("gain", min(_gain(value), top)))
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
            length = step * max(_finite("legato", value["legato"]), 0.0)
        elif sample is not None or plan.one_shot:
            length = ONE_SHOT
        return Note(
            begin, length, plan.definition.name, slot, int(_number(value, "orbit", 0)) % ORBITS,
            tuple(controls), tuple(synced), tuple(buses), int(_number(value, "cut", 0)),
            _number(value, "nudge", 0.0),
        )  # fmt: skip

    def _moving_pitch(self, value: Mapping[str, Any], key: str, control: str, slot: int) -> str:
        """The bus of a pitch that moves: the movement is said in notes, the synth hears frequencies."""
        fixed = {name: each for name, each in value.items() if name in _PITCH and name != key}

        def pitch(moved: float) -> float:
            return self._pitch({**fixed, key: moved}, control)

        told = ",".join(f"{name}={each}" for name, each in sorted(fixed.items()))
        return self._modulations.bus(value[key], slot, f"{control} {key} {told}", -1e9, 1e9, pitch)

    def _pitch(self, value: Mapping[str, Any], control: str) -> float:
        if "freq" in value and control == "freq":
            return min(max(_finite("freq", value["freq"]), 1.0), 20000.0)
        if "note" in value:
            note = _finite("note", value["note"])
        elif "midinote" in value:
            note = _finite("midinote", value["midinote"]) - 60
        else:
            note = _finite("n", value["n"]) if control == "freq" and "n" in value else 0.0
        note += 12 * (_number(value, "octave", DEFAULT_OCTAVE) - DEFAULT_OCTAVE)
        if control == "note":
            return min(max(note, -120.0), 120.0)
        return min(max(MIDDLE_C * 2 ** (min(max(note, -120.0), 120.0) / 12), 1.0), 20000.0)


def _needs_memory(value: Mapping[str, Any]) -> bool:
    """Whether a sample cannot be read from disk as it plays: backwards, repeated, or at a bent speed."""
    speed, bent, loop = value.get("speed", 1), value.get("accelerate", 0), value.get("loop", 1)
    if not all(isinstance(each, Real) for each in (speed, bent, loop)):
        return True
    return bool(speed < 0 or bent != 0 or loop != 1)


def _gain(value: Mapping[str, Any]) -> float:
    gain = max(_number(value, "gain", 1.0) + _number(value, "overgain", 0.0), 0.0)
    factor = max(_number(value, "postgain", 1.0), 0.0)
    if "amp" in value:
        factor *= max(_finite("amp", value["amp"]), 0.0) / DEFAULT_AMP
    return float(gain * factor**0.25)


def _number(value: Mapping[str, Any], key: str, default: float) -> float:
    return _finite(key, value[key]) if key in value else default


def _finite(key: str, given: Any) -> float:
    """A value as a finite float. Raises ControlError with one line for anything else."""
    if isinstance(given, Real):
        number = float(given)
        if math.isfinite(number):
            return number
        raise ControlError(f"{key} is {given}, which cannot be played: give a finite number")
    if type(given) is Modulation:
        raise ControlError(f"{key} cannot move while a note sounds: leave .lfo() out to read it at each note")
    shown = repr(given)
    shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
    raise ControlError(f"{key} needs a number, not {shown}")


def _plain(given: Any) -> Any:
    return given if isinstance(given, (bool, int, str)) or not isinstance(given, Real) else float(given)


def _shown(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {each}" for key, each in list(value.items())[:3]) or "an empty event"
