"""Endless loops end; code that is quick enough never notices the budget."""

from __future__ import annotations

import threading
import time

import pytest

from livecode.errors import QueryTooDense
from livecode.stage.budget import OutOfTime, within


def spin() -> None:
    while True:
        pass


def spin_and_catch() -> None:
    while True:
        try:
            spin()
        except Exception:
            continue


@pytest.mark.parametrize("endless", [spin, spin_and_catch])
def test_an_endless_loop_is_cut_short_with_one_line(endless: object) -> None:
    begun = time.monotonic()
    with pytest.raises(QueryTooDense, match=r"d1 thinks for more than 0\.1 s") as caught, within(0.1, "d1"):
        endless()  # type: ignore[operator]
    assert time.monotonic() - begun < 2.0
    assert "\n" not in str(caught.value)


def test_it_works_in_any_thread() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            with within(0.1, "d2"):
                spin()
        except QueryTooDense as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5.0)
    assert len(caught) == 1


def test_what_ends_in_time_is_left_alone_also_on_the_very_edge() -> None:
    for _ in range(30):
        with within(0.25, "d1"):
            pass
    limit = time.monotonic() + 1.0
    while time.monotonic() < limit:
        try:
            with within(0.0005, "d1"):
                sum(range(2000))
        except QueryTooDense:
            continue
    # Had an exception been left behind, it would come up here.
    for _ in range(10_000):
        time.monotonic()


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), within(1.0, "d1"):
        1 / 0


def test_code_that_does_not_come_back_is_reported() -> None:
    stuck = threading.Event()

    def work() -> None:
        try:
            with within(0.05, "d1", stuck.set):
                time.sleep(1.5)
        except (QueryTooDense, OutOfTime):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    assert stuck.wait(3.0)
    thread.join()


def test_a_thread_kept_waiting_by_others_has_not_used_its_time_up() -> None:
    numbers = [(index * 7919) % 800_003 for index in range(800_000)]
    ended = threading.Event()

    def hog() -> None:
        while not ended.is_set():
            sorted(numbers)

    other = threading.Thread(target=hog, daemon=True)
    other.start()
    try:
        with within(0.2, "d1"):
            sum(range(1000))
            threading.Event().wait(0.5)
            sum(range(1000))
    finally:
        ended.set()
        other.join()
