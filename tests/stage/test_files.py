"""Pattern files: executed as one, again when saved, without ghosts, and never half."""

from __future__ import annotations

from pathlib import Path

import pytest
from on_stage import wait_for
from plain_resolver import PlainResolver, notes

from livecode.config import Config
from livecode.errors import FileProblem, NameUnknown, TempoError
from livecode.stage.faults import explain, user_trace
from livecode.stage.offline import perform
from livecode.stage.session import Session


def written(folder: Path, text: str, name: str = "set.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_performed(tmp_path: Path) -> None:
    path = written(tmp_path, 'from livecode import *\ncycles = 2\ntempo(240)\nd1 >> s("bd sn")\n')
    performance = perform(path, resolver=PlainResolver)
    assert notes(performance.sends) == [(0.0, 1, "bd"), (0.5, 1, "sn"), (1.0, 1, "bd"), (1.5, 1, "sn")]
    assert performance.cycles == 2
    assert performance.seconds == 2.0
    first, second = performance.events[:2]
    assert second.json() == {
        "cycle": "1/2",
        "length": "1/2",
        "time": 0.5,
        "slot": 1,
        "instrument": "sn",
        "controls": {"s": "sn"},
        "source": [[3, 5]],
    }
    assert first.cycle == 0
    assert type(performance.commands[0]).__name__ == "DefinitionLoad"


def test_the_same_file_gives_the_same_commands_every_time(tmp_path: Path) -> None:
    path = written(tmp_path, 'd1 >> s("bd*8?").gain(rand)\nd2 >> note("0 .. 7").degrade_by(0.3)\n')
    one, two = (perform(path, 8, resolver=PlainResolver) for _ in range(2))
    assert one.sends == two.sends
    assert len(one.sends) > 20


def test_a_longer_performance_begins_like_a_shorter_one(tmp_path: Path) -> None:
    path = written(tmp_path, 'd1 >> s("bd*3?")\nd2 >> s("<hh sn>*5")\n')
    short, long = perform(path, 3, resolver=PlainResolver), perform(path, 9, resolver=PlainResolver)
    assert long.sends[: len(short.sends)] == short.sends


@pytest.mark.parametrize("cycles", [0, -1, 1.0e9, "x", True])
def test_a_length_that_cannot_be_played_is_refused(cycles: object) -> None:
    with pytest.raises(TempoError, match="whole number"):
        perform(source='d1 >> s("bd")', cycles=cycles, resolver=PlainResolver)  # type: ignore[arg-type]


def test_an_error_names_file_line_and_cause_only(tmp_path: Path) -> None:
    path = written(tmp_path, 'def made():\n    return s("bdd")\n\nd1 >> made()\n')
    with pytest.raises(NameUnknown) as caught:
        perform(path, 1, resolver=PlainResolver)
    assert explain(caught.value) == "set.py line 4: no instrument called 'bdd': did you mean 'bd'?"
    assert user_trace(caught.value).splitlines()[0].strip() == "set.py line 4: d1 >> made()"


def test_so_does_a_syntax_error(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError) as caught:
        perform(written(tmp_path, 'tempo(90)\nd1 >> s("bd"\n'), 1, resolver=PlainResolver)
    assert explain(caught.value) == "set.py line 2: syntax error: '(' was never closed"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="nowhere"):
        perform(tmp_path / "nowhere.py", 1)
    with pytest.raises(NameUnknown, match="dorian_rane"):
        perform("dorian_rane", 1)


class Watched:
    """A live session without sound or sender, and a file it watches."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path = written(folder, text)
        self.session = Session("offline", config=Config(), resolver=PlainResolver)
        self.told: list[str] = []
        self.session.listen(lambda notice: self.told.append(notice.text))
        self.file = self.session.load(self.path)
        self.file.watch()

    def save(self, text: str) -> None:
        """As editors do: another file put in its place; returns when it was noticed."""
        count = len(self.told)
        written(self.path.parent, text, "set.py.new").replace(self.path)
        wait_for(lambda: len(self.told) > count)

    def sources(self) -> dict[int, str]:
        return {each.slot: each.source for each in self.session.running()}


def test_a_saved_file_is_played_again_without_ghosts(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 'd1 >> s("bd")\nd2 >> s("hh")\nd2.gain(0.5)\n')
    watched.session.evaluate('d5 >> s("cp")')
    watched.save('d1 >> s("sn")\nd3 >> s("hh")\n')
    assert watched.sources() == {1: 'd1 >> s("sn")', 3: 'd3 >> s("hh")', 5: 'd5 >> s("cp")'}
    assert watched.session._scene.level(2) == 1.0
    watched.session.close()


def test_a_saved_file_with_an_error_changes_nothing(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 'd1 >> s("bd")\n')
    watched.save('tempo(90)\nd2 >> s("hh")\nd1 >> s("bdd")\n')
    assert watched.sources() == {1: 'd1 >> s("bd")'}
    assert watched.session.tempo() == 120.0
    assert watched.told[-1].startswith("set.py line 3: no instrument called 'bdd'")
    watched.save('d1 >> s("sn")\n')
    assert watched.sources() == {1: 'd1 >> s("sn")'}
    watched.session.close()


def test_one_save_is_one_undo(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 'd1 >> s("bd")\nd2 >> s("hh")\n')
    watched.save('tempo(90)\nd1 >> s("sn")\n')
    watched.session.undo()
    assert watched.sources() == {1: 'd1 >> s("bd")', 2: 'd2 >> s("hh")'}
    assert watched.session.tempo() == 120.0
    watched.session.close()
