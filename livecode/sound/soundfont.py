"""Reads SoundFonts (.sf2, and .sf3 whose samples are Vorbis): presets, and what a key struck so hard sounds.

    font = SoundFont(Path("/usr/share/sounds/sf2/TimGM6mb.sf2"))
    font.presets[0].name                          'Piano 1'
    for region in font.regions(font.find("piano"), key=60, velocity=100):
        region.rate_at(60), region.loop, region.volume

Opening a font reads its tables only, whatever its size; samples are read when a note first needs them.
What a key struck so hard sounds like is worked out in `livecode.sound.soundfont_region`, modulators in
`livecode.sound.soundfont_modulators`.

Source: SoundFont Technical Specification 2.04 (E-mu Systems / Creative, 2006).
"""

from __future__ import annotations

import io
import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import FileProblem, NameUnknown
from livecode.sound.general_midi import PROGRAMS, plain
from livecode.sound.soundfont_modulators import Modulator, Playing, merged
from livecode.sound.soundfont_region import VORBIS, Region, Sample, Zone, region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENDINGS = frozenset({".sf2", ".sf3"})
DRUM_BANK = 128
_ROM = 0x8000
_INSTRUMENT, _SAMPLE = 41, 53
_PROGRAM = re.compile(r"(?:(\d+)-)?(\d+)")
_DRUMS = frozenset({"drums", "drum", "kit", "drumkit", "percussion"})


@dataclass(frozen=True, slots=True)
class Preset:
    """A sound of the font: what MIDI calls a program of a bank. Bank 128 holds drum kits."""

    bank: int
    program: int
    name: str
    number: int


