"""What Tab offers at the prompt: names that fit the place, fuzzily matched, each with what it means."""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from livecode.repl.describe import meaning, page, signature
from livecode.repl.fuzzy import rank
from livecode.repl.names import STRINGS, Names
from livecode.repl.places import InString, Place, head_of_call, place
from livecode.repl.preview import phrase

MOST = 200
NAME_CHAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")


class NameCompleter(Completer):
    """Completes Python names, methods of patterns, and the words inside strings.

    It never calls what the performer typed: a call is completed by what its function says it returns.
    """

    def __init__(self, names: Names) -> None:
        self.names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        where = place(document.text_before_cursor)
        if where.silent:
            return
        asked = complete_event.completion_requested
        if where.inside is not None:
            yield from self._words(where.inside, asked)
        elif where.owner is not None:
            yield from self._attributes(where.owner, where.word)
        elif asked or len(where.word) >= 2:
            yield from self._names(where)

    def _words(self, inside: InString, asked: bool) -> Iterator[Completion]:
        word = inside.word
        known = self.names.in_string(inside.function, inside.keyword)
        if "'" in word:
            word = word.rsplit("'", 1)[1]
            known = self.names.of("chord")
        if word or asked:
            yield from _offer(word, known)

    def _attributes(self, owner: str, word: str) -> Iterator[Completion]:
        thing = self.resolve(owner)
        if thing is None:
            return
        found = {}
        for name in dir(thing):
            if name.startswith("_") and not word.startswith("_"):
                continue
            # A static look-up: completion must not run a property.
            found[name] = inspect.getattr_static(thing, name, None)
        yield from _offer(word, found)

    def _names(self, where: Place) -> Iterator[Completion]:
        parameters = self._parameters(where.calls)
        yield from _offer(where.word, parameters)
        public = self.names.public()
        yield from _offer(where.word, public)
        if where.word:
            python = dict.fromkeys(keyword.kwlist, "Python")
            python |= {name: getattr(builtins, name) for name in dir(builtins) if name[0] != "_"}
            # Python's own only by their beginning: who types "plu" wants no ProcessLookupError.
            wanted = [name for name in python if name.startswith(where.word) and name not in public]
            yield from _offer(where.word, {name: python[name] for name in wanted})

    def _parameters(self, calls: str) -> dict[str, Any]:
        """The keywords a call takes, spelled `order=`."""
        thing = self.resolve(calls) if calls else None
        if thing is None or not callable(thing):
            return {}
        try:
            found = inspect.signature(thing).parameters.values()
        except (TypeError, ValueError):
            return {}
        kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        text = signature(thing, calls.rsplit(".", 1)[-1])
        return {f"{item.name}=": text for item in found if item.kind in kinds and item.name != "self"}

    def offers(self, before: str) -> list[tuple[str, str]]:
        """What fits at the end of a text, with meanings, for those who show it in another way."""
        event = CompleteEvent(completion_requested=True)
        found = self.get_completions(Document(before), event)
        return [(item.text, item.display_meta_text) for item in found]

    def strings_at(self, before: str) -> tuple[str, ...]:
        """The kinds of names that fit in the string the cursor is in; none outside strings."""
        inside = place(before).inside
        if inside is None:
            return ()
        if "'" in inside.word:
            return ("chord",)
        return STRINGS.get(inside.keyword) or STRINGS.get(inside.function) or ()

    def documentation(self, before: str, name: str) -> str:
        """All that is known of an offered name, at the place where it was taken."""
        where = place(before)
        if where.inside is not None:
            for kind in self.strings_at(before):
                meaning = self.names.of(kind).get(name)
                if meaning is not None:
                    sound = "\n\nEsc a plays it" if phrase(kind, name, meaning) else ""
                    return f"{name}: {kind}\n\n{meaning}{sound}"
            return name
        thing = self.resolve(f"{where.owner}.{name}" if where.owner is not None else name.rstrip("="))
        return page(name, thing) if thing is not None else name

    def signature_at(self, before: str) -> str:
        """How to call what the cursor is in the brackets of; "" outside calls and where that is unknown."""
        where = place(before)
        calls = where.inside.calls if where.inside is not None else where.calls
        thing = self.resolve(calls) if calls else None
        return signature(thing, calls.rsplit(".", 1)[-1]) if thing is not None else ""

    def resolve(self, expression: str) -> Any:
        """The object an expression names, or the class a call of it gives; None when that is unknown."""
        expression = expression.strip()
        if NAME_CHAIN.match(expression):
            first, *rest = expression.split(".")
            thing = self.names.thing(first, getattr(builtins, first, None))
            for name in rest:
                thing = _attribute(thing, name)
            return thing
        if expression.endswith(("'", '"')):
            return str
        callee = head_of_call(expression)
        if callee:
            return self._result(callee)
        if "." in expression:
            owner, name = expression.rsplit(".", 1)
            return _attribute(self.resolve(owner), name)
        return None

    def _result(self, callee: str) -> Any:
        thing = self.resolve(callee)
        if thing is None and "." not in callee:
            return None
        if inspect.isclass(thing):
            return thing
        if thing is not None:
            thing = inspect.unwrap(thing)
        said = getattr(thing, "__annotations__", {}).get("return")
        if isinstance(said, str):
            named = getattr(thing, "__globals__", {}).get(said.strip("'\""))
            if inspect.isclass(named) and named is not Any:
                return named
            if said.strip("'\"") == "Self" and "." in callee:
                return self.resolve(callee.rsplit(".", 1)[0])
        elif inspect.isclass(said):
            return said
        return _pattern_class()


def _attribute(thing: Any, name: str) -> Any:
    if thing is None:
        return None
    found = inspect.getattr_static(thing, name, None)
    if isinstance(found, (staticmethod, classmethod)):
        return found.__func__
    if isinstance(found, property):
        said = getattr(found.fget, "__annotations__", {}).get("return")
        return said if inspect.isclass(said) else _pattern_class() if "Pattern" in str(said) else None
    return found


def _pattern_class() -> Any:
    """What nearly every function of the language returns."""
    from livecode.language.pattern import Pattern

    return Pattern


def _offer(word: str, known: Mapping[str, Any]) -> Iterator[Completion]:
    for name in rank(word, known)[:MOST]:
        thing = known[name]
        text = thing if isinstance(thing, str) else meaning(thing)
        yield Completion(name, start_position=-len(word), display_meta=text[:100])
