"""The prompt: read a block, evaluate it in this thread, answer, read the next.

Reading runs in prompt_toolkit's loop; evaluating happens between two readings in the main thread, where
Ctrl-C interrupts it at once. Nothing here is on the way of an event.
"""

from __future__ import annotations

import asyncio
import os
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.cursor_shapes import ModalCursorShapeConfig
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.layout import Dimension, FormattedTextControl, Window
from prompt_toolkit.output import Output

from livecode.config import Config, folder
from livecode.errors import one_line
from livecode.pictures.picture import Picture
from livecode.repl import keys, panels, preview, toolbar
from livecode.repl.above import Replaced
from livecode.repl.colouring import STYLE, CodeLexer
from livecode.repl.complete import NameCompleter
from livecode.repl.drawing import Pencil
from livecode.repl.evaluating import Answer, Evaluator
from livecode.repl.faults import Fault
from livecode.repl.flash import Flash
from livecode.repl.layers import Lighting, put_beside_the_menu, put_under_the_input
from livecode.repl.waiting import typing_waits
from livecode.repl.watching import Watch

MARK = "> "
WATCH_SECONDS = 0.18
MENU_ROWS = 8


class Prompt:
    """One performer's prompt on a session.

    `reader` and `screen` stand in for the terminal in tests.
    """

    def __init__(
        self,
        session: Any,
        config: Config | None = None,
        *,
        reader: Input | None = None,
        screen: Output | None = None,
        history: History | None = None,
    ) -> None:
        self.session = session
        self.config = config or Config()
        self.evaluator = Evaluator(session, session.namespace())
        self.evaluator.guided = True
        if self.config.editing == "vi":
            self.evaluator.leader = "Ctrl-X"
        self.completer = NameCompleter(self.evaluator.names)
        self._shown: toolbar.Fragments = []
        self._typed = self._signature = ""
        self._warmed = False
        self._colours = CodeLexer()
        real = screen is None
        self._behind: Callable[[], Any] | None = None
        self.watch = Watch(session)
        self._rows: list[panels.Row] = []
        self._lit: list[tuple[int, int]] = []
        self.pages: PromptSession[str] = PromptSession(
            [("class:prompt", MARK)],
            multiline=True,
            prompt_continuation=lambda width, line, wraps: [("class:continuation", "· "[:width])],
            lexer=self._colours,
            completer=self.completer,
            complete_while_typing=True,
            complete_in_thread=True,
            history=history if history is not None else saved_history(),
            key_bindings=keys.bindings(self),
            bottom_toolbar=self._toolbar,
            style=STYLE,
            include_default_pygments_style=False,
            editing_mode=EditingMode.VI if self.config.editing == "vi" else EditingMode.EMACS,
            enable_suspend=True,
            cursor=ModalCursorShapeConfig() if self.config.editing == "vi" else None,
            input_processors=[Lighting(lambda: self._lit)],
            input=reader,
            output=screen,
        )
        put_beside_the_menu(self.pages, self._offered)
        put_under_the_input(
            self.pages,
            Window(FormattedTextControl(self._panel), height=lambda: Dimension.exact(len(self._rows))),
        )
        self.replaced = Replaced()
        screen, application = self.pages.app.output, self.pages.app
        self._flash = Flash(screen, self.replaced, self.say, self._colours, MARK, waits=real)
        self._pencil = Pencil(screen, application.input, self.replaced.out)

    def run(
        self,
        banner: str = "",
        first: Callable[[], Any] | None = None,
        behind: Callable[[], Any] | None = None,
    ) -> int:
        """Read and evaluate until Ctrl-D.

        `first` is called once, when the prompt is about to show; `behind` once in a thread when it has shown.
        """
        self._behind = behind
        self.session.listen(self._notice)
        screen = self.pages.app.output
        try:
            screen.write_raw(keys.ASK_FOR_EXTRAS)
            screen.flush()
            with typing_waits(), self.replaced:
                if banner:
                    self.say(("class:continuation", banner))
                if first is not None:
                    self._begin(first)
                while True:
                    try:
                        text = self.pages.prompt(
                            default=self.evaluator.guide.waiting, pre_run=self._shown_now
                        )
                    except KeyboardInterrupt:
                        self._leave_tutorial()
                        continue
                    except EOFError:
                        return 0
                    finally:
                        self.replaced.release()
                    try:
                        with self._flash.of(text):
                            answer = self.evaluator.evaluate(text)
                        self._go_on(text, answer)
                    except KeyboardInterrupt:
                        self.say(("class:continuation", "interrupted"))
                        self._leave_tutorial()
                    except SystemExit as leaving:
                        return leaving.code if isinstance(leaving.code, int) else 0
        finally:
            self.session.unlisten(self._notice)
            screen.write_raw(keys.ASK_NO_MORE)
            screen.flush()

    def say(self, *fragments: tuple[str, str]) -> None:
        """Print coloured text on a line of its own."""
        text = FormattedText(list(fragments))
        print_formatted_text(
            text, style=STYLE, output=self.pages.app.output, include_default_pygments_style=False
        )

    def hush(self) -> None:
        self._guarded(self.session.hush)

    def undo(self) -> None:
        self._guarded(self.session.undo)

    def redo(self) -> None:
        self._guarded(self.session.redo)

    def metronome(self) -> None:
        self._guarded(self.evaluator.namespace["metronome"])

    def show(self, picture: str) -> None:
        """Show or put away one of the pictures under the code."""
        self.watch.show(picture)
        self._look()
        self.pages.app.invalidate()

    def show_next(self) -> None:
        """The next picture, none after the last."""
        order = ("", *panels.PICTURES, "")
        following = order[order.index(self.watch.picture) + 1]
        self.show(following or self.watch.picture)

    def preview(self) -> None:
        """Let the name that is offered, or at the cursor, be heard once, beside what plays."""
        buffer = self.pages.default_buffer
        offered = buffer.complete_state.current_completion if buffer.complete_state is not None else None
        where = self.completer.strings_at(buffer.document.text_before_cursor)
        word = offered.text if offered is not None else buffer.document.get_word_under_cursor(WORD=False)
        text = preview.heard(self.evaluator.names, word, where)
        if not text:
            self.replaced.out.write(f"{word or 'nothing here'} has no sound of its own\n")
            return
        # A composer may take a second to read its model: the keys must not wait for it.
        threading.Thread(target=self._hear, args=(text,), name="preview", daemon=True).start()

    def _hear(self, text: str) -> None:
        try:
            self.session.once(eval(text, self.session.namespace()))
        except Exception as error:
            self.replaced.out.write(one_line(error) + "\n")

    def rate(self, value: int) -> None:
        """Hand `+` or `-` to whoever listens for ratings."""
        self._guarded(lambda: self.session.ratings.give(value))

    def ratings_wanted(self) -> bool:
        return bool(self.session.ratings.wanted)

    def toggle_mute(self, number: int) -> None:
        slot = self.evaluator.namespace[f"d{number}"]
        self._guarded(slot.unmute if self._slot(number, "muted") else slot.mute)

    def toggle_solo(self, number: int) -> None:
        slot = self.evaluator.namespace[f"d{number}"]
        self._guarded(slot.unsolo if self._slot(number, "soloed") else slot.solo)

    def _slot(self, number: int, question: str) -> bool:
        return any(slot.number == number and getattr(slot, question) for slot in self.session.status().slots)

    def _guarded(self, action: Callable[[], Any]) -> None:
        """Do something on a key's behalf; a refusal is one line above the prompt."""
        try:
            action()
        except Exception as error:
            self.replaced.out.write(one_line(error) + "\n")
        self.pages.app.invalidate()

    def _begin(self, first: Callable[[], Any]) -> None:
        try:
            # The engine comes up in processes of its own while this one reads and builds.
            self.session.boot()
            first()
        except Exception as error:
            self._show_fault("", self.evaluator.fault_of(error))

    def _go_on(self, typed: str, answer: Answer) -> None:
        """Answer; in the tutorial bring the next step when this one has been played."""
        guide = self.evaluator.guide
        at = guide.at
        self._answer(typed, answer)
        if not typed.strip() or answer.interrupted:
            self._leave_tutorial()
        elif answer.fault is None and not answer.interrupted and at == guide.at and guide.follows(typed):
            self._guarded(self.evaluator.tutorial)

    def _leave_tutorial(self) -> None:
        if self.evaluator.guide.pause():
            self.say(("class:continuation", "tutorial() goes on from here"))

    def _answer(self, typed: str, answer: Answer) -> None:
        if answer.interrupted:
            self.say(("class:continuation", "interrupted"))
        if answer.fault is not None:
            self._show_fault(typed, answer.fault)
        elif isinstance(answer.value, Picture):
            self._pencil.draw(answer.value)
        elif answer.text:
            self.replaced.out.write(answer.text + "\n")

    def _show_fault(self, typed: str, fault: Fault) -> None:
        """The caret under the text that was just typed; a block's line is shown again first."""
        red = "class:code.error"
        columns = self.pages.app.output.get_size().columns
        indent = " " * len(MARK)
        caret = indent + fault.caret()
        if fault.file:
            self.say((red, f"{textwrap.fill(fault.located(), columns)}\n{indent}{fault.text}\n{caret}"))
            return
        below = textwrap.fill(fault.message, columns)
        if not fault.line:
            self.say((red, below))
            return
        on_screen = typed.strip("\n") == fault.text and len(indent) + len(fault.text) < columns
        if not on_screen:
            self.say(("class:continuation", indent + fault.text))
        if len(caret) + 1 + len(fault.message) <= columns:
            self.say((red, f"{caret} {fault.message}"))
        else:
            self.say((red, f"{caret}\n{below}" if len(caret) <= columns else below))

    def _notice(self, notice: Any) -> None:
        """One line from the session, from whatever thread."""
        self.replaced.out.write(f"{notice.text}\n")

    def _shown_now(self) -> None:
        application = self.pages.app
        self.replaced.follow(application)
        application.create_background_task(self._watch())

    async def _watch(self) -> None:
        """Draw again when the toolbar's words have changed, and only then."""
        if not self._warmed:
            self._warmed = True
            await asyncio.sleep(0.05)
            self._guarded(self.session.boot)
            threading.Thread(target=self._warm, daemon=True).start()
        self._look()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._look() or self._words() != self._shown:
                self.pages.app.invalidate()

    def _warm(self) -> None:
        if self._behind is not None:
            self._guarded(self._behind)
        self.evaluator.names.warm()

    def _look(self) -> bool:
        """Look at what sounds; whether that is another picture than before."""
        size = self.pages.app.output.get_size()
        before = self._rows, self._lit
        try:
            self._lit = self.watch.lit_in(self.pages.default_buffer.text)
            self._rows = self.watch.rows(size.columns, size.rows)
        except Exception as error:
            # A picture that cannot be drawn must not take the prompt away.
            self._lit, self._rows = [], [[("class:toolbar.fault", f" nothing to see: {one_line(error)}")]]
        self.pages.reserve_space_for_menu = max(1, MENU_ROWS - len(self._rows))
        return (self._rows, self._lit) != before

    def _offered(self) -> FormattedText:
        """The documentation of the name that Tab has brought."""
        state = self.pages.default_buffer.complete_state
        chosen = state.current_completion if state is not None else None
        if chosen is None:
            return FormattedText([])
        before = self.pages.default_buffer.document.text_before_cursor
        return FormattedText([("", self.completer.documentation(before, chosen.text))])

    def _panel(self) -> FormattedText:
        found: panels.Row = []
        for row in self._rows:
            found += [*row, ("", "\n")]
        return FormattedText(found[:-1])

    def _words(self) -> toolbar.Fragments:
        """The toolbar now; at its end how to call what is being typed, if a call is."""
        width = self.pages.app.output.get_size().columns
        typed = self.pages.default_buffer.document.text_before_cursor
        if typed != self._typed:
            self._typed, self._signature = typed, self.completer.signature_at(typed)
        hint = self._signature or toolbar.HINT
        try:
            return toolbar.fragments(self.session.status(), width, hint)
        except Exception as error:
            # Nor must a toolbar that cannot be told: whoever reads it types on.
            return [("class:toolbar.fault", f" nothing to tell: {one_line(error)}")]

    def _toolbar(self) -> FormattedText:
        self._shown = self._words()
        return FormattedText(list(self._shown))


def saved_history() -> History:
    """What was typed before, kept in the state folder; in memory where that cannot be written."""
    file = history_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        os.close(descriptor)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))


def history_file() -> Path:
    """The history's place: `history` in the state folder."""
    return folder("state") / "history"
