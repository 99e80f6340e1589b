"""Pictures of whatever there is to see: slots, patterns, phrases, tables, sounds.

```python
show(d1)
show(d1 | d2, cycles=8)
show(markov("foster", order=1).table())
show(d1).save("d1.png")
```
"""

from __future__ import annotations

from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import FileProblem, PatternError
from livecode.language.pattern import Pattern
from livecode.language.reify import reify
from livecode.language.sounding import sounding
from livecode.pictures.roll import Mark, Roll
from livecode.pictures.roll import strength as strength_of

if TYPE_CHECKING:
    from livecode.pictures.picture import Picture

LONGEST = 4096
BANDS = 96


def show(thing: Any = None, cycles: int = 4, begin: int | None = None) -> Picture:
    """Draw a slot, a pattern, a phrase, a composer's table or a sound; all slots when nothing is named.

    ```python
    show(d1)
    show(d1 | d2, cycles=8)
    show(note("0 2 4 7").synth("pluck"))
    show("take.wav")
    ```

    `cycles` (1 to 4096) from `begin` on: the cycle that sounds now for slots, 0 for patterns. Slots that are
    shown together share one picture, a colour each; a dream lies under what was put in. The picture shows
    itself at the prompt and in a notebook; `.save("name.png")` or `.svg` keeps it. Raises PatternError for
    what cannot be drawn.
    """
    from livecode.pictures import graphs
    from livecode.pictures.picture import Picture

    if isinstance(cycles, bool) or not isinstance(cycles, int) or not 1 <= cycles <= LONGEST:
        raise PatternError(f"show(..., cycles={cycles!r}) cannot be drawn: give 1 to {LONGEST}")
    if isinstance(thing, Picture):
        return thing
    if thing is None or _slots(thing):
        return Picture.of_roll(_of_slots(thing, cycles, begin))
    if isinstance(thing, (str, Path)) and Path(thing).suffix.lower() in SOUND_FILES:
        return waveform(thing)
    if hasattr(thing, "rows") and hasattr(thing, "counts"):
        return graphs.table(thing.rows, thing.counts, f"what follows {_many(getattr(thing, 'order', 1))}")
    if hasattr(thing, "notes") and hasattr(thing, "metre"):
        return Picture.of_roll(_of_phrase(thing))
    if hasattr(thing, "__array__") and not isinstance(thing, Pattern):
        return graphs.waveform(thing, 48000.0)
    first = 0 if begin is None else int(begin)
    if callable(getattr(thing, "rise", None)):
        return _of_dream(thing, cycles, first)
    if not isinstance(thing, (Pattern, str, int, float, list, tuple)) and not hasattr(thing, "as_pattern"):
        raise PatternError(
            f"{type(thing).__name__} has no picture: show a slot, pattern, phrase, table or sound file"
        )
    pattern = reify(thing)
    events = pattern.query(first, first + cycles)
    if events and all(event.whole is None for event in events):
        return graphs.curve(lambda cycle: _value_at(pattern, cycle), first, first + cycles)
    return Picture.of_roll(Roll(tuple(_marks(events, "d1")), first, first + cycles, _title(thing)))


def _of_dream(dream: Any, cycles: int, first: int) -> Picture:
    """What was put in, what was dreamt of it, and how much louder the net answered step by step."""
    from livecode.pictures import graphs
    from livecode.pictures.picture import Picture

    source, name = dream.plan.over, dream.plan.name.removeprefix("dream of ")
    parts = (
        (source.query(first, first + cycles), name),
        (dream.query(first, first + cycles), dream.plan.name),
    )
    before, after = (
        Picture.of_roll(Roll(tuple(_marks(events, "d1")), first, first + cycles, title))
        for events, title in parts
    )
    rise = dream.rise(first)
    steps = graphs.curve(
        lambda at: rise[min(int(at), len(rise) - 1)], 0, max(1, len(rise) - 1), "activation by step"
    )
    return before.above(after).above(steps) if len(rise) > 1 else before.above(after)


def waveform(sound: Any = None, seconds: float = 0.05) -> Picture:
    """Draw a waveform: of what sounds now, of a sound file, or of an array of samples.

    ```python
    waveform("take.wav")
    ```

    Without a sound it is the last moment of what leaves the speakers, at most 0.08 s of it.
    Raises FileProblem for a file that cannot be read.
    """
    from livecode.pictures import graphs

    if sound is None:
        levels = _levels()
        return graphs.waveform(levels.waveform(seconds), levels.rate, "what sounds now")
    samples, rate, name = _sound(sound)
    return graphs.waveform(samples, rate, name)


def spectrum(sound: Any = None) -> Picture:
    """Draw a spectrum: of what sounds now, of a sound file, or of an array of samples.

    ```python
    spectrum("take.wav")
    ```

    96 bands, equally wide in octaves from 40 Hz to 16 kHz, in dB below full scale; a file's is its average.
    Raises FileProblem for a file that cannot be read.
    """
    from livecode.pictures import graphs

    if sound is None:
        return graphs.spectrum(_levels().spectrum(BANDS), "what sounds now")
    samples, rate, name = _sound(sound)
    return graphs.spectrum(_bands(samples, rate), name)


