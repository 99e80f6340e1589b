"""Colours while typing: Python, with the mini-notation inside its strings."""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

PIECES = re.compile(
    r"(?P<rest>(?<![^\s\[\]<>{}(),|])[~-](?=$|[\s\]\[<>{}(),|*]))"
    r"|(?P<number>-?\d+(?:\.(?!\.)\d+)?(?:%\d+)?)"
    r"|(?P<word>[A-Za-z_][\w']*#?[\w']*)"
    r"|(?P<group>[\[\]<>{}(),|])"
    r"|(?P<operator>[*/!?@:%^_.]+|~)"
    r"|(?P<space>\s+)|(?P<other>.)"
)
SLOT = re.compile(r"d(?:[1-9]|1[0-6])\Z")

# The terminal's own sixteen colours: readable on whatever background the performer has chosen.
STYLE = Style.from_dict(
    {
        "prompt": "ansicyan bold",
        "continuation": "ansibrightblack",
        "code.keyword": "ansimagenta",
        "code.builtin": "ansiblue",
        "code.number": "ansiyellow",
        "code.comment": "ansibrightblack italic",
        "code.string": "ansigreen",
        "code.operator": "",
        "code.slot": "bold ansicyan",
        "code.error": "ansired",
        "mini.word": "ansigreen",
        "mini.number": "ansiyellow",
        "mini.group": "ansimagenta bold",
        "mini.operator": "ansicyan",
        "mini.rest": "ansibrightblack",
        "mini.quote": "ansibrightblack",
        "bottom-toolbar": "noreverse bg:#1a1d25 #8d97a8",
        "toolbar.strong": "#e6e9ef bold",
        "toolbar.fault": "#f2708f bold",
        "toolbar.off": "#59616f",
        "flash": "bg:#5ec8f2 #14161c",
        "lit": "bg:#5ec8f2 #14161c",
        "meter.hot": "#f2708f bold",
        "panel.trace": "#5ec8f2",
        "panel.loud": "#f2a65e",
        "documentation": "bg:#1a1d25 #c9d0dc",
        "completion-menu": "bg:#22262f #c9d0dc",
        "completion-menu.completion.current": "noreverse bg:#5ec8f2 #14161c",
        "completion-menu.meta.completion": "bg:#1a1d25 #8d97a8",
        "completion-menu.meta.completion.current": "bg:#2a3340 #e6e9ef",
        "scrollbar.background": "bg:#22262f",
        "scrollbar.button": "bg:#454d5e",
    }
)


class CodeLexer(Lexer):
    """prompt_toolkit's view of the text: one list of coloured fragments a line."""

    def __init__(self) -> None:
        from pygments.lexers.python import PythonLexer

        self._python = PythonLexer(ensurenl=False, stripnl=False)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines: list[StyleAndTextTuples] = [[]]
        for style, text in self.fragments(document.text):
            first, *more = text.split("\n")
            lines[-1].append((style, first))
            for piece in more:
                lines.append([(style, piece)])

        def line(number: int) -> StyleAndTextTuples:
            return lines[number] if number < len(lines) else []

        return line

    def fragments(self, text: str) -> list[tuple[str, str]]:
        """The whole text as (style, piece) pairs; the pieces joined are the text again."""
        from pygments.token import Token

        styles = (
            (Token.Literal.String.Doc, "code.comment"),
            (Token.Literal.String.Affix, "code.keyword"),
            (Token.Literal.String, "string"),
            (Token.Keyword, "code.keyword"),
            (Token.Operator.Word, "code.keyword"),
            (Token.Name.Builtin, "code.builtin"),
            (Token.Literal.Number, "code.number"),
            (Token.Comment, "code.comment"),
            (Token.Operator, "code.operator"),
            (Token.Error, "code.error"),
        )
        found: list[tuple[str, str]] = []
        for _, token, piece in self._python.get_tokens_unprocessed(text):
            style = next((name for kind, name in styles if token in kind), "")
            if style == "string":
                found.extend(notation(piece))
            elif SLOT.match(piece):
                found.append(("class:code.slot", piece))
            else:
                found.append((f"class:{style}" if style else "", piece))
        return found


def notation(text: str) -> list[tuple[str, str]]:
    """A piece of a string, coloured as mini-notation.

    >>> [style.rsplit(".", 1)[1] for style, piece in notation("bd*2 ~") if piece.strip()]
    ['word', 'operator', 'number', 'rest']
    """
    if text and not text.strip("'\""):
        return [("class:mini.quote", text)]
    found = []
    for match in PIECES.finditer(text):
        kind = match.lastgroup or "other"
        style = "code.string" if kind in ("other", "space") else f"mini.{kind}"
        found.append((f"class:{style}", match.group()))
    return found
