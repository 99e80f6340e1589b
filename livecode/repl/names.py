"""Every name a performer can type, by kind: functions, instruments, samples, scales, chords, corpora, models.

>>> names = Names({"every": len})
>>> "dorian" in names.of("scale")
True
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

KEPT_SECONDS = 10.0
WEIGHTS = "weights.safetensors"
"""What makes a folder of models/ a net that neural(...) plays."""

# What the strings given to a call name. Several kinds are offered together.
STRINGS: dict[str, tuple[str, ...]] = {
    "s": ("instrument", "sample"),
    "sound": ("instrument", "sample"),
    "synth": ("instrument",),
    "instrument": ("instrument",),
    "scale": ("scale",),
    "in_scale": ("scale",),
    "to_scale": ("scale",),
    "key": ("scale",),
    "tuning": ("tuning",),
    "chord": ("chord",),
    "note": ("note",),
    "up": ("note",),
    "markov": ("corpus",),
    "corpus": ("corpus",),
    "recombine": ("corpus",),
    "kept": ("kept",),
    "evolve": ("corpus",),
    "samples": ("instrument", "sample"),
    "neural": ("model",),
    "model": ("model",),
    "play": ("set",),
    "load": ("set",),
}


class Names:
    """The names of a running session. Lists that need reading are kept for ten seconds.

    `namespace` is the performer's own, so that what was just defined is offered too.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._kept: dict[str, tuple[float, dict[str, str]]] = {}

    def public(self) -> dict[str, Any]:
        """Every public name with what it stands for, or with its meaning where that is not loaded yet."""
        found: dict[str, Any] = dict(self.of("name"))
        found.update((name, thing) for name, thing in list(self.namespace.items()) if name[0] != "_")
        return found

    def thing(self, name: str, otherwise: Any = None) -> Any:
        """What a name stands for, loaded if need be."""
        try:
            return self.namespace[name]
        except KeyError:
            return otherwise

    def of(self, kind: str) -> dict[str, str]:
        """The names of one kind, each with its one-line meaning; empty for a kind nobody knows."""
        now = time.monotonic()
        kept = self._kept.get(kind)
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        gather = GATHER.get(kind)
        found: dict[str, str] = {}
        if gather is not None:
            try:
                found = gather()
            except Exception:
                # A damaged file in the performer's folders is told by what plays it, not by Tab.
                found = {}
        self._kept[kind] = (now, found)
        return found

    def in_string(self, function: str, keyword: str) -> dict[str, str]:
        """What the strings of a call may name: `s(` -> instruments and samples."""
        kinds = STRINGS.get(keyword) or STRINGS.get(function) or ()
        found: dict[str, str] = {}
        for kind in kinds:
            for name, text in self.of(kind).items():
                found.setdefault(name, text)
        return found

    def find(self, name: str) -> tuple[str, str] | None:
        """The kind and meaning of a name that is not Python's: an instrument, a scale, a model ...

        >>> Names({}).find("dorian")[0]
        'scale'
        """
        for kind in [kind for kind in GATHER if kind != "name"]:
            text = self.of(kind).get(name)
            if text is not None:
                return kind, text
        return None

    def warm(self) -> None:
        """Read every list once, so that the first Tab is quick."""
        for kind in GATHER:
            self.of(kind)


def _public() -> dict[str, str]:
    from livecode.names import table

    return {row.name: row.meaning for row in table().values()}


def _instruments() -> dict[str, str]:
    from livecode.sets import folders
    from livecode.sound.catalogue import Catalogue

    found = {}
    for name, instrument in Catalogue(folders("sc")).instruments.items():
        if not getattr(instrument, "hidden", False):
            first = str(instrument.doc or "").strip().split("\n", 1)[0]
            found[name] = f"{instrument.family}: {first}" if instrument.family else first
    return found


def _samples() -> dict[str, str]:
    from livecode.config import load

    found: dict[str, str] = {}
    for root in load().samples:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if folder.is_dir() and not folder.name.startswith("."):
                count = sum(1 for file in folder.iterdir() if file.suffix.lower() in SOUND_FILES)
                if count:
                    found.setdefault(folder.name, f"{count} sample{'s' if count > 1 else ''} in {root.name}")
    return found


def _scales() -> dict[str, str]:
    from livecode.language.scales import TABLE, scale_names

    steps = {name.strip(): text for names, text in TABLE.items() for name in names.split(",")}
    return {name: steps.get(name, "") for name in scale_names()}


def _chords() -> dict[str, str]:
    from livecode.language.chords import chord_names, chord_steps

    return {name: " ".join(f"{step:g}" for step in chord_steps(name)) for name in chord_names()}


def _tunings() -> dict[str, str]:
    from livecode.language.tunings import tuning_names

    return dict.fromkeys(tuning_names(), "tuning")


def _notes() -> dict[str, str]:
    from livecode.language.notes import FLAT_NAMES, SHARP_NAMES, note_number

    found = {}
    for name in sorted({*SHARP_NAMES, *FLAT_NAMES}):
        found[name] = f"{note_number(name)} semitones from c4; {name}5 is an octave up, {name}'maj7 a chord"
    return found


def _models() -> dict[str, str]:
    nets = {name: path for name, path in _sets("models").items() if (path / WEIGHTS).is_file()}
    return {name: _card(path) for name, path in nets.items()}


def _kept() -> dict[str, str]:
    from livecode.generators.keeping import names

    return dict.fromkeys(names(), "a composer that was kept")


def _corpora() -> dict[str, str]:
    from livecode.music.corpus import ALIASES, names

    models = _sets("models")
    found = {name: _card(models[name]) for name in names()}
    return found | {name: f"the same as {target}" for name, target in ALIASES.items()}


def _factory_sets() -> dict[str, str]:
    found = {}
    for name, path in _sets("patterns", ".py").items():
        text = path.read_text(encoding="utf-8", errors="replace").lstrip()
        first = text[3:].split("\n", 1)[0].strip().strip('"') if text.startswith('"""') else ""
        found[name] = first
    return found


def _sets(room: Any, suffix: str = "") -> dict[str, Any]:
    from livecode.sets import listing

    return dict(listing(room, suffix))


def _card(folder: Any) -> str:
    """The first line of prose of a model's card."""
    for name in ("README.md", "CARD.md", "card.md"):
        file = folder / name
        if file.is_file():
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.strip() and not line.startswith(("#", "---", "|")):
                    return str(line.strip())
    return "model"


SOUND_FILES = {".wav", ".aif", ".aiff", ".flac", ".ogg", ".mp3"}

GATHER: dict[str, Callable[[], dict[str, str]]] = {
    "name": _public,
    "instrument": _instruments,
    "sample": _samples,
    "scale": _scales,
    "chord": _chords,
    "tuning": _tunings,
    "note": _notes,
    "corpus": _corpora,
    "model": _models,
    "kept": _kept,
    "set": _factory_sets,
}
