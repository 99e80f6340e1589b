"""Which characters of a text sound: from the locations that events carry to places in code.

An event knows the characters of the mini-notation string it came from and a number that stands for the string
(`livecode.language.mini.source_of`). Here the strings in a piece of code get the same numbers.

>>> code = 'd1 >> s("bd sn")'
>>> from livecode.language.mini import source_of
>>> [code[first:last] for first, last in Strings(code).places((3, 5, source_of("bd sn")))]
['sn']
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import lru_cache

from livecode.language.mini import source_of
from livecode.language.time import Location

Range = tuple[int, int]

_PIECES = re.compile(
    r"#[^\n]*"
    r"|(?P<prefix>[rRbBuUfF]{0,2})"
    r"(?P<quote>\"\"\"|'''|\"|')(?P<body>(?:\\.|(?!(?P=quote))[\s\S])*)(?P=quote)"
    r"|\w+|\s+|.",
    re.DOTALL,
)
_LONGEST = 200_000


class Strings:
    """The string literals of a piece of code, finished or not, with the number of each."""

    def __init__(self, code: str) -> None:
        self._places: dict[int, list[list[tuple[int, int, int]]]] = {}
        joined: list[tuple[int, int, str]] = []
        for match in _PIECES.finditer(code[:_LONGEST]):
            body = match.group("body")
            if body is not None and "\n" in body and len(match.group("quote")) == 1:
                # No string, but the quotes of two lines that are being typed.
                body = None
            if body is None:
                if not match.group().isspace() and not match.group().startswith("#"):
                    self._keep(joined)
                    joined = []
                continue
            prefix = match.group("prefix").lower()
            if "f" in prefix or "b" in prefix or ("\\" in body and "r" not in prefix):
                # Its characters do not stand in the code one for one.
                self._keep(joined)
                joined = []
                continue
            joined.append((match.start("body"), match.end("body"), body))
        self._keep(joined)

    def _keep(self, joined: list[tuple[int, int, str]]) -> None:
        """Neighbouring literals are one string in Python: "bd " "sn"."""
        if not joined:
            return
        pieces, length = [], 0
        for first, last, _ in joined:
            pieces.append((length, length + last - first, first))
            length += last - first
        number = source_of("".join(body for _, _, body in joined))
        self._places.setdefault(number, []).append(pieces)

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of its strings."""
        return frozenset(self._places)

    def places(self, location: Location) -> list[Range]:
        """Where in the code the characters of a location stand: more than once when the string does."""
        begin, end, number = location
        found = []
        for pieces in self._places.get(number, ()):
            for first, last, offset in pieces:
                low, high = max(begin, first), min(end, last)
                if low < high:
                    found.append((offset + low - first, offset + high - first))
        return found

    def all_places(self, locations: Iterable[Location]) -> list[Range]:
        """The places of many locations, sorted, each once."""
        return sorted({place for location in locations for place in self.places(location)})


@lru_cache(maxsize=256)
def strings(code: str) -> Strings:
    """The strings of a piece of code, read once."""
    return Strings(code)


@lru_cache(maxsize=64)
def statements(text: str) -> dict[int, tuple[int, str]]:
    """For the number of each string in a text, the line and the text of the statement that it stands in.

    >>> statements('a = s("bd")\nd1 >> a')[source_of("bd")]
    (1, 'a = s("bd")')
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[int, tuple[int, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return):
            written = ast.get_source_segment(text, node) or ""
            for number in strings(written).numbers:
                found[number] = (node.lineno, written)
    return found
