"""A session that only writes down what is asked of it, and a prompt driven by keystrokes."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from livecode.config import Config
from livecode.repl.prompt import Prompt
from livecode.stage.ratings import Ratings


class Slot:
    def __init__(self, session: Recorder, number: int) -> None:
        self.session, self.number = session, number

    def __rshift__(self, pattern: Any) -> None:
        self.session.view.slots[self.number - 1].playing = True
        self.session.said.append(f"d{self.number} >> {pattern}")

    def __repr__(self) -> str:
        return f"this is d{self.number}"

    def set_this(self, value: int) -> Slot:
        return self

    def mute(self) -> None:
        self._set("muted", True)

    def unmute(self) -> None:
        self._set("muted", False)

    def solo(self) -> None:
        self._set("soloed", True)

    def unsolo(self) -> None:
        self._set("soloed", False)

    def _set(self, what: str, value: bool) -> None:
        setattr(self.session.view.slots[self.number - 1], what, value)
        self.session.said.append(f"d{self.number} {what} {value}")


class Recorder:
    """Has the session's verbs; keeps the calls in `said`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.texts: list[str] = []
        self.listeners: list[Callable[[Any], None]] = []
        self.ratings = Ratings(lambda: self.view.cycle)
        slots = [
            SimpleNamespace(number=number, playing=False, muted=False, soloed=False, fault=None)
            for number in range(1, 17)
        ]
        self.view = SimpleNamespace(
            state="sounding", cycle=0.0, beat=1, beats=4, bpm=120.0, load=3.0, late=0, dropped=0, lost=0,
            jitter=0.0, lateness=0.0,
            slots=slots,
        )  # fmt: skip

    def namespace(self) -> dict[str, Any]:
        names: dict[str, Any] = {f"d{n}": Slot(self, n) for n in range(1, 17)}
        names |= {"metronome": lambda: self.said.append("metronome"), "every": lambda n, change: None}
        return names

    @contextmanager
    def evaluation(self, source: str, name: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.said.append("rolled back")
            raise

    def status(self) -> Any:
        return self.view

    def boot(self) -> None:
        self.said.append("boot")

    def hush(self) -> None:
        self.said.append("hush")

    def undo(self) -> None:
        self.said.append("undo")

    def redo(self) -> None:
        self.said.append("redo")

    def levels(self) -> Any:
        return SimpleNamespace(available=False)

    def now(self) -> float:
        return float(self.view.cycle)

    def cps(self) -> float:
        return 0.5

    def heard(self, begin: float, end: float) -> list[Any]:
        return []

    def on_stage(self) -> list[Any]:
        return []

    def listen(self, callback: Callable[[Any], None]) -> None:
        self.listeners.append(callback)

    def unlisten(self, callback: Callable[[Any], None]) -> None:
        self.listeners.remove(callback)

    def notice(self, text: str) -> None:
        for callback in self.listeners:
            callback(SimpleNamespace(text=text))


def patiently(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Ask until the answer is not False."""
    limit = time.monotonic() + seconds
    while condition() is False:
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.005)


class Paper(Vt100_Output):
    """A terminal that can tell how many rows there are, so that toolbar and pictures are drawn."""

    def get_rows_below_cursor_position(self) -> int:
        return self.get_size().rows


class Typist:
    """Types at a real prompt through a pipe; `seen` is everything its terminal got."""

    def __init__(self, session: Any, reader: Any, columns: int = 80, **config: Any) -> None:
        self.session, self.reader = session, reader
        self.paper = io.StringIO()
        self.size = Size(rows=30, columns=columns)
        screen = Paper(self.paper, lambda: self.size, term="xterm", enable_cpr=False)
        self.history = InMemoryHistory()
        self.prompt = Prompt(
            session, Config().changed(config, "test"), reader=reader, screen=screen, history=self.history
        )

    def type(self, *keys: str, end: bool = True, first: Callable[[], Any] | None = None) -> int:
        """Send the keys, then Ctrl-D, and run the prompt until it ends."""
        for text in keys:
            self.reader.send_text(text)
        if end:
            self.reader.send_text("\x04")
        return self.prompt.run(first=first)

    def type_in_time(self, *steps: str | Callable[[], Any]) -> int:
        """Keys and calls one after the other from another thread, while the prompt runs.

        A call that answers False is asked again until it answers something else: what is waited for may take
        its time on a busy machine, and a test fails only when it does not come.
        """

        def follow() -> None:
            try:
                for step in steps:
                    if isinstance(step, str):
                        self.reader.send_text(step)
                    else:
                        patiently(step)
            except BaseException as error:
                failed.append(error)
            self.reader.send_text("\x04")
            # On a line that is not empty Ctrl-D takes a character: no test may wait for ever on that.
            while not ended.wait(10.0):
                self.reader.send_text("\x03\x04")

        failed: list[BaseException] = []
        ended = threading.Event()
        thread = threading.Thread(target=follow)
        thread.start()
        try:
            status = self.prompt.run()
        finally:
            ended.set()
            thread.join()
        if failed:
            raise failed[0]
        return status

    def holds(self, text: str) -> Callable[[], bool]:
        """Whether this is what the line being typed holds."""
        return lambda: bool(self.prompt.pages.default_buffer.text == text)

    def remembers(self, *lines: str) -> Callable[[], bool]:
        """Whether the new line has these before it, for the arrow keys: they are read behind the prompt."""
        return lambda: list(self.prompt.pages.default_buffer._working_lines) == [*lines, ""]

    def offers(self) -> bool:
        """Whether names are offered."""
        return self.prompt.pages.default_buffer.complete_state is not None

    def chosen(self) -> bool:
        """Whether one of the names that are offered has been chosen."""
        state = self.prompt.pages.default_buffer.complete_state
        return state is not None and state.current_completion is not None

    def shows(self, text: str) -> Callable[[], bool]:
        """Whether the terminal has got this text, whatever its colours."""
        return lambda: text in self.plain

    @property
    def namespace(self) -> dict[str, Any]:
        return self.prompt.evaluator.namespace

    @property
    def seen(self) -> str:
        return self.paper.getvalue()

    @property
    def plain(self) -> str:
        """What the terminal got, without escape sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.seen)


@pytest.fixture
def session() -> Recorder:
    return Recorder()


@pytest.fixture
def typist(session: Recorder) -> Iterator[Typist]:
    with create_pipe_input() as reader:
        yield Typist(session, reader)


@pytest.fixture
def vi_typist(session: Recorder) -> Iterator[Typist]:
    with create_pipe_input() as reader:
        yield Typist(session, reader, editing="vi")
