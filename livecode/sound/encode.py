"""Notes to bytes for scsynth, in microseconds: one byte template for each kind of note, filled in place.

The same encoder serves the stage (packets for scsynth) and the offline render (a score file).

>>> encoder = Encoder()
>>> encoder.define(DefinitionLoad("lc-kick-0", b"", ("out", "sustain", "freq")))
>>> kick = Note(0.0, 0.5, "lc-kick-0", 1, 0, (("freq", 55.0),))
>>> parse(encoder.note(kick, seconds_per_cycle=2.0))
('/s_new', ['lc-kick-0', -1, 0, 201, 'out', 128, 'freq', 55.0, 'sustain', 1.0])

Sources: SuperCollider's Server Command Reference; OSC 1.0 for the layout.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from livecode.errors import ControlError
from livecode.sound import layout
from livecode.sound.command import BufferLoad, DefinitionLoad, Note
from livecode.sound.mixer_definitions import GATE
from livecode.sound.osc import MAXIMUM_PACKET, bundles, message, padded, parse

__all__ = ["Encoder", "message", "parse", "timetag", "wall_offset"]

NTP_EPOCH = 2_208_988_800
SHORTEST_SUSTAIN = 0.001
LONGEST_GATE = 60.0
STREAM_FRAMES = 1 << 16
_CUT_IDS = layout.FIRST_FREE_NODE - layout.FIRST_CUT_NODE
_FREE_NODE = struct.pack(">i", -1)
_TEMPLATES_KEPT = 20_000
_UNPOSTED_ERRORS = message("/error", -1)


def timetag(unix_seconds: float) -> int:
    """The NTP time tag of a wall-clock time: what scsynth schedules by.

    >>> hex(timetag(0.5))
    '0x83aa7e8080000000'
    """
    whole = math.floor(unix_seconds)
    return ((whole + NTP_EPOCH) << 32) + int((unix_seconds - whole) * 4294967296.0)


def wall_offset(tries: int = 5) -> float:
    """Seconds to add to `time.monotonic()` for the wall clock that scsynth follows.

    The best of a few readings, good to about a microsecond. A value that differs from the last one by
    more than 20 ms means that somebody stepped the clock (NTP, resume from sleep).
    """
    best, offset = math.inf, 0.0
    for _ in range(tries):
        before = time.monotonic()
        wall = time.time()
        after = time.monotonic()
        if after - before < best:
            best, offset = after - before, wall - (before + after) / 2
    return offset


class _Template:
    """An `/s_new` message with holes: for the node id where the note is in a cut group, then its floats.

    `pieces` alternate between constant bytes and holes, so a message is one slice assignment and one pack.
    """

    __slots__ = ("pack", "pieces", "sustained")

    def __init__(self, segments: Sequence[bytes | str], sustained: bool) -> None:
        self.sustained = sustained
        self.pieces: list[bytes | float] = []
        code = ">"
        constant = b""
        for segment in segments:
            if isinstance(segment, bytes):
                constant += segment
            else:
                self.pieces += [constant, 0]
                code += f"{len(constant)}s{segment}"
                constant = b""
        if constant:
            self.pieces.append(constant)
            code += f"{len(constant)}s"
        self.pack = struct.Struct(code).pack


class Encoder:
    """Turns notes into `/s_new` messages and bundles; knows which names each definition declares.

    Encoding the same kind of note again costs 2-3 microseconds. Not for several threads at once.
    `orbit_effects` has the latest definition of each effect that stays on an orbit ("lc-reverb-1a2b3c4d").
    """

    def __init__(self) -> None:
        self.orbit_effects: dict[str, str] = {}
        self._streams: dict[int, BufferLoad] = {}
        self._streaming: set[str] = set()
        self._next_stream = 0
        self._ahead: list[bytes] = []
        self._declared: dict[str, frozenset[str]] = {}
        self._gated: set[str] = set()
        self._next_gate = 0
        self._templates: dict[tuple[object, ...], _Template] = {}
        self._cut_nodes: dict[tuple[object, ...], int] = {}
        self._next_cut = 0

    def define(self, definition: DefinitionLoad) -> None:
        """Learn which controls a definition declares; call it before the first note that names it."""
        self._declared[definition.name] = frozenset(definition.controls)
        if "gate" in definition.controls and "sustain" not in definition.controls:
            self._gated.add(definition.name)
        if "filerate" in definition.controls:
            self._streaming.add(definition.name)
        if "in_bus" in definition.controls:
            self.orbit_effects[definition.name[3:-9]] = definition.name

    def stream(self, load: BufferLoad) -> None:
        """Learn which file a streamed sample's number means."""
        self._streams[load.number] = load

    def ahead(self) -> list[bytes]:
        """What the notes since the last call need before their time: files opened at the right place.

        These messages are not for the notes' bundle: send them at once.
        """
        made, self._ahead = self._ahead, []
        return made

    def knows(self, name: str) -> bool:
        """Whether `define` was called for this definition."""
        return name in self._declared

    def declares(self, name: str, control: str) -> bool:
        """Whether a loaded definition has this control."""
        return control in self._declared.get(name, ())

    def note(self, note: Note, seconds_per_cycle: float) -> bytes:
        """The `/s_new` message of one note at this tempo (without its cut group: see `messages`)."""
        template, values = self._fill(note, seconds_per_cycle, False)
        pieces = template.pieces.copy()
        pieces[1::2] = values
        return template.pack(*pieces)

    def messages(self, note: Note, seconds_per_cycle: float) -> list[bytes]:
        """The messages of one note: its own, after those that stop the older note of its cut group.

        A definition made elsewhere that waits for its gate to close (`gate` without `sustain`) gets a
        helper that closes it in time, so that no message has to follow.
        """
        if note.definition in self._gated:
            return self._gated_messages(note, seconds_per_cycle)
        if note.definition in self._streaming:
            note = self._cued(note)
        if not note.cut:
            return [self.note(note, seconds_per_cycle)]
        template, values = self._fill(note, seconds_per_cycle, True)
        key = self._cut_key(note)
        node = layout.FIRST_CUT_NODE + self._next_cut
        self._next_cut = (self._next_cut + 1) % _CUT_IDS
        before = self._cut_nodes.get(key)
        self._cut_nodes[key] = node
        pieces = template.pieces.copy()
        pieces[1::2] = [node, *values]
        made = template.pack(*pieces)
        if before is None:
            return [made]
        return [_UNPOSTED_ERRORS, message("/n_set", before, "gate", 0.0), made]

    def release(self, note: Note) -> list[bytes]:
        """The messages that stop the older note of a note's cut group, without the note itself."""
        before = self._cut_nodes.pop(self._cut_key(note), None)
        return [] if before is None else [_UNPOSTED_ERRORS, message("/n_set", before, "gate", 0.0)]

    def bundle(self, tag: int, notes: Iterable[Note], seconds_per_cycle: float) -> list[bytes]:
        """Packets of at most 8 kB with all these notes at one time tag."""
        found: list[bytes] = []
        for note in notes:
            if note.cut or note.definition in self._gated or note.definition in self._streaming:
                found += self.messages(note, seconds_per_cycle)
            else:
                found.append(self.note(note, seconds_per_cycle))
        return bundles(tag, found, MAXIMUM_PACKET)

    @staticmethod
    def _cut_key(note: Note) -> tuple[object, ...]:
        key: tuple[object, ...] = (note.slot, note.cut)
        return key if note.cut >= 0 else (*key, note.definition, dict(note.controls).get("buffer"))

    def _cued(self, note: Note) -> Note:
        """The note with a buffer of its own in place of its file's number, and that buffer's file opened.

        The buffers are used in turn: a 33rd stream takes the place of the first.
        """
        controls = dict(note.controls)
        load = self._streams.get(round(controls["buffer"]))
        if load is None:
            raise ControlError(f"no streamed file has number {controls['buffer']:g}: load it first")
        buffer = layout.FIRST_STREAM_BUFFER + self._next_stream
        self._next_stream = (self._next_stream + 1) % layout.STREAMS
        start = round(controls.get("begin", 0.0) * controls.get("fileframes", 0.0))
        self._ahead += [
            message("/b_close", buffer),
            message("/b_alloc", buffer, STREAM_FRAMES, load.channels),
            message("/b_read", buffer, load.path, start, -1, 0, 1),
        ]
        controls["buffer"] = float(buffer)
        return replace(note, controls=tuple(controls.items()))

    def _gated_messages(self, note: Note, seconds_per_cycle: float) -> list[bytes]:
        bus = layout.FIRST_GATE_BUS + self._next_gate
        self._next_gate = (self._next_gate + 1) % layout.GATE_BUSES
        controls = dict(note.controls)
        length = controls.pop("sustain", note.length * seconds_per_cycle)
        controls.update((name, cycles * seconds_per_cycle) for name, cycles in note.synced)
        words: list[str | int | float] = [word for pair in controls.items() for word in pair]
        words += [word for pair in note.buses for word in pair]
        if "out" in self._declared[note.definition]:
            words += ["out", layout.dry_bus(note.slot, note.orbit)]
        held = min(max(length, SHORTEST_SUSTAIN), LONGEST_GATE)
        return [
            message("/s_new", GATE, -1, 0, layout.SOURCES_GROUP, "bus", bus, "sustain", held),
            message(
                "/s_new", note.definition, -1, 0, layout.notes_group(note.slot), *words, "gate", f"c{bus}"
            ),
        ]

    def _fill(self, note: Note, seconds_per_cycle: float, cut: bool) -> tuple[_Template, list[float]]:
        names: tuple[str, ...]
        numbers: tuple[float, ...]
        names, numbers = zip(*note.controls) if note.controls else ((), ())
        values = list(numbers)
        if note.synced:
            names += tuple([pair[0] for pair in note.synced])
            values += [pair[1] * seconds_per_cycle for pair in note.synced]
        one_shot = note.length == math.inf
        key = (note.definition, note.slot, note.orbit, one_shot, cut, names, note.buses)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = self._template(note, names, one_shot, cut)
        if template.sustained:
            sustain = note.length * seconds_per_cycle
            values.append(sustain if sustain > SHORTEST_SUSTAIN else SHORTEST_SUSTAIN)
        return template, values

    def _template(self, note: Note, names: tuple[str, ...], one_shot: bool, cut: bool) -> _Template:
        declared = self._declared.get(note.definition)
        if declared is None:
            raise ControlError(f"definition {note.definition!r} is not loaded: define it before its notes")
        places = (
            ("out", layout.dry_bus(note.slot, note.orbit)),
            ("out_room", layout.room_bus(note.slot, note.orbit)),
            ("out_delay", layout.delay_bus(note.slot, note.orbit)),
        )
        buses = [(name, bus) for name, bus in places if name in declared]
        sustained = not one_shot and "sustain" in declared and "sustain" not in names
        if sustained:
            names += ("sustain",)
        tags = ",siii" + "si" * len(buses) + "ss" * len(note.buses) + "sf" * len(names)
        segments: list[bytes | str] = [padded("/s_new"), padded(tags), padded(note.definition)]
        segments.append("i" if cut else _FREE_NODE)
        segments.append(struct.pack(">ii", 0, layout.notes_group(note.slot)))
        segments += [padded(name) + struct.pack(">i", bus) for name, bus in buses]
        segments += [padded(name) + padded(bus) for name, bus in note.buses]
        for name in names:
            segments += [padded(name), "f"]
        if len(self._templates) >= _TEMPLATES_KEPT:
            self._templates.clear()
        return _Template(segments, sustained)
