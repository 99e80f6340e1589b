"""The plug-ins of docs/editors in the editors themselves, headless, at a real `livecode serve` with sound."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import livecode

pytestmark = pytest.mark.sound
ROOT = Path(livecode.__file__).parents[1]
EDITORS = ROOT / "docs" / "editors"
SCRIPTS = Path(__file__).parent / "scripts"

SET = """\
tempo(90)

d1 >> s("bd*2 cp")
# a line above pushes it down later

d2 >> (
  note("0 7").synth("pluck")
  .evry(2, rev)
)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment |= {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
    process = subprocess.Popen(
        [sys.executable, "-m", "livecode.cli", "serve", "--device", "dummy", "--json"],
        stdout=subprocess.PIPE, env=environment, cwd=folder, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    (folder / "set.py").write_text(SET)
    yield folder, environment, told
    process.terminate()
    assert process.wait(15) == 128 + 15
    process.stdout.close()
    assert not Path(told["key"]).exists()


def test_neovim(served, tmp_path):
    editor = shutil.which("nvim")
    if editor is None:
        pytest.skip("Neovim is not installed: apt-get install neovim")
    folder, environment, _ = served
    script = SCRIPTS / "neovim.lua"
    done = subprocess.run(
        [editor, "--headless", "-u", "NONE", "-n", "-i", "NONE", "--cmd", f"set rtp+={EDITORS / 'neovim'}",
         "-c", f"luafile {script}"],
        env=environment | {"XDG_DATA_HOME": str(tmp_path)}, cwd=folder,
        capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    out = json.loads(lines[-1])
    assert out["flashed"] == 1 and out["evaluated"] and out["lit"], out
    assert out["words"]["bd"] == out["words"]["cp"] == "LivecodeLit1"
    assert out["moved"]
    assert out["fault"][:3] == [9, 3, 7] and "did you mean 'every'" in out["fault"][3]
    assert all(out[step] for step in ("mended", "helped", "found", "hushed")), out
    assert out["completed"] == "mute"


def test_emacs(served):
    editor = shutil.which("emacs")
    if editor is None:
        pytest.skip("Emacs is not installed: apt-get install emacs-nox")
    folder, environment, _ = served
    script = SCRIPTS / "emacs.el"
    done = subprocess.run(
        [editor, "-Q", "--batch", "-L", str(EDITORS / "emacs"), "-l", str(script)],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stdout + done.stderr
    out = json.loads(lines[-1])
    steps = ("evaluated", "lit-bd", "lit-cp", "moved", "faulty", "mended", "helped", "hushed")
    assert all(out[step] is True for step in steps), out
    assert out["fault"] == ["evry"] and "did you mean 'every'" in out["said"]
    assert out["completed"] == "mute"


def test_vs_code_at_its_protocol(served):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: apt-get install nodejs")
    folder, environment, _ = served
    script = SCRIPTS / "client.js"
    done = subprocess.run(
        [node, str(script), str(EDITORS / "vscode")],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout, done.stderr
    out = json.loads(done.stdout)
    assert out["good"]["ok"] and out["hush"]["ok"] and out["names"] == "mute"
    assert not out["bad"]["ok"] and (out["bad"]["line"], out["bad"]["column"]) == (5, 14)
    assert out["lit"][0][0] == 0 and out["lit"][0][4] == 1
    assert out["paragraph"] == [1, 2] and out["unit"] == 3


def test_the_extension_of_vs_code_in_a_stand_in(served):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: apt-get install nodejs")
    folder, environment, _ = served
    done = subprocess.run(
        [node, str(SCRIPTS / "extension.js"), str(EDITORS / "vscode")],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout, done.stderr
    out = json.loads(done.stdout)
    assert out["lit"] and out["moved"] and out["mended"] and out["flashes"] == 3, out
    assert out["fault"][:3] == [7, 12, 16] and "did you mean 'every'" in out["fault"][3]
    assert out["offered"] == "mute"


def test_the_extension_of_vs_code_names_only_commands_it_has():
    package = json.loads((EDITORS / "vscode" / "package.json").read_text())
    code = (EDITORS / "vscode" / "extension.js").read_text()
    for command in package["contributes"]["commands"]:
        name = command["command"].removeprefix("livecode.")
        assert f'"{name}"' in code
    node = shutil.which("node")
    if node is not None:
        words = [node, "--check", str(EDITORS / "vscode" / "extension.js")]
        assert subprocess.run(words, capture_output=True).returncode == 0


def test_a_killed_server_leaves_the_next_one_its_place(served):
    folder, environment, told = served
    again = subprocess.Popen(
        [sys.executable, "-m", "livecode.cli", "serve", "--device", "dummy", "--port", str(told["port"])],
        stderr=subprocess.PIPE, env=environment, cwd=folder, text=True,
    )  # fmt: skip
    assert again.stderr is not None
    began = time.monotonic()
    said = again.stderr.read()
    again.stderr.close()
    assert again.wait(15) == 1 and time.monotonic() - began < 15
    assert f"port {told['port']} cannot be had" in said and said.count("\n") == 1
    assert Path(told["key"]).exists()
