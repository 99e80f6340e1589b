"""Taste: what this listener likes, learnt from `+` and `-`, from this-or-that, and carried from set to set.

```python
g = evolve(["folk"], fitness=taste + 0.5 * in_key("d dorian"))
d1 >> g.synth("flute")          # now + and - on an empty line, while it loops
d2 >> rerank(markov("folk"), by=taste).synth("organ")
d3 >> taste.ask(g).synth("reed")   # this, then that; + on the better one
```
"""

from __future__ import annotations

import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livecode.errors import ControlError, GeneratorError, one_line
from livecode.generators.evolution.fitness import Fitness, Term

if TYPE_CHECKING:
    from livecode.generators.evolution.preference import Belief, Judgement
    from livecode.generators.evolution.question import Question
    from livecode.music.phrase import Phrase

__all__ = ["taste"]

FILE = "taste.msgpack"
MOST = 400
"""Judgements that are kept, the newest."""
FRESH, TIRED = 20, 40
"""After so many judgements in one sitting each counts less; after as many again as the second, half."""
WORTH_ASKING = 0.12
"""Bits that an answer must promise before a listener is bothered with a question."""


class Taste(Term):
    """Bred for what you like: `taste` learns from `+` and `-` while it plays, and remembers from set to set.

    ```python
    evolve(["folk"], fitness=taste + 0.5 * in_key())
    ```
    """

    momentary = True
    """What it chooses depends on what it has learnt by then."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__("taste")
        self._path = path
        self._judgements: list[Judgement] | None = None
        self._belief: Belief | None = None
        self._given = 0
        self._followers: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.RLock()
        self._said: list[str] = []

    def at(self, cycle: int) -> list[Any]:
        """The term with what is believed now."""
        return ["term", "taste", {"weights": self.weights()}]

    @property
    def text(self) -> str:
        return "taste"

    def __call__(self, phrase: Phrase | None = None) -> float:
        """How much you would like a phrase, 0 to 1; 0.5 while nothing is known. For `rerank(g, by=taste)`."""
        from livecode.generators.evolution.features import features_of
        from livecode.generators.evolution.preference import basis

        if phrase is None:
            raise ControlError("taste stands without brackets: write fitness=taste + in_key()")
        self._listen()
        if not self.judgements or not len(phrase):
            return 0.5
        import numpy as np

        worth = float((basis(features_of(phrase)) @ self.belief.mean)[0])
        return 1 / (1 + float(np.exp(-max(-30.0, min(30.0, worth)))))

    # Judgements.

    def like(self, phrase: Any) -> Taste:
        """Learn that a phrase, or what a pattern or slot plays in its first four cycles, is liked."""
        self.rated(_phrase(phrase), 1)
        return self

    def dislike(self, phrase: Any) -> Taste:
        """Learn that a phrase, or what a pattern or slot plays in its first four cycles, is not liked."""
        self.rated(_phrase(phrase), -1)
        return self

    def prefer(self, this: Any, that: Any) -> Taste:
        """Learn that one phrase is liked better than another."""
        from livecode.generators.evolution.features import features_of
        from livecode.generators.evolution.preference import Judgement

        one, other = features_of(_phrase(this)), features_of(_phrase(that))
        self._learn(Judgement(one, other, True, self._sureness()))
        return self

    def rated(self, phrase: Phrase, value: int) -> str:
        """Learn from a plus (1) or a minus (-1) for a phrase; a line that says so."""
        from livecode.generators.evolution.features import features_of
        from livecode.generators.evolution.preference import Judgement

        self._learn(Judgement(features_of(phrase), None, value > 0, self._sureness()))
        count = len(self.judgements)
        return f"taste knows {count} of your judgements" if count > 1 else "taste knows your first judgement"

    def ask(self, composer: Any, cycle: int | None = None) -> Question:
        """Two songs of a composer to choose from, this and then that: those whose answer would tell most.

        ```python
        d3 >> taste.ask(g).synth("reed")
        ```

        While it plays `+` prefers the song that sounds, `-` the other; or say `q.this()`, `q.that()`. Raises
        GeneratorError when no answer would tell anything worth your while.
        """
        from livecode.generators.evolution.question import question

        self._listen()
        return question(self, composer, cycle)

    @property
    def judgements(self) -> list[Judgement]:
        """What has been judged so far, the oldest first."""
        with self._lock:
            if self._judgements is None:
                self._judgements = self._read()
            return self._judgements

    @property
    def belief(self) -> Belief:
        """What is believed of this listener, with how sure it is."""
        from livecode.generators.evolution.preference import Belief

        with self._lock:
            if self._belief is None:
                self._belief = Belief.of(self.judgements)
            return self._belief

    def weights(self) -> list[float]:
        """What is believed, and where it is in doubt, as plain numbers; empty while nothing is known."""
        with self._lock:
            if not self.judgements:
                return []
            return [round(float(each), 4) for each in self.belief.told().reshape(-1)]

    def forget(self) -> Taste:
        """Forget everything, the file too."""
        with self._lock:
            self._judgements, self._belief, self._given = [], None, 0
            self._save()
        for stream in list(self._followers):
            stream.taste_changed([])
        return self

    def explain(self) -> str:
        """What it believes you like and dislike, the surest first."""
        import numpy as np

        from livecode.generators.evolution.features import COUNT, NAMES

        if not self.judgements:
            return "taste knows nothing yet: + and - on an empty line, while something composed plays"
        belief = self.belief
        spread = np.sqrt(np.diag(belief.covariance))
        lines = []
        for number, (name, _, _) in enumerate(NAMES):
            for column, what in ((1 + number, ""), (1 + COUNT + number, " far from usual")):
                lines.append((belief.mean[column] / spread[column], f"{name}{what}", belief.mean[column]))
        lines.sort(key=lambda each: -abs(each[0]))
        told = [f"  {'more' if sign > 0 else 'less'} {name}  ({mean:+.2f})" for sign, name, mean in lines[:8]]
        count = len(self.judgements)
        return "\n".join([f"taste, from {count} judgement{'s' if count > 1 else ''}:", *told])

    def followed_by(self, stream: Any) -> None:
        """Tell a stream from now on whenever something was learnt."""
        self._listen()
        with self._lock:
            self._followers.add(stream)

    # How it is done.

    def _listen(self) -> None:
        from livecode.generators import heard

        if self is taste and self not in heard.JUDGES:
            heard.JUDGES.append(self)

    def _learn(self, judgement: Judgement) -> None:
        """One more; the same said again counts once, and the other way round takes the older one's place."""
        with self._lock:
            others = [each for each in self.judgements if not each.about_the_same(judgement)]
            self._judgements = [*others, judgement][-MOST:]
            self._belief = None
            self._given += 1
            self._save()
        weights = self.weights()
        for stream in list(self._followers):
            stream.taste_changed(weights)

    def _sureness(self) -> float:
        """How much a judgement counts: less from a tired listener."""
        return 1 / (1 + max(0, self._given - FRESH) / TIRED)

    @property
    def path(self) -> Path:
        """The file in which it is carried over."""
        if self._path is not None:
            return self._path
        from livecode.config import folder

        return folder("state") / FILE

    def _read(self) -> list[Judgement]:
        import msgspec
        import numpy as np

        from livecode.generators.evolution.features import COUNT
        from livecode.generators.evolution.preference import Judgement

        try:
            data = msgspec.msgpack.decode(self.path.read_bytes())
            if data["features"] != COUNT:
                return []
            found = []
            for song, other, liked, sure in data["judgements"][-MOST:]:
                rows = [None if each is None else np.array(each, np.float32) for each in (song, other)]
                if rows[0] is None or any(row is not None and row.shape != (COUNT,) for row in rows):
                    raise ValueError("a judgement of no song")
                if not all(np.isfinite(row).all() for row in rows if row is not None):
                    raise ValueError("a judgement that is no number")
                found.append(Judgement(rows[0], rows[1], bool(liked), min(1.0, max(0.0, float(sure)))))
            return found
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, msgspec.DecodeError) as problem:
            self._notice(f"{self.path.name} is damaged, so taste begins anew: {one_line(problem)}")
            return []

    def _save(self) -> None:
        """Atomically: a crash leaves the old file or the new one."""
        import msgspec

        from livecode.generators.evolution.features import COUNT

        rows = [
            [
                [round(float(v), 4) for v in each.song],
                None if each.other is None else [round(float(v), 4) for v in each.other],
                each.liked,
                round(each.sure, 4),
            ]
            for each in self._judgements or []
        ]
        data = msgspec.msgpack.encode({"version": 1, "features": COUNT, "judgements": rows})
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            os.replace(part, self.path)
        except OSError as problem:
            self._notice(
                f"taste is not carried over: {self.path.name} cannot be written ({problem.strerror})"
            )

    def _notice(self, line: str) -> None:
        from livecode.generators.pool import composers

        if line not in self._said:
            self._said.append(line)
            composers().notice(line)


def _phrase(thing: Any) -> Phrase:
    """A phrase, or what is heard of a slot or a pattern in four cycles."""
    from livecode.generators.plan import Source
    from livecode.music.phrase import Phrase

    if isinstance(thing, Phrase):
        return thing
    inner: Any = getattr(thing, "phrase", None)
    if isinstance(inner, Phrase):
        return inner
    if callable(inner) and hasattr(thing, "plan"):
        return Phrase.unpack({**inner(0).pack(), "provenance": []})
    if isinstance(thing, Fitness | bool | int | float):
        raise ControlError(f"{thing!r} is no music: give a phrase, a pattern or a slot")
    phrase = Source(thing).phrase(0, 4, (4, 4))
    if not len(phrase):
        raise GeneratorError(f"there are no notes in {thing!r} that could be judged")
    return phrase


taste = Taste()
"""The taste of whoever sits here."""
