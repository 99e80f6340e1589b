"""Where sets are: folders with `sc/`, `patterns/` and `models/` inside.

The performer's own set is looked up first, then the factory set: inside an installed package it lies in
`livecode/factory`, in a checkout at the root of the repository.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from livecode.errors import NameUnknown

Room = Literal["sc", "patterns", "models"]


def factory() -> Path:
    """The set that ships with livecode.

    >>> (factory() / "sc").is_dir()
    True
    """
    package = Path(__file__).resolve().parent
    inside = package / "factory"
    return inside if (inside / "sc").is_dir() else package.parent


def own() -> tuple[Path, ...]:
    """The performer's sets: the folders in LIVECODE_SET (separated as in PATH), else the current folder if
    it is one.
    """
    named = os.environ.get("LIVECODE_SET", "")
    if named:
        return tuple(Path(part).expanduser() for part in named.split(os.pathsep) if part)
    here = Path.cwd()
    is_set = any((here / room).is_dir() for room in ("sc", "patterns"))
    return (here,) if is_set else ()


def folders(room: Room, sets: Sequence[Path] | None = None) -> tuple[Path, ...]:
    """The existing folders of one kind, the performer's first, the factory's last.

    >>> [folder.name for folder in folders("sc", sets=[])]
    ['sc']
    """
    found: dict[Path, None] = {}
    for root in (*(own() if sets is None else sets), factory()):
        folder = (Path(root) / room).resolve()
        if folder.is_dir():
            found[folder] = None
    return tuple(found)


def listing(room: Room, suffix: str = "", sets: Sequence[Path] | None = None) -> dict[str, Path]:
    """Every file or folder of one kind by its name without suffix; the performer's hide the factory's."""
    found: dict[str, Path] = {}
    for folder in folders(room, sets):
        for path in sorted(folder.iterdir()):
            if path.name.startswith((".", "_")) or (suffix and path.suffix != suffix):
                continue
            found.setdefault(path.stem if path.is_file() else path.name, path)
    return found


def find(room: Room, name: str, suffix: str = "", sets: Sequence[Path] | None = None) -> Path:
    """The file or folder of that name; raises NameUnknown with the nearest name."""
    known = listing(room, suffix, sets)
    if name in known:
        return known[name]
    raise NameUnknown({"sc": "sound file", "patterns": "set", "models": "model"}[room], name, known)
