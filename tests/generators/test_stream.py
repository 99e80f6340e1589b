"""Streams: composers as patterns."""

from __future__ import annotations

import re
import threading
import time

import pytest
from walkers import Walker, pitches

from livecode.errors import ControlError, GeneratorError
from livecode.generators.pool import Composers
from livecode.generators.stream import Stream
from livecode.language import Fraction, mini, rev, sine, steady
from livecode.language.moment import MOMENT, Moment
from livecode.language.whose import WHOSE
from livecode.music.phrase import TICKS, Phrase
from livecode.stage.session import Session


@pytest.fixture(autouse=True)
def _here(here: Composers) -> None:
    pass


def test_a_span_is_the_union_of_its_parts(walker: Walker) -> None:
    stream = Stream(walker, bars=2)
    whole = stream.query(3, 9)
    assert whole == [event for cycle in range(3, 9) for event in stream.query(cycle, cycle + 1)]
    for event in stream.query(0.1, 0.6):
        assert Fraction(1, 10) <= event.part.begin and event.part.end <= Fraction(3, 5)


def test_the_same_seed_gives_the_same_notes_in_any_order(walker: Walker, here: Composers) -> None:
    forwards = [pitches(Stream(walker).query(cycle, cycle + 1)) for cycle in range(100)]
    here.forget()
    again = Stream(Walker())
    backwards = [pitches(again.query(cycle, cycle + 1)) for cycle in reversed(range(100))]
    assert forwards == backwards[::-1]
    assert forwards != [pitches(Stream(walker, seed=1).query(cycle, cycle + 1)) for cycle in range(100)]


def test_a_phrase_goes_on_from_the_one_before_within_a_chapter(walker: Walker) -> None:
    stream = Stream(walker, bars=1)
    stream.query(0, 20)
    assert [context.previous is None for context in walker.composed] == [n % 16 == 0 for n in range(20)]


def test_a_far_cycle_costs_no_more_than_a_chapter(walker: Walker) -> None:
    Stream(walker, bars=1).query(1_000_015, 1_000_016)
    assert len(walker.composed) == 16


def test_phrases_are_kept(walker: Walker) -> None:
    stream = Stream(walker, bars=1)
    stream.query(0, 4)
    stream.query(0, 4)
    Stream(walker, bars=1).query(0, 4)
    assert len(walker.composed) == 4


def test_parameters_are_read_at_each_phrase(walker: Walker) -> None:
    stream = Stream(walker, bars=1).temperature(mini("<0.5 1.5>")).setting(daring=sine.slow(4))
    stream.query(0, 2)
    assert [context.parameters["temperature"] for context in walker.composed] == [0.5, 1.5]
    assert 0 <= walker.composed[1].parameters["daring"] <= 1


def test_a_scale_is_one_value_or_a_pattern(walker: Walker) -> None:
    stream = Stream(walker, bars=1).in_scale("<d:dorian a:minor>").begins("d")
    stream.query(0, 2)
    assert [context.constraints for context in walker.composed] == [
        {"in_scale": "d dorian", "begins": "d"},
        {"in_scale": "a minor", "begins": "d"},
    ]


def test_over_hears_what_the_other_plays_in_the_same_bars(walker: Walker) -> None:
    stream = Stream(walker, bars=1).over(mini("<c e>").with_value(lambda note: {"note": note}))
    stream.query(0, 2)
    first, second = walker.composed
    assert first.over is not None and first.over.notes["pitch"].tolist() == [60]
    assert second.over is not None and second.over.notes["pitch"].tolist() == [64]
    assert first.over_before is None
    assert second.over_before is not None and second.over_before.notes["pitch"].tolist() == [60]


class Slot:
    """A part that can be given something else to play."""

    def __init__(self, notes: str) -> None:
        self.pattern = mini(notes)

    def query(self, begin: int, end: int) -> list[object]:
        return list(self.pattern.query(begin, end))


def test_a_part_that_changes_is_heard_anew(walker: Walker) -> None:
    slot = Slot("c")
    stream = Stream(walker, bars=1).over(slot)
    stream.query(0, 1)
    slot.pattern = mini("g")
    stream.query(0, 1)
    assert [context.over.notes["pitch"].tolist() for context in walker.composed if context.over] == [
        [60],
        [67],
    ]


def test_learning_hears_only_what_was_before(walker: Walker) -> None:
    stream = Stream(walker, bars=2).learn(mini("<0 1 2 3>"))
    stream.query(0, 4)
    first, second = walker.composed
    assert first.heard is None
    assert second.heard is not None and second.heard.notes["pitch"].tolist() == [60, 61]


def test_two_that_listen_to_each_other_are_told_so(walker: Walker) -> None:
    slot = Slot("c")
    stream = Stream(walker).over(slot)
    slot.pattern = stream
    with pytest.raises(GeneratorError, match="listens to a part that listens to it"):
        stream.query(0, 1)


def test_the_algebra_works_on_streams(walker: Walker) -> None:
    stream = Stream(walker, bars=1)
    doubled = stream.fast(2).query(0, 1)
    assert pitches(doubled) == pitches(stream.query(0, 2))
    assert pitches(stream.every(2, rev).query(0, 1)) == pitches(stream.query(0, 1))[::-1]


