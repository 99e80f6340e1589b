"""Code that must not break anything: a table that grows with each bug.

Each entry is a block that puts something broken into d2. `late` ones work for a few cycles first; `endless`
ones can only be cut short by the budget, so they are tried live only.
"""

from __future__ import annotations

from dataclasses import dataclass

COUNTED = """
def trap(value):
    trap.count = getattr(trap, "count", 0) + 1
    if trap.count > 6:
        {body}
    return value
d2 >> s("cp*2").untabled().with_value(trap)
"""


@dataclass(frozen=True)
class Broken:
    """A name, the block, and when it shows: at Enter (late=False) or while it plays."""

    name: str
    block: str
    late: bool = False
    endless: bool = False


def late(name: str, body: str, endless: bool = False) -> Broken:
    return Broken(name, COUNTED.format(body=body), True, endless)


def answering(name: str, answer: str) -> list[Broken]:
    """The same wrong answer from every place where a function may give one."""
    return [
        Broken(f"a value function that gives {name}", f'd2 >> s("cp").with_value(lambda value: {answer})'),
        Broken(f"a change that gives {name}", f'd2 >> s("cp").every(1, lambda pattern: {answer})'),
        Broken(f"a query that gives {name}", f"d2 >> Pattern(lambda begin, end: {answer})"),
        Broken(f"a query that gives a list of {name}", f"d2 >> Pattern(lambda begin, end: [{answer}])"),
        Broken(f"a gain that is {name}", f'd2 >> s("cp").with_value(lambda v: {{**v, "gain": {answer}}})'),
        late(f"later a value that is {name}", f"return {answer}"),
    ]


WRONG_ANSWERS = [
    *answering("1", "1"),
    *answering("None", "None"),
    *answering("a word", '"x"'),
    *answering("no number", 'float("nan")'),
    *answering("infinity", 'float("inf")'),
    *answering("a function", "print"),
    *answering("an object", "object()"),
    *answering("a huge whole number", "10 ** 400"),
]

COROUTINES = [
    Broken("a coroutine for a pattern", 'async def later(): return s("cp")\nd2 >> later()'),
    Broken("a coroutine function for a pattern", 'async def later(): return s("cp")\nd2 >> later'),
    Broken("a generator for a pattern", 'd2 >> (s("cp") for _ in range(3))'),
]

EXCEPTIONS = [
    late("an exception", "raise ValueError('no')"),
    late("an exception without words", "raise RuntimeError"),
    late("an exception of many lines", "raise RuntimeError('a\\nb\\n' * 1000)"),
    late("an exception whose words fail", "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()"),
    late("division by zero", "1 / 0"),
    late("an exit", "raise SystemExit"),
    late("Ctrl-C of its own", "raise KeyboardInterrupt"),
    late("a generator's end", "raise StopIteration"),
    late("a bare BaseException", "raise BaseException('odd')"),
    late("too much recursion", "return trap(value)"),
    late("a failed assertion", "assert not value"),
    late("memory that nobody has", "[0] * 10 ** 13"),
    late("a name that is not there", "nosuchname"),
    late("a changed value", "value.clear()"),
    Broken("recursion at once", "def f(p): return f(p)\nd2 >> f(s('cp'))"),
    Broken("a pattern of itself", 'd2 >> s("cp")\nd2 >> d2.as_pattern()'),
]

DENSE = [
    Broken("much too fast", 'd2 >> s("cp").fast(10 ** 9)'),
    Broken("much too much in notation", 'd2 >> s("cp*100000")'),
    Broken("notation in notation", 'd2 >> s("' + "[" * 60 + "cp*9" + "]*9" * 60 + '")'),
    Broken("ply upon ply", 'd2 >> s("cp*8").ply(64).ply(64)'),
    Broken("stacks upon stacks", 'p = s("cp*16")\nfor _ in range(20): p = stack(p, p)\nd2 >> p'),
    Broken("a speed that is no number", 'd2 >> s("cp").fast(float("nan"))'),
    Broken("no speed at all", 'd2 >> s("cp").fast("<1 0>").slow("<1 0 -1>").fast(1e-300)'),
    late("later much too much", "return {'s': 'cp', 'gain': [1] * 10 ** 6}"),
]

CATCHING = "while True:\n            try: 1 / 0\n            except Exception: pass"
ENDLESS = [
    late("an endless loop", "while True: pass", True),
    late("an endless loop that catches everything", CATCHING, True),
    late("an endless list", "[1 for _ in iter(int, 1)]", True),
    late("a sleep", "import time; time.sleep(2)", True),
    late("a sort that keeps the interpreter", "sorted(range(3_000_000), key=lambda n: -n)", True),
    late("a power that keeps the interpreter", "pow(7, 3_000_000) % 11", True),
    late("a regular expression that never ends", "import re; re.match('(a+)+$', 'a' * 26 + 'b')", True),
]

BROKEN = [*WRONG_ANSWERS, *COROUTINES, *EXCEPTIONS, *DENSE, *ENDLESS]
