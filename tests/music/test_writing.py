"""Files: each opens in an independent reader and holds the same notes."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from livecode.errors import FileProblem
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase
from livecode.music.writing import WRITERS, write

symusic = pytest.importorskip("symusic")


def choir() -> Phrase:
    return corpus("bach chorales")[0].phrase


def tune() -> Phrase:
    return corpus("foster")[5].phrase


def tuplets() -> Phrase:
    third, fifth = TICKS // 3, TICKS // 5
    pitches = [60, 61, 63, 66, 68, 70, 72, 73, 60]
    return Phrase.of(pitches, [third] * 3 + [fifth] * 5 + [2 * TICKS], key="db major")


def chords() -> Phrase:
    """Two staves of quick chords, as a piano has them."""
    from livecode.music.phrase import merge

    quick = [TICKS // 4] * 16
    hands = [Phrase.of(np.repeat([60, 64, 67], 16), quick * 3, np.tile(np.arange(16), 3) * (TICKS // 4))]
    hands.append(Phrase.of([48, 52, 50, 53], TICKS, [0, 0, 2 * TICKS, 2 * TICKS]))
    return merge(hands)


PHRASES = {
    "chords": chords,
    "choir": choir,
    "tune": tune,
    "tuplets": tuplets,
    "silence": lambda: Phrase.silence(4 * TICKS),
}


def rows(phrase: Phrase) -> list[tuple[int, int, int]]:
    notes = phrase.notes
    return sorted(zip(notes["onset"].tolist(), notes["duration"].tolist(), notes["pitch"].tolist()))


@pytest.mark.parametrize("name", PHRASES)
def test_midi_holds_the_same_notes(name: str, tmp_path: Path) -> None:
    phrase = PHRASES[name]()
    path = write(phrase, tmp_path / "a.mid", 90)
    score: Any = symusic.Score(path)
    scale = TICKS // score.ticks_per_quarter
    found = [
        (note.time * scale, note.duration * scale, note.pitch)
        for track in score.tracks
        for note in track.notes
    ]
    assert sorted(found) == rows(phrase)
    file = mido.MidiFile(path)
    (tempo,) = [message.tempo for message in file.tracks[0] if message.type == "set_tempo"]
    assert mido.tempo2bpm(tempo) == pytest.approx(90, rel=1e-5)


def parsed(data: bytes, kind: str) -> list[tuple[int, int, int]]:
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = converter.parseData(data.decode(), format=kind).stripTies()
        found = []
        for element in score.flatten().notes:
            for pitch in element.pitches:
                onset, length = element.offset * TICKS, element.duration.quarterLength * TICKS
                found.append((round(onset), round(length), int(pitch.midi)))
    return sorted(found)


@pytest.mark.parametrize("name", ["choir", "tune", "tuplets", "chords"])
@pytest.mark.parametrize(("ending", "kind"), [(".krn", "humdrum"), (".musicxml", "musicxml")])
def test_scores_hold_the_same_notes(name: str, ending: str, kind: str, tmp_path: Path) -> None:
    phrase = PHRASES[name]()
    assert parsed(write(phrase, tmp_path / f"a{ending}").read_bytes(), kind) == rows(phrase)


@pytest.mark.parametrize("name", ["choir", "tune", "chords"])
def test_every_note_has_its_head_in_the_engraving(name: str, tmp_path: Path) -> None:
    pytest.importorskip("verovio")
    from livecode.music.measures import measures

    phrase = PHRASES[name]()
    heads = sum(
        len(sign.pitches) for v in range(phrase.voices) for bar in measures(phrase, v) for sign in bar
    )
    drawn = write(phrase, tmp_path / "a.svg").read_text()
    assert len(re.findall(r'class="note"', drawn)) == heads


def test_accidentals_are_drawn_once_a_bar_and_only_where_the_key_says_otherwise(tmp_path: Path) -> None:
    phrase = Phrase.of([66, 66, 65, 65, 66, 66, 68, 62], key="d major")
    drawn = write(phrase, tmp_path / "a.svg").read_text()
    # f#, f#, then a natural; a new bar: none for f#, one for g#.
    assert len(re.findall(r'class="accid">\s*<use', drawn)) == 2
    text = write(phrase, tmp_path / "a.musicxml").read_text()
    assert re.findall(r"<accidental>(.*?)<", text) == ["natural", "sharp"]


def test_pdf_pages_open(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("cairosvg")
    data = write(choir(), tmp_path / "a.pdf").read_bytes()
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    assert len(pages) >= 1 and float(pages[0].mediabox.height) > float(pages[0].mediabox.width)


def test_csound_has_a_line_a_note(tmp_path: Path) -> None:
    phrase = tune()
    lines = [line.split() for line in write(phrase, tmp_path / "a.csd").read_text().splitlines()]
    played = [line for line in lines if line and line[0] == "i1"]
    assert [round(float(line[1]) * TICKS) for line in played] == phrase.notes["onset"].tolist()
    assert float(played[0][3]) == pytest.approx(
        440 * 2 ** ((int(phrase.notes["pitch"][0]) - 69) / 12), rel=1e-4
    )


def test_lilypond_has_every_bar_and_note(tmp_path: Path) -> None:
    phrase = Phrase.of([61, 63, 60, 72], [TICKS, TICKS // 2, TICKS // 2, 5 * TICKS], key="db major")
    text = write(phrase, tmp_path / "a.ly").read_text()
    assert "\\key des \\major" in text
    assert "des'4 ees'8 c'8 c''2~ |" in text and "c''2. r4 |" in text
    assert text.count("{") == text.count("}") and text.count("<<") == text.count(">>")


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"give one of \.mid"):
        write(tune(), tmp_path / "a.doc")
    with pytest.raises(FileProblem, match="choose another place"):
        write(tune(), tmp_path / "none" / "a.mid")


@pytest.mark.parametrize("ending", sorted(set(WRITERS) - {".svg", ".pdf"}))
def test_silence_can_be_written(ending: str, tmp_path: Path) -> None:
    assert write(PHRASES["silence"](), tmp_path / f"a{ending}").stat().st_size > 0
