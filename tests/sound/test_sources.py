"""ndef: sounds that go on by themselves, replaced with a crossfade, moved by patterns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from measuring import RATE, level_at, rms

from livecode.errors import ControlError, DefinitionError, NameUnknown
from livecode.sound.render import Renderer
from livecode.sound.sources import build
from livecode.sound.ugens import *
from livecode.stage.offline import perform
from livecode.stage.session import Session


def heard(tmp_path: Path, setup: object, cycles: int = 4, source: str | None = None) -> np.ndarray:
    performance = perform(setup=setup, source=source, cycles=cycles)  # type: ignore[arg-type]
    target = tmp_path / "heard.wav"
    Renderer().render(performance.sends, performance.commands, performance.seconds, target, tail=0.5)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.asarray(sound)


START = "cps(1)\n"


def test_a_source_sounds_fades_in_and_goes_on(tmp_path: Path) -> None:
    source = START + "ndef('tone', lambda freq=400: SinOsc.ar(freq) * 0.3, fade=1)\nd1 >> silence"
    sound = heard(tmp_path, None, 4, source)
    early, late = (rms(sound[int(at * RATE) : int((at + 0.1) * RATE)]) for at in (0.2, 2.0))
    assert late == pytest.approx(rms(sound[3 * RATE : int(3.5 * RATE)]), abs=0.1)
    assert early == pytest.approx(late + 20 * np.log10(np.sin(np.pi / 2 * 0.25)), abs=2)
    assert level_at(sound[2 * RATE : 3 * RATE, 0], 400) > -20


def test_a_pattern_moves_its_controls(tmp_path: Path) -> None:
    source = START + (
        "ndef('tone', lambda freq=400: SinOsc.ar(freq) * 0.3, fade=0.05)\n"
        'd5 >> source("tone").freq("<300 600 1200 800>")'
    )
    sound = heard(tmp_path, None, 4, source)
    for cycle, freq in enumerate((300, 600, 1200, 800)):
        part = sound[int((cycle + 0.5) * RATE) : int((cycle + 0.95) * RATE), 0]
        assert level_at(part, freq) > -20
        assert level_at(part, 450) < -50


def test_its_events_are_told_as_such(tmp_path: Path) -> None:
    source = (
        START
        + "ndef('fog', lambda cutoff=800: LPF.ar(PinkNoise.ar(), cutoff))\nd5 >> source('fog').cutoff(300)"
    )
    (told,) = perform(source=source, cycles=1).events
    assert (told.instrument, told.controls) == ("ndef fog", {"cutoff": 300})


def test_replacing_crossfades_without_a_hole_and_stopping_ends_it() -> None:
    from livecode.sound.command import GlobalEffect
    from livecode.sound.encode import Encoder
    from livecode.sound.mixer import Mixer
    from livecode.sound.osc import parse

    first, second = (build("fog", each).load for each in (lambda: PinkNoise.ar(), lambda: BrownNoise.ar()))
    assert first.name != second.name
    assert build("fog", lambda: PinkNoise.ar()).load.name == first.name, "said again, nothing changes"
    encoder = Encoder()
    mixer = Mixer(encoder, definitions={})
    begun = mixer.apply(GlobalEffect(0, 2, "ndef fog", 0, (("fade", 3.0),), (), first.name), 1.0)
    assert [parse(each)[1][0] for each in begun][-1] == first.name
    assert mixer.apply(GlobalEffect(0, 2, "ndef fog", 0, (("fade", 3.0),), (), first.name), 1.0) == []
    old, new = mixer.apply(GlobalEffect(0, 2, "ndef fog", 0, (("fade", 5.0),), (), second.name), 1.0)
    assert parse(old)[1][1:] == ["fade", 5.0, "gate", 0.0]
    assert parse(new)[1][0] == second.name
    late = GlobalEffect(0, 2, "ndef fog", 0, (("cutoff", 1.0),))
    assert parse(mixer.apply(late, 1.0)[0])[0] == "/n_set"
    assert any(parse(each)[1][0] == second.name for each in mixer.tree() if parse(each)[0] == "/s_new")
    (stop,) = mixer.apply(GlobalEffect(0, 2, "ndef fog", 0, (("fade", 1.0), ("gate", 0.0)), (), ""), 1.0)
    assert parse(stop)[1][1:] == ["fade", 1.0, "gate", 0.0]
    assert mixer.apply(late, 1.0) == [], "a late event does not bring it back"


def test_the_crossfade_is_heard(tmp_path: Path) -> None:
    """Two noises, the second from cycle 2 on: as loud in the middle of the fade as before and after."""

    def setup(session: Session) -> None:
        session.cps(1)
        session.ndef("fog", lambda: WhiteNoise.ar() * 0.1, fade=1)

    def again(session: Session) -> None:
        setup(session)
        session.ndef("fog", lambda: HPF.ar(WhiteNoise.ar() * 0.1, 20), fade=1)

    one = perform(setup=setup, cycles=4)
    two = perform(setup=again, cycles=4)
    replaced = [each for each in two.sends if each.note.effect == "ndef fog"][-1]  # type: ignore[union-attr]
    sends = [*one.sends, replaced._replace(time=2.0)]
    target = tmp_path / "heard.wav"
    Renderer().render(sends, two.commands, 4.0, target, tail=0.1)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    before, middle, after = (rms(sound[int(at * RATE) : int((at + 0.1) * RATE)]) for at in (1.7, 2.45, 3.5))
    assert middle == pytest.approx(before, abs=0.7)
    assert after == pytest.approx(before, abs=0.7)


def test_an_instrument_can_be_a_source(tmp_path: Path) -> None:
    sound = heard(tmp_path, None, 3, "cps(1)\nndef('low', 'drone', freq=110, fade=0.1)\nd1 >> silence")
    assert rms(sound[2 * RATE : 3 * RATE]) > -45
    assert np.isfinite(sound).all()


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        ("ndef('fog')", None, ""),
        ("ndef('fog', cutoff=3)", NameUnknown, "source"),
        ("ndef('fog', 3)", DefinitionError, "no function"),
        ("ndef('fog', lambda x: x)", DefinitionError, "give x a value"),
        ("ndef('fog', lambda gate=1: gate)", DefinitionError, "every source has a gate"),
        ("ndef('fog', lambda: 1 / 0)", DefinitionError, "division by zero"),
        ("ndef('fog', lambda: 'x')", DefinitionError, "return one signal"),
        ("ndef('fog', 'pluckk')", NameUnknown, "pluck"),
        ("ndef('fog', lambda f=1: SinOsc.ar(f), g=2)", NameUnknown, "'g'"),
        ("ndef('fog', lambda f=1: SinOsc.ar(f), f='x')", ControlError, "needs a number"),
        ("d1 >> source('nobody').freq(3)", NameUnknown, "nobody"),
    ],
)
def test_what_is_wrong_is_one_line(line: str, error: type[Exception] | None, said: str) -> None:
    if error is None:
        error, said = NameUnknown, "no source called 'fog'"
    with pytest.raises(error, match=said) as raised:
        perform(source=START + line, cycles=1)
    assert "\n" not in str(raised.value)
