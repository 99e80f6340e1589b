"""Recording while it sounds: the master, or each orbit as a stem, to files, inside the server.

    with Recorder(engine).master("take.wav") as take:
        ...
    print(take.seconds)
    takes = Recorder(engine).together("take.wav", [0, 1])      take.wav, take-orbit-0.wav, take-orbit-1.wav

scsynth writes the file itself (DiskOut), sample for sample what went to the loudspeakers. WAV with
32-bit floats; a name that ends in .flac or .mp3 (or .wav with `sample_format="int16"`) is converted when
the take stops. scsynth does not say when it cannot write: `Takes.problem` looks, and what was written until
then is kept, readable.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from livecode.errors import EngineError, FileProblem
from livecode.sound import layout
from livecode.sound.mixer_definitions import RECORD, RECORD_CHANNELS
from livecode.sound.osc import IMMEDIATELY, bundle, message
from livecode.sound.salvage import mend, no_room, plain, raw_name, why_not_written

if TYPE_CHECKING:
    from livecode.sound.engine import Engine

TAKES = 32
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
_FRAMES = 1 << 17
_TAIL = 1
STILL = 5.0
"""Seconds for which a file may stay as it is: scsynth writes 1.4 s at once."""


class Take:
    """A recording that runs until `stop`. `path` is where the finished file is, `seconds` how long it is."""

    def __init__(self, recorder: Recorder, number: int, path: Path, raw: Path, channels: int) -> None:
        self.path = path
        self.channels = channels
        self._recorder = recorder
        self._number = number
        self._raw = raw
        self._begun = self._grown = time.monotonic()
        self._size = 0
        self._ended: float | None = None

    @property
    def running(self) -> bool:
        """Whether it is still recording."""
        return self._ended is None

    @property
    def seconds(self) -> float:
        """How long it has been recording, or was."""
        return (self._ended or time.monotonic()) - self._begun

    def problem(self) -> str:
        """Why it is not being written any more, "" when all is well. Looks at the file: may wait."""
        now = time.monotonic()
        try:
            size = self._raw.stat().st_size
        except OSError:
            size = -1
        if size != self._size:
            self._size, self._grown = size, now
        if self.running and (size < 0 or now - self._grown > STILL):
            return why_not_written(self.path.parent)
        return ""

    def stop(self) -> Path:
        """Ends the take; the file is complete when this returns. FileProblem if not all could be kept."""
        stop_all([self])
        return self.path

    def __enter__(self) -> Take:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Takes:
    """The master and some orbits, recorded from the same sample on. `path` is the master's file."""

    def __init__(self, master: Take, stems: dict[int, Take]) -> None:
        self.master = master
        self.stems = stems

    @property
    def path(self) -> Path:
        """Where the master's finished file is; the orbits' lie beside it."""
        return self.master.path

    @property
    def running(self) -> bool:
        """Whether they are still recording."""
        return self.master.running

    @property
    def seconds(self) -> float:
        """How long they have been recording, or were."""
        return self.master.seconds

    def problem(self) -> str:
        """Why one of them is not being written any more, "" when all is well. Looks at files: may wait."""
        problems = (take.problem() for take in (self.master, *self.stems.values()))
        return next((problem for problem in problems if problem), "")

    def stop(self) -> Path:
        """Ends them all at the same sample; the files are complete when this returns.

        FileProblem says what was kept when a file could not be written to its end.
        """
        stop_all([self.master, *self.stems.values()])
        return self.path


def stop_all(takes: Sequence[Take]) -> None:
    """Ends takes of one recorder together and finishes their files; those that have ended are left alone.

    Every file is finished before a FileProblem says that one of them is not what it should be.
    """
    running = [take for take in takes if take.running]
    if not running:
        return
    now = time.monotonic()
    still = {take: take.problem() or no_room(take.path.parent) for take in running}
    for take in running:
        take._ended = now
    running[0]._recorder._stop([take._number for take in running])
    problems: list[str] = []
    for take in running:
        problem = ""
        try:
            seconds, place = _kept(take)
        except FileProblem as error:
            problems.append(str(error))
            continue
        if still[take] and take.seconds > seconds:
            problem = f"{place.name} was cut short after {seconds:.1f} s: {still[take]}"
        elif place != take.path:
            why = why_not_written(place.parent)
            problem = f"{take.path.name} could not be made ({why}): it is {place.name}"
        if problem:
            problems.append(problem)
    if problems:
        raise FileProblem(problems[0])


def _kept(take: Take) -> tuple[float, Path]:
    """How many seconds of a take there are, and in which file: the raw one where no other can be made."""
    seconds = mend(take._raw)
    try:
        convert(take._raw, take.path, take._recorder.sample_format)
        return seconds, take.path
    except FileProblem:
        if take.path.suffix.lower() not in SUFFIXES:
            raise
    with contextlib.suppress(OSError):
        take.path.unlink()
    return seconds, plain(take._raw)


def stem_path(path: Path, orbit: int) -> Path:
    """Where an orbit's stem lies: beside the master's file.

    >>> stem_path(Path("take.flac"), 2).name
    'take-orbit-2.flac'
    """
    return path.with_name(f"{path.stem}-orbit-{orbit}{path.suffix}")


