"""Which instruments and effects there are: what the sc/ folders declare.

    catalogue = Catalogue(sets.folders("sc"))
    catalogue.instruments["pluck"].controls["brightness"].default

The performer's folders come first and hide factory names. What files declare is kept in a manifest, so a
second start reads names and controls without running them; a file is run when one of its sounds must be
compiled. A file that breaks keeps what it last declared, and its error is in `problems`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from livecode.errors import DefinitionError, NameUnknown, one_line
from livecode.language.sounding import pitched_are
from livecode.sets import folders as set_folders
from livecode.sound import scsyndef
from livecode.sound.declare import Control, Effect, Instrument, collecting

MANIFEST = "manifest.json"


def cache_folder() -> Path:
    """Where compiled definitions are kept between sessions."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "livecode" / "definitions"


@dataclass
class SoundFile:
    """One file of an sc/ folder: its text's hash and what it declares."""

    path: Path
    hash: str
    instruments: dict[str, Instrument] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    compiled: bytes = b""


class Catalogue:
    """Every instrument and effect by name.

    `folders` are sc/ folders in order of precedence; `cache` is where the manifest lies (None: nowhere).
    """

    def __init__(self, folders: Sequence[Path] | None = None, cache: Path | None = None) -> None:
        self.folders = tuple(set_folders("sc") if folders is None else folders)
        self.cache = cache_folder() if cache is None else cache
        self.problems: dict[Path, DefinitionError] = {}
        self.instruments: dict[str, Instrument] = {}
        self.effects: dict[str, Effect] = {}
        self.generation = 0
        self._files: dict[Path, SoundFile] = {}
        self._homes: dict[tuple[str, str], SoundFile] = {}
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._typed = SoundFile(Path("<prompt>"), "prompt")
        self.changed()

    def instrument(self, name: str) -> Instrument:
        """The instrument of that name or alias; raises NameUnknown with the nearest one."""
        try:
            return self.instruments[name]
        except KeyError:
            raise NameUnknown("instrument", name, self.instruments) from None

    def effect(self, name: str) -> Effect:
        """The effect of that name; raises NameUnknown with the nearest one."""
        try:
            return self.effects[name]
        except KeyError:
            raise NameUnknown("effect", name, self.effects) from None

    def effect_of(self, control: str) -> str | None:
        """The effect that a control belongs to."""
        return next((effect.name for effect in self.effects.values() if control in effect.controls), None)

    def variant(self, name: str, number: int) -> str:
        """What `name:number` plays: the number wraps round the instrument's variants."""
        choices = self.instrument(name).variants
        return choices[number % len(choices)] if choices else self.instrument(name).name

    def families(self) -> dict[str, list[Instrument]]:
        """Instruments by family, without aliases and hidden ones, in the order of the files."""
        found: dict[str, dict[str, Instrument]] = {}
        for item in self.instruments.values():
            if not item.hidden:
                found.setdefault(item.family or "other", {})[item.name] = item
        return {family: list(items.values()) for family, items in found.items()}

    def source_hash(self, item: Instrument | Effect) -> str:
        """The hash of the text that declared an instrument or effect."""
        return self._homes[_key(item)].hash

    def function_of(self, item: Instrument) -> Instrument:
        """The same instrument with its function, running its file when only the manifest was read."""
        if item.function is not None:
            return item
        self._run(self._homes[_key(item)])
        return self.instruments[item.name]

    def effect_function_of(self, item: Effect) -> Effect:
        """As `function_of`, for an effect."""
        if item.function is not None:
            return item
        self._run(self._homes[_key(item)])
        return self.effects[item.name]

    def compiled_of(self, item: Instrument) -> bytes:
        """The bytes of an instrument that came as a compiled .scsyndef file, else none."""
        return self._homes[_key(item)].compiled

    def add(self, item: Instrument | Effect) -> None:
        """Takes in one declared at the prompt; it hides the one of the same name in a file."""
        if isinstance(item, Instrument):
            self._typed.instruments[item.name] = item
        else:
            self._typed.effects[item.name] = item
        code = item.function.__code__ if item.function is not None else None
        parts = (self._typed.hash, code.co_code, repr(code.co_consts), repr(code.co_names)) if code else ()
        self._typed.hash = hashlib.sha256(repr(parts).encode()).hexdigest()
        self._merge()

    def looks_changed(self) -> bool:
        """Whether a file in the folders is new, gone or saved again since it was read. Only looks."""
        return dict(self._found()) != self._stamps

    def _found(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for folder in reversed(self.folders):
            yield from _files(folder)

    def changed(self) -> set[str]:
        """Reads what is new or changed on disk; the names of instruments and effects that may now sound
        different. A broken file keeps its last good version and leaves a line in `problems`."""
        found = dict(self._found())
        touched: set[str] = set()
        manifest = self._read_manifest() if not self._files else {}
        for path in [path for path in self._files if path not in found]:
            touched |= _names(self._files.pop(path))
            self._stamps.pop(path, None)
            self.problems.pop(path, None)
        for path, stamp in found.items():
            if self._stamps.get(path) != stamp:
                self._stamps[path] = stamp
                touched |= self._reload(path, manifest)
        self._files = {path: self._files[path] for path in found if path in self._files}
        if touched:
            self._merge()
            self._write_manifest()
        return touched

    def _reload(self, path: Path, manifest: Mapping[str, Any]) -> set[str]:
        before = self._files.get(path)
        try:
            text = path.read_bytes()
            digest = hashlib.sha256(text).hexdigest()
            if before is not None and before.hash == digest and path not in self.problems:
                return set()
            known = manifest.get(str(path))
            if path.suffix == ".scsyndef":
                file = _foreign(path, digest, text)
            elif known is not None and known["hash"] == digest:
                file = _restore(path, known)
            else:
                file = _execute(path, digest, text)
        except Exception as error:
            self.problems[path] = _as_problem(path, error, before is not None)
            return set()
        self.problems.pop(path, None)
        self._files[path] = file
        return _names(file) | (_names(before) if before is not None else set())

    def _run(self, file: SoundFile) -> None:
        text = file.path.read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        fresh = _execute(file.path, digest, text)
        file.instruments, file.effects, file.hash = fresh.instruments, fresh.effects, digest
        self._merge()

    def _merge(self) -> None:
        instruments: dict[str, Instrument] = {}
        effects: dict[str, Effect] = {}
        homes: dict[tuple[str, str], SoundFile] = {}
        for file in (*self._files.values(), self._typed):
            for item in file.instruments.values():
                instruments[item.name] = item
                homes[_key(item)] = file
            for effect in file.effects.values():
                effects[effect.name] = effect
                homes[_key(effect)] = file
        for item in list(instruments.values()):
            for alias in item.aliases:
                instruments.setdefault(alias, item)
        self.instruments, self.effects, self._homes = instruments, effects, homes
        pitched_are(name for name, item in instruments.items() if item.pitched and not item.variants)
        self.generation += 1

    def _read_manifest(self) -> dict[str, Any]:
        try:
            stored = json.loads((self.cache / MANIFEST).read_text())
        except (OSError, ValueError):
            return {}
        fresh = isinstance(stored, dict) and stored.get("fields") == _FIELDS
        return dict(stored["files"]) if fresh else {}

    def _write_manifest(self) -> None:
        rows = {
            str(path): {
                "hash": file.hash,
                "instruments": [_plain(item) for item in file.instruments.values()],
                "effects": [_plain(item) for item in file.effects.values()],
            }
            for path, file in self._files.items()
            if path.suffix == ".py"
        }
        # Sets of other folders keep their rows: a player who changes sets starts as quickly in each.
        rows = {**self._read_manifest(), **rows}
        try:
            write_whole(self.cache / MANIFEST, json.dumps({"fields": _FIELDS, "files": rows}).encode())
        except OSError:
            return


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that a reader sees the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


_FIELDS = [[item.name for item in fields(kind)] for kind in (Instrument, Effect, Control)]


def _files(folder: Path) -> list[tuple[Path, tuple[int, int]]]:
    found = []
    for path in sorted(folder.iterdir(), reverse=True):
        if path.suffix in (".py", ".scsyndef") and not path.name.startswith((".", "_")):
            state = path.stat()
            found.append((path, (state.st_mtime_ns, state.st_size)))
    return found


def _execute(path: Path, digest: str, text: bytes) -> SoundFile:
    namespace: dict[str, Any] = {"__name__": f"sc.{path.stem}", "__file__": str(path)}
    with collecting() as found:
        exec(compile(text, str(path), "exec"), namespace)
    file = SoundFile(path, digest)
    for item in found:
        if isinstance(item, Instrument):
            file.instruments[item.name] = item
        else:
            file.effects[item.name] = item
    return file


def _foreign(path: Path, digest: str, data: bytes) -> SoundFile:
    file = SoundFile(path, digest, compiled=data)
    for found in scsyndef.read(data):
        shape = "sustain" if {"sustain", "gate"} & set(found.controls) else "one-shot"
        controls = {
            name: Control(value, min(value, -1e9), max(value, 1e9), "", f"of {path.name}")
            for name, value in found.controls.items()
        }
        file.instruments[found.name] = Instrument(
            found.name, "compiled", f"Compiled definition from {path.name}.", shape,  # type: ignore[arg-type]
            "freq" in controls, 0.0, 0.1, 30.0, 0.0, 2, (), (), False, controls, None,
        )  # fmt: skip
    return file


def _restore(path: Path, known: Mapping[str, Any]) -> SoundFile:
    file = SoundFile(path, known["hash"])
    for row in known["instruments"]:
        item = Instrument(**{**row, "controls": _controls(row["controls"])})
        file.instruments[item.name] = replace(
            item, aliases=tuple(item.aliases), variants=tuple(item.variants)
        )
    for row in known["effects"]:
        effect = Effect(**{**row, "controls": _controls(row["controls"])})
        file.effects[effect.name] = replace(effect, keys=tuple(effect.keys))
    return file


def _controls(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Control]:
    return {name: Control(**row) for name, row in rows.items()}


def _plain(item: Instrument | Effect) -> dict[str, Any]:
    return asdict(replace(item, function=None))


def _names(file: SoundFile) -> set[str]:
    aliases = {alias for item in file.instruments.values() for alias in item.aliases}
    return {*file.instruments, *file.effects, *aliases}


def _key(item: Instrument | Effect) -> tuple[str, str]:
    return type(item).__name__, item.name


def _as_problem(path: Path, error: Exception, known: bool) -> DefinitionError:
    meanwhile = "the last good version plays on" if known else "until it is mended its sounds are not there"
    if isinstance(error, SyntaxError):
        return DefinitionError(f"{path}, line {error.lineno}: {error.msg}; {meanwhile}")
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f"{path}, line {line}" if line else f"{path}"
    return DefinitionError(f"{where}: {one_line(error)}; {meanwhile}")
