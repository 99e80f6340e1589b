"""Reads SoundFonts (.sf2, and .sf3 whose samples are Vorbis): presets, and what a key struck so hard sounds.

    font = SoundFont(Path("/usr/share/sounds/sf2/TimGM6mb.sf2"))
    font.presets[0].name                          'Piano 1'
    for region in font.regions(font.find("piano"), key=60, velocity=100):
        region.rate_at(60), region.loop, region.volume

Opening a font reads its tables only, whatever its size; samples are read when a note first needs them.
Layers, key splits and velocity splits, generators of preset and instrument with their global zones, both
envelopes and both oscillators are read; modulators are not (velocity acts as on every other instrument).

Source: SoundFont Technical Specification 2.04 (E-mu Systems / Creative, 2006).
"""

from __future__ import annotations

import io
import mmap
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import FileProblem, NameUnknown
from livecode.sound.general_midi import PROGRAMS, plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENDINGS = frozenset({".sf2", ".sf3"})
DRUM_BANK = 128
# E-mu's own synthesisers attenuate by four tenths of what the number says, and banks are made for that.
ATTENUATION = 0.4
_ROM, _VORBIS = 0x8000, 0x10
_KEY_RANGE, _VELOCITY_RANGE, _INSTRUMENT, _SAMPLE = 43, 44, 41, 53
# Generators that a preset may not have, because they name a place in a sample or the like (section 8.5).
_NOT_OF_PRESETS = {0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58}
# Number: value where neither zone says anything (section 8.1.3).
_DEFAULTS: dict[int, int] = {
    8: 13500, 21: -12000, 23: -12000, 25: -12000, 26: -12000, 27: -12000, 28: -12000, 30: -12000,
    33: -12000, 34: -12000, 35: -12000, 36: -12000, 38: -12000, 46: -1, 47: -1, 56: 100, 58: -1,
}  # fmt: skip
_PROGRAM = re.compile(r"(?:(\d+)-)?(\d+)")
_DRUMS = frozenset({"drums", "drum", "kit", "drumkit", "percussion"})

Zone = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Preset:
    """A sound of the font: what MIDI calls a program of a bank. Bank 128 holds drum kits."""

    bank: int
    program: int
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """Delay, attack, hold, decay and release in seconds; decay and release are times for the whole fall
    (100 dB of level). `sustain` is the level kept: dB below the top, or 0 to 1 of a modulation envelope.
    """

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float
    release: float


@dataclass(frozen=True, slots=True)
class Region:
    """One sample as one note plays it, with everything that key and velocity decide already worked out.

    `start`, `stop` and the `loop`'s ends are frames of the font's sample data; `loop` is None for a sample
    that is played once. `root` is the key, in fractions, at which it sounds at its own `rate` (Hz).
    `attenuation` in dB, `pan` -1 to 1, `cutoff` in Hz (None: no filter), `resonance` in dB. Depths of the
    envelope and oscillators are cents (`to_pitch`, `to_cutoff`) and dB (`to_level`).
    """

    sample: int
    start: int
    stop: int
    loop: tuple[int, int] | None
    rate: int
    root: float
    cents_per_key: float
    attenuation: float
    pan: float
    volume: Envelope
    modulation: Envelope
    envelope_to_pitch: float
    envelope_to_cutoff: float
    cutoff: float | None
    resonance: float
    tremolo_delay: float
    tremolo_rate: float
    tremolo_to_pitch: float
    tremolo_to_cutoff: float
    tremolo_to_level: float
    vibrato_delay: float
    vibrato_rate: float
    vibrato_to_pitch: float
    exclusive: int

    def rate_at(self, key: float) -> float:
        """How much faster than its own rate the sample is played for a key, which may be between two."""
        return float(2.0 ** ((key - self.root) * self.cents_per_key / 1200))

    @property
    def moving(self) -> bool:
        """Whether it needs more than its volume envelope: a filter, tremolo, a pitch that moves."""
        depths = (
            self.envelope_to_pitch, self.tremolo_to_pitch, self.tremolo_to_cutoff, self.tremolo_to_level,
            self.vibrato_to_pitch,
        )  # fmt: skip
        return self.cutoff is not None or any(depths)


