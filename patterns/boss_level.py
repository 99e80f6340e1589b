"""Boss level: dance music for a game that steers it. 138 beats a minute; for as long as you like.

`energy(0.1)` is the map screen, `energy(0.5)` the run, `energy(0.9)` the boss: layers come and go at the next bar, the
filter opens, the chains grow quicker. A game says the same through the editor's door or as the live control "energy".
Left alone, it follows the course of a game of five minutes and then goes on with another tune: it never comes round.
"""

from livecode import *

tempo(138)
cycles = 176
energy("<0.1 0.35 0.5 0.7 0.45 0.8 0.95 0.3 0.6 0.9 1 0.2>/16")
level = energy_level()

hero = markov("folk", max_copy=8, seed=40).in_scale("<e:minor e:dorian>/32").reward("density", level.range(-1.5, 1.5)).bars(2)
villain = markov("foster", order=2, seed=66).in_scale("e:phrygian").temperature(level.range(0.7, 1.6))
dungeon = recombine("bach chorales", seed=13, max_copy=3)

theme = hero.add(note(12)).s("chip").legato(0.7).delay(0.25).delaytime(0.163).gain(0.8)
echo = hero.s("square").late(0.125).legato(0.4).room(0.3).pan(0.7).gain(0.7)
boss = villain.sub(note(24)).s("reese").legato(0.8).lpf(level.range(300, 2400)).gain(0.98)
map_screen = dungeon.voice(0).add(note(16)).s("musicbox").room(0.6).delay(0.3).gain(0.85)
halls = stack(dungeon.voice(1), dungeon.voice(2)).add(note(4)).s("glass").legato(1.0).room(0.6).gain(0.8)

line = n("<0 0 5 3>/2").add(n("{0 ~ 7 0 ~ 7 [0 7] ~}%8")).scale("e1:minor")
bass = line.s("acid").cutoff(level.range(250, 2600)).legato(0.6).gain(0.8)
floor_notes = n("<0 0 5 3>/2").scale("e1:minor").s("subbass").legato(0.95).gain(0.8)
stabs = n("<[0,2,4] [0,2,4] [5,7,9] [3,5,7]>/2").scale("e4:minor").struct("~ t ~ [t? t] ~ t? ~ t").s("stab").room(0.25).gain(0.72)

four = s("bd909*4").gain(0.95)
claps = s("~ cp909 ~ [cp909 cp909?0.7]").room(0.15).gain(0.95)
hats = s("[hh909 oh909?0.4]*4").gain(perlin.range(0.8, 1.0)).pan(0.55)
rush = s("hh909*16?0.2").gain("{0.85 0.6 0.75 0.6 0.7}%16").pan(rand.range(0.3, 0.7))
toms = s("{lt808 ~ ~ mt808 ~ ht808? ~}%16?0.25").gain(0.85)
fill = s("[sn909? sn909]*4").mask("<0 0 0 1>").gain(0.8)

d1 >> stack(map_screen.at_energy(0, 0.4), theme.at_energy(0.4))
d2 >> stack(halls.at_energy(0, 0.3), echo.at_energy(0.55))
d3 >> stack(floor_notes.at_energy(0.15, 0.4), bass.at_energy(0.4))
d4 >> stack(stabs.at_energy(0.5, 0.85), boss.at_energy(0.85))
d5 >> four.at_energy(0.3)
d6 >> claps.at_energy(0.45)
d7 >> stack(hats.at_energy(0.4), rush.at_energy(0.75))
d8 >> stack(toms.at_energy(0.65), fill.at_energy(0.6), s("wind").slow(4).gain(0.9).at_energy(0, 0.2))
