"""The whole prompt, by keystrokes through a pipe."""

from __future__ import annotations

import os
import re
import signal
import threading
import time

import pytest
from prompt_toolkit.data_structures import Size

ENTER, ESCAPE, TAB, UP, BACKSPACE, CTRL_C = "\r", "\x1b", "\t", "\x1b[A", "\x7f", "\x03"
FUNCTION = {1: "\x1bOP", 3: "\x1bOR", 8: "\x1b[19~", 9: "\x1b[20~", 12: "\x1b[24~"}


def test_a_line_is_evaluated_in_its_slot(typist, session):
    typist.type('d1 >> "bd*4"', ENTER)
    assert "d1 >> bd*4" in session.said


def test_a_value_alone_shows_its_repr_and_is_kept_as_underscore(typist, capsys):
    typist.type("6 * 7", ENTER, "_ + 1", ENTER)
    assert capsys.readouterr().out.split() == ["42", "43"]


def test_what_was_set_is_not_said_again(typist, capsys):
    typist.namespace["tempo"] = lambda bpm=90.0: float(bpm)
    typist.type("tempo(126)", ENTER, "tempo()", ENTER, "tempo(1) + 1", ENTER)
    assert capsys.readouterr().out.split() == ["90.0", "2.0"]


def test_a_slot_shows_itself_but_not_after_what_was_done_to_it(typist, session, capsys):
    typist.type("d1", ENTER, "d1.set_this(1)", ENTER)
    assert capsys.readouterr().out == "this is d1\n"


def test_none_shows_nothing(typist, capsys):
    typist.type("None", ENTER)
    assert capsys.readouterr().out == ""


def test_a_block_waits_for_its_empty_line_and_is_indented(typist):
    typist.type("def double(x):", ENTER, "return x * 2", ENTER, ENTER, "y = double(21)", ENTER)
    assert typist.namespace["y"] == 42


def test_open_brackets_take_another_line(typist):
    typist.type("z = (1 +", ENTER, "2)", ENTER)
    assert typist.namespace["z"] == 3


def test_a_pasted_block_is_one_evaluation(typist):
    typist.type("\x1b[200~a = 1\nfor n in range(3):\n    a += n\nb = a\n\x1b[201~", ENTER)
    assert typist.namespace["b"] == 4


def test_escape_enter_evaluates_at_once(typist):
    typist.type("def g():", ENTER, "return 5", ESCAPE + ENTER, "h = g()", ENTER)
    assert typist.namespace["h"] == 5


def test_backspace_takes_a_whole_indent(typist):
    typist.type("if True:", ENTER, "k = 1", ENTER, BACKSPACE + "k = 2", ENTER)
    assert typist.namespace["k"] == 2


def test_history_brings_the_last_block_back(typist):
    typist.type_in_time("n = 1", ENTER, "n = n + 1", ENTER, typist.remembers("n = 1", "n = n + 1"), UP, ENTER)
    assert typist.namespace["n"] == 3
    assert list(typist.history.get_strings()) == ["n = 1", "n = n + 1"]


def test_the_history_is_searched(typist):
    lines = ("a = 1", "b = 2", "a = a + 10")
    typed = [key for line in lines for key in (line, ENTER)]
    typist.type_in_time(*typed, typist.remembers(*lines), "\x12a = 1", ENTER, typist.holds("a = 1"), ENTER)
    assert typist.namespace["a"] == 1 and typist.namespace["b"] == 2


def test_typing_is_undone(typist):
    typist.type("x = 1", CTRL_C, "y = 5", "\x17", "\x1f", ENTER)
    assert typist.namespace["y"] == 5


@pytest.mark.parametrize(
    "keys, done",
    [
        (FUNCTION[9], "hush"),
        (FUNCTION[12], "hush"),
        (ESCAPE + "h", "hush"),
        ("\x18h", "hush"),
        (ESCAPE + "u", "undo"),
        (ESCAPE + "U", "redo"),
        (ESCAPE + "m", "metronome"),
        (FUNCTION[1], "d1 muted True"),
        (FUNCTION[8], "d8 muted True"),
        (ESCAPE + "3", "d3 muted True"),
        (ESCAPE + "0", "d10 muted True"),
        (ESCAPE + "s2", "d2 soloed True"),
        ("\x1b[27;5;46~", "hush"),
        ("\x1b[46;5u", "hush"),
        ("\x1b[27;5;51~", "d3 muted True"),
        ("\x1b[48;5u", "d10 muted True"),
    ],
)
def test_keys_for_the_music(typist, session, keys, done):
    typist.type("half a line", keys, CTRL_C)
    assert [said for said in session.said if said != "boot"] == [done]


def test_the_mute_key_again_unmutes(typist, session):
    typist.type(FUNCTION[3], FUNCTION[3])
    assert [said for said in session.said if said != "boot"] == ["d3 muted True", "d3 muted False"]


