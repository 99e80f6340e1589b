"""The constraint language: things to choose, rules over them, and a search that always answers.

```python
task = Task(seed=1)
tune = [task.choose(f"note {n}", range(60, 73)) for n in range(8)]
for first, second in pairwise(tune):
    task.hard("no leap beyond a fifth", lambda a, b: abs(a - b) <= 7, first, second)
    task.soft("steps rather than leaps", lambda a, b: abs(a - b), first, second)
answer = task.solve(steps=5000)
answer.values, answer.gave_way
```

A hard rule must hold; a soft rule has a price. The search is backtracking over the things in the order they
were made, with forward checking: as soon as all but one of a rule's things are chosen, what the rule forbids
goes from the choices of the last (R. M. Haralick and G. L. Elliott, "Increasing Tree Search Efficiency for
Constraint Satisfaction Problems", *Artificial Intelligence* 14, 1980). Values are tried cheapest first, the
cheapest way to the end added in (dynamic programming over neighbours), and what cannot beat the best so
far is cut off. It begins again from time to time with some noise in the order. When no answer obeys
every hard rule, or none was found in the first half of the steps, hard rules get a high price instead
and the answer says which gave way.

Effort is counted in steps, never in seconds, so that a seed gives the same notes on any machine; `seconds`
is only a safety net.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from livecode.errors import GeneratorError

Costs = npt.NDArray[np.float64]

BROKEN = 1000.0
"""The price of a hard rule that gives way, times its rank."""
FIRST_RUN = 600
"""Steps before the search first begins again."""
FORESEEN = 60_000
"""Most pairs of values weighed before the search begins; what lies before them is searched blindly."""
SAFETY = 20.0
"""Seconds after which a search stops whatever its steps."""
TOLD = 4
"""How many rules that gave way are named."""
LARGEST = 4096
"""Most values one thing may be chosen from."""
_CLOCK_EVERY = 256


@dataclass
class Rule:
    """One rule over some things: `test` gives truth when hard, a price of 0 or more when soft."""

    name: str
    scope: tuple[int, ...]
    hard: bool
    weight: float
    test: Callable[..., Any] | None = None
    table: Costs | None = None


@dataclass(frozen=True)
class Answer:
    """What was chosen, what it costs, and the rules that gave way (empty when every hard rule holds).

    `best` is true when nothing cheaper exists; `steps` is the effort spent, `stopped` whether the safety
    clock ended the search.
    """

    values: tuple[Any, ...]
    cost: float
    gave_way: tuple[str, ...]
    steps: int
    best: bool
    stopped: bool = False

    def __str__(self) -> str:
        if self.stopped and not self.gave_way:
            return f"the clock ended the search after {self.steps} steps: the best so far"
        if not self.gave_way:
            return "every hard rule holds"
        more = len(self.gave_way) - TOLD
        rest = f"; and {more} more" if more > 0 else ""
        return "gave way: " + "; ".join(self.gave_way[:TOLD]) + rest


@dataclass
class Task:
    """Things to choose and rules over them; `seed` and `taste` say which of the good answers.

    With `taste` above 0 every value gets a small price drawn from the seed, so that another seed gives
    another answer; about 1 weighs as much as a soft rule.
    """

    seed: int = 0
    taste: float = 0.0
    labels: list[str] = field(default_factory=list)
    domains: list[tuple[Any, ...]] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def choose(self, label: str, values: Iterable[Any]) -> int:
        """One thing to choose from some values; its number."""
        found = tuple(values)
        if not found:
            raise GeneratorError(f"nothing to choose from for {label}: widen its range or scale")
        if len(found) > LARGEST:
            raise GeneratorError(f"{len(found)} values for {label}: give at most {LARGEST}")
        self.labels.append(label)
        self.domains.append(found)
        return len(self.labels) - 1

    def hard(self, name: str, test: Callable[..., Any], *scope: int, rank: float = 1.0) -> None:
        """A rule that must hold. Of rules that cannot all hold, those of low rank give way first."""
        self._add(Rule(name, scope, True, rank, test))

    def soft(self, name: str, cost: Callable[..., Any], *scope: int, weight: float = 1.0) -> None:
        """A rule with a price: `cost` gives 0 or more (True is 1), times the weight."""
        self._add(Rule(name, scope, False, weight, cost))

    def prices(self, name: str, table: Any, first: int, second: int) -> None:
        """The prices of every pair of values of two things, as a matrix; infinite is forbidden."""
        matrix = np.asarray(table, float)
        shape = (len(self.domains[first]), len(self.domains[second]))
        if matrix.shape != shape:
            raise GeneratorError(f"a table of {matrix.shape} for {name}: give one of {shape}")
        self._add(Rule(name, (first, second), True, 1.0, None, matrix))

    def price(self, name: str, costs: Any, thing: int) -> None:
        """The price of each value of one thing; infinite is forbidden."""
        row = np.asarray(costs, float)
        if row.shape != (len(self.domains[thing]),):
            raise GeneratorError(f"{row.shape} prices for {name}: give {len(self.domains[thing])}")
        self._add(Rule(name, (thing,), True, 1.0, None, row))

    def _add(self, rule: Rule) -> None:
        known = len(self.labels)
        if not rule.scope or len(set(rule.scope)) != len(rule.scope):
            raise GeneratorError(f"the rule {rule.name!r} needs things to rule over, each once")
        if any(not 0 <= thing < known for thing in rule.scope):
            raise GeneratorError(f"the rule {rule.name!r} is over things that nobody chooses")
        if not (rule.weight >= 0 and rule.weight < 1e6):
            raise GeneratorError(f"a weight of {rule.weight!r} for {rule.name!r}: give 0 to a million")
        self.rules.append(rule)

    def solve(self, steps: int = 4000, seconds: float = SAFETY) -> Answer:
        """The best answer found in so many steps."""
        if not self.labels:
            return Answer((), 0.0, (), 0, True)
        deadline = time.monotonic() + seconds
        strict = _Search(self, strict=True)
        found = strict.run(steps // 2, deadline)
        if found is not None:
            # What is left of the effort goes into making a sound answer cheaper.
            if not strict.exhausted:
                found = strict.run(steps - strict.steps, deadline)
            assert found is not None
            return self._answer(found, strict, strict.exhausted)
        yielding = _Search(self, strict=False)
        found = yielding.run(max(1, steps - strict.steps), deadline, at_least=True)
        assert found is not None
        yielding.steps += strict.steps
        return self._answer(found, yielding, False)

    def _answer(self, chosen: Sequence[int], search: _Search, best: bool) -> Answer:
        values = tuple(domain[index] for domain, index in zip(self.domains, chosen))
        gave: list[str] = []
        cost = 0.0
        for rule in self.rules:
            price, broken = search.weighed(rule, chosen)
            cost += price
            if broken:
                where = self.labels[max(rule.scope)]
                gave.append(f"{rule.name} ({where})")
        return Answer(values, cost, tuple(gave), search.steps, best, search.stopped)


class _Search:
    """One backtracking search over a task."""

    def __init__(self, task: Task, strict: bool) -> None:
        self.task, self.strict = task, strict
        self.steps = 0
        self.stopped = self.exhausted = False
        self.best: list[int] | None = None
        self.best_cost = float("inf")
        self._memory: dict[Hashable, Costs] = {}
        self._random = random.Random(task.seed)
        count = len(task.labels)
        self._interned: dict[tuple[Any, ...], int] = {}
        self._domain_ids = [self._interned.setdefault(d, len(self._interned)) for d in task.domains]
        self._base = [np.zeros(len(domain)) for domain in task.domains]
        if task.taste:
            drawn = np.random.default_rng(task.seed & (1 << 63) - 1)
            for index, row in enumerate(self._base):
                noise = drawn.gumbel(size=len(row))
                self._base[index] = (noise - noise.min()) * task.taste
        self._waiting: list[list[tuple[Rule, int]]] = [[] for _ in range(count)]
        for rule in task.rules:
            if len(rule.scope) == 1:
                thing = rule.scope[0]
                self._base[thing] = self._base[thing] + self._vector(rule, (None,), 0, thing)
            else:
                order = sorted(rule.scope)
                self._waiting[order[-2]].append((rule, order[-1]))
        self._togo = self._chain()

    def _chain(self) -> list[Costs]:
        """For each value the price of the cheapest way to the end, neighbours alone considered."""
        count = len(self._base)
        togo = [np.zeros(len(row)) for row in self._base]
        foreseen = 0
        for thing in range(count - 2, -1, -1):
            onward = self._base[thing + 1] + togo[thing + 1]
            neighbours = [
                (rule, last)
                for rule, last in self._waiting[thing]
                if last == thing + 1 and len(rule.scope) == 2
            ]
            tested = sum(rule.table is None for rule, _ in neighbours)
            foreseen += tested * len(self._base[thing]) * len(onward)
            if not neighbours or foreseen > FORESEEN:
                togo[thing] = np.full(len(self._base[thing]), onward.min())
                continue
            matrix = np.zeros((len(self._base[thing]), len(onward)))
            for rule, last in neighbours:
                matrix = matrix + self._matrix(rule, thing, last)
            togo[thing] = (matrix + onward).min(axis=1)
        return togo

    def _matrix(self, rule: Rule, first: int, last: int) -> Costs:
        if rule.table is not None:
            table = rule.table if rule.scope == (first, last) else rule.table.T
            return table if self.strict else np.where(np.isinf(table), BROKEN * rule.weight, table)
        place = rule.scope.index(last)
        rows = []
        for value in range(len(self._base[first])):
            chosen: list[int | None] = [value, value]
            chosen[place] = None
            rows.append(self._vector(rule, tuple(chosen), place, last))
        return np.array(rows)

    def _vector(self, rule: Rule, chosen: tuple[int | None, ...], place: int, last: int) -> Costs:
        """The price of each value of a rule's last thing, the others being chosen (as indices)."""
        if rule.table is not None:
            if len(rule.scope) == 1:
                row = rule.table
            else:
                other = chosen[1 - place]
                row = rule.table[other] if place == 1 else rule.table[:, other]
            return row if self.strict else np.where(np.isinf(row), BROKEN * rule.weight, row)
        domains = self.task.domains
        values = [
            None if index is None else domains[thing][index] for thing, index in zip(rule.scope, chosen)
        ]
        key = (rule.test, rule.hard, rule.weight, place, self._domain_ids[last], tuple(values))
        found = self._memory.get(key)
        if found is not None:
            return found
        self.steps += 1
        test = rule.test
        assert test is not None
        before, after = values[:place], values[place + 1 :]
        if rule.hard:
            price = float("inf") if self.strict else BROKEN * rule.weight
            row = np.array([0.0 if test(*before, v, *after) else price for v in domains[last]])
        else:
            row = np.array([float(test(*before, v, *after)) for v in domains[last]]) * rule.weight
            if row.size and row.min() < 0:
                raise GeneratorError(f"the soft rule {rule.name!r} has a price below 0: give 0 or more")
        self._memory[key] = row
        return row

    def weighed(self, rule: Rule, chosen: Sequence[int]) -> tuple[float, bool]:
        """What a rule costs in an answer, and whether it is a hard one that gave way."""
        domains = self.task.domains
        if rule.table is not None:
            price = float(rule.table[tuple(chosen[thing] for thing in rule.scope)])
            return (0.0, True) if price == float("inf") else (price, False)
        assert rule.test is not None
        value = rule.test(*(domains[thing][chosen[thing]] for thing in rule.scope))
        if rule.hard:
            return 0.0, not value
        return float(value) * rule.weight, False

    def run(self, steps: int, deadline: float, at_least: bool = False) -> list[int] | None:
        """The cheapest answer found with so much more effort; `at_least` looks on until there is one."""
        limit = self.steps + steps
        allowance, noise = FIRST_RUN, 0.0
        while not self.exhausted and not self.stopped:
            stop = min(limit, self.steps + allowance)
            self._descend(stop, deadline, noise)
            if self.steps >= limit and not (at_least and self.best is None):
                break
            allowance, noise = allowance * 3 // 2, min(noise + 0.5, 3.0)
        return self.best

    def _descend(self, stop: int, deadline: float, noise: float) -> None:
        count = len(self._base)
        costs = list(self._base)
        chosen = [-1] * count
        least = [float(row.min()) for row in costs]
        if any(value == float("inf") for value in least):
            self.exhausted = True
            return
        spent = [0.0] * (count + 1)
        rest = sum(least)
        trail: list[list[tuple[int, Costs, float]]] = [[] for _ in range(count)]
        ways: list[list[int]] = [[] for _ in range(count)]
        depth = 0
        ways[0] = self._order(costs[0], 0, noise)
        clock = 0
        while depth >= 0:
            if trail[depth]:
                for thing, row, lowest in reversed(trail[depth]):
                    rest += lowest - least[thing]
                    costs[thing], least[thing] = row, lowest
                trail[depth] = []
            if not ways[depth]:
                depth -= 1
                continue
            # Without hard rules the first way down always ends in an answer: it is let go on to its end.
            if self.steps >= stop and (self.strict or self.best is not None):
                return
            clock += 1
            late = clock % _CLOCK_EVERY == 0 and time.monotonic() > deadline
            if late and (self.strict or self.best is not None):
                self.stopped = True
                return
            value = ways[depth].pop()
            self.steps += 1
            price = float(costs[depth][value])
            reached = spent[depth] + price
            if reached + float(self._togo[depth][value]) >= self.best_cost:
                continue
            chosen[depth] = value
            dead = False
            undo = trail[depth]
            for rule, last in self._waiting[depth]:
                picked = tuple(None if thing == last else chosen[thing] for thing in rule.scope)
                row = self._vector(rule, picked, rule.scope.index(last), last)
                undo.append((last, costs[last], least[last]))
                fresh = costs[last] + row
                lowest = float(fresh.min())
                rest += lowest - least[last] if lowest != float("inf") else 0.0
                if lowest == float("inf"):
                    undo.pop()
                    dead = True
                    break
                costs[last], least[last] = fresh, lowest
            # `rest` counts the chosen ones too: each at its cheapest, which is at most what was paid.
            if dead or reached + rest - sum(least[: depth + 1]) >= self.best_cost:
                continue
            if depth == count - 1:
                self.best, self.best_cost = list(chosen), reached
                continue
            spent[depth + 1] = reached
            depth += 1
            ways[depth] = self._order(costs[depth], depth, noise)
        self.exhausted = True

    def _order(self, row: Costs, depth: int, noise: float) -> list[int]:
        """The values worth trying, the best last."""
        total = row + self._togo[depth]
        if noise:
            draw = self._random.random
            total = total + np.array([draw() * noise for _ in range(len(total))])
        order = np.argsort(-total, kind="stable")
        return [int(value) for value in order if total[value] != float("inf")]
