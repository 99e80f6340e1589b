"""Every factory instrument sounds at its level, in tune, answers to the hand, ends cleanly, frees itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from measuring import RATE, brightness, decibels, loudest, partial, peak, rms
from orchestra import FACTORY, MIDDLE, OCTAVES, STEADY, STEADY_FILTER, Orchestra

from livecode.sound.catalogue import Catalogue
from livecode.sound.declare import Instrument

CATALOGUE = Catalogue([FACTORY], cache=Path("/nonexistent/livecode-test"))
ITEMS: list[Instrument] = sorted(
    {item.name: item for item in CATALOGUE.instruments.values() if not item.hidden}.values(),
    key=lambda item: item.name,
)
PITCHED = [item for item in ITEMS if item.pitched]
# Slow or grainy sounds are held longer, so that a level means something.
SLOW = {"pads", "granular", "textures"}
# Sounds whose note is not their first partial: bells are named by another mode.
MODE = {"risset_bell": 2.0}
# Clouds scatter their pitch; they have no 3 cents to keep.
FREE = {"cloud", "grains"}
BEATING = {"pad", "solina", "polysynth", "tremolo_strings", "sweep"}
TIDAL = (
    *("bd", "sn", "sd", "hh", "oh", "cp", "rim", "rs", "lt", "mt", "ht", "cb", "cr", "cy", "rd", "sh"),
    *("hc", "lc", "808bd", "808sd", "808oh", "909"),
    *("superpiano", "supersquare", "superpwm", "superchip", "superfm", "supergong", "superhammond"),
    *("supervibe", "supermandolin", "superreese", "supernoise", "superkick", "super808", "supersnare"),
    *("superclap", "superhat"),
    *("soskick", "sossnare", "soshats", "sostoms"),
)
STRUDEL = ("sine", "square", "sawtooth", "saw", "triangle", "tri", "supersaw", "pulse", "piano")
LEVELS = {"sustain": -20.0, "decay": -18.0}
# The short run measures the lowest, a middle and the highest octave, the long one all, with several chances.
SHORT_OCTAVES = OCTAVES[::3]


def held(item: Instrument) -> float:
    return 3.0 if item.family in SLOW or item.attack >= 0.3 else 1.2


def reference(item: Instrument) -> float:
    return OCTAVES[1] if item.family == "bass" else MIDDLE


@pytest.fixture(scope="module")
def orchestra(tmp_path_factory: pytest.TempPathFactory) -> Orchestra:
    made = Orchestra(tmp_path_factory.mktemp("definitions"))
    for item in ITEMS:
        pitch = {"freq": reference(item)} if item.pitched else {}
        # Only the plain stroke of a drum is heard to its very end: the render would be mostly silence.
        part = min(item.ring, 1.5) if item.shape == "one-shot" else None
        made.play((item.name, "plain"), item.name, held(item), **pitch)
        short = max(0.5, min(held(item), item.attack + 0.4))
        for name, force in (("soft", 0.3), ("hard", 1.0)):
            made.play((item.name, name), item.name, short, room=part, velocity=force, **pitch)
        made.play((item.name, "cut"), item.name, 1.0, cut=0.01, room=0.2, **pitch)
        if "brightness" in item.controls:
            for end in (0.0, 1.0):
                made.play((item.name, "bright", end), item.name, 0.5, brightness=end, **pitch)
        if item.pitched and item.name not in FREE:
            tune(made, item, SHORT_OCTAVES)
    made.perform()
    return made


def tune(band: Orchestra, item: Instrument, octaves: Sequence[float]) -> None:
    """The notes from which an instrument's tuning is measured."""
    steady = {name: value for name, value in STEADY.items() if name in item.controls}
    steady |= STEADY_FILTER.get(item.name, {})
    # An ensemble is in tune over its slow beats, not at each moment.
    long = 4.8 if item.name in BEATING else max(1.2, item.attack + 0.9)
    for freq in octaves:
        band.play((item.name, "tune", freq), item.name, long, freq=freq, **steady)


def cents_off(band: Orchestra, item: Instrument, octaves: Sequence[float]) -> dict[int, float]:
    """Cents from where each octave should be, by its Hz: the first partial that is not weak counts."""
    off = {}
    for freq in octaves:
        take = band[item.name, "tune", freq]
        sound = take.sound[int(0.05 * RATE) : int(take.held * RATE)].mean(axis=1)
        modes = [MODE[item.name]] if item.name in MODE else [1.0, 2.0, 3.0]
        found = [partial(sound, freq * mode) for mode in modes]
        strongest = max(level for _, level in found)
        off[round(freq)] = next(cents for cents, level in found if level > strongest - 22)
    return off


def test_there_are_forty_instruments_and_all_say_what_they_are() -> None:
    assert len(ITEMS) >= 40
    for item in ITEMS:
        assert item.doc.rstrip().endswith((".", ")")), item.name
        assert item.family, item.name
        for name, control in item.controls.items():
            assert control.low <= control.default <= control.high, (item.name, name)


