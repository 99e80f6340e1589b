"""What the ear in scsynth hears, against music whose notes are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playing import RATE, Heard, melody

from livecode.errors import FileProblem
from livecode.music.beats import find_beat
from livecode.music.transcribing import HeardNote, Transcriber
from livecode.sound import layout
from livecode.sound.ear_definition import FEATURES
from livecode.sound.levels import Levels
from livecode.sound.listening import HOP, EarReader, heard_in
from livecode.stage.session import Session

pytestmark = pytest.mark.sound


def listen(sound: Any) -> Transcriber:
    ear = Transcriber(RATE / HOP)
    ear.feed(heard_in(sound, RATE))
    return ear


def compared(played: Heard, heard: list[HeardNote]) -> tuple[list[float], int, int, int]:
    """Errors of onsets in milliseconds; how many pitches are wrong, notes missed, notes too many."""
    left, errors, wrong = list(heard), [], 0
    for begin, _, pitch in played:
        near = [note for note in left if abs(note.begin - begin) < 0.05]
        if near:
            nearest = min(near, key=lambda note: abs(note.begin - begin))
            left.remove(nearest)
            errors.append((nearest.begin - begin) * 1000)
            wrong += round(nearest.pitch) != pitch
    return errors, wrong, len(played) - len(errors), len(left)


@pytest.mark.parametrize(("kind", "drums"), [("pluck", False), ("pluck", True), ("vibrato", False)])
def test_notes_are_heard_when_and_as_they_were_played(kind: str, drums: bool) -> None:
    tempo = 112
    sound, played = melody(kind, tempo, seed=1, bars=5, drums=drums)
    ear = listen(sound)
    errors, wrong, missed, extra = compared(played, ear.notes)
    assert abs(float(np.median(errors))) < 6 and np.percentile(np.abs(errors), 90) < 10
    assert wrong == 0 and missed <= (1 if drums else 0) and extra <= (3 if drums else 1)
    beat = find_beat([stroke[0] for stroke in ear.strokes], [stroke[1] for stroke in ear.strokes])
    assert beat is not None and abs(beat.bpm / tempo - 1) < 0.01
    lengths = [note.end - note.begin for note in ear.notes if note.end is not None]
    assert 0.1 < float(np.median(lengths)) < 0.8


def test_noise_and_silence_are_no_notes() -> None:
    random = np.random.default_rng(1)
    assert not listen(np.zeros(2 * RATE)).notes
    assert not listen(0.05 * random.standard_normal(3 * RATE)).notes
    broken = np.full(RATE, np.nan, np.float32)
    assert not listen(broken).notes


def test_the_place_in_the_music_is_counted_on_beyond_where_the_ear_begins_again() -> None:
    sound, played = melody("pluck", 120, seed=2, bars=2)
    frames = heard_in(sound, RATE)
    frames[:, 1] = (frames[:, 1] + 63.5) % layout.EAR_CYCLES
    ear = Transcriber(RATE / HOP)
    ear.feed(frames)
    cycles = [note.cycle for note in ear.notes]
    assert cycles == sorted(cycles) and cycles[-1] > 64.5
    assert abs(cycles[0] - (63.5 + played[0][0] / 2)) < 0.01


class Memory(Levels):
    """Control buses that a test writes to."""

    def __init__(self) -> None:
        super().__init__(0)
        self.buses = np.zeros(layout.CONTROL_BUSES)

    def read(self, bus: int, count: int = 1) -> tuple[float, ...]:
        return tuple(self.buses[bus : bus + count])

    def hear(self, number: int) -> None:
        at = layout.ear_bus(1) + number % layout.EAR_FRAMES * len(FEATURES)
        self.buses[at : at + len(FEATURES)] = [number, *range(1, len(FEATURES))]
        self.buses[layout.EAR_PLACE_BUS + 1] = number


def test_no_frame_is_lost_or_read_twice_and_those_overwritten_are_counted() -> None:
    memory = Memory()
    reader = EarReader(memory, 1)
    memory.hear(0)
    assert not len(reader.read())
    found: list[float] = []
    for number in range(1, 1200):
        memory.hear(number)
        if number % 37 == 0:
            found += reader.read()[:, 0].tolist()
    assert found == [float(number) for number in range(len(found))] and reader.lost == 0
    for number in range(1200, 3000):
        memory.hear(number)
    rows = reader.read()
    assert len(rows) == layout.EAR_FRAMES - 8 and reader.lost > 1000 and rows[-1, 0] == 2998


def test_a_recording_is_heard_as_it_was_played_on_its_own_beat(tmp_path: Path) -> None:
    sound, played = melody("pluck", 103, seed=1, bars=4, lead=0.37)
    soundfile.write(tmp_path / "take.wav", np.stack([sound, sound], axis=1), RATE)
    with Session("offline", journal=None) as session:
        heard = session.evaluate(f"listen({str(tmp_path / 'take.wav')!r})")
        names = session.namespace()
        names["heard"] = heard
        answers = session.evaluate("jam(heard, with_=markov('monk'))", namespace=names)
        with pytest.raises(FileProblem, match=r"nowhere\.wav is not there"):
            session.evaluate("listen('nowhere.wav')")
        (tmp_path / "noise.wav").write_bytes(b"RIFF" + bytes(200))
        with pytest.raises(FileProblem, match=r"noise\.wav cannot be read as sound"):
            session.evaluate(f"listen({str(tmp_path / 'noise.wav')!r})")
    beat = 60 / 103
    first = played[0][0]
    wanted = [(round((begin - first) / beat * 4) / 16, pitch - 60) for begin, _, pitch in played]
    found = [(float(event.whole_or_part.begin), event.value["note"]) for event in heard.query(0, 4)]
    shift = {round((at - other) * 4) for (at, _), (other, _) in zip(found, wanted)}
    assert [round(note) for _, note in found] == [pitch for _, pitch in wanted]
    assert len(shift) == 1, "all of it on one grid"
    assert answers.query(2, 4)
