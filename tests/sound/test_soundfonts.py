"""SoundFonts: what is read, and what is heard of it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from making_soundfonts import (
    KEYS,
    RATE,
    SERVER,
    VELOCITIES,
    Sound,
    Wave,
    heard,
    heard_each,
    sine,
    span,
    write,
)
from measuring import loudest, partial, rms, spectrum

from livecode.errors import FileProblem, NameUnknown
from livecode.sound.general_midi import PROGRAMS
from livecode.sound.samples import Samples
from livecode.sound.soundfont import SoundFont
from livecode.sound.soundfonts import SoundFonts

LOOPED, NEVER = (54, 1), (54, 0)
SUSTAIN, RELEASE, DECAY, ATTACK, ATTENUATION, PAN, CLASS, SCALE = 37, 38, 36, 34, 48, 17, 57, 56
# 500 Hz is a whole 64 frames at 32 kHz, so that loops of whole periods have no seam.
NOTE = 71.2135


def cents(seconds: float) -> int:
    return round(1200 * np.log2(seconds))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of one-sine sounds: the tests know what every note must be."""
    root = tmp_path_factory.mktemp("fonts")
    tone = Wave(sine(500, 0.2), 71, (1600, 4800), -21)
    low, high = Wave(sine(250, 0.5), 59, (640, 12800), -21), Wave(sine(2000, 0.5), 95, (640, 12800), -21)
    soft, hard = Wave(sine(500, 0.5), 71, (640, 12800), -21), Wave(sine(1000, 0.5), 71, (640, 12800), -21)
    hit = Wave(sine(800, 0.3) * np.linspace(1, 0, 9600), 60)
    instruments: list[Any] = [
        [((LOOPED, (RELEASE, cents(0.5))), None), ((), 0)],
        [(((KEYS, span(0, 59)), LOOPED), 1), (((KEYS, span(60, 127)), LOOPED), 2)],
        [(((VELOCITIES, span(0, 80)), LOOPED), 3), (((VELOCITIES, span(81, 127)), LOOPED), 4)],
        [(((DECAY, cents(1.0)), (SUSTAIN, 200), LOOPED), 0)],
        [(((PAN, -500), LOOPED), 0), (((PAN, 500), LOOPED), 0)],
        [(((KEYS, span(42, 42)), (CLASS, 1), (SCALE, 0)), 5), (((KEYS, span(46, 46)), (CLASS, 1)), 0)],
        [(((24, 1200 * 0 - 1902), (6, 100), LOOPED), 0)],
        [(((8, 8000), LOOPED), 0)],
        [(((ATTACK, cents(0.4)), LOOPED), 0)],
    ]
    names = ("Tone", "Split", "Layers", "Falling", "Wide", "Kit", "Shaking", "Dull", "Swelling")
    presets = [
        Sound(name, number, 128 if name == "Kit" else 0, [((), number)]) for number, name in enumerate(names)
    ]
    presets.append(Sound("Quieter", 100, 0, [(((ATTENUATION, 250),), None), ((), 0)]))
    write(root / "Our Bank.sf2", [tone, low, high, soft, hard, hit], instruments, presets)
    return root


def strongest(sound: np.ndarray) -> float:
    freqs, found = spectrum(sound)
    return float(freqs[found.argmax()])


def test_presets_are_found_by_name_number_and_general_midi(place: Path) -> None:
    font = SoundFont(place / "Our Bank.sf2")
    assert [preset.name for preset in font.presets][:3] == ["Tone", "Split", "Layers"]
    assert font.find("tone") == font.find("0") == font.find("acoustic_grand_piano")
    assert font.find("Falling").program == 3
    assert font.find("fall").program == 3
    assert font.find("drums") == font.find("128-5") == font.find("kit")
    assert len(PROGRAMS) == 128
    with pytest.raises(NameUnknown, match="did you mean 'layers'"):
        font.find("layerz")
    with pytest.raises(NameUnknown, match="'55'"):
        font.find("55")


