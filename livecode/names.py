"""The table of public names: what `from livecode import *` brings, each with its kind and one-line meaning.

The table is `names.tsv` beside this file, one name a line: name, kind, the module it lives in, meaning. It is
committed so that importing livecode has to load nothing else; `tools/names.py` writes it anew from the
functions themselves, and a test fails when the two differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SESSION = "livecode.stage.session"
"""The home of names that belong to a session rather than to a module: d1, tempo, hush, ..."""


@dataclass(frozen=True, slots=True)
class Name:
    """One public name."""

    name: str
    kind: str
    home: str
    meaning: str


@lru_cache(maxsize=1)
def table() -> dict[str, Name]:
    """Every public name, in the order of the table.

    >>> table()["fast"].kind
    'time'
    """
    lines = Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()
    rows = (Name(*line.split("\t")) for line in lines if line)
    return {row.name: row for row in rows}
