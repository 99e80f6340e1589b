"""What nobody asks any more is let go, and comes out the same when it is asked again."""

from __future__ import annotations

from livecode.generators.markov import markov
from livecode.language import mini
from livecode.language.forgetting import forget_unasked
from livecode.music.origins import Origins
from livecode.music.phrase import Phrase
from livecode.stage.history import MOST_TAKES, SlotHistory
from livecode.stage.part import SEEN_CYCLES, Part
from livecode.stage.scene import Draft, Scene, Take


def emptied() -> int:
    """Twice: the first time those that were asked are only marked."""
    return forget_unasked() + forget_unasked()


def test_a_repeating_pattern_forgets_its_cycles_and_works_them_out_again() -> None:
    pattern = mini("bd*4 [sn cp]").fast(2)
    before = [pattern.query(cycle, cycle + 1) for cycle in range(4)]
    assert emptied() > 0
    assert pattern._table._cells == [None] * len(pattern._table._cells)
    assert [pattern.query(cycle, cycle + 1) for cycle in range(4)] == before


def test_what_is_asked_in_between_is_kept() -> None:
    pattern = mini("bd*4")
    # The second question fills the table.
    pattern.query(0, 1), pattern.query(1, 2)
    forget_unasked()
    pattern.query(2, 3)
    forget_unasked()
    assert any(pattern._table._cells)


def test_a_composer_forgets_its_phrases_and_plays_the_same_again() -> None:
    stream = markov("foster").seed(3)
    before = stream.query(0, 6)
    emptied()
    assert not stream._values and not stream._planned
    assert stream.query(0, 6) == before


def test_reasons_are_folded_and_unfold_as_they_were() -> None:
    told = [{"order": 2, "probability": 0.25}, None]
    phrase = Phrase.unpack(Phrase.of([60, 62], provenance=told).pack())
    assert isinstance(phrase.provenance, Origins)
    assert list(phrase.provenance) == told and phrase.provenance[-1] is None
    assert list(phrase.where(phrase.notes["pitch"] > 60).provenance) == [None]


def test_a_slot_keeps_its_last_takes_and_can_be_taken_back_over_all_of_them() -> None:
    takes = [Take(mini("bd"), str(number)) for number in range(MOST_TAKES + 20)]
    history = SlotHistory()
    for take in takes:
        history.add(take)
    for take in reversed(takes[-MOST_TAKES:-1]):
        assert history.back() == (True, take)
    assert history.back() == (False, None)


def test_a_part_lets_go_of_what_was_over_long_ago() -> None:
    part = Part(1)
    heard = [(float(cycle), cycle + 1.0, object()) for cycle in range(40)]
    part.lit.extend(heard)  # type: ignore[arg-type]
    part.forget(40.0)
    assert list(part.lit) == [each for each in heard if each[1] >= 40.0 - SEEN_CYCLES]


def test_a_scene_shares_what_a_draft_says_nothing_of() -> None:
    first = Scene().after(Draft(gains={1: 0.5}, takes={1: Take(mini("bd"))}))
    second = first.after(Draft(gains={2: 0.7}))
    assert second.takes is first.takes and second.muted is first.muted
    assert dict(second.gains) == {1: 0.5, 2: 0.7} and dict(first.gains) == {1: 0.5}
    assert dict(first.after(Draft(takes={1: None})).takes) == {}
