"""Laws that hold for every pattern: cutting a query changes nothing, inverses undo, chance repeats."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quicktions import Fraction

from livecode.language import Event, Pattern, fast, mini, rev, run

TEXTS = st.sampled_from(
    ["0 1 2 3", "<0 1> 2 [3 4]", "0 ~ 1@3 <2 3 4>", "0(3,8) 4", "{0 1 2}%4", "<0 [1 2]>*1.5 3", "[0,2] 5!2"]
)
CHANGES: dict[str, Callable[[Pattern], Pattern]] = {
    "ply": lambda p: p.ply("<2 3>"),
    "iter": lambda p: p.iter(4),
    "swing": lambda p: p.swing_by(1 / 3, 4),
    "every": lambda p: p.every(3, rev),
    "off": lambda p: p.off(1 / 8, lambda q: q.add(7)),
    "linger": lambda p: p.linger("<0.25 0.5>"),
    "chunk": lambda p: p.chunk(4, fast(2)),
    "within": lambda p: p.within(0, 0.5, fast(2)),
    "bite": lambda p: p.bite(4, "0 [1 2] 3"),
    "struct": lambda p: p.struct("1 0 [1 1]"),
    "mask": lambda p: p.mask("1 <0 1>"),
    "reset": lambda p: p.reset("1 <1 0>"),
    "restart": lambda p: p.restart("1 <1 0>"),
    "ribbon": lambda p: p.ribbon(1, 2),
    "brak": lambda p: p.brak(),
    "press": lambda p: p.press(),
    "palindrome": lambda p: p.palindrome(),
    "repeat": lambda p: p.repeat_cycles(2),
    "degrade": lambda p: p.degrade_by(0.3),
    "sometimes": lambda p: p.sometimes(lambda q: q.add(10)),
    "some cycles": lambda p: p.some_cycles(rev),
    "shuffle": lambda p: p.shuffle(4),
    "scramble": lambda p: p.scramble(4),
    "squeeze": lambda p: p.add.squeeze("10 20"),
    "squeezeout": lambda p: p.add.squeezeout("10 20"),
    "mix": lambda p: p.add.mix("10 20 30"),
    "poly": lambda p: p.add.poly("10 20 30"),
    "shrink": lambda p: p.shrink(1),
    "take": lambda p: p.take("<2 3>"),
    "euclid legato": lambda p: p.euclid_legato(3, 8),
    "rot": lambda p: p.rot(1),
    "trunc": lambda p: p.trunc(0.75),
    "into": lambda p: p.into("1 0", fast(2)),
    "fill": lambda p: p.fill(),
    "wedge": lambda p: p.wedge(1 / 4, "9"),
    "echo": lambda p: p.echo_with(3, 1 / 8, lambda q: q.add(1)),
}
TIMES = st.fractions(min_value=0, max_value=6, max_denominator=24)


def pieces(events: list[Event]) -> list[tuple[object, ...]]:
    """Events with the fragments of one joined again, so that where a query was cut cannot be seen."""
    joined: list[list[object]] = []
    order = sorted(
        events,
        key=lambda e: (
            str(e.value),
            e.whole.begin if e.whole else 0,
            e.whole.end if e.whole else 0,
            e.part.begin,
        ),
    )
    for event in order:
        whole = (event.whole.begin, event.whole.end) if event.whole else None
        last = joined[-1] if joined else None
        if last and last[0] == whole and last[1] == event.value and last[3] == event.part.begin:
            last[3] = event.part.end
        else:
            joined.append([whole, event.value, event.part.begin, event.part.end])
    return sorted(map(tuple, joined), key=str)


@pytest.mark.parametrize("change", CHANGES)
@settings(max_examples=12, deadline=None)
@given(text=TEXTS, cuts=st.lists(TIMES, min_size=1, max_size=4, unique=True))
def test_a_query_is_the_union_of_its_parts(change: str, text: str, cuts: list[Fraction]) -> None:
    pattern = CHANGES[change](mini(text))
    edges = [Fraction(0), *sorted(Fraction(cut) for cut in cuts if 0 < cut < 6), Fraction(6)]
    whole = pattern.query(0, 6)
    parts = [event for one, two in itertools.pairwise(edges) for event in pattern.query(one, two)]
    assert pieces(whole) == pieces(parts)
    for one, two in itertools.pairwise(edges):
        for event in pattern.query(one, two):
            assert one <= event.part.begin <= event.part.end <= two


@pytest.mark.parametrize("change", CHANGES)
@given(text=TEXTS)
@settings(max_examples=7, deadline=None)
def test_parts_lie_inside_their_wholes(change: str, text: str) -> None:
    for event in CHANGES[change](mini(text)).query(0, 4):
        if event.whole is not None:
            assert event.whole.begin <= event.part.begin <= event.part.end <= event.whole.end


@pytest.mark.parametrize("change", CHANGES)
def test_asking_twice_and_in_any_order_gives_the_same(change: str) -> None:
    one, two = (CHANGES[change](mini("<0 1> 2 [3 4]")) for _ in range(2))
    forwards = [one.query(cycle, cycle + 1) for cycle in range(5)]
    backwards = [two.query(cycle, cycle + 1) for cycle in reversed(range(5))]
    assert forwards == backwards[::-1] == [one.query(cycle, cycle + 1) for cycle in range(5)]


@given(text=TEXTS, amount=st.fractions(min_value="1/8", max_value=8, max_denominator=8))
@settings(max_examples=25, deadline=None)
def test_inverses_undo_each_other(text: str, amount: Fraction) -> None:
    pattern, exact = mini(text), Fraction(amount)
    expected = pieces(pattern.query(0, 4))
    assert pieces(pattern.rev().rev().query(0, 4)) == expected
    assert pieces(pattern.fast(exact).slow(exact).query(0, 4)) == expected
    assert pieces(pattern.early(exact).late(exact).query(0, 4)) == expected
    assert pieces(pattern.add(exact).sub(exact).query(0, 4)) == expected
    assert pieces(pattern.inv().inv().with_value(int).query(0, 4)) == pieces(
        pattern.with_value(lambda v: int(bool(v))).query(0, 4)
    )


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_rearranging_keeps_what_there_is(count: int) -> None:
    pattern = run(count)
    for changed in (pattern.shuffle(count), pattern.rot(1), pattern.bite(count, run(count)), pattern.rev()):
        assert sorted(event.value for event in changed.query(5, 6)) == list(range(count))
