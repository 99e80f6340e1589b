"""Perform a set again from its journal: the same changes at the same beats.

    livecode replay 2026-11-25-213000-4711.jsonl
    livecode replay JOURNAL --repl      with the prompt beside it; what you type comes on top

Every evaluation of a performance is written to a journal as it happens, in ~/.local/state/livecode/journals
(in $XDG_STATE_HOME where that is set).
`livecode render JOURNAL -o OUT.wav` writes what it sounded like.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any

import livecode.config as settings
from livecode.commands.prompt import converse, leave_on_signals, stay


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which journal, and what then."""
    parser.add_argument("journal", metavar="JOURNAL", type=Path, help="the journal of a performance")
    parser.add_argument("--repl", action="store_true", help="open the prompt while it plays")
    parser.add_argument("--stay", action="store_true", help="play on after its last line until Ctrl-C")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Perform it; returns when it is over."""
    from livecode.stage.limits import limit_memory
    from livecode.stage.replay import play_again, read_script
    from livecode.stage.session import Session, use

    script = read_script(options.journal)
    config = script.config(settings.from_options(options))
    leave_on_signals()
    limit_memory()
    session = Session("live", config=config)
    use(session)
    ended = threading.Event()
    try:
        if options.repl:
            player = threading.Thread(target=play_again, args=(session, script, ended), daemon=True)
            return converse(session, config, player.start)
        session.listen(_tell)
        session.boot()
        session.wait()
        print(f"playing {script.path.name}: Ctrl-C ends", flush=True)
        play_again(session, script, ended)
        if options.stay:
            stay(session)
        while session.status().state != "ended" and session.now() < script.cycles:
            time.sleep(0.05)
        return 0
    except KeyboardInterrupt:
        return 0
    finally:
        ended.set()
        session.close()


def _tell(notice: Any) -> None:
    print(notice.text, file=sys.stderr, flush=True)
