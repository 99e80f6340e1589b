"""Evolution as a composer: phrase n is the best song after a number of generations that only n decides.

Thirty-two phrases are an era; each begins from founders of its own, drawn by the seed and the era's number,
so that any phrase is reached in bounded time. What was asked in each phrase of an era so far (the fitness
with its patterns read, constraints, what the performer did) comes along as the phrase's schedule, so the
composer stays pure; the worlds it has been through are kept, and the next phrase goes on from there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livecode.errors import GeneratorError
from livecode.generators.attributes import PREFIX
from livecode.generators.evolution.arrays import arrays_on
from livecode.generators.evolution.breeding import breed
from livecode.generators.evolution.fitness import Fitness, Plain
from livecode.generators.evolution.founders import Source, brought, founders, home_among
from livecode.generators.evolution.home import Home, home_of
from livecode.generators.evolution.judging import Judge, Share
from livecode.generators.evolution.songs import Frame
from livecode.generators.evolution.steering import Steering
from livecode.generators.evolution.world import Settings, World
from livecode.generators.generator import Context, Spec
from livecode.generators.markov.asked import Asked
from livecode.generators.pool import digest
from livecode.music.phrase import Phrase

ERA = 32
"""Phrases after which a new era begins from new founders."""
WARMING = 16
"""Generations before an era's first phrase, besides its own."""
MOST_GENERATIONS = 400
"""Generations in one phrase at most, those asked for by step() included."""
ALONE = 2
"""Phrases of evolution when another composer asks for one phrase."""
WORLDS_KEPT = 4
OVER = 1.5
"""What consonance with another part weighs beside the fitness."""

Turn = dict[str, Any]
"""What was asked in one phrase: "fitness", "generations", "strength", "among", constraints, "steer"."""