def test_one_voice_is_picked() -> None:
    class Duet(Walker):
        def compose(self, context, length, seed):  # type: ignore[no-untyped-def]
            return Phrase.of([72, 48], length, [0, 0], voice=[0, 1], length=length)

    stream = Stream(Duet())
    assert pitches(stream.query(0, 4)) == [12, -12]
    assert pitches(stream.voice(1).query(0, 4)) == [-12]
    assert [event.value["pan"] for event in stream.query(0, 4)] == [0.3, 0.7]


@pytest.mark.parametrize("wrong", [{"bars": 0}, {"bars": 2.5}, {"bars": 65}, {"seed": "a"}])
def test_what_makes_no_sense_is_refused(walker: Walker, wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        Stream(walker, **wrong)  # type: ignore[arg-type]


def test_a_parameter_that_is_no_number_is_refused(walker: Walker) -> None:
    with pytest.raises(ControlError, match="temperature is 'hot'"):
        Stream(walker).temperature("hot").query(0, 1)


class Slow(Walker):
    """Composes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def compose(self, context, length, seed):  # type: ignore[no-untyped-def]
        assert self.let.wait(20)
        return super().compose(context, length, seed)


def on_stage(stream: Stream, cycle: int, first: bool = False, seconds: float = 0.5) -> list[object]:
    told: list[str] = []
    live = Moment(offline=False, deadline=time.monotonic() + seconds, first=first, notice=told.append)
    token = MOMENT.set(live)
    try:
        return list(stream.query(cycle, cycle + 1))
    finally:
        MOMENT.reset(token)


def test_on_stage_the_beat_does_not_wait(here: Composers) -> None:
    slow = Slow()
    stream = Stream(slow, bars=1, name="slow")
    begin = time.monotonic()
    assert on_stage(stream, 0, seconds=30) == []
    assert time.monotonic() - begin < 5
    assert here.misses["slow"] == 1
    slow.let.set()
    assert pitches(on_stage(stream, 0, first=True, seconds=10)) == pitches(stream.query(0, 1))


def test_on_stage_the_last_phrase_is_the_fallback(here: Composers) -> None:
    slow = Slow()
    slow.let.set()
    stream = Stream(slow, bars=2, name="slow")
    played = on_stage(stream, 0, first=True, seconds=10)
    settle(stream)
    slow.let.clear()
    # Two phrases were composed ahead; the third is not there.
    assert pitches(on_stage(stream, 2)) != pitches(played)
    assert pitches(on_stage(stream, 4)) and here.misses["slow"] == 0
    fallen = on_stage(stream, 6)
    assert pitches(fallen) == pitches(stream_phrase(stream, 4)) and here.misses["slow"] == 1
    slow.let.set()


def settle(stream: Stream) -> None:
    for thread in list(stream._ahead.values()):
        thread.join(10)


def stream_phrase(stream: Stream, cycle: int) -> list[object]:
    return list(stream.query(cycle, cycle + 1))


def test_phrases_are_made_ahead(here: Composers, walker: Walker) -> None:
    stream = Stream(walker, bars=1)
    on_stage(stream, 0, first=True, seconds=10)
    settle(stream)
    assert len(walker.composed) == 3


def test_a_composer_that_fails_at_first_says_so_on_stage() -> None:
    class Broken(Walker):
        def compose(self, context, length, seed):  # type: ignore[no-untyped-def]
            raise GeneratorError("the well is dry: dig")

    with pytest.raises(GeneratorError, match="the well is dry"):
        on_stage(Stream(Broken()), 0, first=True, seconds=10)


def test_metre_comes_from_the_moment(walker: Walker) -> None:
    token = MOMENT.set(Moment(offline=True, metre=(3, 4)))
    try:
        events = Stream(walker, bars=1).query(0, 1)
    finally:
        MOMENT.reset(token)
    assert len(events) == 3 and walker.composed[0].metre == (3, 4)


def test_the_explanation_lists_the_notes_of_a_cycle(walker: Walker) -> None:
    lines = str(Stream(walker, name="walker").explain(1)).splitlines()
    assert lines[0] == "cycle 1 of walker" and len(lines) == 5
    assert TICKS == 10080


def test_a_misspelt_question_to_a_composer_is_known(walker: Walker) -> None:
    with pytest.raises(AttributeError, match="no function called 'in_scal': did you mean 'in_scale'"):
        Stream(walker).in_scal("d dorian")


@pytest.mark.parametrize("name", WHOSE)
def test_a_question_for_another_composer_is_told_whose_it_is(walker: Walker, name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(steady(1) if hasattr(Stream, name) else Stream(walker), name)
    told = rf"no function called '{name}': \w[\w ]* (?:has|have|takes?) it[\w ]*, as in ([^;]+)(?:; .+)?"
    found = re.fullmatch(told, str(caught.value))
    assert found is not None and name in found[1]
    with Session("offline", journal=None) as session:
        answers = re.sub(r"\.(table|report|explain)\(\)$", "", found[1])
        session.evaluate(f'd1 >> note("0 2 4")\nd2 >> {answers}\n{found[1]}')
        assert session.slots[2].pattern.query(0, 2)