class Recorder:
    """Starts takes in one engine; several may run at once.

    The mixer's definitions must have been loaded (`Mixer.start`). Raises EngineError when the server does
    not answer and FileProblem when the file cannot be written.
    """

    def __init__(self, engine: Engine, sample_format: str = "float") -> None:
        self._engine = engine
        self.sample_format = sample_format
        self._running: dict[int, Take] = {}

    def master(self, path: str | Path) -> Take:
        """Records what leaves the master: every output."""
        return self.buses(path, range(self._engine.options.outputs))

    def stems(self, folder: str | Path, orbits: Sequence[int], suffix: str = ".wav") -> list[Take]:
        """Records each orbit with its effects to `orbit-N.wav` in a folder, before the master chain."""
        return [self.orbit(Path(folder) / f"orbit-{orbit}{suffix}", orbit) for orbit in orbits]

    def orbit(self, path: str | Path, orbit: int) -> Take:
        """Records one orbit with its effects, before the master chain: two channels."""
        first = layout.orbit_stem_bus(orbit)
        return self.buses(path, (first, first + 1))

    def together(self, path: str | Path, orbits: Sequence[int]) -> Takes:
        """Records the master and each orbit to a file of its own, all from the same sample on."""
        target = Path(path).expanduser()
        wanted: list[tuple[Path, Sequence[int]]] = [(target, range(self._engine.options.outputs))]
        for orbit in orbits:
            first = layout.orbit_stem_bus(orbit)
            wanted.append((stem_path(target, orbit), (first, first + 1)))
        started = [self._ready(place, buses) for place, buses in wanted]
        self._engine.send_many([bundle(IMMEDIATELY, [begin for _, begin in started])])
        takes = [take for take, _ in started]
        return Takes(takes[0], dict(zip(orbits, takes[1:])))

    def buses(self, path: str | Path, buses: Sequence[int]) -> Take:
        """Records any audio buses (see `livecode.sound.layout`), at most 24, one channel each."""
        take, begin = self._ready(path, buses)
        self._engine.send_many([begin])
        return take

    def _ready(self, path: str | Path, buses: Sequence[int]) -> tuple[Take, bytes]:
        """A take with its file open, and the message that begins it."""
        if len(buses) not in RECORD_CHANNELS:
            raise EngineError(f"{len(buses)} channels cannot be recorded: give 1 to {RECORD_CHANNELS[-1]}")
        number = next((free for free in range(TAKES) if free not in self._running), None)
        if number is None:
            raise EngineError(f"{TAKES} recordings run already: stop one")
        target = Path(path).expanduser().resolve()
        raw = target if target.suffix == ".wav" and self.sample_format == "float" else raw_name(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            raw.write_bytes(b"")
        except OSError as error:
            raise FileProblem(f"cannot write {target}: {error.strerror}") from None
        buffer = layout.recorder_buffer(number)
        controls: list[str | int] = ["buffer", buffer]
        for position, bus in enumerate(buses):
            controls += [f"bus_{position}", bus]
        place = within(self._engine.options.folder, raw)
        self._engine.send_many([message("/b_alloc", buffer, _FRAMES, len(buses))])
        self._engine.sync()
        self._engine.send_many([message("/b_write", buffer, str(place), "wav", "float", 0, 0, 1)])
        self._engine.sync()
        if not raw.stat().st_size:
            self._engine.send_many([message("/b_close", buffer), message("/b_free", buffer)])
            raw.unlink()
            raise FileProblem(f"cannot write {target}: {why_not_written(target.parent)}")
        node = layout.recorder_node(number)
        definition = f"{RECORD}{len(buses)}"
        take = self._running[number] = Take(self, number, target, raw, len(buses))
        return take, message("/s_new", definition, node, _TAIL, layout.MASTER_GROUP, *controls)

    def stop_all(self) -> None:
        """Stops every take that still runs."""
        stop_all(list(self._running.values()))

    def _stop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._running.pop(number, None)
        closing = [
            message(address, layout.recorder_buffer(number))
            for number in numbers
            for address in ("/b_close", "/b_free")
        ]
        with contextlib.suppress(EngineError):
            nodes = [layout.recorder_node(number) for number in numbers]
            self._engine.send_many([message("/n_free", *nodes)])
            self._engine.sync()
            self._engine.send_many(closing)
            self._engine.sync()


def within(folder: Path | None, path: Path) -> Path:
    """The same file by a name inside the only folder the server may touch: a link to its folder.

    Needed because scsynth runs confined (`-P`).
    """
    if folder is None or path.is_relative_to(folder.resolve()):
        return path
    links = folder.resolve() / "links"
    links.mkdir(parents=True, exist_ok=True)
    link = links / hashlib.sha256(str(path.parent).encode()).hexdigest()[:16]
    with contextlib.suppress(FileExistsError):
        link.symlink_to(path.parent, target_is_directory=True)
    return link / path.name


def convert(raw: Path, target: Path, sample_format: str = "float") -> None:
    """Writes the finished file from the raw float WAV, by the ending of its name, and removes the raw one."""
    if raw == target:
        return
    import soundfile

    subtypes = {".wav": "PCM_16" if sample_format == "int16" else "FLOAT", ".flac": "PCM_24"}
    subtype = subtypes.get(target.suffix)
    try:
        with soundfile.SoundFile(raw) as source:
            rate, channels = source.samplerate, source.channels
            with soundfile.SoundFile(target, "w", rate, channels, subtype=subtype) as made:
                for block in source.blocks(1 << 16, dtype="float32"):
                    made.write(block)
                whole = made.frames >= source.frames
        if not whole:
            raise FileProblem(f"cannot write {target}: {why_not_written(target.parent)}")
    except OSError as error:
        raise FileProblem(f"cannot write {target}: {error.strerror}") from None
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise FileProblem(f"cannot write {target.name}: {error}: choose .wav, .flac, .ogg or .mp3") from None
    raw.unlink()
