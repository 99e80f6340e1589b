"""A composer that makes new pieces out of beats of old ones, each joined as its composer joined it.

The plan is a work of the corpus: beat by beat it says how tense the music is to be, where phrases end, and
when the piece is over. Beats are drawn under that plan; messages sent backwards from the end tell at each
beat from which others the plan can still be met (belief propagation on the graph of beats).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import ControlError, GeneratorError, NameUnknown
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked
from livecode.generators.markov.consonance import clashes
from livecode.generators.recombination.fragments import END, SIGNATURE, Fragments
from livecode.generators.recombination.works import Work
from livecode.music.phrase import Phrase, empty_notes

Floats = npt.NDArray[np.float64]

USUAL_COPY = 6
"""Beats that may stand in a row as they do in a work, when nothing else is asked."""
TENSE = 9.0
"""How strictly the tension of the plan is followed, in nats for a whole unit."""
LABELLED = 1.0
"""What the same SPEAC label is worth, in nats."""
STAYING = 1.0
"""What going on in the same work is worth."""
UNPLANNED = -14.0
"""What a phrase end where none is planned costs, or none where one is."""
CLASHING = -1.5
LOOKING = 40
"""Beats beyond the phrase that the messages come from, at most."""
PATIENCE = 3000
ATTEMPTS = 8
REMEMBERED = 64
GOES_ON = "_goes on"
"""Where the last note of a phrase keeps what the next phrase must know."""


@dataclass(frozen=True)
class Place:
    """Where a piece is: the last beats taken, the latest last, and how far along which plan it is."""

    fragments: tuple[int, ...]
    plan: int
    beat: int


@dataclass
class Recombiner:
    """Recombines the works of a corpus.

    `plan` names the work whose form and tension are followed; without it each piece follows another, drawn by
    the seed.
    """

    corpus: str
    works: Sequence[Work]
    plan: str | None = None
    made_from: Spec | None = None
    _cut: dict[tuple[int, int], Fragments] = field(default_factory=dict, repr=False)
    _runs: dict[tuple[tuple[int, int], int], set[tuple[int, ...]]] = field(default_factory=dict, repr=False)

    def spec(self) -> Spec:
        """What rebuilds it in a worker."""
        return self.made_from or {"kind": "recombine", "corpus": self.corpus, "plan": self.plan}

    def fragments(self, metre: tuple[int, int] = (4, 4)) -> Fragments:
        """The beats of the works that fit a metre."""
        if metre not in self._cut:
            self._cut[metre] = Fragments.of(self.works, metre)
        return self._cut[metre]

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """New music of exactly `length` ticks; GeneratorError when what is asked cannot be had."""
        fragments = self.fragments(context.metre)
        asked = Asked.of({k: v for k, v in context.constraints.items() if k != "max_copy"})
        random = np.random.default_rng(seed)
        begun = self._begun(context.previous, fragments)
        count = -(-length // fragments.ticks)
        longest = _longest(context.constraints.get("max_copy", USUAL_COPY))
        copies = self._copies(context.metre, longest)
        for attempt in range(ATTEMPTS):
            plan = self._planned(begun, count + LOOKING, fragments, context, random)
            shift = _transposition(asked, fragments, plan)
            maker = _Maker(fragments, plan, context, asked, shift, longest, copies)
            try:
                chosen = maker.chosen(count, begun, random)
            except GeneratorError:
                if attempt == ATTEMPTS - 1:
                    raise
                # Where nothing can follow, the piece breaks off and another one begins.
                begun = None
                continue
            break
        return self._phrase(fragments, plan, chosen, shift, length, context, begun)

    def _copies(self, metre: tuple[int, int], longest: int) -> set[tuple[int, ...]]:
        if not longest:
            return set()
        key = (metre, longest)
        if key not in self._runs:
            self._runs[key] = self.fragments(metre).runs(longest + 1)
        return self._runs[key]

    def _begun(self, previous: Phrase | None, fragments: Fragments) -> Place | None:
        """Where the phrase before left off, as its last note tells."""
        if previous is None or not previous.provenance:
            return None
        told = (previous.provenance[-1] or {}).get(GOES_ON)
        if not isinstance(told, list | tuple) or len(told) < 3:
            return None
        plan, beat, *taken = map(int, told)
        if not all(0 <= each < len(fragments) for each in taken) or not 0 <= plan < len(fragments.works):
            return None
        return Place(tuple(taken), plan, beat)

    def _planned(
        self,
        begun: Place | None,
        count: int,
        fragments: Fragments,
        context: Context,
        random: np.random.Generator,
    ) -> list[tuple[int, int]]:
        """For each beat to come the plan's fragment (-1: rest up to the bar line) and its work."""
        wanted = context.constraints.get("shaped_by", self.plan)
        rows: list[tuple[int, int]] = []
        here = begun
        while len(rows) < count:
            if here is None:
                work = self._form(wanted, fragments, random)
                first = np.flatnonzero(fragments.first & (fragments.work == work))
                # A work whose bars were too few has no beats here.
                beat = int(first[0])
            else:
                work, beat = here.plan, here.beat
            here = None
            while len(rows) < count and beat < len(fragments) and fragments.work[beat] == work:
                rows.append((beat, work))
                beat += 1
            while len(rows) < count and len(rows) % fragments.beats:
                rows.append((-1, work))
        return rows

    def _form(self, wanted: Any, fragments: Fragments, random: np.random.Generator) -> int:
        present = np.unique(fragments.work).tolist()
        if wanted is None:
            return int(present[int(random.random() * len(present))])
        known = {fragments.works[number].name: number for number in present}
        if str(wanted) not in known:
            few = ", ".join(list(known)[:5])
            raise NameUnknown(f"work of {self.corpus}", str(wanted), known, f"there are {few}, ...")
        return int(known[str(wanted)])

    def _phrase(
        self,
        fragments: Fragments,
        plan: list[tuple[int, int]],
        chosen: list[int],
        shift: int,
        length: int,
        context: Context,
        begun: Place | None,
    ) -> Phrase:
        """The beats one after another, notes that go on joined; each note knows its work, bar and beat."""
        rows: list[list[int]] = []
        origins: list[dict[str, Any] | None] = []
        sounding: dict[tuple[int, int], int] = {}
        before = begun.fragments[-1] if begun is not None else -1
        for position, fragment in enumerate(chosen):
            base = position * fragments.ticks
            if fragment < 0:
                sounding = {}
                continue
            at_hand: dict[tuple[int, int], int] = {}
            goal = plan[position][0]
            for voice, pitch, begin, duration, goes_on in fragments.notes[fragment]:
                held = sounding.get((voice, pitch)) if goes_on and begin == 0 else None
                index = len(rows) if held is None else held
                if held is not None:
                    rows[held][1] += duration
                else:
                    rows.append([base + begin, duration, pitch + shift, voice])
                    origins.append(self._origin(fragments, fragment, before, goal))
                if begin + duration == fragments.ticks:
                    at_hand[voice, pitch] = index
            sounding = at_hand
            before = fragment
        kept = [number for number, row in enumerate(rows) if row[0] < length]
        notes = empty_notes(len(kept))
        for place, number in enumerate(kept):
            onset, duration, pitch, voice = rows[number]
            notes[place]["onset"], notes[place]["pitch"], notes[place]["voice"] = onset, pitch, voice
            notes[place]["duration"] = min(duration, length - onset)
        made = Phrase(notes, length, context.metre, provenance=[origins[number] for number in kept]).sorted()
        if len(made):
            taken = [*(begun.fragments if begun is not None else ()), *[f for f in chosen if f >= 0]]
            beat, work = plan[len(chosen)]
            told = dict(made.provenance[-1] or {})
            told[GOES_ON] = [work, beat if beat >= 0 else len(fragments), *taken[-REMEMBERED:]]
            made.provenance = [*made.provenance[:-1], told]
        return made

    def _origin(self, fragments: Fragments, fragment: int, before: int, goal: int) -> dict[str, Any]:
        joined = before >= 0 and fragment != before + 1
        told: dict[str, Any] = {
            "from": fragments.name(fragment),
            "at": fragments.where(fragment),
            "beat": int(fragments.beat[fragment]),
            "moved": int(fragments.shifts[int(fragments.work[fragment])]),
            "speac": str(fragments.label[fragment]),
            "tension": round(float(fragments.tension[fragment]), 3),
        }
        if joined and not fragments.first[fragment]:
            told["as after"] = f"{fragments.name(before)} {fragments.where(before)}"
        if goal >= 0:
            told["plan"] = f"{fragments.name(goal)} {fragments.where(goal)}"
        return told


