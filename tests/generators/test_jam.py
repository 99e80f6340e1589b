"""Jamming: whose turn it is, what is answered, and that it is a stream like any other."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from livecode.errors import ControlError, LivecodeError
from livecode.generators.cpu_bach import cpu_bach
from livecode.generators.evolution import evolve
from livecode.generators.evolution.fitness import in_key, small_leaps
from livecode.generators.jamming import jam
from livecode.generators.jamming.answering import in_register, unlike
from livecode.generators.jamming.heard import LiveListener, on_grid
from livecode.generators.markov import markov
from livecode.generators.morph import morph
from livecode.generators.neural import neural
from livecode.generators.recombination import recombine
from livecode.generators.rerank import rerank
from livecode.generators.rules import counterpoint, rules
from livecode.language import note, silence
from livecode.language.moment import MOMENT, Moment
from livecode.music.key import find_key
from livecode.music.phrase import TICKS, Phrase
from livecode.music.transcribing import HeardNote

D_MINOR = "2 5 [9 7] 5 4 5 [2 0] 2"
INSIDE = {2, 4, 5, 7, 9, 10, 0}


def call(text: str = D_MINOR) -> Any:
    return note(text).slow(2)


def pitches(pattern: Any, begin: int, end: int) -> list[int]:
    return [int(event.value["note"]) + 60 for event in pattern.query(begin, end) if event.has_onset()]


COMPOSERS = {
    "markov": lambda: markov("folk"),
    "markov of fixed order": lambda: markov("foster", order=2),
    "four voices": lambda: markov("bach"),
    "monk": lambda: markov("monk"),
    "neural": lambda: neural("folk"),
    "recombine": lambda: recombine("bach chorales"),
    "rules": lambda: rules("melody"),
    "counterpoint": lambda: counterpoint(species=2),
    "cpu_bach": lambda: cpu_bach(form="invention"),
    "evolve": lambda: evolve(["folk"], fitness=in_key() + small_leaps(), population=32),
    "morph": lambda: morph(markov("foster", order=2), markov("blues", order=2), 0.5),
    "rerank": lambda: rerank(markov("foster", order=2), by="-leaps", candidates=2),
}


@pytest.mark.parametrize("name", COMPOSERS)
def test_every_composer_answers_in_the_key_and_the_register_of_the_call(name: str) -> None:
    answers = jam(call(), with_=COMPOSERS[name](), silence="rest")
    assert not pitches(answers, 0, 2), "nothing has been heard yet"
    heard = pitches(answers, 2, 4)
    assert len(heard) >= 3
    assert not pitches(answers, 4, 6), "the turn is the player's"
    first = min(event.whole.begin for event in answers.query(2, 4))
    assert first < 3, "it answers within the next bar"
    if name not in ("cpu_bach", "recombine", "counterpoint"):
        assert {pitch % 12 for pitch in heard} <= INSIDE
    voices = answers.phrase(1)
    top = voices.notes["pitch"][voices.notes["voice"] == 0]
    assert abs(float(np.median(top)) - 65) <= 7


def test_the_same_seed_answers_the_same_and_another_another() -> None:
    one, again, other = (jam(call(), with_=markov("folk"), seed=seed) for seed in (3, 3, 4))
    assert pitches(one, 0, 8) == pitches(again, 0, 8) != pitches(other, 0, 8)
    assert pitches(one, 6, 8) == pitches(jam(call(), with_=markov("folk"), seed=3), 6, 8), "any cycle at once"


def test_turns_follow_who_plays() -> None:
    # Two bars are played, then six are silent.
    pattern = note("<[2 5 9 7] [5 4 5 2] ~ ~ ~ ~ ~ ~>")
    alone, waiting = (jam(pattern, with_=markov("folk"), silence=how) for how in ("alone", "rest"))
    plays = [bool(pitches(waiting, 2 * number, 2 * number + 2)) for number in range(4)]
    assert plays == [False, True, False, False]
    plays = [bool(pitches(alone, 2 * number, 2 * number + 2)) for number in range(4)]
    assert plays == [True, True, False, True]
    assert not pitches(jam(silence, with_=markov("folk"), silence="rest"), 0, 8)
    assert pitches(jam(silence, with_=markov("folk")), 0, 8), "alone it goes on by itself"


def test_together_it_plays_while_the_other_plays() -> None:
    answers = jam(call(), with_=counterpoint(species=1), answer="together", silence="rest")
    for number in range(3):
        assert pitches(answers, 2 * number, 2 * number + 2)
    heard = answers.phrase(0).notes["onset"] // TICKS
    assert set(heard.tolist()) <= set(range(8))


def test_what_is_asked_of_the_composer_goes_first() -> None:
    answers = jam(call(), with_=markov("folk").in_scale("e major").ends("e"))
    heard = pitches(answers, 2, 4)
    assert {pitch % 12 for pitch in heard} <= {4, 6, 8, 9, 11, 1, 3} and heard[-1] % 12 == 4
    assert pitches(jam(call(), with_=markov("folk")).in_scale("e major"), 2, 4)
    best = rerank(jam(call(), with_=markov("foster", order=2), silence="rest"), by="-leaps", candidates=2)
    assert pitches(best, 2, 4) and not pitches(best, 0, 2) and pitches(morph(best, markov("folk"), 0), 2, 4)


def test_it_tells_what_it_heard_and_what_it_answered() -> None:
    told = str(jam(call(), with_=markov("folk"), bars=2).explain(2))
    assert "answers" in told and "d minor" in told and "from " in told
    assert "answers 10 notes c4 to a4 in d minor" in told


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: jam(call()), "give a composer"),
        (lambda: jam(call(), with_="folk"), "give a composer"),
        (lambda: jam(object(), with_=markov("folk")), "nothing to listen to"),
        (lambda: jam(call(), with_=markov("folk"), answer="after"), "'call' to answer after"),
        (lambda: jam(call(), with_=markov("folk"), silence="maybe"), "'rest' to wait"),
        (lambda: jam(call(), with_=markov("folk"), bars=0), "1 to 64"),
        (lambda: jam(call(), with_=markov("folk"), follow=True), "keeps the set's time already"),
        (lambda: jam(LiveListener("x"), with_=markov("folk"), follow=(140, 90)), "slowest and the fastest"),
    ],
)
def test_nonsense_is_refused_in_a_line(make: Any, said: str) -> None:
    with pytest.raises(LivecodeError, match=said) as caught:
        make()
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ControlError | LivecodeError)


def test_played_notes_find_their_grid() -> None:
    straight = [HeardNote(0, at, 60.2, 0.8, 0, at + 0.2) for at in (-0.012, 0.251, 0.51, 0.57, 0.742)]
    found = on_grid(straight, 0, 1, (4, 4)).notes["onset"] / TICKS
    assert found.tolist() == [0, 1, 2, 2.25, 3]
    thirds = [HeardNote(0, beat / 12 + 0.003, 60, 0.8, 0, beat / 12 + 0.05) for beat in range(6)]
    found = on_grid(thirds, 0, 1, (4, 4)).notes["onset"] / TICKS
    assert np.allclose(found, [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3])


def test_an_answer_is_moved_to_where_the_call_lay() -> None:
    low = Phrase.of([40, 43, 45, 47])
    assert in_register(Phrase.of([76, 79, 81, 83]), low).notes["pitch"].tolist() == [40, 43, 45, 47]
    assert unlike(Phrase.of([40, 42, 44, 45]), low) < unlike(Phrase.of([40] * 16, TICKS // 4), low)
    assert find_key(low)


class Stage:
    """A moment that a stage would set, with time in our hands."""

    def __init__(self) -> None:
        self.cycle = 0.0
        self.again: list[float] = []
        self.said: list[str] = []

    def ask(self, pattern: Any, cycle: int) -> tuple[list[int], bool]:
        now = Moment(
            offline=False, deadline=time.monotonic() + 0.1, slot=2, cycle=self.cycle, notice=self.said.append,
            now=lambda: self.cycle, again=self.again.append,
        )  # fmt: skip
        token = MOMENT.set(now)
        try:
            return pitches(pattern, cycle, cycle + 1), now.momentary
        finally:
            MOMENT.reset(token)


def _turned(listener: LiveListener, stage: Stage, until: float, step: float = 0.02) -> None:
    while stage.cycle < until:
        stage.cycle += step
        listener.turn(stage.cycle, 0.5)


def _settled() -> None:
    for thread in threading.enumerate():
        if thread.name.endswith("answers"):
            thread.join(20)


def test_a_player_is_answered_from_the_next_bar_line_on() -> None:
    kept: list[list[float]] = []
    listener, stage = LiveListener("input 1", kept.extend), Stage()
    answers = jam(listener, with_=markov("foster", order=2), bars=1, silence="rest")
    assert stage.ask(answers, 0) == ([], True)
    _settled()
    for number, pitch in enumerate([62, 65, 69, 67, 65, 64, 62]):
        at = number / 12
        _turned(listener, stage, at)
        listener.play(HeardNote(at, at + 0.004, pitch, 0.8, at + 0.15, at + 0.08))
    assert stage.ask(answers, 1) == ([], True), "before its mind is made up a slot holds silence"
    _turned(listener, stage, 0.76)
    _settled()
    _turned(listener, stage, 0.98)
    assert stage.again == [1.0], "asked again from the bar line on, before it comes"
    heard, momentary = stage.ask(answers, 1)
    assert len(heard) >= 3 and momentary and {pitch % 12 for pitch in heard} <= INSIDE
    stage.cycle = 1.2
    assert "answers input 1 (7 notes d4 to a4 in d minor)" in str(answers.explain())
    _turned(listener, stage, 4.0)
    _settled()
    assert stage.ask(answers, 2)[0] == [] == stage.ask(answers, 3)[0]
    _turned(listener, stage, 12.0)
    assert not list(listener._turners), "nobody asks it any more, so it stops thinking"
    assert [note[0] for note in kept] == [round(number / 12 + 0.004, 5) for number in range(7)]
    assert listener.beat is None or listener.beat.bpm > 0


def test_what_the_loudspeakers_bring_back_is_not_a_player() -> None:
    listener, stage = LiveListener("input 1"), Stage()
    answers = jam(listener, with_=markov("foster", order=2), bars=1, silence="rest")
    stage.ask(answers, 0)
    _settled()
    listener.play(HeardNote(0, 0.0, 62, 0.8, 0.2, 0.2))
    listener.play(HeardNote(0, 0.25, 66, 0.8, 0.2, 0.4))
    _turned(listener, stage, 0.76)
    _settled()
    own = answers.phrase_decided(1)
    assert own is not None and len(own)
    for note_ in own.notes:
        at = 1 + int(note_["onset"]) / own.bar
        listener.play(HeardNote(0, at + 0.01, int(note_["pitch"]) + 0.1, 0.5, 0.2, at + 0.1))
    stage.ask(answers, 5)
    _turned(listener, stage, 3.9)
    _settled()
    assert answers.phrase_decided(2) is None and answers.phrase_decided(3) is None


def test_a_player_is_accompanied_by_what_goes_with_his_last_bars() -> None:
    listener, stage = LiveListener("input 1"), Stage()
    answers = jam(listener, with_=counterpoint(species=1), bars=1, answer="together", silence="rest")
    stage.ask(answers, 0)
    _settled()
    for beat, pitch in enumerate([62, 65, 64, 62]):
        listener.play(HeardNote(0, beat / 6, pitch, 0.8, 0.2, beat / 6 + 0.15))
    _turned(listener, stage, 0.76)
    _settled()
    own = answers.phrase_decided(1)
    assert own is not None and len(own) >= 2
    assert "answers input 1" in str(answers.explain(1))


def test_a_composer_that_is_late_is_replaced_by_an_echo() -> None:
    listener, stage = LiveListener("input 1"), Stage()
    answers = jam(listener, with_=markov("foster", order=2), bars=1, silence="rest")
    stage.ask(answers, 0)
    _settled()
    hold = threading.Event()
    answers._composed = lambda planned, metre: hold.wait(20)  # type: ignore[method-assign,assignment,return-value]
    listener.play(HeardNote(0, 0.0, 62, 0.8, 0.2, 0.2))
    listener.play(HeardNote(0, 0.25, 66, 0.8, 0.2, 0.4))
    _turned(listener, stage, 1.1)
    assert stage.ask(answers, 1)[0] == [62, 66]
    assert any("not ready" in line for line in stage.said)
    hold.set()
    _settled()
