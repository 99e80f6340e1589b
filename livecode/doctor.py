"""What this machine has, and what to type where something is missing.

>>> first = next(iter(examine(Config(), boot=False)))
>>> first.name, first.state
('Python', 'ok')
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from livecode.config import Config, folder
from livecode.errors import one_line

OLDEST, NEWEST = (3, 11), (3, 13)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: state is ok, note (works without it) or fail; `cure` is what to type."""

    name: str
    state: str
    found: str
    cure: str = ""


def examine(config: Config, *, boot: bool = True, broken_config: str | None = None) -> Iterator[Finding]:
    """Every finding in turn; a probe that breaks is itself a finding, never an exception."""
    probes: list[tuple[str, Callable[[Config], Iterator[Finding]]]] = [
        ("Python", _python),
        ("packages", _packages),
        ("settings", lambda config: _settings(config, broken_config)),
        ("scsynth", _scsynth),
        ("embedded engine", _embedded),
        ("sound devices", _devices),
        ("real time", _real_time),
        ("sample folders", _samples),
        ("sets", _sets),
        ("cache", _cache),
        ("offline render", _render),
    ]
    if boot:
        probes.append(("engine", _boot))
    for name, probe in probes:
        try:
            yield from probe(config)
        except Exception as error:
            yield Finding(name, "fail", one_line(error))


def _python(config: Config) -> Iterator[Finding]:
    version = sys.version.split()[0]
    where = f"{version} at {sys.executable}"
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        yield Finding("Python", "ok", where)
    else:
        yield Finding("Python", "fail", where, "livecode runs on Python 3.11 to 3.13: install one of them")


def _packages(config: Config) -> Iterator[Finding]:
    try:
        own = metadata.version("livecode")
        needed = metadata.requires("livecode") or []
    except metadata.PackageNotFoundError:
        yield Finding("livecode", "note", "not installed, run from its folder", "pip install .")
        return
    yield Finding("livecode", "ok", f"{own} at {Path(__file__).parent}")
    missing, present = [], []
    for line in needed:
        if "extra ==" in line:
            continue
        name = re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0]
        try:
            present.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(line.split(";")[0].strip())
    if missing:
        wanted = " ".join(f'"{line}"' for line in missing)
        yield Finding("packages", "fail", f"missing: {', '.join(missing)}", f"pip install {wanted}")
    else:
        yield Finding("packages", "ok", ", ".join(present))
    if find_spec("torch") is None:
        yield Finding("torch", "note", "not installed, and only training needs it", "pip install torch")
    else:
        yield Finding("torch", "ok", metadata.version("torch"))


def _settings(config: Config, broken: str | None) -> Iterator[Finding]:
    place = config.source or folder("config") / "config.toml"
    if broken:
        yield Finding("settings", "fail", broken, "mend that line, or remove it for the default")
    elif config.source is None:
        yield Finding("settings", "ok", f"the defaults ({place} is not there, and need not be)")
    else:
        yield Finding("settings", "ok", str(place))


def _scsynth(config: Config) -> Iterator[Finding]:
    from livecode.sound.engine.finding import embedded_available, find, how_to_install

    if ":" in config.engine:
        yield Finding("scsynth", "ok", f"yours at {config.engine}")
        return
    program = find("scsynth")
    if program is None:
        state = "note" if embedded_available() and config.engine in ("auto", "embedded") else "fail"
        cure = how_to_install().removeprefix("install it with: ")
        yield Finding("scsynth", state, "not on this machine", cure)
    else:
        yield Finding("scsynth", "ok", f"{_said(program, '-v')} at {program}")
    supernova = find("supernova")
    if supernova is not None:
        yield Finding("supernova", "ok", str(supernova))
    elif config.engine == "supernova":
        yield Finding("supernova", "fail", "not on this machine", "sudo apt install supercollider-supernova")


def _said(program: Path, option: str) -> str:
    try:
        done = subprocess.run(
            [str(program), option], capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"(does not say its version: {error})"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].split("(")[0].strip() if lines else "(says no version)"


def _embedded(config: Config) -> Iterator[Finding]:
    if find_spec("nanosynth") is None:
        state = "fail" if config.engine == "embedded" else "note"
        yield Finding("embedded engine", state, "not installed", "pip install nanosynth")
    else:
        yield Finding("embedded engine", "ok", f"nanosynth {metadata.version('nanosynth')}")


