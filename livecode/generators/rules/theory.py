"""Keys and the chords of a key, with how usually one follows another.

The table of usual root progressions is W. Piston's (*Harmony*, 1941, ch. 3): each root is followed often by
some, sometimes by others, less often by the rest. Secondary dominants lead where they point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from livecode.errors import ControlError, LivecodeError
from livecode.language.scales import scale_of
from livecode.music.key import MAJOR_TONICS, MINOR_TONICS
from livecode.music.phrase import pitch_class
from livecode.music.spelling import fifths_of, name_of

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class) and a mode, "major" or "minor"; `fifths` is the tonic's place on that line."""

    tonic: int
    mode: str
    fifths: int

    @classmethod
    def of(cls, name: str) -> Key:
        """The key of a name such as "d minor", "Eb major" or "g:minor"; dorian counts as minor, and so on.

        >>> Key.of("eb major")
        Key(tonic=3, mode='major', fifths=-3)
        """
        text = " ".join(str(name).replace(":", " ").split()).lower()
        tonic, _, mode = text.partition(" ")
        tonic = tonic.rstrip("0123456789")
        try:
            place, sounding = fifths_of(tonic), pitch_class(tonic)
            steps = {round(step) % 12 for step in scale_of(mode or "major").steps}
        except (LivecodeError, ValueError, IndexError, KeyError):
            raise ControlError(f"{name!r} is no key: write 'd minor' or 'eb major'") from None
        minor = 3 in steps and 4 not in steps
        return cls(sounding, "minor" if minor else "major", place)

    @classmethod
    def at(cls, tonic: int, mode: str) -> Key:
        """The key on a pitch class, by its simpler name."""
        names = MAJOR_TONICS if mode == "major" else MINOR_TONICS
        return cls.of(f"{names[tonic % 12]} {mode}")

    @property
    def name(self) -> str:
        """As in "d minor"."""
        return f"{name_of(self.fifths)} {self.mode}"

    @property
    def scale(self) -> tuple[int, ...]:
        """The pitch classes of its scale, the natural one in minor."""
        steps = MAJOR_SCALE if self.mode == "major" else MINOR_SCALE
        return tuple((self.tonic + step) % 12 for step in steps)

    @property
    def leading_tone(self) -> int:
        """The pitch class a semitone below the tonic."""
        return (self.tonic - 1) % 12

    def spelled(self, pitch: int) -> int:
        """The place on the line of fifths of a pitch in this key; in minor the raised steps are sharps."""
        step = (pitch - self.tonic) % 12
        return self.fifths + _PLACES[self.mode][step]

    def relative(self, semitones: int, mode: str) -> Key:
        """The key so many semitones above, in a mode, spelled near this one."""
        place = self.spelled(self.tonic + semitones)
        return Key((self.tonic + semitones) % 12, mode, place)


# From the tonic: c db/c# d eb e f f# g ab/g# a bb b.
_PLACES = {
    "major": (0, 7, 2, -3, 4, -1, 6, 1, 8, 3, -2, 5),
    "minor": (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5),
}

QUALITIES: dict[str, tuple[int, ...]] = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "dominant seventh": (0, 4, 7, 10),
    "minor seventh": (0, 3, 7, 10),
    "major seventh": (0, 4, 7, 11),
    "half-diminished seventh": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
}
# On the line of fifths above the root: unison, second.. by semitones within a chord of thirds.
_THIRDS = {0: 0, 3: -3, 4: 4, 6: -6, 7: 1, 9: -9, 10: -2, 11: 5}


