"""Scenes: the whole set under a name, to come back to, and to go from one to another.

```python
scene.save("verse")
scene.recall("verse", over=8)
scene.morph("verse", "chorus", 16)
```
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from livecode.errors import NameUnknown, PatternError, TempoError
from livecode.language.reify import reify
from livecode.stage.evaluation import calling_text
from livecode.stage.scene import KNOBS, Draft, Glide, Scene, Take
from livecode.stage.tempo import Metre
from livecode.stage.transitions import Way, check_cycles, crossfaded

if TYPE_CHECKING:
    from livecode.stage.session import Session


class Scenes:
    """Keep the whole set under a name: `scene.save("verse")`, `scene.recall("verse")`.

    A scene is every slot's pattern, gain, mute, solo and phase, the tempo and the metre. Recalling one is an
    evaluation like any other: it takes over at the quants, in one step of undo.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[str, Scene] = {}

    def save(self, name: str) -> None:
        """Remember the set as it is now, this very block of code included."""
        if not isinstance(name, str) or not name.strip():
            raise PatternError(f'{name!r} is no name for a scene: write scene.save("verse")')
        self._kept[name] = self._session._wished()

    def recall(self, name: str, over: float = 0, curve: str = "linear") -> None:
        """Play a saved scene; `over` so many cycles its patterns fade in, tempo and gains move to theirs."""
        self._session._wish(self._way_to(self._scene(name), check_cycles(over, "recall(..., over="), curve))

    def morph(self, name: str, other: str, amount: Any = None, over: float = 0) -> None:
        """Play something between two saved scenes, or go from one to the other over so many cycles.

        ```python
        scene.morph("verse", "chorus", over=16)
        scene.morph("verse", "chorus", 0.3)
        scene.morph("verse", "chorus", sine.slow(16))
        ```

        `amount` is 0 for the first scene, 1 for the second, or a pattern of that, read as the music plays.
        Patterns sound beside each other at equal power; tempo and gains lie between theirs.
        """
        one, two = self._scene(name), self._scene(other)
        cycles = check_cycles(over, "morph(..., over=")
        if amount is None:
            if not cycles:
                raise TempoError(f'morph("{name}", "{other}") from when to when? Give over=16, or an amount')
            # From the first scene at once, then on the way.
            now = self._session._wished()
            draft = now.towards(one)
            further = self._way_to(two, cycles, "linear", one)
            draft.join(further)
            for slot in further.takes:
                draft.ways[slot] = further.ways[slot]
            self._session._wish(draft)
            return
        self._session._wish(self._between(one, two, amount, cycles))

    def names(self) -> list[str]:
        """The scenes that are kept."""
        return list(self._kept)

    def forget(self, name: str) -> None:
        """Keep a scene no longer."""
        self._scene(name)
        del self._kept[name]

    def __repr__(self) -> str:
        lines = [f"{name}: {_shown(scene)}" for name, scene in self._kept.items()]
        return "\n".join(lines) or "no scene is saved"

    def _scene(self, name: str) -> Scene:
        found = self._kept.get(name)
        if found is None:
            raise NameUnknown("scene", name, self._kept, 'save one with scene.save("verse")')
        return found

    def _way_to(self, target: Scene, cycles: float, curve: str, start: Scene | None = None) -> Draft:
        draft = (start or self._session._wished()).towards(target)
        if cycles:
            draft.ways = {slot: Way("xfade", cycles) for slot in draft.takes}
            draft.glide = Glide(cycles, curve)
            draft.fade = cycles
        return draft

    def _between(self, one: Scene, two: Scene, amount: Any, cycles: float) -> Draft:
        steady = isinstance(amount, int | float) and not isinstance(amount, bool)
        if steady and not 0 <= amount <= 1:
            raise PatternError(f"an amount of {amount!r}: give 0 for the first scene to 1 for the second")
        place = reify(amount)

        def at(cycle: float) -> float:
            found = place.query(cycle, cycle + 1e-4)
            return float(found[0].value) if found else 0.0

        share = float(amount) if steady else at(self._session.now())
        text, takes = calling_text(), {}
        for slot in one.takes.keys() | two.takes.keys():
            first, second = one.takes.get(slot), two.takes.get(slot)
            if first is second:
                takes[slot] = first
            else:
                takes[slot] = Take(crossfaded(_pattern(first), _pattern(second), at), text)
        now = self._session._wished()
        target = Scene(
            takes={slot: take for slot, take in takes.items() if take is not None},
            gains=_means(one.gains, two.gains, 1.0, share),
            muted=two.muted if share > 0.5 else one.muted,
            soloed=two.soloed if share > 0.5 else one.soloed,
            bpm=_mean(one.bpm, two.bpm, share),
            course=two.course if share > 0.5 else one.course,
            groove=(_mean(one.groove[0], two.groove[0], share), (two if share > 0.5 else one).groove[1]),
            metre=two.metre if share > 0.5 else one.metre,
            metronome=now.metronome,
            phases=_means(one.phases, two.phases, 0.0, share),
            knobs={
                knob: _mean(
                    one.knobs.get(knob, KNOBS[knob[2]]), two.knobs.get(knob, KNOBS[knob[2]]), share
                )
                for knob in one.knobs.keys() | two.knobs.keys()
            },
            sources=(two if share > 0.5 else one).sources,
            quants=(two if share > 0.5 else one).quants,
            energy=(two if share > 0.5 else one).energy,
        )
        draft = now.towards(target)
        if cycles:
            draft.ways = {slot: Way("xfade", cycles) for slot in draft.takes}
            draft.glide, draft.fade = Glide(cycles), cycles
        return draft


def _pattern(take: Take | None) -> Any:
    from livecode.language.pattern import silence

    return silence if take is None else take.pattern


def _mean(one: float, two: float, share: float) -> float:
    return one + (two - one) * share


def _means(
    one: Mapping[int, float], two: Mapping[int, float], usual: float, share: float
) -> dict[int, float]:
    slots = one.keys() | two.keys()
    return {slot: _mean(one.get(slot, usual), two.get(slot, usual), share) for slot in slots}


def _shown(scene: Scene) -> str:
    slots = ", ".join(f"d{slot}" for slot in sorted(scene.takes)) or "silence"
    metre = "" if scene.metre == Metre() else f", {scene.metre.beats}/{scene.metre.unit}"
    return f"{slots}, {scene.bpm:g} bpm{metre}"
