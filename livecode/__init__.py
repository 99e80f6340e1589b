"""livecode: live coding for SuperCollider in Python, in which the players learn.

```python
from livecode import *
d1 >> s("bd*4, ~ cp, hh*8?")
hush()
```

Importing it loads nothing: each name fetches its module when it is first used, and the engine boots at the
first `>>`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(f"module 'livecode' has no attribute {name!r}")
    from livecode.names import SESSION, table

    if name == "__all__":
        return list(table())
    known = table().get(name)
    if known is None:
        raise AttributeError(f"module 'livecode' has no attribute {name!r}")
    if known.home == SESSION:
        from livecode.stage.session import current

        # Never kept here: a pattern file must get the names of the session that plays it.
        return current().namespace()[name]
    value = getattr(import_module(known.home), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext livecode` in a notebook: the names, `%%live`, `%hush`, `%render`, pictures of things."""
    from livecode.bridges import notebook

    notebook.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext livecode`."""
    from livecode.bridges import notebook

    notebook.unload(shell)


def __dir__() -> list[str]:
    from livecode.names import table

    return sorted({*globals(), *table()})
