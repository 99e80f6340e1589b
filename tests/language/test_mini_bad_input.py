"""Whatever is typed, the notation answers in time, in little memory and with at most one kind of error."""

from __future__ import annotations

import random
import sys
import tracemalloc
from pathlib import Path
from time import process_time

import pytest

from livecode.errors import NotationError
from livecode.language import mini

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks" / "oracle"))
import contextlib

from strings import by_chance, by_hand

CHARACTERS = "abcde0123456789  ~-_.:!@?*/%,|[]{}<>()'^#&\"\\=+é\t\n\x00٣😀"
SEEDS = [*by_hand(), *by_chance(60)]


def garbage(chance: random.Random) -> str:
    return "".join(chance.choice(CHARACTERS) for _ in range(chance.randrange(40)))


def mutated(chance: random.Random) -> str:
    text = list(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text.insert(place, chance.choice(CHARACTERS))
            case 1 if place < len(text):
                del text[place]
            case 2 if place < len(text):
                text[place] = chance.choice(CHARACTERS)
            case _:
                other = chance.choice(SEEDS)
                text[place:place] = other[: chance.randrange(len(other) + 1)]
    return "".join(text)


def read_one(text: str) -> tuple[bool, float]:
    """Whether a text can be read, and the CPU seconds that took, its first two cycles included."""
    begin = process_time()
    try:
        mini(text).query(0, 2)
        return True, process_time() - begin
    except NotationError as error:
        assert 0 <= error.column <= max(len(text), 1), text
        assert "\n" not in str(error), text
        return False, process_time() - begin


def check(count: int, seed: int) -> None:
    chance = random.Random(seed)
    read = 0
    for index in range(count):
        text = garbage(chance) if index % 3 == 0 else mutated(chance)
        outcome, cost = read_one(text)
        if cost > 0.1:
            _, cost = read_one(text)
        read += outcome
        assert cost < 0.1, text
    assert read > count / 10


def test_random_and_mutated_strings() -> None:
    check(2500, seed=1)


@pytest.mark.long
def test_ten_thousand_random_and_mutated_strings() -> None:
    check(10_000, seed=2)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 5000,
        "[" * 10_000,
        "<" + "a!2000 " * 1400 + ">",
        "[[a!2000]!2000]",
        "<" * 64 + "a!2000" + ">!2000" * 64,
        "a" + "?" * 9999,
        "a" + "(3,8)" * 2000,
        "a" + "*1" * 5000,
        "a" + ":b" * 5000,
        "0" + " .. 1" * 2000,
        "{" + "a" * 9000 + "}%1e9",
        "a*" + "9" * 9000,
        "9" * 10_000,
        "a@1e9 b",
        "a@" + "9" * 9000,
        "1%" + "9" * 9000,
        "~*1000000 ~!1999 [~!1999]!1999",
        "<" + "[a b]? " * 1400 + ">",
        "a(1999,1999)(1999,1999)",
        "a([0 .. 999993 2],5)",
        "a*[0 .. 999993] b/[1 .. 9999999]",
        "{a b}%[0 .. 999993]",
        "{a b c}%0.0001",
        "a/1000000 b*0.00001",
        "a'" * 5000,
        ", ".join(["<a b c d e f g>/7"] * 500),
    ],
    ids=lambda text: text[:24],
)
def test_monsters_are_read_or_refused_quickly_and_in_little_memory(text: str) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(NotationError):
            mini(text).query(0, 1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50e6
    assert min(seconds(text) for _ in range(3)) < 0.2


def seconds(text: str) -> float:
    """What reading and asking costs the processor; the least of a few times, for others use it too."""
    begin = process_time()
    with contextlib.suppress(NotationError):
        mini(text).query(0, 1)
    return process_time() - begin
