"""Where the machine's scsynth is, if it has one, and what to install if it has not.

>>> find("no-such-engine") is None
True
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

PLACES = {
    "linux": ("/usr/bin", "/usr/local/bin", "/snap/bin"),
    "darwin": (
        "/Applications/SuperCollider.app/Contents/Resources",
        "/Applications/SuperCollider/SuperCollider.app/Contents/Resources",
        "~/Applications/SuperCollider.app/Contents/Resources",
    ),
}


def find(name: str = "scsynth") -> Path | None:
    """The executable `name` (scsynth, supernova, jackd ...) or None.

    `SUPRIYA_SERVER_EXECUTABLE` in the environment names another scsynth, as supriya has it; then the
    path is searched, then the places where SuperCollider is usually installed.
    """
    if name == "scsynth" and (chosen := os.environ.get("SUPRIYA_SERVER_EXECUTABLE")):
        name = chosen
    found = shutil.which(name)
    if found:
        return Path(found)
    for place in PLACES.get(sys.platform, ()):
        candidate = Path(place).expanduser() / name
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    return None


def embedded_available() -> bool:
    """Whether the engine inside the nanosynth package can be used."""
    return find_spec("nanosynth") is not None


def how_to_install(name: str = "scsynth") -> str:
    """What to type for a scsynth, or another engine, on this system.

    >>> "install" in how_to_install()
    True
    """
    if sys.platform == "darwin":
        return "install it with: brew install --cask supercollider"
    if shutil.which("apt-get"):
        package = "supercollider-supernova" if name == "supernova" else "supercollider-server jackd2"
        return f"install it with: sudo apt install {package}"
    if shutil.which("dnf"):
        return "install it with: sudo dnf install supercollider jack-audio-connection-kit"
    if shutil.which("pacman"):
        return "install it with: sudo pacman -S supercollider jack2"
    return "install SuperCollider from supercollider.github.io"
