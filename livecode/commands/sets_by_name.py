"""Find what a command was asked to play: a file, or a set by its name."""

from __future__ import annotations

import os
from pathlib import Path

from livecode.config import Config
from livecode.errors import FileProblem, nearest

FIRST = "dorian_rain"


def use_set(config: Config) -> None:
    """Make the settings' own set the first one looked up, here and in child processes."""
    if config.set is not None:
        if not config.set.is_dir():
            raise FileProblem(f"no folder {config.set} for the set: make it with livecode new {config.set}")
        os.environ["LIVECODE_SET"] = str(config.set)


def pattern_file(wanted: str) -> Path:
    """The pattern file meant by a path or a name.

    Raises FileProblem for a path that is not there, NameUnknown for a name that no set has.
    """
    path = Path(wanted).expanduser()
    if path.is_file():
        return path
    if path.is_dir():
        return _of_folder(path)
    if path.suffix or os.sep in wanted:
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        near = nearest(path.name, siblings)
        cure = f"did you mean {path.parent / near}?" if near else "livecode play --list shows the sets"
        raise FileProblem(f"no file {wanted}: {cure}")
    from livecode.sets import find

    return find("patterns", wanted, ".py")


def factory_set() -> str:
    """The set that `livecode play` plays when none is named.

    >>> factory_set() in listed()
    True
    """
    known = listed()
    if not known:
        raise FileProblem("no set to play: make one with livecode new FOLDER")
    return FIRST if FIRST in known else next(iter(known))


def listed() -> dict[str, Path]:
    """Every set by its name, the performer's own first."""
    from livecode.sets import listing

    return listing("patterns", ".py")


def _of_folder(folder: Path) -> Path:
    room = folder / "patterns" if (folder / "patterns").is_dir() else folder
    files = sorted(file for file in room.glob("*.py") if not file.name.startswith("_"))
    if len(files) == 1:
        return files[0]
    if not files:
        raise FileProblem(f"no pattern file in {room}: make one with livecode new {folder}")
    raise FileProblem(f"{room} holds {len(files)} pattern files: name one, such as {files[0]}")
