"""What an editor may ask, whichever way it comes in: evaluate, complete, explain, hush; and what lights up.

Code is evaluated in the thread that calls `work()`, one block after another, so that it can be interrupted as
at the prompt. Everything else is answered at once.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import queue
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livecode.errors import LivecodeError, one_line
from livecode.repl.evaluating import Answer, Evaluator
from livecode.repl.how import search
from livecode.stage.lighting import strings
from livecode.stage.view import View

KEPT_BLOCKS = 64
MOST_OFFERS = 60
LONGEST_CODE = 1_000_000
LONGEST_ANSWER = 20_000

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Block:
    """A block as it was evaluated: its text, and where it stood: file, line from 1, column from 0."""

    number: int
    code: str
    file: str = ""
    line: int = 1
    column: int = 0

    @property
    def last_line(self) -> int:
        """The line of its end."""
        return self.line + self.code.count("\n")


@dataclass(frozen=True)
class Job:
    """A block that waits for its evaluation, and whom to answer."""

    block: Block
    answer: Tell


class Editor:
    """One session as editors see it."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.view = View(session)
        self.evaluator = Evaluator(session, session.namespace())
        self._completer: Any = None
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self._documents: dict[str, str] = {}
        self._current = ""
        self._number = 0
        self._guard = threading.Lock()
        self._evaluating = False
        self._interrupted_at = -math.inf

    # Evaluating.

    def evaluate(self, code: str, answer: Tell, file: str = "", line: int = 1, column: int = 0) -> int:
        """Have a block evaluated; `answer` is called with what came of it. Gives the block's number."""
        if len(code) > LONGEST_CODE:
            raise LivecodeError(f"{len(code)} characters are too many for one block: evaluate less at once")
        with self._guard:
            self._number += 1
            block = Block(self._number, code, file, max(1, line), max(0, column))
        self._jobs.put(Job(block, answer))
        return block.number

    def work(self, seconds: float | None = None) -> bool:
        """Evaluate the next block in this thread; False when there was none in that time, or it is over."""
        try:
            job = self._jobs.get(timeout=seconds)
        except queue.Empty:
            return True
        except KeyboardInterrupt:
            # An editor's interrupt that came when its block had just ended is not the performer's Ctrl-C.
            if self._interrupted_at + 1.0 < time.monotonic():
                raise
            return True
        if job is None:
            return False
        printed = io.StringIO()
        self._evaluating = True
        try:
            with contextlib.redirect_stdout(printed):
                answer = self.evaluator.evaluate(job.block.code)
        except KeyboardInterrupt:
            answer = Answer(interrupted=True)
        finally:
            self._evaluating = False
        if answer.fault is None and not answer.interrupted:
            self._remember(job.block)
        told = self._told(job.block, answer)
        if printed.getvalue() and told["ok"]:
            told["text"] = (printed.getvalue() + told["text"]).rstrip("\n")[:LONGEST_ANSWER]
        job.answer(told)
        return True

    def stop(self) -> None:
        """Let `work` end."""
        self._jobs.put(None)

    def interrupt(self) -> bool:
        """Stop what is being evaluated, as Ctrl-C does; False when nothing is."""
        if not self._evaluating:
            return False
        self._interrupted_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)
        return True

    def _told(self, block: Block, answer: Answer) -> dict[str, Any]:
        told: dict[str, Any] = {"block": block.number, "file": block.file}
        if answer.interrupted:
            return told | {"ok": False, "text": "interrupted", "line": block.line, "column": 0, "width": 0}
        fault = answer.fault
        if fault is None:
            return told | {"ok": True, "text": answer.text}
        if fault.file or not fault.line:
            # Nowhere in this text: in a file that it uses, or in no place at all.
            return told | {"ok": False, "text": fault.located(), "line": 0, "column": 0, "width": 0}
        column = fault.column + (block.column if fault.line == 1 else 0)
        place = {"line": block.line + fault.line - 1, "column": column, "width": fault.width}
        return told | {"ok": False, "text": fault.message, **place}

    def known(self, file: str, text: str) -> None:
        """A file that plays already: its characters light up too."""
        with self._guard:
            self._number += 1
            number = self._number
        self._remember(Block(number, text, file))

    # Documents, for those who name a place instead of sending code.

    def open(self, file: str, text: str) -> None:
        """Know a document's text; it becomes the one that places are in."""
        if len(text) > LONGEST_CODE:
            raise LivecodeError(f"{file or 'this text'} is too long to be kept: {len(text)} characters")
        with self._guard:
            self._documents[file] = text
            self._current = file
            while len(self._documents) > KEPT_BLOCKS:
                del self._documents[next(iter(self._documents))]

    def place(self, kind: str, row: int | None = None) -> tuple[str, str, int]:
        """Code, file and first line of a `line`, a `multi_line` block or the `whole_editor`, at a row from 0.

        Raises LivecodeError when no document is known or there is nothing at that row.
        """
        with self._guard:
            text, file = self._documents.get(self._current), self._current
        if text is None:
            raise LivecodeError("no document is known: evaluate something from the editor first")
        if kind == "whole_editor":
            return text, file, 1
        lines = text.split("\n")
        at = min(max(0, row or 0), len(lines) - 1)
        if kind == "line":
            first = last = at
        elif kind == "multi_line":
            first, last = paragraph(lines, at)
        else:
            raise LivecodeError(f"no kind of evaluation {kind!r}: it is line, multi_line or whole_editor")
        code = "\n".join(lines[first : last + 1])
        if not code.strip():
            raise LivecodeError(f"nothing stands in line {at + 1}")
        return code, file, first + 1

    # Names.

    def complete(self, before: str) -> list[dict[str, str]]:
        """Names that fit at the end of a text, best first, each with its meaning."""
        if self._completer is None:
            from livecode.repl.complete import NameCompleter

            self._completer = NameCompleter(self.evaluator.names)
        offers = self._completer.offers(before)
        return [{"name": name, "meaning": meaning} for name, meaning in offers[:MOST_OFFERS]]

    def signature(self, before: str) -> str:
        """How to call what the end of a text is in the brackets of."""
        self.complete("")
        return str(self._completer.signature_at(before))

    def explain(self, name: str) -> str:
        """The documentation of a name."""
        return self.evaluator.help_page(name)

    def how(self, wish: str) -> list[dict[str, str]]:
        """Lines that fulfil a wish."""
        return [{"line": find.line, "meaning": find.meaning} for find in search(wish)]

    # Acting.

    def act(self, verb: str, slot: int | None = None) -> None:
        """hush, undo, redo; mute, unmute, solo, unsolo or stop a slot. Raises LivecodeError for others."""
        if verb in ("hush", "undo", "redo"):
            getattr(self.session, verb)()
        elif verb in ("mute", "unmute", "solo", "unsolo", "stop") and slot in self.session.slots:
            getattr(self.session.slots[slot], verb)()
        elif verb in ("mute", "unmute", "solo", "unsolo", "stop"):
            raise LivecodeError(f"{verb} needs a slot from 1 to {len(self.session.slots)}, not {slot!r}")
        else:
            raise LivecodeError(f"no verb {verb!r}: an editor may hush, undo, redo, mute, solo, stop")

    def status(self) -> dict[str, Any]:
        """The performance at a glance, as plain data."""
        status = self.session.status()
        return {
            "state": status.state,
            "bpm": status.bpm,
            "cycle": round(float(status.cycle), 3),
            "slots": [
                {"slot": slot.number, "muted": slot.muted, "soloed": slot.soloed, "fault": slot.fault or ""}
                for slot in status.slots
                if slot.playing
            ],
        }

    # What sounds.

    def lit(self) -> dict[int, list[list[int]]]:
        """The ranges that sound, by block: [line, column, end line, end column, slot], from 0 within it."""
        with self._guard:
            blocks = list(self._blocks.values())
        if not blocks:
            return {}
        found: dict[int, list[list[int]]] = {}
        for note in self.view.sounding():
            for block in blocks:
                places = strings(block.code).all_places(note.locations)
                if places:
                    ranges = found.setdefault(block.number, [])
                    for first, last in places:
                        place = [*line_column(block.code, first), *line_column(block.code, last), note.slot]
                        if place not in ranges:
                            ranges.append(place)
        return {number: sorted(ranges) for number, ranges in found.items()}

    def block(self, number: int) -> Block | None:
        """A block that was evaluated, while its characters may still light up."""
        return self._blocks.get(number)

    def _remember(self, block: Block) -> None:
        with self._guard:
            for number, other in list(self._blocks.items()):
                together = other.file == block.file and other.line <= block.last_line
                if together and block.line <= other.last_line:
                    del self._blocks[number]
            self._blocks[block.number] = block
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)


def line_column(text: str, place: int) -> tuple[int, int]:
    """Line and column, both from 0, of a place in a text.

    >>> line_column("ab\\ncd", 4)
    (1, 1)
    """
    line = text.count("\n", 0, place)
    return line, place - (text.rfind("\n", 0, place) + 1)


def paragraph(lines: list[str], at: int) -> tuple[int, int]:
    """First and last line of the block around a line: up to the empty lines before and after it.

    >>> paragraph(["a", "", "b", "c", ""], 3)
    (2, 3)
    """
    if not lines[at].strip():
        return at, at
    first = last = at
    while first > 0 and lines[first - 1].strip():
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    return first, last


def refusal(error: Exception) -> dict[str, Any]:
    """What is answered to a request that could not be carried out."""
    return {"ok": False, "text": one_line(error), "line": 0, "column": 0, "width": 0}
