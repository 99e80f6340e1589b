"""A name nobody knows is told alike at the prompt and in a file."""

from __future__ import annotations

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


def test_a_name_nothing_is_like_is_looked_for_where_it_may_be() -> None:
    assert unknown("xyzzy", ["every"]) == "no name 'xyzzy': Tab shows the names there are"
    assert "in another file?" in explain(raised("xyzzy", {}))


def test_what_was_raised_by_hand_keeps_its_words() -> None:
    assert unknown_method(AttributeError("not today")) == "AttributeError: not today"
    assert unknown_method(AttributeError("not today", name="x")) == "AttributeError: not today"
