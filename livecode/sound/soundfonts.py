"""SoundFonts on this machine, and what a note of one is to the server: instrument, controls, buffers.

    fonts = SoundFonts(samples)
    fonts.names()                                   ['sf2', 'timgm6mb']
    for voice in fonts.voices("sf2", "piano", key=60.0, velocity=0.8): ...

`sf2` is the first font found; each is also called by its file's name. A region's sample is written to the
cache as a sound file when a note first needs it, the part up to the loop and the loop by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from livecode.errors import FileProblem
from livecode.sound.command import BufferFree, BufferLoad
from livecode.sound.frame import NOMINAL_VELOCITY, VELOCITY_CURVE
from livecode.sound.general_midi import plain
from livecode.sound.samples import Samples
from livecode.sound.soundfont import DRUM_BANK, ENDINGS, Preset, SoundFont
from livecode.sound.soundfont_modulators import Playing
from livecode.sound.soundfont_region import Region

FIRST = "sf2"
CURE = "put an .sf2 file into ~/SoundFonts, or: sudo apt install timgm6mb-soundfont"
_GUARD = 8
_FIRST_CUT = 1000


@dataclass(frozen=True, slots=True)
class Voice:
    """One region of a note: the instrument that plays it, its controls, where it stands (-1 to 1).

    `lasting`: seconds that a drum plays on whatever the note's length, None for what is held.
    `cut`: its group among those that end one another, 0 for none.
    """

    instrument: str
    controls: tuple[tuple[str, float], ...]
    pan: float
    attack: float
    release: float
    lasting: float | None
    cut: int


def usual_places() -> list[Path]:
    """Where SoundFonts usually are; `LIVECODE_SOUNDFONTS` (separated as in PATH) comes first."""
    home = Path.home()
    said = os.environ.get("LIVECODE_SOUNDFONTS", "").split(os.pathsep)
    places = [
        *(Path(part).expanduser() for part in said if part),
        home / "SoundFonts",
        home / ".local" / "share" / "soundfonts",
        home / "Library" / "Audio" / "Sounds" / "Banks",
        Path("/usr/local/share/soundfonts"),
        Path("/usr/share/soundfonts"),
        Path("/usr/share/sounds/sf2"),
        Path("/usr/share/sounds/sf3"),
    ]
    return list(dict.fromkeys(places))


class SoundFonts:
    """The fonts of some folders (or files); those of the sample folders come first.

    Raises FileProblem when there is none, or when one cannot be read, and NameUnknown for a preset it lacks.
    """

    def __init__(self, samples: Samples, places: Iterable[Path] | None = None) -> None:
        self._samples = samples
        self._places = [*samples.roots, *(usual_places() if places is None else places)]
        self._paths: dict[str, Path] | None = None
        self._open: dict[Path, SoundFont] = {}
        self._written_already: dict[tuple[object, ...], tuple[Path, Path | None, Path | None]] = {}

    def names(self) -> list[str]:
        """What may stand before the colon."""
        found = self._all()
        return [FIRST, *found] if found else []

    def knows(self, name: str) -> bool:
        """Whether a word before a colon means a SoundFont."""
        return name == FIRST or name in self._all()

    def font(self, name: str) -> SoundFont:
        """The font of that name, opened once."""
        found = self._all()
        paths = list(found.values()) if name == FIRST else [found[name]] if name in found else []
        problem = FileProblem(f"there is no SoundFont on this machine: {CURE}")
        for path in paths:
            try:
                if path not in self._open:
                    self._open[path] = SoundFont(path)
                return self._open[path]
            except FileProblem as error:
                # One damaged file among several must not silence the word that means any of them.
                problem = error
        raise problem

    def refresh(self) -> None:
        """Looks at the folders again."""
        self._paths = None

    def voices(
        self, name: str, preset: str, key: float, velocity: float, playing: Playing | None = None
    ) -> tuple[list[Voice], list[BufferLoad | BufferFree]]:
        """What a note is made of, and the buffers it needs that were not given out before.

        `key` is a MIDI number, also one between two; `velocity` 0 to 1. `playing` has the controllers,
        pressure and bend that the font's modulators may hear.
        """
        font = self.font(name)
        chosen = font.find(preset)
        struck = min(max(round(velocity * 127), 1), 127)
        nearest = min(max(round(key), 0), 127)
        found: list[Voice] = []
        loads: list[BufferLoad | BufferFree] = []
        for layer, region in enumerate(_covering(font, chosen, nearest, struck, playing)):
            body, loop, rest = self._files(font, region)
            sample, fresh = self._samples.as_it_is(body)
            loads += fresh
            number = -1
            if loop is not None:
                turning, fresh = self._samples.as_it_is(loop)
                loads += fresh
                number = turning.load.number
            after = -1
            if rest is not None:
                ending, fresh = self._samples.as_it_is(rest)
                loads += fresh
                after = ending.load.number
            drum = chosen.bank == DRUM_BANK and loop is None
            cut = _FIRST_CUT + region.exclusive * 16 + layer % 16 if region.exclusive else 0
            buffers = (sample.load.number, number, after)
            found.append(_voice(region, key, buffers, velocity, drum, cut))
        return found, loads

    def _all(self) -> dict[str, Path]:
        if self._paths is None:
            paths = [path for place in self._places for path in _fonts(place)]
            self._paths = {}
            for path in paths:
                self._paths.setdefault(plain(path.stem), path)
        return self._paths

    def _files(self, font: SoundFont, region: Region) -> tuple[Path, Path | None, Path | None]:
        """The sample up to its loop's end, the loop, and the whole for what goes on after the loop."""
        key = (font.path, region.sample, region.start, region.stop, region.loop, region.rate, region.goes_on)
        found = self._written_already.get(key)
        if found is None:
            stop = region.stop if region.loop is None else region.loop[1] + _GUARD
            body = self._written(font, region, region.start, stop)
            loop = None if region.loop is None else self._written(font, region, *region.loop)
            whole = self._written(font, region, region.start, region.stop) if region.goes_on else None
            found = self._written_already[key] = (body, loop, whole)
        return found

    def _written(self, font: SoundFont, region: Region, start: int, stop: int) -> Path:
        import soundfile

        stamp = self._samples.stamp(font.path)
        path = (
            self._samples.cache / "soundfonts" / stamp / f"{region.sample}-{start}-{stop}-{region.rate}.wav"
        )
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.stem}.{os.getpid()}.wav")
            soundfile.write(part, font.frames(region, start, stop), region.rate, subtype="FLOAT")
            part.replace(path)
        return path


