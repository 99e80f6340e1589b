"""What happens in a worker process: a model is built from its spec once, then composes when asked."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from livecode.generators.generator import Context, Generator, build

MODELS_KEPT = 8

_models: OrderedDict[bytes, Generator] = OrderedDict()


def compose(request: dict[str, Any]) -> dict[str, Any]:
    """One phrase, as plain data.

    `request` holds `digest` (which model), `context`, `length`, `seed`, and, the first time, `spec`. When
    the model is not here and no spec came, the answer is {"unknown": True} and the asker sends it along.
    """
    digest = request["digest"]
    if digest not in _models:
        if request.get("spec") is None:
            return {"unknown": True}
        _models[digest] = build(request["spec"])
        while len(_models) > MODELS_KEPT:
            _models.popitem(last=False)
    _models.move_to_end(digest)
    context = Context.unpack(request["context"])
    phrase = _models[digest].compose(context, request["length"], request["seed"])
    return {"phrase": phrase.pack()}


def answer(request: dict[str, Any]) -> Any:
    """What a model says to a `question` with an `argument`, as plain data."""
    ready(request)
    model: Any = _models[request["digest"]]
    return model.answer(request["question"], request["argument"])


def ready(request: dict[str, Any]) -> bool:
    """Build a model ahead of its first phrase."""
    digest = request["digest"]
    if digest not in _models:
        _models[digest] = build(request["spec"])
    return True


def awake(_request: dict[str, Any]) -> bool:
    """Load what most composers need, so that the first one made here has it."""
    import livecode.generators.neural.compose
    import livecode.generators.neural.melodies  # noqa: F401

    return True
