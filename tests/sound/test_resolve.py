"""What the words of an event mean."""

from __future__ import annotations

import math
import time
from fractions import Fraction as PlainFraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from livecode.errors import ControlError, FileProblem, NameUnknown
from livecode.language.time import Event, Fraction, Span
from livecode.sound.command import BufferLoad, DefinitionLoad, GlobalEffect, Note
from livecode.sound.render import Renderer
from livecode.sound.resolve import Resolver
from livecode.sound.samples import Samples


def event(value: Any, begin: Any = 0, end: Any = 1) -> Event:
    span = Span(Fraction(begin), Fraction(end))
    return Event(span, span, value)


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Resolver:
    folder = tmp_path_factory.mktemp("sounds")
    root, cache = folder / "samples", folder / "cache"
    for name, seconds, channels in (("beep", 0.25, 1), ("beeps", 0.5, 2)):
        (root / name).mkdir(parents=True)
        frames = np.arange(int(48000 * seconds)) / 48000
        sound = np.tile(0.5 * np.sin(2 * np.pi * 1000 * frames)[:, None], (1, channels))
        soundfile.write(root / name / "a.wav", sound, 48000)
    return Resolver(samples=Samples([root], cache), cache=cache)


def note(resolver: Resolver, start: Any = 0, stop: Any = 1, on: int = 1, **value: Any) -> Note:
    found = [each for each in resolver.resolve(event(value, start, stop), on) if isinstance(each, Note)]
    assert len(found) == 1
    return found[0]


def control(resolver: Resolver, name: str, **value: Any) -> float:
    return dict(note(resolver, **value).controls)[name]


def orbit_change(resolver: Resolver, **value: Any) -> GlobalEffect:
    found = [each for each in resolver.resolve(event(value), 1) if isinstance(each, GlobalEffect)]
    assert len(found) == 1
    return found[0]


# What plays


def test_an_event_becomes_one_note_on_its_slot(resolver: Resolver) -> None:
    made = note(resolver, PlainFraction(3, 2), 2, 5, s="pluck", note=0)
    assert (made.begin, made.length, made.slot, made.orbit, made.cut, made.nudge) == (1.5, 0.5, 5, 0, 0, 0.0)
    assert made.definition.startswith("lc-pluck-")


def test_loads_come_once_before_the_notes_that_need_them(tmp_path: Path) -> None:
    resolver = Resolver(samples=Samples([], tmp_path), cache=tmp_path)
    first = resolver.resolve(event({"s": "kick"}), 1)
    again = resolver.resolve(event({"s": "kick"}), 1)
    assert [type(each) for each in first] == [DefinitionLoad, Note]
    assert [type(each) for each in again] == [Note]
    assert resolver.loads() == first[:1]


def test_a_fragment_of_an_earlier_event_is_silent(resolver: Resolver) -> None:
    whole = Span(Fraction(0), Fraction(1))
    assert resolver.resolve(Event(whole, Span(Fraction(1, 2), Fraction(1)), {"s": "kick"}), 1) == []


def test_n_picks_an_instruments_variant(resolver: Resolver) -> None:
    names = {note(resolver, s="bd", n=each).definition for each in range(3)}
    assert len(names) == 3
    size = len(resolver.catalogue.instrument("bd").variants)
    assert note(resolver, s="bd", n=size).definition == note(resolver, s="bd").definition
    assert note(resolver, s="bd:1").definition == note(resolver, s="bd", n=1).definition


def test_a_sample_comes_with_its_file(resolver: Resolver) -> None:
    commands = resolver.resolve(event({"s": "beeps", "n": 3}), 1)
    buffer = next(each for each in commands if isinstance(each, BufferLoad))
    made = commands[-1]
    assert isinstance(made, Note)
    assert made.definition.startswith("lc-sample_stereo-")
    assert dict(made.controls)["buffer"] == buffer.number
    assert made.length == math.inf


def test_an_instrument_comes_before_a_sample_folder(tmp_path: Path) -> None:
    (tmp_path / "kick").mkdir()
    resolver = Resolver(samples=Samples([tmp_path], tmp_path), cache=tmp_path)
    assert note(resolver, s="kick").definition.startswith("lc-")
    assert "sample" not in note(resolver, s="kick").definition


