"""Beside Hugging Face's `generate`: the same weights say the same there, and a missing card is said to be."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "neural_gpu.py"


def printed(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long
def test_a_missing_card_is_said_to_be_missing():
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert "no GPU here: figure missing" in printed("--model", "soprano", "--tokens", "32")


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="transformers is not installed")
def test_generate_plays_the_same_net():
    told = printed("--model", "soprano", "--device", "cpu", "--tokens", "32")
    apart = re.search(r"by ([0-9.e+-]+) at most", told)
    assert apart and 0 < float(apart.group(1)) < 1e-4
    line = r"batch (?:1|64): \d+ tokens a second \(asked note by note \d+\), generate \d+, ratio [0-9.]+"
    assert len(re.findall(line, told)) == 2
    assert "fraction of its memory's limit: no GPU here: figure missing" in told
