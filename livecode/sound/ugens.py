"""SuperCollider's unit generators, by their names, with arguments in SuperCollider's order.

    from livecode.sound.ugens import *
    LPF.ar(Saw.ar(110), 800) * 0.2

Nothing is loaded until a unit is called while a definition is built; supriya then makes it. Units that
supriya lacks are declared in `livecode.sound.missing`. Arguments may also be named:
`SinOsc.ar(frequency=440)`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

_SUPRIYA = """
    A2K APF AllpassC AllpassL AllpassN AmpComp AmpCompA Amplitude BAllPass BBandPass BBandStop BHiPass
    BHiShelf BLowPass BLowShelf BPF BPZ2 BPeakEQ BRF BRZ2 Balance2 Ball BeatTrack BeatTrack2 BiPanB2
    Blip BlockSize BrownNoise BufAllpassC BufAllpassL BufAllpassN BufChannels BufCombC BufCombL BufCombN
    BufDelayC BufDelayL BufDelayN BufDur BufFrames BufRateScale BufRd BufSampleRate BufSamples BufWr
    COsc Changed CheckBadValues ClearBuf Clip ClipNoise CoinGate CombC CombL CombN Compander CompanderD
    ControlDur ControlRate Convolution Convolution2 Convolution2L Convolution3 Crackle CuspL CuspN DC
    Dbrown Dbufrd Dbufwr Decay Decay2 DecodeB2 DegreeToKey DelTapRd DelTapWr Delay1 Delay2 DelayC DelayL
    DelayN Demand DemandEnvGen DetectSilence Dgeom Dibrown DiskIn DiskOut Diwhite Done Drand Dreset Dseq
    Dser Dseries Dshuf Dstutter Dswitch Dswitch1 Dunique Dust Dust2 Duty Dwhite Dwrand Dxrand EnvGen
    Envelope ExpRand FBSineC FBSineL FBSineN FFT FOS FSinOsc Fold Formlet Free FreeSelf FreeSelfWhenDone
    FreeVerb FreqShift Gate GbmanL GbmanN Gendy1 Gendy2 Gendy3 GrainBuf GrainIn GrayNoise HPF HPZ1 HPZ2
    Hasher HenonC HenonL HenonN Hilbert HilbertFIR IFFT IRand Impulse In InFeedback InRange Index
    Integrator K2A KeyState KeyTrack Klank LFClipNoise LFCub LFDClipNoise LFDNoise0 LFDNoise1 LFDNoise3
    LFGauss LFNoise0 LFNoise1 LFNoise2 LFPar LFPulse LFSaw LFTri LPF LPZ1 LPZ2 Lag Lag2 Lag2UD Lag3
    Lag3UD LagUD Latch LatoocarfianC LatoocarfianL LatoocarfianN LeakDC LeastChange Limiter LinCongC
    LinCongL LinCongN LinExp LinLin LinRand Line Linen LocalBuf LocalIn LocalOut Logistic LorenzL
    Loudness MFCC MantissaMask Median MidEQ Mix MoogFF MostChange MouseButton MouseX MouseY NRand NodeID
    Normalizer NumAudioBuses NumBuffers NumControlBuses NumInputBuses NumOutputBuses NumRunningSynths
    OffsetOut OnePole OneZero Onsets Out PV_Add PV_BinScramble PV_BinShift PV_BinWipe PV_BrickWall
    PV_ConformalMap PV_Conj PV_Copy PV_CopyPhase PV_Diffuser PV_Div PV_HainsworthFoote PV_JensenAndersen
    PV_LocalMax PV_MagAbove PV_MagBelow PV_MagClip PV_MagDiv PV_MagFreeze PV_MagMul PV_MagNoise
    PV_MagShift PV_MagSmear PV_MagSquared PV_Max PV_Min PV_Mul PV_PhaseShift PV_PhaseShift270
    PV_PhaseShift90 PV_RandComb PV_RandWipe PV_RectComb PV_RectComb2 Pan2 Pan4 PanAz PanB PanB2 Pause
    PauseSelf PauseSelfWhenDone Peak PeakFollower Phasor PinkNoise Pitch PitchShift PlayBuf Pluck Poll
    Pulse QuadC QuadL QuadN RHPF RLPF RadiansPerSample Ramp Rand RandID RandSeed RecordBuf ReplaceOut
    Ringz Rotate2 RunningMax RunningMin RunningSum SOS SampleDur SampleRate Sanitize Saw Schmidt
    ScopeOut ScopeOut2 Select SendPeakRMS SendReply SendTrig Silence SinOsc Slew Slope SpecCentroid
    SpecFlatness SpecPcile Splay Spring StandardL StandardN SubsampleOffset Sweep SyncSaw TBall TDelay
    TExpRand TIRand TRand TWindex ToggleFF Trig Trig1 TwoPole TwoZero VDiskIn VOsc VOsc3 VarSaw Vibrato
    Warp1 WhiteNoise Wrap WrapIndex XFade2 XLine XOut ZeroCrossing
"""
_MISSING = """
    DynKlank FreeVerb2 GVerb GrainFM GrainSin JPverbRaw Klang Osc OscN PartConv PulseCount PulseDivider
    SelectX SetBuf Shaper SoundIn Stepper TGrains VarLag
"""


if TYPE_CHECKING:

    def __getattr__(name: str) -> Unit: ...


@cache
def _target(name: str) -> Any:
    home = "livecode.sound.missing" if name in _MISSING.split() else "supriya.ugens"
    return getattr(import_module(home), name)


@cache
def _positions(name: str) -> tuple[str, ...]:
    return tuple(getattr(_target(name), "_ordered_keys", ()))


class Unit:
    """One unit generator, looked up when it is first used."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _target(self._name)(*arguments, **named)

    def __getattr__(self, rate: str) -> Any:
        if rate.startswith("__"):
            raise AttributeError(rate)
        make = getattr(_target(self._name), rate)
        if rate not in ("ar", "kr", "ir", "dr", "new"):
            return make
        keys = _positions(self._name)

        def positional(*arguments: Any, **named: Any) -> Any:
            if not keys:
                return make(*arguments, **named)
            if len(arguments) > len(keys):
                raise TypeError(
                    f"{self._name}.{rate} takes {', '.join(keys)}: {len(arguments)} values were given"
                )
            return make(**dict(zip(keys, arguments)), **named)

        return positional

    def __repr__(self) -> str:
        return self._name


__all__ = sorted({*_SUPRIYA.split(), *_MISSING.split()})
globals().update({name: Unit(name) for name in __all__})
