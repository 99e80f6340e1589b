"""Which names a few typed letters mean, best first.

>>> rank("evr", ["reverse", "every", "rev"])
['every', 'reverse']
"""

from __future__ import annotations

from collections.abc import Iterable


def rank(typed: str, names: Iterable[str]) -> list[str]:
    """The names that hold the typed letters in order; prefixes first, then word starts, then the rest."""
    scored = []
    for name in names:
        score = penalty(typed, name)
        if score is not None:
            scored.append((score, len(name), name.lower(), name))
    scored.sort()
    return [name for *_, name in scored]


def penalty(typed: str, name: str) -> int | None:
    """How far a name is from the letters typed: 0 for itself, None when they are not in it.

    >>> penalty("st", "sometimes"), penalty("x", "rev")
    (23, None)
    """
    if not typed:
        return 0
    wanted, text = typed.lower(), name.lower()
    if text == wanted:
        return 0
    if text.startswith(wanted):
        return 1
    found = text.find(wanted)
    if found > 0:
        return 5 if text[found - 1] in "_-. '" else 10 + found
    total, place = 20, -1
    for letter in wanted:
        following = text.find(letter, place + 1)
        if following < 0:
            return None
        gap = following - place - 1
        at_word_start = following == 0 or text[following - 1] in "_-. '"
        total += 0 if at_word_start else gap
        place = following
    # Letters strewn over a long name are more likely chance than intent.
    return total if total <= 20 + 4 * len(wanted) else None
