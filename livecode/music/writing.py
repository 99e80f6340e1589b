"""Phrases as files that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from livecode.errors import FileProblem
from livecode.music.phrase import Phrase
from livecode.music.staves import Hit

Writer = Callable[..., bytes]
"""From a phrase, a tempo and, for some, the names of the voices to the bytes of a file."""

WRITERS: dict[str, str] = {
    ".mid": "livecode.music.midi:midi_bytes",
    ".midi": "livecode.music.midi:midi_bytes",
    ".krn": "livecode.music.kern:kern_bytes",
    ".ly": "livecode.music.lilypond:lilypond_bytes",
    ".csd": "livecode.music.csound:csound_bytes",
    ".musicxml": "livecode.music.musicxml:musicxml_bytes",
    ".svg": "livecode.music.engraving:svg_bytes",
    ".pdf": "livecode.music.engraving:pdf_bytes",
}
"""Which function writes files of each ending."""

NAMED = frozenset({".musicxml", ".svg", ".pdf"})
"""Files in which staves have names."""


def write(
    phrase: Phrase,
    path: str | Path,
    tempo: float = 100.0,
    drums: Sequence[Hit] = (),
    names: Sequence[str] = (),
) -> Path:
    """Write a phrase to a file; its ending says as what.

    `.mid` MIDI, `.krn` **kern, `.ly` LilyPond, `.csd` Csound, `.musicxml`, and engraved as `.svg` or `.pdf`.
    `tempo` is in quarter notes a minute; `drums` go into MIDI alone, `names` are those of the voices.
    Raises FileProblem for another ending or a place that cannot be written to.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in WRITERS:
        known = " ".join(WRITERS)
        raise FileProblem(f"{target.name} ends in {ending or 'nothing'!r}: give one of {known}")
    if not 1 <= tempo <= 2000:
        raise FileProblem(f"a tempo of {tempo:g}: give 1 to 2000 quarter notes a minute")
    module, _, function = WRITERS[ending].partition(":")
    writer: Writer = getattr(import_module(module), function)
    if ending in (".mid", ".midi"):
        from livecode.music.midi import midi_bytes

        data = midi_bytes(phrase, tempo, drums, names)
    elif ending in NAMED:
        data = writer(phrase, tempo, names)
    else:
        data = writer(phrase, tempo)
    try:
        target.write_bytes(data)
    except OSError as problem:
        raise FileProblem(f"{target} cannot be written ({problem.strerror}): choose another place") from None
    return target
