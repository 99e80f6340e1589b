"""How well a player is heard: onsets, pitches, octaves and tempo found in music whose notes are known.

    python benchmarks/jam.py                  the ear in scsynth (faster than time), six kinds of music
    python benchmarks/jam.py --peer PYTHON    beside aubio, in a process of that interpreter
    python benchmarks/jam.py --live           a whole jam through JACK: latency, answers, load; a minute

An onset counts as found within 50 ms. The peer hears the same samples: its onsets, and its pitch track from
40 to 90 ms after each. aubio is under the GPL: it is asked in a process of its own, no part of livecode.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "sound"))
NEAR = 0.05
KINDS = (
    ("plucked", "pluck", False),
    ("plucked, drums beside it", "pluck", True),
    ("wind with vibrato", "vibrato", False),
    ("vibrato, drums beside it", "vibrato", True),
    ("legato", "legato", False),
    ("legato, drums beside it", "legato", True),
)
HEAD = (
    "", "notes", "found", "missed", "too many", "ms, median", "95 % within", "wrong", "octave", "tempo off",
)  # fmt: skip
TAKES = ((1, 110, 54), (2, 130, 63), (3, 150, 72), (4, 92, 45))
PEER = r"""
import json, sys
import aubio, numpy as np, soundfile
sound, rate = soundfile.read(sys.argv[1], dtype="float32")
hop, found, onsets, track = 256, [], [], []
onset, pitch = aubio.onset("default", 1024, hop, rate), aubio.pitch("yinfft", 2048, hop, rate)
tempo = aubio.tempo("default", 1024, hop, rate)
pitch.set_unit("midi")
pitch.set_tolerance(0.8)
for at in range(0, len(sound) - hop, hop):
    block = sound[at : at + hop]
    if onset(block)[0]:
        onsets.append(onset.get_last_s())
    track.append((at / rate, float(pitch(block)[0])))
    tempo(block)
for begin in onsets:
    near = [height for second, height in track if begin + 0.04 < second < begin + 0.09 and height > 20]
    if near:
        found.append([begin, float(np.median(near))])
