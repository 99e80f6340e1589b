"""Dreams of a net: the music that is put in is changed, step by step, so that one layer answers it louder.

After A. Mordvintsev, C. Olah and M. Tyka, "Inceptionism: going deeper into neural networks" (2015), with
notes for pixels. At each step the piece is made soft (`relaxing.py`) around what it is, mixed with what the
net itself would expect there; the slope of the layer's activation over those clouds says which notes to
move where, first whole beats, then eighths, then sixteenths (M. Frank and P. Wolfe's conditional gradient,
1956, by blocks: each move goes to a corner, which is music again). Two ropes hold it back: the input, which
loosens with depth, and grammar, the net's likelihood. Moves that do not raise the activation of the whole
notes are not made, so it rises step by step. Needs torch; runs in a process of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from livecode.errors import GeneratorError
from livecode.generators.neural import checkpoint
from livecode.generators.neural.build import digest_of, model_folder
from livecode.generators.neural.config import Config
from livecode.generators.neural.features import Classes, describe
from livecode.generators.neural.model import ChoraleNet, filled
from livecode.generators.neural.relaxing import Listening, SoftPiece
from livecode.generators.neural.unfinished import Unfinished

STEPS_A_DEPTH = 6
"""Steps of ascent for each unit of depth."""
SOFTNESS = 0.35
"""How much of each cloud is the net's own expectation."""
GRAINS = (4, 2, 1)
"""Sixteenths that move together, in the first unit of depth, the second, and after."""
SHARES = (0.16, 0.08, 0.04, 0.02)
"""Shares of all blocks that are tried to be moved at once; one alone is tried last."""
BAR = 16
LAST_TRIES = 24
"""Single moves that are tried, by promise, when no other raises the activation."""
INPUT_PULL, LOOSENING = 0.4, 0.75
GRAMMAR_PULL, WORST = 0.45, -10.0
ROOM = 7
"""Semitones beyond a voice's own compass that a dream may lead it to."""
KEPT = 8

Floats = npt.NDArray[np.float32]


@dataclass
class Dream:
    """One piece on its way down: what it is asked to be, and what it was after each step so far."""

    soft: SoftPiece
    layer: int
    origin: Classes
    units: list[int]
    towards: Tensor | None
    allowed: npt.NDArray[np.bool_]
    jitter: Floats
    expected: Classes
    lead: int
    pieces: list[Classes]
    activations: list[float]


def device() -> torch.device:
    """The graphics card when there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@lru_cache(maxsize=4)
def _net(folder: Path, weights: str) -> ChoraleNet:
    loaded = checkpoint.load(folder)
    if not isinstance(loaded.config, Config):
        raise GeneratorError(f"{folder.name} is a net of tunes, which do not dream: give net='chorale'")
    torch.set_num_threads(1)
    net = filled(ChoraleNet(loaded.config), loaded.arrays)
    net.eval().requires_grad_(False)
    return net.to(device())


def opened(name: str) -> ChoraleNet:
    """A net by its model's name; GeneratorError when it cannot dream."""
    folder = model_folder(name)
    return _net(folder, digest_of(folder))