def test_a_drum_played_as_a_sample_is_rendered_from_its_own_definition(resolver: Resolver) -> None:
    made = note(resolver, s="kick", speed=-1)
    place = next(each for each in resolver.samples.loads() if "kit" in Path(each.path).resolve().parts)
    sound, rate = soundfile.read(place.path)
    assert made.definition.startswith("lc-sample_")
    assert dict(made.controls)["speed"] == -1
    assert rate == 48000
    assert 0.05 < np.abs(sound).max() <= 1.5
    assert 0.05 < len(sound) / rate < 6


def test_notes_without_a_sound_get_the_default_instrument(resolver: Resolver) -> None:
    assert note(resolver, note=3).definition == note(resolver, s="pluck", note=3).definition


# Pitch


@pytest.mark.parametrize(
    ("words", "freq"),
    [
        ({"note": 0}, 261.6256),
        ({"note": 9}, 440.0),
        ({"note": 9, "octave": 5}, 880.0),
        ({"note": Fraction(19, 2)}, 440 * 2 ** (0.5 / 12)),
        ({"midinote": 69}, 440.0),
        ({"freq": 123.5}, 123.5),
        ({"n": 9}, 440.0),
        ({"n": 0, "note": 9}, 440.0),
        ({"note": 500}, 20000.0),
    ],
)
def test_pitch(resolver: Resolver, words: dict[str, Any], freq: float) -> None:
    assert control(resolver, "freq", s="pluck", **words) == pytest.approx(freq, rel=1e-5)


def test_an_unpitched_sound_moves_by_semitones_from_its_own_tuning(resolver: Resolver) -> None:
    assert control(resolver, "note", s="kick", note=-3) == -3.0
    assert "note" not in dict(note(resolver, s="kick").controls)


# Length


def test_legato_scales_the_step_and_sustain_replaces_it(resolver: Resolver) -> None:
    assert note(resolver, 0, PlainFraction(1, 4), s="pluck", note=0, legato=0.5).length == 0.125
    made = note(resolver, s="pluck", note=0, sustain=2)
    assert dict(made.controls)["sustain"] == 2.0


def test_drums_and_samples_play_to_their_end_unless_told_otherwise(resolver: Resolver) -> None:
    assert note(resolver, s="beep").length == math.inf
    assert note(resolver, s="beep", legato=1).length == 1.0
    assert dict(note(resolver, s="beep", sustain=0.1).controls)["sustain"] == pytest.approx(0.1)


def test_a_sample_counted_in_cycles_follows_the_tempo(resolver: Resolver) -> None:
    made = note(resolver, s="beep", unit="c", speed=2)
    assert made.synced == (("span", 1.0),)
    assert dict(made.controls)["speed"] == 2.0
    with pytest.raises(ControlError, match="unit is 'x'"):
        note(resolver, s="beep", unit="x")


# Level


def test_gain_reaches_the_instrument_as_it_is(resolver: Resolver) -> None:
    assert control(resolver, "gain", s="kick", gain=0.9) == pytest.approx(0.9)


def test_amp_postgain_and_overgain_become_gain(resolver: Resolver) -> None:
    assert control(resolver, "gain", s="kick", amp=0.4) == pytest.approx(1.0)
    assert control(resolver, "gain", s="kick", amp=0.2) ** 4 == pytest.approx(0.5)
    assert control(resolver, "gain", s="kick", postgain=0.5) ** 4 == pytest.approx(0.5)
    assert control(resolver, "gain", s="kick", gain=0.5, overgain=0.25) == pytest.approx(0.75)


def test_values_outside_a_range_move_to_its_end(resolver: Resolver) -> None:
    assert control(resolver, "pan", s="kick", pan=7) == 1.0
    assert control(resolver, "pan", s="kick", pan=-7) == 0.0


# Places


def test_orbits_wrap_round(resolver: Resolver) -> None:
    assert [note(resolver, s="kick", orbit=each).orbit for each in (0, 3, 15, 16)] == [0, 3, 15, 0]


