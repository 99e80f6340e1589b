"""Why a note: from the characters that were typed to the synth that sounds, for one cycle of a slot.

    explain(d1, cycle=4)

What it tells is looked up, not guessed: the functions as the pattern remembers them, each asked for this
cycle before and after; the characters as the events carry them; the synth and its controls as they were
resolved; the time from the tempo map; and from the sender how long before its moment each note left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction as PlainFraction
from math import floor, inf
from typing import TYPE_CHECKING, Any

from livecode.errors import LivecodeError, PatternError
from livecode.language.moment import MOMENT, Moment
from livecode.language.pattern import VARIES, Made, Pattern
from livecode.language.registry import REGISTRY, Transformer, method_name
from livecode.language.time import Event
from livecode.sound.command import Note
from livecode.stage.budget import within
from livecode.stage.lighting import statements, strings
from livecode.stage.prepare import asking
from livecode.stage.scene import Take
from livecode.stage.slot import Slot

if TYPE_CHECKING:
    from livecode.stage.prepare import Prepared
    from livecode.stage.session import Session

DEEPEST = 64
MOST_SHOWN = 32
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Stage:
    """One function on the way: how many events the cycle has after it, and what it did to them."""

    text: str
    events: int
    effect: str

    def __str__(self) -> str:
        count = f"{self.events} event{'' if self.events == 1 else 's'}"
        return f"  {self.text:<40} {count:<11} {self.effect}".rstrip()


@dataclass(frozen=True)
class Reason:
    """One event: when, from which characters, what it became, and how it was sent.

    `cycle` and `length` in cycles, `second` on the performance's clock, counted from cycle 0; `written` are
    the characters it came from with their places, counted from 0, in the slot's code or in `statement`, where
    they stand elsewhere. `ahead`: seconds between leaving the sender and sounding, None when it was not sent,
    below 0 when it was late; `why` it was not sent, where it could have been.
    """

    cycle: Any
    length: Any
    second: float
    written: tuple[tuple[str, int, int], ...]
    controls: dict[str, Any]
    synth: str
    orbit: int
    ahead: float | None
    value: Any = None
    why: str = ""
    statement: str = ""

    @property
    def late(self) -> float:
        """Seconds by which it was late, 0.0 when it was not."""
        return max(0.0, -self.ahead) if self.ahead is not None else 0.0

    def __str__(self) -> str:
        pieces = " ".join(f"{text!r} ({first}-{last})" for text, first, last in self.written)
        pieces += f" of {_one_line(self.statement)}" if self.statement else ""
        told = ", ".join(f"{name} {_shown(value)}" for name, value in self.controls.items())
        synth = f"-> {self.synth}, orbit {self.orbit}" if self.synth else "-> no synth"
        if self.ahead is None:
            sent = self.why
        elif self.ahead < 0:
            sent = f"sent {-self.ahead * 1000:.0f} ms LATE"
        else:
            sent = f"sent {self.ahead * 1000:.0f} ms ahead, on time"
        when = f"  {_mixed(self.cycle):<8} {self.second:8.3f} s  for {_mixed(self.length):<6}"
        return f"{when} {pieces or 'no characters':<24}  {told or repr(self.value)}  {synth}  {sent}".rstrip()


@dataclass(frozen=True)
class Explanation:
    """A cycle of a slot or a pattern, told; shows as text at the prompt."""

    name: str
    cycle: int
    source: str
    stages: tuple[Stage, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.name}, cycle {self.cycle}: {' '.join(self.source.split()) or 'a pattern'}"]
        lines += ["through", *map(str, self.stages)] if self.stages else []
        lines += ["gave", *map(str, self.reasons[:MOST_SHOWN])] if self.reasons else ["  silence"]
        if len(self.reasons) > MOST_SHOWN:
            lines.append(f"  and {len(self.reasons) - MOST_SHOWN} more: .reasons has them all")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    __repr__ = __str__

    def __iter__(self) -> Any:
        return iter(self.reasons)

    def __len__(self) -> int:
        return len(self.reasons)


def stages(pattern: Pattern, cycle: int, source: str = "") -> tuple[Stage, ...]:
    """The functions that made a pattern, the first one first, and what each did in a cycle.

    >>> from livecode.language import mini, rev
    >>> [str(each) for each in stages(mini("a b").fast(2).every(2, rev), 1)]  # doctest: +NORMALIZE_WHITESPACE
    ['  mini-notation and what is around it  2 events',
     '  .fast(2)  4 events  2 more',
     '  .every(2, rev)  4 events  changes nothing in this cycle']
    """
    chain: list[tuple[Made, Pattern]] = []
    while pattern.made_by is not None and len(chain) < DEEPEST:
        chain.append((pattern.made_by, pattern))
        pattern = pattern.made_by.before
    before = _asked(pattern, cycle)
    start = _head(source) or "mini-notation and what is around it"
    found = [Stage(start, len(before), "")]
    for made, result in reversed(chain):
        after = _asked(result, cycle)
        found.append(Stage(_call(made, source), len(after), _difference(before, after)))
        before = after
    return tuple(found)


def explained(session: Session, what: Any, cycle: int | None = None) -> Explanation:
    """The explanation of a slot or a pattern; what `explain` gives."""
    from livecode.stage.machinery import CHECK_BUDGET, as_played

    timeline = session._timeline
    number = floor(timeline.now()) if cycle is None else _cycle(cycle)
    if isinstance(what, Slot):
        slot, name = what.number, f"d{what.number}"
        take = session._heard_take(slot, number)
        comes = session._conductor.parts[slot].next_change(number) if take is None else inf
        if take is None and cycle is None and comes < inf:
            number = floor(comes)
            take = session._heard_take(slot, number)
        if take is None:
            when = f": it comes in at cycle {comes:g}" if comes < inf else ""
            return Explanation(name, number, "", (), (), (f"nothing plays in {name} in this cycle{when}",))
    else:
        slot, name = 0, "the pattern"
        take = Take(as_played(what, "explain(...)"))
    moment = Moment(
        offline=session.offline,
        deadline=inf if session.offline else timeline.clock.now() + CHECK_BUDGET,
        first=True,
        slot=slot,
        cycle=timeline.now(),
        cps=timeline.cps,
        metre=timeline.metre,
    )
    prepared = session._preparer.prepare(take, slot, number, moment, CHECK_BUDGET)
    token, chain = MOMENT.set(moment), asking.set((*asking.get(), take))
    try:
        with within(CHECK_BUDGET, name):
            through = stages(take.pattern, number, take.source)
    finally:
        asking.reset(chain)
        MOMENT.reset(token)
    ahead = session._sent_ahead(slot, number - _ROUNDING, number + 1.0) if slot else {}
    first = timeline.second_at(timeline.first_cycle)
    told = reasons(
        prepared,
        take.source,
        list(reversed(session.texts)),
        lambda begin: timeline.second_at(begin) - first,
        session._preparer.describe,
        ahead,
        timeline.now() if slot else inf,
    )
    return Explanation(name, number, take.source, through, told, _remarks(session, slot, take, prepared))


def _remarks(session: Session, slot: int, take: Take, prepared: Prepared) -> tuple[str, ...]:
    """What else a performer would want to know of the slot, and what its composer says of these notes."""
    found = [f"left out: {fault}" for fault in prepared.faults]
    composer = take.pattern
    for _ in range(DEEPEST):
        if composer.made_by is None:
            break
        composer = composer.made_by.before
    tell = getattr(type(composer), "explain", None)
    if tell is not None:
        with suppress(LivecodeError):
            found += str(tell(composer, prepared.cycle)).splitlines()
    if slot:
        if not session._scene.level(slot):
            found.append(f"d{slot} is not heard now: see running()")
        found += [f"follows d{leader}" for leader in sorted(take.follows)]
        if take.fault is not None:
            found.append(f"failed on stage: {take.fault}")
    return tuple(found)


def _cycle(given: object) -> int:
    if isinstance(given, (int, float)) and not isinstance(given, bool) and -1e9 < given < 1e9:
        return floor(given)
    raise PatternError(f"cycle={given!r} is no cycle: give a whole number, as in explain(d1, cycle=4)")


def reasons(
    prepared: Prepared,
    source: str,
    texts: Iterable[str],
    second_at: Callable[[float], float],
    describe: Callable[[Event], tuple[str, dict[str, Any]]],
    ahead: dict[float, float],
    sent_until: float,
) -> tuple[Reason, ...]:
    """The events of a prepared cycle, each with what is known of it."""
    found = []
    for heard in prepared.heard:
        event = heard.event
        whole = event.whole_or_part
        statement = _statement(event, source, texts)
        code = statement or source
        places = strings(code).all_places(event.locations)
        note = next((each for each in heard.commands if isinstance(each, Note)), None)
        _, controls = describe(event)
        begin = float(whole.begin)
        found.append(
            Reason(
                whole.begin,
                whole.length,
                second_at(begin),
                tuple((code[first:last], first, last) for first, last in places),
                controls,
                note.definition if note is not None else "",
                note.orbit if note is not None else 0,
                _nearest(ahead, begin),
                event.value,
                "" if sent_until == inf else "not sent" if begin < sent_until else "not sent yet",
                statement,
            )
        )
    return tuple(found)


def _statement(event: Event, source: str, texts: Iterable[str]) -> str:
    """The statement in which an event's characters stand, "" when that is the slot's own code, or unknown."""
    numbers = {number for _, _, number in event.locations}
    if not numbers or numbers & strings(source).numbers:
        return ""
    for text in texts:
        known = statements(text)
        for number in numbers & known.keys():
            return known[number][1]
    return ""


def _one_line(code: str) -> str:
    text = " ".join(code.split())
    return text if len(text) <= 40 else text[:37] + "..."


def _nearest(ahead: dict[float, float], begin: float) -> float | None:
    return next((each for moment, each in ahead.items() if abs(moment - begin) < _ROUNDING), None)


def _asked(pattern: Pattern, cycle: int) -> list[Event]:
    return pattern.query(cycle, cycle + 1)


def _difference(before: list[Event], after: list[Event]) -> str:
    """What a function did to the events of a cycle, in few words."""
    was, now = [_key(each) for each in before], [_key(each) for each in after]
    if was == now:
        return "changes nothing in this cycle"
    words = []
    if len(after) != len(before):
        more = len(after) - len(before)
        words.append(f"{abs(more)} {'more' if more > 0 else 'fewer'}")
    if [each[:2] for each in was] != [each[:2] for each in now] and len(was) == len(now):
        words.append("other times" if sorted(map(str, was)) != sorted(map(str, now)) else "other order")
    added = _added(before, after)
    if added:
        words.append(f"adds {', '.join(added)}")
    elif [each[2] for each in was] != [each[2] for each in now] and len(was) == len(now):
        words.append("other values")
    return "; ".join(words) or "other times"


def _added(before: list[Event], after: list[Event]) -> list[str]:
    if not (before and after and all(type(each.value) is dict for each in (*before, *after))):
        return []
    known = {name for each in before for name in each.value}
    return sorted({name for each in after for name in each.value} - known)


def _key(event: Event) -> tuple[Any, Any, str]:
    whole = event.whole
    return (None if whole is None else whole.begin, event.part.begin, repr(event.value))


def _call(made: Made, source: str) -> str:
    words = [_argument(each) for each in made.arguments]
    words += [f"{name}={_argument(each)}" for name, each in made.keywords.items()]
    text = f".{_as_typed(made.name, source)}({', '.join(words)})"
    return text if len(text) <= 60 else text[:57] + "..."


def _as_typed(name: str, source: str) -> str:
    """The alias that stands in the code, where the name itself does not."""
    entry = next((each for each in REGISTRY.values() if each.method == name), None)
    if entry is None or f".{name}(" in source:
        return name
    return next((alias for alias in entry.aliases if f".{method_name(alias)}(" in source), name)


def _argument(given: Any) -> str:
    if isinstance(given, Pattern):
        return "a pattern" if given.constant is VARIES else _shown(given.constant)
    if isinstance(given, Transformer):
        return f"{given.name}({', '.join(map(_argument, given.arguments))})"
    name = getattr(given, "__name__", None)
    return str(name) if callable(given) and name is not None else repr(given)


def _head(source: str) -> str:
    """What stands before the first method: the pattern that the functions start from."""
    code = source.partition(">>")[2].strip() or source.strip()
    depth, quote = 0, ""
    for place, character in enumerate(code):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "." and depth == 0 and place and not code[place - 1].isdigit():
            code = code[:place]
            break
    text = " ".join(code.split())
    return text if len(text) <= 60 else text[:57] + "..."


def _mixed(time: Any) -> str:
    exact = PlainFraction(int(time.numerator), int(time.denominator))
    whole, rest = divmod(exact, 1)
    if not rest:
        return str(whole)
    return f"{whole} {rest}" if whole else str(rest)


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
