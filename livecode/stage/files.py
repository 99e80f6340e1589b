"""Pattern files: executed as one evaluation, and again whenever they are saved.

A file says everything anew each time, so a slot that it no longer mentions stops: there are no ghosts. A
file with an error in it changes nothing; what it said before plays on.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import livecode.sets as sets
from livecode.errors import FileProblem, NameUnknown
from livecode.stage.faults import explain, remember_source
from livecode.stage.forks import leave
from livecode.stage.scene import KNOBS, Knob

if TYPE_CHECKING:
    from livecode.stage.evaluation import Evaluation
    from livecode.stage.session import Session

LOOK_EVERY = 0.1


class PatternFile:
    """A file that plays. `names` is what its last successful execution left behind."""

    def __init__(self, session: Session, path: Path) -> None:
        self.path = path
        self.names: dict[str, Any] = {}
        self._session = session
        self._slots: set[int] = set()
        self._levels: tuple[set[int], set[int], set[int]] = (set(), set(), set())
        self._desk: tuple[set[Knob], set[str]] = (set(), set())
        self._stamp: object = None
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None

    def __repr__(self) -> str:
        slots = ", ".join(f"d{number}" for number in sorted(self._slots)) or "no slot"
        watched = ", played again when it is saved" if self._watcher is not None else ""
        return f"{self.path.name} plays in {slots}{watched}"

    def reload(self) -> None:
        """Execute the file; its slots change together at their quants.

        Raises what the file raises, FileProblem when it cannot be read; then nothing has changed.
        """
        self._stamp = self._look()
        self.execute(read_source(self.path))

    def execute(self, source: str, wait: Callable[[], None] = lambda: None) -> None:
        """What the file says is this; it takes effect when `wait` returns."""
        name = str(self.path)
        names = self._session.namespace()
        names.update(__name__="__livecode__", __file__=name)
        remember_source(name, source)
        with self._session.evaluation(source, name, name) as evaluation:
            run(source, name, names)
            self._forget(evaluation)
            wait()
        draft = evaluation.draft
        self._slots = {slot for slot, take in draft.takes.items() if take is not None}
        self._levels = (set(draft.gains), set(draft.muted), set(draft.soloed))
        self._desk = (set(draft.knobs), {name for name, each in draft.sources.items() if each is not None})
        self.names = names

    def watch(self) -> None:
        """Execute the file again whenever it is saved; errors become notices."""
        if self._watcher is None:
            self._session._write("watch", path=str(self.path))
            self._watcher = threading.Thread(target=self._watch, name=f"watch {self.path.name}", daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """Watch no longer. What plays plays on."""
        self._ended.set()

    def _forget(self, evaluation: Evaluation) -> None:
        """What the file said before and says no longer is as if it had never been said."""
        draft, scene = evaluation.draft, self._session._scene
        for slot in self._slots - draft.takes.keys():
            take = scene.takes.get(slot)
            if take is not None and take.file == evaluation.file:
                draft.takes[slot] = None
        gains, muted, soloed = self._levels
        for slot in gains - draft.gains.keys():
            draft.gains[slot] = 1.0
        for slot in muted - draft.muted.keys():
            draft.muted[slot] = False
        for slot in soloed - draft.soloed.keys():
            draft.soloed[slot] = False
        knobs, sources = self._desk
        for knob in knobs - draft.knobs.keys():
            draft.knobs[knob] = KNOBS[knob[2]]
        for source in sources - draft.sources.keys():
            draft.sources[source] = None

    def _look(self) -> object:
        try:
            seen = self.path.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def _watch(self) -> None:
        missing = False
        while not self._ended.wait(LOOK_EVERY):
            stamp = self._look()
            if stamp is None:
                # Editors replace a file by renaming another: gone for a moment means nothing.
                if missing and self._stamp is not None:
                    self._stamp = None
                    self._session.notices.say(f"{self.path.name} is gone: what it said plays on", "info")
                missing = True
                continue
            missing = False
            if stamp == self._stamp:
                continue
            try:
                self.reload()
            except BaseException as error:
                self._session.notices.say(f"{explain(error)} (the version before plays on)", "fault")
            else:
                self._session.notices.say(f"{self.path.name} reloaded")


def run(source: str, name: str, names: dict[str, Any]) -> Any:
    """Execute source text; gives the value of its last statement when that is an expression."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, name, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    _execute(compile(tree, name, "exec", flags, dont_inherit=True), names)
    if not isinstance(last, ast.Expr):
        return None
    return _execute(compile(ast.Expression(last.value), name, "eval", flags, dont_inherit=True), names)


def _execute(code: CodeType, names: dict[str, Any]) -> Any:
    """Also code that awaits at its top level, as at the prompt."""
    try:
        result = eval(code, names)
    finally:
        leave()
    if code.co_flags & inspect.CO_COROUTINE:
        return asyncio.run(result)
    return result


def read_source(path: Path) -> str:
    """A pattern file's text. Raises FileProblem when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileProblem(f"no pattern file at {path}: check the name") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileProblem(f"cannot read {path}: {error}") from None


def found(path: str | Path) -> Path:
    """The pattern file of that path, or of that name in a set's patterns/ folder."""
    place = Path(path).expanduser()
    if place.is_file():
        return place.resolve()
    with contextlib.suppress(OSError):
        listed = sets.listing("patterns", ".py")
        if str(path) in listed:
            return listed[str(path)].resolve()
        if place.suffix != ".py" and len(place.parts) == 1:
            raise NameUnknown("pattern file or set", str(path), listed)
    raise FileProblem(f"no pattern file at {place}: check the name")
