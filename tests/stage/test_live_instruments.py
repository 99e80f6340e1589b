"""An instrument that is saved while it plays: heard at the next event, and never a hole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from on_stage import Live, wait_for

pytestmark = pytest.mark.sound

TONE = '''from livecode.sound import instrument
from livecode.sound.ugens import *

@instrument("mine", family="test")
def mine(freq):
    """Mine."""
    return {body}
'''


class Own(Live):
    """A live session whose set has an instrument of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "set" / "sc" / "mine.py"
        self.file.parent.mkdir(parents=True)
        self.save("SinOsc.ar(freq)")
        super().__init__(folder, set=folder / "set")
        self.session.evaluate('cps(0.5)\nd1 >> s("mine*8")')

    def save(self, body: str) -> None:
        self.file.write_text(TONE.format(body=body))

    def definitions(self) -> list[str]:
        return [each.note.definition for each in self.sent(1)]  # type: ignore[union-attr]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    made = Own(tmp_path)
    yield made
    made.session.close()


@pytest.mark.alone
def test_what_is_saved_is_heard_at_the_next_event_without_a_gap(own: Own) -> None:
    wait_for(lambda: len(own.sent(1)) > 6)
    first = own.definitions()[0]
    own.save("Saw.ar(freq)")
    taken = wait_for(lambda: own.definitions()[-1] != first)
    # Noticed within 0.2 s, compiled, and the next of four events a second; a cycle would be two seconds.
    assert taken < 1.5
    wait_for(lambda: own.definitions().count(own.definitions()[-1]) > 5)
    begins = [each.note.begin for each in own.sent(1)]
    assert begins == [number / 8 for number in range(len(begins))], "a note was lost or came twice"
    assert own.session.status().late == own.session.status().dropped == 0
    assert sorted(set(own.definitions()), key=own.definitions().index) == [first, own.definitions()[-1]]


def test_a_broken_one_leaves_the_last_good_one_playing_and_says_why(own: Own) -> None:
    wait_for(lambda: len(own.sent(1)) > 3)
    first = own.definitions()[0]
    own.save("SinOsc.ar(frequence)")
    wait_for(lambda: any("frequence" in line for line in own.told))
    count = len(own.sent(1))
    wait_for(lambda: len(own.sent(1)) > count + 6)
    assert set(own.definitions()) == {first}
    own.save("Pulse.ar(freq)")
    wait_for(lambda: own.definitions()[-1] != first)
