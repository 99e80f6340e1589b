"""Modules beside the package: what `benchmarks/` measures and `tools/` writes, for tests to assert on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent


def module(place: str) -> ModuleType:
    """The module of a file of the project, such as `benchmarks/timing.py`."""
    path = ROOT / place
    if path.stem not in sys.modules:
        folder = str(path.parent)
        if folder not in sys.path:
            sys.path.append(folder)
        specification = importlib.util.spec_from_file_location(path.stem, path)
        assert specification is not None and specification.loader is not None
        made = importlib.util.module_from_spec(specification)
        sys.modules[path.stem] = made
        specification.loader.exec_module(made)
    return sys.modules[path.stem]
