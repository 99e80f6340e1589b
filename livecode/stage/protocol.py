"""What the front and the sender say to each other: one table, one version.

| from the front | meaning |
|---|---|
| `Hello` | who I am, and how to boot the engine |
| `Load` | definitions and sound files that notes to come will name |
| `Hold` | what a slot plays from one cycle to another; a newer epoch replaces what was held from there on |
| `Extra` | notes beside what the slots hold: `once`, count-in |
| `Start` | let time begin, at this cycle |
| `Tempo` | another speed, or a way to it, from the first moment not yet sent |
| `Groove` | swing for every slot, from the next slice of a cycle |
| `Ask` | how were the notes of a slot sent? |
| `Phase` | a slot plays so much later or earlier than its cycles say |
| `Resume` | first message of a front that takes over from one that died |
| `Gains` | how loud each slot is: mute, solo and gain already reckoned together |
| `Hush` | silence now, sounding notes too |
| `Ears` | which inputs to hear |
| `Record`, `RecordEnd` | write the master to a file |
| `Alive` | the front is well; the sender loops and then ends without it |
| `Bye` | fade out and end, scsynth too |

| from the sender | meaning |
|---|---|
| `Ready` | the engine sounds |
| `Map` | the tempo map, whenever it changes |
| `State` | counters and load, a few times a second |
| `Stands` | to a front that takes over: what is loaded, how loud each slot is |
| `Repeated` | what a slot played while the front was behind or gone |
| `Said` | one line for the performer |
| `Recorded` | a recording is closed |
| `Told` | how long before their moment notes left |
| `Failed` | there will be no sound, and why |

Frames on the stream are a length (4 bytes, big end first) and a MessagePack list of messages, so that what
must happen together travels together.

>>> frames = Frames()
>>> frames.feed(frame([Tempo(0.5)], TO_SENDER), TO_SENDER)
[Tempo(cps=0.5, points=[], at=None)]
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from livecode.sound.command import BufferFree, BufferLoad, DefinitionLoad, GlobalEffect, Note, Sweep
from livecode.stage.tempo import Stretch

VERSION = 3
LONGEST_FRAME = 256 * 1024 * 1024

Loadable = DefinitionLoad | BufferLoad | BufferFree
Playable = Note | GlobalEffect | Sweep


class Hello(msgspec.Struct, array_like=True, tag="hello"):
    """First message. `options` are `EngineOptions` fields; `transcript` a file for what is sent, or "";
    `clicks`: add the test tap;
    `orphaned_for`: seconds for which the music goes on without the front; `door` a folder for the socket
    through which another front may take over meanwhile, or ""; `journal` the file that front will need."""

    version: int
    options: dict[str, Any]
    lookahead: float = 0.12
    transcript: str = ""
    clicks: bool = False
    orphaned_for: float = 30.0
    boot: bool = True
    door: str = ""
    journal: str = ""


class Load(msgspec.Struct, array_like=True, tag="load"):
    """Definitions and sound files, in the order they must arrive."""

    commands: list[Loadable]


class Hold(msgspec.Struct, array_like=True, tag="hold", gc=False):
    """All that `slot` plays in [begin, end); `end` inf and no notes: it is silent from there on."""

    slot: int
    epoch: int
    begin: float
    end: float
    notes: list[Playable]


class Extra(msgspec.Struct, array_like=True, tag="extra"):
    """Notes that no swap takes away."""

    notes: list[Playable]


class Start(msgspec.Struct, array_like=True, tag="start"):
    """Let time begin `lead` seconds from now (or from when the engine sounds) at `cycle`.

    `second` given (a sender that replaces another): the map to go on with is `stretches` instead.
    """

    cycle: float
    cps: float
    lead: float = 0.25
    stretches: list[Stretch] = []


class Tempo(msgspec.Struct, array_like=True, tag="tempo"):
    """Cycles a second from now on, reached through `points` (see `TempoMap.plan`).

    `at` a cycle: from there on, or from the first moment not yet sent if that is later.
    """

    cps: float
    points: list[tuple[float, float]] = []
    at: float | None = None


class Groove(msgspec.Struct, array_like=True, tag="groove"):
    """The middle of each of `slices` slices of a cycle comes later by `swing` of a slice."""

    swing: float
    slices: int


class Phase(msgspec.Struct, array_like=True, tag="phase"):
    """(slot, seconds) pairs: everything the slot plays comes so much later, or earlier where negative."""

    phases: list[tuple[int, float]]


class Ask(msgspec.Struct, array_like=True, tag="ask"):
    """How long before their moment did the notes of a slot leave, from one cycle to another?"""

    number: int
    slot: int
    begin: float
    end: float


class Told(msgspec.Struct, array_like=True, tag="told"):
    """The answer to `Ask`: (cycle, seconds ahead) of each note still remembered; below 0 it was late."""

    number: int
    notes: list[tuple[float, float]]


class Resume(msgspec.Struct, array_like=True, tag="resume"):
    """Another front is here to go on; `version` is its protocol's, `journal` where it writes."""

    version: int
    journal: str = ""


