"""Strings of mini-notation in odd company, put together by chance, the same every time.

Numbers such as `1e3` and `-.5`, note names in every spelling, polymeters in polymeters, patterns as numbers,
rests as numbers, euclids with every argument a pattern, up to three changes after one step.
"""

from __future__ import annotations

import random

WORDS = """
a | b | bd | cs5 | eb | C#-1 | c#4 | 1e3 | .5 | -.5 | -3 | 0.25 | 1.5e-2 | bd:3 | bd:3:4 | e4 | 2
7 | 0 | x_y | a-b
Bb3 | 1.0 | <a b>:2 | [a b]:<1 2> | bd:<1 [2 3]> | bd:[0 1]*2 | f# | db2 | 1e-1 | -2.50 | 00 | a1
808:3 | 808bd
"""
RESTS = "~ | - | ~@2 | ~!2 | ~*2 | -@1.5 | ~ ~"
NUMBERS = """
2 | 3 | 1.5 | 0.5 | 4 | 1 | <1 2> | <2 3 4> | <2!2 3> | <2@2 3> | {1 2 3}%2 | [1 2] | <1 [2 3]>
[2,3] | <1.5 2>
2.25 | <~ 2> | [1 ~] | [1 .. 2] | <2 3>*2 | 2*<1 2> | .5 | [1 2]/2 | <<1 2> 3> | {2 3} | -
<2 -1> | 1e0
"""
PULSES = """
(3,8) | (5,8) | (<3 5>,8) | ([3 5],8) | (3,<8 5>) | (-3,8) | (<-3 3>,8) | (1,4) | (7,16) | (<1 [2 3]>,4)
({2 3}%2,5) | (3,[8 4]) | (3,8,0) | (3, 8) | ( 5 , 8 ) | (4,4) | (1,1)
"""
STEPS = """
%2 | %3 | %4 | %5 | %1 | %<2 3> | %[2 4] | %1.5 | %<1.5 2> | %{2 3}%1 | %[2 3]/2 | %0.5
%<3!2 4> | %2*2 | %8/2
"""
RUNS = "0 .. 3 | <0 1> .. 4 | 3 .. <0 1> | -1 .. 1 | [0 .. 2] | [3 .. 0]*2 | 1.5 .. 3 | 0 .. <2 [3 4]>"
WEIGHTS = "@2 | @1.5 | !2 | !3 | ! | @3 | !1"


def options(text: str) -> list[str]:
    """The alternatives of a list with `|` between them."""
    return [each.strip() for line in text.strip().splitlines() for each in line.split(" | ")]


def odd_strings(count: int, seed: int = 11) -> list[str]:
    """So many strings, none twice."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = _stack(chance, chance.choice([1, 2, 2, 3]))
        if 5 <= len(text) <= 90 and text not in found:
            found.append(text)
    return found


def _stack(chance: random.Random, depth: int) -> str:
    text = _sequence(chance, depth)
    if chance.random() < 0.25:
        text += chance.choice([", ", ",", " , "]) + _sequence(chance, depth)
        if chance.random() < 0.3:
            text += "," + _sequence(chance, depth)
    return text


def _sequence(chance: random.Random, depth: int) -> str:
    out: list[str] = []
    for place in range(chance.choice([1, 2, 2, 3, 3, 4])):
        if place and chance.random() < 0.08:
            out.append(chance.choice(["_", "!", "_ _", "! !"]))
        else:
            out.append(_step(chance, depth))
    return " ".join(out)


def _step(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if depth <= 0 or kind < 0.25:
        if chance.random() < 0.12:
            return chance.choice(options(RESTS))
        word = chance.choice(options(WORDS))
        if chance.random() < 0.3 and ":" not in word:
            word += chance.choice(options(PULSES))
    elif kind < 0.42:
        word = f"[{_stack(chance, depth - 1)}]"
    elif kind < 0.6:
        word = f"<{_stack(chance, depth - 1)}>"
    elif kind < 0.78:
        word = f"{{{_stack(chance, depth - 1)}}}{chance.choice(['', *options(STEPS)])}"
    elif kind < 0.83:
        word = chance.choice(options(RUNS))
    elif kind < 0.92:
        word = chance.choice(["a", "<a b>", "7"]) + chance.choice(options(PULSES))
    else:
        return chance.choice(options(RESTS))
    weighed = False
    for _ in range(chance.choice([0, 0, 1, 1, 1, 2, 2, 3])):
        if weighed or chance.random() < 0.6:
            word += chance.choice("*/") + chance.choice(options(NUMBERS))
        else:
            word += chance.choice(options(WEIGHTS))
            weighed = True
    return word
