"""Take code from an editor: over a plain socket and OSC, on this machine only, with a token.

    livecode serve
    livecode serve mine.py --pulsar

The plug-ins of docs/editors/ (Neovim, Emacs, VS Code) find it by themselves. FILE is played first, and is
the document that Pulsar's messages are about until an editor sends another.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

import livecode.config as settings
from livecode.commands.sets_by_name import pattern_file, use_set

PULSAR_PORT, HIGHLIGHTS_PORT = 3333, 6013


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and what to play first."""
    parser.add_argument("what", nargs="?", metavar="FILE|NAME", help="a pattern file or set to play first")
    parser.add_argument("--port", type=int, default=0, metavar="PORT", help="of the socket (any free one)")
    parser.add_argument("--osc-port", type=int, default=0, metavar="PORT", help="of OSC (any free one)")
    parser.add_argument(
        "--pulsar", action="store_true",
        help=f"take /pulsar/eval on port {PULSAR_PORT} and send /editor/highlights to {HIGHLIGHTS_PORT}",
    )  # fmt: skip
    parser.add_argument("--highlights", type=int, metavar="PORT", help="send /editor/highlights to this port")
    parser.add_argument("--json", action="store_true", help="print port, OSC port and token as JSON")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from livecode.bridges.editor import Editor
    from livecode.bridges.osc import OscDoor
    from livecode.bridges.publish import published
    from livecode.bridges.serve import HOST, Door, remove_key, write_key
    from livecode.commands.prompt import leave_on_signals
    from livecode.stage.session import Session, use

    config = settings.from_options(options)
    use_set(config)
    path = pattern_file(options.what) if options.what else None
    leave_on_signals()
    # Started with & by a shell, this process would ignore the interrupt that an editor asks for.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    session: Any = Session("live", config=config)
    use(session)
    editor = Editor(session)
    door = Door(editor, options.port)
    osc_port = options.osc_port or (PULSAR_PORT if options.pulsar else 0)
    highlights = options.highlights or (HIGHLIGHTS_PORT if options.pulsar else None)
    osc = OscDoor(editor, door, osc_port, options.pulsar, highlights)
    key = settings.folder("state") / "serve.json"
    told = {"host": HOST, "port": door.port, "osc_port": osc.port, "token": door.token}
    try:
        session.listen(_tell)
        session.boot()
        if path is not None:
            _play_first(editor, path)
        door.start()
        osc.start()
        write_key(key, told)
        if options.json:
            print(json.dumps({**told, "key": str(key)}), flush=True)
        else:
            print(f"editors: {HOST} port {door.port}, OSC port {osc.port}; the token is in {key}", flush=True)
        with published(session, settings.folder("state")):
            return _work(editor)
    finally:
        remove_key(key)
        osc.close()
        door.close()
        session.close()


def _work(editor: Any) -> int:
    """Evaluate what comes, here in the main thread; Ctrl-C ends it, between two evaluations."""
    while True:
        try:
            if not editor.work(0.5):
                return 0
        except KeyboardInterrupt:
            return 0


def _play_first(editor: Any, path: Path) -> None:
    from livecode.commands.play import shown

    text = path.read_text(encoding="utf-8")
    editor.open(str(path), text)
    try:
        editor.session.load(path)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise shown(error) from None
    editor.known(str(path), text)


def _tell(notice: Any) -> None:
    print(notice.text, file=sys.stderr, flush=True)
