"""Jupyter: the same session in a notebook, and everything that has a picture or a sound shows it.

    %load_ext livecode
    %%live
    d1 >> s("bd*4, ~ cp")
    %hush
    %render 8

`%%live` evaluates a cell as the prompt evaluates a block: all of it or nothing, one step of undo, errors as
one line with a caret. A plain cell works too, each statement for itself.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.display import Audio

from livecode.bridges import offstage
from livecode.errors import LivecodeError, one_line
from livecode.language.pattern import Pattern
from livecode.music.phrase import Phrase
from livecode.pictures.picture import Picture
from livecode.pictures.show import show
from livecode.repl.evaluating import Evaluator
from livecode.stage.namespace import NAMES, refusal
from livecode.stage.recording import Recording
from livecode.stage.session import current
from livecode.stage.slot import Placed, Slot, Slots

CYCLES = 4
RENDERED_CYCLES = 8
_loaded: dict[int, Live] = {}


class Live:
    """`%%live`, `%hush`, `%render`, `%undo` and `%redo` on the session of `from livecode import *`."""

    def __init__(self, shell: Any) -> None:
        self.session: Any = current()
        exec("from livecode import *", shell.user_ns)
        self.evaluator = Evaluator(self.session, shell.user_ns)
        self._names = {name: shell.user_ns[name] for name in NAMES}
        self._shell = shell
        shell.events.register("post_run_cell", self.put_back)
        self.session.listen(_tell)

    def put_back(self, _result: Any = None) -> None:
        """Give slots and tempo their meaning back that a cell has taken, and say what to type instead."""
        held = self._shell.user_ns
        for name, meaning in self._names.items():
            value = held.get(name)
            # A slot of another session of the performer's own is one all the same.
            refused = None if isinstance(value, Slot) else refusal(name, value, meaning)
            if refused is not None:
                held[name] = meaning
                sys.stderr.write(f"{refused}\n")

    def live(self, line: str, cell: str) -> Any:
        """Evaluate the cell as one step: `%%live`."""
        answer = self.evaluator.evaluate(cell)
        if answer.interrupted:
            raise KeyboardInterrupt
        if answer.fault is not None:
            fault = answer.fault
            if fault.line:
                sys.stderr.write(f"{fault.text}\n{fault.caret()}\n")
            where = f"line {fault.line}: " if fault.line and cell.strip().count("\n") else ""
            raise UsageError(f"{where}{fault.message}")
        if answer.value is None and answer.text:
            sys.stdout.write(answer.text + "\n")
        return answer.value if answer.text else None

    def hush(self, line: str) -> None:
        """Silence everything at once."""
        self.session.hush()

    def undo(self, line: str) -> None:
        """Back to before the last evaluation."""
        self.session.undo()

    def redo(self, line: str) -> None:
        """Forward again after an undo."""
        self.session.redo()

    def render(self, line: str) -> Any:
        """Render what plays and show a player: `%render`, `%render 16`, `%render 16 take.wav`."""
        cycles, path = RENDERED_CYCLES, None
        for word in shlex.split(line):
            if word.lstrip("-").isdigit():
                cycles = int(word)
            else:
                path = Path(word).expanduser()
        if path is None:
            path = offstage.usual_name(Path.cwd())
        try:
            seconds = offstage.render(self.session, path, cycles)
        except LivecodeError as error:
            raise UsageError(one_line(error)) from None
        sys.stdout.write(f"{path}: {seconds:.1f} s, {cycles} cycles\n")
        return Audio(filename=str(path))


def load(shell: Any) -> None:
    """Make the names, the magics and the displays known to an IPython shell."""
    live = _loaded[id(shell)] = Live(shell)
    shell.register_magic_function(live.live, "cell", "live")
    for magic in (live.hush, live.undo, live.redo, live.render):
        shell.register_magic_function(magic, "line", magic.__name__)
    svg = shell.display_formatter.formatters["image/svg+xml"]
    for kind in (Slot, Slots, Phrase):
        svg.for_type(kind, _drawn)
    svg.for_type(Pattern, _drawn)
    html = shell.display_formatter.formatters["text/html"]
    html.for_type(Recording, _player)
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type(Picture, lambda picture, printer, cycle: printer.text(str(picture)))
    plain.for_type(Placed, lambda placed, printer, cycle: printer.text(repr(placed)))
    table = _table_class()
    svg.for_type(table, _drawn)


def unload(shell: Any) -> None:
    """Stop telling and putting back; the names stay."""
    current().unlisten(_tell)
    live = _loaded.pop(id(shell), None)
    if live is not None:
        shell.events.unregister("post_run_cell", live.put_back)


def _drawn(thing: Any) -> str | None:
    """The picture of a thing; None, which leaves its text, for what has none."""
    try:
        return show(thing, CYCLES)._repr_svg_()
    except Exception:
        return None


def _player(recording: Recording) -> str | None:
    if recording.running or not recording.path.exists():
        return None
    html: str = Audio(filename=str(recording.path))._repr_html_()
    return html


def _table_class() -> type:
    from livecode.generators.markov.table import Table

    return Table


def _tell(notice: Any) -> None:
    sys.stderr.write(f"{notice.text}\n")
