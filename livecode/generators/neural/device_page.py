"""Whole steps of a page on a GPU: what a net is told, what it says, what is drawn, with no word to the host.

`device.py` runs the matrices there and asks NumPy for the rest of every note; here a step of all voices is
one CUDA graph, for all candidates at once: the rows about each note, the head, the draw under masks, the
bookkeeping of what repeats. The host only hands over the random numbers, and asks for weights where
candidates are to be doubled or dropped. Everything is written in place, so a graph is recorded once for so
many candidates and serves every page. Off a GPU the same functions run eagerly: tests hold them to NumPy,
note for note.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from livecode.generators.neural.device import DeviceCache, DeviceNet, Recorded, rms
from livecode.generators.neural.features import (
    LONGEST,
    OPENING,
    RECALL_LENGTHS,
    TONALITY,
    WEIGHTS,
    Classes,
    Memory,
)

if TYPE_CHECKING:
    from livecode.generators.neural.compose import Taste
    from livecode.generators.neural.decode import Writer

SHORTEST = 128
"""Steps that the smallest page has room for; each larger one has twice as many."""
NEVER = -1
"""In the table of what is given: nothing is, a note is drawn."""


class DevicePage:
    """So many candidates of a page of so many steps, in tensors that stay where they are."""

    def __init__(self, net: DeviceNet, count: int, room: int, strict: float) -> None:
        config, device = net.config, net.device
        self.net, self.count, self.room, self.strict = net, count, room, strict
        self.voices, self.frame, self.size = config.voices, config.frame, config.size

        def whole(*shape: int, fill: int = 0) -> Tensor:
            return torch.full(shape, fill, dtype=torch.int64, device=device)

        def there(array: npt.NDArray[Any]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)

        voices, frame = self.voices, self.frame
        self.last, self.now = whole(count, voices), whole(count, voices)
        self.held, self.left = whole(count, voices), whole(count, voices)
        self.recent = whole(count, frame + 1, voices)
        self.heard, self.counts = whole(count, TONALITY, 12), whole(count, 12)
        self.past, self.runs = whole(count, room, voices, fill=NEVER), whole(count, room + 1)
        self.whither, self.rank = whole(count, frame, voices), whole(count, frame)
        self.agrees = torch.ones(count, dtype=torch.bool, device=device)
        self.states = torch.zeros(count, frame, config.head_width, device=device)
        self.weights = torch.zeros(count, dtype=torch.float64, device=device)
        self.step = whole(1)
        self.given = whole(voices, fill=NEVER)
        self.allowed = torch.ones(voices, self.size, dtype=torch.bool, device=device)
        self.random = torch.zeros(voices, count, dtype=torch.float64, device=device)
        self.taste = torch.ones(3, dtype=torch.float64, device=device)
        self.away = torch.zeros(self.size, dtype=torch.float64, device=device)
        self.notes = whole(room, count, voices)
        self.chances = torch.zeros(room, count, voices, dtype=torch.float64, device=device)
        self.cache = DeviceCache(net.over_time, count, -(-room // frame))
        self.relation, self.picks = there(config.relation), there(net.picks)
        self.head_table, self.trunk_table = there(net.head_table), there(net.trunk_table)
        self.head_starts, self.trunk_starts = there(net.head_starts), there(net.trunk_starts)
        self.enter, self.state = there(net.enter), there(net.state)
        self.logit, self.bias = there(net.logit), there(net.bias)
        self.levels = there(WEIGHTS)
        first, second = np.triu_indices(voices, 1)
        self.pairs = there(first), there(second)
        self.everyone, self.places = torch.arange(count, device=device), torch.arange(room, device=device)
        self.twelve, self.each = torch.arange(12, device=device), torch.arange(voices, device=device)
        self.lengths = there(np.array(RECALL_LENGTHS, np.int64))
        self.blocks = net.blocks
        self.steps = [Recorded(partial(self._stepped, offset), device, self._kept) for offset in range(frame)]

    @property
    def _kept(self) -> list[Tensor]:
        """What a step changes, so that recording one can be undone."""
        return [
            self.last, self.now, self.held, self.left, self.recent, self.heard, self.counts, self.past,
            self.runs, self.whither, self.rank, self.agrees, self.states, self.weights, self.step, self.notes,
            self.chances, self.cache.key, self.cache.value, self.cache.position, self.cache.entering,
        ]  # fmt: skip

    # -- what a step does, on the device ----------------------------------------------------------

    def _stepped(self, offset: int) -> Tensor:
        """One step, all voices."""
        if offset == 0:
            self._framed()
        for voice in range(self.voices):
            self._named(voice, offset)
        self._closed()
        return self.weights

    def _framed(self) -> None:
        """The state of the frame that begins, and where the passage that it repeats would go."""
        count, frame = self.count, self.frame
        now, was = self.recent[:, 1:], self.recent[:, :-1]
        first, second = self.pairs
        begin = self.step
        position = begin // frame
        place = torch.cat([begin % 16 // frame, begin % 12 // frame, position.clamp(max=OPENING - 1)])
        rows = torch.cat(
            [
                now.reshape(count, -1),
                self.relation[was, now].reshape(count, -1),
                self.relation[now[:, :, first], now[:, :, second]].reshape(count, -1),
                self.held,
                place.expand(count, 3),
            ],
            dim=1,
        )
        x = rms(functional.embedding(rows + self.trunk_starts, self.trunk_table).sum(1)) * self.enter
        self.cache.entering.copy_(x)
        self.cache.position.copy_(position)
        trunk = self.net.over_time.compute(self.cache)
        self.states.copy_((trunk @ self.state).view(count, frame, -1))
        # The longest earlier passage that is being repeated; of several the latest.
        agreed = (self.runs[:, 1:, None] >= self.lengths).any(1).sum(1)
        needed = torch.where(agreed > 0, self.lengths[(agreed - 1).clamp(min=0)], self.room + 2)
        ends = torch.where(self.runs[:, 1:] >= needed[:, None], self.places + 1, 0)
        found = ends.max(1).values
        for ahead in range(frame):
            there = found + ahead
            known = (agreed > 0) & (there < begin)
            notes = self.past[self.everyone, there.clamp(max=self.room - 1)]
            self.whither[:, ahead] = torch.where(known[:, None], notes, NEVER)
            self.rank[:, ahead] = torch.where(known, agreed, 0)
        self.agrees.fill_(True)

    def _named(self, voice: int, offset: int) -> None:
        """One note of every candidate: told, named, drawn or set."""
        count, size, voices = self.count, self.size, self.voices
        own, relation = self.last[:, voice], self.relation
        before = self.net.config.before
        chosen = self.each < voice
        levels = (self.counts[..., None] >= self.levels).sum(-1)
        from_own = (own[:, None] + self.net.config.low - 1 + self.twelve) % 12
        silent = (own == 0) | (own == before)
        rank = self.rank[:, offset]
        goal = self.whither[:, offset, voice].clamp(min=0)
        rows = torch.cat(
            [
                self.now,
                relation[own[:, None], self.now],
                torch.where(chosen, relation[self.last, self.now], self.net.config.intervals),
                self.held,
                relation[own[:, None], self.last],
                torch.where(silent[:, None], len(WEIGHTS) + 1, levels.gather(1, from_own)),
                relation[self.left[:, voice], own][:, None],
                (self.step % 16).expand(count, 1),
                (self.step % 12).expand(count, 1),
                torch.where(rank > 0, relation[own, goal], self.net.config.intervals)[:, None],
                (2 * rank + (~self.agrees).long())[:, None],
            ],
            dim=1,
        )
        rows = rows + self.head_starts + voice * self.net.head_rows
        x = self.blocks.all(functional.embedding(rows, self.head_table).sum(1) + self.states[:, offset])
        found = rms(x) @ self.logit + self.bias
        picks = self.picks[self.now, self.each].flatten(1)
        logits = found[:, :size] + found[:, size:].gather(1, picks).view(count, voices, size).sum(1)
        logs = logits.double().log_softmax(-1)
        drawn = self._drawn(logits.double() - self.away - self.strict * self._parallels(voice), voice)
        given = self.given[voice]
        note = torch.where(given >= 0, given, drawn)
        said = logs.gather(1, note[:, None])[:, 0]
        self.weights.add_(torch.where(given >= 0, said, torch.zeros_like(said)))
        self.now[:, voice] = note
        self.notes.index_copy_(0, self.step, self._with(self.notes, voice, note))
        self.chances.index_copy_(0, self.step, self._with(self.chances, voice, said.exp()))
        known = rank > 0
        same = self.whither[:, offset, voice] == note
        self.agrees.logical_and_(~known | same)

    def _with(self, table: Tensor, voice: int, values: Tensor) -> Tensor:
        """The row of this step, a voice of it changed."""
        row = table.index_select(0, self.step)
        row[0, :, voice] = values
        return row

    def _drawn(self, scores: Tensor, voice: int) -> Tensor:
        """As `Taste.draw`: whether a voice moves as the net has it, where to by temperature and top-p."""
        temperature, top_p, density = self.taste
        last = self.last[:, voice]
        here = torch.arange(self.size, device=scores.device) == last[:, None]
        scores = torch.where(here, scores - density.log(), scores)
        scores = torch.where(self.allowed[voice], scores, -torch.inf).softmax(-1)
        held = torch.where(here, scores, 0.0)
        scores = torch.where(here, 0.0, scores)
        moved = scores.sum(1, keepdim=True)
        cooled = scores.log() / temperature
        top = torch.where(moved > 0, cooled.max(1, keepdim=True).values, 0.0)
        raised = (cooled - top).exp()
        where = raised / torch.where(moved > 0, raised.sum(1, keepdim=True), 1.0)
        ranked, order = where.sort(dim=1, descending=True, stable=True)
        total = where.sum(1, keepdim=True)
        kept = torch.where(ranked.cumsum(1) - ranked >= top_p * total, 0.0, ranked)
        kept = kept * (total / kept.sum(1, keepdim=True).clamp(min=1e-300))
        where = torch.where(top_p < 1.0, torch.zeros_like(where).scatter(1, order, kept), where)
        marks = (where * moved + held).cumsum(1)
        number = (marks < (self.random[voice] * marks[:, -1])[:, None]).sum(1)
        return number.clamp(max=self.size - 1)

    def _parallels(self, voice: int) -> Tensor:
        """1 for each class by which a voice would move in parallel fifths or octaves."""
        size, before = self.size, self.net.config.before
        made = torch.zeros(self.count, size, dtype=torch.float64, device=self.last.device)
        own = self.last[:, voice]
        for other in range(voice):
            there, moved = self.last[:, other], self.now[:, other]
            apart = own - there
            sung = (
                (own > 0) & (own < before) & (there > 0) & (there < before) & (moved > 0) & (moved != there)
            )
            wide = apart.abs() % 12
            target = moved + apart
            bad = sung & ((wide == 0) | (wide == 7)) & (target > 0) & (target < size)
            hit = torch.arange(size, device=own.device) == target[:, None]
            made = torch.where(hit & bad[:, None], 1.0, made)
        return made

    def _closed(self) -> None:
        """What is remembered of a step once all its voices are set."""
        now, before = self.now, self.net.config.before
        same = now == self.last
        self.held.copy_(torch.where(same, (self.held + 1).clamp(max=LONGEST), 1))
        self.left.copy_(torch.where(same, self.left, self.last))
        alike = (self.past == now[:, None]).all(-1)  # what is still to come is NEVER, and alike to nothing
        self.runs[:, 1:] = torch.where(alike, self.runs[:, :-1] + 1, 0)
        self.past.index_copy_(1, self.step, now[:, None])
        pitches = (now + self.net.config.low - 1) % 12
        sounds = ((now > 0) & (now < before))[..., None]
        fresh = ((pitches[..., None] == self.twelve) & sounds).sum(1)
        place = self.step % TONALITY
        self.counts.add_(fresh - self.heard.index_select(1, place)[:, 0])
        self.heard.index_copy_(1, place, fresh[:, None])
        self.last.copy_(now)
        self.recent.copy_(torch.cat([self.recent[:, 1:], now[:, None]], dim=1))
        self.step.add_(1)

    # -- from a writer and back -------------------------------------------------------------------

    def load(self, writer: Writer) -> None:
        """Take a page as far as it is written."""
        assert isinstance(writer.cache, DeviceCache)
        for name in ("last", "held", "left", "heard", "counts"):
            getattr(self, name).copy_(torch.from_numpy(getattr(writer, name)))
        self.now.copy_(self.last)
        self.recent.copy_(torch.from_numpy(np.stack(writer.recent, axis=1)))
        self.past.fill_(NEVER)
        self.runs.zero_()
        if writer.step:
            past = np.array([memory.steps for memory in writer.memories], np.int64)
            self.past[:, : writer.step] = torch.from_numpy(past).to(self.past.device)
            self.runs[:, : writer.step + 1] = torch.from_numpy(runs_of(past)).to(self.runs.device)
        self.weights.zero_()
        self.step.fill_(writer.step)
        count = writer.frames
        self.cache.key[:, :, :, :count] = writer.cache.key[:, :, :, :count]
        self.cache.value[:, :, :, :count] = writer.cache.value[:, :, :, :count]

    def store(self, writer: Writer, best: int) -> None:
        """Give a writer the page back as one candidate wrote it; the others are forgotten."""
        if writer.particles > 1:
            writer.pick(np.zeros(1, np.int64))
        assert isinstance(writer.cache, DeviceCache)
        one = slice(best, best + 1)
        for name in ("last", "held", "left", "heard", "counts"):
            setattr(writer, name, getattr(self, name)[one].cpu().numpy().copy())
        writer.now = writer.last.copy()
        recent = self.recent[one].cpu().numpy()
        writer.recent = [recent[:, n].copy() for n in range(self.frame + 1)]
        writer.step = int(self.step)
        writer.frames = count = -(-writer.step // self.frame)
        memory = Memory()
        for row in self.past[best, : writer.step].tolist():
            memory.add(tuple(row))
        writer.memories = [memory]
        writer.cache.grow(count)
        writer.cache.key[:, :, :, :count] = self.cache.key[:, one, :, :count]
        writer.cache.value[:, :, :, :count] = self.cache.value[:, one, :, :count]

    def pick(self, which: npt.NDArray[np.int64]) -> None:
        """Go on with these candidates, some perhaps twice."""
        chosen = torch.from_numpy(which).to(self.last.device)
        for name in (
            "last", "now", "held", "left", "recent", "heard", "counts", "past", "runs", "whither", "rank",
            "agrees", "states",
        ):  # fmt: skip
            tensor = getattr(self, name)
            tensor.copy_(tensor[chosen])
        for tensor in (self.notes, self.chances):
            tensor.copy_(tensor[:, chosen])
        self.cache.pick(which)


def runs_of(past: Classes) -> Classes:
    """For each place (candidates, steps + 1), how many steps before it are those before the end."""
    count, steps, _ = past.shape
    found = np.zeros((count, steps + 1), np.int64)
    for length in range(1, steps):
        alike = (past[:, :length] == past[:, length : length + 1]).all(-1)
        shifted = np.where(alike, found[:, :length] + 1, 0)
        found[:, 1 : length + 1] = shifted
    return found


def page_of(net: DeviceNet, count: int, steps: int, strict: float) -> DevicePage:
    """A page with room for so many steps, the same one each time: its graphs are recorded once."""
    room = SHORTEST
    while room < steps:
        room *= 2
    key = (count, room, strict)
    if key not in net.pages:
        net.pages[key] = DevicePage(net, count, room, strict)
    page: DevicePage = net.pages[key]
    return page


def write_there(
    writer: Writer,
    given: Classes,
    masks: list[list[npt.NDArray[np.bool_]]],
    taste: Taste,
    random: np.random.Generator,
    strict: float,
) -> tuple[Classes, npt.NDArray[np.float64]]:
    """`compose.write` on the device, as far as the last choice among candidates: notes and chances of one."""
    from livecode.generators.neural.compose import resampled

    net, count, begun = writer.net, writer.particles, writer.step
    assert isinstance(net, DeviceNet)
    steps, voices = given.shape
    page = page_of(net, count, begun + steps, strict)
    page.load(writer)
    page.taste.copy_(torch.tensor([taste.temperature, taste.top_p, taste.density], dtype=torch.float64))
    page.away.copy_(torch.from_numpy(np.zeros(page.size) if taste.away is None else taste.away))
    weighed = count > 1 and bool((given >= 0).any())
    draws = np.zeros((voices, count))
    shown: list[Any] | None = None
    for step in range(steps):
        for voice in range(voices):
            if given[step, voice] < 0:
                draws[voice] = random.random(count)
        page.random.copy_(torch.from_numpy(draws.copy()), non_blocking=True)
        page.given.copy_(torch.from_numpy(np.maximum(given[step], NEVER)), non_blocking=True)
        if shown is None or any(a is not b for a, b in zip(shown, masks[step])):
            page.allowed.copy_(torch.from_numpy(np.stack(masks[step])), non_blocking=True)
            shown = masks[step]
        weights = page.steps[(begun + step) % net.config.frame]()
        if weighed:
            nats = weights.cpu().numpy()
            shares = np.exp(nats - nats.max())
            shares /= shares.sum()
            if 1.0 / np.square(shares).sum() < count / 2:
                page.pick(resampled(shares, random))
                page.weights.zero_()
    nats = page.weights.cpu().numpy()
    shares = np.exp(nats - nats.max())
    best = int(resampled(shares / shares.sum(), random)[0]) if count > 1 else 0
    notes = page.notes[begun : begun + steps, best].cpu().numpy().copy()
    chances = page.chances[begun : begun + steps, best].cpu().numpy().copy()
    page.store(writer, best)
    return notes, chances
