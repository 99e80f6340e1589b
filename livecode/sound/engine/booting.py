"""Starting a sound engine: the one the performer names, the machine's scsynth, or the embedded one.

    engine = boot(EngineOptions())
    print(engine.name, engine.sample_rate)
    engine.quit()

Whatever goes wrong is one line of EngineError that says what to type.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from livecode.errors import EngineError
from livecode.sound.engine import embedded
from livecode.sound.engine.connection import Connection
from livecode.sound.engine.finding import embedded_available, find, how_to_install
from livecode.sound.engine.jack import Way, connect_pipewire, ways
from livecode.sound.engine.options import LOOPBACK, EngineOptions
from livecode.sound.engine.process import Child
from livecode.sound.engine.server import Engine

_PORT_TRIES = 3
_POLL = 0.01
AGAIN_TIMEOUT = 2.0
"""Seconds that an engine may take to boot on a JACK that has seen the one before crash."""


class PortTaken(EngineError):
    """Another program holds the port; another one is tried."""


def boot(options: EngineOptions | None = None, way: Way | None = None) -> Engine:
    """Starts an engine and returns when it answers.

    `way` is that of an engine that has crashed: our JACK may still run, which saves a third of a second.
    Blocks for 0.2-1 s as a rule. Raises EngineError with one line saying what to do: scsynth or jackd not
    installed, device busy or unknown, port taken, no answer.
    """
    options = options or EngineOptions()
    kind = options.engine
    if ":" in kind and "/" not in kind and "\\" not in kind:
        return connect(options)
    if kind == "embedded":
        return _boot_embedded(options)
    name = "scsynth" if kind == "auto" else kind
    program = find(name)
    if program is None:
        if kind == "auto" and embedded_available():
            return _boot_embedded(options)
        raise EngineError(f"{name} is not on this machine: {how_to_install(name)}")
    return _boot_program(options, program, way)


def boot_beside(options: EngineOptions, way: Way) -> Engine:
    """Starts a second engine on the JACK server that another one uses; that server is not ended with it."""
    program = find("scsynth" if options.engine == "auto" else options.engine)
    if program is None:
        raise EngineError(f"{options.engine} is not on this machine: {how_to_install()}")
    beside = Way(way.name, way.prefix, way.environment)
    return _launch(options, [*way.prefix, str(program)], [], beside, f"{program.name} on {way.name}")


def connect(options: EngineOptions) -> Engine:
    """Uses a server that already runs at "HOST:PORT"; it is left running when we go."""
    host, _, port = options.engine.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise EngineError(f"no server address {options.engine!r}: write it as 127.0.0.1:57110")
    try:
        address = socket.gethostbyname(host or LOOPBACK)
    except OSError:
        raise EngineError(f"no machine called {host!r}: write the server as 127.0.0.1:57110") from None
    connection = Connection(address, int(port), lambda *_: None)
    engine = Engine(connection, options, f"server at {options.engine}")
    if not _answers(engine, 3.0):
        connection.close()
        raise EngineError(f"no scsynth answers at {options.engine}: start it with scsynth -u {port}")
    connection.open_stream()
    _check_rate(engine)
    return engine


def _boot_program(options: EngineOptions, program: Path, way: Way | None = None) -> Engine:
    if way is not None:
        hurried = replace(options, boot_timeout=AGAIN_TIMEOUT)
        try:
            name = f"{program.name} on {way.name}"
            return _linked(_launch(hurried, [*way.prefix, str(program)], [], way, name), way)
        except EngineError:
            way.end()
    candidates: Iterator[Way]
    candidates = (
        ways(options) if sys.platform.startswith("linux") else iter([Way(options.device or "sound card")])
    )
    problem: EngineError | None = None
    while True:
        try:
            way = next(candidates)
        except StopIteration:
            break
        except EngineError as error:
            raise problem or error from None
        extra: list[str] = []
        if not sys.platform.startswith("linux") and options.device:
            extra = ["-H", options.device]
        try:
            engine = _launch(
                options, [*way.prefix, str(program)], extra, way, f"{program.name} on {way.name}"
            )
        except EngineError as error:
            way.end()
            problem = problem or error
            continue
        return _linked(engine, way)
    assert problem is not None
    raise problem


def _linked(engine: Engine, way: Way) -> Engine:
    if way.prefix == ["pw-jack"] and not connect_pipewire():
        engine.notices.append("scsynth is not linked to a PipeWire sink: link it in qpwgraph or with pw-link")
    return engine


def _launch(options: EngineOptions, words: list[str], extra: list[str], way: Way, name: str) -> Engine:
    for attempt in range(_PORT_TRIES):
        port = free_port()
        try:
            return _start(options, [*words, *options.arguments(port), *extra], port, way, name)
        except PortTaken:
            if attempt == _PORT_TRIES - 1:
                raise
    raise AssertionError


def _boot_embedded(options: EngineOptions) -> Engine:
    if not embedded_available():
        raise EngineError("the embedded engine is not installed: pip install nanosynth")
    port = free_port()
    return _start(options, embedded.command(options, port), port, Way("sound card"), "embedded engine")


def _start(options: EngineOptions, command: list[str], port: int, way: Way, name: str) -> Engine:
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
    child = Child(command, way.environment)
    connection = Connection(LOOPBACK, port, lambda *_: None)
    engine = Engine(connection, options, name)
    engine.child = child
    if not _answers(engine, options.boot_timeout):
        engine.kill()
        raise diagnose(child, port, options)
    if not connection.open_stream():
        engine.notices.append("the server opened no TCP port: messages go by UDP, paced")
    else:
        # Statuses asked for while it booted have come by then: none comes late and looks like news.
        try:
            engine.sync(options.boot_timeout)
        except EngineError:
            engine.kill()
            raise diagnose(child, port, options) from None
    engine.way = way
    child.on_exit = engine._ended
    _check_rate(engine)
    return engine


def _answers(engine: Engine, timeout: float) -> bool:
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        if engine.child is not None and not engine.child.running():
            return False
        try:
            engine.ask_status()
        except EngineError:
            time.sleep(_POLL)
        if engine._status_came.wait(_POLL):
            return True
    return False


def _check_rate(engine: Engine) -> None:
    asked, got = engine.options.sample_rate, engine.sample_rate
    if asked and round(got) != asked:
        engine.notices.append(
            f"the sound device runs at {got:g} Hz, not at {asked}: set sample_rate = {got:g}"
        )


def diagnose(child: Child, port: int, options: EngineOptions) -> EngineError:
    """What a server that did not come up has to say, as one line."""
    where = options.device or "the sound device"
    if child.said("already in use", "bind: ", "cannot bind", "failed to open UDP", "failed to open TCP"):
        return PortTaken(f"port {port} is taken by another program: start again, another one is chosen")
    if child.said("jack server is not running", "Cannot connect to server socket"):
        return EngineError("JACK is not running: start it, or leave device empty and we start one")
    if child.said("error while loading shared libraries"):
        return EngineError(f"scsynth misses a system library: {how_to_install()}")
    if child.said("sample rates do not match", "Sample rates differ"):
        return EngineError(
            "input and output run at different rates: set both to 48000 Hz in the system's sound settings"
        )
    if child.said("Device unavailable", "busy", "Pa_Open"):
        return EngineError("the engine gets no sound device: plug one in, or use livecode render")
    if child.said("could not initialize audio"):
        return EngineError(
            f"{where} cannot be opened: choose another with device = ..., or 'dummy' for silence"
        )
    last = next((line for line in reversed(child.lines) if line.strip()), "it said nothing")
    if child.running() or child.code is None:
        return EngineError(f"scsynth did not answer in {options.boot_timeout:g} s: {last.strip()}")
    return EngineError(f"scsynth ended at once (code {child.code}): {last.strip()}")


def free_port() -> int:
    """A port that is free for UDP and TCP on the loopback address."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind((LOOPBACK, 0))
            port: int = datagrams.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
                try:
                    stream.bind((LOOPBACK, port))
                except OSError:
                    continue
                return port
