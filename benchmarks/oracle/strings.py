"""The mini-notation strings that Strudel is asked about: every construct by hand, and nestings by chance."""

from __future__ import annotations

import random

BY_HAND = """
bd
bd sn
bd sn hh cp
~
~ bd
bd ~ sn ~
bd - sn -
- bd
-1
- 1
-1 -2
bd -1
[bd sn] hh
[bd [sn cp]] hh
[[[bd]]]
[bd sn hh] [cp cp]
bd [~ sn]
[bd, sn]
bd, sn cp
bd sn, hh hh hh
bd [sn, cp cp] hh
[bd, sn, hh hh]*2
bd*2
bd*3 sn
bd*4 sn*2 hh
bd/2
bd/3 sn
[bd sn]/2
[bd sn hh]/2
[bd sn]*2
[bd sn]*1.5
bd*1.5
bd*2.5 sn
bd*0.5
bd*0.75 sn
bd/1.5
bd/0.5
bd*0
bd/0
bd*-1
bd*<2 3>
bd*<1 2 3> sn
bd*[2 3]
bd/<2 3>
[bd sn]*<1 2>
[bd sn]/<1 2>
bd*<2 [3 4]>
bd*2*3
bd*4/2
bd/2*4
bd*<2 ~>
bd@3 sn
bd@1.5 sn
bd@2 sn@3 hh
bd _ sn
bd _ _ sn
bd __ sn
bd _3 sn
bd@2 _ sn
~ _ bd
~@3 bd
[bd sn]@3 hh
bd [sn@3 hh]
bd@ sn
bd@0 sn
bd@0.5 sn
bd!2 sn
bd!3
bd ! sn
bd ! ! sn
bd! sn
bd!2! sn
bd!0 sn
~!2 bd
~ ! bd
[bd sn]!2 hh
<bd sn>!2 hh
<bd sn>!3
<bd sn hh>!2
bd*2!2 sn
bd!2*2 sn
bd ! 2
bd!1.5 sn
bd!2@3 sn
bd@3!2 sn
bd!3 _ sn
bd _ ! sn
<bd sn>
<bd sn hh>
<bd sn> hh
<bd [sn hh]>
<bd sn>*2
<bd sn>*3
<bd sn hh>*2
<bd sn>/2
<bd sn>*1.5
<bd sn>/1.5
[<bd sn>]*2
[<bd sn> hh]*2
<<bd sn> hh>
<<bd sn> <hh cp oh>>
<bd <sn hh>>
<bd sn>@3 hh
<bd@3 sn>
<bd@2 sn hh@1.5>
<bd _ sn>
<bd!2 sn>
<bd! sn>
<<bd sn>!2 hh>
<[bd sn]!2 hh>
<bd ~ sn>
<~ bd>
<bd sn, hh cp oh>
<bd, sn hh>
<bd sn, hh cp oh>*2
<bd sn>(3,8)
<bd*2 sn>
<bd sn>*<1 2>
<bd(3,8) sn*2>
bd <sn hh> <cp oh ch>
bd . sn
bd . sn sn
bd bd . sn sn sn . hh
bd sn . hh _ . cp
[bd . sn sn] hh
bd . sn!2 hh . cp
bd! . sn
{bd sn hh}
{bd sn hh, cp oh}
{bd sn, hh cp oh}
{bd sn hh}%4
{bd sn hh}%2
{bd sn hh}%1
{bd sn hh, cp oh}%4
{bd sn, hh cp oh ch}%5
{bd sn}%1.5
{bd sn hh}%<2 4>
{bd sn hh}%[2 4]
{bd sn hh}%0
{bd sn hh}%4*2
{bd@2 sn}%4
{bd!2 sn}%4
{<bd sn> hh cp}%2
{bd [sn hh] cp}%4
[{bd sn hh}%4 cp]*2
{bd sn hh}/2
{bd sn hh, cp}%6
bd {sn hh cp}%2
{{bd sn hh}%2 cp oh}%4
bd(3,8)
bd(5,8)
bd(2,5)
bd(3,4)
bd(7,16)
bd(5,12)
bd(4,12)
bd(9,14)
bd(8,8)
bd(1,8)
bd(0,8)
bd(3,8,2)
bd(3,8,1)
bd(5,8,3)
bd(3,8,8)
bd(3,8,-1)
bd(3,8,10)
bd(-3,8)
bd(-5,8)
bd(3,8) sn(5,8)
bd(3,8)*2
bd(3,8)/2
bd*2(3,4)
bd(<3 5>,8)
bd(<3 5>,8,<0 2>)
bd(3,<8 4>)
bd([3 5],8)
bd(3,8,<0 1 2>)
[bd(3,8), hh*8]
bd (3,8)
bd( 3 , 8 )
~(3,8)
bd:3
bd:0 sn:1
bd:<0 3>
bd:[0 3]
[bd sn]:3
<bd sn>:<1 2 3>
bd:3:4
bd:1*2 sn
bd*2:1 sn
bd: 3
0 .. 3
3 .. 0
-2 .. 2
0 .. 0
[0 .. 3] 7
0 .. 3 7
<0 .. 3>
<0 1> .. 3
0 .. <2 4>
c4 eb ef c# cs
c'maj7
1 2.5 -3 .5 0.25
1e2 007 -0.5
1.0 2.0
bd_long bd-long bd.long
superpiano arpy:2
bd  sn
\tbd\tsn
bd *2
bd* 2 sn
bd / 2
^[bd sn] hh
bd@3 [sn cp]@2 hh
[bd@3 sn]*2
[bd | bd]
[bd sn, <hh cp>*4, oh(3,8)]
bd*2 <sn cp>
[bd*4, hh*16, <sn cp>(3,8), [~ arpy:1 arpy:2]*2]
0 2 4 7 [9 11]
bd*2, <sn cp>, hh*<4 8>
[bd [sn hh]*2]*2 cp
[bd <sn hh>]*3
[bd <sn [hh oh]> cp]*1.5
<[bd sn] [hh cp oh]>*2
<[bd sn]/2 hh>
<bd/2 sn>
<bd*1.5 sn>
[bd/2 sn]/1.5
[bd sn hh]/4
bd*4 . sn
bd*3@2 sn
bd(3,8)@3 sn
bd(3,8)!2 sn
bd:3!2 sn
bd:3@2 sn
{bd:3 sn}%4
~*2 bd
~/2 bd
[~ bd]*2
[bd ~]/2
[~ ~]
[~ ~ bd]/2
<~ [~ bd]>
bd [sn [hh [cp [oh [ch lt]]]]]
<bd <sn <hh <cp oh>>>>
{bd {sn hh cp}%2 oh}%4
[[bd sn], [hh, cp oh]] ch
bd . sn . hh . cp
[bd!2 sn!3]!2
bd!2 [sn!2 hh]!2
<bd!2 sn!2>*2
[bd _ sn _ hh]*2
[bd@2 sn]@3 [hh cp@2]@2
<bd [sn hh] [cp cp cp]>*4
<0 2>*4 [3 4]/2
1*<1 2 4>/2
[1 2 3]*<1 1.5>
[1 2 3]/<1 2>
<1 [2 3]/2>
<1 2>/<1 2>
{1 2 3}%<3 4 5>
{<1 2> 3}%3
{1 2 3 4}%3, 7*2
[1,2 3,4 5 6]/2
[1,[2,3 4]] 5
bd sn hh cp oh ch lt mt
0.5 .25 1.75
[0 .. 3]*2
[0 .. 2]/2
<[0 .. 2] 5>
bd*8 sn*16
[bd*2 sn]*2 [hh*3 cp]/2
"""

