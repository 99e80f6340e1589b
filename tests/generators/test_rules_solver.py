"""The search under rules: it finds what there is, finds the cheapest, and always answers."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecode.errors import GeneratorError
from livecode.generators.rules.solver import Task


def queens(size: int, seed: int = 0) -> Task:
    task = Task(seed=seed)
    rows = [task.choose(f"row {row}", range(size)) for row in range(size)]
    for one, other in ((a, b) for a in rows for b in rows if a < b):
        task.hard(
            "no queen attacks another",
            lambda a, b, apart=other - one: a != b and abs(a - b) != apart,
            one,
            other,
        )
    return task


@pytest.mark.parametrize("size", [4, 6, 8, 12])
def test_queens_that_do_not_attack_each_other(size: int) -> None:
    answer = queens(size).solve(steps=200_000)
    assert answer.gave_way == ()
    placed = list(enumerate(answer.values))
    assert all(a != b and abs(a - b) != abs(i - j) for i, a in placed for j, b in placed if i < j)


def test_what_cannot_be_is_answered_all_the_same_and_says_what_gave_way() -> None:
    answer = queens(3).solve(steps=5000)
    assert len(answer.values) == 3
    assert answer.gave_way and all("no queen attacks another" in line for line in answer.gave_way)
    assert str(answer).startswith("gave way: no queen attacks another (row ")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=9, max_size=9), min_size=2, max_size=4), st.data())
def test_the_cheapest_answer_is_found(tables: list[list[int]], data: st.DataObject) -> None:
    task = Task()
    things = [task.choose(f"thing {n}", range(3)) for n in range(len(tables) + 1)]
    far = data.draw(st.lists(st.integers(0, 9), min_size=9, max_size=9))
    forbidden = data.draw(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=2))
    for (one, other), table in zip(pairwise(things), tables):
        task.soft("price", lambda a, b, table=table: table[3 * a + b], one, other)
        task.hard("forbidden", lambda a, b: (a, b) not in forbidden, one, other)
    task.soft("from end to end", lambda a, b: far[3 * a + b], things[0], things[-1])

    def price(values: tuple[int, ...]) -> float:
        if any(pair in forbidden for pair in pairwise(values)):
            return float("inf")
        near = sum(table[3 * a + b] for (a, b), table in zip(pairwise(values), tables))
        return near + far[3 * values[0] + values[-1]]

    wanted = min(price(values) for values in product(range(3), repeat=len(things)))
    answer = task.solve(steps=20_000)
    if wanted == float("inf"):
        assert answer.gave_way
    else:
        assert answer.gave_way == () and answer.best
        assert answer.cost == pytest.approx(wanted)


def test_rules_of_low_rank_give_way_first() -> None:
    task = Task()
    note = task.choose("note", [0, 1])
    task.hard("the important one", lambda a: a == 0, note, rank=5)
    task.hard("the other one", lambda a: a == 1, note)
    answer = task.solve()
    assert answer.values == (0,) and answer.gave_way == ("the other one (note)",)


def test_a_search_stops_at_its_steps_with_the_best_so_far() -> None:
    short, long = queens(20, 1).solve(steps=300), queens(20, 1).solve(steps=60_000)
    assert len(short.values) == len(long.values) == 20
    assert len(long.gave_way) <= len(short.gave_way)
    assert short.steps < long.steps


def test_the_same_seed_gives_the_same_answer_and_another_another() -> None:
    def drawn(seed: int) -> tuple[int, ...]:
        task = Task(seed=seed, taste=1.0)
        for n in range(8):
            task.choose(f"note {n}", range(12))
        return tuple(task.solve(steps=500).values)

    assert drawn(3) == drawn(3)
    assert len({drawn(seed) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        lambda task: task.choose("nothing", []),
        lambda task: task.choose("too much", range(5000)),
        lambda task: task.hard("over nothing", lambda: True),
        lambda task: task.hard("unknown", lambda a: True, 7),
        lambda task: task.soft("heavy", lambda a: 1, task.choose("a", [1]), weight=float("nan")),
        lambda task: task.prices("shape", [[1.0]], task.choose("a", [1, 2]), task.choose("b", [1])),
    ],
)
def test_a_task_that_makes_no_sense_is_one_line(wrong: object) -> None:
    with pytest.raises(GeneratorError) as caught:
        wrong(Task())  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_a_soft_rule_below_nothing_is_refused() -> None:
    task = Task()
    task.soft("negative", lambda a: -1, task.choose("a", [1, 2]))
    with pytest.raises(GeneratorError, match="below 0"):
        task.solve()
