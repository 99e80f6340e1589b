"""A page for the room: the code, what sounds lit up in it, piano roll and scope, for a projector.

    livecode show                  what the prompt, a file or an editor plays on this machine
    livecode show dorian_rain      play a set and show it
    livecode show --host 0.0.0.0   for browsers of other machines too; they can only look

Open the address it prints in a browser; f or a double click fills the screen.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import livecode.config as settings
from livecode.commands.sets_by_name import pattern_file, use_set
from livecode.errors import EngineError

LOOK_AGAIN = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to show, and where."""
    parser.add_argument("what", nargs="?", metavar="FILE|NAME", help="a pattern file or set to play and show")
    parser.add_argument("--port", type=int, default=8765, metavar="PORT", help="of the page (8765; 0: any)")
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (here)")
    parser.add_argument("--json", action="store_true", help="print the address as JSON")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from livecode.bridges.page import Page, Room
    from livecode.bridges.publish import stages
    from livecode.commands.prompt import leave_on_signals

    config = settings.from_options(options)
    use_set(config)
    leave_on_signals()
    state = settings.folder("state")
    if options.what is None and not stages(state):
        raise EngineError("nothing is on stage: start livecode first, or name a set: livecode show NAME")
    path = pattern_file(options.what) if options.what is not None else None
    room = Room()
    page = Page(room, options.host, options.port)
    page.start()
    told = {"address": page.address, "port": page.port}
    print(json.dumps(told) if options.json else f"the page for the room: {page.address}", flush=True)
    try:
        return _watch(room, state) if path is None else _play(room, path, config)
    except KeyboardInterrupt:
        return 0
    finally:
        page.close()


def _watch(room: Any, state: Path) -> int:
    """Follow the newest stage of this user; when it ends, wait for the next."""
    from livecode.bridges.publish import stages, watch

    while True:
        found = stages(state)
        if found:
            room.follow(watch(found[-1]))
        time.sleep(LOOK_AGAIN)


def _play(room: Any, path: Path, config: settings.Config) -> int:
    """Play a set in this process and show it."""
    from livecode.bridges.publish import LOOK_EVERY, snapshot
    from livecode.commands.play import load
    from livecode.stage.session import Session, use
    from livecode.stage.view import View

    session: Any = Session("live", config=config)
    use(session)
    view = View(session)

    def scenes() -> Any:
        while not room.over.wait(LOOK_EVERY):
            yield snapshot(session, view)

    try:
        session.listen(lambda notice: print(notice.text, file=sys.stderr, flush=True))
        session.boot()
        load(session, path, True)
        threading.Thread(target=room.follow, args=(scenes(),), name="scenes", daemon=True).start()
        while session.status().state != "ended":
            time.sleep(0.2)
        raise EngineError("the sound engine has ended: livecode doctor tells why")
    finally:
        session.close()