class _Maker:
    """One phrase being drawn."""

    def __init__(
        self,
        fragments: Fragments,
        plan: list[tuple[int, int]],
        context: Context,
        asked: Asked,
        shift: int,
        longest: int,
        copies: set[tuple[int, ...]],
    ) -> None:
        self.fragments, self.plan, self.longest, self.copies = fragments, plan, longest, copies
        self.asked, self.shift = asked, shift
        self.temperature = min(10.0, max(0.05, context.parameter("temperature", 1.0)))
        self.over = context.over
        self.possible = self._possible()
        # Signatures of five beats cannot be kept whole where four may not be copied.
        whole = not longest or longest >= max(SIGNATURE)
        self.inside = fragments.inside if whole else np.zeros(len(fragments), bool)
        self.enters = fragments.enters if whole else np.ones(len(fragments), bool)

    def _possible(self) -> npt.NDArray[np.bool_]:
        """Which beats have allowed notes only."""
        if self.asked.tonic is None:
            return np.ones(len(self.fragments), bool)
        foreign = [c for c in range(12) if 60 + (c + self.shift) % 12 not in self.asked.allowed]
        return np.array(self.fragments.classes[:, foreign].sum(1) == 0)

    def weights(self, position: int) -> Floats:
        """How much each beat is wanted at a position of the plan; zero where it cannot be."""
        fragments = self.fragments
        goal, _ = self.plan[position]
        here = self.possible & (fragments.place == fragments.place[goal])
        worth = -TENSE * np.abs(fragments.tension - fragments.tension[goal])
        worth += LABELLED * (fragments.label == fragments.label[goal])
        worth += UNPLANNED * (fragments.closes != fragments.closes[goal])
        worth += UNPLANNED * (fragments.opens != fragments.opens[goal])
        if self.over is not None and len(self.over):
            bad = clashes(self.over, position * fragments.ticks)
            clashing = [c for c in range(12) if bad[60 + (c + self.shift) % 12]]
            worth += CLASHING * fragments.struck[:, clashing].sum(1)
        weights: Floats = np.where(here, np.exp(worth / self.temperature), 0.0)
        return weights

    def chosen(self, count: int, begun: Place | None, random: np.random.Generator) -> list[int]:
        """A beat for each position, -1 for a rest."""
        plan = self.plan
        horizon = self._horizon(count)
        weights = [self.weights(p) if plan[p][0] >= 0 else np.zeros(0) for p in range(horizon)]
        self._bounds(weights, count)
        messages = self._backward(weights)
        path: list[int] = []
        refused: list[set[int]] = [set()]
        tries = 0
        while len(path) < count:
            position = len(path)
            if plan[position][0] < 0:
                path.append(-1)
                refused.append(set())
                continue
            tries += 1
            start = begun.fragments[-1] if begun is not None else END
            before = next((f for f in reversed(path) if f >= 0), start)
            candidates = self._following(before, position, weights)
            scores = weights[position][candidates] * messages[position][candidates]
            scores *= np.exp(STAYING / self.temperature * (candidates == before + 1))
            bad = refused[-1]
            for number in np.flatnonzero(scores).tolist():
                fragment = int(candidates[number])
                if fragment in bad or self._copied(path, fragment, begun):
                    scores[number] = 0.0
            total = scores.sum()
            if total <= 0 or not np.isfinite(total):
                if not path or tries > PATIENCE:
                    raise GeneratorError(self._hopeless())
                refused.pop()
                while path and path[-1] < 0:
                    path.pop()
                    refused.pop()
                if not path:
                    raise GeneratorError(self._hopeless())
                refused[-1].add(path.pop())
                continue
            sums = np.cumsum(scores)
            drawn = min(int(np.searchsorted(sums, random.random() * total, "right")), len(scores) - 1)
            path.append(int(candidates[drawn]))
            refused.append(set())
        return path

    def _hopeless(self) -> str:
        if self.longest and self.longest < 6:
            return f"max_copy={self.longest} beats leaves nothing to play: allow longer runs"
        return "no beats of these works can be joined as asked: ask for less, or another seed"

    def _horizon(self, count: int) -> int:
        """Up to an end of a phrase after what is to be made, so that it can still be met."""
        for position in range(count + 8, len(self.plan)):
            goal = self.plan[position][0]
            if goal >= 0 and self.fragments.closes[goal]:
                return position + 1
        return len(self.plan)

    def _bounds(self, weights: list[Floats], count: int) -> None:
        """What the top part begins and ends on."""
        fragments, asked = self.fragments, self.asked
        firsts = next((p for p in range(count) if self.plan[p][0] >= 0), None)
        lasts = next((p for p in reversed(range(count)) if self.plan[p][0] >= 0), None)
        for position, wanted, place in ((firsts, asked.first, 0), (lasts, asked.last, -1)):
            if position is None or wanted == asked.allowed:
                continue
            tops = fragments.tops[:, place]
            allowed = np.array([pitch in wanted for pitch in range(128)])
            weights[position] = weights[position] * (
                allowed[np.clip(tops + self.shift, 0, 127)] & (tops >= 0)
            )
            if weights[position].sum() <= 0:
                name = "begins" if place == 0 else "ends"
                raise GeneratorError(f"no beat of these works {name} on that note: ask for another")

    def _backward(self, weights: list[Floats]) -> list[Floats]:
        """For each position and beat how well the rest of the plan can be met from there."""
        fragments = self.fragments
        count = len(fragments)
        ahead = len(weights)
        goes_on = ahead < len(self.plan) and self.plan[ahead][0] >= 0 and not self._begins_anew(ahead)
        messages: list[Floats] = [(~fragments.last).astype(float) if goes_on else np.ones(count)]
        for position in range(len(weights) - 1, 0, -1):
            if self.plan[position][0] < 0:
                messages.append(messages[-1])
                continue
            value = weights[position] * messages[-1]
            if self._begins_anew(position):
                messages.append(np.full(count, float((value * fragments.first).sum() > 0)))
                continue
            entered = self.enters
            starts = fragments.start[entered]
            # The mean over what may follow, not the sum: else the commonest chords would draw all to them.
            many = np.bincount(starts, value[entered] > 0, fragments.states + 1)
            sums = np.bincount(starts, value[entered], fragments.states + 1) / np.maximum(many, 1)
            # The last column stands for the end of a work, from where nothing leads on.
            sums[-1] = 0.0
            message = np.where(self.inside, np.append(value[1:], 0.0), sums[fragments.arrival])
            high = message.max()
            messages.append(message / high if high > 0 else message)
        return messages[::-1]

    def _begins_anew(self, position: int) -> bool:
        """Whether the plan begins another work here."""
        goal, work = self.plan[position]
        other = position > 0 and self.plan[position - 1][1] != work
        return goal >= 0 and (other or bool(self.fragments.first[goal]))

    def _following(self, before: int, position: int, weights: list[Floats]) -> npt.NDArray[np.int64]:
        """The beats that may come after a beat: those that begin as its own work goes on."""
        fragments = self.fragments
        if before < 0 or self._begins_anew(position):
            found = np.flatnonzero(fragments.first & (weights[position] > 0))
            return found if len(found) else np.flatnonzero(fragments.opens & (weights[position] > 0))
        if self.inside[before]:
            return np.array([before + 1])
        state = fragments.arrival[before]
        if state == END:
            return np.zeros(0, np.int64)
        fits = (fragments.start == state) & self.enters
        return np.flatnonzero(fits & (weights[position] > 0))

    def _copied(self, path: list[int], fragment: int, begun: Place | None) -> bool:
        """Whether this beat makes a run longer than allowed that stands in a work."""
        if not self.longest:
            return False
        past = [*(begun.fragments if begun is not None else ()), *[f for f in path if f >= 0]]
        if len(past) < self.longest:
            return False
        return self.fragments.run([*past[-self.longest :], fragment]) in self.copies


def _transposition(asked: Asked, fragments: Fragments, plan: list[tuple[int, int]]) -> int:
    """Semitones from the common key to the scale asked for."""
    if asked.tonic is None:
        return 0
    classes = {pitch % 12 for pitch in asked.allowed}
    major = "major" in fragments.works[plan[0][1]].phrase.key
    counts = fragments.classes.sum(0)

    def fits(shift: int) -> tuple[float, bool, int]:
        inside = sum(counts[c] for c in range(12) if (c + shift) % 12 in classes)
        return inside, ((0 if major else 9) + shift) % 12 == asked.tonic, -abs(shift)

    return max(range(-6, 6), key=fits)


def _longest(asked: Any) -> int:
    if isinstance(asked, bool) or not isinstance(asked, int | float) or (asked and not 2 <= asked <= 64):
        raise ControlError(f"max_copy={asked!r}: give 2 to 64 beats, or 0 for no limit")
    return int(asked)
