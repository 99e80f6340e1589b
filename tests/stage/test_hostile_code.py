"""Code that takes from the process what is not its own: files, threads, the clock, the process itself."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = [pytest.mark.sound, pytest.mark.long, pytest.mark.timeout(120)]

# Each is d2's, works for four notes, then does what it must not.
TRAPS = {
    "forks": "os.fork()",
    "forks pools": "multiprocessing.get_context('fork').Pool(1).map(abs, [1])",
    "takes all threads": "[threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(3000)]",
    "leaves its folder": "os.chdir(tempfile.mkdtemp()); os.rmdir(os.getcwd())",
    "takes the output away": "setattr(sys, 'stdout', None); setattr(sys, 'stderr', None)",
    "traces": "sys.settrace(lambda *a: 1 / 0); sys.setprofile(None)",
    "sets an alarm": "signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)",
}
CLOSES = "os.closerange(3, 64)"

PLAY = """
import json, os, sys, time
from pathlib import Path
from livecode.config import Config
from livecode.stage.session import Session
from livecode.stage.transport import read_transcript
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
folder = Path(sys.argv[1])
session = Session("live", config=Config(device="dummy"), journal=folder / "set.jsonl",
                  transcript=folder / "sent.jsonl")
names = session.namespace()
with session:
    session.wait(20)
    session.evaluate('tempo(240)\\nd1 >> s("bd*4")\\nd2 >> s("hh*2")', namespace=names)
    while session.now() < 1: time.sleep(0.01)
    session.evaluate(sys.argv[2], namespace=names)
    time.sleep(4.0)
    session.evaluate('d2 >> s("sn*2")', namespace=names)
    time.sleep(3.0)
    status = session.status()
sent = read_transcript(folder / "sent.jsonl")
begins = [each.note.begin for each in sent if each.note.slot == 1]
answer = {
    "grid": begins == [n / 4 for n in range(len(begins))] and len(begins) > 24,
    "plain": any("sn" in getattr(each.note, "definition", "") for each in sent if each.note.slot == 2),
    "counts": [status.late, status.dropped, status.lost], "state": status.state,
}
(folder / "answer.json").write_text(json.dumps(answer))
"""


def played(trap: str, folder: Path) -> dict[str, object]:
    """What was heard of a set in which a pattern's function did this."""
    code = textwrap.dedent(f"""
        import multiprocessing, os, signal, sys, tempfile, threading, time
        def trap(value):
            trap.count = getattr(trap, "count", 0) + 1
            if trap.count == 5: {trap}
            return value
        d2 >> s("cp*2").untabled().with_value(trap)
    """)
    command = [sys.executable, "-c", PLAY, str(folder), code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads((folder / "answer.json").read_text())
    return found


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_what_a_pattern_takes_from_the_process_costs_the_others_nothing(trap: str, tmp_path: Path) -> None:
    expected = {"grid": True, "plain": True, "counts": [0, 0, 0], "state": "sounding"}
    assert played(trap, tmp_path) == expected
    mine = [line for line in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _read(line)]
    assert mine == [], "copies of the front live on"


def test_files_that_were_closed_behind_our_back_are_opened_again(tmp_path: Path) -> None:
    answer = played(CLOSES, tmp_path)
    assert (answer["plain"], answer["state"]) == (True, "sounding")
    assert "sn*2" in (tmp_path / "set.jsonl").read_text()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
