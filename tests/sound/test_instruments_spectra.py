"""Sounds that follow a published table or a law of acoustics have the partials it asks for."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import RATE, level_at, share_above, spectrum
from orchestra import Orchestra

FREQ = 220.0
# As printed; the copy in sc/ is what is tested.
STRENGTHS = {
    "flute": (66, 24, 4, 6),
    "violin": (26, 25, 9, 10, 27, 1, 0, 2),
    "oboe": (2, 2, 4, 29, 35, 14, 4, 2, 3, 4, 1),
    "clarinet": (12, 0, 10, 3, 5, 0, 8, 18, 15, 18, 5, 6),
    "horn": (36, 26, 17, 7, 4, 3, 2, 1, 1, 1, 1, 1),
    "trombone": (6, 11, 35, 12, 8, 11, 6, 4, 3, 2, 1, 1),
}
SHARC_TRUMPET = (2091, 2325, 3268, 2229, 1124, 534.0, 340.6, 297.3, 138.9, 73.1, 34.3, 41.4)
DRAWBARS = (0.5, 2 ** (7 / 12), 1, 2, 2 ** (19 / 12), 4, 2 ** (28 / 12), 2 ** (31 / 12), 8)
STILL = {"vibmod": 0.0, "breath": 0.0}


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Orchestra:
    made = Orchestra(tmp_path_factory.mktemp("definitions"))
    for pulled in range(1, 10):
        bars = {f"drawbar{number}": 8.0 * (number == pulled) for number in range(1, 10)}
        made.play(("drawbar", pulled), "organ", freq=FREQ, percussion=0, click=0, leak=0, **bars)
    bars = {f"drawbar{number}": 0.0 for number in range(1, 10)}
    for step in (8.0, 7.0, 4.0):
        made.play(
            ("step", step), "organ", freq=FREQ, percussion=0, click=0, leak=0, **{**bars, "drawbar3": step}
        )
    made.play("clarinet", "clarinet", freq=FREQ, brightness=0.3, **STILL)
    made.play("wood", "chowning_wood", freq=FREQ)
    made.play("bell", "risset_bell", freq=400.0, held=2.0)
    made.play("fmbell", "chowning_bell", freq=FREQ, index=2.0)
    for velocity in (0.3, 1.0):
        made.play(("trumpet", velocity), "trumpet", freq=FREQ, velocity=velocity, vibmod=0)
    made.play("measured trumpet", "trumpet", freq=FREQ, velocity=0.8, brightness=0.98 / 2.1, vibmod=0)
    made.play("brass", "risset_brass", freq=400.0, held=1.0)
    for name in ("marimba", "xylophone", "glockenspiel", "timpani"):
        made.play(name, name, freq=FREQ, brightness=1.0)
    for vowel in range(5):
        made.play(("vowel", vowel), "voice", freq=55.0, vowel=float(vowel), brightness=1.0, **STILL)
    for name in ("bd", "bd808", "bd909", "hh", "hh808", "hh909", "cb808", "cl808"):
        made.play(name, name)
    made.play("piano", "piano", freq=FREQ, held=1.5, detune=0.0, velocity=1.0)
    for name in STRENGTHS:
        made.play(("table", name), f"table_{name}", freq=FREQ, vibmod=0.0)
    made.play("tri", "tri", freq=FREQ)
    made.play("low", "saw", freq=3000.0, brightness=1.0)
    made.perform()
    return made


def body(band: Orchestra, key: object, start: float = 0.25, stop: float = 1.1) -> np.ndarray:
    return band[key].left[int(start * RATE) : int(stop * RATE)]


@pytest.mark.parametrize("name", STRENGTHS)
def test_partials_are_as_strong_as_the_printed_table_says(band: Orchestra, name: str) -> None:
    sound = body(band, ("table", name))
    strengths = STRENGTHS[name]
    levels = [level_at(sound, FREQ * number) for number in range(1, len(strengths) + 1)]
    loudest = max(strengths)
    for number, (strength, level) in enumerate(zip(strengths, levels), 1):
        below = level - max(levels)
        if strength:
            assert below == pytest.approx(10 * np.log10(strength / loudest), abs=0.7), number
        else:
            assert below < -40, number


@pytest.mark.parametrize("pulled", range(1, 10))
def test_each_drawbar_is_one_sine_of_its_footage(band: Orchestra, pulled: int) -> None:
    freqs, found = spectrum(body(band, ("drawbar", pulled)))
    assert freqs[found.argmax()] == pytest.approx(FREQ * DRAWBARS[pulled - 1], abs=2)
    assert share_above(body(band, ("drawbar", pulled)), FREQ * DRAWBARS[pulled - 1] * 1.5) < 0.01


def test_a_drawbar_step_is_three_decibels(band: Orchestra) -> None:
    eight, seven, four = (level_at(body(band, ("step", step)), FREQ) for step in (8.0, 7.0, 4.0))
    assert eight - seven == pytest.approx(3, abs=0.6)
    assert eight - four == pytest.approx(12, abs=1.2)


@pytest.mark.parametrize("name", ["clarinet", "wood"])
def test_clarinets_have_odd_partials(band: Orchestra, name: str) -> None:
    sound = body(band, name)
    for odd, even in ((1, 2), (3, 4), (5, 6)):
        assert level_at(sound, FREQ * odd) > level_at(sound, FREQ * even) + 12


def test_risset_bell_has_the_partials_of_the_table(band: Orchestra) -> None:
    sound = band["bell"].left[int(0.02 * RATE) : int(0.6 * RATE)]
    floor = level_at(sound, 400 * 2.4)
    for ratio in (0.56, 0.92, 1.19, 1.7, 2, 2.74, 3, 3.75, 4.07):
        assert level_at(sound, 400 * ratio) > floor + 12, ratio


def test_chowning_bell_has_sidebands_seven_fifths_apart(band: Orchestra) -> None:
    sound = body(band, "fmbell", 0.02, 0.8)
    for order in (-3, -2, -1, 0, 1, 2):
        assert level_at(sound, abs(FREQ * (1 + order * 1.4))) > level_at(sound, FREQ * 1.9) + 15, order


def test_trumpet_has_twelve_partials_that_grow_with_force(band: Orchestra) -> None:
    soft, hard = (body(band, ("trumpet", velocity)) for velocity in (0.3, 1.0))
    for number in range(1, 13):
        assert level_at(hard, FREQ * number) > level_at(hard, FREQ * (number + 0.5)) + 20
    assert level_at(hard, FREQ * 13) < level_at(hard, FREQ * 12) - 15
    gain = [level_at(hard, FREQ * number) - level_at(soft, FREQ * number) for number in (1, 4, 8)]
    assert gain[0] + 3 < gain[1] < gain[2] - 3


def test_trumpet_at_its_middle_has_the_levels_that_were_measured(band: Orchestra) -> None:
    sound = body(band, "measured trumpet", 0.6, 1.1)
    levels = [level_at(sound, FREQ * number) for number in range(1, 13)]
    for number, (level, amplitude) in enumerate(zip(levels, SHARC_TRUMPET), 1):
        wanted = 20 * np.log10(amplitude / max(SHARC_TRUMPET))
        assert level - max(levels) == pytest.approx(wanted, abs=1.0), number


def test_high_trumpet_partials_come_later(band: Orchestra) -> None:
    sound = band["trumpet", 1.0].left
    reached = []
    for number in (1, 6, 12):
        turned = sound * np.exp(-2j * np.pi * FREQ * number * np.arange(len(sound)) / RATE)
        level = np.abs(np.convolve(turned, np.hanning(960), "same"))[: int(0.5 * RATE)]
        reached.append(np.flatnonzero(level > level.max() * 0.6)[0] / RATE)
    assert reached[0] < reached[1] < reached[2]


def test_risset_brass_ends_with_the_levels_of_the_table(band: Orchestra) -> None:
    sound = body(band, "brass", 0.7, 0.82)
    table = {1: 0.178, 2: 0.45, 3: 0.52, 4: 0.21}
    base = level_at(sound, 400)
    for number, level in table.items():
        assert level_at(sound, 400 * number) - base == pytest.approx(20 * np.log10(level / 0.178), abs=3)


@pytest.mark.parametrize(
    "name, ratios",
    [
        ("marimba", (1, 3.99)),
        ("xylophone", (1, 3, 6)),
        ("glockenspiel", (1, 2.756, 5.404)),
        ("timpani", (1, 1.504, 1.984)),
    ],
)
def test_bars_and_heads_have_their_modes(band: Orchestra, name: str, ratios: tuple[float, ...]) -> None:
    sound = band[name].left[int(0.02 * RATE) : int(0.42 * RATE)]
    for ratio in ratios:
        assert level_at(sound, FREQ * ratio) > level_at(sound, FREQ * (ratio + 0.23)) + 9, ratio


@pytest.mark.parametrize(
    "vowel, first, second", [(0, 730, 1090), (1, 530, 1840), (2, 270, 2290), (4, 300, 870)]
)
def test_vowels_have_the_formants_of_peterson_and_barney(
    band: Orchestra, vowel: int, first: int, second: int
) -> None:
    freqs, found = spectrum(body(band, ("vowel", vowel)))
    size = int(110 / freqs[1])
    smooth = np.convolve(found**2, np.hanning(size), "same")
    for formant in (first, second):
        near = (freqs > formant * 0.8) & (freqs < formant * 1.2)
        summit = freqs[near][smooth[near].argmax()]
        assert summit == pytest.approx(formant, rel=0.13)


@pytest.mark.parametrize("name, low, high", [("bd", 40, 62), ("bd808", 44, 56), ("bd909", 42, 62)])
def test_bass_drums_sit_in_the_bass(band: Orchestra, name: str, low: float, high: float) -> None:
    freqs, found = spectrum(band[name].left[int(0.08 * RATE) : int(0.5 * RATE)])
    assert low <= freqs[found.argmax()] <= high


@pytest.mark.parametrize("name", ["hh", "hh808", "hh909"])
def test_hats_are_above_the_rest(band: Orchestra, name: str) -> None:
    assert share_above(band[name].left[: RATE // 5], 4000) > 0.95


def test_cowbell_and_clave_have_their_frequencies(band: Orchestra) -> None:
    bell = band["cb808"].left[: RATE // 4]
    assert min(level_at(bell, 540), level_at(bell, 800)) > level_at(bell, 670) + 15
    assert (
        level_at(band["cl808"].left[: RATE // 10], 2500)
        > level_at(band["cl808"].left[: RATE // 10], 2000) + 15
    )


def test_piano_partials_are_stretched(band: Orchestra) -> None:
    sound = body(band, "piano", 0.05, 1.4)
    freqs, found = spectrum(sound)
    near = (freqs > FREQ * 8) & (freqs < FREQ * 8.3)
    eighth = freqs[near][found[near].argmax()] / FREQ
    assert 8.02 < eighth < 8.2


def test_a_triangle_has_the_levels_of_a_triangle(band: Orchestra) -> None:
    sound = body(band, "tri")
    for number in (3, 5, 7):
        assert level_at(sound, FREQ * number) - level_at(sound, FREQ) == pytest.approx(
            -40 * np.log10(number), abs=0.5
        )


def test_high_notes_do_not_fold_back(band: Orchestra) -> None:
    freqs, found = spectrum(body(band, "low"))
    between = np.abs((freqs / 3000 + 0.5) % 1 - 0.5) > 0.1
    assert 20 * np.log10(found[between].max() / found.max()) < -40
