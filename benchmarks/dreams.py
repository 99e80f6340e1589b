"""What dreams are worth, in one table: how much louder a net answers, what is heard, how near a style comes.

    python benchmarks/dreams.py [--quick] [--listening]

`--listening` also writes the pages in docs/listening/dreams. Times are processor seconds of one core.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from livecode.generators.dreams import dream
from livecode.generators.dreams.ears import analyse
from livecode.generators.dreams.recording import music
from livecode.generators.neural import dreaming, painting, sounds
from livecode.language import note

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "generators" / "dreams"))
import recordings_made  # noqa: E402

TUNES = ("0 2 4 7 9 7 4 2", "[0,4,7] ~ [2,5,9]*2 [0,4,9]", "-24 ~ -17 -12*2", "0 [3 5] 7 <10 12>")


def line(what: str, value: str, more: str = "") -> None:
    print(f"{what:<58} {value:>20}   {more}", flush=True)


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    begin = time.process_time()
    yield
    into.append(time.process_time() - begin)


def piece_of(tune: str) -> np.ndarray:
    from livecode.generators.dreams.score import Score
    from livecode.generators.plan import Source

    return Score.of(Source(note(tune)).phrase(0, 4, (4, 4)), 4, 33, 84).grid


def scores(quick: bool) -> None:
    """The rise by layer, beside as many random changes; the cost of a step of four bars."""
    net = dreaming.opened("chorale")
    random = np.random.default_rng(0)
    for layer in range(1, net.config.layers + 1):
        costs: list[float] = []
        rises, chances, kept = [], [], []
        for number, tune in enumerate(TUNES[: 2 if quick else 4]):
            grid = piece_of(tune)
            request = {"net": "chorale", "layer": layer, "piece": grid.tolist(), "key": f"{layer} {number}"}
            with timed(costs):
                found = dreaming.ascend({**request, "steps": 18})
            rise = found["activations"]
            assert all(later >= earlier for earlier, later in pairwise(rise))
            rises.append([rise[0], rise[6], rise[12], rise[18]])
            last = np.maximum(np.array(found["pieces"][18]), 0)
            changed = grid.copy()
            places = np.argwhere(last != grid)
            for step, voice in places:
                changed[step // 2 * 2 : step // 2 * 2 + 2, voice] = random.integers(45, 75)
            made = dreaming.begun({**request, "piece": changed.tolist()})
            chances.append(made.activations[0])
            kept.append(float((last == grid)[grid > 0].mean()))
        mean = np.mean(rises, axis=0)
        line(
            f"layer {layer}: log mean square at depth 0, 1, 2, 3",
            " ".join(f"{value:.2f}" for value in mean),
            f"random changes there {np.mean(chances):.2f}; {100 * np.mean(kept):.0f} % of the input kept",
        )
        line(f"layer {layer}: a step of four bars", f"{np.mean(costs) / 18:.3f} s")


def listening() -> None:
    """Made recordings: how long hearing takes, and how much of what was put in is found."""
    with tempfile.TemporaryDirectory() as folder:
        for name, make in recordings_made.SOUNDS.items():
            sound = make()
            place = Path(folder) / f"{name}.wav"
            soundfile.write(place, 0.5 * sound / np.abs(sound).max(), recordings_made.RATE)
            costs: list[float] = []
            with timed(costs):
                told = analyse({"path": str(place)})
            heard = music(name, told)
            line(f"heard: {name} ({told['seconds']:.0f} s)", f"{costs[0]:.2f} s", str(heard))
        told = analyse({"path": str(Path(folder) / "melody.wav")})
        sung = [each for each in told["notes"] if each["voice"] == 0]
        hits = sum(
            any(abs(each["begin"] - number / 2) < 0.08 and round(each["pitch"]) == pitch for each in sung)
            for number, pitch in enumerate(recordings_made.MELODY)
        )
        line(
            "melody: notes found at their time and pitch",
            f"{hits} of {len(recordings_made.MELODY)}",
            f"{len(sung)} heard",
        )
        told = analyse({"path": str(Path(folder) / "drums.wav")})
        top = np.array([each["begin"] for each in told["notes"] if each["voice"] == 0])
        top -= top[0]
        errors = np.abs(top[:, None] - np.arange(32) / 4).min(axis=1) * 1000
        line("drums: onsets of the hat, 32 played", str(len(top)), f"median error {np.median(errors):.0f} ms")


def crossed(content: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Plain cross-synthesis: the content's movement through the style's mean spectrum."""
    own, phase = painting.spectrum(content)
    other, _ = painting.spectrum(like)
    shaped = own / (own.mean(axis=1, keepdims=True) + 1e-6) * other.mean(axis=1, keepdims=True)
    return painting.sounding(shaped, phase, 0, 8)


