"""How many voices scsynth plays at once on this machine: `pluck`, on two orbits, each with its reverb.

    python benchmarks/polyphony.py [--voices 300] [--engine scsynth] [--seconds 10] [--instrument pluck]

Prints the engine's load (per cent of its time budget: average and peak), what JACK reported, and how many
voices sounded. Nothing is rendered ahead: the voices start in real time, on the dummy driver, and go on being
struck. `--compare` plays 100, 300 and 600 voices with scsynth and with supernova on one and on two threads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from livecode.sound.catalogue import Catalogue
from livecode.sound.command import DefinitionLoad, GlobalEffect, Note
from livecode.sound.definitions import Definitions
from livecode.sound.encode import Encoder, timetag, wall_offset
from livecode.sound.engine import EngineOptions, boot
from livecode.sound.mixer import Mixer
from livecode.sound.osc import bundles

ROOT = Path(__file__).parent.parent
HELD = 3.0


@dataclass(frozen=True)
class Played:
    """What was measured. `synths` counts every synth of the server, mixer included."""

    engine: str
    voices: int
    average: float
    peak: float
    xruns: int
    synths: int
    master: float


def measure(
    voices: int = 300,
    seconds: float = 10.0,
    engine: str = "auto",
    instrument: str = "pluck",
    threads: int = 0,
) -> Played:
    """Keeps so many voices sounding for so many seconds."""
    definitions = Definitions(Catalogue([ROOT / "sc"]))
    made = definitions.for_note(instrument, frozenset(), frozenset({"room"}))
    reverb = definitions.for_orbit("reverb")
    with tempfile.TemporaryDirectory() as folder:
        options = EngineOptions(engine=engine, device="dummy", folder=Path(folder), threads=threads)
        with boot(options) as server:
            encoder = Encoder()
            mixer = Mixer(encoder)
            loads = [DefinitionLoad(each.name, each.data, tuple(each.controls)) for each in (made, reverb)]
            for load in loads:
                encoder.define(load)
            server.load(*loads)
            mixer.start(server)
            for orbit in (0, 1):
                server.send_many(mixer.apply(GlobalEffect(0, orbit, "reverb", 0, (("size", 0.8),)), 1.0))
            server.sync()
            begun = time.monotonic()
            wall = wall_offset()
            number = 0
            loads_seen: list[tuple[float, float, int]] = []
            # Each voice is held for 3 s and struck again when it ends: so many sound all the time.
            gap = HELD / (voices * 1.06)
            while (now := time.monotonic()) < begun + seconds:
                due = []
                while begun + number * gap < now + 0.2:
                    due.append((begun + number * gap, number))
                    number += 1
                packets = []
                for when, count in due:
                    controls = (
                        ("freq", 110.0 * 2 ** (count * 7 % 36 / 12)),
                        ("room", 0.3),
                        ("gain", 0.5),
                        ("release", 0.02),
                    )
                    note = Note(0.0, HELD, made.name, 1 + count % 8, count % 2, controls)
                    server.send_many(mixer.prepare(note))
                    packets += bundles(timetag(when + 0.1 + wall), encoder.messages(note, 1.0))
                server.send_many(packets)
                time.sleep(0.05)
                if now > begun + HELD + 1:
                    status = server.status(3.0)
                    loads_seen.append((status.average_cpu, status.peak_cpu, status.synths))
            master = server.meters().master().peak
            lines = [] if server.way is None or server.way.server is None else list(server.way.server.lines)
            xruns = sum("xrun" in line.lower() for line in lines)
            server.send_many([each for slot in range(1, 9) for each in mixer.free_notes(slot)])
            averages, peaks, synths = zip(*loads_seen)
            return Played(
                server.name, voices, sum(averages) / len(averages), max(peaks), xruns,
                round(sum(synths) / len(synths)), master,
            )  # fmt: skip


def told(found: Played, instrument: str, threads: int = 0) -> str:
    cores = f", {threads} threads" if threads else ""
    return (
        f"{found.engine}{cores}: {found.voices} voices of {instrument}, {found.synths} synths, load "
        f"{found.average:.0f} % (peak {found.peak:.0f} %), {found.xruns} xruns, master {found.master:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--voices", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--engine", default="auto", help="scsynth, supernova, or the path of one")
    parser.add_argument("--instrument", default="pluck")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--compare", metavar="SUPERNOVA", nargs="?", const="supernova")
    options = parser.parse_args()
    if options.compare is None:
        rows = [(options.voices, options.engine, options.threads)]
    else:
        ways = [("scsynth", 0), (options.compare, 1), (options.compare, 2)]
        rows = [(voices, *way) for voices in (100, 300, 600) for way in ways]
    for voices, engine, threads in rows:
        found = measure(voices, options.seconds, engine, options.instrument, threads)
        print(told(found, options.instrument, threads), flush=True)


if __name__ == "__main__":
    main()
