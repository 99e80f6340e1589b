"""How sound leaves a Linux machine: a JACK that runs, PipeWire, a JACK of our own on the card, a silent one.

The silent one (JACK's dummy driver) keeps time as a sound card does, so a machine without one can play,
record and be measured. A JACK that we started is ended by its own process id.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

from livecode.errors import EngineError
from livecode.sound.engine.finding import find, how_to_install
from livecode.sound.engine.options import EngineOptions
from livecode.sound.engine.process import Child

PATIENCE = 8.0
_PRIORITY = 60
_DUMMY_FRAMES = 1024
_CARD_FRAMES = 512
_NAMES = tuple(f"livecode-{number}" for number in range(1, 9))
"""JACK keeps eight servers on record and forgets one that was killed only when its name is taken again: with
names of our own, always the same, dead ones of ours never fill the record up."""


@dataclass(slots=True)
class Way:
    """A way for sound to leave: its name, what goes before scsynth's command, its environment, our JACK."""

    name: str
    prefix: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    server: Child | None = None

    def end(self) -> None:
        """Ends the JACK server if we started one."""
        if self.server is not None:
            self.server.on_exit = None
            self.server.end()


def ways(options: EngineOptions) -> Iterator[Way]:
    """The ways to try, best first; each is ready to use when it is given out.

    Raises EngineError with one line when the way that was asked for, or the only one, does not work.
    """
    device = options.device
    if device == "dummy":
        yield start_jack(options, "dummy")
    elif device == "pipewire":
        yield _pipewire()
    elif device == "jack" or device.startswith("jack:"):
        yield _running_jack(device[5:])
    elif device:
        yield start_jack(options, device)
    else:
        yield from _any_way(options)


def _any_way(options: EngineOptions) -> Iterator[Way]:
    name = os.environ.get("JACK_DEFAULT_SERVER", "default")
    if answers(name):
        yield _running_jack(name)
    if pipewire_runs():
        yield _pipewire()
    card = first_card()
    yield start_jack(options, card or "dummy")


def answers(name: str) -> bool:
    """Whether a JACK server of this name runs and takes clients."""
    for folder in ("/dev/shm", "/tmp"):
        path = f"{folder}/jack_{name}_{os.getuid()}_0"
        if not os.path.exists(path):
            continue
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.settimeout(0.5)
            probe.connect(path)
            return True
    return False


def pipewire_runs() -> bool:
    """Whether PipeWire runs for this user and can stand in for JACK."""
    place = (
        os.environ.get("PIPEWIRE_RUNTIME_DIR")
        or os.environ.get("XDG_RUNTIME_DIR")
        or f"/run/user/{os.getuid()}"
    )
    return shutil.which("pw-jack") is not None and Path(place, "pipewire-0").exists()


def first_card() -> str | None:
    """The first sound card that plays, as ALSA names it ("hw:0"), or None on a machine without one."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/asound/pcm").read_text().splitlines():
            if "playback" in line:
                return f"hw:{int(line[:2])}"
    return None


def real_time_allowed() -> bool:
    """Whether this user may run real-time threads at JACK's priority."""
    allowed: list[bool] = []

    def probe() -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
            allowed.append(True)
        except (OSError, AttributeError):
            allowed.append(False)

    thread = threading.Thread(target=probe)
    thread.start()
    thread.join()
    return allowed[0]