def test_music_keys_leave_the_line_as_it_is(typist):
    typist.type("x = 1", FUNCTION[9], "2", ENTER)
    assert typist.namespace["x"] == 12


@pytest.mark.parametrize(
    "keys, picture",
    [(ESCAPE + "p", "roll"), (ESCAPE + "o", "scope"), (ESCAPE + "e", "spectrum"), ("\x18p", "roll"),
     ("\x1b[21~", "roll"), ("\x1b[21~" * 2, "scope"), ("\x1b[21~" * 4, ""), (2 * (ESCAPE + "p"), "")],
)  # fmt: skip
def test_a_picture_is_a_key_away_and_typing_goes_on(typist, keys, picture):
    typist.type("x = 1", keys, "2", ENTER)
    assert typist.prompt.watch.picture == picture
    assert typist.namespace["x"] == 12


def test_the_panel_shows_code_and_pictures(typist, session, monkeypatch):
    from livecode.stage.scene import Take

    take = Take(None, 'd1 >> s("bd*4")')
    state = {"muted": False, "soloed": False, "heard": True}
    monkeypatch.setattr(session, "on_stage", lambda: [(1, take, state)], raising=False)
    shown = []

    def panel_with(mark):
        def look():
            panel = "".join(text for _, text in typist.prompt._panel())
            return shown.append(panel) if mark in panel else False

        return look

    typist.type_in_time(
        panel_with("d1"), ESCAPE + "p", panel_with("▼"), ESCAPE + "e", panel_with("0 dB")
    )
    assert len(shown) == 3 and all('d1 >> s("bd*4")' in each for each in shown)


def test_what_cannot_be_drawn_leaves_the_prompt_alone(typist, session, monkeypatch):
    def broken():
        raise ValueError("no stage")

    monkeypatch.setattr(session, "on_stage", broken, raising=False)
    typist.type_in_time(typist.shows("nothing to see"), "x = 4", ENTER)
    assert typist.namespace["x"] == 4
    assert "nothing to see: ValueError: no stage" in typist.prompt._panel()[0][1]


def test_a_toolbar_that_cannot_be_told_leaves_the_prompt_alone(typist, session):
    del session.view.load
    typist.type_in_time(typist.shows("nothing to tell"), "x = 5", ENTER)
    assert typist.namespace["x"] == 5
    assert "nothing to tell" in typist.prompt._toolbar()[0][1]


def test_plus_and_minus_on_an_empty_line_are_ratings(typist, session):
    heard = []
    session.ratings.listen(lambda rating: heard.append(rating.value))
    typist.type("+", "+", "-", "x = 3", "-1+", "1", ENTER)
    assert heard == [1, 1, -1]
    assert typist.namespace["x"] == 3


def test_plus_and_minus_are_letters_where_nobody_listens(typist, session):
    heard = []
    typist.type("-5 + 1", ENTER, "y = _", ENTER)
    assert typist.namespace["y"] == -4 and heard == []


def test_vi_keys_edit_and_leave_escape_alone(vi_typist, session):
    vi_typist.type("x = 15", ESCAPE, "h", "x", ENTER, FUNCTION[9], "\x18h")
    assert vi_typist.namespace["x"] == 5
    assert [said for said in session.said if said != "boot"] == ["hush", "hush"]


def test_with_vi_keys_the_help_names_the_key_that_leads(vi_typist, typist, capsys):
    vi_typist.type("?", ENTER)
    out = capsys.readouterr().out
    assert "Ctrl-X p" in out and "Esc" not in out
    typist.type("?", ENTER)
    assert "Esc p" in capsys.readouterr().out


def test_an_unknown_name_gets_a_caret_and_the_nearest_name(typist, session):
    typist.type("d1 >> evry", ENTER)
    assert "        ^^^^ no name 'evry': did you mean 'every'?" in typist.plain
    assert "rolled back" in session.said


def test_a_syntax_error_gets_a_caret(typist):
    typist.type('d1 >> s("bd"))', ENTER)
    assert re.search(r" {15}\^ syntax error: unmatched '\)'", typist.plain)


def test_a_fault_inside_a_block_shows_its_line_again(typist):
    typist.type("\x1b[200~a = 1\nb = [1][a]\nc = 3\x1b[201~", ENTER)
    text = typist.plain
    assert re.search(r"  b = \[1\]\[a\]\s+  {4}\^+ IndexError: list index out of range", text)


def test_a_fault_in_a_narrow_terminal_puts_the_message_below(session, typist):
    typist.size = Size(rows=30, columns=30)
    typist.type("d1 >> evry", ENTER)
    assert "        ^^^^\nno name 'evry'" in typist.plain.replace("\r", "")


def test_the_prompt_goes_on_after_every_fault(typist):
    typist.type("1/0", ENTER, "raise SystemError('odd')", ENTER, "ok = 1", ENTER)
    assert typist.namespace["ok"] == 1


