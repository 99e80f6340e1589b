"""Washing day: feed a net a recording of a washing machine, and it hallucinates a symphony. 102 beats a minute.

The machine (models/recordings) was never one: our own instruments play it. What is heard of it, its thumps, its hum
and its hiss, becomes four voices, and a net that knows nothing but Bach's chorales is made to see music in them,
deeper and deeper and back. Five sections, five minutes. The first time takes a while: dreams are kept.
"""

from livecode import *

tempo(102)
song = form(machine=16, sinking=32, deep=36, surfacing=28, rinse=20)
cycles = song.cycles

asleep = dream("machine.flac", depth=0)
sinking = dream("machine.flac", layer=3, depth="<0 0 1 1 1 1 2 2>/4")
deep = dream("machine.flac", layer=2, depth="<2 3 4 3>/4", towards="[c4,e4,g4] [b3,d4,g4] [a3,c4,f4] [g3,b3,d4]")
rising = dream("machine.flac", layer=3, depth="<2 2 1 1 0 1 0>/4")


def band(part, top, high, low, bottom):
    """The four voices of a dream, each by an instrument of its own."""
    return stack(
        part.voice(0).s(top).room(0.45).gain(0.8),
        part.voice(1).s(high).legato(0.9).room(0.3).gain(0.7),
        part.voice(2).s(low).legato(1.0).room(0.3).gain(0.75),
        part.voice(3).s(bottom).legato(0.8).gain(0.9),
    )


metal = band(asleep, "tubular", "kalimba", "marimba", "bass").degrade_by(0.25)
glass = band(sinking, "glass", "vibraphone", "harp", "cello")
choir = band(deep, "flute", "reed", "strings", "upright")
light = band(rising, "musicbox", "celesta", "nylon", "cello")

drum = s("bd*4").gain("0.9 0.6 0.8 <0.6 0.9>").lpf(perlin.slow(4).range(300, 900))
hiss = s("noise").legato(1.0).lpf(sine.fast(2).range(300, 2400)).gain(0.72)
clatter = s("{~ wb ~ rim ~ ~ wb}%8?0.3").gain(0.78).pan(sine.slow(5).range(0.25, 0.75))
spin = s("hh*16?0.4").gain(perlin.fast(2).range(0.6, 0.85)).pan(0.6)
bells = sinking.voice(0).add(note(12)).s("bell").degrade_by(0.6).delay(0.35).delaytime(0.29).room(0.5).gain(0.6)

d1 >> song(machine=metal.mask("<1 1 0 1>/4"), sinking=glass, deep=choir, surfacing=light, rinse=glass.degrade_by(0.5))
d2 >> song(machine=drum, sinking=drum.mask("<1 1 1 0>/4"), surfacing=drum.mask("<0 1>/4"), rinse=drum.degrade_by(0.5))
d3 >> song(machine=hiss, sinking=hiss.gain(0.6), rinse=hiss)
d4 >> song(machine=clatter, sinking=clatter.mask("<0 1>/8"), surfacing=clatter)
d5 >> song(sinking=spin.mask("<0 0 1 1>/4"), surfacing=spin.mask("<0 1 1>/4"))
d6 >> song(deep=bells.mask("<0 1>/4"), surfacing=bells, rinse=bells.mask("<1 0>/4"))
d7 >> song(deep=s("sea").slow(4).gain(0.66), rinse=s("rain").slow(4).gain(0.62))