@dataclass(frozen=True, slots=True)
class _Sample:
    start: int
    stop: int
    loop_start: int
    loop_stop: int
    rate: int
    key: int
    cents: int
    kind: int


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

    def regions(self, preset: Preset, key: int, velocity: int) -> list[Region]:
        """What sounds for a key (0 to 127) struck with a velocity (1 to 127): none, one or a few."""
        try:
            return self._sounding(preset, key, velocity)
        except (ValueError, IndexError) as error:
            raise FileProblem(
                f"{self.path.name} is damaged at {preset.name!r} ({error}): copy it again"
            ) from None

    def _sounding(self, preset: Preset, key: int, velocity: int) -> list[Region]:
        found: list[Region] = []
        for instrument, outer in self._preset_zones(preset.number):
            if not _covers(outer, key, velocity):
                continue
            for sample, inner in self._instrument_zones(instrument):
                if _covers(inner, key, velocity) and not self._samples[sample].kind & _ROM:
                    found.append(self._region(sample, inner, outer, key, velocity))
        return [region for region in found if region.stop > region.start]

    def frames(self, region: Region, start: int, stop: int) -> NDArray[np.float32]:
        """The sample data between two frames, -1 to 1; what lies outside the data is silence."""
        import numpy as np

        kind = self._samples[region.sample].kind
        made: NDArray[np.float32] = np.zeros(max(stop - start, 0), np.float32)
        if kind & _VORBIS:
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
            _Sample(start, stop, loop_start, loop_stop, rate or 44100, key, cents, kind)
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
        self._bags = {name: [row[0] for row in rows(name, "<HH")] for name in (b"pbag", b"ibag")}
        self._generators = {name: rows(name, "<HH") for name in (b"pgen", b"igen")}
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
        zones = self._zones(b"pbag", b"pgen", number, bags, _INSTRUMENT)
        limit = len(self._instrument_bags) - 1
        return [(each, zone) for each, zone in zones if each < limit]

    def _instrument_zones(self, number: int) -> list[tuple[int, Zone]]:
        bags = self._instrument_bags[number : number + 2]
        zones = self._zones(b"ibag", b"igen", number, bags, _SAMPLE)
        return [(each, zone) for each, zone in zones if each < len(self._samples)]

    def _zones(
        self, bag: bytes, generators: bytes, number: int, bags: list[int], last: int
    ) -> list[tuple[int, Zone]]:
        """(instrument or sample, generators) of each zone, the global zone's laid under the others'."""
        found = self._kept.get((bag, number))
        if found is not None:
            return found
        found = []
        common: dict[int, int] = {}
        for place, index in enumerate(range(bags[0], bags[1])):
            begin, end = self._bags[bag][index : index + 2]
            own = dict(self._generators[generators][begin:end])
            if last in own:
                found.append((own.pop(last), {**common, **own}))
            elif place == 0:
                common = own
        self._kept[bag, number] = found
        return found

    def _region(self, number: int, inner: Zone, outer: Zone, key: int, velocity: int) -> Region:
        sample = self._samples[number]

        def amount(generator: int) -> int:
            value = _signed(inner[generator]) if generator in inner else _DEFAULTS.get(generator, 0)
            if generator in outer and generator not in _NOT_OF_PRESETS:
                value += _signed(outer[generator])
            return value

        struck = amount(46) if amount(46) >= 0 else key
        root = amount(58) if 0 <= amount(58) <= 127 else sample.key if sample.key <= 127 else 60
        scale = amount(56)
        cents = amount(51) * 100 + amount(52) + sample.cents
        # The key at which the sample is played at its own rate; without a scale that is any key.
        tuned = root - cents / scale + key - struck if scale else key - cents / 100
        first, stop = sample.start, sample.stop
        loop: tuple[int, int] | None = None
        if sample.kind & _VORBIS:
            stop = first + len(self._unpacked(sample))
            edges = (first + sample.loop_start, first + sample.loop_stop)
        else:
            edges = (sample.loop_start, sample.loop_stop)
            stop = min(stop, self._count)
        limit = stop if sample.kind & _VORBIS else self._count
        begin = first + amount(0) + 32768 * amount(4)
        stop = stop + amount(1) + 32768 * amount(12)
        edges = (edges[0] + amount(2) + 32768 * amount(45), edges[1] + amount(3) + 32768 * amount(50))
        stop = min(stop, limit)
        begin = min(max(begin, first), stop)
        if amount(54) & 1 and begin <= edges[0] and edges[0] + 8 <= edges[1] <= limit:
            loop = edges
        cutoff = None if amount(8) >= 13500 and not amount(11) else _hertz(min(max(amount(8), 1500), 13500))
        keyed = 60 - struck
        return Region(
            sample=number, start=begin, stop=stop, loop=loop, rate=sample.rate,
            root=tuned,
            cents_per_key=float(scale) if scale else 100.0,
            attenuation=max(amount(48), 0) / 10 * ATTENUATION,
            pan=min(max(amount(17) / 500, -1.0), 1.0),
            volume=Envelope(
                _seconds(amount(33)), _seconds(amount(34)), _seconds(amount(35) + amount(39) * keyed),
                _seconds(amount(36) + amount(40) * keyed), min(max(amount(37), 0), 1440) / 10,
                _seconds(amount(38)),
            ),
            modulation=Envelope(
                _seconds(amount(25)), _seconds(amount(26)), _seconds(amount(27) + amount(31) * keyed),
                _seconds(amount(28) + amount(32) * keyed), 1 - min(max(amount(29), 0), 1000) / 1000,
                _seconds(amount(30)),
            ),
            envelope_to_pitch=float(amount(7)), envelope_to_cutoff=float(amount(11)), cutoff=cutoff,
            resonance=min(max(amount(9), 0), 960) / 10,
            tremolo_delay=_seconds(amount(21)), tremolo_rate=_hertz(amount(22)),
            tremolo_to_pitch=float(amount(5)), tremolo_to_cutoff=float(amount(10)),
            tremolo_to_level=amount(13) / 10,
            vibrato_delay=_seconds(amount(23)), vibrato_rate=_hertz(amount(24)),
            vibrato_to_pitch=float(amount(6)),
            exclusive=amount(57),
        )  # fmt: skip

    def _unpacked(self, sample: _Sample) -> NDArray[np.float32]:
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


def _covers(zone: Zone, key: int, velocity: int) -> bool:
    for generator, value in ((_KEY_RANGE, key), (_VELOCITY_RANGE, velocity)):
        limits = zone.get(generator)
        if limits is not None and not limits & 255 <= value <= limits >> 8:
            return False
    return True


def _signed(value: int) -> int:
    return value - 65536 if value >= 32768 else value


def _seconds(timecents: float) -> float:
    return 0.0 if timecents <= -12000 else float(2.0 ** (min(timecents, 8000) / 1200))


def _hertz(cents: float) -> float:
    return float(8.176 * 2.0 ** (cents / 1200))


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def usable(path: Path) -> bool:
    """Whether a file's name is that of a SoundFont."""
    return path.suffix.lower() in ENDINGS
