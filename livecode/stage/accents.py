"""What someone types who comes from TidalCycles, Strudel, Sonic Pi, FoxDot or Sardine, said in livecode.

>>> instead('d1 $ every 4 (fast 2) $ sound "bd*2 sn" # speed 2', {"every", "fast", "sound", "speed"})
'd1 >> sound("bd*2 sn").speed(2).every(4, fast(2))'
>>> of_name("use_bpm")
"no name 'use_bpm', which is Sonic Pi's: write tempo(120)"
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

_TIDAL = re.compile(r"(d\d+|once)\s*\$\s*(.+)")
_STRUDEL = re.compile(r"(?:\w*\$|(?!\d|else\b|try\b|finally\b|lambda\b)\w+)\s*:\s*([a-z]\w*\(.+)")
_BARE = re.compile(r"([A-Za-z_][\w.]*)[ \t]+([\w\"'\[(.:-].*)")
_TOKEN = re.compile(r"\s*(\"[^\"]*\"|\d+\.?\d*|[A-Za-z_][\w']*|<~|~>|\|[-+*/]\|?|[-+*/]\||[$#().,\[\]%/*+-])")
_ADDED = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_SIDES = {"|+": "", "+|": ".out", "|+|": ".mix", "+": ".mix"}
"""Where the rhythm comes from, written with a `+`."""
_SHIFTS = {"<~": "early", "~>": "late"}
_NUMBER = re.compile(r"(?<=^tempo\()120|(?<=^cps\()0\.6|(?<=^d1\.gain\()0\.5")
"""The value in a line of the table that a value typed takes the place of."""
_GENERIC = 'd1 >> s("bd*4").fast(2).every(4, rev)'


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, str]]:
    lines = Path(__file__).with_name("accents.tsv").read_text(encoding="utf-8").splitlines()
    return {name: (whose, line) for name, whose, line in (line.split("\t") for line in lines)}


def of_name(name: str) -> str | None:
    """Whose name that is and what to type here; None for a name of nobody's."""
    found = _table().get(name)
    return None if found is None else f"no name {name!r}, which is {_whose(found[0])}: write {found[1]}"


def instead(line: str, names: Collection[str]) -> str | None:
    """What to type for a line that Python cannot read, when it is another environment's; `names` are ours."""
    line = line.strip()
    tidal = _TIDAL.fullmatch(line)
    if tidal is not None:
        return _from_tidal(tidal[1], tidal[2], names) or _GENERIC
    strudel = _STRUDEL.fullmatch(line)
    if strudel is not None and _reads(f"d1 >> {strudel[1]}"):
        return f"d1 >> {strudel[1]}"
    bare = _BARE.fullmatch(line)
    if bare is None:
        return None
    known = _table().get(bare[1])
    if known is not None:
        value = re.fullmatch(r"\d+\.?\d*", bare[2])
        return known[1] if value is None or "cpm" in bare[1].lower() else _NUMBER.sub(bare[2], known[1])
    called = f"{bare[1]}({bare[2]})"
    return called if bare[1].split(".")[0] in names and _reads(called) else None


def _whose(place: str) -> str:
    return f"{place}'" if place.endswith("s") else f"{place}'s"


def _reads(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


class _Unread(Exception):
    """Haskell that this small reader does not know."""


def _from_tidal(where: str, text: str, names: Collection[str]) -> str | None:
    try:
        tokens = _tokens(text)
        reader = _Reader(tokens, names)
        pattern = reader.pattern()
        if reader.place != len(tokens):
            return None
    except (_Unread, RecursionError):
        return None
    if pattern == "silence":
        return f"{where}.stop()"
    line = f"once({pattern})" if where == "once" else f"{where} >> {pattern}"
    return line if _reads(line) else None


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.split("--")[0].rstrip()
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise _Unread
        found.append(token[1])
        place = token.end()
    return found


class _Reader:
    """Reads a line of Tidal's: `f a b $ g c $ sound "..." # speed 2`, stacks, functions in brackets."""

    def __init__(self, tokens: list[str], names: Collection[str]) -> None:
        self.tokens, self.names, self.place = tokens, names, 0

    def next(self) -> str:
        """The token that comes, "" at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """The token that comes, and on to the one after it."""
        token = self.next()
        if not token or (wanted and token != wanted):
            raise _Unread
        self.place += 1
        return token

    def name(self) -> str:
        """A name, in Python's spelling, that livecode has."""
        token = self.take()
        spelt = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), token)
        for each in (token, spelt, spelt + "_", spelt.replace("_", "")):
            if each in self.names:
                return each
        raise _Unread

    def pattern(self) -> str:
        """What a slot plays: functions before `$`, the last of them gives sound, `#` adds controls to it."""
        if self.next() == "(":
            self.take()
            inner = self.pattern()
            self.take(")")
            return inner + self.controls()
        if self.next()[:1] == '"' or self.next()[:1].isdigit():
            amount, way = self.take(), _SHIFTS.get(self.take())
            if way is None:
                raise _Unread
            if self.next() == "$":
                self.take()
            return f"{self.pattern()}.{way}({amount})"
        name = self.name()
        values = self.values()
        if self.next() == "$":
            self.take()
            inner = self.pattern()
            return f"{inner}.{name.rstrip('_')}({', '.join(values)})"
        return (f"{name}({', '.join(values)})" if values else name) + self.controls()

    def controls(self) -> str:
        """What `#` and `|+|` and their like add, one after the other."""
        found = ""
        while token := self.next():
            sign = token.strip("|")
            if token == "#":
                self.take()
                found += f".{self.applied()}"
            elif sign in _ADDED:
                self.take()
                found += f".{_ADDED[sign]}{_SIDES[token.replace(sign, '+')]}({self.applied()})"
            else:
                break
        return found

    def values(self) -> list[str]:
        """What a function is given: numbers, strings, functions in brackets, lists."""
        found = []
        while self.next() and (self.next()[0] in '"([' or self.next()[0].isalnum()):
            found.append(self.value())
        return found

    def value(self) -> str:
        """One of the things a function is given."""
        token = self.next()
        if token == "[":
            return self.listed()
        if token == "(":
            return self.bracketed()
        if token[0] == '"' or token[0].isdigit():
            return self.take()
        return self.name()

    def bracketed(self) -> str:
        """A function, or a pattern such as `(slow 4 $ range 1 5 saw)`."""
        start = self.place
        for read in (self.function, self.pattern):
            self.place = start
            self.take("(")
            try:
                inner = read()
                self.take(")")
            except _Unread:
                continue
            return inner
        raise _Unread

    def listed(self) -> str:
        """The parts of a stack, without their brackets."""
        self.take("[")
        parts = [self.pattern()]
        while self.next() == ",":
            self.take()
            parts.append(self.pattern())
        self.take("]")
        return ", ".join(parts)

    def function(self) -> str:
        """What stands in brackets: `fast 2`, `# speed 2`, `fast 2 . rev`, `1/8`, `-0.25`."""
        if self.next() == "#":
            return f"lambda each: each{self.controls()}"
        sign = self.take() if self.next() == "-" else ""
        if sign or self.next()[:1].isdigit():
            number = sign + self.take()
            if self.next() in ("/", "%"):
                self.take()
                number += "/" + self.take()
            return number
        applied = [self.applied()]
        while self.next() == ".":
            self.take()
            applied.append(self.applied())
        if len(applied) == 1:
            return applied[0].removesuffix("()")
        return "lambda each: each" + "".join(f".{each.replace('_(', '(')}" for each in reversed(applied))

    def applied(self) -> str:
        """A function with what it is given."""
        return f"{self.name()}({', '.join(self.values())})"
