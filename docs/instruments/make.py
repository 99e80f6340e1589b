"""Makes the audition page: every factory sound with its line, its knobs and its picture.

    python docs/instruments/make.py

Each sound is played once (c4, or c2 for basses), rendered offline and drawn: the wave above, time and
frequency (0 to 12 kHz) below. Writes README.md and one picture a family beside this file.
"""

from __future__ import annotations

import re
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image, ImageDraw

from livecode.sets import factory
from livecode.sound import osc
from livecode.sound.catalogue import Catalogue
from livecode.sound.declare import Effect, Instrument
from livecode.sound.definitions import Definitions
from livecode.sound.engine.offline import play

RATE = 48000
WIDTH, WAVE, SONOGRAM, LABEL = 260, 36, 84, 14
COLUMNS = 4
SHOWN = 2.0


def seed() -> bytes:
    """A synth that makes the server's chance the same each time: a picture changes with its sound only."""
    from supriya import SynthDefBuilder
    from supriya.ugens import Line, RandSeed

    with SynthDefBuilder() as builder:
        RandSeed.ir(trigger=1, seed=1)
        Line.kr(start=0, stop=1, duration=0.005, done_action=2)
    return bytes(builder.build(name="seed").compile())


def render(definitions: Definitions, items: list[Instrument]) -> dict[str, np.ndarray]:
    """Each instrument's sound, SHOWN seconds of it."""
    bundles: list[tuple[float, bytes]] = [(0.0, osc.message("/d_recv", seed()))]
    for number, item in enumerate(items):
        made = definitions.for_note(item.name)
        start = 0.1 + number * (SHOWN + 1)
        bundles.append((start - 0.01, osc.message("/s_new", "seed", -1, 0, 0)))
        bundles.append((0.0, osc.message("/d_recv", made.data)))
        controls: list[str | float] = []
        if item.pitched:
            controls += ["freq", 65.406 if item.family == "bass" else 261.626]
        if item.shape != "one-shot":
            controls += ["sustain", 1.2]
        bundles.append((start, osc.message("/s_new", made.name, 1000 + number, 0, 0, *controls)))
        bundles.append((start + SHOWN + 0.9, osc.message("/g_freeAll", 0)))
    bundles.append((0.2 + len(items) * (SHOWN + 1), osc.message("/c_set", 0, 0.0)))
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder, "score.osc"), Path(folder, "sound.wav")
        with score.open("wb") as file:
            for time, message in sorted(bundles, key=lambda row: row[0]):
                stamp = struct.pack(">Q", round(time * (1 << 32)))
                data = b"#bundle\0" + stamp + struct.pack(">i", len(message)) + message
                file.write(struct.pack(">i", len(data)) + data)
        play(score, sound, RATE, 2)
        heard, _ = soundfile.read(sound, dtype="float32", always_2d=True)
    cuts = [int((0.1 + number * (SHOWN + 1)) * RATE) for number in range(len(items))]
    return {item.name: heard[cut : cut + int(SHOWN * RATE)] for item, cut in zip(items, cuts)}


def picture(sounds: list[tuple[str, np.ndarray]]) -> Image.Image:
    """A sheet with the wave and the sonogram of each sound."""
    high = LABEL + WAVE + SONOGRAM + 8
    rows = -(-len(sounds) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (WIDTH + 8), rows * high), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (name, sound) in enumerate(sounds):
        x, y = (number % COLUMNS) * (WIDTH + 8), (number // COLUMNS) * high
        draw.text((x + 2, y), name, fill="black")
        parts = np.array_split(sound.mean(axis=1), WIDTH)
        top = max(float(np.abs(sound).max()), 1e-6)
        for column, part in enumerate(parts):
            reach = float(np.abs(part).max()) / top * WAVE / 2
            middle = y + LABEL + WAVE / 2
            draw.line([(x + column, middle - reach), (x + column, middle + reach)], fill="#3465a4")
        sheet.paste(sonogram(sound.mean(axis=1)), (x, y + LABEL + WAVE))
    return sheet


def sonogram(sound: np.ndarray) -> Image.Image:
    """Levels from -90 to 0 dB below the loudest, dark to light."""
    size = 2048
    starts = np.linspace(0, len(sound) - size, WIDTH).astype(int)
    frames = np.stack([sound[start : start + size] * np.hanning(size) for start in starts])
    level = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)) + 1e-9).T[: size * 12000 // RATE]
    shade = np.clip((level - level.max() + 90) / 90, 0, 1)
    colours = np.stack([shade**1.2, shade**2.2, 0.25 + 0.5 * shade - 0.6 * shade**4], axis=-1)
    image = Image.fromarray((np.clip(colours, 0, 1)[::-1] * 255).astype(np.uint8))
    return image.resize((WIDTH, SONOGRAM))


def line(item: Instrument | Effect) -> str:
    """One row of the page."""
    knobs = ", ".join(
        f"`{name}` {control.default:g}{' ' + control.unit if control.unit else ''}"
        for name, control in item.controls.items()
    )
    also = f" (also {', '.join(item.aliases)})" if isinstance(item, Instrument) and item.aliases else ""
    return f"| **{item.name}**{also} | {item.doc.splitlines()[0]} | {knobs} |"


def main() -> None:
    """Renders, draws and writes."""
    here = Path(__file__).parent
    catalogue = Catalogue([factory() / "sc"])
    definitions = Definitions(catalogue)
    families = catalogue.families()
    count = sum(len(items) for items in families.values())
    page = [
        "# The factory's sounds",
        "",
        f"{count} instruments and {len(catalogue.effects)} effects, made by "
        "`python docs/instruments/make.py`. "
        "In each picture: the wave above, time and frequency (0 to 12 kHz) below, two seconds.",
    ]
    for family, items in sorted(families.items()):
        sounds = render(definitions, items)
        file = re.sub(r"\W+", "-", family) + ".png"
        picture([(item.name, sounds[item.name]) for item in items]).quantize(64).save(
            here / file, optimize=True
        )
        page += [
            "",
            f"## {family}",
            "",
            f"![{family}]({file})",
            "",
            "| name | sound | controls |",
            "|---|---|---|",
        ]
        page += [line(item) for item in sorted(items, key=lambda item: item.name)]
    for kind, title in (
        ("insert", "Effects on a note"), ("pitch", "Effects on its pitch"), ("time", "Effects on its length"),
        ("send", "Sends of an orbit"), ("orbit", "Effects on a whole orbit"),
    ):  # fmt: skip
        page += ["", f"## {title}", "", "| name | effect | controls |", "|---|---|---|"]
        chosen = sorted(
            (item for item in catalogue.effects.values() if item.kind == kind), key=lambda item: item.order
        )
        page += [line(item) for item in chosen]
    (here / "README.md").write_text("\n".join(page) + "\n")
    sys.stdout.write(f"{count} instruments\n")


if __name__ == "__main__":
    main()
