"""Sample folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livecode.errors import FileProblem, NameUnknown
from livecode.sound.command import BufferFree, BufferLoad
from livecode.sound.samples import Samples, usual_places


def write(
    path: Path, seconds: float = 0.1, rate: int = 48000, channels: int = 1, freq: float = 1000.0
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.arange(round(seconds * rate)) / rate
    sound = np.tile(0.5 * np.sin(2 * np.pi * freq * frames)[:, None], (1, channels))
    soundfile.write(path, sound, rate)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Dirt-Samples"
    for name in ("BD1.wav", "bd0.wav", "bd2.wav"):
        write(root / "bd" / name)
    write(root / "break" / "a.wav", 0.2, 44100, 2)
    write(root / "break" / "wide.wav", 0.1, 48000, 4)
    write(root / "loose.flac", 0.3)
    (root / "bd" / "readme.txt").write_text("no sound")
    (root / "empty").mkdir()
    (root / "broken").mkdir()
    (root / "broken" / "a.wav").write_bytes(b"RIFFnothing")
    return root


@pytest.fixture
def samples(root: Path, tmp_path: Path) -> Samples:
    return Samples([root], tmp_path / "cache")


def test_every_folder_is_a_sound_and_loose_files_too(samples: Samples) -> None:
    assert samples.names() == ["bd", "break", "broken", "empty", "loose"]
    assert samples.search("B") == ["bd", "break", "broken"]
    assert "bd" in samples
    assert "cp" not in samples


def test_files_are_counted_by_name_and_wrap_round(samples: Samples) -> None:
    assert [path.name for path in samples.files("bd")] == ["bd0.wav", "BD1.wav", "bd2.wav"]
    assert [samples.sample("bd", each)[0].origin.name for each in (0, 1, 4, -1, 2.7)] == [
        "bd0.wav", "BD1.wav", "BD1.wav", "bd2.wav", "bd2.wav",
    ]  # fmt: skip


def test_a_file_is_loaded_once_before_its_first_use(samples: Samples) -> None:
    first, loads = samples.sample("bd", 0)
    again, nothing = samples.sample("bd", 0)
    other, more = samples.sample("bd", 1)
    assert loads == [first.load]
    assert (again, nothing) == (first, [])
    assert more == [other.load]
    assert other.load.number != first.load.number
    assert samples.loads() == [first.load, other.load]


def test_a_file_at_the_servers_rate_is_used_where_it_lies(
    samples: Samples, root: Path, tmp_path: Path
) -> None:
    sample, _ = samples.sample("bd", 0)
    place = Path(sample.load.path)
    assert place.is_relative_to((tmp_path / "cache").resolve())
    assert place.resolve() == root / "bd" / "bd0.wav"
    assert (sample.frames, sample.channels, sample.rate) == (4800, 1, 48000)
    assert sample.seconds == pytest.approx(0.1)


def test_another_rate_is_resampled_to_the_same_pitch_and_length(samples: Samples) -> None:
    sample, _ = samples.sample("break", 0)
    sound, rate = soundfile.read(sample.load.path, always_2d=True)
    assert rate == 48000
    assert sound.shape == (sample.frames, 2)
    assert sample.seconds == pytest.approx(0.2, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(sound[:9600, 0] * np.hanning(9600)))
    assert np.argmax(spectrum) * 5 == pytest.approx(1000, abs=5)
    assert np.abs(sound).max() == pytest.approx(0.5, rel=0.03)


def test_resampling_is_done_once(samples: Samples, root: Path, tmp_path: Path) -> None:
    place = Path(samples.sample("break", 0)[0].load.path)
    before = place.stat().st_mtime_ns
    again = Samples([root], tmp_path / "cache").sample("break", 0)[0]
    assert Path(again.load.path).stat().st_mtime_ns == before


def test_more_than_two_channels_become_two(samples: Samples) -> None:
    assert samples.sample("break", 1)[0].channels == 2


def test_the_first_folder_wins(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "bd" / "mine.wav")
    assert Samples([own, root], tmp_path / "cache").files("bd")[0].name == "mine.wav"


def test_an_unknown_sound_names_the_nearest(samples: Samples) -> None:
    with pytest.raises(NameUnknown, match="no sample called 'breaks': did you mean 'break'"):
        samples.sample("breaks")


@pytest.mark.parametrize(("name", "line"), [("empty", "holds no sound files"), ("broken", "cannot be read")])
def test_a_folder_without_sound_is_one_line(samples: Samples, name: str, line: str) -> None:
    with pytest.raises(FileProblem, match=line):
        samples.sample(name)


def test_when_memory_is_tight_what_was_idle_longest_is_let_go(root: Path, tmp_path: Path) -> None:
    now = [0.0]
    samples = Samples([root], tmp_path / "cache", memory=2 * 4800 * 4, clock=lambda: now[0])
    first, _ = samples.sample("bd", 0)
    now[0] = 10.0
    second, _ = samples.sample("bd", 1)
    now[0] = 200.0
    samples.sample("bd", 1)
    third, loads = samples.sample("bd", 2)
    assert loads == [BufferFree(first.load.number), third.load]
    assert third.load.number == first.load.number
    assert samples.loads() == [second.load, third.load]


def test_when_the_machine_runs_short_idle_files_are_let_go_too(root: Path, tmp_path: Path) -> None:
    now, left = [0.0], [1 << 30]
    samples = Samples([root], tmp_path / "cache", clock=lambda: now[0], available=lambda: left[0])
    first, _ = samples.sample("bd", 0)
    now[0], left[0] = 200.0, 1000
    assert samples.sample("bd", 1)[1][0] == BufferFree(first.load.number)


def test_what_was_used_just_now_is_never_let_go(root: Path, tmp_path: Path) -> None:
    samples = Samples([root], tmp_path / "cache", memory=1, clock=lambda: 0.0)
    loads = [each for number in range(3) for each in samples.sample("bd", number)[1]]
    assert [type(each) for each in loads] == [BufferLoad] * 3


def test_new_folders_are_seen_after_a_refresh(samples: Samples, root: Path) -> None:
    assert "cp" not in samples
    write(root / "cp" / "0.wav")
    samples.refresh()
    assert "cp" in samples


def test_usual_places_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("LIVECODE_SAMPLES", str(root))
    assert usual_places()[0] == root


def test_the_rest_of_a_folder_is_prepared_behind(root: Path, tmp_path: Path) -> None:
    for number in range(4):
        write(root / "many" / f"{number}.wav", 0.1, 44100)
    samples = Samples([root], tmp_path / "cache")
    samples.sample("many", 0)
    assert samples.wait()
    assert len(list((tmp_path / "cache" / "samples").glob("*.wav"))) == 4
    assert len(samples.loads()) == 1, "prepared, not loaded: nobody has played them"


def test_a_broken_file_in_the_folder_stops_nothing_behind(root: Path, tmp_path: Path) -> None:
    for number in (0, 2):
        write(root / "mixed" / f"{number}.wav", 0.1, 44100)
    (root / "mixed" / "1.wav").write_bytes(b"RIFFnothing")
    samples = Samples([root], tmp_path / "cache")
    samples.sample("mixed", 0)
    assert samples.wait()
    assert len(list((tmp_path / "cache" / "samples").glob("*.wav"))) == 2
    with pytest.raises(FileProblem, match="cannot be read"):
        samples.sample("mixed", 1)


def test_a_long_file_stays_on_disk(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livecode.sound.samples.STREAMED_FROM", 0.25)
    samples = Samples([root], tmp_path / "cache")
    long, short = samples.path("loose"), samples.path("bd")
    assert samples.is_long(long)
    assert not samples.is_long(short)
    sample, loads = samples.stream(long)
    assert sample.streamed
    assert loads == [sample.load]
    assert (sample.load.channels, sample.frames, sample.rate) == (1, 14400, 48000)
    assert samples.stream(long)[1] == []
    assert sample.load in samples.loads()


def test_a_long_file_that_the_server_cannot_read_is_copied_in_blocks(root: Path, tmp_path: Path) -> None:
    path = write(root / "tape.ogg", 0.5, 44100, 2)
    sample, _ = Samples([root], tmp_path / "cache").stream(path)
    copy, rate = soundfile.read(sample.load.path, always_2d=True)
    assert rate == sample.rate == 44100
    assert copy.shape == (sample.frames, 2)
