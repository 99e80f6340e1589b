"""Five minutes that play as they go: `tutorial()` and then Enter, step by step.

At the prompt each step's line is put where one types, ready for Enter and for changes; elsewhere it is run.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """What a step says, and the line that it lets you run."""

    text: str
    code: str


STEPS: tuple[Step, ...] = (
    Step(
        "This is a beat. d1 is a slot, >> plays a pattern in it, and the text says what sounds when: "
        "everything in it shares one bar, *4 is four times, a comma means at the same time, ~ is a rest.",
        'd1 >> s("bd*4, ~ cp")',
    ),
    Step(
        "Change it while it plays: the new line takes over at the next bar. ? leaves a hit out by chance, "
        "(3,8) spreads three hits over eight steps.",
        'd1 >> s("bd(3,8), ~ cp, hh*8?")',
    ),
    Step(
        "A second slot with a melody. n counts steps of the scale; [ ] puts several notes into the time of "
        "one, < > takes another one each bar.",
        'd2 >> n("0 [2 4] <7 9> 4").scale("d dorian").synth("pluck")',
    ),
    Step(
        "Functions change patterns, one after a dot after another: every fourth bar backwards, and an echo "
        "an octave higher an eighth later.",
        'd2 >> n("0 [2 4] <7 9> 4").scale("d dorian").synth("pluck").every(4, rev).off(1/8, add(12))',
    ),
    Step(
        "Any number may be a pattern, and a pattern may be a curve: here a filter opens and shuts over "
        "four bars.",
        'd3 >> n("0*8").scale("d dorian").sub(12).synth("bass").lpf(sine.slow(4).rangex(200, 3000))',
    ),
    Step(
        "Keys act at once and leave your line alone: F1 mutes d1 (again: unmutes), Esc s 2 plays d2 alone, "
        "Esc p shows a piano roll, Esc o a scope, Esc e a spectrum. Try them, then go on: the same as words.",
        "d3.mute()",
    ),
    Step(
        "Nothing is lost: undo() takes the last change back (Esc u does it too), redo() does it again.",
        "undo()",
    ),
    Step(
        "Players that learn are patterns too: this one has read Stephen Foster's songs and goes on inventing "
        "melodies like them, the same ones for the same seed.",
        'd2 >> markov("foster").synth("reed").legato(0.9).room(0.3)',
    ),
    Step(
        "And a small neural net, trained on Bach's chorales, sets three voices under it as it goes.",
        'd4 >> neural("chorale").over(d2).synth("organ").gain(0.8)',
    ),
    Step(
        "Want something and do not know its name? Say it in your own words. ?every explains a name, Tab "
        "offers names with what they mean, and Esc a plays the one you are looking at.",
        'how("make it swing")',
    ),
    Step("Faster, for the end.", "tempo(132)"),
    Step(
        "F9 or hush() is silence at once; undo() would bring everything back. That was the tour: "
        "livecode play lists whole sets to read, show(d1) draws what a slot plays.",
        "hush()",
    ),
)


class Tutorial:
    """Where the reader is. `waiting` is the line that the prompt puts before the cursor, "" when none."""

    def __init__(self) -> None:
        self.at = 0
        self.waiting = ""

    def step(self, number: int | None = None) -> Step | None:
        """The next step, or the one with a number from 1; None after the last, and then again the first."""
        if number is not None:
            self.at = min(max(int(number), 1), len(STEPS)) - 1
        if self.at >= len(STEPS):
            self.at, self.waiting = 0, ""
            return None
        step = STEPS[self.at]
        self.at += 1
        self.waiting = step.code
        return step

    def follows(self, text: str) -> bool:
        """Whether an evaluated text was the line that was waiting, as it stood or changed."""
        return bool(self.waiting) and _first_word(text) == _first_word(self.waiting)

    def pause(self) -> bool:
        """Stop offering lines; the next `step()` is the one that waits now. Whether one was waiting."""
        was, self.waiting = self.waiting, ""
        if was:
            self.at -= 1
        return bool(was)


def page(step: Step, number: int, columns: int = 80) -> str:
    """A step as it is shown: its number and text."""
    head = f"{number}/{len(STEPS)}  "
    return textwrap.fill(head + step.text, min(columns, 100), subsequent_indent=" " * len(head))


def _first_word(text: str) -> str:
    match = re.match(r"\s*(\w*)", text)
    return match.group(1) if match else ""
