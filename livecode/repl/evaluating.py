"""Evaluate one block: one step of undo, the value of its last expression, or what was wrong with it."""

from __future__ import annotations

import ast
import asyncio
import contextvars
import inspect
import linecache
import re
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import CodeType
from typing import Any, Protocol

from livecode.errors import nearest, one_line
from livecode.repl import describe
from livecode.repl.faults import Fault, read, user_source
from livecode.repl.names import Names
from livecode.repl.reading import asks_for_help
from livecode.repl.tutorial import Tutorial, page
from livecode.stage.interrupt import interruptible

KEPT_CELLS = 500
MOST_LINES = 60
SETS = re.compile(r"(tempo|cps)\(\s*[^\s)].*\)$")
"""Calls that set something and give it back; without a value they ask for it."""
MOST_CHARACTERS = 8000
VERB = re.compile(r"[A-Za-z_]\w*(\.[a-z]\w*)?")
"""A name alone, or one of a slot's."""


class Stage(Protocol):
    """What evaluating needs of a session."""

    def evaluation(self, source: str, name: str) -> AbstractContextManager[Any]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an evaluation gave: text to print (may be empty), or a fault, or that it was interrupted."""

    text: str = ""
    fault: Fault | None = None
    interrupted: bool = False
    value: Any = None


class Evaluator:
    """Evaluates blocks in one namespace, in the thread that calls it.

    Ctrl-C raises KeyboardInterrupt in that thread; the evaluation is then undone as a failed one is.
    """

    def __init__(self, session: Stage, namespace: dict[str, Any]) -> None:
        self.session = session
        self.namespace = namespace
        self.names = Names(namespace)
        self.sources: dict[str, str] = {}
        self._count = 0
        namespace.setdefault("__name__", "__livecode__")
        namespace["help"] = self.help
        namespace["how"] = self.how
        namespace["tutorial"] = self.tutorial
        self.guide = Tutorial()
        self.guided = False
        self.leader = "Esc"

    def evaluate(self, text: str) -> Answer:
        """Run a block and say what came of it; never raises on the performer's account."""
        if not text.strip():
            return Answer()
        asked = asks_for_help(text)
        if asked is not None:
            return Answer(self.help_page(asked))
        self._count += 1
        name = f"<prompt {self._count}>"
        source = self._done(text.rstrip()) + "\n"
        self._remember(name, source)
        try:
            with interruptible():
                value = self._run(source, name)
            shown = "" if _said_enough(value, source) else display(value)
        except KeyboardInterrupt:
            return Answer(interrupted=True)
        except SystemExit:
            raise
        except BaseException as error:
            return Answer(fault=self.fault_of(error))
        if value is not None:
            self.namespace["_"] = value
        return Answer(shown, value=value)

    def fault_of(self, error: BaseException) -> Fault:
        """What an error says, and where in the performer's text it is."""
        sounds = self.names.in_string("s", "") if isinstance(error, NameError) else {}
        return read(error, self._source_of, self.names.public(), sounds)

    def help(self, thing: Any = None) -> None:
        """Show what a name means: `help(every)`, `help("dorian")`, or `help()` for the prompt's keys."""
        if thing is None:
            text = self.keyed(KEYS_PAGE)
        elif isinstance(thing, str):
            text = self.help_page(thing)
        else:
            text = describe.page(getattr(thing, "__name__", type(thing).__name__), thing)
        sys.stdout.write(text + "\n")

    def how(self, wish: str) -> None:
        """Say in your own words what you want, and see the lines that do it: `how("make it swing")`."""
        from livecode.repl.how import how

        sys.stdout.write(how(wish) + "\n")

    def keyed(self, text: str) -> str:
        """A text about keys with the one that leads the letters here: with vi's editing Esc is vi's."""
        return text.replace("Esc ", f"{self.leader} ")

    def tutorial(self, number: int | None = None) -> None:
        """Five minutes that play as they go; `tutorial(4)` begins with the fourth step."""
        step = self.guide.step(number)
        if step is None:
            sys.stdout.write("That was the tutorial; tutorial() begins again.\n")
            return
        sys.stdout.write(self.keyed(page(step, self.guide.at)) + "\n")
        if not self.guided:
            # Nobody puts the line where one types: run it here.
            self.guide.waiting = ""
            sys.stdout.write(f"  {step.code}\n")
            exec(compile(step.code, "<tutorial>", "exec"), self.namespace)

    def help_page(self, name: str) -> str:
        """The page for a name: Python's own names first, then instruments, samples, scales and the rest."""
        if not name:
            return self.keyed(KEYS_PAGE)
        first, *rest = name.split(".")
        missing = object()
        thing = self.names.thing(first, missing)
        for part in rest:
            thing = getattr(thing, part, missing)
        if thing is not missing:
            return describe.page(name, thing)
        found = self.names.find(name)
        if found is not None:
            kind, text = found
            return f"{name}: {kind}\n\n  {text}"
        near = nearest(name, self.names.public())
        return f"nothing is called {name!r}" + (f": did you mean {near!r}?" if near else "")

    def _done(self, text: str) -> str:
        """A verb of the stage that needs nothing with the brackets it came without: `hush`, `d1.stop`."""
        if VERB.fullmatch(text) is None:
            return text
        owner, _, verb = text.rpartition(".")
        if owner:
            slot = self.namespace.get(owner)
            thing = getattr(slot, verb, None) if type(slot).__name__ == "Slot" else None
        else:
            thing = self.namespace.get(verb)
        if not inspect.ismethod(thing) or not type(thing.__self__).__module__.startswith("livecode.stage."):
            return text
        needs = [each for each in inspect.signature(thing).parameters.values() if each.default is each.empty]
        return text if any(each.kind != each.VAR_POSITIONAL for each in needs) else f"{text}()"

    def _run(self, source: str, name: str) -> Any:
        with self.session.evaluation(source, name):
            body, last = _split(source, name)
            value = None
            if body is not None:
                self._execute(body)
            if last is not None:
                value = self._execute(last)
            return value

    def _execute(self, code: CodeType) -> Any:
        result = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return _awaited(result)
        return result

    def _source_of(self, name: str) -> str | None:
        return self.sources.get(name) or user_source(name)

    def _remember(self, name: str, source: str) -> None:
        self.sources[name] = source
        # inspect.getsource and tracebacks find the text of a cell through linecache.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        while len(self.sources) > KEPT_CELLS:
            oldest = next(iter(self.sources))
            del self.sources[oldest]
            linecache.cache.pop(oldest, None)