def _covering(
    font: SoundFont, preset: Preset, key: int, velocity: int, playing: Playing | None
) -> list[Region]:
    """The regions of a key, or of the nearest one that has any: a note above a contrabass is not silent."""
    for distance in range(128):
        for near in (key - distance, key + distance):
            found = font.regions(preset, near, velocity, playing) if 0 <= near <= 127 else []
            if found:
                return found
    return []


def _voice(
    region: Region, key: float, buffers: tuple[int, int, int], velocity: float, drum: bool, cut: int
) -> Voice:
    buffer, loop, rest = buffers
    volume, modulation = region.volume, region.modulation
    frequency = 440 * 2 ** ((key - 69) / 12)
    controls = {
        "buffer": float(buffer),
        "loopbuffer": float(loop),
        "rootfreq": frequency / region.rate_at(key),
        "fontlevel": 10 ** ((region.force - region.attenuation) / 20) / _frames_force(velocity),
        "predelay": volume.delay,
        "fonthold": volume.hold,
        "fontdecay": volume.decay,
        "keep": volume.sustain,
    }
    if region.loop is not None:
        begin, end = region.loop
        controls["loopstart"] = float(begin - region.start)
        controls["loopphase"] = float((region.start - begin) % (end - begin))
    if region.moving or rest >= 0:
        controls |= {
            "fontcutoff": 20000.0 if region.cutoff is None else region.cutoff,
            "fontresonance": region.resonance,
            "modpredelay": modulation.delay,
            "modattack": modulation.attack,
            "modhold": modulation.hold,
            "moddecay": modulation.decay,
            "modkeep": modulation.sustain,
            "modrelease": modulation.release,
            "modpitch": region.envelope_to_pitch,
            "modcutoff": region.envelope_to_cutoff,
            "fonttremolodelay": region.tremolo_delay,
            "fonttremolorate": region.tremolo_rate,
            "fonttremolopitch": region.tremolo_to_pitch,
            "fonttremolocutoff": region.tremolo_to_cutoff,
            "fonttremololevel": region.tremolo_to_level,
            "fontvibratodelay": region.vibrato_delay,
            "fontvibratorate": region.vibrato_rate,
            "fontvibratopitch": region.vibrato_to_pitch,
        }
    lasting = None
    if drum:
        lasting = (region.stop - region.start) / region.rate / region.rate_at(key)
    instrument = "soundfont_moving" if region.moving else "soundfont"
    if rest >= 0:
        instrument = "soundfont_going_on"
        assert region.loop is not None
        controls |= {"restbuffer": float(rest), "looplength": float(region.loop[1] - region.loop[0])}
    return Voice(instrument, tuple(controls.items()), region.pan, volume.attack, volume.release, lasting, cut)


def _frames_force(velocity: float) -> float:
    """The factor by which every instrument's frame makes a velocity heard; the font's own takes its place."""
    return max(float((velocity / NOMINAL_VELOCITY) ** VELOCITY_CURVE), 1e-3)


def _fonts(place: Path) -> list[Path]:
    if place.is_file():
        return [place] if place.suffix.lower() in ENDINGS else []
    try:
        return sorted(path for path in place.iterdir() if path.suffix.lower() in ENDINGS)
    except OSError:
        return []
