"""The sizes of a net, and the name and shape of every array in its checkpoint."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from math import prod
from typing import Any

from livecode.generators.neural.features import Shape


def layer_shapes(attention: str, layer: str, wide: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of the arrays of a layer of attention and of the layer after it."""
    shapes: dict[str, tuple[int, ...]] = {
        f"{attention}.{part}.weight": (wide, wide) for part in ("ask", "key", "value", "out")
    }
    shapes |= {f"{attention}.norm.gain": (wide,), f"{layer}.norm.gain": (wide,)}
    shapes |= {f"{layer}.widen.weight": (4 * wide, wide), f"{layer}.narrow.weight": (wide, 4 * wide)}
    return shapes


@dataclass(frozen=True)
class Config(Shape):
    """Sizes of a net. `width`: of the trunk; `heads`: of attention; `head_*`: of the note head.

    `ears`: layers that hear what is given, also of what is still to come; a net without goes by the past.

    >>> Config(**SIZES["tiny"]).width
    96
    """

    width: int = 256
    layers: int = 6
    heads: int = 4
    head_width: int = 256
    head_hidden: int = 512
    head_blocks: int = 2
    ears: int = 0

    kind = "chorale net"

    def vocabulary(self) -> dict[str, Any]:
        """What each class means, in words a reader of the file understands."""
        return {
            "token": "one voice at one 16th step; voices in order, highest first; a held note is repeated",
            "classes": {"0": "rest", f"1..{self.size - 1}": f"MIDI pitch {self.low}..{self.high}"},
            "voices": self.voices,
        }

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """A config from plain data; unknown or missing names and wrong values raise ValueError."""
        names = {field.name for field in fields(cls)}
        values = {"ears": 0, **values}
        if set(values) != names:
            raise ValueError(f"a config has {', '.join(sorted(names))}, not {', '.join(sorted(values))}")
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name} is {value!r}, not a whole number")
            if not 0 <= value <= 65536:
                raise ValueError(f"{name} is {value}, which no net has")
        config = cls(**values)
        if not config.low <= config.high <= 127 or min(config.voices, config.frame, config.heads) < 1:
            raise ValueError("its pitch range, voices, frame or heads are impossible")
        if config.width % (2 * config.heads):
            raise ValueError(f"width {config.width} is not a multiple of twice its {config.heads} heads")
        return config

    @property
    def outputs(self) -> int:
        """Numbers the head gives: one a class, one an interval from each voice."""
        return self.size + self.voices * self.intervals

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every array of the net."""
        wide, narrow, hidden = self.width, self.head_width, self.head_hidden
        shapes: dict[str, tuple[int, ...]] = {
            "trunk_table": (self.trunk_rows, wide),
            "head_table": (self.head_rows, narrow),
            "enter.gain": (wide,),
            "leave.gain": (wide,),
            "state.weight": (self.frame * narrow, wide),
            "finish.gain": (narrow,),
            "logit.weight": (self.outputs, narrow),
            "logit.bias": (self.outputs,),
        }
        for n in range(self.layers):
            shapes |= layer_shapes(f"attention.{n}", f"layer.{n}", wide)
        if self.ears:
            shapes |= {
                "ear_table": (self.ear_rows, wide),
                "ear_enter.gain": (wide,),
                "ear_leave.weight": (wide, wide),
            }
        for n in range(self.ears):
            shapes |= layer_shapes(f"ear_attention.{n}", f"ear_layer.{n}", wide)
        for n in range(self.head_blocks):
            shapes[f"head.{n}.norm.gain"] = (narrow,)
            shapes[f"head.{n}.widen.weight"] = (hidden, narrow)
            shapes[f"head.{n}.narrow.weight"] = (narrow, hidden)
        return shapes


@dataclass(frozen=True)
class EnsembleConfig(Config):
    """Sizes of the net that combines nets of single voices; `member_width` is that of their trunks."""

    member_width: int = 128

    kind = "ensemble"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every array: those of a net on a grid, its table of frames replaced by states."""
        shapes = super().shapes()
        del shapes["trunk_table"]
        return shapes | {
            "join.weight": (self.width, self.voices * self.member_width),
            "lost": (self.voices, self.member_width),
            "lean": (self.voices,),
        }


LARGEST = 40_000_000
"""Bytes that the file of a net may take."""


def half_bytes(config: Any) -> int:
    """How many bytes a net's arrays take in half precision, as they are kept.

    >>> half_bytes(Config(**SIZES["base"])) < LARGEST
    True
    """
    return sum(2 * prod(shape) for shape in config.shapes().values())


SIZES: dict[str, dict[str, int]] = {
    "tiny": {"width": 96, "layers": 3, "heads": 4, "head_width": 96, "head_hidden": 192, "head_blocks": 1},
    "small": {"width": 208, "layers": 6, "heads": 4, "head_width": 208, "head_hidden": 416, "head_blocks": 2},
    "base": {"width": 416, "layers": 7, "heads": 8, "head_width": 416, "head_hidden": 832, "head_blocks": 2},
}
"""Nets on a grid of about 1, 5 and 19 million numbers: in half precision the largest takes 38 MB."""

TUNE_SIZES: dict[str, dict[str, int]] = {
    "tiny": {"width": 120, "layers": 4, "heads": 4, "head_hidden": 240, "head_blocks": 2},
    "small": {"width": 240, "layers": 6, "heads": 6, "head_hidden": 480, "head_blocks": 2},
    "base": {"width": 440, "layers": 7, "heads": 5, "head_hidden": 880, "head_blocks": 2},
}
"""The same for nets of tunes."""
