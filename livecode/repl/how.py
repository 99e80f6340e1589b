"""Search by intent: from a wish in a musician's words to lines and names that fulfil it. Offline, at once.

What performers ask for is written down in `intents.tsv` beside this file: a line that runs as it stands, and
the wish in several wordings. Names are found by their own documentation.

>>> print(how("make it swing").split("\\n")[0])
d1 >> s("hh*8").swing(4)
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MOST = 6
LEAST_PART = 0.3
"""A find must have this part of the best one's score, or it is left out."""

WIDEST_LINE, LEAST_MEANING = 64, 12

_WORD = re.compile(r"[a-z0-9]+(?:/[0-9]+)?|[#]")
_SAYING_NOTHING = (
    "a an the it its is are be to of in on at as and or for with that this them they my me i you we "
    "so do does how can could would should want need like make get have has let use one into from by "
    "some something sound thing more very much put give play "
)
_EMPTY = frozenset(_SAYING_NOTHING.split())
_ALIKE = (
    "loud louder volume level gain",
    "quiet quieter soft softer silent",
    "fast faster quick quicker speed",
    "slow slower",
    "reverb room hall space church",
    "echo delay dub repeat",
    "reverse backward backwards retrograde",
    "random chance probability probably maybe",
    "drum drums beat kit percussion",
    "kick bassdrum bd",
    "snare sn",
    "hat hihat hats hh",
    "clap cp",
    "melody tune line",
    "chord chords harmony harmonic",
    "filter cutoff lowpass",
    "distort distortion dirty overdrive fuzz",
    "swing shuffle groove",
    "stop silence hush quiet",
    "start begin",
    "tempo bpm",
    "metre meter signature",
    "bar bars cycle measure",
    "note notes pitch",
    "higher up above",
    "lower down below",
    "change vary variation different",
    "stutter roll ratchet ply",
    "wide stereo spread",
    "human humanise humanize",
    "neural net ai network",
    "learn train",
    "wah sweep",
)


@dataclass(frozen=True)
class Find:
    """What answers a wish: the line or name to type, what it means, how well it fits."""

    line: str
    meaning: str
    score: float


def how(wish: str) -> str:
    """Say in your own words what you want; get lines that do it.

    ```python
    how("make it swing")
    how("reverb")
    ```
    """
    found = search(wish)
    if not found:
        return f"nothing found for {wish!r}: try other words, such as how('faster') or how('random notes')"
    screen = shutil.get_terminal_size((100, 24)).columns
    width = min(WIDEST_LINE, max(len(each.line) for each in found))
    return "\n".join(_row(each, width, screen) for each in found)


def _row(find: Find, width: int, screen: int) -> str:
    """A line and what it means, no wider than the screen as long as the line itself is not."""
    room = screen - max(width, len(find.line)) - 5
    if room < LEAST_MEANING or not find.meaning:
        return find.line
    meaning = find.meaning if len(find.meaning) <= room else find.meaning[: room - 3].rstrip() + "..."
    return f"{find.line:<{width}}  # {meaning}"


@lru_cache(maxsize=1)
def intents() -> tuple[tuple[str, str], ...]:
    """The lines of the table, each with the wish that it fulfils."""
    text = Path(__file__).with_name("intents.tsv").read_text(encoding="utf-8")
    rows = [row.split("\t") for row in text.splitlines() if row]
    return tuple((line, wish) for line, wish in rows)


def search(wish: str, most: int = MOST) -> list[Find]:
    """The best answers to a wish, best first; none when no word is known."""
    words = tokens(str(wish))
    if not words:
        return []
    index = _index()
    scored: dict[int, float] = {}
    for word in words:
        rows = index.postings.get(word)
        if not rows:
            continue
        rare = math.log(1 + len(index.rows) / len(rows))
        for row, weight in rows.items():
            scored[row] = scored.get(row, 0.0) + rare * weight
    # A wish of which every word is met comes before one that hits a single rare word often.
    ranked = sorted(
        ((score * _met(index, row, words), -row) for row, score in scored.items()), reverse=True
    )
    found: list[Find] = []
    for score, row in ranked:
        line, meaning = index.rows[-row]
        if found and score < LEAST_PART * found[0].score:
            break
        # An instrument under another of its names says nothing new.
        if not any(each.line == line or (meaning and each.meaning == meaning) for each in found):
            found.append(Find(line, meaning, score))
        if len(found) == most:
            break
    return found


def tokens(text: str) -> list[str]:
    """The words of a text that mean something, brought to one form each.

    >>> tokens("Make the drums louder!")
    ['drum', 'loud']
    """
    words = _WORD.findall(text.lower().replace("-", " ").replace("_", " "))
    kept = [word for word in words if word not in _EMPTY] or words
    return [_stem(word) for word in kept]


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ers", "er", "ed", "ly", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return _families().get(word, word)


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    """Every word of a group of synonyms, stemmed, and the first of the group."""
    found: dict[str, str] = {}
    for group in _ALIKE:
        first, *others = group.split()
        for word in (first, *others):
            found.setdefault(_bare(word), _bare(first))
    return found


def _bare(word: str) -> str:
    for ending in ("ings", "ing", "ers", "er", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word


@dataclass(frozen=True)
class _Index:
    rows: list[tuple[str, str]]
    postings: dict[str, dict[int, float]]
    words: list[frozenset[str]]


def _met(index: _Index, row: int, words: list[str]) -> float:
    return sum(1 for word in set(words) if word in index.words[row]) / len(set(words))


@lru_cache(maxsize=1)
def _index() -> _Index:
    rows: list[tuple[str, str]] = []
    postings: dict[str, dict[int, float]] = {}
    words: list[frozenset[str]] = []

    def add(line: str, meaning: str, parts: Iterable[tuple[str, float]]) -> None:
        number = len(rows)
        rows.append((line, meaning))
        seen: set[str] = set()
        for text, weight in parts:
            for word in tokens(text):
                seen.add(word)
                held = postings.setdefault(word, {})
                held[number] = max(held.get(number, 0.0), weight)
        words.append(frozenset(seen))

    for line, wish in intents():
        first, *others = wish.split(", ")
        add(line, first, [(first, 3.0), (" ".join(others), 2.6), (re.sub(r"\W", " ", line), 0.6)])
    for name, line, meaning, text in _names():
        add(line, meaning, [(name, 2.5), (meaning, 1.4), (text, 0.5)])
    return _Index(rows, postings, words)


def _names() -> Iterable[tuple[str, str, str, str]]:
    """Name, how to type it, its meaning and the rest of its documentation, for all that has a name."""
    import livecode.language
    from livecode.language.registry import REGISTRY
    from livecode.names import table
    from livecode.repl.names import Names

    assert livecode.language is not None
    for row in table().values():
        if row.meaning.startswith("another name of") or row.kind == "slot":
            continue
        entry: Any = REGISTRY.get(row.name)
        line = entry.signature if entry is not None else f"{row.name}(...)"
        if entry is not None and row.kind not in ("signals", "combine", "basics"):
            line = f".{line}"
        yield row.name, line, row.meaning, _prose(entry.doc if entry is not None else "")
    names = Names({})
    for name, meaning in names.of("instrument").items():
        if "another name" not in meaning:
            yield name, f'.synth("{name}")', meaning, "instrument"
    for name, meaning in names.of("corpus").items():
        yield name, f'markov("{name}")', meaning, "corpus melody compose"


def _prose(doc: str) -> str:
    """The sentences of a docstring without its examples and its first line."""
    lines = doc.strip().split("\n")[1:]
    return " ".join(line for line in lines if not line.lstrip().startswith((">>>", "[", "(", "d1")))