@dataclass(frozen=True)
class Chord:
    """A chord of a key: its Roman numeral, the root in semitones above the tonic, what it is made of.

    `target` is the root it leads to when it is a dominant of another step than the first; `price` is
    what it costs to use it at all; `inversions` those in use, 0 the root position.
    """

    numeral: str
    root: int
    quality: str
    degree: int
    price: float = 0.0
    target: int | None = None
    inversions: tuple[int, ...] = (0, 1)

    @property
    def steps(self) -> tuple[int, ...]:
        """Semitones above its root."""
        return QUALITIES[self.quality]

    def pitch_classes(self, key: Key) -> tuple[int, ...]:
        """Root, third, fifth and perhaps seventh."""
        return tuple((key.tonic + self.root + step) % 12 for step in self.steps)

    def places(self, key: Key) -> tuple[int, ...]:
        """Where its notes lie on the line of fifths."""
        root = key.spelled(key.tonic + self.root)
        return tuple(root + _THIRDS[step] for step in self.steps)

    @property
    def dominant(self) -> bool:
        """Whether its third (or its root, in a diminished chord) is a leading tone."""
        return (
            self.degree in (5, 7)
            and self.quality not in ("minor", "major seventh", "minor seventh")
            and (self.root in (7, 11) or self.target is not None)
        )

    @property
    def leading(self) -> int | None:
        """Which of its notes is the leading tone: 1 its third, 0 its root, None when it has none."""
        if not self.dominant:
            return None
        return 0 if self.quality in ("diminished", "half-diminished seventh", "diminished seventh") else 1

    @property
    def goal(self) -> int | None:
        """Where its leading tone wants the root to go, in semitones above the tonic."""
        if not self.dominant:
            return None
        return (self.root + (1 if self.leading == 0 else 5)) % 12


SEVENTH = (0, 1, 2, 3)

MAJOR_CHORDS = (
    Chord("I", 0, "major", 1, inversions=(0, 1, 2)),
    Chord("ii", 2, "minor", 2, 0.3),
    Chord("iii", 4, "minor", 3, 1.6, inversions=(0, 1)),
    Chord("IV", 5, "major", 4, 0.1, inversions=(0, 1)),
    Chord("V", 7, "major", 5, inversions=(0, 1, 2)),
    Chord("vi", 9, "minor", 6, 0.3, inversions=(0, 1)),
    Chord("vii°", 11, "diminished", 7, 0.8, inversions=(1,)),
    Chord("ii7", 2, "minor seventh", 2, 0.8, inversions=(0, 1, 3)),
    Chord("IV7", 5, "major seventh", 4, 2.6, inversions=(0, 1)),
    Chord("V7", 7, "dominant seventh", 5, 0.4, inversions=SEVENTH),
    Chord("vi7", 9, "minor seventh", 6, 2.4, inversions=(0, 1)),
    Chord("viiø7", 11, "half-diminished seventh", 7, 2.2, inversions=(0, 1)),
    Chord("V/V", 2, "major", 5, 1.2, target=7),
    Chord("V7/V", 2, "dominant seventh", 5, 1.2, target=7, inversions=SEVENTH),
    Chord("vii°/V", 6, "diminished", 7, 1.8, target=7, inversions=(1,)),
    Chord("V/vi", 4, "major", 5, 1.4, target=9),
    Chord("V7/vi", 4, "dominant seventh", 5, 1.6, target=9, inversions=SEVENTH),
    Chord("V/ii", 9, "major", 5, 1.8, target=2),
    Chord("V7/ii", 9, "dominant seventh", 5, 2.0, target=2, inversions=SEVENTH),
    Chord("V7/IV", 0, "dominant seventh", 5, 1.6, target=5, inversions=SEVENTH),
    Chord("vii°/ii", 1, "diminished", 7, 2.4, target=2, inversions=(1,)),
    Chord("vii°/vi", 8, "diminished", 7, 2.2, target=9, inversions=(1,)),
)