class Gains(msgspec.Struct, array_like=True, tag="gains"):
    """(slot, linear gain) pairs, reached in `lag` seconds."""

    gains: list[tuple[int, float]]
    lag: float = 0.005


class Hush(msgspec.Struct, array_like=True, tag="hush"):
    """Silence, now."""


class Ears(msgspec.Struct, array_like=True, tag="ears"):
    """(number, input channel) of every ear that is to hear; the others are closed."""

    ears: list[tuple[int, int]]


class Record(msgspec.Struct, array_like=True, tag="record"):
    """Write what leaves the master to a sound file; `stems`: and each orbit in use to another beside it."""

    path: str
    stems: bool = False


class RecordEnd(msgspec.Struct, array_like=True, tag="record-end"):
    """Close the recording."""


class Alive(msgspec.Struct, array_like=True, tag="alive"):
    """Nothing to say, but here."""


class Bye(msgspec.Struct, array_like=True, tag="bye"):
    """End in `fade` seconds."""

    fade: float = 0.05


class Ready(msgspec.Struct, array_like=True, tag="ready"):
    """The engine sounds; `again` when it had to be booted once more."""

    engine: str
    host: str
    port: int
    process: int
    sample_rate: float
    seconds: float
    again: bool = False


class Map(msgspec.Struct, array_like=True, tag="map"):
    """The tempo map as the sender has it."""

    stretches: list[Stretch]


class State(msgspec.Struct, array_like=True, tag="state"):
    """How the sender is doing. Counts are since it started.

    `sent` notes; `late` of them after their time; `dropped` for being more than 30 ms late; `lost` because
    there was no engine; `looped` were repeated because the front was behind; `pending` are in scsynth's
    queue; `jitter` is the worst delay of a tick in milliseconds since the last report, `lateness` that of a
    note; `lookahead` how many seconds ahead notes are sent at present; `load` and `peak` are
    scsynth's, in per cent; `xruns` are those that our own JACK reported; `master_peak` is the loudest sample
    since the last report, -1 when unknown.
    """

    sounding: bool
    sent: int = 0
    late: int = 0
    dropped: int = 0
    lost: int = 0
    looped: int = 0
    replaced: int = 0
    pending: int = 0
    restarts: int = 0
    jitter: float = 0.0
    load: float = 0.0
    peak: float = 0.0
    synths: int = 0
    master_peak: float = -1.0
    cpu: float = 0.0
    looping: bool = False
    xruns: int = 0
    lookahead: float = 0.0
    lateness: float = 0.0


class Stands(msgspec.Struct, array_like=True, tag="stands"):
    """What a sender has in hand: definitions and buffers, (slot, gain) pairs, notes sent so far."""

    loads: list[Loadable]
    levels: list[tuple[int, float]]
    sent: int = 0


class Repeated(msgspec.Struct, array_like=True, tag="repeated"):
    """In [begin, end) the slot played what it had played `by` cycles earlier."""

    slot: int
    begin: float
    end: float
    by: float


class Said(msgspec.Struct, array_like=True, tag="said"):
    """One line for the performer, of kind "engine", "fault" or "info"."""

    text: str
    kind: str = "engine"


class Recorded(msgspec.Struct, array_like=True, tag="recorded"):
    """A recording is closed; `problem` is "" when all went well."""

    path: str
    seconds: float
    problem: str = ""


class Excess(msgspec.Struct, array_like=True, tag="excess"):
    """The engine cannot carry what this slot plays: it was ended, something else is to play there."""

    slot: int
    text: str


class Failed(msgspec.Struct, array_like=True, tag="failed"):
    """There will be no sound."""

    text: str


ToSender = (
    Hello | Load | Hold | Extra | Start | Tempo | Gains | Hush | Record | RecordEnd | Alive | Bye
    | Phase | Resume | Ask | Ears | Groove
)
ToFront = Ready | Map | State | Said | Recorded | Failed | Stands | Repeated | Told | Excess

_encoder = msgspec.msgpack.Encoder()
TO_SENDER: msgspec.msgpack.Decoder[list[ToSender]] = msgspec.msgpack.Decoder(list[ToSender])
TO_FRONT: msgspec.msgpack.Decoder[list[ToFront]] = msgspec.msgpack.Decoder(list[ToFront])
_length = struct.Struct(">I")


def frame(messages: list[Any], _direction: object = None) -> bytes:
    """Messages as bytes for the stream."""
    body = _encoder.encode(messages)
    return _length.pack(len(body)) + body


class Frames:
    """Puts together again what a stream delivers in pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes, decoder: msgspec.msgpack.Decoder[Any]) -> list[Any]:
        """The messages that are complete now.

        Raises `msgspec.DecodeError` (a ValueError) for what is none of ours.
        """
        held = self._held
        held += data
        found: list[Any] = []
        at = 0
        while len(held) - at >= 4:
            (size,) = _length.unpack_from(held, at)
            if size > LONGEST_FRAME:
                raise msgspec.DecodeError(f"a frame of {size} bytes")
            if len(held) - at - 4 < size:
                break
            found += decoder.decode(memoryview(held)[at + 4 : at + 4 + size])
            at += 4 + size
        if at:
            del held[:at]
        return found