def test_sends_are_fused_and_change_the_orbit(resolver: Resolver) -> None:
    resolver.resolve(event({"s": "pluck", "note": 0, "room": 0.3}), 1)
    load = resolver._given[note(resolver, s="pluck", note=0, room=0.3).definition]
    assert "out_room" in load.controls
    change = orbit_change(resolver, s="pluck", note=0, room=0.3, size=0.9, orbit=2)
    assert (change.orbit, change.effect) == (2, "reverb")
    assert dict(change.controls)["size"] == pytest.approx(0.9)


def test_delaytime_is_in_seconds_unless_locked_to_the_cycle(resolver: Resolver) -> None:
    base = {"s": "pluck", "note": 0, "delay": 0.5}
    assert dict(orbit_change(resolver, **base, delaytime=0.25).controls)["delaytime"] == 0.25
    locked = orbit_change(resolver, **base, delaytime=0.25, lock=1)
    assert locked.synced == (("delaytime", 0.25),)
    assert "delaytime" not in dict(locked.controls)
    assert orbit_change(resolver, **base, delaysync=0.125).synced == (("delaytime", 0.125),)


def test_cut_nudge_and_modulation(resolver: Resolver) -> None:
    made = note(resolver, s="kick", cut=1, nudge=-0.02, pan="c1030")
    assert (made.cut, made.nudge) == (1, -0.02)
    assert made.buses == (("pan", "c1030"),)


# What is refused


@pytest.mark.parametrize(
    ("value", "kind", "line"),
    [
        ({"s": "kik"}, NameUnknown, "no sound called 'kik': did you mean 'kick'?"),
        ({"s": "sample_mono"}, NameUnknown, "no sound called 'sample_mono'"),
        ({"s": "kick", "gian": 1}, ControlError, "no control called 'gian': did you mean 'gain'?"),
        ({"s": "kick", "gain": math.nan}, ControlError, "gain is nan, which cannot be played"),
        ({"s": "kick", "pan": math.inf}, ControlError, "pan is inf"),
        ({"s": "pluck", "note": math.nan}, ControlError, "note is nan"),
        ({"s": "kick", "pan": "left"}, ControlError, "pan needs a number, not 'left'"),
        ({"s": "kick", "pan": None}, ControlError, "pan needs a number, not None"),
        ({"s": "kick", "orbit": "x"}, ControlError, "orbit needs a number, not 'x'"),
        ({"s": "kick", "n": math.nan}, ControlError, "n is nan"),
        ({"s": "kick", "nudge": [1]}, ControlError, r"nudge needs a number, not \[1\]"),
        ({"gain": 1}, ControlError, "does not say what sounds"),
        ({}, ControlError, "does not say what sounds"),
        (3, ControlError, "3 is no sound"),
        (None, ControlError, "None is no sound"),
    ],
)
def test_nonsense_is_one_line_and_nothing_is_sent(
    resolver: Resolver, value: Any, kind: type[Exception], line: str
) -> None:
    with pytest.raises(kind, match=line.replace("?", r"\?")) as caught:
        resolver.resolve(event(value), 1)
    assert "\n" not in str(caught.value)


def test_an_empty_sample_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    resolver = Resolver(samples=Samples([tmp_path], tmp_path), cache=tmp_path)
    with pytest.raises(FileProblem, match="hollow holds no sound files"):
        resolver.resolve(event({"s": "hollow"}), 1)


# What the performer sees


def test_describe_says_what_plays_as_one_would_read_it(resolver: Resolver) -> None:
    assert resolver.describe(event({"s": "pluck", "note": Fraction(7)})) == ("pluck", {"note": 7.0})
    assert resolver.describe(event({"s": "beep", "n": 2})) == ("beep", {"n": 2})
    assert "note" not in resolver.describe(event({"s": "kick", "note": 2}))[1]


def test_a_halls_own_name_says_how_much_goes_in(resolver: Resolver) -> None:
    alone = dict(note(resolver, s="pluck", note=0, plate=0.3).controls)
    assert alone["room"] == 0.3
    both = dict(note(resolver, s="pluck", note=0, plate=1, room=0.2).controls)
    assert both["room"] == 0.2


