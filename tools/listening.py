"""Make the listening pages in docs/listening/: ten pieces by a composer, engraved, rendered and told apart.

    python tools/listening.py            every page
    python tools/listening.py cope       one page
    python tools/listening.py cope 3     three pieces of it

A page is a row of `PAGES`: what to type, with {seed} in it, the sound, the tempo, and how many bars.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "docs" / "listening"
PIECES = 10
LONGEST = 24


@dataclass(frozen=True)
class Page:
    """A composer's page; `pieces` are (line to type, bars), one for each piece, {seed} filled in."""

    title: str
    about: str
    line: str
    sound: str
    tempo: float = 84
    bars: int = 12
    """How long a piece is when its composer does not say."""
    others: tuple[tuple[int, str], ...] = ()
    """Pieces, by number from 1, that are typed otherwise."""

    def typed(self, number: int) -> str:
        """The line for a piece."""
        return dict(self.others).get(number, self.line).format(seed=number)


PAGES: dict[str, Page] = {
    "cope": Page(
        "Recombination, after Cope",
        "New pieces out of beats of Bach's chorales (six), of Joplin's *Maple Leaf Rag* (two), of five piano "
        "dances by Clara Wieck and Chopin (one) and of Mozart's quartets (one). Each join is one that its "
        "composer made; tension and phrases follow "
        "one work of the corpus, named below with the longest run that stands in a work.",
        'recombine("bach chorales", seed={seed})',
        "organ",
        others=(
            (7, 'recombine("joplin", seed={seed}).bars(4)'),
            (8, 'recombine("joplin", seed={seed}, max_copy=4).bars(4)'),
            (9, 'recombine("dances", seed={seed}).bars(4)'),
            (10, 'recombine("mozart quartets", seed={seed}).bars(4)'),
        ),
    ),
    "rules": Page(
        "Rules: melody, counterpoint, harmony, figured bass, canon",
        "Every note chosen by a search under the textbooks' rules; a separate examiner "
        "(`livecode/music/checking.py`) looked for faults, and what it found is said.",
        'rules("melody", key="d minor", seed={seed})',
        "organ",
        bars=8,
        others=(
            (2, 'rules("melody", "abs(leap) <= 5", key="f major", energy=0.75, seed={seed})'),
            (3, 'counterpoint(1, parts=3, key="d dorian", seed={seed}).bars(8)'),
            (4, 'counterpoint(3, key="e phrygian", seed={seed}).bars(8)'),
            (5, 'counterpoint(4, parts=3, key="a minor", seed={seed}).bars(8)'),
            (6, 'counterpoint(5, parts=4, key="g minor", seed={seed}).bars(8)'),
            (7, 'harmonise(rules("melody", key="g major", energy=0.3, seed={seed}), whole=True, close=True)'),
            (8, 'figured_bass("c3 b2:6 c3 f3 d3:43 e3:6 f3:65 g3:7", key="c major", seed={seed})'),
            (9, 'canon("fifth", distance=4, key="g minor", seed={seed})'),
            (10, 'canon("octave", distance=2, parts=3, key="d minor", seed={seed})'),
        ),
    ),
    "cpu_bach": Page(
        "CPU Bach",
        "Pieces planned from the top down: keys and cadences first, then chords, then voices. Sixteen bars "
        "of each; they go on for as long as one likes. What the examiner (`livecode/music/checking.py`) "
        "found is said.",
        'cpu_bach("chorale", seed={seed})',
        "organ",
        bars=16,
        others=(
            (4, 'cpu_bach("invention", seed={seed})'),
            (5, 'cpu_bach("invention", seed={seed}, energy=0.8)'),
            (6, 'cpu_bach("toccata", key="c major", seed={seed})'),
            (7, 'cpu_bach("toccata", key="d minor", seed={seed}, energy=0.85)'),
            (8, 'cpu_bach("fugue", key="g minor", seed={seed})'),
            (9, 'cpu_bach("fugue", seed={seed})'),
            (10, 'cpu_bach("fugue", key="a minor", seed={seed}, texture=4)'),
        ),
    ),
}
SOUNDS = {
    "joplin": "upright", "dances": "piano", "quartets": "strings", "invention": "harpsichord",
    "toccata": "harpsichord",
}  # fmt: skip


