"""Ctrl-C ends any loop of Python's within a fifth of a second."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from contextlib import contextmanager
from typing import Any

import pytest

from livecode.repl.evaluating import Evaluator

LOOPS = [
    "while True: pass",
    "while True:\n    x = 1",
    "[1 for _ in iter(lambda: 1, 2)]",
    "import time\nwhile True: time.sleep(0.01)",
    "while True:\n    try: 1 / 0\n    except Exception: pass",
    "while True:\n    try: pass\n    except: pass",
]


class Stage:
    @contextmanager
    def evaluation(self, source: str, name: str) -> Any:
        yield None


@pytest.mark.alone
@pytest.mark.parametrize("loop", LOOPS)
def test_ctrl_c_gives_the_prompt_back(loop: str) -> None:
    evaluator = Evaluator(Stage(), {})
    pressed: list[float] = []

    def press() -> None:
        time.sleep(0.15)
        pressed.append(time.monotonic())
        _thread.interrupt_main(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=press)
    thread.start()
    answer = evaluator.evaluate(loop)
    took = time.monotonic() - pressed[0]
    thread.join()
    assert answer.interrupted
    assert took <= 0.2
    assert signal.getsignal(signal.SIGINT) is before
    assert evaluator.evaluate("1 + 1").text == "2"


def test_a_block_that_ends_by_itself_is_left_alone() -> None:
    assert Evaluator(Stage(), {}).evaluate("sum(range(10))").text == "45"
