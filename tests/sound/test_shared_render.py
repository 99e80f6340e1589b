"""One render by two scsynths: the same sound, and an error in one line when either fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from livecode.errors import EngineError
from livecode.sound import score
from livecode.sound.command import DefinitionLoad, GlobalEffect, Note
from livecode.sound.engine.finding import find
from livecode.sound.engine.shared import can_be_shared, play_shared
from livecode.sound.render import Renderer
from livecode.sound.score import Share, divided, helpers_score
from livecode.stage.offline import Performance, perform

needs_scsynth = pytest.mark.skipif(find() is None, reason="no scsynth")
# Nothing in these sounds is left to chance, so that two renders can be compared sample by sample.
STEADY = """
tempo(120)
d1 >> s("square*2").note("0 7").room(0.4)
d2 >> s("sine*4").note("0 3 7 12").delay(0.3).delaytime(0.2).orbit(1).pan(sine.slow(4))
d3 >> s("fm*2").note("12 19").room(0.2).cut(1)
d4 >> s("acid(3,8)").note("-12").orbit(1).duck(0).lpf(saw.lfo().range(300, 2000)).crush(6)
d1.balance(-0.5)
"""


@pytest.fixture(scope="module")
def steady() -> Performance:
    return perform(source=STEADY, cycles=6)


@needs_scsynth
@pytest.mark.parametrize("helped", [{2}, {1, 3}, {1, 2, 3, 4}])
def test_a_shared_render_is_the_same_sound(
    steady: Performance, helped: set[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = Renderer(processes=1).render(
        steady.sends, steady.commands, steady.seconds, tmp_path / "alone.wav", stems=[0, 1],
        gains=[(2.0, 2, 0.3), (3.0, 4, 0.0)],
    )  # fmt: skip
    monkeypatch.setattr("livecode.sound.render.divided", lambda *given: Share(frozenset(helped), (0, 1)))
    both = Renderer(processes=2).render(
        steady.sends, steady.commands, steady.seconds, tmp_path / "both.wav", stems=[0, 1],
        gains=[(2.0, 2, 0.3), (3.0, 4, 0.0)],
    )  # fmt: skip
    for one, other in zip(
        [alone.path, *alone.stems.values()], [both.path, *both.stems.values()], strict=True
    ):
        heard, again = soundfile.read(one)[0], soundfile.read(other)[0]
        assert np.abs(heard).max() > 0.1
        # The sum of an orbit is made in two steps: its last bit may move.
        assert np.abs(heard - again).max() < 1e-6


def test_work_is_divided_by_what_sounds(steady: Performance) -> None:
    longer = [*steady.sends, *(Late(each, 20.0) for each in steady.sends)]
    share = divided(longer, steady.commands, 40.0)
    assert share is not None
    assert share.slots <= {1, 2, 3, 4}
    assert divided(steady.sends, steady.commands, 4.0) is None
    assert divided(longer, steady.commands, 40.0, channels=25) is None


@pytest.mark.parametrize(
    "odd", [GlobalEffect(0.0, 0, "ndef fog", 0), Note(0.0, 1.0, "lc-sine", 1, buses=(("freq", "a40"),))]
)
def test_slots_that_may_hear_each_other_stay_together(odd: Any, steady: Performance) -> None:
    assert divided([*steady.sends, Late(odd, 0.0)], steady.commands, 40.0) is None


def test_only_a_scsynth_program_is_played_twice() -> None:
    assert not can_be_shared("embedded")
    assert not can_be_shared("no-such-engine")
    assert can_be_shared("auto") == (find() is not None)


@needs_scsynth
def test_a_complaint_of_the_helper_is_an_error(signals: Any, tmp_path: Path) -> None:
    unknown = DefinitionLoad("lc-gone", b"", ("out", "sustain"))
    sends = [Late(Note(0.0, 1.0, "lc-gone", 1), 0.1)]
    loads = [*signals.values(), unknown]
    share = Share(frozenset({1}), (0,))
    ours, theirs = tmp_path / "ours.osc", tmp_path / "theirs.osc"
    ours.write_bytes(score.score(sends, signals.values(), 11.0, share=share, orbits=[0]))
    theirs.write_bytes(helpers_score(sends, loads, 11.0, share))
    with pytest.raises(EngineError, match="not found"):
        play_shared(ours, theirs, tmp_path / "sound.wav", 48000, 2, share.channels)


@needs_scsynth
def test_when_the_helper_cannot_begin_the_other_does_not_wait(tmp_path: Path) -> None:
    ours = tmp_path / "ours.osc"
    ours.write_bytes(score.score([], [], 1.0))
    with pytest.raises(EngineError, match="crashed"):
        play_shared(ours, tmp_path / "missing.osc", tmp_path / "sound.wav", 48000, 2, 6)


@needs_scsynth
def test_when_the_first_cannot_begin_the_helper_is_ended_and_not_blamed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.osc"
    theirs.write_bytes(helpers_score([], [], 60.0, Share(frozenset({1}), (0,))))
    with pytest.raises(EngineError, match="crashed") as told:
        play_shared(tmp_path / "missing.osc", theirs, tmp_path / "sound.wav", 48000, 2, 6)
    assert "-9" not in str(told.value)


class Late:
    """What is sent, at another second."""

    def __init__(self, sent: Any, time: float) -> None:
        self.note = getattr(sent, "note", sent)
        self.time = getattr(sent, "time", 0.0) + time
        self.seconds_per_cycle = 2.0


@needs_scsynth
def test_a_helper_that_is_no_longer_heard_does_not_end_the_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def command(_program: Path, _score: Path, sound: Path, *_rest: Any, **_more: Any) -> list[str]:
        pipe = tmp_path / "helper.au"
        if sound == pipe:
            return ["sh", "-c", f"exec yes > '{pipe}'"]
        # It has heard enough, and takes its time to write the rest.
        return ["sh", "-c", f"head -c 9 '{pipe}' > /dev/null; sleep 0.5; echo sound > '{sound}'"]

    monkeypatch.setattr("livecode.sound.engine.shared.offline_command", command)
    sound = tmp_path / "sound.wav"
    play_shared(tmp_path / "a.osc", tmp_path / "b.osc", sound, 48000, 2, 2)
    assert sound.read_text() == "sound\n"
