"""The transport that sounds: notes as time-tagged bundles to scsynth, one write a tick."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from livecode.errors import ControlError
from livecode.sound import layout
from livecode.sound.command import BufferLoad, DefinitionLoad, Note
from livecode.sound.encode import Encoder, timetag
from livecode.sound.mixer import Mixer
from livecode.sound.osc import bundles, message
from livecode.stage.protocol import Loadable
from livecode.stage.transport import Sent

if TYPE_CHECKING:
    from livecode.sound.engine.server import Engine

_CLEAR = message("/clearSched")


class ScsynthTransport:
    """Notes that fall together share a bundle; all bundles of a tick leave in one write.

    `wall` turns the performance's seconds into those of the wall clock. `click(number)`, when given, makes a
    message that goes into the bundle of the note of that number: the test tap.
    """

    def __init__(
        self,
        engine: Engine,
        encoder: Encoder,
        mixer: Mixer,
        wall: Callable[[float], float],
        click: Callable[[int], bytes] | None = None,
    ) -> None:
        self.engine = engine
        self.mixer = mixer
        self.unknown = 0
        self._encoder = encoder
        self._wall = wall
        self._click = click
        self._clicks = 0

    def load(self, commands: Sequence[Loadable]) -> None:
        """Definitions and sound files, before the notes that name them: the stream keeps the order."""
        for command in commands:
            if isinstance(command, DefinitionLoad):
                self._encoder.define(command)
            elif isinstance(command, BufferLoad) and command.channels:
                self._encoder.stream(command)
        self.engine.load(*commands)

    def send(self, batch: Sequence[Sent]) -> int:
        """The notes of a tick."""
        standing: list[bytes] = []
        packets: list[bytes] = []
        held: list[bytes] = []
        at = 0.0
        if self._click is not None:
            batch = self._numbered(batch)
        # Mostly in order already; a nudge may have put one note before another.
        timed = sorted([(sent.due, place) for place, sent in enumerate(batch)])
        for due, place in timed:
            sent = batch[place]
            if held and due != at:
                packets += bundles(timetag(self._wall(at)), held)
                held = []
            at = due
            note = sent.note
            if isinstance(note, Note):
                try:
                    made = self._encoder.messages(note, sent.seconds_per_cycle)
                except ControlError:
                    self.unknown += 1
                    continue
                standing += self.mixer.prepare(note)
                held += made
                if self._click is not None and isinstance(sent, _Numbered):
                    held.append(self._click(sent.number))
            else:
                held += self.mixer.apply(note, sent.seconds_per_cycle)
        if held:
            packets += bundles(timetag(self._wall(at)), held)
        self.engine.send_many([*self._encoder.ahead(), *standing, *packets])
        return len(packets)

    def release(self, notes: Sequence[Note]) -> None:
        """Ends what sounds in the cut groups of notes that were dropped for being late."""
        self.engine.send_many([each for note in notes for each in self._encoder.release(note)])

    def gains(self, gains: Sequence[tuple[int, float]], lag: float) -> None:
        """Levels of slots, now."""
        self.engine.send_many([each for slot, gain in gains for each in self.mixer.set_gain(slot, gain, lag)])

    def tempo(self, cps: float) -> None:
        """The tempo bus, for modulation that follows it."""
        self.engine.send_many([message("/c_set", layout.CPS_BUS, float(cps))])

    def hear(self, ears: Mapping[int, int]) -> None:
        """Which ears hear which input channel."""
        self.engine.send_many(self.mixer.hear(ears))

    def ticks(self, ticks: Sequence[tuple[float, float, float]]) -> None:
        """Where the music is, told in the server at its time: what is heard lies on the grid by this."""
        packets: list[bytes] = []
        for second, cycle, cps in ticks:
            place = cycle % layout.EAR_CYCLES
            told = message("/c_set", layout.CYCLE_BUS, float(place), layout.CPS_BUS, float(cps))
            packets += bundles(timetag(self._wall(second)), [told])
        self.engine.send_many(packets)

    def hush(self) -> None:
        """What waits is forgotten, what sounds ends without a click, tails too."""
        ended = [each for slot in range(layout.SLOTS) for each in self.mixer.stop_notes(slot)]
        self.engine.send_many([_CLEAR, *ended, *self.mixer.clear_tails()])

    def silence(self, slot: int, until: float) -> None:
        """A slot's notes end at once, and those that are on their way at the second `until`."""
        ended = self.mixer.free_notes(slot)
        self.engine.send_many([*ended, *bundles(timetag(self._wall(until)), ended)])

    def place(self) -> float | None:
        """The scope's counter of frames, moved on with each block of sound; None where it cannot be read."""
        meters = self.engine.meters()
        return meters.read(layout.SCOPE_PLACE_BUS)[0] if meters.source == "shared memory" else None

    def fade(self, seconds: float) -> None:
        """Everything to silence."""
        self.engine.send_many(self.mixer.set_master(0.0, seconds))

    def _numbered(self, batch: Sequence[Sent]) -> list[Sent]:
        """The batch with a number on each note, counted in the order in which they are handed over."""
        found: list[Sent] = []
        for sent in batch:
            if isinstance(sent.note, Note):
                numbered = _Numbered(*sent)
                numbered.number = self._clicks
                self._clicks += 1
                found.append(numbered)
            else:
                found.append(sent)
        return found


class _Numbered(Sent):
    """A note with the number that its click spells."""

    number: int
