"""Write a set to a sound file, without a sound device.

    livecode render dorian_rain -o rain.wav --cycles 64
    livecode render mine.py -o mine.flac --picture mine.png
    livecode render mine.py -o mine.wav --stems      beside it each orbit, before the master: mine-orbit-0.wav

The same commands reach the engine as in a performance; a picture of the music may be drawn beside it.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import livecode.config as settings
from livecode.commands.sets_by_name import pattern_file, use_set
from livecode.errors import FileProblem

if TYPE_CHECKING:
    from livecode.sound.render import Rendered as Sounded

SOUNDS = (".wav", ".flac", ".mp3", ".ogg")
PICTURES = (".png", ".svg")


@dataclass(frozen=True)
class Rendered:
    """What was made: the files, the music's length and the time it took (seconds), its loudest sample."""

    sound: str
    picture: str | None
    seconds: float
    cycles: int
    events: int
    peak: float
    took: float
    stems: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, to where, how long."""
    parser.add_argument("what", metavar="FILE|NAME", help="a pattern file, or the name of a set")
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, help="a .wav, .flac, .mp3 or .ogg")
    parser.add_argument("--cycles", type=int, metavar="N", help="how many cycles (the whole set, or 16)")
    parser.add_argument("--picture", metavar="FILE", type=Path, help="a piano roll beside it, .png or .svg")
    parser.add_argument("--stems", action="store_true", help="each orbit by itself too, before the master")
    parser.add_argument("--json", action="store_true", help="say what was made as JSON")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Render and say what was made."""
    config = settings.from_options(options)
    use_set(config)
    path = pattern_file(options.what)
    target = options.output or Path(f"{path.stem}.wav")
    made = render(path, target, config, cycles=options.cycles, picture=options.picture, stems=options.stems)
    if options.json:
        print(json.dumps(asdict(made)))
    else:
        print(f"{made.sound}: {made.seconds:.1f} s, {made.cycles} cycles, {made.events} events")
        for stem in made.stems:
            print(stem)
    return 0


def render(
    path: Path,
    target: Path,
    config: settings.Config,
    *,
    cycles: int | None = None,
    picture: Path | None = None,
    stems: bool = False,
) -> Rendered:
    """Render a pattern file to a sound file, its orbits beside it if asked, and draw it if asked."""
    _check(target, SOUNDS)
    if picture is not None:
        _check(picture, PICTURES)
    if cycles is not None and cycles < 1:
        raise FileProblem(f"--cycles {cycles}: give 1 or more")
    started = time.monotonic()
    performance = performed(path, cycles, config)
    made = played(performance, target, config, stems)
    if picture is not None:
        draw(performance, picture, path.stem.replace("_", " "))
    return Rendered(
        str(target), str(picture) if picture else None, performance.seconds, int(performance.cycles),
        len(performance.events), made.peak(), time.monotonic() - started,
        tuple(str(path) for _, path in sorted(made.stems.items())),
    )  # fmt: skip


def performed(path: Path, cycles: int | None, config: settings.Config) -> Any:
    """What a pattern file plays, worked out on a virtual clock."""
    from livecode.commands.play import shown
    from livecode.stage.offline import perform, perform_journal
    from livecode.stage.replay import is_journal

    if is_journal(path):
        return perform_journal(path, cycles, config=config)
    try:
        if cycles is None and "form(" in path.read_text(encoding="utf-8", errors="replace"):
            # How long the form is, only the executed file knows.
            cycles = length_of_form(perform(path, cycles=1, config=config).names)
        return perform(path, cycles=cycles, config=config)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise shown(error) from None


def sounded(performance: Any, target: Path, config: settings.Config) -> float:
    """Let the engine play a performance into a file; its loudest sample."""
    return played(performance, target, config).peak()


def played(performance: Any, target: Path, config: settings.Config, stems: bool = False) -> Sounded:
    """Let the engine play a performance into a file, and each orbit that has notes into another.

    An engine chosen for the stage that cannot render (supernova, an address) leaves the choice to "auto".
    """
    from livecode.sound.render import Renderer

    engine = config.engine if config.engine in ("scsynth", "embedded") else "auto"
    renderer = Renderer(config.sample_rate or 48000, engine)
    gains = performance.faders or [(0.0, slot, gain) for slot, gain in performance.levels.items()]
    used = {int(sent.note.orbit) for sent in performance.sends if hasattr(sent.note, "orbit")}
    return renderer.render(
        performance.sends, performance.commands, performance.seconds, target, gains=gains,
        stems=sorted(used) if stems else (), outputs=max(config.outputs // 2 * 2, 2),
    )  # fmt: skip


def length_of_form(names: dict[str, Any]) -> int | None:
    """The cycles of the whole form that a file has made; None when it made none, or says `cycles` itself."""
    if "cycles" in names:
        return None
    for thing in names.values():
        if isinstance(getattr(thing, "sections", None), dict) and isinstance(thing.cycles, int):
            return int(thing.cycles)
    return None


def sections(performance: Any) -> list[Any]:
    """The named stretches of a performance: those of the form or song that its file has made, repeated."""
    from livecode.pictures.roll import Section

    stretches: list[tuple[str, float]] = []
    for thing in performance.names.values():
        said = getattr(thing, "sections", None)
        if isinstance(said, dict) and said:
            stretches = [(str(name), float(cycles)) for name, cycles in said.items()]
            break
    found, begin = [], 0.0
    while sum(cycles for _, cycles in stretches) > 0 and begin < performance.cycles:
        for name, cycles in stretches:
            found.append(Section(begin, min(begin + cycles, performance.cycles), name))
            begin += cycles
    return [section for section in found if section.begin < section.end]


def draw(performance: Any, picture: Path, title: str) -> None:
    """The piano roll of a performance, as PNG or SVG by the file's name."""
    from livecode.pictures.roll import from_rows

    rows = [played.json() for played in performance.events]
    roll = from_rows(rows, end=int(performance.cycles), title=title, sections=sections(performance))
    if picture.suffix.lower() == ".svg":
        from livecode.pictures import svg

        svg.write(roll, picture)
    else:
        from livecode.pictures import png

        png.write(roll, picture)


def _check(file: Path, kinds: tuple[str, ...]) -> None:
    if file.suffix.lower() not in kinds:
        raise FileProblem(f"cannot write {file}: its name must end in {' or '.join(kinds)}")
    if not file.parent.is_dir():
        raise FileProblem(f"no folder {file.parent} for {file.name}: make it first")
