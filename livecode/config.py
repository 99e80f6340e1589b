"""Settings: one TOML file, every key of it also an option on the command line.

>>> config = parse('tempo = 126\\nengine = "embedded"\\n')
>>> config.tempo, config.engine, config.editing
(126.0, 'embedded', 'emacs')

The file is `$XDG_CONFIG_HOME/livecode/config.toml` (`~/.config/livecode/config.toml` when that is not set,
`~/Library/Application Support/livecode/config.toml` on macOS). A missing file means the defaults.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import FileProblem, LivecodeError, nearest

if TYPE_CHECKING:
    import argparse

ENGINES = ("auto", "scsynth", "supernova", "embedded")
EDITING = ("emacs", "vi")


class ConfigError(LivecodeError, ValueError):
    """A setting that does not exist or cannot take the value it was given."""


@dataclass(frozen=True)
class Key:
    """One setting: what it is called, what it takes, what it means."""

    name: str
    takes: str
    meaning: str


KEYS = (
    Key("engine", "ENGINE", "auto, scsynth, supernova, embedded, or HOST:PORT of an scsynth already running"),
    Key("device", "NAME", "audio device by name, as `livecode doctor` lists it (empty: the system's own)"),
    Key("sample_rate", "HERTZ", "sample rate asked of the device, 0 takes the device's own"),
    Key("block", "FRAMES", "hardware buffer in frames, 0 leaves it to the device"),
    Key("latency", "SECONDS", "how far ahead of the sound notes are sent, 0.05 to 0.5"),
    Key("outputs", "CHANNELS", "output channels, 2 to 8"),
    Key("standby", "YES/NO", "whether a second engine waits, to take over when the first one crashes"),
    Key("samples", "FOLDER", "sample folders, first found wins (several on the command line: repeat it)"),
    Key("set", "FOLDER", "your set: a folder with sc/ patterns/ models/, looked up before the factory's"),
    Key("tempo", "BPM", "beats a minute to start at"),
    Key("editing", "MODE", "keys of the prompt: emacs or vi"),
)


@dataclass(frozen=True)
class Config:
    """Every setting with its default.

    >>> Config().latency
    0.12
    """

    engine: str = "auto"
    device: str = ""
    sample_rate: int = 48000
    block: int = 0
    latency: float = 0.12
    outputs: int = 2
    standby: bool = True
    samples: tuple[Path, ...] = ()
    set: Path | None = None
    tempo: float = 120.0
    editing: str = "emacs"
    source: Path | None = None

    def changed(self, values: Mapping[str, Any], where: str) -> Config:
        """The same settings with some replaced; `where` names their origin in errors.

        >>> Config().changed({"tempo": 90}, "the command line").tempo
        90.0
        """
        known = [key.name for key in KEYS]
        checked = {}
        for name, value in values.items():
            if name not in known:
                near = nearest(name, known)
                cure = f"did you mean {near!r}?" if near else f"the keys are {', '.join(known)}"
                raise ConfigError(f"{where}: no setting called {name!r}: {cure}")
            checked[name] = _check(name, value, where)
        return replace(self, **checked)

    def plain(self) -> dict[str, Any]:
        """The settings as plain data, for JSON and for child processes.

        >>> Config().plain()["outputs"]
        2
        """
        shown: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Path):
                value = str(value)
            elif isinstance(value, tuple):
                value = [str(item) for item in value]
            shown[field.name] = value
        return shown


def parse(text: str, where: str = "config.toml") -> Config:
    """Read settings from TOML text.

    Raises ConfigError, one line naming the file, the key and the nearest right one.
    """
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not TOML: {error}") from None
    return Config().changed(values, where)


def load(path: Path | None = None) -> Config:
    """The settings of the config file, or the defaults when there is none.

    A `path` asked for by name must exist; the usual place may be empty.
    """
    asked = path if path is not None else _from_environment()
    file = asked if asked is not None else folder("config") / "config.toml"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if asked is not None:
            raise FileProblem(f"no config file at {file}: make one there or leave the option out") from None
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"cannot read {file}: {error}") from None
    return replace(parse(text, str(file)), source=file)


def folder(kind: str) -> Path:
    """Where livecode keeps its own files: kind is config, state, cache or data.

    XDG folders on Linux, `~/Library` on macOS unless the XDG variable is set. Not created here.
    """
    variable, linux, mac = {
        "config": ("XDG_CONFIG_HOME", ".config", "Library/Application Support"),
        "state": ("XDG_STATE_HOME", ".local/state", "Library/Application Support"),
        "cache": ("XDG_CACHE_HOME", ".cache", "Library/Caches"),
        "data": ("XDG_DATA_HOME", ".local/share", "Library/Application Support"),
    }[kind]
    named = os.environ.get(variable, "")
    if named and os.path.isabs(named):
        return Path(named) / "livecode"
    return Path.home() / (mac if sys.platform == "darwin" else linux) / "livecode"


def add_options(parser: argparse.ArgumentParser, only: Iterable[str] | None = None) -> None:
    """Give a command every setting as an option (`sample_rate` becomes `--sample-rate`)."""
    group = parser.add_argument_group("settings (also keys of config.toml)")
    group.add_argument("--config", metavar="FILE", type=Path, help="read settings from FILE")
    wanted = None if only is None else set(only)
    for key in KEYS:
        if wanted is not None and key.name not in wanted:
            continue
        group.add_argument(
            f"--{key.name.replace('_', '-')}",
            dest=f"setting_{key.name}",
            metavar=key.takes,
            action="append" if key.name == "samples" else "store",
            help=key.meaning,
        )


def from_options(options: argparse.Namespace) -> Config:
    """The config file's settings with those of the command line over them."""
    loaded = load(getattr(options, "config", None))
    given: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(options, f"setting_{key.name}", None)
        if value is not None:
            given[key.name] = _from_words(key.name, value)
    return loaded.changed(given, "command line")