SOUND_FILES = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")


def _slots(thing: Any) -> list[Any]:
    from livecode.stage.slot import Slot, Slots

    if isinstance(thing, Slot):
        return [thing]
    return list(thing.slots) if isinstance(thing, Slots) else []


def _of_slots(thing: Any, cycles: int, begin: int | None) -> Roll:
    from livecode.stage.session import current

    slots = _slots(thing)
    session: Any = slots[0]._session if slots else current()
    if not slots:
        slots = [slot for slot in session.slots.values() if slot.playing]
    if not any(slot.playing for slot in slots):
        named = " | ".join(f"d{slot.number}" for slot in slots)
        raise PatternError(f"{named or 'every slot'} is silent: d1 >> a pattern first")
    first = floor(session.now()) if begin is None else int(begin)
    marks: list[Mark] = []
    for slot in slots:
        pattern = slot.pattern
        if pattern is not None:
            marks += _marks(pattern.query(first, first + cycles), f"d{slot.number}")
    title = "  ".join(f"d{slot.number}" for slot in slots) if len(slots) != 1 else slots[0].source
    return Roll(tuple(sorted(marks, key=lambda mark: mark.begin)), first, first + cycles, title[:90])


def _marks(events: list[Any], slot: str) -> list[Mark]:
    found = []
    for event in events:
        if event.whole is None or not event.has_onset():
            continue
        controls = event.value
        if isinstance(controls, bool) or not isinstance(controls, (dict, int, float, str)):
            controls = str(controls)
        if isinstance(controls, str):
            controls = {"s": controls}
        elif not isinstance(controls, dict):
            controls = {"note": float(controls)}
        name = str(controls.get("s") or controls.get("synth") or "")
        begin, end = float(event.whole.begin), float(event.whole.end)
        found.append(Mark(begin, end, slot, name, sounding(controls), strength_of(controls)))
    return found


def _of_phrase(phrase: Any) -> Roll:
    bar = phrase.length / phrase.bars if phrase.bars else phrase.length
    marks = [
        Mark(
            float(note["onset"]) / bar, float(note["onset"] + note["duration"]) / bar,
            f"d{int(note['voice']) + 1}", f"voice {int(note['voice']) + 1}", float(note["pitch"]),
            float(note["velocity"]) / 127,
        )
        for note in phrase.notes
    ]  # fmt: skip
    key = f" in {phrase.key}" if phrase.key else ""
    return Roll(tuple(marks), 0, max(1, phrase.bars), f"{len(marks)} notes{key}")


def _value_at(pattern: Pattern, cycle: float) -> float:
    from livecode.language.time import to_time

    # A signal is read at the middle of what is asked for.
    at, little = to_time(round(cycle, 6)), to_time(0.000002)
    events = pattern.query(at - little, at + little)
    value = events[0].value if events else 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0


def _title(thing: Any) -> str:
    text = thing if isinstance(thing, str) else getattr(thing, "name", "")
    return str(text)[:90] if isinstance(text, str) else ""


def _many(order: int) -> str:
    return "a note" if order == 1 else f"{order} notes"


def _levels() -> Any:
    from livecode.errors import EngineError
    from livecode.stage.session import current

    levels = current().levels()
    if not levels.available:
        raise EngineError('nothing sounds here that could be drawn: name a file, as in spectrum("take.wav")')
    return levels


def _sound(sound: Any) -> tuple[Any, float, str]:
    """Samples (frames by channels), their rate and a name."""
    import numpy as np

    if isinstance(sound, (str, Path)):
        import soundfile

        path = Path(sound).expanduser()
        try:
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except (OSError, RuntimeError) as error:
            reason = "there is none" if not path.exists() else " ".join(str(error).split())
            raise FileProblem(f"no sound in {path}: {reason}") from None
        return samples, float(rate), path.name
    samples = np.asarray(sound, dtype=float)
    return (samples if samples.ndim > 1 else samples[:, None]), 48000.0, "samples"


def _bands(samples: Any, rate: float, count: int = BANDS) -> list[float]:
    """The average level of each band in dB; a full-scale sine reads 0."""
    import numpy as np

    size = 8192
    if len(samples) < size:
        samples = np.pad(samples, ((0, size - len(samples)), (0, 0)))
    window = np.hanning(size)[:, None]
    steps = np.linspace(0, len(samples) - size, min(200, max(1, len(samples) // size * 2))).astype(int)
    power = np.zeros(size // 2 + 1)
    for start in steps:
        power += (np.abs(np.fft.rfft(samples[start : start + size] * window, axis=0)) ** 2).mean(axis=1)
    # A sine's power is spread over the window's main lobe: its sum there, so scaled, is the sine's own.
    power *= 32 / (3 * size * size) / len(steps)
    edges = np.geomspace(40.0, 16000.0, count + 1) * size / rate
    reached = np.interp(edges, np.arange(len(power) + 1) - 0.5, np.concatenate(([0.0], np.cumsum(power))))
    return [float(level) for level in 10 * np.log10(np.maximum(np.diff(reached), 1e-12))]
