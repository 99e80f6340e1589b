"""Music from files: MIDI, **kern, ABC and MusicXML, one file or a folder of them.

Files are read in a process of their own with limited memory and time, so that a damaged or hostile one costs
a line in `skipped` and nothing more. What was read is kept in the cache folder by the file's contents.
"""

from __future__ import annotations

import re
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from livecode.config import folder
from livecode.errors import CorpusError, FileProblem, LivecodeError, one_line
from livecode.music.corpus import Corpus, Piece, pack, unpack
from livecode.music.families import families
from livecode.music.key import find_key
from livecode.music.kinds import named
from livecode.music.phrase import TICKS, Phrase, bar_ticks, empty_notes
from livecode.music.process import Child, ChildLost, RemoteError
from livecode.music.scores import LONGEST, MOST_NOTES, phrase_of_score

MIDI = frozenset({".mid", ".midi"})
TEXT = frozenset({".krn", ".abc", ".xml", ".musicxml"})
ENDINGS = MIDI | TEXT | {".mxl"}
LARGEST = 20 << 20
"""Bytes of the largest file that is read."""
UNPACKED = 64 << 20
"""Bytes a compressed MusicXML file may unpack to."""
SECONDS, MOST_SECONDS = 30.0, 120.0
"""How long a small file may take, and how long the largest."""
MOST_TUNES = 5000
SAID = 300
"""Characters of a reason at most."""
_VERSION = "2"

Progress = Callable[[int, int, str], None]


def read_folder(path: Path, progress: Progress | None = None) -> Corpus:
    """Every piece in a folder and the folders in it, or in one file; what cannot be read is in `skipped`.

    `progress` is called with how many files are done, how many there are, and the next one's name. Raises
    CorpusError when nothing could be read.
    """
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if _is_music(each))
    if not files:
        raise CorpusError(f"no music in {path}: give a folder with .mid, .krn, .abc or .musicxml files")
    pieces, skipped = read_files(files, progress or shown)
    if not pieces:
        name, reason = skipped[0]
        raise CorpusError(f"nothing in {path.name} could be read (first {name}: {reason}): try other files")
    numbers = families([piece.phrase for piece in pieces])
    marked = [replace(piece, family=str(numbers[i])) for i, piece in enumerate(pieces)]
    return Corpus(path.name, marked, skipped)


def read_files(
    files: Iterable[Path], progress: Progress | None = None
) -> tuple[list[Piece], list[tuple[str, str]]]:
    """The pieces in some files, and the names of those that were skipped with the reason."""
    todo = list(files)
    pieces: list[Piece] = []
    skipped: list[tuple[str, str]] = []
    child = Child(memory=3 << 30, niceness=10)
    try:
        for number, file in enumerate(todo):
            if progress is not None:
                progress(number, len(todo), file.name)
            try:
                pieces.extend(_kept(file, child))
            except (LivecodeError, OSError) as problem:
                # What a reader says may hold the damaged bytes themselves.
                reason = one_line(problem)
                skipped.append((file.name, reason if len(reason) <= SAID else reason[: SAID - 3] + "..."))
    finally:
        child.stop()
    if progress is not None:
        progress(len(todo), len(todo), "")
    return pieces, skipped


def shown(done: int, total: int, name: str) -> None:
    """A bar on standard error, when a person is looking and there is enough to wait for."""
    if total < 8 or not sys.stderr.isatty():
        return
    filled = 30 * done // total
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total} {name[:30]:<30}")
    if done == total:
        sys.stderr.write("\r" + " " * 80 + "\r")
    sys.stderr.flush()


