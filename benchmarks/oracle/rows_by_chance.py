"""Expressions put together by chance, the same every time, for Strudel to answer: two to four functions each.

Left out because the two differ for a stated reason (docs/differences.md) or because Strudel has no answer:
chance, signals, `linger`, `off` and `echo_with` where they would ask for time before cycle 0, steps counted
after functions that forget them in Strudel, division by 0.
"""

from __future__ import annotations

import random

BASES = """
mini("0 1 2 3") | mini("<0 1> 2 [3 4]") | mini("0 ~ 1@3 <2 3 4>") | mini("{0 1 2}%4") | mini("0(3,8)")
mini("[0,2] 1") | mini("0 [1 [2 3]] <4 5>!2") | mini("0 1 2") | mini("<0 [1 2]>*2 3") | mini("0 . 1 2 . 3")
"""
NUMBERS = '2 | 3 | "<2 3>" | "2 3" | 1.5 | 4 | "<1 2 3>" | "1 [2 3]"'
WHOLE = '2 | 3 | 4 | "<2 3>" | "<1 2 3>"'
FUNCTIONS = """
rev | fast(2) | slow(2) | add(10) | lambda p: p.add(5) | ply(2) | lambda p: p.fast(2).add(1) | iter_(4)
press | add("<10 20>") | struct("1 0 1") | brak | lambda p: p.rev().add(7) | segment(4) | mask("1 0")
"""
RHYTHMS = '"1 0" | "<1 0> 1" | "1 0 1 1" | "1*3" | "1(3,8)" | "<1 [1 0]>" | "0 1 [0 1]" | "1 1@2 0"'
VALUES = '10 | "10 20" | "<10 20>" | "1 2 3" | "1 [2 3]" | "<1 3> 1" | "{1 2 3}%2"'
PICKED = '[mini("10 20"), mini("<30 40>"), mini("50 [60 70]")]'
KINDS = """
.fast(NUMBER) | .slow(NUMBER) | .early(0.25) | .early("<0 0.25>") | .rev() | .iter(WHOLE) | .ply(WHOLE)
.compress(0.25, 0.75) | .compress(0, 0.5) | .zoom(0, 0.5) | .fast_gap(WHOLE) | .ribbon(1, 1)
.ribbon("<0 1>", 2) | .inside(WHOLE, FUNCTION) | .outside(WHOLE, FUNCTION) | .press() | .press_by(0.25)
.brak() | .struct(RHYTHM) | .mask(RHYTHM) | .segment(WHOLE) | .every(WHOLE, FUNCTION)
.first_of(WHOLE, FUNCTION) | .last_of(WHOLE, FUNCTION) | .when(RHYTHM, FUNCTION)
.superimpose(FUNCTION) | .layer(FUNCTION, FUNCTION) | .bite(WHOLE, "0 1 [0 1]") | .add(VALUE)
.sub.mix(VALUE) | .mul.squeeze(VALUE) | .set.out(VALUE) | .keep.mix(VALUE) | .mod.squeeze(VALUE)
.add.squeezeout(VALUE) | .add.reset(VALUE) | .sub.restart(VALUE) | .lt.mix(VALUE) | .bor.in_(VALUE)
.keepif(RHYTHM) | .pick(PICKED) | .pickmod(PICKED) | .pick_restart(PICKED) | .pick_reset(PICKED)
.inhabit(PICKED) | .inhabitmod(PICKED) | .repeat_cycles(WHOLE) | .reset(RHYTHM) | .restart(RHYTHM)
.range(0, 5) | .floor() | .chunk_into(4, FUNCTION) | .ply_with(3, add(10)) | .euclid_legato(5, 8)
.apply(FUNCTION)
"""


def options(text: str) -> list[str]:
    """The alternatives of a list with `|` between them."""
    return [each.strip() for line in text.strip().splitlines() for each in line.split("|")]


def by_chance(count: int, seed: int = 3) -> list[str]:
    """So many expressions, none twice."""
    chance = random.Random(seed)
    places = {
        "NUMBER": NUMBERS, "WHOLE": WHOLE, "FUNCTION": FUNCTIONS, "RHYTHM": RHYTHMS, "VALUE": VALUES,
        "PICKED": PICKED,
    }  # fmt: skip
    found: list[str] = []
    while len(found) < count:
        row = chance.choice(options(BASES))
        for _ in range(chance.choice([2, 2, 3, 4])):
            made = chance.choice(options(KINDS))
            for place, choices in places.items():
                while place in made:
                    made = made.replace(place, chance.choice(options(choices)), 1)
            row += made
        if row not in found:
            found.append(row)
    return found
