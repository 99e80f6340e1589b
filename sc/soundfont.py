"""What plays a region of a SoundFont: a sample, perhaps looped, with its envelopes and oscillators.

The looped part has a buffer of its own that runs along from the start, so that both stay in phase for ever
and to the precision of doubles; where the sample first reaches its loop, one takes over from the other.

Envelopes as SoundFont 2.04 has them: attack straight in amplitude, decay and release straight in dB, 100 dB
in the time given.
"""

from livecode.sound import Control, instrument
from livecode.sound.blocks import *
from livecode.sound.ugens import *

BUFFER = "number of the buffer"
REGION = {
    "family": "soundfonts",
    "shape": "decay",
    "attack": 0.001,
    "release": 0.3,
    "ring": 3600,
    "hidden": True,
    "trim": -6.5,
    "own_envelope": True,
    "buffer": Control(0, 0, 1e6, "buffer", BUFFER + " with the sample up to its loop's end"),
    "loopbuffer": Control(-1, -1, 1e6, "buffer", BUFFER + " with the loop; below 0 the sample ends"),
    "loopstart": Control(0, 0, 1e9, "frames", "where in the sample the loop begins"),
    "loopphase": Control(0, 0, 1e9, "frames", "where in the loop it starts, to be in phase with the sample"),
    "rootfreq": Control(261.6256, 0.01, 1e6, "Hz", "frequency at which the sample has its own speed"),
    "fontlevel": Control(1, 0, 1000, "", "what the font's attenuation leaves"),
    "predelay": Control(0, 0, 30, "s", "silence before the attack"),
    "fonthold": Control(0, 0, 100, "s", "time at full level after the attack"),
    "fontdecay": Control(1, 0, 200, "s", "time in which it would fall by 100 dB"),
    "keep": Control(0, 0, 144, "dB", "how far below the top it stays while held"),
}
MOVING = {
    "fontcutoff": Control(20000, 20, 20000, "Hz", "where the filter opens"),
    "fontresonance": Control(0, 0, 96, "dB", "height of the filter's peak"),
    "modpredelay": Control(0, 0, 30, "s", "silence before the modulation envelope"),
    "modattack": Control(0, 0, 100, "s", "its rise"),
    "modhold": Control(0, 0, 100, "s", "its stay at the top"),
    "moddecay": Control(0, 0, 200, "s", "its whole fall to 0"),
    "modkeep": Control(0, 0, 1, "", "where the fall stops"),
    "modrelease": Control(0, 0, 200, "s", "its fall after the note"),
    "modpitch": Control(0, -12000, 12000, "cents", "how far it moves the pitch"),
    "modcutoff": Control(0, -12000, 12000, "cents", "how far it moves the filter"),
    "fonttremolodelay": Control(0, 0, 30, "s", "when the first oscillator begins"),
    "fonttremolorate": Control(8.176, 0.001, 100, "Hz", "its speed"),
    "fonttremolopitch": Control(0, -12000, 12000, "cents", "how far it moves the pitch"),
    "fonttremolocutoff": Control(0, -12000, 12000, "cents", "how far it moves the filter"),
    "fonttremololevel": Control(0, -96, 96, "dB", "how far it moves the level"),
    "fontvibratodelay": Control(0, 0, 30, "s", "when the second oscillator begins"),
    "fontvibratorate": Control(8.176, 0.001, 100, "Hz", "its speed"),
    "fontvibratopitch": Control(0, -12000, 12000, "cents", "how far it moves the pitch"),
}


def played(buffer, loopbuffer, loopstart, loopphase, rate):
    """The sample and, from its loop on, the loop; and how long a sample without one lasts."""
    scaled = rate * BufRateScale.ir(buffer)
    once = PlayBuf.ar(buffer_id=buffer, rate=scaled, loop=0, channel_count=1)
    looped = loopbuffer >= 0
    turning = PlayBuf.ar(
        buffer_id=loopbuffer.max(0), rate=scaled, start_position=loopphase, loop=1, channel_count=1
    )
    reached = (Sweep.ar(0, scaled * SampleRate.ir()) - loopstart - 2) / 4
    over = reached.clip(0, 1) * looped
    lasting = Select.kr(looped, [BufDur.ir(buffer) / rate.max(1e-4), DC.kr(3600)])
    return once * (1 - over) + turning * over, lasting


def shaped(level, attack, predelay, hold, decay, keep, sustain, release):
    """The volume envelope: a factor."""
    risen = EnvGen.ar(envelope=Envelope([0, 0, 1], [predelay, attack.max(0.0005)], [0, 0]))
    peak = predelay + attack + hold
    fallen = EnvGen.ar(envelope=Envelope([0, 0, -1], [peak, decay * keep / 100], [0, 0])) * keep
    left = EnvGen.ar(envelope=Envelope([0, 0, -100], [sustain, release.max(0.002)], [0, 0]))
    return risen * (fallen + left).db_to_amplitude() * level


@instrument("soundfont", **REGION)
def soundfont(
    freq, buffer, loopbuffer, loopstart, loopphase, rootfreq, fontlevel, attack, predelay, fonthold,
    fontdecay, keep, sustain, release,
):  # fmt: skip
    """A region whose only movement is its volume envelope."""
    sound, lasting = played(buffer, loopbuffer, loopstart, loopphase, freq / rootfreq)
    held = sustain.min(lasting)
    return sound * shaped(fontlevel, attack, predelay, fonthold, fontdecay, keep, held, release), lasting


