"""The toolbar, the colours while typing, and reading from a pipe."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecode.repl import plain, toolbar
from livecode.repl.colouring import CodeLexer


def status(**changes):
    silent = {"playing": False, "muted": False, "soloed": False, "fault": None}
    slots = [SimpleNamespace(number=number, **silent) for number in (1, 2, 3)]
    for number, change in changes.pop("slots", {}).items():
        vars(slots[number - 1]).update(change)
    view = {"state": "sounding", "cycle": 12.3, "beat": 2, "beats": 4, "bpm": 126.0, "load": 7.4}
    view |= {"jitter": 0.0, "lateness": 0.0, "late": 0, "dropped": 0, "lost": 0, "slots": slots}
    return SimpleNamespace(**(view | changes))


def words(view, width=100):
    return "".join(text for _, text in toolbar.fragments(view, width))


def test_the_toolbar_says_tempo_cycle_beat_load_and_slots():
    text = words(status(slots={1: {"playing": True}, 2: {"playing": True, "muted": True}}))
    assert "126 bpm" in text and " 12 ○●○○" in text and "7 %" in text
    assert " d1" in text and "(d2)" in text and "d3" not in text


def test_faults_and_late_notes_are_marked():
    text = words(status(late=3, slots={2: {"playing": True, "fault": "no sample 'x'"}}))
    assert "d2!" in text and "3 late" in text


def test_jitter_and_the_latest_note_are_shown():
    assert "±0.4 ms" in words(status(jitter=0.41)) and "latest" not in words(status(jitter=0.41))
    assert "latest 12 ms" in words(status(jitter=15.0, lateness=11.6))


def test_nothing_moves_while_nothing_plays():
    assert words(status(beat=1)) == words(status(beat=3))


@pytest.mark.parametrize("state", ["off", "booting", "looping", "ended"])
def test_every_state_has_its_words(state):
    assert toolbar.STATES[state] in words(status(state=state))


@given(st.integers(1, 200))
def test_the_toolbar_fits_its_width(width):
    busy = {n: {"playing": True} for n in (1, 2, 3)}
    assert len(words(status(slots=busy, late=10, state="looping"), width)) <= width


@given(st.text(st.sampled_from("ab\"'([{<~*-1.5 \n#\\d:")))
def test_colouring_changes_no_letter(text):
    assert "".join(piece for _, piece in CodeLexer().fragments(text)) == text


def test_notation_inside_strings_is_coloured():
    styles = {piece: style for style, piece in CodeLexer().fragments('d1 >> s("bd*2 ~")')}
    assert styles["d1"] == "class:code.slot"
    assert styles["bd"] == "class:mini.word"
    assert styles["*"] == "class:mini.operator"
    assert styles["~"] == "class:mini.rest"


def run(session, text: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return plain.run(session, text.splitlines(keepends=True), out, err), out.getvalue(), err.getvalue()


def test_a_pipe_is_evaluated_line_by_line(session):
    assert run(session, 'd1 >> "bd"\n1 + 1\n') == (0, "2\n", "")
    assert session.said == ["d1 >> bd"]


def test_a_pipe_with_blocks(session):
    text = "def f(x):\n    y = x\n\n    return y\nf(3)\nif False:\n    pass\nelse:\n    z = 4\n\nz\n"
    assert run(session, text) == (0, "3\n4\n", "")


def test_a_faulty_line_is_located_and_the_rest_goes_on(session):
    failed, out, err = run(session, "x = 1\n\nxyzzy\nx\n")
    assert (failed, out) == (1, "1\n")
    assert err == "line 3: no name 'xyzzy': Tab shows the names there are\n  xyzzy\n  ^^^^^\n"


def test_an_unfinished_last_block_is_still_read(session):
    assert run(session, "for n in range(2):\n    print(n)")[0] == 0
    failed, _, err = run(session, "f(\n")
    assert failed == 1 and "never closed" in err
