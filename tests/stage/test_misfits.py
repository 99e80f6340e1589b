"""Calls that do not fit their functions: one line with the form of the function, typed or in a file."""

from __future__ import annotations

import linecache
from pathlib import Path

import pytest

from livecode.repl.faults import read
from livecode.stage.faults import explain, remember_source
from livecode.stage.misfits import misfit
from livecode.stage.offline import perform
from livecode.stage.session import Session

SAID = {
    'note("0", speed=2)': "note takes no 'speed': write .speed(...) after it",
    'note("0").lpf(200, resonance=3)': "lpf takes no 'resonance': write .resonance(...) after it",
    'rerank(neural("tiny"), of=1)': "rerank takes no 'of': it is rerank(composer, by, candidates=8)",
    'rerank(neural("tiny"), by="-leaps", candidate=16)': (
        "rerank takes no 'candidate': did you mean 'candidates'? It is rerank(composer, by, candidates=8)"
    ),
    'neural("folk").in_scale()': "in_scale needs scale: it is in_scale(scale)",
    'markov("foster").begins(1, 2, 3)': "begins takes 1 value, not 3: it is begins(note)",
    'scene.save("a", "b")': "save takes 1 value, not 2: it is save(name)",
    'scene.save("a", name="b")': "save was given name twice: it is save(name)",
    "hush(1)": "hush takes no values, not 1: it is hush()",
    "run()": "run needs count: it is run(count)",
    "sine.range(1)": "range needs high: range(low, high)",
    'note("0").fast(2, 3)': "fast takes 1 value, not 2: fast(factor)",
    "sine(3)": "sine is a pattern, not a function: write it without brackets",
    "d1(3)": "d1 is a slot, not a function: write it without brackets",
    'scene("a")': (
        "scene is not a function: there is scene.forget, scene.morph, scene.names, scene.recall, scene.save"
    ),
    "five(3)": "five is 5, not a function: write it without brackets",
    "swell(1, ovr=2)": "swell takes no 'ovr': did you mean 'over'? It is swell(amount, over=4)",
    "interlace()": "interlace needs one and two: it is interlace(one, two)",
    "wchoose(-1)": "wchoose cannot take what it was given: it is wchoose(*pairs), and ?wchoose shows how",
    'randrun("x")': "randrun cannot take what it was given: it is randrun(count), and ?randrun shows how",
    "1 / 0": "ZeroDivisionError: division by zero",
    "swell(int('x'))": "ValueError: invalid literal for int() with base 10: 'x'",
    "pure(0).with_value(lambda _: [][1]).query(0, 1)": "IndexError: list index out of range",
    '(\n  note("0")\n  .lpf(200,\n    q=3)\n)': "lpf takes no 'q': it is lpf(*values)",
}
OWN = "five = 5\ndef swell(amount, over=4): pass\n"


@pytest.mark.parametrize("line", SAID)
def test_a_call_that_does_not_fit_is_told_by_the_functions_form(line: str) -> None:
    source = OWN + line
    names = Session("offline", journal=None).namespace()
    name = f"<misfit {line}>"
    remember_source(name, source)
    with pytest.raises((TypeError, ValueError, ArithmeticError, LookupError)) as caught:
        exec(compile(source, name, "exec"), names)
    assert explain(caught.value).removeprefix("line 3: ").removeprefix("line 5: ") == SAID[line]
    assert read(caught.value, {name: source}.get, names).message == SAID[line]


def test_it_says_so_for_a_line_of_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text('d1 >> note("0")\nd2 >> note("0", pan=1)\n')
    with pytest.raises(TypeError) as caught:
        perform(path, cycles=1)
    assert explain(caught.value) == "wrong.py line 2: note takes no 'pan': write .pan(...) after it"


def fault_of(source: str, known: bool = True) -> BaseException:
    name = "<nobody's>"
    linecache.cache.pop(name, None)
    if known:
        remember_source(name, source)
    with pytest.raises(TypeError) as caught:
        exec(compile(source, name, "exec"), {})
    return caught.value


@pytest.mark.parametrize(
    "source",
    [
        "len()",
        "int('5', bass=3)",
        "sorted([1, 'a'])",
        "class Own:\n    def turn(self, by): pass\nOwn().turn()",
        "(lambda bars: bars)(1, 2)",
        "(lambda: [1, 2])()(3)",
        "raise TypeError('swell() takes 1 positional argument but 2 were given')",
        "def swell(one): raise TypeError('other() takes 0 positional arguments but 1 was given')\nswell(1)",
    ],
)
def test_what_is_no_call_of_a_known_function_keeps_pythons_words(source: str) -> None:
    assert misfit(fault_of(source)) is None


def test_code_without_text_is_told_by_the_name_in_the_error() -> None:
    fault = fault_of("def swell(one): pass\nswell(1, 2)", known=False)
    assert misfit(fault) == "swell takes 1 value, not 2: it is swell(one)"


def test_other_errors_are_none_of_its_business() -> None:
    assert misfit(ValueError("no")) is None
    assert misfit(TypeError("swell() takes 1 positional argument but 2 were given")) is None
