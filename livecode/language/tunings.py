"""Tunings: Scala files, equal divisions and just ratios, each a scale whose degrees lie between the keys.

Sources: the Scala scale file format (M. Op de Coul); A. Werckmeister, *Orgelprobe* (1681); J. M. Barbour,
*Tuning and Temperament* (1951).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from livecode.errors import ControlError, FileProblem, NameUnknown
from livecode.language.scales import Scale

# Ratios above 1/1, or cents above 0 where a number has a point; the last one is the interval of repetition.
TABLE: dict[str, str] = {
    "just": "16/15 9/8 6/5 5/4 4/3 45/32 3/2 8/5 5/3 9/5 15/8 2/1",
    "pythagorean": "256/243 9/8 32/27 81/64 4/3 729/512 3/2 128/81 27/16 16/9 243/128 2/1",
    "meantone": "76.05 193.16 310.26 386.31 503.42 579.47 696.58 772.63 889.74 1006.84 1082.89 2/1",
    "werckmeister": "90.225 192.18 294.135 390.225 498.045 588.27 696.09 792.18 888.27 996.09 1092.18 2/1",
    "kirnberger": "90.225 193.157 294.135 386.314 498.045 590.224 696.578 792.18 889.735 996.09 1088.269 2/1",
    "vallotti": "94.135 196.09 298.045 392.18 501.955 592.18 698.045 796.09 894.135 1000.0 1090.225 2/1",
    "harmonics": "9/8 5/4 11/8 3/2 13/8 7/4 15/8 2/1",
    "subharmonics": "16/15 8/7 16/13 4/3 16/11 8/5 16/9 2/1",
    "ptolemy": "9/8 5/4 4/3 3/2 5/3 15/8 2/1",
    "septimal": "15/14 8/7 6/5 5/4 4/3 7/5 3/2 8/5 5/3 7/4 15/8 2/1",
    "bohlen pierce just": "27/25 25/21 9/7 7/5 75/49 5/3 9/5 49/25 15/7 7/3 63/25 25/9 3/1",
}


def cents(ratio: Fraction | float) -> float:
    """Cents of a ratio.

    >>> round(cents(Fraction(3, 2)), 3)
    701.955
    """
    if ratio <= 0:
        raise ControlError(f"a ratio of {ratio} has no pitch: give one above 0")
    return 1200 * math.log2(ratio)


def edo(divisions: int, period: float = 12) -> Scale:
    """So many equal steps to the octave (or to another period, in semitones).

    >>> edo(24).note(3), round(edo(19).note(11), 4)
    (1.5, 6.9474)
    """
    if divisions < 1:
        raise ControlError(f"an octave has no {divisions} steps: give 1 or more")
    return Scale(f"{divisions}edo", 0, tuple(period * step / divisions for step in range(divisions)), period)


def ratios(text: str | Iterable[object], name: str = "ratios") -> Scale:
    """A tuning from ratios (`3/2`) or cents (with a point: `701.955`); the last one is its period.

    >>> round(ratios("9/8 5/4 3/2 2/1").note(2), 4)
    3.8631
    """
    words = text.split() if isinstance(text, str) else [str(word) for word in text]
    if not words:
        raise ControlError("a tuning needs a step: write ratios such as '9/8 5/4 3/2 2/1'")
    steps = [_semitones(word) for word in words]
    return Scale(name, 0, (0, *steps[:-1]), steps[-1])


def _semitones(word: str) -> float:
    if not re.fullmatch(r"-?\d+\.\d*|\d+(/\d+)?|-?\.\d+", word):
        raise ControlError(f"{word!r} is no step of a tuning: write a ratio like 3/2 or cents like 701.955")
    if "." in word:
        return float(word) / 100
    top, _, bottom = word.partition("/")
    if int(bottom or 1) == 0:
        raise ControlError(f"{word!r} is no ratio: give a number above 0 under the line")
    return cents(Fraction(int(top), int(bottom or 1))) / 100


def scala(text: str) -> Scale:
    """A tuning from the text of a Scala `.scl` file.

    >>> round(scala("! fifths.scl\\ntwo fifths\\n 2\\n!\\n 3/2\\n 2/1\\n").note(1), 4)
    7.0196
    """
    lines = [line.strip() for line in text.splitlines() if not line.startswith("!")]
    if len(lines) < 2 or not lines[1].split() or not lines[1].split()[0].isdigit():
        raise ControlError("this is no Scala file: its second line must say how many notes follow")
    count = int(lines[1].split()[0])
    steps = [line.split()[0] for line in lines[2:] if line][:count]
    if len(steps) < count or count == 0:
        raise ControlError(f"this Scala file promises {count} notes and holds {len(steps)}")
    return ratios(steps, lines[0] or "scala")


def tuning_names() -> Sequence[str]:
    """Names of the tunings known without a file; `19edo` and its like come beside them.

    >>> "just" in tuning_names()
    True
    """
    return list(TABLE)


@lru_cache(maxsize=256)
def tuning_of(text: str) -> Scale:
    """The tuning a text means: a name, `19edo`, a list of ratios, or the path of a `.scl` file.

    >>> tuning_of("just").note(7) == tuning_of("3/2 2/1").note(1), tuning_of("31edo").steps[:2]
    (True, (0.0, 0.3870967741935484))
    """
    text = text.strip()
    divided = re.fullmatch(r"(\d+)[ -]?(edo|tet)", text.lower())
    if divided:
        return edo(int(divided[1]))
    known = TABLE.get(text.lower().replace("_", " "))
    if known is not None:
        return ratios(known, text)
    if text.endswith(".scl"):
        path = Path(text).expanduser()
        try:
            return scala(path.read_text(encoding="latin-1"))
        except OSError as problem:
            raise FileProblem(
                f"cannot read the tuning {text!r}: {problem.strerror}; check its path"
            ) from None
    if re.search(r"\d[/.]\d", text):
        return ratios(text)
    raise NameUnknown("tuning", text, [*TABLE, "19edo", "31edo"])
