"""A name nobody knows is told alike at the prompt and in a file."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from livecode.repl.evaluating import Evaluator
from livecode.stage.faults import explain
from livecode.stage.session import Session
from livecode.stage.unknown import unknown, unknown_method


def raised(code: str, names: dict[str, Any]) -> Exception:
    with pytest.raises((NameError, AttributeError)) as caught:
        exec(code, names)
    return caught.value


@pytest.mark.parametrize(
    "typed, told",
    [
        ("evry", "no name 'evry': did you mean 'every'?"),
        ("d17", "no slot d17: there are d1 to d16"),
        ("use_bpm", "no name 'use_bpm', which is Sonic Pi's: write tempo(120)"),
        ("p1", "no name 'p1': slots are d1 to d16"),
        ("prnt", "no name 'prnt': did you mean 'print'?"),
        ("s('bd').fsat(2)", "no function called 'fsat': did you mean 'fast'?"),
        ("markov('foster').beginz('c')", "no function called 'beginz': did you mean 'begins'?"),
        ("None.gain(1)", "None has no gain: what stands before the dot gave nothing back"),
    ],
)
def test_prompt_and_file_say_the_same(typed: str, told: str) -> None:
    with Session("offline") as session:
        names = session.namespace()
        answer = Evaluator(session, names).evaluate(typed)
        assert answer.fault is not None
        assert answer.fault.message.startswith(told)
        assert explain(raised(typed, dict(names))).endswith(f": {answer.fault.message}")


@pytest.mark.parametrize(
    "typed, told",
    [
        ("d1.fast(2)", "no function of d1 called 'fast': patterns have it, as in d1 >> s("),
        ("d2.every(4, rev)", "no function of d2 called 'every': patterns have it, as in d2 >> s("),
        ("d1.in_scale('d dorian')", "no function of d1 called 'in_scale': composers have it, as in markov("),
        ("d1.mut()", "no Slot method 'mut': did you mean 'mute'?"),
        ("d1 | s('bd')", "d1 | a pattern: only slots stand side by side"),
        ("tempo(120, over='x')", "tempo(..., over='x') cannot be done: give cycles"),
        ("listen('mid')", "no player called 'mid': did you mean 'midi'?"),
        ("listen('nobody')", "no player called 'nobody': listen() is the microphone, "),
        ("counterpoint(cantus=d1)", "d1 has no pitches to go by: give notes, as in note('c e g')"),
        ("canon(s('bd'))", "interval=a pattern: give -14 to 14 steps of the scale"),
        ("lsystem('a', 'a:ab', 'b:a')", "['b', 'a'] generations: give a number, as in lsystem("),
        ("perlin_with('x')", "time must be a number, not 'x'"),
        ("life('glider')", "a board of 'glider' by 8 cells is not possible"),
        ("figured_bass('c f', 'xx')", "no figure 'xx': write 5, 6, 64"),
    ],
)
def test_what_is_asked_of_the_wrong_one_is_told(typed: str, told: str) -> None:
    with Session("offline") as session:
        evaluator = Evaluator(session, session.namespace())
        assert evaluator.evaluate('d1 >> s("hh*8")').fault is None
        answer = evaluator.evaluate(typed)
        if answer.fault is None:
            answer = evaluator.evaluate(f"({typed}).query(0, 1)")
        assert answer.fault is not None
        assert answer.fault.message.startswith(told)
        assert session.slots[1].playing


def test_a_slot_can_be_copied() -> None:
    with Session("offline") as session:
        assert copy.copy(session.slots[3]).number == 3


def test_what_a_line_gives_back_says_what_it_is() -> None:
    with Session("offline") as session:
        evaluator = Evaluator(session, session.namespace())
        assert evaluator.evaluate("every(4, rev)").text == "every(4, rev)"
        assert evaluator.evaluate('cue("drop")').text == "cue('drop'): yield it in a @loop"
        assert evaluator.evaluate('play("garden_of_songs")').text.startswith("garden_of_songs.py plays in d1")


def test_a_name_nothing_is_like_is_looked_for_where_it_may_be() -> None:
    assert unknown("xyzzy", ["every"]) == "no name 'xyzzy': Tab shows the names there are"
    assert "in another file?" in explain(raised("xyzzy", {}))


def test_what_was_raised_by_hand_keeps_its_words() -> None:
    assert unknown_method(AttributeError("not today")) == "AttributeError: not today"
    assert unknown_method(AttributeError("not today", name="x")) == "AttributeError: not today"