def test_help_by_question_mark_and_by_function(typist, capsys):
    typist.namespace["lift"] = lift
    typist.type("?lift", ENTER, "help(lift)", ENTER, "lift?", ENTER, "?", ENTER)
    out = capsys.readouterr().out
    assert out.count("lift(pattern, by=12)") == 3
    assert out.count("Raise a pattern.") == 3
    assert "F9" in out


def test_help_on_a_scale_says_its_steps(typist, capsys):
    typist.type("?dorian", ENTER)
    assert "dorian: scale" in capsys.readouterr().out


def test_tab_completes_and_enter_takes_it(typist):
    typist.namespace["everybody"] = 7
    typist.type_in_time("v = evbody", TAB, typist.chosen, ENTER, ENTER)
    assert typist.namespace["v"] == 7


def test_up_is_the_history_while_names_are_merely_offered(typist):
    typist.namespace["everybody"] = 7
    typist.type_in_time("v = 8", ENTER, typist.remembers("v = 8"), "every", typist.offers, UP, "0", ENTER)
    assert typist.namespace["v"] == 80


def test_the_menu_shows_what_names_mean(typist):
    typist.namespace["lift_up"] = lift
    typist.type_in_time("lift_u", typist.shows("Raise a pattern."), CTRL_C)
    assert "lift_up" in typist.plain


def test_the_name_that_tab_brought_is_documented_beside_the_menu(typist):
    typist.namespace["lift_up"] = lift
    shown = []
    typist.type_in_time("lift_u", TAB, typist.chosen, lambda: shown.append(typist.prompt._offered()), CTRL_C)
    assert "lift_up(pattern, by=12)" in shown[0][0][1] and "Raise a pattern." in shown[0][0][1]


def test_the_terminal_is_asked_for_more_keys_and_left_as_it_was(typist):
    typist.type("x = 1", ENTER)
    assert typist.seen.index("\x1b[>4;1m") < typist.seen.rindex("\x1b[>4;0m")


def test_the_open_call_is_explained_in_the_toolbar(typist):
    typist.namespace["lift"] = lift
    typist.type_in_time(
        "lift('x'", lambda: typist.prompt._words()[-1][1] == "lift(pattern, by=12)", CTRL_C
    )


def test_control_c_clears_the_line(typist):
    typist.type("nonsense(", CTRL_C, "fine = 1", ENTER)
    assert typist.namespace["fine"] == 1


def test_control_c_stops_a_python_loop_within_a_fifth_of_a_second(typist):
    stopped = {}

    def interrupt() -> None:
        while "looping" not in typist.namespace:
            time.sleep(0.005)
        time.sleep(0.05)
        stopped["at"] = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    typist.namespace["monotonic"] = time.monotonic
    endless = "looping = 1\nwhile True:\n    latest = monotonic()\n"
    typist.type(f"\x1b[200~{endless}\x1b[201~", ENTER, "after = 1", ENTER)
    thread.join()
    assert typist.namespace["after"] == 1
    assert typist.namespace["latest"] - stopped["at"] < 0.2
    assert "interrupted" in typist.seen


def test_await_at_top_level(typist):
    typist.type("import asyncio", ENTER, "w = await asyncio.sleep(0, 9)", ENTER)
    assert typist.namespace["w"] == 9


def test_a_notice_comes_above_the_line_being_typed(typist, session, capsys):
    typist.type_in_time(
        "keep = 1", typist.holds("keep = 1"), lambda: session.notice("d2 plays its last good pattern"),
        "0", ENTER,
    )  # fmt: skip
    assert capsys.readouterr().out == "d2 plays its last good pattern\n"
    assert typist.namespace["keep"] == 10


def test_prints_from_other_threads_keep_their_order(typist, capsys):
    def chatter() -> None:
        for number in range(200):
            print("line", number)

    typist.type_in_time(typist.shows("> "), chatter)
    assert capsys.readouterr().out.splitlines() == [f"line {number}" for number in range(200)]


def test_the_engine_boots_behind_the_prompt(typist, session):
    typist.type_in_time(lambda: bool(session.said), "x = 1", ENTER)
    assert session.said == ["boot"]


def test_exit_leaves_with_its_code(typist):
    assert typist.type("raise SystemExit(3)", ENTER, end=False) == 3


def test_what_runs_first_may_fail(typist):
    def first() -> None:
        raise ValueError("no such set")

    typist.type("on = 1", ENTER, first=first)
    assert "ValueError: no such set" in typist.seen
    assert typist.namespace["on"] == 1


def test_a_resized_terminal_is_redrawn(typist, session):
    session.view.slots[0].playing = True

    def shrink() -> None:
        typist.size = Size(rows=10, columns=24)

    drawn = typist.prompt.pages.app.renderer
    typist.type_in_time(
        "x = 1", typist.holds("x = 1"), shrink, lambda: drawn._last_size == Size(rows=10, columns=24), ENTER
    )
    assert typist.namespace["x"] == 1


def lift(pattern, by=12):
    """Raise a pattern."""
    return pattern
