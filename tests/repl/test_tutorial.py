"""The tutorial, and hearing a name before it is taken."""

from __future__ import annotations

import pytest

from livecode.repl.evaluating import Evaluator
from livecode.repl.names import Names
from livecode.repl.preview import heard, phrase
from livecode.repl.tutorial import STEPS, Tutorial
from livecode.stage.session import Session


def test_every_step_runs_in_order_and_plays():
    with Session("offline") as session:
        evaluator = Evaluator(session, session.namespace())
        for number, step in enumerate(STEPS, 1):
            answer = evaluator.evaluate(step.code)
            assert answer.fault is None, (number, answer.fault)
            playing = [slot for slot in session.slots.values() if slot.playing]
            assert all(slot.pattern.query(0, 4) for slot in playing)
            assert bool(playing) == (step is not STEPS[-1])


def test_without_a_prompt_each_call_runs_a_step(capsys):
    with Session("offline") as session:
        evaluator = Evaluator(session, session.namespace())
        for _ in STEPS:
            assert evaluator.evaluate("tutorial()").fault is None
        evaluator.evaluate("tutorial()")
        out = capsys.readouterr().out
        assert f"{len(STEPS)}/{len(STEPS)}" in out and "begins again" in out
        assert session.tempo() == 132 and not session.slots[1].playing


def test_at_the_prompt_enter_goes_from_step_to_step(typist, session, capsys):
    for name in ("s", "n", "rev", "add", "undo"):
        typist.namespace[name] = lambda *_: None
    waits = [typist.holds(step.code) for step in STEPS]
    first = ["tutorial()\r", waits[0], "\x15x = 1\r", lambda: "x" in typist.namespace, waits[0]]
    typist.type_in_time(*first, "\x15d1 >> 'own'\r", waits[1], "\x03", typist.holds(""), "y = 2\r")
    out = capsys.readouterr().out
    # A line of one's own leaves the step where it is; the step's line, changed, brings the next.
    assert "1/12" in out and "2/12" in out and "3/12" not in out
    assert typist.namespace["x"] == 1 and "d1 >> own" in session.said
    assert typist.namespace["y"] == 2
    assert typist.prompt.evaluator.guide.at == 1


def test_the_tutorial_can_be_entered_anywhere():
    guide = Tutorial()
    assert guide.step(4) is STEPS[3] and guide.step() is STEPS[4]
    assert guide.step(99) is STEPS[-1] and guide.step() is None and guide.step() is STEPS[0]


@pytest.mark.parametrize(
    "word, kinds, found",
    [
        ("bd", ("instrument", "sample"), 's("bd")'),
        ("organ", ("instrument",), 'note("0 4 7 12").synth("organ")'),
        ("dorian", ("scale",), 'n("0 1 2 3 4 5 6 7").scale("d dorian").synth("piano")'),
        ("maj7", (), "note(\"c'maj7\").synth(\"epiano\")"),
        ("foster", (), 'markov("foster").synth("piano")'),
        ("chorale", ("model",), 'neural("chorale").synth("organ")'),
        ("nothing of the kind", (), ""),
        ("", (), ""),
    ],
)
def test_a_name_is_heard_as_what_it_is(word, kinds, found):
    assert heard(Names({}), word, kinds) == found


@pytest.mark.parametrize("kind", ["instrument", "scale", "chord", "tuning", "note", "corpus", "model"])
def test_every_kind_plays(kind):
    names = Names({}).of(kind)
    with Session("offline") as session:
        for name in list(names)[:: max(1, len(names) // 2)]:
            pattern = eval(phrase(kind, name, names[name]), session.namespace())
            session.once(pattern)


def test_escape_a_plays_the_name_at_the_cursor(typist, session, monkeypatch, capsys):
    once = []
    monkeypatch.setattr(session, "once", lambda pattern: once.append(pattern), raising=False)
    monkeypatch.setattr(session, "namespace", lambda: {"s": lambda name: name}, raising=False)
    keys = ('x = s("clo', "\x7f" * 3, "cp", "\x1ba", lambda: bool(once), "\x03", "nothing_here\x1ba", "\x03")
    typist.type_in_time(*keys)
    assert once == ["cp"]
    assert "nothing_here has no sound of its own" in capsys.readouterr().out
