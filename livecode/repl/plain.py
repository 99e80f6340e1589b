"""No terminal: read lines and blocks from a pipe until it ends.

    printf 'tempo(90)\\nd1 >> s("bd*4")\\n' | livecode --stay
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from livecode.repl.evaluating import Evaluator
from livecode.repl.faults import Fault
from livecode.repl.reading import complete

CONTINUES = re.compile(r"(else|elif|except|finally|case)\b|[)\]}]")


def run(session: Any, lines: Iterable[str], out: TextIO, err: TextIO) -> int:
    """Evaluate everything that comes; the number of blocks that failed."""
    evaluator = Evaluator(session, session.namespace())
    failed = 0

    def notice(said: Any) -> None:
        err.write(f"{said.text}\n")

    session.listen(notice)
    try:
        for number, block in blocks(lines):
            answer = evaluator.evaluate(block)
            if answer.text:
                out.write(answer.text + "\n")
                out.flush()
            if answer.fault is not None:
                failed += 1
                err.write(located(answer.fault, number) + "\n")
                err.flush()
            if answer.interrupted:
                raise KeyboardInterrupt
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else failed
    finally:
        session.unlisten(notice)
    return failed


def blocks(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Complete blocks, each with the number of its first line.

    A block that is indented at its end is complete when the next line begins at the margin again.

    >>> list(blocks(["def f():", "    return 1", "", "f()"]))
    [(1, 'def f():\\n    return 1\\n'), (4, 'f()')]
    """
    held: list[str] = []
    first = 1
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        at_margin = bool(line) and not line[0].isspace() and not CONTINUES.match(line)
        if held and at_margin and complete("\n".join([*held, ""])):
            yield first, "\n".join(held)
            held = []
        if not held:
            if not line.strip():
                continue
            first = number
        held.append(line)
        text = "\n".join(held)
        if line.strip() and complete(text):
            yield first, text
            held = []
    if held:
        yield first, "\n".join(held)


def located(fault: Fault, first: int) -> str:
    """A fault with the line of the whole input it is in, and its caret.

    >>> print(located(Fault("no name 'x'", 1, 5, 1, "d1 + x"), 3))
    line 3: no name 'x'
      d1 + x
           ^
    """
    if not fault.line:
        return f"line {first}: {fault.message}"
    line = fault.line if fault.file else first + fault.line - 1
    return f"{fault.located(line)}\n  {fault.text}\n  {fault.caret()}"
