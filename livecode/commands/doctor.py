"""Look at this machine: what is there, what is missing, and what to type for it.

    livecode doctor
    livecode doctor --json

It starts the sound engine and renders a second of sound, so it takes a few seconds; `--no-boot` leaves the
engine alone. Exits with 1 when something that is needed does not work.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

import livecode.config as settings
from livecode.commands.sets_by_name import use_set
from livecode.errors import LivecodeError, one_line

SIGNS = {"ok": "+", "note": "·", "fail": "x"}
COLOURS = {"ok": "\x1b[32m", "note": "\x1b[33m", "fail": "\x1b[31m"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to report."""
    parser.add_argument("--json", action="store_true", help="one JSON list")
    parser.add_argument("--no-boot", action="store_true", help="do not start the sound engine")
    settings.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Print every finding; 1 when one of them fails."""
    import livecode.doctor as doctor

    broken = None
    try:
        config = settings.from_options(options)
        use_set(config)
    except LivecodeError as error:
        # A damaged settings file is itself a finding; the rest is looked at with the defaults.
        config, broken = settings.Config(), one_line(error)
    findings = []
    for finding in doctor.examine(config, boot=not options.no_boot, broken_config=broken):
        findings.append(finding)
        if not options.json:
            _show(finding)
    failed = [finding for finding in findings if finding.state == "fail"]
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    elif failed:
        print(f"\n{len(failed)} of {len(findings)} to mend: {', '.join(finding.name for finding in failed)}")
    else:
        print("\nEverything that is needed works.")
    return 1 if failed else 0


def _show(finding: object) -> None:
    from livecode.doctor import Finding

    assert isinstance(finding, Finding)
    sign = SIGNS[finding.state]
    if sys.stdout.isatty():
        sign = f"{COLOURS[finding.state]}{sign}\x1b[0m"
    print(f" {sign} {finding.name:<18} {finding.found}", flush=True)
    if finding.cure:
        print(f"   {'':<18} -> {finding.cure}", flush=True)
