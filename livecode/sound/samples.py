"""Sample folders, laid out as Dirt-Samples are: one folder a sound, its files in the order of their names.

    samples = Samples([Path("~/samples")])
    samples.names()                       every sound, at once
    samples.sample("breaks", 2)           a file ready for the server: its buffer, length and channels

A file is prepared when it is first used: other rates than the server's are resampled once (soxr), formats
that scsynth cannot read are converted, and the result is kept in the user's cache. The rest of its folder
is prepared behind, so that the next number is there at once. When more than `memory` bytes are loaded, or the
machine itself runs short, what was not used for two minutes is let go. A file longer than a minute stays on
disk and is read while it plays.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livecode.errors import FileProblem, NameUnknown
from livecode.sound import layout
from livecode.sound.command import BufferFree, BufferLoad

ENDINGS = frozenset({".wav", ".aif", ".aiff", ".aifc", ".flac", ".ogg", ".mp3", ".caf", ".w64"})
READ_BY_SCSYNTH = frozenset({".wav", ".aif", ".aiff", ".flac", ".w64"})
BUFFERS = layout.FIRST_STREAM_BUFFER
MEMORY = 1 << 30
LONGEST_CONVERTED = 600.0
STREAMED_FROM = 60.0
MOST_BEHIND = 64
_IDLE = 120.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A sound file in the server: its buffer number, what to load, frames, channels (1 or 2), rate in Hz."""

    load: BufferLoad
    frames: int
    channels: int
    rate: int
    origin: Path

    @property
    def seconds(self) -> float:
        """How long it is at its own speed."""
        return self.frames / self.rate

    @property
    def streamed(self) -> bool:
        """Whether it stays on disk."""
        return self.load.channels > 0


def usual_places() -> list[Path]:
    """Where sample folders usually are on this system, existing ones only; last what `style` makes.

    `LIVECODE_SAMPLES` (separated as in PATH), `samples` here and in the home folder, Dirt-Samples as
    SuperCollider's quarks put them.
    """
    from livecode.config import folder as data

    home = Path.home()
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support" / "SuperCollider"
    else:
        support = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "SuperCollider"
    named = [
        Path(part).expanduser() for part in os.environ.get("LIVECODE_SAMPLES", "").split(os.pathsep) if part
    ]
    places = [
        *named,
        Path.cwd() / "samples",
        home / "samples",
        home / "Dirt-Samples",
        support / "downloaded-quarks" / "Dirt-Samples",
        support / "Extensions" / "Dirt-Samples",
    ]
    # What dreams make lies there sooner or later, and comes last.
    return [*(place for place in dict.fromkeys(places) if place.is_dir()), data("data") / "made"]


