"""Form: sections in order, each with its own patterns, over a whole piece.

```python
song = form(intro=8, groove=16, breakdown=8, outro=8)
d1 >> song(intro=s("bd"), groove=s("bd*4"), outro=s("bd ~"))
d2 >> song(groove=note("c e g").s("pluck"))
```
"""

from __future__ import annotations

from typing import Any

from livecode.errors import NameUnknown, PatternError
from livecode.language.pattern import Pattern, by_cycles
from livecode.language.period import LONGEST
from livecode.language.registry import constructor
from livecode.language.reify import reify
from livecode.language.time import Event, Fraction, floor, moved, to_time
from livecode.language.timing import transformed


class Form:
    """A plan of sections, each so many cycles long; called with a pattern for each it makes one pattern.

    >>> song = form(intro=1, groove=2)
    >>> [event.value for event in song(intro="a", groove="<b c>").query(0, 4)]
    ['a', 'b', 'c', 'a']

    Sections that are given no pattern are silent. Each section's pattern starts from its own first cycle, and
    the whole repeats.
    """

    def __init__(self, sections: dict[str, int]) -> None:
        self.sections = sections
        self.cycles = sum(sections.values())
        self._starts: dict[str, int] = {}
        place = 0
        for name, length in sections.items():
            self._starts[name] = place
            place += length
        self._at = [name for name, length in sections.items() for _ in range(length)]

    def section(self, cycle: int) -> str:
        """The name of the section that a cycle belongs to.

        >>> form(intro=4, groove=8).section(5)
        'groove'
        """
        return self._at[cycle % self.cycles]

    def start(self, name: str) -> int:
        """The cycle in which a section begins.

        >>> form(intro=4, groove=8).start("groove")
        4
        """
        if name not in self._starts:
            raise NameUnknown("section", name, self.sections)
        return self._starts[name]

    def __call__(self, everywhere: Any = None, **patterns: Any) -> Pattern:
        for name in patterns:
            self.start(name)
        rest = None if everywhere is None else reify(everywhere)
        asks = {name: reify(thing).ask for name, thing in patterns.items()}

        def query(begin: Fraction, end: Fraction) -> list[Event]:
            cycle = floor(begin)
            name = self.section(cycle)
            offset = cycle - cycle % self.cycles + self._starts[name]
            ask = asks.get(name)
            if ask is None:
                return rest.ask(begin, end) if rest is not None else []
            return moved(ask(begin - offset, end - offset), offset)

        period = self.cycles if self.cycles <= LONGEST and rest is None else None
        return Pattern(by_cycles(query), period=period)

    def __repr__(self) -> str:
        return f"form({', '.join(f'{name}={length}' for name, length in self.sections.items())})"


@constructor(family="form")
def form(**sections: int) -> Form:
    """Plan a piece: sections in order, each so many cycles long.

    >>> song = form(intro=16, groove=32)
    >>> song.cycles
    48
    >>> [event.value for event in song(intro="a").query(15, 17)]
    ['a']

    Call it with a pattern for each section; a first argument plays wherever no other is given.
    """
    if not sections:
        raise PatternError("a form needs sections: try form(intro=8, groove=16)")
    for name, length in sections.items():
        if isinstance(length, bool) or not isinstance(length, int) or length < 1:
            raise PatternError(f"section {name} cannot last {length!r} cycles: give a whole number above 0")
    return Form(dict(sections))


@constructor(family="form")
def ur(cycles: Any, outline: Any, patterns: Any, functions: Any = None) -> Pattern:
    """A song's form in a line: names of patterns, in the order and the lengths that `outline` says.

    >>> song = ur(4, "verse bridge:backwards", {"verse": "a", "bridge": "<b c>"}, {"backwards": rev})
    >>> [event.value for event in song.query(0, 4)]
    ['a', 'a', 'c', 'b']

    The whole takes so many cycles and repeats. A name after a colon is a function from the second table,
    applied to the pattern with the whole section as its cycle. From Tidal, whose patterns run on under the
    outline, as here: `form` starts each section's pattern anew.
    """
    length = to_time(cycles)
    if length <= 0:
        raise PatternError(f"ur needs a length above 0 cycles, not {cycles}: try ur(16, ...)")
    table, changes = dict(patterns), dict(functions or {})

    def section(event: Event) -> Event:
        name, *named = event.value if isinstance(event.value, list) else [event.value]
        if name not in table:
            raise NameUnknown("pattern of the outline", name, map(str, table))
        made, whole = reify(table[name]), event.whole_or_part
        for each in named:
            if each not in changes:
                raise NameUnknown("function of the outline", each, map(str, changes))
            change = changes[each]
            moved = made._late(-whole.begin)
            made = moved.outside(whole.length, lambda p, change=change: transformed(change, p))._late(
                whole.begin
            )
        return event.with_value(lambda _: made)

    laid = reify(outline)._fast(1 / length).filter_events(lambda event: event.whole is not None)
    joined: Pattern = laid.with_event(section).mix_join()
    joined.forget_period()
    return joined