def _from_environment() -> Path | None:
    named = os.environ.get("LIVECODE_CONFIG", "")
    return Path(named) if named else None


def _from_words(name: str, value: Any) -> Any:
    """A command-line word as the type its key takes; what does not convert is left to the check."""
    convert = {"sample_rate": int, "block": int, "outputs": int, "latency": float, "tempo": float}.get(name)
    if name == "standby":
        return {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower(), value)
    if convert is None:
        return value
    try:
        return convert(value)
    except ValueError:
        return value


def _check(name: str, value: Any, where: str) -> Any:
    def refuse(wanted: str) -> ConfigError:
        return ConfigError(f"{where}: {name} = {value!r}: {wanted}")

    if name == "engine":
        if not isinstance(value, str) or not (value in ENGINES or _is_address(value)):
            raise refuse(f"one of {', '.join(ENGINES)}, or an address such as \"127.0.0.1:57110\"")
        return value
    if name == "editing":
        if value not in EDITING:
            raise refuse('"emacs" or "vi"')
        return value
    if name == "standby":
        if not isinstance(value, bool):
            raise refuse("true or false (yes or no on the command line)")
        return value
    if name == "device":
        if not isinstance(value, str):
            raise refuse("a device's name in quotes")
        return value
    if name == "set":
        if not isinstance(value, str) or not value:
            raise refuse("a folder in quotes")
        return Path(value).expanduser()
    if name == "samples":
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(item, str) and item for item in names):
            raise refuse('a list of folders, such as ["~/samples"]')
        return tuple(Path(item).expanduser() for item in names)
    low, high, whole = RANGES[name]
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise refuse("a whole number" if whole else "a number")
    if not (low <= value <= high or (value == 0 and name in ("block", "sample_rate"))):
        raise refuse(f"between {low} and {high}")
    return value if whole else float(value)


RANGES: dict[str, tuple[float, float, bool]] = {
    "sample_rate": (8000, 384000, True),
    "block": (16, 16384, True),
    "latency": (0.05, 0.5, False),
    "outputs": (2, 8, True),
    "tempo": (1, 999, False),
}


def _is_address(text: str) -> bool:
    match = re.fullmatch(r"[\w.\-]+:(\d{1,5})", text)
    return match is not None and 0 < int(match.group(1)) < 65536