CONSTRUCTS = 9
AFTER = ["", "", "", "", "*2", "*3", "/2", "/3", "*1.5", "@2", "@3", "!2", " _", " !", "*<1 2>"]


def by_hand() -> list[str]:
    """One string a line, each for a reason of its own."""
    return [line.replace("\\t", "\t") for line in BY_HAND.strip("\n").split("\n")]


def by_chance(count: int, seed: int = 1) -> list[str]:
    """Strings put together from the constructs whose meaning Tidal and Strudel share, the same every time."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = sequence(chance, 3)
        if 4 <= len(text) <= 70 and text not in found:
            found.append(text)
    return found


def sequence(chance: random.Random, depth: int) -> str:
    """A few steps, sometimes with others at the same time."""
    steps = " ".join(step(chance, depth) for _ in range(chance.choice([1, 2, 2, 3, 3, 4])))
    if depth < 3 and chance.random() < 0.15:
        steps += ", " + " ".join(step(chance, depth - 1) for _ in range(chance.choice([1, 2, 3])))
    return steps


def step(chance: random.Random, depth: int) -> str:
    """A word, a rest or a bracket, with at most one thing after it."""
    word = chance.choice(["a", "b", "c", "d", "0", "1", "7", "-3", "bd", "e:2"])
    if depth <= 0:
        return chance.choice([word, word, word, "~"])
    kind = chance.randrange(CONSTRUCTS)
    if kind == 0:
        word = f"[{sequence(chance, depth - 1)}]"
    elif kind == 1:
        word = f"<{sequence(chance, depth - 1)}>"
    elif kind == 2:
        steps = chance.choice(["", "%2", "%3", "%4", "%5", "%<2 3>"])
        word = f"{{{sequence(chance, depth - 1)}}}{steps}"
    elif kind == 3:
        onsets, of = chance.choice([(3, 8), (5, 8), (2, 3), (3, 4), (-2, 5)])
        return f"{word}({onsets},{of})"
    elif kind == 4:
        return "~"
    return word + chance.choice(AFTER)


NUMBERS = ["2", "3", "1.5", "4", "0.5", "1.25", "<1 2>", "<2 [2 3]>", "[1 2]", "[2 <1 3>]", "<2 ~>", "[1,2]"]
PULSES = ["(3,8)", "(5,8)", "(<3 5>,8)", "([3 2],5)", "(-3,8)", "(1,7)", "(7,<8 9>)", "(3,<8 4>)"]
LONGER = ["", "", "", "*2", "/3", "@2", "@1.5", "!2", "!3", " _", " _ _", " !", " ! !"]


def deeper_by_chance(count: int, seed: int = 7) -> list[str]:
    """Strings whose numbers are patterns too, changes upon changes, runs, feet, repeats with more after."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = deeper_sequence(chance, chance.choice([2, 3, 3]))
        if chance.random() < 0.1 and "," not in text:
            text = " . ".join(deeper_sequence(chance, 0) for _ in range(3))
        if 6 <= len(text) <= 90 and text not in found:
            found.append(text)
    return found


