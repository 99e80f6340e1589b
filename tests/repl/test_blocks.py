"""When a block is complete, and where the cursor is in code that is not."""

from __future__ import annotations

import pytest

from livecode.repl.fuzzy import rank
from livecode.repl.places import expression_before, place
from livecode.repl.reading import INDENT, complete, next_indent


@pytest.mark.parametrize(
    "text, done",
    [
        ("", True),
        ("d1 >> x", True),
        ("d1 >> (x", False),
        ("for n in range(4):", False),
        ("for n in range(4):\n    x", False),
        ("for n in range(4):\n    x\n", True),
        ("for n in range(4): x", False),
        ("for n in range(4): x\n", True),
        ("@wrap", False),
        ("@wrap\ndef f(): pass\n", True),
        ('x = """a', False),
        ('x = "a', True),
        ("x = 1 +", True),
        ("x = 1 \\", False),
        ("))", True),
        ("await wait(1)", True),
        ("?every", True),
        ("every?", True),
        ("x = [\n    1,\n]", True),
        ("if a:\n    b\nelse:", False),
        ("\x00", True),
    ],
)
def test_a_block_is_complete(text, done):
    assert complete(text) is done


@pytest.mark.parametrize(
    "before, indent",
    [
        ("x = 1", ""),
        ("def f():", INDENT),
        ("def f():\n    return 1", ""),
        ("    x", INDENT),
        ("f(  # all of it", INDENT),
        ("while True:  # for ever", INDENT),
    ],
)
def test_the_next_line_is_indented(before, indent):
    assert next_indent(before) == indent


@pytest.mark.parametrize(
    "text, function, keyword, word",
    [
        ('s("bd', "s", "", "bd"),
        ('d1 >> s("bd*2 [sn', "s", "", "sn"),
        ('n("0").scale("d dor', "scale", "", "dor"),
        ("stack(s('bd'), s('h", "s", "", "h"),
        ('note("c").set(synth="pl', "set", "synth", "pl"),
        ('s(["bd", "s', "s", "", "s"),
        ('note("c\'maj', "note", "", "c'maj"),
        ("x = 'a'\ns(\n  \"h", "s", "", "h"),
        ('"lo', "", "", "lo"),
    ],
)
def test_inside_a_string_the_call_is_known(text, function, keyword, word):
    inside = place(text).inside
    assert inside is not None
    assert (inside.function, inside.keyword, inside.word) == (function, keyword, word)


@pytest.mark.parametrize(
    "text, owner, word",
    [
        ("d1.mu", "d1", "mu"),
        ('s("bd").fa', 's("bd")', "fa"),
        ('d1 >> s("bd (x)").fast(2).e', 's("bd (x)").fast(2)', "e"),
        ("x[0].a", "x[0]", "a"),
        ("a.b.c", "a.b", "c"),
        ("evr", None, "evr"),
        ("d1 >> evr", None, "evr"),
    ],
)
def test_outside_strings_the_owner_is_known(text, owner, word):
    where = place(text)
    assert (where.owner, where.word, where.inside) == (owner, word, None)


@pytest.mark.parametrize("text", ["# d1.mu", "x = 1  # ev", "12", "0x1f", "3.1"])
def test_nothing_is_offered_in_comments_and_numbers(text):
    assert place(text).silent


def test_open_calls_are_named():
    assert place('markov("foster", or').calls == "markov"
    assert place("s('x').every(4, lambda p: p, ").calls == "s('x').every"


def test_expressions_end_where_they_begin():
    assert expression_before("x = foo(1)(2)") == "foo(1)(2)"
    assert expression_before('a + "x".upper()') == '"x".upper()'


def test_prefixes_come_before_word_starts_before_letters():
    names = ["slow", "s", "sometimes", "is_set", "class", "unset"]
    assert rank("s", names)[:3] == ["s", "slow", "sometimes"]
    assert rank("set", names)[:2] == ["is_set", "unset"]
    assert rank("stm", names) == ["sometimes"]


def test_letters_that_are_not_there_match_nothing():
    assert rank("xyz", ["slow"]) == []