def oscillating(rate, delay):
    """A triangle that stays at 0 for `delay` seconds, then rises first."""
    before = (rate * delay * 4) % 4
    phase = 4 - before - 4 * (before <= 1)
    return LFTri.kr(rate, phase) * (Sweep.kr(0, 1) >= delay)


def moved(
    freq, rootfreq, sustain, fontcutoff, modpredelay, modattack, modhold, moddecay, modkeep, modrelease,
    modpitch, modcutoff, fonttremolodelay, fonttremolorate, fonttremolopitch, fonttremolocutoff,
    fonttremololevel, fontvibratodelay, fontvibratorate, fontvibratopitch,
):  # fmt: skip
    """What envelope and oscillators make of speed, filter and level."""
    bent = EnvGen.kr(
        envelope=Envelope(
            [0, 0, 1, 1, modkeep], [modpredelay, modattack, modhold, moddecay * (1 - modkeep)], [0, -2, 0, 0]
        )
    )
    bent = bent * EnvGen.kr(envelope=Envelope([1, 1, 0], [sustain, modrelease.max(0.002)], [0, 0]))
    wave = oscillating(fonttremolorate, fonttremolodelay)
    cents = (
        bent * modpitch
        + wave * fonttremolopitch
        + oscillating(fontvibratorate, fontvibratodelay) * fontvibratopitch
    )
    rate = freq / rootfreq * (cents / 100).semitones_to_ratio()
    open_ = fontcutoff * ((bent * modcutoff + wave * fonttremolocutoff) / 100).semitones_to_ratio()
    return rate, open_.clip(20, 20000), (wave * fonttremololevel).db_to_amplitude()


def filtered(sound, cutoff, resonance):
    return RLPF.ar(sound, cutoff, (resonance * -1 - 3).db_to_amplitude().clip(0.05, 1))


@instrument("soundfont_moving", **REGION, **MOVING)
def soundfont_moving(
    freq, buffer, loopbuffer, loopstart, loopphase, rootfreq, fontlevel, attack, predelay, fonthold,
    fontdecay, keep, sustain, release, fontcutoff, fontresonance, modpredelay, modattack, modhold, moddecay,
    modkeep, modrelease, modpitch, modcutoff, fonttremolodelay, fonttremolorate, fonttremolopitch,
    fonttremolocutoff, fonttremololevel, fontvibratodelay, fontvibratorate, fontvibratopitch,
):  # fmt: skip
    """A region with a filter, a modulation envelope, tremolo or vibrato."""
    rate, cutoff, level = moved(
        freq, rootfreq, sustain, fontcutoff, modpredelay, modattack, modhold, moddecay, modkeep, modrelease,
        modpitch, modcutoff, fonttremolodelay, fonttremolorate, fonttremolopitch, fonttremolocutoff,
        fonttremololevel, fontvibratodelay, fontvibratorate, fontvibratopitch,
    )  # fmt: skip
    sound, lasting = played(buffer, loopbuffer, loopstart, loopphase, rate)
    sound = filtered(sound, cutoff, fontresonance) * level
    held = sustain.min(lasting)
    return sound * shaped(fontlevel, attack, predelay, fonthold, fontdecay, keep, held, release), lasting


@instrument(
    "soundfont_going_on",
    **REGION,
    **MOVING,
    restbuffer=Control(0, 0, 1e6, "buffer", BUFFER + " with the whole sample"),
    looplength=Control(1, 1, 1e9, "frames", "how long the loop is"),
)
def soundfont_going_on(
    freq, buffer, loopbuffer, loopstart, loopphase, rootfreq, fontlevel, attack, predelay, fonthold,
    fontdecay, keep, sustain, release, fontcutoff, fontresonance, modpredelay, modattack, modhold, moddecay,
    modkeep, modrelease, modpitch, modcutoff, fonttremolodelay, fonttremolorate, fonttremolopitch,
    fonttremolocutoff, fonttremololevel, fontvibratodelay, fontvibratorate, fontvibratopitch, restbuffer,
    looplength,
):  # fmt: skip
    """A region that loops while the note is held and then plays on to its end."""
    rate, cutoff, level = moved(
        freq, rootfreq, sustain, fontcutoff, modpredelay, modattack, modhold, moddecay, modkeep, modrelease,
        modpitch, modcutoff, fonttremolodelay, fonttremolorate, fonttremolopitch, fonttremolocutoff,
        fonttremololevel, fontvibratodelay, fontvibratorate, fontvibratopitch,
    )  # fmt: skip
    sound, lasting = played(buffer, loopbuffer, loopstart, loopphase, rate)
    # At the first block after the note's end the whole sample starts where the loop is just then. What a
    # Sweep gives is a block ahead of the players.
    scaled = rate * BufRateScale.ir(restbuffer)
    place = Sweep.kr(0, scaled * SampleRate.ir()) - scaled * BlockSize.ir()
    turned = place - loopstart
    within = loopstart + turned % looplength
    ended = Sweep.kr(0, 1) > sustain
    rest = PlayBuf.ar(
        buffer_id=restbuffer,
        rate=scaled,
        trigger=ended,
        start_position=Select.kr(turned > 0, [place, within]),
        loop=0,
        channel_count=1,
    )
    sound = filtered(sound * (1 - ended) + rest * ended, cutoff, fontresonance) * level
    return sound * shaped(fontlevel, attack, predelay, fonthold, fontdecay, keep, sustain, release), lasting
