"""Phrases: exact, sorted, the same after a journey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.language import mini
from livecode.music.events import note_values, phrase_of_events
from livecode.music.key import KRUMHANSL_KESSLER, find_key
from livecode.music.phrase import NOTE, SIXTEENTH, TICKS, Phrase, concat, merge
from livecode.music.spelling import name_of, spell

rows = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.integers(24, 100), st.integers(0, 3)), max_size=30
)


def phrase_of(rows: list[tuple[int, int, int, int]]) -> Phrase:
    if not rows:
        return Phrase.silence(4 * TICKS)
    onset, duration, pitch, voice = (np.array(column) for column in zip(*rows))
    return Phrase.of(pitch, duration * SIXTEENTH, onset * SIXTEENTH, voice=voice, length=60 * SIXTEENTH)


@given(rows)
@settings(max_examples=60, deadline=None)
def test_packing_changes_nothing(rows: list[tuple[int, int, int, int]]) -> None:
    phrase = phrase_of(rows)
    phrase.check()
    assert Phrase.unpack(phrase.pack()) == phrase


@given(rows, st.integers(1, 59))
@settings(max_examples=60, deadline=None)
def test_slices_together_sound_as_long_as_the_whole(rows: list[tuple[int, int, int, int]], cut: int) -> None:
    phrase = phrase_of(rows)
    place = min(cut * SIXTEENTH, phrase.length)
    halves = phrase.slice(0, place), phrase.slice(place, phrase.length)
    joined = concat(halves)
    joined.check()
    assert joined.length == phrase.length
    assert joined.notes["duration"].sum() == phrase.notes["duration"].sum()


@given(rows, st.integers(-20, 20))
@settings(max_examples=60, deadline=None)
def test_transposing_there_and_back_changes_nothing(rows: list[tuple[int, int, int, int]], by: int) -> None:
    phrase = phrase_of(rows)
    assert phrase.transpose(by).transpose(-by) == phrase


@given(rows)
@settings(max_examples=60, deadline=None)
def test_one_voice_alone_never_overlaps(rows: list[tuple[int, int, int, int]]) -> None:
    notes = phrase_of(rows).monophonic().notes
    ends = notes["onset"] + notes["duration"]
    assert (ends[:-1] <= notes["onset"][1:]).all()


@given(st.lists(st.lists(st.sampled_from([0, 60, 62, 64]), min_size=2, max_size=2), min_size=1, max_size=20))
def test_a_grid_comes_back(table: list[list[int]]) -> None:
    assert Phrase.from_grid(table).grid(voices=2).tolist() == table


def test_attacks_strike_a_held_pitch_again() -> None:
    phrase = Phrase.from_grid([[60], [60], [60]], attacks=[[1], [0], [1]])
    assert phrase.notes["duration"].tolist() == [2 * SIXTEENTH, SIXTEENTH]


@pytest.mark.parametrize(
    "change",
    [
        {"length": -1},
        {"length": 5},
        {"notes": b"abc"},
        {"notes": np.zeros(1, NOTE).tobytes()},
        {"metre": [0, 4]},
        {"metre": [4, 3]},
        {"metre": None},
        {"provenance": [{}]},
    ],
)
def test_nonsense_is_no_phrase(change: dict[str, object]) -> None:
    good = Phrase.of([60, 62]).pack()
    with pytest.raises(ValueError):
        Phrase.unpack({**good, **change})


def test_merged_phrases_keep_their_voices_apart() -> None:
    both = merge([Phrase.of([72, 74]), Phrase.of([48], 2 * TICKS)])
    assert both.voices == 2 and both.voice(1).notes["pitch"].tolist() == [48]


def test_events_and_back() -> None:
    events = mini("c5 [e5 g5] ~ <c5,e5>").with_value(lambda name: {"note": name}).query(0, 1)
    phrase = phrase_of_events(events, 0, 1)
    assert phrase.notes["pitch"].tolist() == [72, 76, 79, 76, 72]
    assert phrase.notes["voice"].tolist() == [0, 0, 0, 0, 1]
    assert [value["note"] for value in note_values(phrase)] == [12, 16, 19, 16, 12]


def test_microtones_survive() -> None:
    events = mini("0.5").query(0, 1)
    phrase = phrase_of_events(events, 0, 1)
    assert note_values(phrase)[0]["note"] == 0.5


@pytest.mark.parametrize("key", ["c major", "eb major", "a minor", "f# minor"])
def test_a_scale_is_found_in_its_key(key: str) -> None:
    from livecode.language.scales import scale_of

    scale = scale_of(key)
    degrees = [0, 2, 4, 0, 1, 2, 3, 4, 4, 5, 6, 7, 4, 0, 7]
    phrase = Phrase.of([60 + int(scale.note(degree)) for degree in degrees])
    assert find_key(phrase) == key
    assert find_key(phrase, KRUMHANSL_KESSLER) == key


def test_names_follow_the_key() -> None:
    phrase = Phrase.of([61, 66, 70], key="f# major")
    assert [name_of(place) for place in spell(phrase).notes["spelling"].tolist()] == ["c#", "f#", "a#"]