def test_keys_and_velocities_choose_regions(place: Path) -> None:
    font = SoundFont(place / "Our Bank.sf2")
    split, layers = font.find("split"), font.find("layers")
    assert [font.regions(split, key, 100)[0].sample for key in (0, 59, 60, 127)] == [1, 1, 2, 2]
    assert [font.regions(layers, 60, velocity)[0].sample for velocity in (1, 80, 81, 127)] == [3, 3, 4, 4]
    assert font.regions(font.find("kit"), 60, 100) == []


def test_zones_of_instrument_and_preset_add_up(place: Path) -> None:
    font = SoundFont(place / "Our Bank.sf2")
    (plain,) = font.regions(font.find("tone"), 60, 100)
    (quiet,) = font.regions(font.find("quieter"), 60, 100)
    assert plain.volume.release == pytest.approx(0.5, rel=0.01), "of the instrument's global zone"
    assert quiet.attenuation - plain.attenuation == pytest.approx(10), "25 dB, of which four tenths count"
    assert plain.loop is not None
    assert plain.loop[1] - plain.loop[0] == 3200


@pytest.fixture(scope="module")
def octaves(place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, np.ndarray]:
    lines = [f's("sf2:tone").freq({500 * 2.0**octave}).room(0)' for octave in range(-3, 4)]
    return dict(zip(range(-3, 4), heard_each(place, tmp_path_factory.mktemp("octaves"), *lines), strict=True))


@pytest.mark.parametrize("octave", range(-3, 4))
def test_a_loop_is_in_tune_and_without_a_seam_over_six_octaves(
    octaves: dict[int, np.ndarray], octave: int
) -> None:
    freq = 500 * 2.0**octave
    sound = octaves[octave][:, 0]
    body = sound[int(0.1 * SERVER) : int(0.95 * SERVER)]
    off, level = partial(body, freq, 0.3)
    assert abs(off) < 0.5
    assert level > -30
    freqs, found = spectrum(body)
    others = found[(freqs > 20) & (np.abs(freqs - freq) > max(freq * 0.02, 12))]
    # A sine of 64 frames a period, read by cubic interpolation; a seam would be 40 dB louder.
    assert 20 * np.log10(others.max() / found.max()) < -55


def test_a_note_sounds_longer_than_its_sample_and_then_releases(place: Path, tmp_path: Path) -> None:
    sound = heard(place, tmp_path, 's("sf2:tone").freq(500).legato(0.9)', tail=1.5)[:, 0]
    held = rms(sound[int(0.5 * SERVER) : int(0.9 * SERVER)])
    assert held == pytest.approx(rms(sound[int(0.05 * SERVER) : int(0.2 * SERVER)]), abs=0.3)
    # 100 dB in half a second.
    for after, fallen in ((0.1, 20), (0.2, 40)):
        at = int((0.9 + after) * SERVER)
        assert held - rms(sound[at - 480 : at + 480]) == pytest.approx(fallen, abs=1)
    assert np.abs(sound[int(1.45 * SERVER) :]).max() < 1e-6


def test_decay_falls_straight_in_decibels_to_its_sustain(place: Path, tmp_path: Path) -> None:
    sound = heard(place, tmp_path, 's("sf2:falling").freq(500)')[:, 0]
    levels = [rms(sound[int(at * SERVER) : int((at + 0.02) * SERVER)]) for at in (0.01, 0.11, 0.3, 0.8)]
    assert levels[0] - levels[1] == pytest.approx(10, abs=0.5)
    assert levels[0] - levels[2] == pytest.approx(19, abs=0.7)
    assert levels[2] == pytest.approx(levels[3], abs=0.1)


def test_attack_rises_straight(place: Path, tmp_path: Path) -> None:
    sound = heard(place, tmp_path, 's("sf2:swelling").freq(500)')[:, 0]
    peaks = [np.abs(sound[int(at * SERVER) : int((at + 0.01) * SERVER)]).max() for at in (0.095, 0.195, 0.6)]
    assert peaks[0] / peaks[2] == pytest.approx(0.25, abs=0.03)
    assert peaks[1] / peaks[2] == pytest.approx(0.5, abs=0.03)


