"""Write what a set plays as notes or as sound, for other programs.

    livecode export glass_chorale --to chorale.mid --cycles 32
    livecode export mine.py --to mine.pdf
    livecode export 'recombine("bach chorales")' --to new.musicxml --cycles 16

SET is a pattern file, the name of a set, or an expression that gives a composer. FILE's ending says what is
written: .mid MIDI, .ly LilyPond, .svg or .pdf an engraved score, .musicxml, .krn **kern, .csd Csound (the
living Music N), .wav .flac or .mp3 sound. Drums are written in MIDI only, on channel 10.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import livecode.config as settings
from livecode.errors import FileProblem

SOUNDS = (".wav", ".flac", ".mp3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, to where, how long."""
    parser.add_argument("what", metavar="SET", help="a pattern file, a set's name, or a composer")
    parser.add_argument("--to", dest="target", type=Path, required=True, metavar="FILE", help="where to")
    parser.add_argument("--cycles", type=int, metavar="N", help="how many cycles (the whole set, or 16)")
    parser.add_argument("--slot", type=int, metavar="N", help="one slot alone")
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Export and say what was written."""
    from livecode.music.writing import WRITERS

    config = settings.from_options(options)
    target: Path = options.target
    ending = target.suffix.lower()
    if ending not in WRITERS and ending not in SOUNDS:
        known = " ".join([*WRITERS, *SOUNDS])
        raise FileProblem(f"{target.name} ends in {ending or 'nothing'!r}: give one of {known}")
    if not target.parent.is_dir():
        raise FileProblem(f"no folder {target.parent} for {target.name}: make it first")
    if options.cycles is not None and not 1 <= options.cycles <= 100_000:
        raise FileProblem(f"--cycles {options.cycles}: give 1 to 100000")
    performance = played(options.what, options.cycles, config)
    about = exported(performance, target, config, options.slot)
    if options.json:
        print(json.dumps(about))
        return 0
    if ending in SOUNDS:
        print(f"{target}: {about['seconds']:.1f} s, {about['cycles']} cycles")
        return 0
    print(f"{target}: {about['cycles']} cycles, {about['notes']} notes on {about['staves']} staves", end="")
    print(f", {about['drums']} drums" if about["drums"] else "")
    if about["unwritten"]:
        print(f"livecode export: {about['unwritten']} events have no pitch to write", file=sys.stderr)
    return 0


def played(what: str, cycles: int | None, config: settings.Config) -> Any:
    """The performance of a set, or of a composer alone in slot 1."""
    from livecode.commands.render import performed
    from livecode.commands.sets_by_name import pattern_file, use_set

    use_set(config)
    if not re.search(r"[(\[]", what) or Path(what).exists():
        return performed(pattern_file(what), cycles, config)
    from livecode.commands.compose import generator
    from livecode.stage.offline import perform

    stream = generator(what)
    return perform(setup=lambda session: session.slots[1] >> stream.s("piano"), cycles=cycles, config=config)


def exported(
    performance: Any, target: Path, config: settings.Config, slot: int | None = None
) -> dict[str, Any]:
    """Write a performance to a file; what was written, as plain data."""
    from livecode.music.staves import written
    from livecode.music.writing import write

    about: dict[str, Any] = {"file": str(target), "cycles": int(performance.cycles)}
    if target.suffix.lower() in SOUNDS:
        return {**about, "seconds": performance.seconds, "peak": _sounded(performance, target, config)}
    silent = [number for number, gain in performance.levels.items() if gain == 0]
    events = [event for event in performance.events if slot is None or event.slot == slot]
    found = written(events, int(performance.cycles), performance.metre, silent)
    tempo = performance.cps * 60 * performance.metre[0] * 4 / performance.metre[1]
    write(found.phrase, target, min(2000.0, max(1.0, tempo)), found.drums, found.staves)
    counts = {"notes": len(found.phrase), "staves": len(found.staves), "unwritten": found.unwritten}
    drums = len(found.drums) if target.suffix.lower() in (".mid", ".midi") else 0
    left = len(found.drums) - drums
    return {**about, **counts, "drums": drums, "unwritten": found.unwritten + left, "tempo": tempo}


def _sounded(performance: Any, target: Path, config: settings.Config) -> float:
    from livecode.commands.render import sounded

    if target.suffix.lower() != ".mp3":
        return sounded(performance, target, config)
    import soundfile

    wave = target.with_suffix(".part.wav")
    try:
        peak = sounded(performance, wave, config)
        with soundfile.SoundFile(wave) as sound:
            kind = {"samplerate": sound.samplerate, "channels": min(2, sound.channels), "format": "MP3"}
            with soundfile.SoundFile(target, "w", **kind) as out:
                # MP3 knows one or two channels; more are not thrown in together but left out.
                for block in sound.blocks(1 << 16, dtype="float32", always_2d=True):
                    out.write(block[:, :2])
    except RuntimeError as problem:
        raise FileProblem(f"{target.name} cannot be written ({problem}): write .flac instead") from None
    finally:
        wave.unlink(missing_ok=True)
    return peak
