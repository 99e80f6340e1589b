"""The table of controls: every word that can be said of a note, under SuperDirt's names.

One row a control: names (the first is the one that reaches the synth), kind, unit, lowest and highest
value, default, meaning. An `=` after the unit marks values that are counted in cycles and so follow the
tempo. What a list such as `"1000:0.4"` sets besides the control itself is listed in `PARTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Literal

Kind = Literal["float", "int", "str", "note"]

# fmt: off
_ROWS: tuple[tuple[str, Kind, str, float, float, float | str | None, str], ...] = (
    # what sounds
    ("s sound synth", "str", "", -inf, inf, None, "instrument or sample folder that plays"),
    ("bank", "str", "", -inf, inf, None, "maker of a drum machine: bd of bank 808 is bd808"),
    ("n number", "note", "", -inf, inf, 0, "which sample of the folder, or which degree of the scale"),
    ("note up", "note", "semitones", -inf, inf, 0, "pitch above c4 (MIDI 60)"),
    ("midinote", "float", "MIDI", 0, 127, None, "pitch as a MIDI number, instead of note"),
    ("freq", "float", "Hz", 0, 20000, None, "pitch as a frequency, instead of note"),
    ("octave", "float", "octaves", -10, 20, 4, "octave of the note; 4 leaves it where it is written"),
    ("detune det", "float", "", -inf, inf, None, "how far doubled voices are out of tune with one another"),
    ("voice", "float", "", 0, inf, None, "which sound of an instrument that has several"),
    ("slide", "float", "", -inf, inf, None, "how far the pitch slides by the note's end, in parts of itself"),
    ("accelerate", "float", "", -inf, inf, 0, "how much faster, or slower below 0, a sample gets"),
    ("vib vibrato", "float", "Hz", 0, 50, None, "speed of the vibrato"),
    ("vibmod", "float", "semitones", 0, 24, 0.5, "depth of the vibrato"),
    ("penv", "float", "semitones", -120, 120, None, "how far the pitch falls from at the note's start"),
    ("pattack patt", "float", "s", 0, 60, None, "time the pitch takes to reach penv"),
    ("pdecay pdec", "float", "s", 0, 60, None, "time the pitch takes to return from penv"),
    ("glide portamento", "float", "s", 0, 30, 0, "time a note takes to come from the pitch before it"),
    # samples
    ("begin", "float", "of the sample", 0, 1, 0, "where in the sample playing starts"),
    ("end", "float", "of the sample", 0, 1, 1, "where in the sample playing ends"),
    ("speed", "float", "", -inf, inf, 1, "playback rate of a sample; below 0 it plays backwards"),
    ("unit", "str", "", -inf, inf, "r", "what speed counts: r rate, c cycles the sample lasts, s seconds"),
    ("loop", "float", "", 0, inf, None, "how often the sample is played within the note"),
    ("cut", "int", "", -inf, inf, 0, "notes of one cut group silence one another; 0 is no group"),
    ("timescale", "float", "", 0, 100, None, "time-stretch factor, 2 lasting twice as long"),
    # level and place
    ("gain", "float", "", 0, 8, 1, "loudness, raised to the power of four as in SuperDirt"),
    ("amp", "float", "", 0, 8, 0.4, "loudness, linear"),
    ("velocity vel", "float", "", 0, 1, 1, "how hard the note is struck"),
    ("postgain", "float", "", 0, 8, 1, "loudness after all effects"),
    ("overgain", "float", "", -8, 8, 0, "loudness added to gain"),
    ("dry", "float", "", 0, 1, 1, "how much of the sound goes past reverb and delay"),
    ("pan", "float", "", 0, 1, 0.5, "0 left, 0.5 middle, 1 right"),
    ("spread panspread", "float", "", 0, 1, None, "how wide, or how far apart, the voices of a sound stand"),
    ("channel", "int", "", 0, 7, None, "first of the two outputs that the note's orbit goes to"),
    ("orbit o", "int", "", 0, 15, 0, "which group of effects the note goes through"),
    ("djf", "float", "", 0, 1, None, "one knob: below 0.5 a low-pass, above it a high-pass filter"),
    # time
    ("legato clip", "float", "of the note", 0, inf, 1, "how much of its step the note lasts"),
    ("sustain sus", "float", "s", 0, inf, None, "how long the note lasts, whatever its step"),
    ("nudge", "float", "s", -1, 10, 0, "how much later, or earlier below 0, the note sounds"),
    ("cps", "float", "cycles/s", 0.0001, 100, None, "tempo from this note on"),
    # envelope
    ("attack att", "float", "s", 0, 60, None, "time to full loudness"),
    ("hold", "float", "s", 0, 60, None, "time at full loudness"),
    ("decay dec", "float", "s", 0, 60, None, "time from full loudness to the sustain level"),
    ("sustainlevel", "float", "", 0, 1, None, "loudness after the decay"),
    ("release rel", "float", "s", 0, 60, None, "time to silence after the note's end"),
    ("fadetime fade_time fadeTime", "float", "s", 0, 60, None, "time a sample takes to fade out"),
    ("fadeintime fade_in_time fadeInTime", "float", "s", 0, 60, None, "time a sample takes to fade in"),
    # filters
    ("cutoff lpf ctf lp", "float", "Hz", 1, 24000, None, "low-pass filter: what lies above is taken away"),
    ("resonance lpq", "float", "", 0, 1, 0, "how much the low-pass filter rings"),
    ("hcutoff hpf hp", "float", "Hz", 0, 24000, None, "high-pass filter: what lies below is taken away"),
    ("hresonance hpq", "float", "", 0, 1, 0, "how much the high-pass filter rings"),
    ("bandf bpf bp", "float", "Hz", 1, 24000, None, "band-pass filter: only what lies around it is left"),
    ("bandq bpq", "float", "", 0.01, 100, 1, "how narrow the band-pass filter is"),
    ("lpenv lpe", "float", "octaves", -10, 10, None, "how far the low-pass filter's envelope opens it"),
    ("lpattack lpa", "float", "s", 0, 60, 0.01, "attack of the low-pass filter's envelope"),
    ("lpdecay lpd", "float", "s", 0, 60, 0.1, "decay of the low-pass filter's envelope"),
    ("vowel", "str", "", -inf, inf, None, "formant filter: a, e, i, o or u"),
    ("comb", "float", "", 0, 1, None, "comb filter"),
    # colour
    ("crush", "float", "bits", 1, 32, None, "fewer bits: 16 clean, 4 rough, 1 destroyed"),
    ("coarse", "float", "", 1, 256, None, "lower sample rate: 2 halves it"),
    ("shape", "float", "", 0, 1, None, "wave shaping, from clean to loud and square"),
    ("distort dist", "float", "", 0, 100, None, "distortion"),
    ("drive", "float", "", 0, 100, None, "overdrive before the filter"),
    ("triode", "float", "", 0, 100, None, "tube-like distortion"),
    ("krush", "float", "", 0, 100, None, "sonic krush: bass and bit distortion"),
    ("kcutoff", "float", "Hz", 0, 24000, 5000, "filter of krush"),
    ("squiz", "float", "", 1, 64, None, "pitch raised in crackling chunks; best a multiple of 2"),
    ("ring", "float", "", 0, 1, None, "ring modulation, how much of it"),
    ("ringf", "float", "Hz", 0, 24000, 200, "frequency of the ring modulation"),
    ("ringdf", "float", "Hz", -24000, 24000, 0, "how far the ring modulation's frequency slides"),
    ("octer", "float", "", 0, 10, None, "an octave above, this loud"),
    ("octersub", "float", "", 0, 10, None, "an octave below, this loud"),
    ("octersubsub", "float", "", 0, 10, None, "two octaves below, this loud"),
    ("waveloss", "float", "%", 0, 100, None, "drops that many of a hundred waves"),
    ("chorus", "float", "", 0, 1, None, "chorus, how much of it"),
    ("fshift", "float", "Hz", -24000, 24000, None, "every partial moved by so many hertz"),
    ("freeze", "float", "", 0, 1, None, "1 holds the spectrum"),
    ("enhance", "float", "", -1, 100, None, "strong partials get stronger"),
    ("smear", "float", "", 0, 100, None, "partials smeared over their neighbours"),
    ("scram", "float", "", 0, 1, None, "partials exchanged at random"),
    ("binshift", "float", "", -10, 10, None, "spectrum shifted"),
    ("lbrick", "float", "", 0, 1, None, "spectral low-pass filter"),
    ("hbrick", "float", "", 0, 1, None, "spectral high-pass filter"),
    ("compressor", "float", "dB", -120, 0, None, "threshold of the compressor"),
    ("phaserrate phasr phaser ph", "float", "Hz", 0, 100, None, "speed of the phaser"),
    ("phaserdepth phasdp", "float", "", 0, 1, 0.75, "depth of the phaser"),
    ("tremolorate tremr tremolo trem", "float", "Hz", 0, 100, None, "speed of the tremolo"),
    ("tremolodepth tremdp tremdepth", "float", "", 0, 1, 0.5, "depth of the tremolo"),
    ("leslie", "float", "", 0, 1, None, "rotating loudspeaker, how much of it"),
    ("lrate", "float", "Hz", 0, 50, 6.7, "speed of the rotating loudspeaker"),
    ("lsize", "float", "m", 0, 3, 0.3, "size of the rotating loudspeaker"),
    ("flanger", "float", "", 0, 1, None, "flanger, how much of it"),
    ("flangerrate", "float", "Hz", 0.005, 10, 0.15, "speed of the flanger"),
    ("fold", "float", "", 1, 30, None, "wave folding: 1 clean, more folds the peaks back"),
    ("ladder", "float", "Hz", 20, 20000, None, "low-pass filter of 24 dB an octave"),
    ("notch", "float", "Hz", 20, 20000, None, "frequency that is taken out"),
    ("notchq", "float", "", 0.1, 50, 2, "how narrow the notch is"),
    ("gater", "float", "Hz", 0.1, 64, None, "how often the sound is let through"),
    ("gateduty", "float", "", 0.02, 0.98, 0.5, "how much of the time it is let through"),
    ("autopan", "float", "", 0, 1, None, "how far the sound swings from side to side"),
    ("autopanrate", "float", "Hz", 0, 50, 1, "how fast it swings"),
    ("widen", "float", "", 0, 1, None, "how wide the sound becomes"),
    ("compratio", "float", "", 1, 20, 4, "how hard the compressor presses"),
    ("compattack", "float", "s", 0.0005, 0.5, 0.006, "how fast the compressor presses"),
    ("source", "str", "", -inf, inf, None, "the source (ndef) whose controls these events set"),
    ("duck duckorbit", "int", "", 0, 15, None, "the orbit that gives way at each of these notes"),
    ("duckdepth", "float", "", 0, 1, 1, "how far it gives way: 1 to silence"),
    ("duckonset duckons", "float", "s", 0, 1, 0.003, "how fast it gives way"),
    ("duckattack duckatt", "float", "s", 0.001, 10, 0.2, "how long it takes to be back"),
    ("sidechain", "int", "", 0, 15, None, "the orbit under whose sound this note's orbit is pressed"),
    ("sidethreshold", "float", "dB", -80, 0, -30, "level of the other orbit from which it is pressed"),
    ("sideratio", "float", "", 1, 20, 6, "how hard it is pressed"),
    ("siderelease", "float", "s", 0.01, 3, 0.15, "how soon it is let go"),
    ("comprelease", "float", "s", 0.01, 3, 0.12, "how fast the compressor lets go"),
    # space
    ("room", "float", "", 0, 1, None, "reverb, how much of it"),
    ("plate", "float", "", 0, 1, None, "a plate in the place of the orbit's reverb; room says how much"),
    ("jpverb", "float", "", 0, 1, None, "a lush hall in the place of the orbit's reverb; room says how much"),
    ("size sz roomsize", "float", "", 0, 1, 0.5, "how large the reverb's room is"),
    ("roomlp rlp", "float", "Hz", 1, 24000, None, "what lies above does not enter the reverb"),
    ("delay", "float", "", 0, 1, None, "echo, how much of it"),
    ("delaytime delayt dt", "float", "s", 0, 8, 0.25, "time between two echoes"),
    ("delayfeedback delayfb dfb", "float", "", 0, 0.99, 0.5, "how much of an echo comes back"),
    ("delaysync delays", "float", "cycles=", 0, 8, None, "time between two echoes, in cycles"),
    ("lock", "float", "", 0, 1, 0, "1 counts delaytime in cycles instead of seconds"),
    ("predelay", "float", "s", 0, 0.2, 0.012, "silence before the reverb's first echo"),
    ("delaytone", "float", "", 0, 1, 0.6, "echoes from dark to clear"),
    ("pingpong", "float", "", 0, 1, 1, "1 lets the echoes change sides"),
    # instruments
    ("brightness bright", "float", "", 0, 1, 0.5, "how many overtones sound"),
    ("ratio fmh harmonicity", "float", "", 0, 64, None, "frequency of the modulator over the carrier's"),
    ("index fm fmi", "float", "", 0, 64, None, "how strongly the modulator bends the carrier"),
    ("width pw pulsewidth", "float", "", 0, 1, 0.5, "width of a pulse wave"),
    ("noise", "float", "", 0, 1, None, "how much noise is mixed in"),
    ("partials", "int", "", 1, 256, None, "how many overtones an additive sound has"),
    ("unison", "int", "", 1, 16, None, "how many voices sound at once"),
    ("suboctave", "float", "", 0, 1, None, "how much of an octave below is mixed in"),
    ("damp", "float", "", 0, 1, None, "how soon a string or skin is damped"),
    ("strike position", "float", "", 0, 1, None, "where a string or skin is struck"),
    ("body", "float", "", 0, 1, None, "how much of the instrument's body is heard"),
    ("tone", "float", "", 0, 1, None, "from dull to bright"),
    ("snap", "float", "", 0, 1, None, "how much click a drum starts with"),
    ("sweep", "float", "octaves", -10, 10, None, "how far a drum's pitch falls"),
    ("percussion", "float", "", 0, 1, None, "how loud an organ's percussion is"),
    ("click", "float", "", 0, 1, None, "how loud an organ's keys click"),
    ("breath", "float", "", 0, 1, None, "how much breath is heard"),
    ("pressure", "float", "", 0, 1, None, "how hard a reed or bow is pressed"),
    *((f"drawbar{number}", "float", "", 0, 8, None, f"drawbar {number} of an organ")
      for number in range(1, 10)),
    ("attackness", "float", "", 0, 1, None, "from sharp to swishing"),
    ("buzz", "float", "", 0, 1, None, "how much the bridge or tongue buzzes"),
    ("chiff", "float", "", 0, 1, None, "how much an organ's pipes speak"),
    ("coupler", "float", "", 0, 1, None, "how much of the octave choir sounds"),
    ("leak", "float", "", 0, 1, None, "how much of its neighbours' wheels an organ lets through"),
    ("formant", "float", "", 0.5, 2, 1, "size of the throat: 1 a man, 1.17 a woman, 1.35 a child"),
    ("glidefrom", "float", "semitones", -96, 96, None, "where a gliding note comes from"),
    ("rate", "float", "Hz", 0, 50, None, "how fast an instrument's own movement is"),
    ("length", "float", "s", 0.005, 1, None, "how long a grain lasts"),
    ("scatter", "float", "", 0, 1, None, "how far grains stray"),
    # MIDI
    ("midichan", "int", "", 1, 16, None, "MIDI channel"),
    ("ccn", "int", "", 0, 127, None, "number of a MIDI controller"),
    ("ccv", "float", "", 0, 127, None, "value of a MIDI controller"),
    ("midibend", "float", "", -1, 1, None, "MIDI pitch bend"),
    ("miditouch", "float", "", 0, 1, None, "MIDI aftertouch"),
    ("prognum progNum", "int", "", 0, 127, None, "MIDI program"),
)
# fmt: on

# `"a:b"` given to a control sets the control and these, in this order.
PARTS: dict[str, tuple[str, ...]] = {
    "s": ("n", "gain"),
    "cutoff": ("resonance", "lpenv"),
    "hcutoff": ("hresonance",),
    "bandf": ("bandq",),
    "delay": ("delaytime", "delayfeedback"),
    "room": ("size",),
    "phaserrate": ("phaserdepth",),
    "tremolorate": ("tremolodepth",),
    "vib": ("vibmod",),
    "ring": ("ringf", "ringdf"),
    "index": ("ratio",),
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its names, what values it takes and what it does."""

    name: str
    aliases: tuple[str, ...]
    kind: Kind
    unit: str
    low: float
    high: float
    default: float | str | None
    meaning: str
    synced: bool
    parts: tuple[str, ...]


@lru_cache(maxsize=1)
def controls() -> dict[str, Control]:
    """Every control by its own name.

    >>> controls()["cutoff"].aliases, controls()["cutoff"].unit
    (('lpf', 'ctf', 'lp'), 'Hz')
    """
    table = {}
    for names, kind, unit, low, high, default, meaning in _ROWS:
        name, *aliases = names.split()
        table[name] = Control(
            name, tuple(aliases), kind, unit.rstrip("="), low, high, default, meaning,
            unit.endswith("="), PARTS.get(name, ()),
        )  # fmt: skip
    return table


@lru_cache(maxsize=1)
def control_names() -> dict[str, str]:
    """Every name and alias of a control, with the control's own name.

    >>> control_names()["lpf"], control_names()["sound"]
    ('cutoff', 's')
    """
    return {
        name: control.name for control in controls().values() for name in (control.name, *control.aliases)
    }
