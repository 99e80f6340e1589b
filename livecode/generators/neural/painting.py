"""Style for sound: a spectrogram is changed until its features go together as those of another do.

After D. Ulyanov and V. Lebedev, "Audio texture synthesis and style transfer" (2016), which does to
spectrograms what L. Gatys and others (2015) did to pictures: a net of one layer, convolving over time with
the frequencies as channels, gives features; their Gram matrix (which go together how much, whenever) is the
style, they themselves are the content. The filters are drawn by chance, or those of `models/ears`, which we
trained to hear what comes next. L-BFGS; phases by fast Griffin and Lim (N. Perraudin and others, 2013).
Needs torch; runs in a process of its own, some rounds at a time, so that it can be heard on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from livecode.errors import FileProblem
from livecode.generators.neural.dreaming import device
from livecode.generators.neural.sounds import HOP, RATE, WINDOW, distance, loop, read, write
from livecode.generators.neural.unfinished import Unfinished

FILTERS, KERNEL = 512, 11
PHASES = 40
KEPT = 3

Floats = npt.NDArray[np.float32]


@dataclass
class Painting:
    """A sound on its way: its spectrogram, what it is to become, and the optimiser that leads it there."""

    x: Tensor
    filters: Tensor
    content: Tensor | None
    goal: Tensor | None
    keep: float
    phase: npt.NDArray[np.float64] | None
    reference: Floats
    start: Floats
    optimiser: torch.optim.LBFGS
    rounds: int
    losses: list[float]
    base: float


def spectrum(sound: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Magnitudes and phases (bins, frames)."""
    window = torch.hann_window(WINDOW)
    found = torch.stft(
        torch.from_numpy(np.ascontiguousarray(sound, np.float32)),
        WINDOW,
        HOP,
        window=window,
        return_complex=True,
    )
    return found.abs().double().numpy(), found.angle().double().numpy()


def sounding(
    magnitudes: npt.NDArray[np.float64],
    phase: npt.NDArray[np.float64] | None,
    seed: int,
    rounds: int = PHASES,
) -> Floats:
    """A sound with these magnitudes: phases that agree with each other are looked for, from those given."""
    window = torch.hann_window(WINDOW)
    wanted = torch.from_numpy(magnitudes.astype(np.float32))
    if phase is None:
        generator = torch.Generator().manual_seed(seed)
        angles = torch.rand(wanted.shape, generator=generator) * 2 * torch.pi
    else:
        angles = torch.from_numpy(phase.astype(np.float32))
    length = (wanted.shape[1] - 1) * HOP
    now = torch.polar(wanted, angles)
    before = torch.zeros_like(now)
    for _ in range(rounds):
        sound = torch.istft(now, WINDOW, HOP, window=window, length=length)
        again = torch.stft(sound, WINDOW, HOP, window=window, return_complex=True)
        faster = again + 0.99 * (again - before)
        before = again
        now = torch.polar(wanted, faster.angle())
    found: Floats = torch.istft(now, WINDOW, HOP, window=window, length=length).numpy()
    return found


def _filters(named: str, seed: int) -> Tensor:
    """What hears: (filters, bins, KERNEL)."""
    bins = WINDOW // 2 + 1
    if named == "trained":
        from livecode.generators.neural.ears import filters

        return torch.from_numpy(filters()).to(device())
    generator = torch.Generator().manual_seed(seed)
    scale = (2 / ((bins + FILTERS) * KERNEL)) ** 0.5
    drawn: Tensor = (torch.randn(FILTERS, bins, KERNEL, generator=generator) * scale).to(device())
    return drawn


