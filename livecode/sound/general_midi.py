"""The 128 programs of General MIDI, by names that can be typed.

>>> PROGRAMS["church_organ"], plain("Church Organ!")
(19, 'church_organ')

Source: General MIDI System Level 1 Sound Set (MIDI Manufacturers Association, 1991).
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = """
    acoustic_grand_piano bright_acoustic_piano electric_grand_piano honky_tonk_piano electric_piano_1
    electric_piano_2 harpsichord clavi
    celesta glockenspiel music_box vibraphone marimba xylophone tubular_bells dulcimer
    drawbar_organ percussive_organ rock_organ church_organ reed_organ accordion harmonica
    tango_accordion
    acoustic_guitar_nylon acoustic_guitar_steel electric_guitar_jazz electric_guitar_clean
    electric_guitar_muted overdriven_guitar distortion_guitar guitar_harmonics
    acoustic_bass electric_bass_finger electric_bass_pick fretless_bass slap_bass_1 slap_bass_2
    synth_bass_1 synth_bass_2
    violin viola cello contrabass tremolo_strings pizzicato_strings orchestral_harp timpani
    string_ensemble_1 string_ensemble_2 synth_strings_1 synth_strings_2 choir_aahs voice_oohs
    synth_voice orchestra_hit
    trumpet trombone tuba muted_trumpet french_horn brass_section synth_brass_1 synth_brass_2
    soprano_sax alto_sax tenor_sax baritone_sax oboe english_horn bassoon clarinet
    piccolo flute recorder pan_flute blown_bottle shakuhachi whistle ocarina
    lead_square lead_sawtooth lead_calliope lead_chiff lead_charang lead_voice lead_fifths
    lead_bass_and_lead
    pad_new_age pad_warm pad_polysynth pad_choir pad_bowed pad_metallic pad_halo pad_sweep
    fx_rain fx_soundtrack fx_crystal fx_atmosphere fx_brightness fx_goblins fx_echoes fx_sci_fi
    sitar banjo shamisen koto kalimba bagpipe fiddle shanai
    tinkle_bell agogo steel_drums woodblock taiko_drum melodic_tom synth_drum reverse_cymbal
    guitar_fret_noise breath_noise seashore bird_tweet telephone_ring helicopter applause gunshot
"""
PROGRAMS: dict[str, int] = {name: number for number, name in enumerate(_NAMES.split())}
_OTHERS = re.compile(r"[^a-z0-9-]+")


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name as it is typed: small letters, figures, `-` and `_`."""
    return _OTHERS.sub("_", name.lower()).strip("_")