def test_vowels_are_letters_or_numbers_between_them(resolver: Resolver) -> None:
    for said, place in (("a", 0.0), ("u", 4.0), (2, 2.0), ("1.5", 1.5)):
        assert dict(note(resolver, s="voice", note=0, vowel=said).controls)["vowel"] == place
    with pytest.raises(ControlError, match="vowel needs a number, not 'x'"):
        note(resolver, s="voice", note=0, vowel="x")


def test_names_hold_instruments_and_samples(resolver: Resolver) -> None:
    assert {"kick", "pluck", "beep", "beeps"} <= set(resolver.names())


def test_an_instrument_saved_anew_is_heard_at_the_next_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livecode.sound.resolve._LOOK_EVERY", 0.0)
    text = (
        "from livecode.sound import instrument\nfrom livecode.sound.ugens import *\n"
        "@instrument('whistle')\ndef whistle(freq):\n    'A tin whistle.'\n    return SinOsc.ar(freq) * {}\n"
    )
    from livecode.sound.catalogue import Catalogue

    file = tmp_path / "sc" / "own.py"
    file.parent.mkdir()
    file.write_text(text.format(0.5))
    told: list[str] = []
    catalogue = Catalogue([file.parent], tmp_path / "definitions")
    resolver = Resolver(None, told.append, catalogue=catalogue, samples=Samples([], tmp_path), cache=tmp_path)
    first = note(resolver, s="whistle", note=0).definition
    file.write_text(text.format(0.25))
    second = note(resolver, s="whistle", note=0).definition
    file.write_text("def broken(:\n")
    third = note(resolver, s="whistle", note=0).definition
    assert first != second
    assert third == second
    assert len(told) == 1
    assert "own.py" in told[0]


def own_set(tmp_path: Path, text: str) -> Resolver:
    from livecode.sound.catalogue import Catalogue

    (tmp_path / "sc").mkdir()
    (tmp_path / "sc" / "own.py").write_text(
        "from livecode.sound import Control, effect, instrument\nfrom livecode.sound.ugens import *\n" + text
    )
    catalogue = Catalogue([tmp_path / "sc"], tmp_path / "definitions")
    assert not catalogue.problems
    return Resolver(catalogue=catalogue, samples=Samples([], tmp_path), cache=tmp_path)


WHISTLE = """
@instrument("whistle", trim=0)
def whistle(freq):
    "A tin whistle."
    return SinOsc.ar(freq) * 0.2
"""


def test_a_sets_own_reverb_is_used(tmp_path: Path) -> None:
    reverb = """
@effect("reverb", kind="send", size=Control(0.5, 0, 1))
def reverb(signal, size):
    "A plain echo of 0.2 s, `size` loud."
    return [DelayN.ar(each, 0.2, 0.2) * size for each in signal]
"""
    resolver = own_set(tmp_path, WHISTLE + reverb)
    commands = resolver.resolve(
        event({"s": "whistle", "freq": 1000, "room": 1, "size": 0.5, "sustain": 0.05}), 1
    )
    change = next(each for each in commands if isinstance(each, GlobalEffect))
    assert change.definition.startswith("lc-reverb-")
    sends = [Sent(0.0, each) for each in commands if isinstance(each, (Note, GlobalEffect))]
    Renderer().render(sends, resolver.loads(), 0.5, tmp_path / "a.wav", tail=0)
    sound = np.abs(soundfile.read(tmp_path / "a.wav")[0][:, 0])
    straight, echo = sound[:9000].max(), sound[9700:20000].max()
    assert echo == pytest.approx(straight / 2, rel=0.1)


def test_an_effect_of_the_orbit_changes_all_of_it(tmp_path: Path) -> None:
    halve = """
@effect("halve", kind="orbit", halve=Control(1, 0, 1))
def halve(signal, halve):
    "Level."
    return [each * halve for each in signal]
"""
    resolver = own_set(tmp_path, WHISTLE + halve)
    sends = []
    for orbit, words in ((0, {}), (1, {"halve": 0.5})):
        value = {"s": "whistle", "freq": 1000, "sustain": 0.3, "orbit": orbit, **words}
        found = resolver.resolve(event(value), 1)
        sends += [Sent(0.4 * orbit, each) for each in found if isinstance(each, (Note, GlobalEffect))]
    Renderer().render(sends, resolver.loads(), 0.8, tmp_path / "a.wav", tail=0)
    sound = np.abs(soundfile.read(tmp_path / "a.wav")[0][:, 0])
    assert sound[24000:32000].max() == pytest.approx(sound[4000:12000].max() / 2, rel=0.05)


