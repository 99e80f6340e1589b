"""What kind of tune a piece is: a jig, a reel, an air, as its book says.

O'Neill printed his tunes by kind, Ryan and Aird name it in the title, ABC files have a field for it.

>>> kind_of("The Blackbird -- Hornpipe", "Ryan's Mammoth Collection (Boston, 1883): Blackbird.abc X:1")
'hornpipe'
>>> kind_of("Biddy Maloney", "O'Neill's Music of Ireland (Chicago, 1903): 1001-1031.abc X:1010")
'jig'
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

SECTIONS: Final = (
    (625, "air"),
    (700, "air"),
    (1115, "jig"),
    (1175, "slip jig"),
    (1555, "reel"),
    (1780, "hornpipe"),
    (1800, "long dance"),
    (1850, "march"),
)
"""The last number of each part of O'Neill's Music of Ireland, whose second are Carolan's airs."""

WORDS: Final = {
    "slip jig": "slip jig",
    "slipjig": "slip jig",
    "hop jig": "slip jig",
    "double jig": "jig",
    "single jig": "jig",
    "slide": "jig",
    "jig": "jig",
    "reel": "reel",
    "hornpipe": "hornpipe",
    "strathspey": "strathspey",
    "strathspay": "strathspey",
    "strathsy": "strathspey",
    "highland fling": "fling",
    "fling": "fling",
    "clog": "clog",
    "waltz": "waltz",
    "polka": "polka",
    "minuet": "minuet",
    "march": "march",
    "quick step": "quickstep",
    "quickstep": "quickstep",
    "long dance": "long dance",
    "walk around": "walkaround",
    "walkaround": "walkaround",
    "air": "air",
    "song": "song",
}
"""Words for kinds, the longer before those that they contain, and the kind each means."""

_ANY: Final = re.compile(r"\b(" + "|".join(map(re.escape, WORDS)) + r")\b")


def named(text: str) -> str:
    """The kind that a word of an ABC file's R: field means, the word itself where nobody knows it.

    >>> named(" Double jig"), named("mazurka")
    ('jig', 'mazurka')
    """
    word = " ".join(text.lower().split())
    return WORDS.get(word, word)


def kind_of(name: str, source: str) -> str:
    """The kind of a piece by its name and where it was found, "" where neither tells."""
    if source.startswith("O'Neill"):
        number = re.search(r"X:(\d+)", source)
        if number and 1 <= int(number.group(1)) <= SECTIONS[-1][0]:
            ends = [end for end, _ in SECTIONS]
            return SECTIONS[bisect_left(ends, int(number.group(1)))][1]
    if source.startswith("JSB chorales"):
        return "chorale"
    found = _ANY.findall(name.lower())
    return WORDS[found[-1]] if found else ""
