"""A name nobody knows, told: whose it is, what is near it, what else it may have been.

>>> unknown("fsat", ["fast", "rev"])
"no name 'fsat': did you mean 'fast'?"
>>> unknown("d17", [])
'no slot d17: there are d1 to d16'
>>> unknown("reed", ["rev"], sounds={"reed"})
'reed is a sound, not a name: write s("reed")'
"""

from __future__ import annotations

import builtins
import difflib
import re
from collections.abc import Collection, Iterable

from livecode.errors import NEARLY, meant, nearest, one_line
from livecode.stage.accents import of_name

NOWHERE = "Tab shows the names there are"


def unknown(name: str, names: Iterable[str], sounds: Collection[str] = (), otherwise: str = NOWHERE) -> str:
    """One line on a name that is not known.

    `names` are those that could have been meant, `sounds` what `s("...")` plays; `otherwise` is what to do
    when nothing is near.
    """
    if re.fullmatch(r"d\d+", name):
        return f"no slot {name}: there are d1 to d16"
    told = of_name(name)
    if told is not None:
        return told
    if name in sounds:
        return f'{name} is a sound, not a name: write s("{name}")'
    # Python's own names only when it is nearly one of them: "nope" is not a misspelt "open".
    known = [*names, *difflib.get_close_matches(name, dir(builtins), n=1, cutoff=NEARLY)]
    if nearest(name, known) is None and re.fullmatch(r"[a-z]\d\d?", name):
        return f"no name {name!r}: slots are d1 to d16"
    return near("name", name, known, otherwise)


def unknown_method(error: AttributeError) -> str:
    """One line on what was written after the dot of something that has no such thing.

    >>> unknown_method(AttributeError("no", name="upppr", obj="text"))
    "no str method 'upppr': did you mean 'upper'?"
    """
    name, owner = error.name, error.obj
    if name is None or (owner is None and "NoneType" not in str(error)):
        # Raised by hand: nobody knows of what.
        return one_line(error)
    if owner is None:
        return f"None has no {name}: what stands before the dot gave nothing back"
    known = [*meant(name, type(owner)), *(each for each in getattr(owner, "__dict__", ()) if each[0] != "_")]
    return near(f"{type(owner).__name__} method", name, known)


def near(kind: str, name: str, known: Iterable[str], otherwise: str = NOWHERE) -> str:
    """One line that offers the name of that kind which is nearest."""
    found = nearest(name, known)
    return f"no {kind} {name!r}: " + (otherwise if found is None else f"did you mean {found!r}?")