def _awaited(waiting: Coroutine[Any, Any, Any]) -> Any:
    """What `await` at the top level of a block gives; in a thread of its own where a loop runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(waiting)
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, "await") as pool:
        return pool.submit(context.run, asyncio.run, waiting).result()


def display(value: Any) -> str:
    """A value as the prompt answers it: its repr, cut to what a screen holds; nothing for None.

    >>> display(3), display(None)
    ('3', '')
    """
    if value is None or type(value).__name__ == "Placed":
        return ""
    try:
        text = _written(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr fails: {one_line(error)}>"
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        text = "\n".join(lines[:MOST_LINES]) + f"\n... {len(lines) - MOST_LINES} lines more"
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " ..."


def _said_enough(value: Any, source: str) -> bool:
    """Whether a value only says what was just done: d1.mute() gives d1, tempo(126) gives 126."""
    last = source.rstrip().rsplit("\n", 1)[-1]
    if type(value).__name__ == "Slot":
        return last.endswith(")")
    return isinstance(value, float) and SETS.match(last) is not None


def _written(value: Any) -> str:
    """livecode's own values as they describe themselves, a list of them one to a line; others as repr."""
    if isinstance(value, list) and value and all(_speaks(item) for item in value):
        return "\n".join(str(item) for item in value)
    if inspect.isroutine(value) and str(value.__module__).startswith("livecode."):
        more = "" if inspect.ismethod(value) else f": ?{value.__name__} tells more"
        return describe.signature(value) + more
    return str(value) if _speaks(value) else repr(value)


def _speaks(value: Any) -> bool:
    kind = type(value)
    return kind.__module__.startswith("livecode.") and "__str__" in vars(kind)


def _split(source: str, name: str) -> tuple[CodeType | None, CodeType | None]:
    """The statements of a block, and its last expression apart so that its value can be shown."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, name, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.annotation, ast.Call):
            # Strudel's label, which Python reads as a name with a type.
            place = (name, node.lineno, node.col_offset + 1, source.split("\n")[node.lineno - 1])
            raise SyntaxError("a label plays nothing, write d1 >> ...", place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, name, "exec", flags, dont_inherit=True) if tree.body else None
    if last is None:
        return body, None
    assert isinstance(last, ast.Expr)
    return body, compile(ast.Expression(last.value), name, "eval", flags, dont_inherit=True)


KEYS_PAGE = """\
d1 >> s("bd*4, ~ cp")       play a pattern in a slot (d1 ... d16)
d1.mute()  d1.solo()  hush()  undo()  tempo(126)  meter(7, 8)
?every   help(every)   ?pluck   ?dorian    what a name means
how("make it swing")        lines that do what you want
tutorial()                  five minutes that play as they go

F9 or F12 or Esc h      hush: silence everything at once
F1 ... F8, Esc 1 ... 0  mute or unmute slot 1 ... 8, 1 ... 10
Esc s 1 ... 0           solo or unsolo a slot
Esc u / Esc U           undo / redo the last musical change
Esc m                   metronome
Esc p / Esc o / Esc e   piano roll / scope / spectrum under the code, and away again (F10: the next)
+ or - on an empty line rate what sounds, while a composer listens
Tab                     names that fit here, with what they mean
Esc a                   hear the name that is offered, or that the cursor is at
Enter                   evaluate, or another line while a block is open
Esc Enter               evaluate whatever stands there
Ctrl-R                  search the history        Ctrl-_ undo typing
Ctrl-C                  stop what is evaluating, or clear the line
Ctrl-D                  leave"""
