"""Reads the smallest pieces of mini-notation: words, numbers, rests."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from quicktions import Fraction

from livecode.errors import NotationError
from livecode.language.exact import exact
from livecode.language.mini.tree import Control, Node, Rest, Value

BLANK: Final = re.compile(r"\s*")
_WORD: Final = re.compile(r"(?:[\w#'\-^]|\.(?!\.))+")
_NUMBER: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII)
PLAIN_NUMBER: Final = re.compile(r"\d*\.?\d+|\d+", re.ASCII)
AMOUNT: Final = re.compile(r"-?(?:\d*\.?\d+|\d+)", re.ASCII)
DENOMINATOR: Final = re.compile(r"%(\d+)(?![\w.])", re.ASCII)
_AFTER_REST: Final = frozenset(" \t\n\r\f\v\xa0,|]})>!*/@?(:[{<~-_")
_HINTS: Final = {
    '"': "the text is quoted already: leave the quote out",
    "=": "set controls outside the text, as in .room(0.3)",
    "+": "add outside the text, as in note('0 2') + 12",
    ";": "use ',' for parts at the same time",
    "&": "use ',' for parts at the same time",
    "%": "'%' gives a polymeter its steps, as in {a b c}%4, and writes ratios, as in 1%3",
    "$": "write functions outside the text, as in .fast(2)",
    "\\": "leave the backslash out",
}
REST: Final = Rest()


class Scanner:
    """A place in a text and what can be read there. Raises NotationError with the column."""

    __slots__ = ("at", "depth", "end", "seeds", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.end = len(text)
        self.seeds = 0
        self.depth = 0

    def fail(self, column: int, problem: str, cure: str) -> NoReturn:
        """Stop with what is wrong at a column and what to type instead."""
        raise NotationError(self.text, column, problem, cure)

    def rest(self) -> Node:
        self.at += 1
        return REST

    def minus(self) -> Node:
        """`-` is a rest when nothing is joined to it, and otherwise begins a number or a word."""
        following = self.text[self.at + 1] if self.at + 1 < self.end else " "
        if following in _AFTER_REST:
            self.at += 1
            return REST
        return self.word()

    def word(self) -> Node:
        """A word or a number."""
        begin = self.at
        found = _WORD.match(self.text, begin)
        if found is None:
            self.unreadable(begin)
        stop = found.end()
        if self.text[stop - 1] == "'" and stop < self.end and self.text[stop] in "[{<" and stop - begin > 1:
            stop -= 1
        self.at = stop
        word = self.text[begin:stop]
        first = word[0]
        if first == "^":
            if len(word) == 1:
                self.fail(begin, "'^' has no name", "write a control's name after it, as in ^cutoff")
            return Control(word[1:], begin, stop)
        if first.isdigit() or first in "-.":
            return self.number(word, begin)
        return Value(word, begin, stop)

    def number(self, word: str, begin: int) -> Value:
        """A number where the word is one: whole, decimal, or a ratio such as 1%3."""
        found = _NUMBER.fullmatch(word)
        if found is None:
            return Value(word, begin, self.at)
        if len(word) > 24:
            self.fail(begin, f"a number of {len(word)} characters is too long", "use at most 24")
        ratio = DENOMINATOR.match(self.text, self.at)
        try:
            number: Any = int(word)
        except ValueError:
            number = float(word)
            if number in (float("inf"), float("-inf")):
                self.fail(begin, f"{word} is too large a number", "use a smaller one")
        if ratio is None:
            return Value(number, begin, self.at)
        below = ratio.group(1)
        if len(below) > 24 or int(below) == 0:
            self.fail(self.at, f"a ratio cannot be over {below[:24]}", "use a ratio such as 1%3")
        self.at = ratio.end()
        return Value(exact(word) / int(below), begin, self.at)

    def unreadable(self, at: int) -> NoReturn:
        character = self.text[at]
        cure = _HINTS.get(
            character, "use letters, digits, ~ - _ . and the signs [ ] < > { } ( ) * / ! @ ? : , |"
        )
        self.fail(at, f"{character!r} means nothing here", cure)

    def exact(self, digits: str, at: int) -> Fraction:
        if len(digits) > 24:
            self.fail(at, f"a number of {len(digits)} characters is too long", "use at most 24")
        return exact(digits)
