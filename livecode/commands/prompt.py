"""The prompt: type patterns, hear them.

    livecode
    livecode --tempo 126 --device hw:1
    printf 'd1 >> s("bd*4")\n' | livecode --stay

Without a terminal it evaluates the lines and blocks that come through the pipe until they end.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import livecode.config as settings
from livecode.commands.sets_by_name import use_set

if TYPE_CHECKING:
    from collections.abc import Callable

WELCOME = """\
Two patterns begin in the slots d1 and d2, shown at the foot. Change them, or try:
  tutorial()             five minutes that play as they go
  how("make it swing")   say what you want
  hush()                 silence, at once (or F9)
"""
FIRST = (
    'd1 >> s("bd ~ ~ bd ~ bd ~ ~, ~ cp, hh*8?0.3").gain(0.9)',
    'd2 >> n("0 [2 4] <7 9> 4").scale("d dorian").synth("pluck").room(0.3).every(4, rev)',
)
"""What the very first start plays, asking nothing."""

BANNER = "livecode {version}   ?name tells what a name means, help() the keys, Ctrl-D leaves\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings, and what to do with a pipe."""
    parser.add_argument("--stay", action="store_true", help="after the pipe has ended play on until Ctrl-C")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a block from the pipe failed")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Open the prompt, or read the pipe."""
    config = settings.from_options(options)
    use_set(config)
    from livecode.stage.limits import limit_memory
    from livecode.stage.session import Session, use

    leave_on_signals()
    limit_memory()
    session = Session("live", config=config)
    use(session)
    try:
        if sys.stdin.isatty() and sys.stdout.isatty():
            return converse(session, config)
        from livecode.bridges.publish import published
        from livecode.repl import plain

        with published(session, settings.folder("state")):
            failed = plain.run(session, sys.stdin, sys.stdout, sys.stderr)
            if options.stay:
                stay(session)
        return 1 if failed and options.strict else 0
    finally:
        session.close()


def converse(session: Any, config: settings.Config, first: Callable[[], Any] | None = None) -> int:
    """The prompt on a terminal; `first` runs when it is about to show."""
    from livecode.bridges.publish import published
    from livecode.commands.versions import version

    banner = BANNER.format(version=version())
    with published(session, settings.folder("state")):
        return _converse(session, config, banner, first)


def _converse(session: Any, config: settings.Config, banner: str, first: Callable[[], Any] | None) -> int:
    from livecode.repl.prompt import Prompt, history_file

    if first is None and not history_file().exists():

        def welcome() -> None:
            # Not into the hands of somebody who was quicker.
            if not session.history():
                session.evaluate("\n".join(FIRST))

        return Prompt(session, config).run(f"{banner}\n{WELCOME}", behind=welcome)
    return Prompt(session, config).run(banner, first)


def leave_on_signals() -> None:
    """`kill` ends things in order: the sound fades and the engine goes too. A terminal that is gone does not.

    A line that broke, a window closed by mistake: the music goes on for a while, as after any other death of
    the prompt, and `livecode resume` takes it over.
    """

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    def die(number: int, _frame: object) -> None:
        os._exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, die)


def stay(session: Any) -> None:
    """Play on until Ctrl-C, or until the sound has ended for good."""
    try:
        while session.status().state != "ended":
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
