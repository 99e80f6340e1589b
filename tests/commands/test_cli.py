"""The table of commands: what each answers without sound."""

from __future__ import annotations

import subprocess
import sys

import pytest

import livecode.cli as cli


def test_help_lists_every_command(capsys):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in cli.COMMANDS)


@pytest.mark.parametrize("name", [name for name in cli.COMMANDS if name != "train"] + ["prompt"])
def test_every_command_answers_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert "livecode" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, said",
    [
        (["rendr", "x"], "no command called 'rendr': did you mean 'render'?"),
        (["mine.py"], "to play it type livecode play mine.py"),
        (["xyzzy"], "livecode --help lists them"),
        (["render"], "the following arguments are required"),
        (["render", "nothing_like_it"], "no set called 'nothing_like_it'"),
        (["render", "none.py"], "no file none.py"),
        (["play", "--tempo", "0", "x"], "tempo = 0.0: between 1 and 999"),
        (["events", "--engine", "x", "y"], "unrecognized arguments"),
        (["play", "--set", "/no/such/folder", "x"], "no folder /no/such/folder for the set"),
        (["new"], "required: FOLDER"),
    ],
)
def test_what_fails_says_so_in_one_line_and_exits_non_zero(words, said, capsys):
    try:
        status = cli.main(words)
    except SystemExit as ended:
        status = ended.code
    err = capsys.readouterr().err
    assert status in (1, 2)
    assert said in err
    assert err.count("\n") == 1 and err.startswith("livecode")


def test_the_version_is_told(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("livecode ")


def test_help_loads_nothing_heavy():
    code = (
        "import sys; import livecode.cli as cli; cli.main(['--help']); cli.main(['xyzzy'])\n"
        "heavy = ('numpy', 'torch', 'supriya', 'prompt_toolkit', 'msgspec')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    file = tmp_path / "many.py"
    file.write_text('d1 >> s("bd*64")\n')
    script = f"{sys.executable} -m livecode.cli events {file} --cycles 400 | head -1"
    words = ["bash", "-o", "pipefail", "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100)
    assert done.stderr == "" and done.stdout.count("\n") == 1
