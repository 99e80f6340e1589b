"""Search by intent."""

from __future__ import annotations

import time

import pytest

from livecode.repl.evaluating import Evaluator
from livecode.repl.how import how, intents, search
from livecode.stage.session import Session

ELSEWHERE = ("take = record(", "show(", "tutorial(", "explain(", "tap(")
"""Tested where there is something that sounds, is shown or is tapped."""
SLOW = ("evolve(", "dream(", "recombine(", "blend(", "counterpoint(", "harmonise(", "neural(")


def lines():
    found = sorted({line for line, _ in intents() if not line.startswith(ELSEWHERE)})
    return [
        pytest.param(line, marks=pytest.mark.long) if any(each in line for each in SLOW) else line
        for line in found
    ]


@pytest.mark.parametrize("line", lines())
def test_every_line_offered_runs(line):
    with Session("offline") as session:
        evaluator = Evaluator(session, session.namespace())
        if line.startswith("d2 >>"):
            # Those listen to what d1 plays.
            evaluator.evaluate('d1 >> n("0 1 2 4 3 2 1 0").scale("d minor").slow(2)')
        answer = evaluator.evaluate(line)
        assert answer.fault is None
        for slot in session._scene.takes:
            assert session.slots[slot].pattern.query(0, 8)


@pytest.mark.parametrize(
    "wish, wanted",
    [
        ("make it swing", ".swing(4)"),
        ("Faster!", "fast(2)"),
        ("how can I make the hihats less robotic", "humanise"),
        ("reverb", "room("),
        ("play it backwards", ".rev()"),
        ("stop everything NOW", "hush()"),
        ("I made a mistake", "undo()"),
        ("compose like bach", 'neural("chorale")'),
        ("low pass filter", "lpf("),
        ("random notes", "choose("),
        ("three against four", "bd*3, hh*4"),
        ("something like rain", 'synth("rain")'),
        ("trumpet", "trumpet"),
        ("euclidean", "(3,8)"),
        ("mirror_left_right stereo", "jux"),
        ("change the key", ".add(12)"),
        ("lower volume", "gain("),
    ],
)
def test_a_wish_finds_its_line_among_the_first_three(wish, wanted):
    assert any(wanted in find.line for find in search(wish)[:3]), [find.line for find in search(wish)]


@pytest.mark.parametrize("wish", ["", "   ", "xyzzyx", "?!", "日本", "the of it"])
def test_what_nobody_knows_is_said_in_one_line(wish):
    assert "\n" not in how(wish)


def test_it_is_quick():
    search("warm the index")
    began = time.process_time()
    for _ in range(20):
        search("change the random melody of a bass line every fourth bar to be much louder and slower")
    assert (time.process_time() - began) / 20 < 0.02


def test_at_the_prompt(typist, capsys):
    typist.type('how("make it swing")', "\r")
    assert 'd1 >> s("hh*8").swing(4)' in capsys.readouterr().out
