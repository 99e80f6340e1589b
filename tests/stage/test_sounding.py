"""What listens, draws and writes down hears the pitch that sounds."""

from __future__ import annotations

import math
from typing import Any

import pytest
from on_stage import Live, wait_for

from livecode.errors import GeneratorError
from livecode.language import n, note, s
from livecode.language.sounding import sounding
from livecode.music.events import phrase_of_events
from livecode.music.staves import written
from livecode.sound.reading import pitch
from livecode.stage.offline import perform
from livecode.stage.session import Session


@pytest.mark.parametrize(
    "value",
    [
        {"note": 4}, {"note": 0.5, "octave": 6}, {"midinote": 62.5}, {"midinote": 62, "octave": 3},
        {"freq": 331.0, "note": 4}, {"n": 7}, {"n": 7, "octave": 5}, {"n": 3, "note": 1},
    ],
)  # fmt: skip
def test_it_is_the_pitch_the_server_is_sent(value: dict[str, Any]) -> None:
    heard = sounding(value)
    assert heard is not None
    assert 440 * 2 ** ((heard - 69) / 12) == pytest.approx(pitch(value, "freq"))


def test_the_number_of_a_sound_is_a_pitch_where_the_sound_has_pitches(tmp_path: Any) -> None:
    set_ = tmp_path / "numbers.py"
    slots = ('d1 >> n("0 4 7 12").s("pluck")', 'd2 >> s("hh*4").n("0 1 2 3")', 'd3 >> n("9*4")')
    set_.write_text("\n".join(("from livecode import *", *slots)))
    performance = perform(set_, cycles=1)
    found = written(performance.events, 1)
    notes = found.phrase.notes
    assert sorted(int(each) for each in notes["pitch"]) == [60, 64, 67, 69, 69, 69, 69, 72]
    assert len(found.drums) == 4


def test_an_octave_is_heard() -> None:
    events = note("0 4").octave(3).query(0, 1)
    assert phrase_of_events(events, 0, 1).notes["pitch"].tolist() == [48, 52]
    assert math.isclose(sounding(events[0].value) or 0.0, 48)


def test_composers_hear_a_tune_in_numbers_and_say_so_of_drums() -> None:
    with Session("offline") as session:
        session.evaluate('d1 >> n("0 2 4 5").s("pluck")')
        session.evaluate("d2 >> harmonise(d1)\nd3 >> counterpoint(1, cantus=d1)")
        assert session.slots[2].pattern.query(0, 1) and session.slots[3].pattern.query(0, 1)
        session.evaluate('d1 >> s("bd*4")')
        for composer in ("harmonise(d1)", "counterpoint(2, cantus=d1)", "figured_bass(d1)"):
            pattern = eval(composer, session.namespace())
            with pytest.raises(GeneratorError, match=r"d1 has no pitches to go by: give notes, as in note"):
                pattern.query(0, 1)
        session.evaluate("d1 >> silence")
        assert eval("harmonise(d1)", session.namespace()).query(0, 1) == []


def test_a_chain_learns_from_a_pattern() -> None:
    from livecode.generators.markov import markov

    tune = n("0 1 2 3 4 3 2 1").scale("d dorian")
    heard = {event.value["note"] % 12 for event in tune.query(0, 1)}
    for order in (None, 1, 2):
        learnt = markov(tune, order=order).query(0, 8)
        assert len(learnt) > 8 and {event.value["note"] % 12 for event in learnt} <= heard
    with pytest.raises(GeneratorError, match="no pitches to go by"):
        markov(s("bd*4"))


def test_a_parameter_in_text_is_a_pattern() -> None:
    from livecode.generators.neural import neural

    assert neural("tiny", temperature="<0.5 1.5>").plan.parameters_at(1) == {"temperature": 1.5}
    assert neural("tiny", temperature="0.5 1.5").plan.parameters_at(0) == {"temperature": 0.5}


@pytest.mark.sound
def test_on_stage_what_a_leader_played_before_is_no_fault_and_a_fault_is_told_once(tmp_path: Any) -> None:
    live = Live(tmp_path)
    try:
        live.session.evaluate('tempo(240)\nd1 >> s("bd*4")\nd3 >> s("hh*4")')
        wait_for(lambda: live.session.now() > 1.0)
        live.session.evaluate('d1 >> n("0 4 7 12").s("pluck")')
        live.session.evaluate('d2 >> harmonise(d1).synth("organ")')
        with pytest.raises(GeneratorError, match="d3 has no pitches"):
            live.session.evaluate("d4 >> counterpoint(1, cantus=d3)")
        live.session.evaluate("d4 >> counterpoint(1, cantus=d5)")
        live.session.evaluate('d5 >> s("hh*4")')
        wait_for(lambda: len(live.sent(2)) > 8)
        wait_for(lambda: live.session.now() > 10.0)
        about = [text for text in live.told if "counterpoint" in text or "pitches" in text]
        assert about == ["d5 has no pitches to go by: give notes, as in note('c e g')"]
    finally:
        live.session.close()
