"""Expressions of two to four functions each, put together by chance for Strudel, the same every time.

Numbers, steps and controls have functions and patterns of their own. Left out is what differs for a reason
that stands in docs/differences.md: steps after functions that forget them in Strudel, fragments across the
cycle's edge in `zoom`, `bite` and `linger`, note names in sums, chance, signals.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

BASES = """
mini("0 1 2 3") | mini("<0 1> 2 [3 4]") | mini("0 ~ 1@3 <2 3 4>") | mini("{0 1 2}%4") | mini("0(3,8)")
mini("[0,2] 1") | mini("0 [1 [2 3]] <4 5>!2") | mini("<0 [1 2]>*2 3") | mini("0 . 1 2 . 3")
mini("{0 <1 2> 3, 4 5}%5") | mini("<0 1 2>/1.5 3") | mini("1e1 .5 -.5 -3") | mini("0 .. <2 3>")
mini("{0(3,8) 1}%<2 3>") | mini("[0 1]/1.5 2@0.5") | mini("<0@2 1 ~> [2 3]*1.5") | mini("0!3 1 _ ~")
run(5) | pure(4) | mini("<5 6>(<3 5>,8)") | mini("0*<2 3>, 5 6") | mini("-1 -2 .. 2")
cat(mini("0 1"), mini("2 <3 4> 5")) | stack(mini("0 1 2"), mini("<3 4>/2"))
stepcat(mini("0 1 2"), mini("3 <4 5>")) | time_cat([2, mini("0 1")], [1, mini("2*2")])
arrange([2, mini("<0 1>")], [1, mini("2 3 4")]) | sequence(0, [1, 2], "<3 4>") | binary_n(37, 6)
mini("0 1").squeeze_bind(lambda x: mini("0 <1 2> 3").add(x)) | fastcat("0 1", "<2 3>")
mini("0 <~ 1>@2 2*<1 2>").segment(5)
"""
NUMBERS = """
2 | 3 | "<2 3>" | "2 3" | 1.5 | 4 | "<1 2 3>" | "1 [2 3]" | "<1.5 2>" | "2!2 3" | "{1 2 3}%2" | "<2 ~>"
0.75
"""
WHOLE = """
2 | 3 | 4 | "<2 3>" | "<1 2 3>" | 5 | "2 3" | "<2 4>*2"
"""
FUNCTIONS = """
rev | fast(2) | slow(2) | add(10) | lambda p: p.add(5) | ply(2) | lambda p: p.fast(2).add(1) | iter_(4)
press | add("<10 20>") | struct("1 0 1") | brak | lambda p: p.rev().add(7) | segment(4) | mask("1 0")
early(0.25) | fast("<1 2>") | lambda p: p.every(2, rev) | lambda p: p.late(0.25).mul(2)
lambda p: p.superimpose(add(12)) | lambda p: p.off(0.125, add(3)) | compress(0.25, 0.75) | fast_gap(2)
"""
RHYTHMS = """
"1 0" | "<1 0> 1" | "1 0 1 1" | "1*3" | "1(3,8)" | "<1 [1 0]>" | "0 1 [0 1]" | "1 1@2 0" | "1 ~ 1"
"{1 0 1}%4" | "1(<3 5>,8)" | "<1 1 0>*2" | "1*<2 3>"
"""
VALUES = """
10 | "10 20" | "<10 20>" | "1 2 3" | "1 [2 3]" | "<1 3> 1" | "{1 2 3}%2" | "10 ~ 20" | "1.5 -.5"
"<1 2>*<2 3>" | "10*3" | "[1,5] 2" | "1 _ 2"
"""
PICKED = """
[mini("10 20"), mini("<30 40>"), mini("50 [60 70]")] | [mini("10 <20 25> 30"), mini("{40 50 60}%2")]
["10", "20 30", "<40 50>*2"]
"""
CYCLES = """
0.25 | 0.5 | 1 | "<0 0.25>" | 1.5 | "0 0.5" | 2 | 1.25 | "<1 2>"
"""
OPERATORS = """
add | sub | mul | div | mod | set | keep | lt | gt | lte | gte | eq | ne | band | bor | bxor
"""
KINDS = """
.fast(NUMBER) | .slow(NUMBER) | .early(CYCLES) | .late(CYCLES) | .rev() | .iter(WHOLE)
.iter_back(WHOLE) | .ply(WHOLE) | .compress(0.25, 0.75) | .compress(0, 0.5) | .fast_gap(WHOLE)
.ribbon(1, 1) | .ribbon(0.5, 1.5) | .ribbon("<0 1>", 2) | .inside(WHOLE, FUNCTION)
.outside(WHOLE, FUNCTION) | .press() | .press_by(0.25) | .brak() | .struct(RHYTHM) | .mask(RHYTHM)
.segment(WHOLE) | .every(WHOLE, FUNCTION) | .first_of(WHOLE, FUNCTION) | .last_of(WHOLE, FUNCTION)
.when(RHYTHM, FUNCTION) | .superimpose(FUNCTION) | .layer(FUNCTION, FUNCTION) | .OP(VALUE)
.OP.mix(VALUE) | .OP.squeeze(VALUE) | .OP.out(VALUE) | .OP.squeezeout(VALUE) | .OP.reset(VALUE)
.OP.restart(VALUE) | .OP.in_(VALUE) | .keepif(RHYTHM) | .keepif.mix(RHYTHM) | .keepif.out(RHYTHM)
.pick(PICKED) | .pick_restart(PICKED) | .pick_reset(PICKED) | .pick_squeeze(PICKED) | .inhabit(PICKED)
.reset(RHYTHM) | .restart(RHYTHM) | .range(0, 5) | .floor() | .ceil() | .round() | .range2(-1, 1)
.to_bipolar() | .from_bipolar() | .chunk_into(4, FUNCTION) | .ply_with(3, add(10))
.euclid_legato(5, 8) | .apply(FUNCTION) | .off(CYCLES, FUNCTION) | .focus(0.25, 0.75) | .beat("0,3", 8)
.beat("<0 2> 1", 4) | .inv() | .ply_for_each(3, lambda p, i: p.add(i * 10)) | .euclidish(3, 8, 0.5)
.chunk_back_into(4, FUNCTION) | .stack(VALUE) | .inner_bind(lambda x: mini("0 1").add(x))
.squeeze_bind(lambda x: mini("0 <1 5>").add(x)) | .outer_bind(lambda x: pure(x)) | .fmap(lambda x: x)
.bypass("<0 1>") | .euclid_legato_rot(3, 8, 0) | .ply("<1 2> 3") | .arp("0 [0,1]") | .late("0 0.25")
.OP.in_(VALUE)
"""

STEP_BASES = """
mini("0 1 2 3") | mini("0 1 2") | mini("0 [1 2] 3@2") | mini("0 ~ 1 <2 3>") | mini("{0 1 2}%4")
mini("0*2 1 [2 3]@1.5") | mini("0 . 1 2 . 3") | sequence(0, [1, 2], "<3 4>") | pure(4) | run(4)
mini("a b!2 c") | mini("[0 1] 2 _ 3") | mini("0 <2 3>") | stepcat(mini("0 1 2"), mini("3 <4 5>"))
stepcat([3, mini("a b")], [1, mini("c")]) | stepcat(mini("a"), mini("b c").expand(2))
stepalt([mini("a"), mini("b c")], mini("d"))
stepalt(mini("a b"), [mini("c"), mini("d e f")], [mini("g"), mini("h")])
zip_(mini("0 1"), mini("2 3 4")) | zip_(mini("0 <1 2>"), mini("3"), mini("4 5"))
fastcat(mini("0 1"), mini("2 3 4")) | mini("0 1").tour(mini("x y"), mini("z"))
time_cat([3, mini("0 1")], [1, mini("2")]) | mini("0 1 2 3 4 5 6 7") | mini("0(3,8)")
stack(mini("0 1 2"), mini("3 4")) | cat(mini("0 1"), mini("2 3 4"))
"""
COUNTS = """
1 | -1 | "1 2" | "<1 2>" | "1 -1"
"""
PACES = """
2 | 3 | "1 2" | 4
"""
STEP_KINDS = """
.pace(3) | .pace(8) | .take(COUNT) | .drop(1) | .drop(-1) | .take(2) | .expand(PACE) | .contract(PACE)
.extend(2) | .extend("1 2") | .replicate(2) | .shrink(1) | .shrink(-1) | .grow(1) | .grow(-1)
.tour(mini("x"), mini("y z")) | .rev() | .fast(2) | .ply(2) | .segment(4) | .early(0.25) | .iter(4)
.expand(2).take(3) | .shrink(1).pace(4) | .struct("1 0 1")
"""
STEP_FRAMES = """
X | X | X | stepcat(X, mini("p q")) | stepcat(mini("p"), X) | zip_(X, mini("p q"))
stepalt([X, mini("p")], mini("q r")) | polymeter(X, mini("p q r")) | X.pace(6)
"""

CONTROL_BASES = """
s("bd sn") | s("bd*2 <sn hh>") | n("0 1 2 3") | s("bd:3 sn:<0 1>") | n("<0 1> [2 3]").s("piano")
s("bd(3,8)").speed("1 2") | s("a").n("0 .. 3") | s("bd sn").gain("1 0.5 0.2")
note("0 4 7").lpf("<400 800>") | s("bd [sn cp]").pan("0 1") | n("0 -1 .5 1e1").s("<x y>")
stack(s("bd*2"), n("0 1 2").s("x")) | s("bd").note("0 <3 5>") | s("<a b>*2").room(0.3).begin(0.25)
note("<0 2> 4 [7,11]") | note("13 -9 -14")
"""
CHANGES = """
rev | fast(2) | slow(2) | add(n(1)) | lambda p: p.speed(2) | ply(2) | hurry(2)
lambda p: p.gain(0.5).rev() | lambda p: p.late(0.125) | lambda p: p.add(note(12)) | press
lambda p: p.pan("0 1") | iter_(4) | lambda p: p.lpf(200).every(2, fast(2))
"""
CONTROLS = """
n("1 2") | note("<10 20> 5") | gain("0.5 1") | speed("<1 -1>") | pan("0 0.5 1") | n("<1 2>(3,8)")
note("0 7").pan(0.3)
"""
CONTROL_KINDS = """
.fast(WHOLE) | .slow(WHOLE) | .rev() | .early(0.25) | .late("<0 0.25>") | .ply(WHOLE) | .iter(WHOLE)
.every(WHOLE, CHANGE) | .first_of(WHOLE, CHANGE) | .last_of(WHOLE, CHANGE) | .when(RHYTHM, CHANGE)
.off(0.125, CHANGE) | .superimpose(CHANGE) | .layer(CHANGE, CHANGE) | .jux(CHANGE)
.jux_by(0.5, CHANGE) | .hurry(WHOLE) | .fit() | .add(CONTROL) | .set(CONTROL) | .keep(CONTROL)
.mul(n("2 3")) | .sub(gain(1)) | .add.out(CONTROL) | .add.mix(CONTROL) | .set.out(CONTROL)
.set.mix(CONTROL) | .set.squeeze(CONTROL) | .keep.mix(CONTROL) | .struct(RHYTHM) | .mask(RHYTHM)
.inside(WHOLE, CHANGE) | .outside(WHOLE, CHANGE) | .compress(0.25, 0.75) | .segment(WHOLE)
.press_by(0.25) | .brak() | .ribbon(1, 2) | .s("<x y> z") | .n("0 <1 2>") | .note("<0 5> 7")
.gain("1 .5") | .lpf("200 <300 400>*2") | .pan("0 1 .5") | .speed("1 -2") | .room(".1 <.2 .3>")
.legato("1 .5") | .crush(4) | .delay("0.5:0.25") | .vowel("a e") | .orbit("<1 2>") | .cut(1)
.unit("c") | .shape(".3") | .set.squeezeout(CONTROL) | .add.reset(CONTROL) | .set.restart(CONTROL)
.stack(s("hh*4")) | .slice(4, "0 2 <1 3>") | .slice(4, "<0 1> [1 2]") | .end(".5") | .begin("<0 .25>")
.always(CHANGE) | .never(CHANGE)
.some_cycles_by(1, CHANGE) | .fast_gap(2) | .euclid_legato(3, 8) | .swing_by(0, 4)
.set(s("x y")) | .keep(s("x y"))
"""

NOTE_BASES = """
n("0 2 4") | n("0 2 <4 5>") | n("0 .. 7") | n("0 [1 -1] 9") | n("<0 2 4>*3 5")
n("-3 [8, 3] ~ 2") | n("0 1 2b 3#")
n("<0 -7> 14") | n("{0 1 2}%4") | n("0(3,8)").s("x") | n("4 <3 2>*2").room(0.2)
"""
SCALES = """
"C4:major" | "D4:dorian" | "Eb4:phrygian" | "F#3:lydian" | "A3:minor"
"<C4:minor D4:mixolydian>" | "Bb3:locrian"
"C4:minor:pentatonic" | "G3:major:blues" | "E4:harmonic:minor" | "C#4:melodic:minor"
"D5:whole:tone" | "C4:bebop"
"Ab2:hungarian:minor" | "C4:in-sen" | "B3:hirajoshi" | "D4:lydian:dominant"
"F4:iwato"
"<A3:minor E4:major>/2" | "C4:persian" | "C4:flamenco" | "G4:double:harmonic:major"
"C4:chromatic" | "D4:ritusen"
"""
NOTE_KINDS = """
.fast(2) | .rev() | .every(2, MOVE) | .off(0.125, MOVE) | .superimpose(MOVE) | .late(0.25)
.iter(4) | .ply("1 2")
.segment(4) | .struct("1 [1 1] ~ 1") | .jux(rev) | .layer(MOVE, MOVE) | .inside(2, rev)
.legato(0.5) | .MOVE
"""
MOVES = """
scale_transpose(1) | scale_transpose("<2 4>") | scale_transpose(-3) | transpose(12)
transpose("<0 7>") | fast(2)
"""


class Family(NamedTuple):
    """What a kind of row is made of: beginnings, functions, and what may stand in their places."""

    bases: list[str]
    kinds: list[str]
    places: dict[str, list[str]]
    frames: list[str] = ["X"]


def options(text: str) -> list[str]:
    """The alternatives of a list with `|` between them."""
    return [each.strip() for line in text.strip().splitlines() for each in line.split(" | ")]


_PLACES = {
    "NUMBER": options(NUMBERS), "WHOLE": options(WHOLE), "FUNCTION": options(FUNCTIONS),
    "RHYTHM": options(RHYTHMS), "VALUE": options(VALUES), "PICKED": options(PICKED),
    "CYCLES": options(CYCLES),
    "OP": options(OPERATORS), "CHANGE": options(CHANGES), "CONTROL": options(CONTROLS),
    "MOVE": options(MOVES), "COUNT": options(COUNTS), "PACE": options(PACES),
}  # fmt: skip
FAMILIES = {
    "numbers": Family(options(BASES), options(KINDS), _PLACES),
    "steps": Family(options(STEP_BASES), options(STEP_KINDS), _PLACES, options(STEP_FRAMES)),
    "controls": Family(options(CONTROL_BASES), options(CONTROL_KINDS), _PLACES),
}


def deep_rows(family: str, count: int, seed: int = 5) -> list[str]:
    """So many expressions of a family, none twice."""
    chance = random.Random(f"{family} {seed}")
    made = FAMILIES[family]
    found: list[str] = []
    while len(found) < count:
        row = chance.choice(made.bases)
        for _ in range(chance.choice([1, 2, 2, 3, 3])):
            row += _filled(chance, chance.choice(made.kinds), made.places)
        row = chance.choice(made.frames).replace("X", row)
        if row not in found:
            found.append(row)
    return found


def scale_rows(count: int, seed: int = 6) -> list[str]:
    """Degrees in scales of many names, moved within them and otherwise."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        row = f"{chance.choice(options(NOTE_BASES))}.scale({chance.choice(options(SCALES))})"
        for _ in range(chance.choice([0, 1, 1, 2])):
            row += _filled(chance, chance.choice(options(NOTE_KINDS)), _PLACES)
        if row not in found:
            found.append(row)
    return found


def _filled(chance: random.Random, text: str, places: dict[str, list[str]]) -> str:
    for place, choices in places.items():
        while re.search(rf"\b{place}\b", text):
            text = re.sub(rf"\b{place}\b", lambda _, c=choices: chance.choice(c), text, count=1)
    return text
