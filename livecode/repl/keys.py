"""The keys of the prompt: ones that every terminal really sends (function keys, Esc and a letter).

With vi editing Esc leaves insert mode, so there the letters follow Ctrl-X instead; Ctrl-X works in both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import (
    Condition,
    completion_is_selected,
    emacs_mode,
    has_completions,
    has_focus,
    is_searching,
    vi_insert_mode,
)
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from livecode.repl.reading import INDENT, complete, next_indent

SLOT_KEYS = "1234567890"
CONTROL_DIGITS = tuple(
    zip(SLOT_KEYS, [getattr(Keys, f"ControlF{number}") for number in range(13, 23)], strict=True)
)
ASK_FOR_EXTRAS, ASK_NO_MORE = "\x1b[>4;1m", "\x1b[>4;0m"
"""xterm's modifyOtherKeys: keys that have no code of their own are sent too."""


class Deck(Protocol):
    """What the keys do to the music."""

    def hush(self) -> None: ...
    def toggle_mute(self, number: int) -> None: ...
    def toggle_solo(self, number: int) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def metronome(self) -> None: ...
    def show(self, picture: str) -> None: ...
    def show_next(self) -> None: ...
    def preview(self) -> None: ...
    def rate(self, value: int) -> None: ...
    def ratings_wanted(self) -> bool: ...


def bindings(deck: Deck) -> KeyBindings:
    """All keys that are not prompt_toolkit's own."""
    extras()
    keys = KeyBindings()
    _music(keys, deck)
    _typing(keys)
    return keys


def extras() -> None:
    """Ctrl-. and Ctrl-digits, where a terminal sends them (xterm, kitty and those that follow them).

    They arrive as control with a function key that keyboards have not got: hush, and mute of a slot.
    """
    for code, key in ((46, Keys.ControlF24), *((ord(digit), key) for digit, key in CONTROL_DIGITS)):
        ANSI_SEQUENCES[f"\x1b[27;5;{code}~"] = key
        ANSI_SEQUENCES[f"\x1b[{code};5u"] = key


def _music(keys: KeyBindings, deck: Deck) -> None:
    def on(action: Callable[[], None], *names: str) -> None:
        for name in names:
            if name.startswith("f") and name[1:].isdigit():
                keys.add(name)(lambda event: action())
            else:
                letters = name.split()
                keys.add("escape", *letters, filter=emacs_mode)(lambda event: action())
                keys.add("c-x", *letters, filter=emacs_mode | vi_insert_mode)(lambda event: action())

    def for_slot(action: Callable[[int], None], number: int) -> Callable[[], None]:
        return lambda: action(number)

    def showing(picture: str) -> Callable[[], None]:
        return lambda: deck.show(picture)

    on(deck.hush, "f9", "f12", "h")
    on(deck.undo, "u")
    on(deck.redo, "U")
    on(deck.metronome, "m")
    on(deck.preview, "a")
    on(deck.show_next, "f10", "v")
    for picture, letter in (("roll", "p"), ("scope", "o"), ("spectrum", "e")):
        on(showing(picture), letter)
    for number in range(1, 9):
        on(for_slot(deck.toggle_mute, number), f"f{number}")
    for number, digit in enumerate(SLOT_KEYS, 1):
        on(for_slot(deck.toggle_mute, number), digit)
        on(for_slot(deck.toggle_solo, number), f"s {digit}")
    for number, (_, key) in enumerate(CONTROL_DIGITS, 1):
        keys.add(key)(lambda event, number=number: deck.toggle_mute(number))
    keys.add(Keys.ControlF24)(lambda event: deck.hush())

    @Condition
    def rating() -> bool:
        return not get_app().current_buffer.text and deck.ratings_wanted()

    heard = has_focus(DEFAULT_BUFFER) & ~is_searching & rating & (emacs_mode | vi_insert_mode)
    keys.add("+", filter=heard)(lambda event: deck.rate(1))
    keys.add("-", filter=heard)(lambda event: deck.rate(-1))


def _typing(keys: KeyBindings) -> None:
    typing = has_focus(DEFAULT_BUFFER) & ~is_searching
    only_offered = has_completions & ~completion_is_selected

    @Condition
    def at_indent() -> bool:
        return not get_app().current_buffer.document.current_line_before_cursor.strip()

    @Condition
    def in_deep_indent() -> bool:
        before = get_app().current_buffer.document.current_line_before_cursor
        return not before.strip(" ") and len(before) >= len(INDENT) and len(before) % len(INDENT) == 0

    @keys.add("enter", filter=typing & (emacs_mode | vi_insert_mode))
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
            return
        text, rest = buffer.text, buffer.document.text_after_cursor
        if complete(text) and ("\n" not in text or not rest.strip()):
            _accept(event)
        else:
            buffer.insert_text("\n" + next_indent(buffer.document.text_before_cursor))

    @keys.add("escape", "enter", filter=typing & emacs_mode)
    @keys.add("c-x", "enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        _accept(event)

    @keys.add("tab", filter=typing & at_indent)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(INDENT)

    @keys.add("tab", filter=typing & ~at_indent)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None:
            buffer.complete_next()
        else:
            _complete_now(buffer)

    @keys.add("backspace", filter=typing & in_deep_indent)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor(len(INDENT))

    # Names that were merely offered while typing must not take the arrows away from the history.
    @keys.add("up", filter=typing & only_offered)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()
        event.current_buffer.auto_up(count=event.arg)

    @keys.add("down", filter=typing & only_offered)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()
        event.current_buffer.auto_down(count=event.arg)


def _complete_now(buffer: Buffer) -> None:
    """Take the best name at once and show the others.

    prompt_toolkit's own way drops a Tab that comes while names for the last letter are being looked up.
    """
    asked = CompleteEvent(completion_requested=True)
    offers = list(buffer.completer.get_completions(buffer.document, asked))
    if offers:
        buffer.complete_state = CompletionState(buffer.document, offers)
        buffer.go_to_completion(0)


def _accept(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    buffer.cancel_completion()
    text = buffer.text.rstrip()
    buffer.set_document(Document(text, len(text)), bypass_readonly=True)
    buffer.validate_and_handle()
    # The block stays on the screen like this until the prompt paints over it.
    get_app().exit_style = "class:flash"
