"""Where the cursor is in unfinished code: in a string of which call, after which dot, at which name.

>>> where = place('d1 >> s("bd sn').inside
>>> where.function, where.word
('s', 'sn')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

IDENTIFIER = re.compile(r"[A-Za-z_]\w*\Z")
MINI_WORD = re.compile(r"[\w'#-]*\Z")
QUOTES = ("'" * 3, '"' * 3, "'", '"')


@dataclass(frozen=True, slots=True)
class InString:
    """Inside a string: the call it is an argument of, which argument, and the word being typed.

    `function` is the last name of `calls`, the whole expression that is called.
    """

    function: str
    keyword: str
    text: str
    word: str
    calls: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What is being typed at the end of some text.

    `inside` is set in a string; else `owner` is the expression before a dot (None without a dot), `word` the
    name so far, `calls` the callable whose brackets are open around the cursor ("" when there is none).
    `silent` is set in a comment or a number, where nothing is offered.
    """

    word: str = ""
    owner: str | None = None
    calls: str = ""
    inside: InString | None = None
    silent: bool = False


def place(before: str) -> Place:
    """Read the text before the cursor."""
    start, comment = _open_string(before)
    if comment:
        return Place(silent=True)
    if start is not None:
        return Place(inside=_in_string(before, start))
    match = IDENTIFIER.search(before)
    word = match.group() if match else ""
    rest = before[: len(before) - len(word)]
    calls = _call_before(rest, len(rest))[0]
    number = r"\d\Z" if word else r"\d\.?\Z"
    if re.search(number, rest):
        return Place(calls=calls, silent=True)
    if rest.rstrip().endswith(".") and not rest.rstrip().endswith(".."):
        return Place(word, expression_before(rest.rstrip()[:-1]), calls)
    return Place(word, None, calls)


def expression_before(text: str) -> str:
    """The primary expression that ends the text: names, dots, calls and subscripts.

    >>> expression_before('d1 >> s("bd").fast(2)')
    's("bd").fast(2)'
    """
    position = len(text)
    while position > 0:
        character = text[position - 1]
        if character in ")]}":
            opened = _matching(text, position - 1)
            if opened is None:
                break
            position = opened
        elif character in "'\"":
            opened = _string_start(text, position - 1)
            if opened is None:
                break
            position = opened
            break
        elif character.isalnum() or character in "_.":
            position -= 1
        else:
            break
    return text[position:]


def head_of_call(expression: str) -> str:
    """The callable of a call: `s("bd").fast(2)` -> `s("bd").fast`; "" when it is not a call.

    >>> head_of_call('markov("foster")')
    'markov'
    """
    if not expression.endswith(")"):
        return ""
    opened = _matching(expression, len(expression) - 1)
    return "" if opened is None else expression[:opened]


def _open_string(text: str) -> tuple[int | None, bool]:
    """Where an unfinished string begins (its quote), and whether the end is in a comment."""
    position, opened, quote = 0, None, ""
    while position < len(text):
        if opened is None:
            if text[position] == "#":
                end = text.find("\n", position)
                if end < 0:
                    return None, True
                position = end
                continue
            for candidate in QUOTES:
                if text.startswith(candidate, position):
                    opened, quote = position, candidate
                    position += len(candidate)
                    break
            else:
                position += 1
        elif text[position] == "\\":
            position += 2
        elif text.startswith(quote, position):
            position += len(quote)
            opened = None
        elif text[position] == "\n" and len(quote) == 1:
            opened = None
        else:
            position += 1
    return opened, False


def _in_string(before: str, start: int) -> InString:
    quote = 3 if before.startswith(("'" * 3, '"' * 3), start) else 1
    text = before[start + quote :]
    function, keyword = _call_before(before, start)
    match = MINI_WORD.search(text)
    return InString(function.rsplit(".", 1)[-1], keyword, text, match.group() if match else "", function)


def _call_before(text: str, position: int) -> tuple[str, str]:
    """The callable whose bracket is open at a position, and the keyword being given to it."""
    keyword = ""
    given = re.search(r"([A-Za-z_]\w*)\s*=\s*\Z", text[:position])
    if given:
        keyword = given.group(1)
    depth, index = 0, position - 1
    while index >= 0:
        character = text[index]
        if character in "'\"":
            opened = _string_start(text, index)
            if opened is None:
                return "", keyword
            index = opened - 1
            continue
        if character in ")]}":
            depth += 1
        elif character in "([{":
            if depth == 0:
                if character != "(":
                    # `s(["bd` is still about s.
                    index -= 1
                    continue
                return expression_before(text[:index]), keyword
            depth -= 1
        elif character == "\n" and depth == 0 and not text[index + 1 : position].startswith((" ", "\t")):
            return "", keyword
        index -= 1
    return "", keyword


def _matching(text: str, closed: int) -> int | None:
    """The position of the bracket that `closed` closes."""
    depth, index = 0, closed
    while index >= 0:
        character = text[index]
        if character in "'\"":
            opened = _string_start(text, index)
            if opened is None:
                return None
            index = opened - 1
            continue
        if character in ")]}":
            depth += 1
        elif character in "([{":
            depth -= 1
            if depth == 0:
                return index
        index -= 1
    return None


def _string_start(text: str, closing: int) -> int | None:
    """Where the string begins whose closing quote is at `closing`."""
    mark = text[closing]
    if text[max(0, closing - 2) : closing + 1] == mark * 3:
        found = text.rfind(mark * 3, 0, closing - 2)
        return found if found >= 0 else None
    index = closing - 1
    while index >= 0 and text[index] != "\n":
        if text[index] == mark and (index == 0 or text[index - 1] != "\\"):
            return index
        index -= 1
    return None
