"""A world of songs that evolves: islands, niches, elites, and the generations that follow one another.

Selection is by tournament inside each island, on scores from which crowding has been taken: of songs that
are alike in height, busyness, step and syncopation only the best counts fully (clearing, after A.
Petrowski, 1996), copies count for nothing, and what is unlike the rest has a little more. The best of each
island live on as they are; now and then a few of them go to the next island.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from livecode.generators.evolution.breeding import FOUNDER, INJECTED, KEPT, Children, breed, together
from livecode.generators.evolution.judging import Judge, Surroundings, newness
from livecode.generators.evolution.lineage import Lineage
from livecode.generators.evolution.songs import Songs

SURVIVE = 0.25
"""The share of an island that lives on unchanged."""
ELITE = 0.25
"""The share of the survivors that are so by score alone; the others by score less crowding."""
TOURNAMENT = 3
MIGRATE_EVERY, MIGRANTS = 8, 2
CROWDING, NEW = 0.35, 0.3
CELL = 1.0
"""How far apart two songs are in a niche feature when they belong to two niches, in usual spreads."""


@dataclass
class Settings:
    """How a population evolves: `strength` of mutation (1 as usual), number of islands."""

    strength: float = 1.0
    islands: int = 4


@dataclass
class World:
    """A population at one moment.

    `seed` with the number of the generation decides every draw, so a world that is made again from its
    beginning is the same one.
    """

    songs: Songs
    seed: int
    generation: int = 0
    scores: Any = None
    bank: Songs | None = None
    around: Surroundings = field(default_factory=Surroundings)
    lineage: Lineage = field(default_factory=Lineage)
    judged_by: Any = None
    disliked: list[Any] = field(default_factory=list)
    home: Any = None

    @classmethod
    def begin(cls, songs: Songs, seed: int, judge: Judge, bank: Songs | None = None) -> World:
        """A world in which nobody has been bred yet."""
        world = cls(songs, seed, bank=bank)
        world.judge(judge)
        nobody = np.full((len(songs), 2), -1)
        world.lineage.add(0, songs, nobody, np.full(len(songs), FOUNDER), world.scores)
        return world

    def copy(self) -> World:
        """Another world that goes on by itself from here."""
        return World(
            self.songs,
            self.seed,
            self.generation,
            self.scores,
            self.bank,
            Surroundings(list(self.around.archive), self.around.known.copy()),
            self.lineage.copy(),
            self.judged_by,
            list(self.disliked),
            self.home,
        )

    @property
    def told(self) -> Any:
        """The descriptors of all songs."""
        return self.songs.told

    @property
    def best(self) -> int:
        """The row of the song with the highest score."""
        return int(np.argmax(self.scores))

    def judge(self, judge: Judge) -> None:
        """Score everybody, by a fitness that may have changed."""
        self.scores = self._less_disliked(self.songs, judge.score(self.songs, self.around))
        self.judged_by = judge.plain

    def step(self, judge: Judge, settings: Settings) -> None:
        """One generation."""
        if judge.plain != self.judged_by:
            self.judge(judge)
        random = np.random.default_rng(
            [self.seed & 0xFFFFFFFF, self.seed >> 32 & 0xFFFFFFFF, self.generation]
        )
        islands = _islands(len(self.songs), settings.islands)
        standing = self._standing()
        survivors, parents = self._chosen(standing, islands, settings, random)
        children = breed(self.songs, parents, random, self.bank, settings.strength)
        kept = Children(
            self.songs.take(survivors).having_told(self.told[survivors]),
            np.stack([survivors, np.full(len(survivors), -1)], 1),
            np.full(len(survivors), KEPT),
        )
        size = len(self.songs) // islands
        # The second parent is always a native: a migrant comes as first.
        island = np.concatenate([survivors // size, children.parents[:, 1] // size])
        self._follow(judge, survivors, kept, children, np.argsort(island, kind="stable"))

    def bring_in(self, judge: Judge, newcomers: Songs, parents: Any = None, marks: Any = None) -> None:
        """Songs from outside in place of the last ones of every island."""
        count = min(len(newcomers), len(self.songs) * 3 // 4)
        newcomers = newcomers.take(np.arange(count))
        stays = np.sort(np.argsort(-self._standing(), kind="stable")[: len(self.songs) - count])
        kept = Children(
            self.songs.take(stays).having_told(self.told[stays]),
            np.stack([stays, np.full(len(stays), -1)], 1),
            np.full(len(stays), KEPT),
        )
        from_where = np.full((count, 2), -1) if parents is None else parents[:count]
        how = np.full(count, INJECTED) if marks is None else marks[:count]
        self._follow(judge, stays, kept, Children(newcomers, from_where, how), self._shuffled())

    def shake(self, judge: Judge, amount: float) -> None:
        """Everybody is a changed child of the best quarter, the best too: what plays will be another."""
        random = np.random.default_rng([self.seed & 0xFFFFFFFF, self.generation, 77])
        quarter = np.argsort(-self.scores, kind="stable")[: max(2, len(self.songs) // 4)]
        pairs = quarter[random.integers(0, len(quarter), (len(self.songs), 2))]
        pairs[: len(pairs) // 2] = self.best
        children = breed(self.songs, pairs, random, self.bank, amount)
        former = self.songs.take(np.array([self.best]))
        nobody = np.zeros(0, int)
        kept = Children(self.songs.take(nobody), np.zeros((0, 2), int), nobody)
        self._follow(judge, nobody, kept, children, self._shuffled())
        self.scores = np.where(_same(self.songs, former), self.scores.min() - 1, self.scores)

    def dislike(self, song: Songs) -> None:
        """Songs like this one are worth less from now on."""
        self.disliked = [*self.disliked, song.told[:1]][-8:]
        self.judged_by = None

    def diversity(self) -> float:
        """The mean distance between two songs in the features of niches, in usual spreads."""
        told = self.told
        return float(np.sqrt(((told[:, None, :] - told[None, ::7]) ** 2).sum(-1)).mean())

    def distinct(self) -> float:
        """The share of songs of which there is no copy."""
        return len(np.unique(genomes(self.songs))) / len(self.songs)

    def niche_champions(self, count: int) -> list[int]:
        """The best of so many niches, the best of all first."""
        cells = _cells(self.told)
        order = np.argsort(-self.scores, kind="stable")
        _, first = np.unique(cells[order], return_index=True)
        return [int(row) for row in order[np.sort(first)][:count]]

    def _shuffled(self) -> Any:
        """An order in which newcomers do not all land on the last island."""
        random = np.random.default_rng([self.seed & 0xFFFFFFFF, self.generation, 78])
        return random.permutation(len(self.songs))

    def _follow(self, judge: Judge, stayed: Any, kept: Children, children: Children, order: Any) -> None:
        """The next generation: survivors, then children, put in an order."""
        songs = together([kept.songs, children.songs]) if len(kept.songs) else children.songs
        parents = np.concatenate([kept.parents, children.parents])
        marks = np.concatenate([kept.marks, children.marks])
        if judge.relative or self.judged_by != judge.plain:
            scores = self._less_disliked(songs, judge.score(songs, self.around))
        else:
            found = judge.score(children.songs, self.around, telling=True)
            fresh = self._less_disliked(children.songs, found)
            scores = np.concatenate([self.scores[stayed], fresh])
        told = np.concatenate([kept.songs.told, children.songs.told]) if len(kept.songs) else songs.told
        self.songs = songs.take(order).having_told(told[order])
        self.scores = scores[order]
        self.judged_by = judge.plain
        self.generation += 1
        self.lineage.add(self.generation, self.songs, parents[order], marks[order], self.scores)
        if self.generation % 4 == 0:
            champion = self.told[self.best : self.best + 1]
            self.around.archive = [*self.around.archive, champion][-16:]

    def _standing(self) -> Any:
        """Scores less crowding: what selection goes by."""
        scores = self.scores.astype(np.float64)
        spread = scores.std() or 1.0
        order = np.argsort(-scores, kind="stable")
        standing = (scores - scores.mean()) / spread
        standing -= CROWDING * np.log1p(_place_in_group(_cells(self.told), order))
        new = newness(self.told, self.around.archive)
        standing += NEW * (new - new.mean()) / (new.std() or 1.0)
        copies = _place_in_group(genomes(self.songs), order) > 0
        standing[copies] -= 10
        return standing

    def _chosen(self, standing: Any, islands: int, settings: Settings, random: Any) -> tuple[Any, Any]:
        """Who lives on, and the pairs who have children; both island by island."""
        size = len(self.songs) // islands
        live = max(2, int(size * SURVIVE))
        elite = max(1, int(live * ELITE))
        table = standing.reshape(islands, size)
        raw = np.where(table < -9, -np.inf, self.scores.reshape(islands, size).astype(np.float64))
        by_score = np.argsort(-raw, axis=1, kind="stable")[:, :elite]
        raised = table.copy()
        np.put_along_axis(raised, by_score, np.inf, 1)
        survivors = np.argsort(-raised, axis=1, kind="stable")[:, :live]
        offset = (np.arange(islands) * size)[:, None]
        survivors = survivors + offset
        drawn = random.integers(0, size, (islands, size - live, 2, TOURNAMENT))
        strength = np.take_along_axis(table, drawn.reshape(islands, -1), 1).reshape(drawn.shape)
        won = np.take_along_axis(drawn, strength.argmax(-1)[..., None], -1)[..., 0] + offset[..., None]
        if self.generation % MIGRATE_EVERY == MIGRATE_EVERY - 1 and islands > 1:
            # The best of each island come to the next one as parents: theirs are the first pairs there.
            guests = np.roll(survivors[:, :MIGRANTS], 1, axis=0)
            won[:, :MIGRANTS, 0] = guests
        return survivors.reshape(-1), won.reshape(-1, 2)

    def _less_disliked(self, songs: Songs, scores: Any) -> Any:
        if not self.disliked:
            return scores
        told = songs.told
        near = np.zeros(len(told))
        for each in self.disliked:
            near = np.maximum(near, np.exp(-((told - each) ** 2).sum(-1)))
        return (scores - 0.5 * near * max(float(scores.std()), 0.05)).astype(np.float32)


def genomes(songs: Songs) -> Any:
    """A number for each song, the same for those that sound the same."""
    xp = songs.xp
    heard = [xp.where(songs.struck, songs.pitch, 0), xp.where(songs.struck, songs.duration, 0)]
    marks = np.zeros(len(songs), np.uint64)
    random = np.random.default_rng(1)
    for array in heard:
        flat = np.ascontiguousarray(xp.to_numpy(array)).view(np.uint8).reshape(len(songs), -1)
        if flat.shape[1] % 8:
            flat = np.pad(flat, ((0, 0), (0, -flat.shape[1] % 8)))
        words = flat.view(np.uint64)
        words = (words ^ (words >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        marks += (words * random.integers(1, 1 << 62, words.shape[1], dtype=np.uint64)).sum(1)
    return marks


def _same(songs: Songs, other: Songs) -> Any:
    return genomes(songs) == genomes(other)[0]


def _cells(told: Any) -> Any:
    """The niche of each song, by its descriptors."""
    return (np.floor(told / CELL).astype(np.int64) + 8) @ np.array([1, 16, 256, 4096])


def _place_in_group(groups: Any, order: Any) -> Any:
    """For each song, how many better ones of its group there are."""
    sorted_groups = groups[order]
    by_group = np.argsort(sorted_groups, kind="stable")
    first = np.concatenate([[True], sorted_groups[by_group][1:] != sorted_groups[by_group][:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    place = np.empty(len(groups), int)
    place[order[by_group]] = np.arange(len(first)) - start
    return place


def _islands(count: int, wanted: int) -> int:
    """As many islands as wanted that share the songs evenly, each with eight at least."""
    for islands in range(max(1, min(wanted, count // 8)), 0, -1):
        if count % islands == 0:
            return islands
    return 1
