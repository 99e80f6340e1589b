"""The whole stage with a real sender and a real scsynth (silent JACK)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from on_stage import Live, alive, wait_for

from livecode.stage.offline import perform
from livecode.stage.transport import read_transcript

pytestmark = pytest.mark.sound

SET = """
tempo(240)
d1 >> s("bd*4")
d2 >> s("hh*8?").gain("0.7 1")
d3 >> note("0 <3 5> 7*2").s("pluck").room(0.2).legato(0.5)
"""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.session.close()


def test_a_performance_and_a_render_give_the_same_commands(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "set.py"
    path.write_text(SET)
    live.session.load(path)
    wait_for(lambda: live.session.now() > 4.1)
    live.session.hush()
    status = live.session.status()
    live.session.close()
    assert (status.late, status.dropped, status.lost, status.looped) == (0, 0, 0, 0)
    offline = perform(path, 4).sends
    played = [each for each in live.sent() if each.note.begin < 4.0]
    start = played[0].time
    key = [(each.note.begin, each.note.slot, getattr(each.note, "controls", ())) for each in played]
    assert sorted(key) == sorted((each.note.begin, each.note.slot, each.note.controls) for each in offline)
    by_note = {(each.note.begin, each.note.slot, each.note.controls): each for each in offline}
    for each in played:
        twin = by_note[each.note.begin, each.note.slot, each.note.controls]
        assert each.note == twin.note
        assert each.seconds_per_cycle == twin.seconds_per_cycle
        assert each.time - start == pytest.approx(twin.time, abs=1e-6)


@pytest.mark.alone
def test_from_enter_to_sound_at_quant_0_takes_less_than_a_quarter_of_a_second(live: Live) -> None:
    busy = "\n".join(f'd{slot} >> s("hh*16").gain(0.5)' for slot in range(2, 12))
    live.session.evaluate(f"{busy}\nd1.quant(0)")
    wait_for(lambda: live.session.now() > 1.3)
    entered = time.monotonic()
    live.session.evaluate('d1 >> s("bd*32")')
    wait_for(lambda: len(live.sent(1)) > 0)
    assert live.sent(1)[0].due - entered <= 0.25


@pytest.mark.parametrize(
    "trap",
    [
        pytest.param("1 / 0", marks=pytest.mark.long),
        "[1 for _ in iter(int, 1)]",
        pytest.param("time.sleep(3)", marks=pytest.mark.long),
        pytest.param("exit()", marks=pytest.mark.long),
        "sorted(range(4_000_000), key=lambda n: -n)",
        pytest.param("[0] * 10**13", marks=pytest.mark.long),
    ],
)
def test_what_breaks_in_one_slot_costs_the_others_nothing(live: Live, trap: str) -> None:
    live.session.evaluate('tempo(240)\nd1 >> s("bd*4")\nd2 >> s("hh*2")')
    wait_for(lambda: live.session.now() > 1.0)
    live.session.evaluate(
        "import time\n"
        "def trap(value):\n    trap.count = getattr(trap, 'count', 0) + 1\n"
        f"    if trap.count > 12: {trap}\n    return value\n"
        'd2 >> s("cp*2").untabled().with_value(trap)'
    )
    # The transcript is written by a thread of its own.
    wait_for(lambda: live.session.now() > 12.0 and len(live.begins(1)) >= 48, 20.0)
    status = live.session.status()
    assert (status.late, status.dropped, status.lost) == (0, 0, 0)
    begins = live.begins(1)
    assert begins == [n / 4 for n in range(len(begins))]
    assert len(begins) >= 48
    if not trap.startswith("sorted"):
        assert any("d2 plays on with what it had before" in text for text in live.told)
        played = live.sent(2)
        assert played[-1].note.definition == played[0].note.definition


@pytest.mark.alone
def test_killed_scsynth_sounds_again_on_the_same_grid(live: Live) -> None:
    live.session.evaluate('tempo(240)\nd1 >> s("bd*8")')
    wait_for(lambda: live.session.now() > 2.0)
    assert live.session._ready is not None
    first = live.session._ready.process
    os.kill(first, signal.SIGKILL)
    took = wait_for(lambda: live.session._ready is not None and live.session._ready.process != first, 5.0)
    assert took <= 1.5
    wait_for(lambda: live.session.now() > 8.0, 20.0)
    start = live.sent(1)[0].time
    assert all(each.time - start == pytest.approx(each.note.begin, abs=1e-6) for each in live.sent(1))
    assert live.begins(1)[-1] > 7.5
    assert any("sounds again" in text for text in live.told)


@pytest.mark.alone
def test_a_hung_scsynth_is_replaced(live: Live) -> None:
    live.session.evaluate('d1 >> s("bd*8")')
    wait_for(lambda: live.session.now() > 0.5)
    assert live.session._ready is not None
    first = live.session._ready.process
    os.kill(first, signal.SIGSTOP)
    took = wait_for(lambda: live.session._ready is not None and live.session._ready.process != first, 6.0)
    assert took <= 3.5
    wait_for(lambda: not alive(first), 3.0)


def test_three_crashes_in_ten_seconds_are_the_end_until_it_is_booted_again(live: Live) -> None:
    live.session.evaluate('d1 >> s("bd*8")')
    for _ in range(3):
        wait_for(lambda: live.session.status().state in ("sounding", "looping"))
        live.kill_engine()
    assert live.session.status().state == "ended"
    assert "3 times in 10 s" in live.told[-1]
    live.session.boot()
    live.session.wait(20.0)
    count = len(live.sent(1))
    wait_for(lambda: len(live.sent(1)) > count + 8)


def test_a_killed_sender_is_replaced_and_takes_its_scsynth_with_it(live: Live) -> None:
    live.session.evaluate('tempo(240)\nd1 >> s("bd*8")')
    wait_for(lambda: live.session.now() > 1.5)
    assert live.session._ready is not None
    assert live.session._link is not None
    scsynth = live.session._ready.process
    before = live.session.now()
    os.kill(live.session._link.process_id, signal.SIGKILL)  # type: ignore[union-attr]
    wait_for(lambda: not alive(scsynth), 3.0)
    wait_for(lambda: live.session._ready is not None and live.session._ready.process != scsynth)
    wait_for(lambda: live.begins(1)[-1] > before + 4.0)
    start = live.sent(1)[0].time
    assert all(each.time - start == pytest.approx(each.note.begin, abs=1e-6) for each in live.sent(1))


@pytest.mark.alone
def test_the_music_outlives_the_prompt_for_a_while_and_then_everything_ends(tmp_path: Path) -> None:
    transcript = tmp_path / "sent.jsonl"
    code = f"""
        import os, signal, time
        from livecode.config import Config
        from livecode.stage.session import Session
        session = Session("live", config=Config(device="dummy"), journal=None,
                          transcript={str(transcript)!r}, orphaned_for=4.0)
        session.evaluate('tempo(240)\\nd1 >> s("bd*4")\\nd2 >> s("<hh sn>*2")')
        session.wait(20)
        while session.now() < 1.5: time.sleep(0.01)
        print(session._link.process_id, session._ready.process, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60
    )
    died = time.monotonic()
    sender, scsynth = map(int, done.stdout.split())
    assert alive(sender)
    assert alive(scsynth)
    wait_for(lambda: not alive(sender) and not alive(scsynth), 10.0)
    assert 3.0 <= time.monotonic() - died <= 7.0
    begins = [each.note.begin for each in read_transcript(transcript) if each.note.slot == 1]
    assert begins == [n / 4 for n in range(len(begins))]
    assert begins[-1] >= 4.5


