"""The front is killed; the music goes on, and another front takes over where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from on_stage import alive, wait_for

from livecode.stage.offline import perform_journal
from livecode.stage.transport import Sent, read_transcript

pytestmark = pytest.mark.sound


class Front:
    """A front in a process of its own, with its state in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.transcript = folder / "sent.jsonl"
        (folder / "config.toml").write_text('device = "dummy"\n')
        self.environment = os.environ | {
            "XDG_STATE_HOME": str(folder),
            "LIVECODE_CONFIG": str(folder / "config.toml"),
        }
        self.process: subprocess.Popen[str] | None = None

    def play(self, *blocks: tuple[float, str]) -> None:
        """Evaluate each block when its cycle has come; returns when the last one is in the journal."""
        code = f"""
            import sys, time, json
            from pathlib import Path
            from livecode.config import load
            from livecode.stage.session import Session
            session = Session("live", config=load(), transcript=Path({str(self.transcript)!r}))
            names = session.namespace()
            for cycle, block in json.loads({json.dumps(json.dumps(blocks))}):
                while session.now() < cycle: time.sleep(0.005)
                session.evaluate(block, "<prompt 1>", names)
            session.wait(20)
            print(session._link.process_id, session._ready.process, flush=True)
            time.sleep(600)
        """
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            env=self.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.sender, self.engine = map(int, self.process.stdout.readline().split())
        self.process.stdout.close()

    def kill(self) -> float:
        """kill -9, and the cycle that had been sent by then."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return self.sent()[-1].note.begin

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "livecode.cli", *words], env=self.environment, input=typed,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    @property
    def journal(self) -> Path:
        [found] = self.folder.rglob("journals/*.jsonl")
        return found

    def sent(self, slot: int | None = None) -> list[Sent]:
        found = read_transcript(self.transcript) if self.transcript.exists() else []
        return [each for each in found if slot is None or each.note.slot == slot]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    made = Front(tmp_path)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def notes(sends: list[Sent], until: float) -> list[Any]:
    found = [(each.note.begin, each.note.slot, getattr(each.note, "controls", ())) for each in sends]
    return sorted(each for each in found if each[0] < until)


SONG = (
    (0.0, 'tempo(240)\nd1 >> s("bd*4")\nd2 >> note("<0 1 2 3 4 5 6 7 8 9 10 11>*2").s("pluck")'),
    (1.1, "x = 3\nd1.gain(0.5)"),
    (2.1, 'd3 >> s("cp")'),
)
RESUMED = """
import time
from livecode.stage.session import current
def until(cycle):
    while current().now() < cycle: time.sleep(0.01)

at = current().now()
until(at + 4)
d4 >> s("hh").fast(x)
undo()
until(at + 7)
"""


def test_another_front_takes_the_set_over_without_a_gap(front: Front) -> None:
    front.play(*SONG)
    wait_for(lambda: len(front.sent(3)) >= 2)
    died = front.kill()
    wait_for(lambda: front.sent(1)[-1].note.begin > died + 3)
    assert alive(front.engine)
    done = front.run("resume", typed=RESUMED)
    assert (done.returncode, done.stderr) == (0, "")
    begins = [each.note.begin for each in front.sent(1)]
    assert begins == [n / 4 for n in range(len(begins))]
    first = front.sent(1)[0].time
    assert all(each.time - first == pytest.approx(each.note.begin, abs=1e-6) for each in front.sent(1))
    # The tune repeats its last cycle while nobody is there, then goes on where it would have been.
    tune = front.sent(2)
    pitches = [dict(each.note.controls)["freq"] for each in tune]  # type: ignore[union-attr]
    assert [each.note.begin for each in tune] == [n / 2 for n in range(len(tune))]
    normal = [pitches[n] for n in range(12)]
    assert pitches[-6:] == [normal[n % 12] for n in range(len(tune) - 6, len(tune))]
    assert begins[-1] > died + 9
    # What was typed is in force, with its undo and its names; the d4 that was taken back has not sounded.
    assert front.sent(4) == []
    assert not alive(front.sender)
    assert not alive(front.engine)
    # And the journal knows it all, what was repeated too.
    again = perform_journal(front.journal)
    until = int(begins[-1])
    assert notes(again.sends, until) == notes(front.sent(), until)


def test_with_nothing_to_take_over_it_says_what_to_type(front: Front) -> None:
    done = front.run("resume")
    assert done.returncode == 1
    assert done.stderr.startswith("livecode resume: nothing plays without a prompt: livecode resume JOURNAL")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.long
def test_a_set_that_is_being_played_is_not_taken_away(front: Front) -> None:
    front.play(SONG[0])
    listed = front.run("resume", "--list")
    assert listed.stdout == ""
    done = front.run("resume")
    assert done.returncode == 1
    assert alive(front.sender)


@pytest.mark.long
def test_a_set_whose_sound_has_ended_begins_again_from_its_journal(front: Front) -> None:
    front.play(*SONG)
    front.kill()
    os.kill(front.sender, signal.SIGKILL)
    wait_for(lambda: not alive(front.engine))
    typed = "from livecode.stage.session import current\nimport time\ncurrent().wait(20)\n"
    typed += "while current().now() < 1: time.sleep(0.01)\n\n"
    typed += "print(tempo(), [each.slot for each in running()], x)\n"
    done = front.run("resume", str(front.journal), typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "240.0 [1, 2, 3] 3"
    assert done.stdout


@pytest.mark.long
def test_a_journal_can_be_performed_and_rendered(front: Front, tmp_path: Path) -> None:
    front.play(*SONG)
    wait_for(lambda: len(front.sent(3)) >= 2)
    front.kill()
    os.kill(front.sender, signal.SIGKILL)
    before = {(each.note.begin, each.note.slot) for each in front.sent() if each.note.begin < 4}
    journal = front.journal
    events = front.run("events", str(journal), "--cycles", "4")
    rows = [json.loads(line) for line in events.stdout.splitlines()]
    assert {(eval(row["cycle"]), row["slot"]) for row in rows} == before
    sound = tmp_path / "again.wav"
    rendered = front.run("render", str(journal), "-o", str(sound), "--cycles", "4")
    assert (rendered.returncode, rendered.stderr) == (0, "")
    import soundfile

    samples, rate = soundfile.read(sound)
    assert len(samples) >= 4 * rate
    assert 0.05 < abs(samples).max() <= 0.951
    live = front.run("replay", str(journal))
    assert (live.returncode, live.stderr) == (0, "")
