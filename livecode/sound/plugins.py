"""Which of sc3-plugins' libraries the machine's scsynth has: used where present, never required.

>>> has("NoSuchLibrary")
False

An sc/ file asks while it is built: `if has("JPverb"): ... else: ...`, so a set sounds everywhere, and better
where the plugins are. What was found is part of every definition's hash: installing them compiles anew.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

ENDINGS = (".so", ".scx")


def folders() -> list[Path]:
    """Where scsynth looks for plugins on this system; `SC_PLUGIN_PATH` (separated as in PATH) comes first."""
    said = [Path(part) for part in os.environ.get("SC_PLUGIN_PATH", "").split(os.pathsep) if part]
    home = Path.home()
    if sys.platform == "darwin":
        support = Path("Library", "Application Support", "SuperCollider", "Extensions")
        return [*said, home / support, Path("/") / support]
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    system = [
        Path(root) / "SuperCollider" / kind
        for root in ("/usr/lib", "/usr/local/lib", "/usr/share", "/usr/local/share")
        for kind in ("plugins", "Extensions")
    ]
    return [*said, data / "SuperCollider" / "Extensions", *system]


@cache
def libraries() -> frozenset[str]:
    """The names of all plugin libraries, without their endings; none where only the embedded engine is."""
    from livecode.sound.engine.finding import find

    if find("scsynth") is None:
        return frozenset()
    found = set()
    for folder in folders():
        # A folder's own folders count too, as sc3-plugins' packages have them.
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.suffix in ENDINGS and not path.stem.endswith("_supernova"):
                found.add(path.stem)
    return frozenset(found)


def has(library: str) -> bool:
    """Whether a library such as "JPverb" is installed."""
    return library in libraries()


def signature() -> str:
    """What is installed of what our own sounds ask for, for the hash of definitions."""
    return ",".join(name for name in ASKED if has(name))


ASKED = ("JPverb",)