def test_resolving_costs_a_few_microseconds(resolver: Resolver) -> None:
    one = event({"s": "pluck", "note": 3, "gain": 0.9, "room": 0.2})
    resolver.resolve(one, 1)
    best = math.inf
    for _ in range(3):
        before = time.process_time()
        for _ in range(2000):
            resolver.resolve(one, 1)
        best = min(best, (time.process_time() - before) / 2000)
    assert best < 40e-6


# How it sounds


class Sent:
    def __init__(self, time: float, note: Any, seconds_per_cycle: float = 1.0) -> None:
        self.time, self.note, self.seconds_per_cycle = time, note, seconds_per_cycle


def rendered(
    resolver: Resolver, path: Path, value: dict[str, Any], seconds: float = 1.0, tempo: float = 1.0
) -> Any:
    resolver.resolve(event(value), 1)
    made = note(resolver, **value)
    Renderer().render([Sent(0.0, made, tempo)], resolver.loads(), seconds, path / "a.wav", tail=0)
    return soundfile.read(path / "a.wav")[0][:, 0]


def length(sound: Any) -> float:
    return float(np.flatnonzero(np.abs(sound) > 0.002)[-1] / 48000)


def pitch(sound: Any) -> float:
    part = sound[1000:9000]
    return float(np.argmax(np.abs(np.fft.rfft(part * np.hanning(len(part)), 96000))) / 2)


@pytest.mark.parametrize(
    ("words", "tempo", "seconds", "hertz"),
    [
        ({}, 1.0, 0.25, 1000),
        ({"speed": 0.5}, 1.0, 0.5, 500),
        ({"speed": -1}, 1.0, 0.25, 1000),
        ({"note": 12}, 1.0, 0.125, 2000),
        ({"begin": 0.25, "end": 0.75}, 1.0, 0.125, 1000),
        ({"unit": "c"}, 0.5, 0.5, 500),
        ({"unit": "c", "speed": 2}, 1.0, 0.5, 500),
        ({"legato": 0.1}, 1.0, 0.1, 1000),
        ({"cutoff": 18000}, 1.0, 0.25, 1000),
    ],
)
def test_a_sample_sounds_as_long_and_as_high_as_it_should(
    resolver: Resolver, tmp_path: Path, words: dict[str, Any], tempo: float, seconds: float, hertz: float
) -> None:
    sound = rendered(resolver, tmp_path, {"s": "beep", **words}, tempo=tempo)
    assert length(sound) == pytest.approx(seconds, abs=0.02)
    assert pitch(sound[: int(48000 * min(seconds, 0.1) * 2)]) == pytest.approx(hertz, rel=0.02)


def test_a_rendered_drum_is_as_loud_as_the_drum(resolver: Resolver, tmp_path: Path) -> None:
    drum = rendered(resolver, tmp_path, {"s": "kick"})
    sample = rendered(resolver, tmp_path, {"s": "kick", "speed": 1})
    # Not the peaks: where the noise in a stroke stands highest is a matter of chance.
    levels = [10 * np.log10(np.square(each[:24000]).mean()) for each in (drum, sample)]
    assert levels[0] == pytest.approx(levels[1], abs=1.0)


@pytest.mark.parametrize(
    ("said", "bank", "instrument"),
    [("bd", "808", "bd808"), ("sd", "RolandTR909", "sn909"), ("cr", "808", "cr"), ("bd", "nobody", "bd")],
)
def test_a_bank_names_the_maker_of_a_drum(resolver: Resolver, said: str, bank: str, instrument: str) -> None:
    assert note(resolver, s=said, bank=bank).definition.startswith(f"lc-{instrument}-")