def features(x: Tensor, filters: Tensor) -> Tensor:
    """(bins, frames) -> (filters, frames); time goes round, so that what ends leads to what begins."""
    around = functional.pad(x[None], (KERNEL // 2, KERNEL // 2), mode="circular")
    heard: Tensor = functional.relu(functional.conv1d(around, filters))[0]
    return heard


def gram(heard: Tensor) -> Tensor:
    """Which features go together, however long the sound."""
    found: Tensor = heard @ heard.T / heard.shape[1]
    return found


def begun(request: dict[str, Any]) -> Painting:
    """A painting before its first round.

    `content` a sound file, or None for a texture out of noise; `like` the sound file whose style it takes,
    or None to have its own features grow (a dream); `seconds` its length, `keep` 0 to 1 how much of the
    content stays, `features` "random" or "trained", `seed`.
    """
    torch.set_num_threads(1)
    seed = int(request["seed"])
    seconds = float(request["seconds"])
    content = read(request["content"], seconds) if request.get("content") else None
    like = read(request["like"], 30.0) if request.get("like") else None
    if content is None and like is None:
        raise FileProblem("nothing to make a sound of: give style('voice.wav', like='rain.wav')")
    reference = like if like is not None else content
    assert reference is not None
    filters = _filters(str(request["features"]), seed)
    phase = None
    if content is not None:
        magnitudes, phase = spectrum(content)
        start = content
    else:
        assert like is not None
        quiet, _ = spectrum(like)
        frames = round(seconds * RATE / HOP) + 1
        random = np.random.default_rng(seed)
        magnitudes = quiet.mean(axis=1, keepdims=True) * random.uniform(0.5, 1.5, (quiet.shape[0], frames))
        start = sounding(magnitudes, None, seed, 4)
    x = torch.log1p(torch.from_numpy(magnitudes)).float().contiguous().to(device()).requires_grad_()
    goal = heard = None
    with torch.no_grad():
        if like is not None:
            other = torch.log1p(torch.from_numpy(spectrum(like)[0])).float().to(device())
            goal = gram(features(other, filters))
        if content is not None:
            heard = features(x, filters).clone()
        base = float(features(x, filters).square().mean())
    optimiser = torch.optim.LBFGS([x], lr=1.0, max_iter=5, history_size=12, line_search_fn="strong_wolfe")
    return Painting(
        x, filters, heard, goal, float(request["keep"]), phase, reference, start, optimiser,
        0, [], max(base, 1e-9),
    )  # fmt: skip


def _loss(painting: Painting) -> Tensor:
    heard = features(painting.x.clamp(min=0), painting.filters)
    total = heard.new_zeros(())
    if painting.goal is not None:
        apart = (gram(heard) - painting.goal).square().sum() / painting.goal.square().sum()
        total = total + apart
    else:
        total = total - 0.05 * torch.log(heard.pow(4).mean() / painting.base**2 + 1e-9)
    if painting.content is not None and painting.keep > 0:
        own = painting.content.square().mean().clamp(min=1e-9)
        total = total + painting.keep * (heard - painting.content).square().mean() / own
    return total


def _round(painting: Painting) -> None:
    def again() -> Tensor:
        painting.optimiser.zero_grad()
        loss = _loss(painting)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    loss = painting.optimiser.step(again)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        painting.x.clamp_(0.0, 12.0)
    painting.rounds += 1
    painting.losses.append(float(loss.detach()))


_paintings = Unfinished(begun, KEPT)


def paint(request: dict[str, Any]) -> dict[str, Any]:
    """Go on to `rounds` rounds (five steps of L-BFGS each) of the painting `key`, and write it to `path`.

    Gives `losses`, `distance` to the style before and now (statistics of the sound itself, not of these
    features), and `seconds`.
    """
    painting = _paintings.of(request)
    while painting.rounds < int(request["rounds"]):
        _round(painting)
    magnitudes = np.expm1(painting.x.detach().double().cpu().numpy())
    phase = painting.phase if painting.phase is not None and painting.goal is None else None
    sound = sounding(magnitudes, phase, int(request["seed"]))
    sound, edges = loop(sound)
    write(str(request["path"]), sound, edges)
    return {
        "losses": painting.losses,
        "before": distance(painting.start, painting.reference),
        "distance": distance(sound, painting.reference),
        "seconds": len(sound) / RATE,
    }
