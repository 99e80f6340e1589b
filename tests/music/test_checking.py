"""The examiner of part-writing underlines what a textbook does, and hardly anything in Bach."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from livecode.music import checking
from livecode.music.checking import HARD, check, sonority
from livecode.music.checking_species import check_species
from livecode.music.corpus import corpus
from livecode.music.phrase import TICKS, Phrase

ROOT = Path(__file__).parent.parent.parent


def score(*chords: str, key: str = "c major") -> Phrase:
    """Chords of one beat each, written as MIDI numbers from the top down."""
    table = [[int(word) for word in chord.split()] for chord in chords]
    rows = [(beat, voice, pitch) for beat, chord in enumerate(table) for voice, pitch in enumerate(chord)]
    return Phrase.of(
        [pitch for _, _, pitch in rows],
        TICKS,
        [beat * TICKS for beat, _, _ in rows],
        voice=[voice for _, voice, _ in rows],
        key=key,
    )


def rules(phrase: Phrase, **asked: Any) -> set[str]:
    return {fault.rule for fault in check(phrase, **{"whole": False, **asked})}


# Each example is one that textbooks print: I-ii in parallel, V7-I with a falling leading tone, ...
EXAMPLES = [
    (("72 67 64 48", "74 69 65 50"), "parallel fifths"),
    (("72 67 64 48", "74 69 65 50"), "parallel octaves"),
    (("69 65 60 53", "74 67 59 55"), "hidden fifths"),
    (("64 60 55 48", "71 62 59 55"), None),
    (("64 60 55 48", "67 62 59 55"), "hidden octaves"),
    (("84 67 64 48",), "range"),
    (("72 67 43 48",), "crossing"),
    (("79 64 60 48",), "spacing"),
    (("71 67 65 55", "67 67 64 48"), "unresolved leading tone"),
    (("71 67 65 55", "72 67 67 48"), "unresolved seventh"),
    (("71 71 65 55", "72 72 64 48"), "doubled leading tone"),
    (("72 67 64 48", "73 69 64 57", "74 69 65 50"), None),
    (("76 67 60 48", "77 67 62 48", "79 67 64 48"), None),
    (("79 67 60 48", "71 62 61 48", "79 67 64 48"), "untreated dissonance"),
]


@pytest.mark.parametrize("chords, rule", EXAMPLES, ids=lambda value: str(value))
def test_what_a_textbook_underlines(chords: tuple[str, ...], rule: str | None) -> None:
    found = rules(score(*chords))
    if rule is None:
        assert not found & set(HARD)
    else:
        assert rule in found


def test_an_augmented_second_is_heard_by_its_spelling() -> None:
    line = Phrase.of([68, 71, 72, 60, 60, 60], onset=[0, TICKS, 2 * TICKS] * 2, voice=[0] * 3 + [1] * 3)
    line.key = "c minor"
    assert "augmented leap" in rules(line, ranges=None)
    line.key = "e major"
    assert "augmented leap" not in rules(line, ranges=None)


def test_an_end_without_a_dominant_is_no_cadence() -> None:
    assert "no cadence" not in rules(score("71 67 62 55", "72 67 64 48"), whole=True)
    assert "no cadence" in rules(score("72 69 64 57", "72 67 64 48", "72 67 64 52"), whole=True)


def test_given_parts_answer_for_nothing_they_do_alone() -> None:
    leap = score("60 60 55 48", "71 62 59 55")
    assert "wide leap" in rules(leap)
    assert "wide leap" not in rules(leap, given=(0,))


def test_a_ninth_chord_is_no_chord_and_a_seventh_without_its_fifth_is_one() -> None:
    assert sonority({0, 2, 4, 7}) is None
    assert sonority({7, 11, 5}) is not None


def test_bach_is_hardly_ever_at_fault() -> None:
    """Validation on the real chorales: each fault in fewer than one beat of a hundred."""
    faults: Counter[str] = Counter()
    beats = 0.0
    for piece in list(corpus("bach chorales"))[:60]:
        beats += piece.phrase.length / TICKS
        faults.update(fault.rule for fault in check(piece.phrase))
    for rule in ("parallel fifths", "parallel octaves", "untreated dissonance", "doubled leading tone"):
        assert faults[rule] / beats < 0.01, rule
    assert faults["crossing"] / beats < 0.08
    # And it is no examiner that finds nothing: with the alto a tone higher it is full of faults.
    worse: Counter[str] = Counter()
    shifted = 0.0
    for piece in list(corpus("bach chorales"))[:20]:
        shifted += piece.phrase.length / TICKS
        wrong = piece.phrase.notes.copy()
        wrong["pitch"][wrong["voice"] == 1] += 2
        changed = Phrase(wrong, piece.phrase.length, piece.phrase.metre, piece.phrase.key)
        worse.update(fault.rule for fault in check(changed))
    for rule in ("parallel fifths", "untreated dissonance"):
        assert worse[rule] / shifted > 5 * max(1, faults[rule]) / beats, rule


FUX = [62, 65, 64, 62, 67, 65, 69, 67, 65, 64, 62]
FUX_ABOVE = [69, 69, 67, 69, 71, 72, 72, 71, 74, 73, 74]
"""The first example of the first species (dorian), and Fux's own counterpoint over it."""


def two(upper: list[int], lower: list[int]) -> Phrase:
    bar = 4 * TICKS
    times = [bar * n for n in range(len(upper))] + [bar * n for n in range(len(lower))]
    return Phrase.of([*upper, *lower], bar, times, voice=[0] * len(upper) + [1] * len(lower), key="d minor")


def test_fux_passes_his_own_rules() -> None:
    assert check_species(two(FUX_ABOVE, FUX), 1, cantus=1, florid=0) == []


@pytest.mark.parametrize(
    "place, pitch, rule",
    [
        (3, 70, "parallel fifths"),
        (2, 65, "untreated dissonance"),
        (10, 72, "no cadence"),
        (4, 62, "crossing"),
    ],
)
def test_a_wrong_note_in_fux_is_found(place: int, pitch: int, rule: str) -> None:
    line = list(FUX_ABOVE)
    line[place] = pitch
    if rule == "parallel fifths":
        line[2], line[3] = 71, 69
    found = {fault.rule for fault in check_species(two(line, FUX), 1, cantus=1, florid=0)}
    assert rule in found


def test_examiner_and_composers_know_nothing_of_each_other() -> None:
    for path in (ROOT / "livecode" / "music").glob("checking*.py"):
        assert not imported(path) & {"livecode.generators"}
    for folder in ("rules", "cpu_bach"):
        for path in (ROOT / "livecode" / "generators" / folder).glob("*.py"):
            assert not any(name.startswith(checking.__name__) for name in imported(path)), path.name


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, ".".join(node.module.split(".")[:2])}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names
