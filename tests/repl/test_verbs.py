"""Names typed alone: verbs of the stage are done, functions say how they are called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from livecode.repl.evaluating import Evaluator
from livecode.stage import journal as journals
from livecode.stage.session import Session


@pytest.fixture
def evaluator() -> Iterator[Evaluator]:
    with Session("offline", journal=None) as session:
        made = Evaluator(session, session.namespace())
        made.evaluate('d1 >> s("bd*4")\nd2 >> s("hh*8")')
        yield made


def sounding(evaluator: Evaluator) -> list[int]:
    return [each.slot for each in evaluator.namespace["running"]()]


def test_a_verb_without_its_brackets_is_done(evaluator: Evaluator) -> None:
    evaluator.evaluate("d2.stop")
    assert sounding(evaluator) == [1]
    evaluator.evaluate("undo  ")
    assert sounding(evaluator) == [1, 2]
    evaluator.evaluate("hush")
    assert sounding(evaluator) == []
    assert evaluator.evaluate("tempo").text == "120.0"


def test_what_needs_something_says_how_it_is_called(evaluator: Evaluator) -> None:
    assert evaluator.evaluate("every").text == "every(count, function, offset=0): ?every tells more"
    assert evaluator.evaluate("once").text == "once(pattern)"
    assert evaluator.evaluate("d1.gain").text == "gain(amount)"
    assert evaluator.evaluate("d1.pattern").text.startswith("<Pattern (0..1/4)")
    assert sounding(evaluator) == [1, 2]


def test_names_of_the_performers_own_are_left_alone(evaluator: Evaluator) -> None:
    evaluator.evaluate("def hush(): return 3\nclass Own:\n    def stop(self): return 4\nd9x = Own()")
    assert evaluator.evaluate("hush").text.startswith("<function hush")
    assert evaluator.evaluate("d9x.stop").text.startswith("<bound method Own.stop")
    assert evaluator.evaluate("print").text == "<built-in function print>"
    assert sounding(evaluator) == [1, 2]


def test_the_journal_has_it_with_its_brackets(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Session("offline", journal=path) as session:
        evaluator = Evaluator(session, session.namespace())
        evaluator.evaluate('d1 >> s("bd*4")')
        evaluator.evaluate("d1.stop")
    sources = [entry.get("source", "").strip() for entry in journals.read(path)]
    assert "d1.stop()" in sources
    assert "d1.stop" not in sources


def test_a_label_of_strudels_is_not_taken_for_a_type(evaluator: Evaluator) -> None:
    fault = evaluator.evaluate('drums: s("cp*4").gain(0.5)').fault
    assert fault is not None
    assert fault.message == 'syntax error: write d1 >> s("cp*4").gain(0.5)'
    fault = evaluator.evaluate('x = 1\nhats: stack(s("hh*8"),\n  s("oh"))').fault
    assert fault is not None
    assert (fault.message, fault.line) == ("syntax error: a label plays nothing, write d1 >> ...", 2)
    assert evaluator.evaluate("bars: int = 4\nbeats: int\nbars").text == "4"
