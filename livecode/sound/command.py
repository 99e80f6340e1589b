"""What the performer's patterns turn into on their way to scsynth: plain values that cross processes.

A set that plays `d1 >> s("bd").room(0.2)` sends, once, a `DefinitionLoad` for the kick drum with its reverb
send, and then one `Note` for each stroke. Times are in cycles, because the sender turns cycles into
seconds at the last moment; whatever depends on the tempo is kept in cycles too (`synced`).

>>> note = Note(4.0, 0.25, "lc-kick-00c0ffee", 1, 0, (("freq", 60.0),))
>>> decode(encode([note])) == [note]
True
"""

from __future__ import annotations

import msgspec

ONE_SHOT = float("inf")


class Note(msgspec.Struct, array_like=True, tag="n", gc=False):
    """One sounding event: one synth that frees itself.

    - `begin`: cycles, absolute. `nudge` seconds are added after the tempo map.
    - `length`: cycles; the synth's `sustain` is `length * seconds_per_cycle`. `inf` (`ONE_SHOT`): no sustain
      is sent and the definition's own default holds (a sample plays to its end). A `sustain` that the
      performer gives in seconds is in `controls`, with `length` as the pattern has it (for lighting up).
    - `definition`: versioned SynthDef name. `slot`: 0 (once, metronome) or 1..16. `orbit`: 0..15.
    - `controls`: (name, value) in the SynthDef's own units, checked: finite floats only.
    - `synced`: (name, cycles): the control is `cycles * seconds_per_cycle`.
    - `buses`: (name, "c5"): the control is mapped to a control bus when the synth starts.
    - `cut`: cut group, 0 for none; a new note of a slot's cut group stops the one before it.
    """

    begin: float
    length: float
    definition: str
    slot: int
    orbit: int = 0
    controls: tuple[tuple[str, float], ...] = ()
    synced: tuple[tuple[str, float], ...] = ()
    buses: tuple[tuple[str, str], ...] = ()
    cut: int = 0
    nudge: float = 0.0


class GlobalEffect(msgspec.Struct, array_like=True, tag="g", gc=False):
    """A change to an effect of a whole orbit, from a pattern's `size`, `delaytime` and so on.

    `effect` is "reverb", "delay" or the name of an effect that sits on the orbit; `controls` and `synced`
    as in `Note`. `definition` names its SynthDef, loaded before; "" is the latest one loaded for that
    effect, else the mixer's own reverb or delay.
    """

    begin: float
    orbit: int
    effect: str
    slot: int = 0
    controls: tuple[tuple[str, float], ...] = ()
    synced: tuple[tuple[str, float], ...] = ()
    definition: str = ""


class Sweep(msgspec.Struct, array_like=True, tag="w", gc=False):
    """A straight piece of a movement: control bus `bus` goes from `start` to `stop` within `length` cycles.

    The notes whose `buses` name it move with it.
    """

    begin: float
    length: float
    bus: int
    start: float
    stop: float
    slot: int = 0


class DefinitionLoad(msgspec.Struct, array_like=True, tag="d", gc=False):
    """A compiled SynthDef that must be in the server before the notes that name it.

    `controls` are the names it declares: the encoder writes `sustain`, `out`, `out_room` and `out_delay`
    only where they are declared.
    """

    name: str
    data: bytes
    controls: tuple[str, ...]


class BufferLoad(msgspec.Struct, array_like=True, tag="b", gc=False):
    """A sound file that must be in buffer `number` before the notes that name it.

    `path` lies under a folder the server may read; `start` and `frames` choose a part (0: all of it);
    `size` is its length in bytes once loaded (32-bit floats), for the memory account. With `channels` above 0
    the file stays on disk: each note that names the number opens it and reads on while it plays.
    """

    number: int
    path: str
    start: int = 0
    frames: int = 0
    size: int = 0
    channels: int = 0


class BufferFree(msgspec.Struct, array_like=True, tag="f", gc=False):
    """A buffer that nothing uses any more."""

    number: int


Command = Note | GlobalEffect | Sweep | DefinitionLoad | BufferLoad | BufferFree

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Command])


def encode(commands: list[Command]) -> bytes:
    """Commands as bytes, for the pipe between the prompt and the sender.

    >>> len(encode([BufferFree(3)])) < 10
    True
    """
    return _encoder.encode(commands)


def decode(data: bytes) -> list[Command]:
    """Commands back from bytes; raises `msgspec.ValidationError` (a ValueError) on anything else.

    >>> decode(encode([BufferFree(3)]))
    [BufferFree(number=3)]
    """
    return _decoder.decode(data)
