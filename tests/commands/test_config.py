"""Settings: from the file, from the command line, and what is said when one is wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

import livecode.config as config
from livecode.config import Config, ConfigError, folder, parse
from livecode.errors import FileProblem


@pytest.fixture(autouse=True)
def no_file(monkeypatch, tmp_path):
    monkeypatch.delenv("LIVECODE_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    config.add_options(parser)
    return parser.parse_args(words)


def test_no_file_means_the_defaults():
    assert config.load() == Config()


def test_every_key_is_read(tmp_path):
    text = """
        engine = "127.0.0.1:57110"
        device = "hw:1"
        sample_rate = 44100
        block = 256
        latency = 0.2
        outputs = 4
        samples = ["~/kit", "/more"]
        set = "~/rain"
        tempo = 126
        editing = "vi"
    """
    read = parse(text)
    assert read.samples == (Path("~/kit").expanduser(), Path("/more"))
    assert read.set == Path("~/rain").expanduser()
    assert (read.engine, read.block, read.tempo, read.editing) == ("127.0.0.1:57110", 256, 126.0, "vi")
    assert {key.name for key in config.KEYS} == {*read.plain()} - {"source"}


@pytest.mark.parametrize(
    "text, said",
    [
        ("tmpo = 120", "no setting called 'tmpo': did you mean 'tempo'?"),
        ("xyzzy = 1", "no setting called 'xyzzy': the keys are"),
        ('tempo = "fast"', "tempo = 'fast': a number"),
        ("tempo = true", "tempo = True: a number"),
        ("tempo = 0", "tempo = 0: between 1 and 999"),
        ("tempo = nan", "tempo = nan: between"),
        ("latency = 3.0", "latency = 3.0: between 0.05 and 0.5"),
        ("outputs = 2.5", "outputs = 2.5: a whole number"),
        ('engine = "sclang"', "engine = 'sclang': one of auto"),
        ('engine = "host:99999"', "engine = 'host:99999': one of"),
        ('editing = "nano"', "editing = 'nano'"),
        ("samples = [1]", "samples = [1]: a list of folders"),
        ("samples = [", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_one_line_naming_the_file(text, said):
    with pytest.raises(ConfigError) as caught:
        parse(text, "/somewhere/config.toml")
    assert str(caught.value).startswith("/somewhere/config.toml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_line_is_over_the_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("tempo = 90\noutputs = 4\n")
    words = ("--config", str(file), "--tempo", "100", "--samples", "a", "--samples", "b")
    read = config.from_options(options(*words))
    assert (read.tempo, read.outputs, read.samples, read.source) == (100, 4, (Path("a"), Path("b")), file)


def test_a_wrong_word_on_the_command_line_says_so():
    with pytest.raises(ConfigError, match="command line: sample_rate = 'high': a whole number"):
        config.from_options(options("--sample-rate", "high"))


def test_a_file_that_was_asked_for_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("LIVECODE_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(FileProblem, match="no config file"):
        config.load()


def test_a_file_that_is_no_text_is_named(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileProblem, match="cannot read"):
        config.load(file)


def test_folders_follow_xdg(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder("cache") == tmp_path / "livecode"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert folder("cache").is_absolute() and folder("cache").name == "livecode"