def make(name: str, count: int = PIECES) -> None:
    """One page: pictures, sound, and a README with what was typed and what can be told."""
    page = PAGES[name]
    folder = TARGET / name
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"# {page.title}", "", page.about, "", f"Made by `python tools/listening.py {name}`.", ""]
    notes = folder / "heard.md"
    if notes.exists():
        rows += [notes.read_text("utf-8").strip(), ""]
    for number in range(1, count + 1):
        line = page.typed(number)
        sys.stderr.write(f"{name} {number}: {line}\n")
        told = piece(line, folder / f"{number:02}", page)
        rows += [f"## {number}. `{line}`", "", *told, "", f"[listen]({number:02}.ogg)", ""]
        rows += [f"![piece {number}, engraved]({number:02}.png)", ""]
    (folder / "README.md").write_text("\n".join(rows), "utf-8")


def piece(line: str, place: Path, page: Page) -> list[str]:
    """Engrave and render one piece; what is told of it."""
    from livecode.commands.compose import generator
    from livecode.language.moment import MOMENT, Moment
    from livecode.music.key import find_key
    from livecode.music.phrase import concat

    metre = (3, 4) if "dances" in line else (4, 4)
    token = MOMENT.set(Moment(offline=True, metre=metre))
    stream = generator(line)
    each = stream.plan.bars
    phrases = [stream.phrase(number) for number in range(-(-LONGEST // each))]
    whole = concat(phrases)
    bars = _end(whole, page.bars)
    whole = whole.slice(0, bars * whole.bar)
    report = stream.report(bars) if callable(getattr(stream, "report", None)) else None
    MOMENT.reset(token)
    plan = (whole.provenance[0] or {}).get("plan", "")
    whole.key = find_key(whole)
    whole.provenance = ()
    _engrave(whole, place.with_suffix(".png"), page.tempo)
    sound = next((sound for word, sound in SOUNDS.items() if word in line), page.sound)
    samples, rate = _render(stream, sound, page, bars, metre, place.with_suffix(".ogg"))
    told = [f"{bars} bars, {len(whole)} notes, {whole.key}.", *measured(whole, samples, rate)]
    if report is not None:
        told.append(f"Plan: {plan.split(' bar ')[0]}. {report}.")
    told += journey(phrases, whole)
    return told


def measured(whole: Any, samples: Any, rate: int) -> list[str]:
    """What can be heard without ears: level and silence; density, register, dissonance and repetition."""
    import numpy as np

    from livecode.language.notes import MIDI_C4, note_name
    from livecode.music.phrase import TICKS

    mono = samples.mean(axis=1)
    window = rate // 10
    levels = np.sqrt((mono[: len(mono) // window * window].reshape(-1, window) ** 2).mean(axis=1))
    decibels = 20 * np.log10(np.maximum(levels, 1e-9))
    quiet = decibels < -60
    gaps = [len(run) for run in "".join("q" if each else "." for each in quiet).strip("q").split(".") if run]
    notes = whole.notes
    pitches = notes["pitch"].astype(int)
    ends = notes["onset"] + notes["duration"]
    clashing = moments = 0
    for time in sorted({int(onset) for onset in notes["onset"]}):
        heard = sorted(int(p) for p in pitches[(notes["onset"] <= time) & (ends > time)])
        moments += len(heard) > 1
        over_bass = {(p - heard[0]) % 12 for p in heard}
        clashing += bool(over_bass & {1, 2, 5, 6, 10, 11})
    bars = [
        tuple((int(n["onset"]) % whole.bar, int(n["pitch"]), int(n["voice"])) for n in notes
              if begin <= n["onset"] < begin + whole.bar)
        for begin in range(0, whole.length, whole.bar)
    ]  # fmt: skip
    again = len(bars) - len(set(bars))
    low, high = (note_name(int(pitch) - MIDI_C4) for pitch in (pitches.min(), pitches.max()))
    return [
        f"Sound: peak {20 * np.log10(np.abs(samples).max()):.1f} dB, "
        f"{20 * np.log10(np.sqrt((mono**2).mean())):.1f} dB on average, "
        f"longest silence inside {max(gaps, default=0) / 10:.1f} s. "
        f"Notes: {len(notes) * TICKS / whole.length:.1f} a beat, {low} to {high}, "
        f"{100 * clashing / max(1, moments):.0f} % of moments with a dissonance over the bass, "
        f"{again} of {len(bars)} bars heard before."
    ]


def journey(phrases: list[Any], whole: Any) -> list[str]:
    """Where the sections of a planned piece go, and what the examiner finds in it."""
    from livecode.music.checking import check

    said = [(phrase.provenance[0] or {}).get("journey") for phrase in phrases if len(phrase)]
    sections = [text.partition(", home")[0] for text in said[: -(-whole.length // phrases[0].length)] if text]
    told = ["Plan: " + "; ".join(sections) + "."] if sections else []
    if any((origin or {}).get("sings") == "figure" for origin in phrases[0].provenance):
        told.append("Broken chords are judged by the four parts behind them: `benchmarks/rules.py`.")
    elif whole.voices >= 2 and any(
        "sings" in (origin or {}) for phrase in phrases for origin in phrase.provenance
    ):
        faults = [str(fault) for fault in check(whole, whole=False, ranges=None) if fault.hard]
        told.append(
            "The examiner finds " + ("nothing." if not faults else f"{len(faults)}: {'; '.join(faults[:4])}.")
        )
    return told


def _end(phrase: Any, usual: int) -> int:
    """The bars up to the end of the first work whose plan is followed, or so many as usual."""
    plans = [(origin or {}).get("plan", "").split(" bar ")[0] for origin in phrase.provenance]
    if not plans or not plans[0]:
        return usual
    other = next((number for number, plan in enumerate(plans) if plan and plan != plans[0]), None)
    end = phrase.length if other is None else int(phrase.notes["onset"][other])
    return max(4, min(LONGEST, -(-end // phrase.bar)))


def _engrave(phrase: Any, target: Path, tempo: float) -> None:
    import io

    import cairosvg
    from PIL import Image

    from livecode.music.engraving import svg_bytes

    drawn = cairosvg.svg2png(bytestring=svg_bytes(phrase, tempo), output_width=1000, background_color="white")
    # Sixteen greys are enough for ink, and a quarter of the size.
    Image.open(io.BytesIO(drawn)).convert("L").quantize(16).save(target, optimize=True)


def _render(
    stream: Any, sound: str, page: Page, bars: int, metre: tuple[int, int], target: Path
) -> tuple[Any, int]:
    """Render it to a file; the samples and their rate."""
    import soundfile

    import livecode.config as settings
    from livecode.commands.render import sounded
    from livecode.stage.offline import perform

    def setup(session: Any) -> None:
        session.tempo(page.tempo)
        session.meter(*metre)
        _ = session.slots[1] >> stream.s(sound).legato(0.98).room(0.25).gain(0.8)

    config = settings.Config()
    performance = perform(setup=setup, cycles=bars, config=config)
    with tempfile.TemporaryDirectory() as scratch:
        wave = Path(scratch) / "piece.wav"
        sounded(performance, wave, config)
        samples, rate = soundfile.read(wave, dtype="float32", always_2d=True)
    with soundfile.SoundFile(
        target, "w", samplerate=rate, channels=2, format="OGG", subtype="VORBIS", compression_level=0.8
    ) as out:
        # All at once overflows libsndfile's stack when it encodes Vorbis.
        for begin in range(0, len(samples), 1 << 14):
            out.write(samples[begin : begin + (1 << 14), :2])
    return samples, rate


def main() -> int:
    words = sys.argv[1:]
    if words and words[0] not in PAGES:
        sys.stderr.write(f"no page {words[0]}: there are {', '.join(PAGES)}\n")
        return 1
    for name in words[:1] or PAGES:
        make(name, int(words[1]) if len(words) > 1 else PIECES)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