MINOR_CHORDS = (
    Chord("i", 0, "minor", 1, inversions=(0, 1, 2)),
    Chord("ii°", 2, "diminished", 2, 0.6, inversions=(1,)),
    Chord("III", 3, "major", 3, 0.6, inversions=(0, 1)),
    Chord("iv", 5, "minor", 4, 0.1, inversions=(0, 1)),
    Chord("IV", 5, "major", 4, 1.6, inversions=(0, 1)),
    Chord("V", 7, "major", 5, inversions=(0, 1, 2)),
    Chord("v", 7, "minor", 5, 1.6, inversions=(0, 1)),
    Chord("VI", 8, "major", 6, 0.4, inversions=(0, 1)),
    Chord("VII", 10, "major", 7, 0.8, inversions=(0, 1)),
    Chord("vii°", 11, "diminished", 7, 0.8, inversions=(1,)),
    Chord("iiø7", 2, "half-diminished seventh", 2, 0.8, inversions=(0, 1, 3)),
    Chord("iv7", 5, "minor seventh", 4, 2.2, inversions=(0, 1)),
    Chord("V7", 7, "dominant seventh", 5, 0.4, inversions=SEVENTH),
    Chord("VI7", 8, "major seventh", 6, 2.6, inversions=(0, 1)),
    Chord("vii°7", 11, "diminished seventh", 7, 1.2, inversions=(0, 1)),
    Chord("I", 0, "major", 1, 3.0),
    Chord("V7/III", 10, "dominant seventh", 5, 1.2, target=3, inversions=SEVENTH),
    Chord("vii°/III", 2, "diminished", 7, 1.4, target=3, inversions=(1,)),
    Chord("V7/iv", 0, "dominant seventh", 5, 1.6, target=5, inversions=SEVENTH),
    Chord("vii°/iv", 4, "diminished", 7, 2.2, target=5, inversions=(1,)),
    Chord("V7/VI", 3, "dominant seventh", 5, 2.0, target=8, inversions=SEVENTH),
    Chord("V/V", 2, "major", 5, 1.6, target=7),
    Chord("V7/V", 2, "dominant seventh", 5, 1.6, target=7, inversions=SEVENTH),
    Chord("vii°/V", 6, "diminished", 7, 2.0, target=7, inversions=(1,)),
    Chord("V7/VII", 5, "dominant seventh", 5, 2.0, target=10, inversions=SEVENTH),
)

# W. Piston's table: often, sometimes, less often.
USUAL: dict[int, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    1: ((4, 5), (6,), (2, 3)),
    2: ((5,), (4, 6), (1, 3)),
    3: ((6,), (4,), (1, 2, 5)),
    4: ((5,), (1, 2), (3, 6)),
    5: ((1,), (6, 4), (3, 2)),
    6: ((2, 5), (3, 4), (1,)),
    7: ((1, 3), (6,), (2, 4, 5)),
}
OFTEN, SOMETIMES, SELDOM, NEVER = 0.0, 0.8, 2.0, 3.5


def vocabulary(mode: str) -> tuple[Chord, ...]:
    """The chords of a mode."""
    return MAJOR_CHORDS if mode == "major" else MINOR_CHORDS


def _diatonic(chord: Chord, mode: str) -> int:
    """The step its root lies on, as if it were no borrowed dominant."""
    scale = MAJOR_SCALE if mode == "major" else MINOR_SCALE
    return scale.index(chord.root) + 1 if chord.root in scale else chord.degree


def progression(first: Chord, second: Chord, mode: str) -> float:
    """What it costs that one chord follows another.

    >>> one, five, two = MAJOR_CHORDS[0], MAJOR_CHORDS[4], MAJOR_CHORDS[1]
    >>> progression(five, one, "major"), progression(five, two, "major")
    (0.0, 2.0)
    """
    if first.root == second.root:
        if first == second:
            return 0.6
        # A seventh may be added, but not taken away before it has resolved.
        return 0.5 if len(second.steps) >= len(first.steps) else 2.5
    if first.target is not None:
        if second.root == first.target and second.quality != "diminished":
            return 0.0
        if first.goal is not None and second.target is not None and second.root == first.goal:
            return 1.0
        if first.degree == 5 and second.degree == 7 and second.target == first.target:
            return 1.0
        return 5.0
    if first.degree == 7 and first.dominant and second.root == 7 and second.target is None:
        return 0.6
    if mode == "minor" and first.numeral == "VII" and second.numeral == "III":
        return 0.0
    if first.numeral in ("v",) and second.numeral not in ("VI", "iv", "III"):
        return 3.0
    often, sometimes, seldom = USUAL[first.degree if first.target is None else _diatonic(first, mode)]
    step = second.degree if second.target is None else _diatonic(second, mode)
    extra = 0.0
    if second.target is not None:
        # A borrowed dominant comes in best from a chord of its own goal's key.
        return 0.6
    if first.dominant and second.degree == 7 and second.dominant:
        return 1.5
    if step in often:
        return OFTEN + extra
    if step in sometimes:
        return SOMETIMES + extra
    return (SELDOM if step in seldom else NEVER) + extra


@lru_cache(maxsize=4)
def symbols(mode: str) -> tuple[tuple[Chord, int], ...]:
    """Every chord of a mode in every inversion in use."""
    return tuple((chord, inversion) for chord in vocabulary(mode) for inversion in chord.inversions)