def start_jack(options: EngineOptions, device: str) -> Way:
    """A JACK server of our own on a card, or the silent one ("dummy")."""
    program = find("jackd")
    if program is None:
        raise EngineError(f"no sound device takes us and jackd is not installed: {how_to_install()}")
    rate = options.sample_rate or 48000
    if device == "dummy":
        driver = ["-d", "dummy", "-r", str(rate), "-p", str(options.hardware_block or _DUMMY_FRAMES)]
    else:
        frames = options.hardware_block or _CARD_FRAMES
        driver = ["-d", "alsa", "-P", device, "-r", str(rate), "-p", str(frames), "-n", "2"]
        if options.inputs:
            driver[2:4] = ["-d", device]
    styles = [["-R", "-P", str(_PRIORITY)], ["-r"]] if real_time_allowed() else [["-r"]]
    title = "JACK dummy (silent)" if device == "dummy" else f"JACK on {device}"
    said = ""
    for name in _NAMES:
        if answers(name):
            continue
        for style in styles:
            server = Child([str(program), "-n", name, *style, *driver], last_signal=SIGTERM)
            limit = time.monotonic() + PATIENCE
            while server.running() and time.monotonic() < limit:
                if answers(name) and server.running():
                    return Way(title, environment=_environment(name), server=server)
                time.sleep(0.02)
            server.end()
            said = diagnose(server, device, rate)
            if _refused(server):
                break
        if not _refused(server):
            break
    raise EngineError(said or "eight engines of ours run on this machine already: end one")


def diagnose(server: Child, device: str, rate: int) -> str:
    """One line that says why a JACK server did not start."""
    if server.said("busy", "Failed to acquire", "already in use"):
        return (
            f"sound device {device} is busy: close the program that holds it, or start with device = 'dummy'"
        )
    if server.said("No such device", "cannot find card", "Unknown PCM", "can't be opened"):
        return f"no sound device {device}: list them with aplay -l, or start with device = 'dummy'"
    if server.said("sample rate", "Sample rate"):
        return f"sound device {device} does not run at {rate} Hz: set sample_rate = 44100 or 48000"
    if _refused(server):
        return (
            "JACK has eight servers on record, killed ones too: when none runs, rm /dev/shm/jack-shm-registry"
        )
    if server.said("semaphore", "shared memory", "shm"):
        return "JACK cannot use shared memory: check that /dev/shm exists and is writable"
    last = next((line for line in reversed(server.lines) if line.strip()), "it said nothing")
    return f"jackd does not start on {device}: {last.strip()}"


def _refused(server: Child) -> bool:
    """Whether JACK has no place for a server of this name: another has just taken it, or all eight are taken.

    It ends at once with 255, and what it has to say is often lost with it.
    """
    silent = server.code == 255 and not server.said("JACK server starting", "Unknown driver", "usage")
    return silent or server.said("server already active", "Too many servers", "too many servers")


def _running_jack(name: str) -> Way:
    name = name or os.environ.get("JACK_DEFAULT_SERVER", "default")
    if not answers(name):
        raise EngineError(f"no JACK server {name!r} runs: start it, or leave device empty and we start one")
    return Way(f"JACK {name}", environment=_environment(name))


def _pipewire() -> Way:
    if not pipewire_runs():
        raise EngineError(
            "PipeWire or pw-jack is missing: sudo apt install pipewire-jack, or leave device empty"
        )
    return Way("PipeWire", ["pw-jack"], {"JACK_NO_START_SERVER": "1"})


def _environment(name: str) -> dict[str, str]:
    return {
        "JACK_DEFAULT_SERVER": name,
        "JACK_NO_START_SERVER": "1",
        "JACK_NO_AUDIO_RESERVATION": "1",
        "SC_JACK_DEFAULT_OUTPUTS": os.environ.get("SC_JACK_DEFAULT_OUTPUTS", "system"),
        "SC_JACK_DEFAULT_INPUTS": os.environ.get("SC_JACK_DEFAULT_INPUTS", "system"),
    }


def connect_pipewire(client: str = "SuperCollider") -> bool:
    """Links scsynth's first two outputs to the default sink's left and right, as a desktop expects."""
    program = shutil.which("pw-link")
    if program is None:
        return False
    listing = subprocess.run([program, "-i"], capture_output=True, text=True, timeout=5, check=False).stdout
    ports = [line.strip() for line in listing.splitlines()]
    linked = False
    for output, side in ((f"{client}:out_1", "FL"), (f"{client}:out_2", "FR")):
        sink = next((port for port in ports if port.endswith(f"playback_{side}")), None)
        if sink is not None:
            done = subprocess.run([program, output, sink], capture_output=True, timeout=5, check=False)
            linked = linked or done.returncode == 0
    return linked