def styles(quick: bool) -> None:
    """How near a style is reached, beside plain cross-synthesis and two excerpts of the style itself."""
    random = np.random.default_rng(0)
    rain = 0.03 * random.standard_normal(6 * 22050)
    short = np.arange(200)
    for _ in range(1500):
        at = random.integers(0, len(rain) - 200)
        drop = np.exp(-short / 40) * np.sin(2 * np.pi * random.uniform(1500, 8000) * short / 22050)
        rain[at : at + 200] += random.uniform(0.1, 1) * drop
    with tempfile.TemporaryDirectory() as folder:
        files = {"rain": rain, "speech": recordings_made.speech(), "drums": recordings_made.drums()}
        for name, sound in files.items():
            soundfile.write(Path(folder) / f"{name}.wav", 0.3 * sound / np.abs(sound).max(), 22050)
        path = {name: str(Path(folder) / f"{name}.wav") for name in files}
        like = sounds.read(path["rain"], 6.0)
        line(
            "two halves of the rain", f"{sounds.distance(like[:96000], like[96000:192000]):.2f}", "the floor"
        )
        voice = sounds.read(path["speech"], 3.0)
        line("speech, untouched, from the rain", f"{sounds.distance(voice, like):.2f}")
        line("speech crossed with the rain's spectrum", f"{sounds.distance(crossed(voice, like), like):.2f}")
        tasks = [
            ("speech like rain", path["speech"], path["rain"]),
            ("a texture like rain", None, path["rain"]),
        ]
        if not quick:
            tasks += [
                ("drums like speech", path["drums"], path["speech"]),
                ("rain like drums", path["rain"], path["drums"]),
            ]
        for what, content, style in tasks:
            for features in ("random", "trained"):
                request: dict[str, Any] = {
                    "content": content, "like": style, "seconds": 3.0, "keep": 0.05, "features": features,
                    "seed": 1, "key": f"{what} {features}", "rounds": 40, "path": f"{folder}/made.wav",
                }  # fmt: skip
                costs: list[float] = []
                with timed(costs):
                    made = painting.paint(request)
                line(
                    f"{what}, {features} features: from, to",
                    f"{made['before']:.2f} {made['distance']:.2f}",
                    f"{made['before'] / made['distance']:.1f} times nearer, 3 s in {costs[0]:.0f} s",
                )


def pages() -> None:
    """docs/listening/dreams: what was put in and what was dreamt, drawn above each other, and to be heard."""
    import livecode.config as settings
    from livecode.commands.render import sounded
    from livecode.pictures.show import show
    from livecode.stage.offline import perform

    folder = ROOT / "docs" / "listening" / "dreams"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (
        'dream("machine.flac", depth="<0 1 2 3>")',
        'dream("machine.flac", layer=2, depth="<1 2 3 4>", towards="[c4,e4,g4]*4")',
        'dream(note("0 2 4 7 9 7 4 2"), depth="<0 1 2 3>")',
        'dream(note("-24 ~ -17 -12*2"), depth="<0 1 2 3>")',
        'dream(note("0 [3 5] 7 <10 12>"), layer=4, depth="<0 1 2 3>")',
        'dream(note("[0,4,7] ~ [2,5,9]*2 [0,4,9]"), depth="<0 1 2 4>", seed=5)',
    )
    notes = folder / "heard.md"
    rows = [
        "# Dreams",
        "",
        "Made by `python benchmarks/dreams.py --listening`. What was put in, the dream, the rise.",
        "",
    ]
    rows += [notes.read_text("utf-8").strip(), ""] if notes.exists() else []
    for number, typed in enumerate(lines, start=1):
        made = eval(typed, {"dream": dream, "note": note})
        show(made).save(folder / f"{number:02}.png")

        def setup(session: Any, made: Any = made) -> None:
            session.tempo(92)
            _ = session.slots[1] >> made.orchestra("glass", "reed", "strings", "cello").room(0.3).gain(0.8)

        place, config = folder / f"{number:02}.wav", settings.Config()
        sounded(perform(setup=setup, cycles=4, config=config), place, config)
        sound, rate = soundfile.read(place, dtype="float32", always_2d=True)
        with soundfile.SoundFile(place.with_suffix(".ogg"), "w", rate, 2, "VORBIS") as out:
            # All at once overflows libsndfile's stack when it encodes Vorbis.
            for begin in range(0, len(sound), 1 << 14):
                out.write(sound[begin : begin + (1 << 14), :2])
        place.unlink()
        rows += [
            f"## {number}. `{typed}`",
            "",
            f"[listen]({number:02}.ogg)",
            "",
            f"![dream {number}]({number:02}.png)",
            "",
        ]
    (folder / "README.md").write_text("\n".join(rows), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer tunes and styles")
    parser.add_argument("--listening", action="store_true", help="write docs/listening/dreams too")
    given = parser.parse_args()
    scores(given.quick)
    listening()
    styles(given.quick)
    if given.listening:
        pages()


if __name__ == "__main__":
    main()