@dataclass
class Evolution:
    """The composer; `plain` is its fitness when no schedule says otherwise.

    `fitness`, `parts` (slots and patterns among the seeds) and `steering` (what the performer did) are the
    stream's, which reads them for each phrase; they stay in its process.
    """

    sources: list[Source]
    plain: Plain
    population: int = 256
    islands: int = 4
    generations: int = 8
    voices: int = 1
    grid: int = 4
    key: str = ""
    device: str = "cpu"
    fitness: Fitness | None = None
    parts: list[Any] = field(default_factory=list)
    steering: Steering = field(default_factory=Steering)
    tilts = True
    _worlds: OrderedDict[bytes, World] = field(default_factory=OrderedDict, repr=False)

    @property
    def inside(self) -> bool:
        """Whether it composes in this process: functions cannot be sent, GPUs need room.

        A worker's memory is limited; what a GPU is given to do is meant to be more.
        """
        return self.device not in ("", "cpu") or _has_own(self.plain)

    def spec(self) -> Spec:
        """Plain data that makes it again."""
        return {
            "kind": "evolution",
            "sources": self.sources,
            "fitness": self.plain,
            "population": self.population,
            "islands": self.islands,
            "generations": self.generations,
            "voices": self.voices,
            "grid": self.grid,
            "key": self.key,
            "device": self.device,
        }

    def compose(self, context: Context, length: int, seed: int) -> Phrase:
        """The best song of the phrase's generation, with what each term gave it."""
        turns, base = self._schedule(context, seed)
        world = self._world(turns, base, context.metre, length)
        turn = turns[-1]
        judge = _judge(turn)
        if context.over is not None and len(context.over):
            world, judge = self._with_other(world, judge, turn, context.over)
        row = self._played(world, turn, context.position)
        return self._phrase(world, row, judge, turn)

    def answer(self, question: str, argument: dict[str, Any]) -> list[dict[str, Any]]:
        """The ancestors of a phrase's song, or its rivals (the best of other niches), as packed phrases."""
        context = Context.unpack(argument["context"])
        turns, base = self._schedule(context, 0)
        world = self._world(turns, base, context.metre, int(argument["length"]))
        judge = _judge(turns[-1])
        if question == "ancestors":
            row = self._played(world, turns[-1], context.position)
            found = world.lineage.ancestors(row)
            songs = [(each.songs, each.place, each.generation, each.how) for each in found]
        elif question == "rivals":
            rows = world.niche_champions(int(argument.get("count", 12)))
            songs = [(world.songs, row, world.generation, "") for row in rows]
        else:
            raise GeneratorError(f"evolution has no answer to {question!r}")
        told = []
        for population, row, generation, how in songs:
            one = population.take(np.array([row])).within(world.songs.frame)
            score = float(judge.score(one, world.around)[0])
            phrase = one.phrase(0)
            phrase.key = world.songs.frame.home.name
            told.append({"phrase": phrase.pack(), "generation": generation, "how": how, "score": score})
        return told

    # What was asked.

    def _schedule(self, context: Context, seed: int) -> tuple[list[Turn], dict[str, Any]]:
        """The turns of the era up to this phrase, and what the whole era depends on.

        Asked by another composer (a rerank, a morph) there is no schedule: then each seed is a short era.
        """
        asked = context.constraints
        if "turns" in asked:
            return [asked["book"][number] for number in asked["turns"]], dict(asked["era"])
        constraints = {name: asked[name] for name in ("in_scale", "begins", "ends") if name in asked}
        turn = turn_of(self.plain, context.parameters, constraints, self.generations)
        return [turn] * ALONE, {"seed": seed, "number": 0, "phrases": []}

    def _world(self, turns: list[Turn], base: dict[str, Any], metre: tuple[int, int], length: int) -> World:
        """The world after these turns, from the nearest one that is kept."""
        keys = [digest(base, list(metre), length)]
        for turn in turns:
            keys.append(digest(keys[-1], turn))
        done = len(turns)
        while done > 0 and keys[done] not in self._worlds:
            done -= 1
        if done:
            world = self._worlds[keys[done]].copy()
            self._worlds.move_to_end(keys[done])
        else:
            world = self._begun(turns[0], base, metre, length)
        for number in range(done, len(turns)):
            self._advance(world, turns[number], first=number == 0)
        self._worlds[keys[-1]] = world
        while len(self._worlds) > WORLDS_KEPT:
            self._worlds.popitem(last=False)
        # The kept one stays as it is: others go on from copies.
        return world

    def _begun(self, turn: Turn, base: dict[str, Any], metre: tuple[int, int], length: int) -> World:
        sources = [*self.sources, *([{"phrases": base["phrases"]}] if base.get("phrases") else [])]
        home = home_of(self.key) if self.key else home_among(sources)
        frame = _framed(Frame.of(length, metre, self.grid, home), turn)
        seed = int.from_bytes(digest(base["seed"], base["number"])[:7], "little")
        songs, bank = founders(sources, self.population, self.voices, frame, seed)
        xp = arrays_on(self.device)
        world = World.begin(songs.on(xp), seed, _judge(turn), bank.on(xp) if bank is not None else None)
        world.home = home
        return world

    def _advance(self, world: World, turn: Turn, first: bool) -> None:
        judge = _judge(turn)
        frame = _framed(_framed(world.songs.frame, {"home": world.home}), turn)
        if frame != world.songs.frame:
            world.songs, world.judged_by = world.songs.within(frame), None
        settings = Settings(float(turn["strength"]), self.islands)
        wanted = int(turn["generations"]) + (WARMING if first else 0)
        for name, argument in turn["steer"]:
            if name == "step":
                wanted += int(argument)
            else:
                self._steer(world, judge, settings, name, argument)
        for _ in range(min(wanted, MOST_GENERATIONS)):
            world.step(judge, settings)
        if world.judged_by != judge.plain:
            world.judge(judge)

    def _steer(self, world: World, judge: Judge, settings: Settings, name: str, argument: Any) -> None:
        if name == "mutate":
            world.shake(judge, max(0.1, float(argument)))
            return
        songs = brought([Phrase.unpack(each) for each in argument], self.voices, world.songs.frame)
        songs = songs.on(world.songs.xp)
        if name == "dislike":
            world.dislike(songs)
            return
        random = np.random.default_rng([world.seed & 0xFFFFFFFF, world.generation, 79])
        count = max(8, len(world.songs) // (2 if name == "breed" else 8))
        pairs = random.integers(0, len(songs), (count, 2))
        if name == "breed" and len(songs) > 1:
            # Each child has a parent of either side.
            pairs[:, 1] = (pairs[:, 0] + random.integers(1, len(songs), count)) % len(songs)
        children = breed(songs, pairs, random, world.bank, settings.strength)
        whole = songs.xp
        both = songs.having(
            **{n: whole.concat([a, getattr(children.songs, n)]) for n, a in songs.fields.items()}
        )
        world.bring_in(judge, both)

    # What is played.

    def _played(self, world: World, turn: Turn, position: int) -> int:
        """The best song; of several wanted, the best of a niche, another one each time."""
        among = int(turn["among"])
        if among <= 1:
            return world.best
        rows = world.niche_champions(among)
        return rows[position % len(rows)]

    def _with_other(self, world: World, judge: Judge, turn: Turn, other: Phrase) -> tuple[World, Judge]:
        """A world that goes on for some generations under what another part plays, and is left again."""
        part = {"notes": other.notes.tobytes()}
        branch = world.copy()
        both = Judge(["+", judge.plain, ["*", ["number", OVER], ["term", "over", {"other": part}]]])
        for _ in range(max(1, int(turn["generations"]))):
            branch.step(both, Settings(float(turn["strength"]), self.islands))
        return branch, both

    def _phrase(self, world: World, row: int, judge: Judge, turn: Turn) -> Phrase:
        chosen = world.songs.take(np.array([row]))
        whole = world.songs if judge.relative else chosen
        shares = judge.shares(whole, row if judge.relative else 0, world.around)
        line = world.lineage.ancestors(row)
        origin = {
            "generation": world.generation,
            "fitness": round(float(world.scores[row]), 4),
            "made by": line[0].how if line else "",
        }
        phrase = chosen.phrase(0, origin)
        phrase.key = world.songs.frame.home.name
        if phrase.provenance:
            first = {
                **origin,
                "terms": [_told(share) for share in shares],
                "ancestors": max(0, len(line) - 1),
            }
            phrase.provenance = [first, *phrase.provenance[1:]]
        return _bound(phrase, Asked.of(turn["asked"]))


def turn_of(
    plain: Plain, parameters: Any, constraints: dict[str, Any], generations: int, steer: Any = ()
) -> Turn:
    """What is asked in one phrase as plain data."""
    wanted = {
        name.removeprefix(PREFIX): float(v) for name, v in parameters.items() if name.startswith(PREFIX)
    }
    if wanted:
        plain = ["+", plain, ["term", "asked", {"more": wanted}]]
    return {
        "fitness": plain,
        "generations": max(0, min(MOST_GENERATIONS, round(parameters.get("generations", generations)))),
        "strength": max(0.05, min(5.0, parameters.get("temperature", 1.0))),
        "among": max(1, min(64, round(parameters.get("among", 1)))),
        "asked": constraints,
        "steer": [list(each) for each in steer],
    }


def from_spec(spec: Spec) -> Evolution:
    """The evolution that a spec describes, in a worker."""
    return Evolution(
        list(spec["sources"]),
        list(spec["fitness"]),
        min(100_000, max(16, int(spec["population"]))),
        min(64, max(1, int(spec["islands"]))),
        min(MOST_GENERATIONS, max(0, int(spec["generations"]))),
        min(8, max(1, int(spec["voices"]))),
        int(spec["grid"]),
        str(spec["key"]),
        str(spec["device"]),
    )


def _judge(turn: Turn) -> Judge:
    return Judge(turn["fitness"])


def _framed(frame: Frame, turn: Turn) -> Frame:
    """The frame with the home that a turn asks for."""
    home, strict = turn.get("home"), False
    scale = turn.get("asked", {}).get("in_scale")
    if scale is not None:
        name = " ".join(map(str, scale)) if isinstance(scale, list | tuple) else str(scale)
        home, strict = home_of(name), True
    if not isinstance(home, Home):
        return frame
    return Frame(frame.steps, home, frame.metre, frame.grid, strict)


def _has_own(plain: Plain) -> bool:
    return plain[:2] == ["term", "own"] or any(
        isinstance(part, list) and _has_own(part) for part in plain[1:]
    )


def _told(share: Share) -> list[Any]:
    return [share.name, round(share.value, 4), [[name, round(value, 4)] for name, value in share.factors]]


def _bound(phrase: Phrase, asked: Asked) -> Phrase:
    """The first and the last note of the top part moved to the nearest notes that were asked for."""
    top = np.flatnonzero(phrase.notes["voice"] == 0)
    if not len(top):
        return phrase
    for place, allowed in ((top[0], asked.first), (top[-1], asked.last)):
        pitch = int(phrase.notes["pitch"][place])
        if pitch not in allowed:
            phrase.notes["pitch"][place] = min(allowed, key=lambda each: (abs(each - pitch), each))
            phrase.notes["spelling"][place] = 127
    return phrase.sorted()