def begun(request: dict[str, Any]) -> Dream:
    """A dream at depth 0.

    `net`, `layer` from 1, `units` (none: all), `piece` (steps by voices of pitches, 0 a rest), `allowed`
    pitches (none: all), `towards` (a piece whose activations it drifts to), `noise` (a seed; 0 for none),
    `lead` (steps at the beginning that are heard and stay as they are).
    """
    net = opened(str(request["net"]))
    config = net.config
    layer = int(request["layer"])
    if not 1 <= layer <= config.layers:
        raise GeneratorError(f"layer={layer}: {request['net']} has layers 1 to {config.layers}")
    width = 4 * config.width
    units = [int(unit) for unit in request.get("units") or []]
    if any(not 0 <= unit < width for unit in units):
        raise GeneratorError(f"units={units}: a layer of {request['net']} has units 0 to {width - 1}")
    piece = config.classes(np.asarray(request["piece"], np.int64))
    soft = SoftPiece(net)
    allowed = np.ones(config.size, bool)
    if request.get("allowed"):
        inside = [int(pitch) - config.low + 1 for pitch in request["allowed"]]
        allowed[1:] = False
        allowed[[each for each in inside if 0 < each < config.size]] = True
    expected = _expected(request, piece, config, allowed)
    ranges = np.stack([allowed & _compass(expected[:, voice], config.size) for voice in range(config.voices)])
    random = np.random.default_rng(int(request.get("noise") or 0))
    shape = (*piece.shape, config.size)
    jitter = random.gumbel(0.0, 1.0, shape) if request.get("noise") else np.zeros(shape)
    towards = None
    if request.get("towards") is not None:
        other = config.classes(np.asarray(request["towards"], np.int64))
        with torch.no_grad():
            towards, _ = _heard(soft, layer, soft.sure(other), other)
    made = Dream(
        soft, layer, piece, units, towards, ranges, jitter.astype(np.float32), expected,
        int(request.get("lead") or 0), [piece], [],
    )  # fmt: skip
    made.activations.append(measured(made, piece)[0])
    return made


def _compass(line: Classes, size: int) -> npt.NDArray[np.bool_]:
    """The classes within a voice's own compass and a little beyond; a rest is always one."""
    inside = np.ones(size, bool)
    sung = line[line > 0]
    if len(sung):
        classes = np.arange(size)
        inside = (classes >= sung.min() - ROOM) & (classes <= sung.max() + ROOM)
        inside[0] = True
    return inside


def _expected(
    request: dict[str, Any], piece: Classes, config: Config, allowed: npt.NDArray[np.bool_]
) -> Classes:
    """What the net itself would sing with the piece in the voices that are silent in it."""
    from livecode.generators.generator import Context
    from livecode.generators.neural.build import composer
    from livecode.music.phrase import SIXTEENTH, Phrase

    silent = [voice for voice in range(config.voices) if not piece[:, voice].any()]
    if not silent or len(silent) == config.voices:
        return piece
    given = Phrase.from_grid(np.maximum(config.pitches(piece), 0))
    # Alone: the best of four upbeats goes on by itself, since a dream is only to be begun.
    context = Context(over=given, parameters={"candidates": 4.0, "alone": 1.0})
    seed = int(request.get("noise") or 0)
    sung = composer(str(request["net"])).compose(context, len(piece) * SIXTEENTH, seed)
    grid = sung.grid(SIXTEENTH, config.voices)[: len(piece)].astype(np.int64)
    inside = np.where((grid >= config.low) & (grid <= config.high), grid - config.low + 1, 0)
    found = piece.copy()
    for voice in silent:
        found[:, voice] = np.where(allowed[inside[:, voice]], inside[:, voice], 0)
    return found


def _heard(soft: SoftPiece, layer: int, clouds: Tensor, piece: Classes) -> tuple[Tensor, Tensor]:
    listening = Listening(soft.net, layer)
    try:
        return listening.of(soft, clouds, piece)
    finally:
        listening.close()


def _answer(dream: Dream, heard: Tensor) -> Tensor:
    """How loudly the layer answers: the logarithm of its mean square, or how near it is to its goal.

    The square makes few strong answers count for more than many weak ones: real chorales reach 0.4 to 0.5
    more than their melodies alone, and more than chance.
    """
    chosen = heard[:, dream.units] if dream.units else heard
    if dream.towards is None:
        return torch.log((chosen**2).mean() + 1e-6)
    goal = dream.towards[:, dream.units] if dream.units else dream.towards
    near = functional.normalize(chosen, dim=-1) @ functional.normalize(goal, dim=-1).T
    return near.max(dim=-1).values.mean()


