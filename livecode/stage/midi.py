"""Notes from a MIDI keyboard: bytes in, notes out, and the ports of this machine.

    stream = MidiStream(on, off)
    stream.feed(bytes, second)

Ports need python-rtmidi (`pip install 'livecode[midi]'`); the reading of bytes needs nothing. Source: the
MIDI 1.0 detailed specification (running status, real-time bytes between others, note on with velocity 0).
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from livecode.errors import EngineError, NameUnknown, one_line

NOTE_OFF, NOTE_ON = 0x80, 0x90
LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2, 0xF1: 1, 0xF2: 2, 0xF3: 1}
ALL_OFF = (120, 123)
LOUDEST = 127
SEQUENCER = Path("/dev/snd/seq")

On = Callable[[float, int, float, int], None]
Off = Callable[[float, int, int], None]


class MidiStream:
    """A stream of MIDI bytes, in pieces of any size.

    `on(second, pitch, velocity, channel)` and `off(second, pitch, channel)` are called for each note;
    channels count from 1. What is no note is passed over; nonsense is skipped up to the next status byte.
    """

    def __init__(self, on: On, off: Off) -> None:
        self._on, self._off = on, off
        self._status = 0
        self._data: list[int] = []
        self._exclusive = False
        self._held: set[tuple[int, int]] = set()

    def feed(self, data: bytes, second: float) -> None:
        """Some more bytes, which came at a second."""
        for byte in data:
            if byte >= 0xF8:
                continue
            if byte >= 0x80:
                self._exclusive = byte == 0xF0
                self._status = byte if byte < 0xF0 or byte in LENGTHS else 0
                self._data.clear()
            elif not self._exclusive and self._status:
                self._data.append(byte)
                kind = self._status if self._status >= 0xF0 else self._status & 0xF0
                if len(self._data) == LENGTHS[kind]:
                    self._message(kind, second)
                    self._data.clear()
                    if kind >= 0xF0:
                        self._status = 0

    def _message(self, kind: int, second: float) -> None:
        channel = (self._status & 0x0F) + 1
        first, value = self._data[0], self._data[-1]
        if kind == NOTE_ON and value:
            if (channel, first) in self._held:
                self._off(second, first, channel)
            self._held.add((channel, first))
            self._on(second, first, value / LOUDEST, channel)
        elif kind in (NOTE_OFF, NOTE_ON):
            self._release(channel, first, second)
        elif kind == 0xB0 and first in ALL_OFF:
            for held in [each for each in self._held if each[0] == channel]:
                self._release(*held, second)

    def _release(self, channel: int, pitch: int, second: float) -> None:
        if (channel, pitch) in self._held:
            self._held.discard((channel, pitch))
            self._off(second, pitch, channel)


class MidiPort:
    """An open input port: feeds a stream from a thread of its own until it is closed."""

    def __init__(self, wanted: str, stream: MidiStream, client: str = "livecode") -> None:
        rtmidi = _library()
        if sys.platform.startswith("linux") and not SEQUENCER.exists():
            # Asked all the same, ALSA would write two lines of its own across the screen.
            raise EngineError("no MIDI port on this machine: plug in a keyboard (or sudo modprobe snd-seq)")
        self._stream = stream
        self._guard = threading.Lock()
        try:
            self._port: Any = rtmidi.MidiIn(name=client)
            names = self._port.get_ports()
        except Exception as problem:
            raise EngineError(
                f"no MIDI on this machine ({one_line(problem)}): plug in the keyboard first"
            ) from None
        number = port_named(wanted, names)
        self.name = names[number]
        self._port.ignore_types(sysex=True, timing=True, active_sense=True)
        self._port.set_callback(self._came)
        self._port.open_port(number)

    def _came(self, event: tuple[list[int], float], _data: Any = None) -> None:
        with self._guard:
            self._stream.feed(bytes(event[0]), time.monotonic())

    def close(self) -> None:
        """No more notes."""
        self._port.cancel_callback()
        self._port.close_port()
        self._port.delete()


def port_named(wanted: str, names: list[str]) -> int:
    """The port that is meant by a part of its name, "" being the first that is no program's own.

    >>> port_named("keystation", ["Midi Through:0", "Keystation 49:Keystation 49 MIDI 1 20:0"])
    1

    Raises NameUnknown with the ports that there are.
    """
    if not wanted:
        found = [number for number, name in enumerate(names) if not name.lower().startswith("midi through")]
    else:
        found = [number for number, name in enumerate(names) if wanted.lower() in name.lower()]
    if found:
        return found[0]
    if not names:
        raise EngineError("no MIDI port on this machine: plug in a keyboard, or start the program that plays")
    raise NameUnknown("MIDI port", wanted or "midi", names, f"there are {', '.join(names)}")


def ports() -> list[str]:
    """The MIDI inputs of this machine, none without python-rtmidi."""
    if sys.platform.startswith("linux") and not SEQUENCER.exists():
        return []
    try:
        port = _library().MidiIn(name="livecode")
        found: list[str] = port.get_ports()
        port.delete()
    except Exception:
        return []
    return found


def _library() -> Any:
    try:
        rtmidi = import_module("rtmidi")
    except ImportError:
        raise EngineError("MIDI needs python-rtmidi: pip install 'livecode[midi]'") from None
    return rtmidi


__all__ = ["MidiPort", "MidiStream", "port_named", "ports"]
