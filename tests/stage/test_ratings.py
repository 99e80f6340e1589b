"""Ratings: from a key to whoever listens."""

from __future__ import annotations

import pytest

from livecode.errors import ControlError
from livecode.stage.journal import read
from livecode.stage.ratings import Rating
from livecode.stage.session import Session


def test_a_rating_reaches_every_listener_with_its_cycle():
    with Session("offline") as session:
        heard = []
        session.ratings.listen(heard.append)
        assert session.ratings.give(1) and session.ratings.give(-1)
        assert [(each.value, each.cycle) for each in heard] == [(1, 0.0), (-1, 0.0)]
        session.ratings.unlisten(heard.append)


def test_nobody_listening_takes_no_rating():
    with Session("offline") as session:
        assert not session.ratings.wanted and not session.ratings.give(1)


def test_what_a_listener_says_is_a_notice_and_what_it_raises_too():
    with Session("offline") as session:
        def broken(rating: Rating) -> str:
            raise ValueError("no taste")

        session.ratings.listen(lambda rating: f"{rating.value:+d} noted")
        session.ratings.listen(broken)
        session.ratings.give(1)
        said = [notice.text for notice in session.notices.kept]
        assert said == ["+1 noted", "a rating was not taken: ValueError: no taste"]


@pytest.mark.parametrize("value", [0, 2, "+", True])
def test_other_values_are_refused(value):
    with Session("offline") as session, pytest.raises(ControlError, match="1 or -1"):
        session.ratings.give(value)


def test_ratings_are_written_to_the_journal(tmp_path):
    with Session("offline", journal=tmp_path / "j.jsonl") as session:
        session.ratings.listen(lambda rating: None)
        session.ratings.give(-1)
    assert [line["value"] for line in read(tmp_path / "j.jsonl") if line["kind"] == "rating"] == [-1]
