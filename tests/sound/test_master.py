"""The master chain: whatever comes in, what goes out is finite, at most 0.95, and music again at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from livecode.sound import layout
from livecode.sound.command import GlobalEffect
from livecode.sound.encode import Encoder
from livecode.sound.mixer import Mixer
from livecode.sound.osc import message

RATE = 48000
BAD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "1e6": 1e6, "-1e6": -1e6, "dc": 1.0, "8": 8.0}
BEGIN, END = 0.5, 0.7


def setup(signals: Any) -> tuple[Mixer, list[bytes]]:
    mixer = Mixer(Encoder())
    loads = [*mixer.definitions(), *signals.values()]
    opening = [message("/d_recv", each.data) for each in loads] + mixer.tree()
    opening += [*mixer.ensure(1, 0, sends=("room", "delay")), *mixer.ensure(2, 0)]
    opening += mixer.apply(GlobalEffect(0, 0, "reverb"), 1.0) + mixer.apply(GlobalEffect(0, 0, "delay"), 1.0)
    return mixer, opening


def music() -> bytes:
    return message(
        "/s_new", "lc-sine", -1, 0, layout.notes_group(2), "out", layout.dry_bus(2, 0),
        "level", 0.3, "freq", 480.0, "sustain", 10.0,
    )  # fmt: skip


def steady(level: float, group: int, bus: int) -> bytes:
    return message("/s_new", "lc-steady", -1, 0, group, "out", bus, "level", level, "sustain", END - BEGIN)


PLACES = {
    "a note": (layout.notes_group(1), layout.dry_bus(1, 0)),
    "a reverb send": (layout.notes_group(1), layout.room_bus(1, 0)),
    "a delay send": (layout.notes_group(1), layout.delay_bus(1, 0)),
    "an orbit": (layout.SOURCES_GROUP, layout.orbit_dry_bus(0)),
    "a reverb": (layout.SOURCES_GROUP, layout.orbit_room_bus(0)),
    "a delay": (layout.SOURCES_GROUP, layout.orbit_delay_bus(0)),
    "the master": (layout.SOURCES_GROUP, layout.master_bus()),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", BAD)
def test_bad_values_do_no_harm(hear: Any, signals: Any, kind: str, place: str) -> None:
    _, opening = setup(signals)
    bad = steady(BAD[kind], *PLACES[place])
    sound = hear([(0.0, [*opening, music()]), (BEGIN, [bad])], 1.2)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 0.95 + 1e-6
    if kind == "8" or "send" in place or place in ("a reverb", "a delay"):
        return
    clean = hear([(0.0, [*opening, music()])], 1.2)
    back = slice(int((END + 0.010) * RATE), int((END + 0.100) * RATE))
    window = np.abs(sound[back, 0]).reshape(-1, 480).max(axis=1)
    expected = np.abs(clean[back, 0]).reshape(-1, 480).max(axis=1)
    assert (window > 0.5 * expected).all(), "the music is not back 10 ms after the bad signal ended"


@pytest.mark.parametrize("kind", ["nan", "inf"])
@pytest.mark.parametrize("place", ["a reverb send", "a delay send", "a reverb", "a delay"])
def test_no_bad_value_stays_in_a_feedback_loop(hear: Any, signals: Any, kind: str, place: str) -> None:
    _, opening = setup(signals)
    rows = [(0.0, [*opening, music()]), (BEGIN, [steady(BAD[kind], *PLACES[place])])]
    sound, clean = hear(rows, 1.2), hear(rows[:1], 1.2)
    after = slice(int((END + 0.010) * RATE), None)
    tail = np.abs(sound[after] - clean[after]).max() if kind == "nan" else np.abs(sound[after]).max()
    assert tail < (1e-3 if kind == "nan" else 0.95)


def test_loud_but_honest_music_is_limited_not_clipped(hear: Any, signals: Any) -> None:
    _, opening = setup(signals)
    loud = message(
        "/s_new", "lc-sine", -1, 0, layout.notes_group(2), "out", layout.dry_bus(2, 0),
        "level", 2.0, "freq", 480.0, "sustain", 10.0,
    )  # fmt: skip
    sound = hear([(0.0, [*opening, loud])], 1.0)[RATE // 4 : RATE // 4 + 24000, 0]
    assert np.abs(sound).max() <= 0.95 + 1e-6
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    fundamental = spectrum[238:243].max()
    harmonics = max(spectrum[240 * each - 2 : 240 * each + 3].max() for each in range(2, 12))
    assert harmonics < 0.05 * fundamental


def test_quiet_music_passes_unchanged(hear: Any, signals: Any) -> None:
    _, opening = setup(signals)
    sound = hear([(0.0, [*opening, music()])], 1.0)[RATE // 2 : RATE - 1000, 0]
    sound = sound[: len(sound) // 100 * 100]
    frames = np.arange(len(sound)) / RATE
    basis = np.stack([np.sin(2 * np.pi * 480 * frames), np.cos(2 * np.pi * 480 * frames)])
    fitted = (2 / len(sound)) * (basis @ sound) @ basis
    assert np.abs(sound - fitted).max() < 0.003


def test_dc_does_not_stay_on_the_loudspeakers(hear: Any, signals: Any) -> None:
    _, opening = setup(signals)
    offset = message("/s_new", "lc-steady", -1, 0, layout.notes_group(1), "out", layout.dry_bus(1, 0),
                     "level", 0.5, "sustain", 10.0)  # fmt: skip
    sound = hear([(0.0, [*opening, offset])], 1.0)
    assert abs(sound[RATE // 2 :].mean()) < 1e-3


@pytest.mark.parametrize("freq", [30.0, 40.0, 80.0])
def test_basses_stay(hear: Any, signals: Any, freq: float) -> None:
    _, opening = setup(signals)
    bass = message("/s_new", "lc-sine", -1, 0, layout.notes_group(2), "out", layout.dry_bus(2, 0),
                   "level", 0.3, "freq", freq, "sustain", 10.0)  # fmt: skip
    sound = hear([(0.0, [*opening, bass])], 1.0)
    assert np.abs(sound[RATE // 2 : RATE - 1000]).max() == pytest.approx(0.3, rel=0.05)
