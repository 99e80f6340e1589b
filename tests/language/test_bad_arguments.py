"""Arguments that make no sense: one line that says what, where and what to type, never a bare traceback."""

from __future__ import annotations

import random
from typing import Any

import pytest

from livecode.errors import LivecodeError
from livecode.language import REGISTRY, Pattern, mini, note, pure, rev, s, silence, sine

NONSENSE: list[Any] = [
    0, -1, 1, 2, 3.5, 1e9, -1e9, float("nan"), float("inf"), 1 / 3, None, "", "<0 -1>", "~", "a", "bd*999",
    "1e9", [], {}, [1], (1, 2), rev, lambda same: same, lambda same: None, "x y", sine, silence,
    mini("0 1"), s("bd"), True, {"a": "b"}, object(), 2**70, "c'maj", "d:minor", "\0",
]  # fmt: skip
BASES = [mini("0 1"), mini("a b"), s("bd sn"), note("0 [1,2]"), sine, silence, mini("t f"), pure({"x": 1})]


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_calls_with_nonsense_are_played_or_refused_in_one_line(seed: int) -> None:
    chance = random.Random(seed)
    names = [name for name, entry in REGISTRY.items() if entry.method]
    for _ in range(1000):
        name = chance.choice(names)
        arguments = [chance.choice(NONSENSE) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]
        try:
            made = getattr(chance.choice(BASES), REGISTRY[name].method or "")(*arguments)
            if isinstance(made, Pattern):
                made.query(0, 1)
                made.query(5, 6)
        except LivecodeError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: mini("a").euclid("x", 8), "euclid cannot use 'x', 8: euclid\\(onsets, steps, rotation=0\\)"),
        (lambda: mini("a").every("x", rev).query(0, 1), "every cannot use 'x', rev: every\\(count"),
        (lambda: mini("a").chunk_into(10**9, rev), "makes 1e\\+09 events where 2000 are allowed"),
        (lambda: mini("2").pow(2**70).query(0, 1), "pow cannot be worked out for 2 and"),
        (lambda: mini("0").squeeze_bind(3), "a function is needed here, not 3"),
        (lambda: mini("bd").mul(10**9).query(0, 1), "mul needs a number or a note, not 'bd'"),
        (lambda: mini("1").blshift(2**70).query(0, 1), "blshift cannot be worked out"),
    ],
)
def test_the_line_says_what_to_type(call: Any, said: str) -> None:
    with pytest.raises(LivecodeError, match=said):
        call()


def test_what_the_performers_own_function_raises_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        mini("0").with_value(lambda value: 1 / value).query(0, 1)
    with pytest.raises(KeyError):
        mini("0").every(1, lambda pattern: {}["x"]).query(0, 1)