class Samples:
    """The sounds of some sample folders; the first folder that has a name wins.

    `cache` is a folder that the server may read (its `-P`): prepared files and links go there. `rate` is the
    server's, in Hz.
    """

    def __init__(
        self,
        roots: Iterable[Path] | None = None,
        cache: Path | None = None,
        rate: int = 48000,
        memory: int = MEMORY,
        clock: Callable[[], float] = time.monotonic,
        available: Callable[[], int] | None = None,
    ) -> None:
        if cache is None:
            from livecode.config import folder

            cache = folder("cache")
        self.cache = cache
        self.rate = rate
        self.memory = memory
        self.roots = [Path(root).expanduser() for root in (usual_places() if roots is None else roots)]
        self._clock = clock
        self._available = available or _memory_available
        self._banks: dict[str, Path] | None = None
        self._files: dict[str, tuple[Path, ...]] = {}
        self._ready: dict[Path, Sample] = {}
        self._used: dict[Path, float] = {}
        self._streams: dict[Path, Sample] = {}
        self._long: dict[Path, bool] = {}
        self._converting: dict[Path, threading.Lock] = {}
        self._waiting: deque[Path] = deque()
        self._prepared_behind: set[str] = set()
        self._behind: threading.Thread | None = None
        self._free: list[int] = []
        self._kept: dict[str, int] = {}
        self._next = 0
        self._size = 0

    def names(self) -> list[str]:
        """Every sound there is, sorted. Reads folder names only, so it is quick with thousands of files."""
        return sorted(self._all())

    def search(self, text: str) -> list[str]:
        """The sounds whose name contains the text."""
        return [name for name in self.names() if text.lower() in name.lower()]

    def __contains__(self, name: str) -> bool:
        return name in self._all()

    def refresh(self) -> None:
        """Looks at the folders again."""
        self._banks = None
        self._files.clear()

    def files(self, name: str) -> tuple[Path, ...]:
        """The files of a sound, in the order that `n` counts them. Raises NameUnknown."""
        found = self._files.get(name)
        if found is None:
            place = self._all().get(name)
            if place is None:
                raise NameUnknown("sample", name, self._all(), "put a folder of that name among your samples")
            found = self._files[name] = (place,) if place.is_file() else _listing(place)
        if not found:
            raise FileProblem(
                f"sample folder {self._all()[name]} holds no sound files: {', '.join(sorted(ENDINGS))}"
            )
        return found

    def sample(self, name: str, number: float = 0) -> tuple[Sample, list[BufferLoad | BufferFree]]:
        """A sound's file by number (wraps round), with what must be sent to the server before its first use.

        Raises NameUnknown for a sound nobody has and FileProblem for a file that cannot be read.
        """
        return self.file(self.path(name, number))

    def path(self, name: str, number: float = 0) -> Path:
        """A sound's file by number, which wraps round. Raises NameUnknown."""
        files = self.files(name)
        self._prepare_behind(name, files)
        return files[int(number // 1) % len(files)]

    def file(self, path: Path) -> tuple[Sample, list[BufferLoad | BufferFree]]:
        """As `sample`, for any sound file."""
        return self._taken(path, self._prepared)

    def as_it_is(self, path: Path) -> tuple[Sample, list[BufferLoad | BufferFree]]:
        """As `file`, at the file's own rate: for one that was made for the server."""
        return self._taken(path, self._plain)

    def is_long(self, path: Path) -> bool:
        """Whether a file is one to be streamed."""
        found = self._long.get(path)
        if found is None:
            found = self._long[path] = _about(path).duration > STREAMED_FROM
        return found

    def stream(self, path: Path) -> tuple[Sample, list[BufferLoad | BufferFree]]:
        """A long file that is read while it plays, at its own rate: its number, channels, frames and rate."""
        ready = self._streams.get(path)
        if ready is not None:
            return ready, []
        about = _about(path)
        place = self._linked(path)
        if path.suffix.lower() not in READ_BY_SCSYNTH or about.channels > 2:
            place = self.cache / "samples" / f"{self.stamp(path)}-long.wav"
            if not place.exists():
                _copy_long(path, place)
            place = place.resolve()
        channels = min(about.channels, 2)
        load = BufferLoad(self._new_number(), str(place), channels=channels)
        made = self._streams[path] = Sample(load, about.frames, channels, about.samplerate, path)
        return made, [load]

    def _taken(
        self, path: Path, prepare: Callable[[Path], tuple[int, int, int, Path]]
    ) -> tuple[Sample, list[BufferLoad | BufferFree]]:
        ready = self._ready.get(path)
        now = self._clock()
        self._used[path] = now
        if ready is not None:
            return ready, []
        frames, channels, rate, place = prepare(path)
        size = frames * channels * 4
        freed = self._make_room(size, now)
        kept = self._kept.pop(str(place), None)
        number = kept if kept is not None else self._free.pop() if self._free else self._next
        if number == self._next:
            self._next += 1
        if number >= BUFFERS:
            raise FileProblem(f"{BUFFERS} sound files are loaded already: end the session to let them go")
        made = Sample(BufferLoad(number, str(place), 0, 0, size), frames, channels, rate, path)
        self._ready[path] = made
        self._size += size
        return made, [*freed, made.load]

    def keep(self, loads: Iterable[BufferLoad]) -> None:
        """Files that a server has already: they keep their numbers, and no other file gets one of them."""
        for load in loads:
            self._kept[load.path] = load.number
            self._next = max(self._next, load.number + 1)

    def loads(self) -> list[BufferLoad]:
        """Every file in use, for a server that starts afresh."""
        return [sample.load for sample in (*self._ready.values(), *self._streams.values())]

    def wait(self, timeout: float = 60.0) -> bool:
        """Until what is prepared behind is ready; whether it is."""
        thread = self._behind
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _new_number(self) -> int:
        number = self._free.pop() if self._free else self._next
        if number == self._next:
            self._next += 1
        if number >= BUFFERS:
            raise FileProblem(f"{BUFFERS} sound files are loaded already: end the session to let them go")
        return number

    def _prepare_behind(self, name: str, files: tuple[Path, ...]) -> None:
        """Converts a folder's other files in a thread, once: a conversion must never hold up the music."""
        if name in self._prepared_behind or len(files) < 2:
            return
        self._prepared_behind.add(name)
        self._waiting += files[:MOST_BEHIND]
        if self._behind is None or not self._behind.is_alive():
            self._behind = threading.Thread(target=self._work_behind, name="samples", daemon=True)
            self._behind.start()

    def _work_behind(self) -> None:
        while self._waiting:
            path = self._waiting.popleft()
            # What is wrong with a file is said when somebody plays it.
            with contextlib.suppress(FileProblem, OSError, RuntimeError):
                if path not in self._ready and not self.is_long(path):
                    self._prepared(path)

    def _all(self) -> dict[str, Path]:
        if self._banks is None:
            found: dict[str, Path] = {}
            for root in self.roots:
                for name, place in _banks(root):
                    found.setdefault(name, place)
            self._banks = found
        return self._banks

    def _make_room(self, size: int, now: float) -> list[BufferFree]:
        freed: list[BufferFree] = []
        # What the machine has left counts too: half of it may be filled, the rest is for those who play.
        most = min(self.memory, self._size + self._available() // 2)
        for path in sorted(self._ready, key=self._used.__getitem__):
            if self._size + size <= most or now - self._used[path] < _IDLE:
                break
            old = self._ready.pop(path)
            self._size -= old.load.size
            self._free.append(old.load.number)
            freed.append(BufferFree(old.load.number))
        return freed

    def _plain(self, path: Path) -> tuple[int, int, int, Path]:
        about = _about(path)
        return about.frames, about.channels, about.samplerate, self._linked(path)

    def _prepared(self, path: Path) -> tuple[int, int, int, Path]:
        """Frames, channels, rate and place of a file that the server can read."""
        import soundfile

        about = _about(path)
        long = about.duration > LONGEST_CONVERTED
        fits = about.channels <= 2 and path.suffix.lower() in READ_BY_SCSYNTH
        if fits and (about.samplerate == self.rate or long):
            return about.frames, about.channels, about.samplerate, self._linked(path)
        place = self.cache / "samples" / f"{self.stamp(path)}.wav"
        with self._converting.setdefault(path, threading.Lock()):
            if not place.exists():
                _convert(path, place, self.rate)
        made = soundfile.info(str(place))
        return made.frames, made.channels, made.samplerate, place.resolve()

    def stamp(self, path: Path) -> str:
        """A name for a file as it is now, at this rate: for what is made from it."""
        state = path.stat()
        told = f"{path.resolve()} {state.st_size} {state.st_mtime_ns} {self.rate}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    def _linked(self, path: Path) -> Path:
        from livecode.sound.record import within

        return within(self.cache, path.resolve())


def _banks(root: Path) -> Iterable[tuple[str, Path]]:
    try:
        with os.scandir(root) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    yield entry.name, Path(entry.path)
                elif Path(entry.name).suffix.lower() in ENDINGS:
                    yield Path(entry.name).stem, Path(entry.path)
    except OSError:
        return


def _listing(place: Path) -> tuple[Path, ...]:
    files: Sequence[Path] = sorted(place.iterdir(), key=lambda path: path.name.lower())
    return tuple(path for path in files if path.suffix.lower() in ENDINGS and not path.name.startswith("."))


def _memory_available() -> int:
    """Bytes that this machine could still give."""
    import psutil

    return int(psutil.virtual_memory().available)


def _about(path: Path) -> Any:
    import soundfile

    try:
        about = soundfile.info(str(path))
    except (soundfile.LibsndfileError, OSError) as error:
        raise FileProblem(f"sample {path.name} cannot be read: {error}") from None
    if about.frames == 0:
        raise FileProblem(f"sample {path.name} is empty")
    return about


def _copy_long(path: Path, place: Path) -> None:
    """As `_convert`, a block at a time and at the file's own rate."""
    import numpy as np
    import soundfile

    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.stem}.{os.getpid()}.wav")
    with soundfile.SoundFile(path) as source:
        channels = min(source.channels, 2)
        with soundfile.SoundFile(part, "w", source.samplerate, channels, subtype="FLOAT") as made:
            for block in source.blocks(1 << 16, dtype="float32", always_2d=True):
                made.write(np.nan_to_num(block[:, :2], nan=0.0, posinf=0.0, neginf=0.0))
    part.replace(place)


def _convert(path: Path, place: Path, rate: int) -> None:
    """Writes a float WAV at the server's rate with at most two channels, whole or not at all."""
    import numpy as np
    import soundfile
    import soxr

    sound, own = soundfile.read(str(path), dtype="float32", always_2d=True)
    sound = np.nan_to_num(sound[:, :2], nan=0.0, posinf=0.0, neginf=0.0)
    if own != rate:
        sound = soxr.resample(sound, own, rate, quality="VHQ")
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.stem}.{os.getpid()}.{threading.get_ident()}.wav")
    soundfile.write(str(part), sound, rate, subtype="FLOAT")
    part.replace(place)
