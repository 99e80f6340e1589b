"""Every error livecode raises, in one tree.

LivecodeError
├── NotationError (ValueError)      a pattern string that cannot be read: text, column, caret
├── NameUnknown (LookupError)       a name nobody knows: instrument, sample, scale, corpus, model, slot
├── ControlError (ValueError)       a control with a value it cannot take
├── PatternError (TypeError)        something that is not a pattern where one is needed
├── QueryTooDense (RuntimeError)    a pattern that makes more events than the beat can carry
├── TempoError (ValueError)         a tempo, meter or time that cannot be played
├── GeneratorError (RuntimeError)   a composer that cannot compose what it was asked for
├── CorpusError (ValueError)        music that cannot be read
├── FileProblem (OSError)           a file or folder that is missing or damaged
├── DefinitionError (ValueError)    an instrument or effect in a set's sc/ folder that does not build
└── EngineError (RuntimeError)      scsynth, JACK or the sound card said no

Each message is one line: what happened, the value, what to type instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_ENDLESS = re.compile(r"[^\s/]{200,}")


class LivecodeError(Exception):
    """Base of every error livecode raises on purpose; words of thousands of letters are cut short in it."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(brief(each) if isinstance(each, str) else each for each in said))


def brief(text: str) -> str:
    """A message with the words in it that have no end cut short.

    >>> brief("no " + "a" * 5000) == "no " + "a" * 60 + "..."
    True
    """
    return _ENDLESS.sub(lambda found: found[0][:60] + "...", text)


class NotationError(LivecodeError, ValueError):
    """A pattern string that cannot be read.

    `text` is the whole string, `column` the 0-based character where reading stopped.

    >>> str(NotationError("a [b", 2, "'[' is never closed", "add ']'"))
    "'[' is never closed, at column 3 of 'a [b': add ']'"
    """

    def __init__(self, text: str, column: int, problem: str, cure: str) -> None:
        self.text, self.column, self.problem, self.cure = text, column, problem, cure
        shown = text if len(text) <= 60 else text[:57] + "..."
        super().__init__(f"{problem}, at column {column + 1} of {shown!r}: {cure}")

    def caret(self) -> str:
        """The string with a caret under the character that could not be read.

        >>> print(NotationError("a [b", 2, "'[' is never closed", "add ']'").caret())
        a [b
          ^
        """
        start = max(0, self.column - 60)
        line = self.text[start : start + 100].replace("\n", " ")
        return f"{line}\n{' ' * (self.column - start)}^"

    def __reduce__(self) -> tuple[type, tuple[str, int, str, str]]:
        return type(self), (self.text, self.column, self.problem, self.cure)


class NameUnknown(LivecodeError, LookupError):
    """A name nobody knows, with the nearest one that exists.

    >>> str(NameUnknown("instrument", "pluk", ["pluck", "organ"]))
    "no instrument called 'pluk': did you mean 'pluck'?"
    """

    def __init__(self, kind: str, name: object, known: Iterable[str], listing: str = "") -> None:
        self.kind, self.name = kind, name
        self.nearest = nearest(str(name), known)
        if self.nearest is not None:
            cure = f"did you mean {self.nearest!r}?"
        else:
            cure = listing or "look at the names with Tab at the prompt"
        super().__init__(f"no {kind} called {str(name)!r}: {cure}")

    def __str__(self) -> str:
        return str(self.args[0])


class ControlError(LivecodeError, ValueError):
    """A control with a value it cannot take."""


class PatternError(LivecodeError, TypeError):
    """Something that is not a pattern where one is needed."""


class QueryTooDense(LivecodeError, RuntimeError):
    """A pattern that makes more events than the beat can carry."""


class TempoError(LivecodeError, ValueError):
    """A tempo, meter or time that cannot be played."""


class GeneratorError(LivecodeError, RuntimeError):
    """A composer that cannot compose what it was asked for."""


class CorpusError(LivecodeError, ValueError):
    """Music that cannot be read."""


class FileProblem(LivecodeError, OSError):
    """A file or folder that is missing or damaged."""


class DefinitionError(LivecodeError, ValueError):
    """An instrument or effect in a set's sc/ folder that does not build."""


class EngineError(LivecodeError, RuntimeError):
    """scsynth, JACK or the sound card said no."""


_LONGEST_NAME = 80
NEARLY = 0.78
"""How alike, from 0 to 1, two names are when one is all but the other."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like the one typed, or None when nothing is near.

    >>> nearest("evry", ["every", "rev"])
    'every'
    """
    if len(name) > _LONGEST_NAME:
        return None
    lowered = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def meant(name: str, kind: type) -> list[str]:
    """The names of a class that could have been meant by a name it has not, for `nearest`.

    What a class has of its own comes before what it shares with others: `.beginz()` of a composer is
    `.begins()` rather than the control `.begin()`.
    """
    for each in kind.__mro__:
        public = [its for its in vars(each) if its[0] != "_"]
        own = difflib.get_close_matches(name, public, n=1, cutoff=NEARLY)
        if own:
            return own
    return [each for each in dir(kind) if each[0] != "_"]


def called(thing: object) -> str:
    """A thing as an error names it: what is long would fill the line.

    >>> called("fifth"), called([0] * 100)[-8:]
    ("'fifth'", '0, 0 ...')
    """
    if callable(getattr(thing, "query", None)):
        return "a pattern"
    named = getattr(thing, "__name__", None)
    shown = named if isinstance(named, str) and callable(thing) else repr(thing)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME].rstrip(', ')} ..."


def one_line(error: BaseException) -> str:
    """What went wrong as a single line, without a traceback.

    >>> one_line(ValueError("no\\nsuch thing"))
    'ValueError: no such thing'
    """
    try:
        text = " ".join(str(error).split()) or "no reason given"
    except Exception:
        text = "it cannot even say what went wrong"
    return text if isinstance(error, LivecodeError) else f"{type(error).__name__}: {text}"
