"""Works to recombine: polyphonic pieces with the places where their phrases end.

Bach's chorales, with their fermatas, and the piano music come from the files of the installed music21: they
may be used but are not ours to pass on. Those files are well-formed MusicXML, which is read here directly:
music21 would take half a minute for the chorales. Any other corpus or folder goes through `livecode.music`.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

from livecode.config import folder
from livecode.errors import CorpusError
from livecode.music.corpus import ALIASES, Corpus, Piece, corpus, pack, unpack
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase, bar_ticks, empty_notes
from livecode.music.segments import phrase_ends

VERSION = "2"
SHORTEST = 8
"""Beats a work must have."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Work:
    """A piece: its notes from the beginning of a bar, and the ticks at which its phrases end."""

    name: str
    phrase: Phrase
    ends: tuple[int, ...]

    @property
    def piece(self) -> str:
        """The piece it is a strain of, or itself."""
        return self.name.partition(", bars ")[0]


CHORALES = frozenset({"bach chorales", "bach", "chorales", "chorale"})
POLONAISES = tuple(
    (f"schumann_clara/polonaise_op1n{number}.mxl", f"C. Wieck, polonaise op. 1 no. {number}")
    for number in range(1, 5)
)
MAZURKA = ("chopin/mazurka06-2.krn", "Chopin, mazurka op. 6 no. 2")
RAG = ("joplin/maple_leaf_rag.mxl", "Maple Leaf Rag")
SONATA = ("mozart/k545/movement1_exposition.mxl", "Mozart, sonata K. 545, first movement")
KEYBOARD: dict[str, tuple[tuple[str, str], ...]] = {
    "joplin": (RAG,),
    "polonaises": POLONAISES,
    "dances": (*POLONAISES, MAZURKA),
    "mozart": (SONATA,),
    "mozart quartets": tuple(
        (f"mozart/{quartet}/movement{number}.mxl", f"Mozart, quartet {quartet.upper()}, movement {number}")
        for quartet, movements in (("k80", 4), ("k155", 3), ("k156", 4), ("k458", 4))
        for number in range(1, movements + 1)
    ),
}
"""Music of the installed music21 besides the chorales, that for the keyboard first: files and titles.

Of a corpus in several metres those works are used that fit the stage's.
"""


def names() -> list[str]:
    """The corpora that can be recombined, besides any folder of music."""
    return ["bach chorales", *KEYBOARD]


def works(name: str, progress: Progress | None = None) -> list[Work]:
    """The works of a corpus, read now or before; CorpusError when there are none."""
    lowered = name.strip().lower()
    if lowered in CHORALES:
        return _kept("chorales", lambda: _chorales(progress))
    if lowered in KEYBOARD:
        return _kept(lowered.replace(" ", "-"), lambda: _keyboard(lowered))
    return of_corpus(corpus(ALIASES.get(lowered, name)))


def of_corpus(pieces: Corpus) -> list[Work]:
    """The pieces of any corpus, their phrase ends found by listening (`livecode.music.segments`)."""
    made = [
        Work(piece.name, piece.phrase, tuple(phrase_ends(piece.phrase)))
        for piece in pieces
        if piece.phrase.length >= SHORTEST * TICKS
    ]
    if not made:
        raise CorpusError(f"nothing in {pieces.name!r} is long enough to be cut up: give longer pieces")
    return made


def _chorales(progress: Progress | None) -> list[Work]:
    files = sorted((_music21() / "bach").glob("bwv*.mxl"), key=_by_number)
    found: list[Work] = []
    for number, path in enumerate(files):
        if progress is not None:
            progress(number, len(files), path.stem)
        try:
            work = read_work(path, f"BWV {path.stem[3:]}")
        except (CorpusError, ElementTree.ParseError, zipfile.BadZipFile, ValueError, KeyError):
            # A handful of the files hold something else than four voices.
            continue
        if work.phrase.voices == 4:
            found.append(work)
    if progress is not None:
        progress(len(files), len(files), "")
    if not found:
        raise CorpusError("the installed music21 has no chorales with it: pip install music21")
    return found


def _keyboard(name: str) -> list[Work]:
    found: list[Work] = []
    for file, title in KEYBOARD[name]:
        path = _music21() / file
        if not path.is_file():
            raise CorpusError(f"the installed music21 has no {file}: pip install music21")
        found.extend(_strains(_kern(path, title) if path.suffix == ".krn" else read_work(path, title)))
    return found


def _kern(path: Path, title: str) -> Work:
    """A work from **kern."""
    phrase = corpus(path.parent).pieces[0].phrase
    return Work(title, phrase, tuple(phrase_ends(phrase)))


def _strains(work: Work) -> Iterator[Work]:
    """A long piece as its strains: sixteen bars each, which may be in other keys."""
    bars = 16
    bar = work.phrase.bar
    whole = max(1, round(work.phrase.bars / bars))
    for number in range(whole):
        begin = number * bars * bar
        end = work.phrase.length if number == whole - 1 else begin + bars * bar
        part = replace(work.phrase.slice(begin, end), key="")
        part = replace(part, key=find_key(part))
        name = work.name if whole == 1 else f"{work.name}, bars {number * bars + 1} to {end // bar}"
        ends = tuple(each - begin for each in work.ends if begin < each <= end)
        yield Work(name, part, ends or tuple(phrase_ends(part)))


def _by_number(path: Path) -> list[float]:
    return [float(each) for each in re.findall(r"\d+", path.stem)]


