"""Every function: as method, as function, as transformer, and with arguments that are patterns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import livecode.language as language
from livecode.errors import LivecodeError
from livecode.language import (
    REGISTRY,
    Pattern,
    add,
    cat,
    fast,
    gain,
    mini,
    n,
    note,
    polymeter,
    pure,
    rev,
    s,
    sequence,
)

ONE_NUMBER = [
    "fast",
    "slow",
    "early",
    "late",
    "ply",
    "iter_",
    "iter_back",
    "linger",
    "trunc",
    "segment",
    "repeat_cycles",
    "press_by",
    "swing",
    "rot",
    "pace",
    "take",
    "drop",
    "extend",
    "shrink",
    "grow",
    "degrade_by",
    "shuffle",
    "scramble",
    "fastgap",
]
BASE = mini("0 1 2 3")


def by_cycle(pattern: Pattern) -> list[object]:
    return [pattern.query(cycle, cycle + 1) for cycle in range(4)]


def method(name: str) -> str:
    found = REGISTRY[name].method
    assert found is not None
    return found


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_method_function_and_transformer_agree(name: str) -> None:
    exported = getattr(language, name)
    asked = by_cycle(getattr(BASE, method(name))(2))
    assert by_cycle(exported(2, BASE)) == asked
    assert by_cycle(exported(2, "0 1 2 3")) == asked
    assert by_cycle(exported(2)(BASE)) == asked
    assert by_cycle(BASE.every(1, exported(2))) == asked


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_a_steady_pattern_as_argument_is_its_value(name: str) -> None:
    call = getattr(BASE, method(name))
    for argument in ("2", pure(2), [2], mini("<2>")):
        assert by_cycle(call(argument)) == by_cycle(call(2))


@pytest.mark.parametrize(
    "name", [each for each in ONE_NUMBER if each not in ("take", "drop", "extend", "shrink", "grow")]
)
def test_an_alternating_argument_takes_turns(name: str) -> None:
    call = getattr(BASE, method(name))
    turns = call("<1 2>")
    for cycle in range(4):
        assert turns.query(cycle, cycle + 1) == call((1, 2)[cycle % 2]).query(cycle, cycle + 1)


def test_controls_may_stand_where_a_function_is_needed() -> None:
    pattern = s("a b").every(2, gain("0.5 1"))
    assert [event.value.get("gain") for event in pattern.query(0, 2)] == [0.5, 1, None, None]
    assert len(s("a").superimpose(gain(0.5)).first_cycle()) == 2


@pytest.mark.parametrize("thing", ["0 1", [0, 1], sequence(0, 1), mini("0 1")])
def test_whatever_reads_as_a_pattern_will_do(thing: object) -> None:
    assert n(thing).first_cycle() == n("0 1").first_cycle()
    assert mini("10").add(thing).first_cycle() == mini("10").add("0 1").first_cycle()


@pytest.mark.parametrize(
    "make",
    [
        lambda: BASE.fast("a").first_cycle(),
        lambda: BASE.fast(),
        lambda: BASE.fast(1, 2, 3),
        lambda: BASE.every(2, 3).first_cycle(),
        lambda: BASE.evry(2, fast(2)),
        lambda: BASE.pick("a b"),
        lambda: BASE.pick([]),
        lambda: BASE.arp("nosuch").first_cycle(),
        lambda: pure("a").segment(1).with_steps(None).take(2),
        lambda: note("c").chop(2).jux(fast(2)).add("x").first_cycle(),
        lambda: mini("a b").chop(2).jux(3),
        lambda: BASE.range("low", "high").first_cycle(),
        lambda: BASE.rangex(0, 1).first_cycle(),
        lambda: BASE.echo_with(9999, 0.1, fast(2)),
        lambda: BASE.chop(10**6),
        lambda: s("a").slice(10**7, 0),
        lambda: BASE.fast(10**9).first_cycle(),
        lambda: BASE.ply(10**6).first_cycle(),
        lambda: BASE.euclid(3, 10**7).first_cycle(),
        lambda: language.run(10**9).first_cycle(),
    ],
)
def test_misuse_raises_one_line_that_says_what_to_do(make: object) -> None:
    with pytest.raises(LivecodeError) as caught:
        make()  # type: ignore[operator]
    assert str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_name_is_an_identifier_that_can_be_called_or_is_a_signal(name: str) -> None:
    exported = getattr(language, name)
    assert name.isidentifier()
    assert callable(exported) or isinstance(exported, Pattern)


IN_TURN = cat(rev, fast(2))


@pytest.mark.parametrize(
    "call",
    [
        lambda function: BASE.every(1, function),
        lambda function: BASE.apply(function),
        lambda function: BASE.off(0.25, function),
        lambda function: BASE.last_of("1", function),
        lambda function: BASE.when("1 0", function),
        lambda function: BASE.superimpose(function),
        lambda function: BASE.layer(function, add(10)),
        lambda function: BASE.chunk(4, function),
        lambda function: BASE.within(0, 0.5, function),
        lambda function: BASE.sometimes_by(0.5, function),
        lambda function: BASE.while_("1 0", function),
        lambda function: BASE.inside(2, function),
    ],
)
def test_a_function_may_be_a_pattern_of_functions(call: Callable[[object], Pattern]) -> None:
    patterned = call(IN_TURN)
    for cycle in range(4):
        plain = call((rev, fast(2))[cycle % 2])
        assert patterned.query(cycle, cycle + 1) == plain.query(cycle, cycle + 1)


def test_a_list_of_functions_is_a_sequence_of_them() -> None:
    half = BASE.every(1, [rev, add(10)])
    assert [event.value for event in half.first_cycle()] == [3, 2, 12, 13]


def test_a_patterned_amount_and_a_patterned_function_go_together() -> None:
    pattern = BASE.every("<1 2>", cat(rev, add(10)))
    assert [event.value for event in pattern.query(0, 2)] == [3, 2, 1, 0, 0, 1, 2, 3]
    assert [event.value for event in pattern.query(2, 4)] == [3, 2, 1, 0, 0, 1, 2, 3]


def test_lists_tunings_and_steps_may_hold_patterns() -> None:
    assert mini("0").fold_every(["<2 1>"], add(1)).query(1, 2)[0].value == 1
    tuned = mini("4").tuning("<just 12edo>").query(0, 2)
    assert [round(event.value, 2) for event in tuned] == [3.86, 4]
    steps = polymeter("a b c", "d e", steps="<3 6>")
    assert [len(steps.query(cycle, cycle + 1)) for cycle in range(2)] == [6, 12]
    assert len(mini("a").distrib(["<2 3>", 8]).query(1, 2)) == 3