def test_splits_layers_and_sides_are_heard(place: Path, tmp_path: Path) -> None:
    lines = (
        's("sf2:split").note(-5)',
        's("sf2:layers").freq(500).velocity(0.5)',
        's("sf2:layers").freq(500).velocity(0.9)',
        's("sf2:wide").freq(500)',
        's("sf2:wide").freq(500).pan(0)',
    )
    takes = [take[: SERVER // 2] for take in heard_each(place, tmp_path, *lines)]
    low, soft, hard, wide, left = takes
    assert strongest(low[:, 0]) == pytest.approx(196, abs=2)
    assert (strongest(soft[:, 0]), strongest(hard[:, 0])) == (
        pytest.approx(500, abs=2),
        pytest.approx(1000, abs=2),
    )
    assert rms(wide[:, 0]) == pytest.approx(rms(wide[:, 1]), abs=0.1)
    assert rms(left[:, 0]) > rms(left[:, 1]) + 3


def test_a_drum_plays_out_keeps_its_pitch_and_is_ended_by_its_class(place: Path, tmp_path: Path) -> None:
    lines = (
        'midinote(42).s("sf2:kit").legato(1).fast(4)',
        'midinote(42).s("sf2:kit").fast(16).mask("1 0!15")',
        'midinote("46 42").s("sf2:kit").legato(4)',
    )
    sound, long, both = (take[:, 0] for take in heard_each(place, tmp_path, *lines))
    assert strongest(sound[: SERVER // 8]) == pytest.approx(800, abs=8)
    assert loudest(long[int(0.2 * SERVER) : int(0.25 * SERVER)], 0.05) > -60, "it ended with its step"
    after = both[int(0.53 * SERVER) : int(0.6 * SERVER)]
    freqs, found = spectrum(after)
    assert freqs[found.argmax()] == pytest.approx(800, abs=15), "the closed hat did not end the open one"


def test_oscillator_and_filter_move_what_they_should(place: Path, tmp_path: Path) -> None:
    lines = ('s("sf2:shaking").freq(500)', 's("sf2:tone").freq(4000)', 's("sf2:dull").freq(4000)')
    sound, plain, dull = (take[:, 0] for take in heard_each(place, tmp_path, *lines))
    turn = np.unwrap(np.angle(np.fft.ifft(np.fft.fft(sound[:SERVER]) * (np.fft.fftfreq(SERVER) > 0))))
    pitch = np.diff(turn[int(0.1 * SERVER) : int(0.9 * SERVER)]) * SERVER / 2 / np.pi
    smooth = np.convolve(pitch, np.hanning(960) / np.hanning(960).sum(), "valid")
    assert 1200 * np.log2(smooth.max() / 500) == pytest.approx(100, abs=12)
    assert loudest(plain[: SERVER // 2]) - loudest(dull[: SERVER // 2]) > 18


def test_a_key_nobody_recorded_plays_the_nearest(place: Path, tmp_path: Path) -> None:
    fonts = SoundFonts(Samples([place], tmp_path))
    voices, loads = fonts.voices("sf2", "kit", 44.0, 0.8)
    assert len(voices) == 1
    assert loads
    assert fonts.voices("sf2", "kit", 44.0, 0.8)[1] == []


def test_fonts_are_called_by_their_files_names_and_a_missing_one_says_what_to_do(
    place: Path, tmp_path: Path
) -> None:
    fonts = SoundFonts(Samples([place], tmp_path), [])
    assert fonts.names() == ["sf2", "our_bank"]
    assert fonts.knows("our_bank")
    none = SoundFonts(Samples([], tmp_path), [])
    assert none.names() == []
    with pytest.raises(FileProblem, match=r"put an \.sf2 file"):
        none.voices("sf2", "piano", 60.0, 0.8)


def test_a_damaged_font_does_not_hide_a_good_one(place: Path, tmp_path: Path) -> None:
    (tmp_path / "aaa.sf2").write_bytes(b"RIFF")
    fonts = SoundFonts(Samples([tmp_path, place], tmp_path / "cache"), [])
    assert fonts.names() == ["sf2", "aaa", "our_bank"]
    assert fonts.font("sf2").path.name == "Our Bank.sf2"
    with pytest.raises(FileProblem, match="no SoundFont"):
        fonts.font("aaa")


def test_what_is_no_soundfont_is_one_line(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"RIFF", b"RIFF\0\0\0\0WAVE" + bytes(50), os.urandom(5000))):
        path = tmp_path / f"{number}.sf2"
        path.write_bytes(data)
        with pytest.raises(FileProblem, match="no SoundFont"):
            SoundFont(path)
    with pytest.raises(FileProblem, match="cannot read"):
        SoundFont(tmp_path / "missing.sf2")


def test_three_hundred_damaged_fonts_are_refused_or_play(place: Path, tmp_path: Path) -> None:
    whole = (place / "Our Bank.sf2").read_bytes()
    tables = whole.index(b"pdta")
    chance = random.Random(5)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(tables, len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            data = data[: chance.randrange(8, len(data))]
        path = tmp_path / "damaged.sf2"
        path.write_bytes(bytes(data))
        try:
            font = SoundFont(path)
            for preset in font.presets:
                for region in font.regions(preset, 60, 100):
                    stop = region.stop if region.loop is None else region.loop[1]
                    assert stop - region.start <= len(whole)
                    assert np.isfinite(font.frames(region, region.start, stop)).all()
                    assert np.isfinite(region.rate_at(60))
        except FileProblem:
            refused += 1
    assert 0 < refused < 300


def test_compressed_samples_are_read(place: Path, tmp_path: Path) -> None:
    """An .sf3 has each sample as Ogg Vorbis and loops counted from the sample's start."""
    import io
    import struct

    packed = io.BytesIO()
    soundfile.write(packed, sine(500, 0.5), RATE, format="OGG", subtype="VORBIS")
    data = packed.getvalue() + b"\0" * (len(packed.getvalue()) % 2)
    path = write(tmp_path / "small.sf3", [Wave(np.zeros(len(data) // 2), 71)], [[((LOOPED,), 0)]],
                 [Sound("Tone", 0, 0, [((), 0)])])  # fmt: skip
    raw = bytearray(path.read_bytes())
    at = raw.index(b"smpl") + 8
    raw[at : at + len(data)] = data
    head = raw.index(b"shdr") + 8
    struct.pack_into("<IIII", raw, head + 20, 0, len(data), 640, 12800)
    struct.pack_into("<H", raw, head + 44, 0x11)
    path.write_bytes(bytes(raw))
    font = SoundFont(path)
    (region,) = font.regions(font.find("tone"), 71, 100)
    sound = font.frames(region, region.start, region.loop[1] if region.loop else region.stop)
    assert len(sound) == 12800
    assert sound[6400:].std() == pytest.approx(0.5 / 2**0.5, rel=0.05)


BANK = next(
    (path for place in os.environ.get("LIVECODE_SOUNDFONTS", "/usr/share/sounds/sf2").split(os.pathsep)
     for path in sorted(Path(place).glob("*.sf2"))), None,
)  # fmt: skip


@pytest.mark.long
@pytest.mark.skipif(BANK is None, reason="no General MIDI bank: sudo apt install timgm6mb-soundfont")
def test_all_of_a_general_midi_bank_sounds_at_a_useful_level(tmp_path: Path) -> None:
    assert BANK is not None
    names = " ".join(f"sf2:{number}" for number in range(128))
    sound = heard(BANK, tmp_path, f'note(0).s("<{names}>").legato(0.7)', 128)
    levels = np.array([loudest(sound[at * SERVER : (at + 1) * SERVER]) for at in range(128)])
    assert -24 <= np.median(levels) <= -16
    assert (levels > -45).mean() > 0.98
    assert np.abs(sound).max() < 0.9
