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
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from livecode.errors import ControlError, LivecodeError, NameUnknown
from livecode.language.control_table import control_names
from livecode.language.modulation import Modulation, Piece
from livecode.language.time import Event
from livecode.sound.command import BufferLoad, Command, DefinitionLoad, GlobalEffect, Sweep
from livecode.sound.layout import ORBITS
from livecode.sound.modulations import Modulations
from livecode.sound.orbit_effects import halls, with_room
from livecode.sound.plans import Plan, Plans, note_of
from livecode.sound.reading import finite, number, pitch, plain
from livecode.sound.soundfont_modulators import Playing
from livecode.sound.voices import Voices

if TYPE_CHECKING:
    from livecode.config import Config
    from livecode.sound.catalogue import Catalogue
    from livecode.sound.definitions import Definitions
    from livecode.sound.kit import Kit
    from livecode.sound.samples import Sample, Samples
    from livecode.sound.soundfonts import SoundFonts
    from livecode.sound.sources import Source

NOMINAL_VELOCITY = 0.8
_LOOK_EVERY = 0.5
_REMADE = 64


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
        self._plans = Plans(catalogue, self.definitions)
        self._voices = Voices(catalogue, samples, self.kit, self.names)
        self._given: dict[str, DefinitionLoad] = {}
        self._modulations = Modulations()
        self._sources: dict[str, tuple[Source, int]] = {}
        self._generation = catalogue.generation
        self._halls = halls(catalogue)
        self._touched: set[str] = set()
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
        if not self._halls.isdisjoint(value):
            value = with_room(value, self._halls)
        begin, step = float(whole.begin), float(whole.end - whole.begin)
        if "source" in value:
            return [self._source_change(value, begin, slot)]
        if self._is_font(value.get("s")):
            return self._font_notes(value, begin, step, slot)
        commands: list[Command] = []
        name, source = self._voices.voice(value)
        sample: Sample | None = None
        if source is not None:
            sample, loads = self._voices.sample(source, value)
            commands += loads
            way = "stream" if sample.streamed else "sample"
            name = f"{way}_stereo" if sample.channels == 2 else f"{way}_mono"
        plan = self._planned(name, value, begin, slot, commands)
        commands.append(note_of(value, plan, sample, begin, step, slot, self._modulations))
        return commands

    def _planned(
        self, name: str, value: Mapping[str, Any], begin: float, slot: int, commands: list[Command]
    ) -> Plan:
        """The plan of an instrument; what it needs before its note is added to the commands."""
        plan = self._plans.plan(name, frozenset(value))
        for load in (*(change.load for change in plan.changes), plan.load):
            if load is not None and load.name not in self._given:
                self._given[load.name] = load
                commands.append(load)
        orbit = int(number(value, "orbit", 0)) % ORBITS
        commands += [change.command(value, begin, orbit, slot, finite) for change in plan.changes]
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
                each = pitch(value, "freq")
            if control is not None and key not in ("out", "gate"):
                controls.append((key, control.clip(finite(key, each))))
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
            preset = str(math.floor(number(value, "n", 0)))
            value = {name: each for name, each in value.items() if name != "n"}
        key = 69 + 12 * math.log2(pitch(value, "freq") / 440)
        velocity = min(max(number(value, "velocity", NOMINAL_VELOCITY), 0.0), 1.0)
        playing = Playing(
            0,
            0,
            {int(number(value, "ccn", 0)): number(value, "ccv", 0.0)} if "ccn" in value else {},
            pressure=127 * number(value, "miditouch", 0.0),
            bend=number(value, "midibend", 0.0),
        )
        voices, loads = self.fonts.voices(font, preset, key, velocity, playing)
        commands: list[Command] = [*loads]
        pan = number(value, "pan", 0.5)
        for voice in voices:
            plan = self._planned(voice.instrument, value, begin, slot, commands)
            note = note_of(value, plan, None, begin, step, slot, self._modulations)
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
            set_to = {key: plain(each) for key, each in value.items() if key != "source"}
            return f"ndef {value['source']}", set_to
        if self._is_font(value.get("s")):
            return str(value["s"]), {key: plain(each) for key, each in value.items() if key != "s"}
        name, source = self._voices.voice(value)
        shown = str(value.get("s", name)) if source is not None else name
        pitched = source is None and self.catalogue.instrument(name).pitched
        hidden = {"s"} if pitched or source is not None else {"s", "note", "midinote", "octave"}
        return shown, {key: plain(each) for key, each in value.items() if key not in hidden}

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
        used = self._plans.latest(_REMADE)
        self._look(now=True)
        touched, self._touched = self._touched, set()
        playing = {instrument for instrument, _ in used} | self.catalogue.effects.keys()
        if not touched & playing:
            return False
        for instrument, keys in used:
            # One that is gone, or does not build, is said when a note asks for it.
            with contextlib.suppress(LivecodeError):
                self._plans.plan(instrument, keys)
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
            self._halls = halls(self.catalogue)
            self._plans.clear()
            self._voices.clear()
        for problem in (*self.catalogue.problems.values(), *self.definitions.problems.values()):
            if str(problem) not in self._told:
                self._told.add(str(problem))
                self._notice(str(problem))