def test_closing_ends_every_process(tmp_path: Path) -> None:
    live = Live(tmp_path)
    live.session.evaluate('d1 >> s("bd*4")')
    assert live.session._ready is not None
    assert live.session._link is not None
    children = [live.session._link.process_id, live.session._ready.process]  # type: ignore[union-attr]
    live.session.close()
    assert not any(alive(process) for process in children)
    assert live.session.status().state == "ended"


def test_what_is_heard_can_be_recorded(live: Live, tmp_path: Path) -> None:
    import soundfile

    live.session.evaluate('d1 >> s("bd*8")\nd2 >> s("hh*8").orbit(3)')
    wait_for(lambda: live.session.now() > 0.3)
    take = live.session.record(tmp_path / "take.wav", stems=True)
    wait_for(lambda: take.seconds > 1.5)
    assert live.session.status().recording.endswith("take.wav")
    path = take.stop()
    sound, rate = soundfile.read(path)
    assert rate == 48000
    assert len(sound) > 48000
    assert 0.01 < abs(sound).max() <= 0.951
    stems = [soundfile.read(tmp_path / f"take-orbit-{orbit}.wav")[0] for orbit in (0, 3)]
    assert all(len(stem) == len(sound) and abs(stem).max() > 0.01 for stem in stems)


def test_a_plain_script_boots_by_itself_and_ends_cleanly(tmp_path: Path) -> None:
    code = """
        from livecode import *
        from time import sleep
        d1 >> s("bd*4")
        d2 >> s("hh*8")
        from livecode.stage.session import current
        session = current()
        session.wait(20)
        while session.now() < 0.6: sleep(0.01)
        print(session._link.process_id, session._ready.process, [each.since for each in running()])
    """
    config = tmp_path / "config.toml"
    config.write_text('device = "dummy"\n')
    environment = {**os.environ, "LIVECODE_CONFIG": str(config), "XDG_STATE_HOME": str(tmp_path)}
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, env=environment
    )
    assert done.stderr == ""
    sender, scsynth, *since = done.stdout.split(maxsplit=2)
    assert since == ["[0.0, 0.0]\n"]
    assert not alive(int(sender))
    assert not alive(int(scsynth))
    journals = list(tmp_path.rglob("*.jsonl"))
    assert len(journals) == 1
    assert 'd1 >> s(\\"bd*4\\")' in journals[0].read_text()
