"""Take over a set whose prompt has died: the music is still playing, and goes on without a gap.

    livecode resume                 the set that plays without a prompt
    livecode resume JOURNAL         that one; begun again from its journal when it has ended meanwhile
    livecode resume --list          which sets play without a prompt

When the prompt is gone the sound goes on for half a minute, repeating what is known. Everything that was
typed is done again from the journal, so names, undo and scenes are there as before.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import livecode.config as settings
from livecode.commands.prompt import converse, leave_on_signals, stay
from livecode.errors import EngineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("journal", nargs="?", metavar="JOURNAL", type=Path, help="the set's journal")
    parser.add_argument("--list", action="store_true", help="list the sets that play without a prompt")
    parser.add_argument("--stay", action="store_true", help="after the pipe has ended play on until Ctrl-C")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Take over, then open the prompt or read the pipe."""
    from livecode.stage.door import stages
    from livecode.stage.limits import limit_memory
    from livecode.stage.replay import read_script
    from livecode.stage.session import Session, use

    known = [each for each in stages(settings.folder("state")) if each.orphaned()]
    if options.list:
        for each in known:
            print(f"{each.journal or 'no journal'} (sender {each.sender})")
        return 0
    if options.journal is not None:
        wanted = options.journal.expanduser().resolve()
        known = [each for each in known if each.journal and Path(each.journal).resolve() == wanted]
    known = [each for each in known if each.journal]
    if not known and options.journal is None:
        raise EngineError(
            "nothing plays without a prompt: livecode resume JOURNAL begins a set again where it ended, "
            "livecode replay JOURNAL plays it from its first beat"
        )
    journal = Path(known[-1].journal) if known else options.journal
    script = read_script(journal)
    config = script.config(settings.from_options(options))
    leave_on_signals()
    limit_memory()
    session = Session("live", config=config, journal=journal if known else "default")
    use(session)
    try:
        if known:
            session.resume(known[-1], script)
        else:
            session.begin_from(script)
        if sys.stdin.isatty() and sys.stdout.isatty():
            return converse(session, config)
        from livecode.repl import plain

        plain.run(session, sys.stdin, sys.stdout, sys.stderr)
        if options.stay:
            stay(session)
        return 0
    finally:
        session.close()
