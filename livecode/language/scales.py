"""Scales: a table of names, and degrees turned into notes.

Steps are semitones above the tonic. Names are looked up without regard to case, spaces, `_` and `-`, so
`"harmonicMinor"`, `"harmonic minor"` and `"harmonic_minor"` are one scale. Where Tidal and the scale list
that Strudel uses give one name to two scales, Tidal's is the one meant here.

Sources: Tidal's and SuperCollider's lists, V. Persichetti, *Twentieth-Century Harmony* (1961), O. Messiaen,
*Technique de mon langage musical* (1944), F. Bohlen, "13 Tonstufen in der Duodezime" (1978).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from livecode.errors import ControlError, NameUnknown
from livecode.language.notes import note_number

# Two names beside one another are the same scale: the first is the one shown in listings.
TABLE: dict[str, str] = {
    "major, ionian, maj, diatonic": "0 2 4 5 7 9 11",
    "dorian": "0 2 3 5 7 9 10",
    "phrygian": "0 1 3 5 7 8 10",
    "lydian": "0 2 4 6 7 9 11",
    "mixolydian, dominant": "0 2 4 5 7 9 10",
    "minor, aeolian, min, natural minor": "0 2 3 5 7 8 10",
    "locrian": "0 1 3 5 6 8 10",
    "harmonic minor": "0 2 3 5 7 8 11",
    "harmonic major": "0 2 4 5 7 8 11",
    "melodic minor, melodic minor asc, jazz minor": "0 2 3 5 7 9 11",
    "melodic minor desc": "0 2 3 5 7 8 10",
    "melodic major, bartok, hindu, mixolydian b6, aeolian dominant, "
    "melodic minor fifth mode": "0 2 4 5 7 8 10",
    "dorian b2, phrygian #6, melodic minor second mode, javanese": "0 1 3 5 7 9 10",
    "lydian augmented": "0 2 4 6 8 9 11",
    "lydian dominant, lydian b7, overtone, acoustic": "0 2 4 6 7 9 10",
    "locrian #2, half-diminished, aeolian b5": "0 2 3 5 6 8 10",
    "super locrian, altered, altered dominant, diminished whole tone, pomeroy": "0 1 3 4 6 8 10",
    "locrian 6, locrian natural 6, locrian sharp 6": "0 1 3 5 6 9 10",
    "ionian augmented, major augmented, ionian #5, major #5": "0 2 4 5 8 9 11",
    "romanian minor, dorian #4, ukrainian dorian, altered dorian": "0 2 3 6 7 9 10",
    "phrygian dominant, phrygian major, spanish, freygish, spanish gypsy": "0 1 4 5 7 8 10",
    "lydian #9": "0 3 4 6 7 9 11",
    "ultralocrian, superlocrian bb7, superlocrian diminished": "0 1 3 4 6 8 9",
    "lydian diminished": "0 2 3 6 7 9 11",
    "lydian minor": "0 2 4 6 7 8 10",
    "locrian major, arabian": "0 2 4 5 6 8 10",
    "leading whole, leading whole tone": "0 2 4 6 8 10 11",
    "neapolitan major": "0 1 3 5 7 9 11",
    "neapolitan minor, balinese": "0 1 3 5 7 8 11",
    "hungarian minor, gypsy minor": "0 2 3 6 7 8 11",
    "hungarian major": "0 3 4 6 7 9 10",
    "double harmonic, double harmonic major, gypsy, byzantine, bhairav": "0 1 4 5 7 8 11",
    "double harmonic lydian": "0 1 4 6 7 8 11",
    "enigmatic": "0 1 4 6 8 10 11",
    "persian": "0 1 4 5 6 8 11",
    "oriental": "0 1 4 5 6 9 10",
    "flamenco": "0 1 3 4 6 7 10",
    "augmented heptatonic": "0 3 4 5 7 8 11",
    "major pentatonic, majPent, pentatonic, gong, yona": "0 2 4 7 9",
    "minor pentatonic, minPent, yu, vietnamese 2": "0 3 5 7 10",
    "ritusen, zhi": "0 2 5 7 9",
    "egyptian, shang, suspended pentatonic": "0 2 5 7 10",
    "jiao, malkos raga, malkos, malkauns, man gong": "0 3 5 8 10",
    "kumai, kumoi": "0 2 3 7 9",
    "hirajoshi": "0 2 3 7 8",
    "kumoijoshi, in": "0 1 5 7 8",
    "in-sen, insen": "0 1 5 7 10",
    "iwato": "0 1 5 6 10",
    "chinese, lydian pentatonic": "0 4 6 7 11",
    "lydian #5p pentatonic": "0 4 6 8 11",
    "minor #7m pentatonic": "0 3 5 7 11",
    "indian, mixolydian pentatonic": "0 4 5 7 10",
    "ionian pentatonic": "0 4 5 7 11",
    "pelog": "0 1 3 7 8",
    "vietnamese 1": "0 3 5 7 8",
    "neapolitan major pentatonic": "0 4 5 6 10",
    "locrian pentatonic, minor seven flat five pentatonic": "0 3 5 6 10",
    "minor six pentatonic": "0 3 5 7 9",
    "flat six pentatonic": "0 2 4 7 8",
    "flat three pentatonic": "0 2 3 7 9",
    "whole tone pentatonic": "0 4 6 8 10",
    "lydian #5 pentatonic": "0 4 6 8 11",
    "lydian dominant pentatonic": "0 4 6 7 10",
    "minor #7 pentatonic": "0 3 5 7 11",
    "super locrian pentatonic": "0 3 4 6 10",
    "prometheus": "0 2 4 6 11",
    "scriabin": "0 1 4 7 9",
    "ahirbhairav, ahir bhairav": "0 1 4 5 7 9 10",
    "todi, todi raga": "0 1 3 6 7 8 11",
    "purvi": "0 1 4 6 7 8 11",
    "purvi raga": "0 1 4 5 6 7 8 11",
    "marva": "0 1 4 6 7 9 11",
    "kafi raga": "0 3 4 5 7 9 10 11",
    "whole, whole tone, messiaen1, messiaen's mode #1": "0 2 4 6 8 10",
    "augmented": "0 3 4 7 8 11",
    "augmented2, six tone symmetric": "0 1 4 5 8 9",
    "hexMajor7": "0 2 4 7 9 11",
    "hexDorian": "0 2 3 5 7 10",
    "hexPhrygian": "0 1 3 5 8 10",
    "hexSus, piongio": "0 2 5 7 9 10",
    "hexMajor6": "0 2 4 5 7 9",
    "hexAeolian": "0 3 5 7 8 10",
    "minor hexatonic": "0 2 3 5 7 11",
    "prometheus hexatonic, mystic": "0 2 4 6 9 10",
    "prometheus neapolitan": "0 1 4 6 9 10",
    "mystery #1": "0 1 4 6 8 10",
    "tritone, petrushka": "0 1 4 6 7 10",
    "blues, minor blues": "0 3 5 6 7 10",
    "major blues, blues major": "0 2 3 4 7 9",
    "composite blues": "0 2 3 4 5 6 7 9 10",
    "bebop, bebop dominant": "0 2 4 5 7 9 10 11",
    "bebop major": "0 2 4 5 7 8 9 11",
    "bebop minor, bebop dorian": "0 2 3 4 5 7 9 10",
    "bebop locrian": "0 1 3 5 6 7 8 10",
    "minor bebop, bebop melodic minor": "0 2 3 5 7 8 10 11",
    "spanish heptatonic, spanish 8 tone, jewish": "0 1 3 4 5 7 8 10",
    "ichikosucho": "0 2 4 5 6 7 9 11",
    "minor six diminished": "0 2 3 5 7 8 9 11",
    "diminished, octatonic, half-whole diminished, dominant diminished, messiaen2, "
    "messiaen's mode #2": "0 1 3 4 6 7 9 10",
    "diminished2, octatonic2, whole-half diminished": "0 2 3 5 6 8 9 11",
    "messiaen3, messiaen's mode #3": "0 2 3 4 6 7 8 10 11",
    "messiaen4, messiaen's mode #4": "0 1 2 5 6 7 8 11",
    "messiaen5, messiaen's mode #5": "0 1 5 6 7 11",
    "messiaen6, messiaen's mode #6": "0 2 4 5 6 8 10 11",
    "messiaen7, messiaen's mode #7": "0 1 2 3 5 6 7 8 9 11",
    "bayati": "0 1.5 3 5 7 8 10",
    "hijaz": "0 1 4 5 7 8.5 10",
    "sikah": "0 1.5 3.5 5.5 7 8.5 10.5",
    "rast": "0 2 3.5 5 7 9 10.5",
    "iraq": "0 1.5 3.5 5 6.5 8.5 10.5",
    "saba": "0 1.5 3 4 6 8 10",
    "slendro": "0 2.4 4.8 7.2 9.6",
    "major triad": "0 4 7",
    "minor triad": "0 3 7",
    "chromatic": "0 1 2 3 4 5 6 7 8 9 10 11",
    "quarter tone": " ".join(f"{step / 2:g}" for step in range(24)),
}

# Scales that do not repeat at the octave, with the interval at which they do.
NON_OCTAVE: dict[str, tuple[str, float]] = {
    "bohlen pierce, bp": (
        " ".join(f"{12 * math.log2(3) * step / 13:.6f}" for step in range(13)),
        12 * math.log2(3),
    ),
    "bohlen pierce lambda, lambda": (
        " ".join(f"{12 * math.log2(3) * step / 13:.6f}" for step in (0, 2, 3, 4, 6, 7, 9, 10, 12)),
        12 * math.log2(3),
    ),
    "carlos alpha": ("0", 0.78),
    "carlos beta": ("0", 0.638),
    "carlos gamma": ("0", 0.351),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """A tonic (semitones from c4), the steps above it, and the interval at which they repeat."""

    name: str
    tonic: float
    steps: tuple[float, ...]
    period: float = 12

    def note(self, degree: float) -> float:
        """The note on a degree: 0 is the tonic, degrees run on below it and above the octave.

        Degrees between two steps lie between their notes.

        >>> scale_of("d dorian").note(7), scale_of("c major").note(-1), scale_of("c major").note(0.5)
        (14, -1, 1.0)
        """
        whole = math.floor(degree)
        low = self._step(whole)
        if whole == degree:
            return low
        return low + (self._step(whole + 1) - low) * (degree - whole)

    def _step(self, degree: int) -> float:
        octave, step = divmod(degree, len(self.steps))
        return self.tonic + self.steps[step] + self.period * octave

    def degree(self, note: float) -> int:
        """The degree whose note is nearest; the lower one of two that are equally near.

        >>> scale_of("c major").degree(6), scale_of("c major").degree(-1)
        (3, -1)
        """
        around = math.floor((note - self.tonic) / self.period) * len(self.steps)
        candidates = range(around - 1, around + len(self.steps) + 1)
        return min(candidates, key=lambda degree: (abs(self._step(degree) - note), degree))

    def nearest(self, note: float) -> float:
        """The scale's note nearest to a note.

        >>> scale_of("c major").nearest(1.2), scale_of("g minor").nearest(6)
        (2, 5)
        """
        return self._step(self.degree(note))


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-':]", "", name).lower()


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, tuple[float, ...], float]]:
    table: dict[str, tuple[str, tuple[float, ...], float]] = {}
    everything = [(names, steps, 12.0) for names, steps in TABLE.items()]
    everything += [(names, steps, period) for names, (steps, period) in NON_OCTAVE.items()]
    for names, text, period in everything:
        known = [name.strip() for name in names.split(",")]
        steps = tuple(_number(step) for step in text.split())
        for name in known:
            table[_plain(name)] = (known[0], steps, int(period) if period == 12 else period)
    return table


def _number(text: str) -> float:
    return int(text) if text.isdigit() else float(text)


def scale_names() -> list[str]:
    """Every name of a scale, aliases too, in the table's order.

    >>> "dorian" in scale_names(), len(scale_names()) > 60
    (True, True)
    """
    rows = [*TABLE, *NON_OCTAVE]
    return [name.strip() for names in rows for name in names.split(",")]


@lru_cache(maxsize=1024)
def scale_of(text: str) -> Scale:
    """The scale that `"d dorian"`, `"D4:minor"` or `"lydian"` (on c) means.

    >>> scale_of("D4:minor").tonic, scale_of("bb3 minor pentatonic").steps
    (2, (0, 3, 5, 7, 10))
    """
    found = find_scale(text)
    if found is None:
        name = text.replace(":", " ").split(" ", 1)
        wanted = name[1] if len(name) == 2 and note_number(name[0]) is not None else text
        raise NameUnknown("scale", wanted, scale_names())
    return found


@lru_cache(maxsize=1024)
def find_scale(text: str) -> Scale | None:
    """The scale a text means, or None: `scale_of` without its error."""
    text = text.strip()
    table = _table()
    whole = table.get(_plain(text))
    if whole is not None:
        return Scale(whole[0], 0, whole[1], whole[2])
    head, _, rest = text.replace(":", " ", 1).partition(" ")
    tonic = note_number(head)
    found = table.get(_plain(rest))
    if tonic is None or found is None:
        return None
    return Scale(found[0], tonic, found[1], found[2])


def degree_number(degree: object) -> tuple[float, float]:
    """A degree and its alteration in semitones: `2` is (2, 0), `"2b"` (2, -1), `"4#"` (4, 1).

    >>> degree_number("2b"), degree_number(3)
    ((2, -1), (3, 0))
    """
    if isinstance(degree, (int, float)):
        return degree, 0
    found = re.fullmatch(r"(-?\d+)([#sbf]+)", str(degree))
    if found is None:
        raise ControlError(f"{degree!r} is no degree of a scale: write a number, like 0, -2 or '4#'")
    return int(found[1]), sum(1 if sign in "#s" else -1 for sign in found[2])
