"""Ways from one pattern to the next, scenes, branches, tempo on the way: seen on a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from test_session import Offline

from livecode.errors import LivecodeError, NameUnknown, PatternError, TempoError
from livecode.stage.faults import explain


@pytest.fixture
def stage() -> Iterator[Offline]:
    made = Offline()
    yield made
    made.session.close()


def names(played: list[tuple[float, int, str]], begin: float, end: float) -> set[str]:
    return {name for cycle, _, name in played if begin <= cycle < end}


def gains(stage: Offline, name: str) -> list[tuple[float, float]]:
    return [
        (each.note.begin, dict(each.note.controls)["gain"])  # type: ignore[union-attr]
        for each in stage.link.collector.sent
        if each.note.definition == f"lc-{name}" and "gain" in dict(each.note.controls)  # type: ignore[union-attr]
    ]


def test_a_cross_fade_keeps_the_power_and_ends_in_the_new_pattern_alone(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    stage.play(0.5)
    stage('d1.xfade(4) >> s("sn*4")')
    assert stage.session.running()[0].why == "comes in at cycle 5 after d1 >> s(\"bd*4\")"
    played = stage.play(7)
    assert names(played, 0.5, 1) == {"bd"}
    assert names(played, 2, 4) == {"bd", "sn"}
    assert names(played, 5, 8) == {"sn"}
    falling, rising = gains(stage, "bd"), gains(stage, "sn")
    assert [gain for _, gain in falling] == sorted((gain for _, gain in falling), reverse=True)
    assert [gain for _, gain in rising] == sorted(gain for _, gain in rising)
    power = {cycle: gain**8 for cycle, gain in falling}
    both = [power[cycle] + gain**8 for cycle, gain in rising if cycle in power]
    assert both == pytest.approx([1.0] * len(both))


def test_a_clutch_gives_each_moment_to_one_of_the_two(stage: Offline) -> None:
    stage('d1 >> s("bd*16")')
    stage.play(0.5)
    stage('d1.clutch(4) >> s("sn*16")')
    played = [each for each in stage.play(6) if 1 <= each[0] < 5]
    assert [cycle for cycle, _, _ in played] == [1 + n / 16 for n in range(64)]
    early = [name for cycle, _, name in played if cycle < 3]
    late = [name for cycle, _, name in played if cycle >= 3]
    assert early.count("bd") > early.count("sn") > 0
    assert late.count("sn") > late.count("bd") > 0


def test_anticipation_builds_up_echoes_and_drops(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage.play(0.5)
    stage('d1.anticipate(4) >> s("sn*4")')
    played = stage.play(6)
    count = [sum(cycle // 1 == bar for cycle, _, _ in played) for bar in (1, 2, 3, 4)]
    assert count[0] == 8
    assert names(played, 1, 5) == {"bd"}
    assert [cycle for cycle, _, name in played if name == "bd" and cycle % 1]
    assert names(played, 5, 6.5) == {"sn"}


def test_a_jump_minds_no_grid(stage: Offline) -> None:
    stage('d1.quant(4) >> s("bd*16")')
    stage.play(1.3)
    stage('d1.jump() >> s("sn*16")')
    played = stage.play(0.6)
    first = min(cycle for cycle, _, name in played if name == "sn")
    assert first == pytest.approx(1.4, abs=0.1)
    stage('d1.jump_mod(3) >> s("hh*16")')
    assert min(cycle for cycle, _, name in stage.play(2) if name == "hh") == 3.0


def test_waiting_is_silence_first(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage.play(0.5)
    stage('d1.wait(2) >> s("sn")')
    assert [cycle for cycle, _, _ in stage.play(4.2)] == [3.0, 4.0]


def test_what_is_mortal_dies_by_itself(stage: Offline) -> None:
    stage('d1.mortal(2, 2) >> s("bd*16")')
    played = stage.play(8)
    bars = [sum(cycle // 1 == bar for cycle, _, _ in played) for bar in range(8)]
    assert bars[:2] == [16, 16]
    assert 16 > bars[2] > bars[3] > 0 or bars[2] == 16
    assert bars[4:] == [0, 0, 0, 0]
    assert stage.session.running()[0].why == "has played its time"


def test_a_pattern_put_in_meanwhile_ends_the_way(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    stage.play(0.5)
    stage('d1.xfade(16) >> s("sn*4")')
    stage.play(2)
    stage("undo()")
    assert names(stage.play(4), 3, 6) == {"bd"}


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ('d1.xfade(-1) >> s("bd")', TempoError, "give cycles from 0 to 1024"),
        ('d1.mortal("x") >> s("bd")', TempoError, "give cycles"),
        ("d1.clutch() >> 3", LivecodeError, "no sound by itself"),
        ('scene.recall("nosuch")', NameUnknown, "did you mean 'verse'|save one"),
        ("scene.save(3)", PatternError, "no name for a scene"),
        ('scene.morph("verse", "verse")', TempoError, "over=16"),
        ("revert(99)", PatternError, "history() lists them"),
        ("d1.revert(99)", PatternError, "history() lists them"),
        ("d1.phase(3)", TempoError, "-0.25 to 0.5"),
        ("nudge(2)", TempoError, "nudge(0.02)"),
        ('tempo(120, over="x")', TempoError, "give cycles"),
        ('tempo(120, over=4, curve="wild")', TempoError, "linear, exponential, sine"),
        ('d1.quant("bat")', TempoError, '"beat"'),
    ],
)
def test_what_cannot_be_done_is_one_line(stage: Offline, line: str, kind: Any, said: str) -> None:
    stage('d1 >> s("bd")\nscene.save("verse")')
    with pytest.raises(kind) as caught:
        stage(line)
    told = explain(caught.value)
    assert any(each in told for each in said.split("|"))
    assert "\n" not in told
    assert stage.play(1) == [(0.0, 1, "bd")]


def test_a_scene_brings_everything_back(stage: Offline) -> None:
    stage('tempo(100)\nd1 >> s("bd")\nd2 >> s("hh*2")\nd2.gain(0.5)\nd1.phase(0.01)')
    stage('scene.save("verse")')
    stage('tempo(150)\nmeter(3, 4)\nd1 >> s("sn")\nd3 >> s("cp")\nd2.stop()\nmute(d1)\nd1.phase(0)')
    stage.play(2.2)
    stage('scene.recall("verse")')
    assert (stage.session.tempo(), stage.level(2), stage.level(1)) == (100.0, 0.5, 1.0)
    played = stage.play(2.5)
    assert {(slot, name) for cycle, slot, name in played if cycle >= 3} == {(1, "bd"), (2, "hh")}
    assert stage.link.player.phases == {1: 0.01}
    stage("undo()")
    assert stage.session.tempo() == 150.0
    assert stage("scene.names()") == ["verse"]


def test_a_scene_can_come_in_slowly(stage: Offline) -> None:
    stage('tempo(60)\nd1 >> s("bd*2")\nscene.save("a")')
    stage('tempo(240)\nd1 >> s("sn*2")\nd2 >> s("hh*2")')
    stage.play(1.5)
    stage('scene.recall("a", over=4)')
    stage.play(1.5)
    assert 60 < stage.session.tempo() < 240
    played = stage.play(5)
    assert names(played, 4, 5) >= {"bd", "sn"}
    assert {(slot, name) for cycle, slot, name in played if cycle >= 6} == {(1, "bd")}
    assert stage.session.tempo() == 60.0


def test_two_scenes_can_be_played_at_once_to_any_amount(stage: Offline) -> None:
    stage('tempo(100)\nd1 >> s("bd*2")\nscene.save("a")')
    stage('tempo(200)\nd1 >> s("sn*2")\nscene.save("b")')
    stage('scene.morph("a", "b", 0.25)')
    assert stage.session.tempo() == 125.0
    assert names(stage.play(3), 1, 3) == {"bd", "sn"}
    low, high = gains(stage, "sn")[-1][1], gains(stage, "bd")[-1][1]
    assert low**8 + high**8 == pytest.approx(1.0)
    assert high > low
    stage('scene.morph("a", "b", over=4)')
    played = stage.play(7)
    assert names(played, 9, 10) == {"sn"}


def test_what_was_undone_can_be_reached_on_its_branch(stage: Offline) -> None:
    stage('d1 >> s("bd")')
    stage('d1 >> s("sn")')
    stage("undo()")
    stage('d1 >> s("hh")')
    steps = stage.session.history()
    assert [(step.number, step.parent, step.current) for step in steps] == [
        (1, 0, False),
        (2, 1, False),
        (3, 1, True),
    ]
    assert str(steps[2]).startswith('*   3  d1 >> s("hh")')
    assert "after step 1" in str(steps[2])
    stage("revert(2)")
    assert stage.play(0.5) == [(0.0, 1, "sn")]
    stage("d1.revert(3)\nd2 >> d1.pattern")
    assert names(stage.play(1), 1, 1.4) == {"hh"}
    stage("revert(0)")
    assert stage.play(2) == []


def test_all_slots_of_a_block_change_at_one_moment(stage: Offline) -> None:
    block = "\n".join(f'd{slot}.quant(0) >> s("bd*64")' for slot in range(1, 9))
    stage(block)
    stage.play(1.3)
    stage(block.replace("bd", "sn"))
    plans = [stage.session._conductor.parts[slot].plan[-1][0] for slot in range(1, 9)]
    assert len(set(plans)) == 1


def test_a_change_can_wait_for_the_beat_only(stage: Offline) -> None:
    stage('d1.quant("beat") >> s("bd*16")')
    stage.play(1.3)
    stage('d1 >> s("sn*16")')
    assert min(cycle for cycle, _, name in stage.play(1) if name == "sn") == 1.5


def test_a_ramp_of_tempo_arrives_without_a_jump(stage: Offline) -> None:
    stage('tempo(60)\nd1 >> s("bd*4")')
    stage.play(0.5)
    stage("tempo(120, over=4)")
    stage.play(6)
    sent = stage.link.collector.sent
    steps = [later.time - earlier.time for earlier, later in pairwise(sent)]
    assert steps[0] == pytest.approx(1.0)
    assert steps[-1] == pytest.approx(0.5)
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(steps))
    # Evenly in time: the mean speed of the ramp is the mean of both.
    ramp = sent[-1].time - sent[0].time
    assert stage.session.tempo() == 120.0
    assert sent[4].seconds_per_cycle > sent[12].seconds_per_cycle
    assert ramp == pytest.approx(sum(steps))


@pytest.mark.parametrize("curve", ["linear", "exponential", "sine"])
def test_curves_start_and_end_where_they_should(stage: Offline, curve: str) -> None:
    stage('tempo(60)\nd1 >> s("bd*4")')
    stage.play(0.5)
    stage(f"tempo(180, over=2, curve={curve!r})")
    half = stage.session._timeline.cycle_at(stage.link.player.sent_until) + 1.0
    middle = stage.session._timeline.map.cps_at(half) * 240  # type: ignore[union-attr]
    ways = {"linear": (60**2 / 2 + 180**2 / 2) ** 0.5, "exponential": (60 * 180) ** 0.5, "sine": 120.0}
    wanted = ways[curve]
    assert middle == pytest.approx(wanted, rel=0.01)
    stage.play(4)
    assert stage.session.status().bpm == 180.0


def test_a_nudge_moves_the_grid_and_keeps_the_tempo(stage: Offline) -> None:
    stage('tempo(120)\nd1 >> s("bd*4")')
    stage.play(0.6)
    stage("nudge(0.06)")
    stage.play(4)
    late = [each.time - each.note.begin * 2 for each in stage.link.collector.sent]
    assert late[0] == 0.0
    assert late[-1] == pytest.approx(0.06, abs=1e-9)
    assert all(after >= before - 1e-9 for before, after in pairwise(late))
    stage("nudge(-0.06)")
    stage.play(4)
    last = stage.link.collector.sent[-1]
    assert last.time - last.note.begin * 2 == pytest.approx(0.0)


def test_a_phase_moves_one_slot_alone(stage: Offline) -> None:
    stage('d1 >> s("bd*4")\nd2 >> s("sn*4")\nd3 >> s("hh*4")\nd2.phase(0.05)\nd3.phase(-0.05)')
    stage.play(3)
    for slot, phase in ((1, 0.0), (2, 0.05), (3, -0.05)):
        sent = [each for each in stage.link.collector.sent if each.note.slot == slot and each.note.begin >= 1]
        assert [each.due - each.note.begin * 2 for each in sent] == pytest.approx([phase] * len(sent))
        assert len(sent) >= 8
    assert stage.link.player.counts.dropped <= 1
    stage("undo()")
    stage.play(2)
    assert stage.link.player.phases == {}


def test_taps_make_a_tempo(stage: Offline, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("livecode.stage.timekeeping.time.monotonic", lambda: now[0])
    answers = []
    for pause in (0.5, 0.5, 0.52, 0.9, 0.5, 0.49):
        answers.append(stage.session.tap())
        now[0] += pause
    assert answers[:2] == [None, None]
    assert answers[2:] == [pytest.approx(120.0, abs=3.0)] * 4
    assert stage.session.tempo() == answers[-1]
    now[0] += 10
    assert stage.session.tap() is None


def test_running_says_since_when_it_passes_and_until_when(stage: Offline) -> None:
    stage('d1 >> s("bd*4")')
    stage.play(0.5)
    stage('d1.xfade(4) >> s("cp")')
    stage.play(1)
    (line,) = stage.session.running()
    assert (line.since, line.why) == (1.0, "cross-fades until cycle 5")
