"""Errors as one line with a caret in the performer's own text."""

from __future__ import annotations

import pytest

from livecode.errors import ControlError, NameUnknown, NotationError
from livecode.repl.faults import Fault, read


def mini(text: str) -> None:
    raise NotationError(text, text.index("]"), "']' closes nothing", "remove it")


def s(text: str) -> None:
    raise NameUnknown("sample", text.split()[-1], ["bd", "sn"])


def lpf(value: float) -> None:
    raise ControlError(f"lpf {value}: give a frequency above 0")


class Thing:
    def every(self) -> None:
        """Something that exists."""


def fault_of(source: str) -> Fault:
    names = {"mini": mini, "s": s, "lpf": lpf, "thing": Thing(), "every": 1}
    try:
        exec(compile(source, "<prompt 1>", "exec"), names)
    except BaseException as error:
        return read(error, {"<prompt 1>": source}.get, names, {"reed": ""})
    raise AssertionError(f"{source!r} did not fail")


@pytest.mark.parametrize(
    "source, marked, said",
    [
        ("x = evry", "evry", "no name 'evry': did you mean 'every'?"),
        ("thing.evry()", "evry", "no Thing method 'evry': did you mean 'every'?"),
        ("(thing\n  .evry())", "evry", "did you mean 'every'?"),
        ("None.x", "x", "None has no x"),
        ("p1 >> 3", "p1", "no name 'p1': slots are d1 to d16"),
        ("d1 = reed([0, 2])", "reed", "reed is a sound, not a name: write s(\"reed\")"),
        ("x = 1\nd1 $ lpf 200", "$", "write d1 >> "),
        ('mini("bd sn]")', "]", "']' closes nothing"),
        ("a = 1; mini('bd ]')", "]", "']' closes nothing"),
        ('x = "x]"; mini("x]")', "]", "closes nothing: remove it"),
        ('s("bd bdd")', "bdd", "no sample called 'bdd': did you mean 'bd'?"),
        ("lpf(-3)", "lpf(-3)", "lpf -3: give a frequency above 0"),
        ("y = 1\n1 / 0", "1 / 0", "ZeroDivisionError: division by zero"),
        ("d1 >> s('bd'", "(", "'(' was never closed"),
        ("for x in y\n  pass", "", "syntax error: expected ':'"),
        ("  x = 1", "", "indentation error: unexpected indent"),
        ("def f(): f()\nf()", "f()", "something calls itself without end"),
    ],
)
def test_a_fault_marks_the_text_and_says_it_in_one_line(source, marked, said):
    fault = fault_of(source)
    assert fault.text[fault.column : fault.column + fault.width].startswith(marked)
    assert said in fault.message
    assert "\n" not in fault.message
    assert fault.text == source.split("\n")[fault.line - 1]


def test_the_caret_stands_under_wide_letters():
    fault = fault_of('x = "日本", nope')
    assert fault.caret() == " " * (len('x = "日本", ') + 2) + "^^^^"


def test_errors_in_functions_defined_earlier_point_at_their_own_line():
    fault = fault_of("def f(x):\n    return x.up\nf(3)")
    assert (fault.line, fault.text) == (2, "    return x.up")


def test_code_that_is_not_the_performers_gets_no_place():
    try:
        lpf(1)
    except ControlError as error:
        assert read(error, {}.get, {}) == Fault("lpf 1: give a frequency above 0")
