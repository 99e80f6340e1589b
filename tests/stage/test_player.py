"""What the sender does with notes: on time, a little late, far too late; tempo, hush, no engine."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from livecode.sound.command import DefinitionLoad, GlobalEffect, Note
from livecode.stage.clock import VirtualClock
from livecode.stage.player import LONGEST_LOOKAHEAD, Player
from livecode.stage.protocol import Extra, Gains, Hold, Hush, Load, Map, Repeated, Start, Tempo
from livecode.stage.transport import Collector


class Stage:
    """A player at cycle 0 of one cycle a second, with everything it did."""

    def __init__(self, cps: float = 1.0, engine: bool = True) -> None:
        self.clock = VirtualClock(100.0)
        self.answers: list[object] = []
        self.collector = Collector()
        self.player = Player(self.clock, 0.1, self.answers.append)
        if engine:
            self.player.engine_up(self.collector)
        self.player.handle(Start(0.0, cps, lead=0.0))

    def hold(self, *begins: float, slot: int = 1, epoch: int = 1, nudge: float = 0.0) -> None:
        notes = [Note(each, 0.1, "x", slot, nudge=nudge) for each in begins]
        end = float(int(max(begins, default=0.0)) + 1)
        self.player.handle(Hold(slot, epoch, 0.0, end, list(notes)))

    def run(self, seconds: float, tick: float = 0.01) -> list[float]:
        before = len(self.collector.sent)
        for _ in range(round(seconds / tick)):
            self.player.advance()
            self.clock.move(tick)
        return [round(sent.due - 100.0, 6) for sent in self.collector.sent[before:]]


def test_notes_leave_within_the_look_ahead_at_their_exact_time() -> None:
    stage = Stage()
    stage.hold(0.0, 1 / 3, 0.5)
    assert stage.run(0.3) == [0.0, 0.333333]
    assert stage.run(0.3) == [0.5]
    assert stage.player.counts.late == stage.player.counts.dropped == 0


def test_a_little_late_is_played_and_counted_more_is_dropped_and_counted() -> None:
    stage = Stage()
    stage.clock.move(0.52)
    stage.hold(0.0, 0.2, 0.5, 0.6)
    assert stage.run(0.02) == [0.5, 0.6]
    assert (stage.player.counts.late, stage.player.counts.dropped) == (1, 2)


def test_after_a_long_sleep_it_goes_on_now_and_never_bursts() -> None:
    stage = Stage()
    stage.hold(*[n / 8 for n in range(80)])
    stage.run(0.5)
    stage.clock.move(5.0)
    first = stage.run(0.01)
    assert min(first) >= 5.5 - 0.03
    assert len(first) <= 2


def test_a_nudge_moves_a_note_without_moving_the_beat() -> None:
    stage = Stage()
    stage.hold(0.5, nudge=0.02)
    assert stage.run(0.6) == [0.52]


def test_a_new_tempo_moves_only_what_has_not_been_sent() -> None:
    stage = Stage()
    stage.hold(0.0, 0.25, 0.5, 0.75)
    stage.run(0.2)
    stage.player.handle(Tempo(2.0))
    sent = stage.run(1.0)
    changed_at = 0.29
    expected = [changed_at + (cycle - changed_at) / 2 for cycle in (0.5, 0.75)]
    assert sent[:2] == pytest.approx(expected, abs=0.011)
    assert any(isinstance(answer, Map) for answer in stage.answers)
    assert stage.collector.sent[-1].seconds_per_cycle == 0.5


def test_the_next_due_moment_lies_a_look_ahead_before_the_note() -> None:
    stage = Stage()
    stage.hold(0.5)
    assert stage.player.next_due() == pytest.approx(100.4)


def test_hush_forgets_everything_held() -> None:
    stage = Stage()
    stage.hold(0.5)
    stage.player.handle(Extra([Note(0.6, 0.1, "x", 0)]))
    stage.player.handle(Hush())
    assert stage.run(3.0) == []
    assert stage.collector.hushes == 1


def test_without_an_engine_time_goes_on_and_notes_are_counted_lost() -> None:
    stage = Stage()
    stage.hold(0.0, 0.5, 0.9)
    stage.run(0.3)
    stage.player.engine_down()
    stage.run(0.3)
    assert stage.player.counts.lost == 1
    stage.player.engine_up(stage.collector)
    assert stage.run(0.3) == [0.9]


def test_time_begins_when_the_engine_sounds() -> None:
    stage = Stage(engine=False)
    stage.hold(0.0)
    assert stage.run(2.0) == []
    stage.player.engine_up(stage.collector)
    assert stage.run(0.1) == [2.0]


def test_a_tempo_set_before_the_start_is_the_one_it_starts_with() -> None:
    stage = Stage(engine=False)
    stage.player.handle(Tempo(4.0))
    stage.player.engine_up(stage.collector)
    assert stage.player.tempo is not None
    assert stage.player.tempo.cps == 4.0


def test_loads_are_kept_for_the_next_engine() -> None:
    stage = Stage(engine=False)
    stage.player.handle(Load([DefinitionLoad("x", b"1", ())]))
    stage.player.handle(Gains([(1, 0.5)]))
    assert stage.player.loads == {("DefinitionLoad", "x"): DefinitionLoad("x", b"1", ())}
    assert stage.player.levels == {1: 0.5}


def test_the_look_ahead_gets_shorter_before_the_servers_queue_is_full() -> None:
    stage = Stage()
    stage.hold(*[n / 50_000 for n in range(20_000)])
    for _ in range(30):
        stage.player.advance()
        assert stage.player.pending < 2048 * 4
        stage.clock.move(0.01)
    assert stage.player.reach < stage.player.lookahead


def test_what_comes_too_late_still_lets_go_what_it_would_have_let_go() -> None:
    class Letting(Collector):
        def __init__(self) -> None:
            super().__init__()
            self.let_go: list[Note] = []

        def release(self, notes: Sequence[Note]) -> None:
            self.let_go += notes

    stage = Stage()
    letting = Letting()
    stage.player.engine_up(letting)
    notes = [Note(n / 4, 1.0, "x", 1, cut=1 if n == 2 else 0) for n in range(8)]
    stage.player.handle(Hold(1, 1, 0.0, 2.0, notes))  # type: ignore[arg-type]
    stage.clock.move(0.9)
    stage.player.advance()
    assert [note.begin for note in letting.let_go] == [0.5]
    assert stage.player.counts.dropped == 4


def test_a_change_of_an_effect_is_never_too_late() -> None:
    stage = Stage()
    change = GlobalEffect(0.25, 0, "reverb", 1, (("size", 0.9),))
    stage.player.handle(Hold(1, 1, 0.0, 1.0, [change]))
    stage.clock.move(0.9)
    stage.player.advance()
    assert [sent.note for sent in stage.collector.sent] == [change]


def test_the_look_ahead_grows_with_delays_and_shrinks_in_calm() -> None:
    stage = Stage()
    stage.player.felt(0.02)
    assert stage.player.reach == stage.player.lookahead
    stage.player.felt(0.09)
    for _ in range(20):
        stage.player._adapt()
    assert stage.player.reach == pytest.approx(0.225)
    stage.player.felt(5.0)
    for _ in range(50):
        stage.player._adapt()
    assert stage.player.reach == LONGEST_LOOKAHEAD
    for _ in range(6000):
        stage.player.felt(0.0)
    assert stage.player.reach == stage.player.lookahead


def test_what_was_repeated_is_told_once_and_exactly() -> None:
    stage = Stage()
    stage.hold(0.0, 0.5)
    stage.run(2.6)
    told = [answer for answer in stage.answers if isinstance(answer, Repeated)]
    assert [(each.begin, each.end, each.by) for each in told] == [(1.0, 2.0, 1.0)]
    # The real thing comes back in the middle of a repetition: only what had been sent counts.
    stage.player.handle(Hold(1, 1, 2.0, 3.0, [Note(2.0, 1.0, "x", 1), Note(2.9, 1.0, "x", 1)]))
    stage.run(0.5)
    told = [answer for answer in stage.answers if isinstance(answer, Repeated)]
    assert told[-1].begin == 2.0
    assert told[-1].end == pytest.approx(2.7, abs=0.02)


def test_what_an_engine_that_died_had_not_yet_played_is_sent_to_the_next_once() -> None:
    stage = Stage()
    stage.hold(*[n / 40 for n in range(80)])
    stage.run(0.5)
    counts = stage.player.counts
    heard, sent = len(stage.collector.sent), counts.sent
    stage.player.engine_down()
    assert stage.run(0.05) == []
    stage.player.engine_up(stage.collector)
    again = [round(each.due - 100.0, 6) for each in stage.collector.sent[heard:]]
    # From now to the look-ahead: what had been sent to the first one, and what fell due while there was none.
    assert again == [0.575, 0.6, 0.625]
    assert (counts.lost, counts.sent) == (0, sent + 2)
    heard = len(stage.collector.sent)
    stage.player.engine_down()
    stage.player.engine_up(stage.collector)
    assert len(stage.collector.sent) == heard


def test_what_falls_due_while_there_is_no_engine_is_lost_and_counted() -> None:
    stage = Stage()
    stage.hold(*[n / 20 for n in range(40)])
    stage.run(0.5)
    stage.player.engine_down()
    heard = len(stage.collector.sent)
    stage.run(0.42)
    stage.player.engine_up(stage.collector)
    assert [round(each.due - 100.0, 6) for each in stage.collector.sent[heard:]] == [0.95, 1.0]
    assert stage.player.counts.lost == 7