def test_names_that_tidal_and_strudel_users_type_are_there() -> None:
    for name in TIDAL:
        assert name in CATALOGUE.instruments, name
    for name in STRUDEL:
        assert CATALOGUE.instruments[name].pitched, name


def test_no_name_belongs_to_two_instruments() -> None:
    items = {item.name: item for item in CATALOGUE.instruments.values()}.values()
    taken = Counter(name for item in items for name in (item.name, *item.aliases))
    assert [name for name, count in taken.items() if count > 1] == []


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_is_as_loud_as_its_kind(orchestra: Orchestra, item: Instrument) -> None:
    take = orchestra[item.name, "plain"]
    top = peak(take.sound)
    assert np.isfinite(take.sound).all()
    assert top <= -3.5
    if item.shape == "one-shot":
        assert top >= -18
        return
    level = rms(take.middle) if item.shape == "sustain" else loudest(take.sound)
    wanted = -17.0 if item.family == "bass" else -23.0 if item.family == "textures" else LEVELS[item.shape]
    # A sound of high peaks may stay softer than its kind: it is its peak that is limited.
    assert wanted - 3 <= level <= wanted + 3 or (level < wanted and top > -10)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_ends_by_itself_without_a_click(orchestra: Orchestra, item: Instrument) -> None:
    take = orchestra[item.name, "plain"]
    assert take.left_over == 0
    sounding = np.flatnonzero(np.abs(take.left) > 1e-7)
    last = take.left[max(0, sounding[-1] - 24) : sounding[-1] + 1]
    assert decibels(np.abs(last).max()) <= peak(take.left) - 40


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_gate_zero_ends_it_at_once(orchestra: Orchestra, item: Instrument) -> None:
    take = orchestra[item.name, "cut"]
    assert take.left_over == 0
    assert np.abs(take.sound[int(0.024 * RATE) :]).max() < 1e-6


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_sounds_from_the_first_milliseconds(orchestra: Orchestra, item: Instrument) -> None:
    first = np.flatnonzero(np.abs(orchestra[item.name, "plain"].sound).max(axis=1) > 1e-7)[0]
    assert first < 0.005 * RATE


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_has_no_offset_from_zero(orchestra: Orchestra, item: Instrument) -> None:
    take = orchestra[item.name, "plain"].sound
    assert abs(take.mean()) < 0.01 * max(np.abs(take).max(), 0.05)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_velocity_changes_level(orchestra: Orchestra, item: Instrument) -> None:
    soft, hard = (orchestra[item.name, force] for force in ("soft", "hard"))
    assert 6 <= loudest(hard.sound) - loudest(soft.sound) <= 36


@pytest.mark.parametrize(
    "item", [item for item in PITCHED if "brightness" in item.controls], ids=lambda item: item.name
)
def test_brightness_brightens_and_so_does_velocity(orchestra: Orchestra, item: Instrument) -> None:
    dull, bright = (brightness(orchestra[item.name, "bright", end].left) for end in (0.0, 1.0))
    assert bright > dull * 1.05
    soft, hard = (brightness(orchestra[item.name, force].left) for force in ("soft", "hard"))
    assert hard > soft * 0.97


@pytest.mark.parametrize(
    "item", [item for item in PITCHED if item.name not in FREE], ids=lambda item: item.name
)
def test_is_in_tune_low_and_high(orchestra: Orchestra, item: Instrument) -> None:
    off = cents_off(orchestra, item, SHORT_OCTAVES)
    assert max(abs(cents) for cents in off.values()) <= 3, off


def test_a_note_is_the_same_in_every_render_whatever_plays_before_it(tmp_path: Path) -> None:
    alone, among = Orchestra(tmp_path), Orchestra(tmp_path)
    among.play("before", "strings", 0.3, freq=MIDDLE)
    for band in (alone, among):
        band.play("note", "strings", 0.5, freq=MIDDLE)
        band.perform()
    another = Orchestra(tmp_path, seed=2)
    another.play("note", "strings", 0.5, freq=MIDDLE)
    another.perform()
    assert rms(alone["note"].sound - among["note"].sound) < rms(alone["note"].sound) - 60
    assert rms(alone["note"].sound - another["note"].sound) > rms(alone["note"].sound) - 20


def test_eight_slots_at_gain_one_leave_the_limiter_little_to_do(tmp_path: Path) -> None:
    band = Orchestra(tmp_path)
    chord = [(name, freq) for name, freq in (("pad", 220), ("pad", 261.6), ("pad", 329.6), ("pluck", 440))]
    voices = [("bd", 0), ("sn", 0), ("hh", 0), ("bass", 55), ("lead", 659.3), ("organ", 220), *chord]
    for name, freq in voices:
        for turn in range(2):
            pitch = {"freq": float(freq)} if freq else {}
            band.play((name, freq, turn), name, 1.0, room=2.5 if name == "pad" else None, **pitch)
    band.perform()
    length = 2 * RATE
    mixed = np.zeros((length, 2))
    for name, freq in voices:
        for turn in range(2):
            sound = band[name, freq, turn].sound[:RATE]
            mixed[turn * RATE : turn * RATE + len(sound)] += sound
    assert peak(mixed) <= 3
    assert -17 <= rms(mixed) <= -6
