"""Finding, booting, diagnosing and ending engines."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from livecode.errors import EngineError
from livecode.sound.command import BufferFree, BufferLoad
from livecode.sound.engine import Engine, EngineOptions, boot, embedded, finding, jack
from livecode.sound.engine.booting import PortTaken, diagnose, free_port
from livecode.sound.engine.options import LOOPBACK
from livecode.sound.engine.process import Child
from livecode.sound.engine.server import segment
from livecode.sound.osc import message

SILENT = EngineOptions(device="dummy")


def said(words: str, seconds: float = 0.0) -> Child:
    """A child that says something and ends, or goes on for some seconds."""
    code = f"import time; print({words!r}, flush=True); time.sleep({seconds})"
    child = Child([sys.executable, "-S", "-c", code])
    if not seconds:
        child.wait(10)
    return child


# What goes wrong, and the one line it gives


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("jack server is not running or cannot be started", "JACK is not running"),
        ("error while loading shared libraries: libjack.so.0", "misses a system library"),
        ("PortAudio failed: Device unavailable", "no sound device"),
        ("could not initialize audio.", "cannot be opened"),
        ("WARNING: sample rates do not match", "different rates"),
        ("Floating point exception", "ended at once"),
    ],
)
def test_a_failed_boot_is_one_line_that_says_what_to_do(words: str, line: str) -> None:
    problem = str(diagnose(said(words), 57110, SILENT))
    assert line in problem
    assert "\n" not in problem


def test_a_taken_port_is_told_apart_so_that_another_is_tried() -> None:
    assert isinstance(diagnose(said("bind: Address already in use"), 57110, SILENT), PortTaken)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("Device or resource busy", "hw:7 is busy"),
        ("ALSA: Cannot open: No such device", "no sound device hw:7"),
        ("ALSA: cannot set sample rate to 12345", "does not run at 12345 Hz"),
    ],
)
def test_a_jack_that_does_not_start_is_one_line(words: str, line: str) -> None:
    assert line in jack.diagnose(said(words), "hw:7", 12345)


def test_no_scsynth_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(finding, "PLACES", {})
    monkeypatch.delenv("SUPRIYA_SERVER_EXECUTABLE", raising=False)
    with pytest.raises(EngineError, match="scsynth is not on this machine: install"):
        boot(EngineOptions(engine="scsynth"))


def test_no_jackd_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jack, "find", lambda name: None)
    with pytest.raises(EngineError, match="jackd is not installed: install"):
        jack.start_jack(SILENT, "dummy")


def test_a_jack_that_is_asked_for_must_run() -> None:
    with pytest.raises(EngineError, match="no JACK server 'nobody' runs"):
        next(jack.ways(EngineOptions(device="jack:nobody")))


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "127.0.0.1:x", ":0"])
def test_a_server_address_must_be_one(address: str) -> None:
    with pytest.raises(EngineError, match="no server address"):
        boot(EngineOptions(engine=address))


def test_a_named_server_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(EngineError, match="no scsynth answers at 127"):
        boot(EngineOptions(engine=f"127.0.0.1:{free_port()}"))


def test_the_environment_may_name_another_scsynth(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "my-scsynth"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("SUPRIYA_SERVER_EXECUTABLE", str(program))
    assert finding.find("scsynth") == program


def test_limits_are_far_above_scsynths_own() -> None:
    words = EngineOptions(folder=Path("here")).arguments(57110)
    told = dict(zip(words[::2], words[1::2]))
    assert told["-B"] == LOOPBACK
    assert int(told["-n"]) >= 16384
    assert int(told["-m"]) >= 262144
    assert int(told["-w"]) >= 2048
    assert int(told["-b"]) >= 4096
    assert int(told["-d"]) >= 4096
    assert told["-D"] == "0"
    assert told["-P"] == "here"


def test_the_embedded_engine_gets_the_same_limits() -> None:
    pytest.importorskip("nanosynth")
    words = {word: getattr(SILENT, word) for word in embedded.WORDS} | {"folder": "/there"}
    chosen = embedded.world_arguments(words, 57110)
    assert chosen["max_nodes"] == SILENT.nodes
    assert chosen["restricted_path"] == "/there"


# Children


def test_a_child_tells_when_it_ends() -> None:
    codes: list[int] = []
    ended = threading.Event()
    Child(
        [sys.executable, "-S", "-c", "raise SystemExit(7)"],
        on_exit=lambda code: (codes.append(code), ended.set()),
    )
    assert ended.wait(10)
    assert codes == [7]


def test_a_program_that_does_not_exist_is_one_line() -> None:
    with pytest.raises(EngineError, match="does not start: No such file"):
        Child(["no-such-program-anywhere"])


def test_a_child_that_ignores_requests_is_ended_anyway() -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = Child([sys.executable, "-S", "-c", code])
    limit = time.monotonic() + 10
    while not child.said("deaf") and time.monotonic() < limit:
        time.sleep(0.01)
    child.end(patience=0.1)
    assert not child.running()
    assert child.code == -signal.SIGKILL


PARENT = """
import sys, time
from livecode.sound.engine.process import Child
from livecode.sound.engine.server import segment
child = Child([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
print(child.process_id, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("platform", [sys.platform, "elsewhere"])
def test_a_child_dies_with_its_parent_however_that_dies(platform: str) -> None:
    code = f"import sys; sys.platform = {platform!r}\n{PARENT}"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    below = child.children(recursive=True)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs([child, *below], timeout=5)
    assert not alive


# The real thing


def ports_of(process_id: int) -> set[str]:
    return {each.laddr.ip for each in psutil.Process(process_id).net_connections("inet")}


@pytest.mark.sound
def test_it_answers_with_its_real_rate_and_listens_to_this_machine_only(running: Engine) -> None:
    assert running.alive()
    assert running.sample_rate == 48000
    assert running.status().nominal_rate == 48000
    assert running.process_id is not None
    assert ports_of(running.process_id) == {LOOPBACK}
    own = {each.laddr.ip for each in psutil.Process().net_connections("inet") if each.raddr}
    assert own <= {LOOPBACK}


@pytest.mark.sound
def test_ten_thousand_packets_at_once_all_arrive(running: Engine, desk: object) -> None:
    from livecode.sound import layout

    bus = layout.FIRST_FREE_CONTROL_BUS
    running.send_many(message("/c_set", bus + each % 2000, float(each)) for each in range(10_000))
    running.sync()
    meters = running.meters()
    found = [meters.read(bus + each)[0] for each in range(2000)]
    assert found == [8000.0 + each for each in range(2000)]
    running.send_many([message("/c_fill", bus, 2000, 0.0)])


@pytest.mark.sound
def test_meters_read_shared_memory(running: Engine) -> None:
    running.send_many([message("/c_set", 3000, 0.25)])
    running.sync()
    meters = running.meters()
    assert meters.read(3000) == (0.25,)
    if sys.platform.startswith("linux"):
        assert meters.source == "shared memory"
    assert meters._ask(3000, 1) == (0.25,)


@pytest.mark.sound
def test_the_server_may_not_touch_files_outside_its_folder(
    running: Engine, server_folder: Path, tmp_path: Path
) -> None:
    inside, outside = server_folder / "inside.wav", tmp_path / "outside.wav"
    running.send_many([message("/b_alloc", 77, 64, 1)])
    running.sync()
    running.send_many(
        [message("/b_write", 77, str(path), "wav", "float", -1, 0, 0) for path in (inside, outside)]
    )
    running.sync()
    assert inside.exists()
    assert not outside.exists()
    running.load(BufferLoad(78, str(inside)), BufferFree(77), BufferFree(78))
    running.sync()


@pytest.mark.sound
def test_a_server_that_runs_already_is_used_and_left_running(running: Engine) -> None:
    host, port = running.address
    with boot(EngineOptions(engine=f"{host}:{port}")) as second:
        assert second.process_id is None
        assert second.status().nominal_rate == running.sample_rate
        assert second.alive()
        second._asked_to_end = True
        second._close()
    assert running.status().nominal_rate == 48000


@pytest.mark.sound
def test_a_killed_server_is_noticed_at_once_and_another_boots() -> None:
    engine = boot(SILENT)
    ended = threading.Event()
    codes: list[int] = []
    engine.on_exit = lambda code: (codes.append(code), ended.set())  # type: ignore[func-returns-value]
    assert engine.process_id is not None
    before = time.monotonic()
    os.kill(engine.process_id, signal.SIGKILL)
    assert ended.wait(2)
    assert time.monotonic() - before < 1.0
    assert codes == [-signal.SIGKILL]
    assert not engine.alive()
    engine.kill()
    with boot(SILENT) as again:
        assert again.status().synths == 0


@pytest.mark.sound
def test_a_hung_server_is_silent_within_the_time_given_and_can_be_killed() -> None:
    engine = boot(SILENT)
    engine.stop_process()
    with pytest.raises(EngineError, match="has not answered for"):
        engine.status(0.3)
    engine.kill()
    assert not engine.alive()


@pytest.mark.sound
def test_jack_dying_counts_as_a_crash() -> None:
    engine = boot(SILENT)
    ended = threading.Event()
    engine.on_exit = lambda code: ended.set()
    assert engine.way is not None
    assert engine.way.server is not None
    engine.way.server.signal(signal.SIGKILL)
    assert ended.wait(5)
    engine.kill()


@pytest.mark.sound
def test_killed_jacks_and_servers_leave_nothing_that_adds_up() -> None:
    for _ in range(10):
        engine = boot(SILENT)
        assert engine.way is not None
        assert engine.way.server is not None
        engine.way.server.signal(signal.SIGKILL)
        engine.kill()
        assert not segment(engine.address[1]).exists()


@pytest.mark.sound
def test_two_engines_run_side_by_side() -> None:
    with boot(SILENT) as first, boot(SILENT) as second:
        assert first.address != second.address
        assert first.status().nominal_rate == second.status().nominal_rate == 48000


def test_a_jack_without_a_place_for_us_says_what_to_do() -> None:
    full = Child([sys.executable, "-S", "-c", "raise SystemExit(255)"])
    full.wait(10)
    assert "rm /dev/shm/jack-shm-registry" in jack.diagnose(full, "dummy", 48000)


@pytest.mark.sound
def test_quitting_leaves_nothing_behind_and_is_no_crash() -> None:
    engine = boot(SILENT)
    crashed: list[int] = []
    engine.on_exit = crashed.append
    assert engine.process_id is not None
    assert engine.way is not None
    assert engine.way.server is not None
    numbers = [engine.process_id, engine.way.server.process_id]
    engine.quit()
    assert not any(psutil.pid_exists(each) for each in numbers)
    assert crashed == []


@pytest.mark.sound
def test_scsynth_and_jack_end_with_a_parent_that_is_killed() -> None:
    code = """
import time
from livecode.sound.engine import EngineOptions, boot
engine = boot(EngineOptions(device="dummy"))
print(engine.process_id, engine.way.server.process_id, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [psutil.Process(int(each)) for each in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive


def test_free_ports_are_free_for_both_protocols() -> None:
    port = free_port()
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind((LOOPBACK, port))


def test_nothing_heavy_is_loaded_for_the_sender() -> None:
    rooms = "engine", "encode", "mixer", "record", "tap"
    names = ", ".join(f"livecode.sound.{room}" for room in rooms)
    heavy = ["supriya", "numpy", "soundfile", "asyncio"]
    code = f"import sys, {names}; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_children_are_ended_when_python_ends() -> None:
    code = PARENT.rsplit("time.sleep", 1)[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not psutil.pid_exists(int(done.stdout))
