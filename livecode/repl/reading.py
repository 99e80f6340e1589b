"""When a block of code is complete, and how far the next line is indented.

>>> complete('d1 >> s("bd*4")'), complete("def lift(p):"), complete("d1 >> (")
(True, False, False)
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings

INDENT = "    "
LEAVES = re.compile(r"(return|pass|break|continue|raise)\b")


def complete(text: str) -> bool:
    """Whether Enter should evaluate `text` rather than open another line.

    A block that is indented at its end asks for one empty line first, as Python's own prompt does.
    Text that can never become right is complete: evaluating it shows what is wrong.
    """
    if not text.strip() or asks_for_help(text) is not None:
        return True
    compiler = codeop.CommandCompiler()
    compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compiler(text, "<prompt>", "exec")
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
            return True
    if code is None:
        return False
    last = text.rsplit("\n", 1)[-1]
    return not (_in_a_block(text) and last.strip())


def asks_for_help(text: str) -> str | None:
    """The name asked about in `?name` or `name?`, else None.

    >>> asks_for_help("?every"), asks_for_help("d1.mute?"), asks_for_help('s("bd?")')
    ('every', 'd1.mute', None)
    """
    match = re.fullmatch(r"\s*(?:\?\s*([\w.'-]*)|([A-Za-z_][\w.]*)\s*\?)\s*", text)
    return None if match is None else (match.group(1) or match.group(2) or "")


def next_indent(before: str) -> str:
    """The white space that a new line begins with, after the text before the cursor.

    >>> next_indent("for n in range(4):") == INDENT
    True
    """
    line = before.rsplit("\n", 1)[-1]
    indent = line[: len(line) - len(line.lstrip())]
    code = line.split("#", 1)[0].rstrip()
    if code.endswith((":", "(", "[", "{")):
        return indent + INDENT
    if LEAVES.match(line.strip()):
        return indent[: -len(INDENT)]
    return indent


def _in_a_block(text: str) -> bool:
    """Whether the last statement is a compound one spread over lines."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    compound = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If,
        ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
    )  # fmt: skip
    return bool(tree.body) and isinstance(tree.body[-1], compound)