def _opinions(dream: Dream, piece: Classes, states: Tensor) -> Tensor:
    """What the net expects of every note (steps, voices, classes), in logarithms."""
    soft, config = dream.soft, dream.soft.config
    frames = -(-len(piece) // config.frame)
    full = np.zeros((frames * config.frame, config.voices), np.int64)
    full[: len(piece)] = piece
    _, head, sounding = describe(config, full)
    rows, around = (torch.from_numpy(each)[None].to(soft.device) for each in (head, sounding))
    return torch.log_softmax(soft.net.name(states[:, :frames], rows, around)[0], dim=-1)


def measured(dream: Dream, piece: Classes) -> tuple[float, Tensor]:
    """How loudly the layer answers a piece of whole notes, and what the net expects of each."""
    with torch.no_grad():
        heard, states = _heard(dream.soft, dream.layer, dream.soft.sure(piece), piece)
        return float(_answer(dream, heard)), _opinions(dream, piece, states)


def _worth(dream: Dream, piece: Classes, number: int) -> tuple[float, float]:
    """The activation of a piece, and what it is worth with both ropes."""
    answer, opinions = measured(dream, piece)
    chosen = torch.from_numpy(piece)[..., None].to(opinions.device)
    likely = float(opinions[: len(piece)].gather(-1, chosen).clamp(min=WORST).mean())
    sung = dream.origin > 0
    loyal = float((piece == dream.origin)[sung].mean()) if sung.any() else 1.0
    return answer, answer + GRAMMAR_PULL * likely + _pull(number) * loyal


def _pull(number: int) -> float:
    return float(INPUT_PULL * LOOSENING ** (number / STEPS_A_DEPTH))


def _gains(dream: Dream, piece: Classes, number: int) -> Floats:
    """What each note's going to each class promises, from the slope: (steps, voices, classes)."""
    soft, length = dream.soft, len(piece)
    sure = soft.sure(piece)
    with torch.no_grad():
        _, states = _heard(soft, dream.layer, sure, piece)
        opinions = _opinions(dream, piece, states)
    clouds = ((1 - SOFTNESS) * sure + SOFTNESS * opinions.exp()).requires_grad_()
    heard, _ = _heard(soft, dream.layer, clouds, piece)
    (slope,) = torch.autograd.grad(_answer(dream, heard), [clouds])
    notes = length * soft.config.voices
    gain = slope + GRAMMAR_PULL * opinions.clamp(min=WORST) / notes
    found: Floats = gain[:length].cpu().numpy()
    own = dream.origin[..., None]
    loyal = np.where(own > 0, _pull(number) / max(1, int((dream.origin > 0).sum())), 0.0)
    np.put_along_axis(found, own, np.take_along_axis(found, own, -1) + loyal.astype(np.float32), -1)
    found = found - np.take_along_axis(found, piece[..., None], -1)
    found = np.where(dream.allowed[None], found, -np.inf)
    found[: dream.lead] = 0.0
    spread = float(np.abs(found[np.isfinite(found)]).mean())
    promised: Floats = found + 0.5 * spread * dream.jitter
    return promised


def _proposals(gains: Floats, piece: Classes, grain: int, runners_up: range = range(1, 4)) -> list[Classes]:
    """Pieces in which the most promising blocks have moved: many, fewer, one; and the runners-up alone."""
    steps, voices, classes = gains.shape
    blocks = -(-steps // grain)
    padded = np.concatenate([gains, np.zeros((blocks * grain - steps, voices, classes), np.float32)])
    by_block = padded.reshape(blocks, grain, voices, classes).sum(axis=1)
    if grain > 1:
        # A coarse move must not swallow the rhythm: notes shorter than it are left to the finer ones.
        whole = np.concatenate([piece, np.repeat(piece[-1:], blocks * grain - steps, axis=0)])
        inside = whole.reshape(blocks, grain, voices)
        by_block[(inside[:, 1:] != inside[:, :-1]).any(axis=1)] = 0.0
    best = by_block.argmax(axis=-1)
    promise = np.take_along_axis(by_block, best[..., None], -1)[..., 0]
    order = np.argsort(-promise, axis=None)
    order = order[promise.ravel()[order] > 0]
    counts = sorted({max(1, round(share * blocks * voices)) for share in SHARES} | {1}, reverse=True)
    chosen = [order[:count] for count in counts] + [order[place : place + 1] for place in runners_up]
    # Whole chords: every voice of the blocks that promise most together.
    chords = np.argsort(-np.maximum(promise, 0).sum(axis=1))
    chosen += [
        np.concatenate([block * voices + np.flatnonzero(promise[block] > 0) for block in chords[:count]])
        for count in (max(1, blocks // 8), 1)
    ]
    return [
        _moved(piece, places, best, grain) for places in [*_spread(promise, grain), *chosen] if len(places)
    ]


def _spread(promise: Floats, grain: int) -> list[Classes]:
    """The best block, and the best chord, of every bar: a dream must not stay in one place."""
    blocks, voices = promise.shape
    width = max(1, BAR // grain)
    single, chords = [], []
    for begin in range(0, blocks, width):
        here = promise[begin : begin + width]
        if here.max() > 0:
            single.append(begin * voices + int(here.argmax()))
            block = int(np.maximum(here, 0).sum(axis=1).argmax())
            chords += [(begin + block) * voices + int(voice) for voice in np.flatnonzero(here[block] > 0)]
    return [np.array(single, np.int64), np.array(chords, np.int64)]


def _moved(piece: Classes, places: Classes, best: Classes, grain: int) -> Classes:
    """The piece with some blocks changed to their best classes."""
    moved = piece.copy()
    for place in places:
        block, voice = divmod(int(place), piece.shape[1])
        moved[block * grain : (block + 1) * grain, voice] = best[block, voice]
    return moved


def _voices_expected(dream: Dream, piece: Classes, grain: int) -> list[Classes]:
    """Pieces in which voices that were silent have begun to sing what the net expects of them."""
    found = []
    silent = (piece == 0) & (dream.expected > 0)
    silent[: dream.lead] = False
    starts = [at for at in range(0, len(piece), grain) if silent[at : at + grain].any()]
    # The next block of every bar; then several at once.
    next_ones = list({at // BAR: at for at in reversed(starts)}.values())
    for chosen in (next_ones, starts[: len(starts) // 2], starts[:1]):
        if chosen:
            moved = piece.copy()
            for at in chosen:
                here = slice(at, at + grain)
                moved[here] = np.where(silent[here], dream.expected[here], piece[here])
            found.append(moved)
    return found


def step(dream: Dream) -> None:
    """One step down: the piece after it, and its activation, which is never less than before."""
    piece, number = dream.pieces[-1], len(dream.pieces)
    was = dream.activations[-1]
    gains = _gains(dream, piece, number)
    first = min((number - 1) // STEPS_A_DEPTH, len(GRAINS) - 1)
    last = range(1, LAST_TRIES)
    for grain, runners_up in [*((grain, range(1, 4)) for grain in GRAINS[first:]), (2, last), (1, last)]:
        moves = _proposals(gains, piece, grain, runners_up) + _voices_expected(dream, piece, 4 * grain)
        tried = [(*_worth(dream, moved, number), moved) for moved in moves]
        risen = [each for each in tried if each[0] > was + 1e-6]
        if risen:
            answer, _, moved = max(risen, key=lambda each: (_bars_changed(piece, each[2]) > 1, each[1]))
            dream.pieces.append(moved)
            dream.activations.append(answer)
            return
    dream.pieces.append(piece)
    dream.activations.append(was)


def _bars_changed(one: Classes, other: Classes) -> int:
    places = np.flatnonzero((one != other).any(axis=1))
    return len(np.unique(places // BAR))


_dreams = Unfinished(begun, KEPT)


def ascend(request: dict[str, Any]) -> dict[str, Any]:
    """Go down to a depth: what `begun` takes, `key` that names the dream, and `steps` in all.

    Gives `pieces`, one for each step from 0 on (pitches, -1 a rest), and their `activations`.
    """
    dream = _dreams.of(request)
    while len(dream.pieces) <= int(request["steps"]):
        step(dream)
    pitches = [dream.soft.config.pitches(piece).tolist() for piece in dream.pieces]
    return {"pieces": pitches, "activations": list(dream.activations)}