def _music21() -> Path:
    from importlib.util import find_spec

    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise CorpusError("these works come with music21: pip install music21")
    return Path(spec.origin).parent / "corpus"


def _kept(name: str, make: Callable[[], list[Work]]) -> list[Work]:
    cache = folder("cache") / "works"
    try:
        pieces = unpack((cache / f"{name}-{VERSION}.npz").read_bytes())
        ends = json.loads((cache / f"{name}-{VERSION}.json").read_text())
        if len(pieces) == len(ends):
            return [Work(piece.name, piece.phrase, tuple(each)) for piece, each in zip(pieces, ends)]
    except (OSError, ValueError, CorpusError):
        pass
    made = make()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        parts = {
            ".json": json.dumps([list(work.ends) for work in made]).encode(),
            ".npz": pack([Piece(work.phrase, work.name) for work in made]),
        }
        for ending, data in parts.items():
            part = cache / f"{name}-{VERSION}{ending}.part{id(made)}"
            part.write_bytes(data)
            part.replace(cache / f"{name}-{VERSION}{ending}")
    except OSError:
        # Without room for a cache they are read again next time.
        pass
    return made


def read_work(path: Path, name: str) -> Work:
    """A work from MusicXML with one voice a part, or with a piano's two staves, each staff then a voice.

    Raises CorpusError when it holds no notes.
    """
    root = _parsed(path)
    rows: list[tuple[int, int, int, int]] = []
    fermatas: set[int] = set()
    metre, pickup = (4, 4), 0
    first_voice = 0
    for part in root.findall("part"):
        reader = _Part(first_voice)
        reader.read(part)
        rows.extend(reader.rows)
        fermatas |= reader.fermatas
        if first_voice == 0:
            metre, pickup = reader.metre, reader.pickup
        first_voice += max(1, reader.staves)
    if not rows:
        raise CorpusError(f"no notes in {path.name}: give another file")
    notes = empty_notes(len(rows))
    for column, values in zip(("onset", "duration", "pitch", "voice"), zip(*rows)):
        notes[column] = values
    bar = bar_ticks(metre)
    shift = bar - pickup if 0 < pickup < bar else 0
    notes["onset"] += shift
    length = int((notes["onset"] + notes["duration"]).max())
    phrase = Phrase(notes, -(-length // bar) * bar, metre).sorted()
    phrase.key = find_key(phrase)
    ends = sorted(each + shift for each in fermatas)
    return Work(name, phrase, tuple(ends) if ends else tuple(phrase_ends(phrase)))


def _parsed(path: Path) -> ElementTree.Element:
    if path.suffix != ".mxl":
        return ElementTree.fromstring(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        inside = [n for n in archive.namelist() if not n.startswith("META-INF") and n.endswith("xml")]
        if not inside:
            raise CorpusError(f"no score is packed in {path.name}")
        return ElementTree.fromstring(archive.read(inside[0]))


class _Part:
    """One part of a MusicXML file, read from left to right."""

    def __init__(self, first_voice: int) -> None:
        self.first_voice = first_voice
        self.rows: list[tuple[int, int, int, int]] = []
        self.fermatas: set[int] = set()
        self.metre, self.pickup, self.staves = (4, 4), 0, 1
        self._divisions = 1
        self._open: dict[tuple[int, int], int] = {}

    def read(self, part: ElementTree.Element) -> None:
        """Its notes as (onset, duration, pitch, voice) in ticks, ties joined; where fermatas end."""
        begin = 0
        for number, measure in enumerate(part.findall("measure")):
            now = furthest = begin
            onset = begin
            for element in measure:
                if element.tag == "attributes":
                    self._attributes(element)
                elif element.tag in ("backup", "forward"):
                    step = self._ticks(element)
                    now += step if element.tag == "forward" else -step
                elif element.tag == "note" and element.find("grace") is None:
                    length = self._ticks(element)
                    if element.find("chord") is None:
                        onset = now
                        now += length
                    self._note(element, onset, length)
                furthest = max(furthest, now)
            if number == 0:
                self.pickup = furthest - begin
            begin = furthest

    def _attributes(self, element: ElementTree.Element) -> None:
        self._divisions = int(element.findtext("divisions") or self._divisions)
        self.staves = int(element.findtext("staves") or self.staves)
        beats, unit = element.findtext("time/beats"), element.findtext("time/beat-type")
        if beats and unit and not self.rows:
            self.metre = (int(beats), int(unit))

    def _ticks(self, element: ElementTree.Element) -> int:
        return round(Fraction(element.findtext("duration") or "0") * TICKS / self._divisions)

    def _note(self, element: ElementTree.Element, onset: int, length: int) -> None:
        pitch = element.find("pitch")
        if element.find("notations/fermata") is not None:
            self.fermatas.add(onset + length)
        if pitch is None or length <= 0:
            return
        step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[pitch.findtext("step") or "C"]
        alter = round(float(pitch.findtext("alter") or 0))
        number = 12 * (int(pitch.findtext("octave") or 4) + 1) + step + alter
        voice = self.first_voice + int(element.findtext("staff") or 1) - 1
        kinds = {tie.get("type") for tie in element.findall("tie")}
        key = (voice, number)
        index = self._open.get(key)
        if "stop" in kinds and index is not None and sum(self.rows[index][:2]) == onset:
            begun, so_far, *rest = self.rows[index]
            self.rows[index] = (begun, so_far + length, rest[0], rest[1])
        else:
            self.rows.append((onset, length, number, voice))
            self._open[key] = len(self.rows) - 1
