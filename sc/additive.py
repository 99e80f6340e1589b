"""Six instruments by twelve sines each, rebuilt from a printed table of the strengths of their partials.

The table: "Relative strength of the partials in various musical instruments", Smithsonian Physical Tables,
page 149 of the edition that Google Books has as UcELAAAAYAAJ, as transcribed in M. Hertensteiner's coursework
256AHW1 (Stanford, 2016). The page was not seen by us, the transcription was. Strengths are per cent of the
whole tone and are taken as shares of its power. What moves (attack, vibrato, the weight of high partials when
played harder) is not in the table and is ours; at brightness 0.5 and velocity 0.8 it sounds as printed.
"""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

STRENGTHS = {
    "flute": (66, 24, 4, 6),
    "violin": (26, 25, 9, 10, 27, 1, 0, 2),
    "oboe": (2, 2, 4, 29, 35, 14, 4, 2, 3, 4, 1),
    "clarinet": (12, 0, 10, 3, 5, 0, 8, 18, 15, 18, 5, 6),
    "horn": (36, 26, 17, 7, 4, 3, 2, 1, 1, 1, 1, 1),
    "trombone": (6, 11, 35, 12, 8, 11, 6, 4, 3, 2, 1, 1),
}
TABLE = {
    "family": "additive",
    "brightness": Control(0.5, 0, 1, meaning="the weight of high partials; 0.5 is the table's"),
    "vib": Control(5.2, 0, 12, "Hz", "speed of the vibrato"),
    "vibmod": Control(0.1, 0, 2, "semitones", "depth of the vibrato, once it has begun"),
}


def rebuilt(name, freq, velocity, brightness, vib, vibmod):
    """The partials of a row of the table, each rising a little later than the one below it."""
    swung = swing(vib, 0.35, 0.5)
    pitch = freq * (swung * vibmod).semitones_to_ratio()
    tilt = (lit(brightness, velocity) - 0.5) * 2
    shares = STRENGTHS[name]
    whole = sum(shares)
    power = mix([share / whole * number ** (2 * tilt) for number, share in enumerate(shares, 1) if share])
    # Brighter is a little louder, as it is when played harder, but not ten times.
    even = power**-0.35
    partials = mix([
        SinOsc.ar(pitch * number, Rand.ir(0, 6.28))
        * (share / whole) ** 0.5
        * number**tilt
        * bend(0, 0.003 * number, 1)
        * audible(freq * number)
        for number, share in enumerate(shares, 1)
        if share
    ])  # fmt: skip
    return partials * even


@instrument("table_flute", **TABLE, trim=-14, attack=0.05, release=0.09)
def table_flute(freq, velocity, brightness, vib, vibmod):
    """A flute of four partials, two thirds of it the first."""
    return rebuilt("flute", freq, velocity, brightness, vib, vibmod)


@instrument("table_violin", **TABLE, trim=-14, attack=0.06, release=0.12)
def table_violin(freq, velocity, brightness, vib, vibmod):
    """A violin whose fifth partial is as strong as its first."""
    return rebuilt("violin", freq, velocity, brightness, vib, vibmod)


@instrument("table_oboe", **TABLE, trim=-14, attack=0.03, release=0.07)
def table_oboe(freq, velocity, brightness, vib, vibmod):
    """An oboe: hardly any fundamental, most of it in the fourth and fifth partials."""
    return rebuilt("oboe", freq, velocity, brightness, vib, vibmod)


@instrument("table_clarinet", **TABLE, trim=-14, attack=0.035, release=0.08)
def table_clarinet(freq, velocity, brightness, vib, vibmod):
    """A clarinet without its second and sixth partials, and with a hill from the seventh to the tenth."""
    return rebuilt("clarinet", freq, velocity, brightness, vib, vibmod)


@instrument("table_horn", **TABLE, trim=-14, attack=0.05, release=0.1)
def table_horn(freq, velocity, brightness, vib, vibmod):
    """A horn, its partials falling steadily."""
    return rebuilt("horn", freq, velocity, brightness, vib, vibmod)


@instrument("table_trombone", **TABLE, trim=-14, attack=0.04, release=0.1)
def table_trombone(freq, velocity, brightness, vib, vibmod):
    """A trombone with its weight on the third partial."""
    return rebuilt("trombone", freq, velocity, brightness, vib, vibmod)
