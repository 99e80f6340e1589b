"""Whatever is typed, the other slots lose no event, one line says what was wrong, and the next line plays."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from broken_patterns import BROKEN, Broken
from test_session import Offline

from livecode.config import Config
from livecode.stage.faults import explain
from livecode.stage.session import Session
from livecode.stage.transport import read_transcript


@pytest.fixture
def stage() -> Iterator[Offline]:
    made = Offline()
    yield made
    made.session.close()


@pytest.mark.parametrize("broken", [each for each in BROKEN if not each.endless], ids=lambda each: each.name)
def test_nothing_that_is_typed_breaks_the_set(stage: Offline, broken: Broken) -> None:
    stage('d1 >> s("bd*4")\nd2 >> s("hh*2")')
    played = stage.play(1)
    line = ""
    with warnings.catch_warnings():
        # A coroutine that nobody awaits is what these are about.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            stage(broken.block)
        except BaseException as error:
            line = explain(error)
        played += stage.play(6)
        gc.collect()
    stage('d2 >> s("sn*2")')
    played += stage.play(2)
    bass = sorted(cycle for cycle, slot, _ in played if slot == 1)
    assert bass == [n / 4 for n in range(36)]
    assert {name for cycle, slot, name in played if slot == 2 and cycle >= 8} == {"sn"}
    said = [line, *stage.told] if line else stage.told
    assert all("\n" not in each and len(each) < 700 for each in said)
    assert len(said) <= 3
    # A late one that raises has made way for what played before.
    if broken.late and any("plays on" in each for each in said):
        assert {name for cycle, slot, name in played if slot == 2 and 6 <= cycle < 8} == {"hh"}


@pytest.mark.sound
@pytest.mark.long
@pytest.mark.timeout(900)
def test_nothing_that_is_typed_breaks_the_set_live(tmp_path: Path) -> None:
    transcript = tmp_path / "sent.jsonl"
    session = Session("live", config=Config(device="dummy"), journal=None, transcript=transcript)
    names = session.namespace()

    def until(cycle: float) -> None:
        while session.now() < cycle:
            time.sleep(0.01)

    with session, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        session.wait(20.0)
        session.evaluate('tempo(480)\nd1 >> s("bd*4")\nd2 >> s("hh*2")', namespace=names)
        until(1.0)
        for broken in BROKEN:
            with contextlib.suppress(BaseException):
                session.evaluate(broken.block, namespace=names)
            until(session.now() + (9.0 if broken.endless else 5.0))
            sounding = len([each for each in read_transcript(transcript) if each.note.slot == 2])
            session.evaluate('d2 >> s("sn*2")', namespace=names)
            until(session.now() + 2.5)
            heard = [each for each in read_transcript(transcript) if each.note.slot == 2][sounding:]
            assert any("sn" in getattr(each.note, "definition", "") for each in heard), broken
            session.evaluate('d2 >> s("hh*2")', namespace=names)
        status = session.status()
        assert (status.late, status.dropped, status.lost) == (0, 0, 0)
        bass = [each.note.begin for each in read_transcript(transcript) if each.note.slot == 1]
        assert bass == [n / 4 for n in range(len(bass))]


GREEDY = """
tempo(240)
d1 >> s("bd*4")
from livecode.stage.session import current
import time
def until(cycle):
    while current().now() < cycle: time.sleep(0.01)

current().wait(20)
until(3)
held = []
for _ in range(10**7): held.append(bytearray(1 << 20))

until(7)
def greedy(value):
    greedy.count = getattr(greedy, "count", 0) + 1
    more = []
    while greedy.count > 6: more.append(bytearray(1 << 20))
    return value

d2 >> s("cp*2").untabled().with_value(greedy)
until(16)
d2 >> s("sn*2")
until(19)
status = current().status()
print((status.late, status.dropped, status.lost, status.restarts), [each.source for each in running()])
"""


@pytest.mark.sound
@pytest.mark.long
def test_code_that_takes_all_memory_ends_by_itself(tmp_path: Path) -> None:
    code = f"""
        import sys
        from pathlib import Path
        from livecode.config import Config
        from livecode.repl import plain
        from livecode.stage.limits import limit_memory
        from livecode.stage.session import Session
        session = Session("live", config=Config(device="dummy"), journal=None,
                          transcript=Path({str(tmp_path / 'sent.jsonl')!r}))
        limit_memory()
        plain.run(session, sys.stdin, sys.stdout, sys.stderr)
        session.close()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], input=GREEDY, capture_output=True, text=True,
        timeout=100, env=os.environ | {"LIVECODE_MEMORY": "400"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "(0, 0, 0, 0) ['d1 >> s(\"bd*4\")', 'd2 >> s(\"sn*2\")']"
    assert len(re.findall("MemoryError", done.stderr)) == 2, done.stderr
    begins = [each.note.begin for each in read_transcript(tmp_path / "sent.jsonl") if each.note.slot == 1]
    assert begins == [n / 4 for n in range(len(begins))]
    assert begins[-1] >= 18


def test_the_sender_may_take_what_its_parent_may_not() -> None:
    code = """
        import resource, subprocess, sys
        from livecode.stage.limits import limit_memory
        limit_memory(300 << 20)
        child = "from livecode.stage.limits import lift_memory; lift_memory(); "
        child += "print(len(bytearray(600 << 20)))"
        print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout.strip())
        try: bytearray(600 << 20)
        except MemoryError: print("no memory")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split("\n")[:2] == [str(600 << 20), "no memory"]
