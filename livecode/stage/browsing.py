"""Looking for sounds by name and hearing them: `samples("kick")`, `samples("kick").play()`.

What is found are instruments, sample folders, the files of a folder that is named exactly, and the presets of
a SoundFont; each with the name under which `s` plays it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from livecode.errors import FileProblem, NameUnknown

if TYPE_CHECKING:
    from livecode.language.pattern import Pattern
    from livecode.sound.resolve import Resolver

MOST_SHOWN = 40
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A sound: its `name` for `s`, of what `kind` it is, and what is known of it in a few words."""

    name: str
    kind: str
    meaning: str

    def __repr__(self) -> str:
        return f"{self.name:<24} {self.meaning}"


class Shelf:
    """What a search found, in order: shown by its repr, heard by `play`."""

    def __init__(self, text: str, found: list[Found], play: Callable[[Pattern], Any]) -> None:
        self.text = text
        self._found = found
        self._play = play

    @property
    def names(self) -> list[str]:
        """The names, for `s`."""
        return [each.name for each in self._found]

    def play(self, number: int | None = None) -> Shelf:
        """Hear what was found, one after another in a cycle (eight at most), or one of them by its number."""
        if not self._found:
            raise NameUnknown("sound", self.text, [])
        if number is None:
            chosen = self._found[:AT_ONCE]
        else:
            chosen = [self._found[number % len(self._found)]]
        language: Any = import_module("livecode.language")
        self._play(language.fastcat(*(language.s(each.name) for each in chosen)))
        return self

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Found]:
        return iter(self._found)

    def __getitem__(self, number: int) -> Found:
        return self._found[number]

    def __repr__(self) -> str:
        if not self._found:
            return f"nothing here sounds like {self.text!r}: samples() lists everything"
        lines = [f"{number:3} {each!r}" for number, each in enumerate(self._found[:MOST_SHOWN])]
        if len(self._found) > MOST_SHOWN:
            lines.append(f"... and {len(self._found) - MOST_SHOWN} more: say a part of the name")
        return "\n".join(lines)


def search(resolver: Resolver, text: str, play: Callable[[Pattern], Any]) -> Shelf:
    """Everything whose name, or whose description, contains the text; all there is for ""."""
    text = str(text).strip().lower()
    head, _, tail = text.partition(":")
    if resolver.fonts.knows(head) and head not in resolver.catalogue.instruments:
        return Shelf(text, _presets(resolver, head, tail), play)
    if text in resolver.samples and text not in resolver.catalogue.instruments:
        return Shelf(text, _files(resolver, text), play)
    named, described = [], []
    for found in (*_instruments(resolver), *_folders(resolver), *_fonts(resolver)):
        if text in found.name.lower():
            named.append(found)
        elif text in found.meaning.lower():
            described.append(found)
    named.sort(key=lambda found: (found.name != text, not found.name.startswith(text)))
    return Shelf(text, named + described, play)


def _instruments(resolver: Resolver) -> Iterator[Found]:
    for family, items in resolver.catalogue.families().items():
        for item in items:
            line = item.doc.splitlines()[0] if item.doc else ""
            aliases = f" Also {', '.join(item.aliases)}." if item.aliases else ""
            yield Found(item.name, "instrument", f"{family}: {line}{aliases}")


def _folders(resolver: Resolver) -> Iterator[Found]:
    for name in resolver.samples.names():
        yield Found(name, "samples", "samples")


def _fonts(resolver: Resolver) -> Iterator[Found]:
    for name in resolver.fonts.names():
        yield Found(name, "soundfont", f'SoundFont: samples("{name}") lists its presets')


def _files(resolver: Resolver, name: str) -> list[Found]:
    try:
        files = resolver.samples.files(name)
    except FileProblem:
        return []
    return [Found(f"{name}:{number}", "sample", path.name) for number, path in enumerate(files)]


def _presets(resolver: Resolver, font: str, text: str) -> list[Found]:
    found = []
    for preset in resolver.fonts.font(font).presets:
        place = str(preset.program) if not preset.bank else f"{preset.bank}-{preset.program}"
        if text in preset.name.lower() or text == place:
            found.append(Found(f"{font}:{place}", "preset", preset.name))
    return found