print(json.dumps({"notes": found, "bpm": float(tempo.get_bpm())}))
"""


HEADINGS = (
    "", "notes", "found", "missed", "too many", "ms, median", "95 % within", "wrong", "octave", "tempo off",
)  # fmt: skip


def row(*cells: Any) -> None:
    print(f"{cells[0]:<30}" + "".join(f"{cell!s:>11}" for cell in cells[1:]), flush=True)


class Tally:
    """Errors over several takes."""

    def __init__(self) -> None:
        self.errors: list[float] = []
        self.notes = self.wrong = self.octaves = self.missed = self.extra = 0
        self.tempi: list[float] = []

    def add(self, played: Any, heard: list[tuple[float, float]], bpm: float, true: float) -> None:
        left = list(heard)
        self.notes += len(played)
        for begin, _, pitch in played:
            near = [note for note in left if abs(note[0] - begin) < NEAR]
            if not near:
                self.missed += 1
                continue
            nearest = min(near, key=lambda note: abs(note[0] - begin))
            left.remove(nearest)
            self.errors.append((nearest[0] - begin) * 1000)
            off = round(nearest[1]) - pitch
            self.wrong += off != 0
            self.octaves += off != 0 and off % 12 == 0
        self.extra += len(left)
        self.tempi.append(bpm / true - 1)

    def show(self, name: str) -> None:
        off = np.array(self.errors)
        worst = max((abs(each) for each in self.tempi), default=0)
        row(
            name, self.notes, len(off), self.missed, self.extra, f"{np.median(off):.1f}",
            f"{np.percentile(np.abs(off - np.median(off)), 95):.1f}", self.wrong, self.octaves,
            f"{100 * worst:.2f} %",
        )  # fmt: skip


def ours(sound: Any, rate: int) -> tuple[list[tuple[float, float]], float]:
    from livecode.music.beats import find_beat
    from livecode.music.transcribing import Transcriber
    from livecode.sound.listening import HOP, heard_in

    ear = Transcriber(rate / HOP)
    ear.feed(heard_in(sound, rate))
    beat = find_beat([stroke[0] for stroke in ear.strokes], [stroke[1] for stroke in ear.strokes])
    return [(note.begin, note.pitch) for note in ear.notes], beat.bpm if beat is not None else 0.0


def asked(python: str, path: Path) -> tuple[list[tuple[float, float]], float] | None:
    done = subprocess.run([python, "-c", PEER, str(path)], capture_output=True, text=True)
    if done.returncode:
        print(f"aubio: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
        return None
    told = json.loads(done.stdout)
    return [(begin, pitch) for begin, pitch in told["notes"]], told["bpm"]


def offline(python: str) -> None:
    from playing import RATE, melody

    row(*HEADINGS)
    for name, kind, drums in KINDS:
        tallies = {"ear": Tally(), **({"aubio": Tally()} if python else {})}
        for seed, tempo, low in TAKES:
            sound, played = melody(kind, tempo, seed=seed, drums=drums, low=low)
            tallies["ear"].add(played, *ours(sound, RATE), tempo)
            if python:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "take.wav"
                    soundfile.write(path, sound, RATE, subtype="FLOAT")
                    found = asked(python, path)
                    if found is not None:
                        tallies["aubio"].add(played, *found, tempo)
        for who, tally in tallies.items():
            if tally.notes:
                tally.show(f"{name}" if who == "ear" else f"  {who}")


def live() -> None:
    from livecode.config import Config
    from livecode.stage.session import Session

    tune = 'note("[0 2 4 5 7 5 4 2] [0 4 7 12 9 ~ 7 ~] ~ ~").slow(4)'
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        session = Session("live", config=Config(device="dummy"), journal=Path(folder) / "set.jsonl")
        names = session.namespace()
        session.boot()
        session.wait(20)
        ready = session._ready
        assert ready is not None
        words = Path(f"/proc/{ready.process}/environ").read_text().split("\0")
        jack = {**os.environ, **dict(word.split("=", 1) for word in words if "JACK" in word)}
        ports = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True).stdout.split()
        for client in {port.partition(":")[0] for port in ports if port.endswith(":out_1")}:
            subprocess.run(["jack_connect", f"{client}:out_1", f"{client}:in_1"], env=jack, check=False)
        session.evaluate("tempo(120)", namespace=names)
        print(f"round trip, measured by its clicks           {1000 * names['listen'].calibrate():.1f} ms")
        load = session.status().load
        session.evaluate(f'd1.quant(4) >> {tune}.synth("pluck").legato(0.8)', namespace=names)
        line = 'heard = listen()\nplayer = jam(heard, with_=markov("foster"), silence="rest")'
        line += "\nd2 >> player.gain(0.0001)"
        session.evaluate(line, namespace=names)
        begin = int(np.ceil(session.now() / 4)) * 4
        before = time.process_time()
        started = time.monotonic()
        while session.now() < begin + 16:
            time.sleep(0.1)
        share = (time.process_time() - before) / (time.monotonic() - started)
        heard = names["heard"].notes(begin - 0.05, begin + 15.95)
        pattern = session.slots[1].pattern
        assert pattern is not None
        played = [
            (float(event.whole_or_part.begin) * 2, 0.0, event.value["note"] + 60)
            for event in pattern.query(begin, begin + 16)
            if event.has_onset()
        ]
        tally = Tally()
        tally.add(played, [(note.cycle * 2, note.pitch) for note in heard], names["heard"].beat.bpm, 120)
        row(*HEADINGS)
        tally.show("through JACK, on the grid")
        first = [
            min(event.whole.begin for event in names["player"].query(cycle, cycle + 2)) - cycle
            for cycle in range(begin + 2, begin + 16, 4)
        ]
        print(f"answers begin after the bar line by           {', '.join(str(each) for each in first)} bars")
        print(f"the front's share of a core, all told         {100 * share:.1f} %")
        print(f"scsynth's load without and with an ear        {load:.1f} %, {session.status().load:.1f} %")
        session.close()


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reading.add_argument("--peer", default="", help="an interpreter with aubio")
    reading.add_argument("--live", action="store_true")
    asked_for = reading.parse_args()
    live() if asked_for.live else offline(asked_for.peer)


if __name__ == "__main__":
    main()