class SoundFont:
    """A SoundFont file. Raises FileProblem, one line, when it is none or is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read()
        except OSError as error:
            raise FileProblem(f"cannot read {path}: {error.strerror or error}") from None
        except (ValueError, KeyError, IndexError, struct.error) as error:
            raise FileProblem(
                f"{path.name} is no SoundFont, or it is damaged ({error}): copy it again"
            ) from None

    def find(self, word: str) -> Preset:
        """The preset that a word means: "piano", "acoustic_grand_piano", "24", "128-0", "drums".

        A preset of exactly that name comes first, then a General MIDI name, then the first preset whose name
        contains the word. Raises NameUnknown with the nearest name.
        """
        return _found(self, plain(word))

    def names(self) -> list[str]:
        """What `find` takes: each preset's name, in small letters without spaces."""
        return sorted({plain(preset.name) for preset in self.presets})

    def regions(
        self, preset: Preset, key: int, velocity: int, playing: Playing | None = None
    ) -> list[Region]:
        """What sounds for a key (0 to 127) struck with a velocity (1 to 127): none, one or a few.

        `playing` says more about the note: controllers, pressure, bend.
        """
        how = Playing(key, velocity) if playing is None else replace(playing, key=key, velocity=velocity)
        try:
            return self._sounding(preset, how)
        except (ValueError, IndexError) as error:
            raise FileProblem(
                f"{self.path.name} is damaged at {preset.name!r} ({error}): copy it again"
            ) from None

    def _sounding(self, preset: Preset, playing: Playing) -> list[Region]:
        found: list[Region] = []
        key, velocity = playing.key, playing.velocity
        for instrument, outer in self._preset_zones(preset.number):
            if not outer.covers(key, velocity):
                continue
            for sample, inner in self._instrument_zones(instrument):
                if inner.covers(key, velocity) and not self._samples[sample].kind & _ROM:
                    found.append(self._region(sample, inner, outer, playing))
        return [region for region in found if region.stop > region.start]

    def frames(self, region: Region, start: int, stop: int) -> NDArray[np.float32]:
        """The sample data between two frames, -1 to 1; what lies outside the data is silence."""
        import numpy as np

        kind = self._samples[region.sample].kind
        made: NDArray[np.float32] = np.zeros(max(stop - start, 0), np.float32)
        if kind & VORBIS:
            sample = self._samples[region.sample]
            whole = self._unpacked(sample)
            first = sample.start
        else:
            first = max(start, 0)
            raw = self._data[self._smpl + 2 * first : self._smpl + 2 * max(min(stop, self._count), first)]
            whole = np.frombuffer(raw, "<i2").astype(np.float32) / np.float32(32768)
        taken = whole[max(start - first, 0) : max(stop - first, 0)]
        offset = max(first - start, 0)
        made[offset : offset + len(taken)] = taken[: max(len(made) - offset, 0)]
        return made

    def _read(self) -> None:
        if self._data[:4] != b"RIFF" or self._data[8:12] != b"sfbk":
            raise ValueError("it does not begin with RIFF sfbk")
        lists: dict[bytes, dict[bytes, tuple[int, int]]] = {}
        for name, begin, size in self._chunks(12, min(len(self._data), 8 + self._size(4))):
            if name == b"LIST":
                inside = self._chunks(begin + 4, begin + size)
                lists[self._data[begin : begin + 4]] = {each: (at, long) for each, at, long in inside}
        tables, (self._smpl, size) = lists[b"pdta"], lists[b"sdta"][b"smpl"]
        self._count = size // 2

        def rows(name: bytes, form: str) -> list[tuple[Any, ...]]:
            at, long = tables[name]
            step = struct.calcsize(form)
            return list(struct.iter_unpack(form, self._data[at : at + long // step * step]))

        heads = rows(b"phdr", "<20sHHHIII")
        instruments = rows(b"inst", "<20sH")
        self._samples = [
            Sample(start, stop, loop_start, loop_stop, rate or 44100, key, cents, kind)
            for _, start, stop, loop_start, loop_stop, rate, key, cents, _, kind in rows(
                b"shdr", "<20sIIIIIBbHH"
            )
        ][:-1]
        self.presets = sorted(
            (Preset(bank, program, _text(name), number) for number, (name, program, bank, *_) in
             enumerate(heads[:-1])),
            key=lambda preset: (preset.bank, preset.program),
        )  # fmt: skip
        if not self.presets:
            raise ValueError("it holds no preset")
        self._preset_bags = [head[3] for head in heads]
        self._instrument_bags = [head[1] for head in instruments]
        self._bags = {name: rows(name, "<HH") for name in (b"pbag", b"ibag")}
        self._generators = {name: rows(name, "<HH") for name in (b"pgen", b"igen")}
        self._modulators = {
            name: [Modulator(*row) for row in rows(name, "<HHhHH")] if name in tables else []
            for name in (b"pmod", b"imod")
        }
        self._kept: dict[tuple[bytes, int], list[tuple[int, Zone]]] = {}

    def _size(self, at: int) -> int:
        return int(struct.unpack_from("<I", self._data, at)[0])

    def _chunks(self, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        while at + 8 <= end:
            size = self._size(at + 4)
            if at + 8 + size > len(self._data):
                raise ValueError("it ends too early")
            yield self._data[at : at + 4], at + 8, size
            at += 8 + size + size % 2

    def _preset_zones(self, number: int) -> list[tuple[int, Zone]]:
        bags = self._preset_bags[number : number + 2]
        zones = self._zones(b"p", number, bags, _INSTRUMENT)
        limit = len(self._instrument_bags) - 1
        return [(each, zone) for each, zone in zones if each < limit]

    def _instrument_zones(self, number: int) -> list[tuple[int, Zone]]:
        bags = self._instrument_bags[number : number + 2]
        zones = self._zones(b"i", number, bags, _SAMPLE)
        return [(each, zone) for each, zone in zones if each < len(self._samples)]

    def _zones(self, which: bytes, number: int, bags: list[int], last: int) -> list[tuple[int, Zone]]:
        """(instrument or sample, zone) of each zone, the global zone's words laid under the others'."""
        found = self._kept.get((which, number))
        if found is not None:
            return found
        found = []
        common: dict[int, int] = {}
        shared: list[Modulator] = []
        for place, index in enumerate(range(bags[0], bags[1])):
            (begin, first), (end, stop) = self._bags[which + b"bag"][index : index + 2]
            own = dict(self._generators[which + b"gen"][begin:end])
            moves = self._modulators[which + b"mod"][first:stop]
            if last in own:
                target = own.pop(last)
                found.append((target, Zone({**common, **own}, tuple(merged(shared, moves)))))
            elif place == 0:
                common, shared = own, moves
        self._kept[which, number] = found
        return found

    def _region(self, number: int, inner: Zone, outer: Zone, playing: Playing) -> Region:
        sample = self._samples[number]
        if sample.kind & VORBIS:
            # The loop of a packed sample counts from its own beginning.
            stop = sample.start + len(self._unpacked(sample))
            edges = (sample.start + sample.loop_start, sample.start + sample.loop_stop)
            sample = replace(sample, stop=stop, loop_start=edges[0], loop_stop=edges[1])
            return region(number, sample, inner, outer, playing, stop)
        return region(number, sample, inner, outer, playing, self._count)

    def _unpacked(self, sample: Sample) -> NDArray[np.float32]:
        """A Vorbis sample of an .sf3."""
        import soundfile

        packed = self._data[self._smpl + sample.start : self._smpl + sample.stop]
        try:
            sound, _ = soundfile.read(io.BytesIO(packed), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise ValueError(str(error)) from None
        made: NDArray[np.float32] = sound[:, 0]
        return made


@lru_cache(maxsize=4096)
def _found(font: SoundFont, word: str) -> Preset:
    numbered = _PROGRAM.fullmatch(word)
    if numbered:
        bank, program = int(numbered[1] or 0), int(numbered[2])
        places = {(preset.bank, preset.program): preset for preset in font.presets}
        if (bank, program) in places:
            return places[bank, program]
        said = sorted({str(each[1]) if not each[0] else f"{each[0]}-{each[1]}" for each in places})
        raise NameUnknown(f"program of {font.path.name}", word, said)
    if word in _DRUMS:
        kits = [preset for preset in font.presets if preset.bank == DRUM_BANK]
        if kits:
            return kits[0]
    named = {plain(preset.name): preset for preset in reversed(font.presets)}
    if word in named:
        return named[word]
    melodic = {preset.program: preset for preset in reversed(font.presets) if preset.bank == 0}
    if word in PROGRAMS and PROGRAMS[word] in melodic:
        return melodic[PROGRAMS[word]]
    for preset in font.presets:
        if word in plain(preset.name):
            return preset
    for name, program in PROGRAMS.items():
        if word in name and program in melodic:
            return melodic[program]
    raise NameUnknown(f"preset of {font.path.name}", word, [*named, *PROGRAMS])


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def usable(path: Path) -> bool:
    """Whether a file's name is that of a SoundFont."""
    return path.suffix.lower() in ENDINGS