def _devices(config: Config) -> Iterator[Finding]:
    if config.device:
        yield Finding("sound device", "ok", f"{config.device} (chosen by you)")
    if not sys.platform.startswith("linux"):
        yield Finding("sound devices", "ok", "the system's own (CoreAudio)")
        return
    from livecode.sound.engine.finding import find
    from livecode.sound.engine.jack import answers, pipewire_runs

    cards = alsa_cards()
    server = os.environ.get("JACK_DEFAULT_SERVER", "default")
    ways = [f"ALSA {card}" for card in cards]
    if answers(server):
        ways.append(f"JACK server {server!r}, running")
    if pipewire_runs():
        ways.append("PipeWire, running")
    if ways:
        yield Finding("sound devices", "ok", "; ".join(ways))
    elif find("jackd"):
        yield Finding(
            "sound devices", "note", "none; sound is rendered to files, or played in silence",
            "plug a sound card in, or play in silence with --device dummy",
        )  # fmt: skip
    else:
        yield Finding(
            "sound devices", "note", "none; sound is rendered to files",
            "plug a sound card in, or sudo apt install jackd2 for --device dummy",
        )  # fmt: skip
    if cards and not find("jackd") and not pipewire_runs():
        yield Finding("jackd", "fail", "not on this machine", "sudo apt install jackd2")


def alsa_cards() -> list[str]:
    """The sound cards the kernel knows that can play, as `hw:0 (its name)`."""
    try:
        lines = Path("/proc/asound/pcm").read_text().splitlines()
    except OSError:
        return []
    found: dict[str, str] = {}
    for line in lines:
        if "playback" in line:
            number, _, rest = line.partition("-")
            found.setdefault(f"hw:{int(number)}", rest.split(":")[1].strip() if ":" in rest else "")
    return [f"{card} ({name})" for card, name in found.items()]


def _real_time(config: Config) -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    from livecode.sound.engine.jack import real_time_allowed

    if real_time_allowed():
        yield Finding("real time", "ok", "allowed for this user")
    else:
        yield Finding(
            "real time", "note", "not allowed for this user: busy moments may click",
            'sudo usermod -a -G audio "$USER" and log in again (sudo apt install jackd2 sets the limits)',
        )  # fmt: skip


def _samples(config: Config) -> Iterator[Finding]:
    if not config.samples:
        yield Finding("sample folders", "ok", 'none named; samples = ["FOLDER"] in config.toml adds yours')
    for root in config.samples:
        if not root.is_dir():
            cure = "mend samples = [...] in config.toml"
            yield Finding("sample folders", "fail", f"{root} is not there", cure)
            continue
        folders = [place for place in root.iterdir() if place.is_dir() and not place.name.startswith(".")]
        yield Finding("sample folders", "ok", f"{root}: {len(folders)} folders")


def _sets(config: Config) -> Iterator[Finding]:
    from livecode.sets import factory, listing, own

    for place in (place for place in own() if place.resolve() != factory().resolve()):
        yield Finding("your set", "ok" if place.is_dir() else "fail", str(place))
    names = list(listing("patterns", ".py"))
    state = "ok" if names else "fail"
    yield Finding("sets by name", state, ", ".join(names) or "none", "" if names else "pip install . again")
    from livecode.sets import folders as rooms
    from livecode.sound.catalogue import Catalogue

    catalogue = Catalogue(rooms("sc"))
    known = {id(item): item for item in catalogue.instruments.values() if not item.hidden}
    yield Finding("instruments", "ok", f"{len(known)} instruments, {len(catalogue.effects)} effects")
    for problem in catalogue.problems:
        yield Finding("instruments", "fail", str(problem), "mend that file in the set's sc/ folder")


def _cache(config: Config) -> Iterator[Finding]:
    place = folder("cache")
    for target in (place, folder("state")):
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            yield Finding("cache", "fail", f"{target}: {error.strerror}", f"make {target} writable")
            return
        if not os.access(target, os.W_OK):
            yield Finding("cache", "fail", f"{target} cannot be written", f"chmod u+w {target}")
            return
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    yield Finding("cache", "ok", f"{place} ({size / 1e6:.1f} MB)")


def _render(config: Config) -> Iterator[Finding]:
    """Four notes from text to samples, offline, and what came out."""
    from livecode.commands.render import sounded
    from livecode.stage.offline import perform

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="livecode-doctor-") as place:
        performance = perform(source='d1 >> s("bd*4")', cycles=1, config=config)
        peak = sounded(performance, Path(place, "four.wav"), config)
    took = time.monotonic() - started
    if not math.isfinite(peak) or not 0.01 < peak <= 1.0:
        cure = "try --engine embedded, or reinstall scsynth"
        yield Finding("offline render", "fail", f"peak {peak:g}", cure)
    else:
        yield Finding("offline render", "ok", f"four notes in {took:.2f} s, peak {peak:.2f}")


def _boot(config: Config) -> Iterator[Finding]:
    """The engine as a performance would start it, and ended again."""
    from livecode.sound.engine import EngineOptions, boot

    started = time.monotonic()
    engine = boot(EngineOptions.from_config(config))
    took = time.monotonic() - started
    try:
        engine.sync()
        yield Finding("engine", "ok", f"{engine.name}: up in {took:.2f} s at {engine.sample_rate:g} Hz")
        for notice in engine.notices:
            yield Finding("engine", "note", notice)
    finally:
        engine.quit()
