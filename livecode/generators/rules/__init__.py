"""Composers that obey rules: melodies, counterpoint, four-part harmony, figured bass, canons.

```python
d1 >> rules("melody").in_scale("d dorian").synth("reed")
d2 >> counterpoint(species=3, cantus=d1).synth("flute")
d3 >> harmonise(d1).synth("choir")
```

Each note is found by a search under the textbook's rules (`solver.py`); `.explain()` says what it is
there for, and what gave way when not every rule could be kept. Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from livecode.generators.rules.ruled import Ruled

__all__ = ["canon", "counterpoint", "figured_bass", "harmonise", "rules"]


def rules(kind: str = "melody", *hard: str, soft: Any = None, **asked: Any) -> Ruled:
    """A melody by the textbook's rules, and by any of your own, hard or soft.

    ```python
    rules("melody", "abs(leap) <= 5", "degree in (1, 3, 5) or weak", soft={"leap != 0": 2}).key("d minor")
    ```

    A rule is text over `note`, `before`, `leap`, `leap_before` (semitones), `degree`, `octave`, `beat`,
    `bar`, `length`, `strong`, `weak`, `chord`, `first`, `last`. Hard ones hold, or the prompt is told
    which gave way; soft ones cost their weight (1 is a little, 10 a lot) where they do not. `key`,
    `energy` (0 to 1, how many notes), `temperature`, `bars` and `seed` as everywhere.
    """
    from livecode.errors import NameUnknown
    from livecode.generators.rules.melody import Melody, checked_rules
    from livecode.generators.rules.ruled import ruled
    from livecode.generators.rules.spoken import plain_key

    if kind != "melody":
        others = "rules() writes melodies; see counterpoint(), harmonise(), canon(), figured_bass()"
        raise NameUnknown("kind of rules", kind, ["melody"], others)
    texts, weighted = checked_rules(hard, soft)
    return ruled(Melody(plain_key(asked), texts, weighted), "rules melody", asked)


def counterpoint(
    species: int = 1, cantus: Any = None, parts: int = 2, place: str = "bass", **asked: Any
) -> Ruled:
    """Lines against a part that plays, by the rules of strict counterpoint.

    ```python
    d2 >> counterpoint(species=4, cantus=d1).synth("violin")
    counterpoint(species=5, parts=3, key="d dorian")
    ```

    `species` is 1 (note against note), 2 (two to one), 3 (four to one), 4 (syncopated) or 5 (florid);
    `cantus` a slot, a pattern, or nothing for a cantus of its own, which then sounds too; `parts` 2 to 4, the
    cantus counted, which is the `place` "bass", "middle" or "top". J. J. Fux, *Gradus ad Parnassum* (1725).
    """
    from livecode.generators.rules.ruled import ruled
    from livecode.generators.rules.species import Species, checked
    from livecode.generators.rules.spoken import plain_key

    kind, count, where = checked(species, parts, place)
    stream = ruled(Species(kind, count, where, plain_key(asked), cantus is None), "counterpoint", asked)
    return stream if cantus is None else stream.over(cantus)


def harmonise(melody: Any, whole: bool = False, close: bool = False, **asked: Any) -> Ruled:
    """Alto, tenor and bass under a melody that plays, as in a chorale.

    ```python
    d2 >> harmonise(d1).synth("choir")
    harmonise("c5 d5 e5 f5", whole=True, close=True, key="c major")
    ```

    `melody` is a slot, a pattern or notes; with `whole` it sounds too, with `close` each phrase ends in a
    cadence. `energy` (0 to 1) says how much moves between the beats, `key` in which key; without it the
    melody's own is found. W. Piston, *Harmony* (1941).
    """
    from livecode.generators.rules.harmoniser import Harmoniser
    from livecode.generators.rules.ruled import ruled
    from livecode.generators.rules.spoken import plain_key

    return ruled(Harmoniser(plain_key(asked), bool(whole), bool(close)), "harmonise", asked).over(melody)


def figured_bass(bass: Any, figures: str = "", beats: float = 2, **asked: Any) -> Ruled:
    """Three parts over a bass with figures, as a continuo player would.

    ```python
    figured_bass("c3 b2:6 c3 f3 d3:43 e3:6 f3:65 g3:7", key="c major").synth("organ")
    d2 >> figured_bass(d1, figures="5 6 6 7").synth("harpsichord")
    ```

    `bass` is text, one note every so many `beats`, each with its figure after a colon (none is a triad); or a
    slot or pattern that plays the bass. `figures` are for notes without one, in turn, over and over. What a
    figure asks for is played, the raised leading note of a minor key too, whatever `.in_scale(...)` says.
    """
    from livecode.errors import ControlError
    from livecode.generators.rules.figured import Figured, read_bass, read_figures
    from livecode.generators.rules.ruled import ruled
    from livecode.generators.rules.spoken import plain_key

    if isinstance(beats, bool) or not isinstance(beats, int | float) or not 0.25 <= beats <= 16:
        raise ControlError(f"beats={beats!r}: give 0.25 to 16 beats for each bass note")
    key = plain_key(asked)
    if isinstance(bass, str):
        notes = read_bass(bass, read_figures(figures))
        return ruled(Figured(notes, (), key, float(beats)), "figured bass", asked)
    return ruled(Figured((), read_figures(figures), key), "figured bass", asked).over(bass)


def canon(interval: Any = "octave", distance: float = 4, parts: int = 2, **asked: Any) -> Ruled:
    """One line that others follow, so many beats later and higher or lower.

    ```python
    canon("fifth", distance=4).key("g minor").synth("organ")
    canon("octave above", distance=2, parts=3, energy=0.7)
    ```

    `interval` is "unison" to "octave", below unless "above" is said, or steps of the scale (-7 an octave
    below); `distance` in beats, 0.5 to 16; `parts` 2 or 3.
    """
    from livecode.generators.rules.canons import Canon, checked
    from livecode.generators.rules.ruled import ruled
    from livecode.generators.rules.spoken import plain_key

    steps, beats, count = checked(interval, distance, parts)
    return ruled(Canon(steps, beats, count, plain_key(asked)), "canon", asked)