def deeper_sequence(chance: random.Random, depth: int) -> str:
    """A few steps, sometimes with others at the same time."""
    steps = " ".join(deeper_step(chance, depth) for _ in range(chance.choice([1, 2, 2, 3, 3, 4])))
    if 0 < depth < 3 and chance.random() < 0.2:
        steps += ", " + " ".join(deeper_step(chance, depth - 1) for _ in range(chance.choice([1, 2, 3])))
    return steps


def deeper_step(chance: random.Random, depth: int) -> str:
    """A word, a rest, a run or a bracket, with up to two changes after it."""
    word = chance.choice(["a", "b", "c", "0", "1", "7", "-3", "bd", "e:2", "0.5", "c#4", "bd:<0 3>"])
    if depth <= 0:
        return chance.choice([word, word, word, "~", "-"])
    kind = chance.randrange(10)
    if kind <= 1:
        word = f"[{deeper_sequence(chance, depth - 1)}]"
    elif kind <= 3:
        word = f"<{deeper_sequence(chance, depth - 1)}>"
    elif kind == 4:
        steps = chance.choice(["", "%2", "%3", "%5", "%<2 3>", "%1.5", "%[2 4]"])
        word = f"{{{deeper_sequence(chance, depth - 1)}}}{steps}"
    elif kind == 5:
        word = chance.choice(["bd", "1", "<a b>"]) + chance.choice(PULSES)
    elif kind == 6:
        return chance.choice(["~", "-", "~@2", "~!2"])
    elif kind == 7:
        word = chance.choice(["0 .. 3", "<0 2> .. 4", "3 .. 0"])
    word += chance.choice([*LONGER, "*" + chance.choice(NUMBERS), "/" + chance.choice(NUMBERS)])
    return word + chance.choice([""] * 5 + ["*2", "/2", "@3", "!2", "/1.5"])
