"""Keys said at the prompt: plain text is the composer's own, a pattern of keys is asked phrase by phrase."""

from __future__ import annotations

from typing import Any

from livecode.generators.rules.theory import Key

NOTATION = frozenset("<>[]{}|*!,~?/")


def plain_key(asked: dict[str, Any]) -> str:
    """The key among what was asked, taken out, when it is plain text; "" when it is a pattern or not there.

    >>> plain_key({"key": "d minor"}), plain_key({"key": "<d:minor f:major>"})
    ('d minor', '')
    """
    key = asked.get("key")
    if isinstance(key, str) and not NOTATION & set(key):
        asked.pop("key")
        Key.of(key)
        return key
    return ""