def _is_music(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and path.is_file() and not path.name.startswith(".")


def _kept(file: Path, child: Child) -> list[Piece]:
    """The pieces of a file, from the cache when its contents were read before."""
    size = file.stat().st_size
    if file.suffix.lower() not in ENDINGS:
        raise FileProblem(f"ends in {file.suffix or 'nothing'!r}: give .mid, .krn, .abc or .musicxml")
    if not 0 < size <= LARGEST:
        raise CorpusError(f"has {size} bytes: 1 to {LARGEST} can be read")
    contents = file.read_bytes()
    mark = blake2b(contents + file.suffix.lower().encode() + _VERSION.encode(), digest_size=16).hexdigest()
    cache = folder("cache") / "corpora" / f"{mark}.npz"
    try:
        return _of_file(unpack(cache.read_bytes()), file)
    except (OSError, CorpusError):
        pass
    try:
        seconds = min(MOST_SECONDS, SECONDS + len(contents) / 4000)
        answer = child.call("livecode.music.reading:read_bytes", [file.suffix.lower(), contents], seconds)
        pieces = unpack(answer)
    except ChildLost as lost:
        raise CorpusError(f"reading it failed: {lost}") from None
    except RemoteError as problem:
        raise CorpusError(str(problem) or problem.kind) from None
    except ValueError as problem:
        raise CorpusError(str(problem)) from None
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        part = cache.with_suffix(f".{id(pieces)}.part")
        part.write_bytes(answer)
        part.replace(cache)
    except OSError:
        # A full disk costs time at the next reading, nothing else.
        pass
    return _of_file(pieces, file)


def _of_file(pieces: list[Piece], file: Path) -> list[Piece]:
    return [replace(p, name=p.name if p.name != "?" else file.stem, source=file.name) for p in pieces]


def read_bytes(argument: list[Any]) -> bytes:
    """In the child: the pieces in a file's contents, packed. `argument` is the ending and the contents."""
    ending, contents = str(argument[0]), bytes(argument[1])
    if ending in MIDI:
        pieces = [Piece(read_midi(contents), "?")]
    elif ending == ".abc":
        pieces = _abc(contents)
    else:
        pieces = [_with_music21(contents, ending)]
    whole = [piece for piece in pieces if len(piece.phrase)]
    if not whole:
        raise CorpusError("there are no notes in it")
    for piece in whole:
        piece.phrase.key = piece.phrase.key or find_key(piece.phrase)
        piece.phrase.check()
    return pack(whole)


def read_midi(contents: bytes) -> Phrase:
    """The notes of a MIDI file, each track and channel a voice, drums left out."""
    import symusic

    score: Any = symusic.Score.from_midi(contents)
    per_quarter = int(score.ticks_per_quarter)
    if per_quarter <= 0:
        raise CorpusError("its time is not in quarter notes: SMPTE files are not read")
    tracks = [track for track in score.tracks if not track.is_drum and len(track.notes)]
    if sum(len(track.notes) for track in tracks) > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES} notes: cut the piece up")
    metre = (4, 4)
    if len(score.time_signatures):
        first = score.time_signatures[0]
        if 0 < first.numerator <= 64 and first.denominator in (1, 2, 4, 8, 16, 32):
            metre = (int(first.numerator), int(first.denominator))
    rows = []
    for voice, track in enumerate(tracks[:255]):
        for note in track.notes:
            onset = note.time * TICKS // per_quarter
            duration = max(1, note.duration * TICKS // per_quarter)
            if onset >= 0 and onset + duration <= LONGEST and 0 <= note.pitch <= 127:
                rows.append((onset, duration, note.pitch, voice, min(127, max(1, note.velocity))))
    notes = empty_notes(len(rows))
    for name, column in zip(("onset", "duration", "pitch", "voice", "velocity"), zip(*rows)):
        notes[name] = column
    end = int((notes["onset"] + notes["duration"]).max()) if rows else 0
    bar = bar_ticks(metre)
    return Phrase(notes, -(-end // bar) * bar, metre).sorted()


def _abc(contents: bytes) -> list[Piece]:
    text = contents.decode("utf-8", errors="replace")
    chunks = [chunk for chunk in re.split(r"(?m)^(?=X:)", text) if chunk.startswith("X:")]
    if not chunks:
        raise CorpusError("no line begins with X: in it, so it holds no ABC tune")
    if len(chunks) > MOST_TUNES:
        raise CorpusError(f"holds {len(chunks)} tunes: {MOST_TUNES} can be read")
    pieces: list[Piece] = []
    reason = ""
    for chunk in chunks:
        title = re.search(r"(?m)^T:\s*(.+?)\s*$", chunk)
        try:
            piece = _with_music21(chunk.encode(), ".abc")
        except Exception as problem:
            # One bad tune does not spoil a book.
            reason = one_line(problem)
            continue
        rhythm = re.search(r"(?m)^R:[ \t]*(\S.{,39}?)\s*$", chunk)
        kind = named(rhythm.group(1)) if rhythm else ""
        pieces.append(Piece(piece.phrase, title.group(1) if title else "?", kind=kind))
    if not pieces:
        raise CorpusError(reason)
    return pieces


FORMATS = {".krn": "humdrum", ".abc": "abc", ".xml": "musicxml", ".musicxml": "musicxml", ".mxl": "musicxml"}


ABSURD = {
    "humdrum": re.compile(rb"(?m)^[^!*=\n]*?(\d{7,})"),
    "abc": re.compile(rb"(?m)^(?![A-Za-z]:|%)[^\n%\"]*?(\d{4,})|^[LM]:[^\n]*?(\d{4,})"),
    "musicxml": re.compile(rb"<duration>\s*(\d{9,})"),
}
"""Lengths that no music has and readers choke on; MusicXML counts in any unit, so many digits are allowed."""


def _with_music21(contents: bytes, ending: str) -> Piece:
    if ending == ".mxl":
        contents = _unzipped(contents)
    if ending in (".xml", ".musicxml", ".mxl") and re.search(rb"<!ENTITY", contents):
        raise CorpusError("it defines entities, which scores need not and bombs do")
    if b"\x00" in contents[:4096] and not contents.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CorpusError("it is no text")
    if absurd := ABSURD[FORMATS[ending]].search(contents):
        digits = absurd.group(absurd.lastindex or 0).decode("ascii", "replace")
        raise CorpusError(f"it has a length of {digits[:12]}...: no piece has any that long")
    from music21 import converter

    encoding = "utf-16" if contents.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = contents.decode(encoding, errors="replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = converter.parseData(text, format=FORMATS[ending])
        phrase = phrase_of_score(score)
    title = getattr(score.metadata, "title", None) if getattr(score, "metadata", None) else None
    return Piece(phrase, str(title) if title else "?")


def _unzipped(contents: bytes) -> bytes:
    import io

    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise CorpusError(f"it unpacks to more than {UNPACKED} bytes")
            names = [name for name in archive.namelist() if not name.startswith("META-INF")]
            scores = [name for name in names if name.lower().endswith((".xml", ".musicxml"))]
            if not scores:
                raise CorpusError("no score is packed in it")
            with archive.open(scores[0]) as file:
                return file.read(UNPACKED)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as problem:
        raise CorpusError(f"it cannot be unpacked: {problem}") from None
