"""Long sample files: read from disk while they play, at any speed, from any place, live and offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from measuring import RATE, partial, rms

from livecode.sound import layout
from livecode.sound.command import BufferLoad, DefinitionLoad, Note
from livecode.sound.encode import Encoder
from livecode.sound.osc import parse
from livecode.sound.render import Renderer
from livecode.sound.resolve import Resolver
from livecode.sound.samples import Samples
from livecode.stage.offline import perform


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70 s of a tone that rises by 10 Hz a second from 300 Hz: every place has a pitch of its own."""
    root = tmp_path_factory.mktemp("samples")
    (root / "tape").mkdir()
    seconds = np.arange(70 * 44100) / 44100
    turn = 2 * np.pi * (300 * seconds + 5 * seconds**2)
    soundfile.write(root / "tape" / "0.wav", 0.4 * np.sin(turn), 44100, subtype="FLOAT")
    return root


def heard(root: Path, tmp_path: Path, line: str, cycles: int = 4) -> tuple[np.ndarray, list[Any]]:
    def resolver() -> Resolver:
        return Resolver(samples=Samples([root], tmp_path / "cache"), cache=tmp_path / "cache")

    performance = perform(source=f"cps(0.5)\nd1 >> {line}", cycles=cycles, resolver=resolver)
    assert not performance.notices
    target = tmp_path / "heard.wav"
    Renderer().render(performance.sends, performance.commands, performance.seconds, target, tail=0.2)
    sound, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.asarray(sound), performance.loads


def pitch_at(sound: np.ndarray, second: float, expected: float) -> float:
    near = sound[int((second - 0.15) * RATE) : int((second + 0.15) * RATE), 0]
    return partial(near, expected, 0.2)[0]


@pytest.mark.parametrize("speed, begin", [(1.0, 0.0), (0.5, 0.0), (1.5, 0.25), (2.0, 0.5)])
def test_a_stream_is_the_file_at_its_speed_from_its_place(
    root: Path, tmp_path: Path, speed: float, begin: float
) -> None:
    line = f's("tape").slow(4).speed({speed}).begin({begin})'
    sound, loads = heard(root, tmp_path, line)
    assert [load.channels for load in loads if isinstance(load, BufferLoad)] == [1]
    for second in (0.3, 3.0, 7.0):
        expected = (300 + 10 * (70 * begin + second * speed)) * speed
        assert abs(pitch_at(sound, second, expected)) < 3
    assert rms(sound[RATE : 7 * RATE]) > -20


def test_it_ends_where_it_should_and_several_play_at_once(root: Path, tmp_path: Path) -> None:
    sound, _ = heard(root, tmp_path, 's("tape*4").begin("0 0.25 0.5 0.75").legato(1)', 1)
    for number in range(4):
        expected = 300 + 10 * (70 * number / 4 + 0.25)
        assert abs(pitch_at(sound, 0.5 * number + 0.25, expected)) < 6
    short, _ = heard(root, tmp_path, 's("tape").begin(0.5).end(0.51)', 1)
    assert np.abs(short[int(0.6 * RATE) : int(0.69 * RATE)]).max() > 0.1
    # What is left is the master's DC filter coming to rest.
    assert np.abs(short[int(0.71 * RATE) :]).max() < 5e-4


@pytest.mark.parametrize("line", ['s("tape").speed(-1)', 's("tape").loop(2)', 's("tape").accelerate(1)'])
def test_what_cannot_be_streamed_is_played_from_memory(root: Path, tmp_path: Path, line: str) -> None:
    sound, loads = heard(root, tmp_path, line, 1)
    assert [load.channels for load in loads if isinstance(load, BufferLoad)] == [0]
    assert rms(sound[RATE // 4 : RATE]) > -20


def test_each_note_has_a_buffer_of_its_own_opened_at_its_place() -> None:
    encoder = Encoder()
    encoder.define(DefinitionLoad("lc-stream", b"", ("out", "buffer", "begin", "filerate", "fileframes")))
    encoder.stream(BufferLoad(7, "/music/tape.wav", channels=2))
    note = Note(0, float("inf"), "lc-stream", 1, 0, (("buffer", 7.0), ("begin", 0.5), ("fileframes", 1000.0)))
    buffers = []
    for _ in range(layout.STREAMS + 1):
        (made,) = encoder.messages(note, 1.0)
        close, alloc, read = (parse(each) for each in encoder.ahead())
        assert (close[0], alloc[0], read[0]) == ("/b_close", "/b_alloc", "/b_read")
        arguments = parse(made)[1]
        buffer = arguments[arguments.index("buffer") + 1]
        assert close[1][0] == alloc[1][0] == read[1][0] == buffer
        assert read[1][1:] == ["/music/tape.wav", 500, -1, 0, 1]
        buffers.append(buffer)
    assert len(set(buffers)) == layout.STREAMS
    assert buffers[-1] == buffers[0]
    assert encoder.ahead() == []
    assert min(buffers) >= layout.FIRST_STREAM_BUFFER
    assert max(buffers) < layout.recorder_buffer(31)


def test_a_long_sample_in_memory_is_as_clean_as_a_short_one(tmp_path: Path) -> None:
    """A place counted in single floats would be an eighth of a frame off after a minute."""
    root = tmp_path / "samples" / "tone"
    root.mkdir(parents=True)
    turn = 2 * np.pi * 500 * np.arange(59 * RATE) / RATE
    soundfile.write(root / "0.wav", 0.4 * np.sin(turn), RATE, subtype="FLOAT")
    sound, loads = heard(tmp_path / "samples", tmp_path, 's("tone").begin(0.95).speed(1.01)', 1)
    assert [load.channels for load in loads if isinstance(load, BufferLoad)] == [0]
    body = sound[RATE // 4 : RATE, 0]
    spectrum = np.abs(np.fft.rfft(body * np.hanning(len(body))))
    freqs = np.fft.rfftfreq(len(body), 1 / RATE)
    others = spectrum[np.abs(freqs - 505) > 40]
    assert 20 * np.log10(others.max() / spectrum.max()) < -85
