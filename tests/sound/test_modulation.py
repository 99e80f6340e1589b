"""Controls that move while a note sounds: signals on control buses, measured in what scsynth renders."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.language import Fraction, mini, perlin, ramp, saw, sine
from livecode.language.modulation import Modulation
from livecode.sound.command import Note, Sweep
from livecode.sound.render import Renderer
from livecode.stage.offline import Performance, perform


def heard(source: str, folder: Path, cycles: int = 2) -> tuple[np.ndarray, int, Performance]:
    performance = perform(source=source, cycles=cycles)
    assert performance.notices == []
    made = Renderer().render(
        performance.sends, performance.commands, performance.seconds, folder / "heard.wav", tail=0.1
    )
    sound, rate = soundfile.read(made.path)
    return sound, rate, performance


def place(stretch: np.ndarray) -> float:
    """Where a stereo sound is: 0 left, 1 right, by the law of equal power."""
    left, right = np.sqrt(np.mean(np.square(stretch), axis=0))
    return 2 / math.pi * math.atan2(right, left)


def test_one_note_moves_across_the_room(tmp_path: Path) -> None:
    source = 'tempo(240)\nd1 >> note("c").slow(2).s("organ").pan(saw.slow(2).lfo())'
    sound, rate, performance = heard(source, tmp_path)
    assert sum(isinstance(each.note, Note) for each in performance.sends) == 1
    size = rate // 10
    for second in np.arange(0.2, 1.8, 0.2):
        at = int(second * rate)
        assert place(sound[at : at + size]) == pytest.approx((second + 0.05) / 2, abs=0.02)


def test_a_pitch_glides_in_semitones(tmp_path: Path) -> None:
    source = 'tempo(240)\nd1 >> note(line(0, 12, 2).lfo()).slow(2).s("organ")'
    sound, rate, _ = heard(source, tmp_path)
    size = 1 << 13
    freqs = np.fft.rfftfreq(1 << 17, 1 / rate)
    below = (freqs > 110) & (freqs < 300)
    for second in (0.4, 0.9, 1.4):
        at = int(second * rate)
        found = np.abs(np.fft.rfft(sound[at : at + size].sum(1) * np.hanning(size), 1 << 17))
        pitch = 12 * math.log2(freqs[below][found[below].argmax()] / 130.81)
        assert pitch == pytest.approx((second + size / rate / 2) * 6, abs=0.3)


def test_it_follows_a_change_of_tempo_and_goes_on_over_notes_and_cycles() -> None:
    performance = perform(source='d1 >> s("hh*4").lpf(sine.slow(2).range(200, 2000).lfo())', cycles=4)
    sweeps = [each.note for each in performance.sends if isinstance(each.note, Sweep)]
    assert len({sweep.bus for sweep in sweeps}) == 1
    for one, two in pairwise(sweeps):
        assert one.begin + one.length == pytest.approx(two.begin, abs=1e-9)
        assert one.stop == pytest.approx(two.start, abs=1e-6)
    for sweep in sweeps:
        expected = 1100 + 900 * math.sin(math.pi * sweep.begin)
        assert sweep.start == pytest.approx(expected, abs=1e-3)


def test_two_movements_of_one_slot_have_buses_of_their_own() -> None:
    source = 'd1 >> stack(s("bd").lpf(sine.range(200, 900).lfo()), s("hh").pan(saw.lfo()).lpf(300))'
    performance = perform(source=source, cycles=1)
    buses = [each.note.buses for each in performance.sends if isinstance(each.note, Note)]
    assert sorted(buses) == [(("cutoff", "c2112"),), (("pan", "c2113"),)]


@pytest.mark.parametrize(
    ("signal", "at"),
    [
        (sine.fast(4), lambda t: (math.sin(8 * math.pi * t) + 1) / 2),
        (ramp([0, 1, 0.5], 1), lambda t: np.interp(t % 3, [0, 1, 2, 3], [0, 1, 0.5, 0])),
        (saw.slow(3), lambda t: t / 3 % 1),
        (perlin, lambda t: perlin.query(Fraction(t), Fraction(t))[0].value),
    ],
)  # fmt: skip
def test_straight_pieces_stay_close_to_the_signal(signal, at) -> None:  # type: ignore[no-untyped-def]
    for cycle in range(3):
        pieces = Modulation(signal).pieces(cycle)
        assert pieces[0].begin == cycle and pieces[-1].begin + pieces[-1].length == pytest.approx(cycle + 1)
        for piece in pieces:
            for part in (0.05, 0.3, 0.5, 0.8):
                moment = piece.begin + part * piece.length
                assert piece.value_at(moment) == pytest.approx(at(moment), abs=0.02)


def test_steps_jump() -> None:
    assert [(piece.start, piece.stop) for piece in Modulation(mini("200 [400 800]")).pieces(1)] == [
        (200, 200), (400, 400), (800, 800),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('d1 >> s("bd").orbit(sine.lfo())', "orbit cannot move while a note sounds"),
        ('d1 >> s("bd").size(sine.lfo()).room(0.2)', "size cannot move while a note sounds"),
        ('d1 >> s("bd").lpf(mini("a b").lfo())', "an lfo moves numbers, not 'a'"),
        ('d1 >> s("bd").lpf(sine.mul(float("inf")).lfo())', "give finite numbers"),
    ],
)
def test_what_cannot_move_is_one_clear_line(source: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        perform(source=source, cycles=1)


def test_arithmetic_moves_the_movement() -> None:
    performance = perform(source='d1 >> s("bd").lpf(saw.range(100, 200).lfo()).add(lpf(1000))', cycles=1)
    sweeps = [each.note for each in performance.sends if isinstance(each.note, Sweep)]
    assert [(sweep.start, round(sweep.stop)) for sweep in sweeps] == [(1100, 1200)]


def test_a_movement_that_rests_leaves_the_control_as_it_usually_is() -> None:
    performance = perform(source='d1 >> s("bd bd").lpf(mini("~ 300").lfo())', cycles=1)
    notes = [each.note for each in performance.sends if isinstance(each.note, Note)]
    assert [each.buses for each in notes] == [(), (("cutoff", "c2112"),)]
