"""Play a pattern file, or a set by its name.

    livecode play                     the factory set
    livecode play dorian_rain --repl  a set by name, with the prompt beside it
    livecode play mine.py --watch     play a file again at the next cycle whenever it is saved

On a machine without a sound device the set is rendered to out/NAME.wav with a picture, out/NAME.png; with
--repl, --watch or --live it plays there in silence.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import livecode.config as settings
from livecode.commands.sets_by_name import factory_set, pattern_file, use_set

OUT = Path("out")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to play and how long."""
    parser.add_argument("what", nargs="?", metavar="FILE|NAME", help="a pattern file, or the name of a set")
    parser.add_argument("--watch", action="store_true", help="play the file again whenever it is saved")
    parser.add_argument("--repl", action="store_true", help="open the prompt while it plays")
    parser.add_argument("--cycles", type=int, metavar="N", help="end after N cycles")
    parser.add_argument("--live", action="store_true", help="play even if no sound device is found")
    parser.add_argument("--list", action="store_true", help="list the sets that can be played by name")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Play until Ctrl-C, until the cycles are over, or until the prompt is left."""
    config = settings.from_options(options)
    use_set(config)
    if options.list:
        from livecode.repl.names import Names

        for name, meaning in Names({}).of("set").items():
            print(f"{name:<24} {meaning}")
        return 0
    path = pattern_file(options.what or factory_set())
    if options.live or sound_device(config):
        return live(path, config, options)
    if options.repl or options.watch:
        print("No sound device here: playing in silence (livecode render writes what it would sound like).")
        return live(path, config, options)
    return instead_render(path, config, options)


def sound_device(config: settings.Config) -> bool:
    """Whether sound can leave this machine: a card, a running JACK or PipeWire, or a device named by hand."""
    if config.device or ":" in config.engine or not sys.platform.startswith("linux"):
        return True
    from livecode.sound.engine.jack import answers, first_card, pipewire_runs

    return (
        first_card() is not None
        or answers(os.environ.get("JACK_DEFAULT_SERVER", "default"))
        or pipewire_runs()
    )


def instead_render(path: Path, config: settings.Config, options: argparse.Namespace) -> int:
    """No way for sound to leave: a sound file and a picture of the music take its place."""
    from livecode.commands.render import render

    OUT.mkdir(exist_ok=True)
    target = OUT / f"{path.stem}.wav"
    print(f"No sound device here (livecode doctor tells more): rendering to {target} instead.", flush=True)
    made = render(path, target, config, cycles=options.cycles, picture=target.with_suffix(".png"))
    print(f"{made.sound}: {made.seconds:.0f} s of music, made in {made.took:.1f} s")
    print(f"{made.picture}: its piano roll")
    return 0


def live(path: Path, config: settings.Config, options: argparse.Namespace) -> int:
    """Through the sound engine."""
    from livecode.bridges.publish import published
    from livecode.commands.prompt import converse, leave_on_signals
    from livecode.stage.limits import limit_memory
    from livecode.stage.session import Session, use

    leave_on_signals()
    limit_memory()
    session: Any = Session("live", config=config)
    use(session)
    try:
        if options.repl:
            return converse(session, config, lambda: session.load(path, watch=options.watch))
        session.listen(_tell)
        session.boot()
        load(session, path, options.watch)
        session.wait()
        saving = ", saving the file plays it again" if options.watch else ""
        print(f"playing {path.stem}: Ctrl-C ends{saving}", flush=True)
        with published(session, settings.folder("state")):
            return _until(session, options.cycles)
    except KeyboardInterrupt:
        return 0
    finally:
        session.close()


def load(session: Any, path: Path, watch: bool) -> None:
    """Execute the file; what is wrong in it ends the command."""
    try:
        session.load(path, watch=watch)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise shown(error) from None


def shown(error: BaseException) -> Exception:
    """An error of a pattern file as one line with file and line number.

    On a terminal the text and a caret under it come first; a program that reads standard error gets one line.
    """
    from livecode.errors import LivecodeError
    from livecode.repl.faults import read, user_source
    from livecode.repl.names import Names

    fault = read(error, user_source, Names({}).public())
    text = fault.located()
    if fault.line and sys.stderr.isatty():
        print(f"  {fault.text}\n  {fault.caret()}", file=sys.stderr)
    return LivecodeError(text)


def _until(session: Any, cycles: int | None) -> int:
    while True:
        status = session.status()
        if status.state == "ended":
            from livecode.errors import EngineError

            raise EngineError("the sound engine has ended: livecode doctor tells why")
        if cycles is not None and status.cycle >= cycles:
            return 0
        time.sleep(0.05)


def _tell(notice: Any) -> None:
    print(notice.text, file=sys.stderr, flush=True)
