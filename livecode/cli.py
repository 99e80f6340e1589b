"""The `livecode` command: a table of commands, each read only when it is used.

    livecode                     the prompt
    livecode play dorian_rain    play a set by name
    livecode render FILE -o OUT.wav --cycles 16

Every command answers `--help`, and when it fails says why in one line on standard error and exits
with 1 (2 when it was called wrongly, 130 when it was interrupted).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from livecode.errors import LivecodeError, nearest, one_line

PROMPT = "prompt"

COMMANDS: dict[str, str] = {
    "play": "play a pattern file, or a set by its name",
    "resume": "take over a set whose prompt has died, without a gap",
    "replay": "perform a set again from its journal",
    "render": "write a set to a sound file, without a sound device",
    "events": "print what a set plays, one JSON object a line",
    "export": "write a set as MIDI, a score or sound for other programs",
    "show": "a page for the room: code, what sounds, piano roll, scope",
    "serve": "take code from an editor, on this machine",
    "new": "make a folder for a set of your own",
    "doctor": "look at this machine and say what to type where something is missing",
    "compose": "let a generator write a file of music",
    "corpus": "read music files and say what was found in each",
    "score": "tell how likely a model finds given music, in nats a note",
    "train": "train a model on music",
}


class Parser(argparse.ArgumentParser):
    """argparse, with its complaint on one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help tells more)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status back.

    >>> main(["rendr", "x.py"])
    2
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in ("-h", "--help"):
        print(overview())
        return 0
    if words and words[0] in ("-V", "--version"):
        from livecode.commands.versions import version

        print(f"livecode {version()}")
        return 0
    if words and not words[0].startswith("-"):
        name, rest = words[0], words[1:]
    else:
        name, rest = PROMPT, words
    if name not in COMMANDS and name != PROMPT:
        return _complain("livecode", _unknown(name), 2)
    title = "livecode" if name == PROMPT else f"livecode {name}"
    command = import_module(f"livecode.commands.{name}")
    try:
        status = _run(command, title, rest)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`livecode events ... | head`): end quietly, and keep
        # the interpreter from complaining again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except LivecodeError as error:
        return _complain(title, one_line(error), 1)
    except Exception as error:
        if os.environ.get("LIVECODE_TRACEBACK"):
            raise
        return _complain(title, f"{one_line(error)} (LIVECODE_TRACEBACK=1 shows where)", 1)


def overview() -> str:
    """The text of `livecode --help`."""
    width = max(len(name) for name in COMMANDS)
    lines = [
        "usage: livecode [settings]            open the prompt",
        "       livecode COMMAND ...           livecode COMMAND --help tells more",
        "",
        "Live coding for SuperCollider in Python, in which the players learn.",
        "",
        *(f"  {name:<{width}}  {meaning}" for name, meaning in COMMANDS.items()),
        "",
        "livecode prompt --help lists the settings, livecode --version the version.",
    ]
    return "\n".join(lines)


def _run(command: ModuleType, title: str, words: list[str]) -> int:
    """Read the words and run; a command that reads its own words has `handle` instead."""
    if hasattr(command, "handle"):
        return int(command.handle(words))
    layout = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog=title, description=command.__doc__, formatter_class=layout)
    command.add_arguments(parser)
    return int(command.run(parser.parse_args(words)))


def _unknown(name: str) -> str:
    near = nearest(name, COMMANDS)
    if near:
        return f"no command called {name!r}: did you mean {near!r}?"
    if name.endswith(".py") or os.path.exists(name):
        return f"no command called {name!r}: to play it type livecode play {name}"
    return f"no command called {name!r}: livecode --help lists them"


def _complain(title: str, message: str, status: int) -> int:
    print(f"{title}: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
