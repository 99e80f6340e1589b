"""Effects fused into notes, and effects that stay on an orbit."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import RATE, brightness, level_at, loudest, partial, peak, rms, spectrum
from offline import Offline
from orchestra import Orchestra

# A value for each fused effect at which it is plainly heard.
HEARD = {
    "shape": 0.7, "distort": 1.0, "drive": 2.0, "triode": 2.0, "krush": 1.0, "fold": 4.0, "waveloss":
    40.0, "octer": 0.7, "hcutoff": 1500.0, "bandf": 900.0, "cutoff": 500.0, "ladder": 500.0, "djf":
    0.25, "notch": 440.0, "comb": 0.5, "vowel": 2.0, "crush": 3.0, "coarse": 16.0, "enhance": 8.0,
    "smear": 20.0, "scram": 0.6, "binshift": 2.0, "lbrick": 0.9, "freeze": 1.0, "hold": 0.1,
    "accelerate": 1.0, "slide": 1.0, "glide": 0.3, "penv": 12.0, "vib": 6.0, "decay": 0.1,
    "tremolorate": 5.0, "phaserrate": 1.0, "ring": 1.0, "fshift": 150.0, "squiz": 2.0, "chorus": 0.8,
    "leslie": 0.9, "autopan": 0.9, "widen": 0.8, "compressor": -30.0, "gater": 8.0, "amp": 0.8,
    "overgain": 0.3, "postgain": 0.5,
}  # fmt: skip
FREQ = 220.0
# However hard these are pushed, the sound stays about as loud as it came.
HARD = {"distort": 40.0, "drive": 40.0, "triode": 40.0, "octer": 6.0, "compressor": -120.0}
# Between the ends of these the sound becomes another, not five times as loud.
EVEN = (("grains", "rate"), ("cloud", "rate"), ("riser", "resonance"), ("trumpet", "brightness"),
        ("table_oboe", "brightness"), ("table_trombone", "brightness"))  # fmt: skip


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Orchestra:
    made = Orchestra(tmp_path_factory.mktemp("definitions"))
    for name in ("saw", "supersaw", "bd"):
        made.play((name, "plain"), name, 0.8, **({"freq": FREQ} if name != "bd" else {}))
        for effect in made.catalogue.effects.values():
            if effect.kind in ("time", "pitch", "insert"):
                key = effect.keys[0]
                pitch = {"freq": FREQ} if name != "bd" else {}
                made.play((name, effect.name), name, 0.8, (effect.name,), **{key: HEARD[key]}, **pitch)
    made.play("low", "saw", 0.8, ("lpf",), freq=FREQ, cutoff=400)
    made.play("high", "saw", 0.8, ("hpf",), freq=FREQ, hcutoff=2000)
    made.play(
        "both", "saw", 0.8, ("lpf", "hpf", "crush", "tremolo"), freq=FREQ, cutoff=3000, hcutoff=300, crush=6
    )
    made.play("shifted", "sine", 0.8, ("fshift",), freq=1000, fshift=150)
    made.play("rung", "sine", 0.8, ("ring",), freq=1000, ring=1, ringf=200)
    made.play("faster", "sine", 1.0, ("accelerate",), freq=400, accelerate=1)
    for effect, amount in HARD.items():
        made.play(("hard", effect), "saw", 0.8, (effect,), freq=FREQ, **{effect: amount})
    for name, control in EVEN:
        item = made.catalogue.instrument(name)
        for end in (item.controls[control].low, item.controls[control].high):
            made.play((name, end), name, 1.2, **{control: end})
    for vowel in (0.0, 2.0):
        made.play(("vowel", vowel), "saw", 0.8, ("vowel",), freq=55.0, brightness=1.0, vowel=vowel)
    made.perform()
    return made


def effects() -> list[str]:
    from test_instruments import CATALOGUE

    return [item.name for item in CATALOGUE.effects.values() if item.kind in ("time", "pitch", "insert")]


def test_there_are_twenty_effects() -> None:
    assert len(effects()) >= 20


@pytest.mark.parametrize("effect", effects())
@pytest.mark.parametrize("name", ["saw", "supersaw", "bd"])
def test_fused_effect_is_heard_keeps_the_level_and_ends(band: Orchestra, name: str, effect: str) -> None:
    plain, take = band[name, "plain"], band[name, effect]
    assert np.isfinite(take.sound).all()
    assert take.left_over == 0
    assert peak(take.sound) < 0
    assert -16 <= loudest(take.sound) - loudest(plain.sound) <= 8 or name == "bd"
    changed = spectrum(take.left)[1][:12000] - spectrum(plain.left)[1][:12000]
    assert name != "saw" or np.abs(changed).max() > 1e-5


@pytest.mark.parametrize("effect", HARD)
def test_pushed_hard_it_keeps_the_level(band: Orchestra, effect: str) -> None:
    change = rms(band["hard", effect].middle) - rms(band["saw", "plain"].middle)
    assert -7 <= change <= 4


@pytest.mark.parametrize("name, control", EVEN)
def test_a_knob_turned_from_end_to_end_moves_the_sound_more_than_the_level(
    band: Orchestra, name: str, control: str
) -> None:
    ends = band.catalogue.instrument(name).controls[control]
    low, high = (band[name, end] for end in (ends.low, ends.high))
    assert abs(rms(high.sound) - rms(low.sound)) < 11
    assert max(peak(low.sound), peak(high.sound)) < -1


def test_filters_take_away_what_they_say(band: Orchestra) -> None:
    plain, low, high = (band[key].middle[:, 0] for key in (("saw", "plain"), "low", "high"))
    assert level_at(low, FREQ * 8) < level_at(plain, FREQ * 8) - 18
    assert abs(level_at(low, FREQ) - level_at(plain, FREQ)) < 3
    assert level_at(high, FREQ) < level_at(plain, FREQ) - 30
    assert rms(band["both"].middle) > -60


def test_frequency_shift_and_ring_modulation_move_partials_by_hertz(band: Orchestra) -> None:
    shifted, rung = band["shifted"].middle[:, 0], band["rung"].middle[:, 0]
    assert level_at(shifted, 1150) > level_at(shifted, 1000) + 30
    assert min(level_at(rung, 800), level_at(rung, 1200)) > level_at(rung, 1000) + 30


def test_accelerate_doubles_the_pitch_by_the_end(band: Orchestra) -> None:
    sound = band["faster"].left
    late = sound[int(0.93 * RATE) : int(1.0 * RATE)]
    assert abs(partial(late, 775, 0.03)[0]) < 40


def test_vowel_moves_the_formants(band: Orchestra) -> None:
    ah, ee = (band["vowel", vowel].middle[:, 0] for vowel in (0.0, 2.0))
    assert level_at(ee, 2310, 0.02) > level_at(ah, 2310, 0.02) + 6
    assert level_at(ah, 715, 0.02) > level_at(ee, 715, 0.02) + 6


class Room:
    """An orbit effect fed with one snare, rendered."""

    def __init__(self, band: Orchestra, effect: str, seconds: float, **controls: float) -> None:
        score = Offline()
        definition, snare = band.definitions.for_orbit(effect), band.definitions.for_note("sn")
        for made in (definition, snare):
            score.define(made.data)
        score.play(0, definition.name, node=1000, at=1, in_bus=16, out=0, **controls)
        score.play(0.1, snare.name, out=16)
        self.sound = score.render(seconds)
        assert not score.errors, score.errors

    def decay_time(self) -> float:
        """Seconds to -60 dB, from the slope between -5 and -45 dB."""
        levels = [rms(self.sound[at : at + 2400]) for at in range(0, len(self.sound) - 2400, 2400)]
        top = int(np.argmax(levels))
        curve = [
            (0.05 * number, level)
            for number, level in enumerate(levels[top:])
            if -45 < level - max(levels) < -5
        ]
        return float(-60 / np.polyfit(*zip(*curve), 1)[0])


@pytest.mark.parametrize("size, seconds", [(0.2, 0.66), (0.5, 1.72), (0.8, 4.5)])
def test_reverb_rings_as_long_as_its_size_says(band: Orchestra, size: float, seconds: float) -> None:
    room = Room(band, "reverb", seconds * 1.5 + 1, size=size)
    assert room.decay_time() == pytest.approx(seconds, rel=0.3)
    assert -32 < loudest(room.sound) < -8
    left, right = room.sound[RATE // 2 : RATE].T
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.7


@pytest.mark.parametrize("effect", ["reverb", "plate", "delay"])
def test_send_effects_survive_bad_numbers_and_loud_noise(band: Orchestra, effect: str) -> None:
    from livecode.sound.frame import _units

    u = _units()
    with u.SynthDefBuilder() as builder:
        nothing = u.DC.ar(source=0)
        bad = u.Select.ar(
            selector=u.LFSaw.ar(frequency=200) + 1.2,
            sources=[u.WhiteNoise.ar() * 1e6, nothing / nothing, u.DC.ar(source=1) / nothing],
        )
        u.Out.ar(bus=16, source=[bad, bad])
        u.Line.kr(start=0, stop=1, duration=0.2, done_action=2)
    score, definition = Offline(), band.definitions.for_orbit(effect)
    score.define(definition.data)
    score.define(bytes(builder.build(name="bad").compile()))
    score.play(0, definition.name, node=1000, at=1, in_bus=16, out=0)
    score.play(0.1, "bad")
    sound = score.render(6.0)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 8
    assert rms(sound[-RATE:]) < rms(sound[RATE // 4 : RATE]) - 20


def test_delay_echoes_at_its_time_and_dies(band: Orchestra) -> None:
    room = Room(band, "delay", 4.0, delaytime=0.3, delayfeedback=0.5)
    sounding = np.abs(room.sound).max(axis=1)
    first = np.flatnonzero(sounding > 0.01)[0] / RATE
    assert first == pytest.approx(0.4, abs=0.004)
    echoes = [loudest(room.sound[int(at * RATE) : int((at + 0.12) * RATE)], 0.05) for at in (0.4, 0.7, 1.0)]
    assert echoes[0] - 9 < echoes[1] < echoes[0] - 3
    assert echoes[1] - 9 < echoes[2] < echoes[1] - 3


@pytest.mark.parametrize(
    "effect", ["orbit_chorus", "orbit_compressor", "orbit_drive", "orbit_filter", "orbit_flanger"]
)
def test_orbit_effects_pass_the_music(band: Orchestra, effect: str) -> None:
    score, definition, saw = Offline(), band.definitions.for_orbit(effect), band.definitions.for_note("saw")
    for made in (definition, saw):
        score.define(made.data)
    score.play(0, definition.name, node=1000, at=1, out=0)
    score.play(0.1, saw.name, freq=FREQ, sustain=1.0)
    sound = score.render(1.6)
    assert not score.errors
    assert -30 < rms(sound[RATE // 2 : RATE]) < -8
    assert brightness(sound[RATE // 2 : RATE, 0]) > 200
