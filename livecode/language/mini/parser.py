"""Reads mini-notation into its syntax tree, one character after another, by hand.

A step is read first and what follows it changes it, so `a*2`, `a *2` and `a ! !` are one rule: a postfix
changes the last step of the sequence that is being read.
"""

from __future__ import annotations

from typing import Final, NoReturn

from quicktions import Fraction

from livecode.errors import NotationError
from livecode.language.exact import exact
from livecode.language.mini.scanner import AMOUNT, BLANK, DENOMINATOR, PLAIN_NUMBER, Scanner
from livecode.language.mini.tree import (
    PLAIN,
    Alternation,
    Choice,
    Chord,
    Degrade,
    Euclid,
    Index,
    Node,
    Polymeter,
    Run,
    Sequence,
    Speed,
    Stack,
    Step,
    Value,
)

DEEPEST: Final = 64
LONGEST: Final = 10_000

_CLOSES: Final = {"[": "]", "{": "}", "<": ">", "(": ")"}
_ENDS: Final = frozenset(",|]})>")
_UNITS: Final = {"*": "a number of times", "/": "a number of cycles", "%": "a number of steps"}


class Parser(Scanner):
    """One reading of one text. Raises NotationError with the column where reading stopped."""

    __slots__ = ()

    def parse(self) -> Node:
        """The whole text; nothing written is silence."""
        node = self.layers()
        if self.at < self.end:
            character = self.text[self.at]
            opener = next(opener for opener, closer in _CLOSES.items() if closer == character)
            self.fail(self.at, f"{character!r} closes nothing", f"leave it out or write {opener!r} before")
        return node

    def layers(self) -> Node:
        """Sequences side by side up to a closing bracket: a stack, a choice, or just one sequence."""
        first = self.sequence()
        if self.at >= self.end or self.text[self.at] not in ",|":
            return first
        separator = self.text[self.at]
        seed = self.next_seed() if separator == "|" else 0
        parts = [first]
        while self.at < self.end and self.text[self.at] in ",|":
            if self.text[self.at] != separator:
                self.fail(self.at, "',' and '|' are mixed", "put one of them in brackets, as in [a | b], c")
            if not parts[-1].steps:
                self.empty_part(separator)
            self.at += 1
            parts.append(self.sequence())
        if not parts[-1].steps:
            self.empty_part(separator)
        return Choice(parts, seed) if separator == "|" else Stack(parts)

    def empty_part(self, separator: str) -> NoReturn:
        self.fail(
            min(self.at, max(0, self.end - 1)),
            f"a part beside {separator!r} is empty",
            f"write a step there, '~' for a rest, or leave {separator!r} out",
        )

    def next_seed(self) -> int:
        """Each `?` and `|` gets the next number, in reading order."""
        self.seeds += 1
        return self.seeds - 1

    def sequence(self) -> Sequence:
        """Steps up to `,`, `|` or a closing bracket; `.` between blanks parts them into feet."""
        steps: list[Step] = []
        feet: list[Step] | None = None
        foot_begin = self.at
        text, end = self.text, self.end
        readers, postfixes = _READERS, _POSTFIXES
        while True:
            at = self.at
            while at < end and text[at].isspace():
                at += 1
            self.at = at
            if at >= end:
                break
            character = text[at]
            if character in _ENDS:
                break
            postfix = postfixes.get(character)
            if postfix is not None:
                if not steps:
                    self.nothing_before(character)
                self.changed(steps[-1])
                postfix(self, steps[-1])
                continue
            if character == ".":
                following = text[at + 1] if at + 1 < end else " "
                if following == ".":
                    if not steps:
                        self.nothing_before("..")
                    self.changed(steps[-1])
                    self.run(steps[-1])
                    continue
                if following in " \t\n\r\f\v\xa0" or following in _ENDS:
                    if not steps:
                        self.nothing_before(".")
                    feet = feet or []
                    feet.append(Step(Sequence(steps), begin=foot_begin))
                    steps, foot_begin = [], at
                    self.at += 1
                    continue
            elif character == "_":
                if self.lengthened(steps):
                    continue
            elif character == "^" and not steps and self.marks_steps(at):
                self.at += 1
                continue
            reader = readers.get(character)
            steps.append(Step(self.word() if reader is None else reader(self), begin=at))
        if feet is None:
            return Sequence(steps)
        if not steps:
            self.fail(foot_begin, "nothing follows '.'", "write steps after it, as in a b . c d")
        feet.append(Step(Sequence(steps), begin=foot_begin))
        return Sequence(feet)

    def changed(self, step: Step) -> None:
        """Count what follows a step, each of which nests it once more."""
        step.changes += 1
        if step.changes > DEEPEST:
            self.fail(self.at, f"more than {DEEPEST} changes follow one step", "write fewer")

    def nothing_before(self, sign: str) -> NoReturn:
        cure = f"write a step before it, as in {_EXAMPLES.get(sign, 'a' + sign + ' b')}"
        self.fail(self.at, f"{sign!r} has no step before it", cure)

    def marks_steps(self, at: int) -> bool:
        """Whether a `^` is Strudel's mark for whose steps count, which changes no event."""
        return at + 1 < self.end and self.text[at + 1] in " \t\n[{<"

    def lengthened(self, steps: list[Step]) -> bool:
        """Read `_`, `__` or `_3`; False when it begins a word."""
        text, at = self.text, self.at
        last = at
        while last < self.end and text[last] == "_":
            last += 1
        number = PLAIN_NUMBER.match(text, last)
        stop = number.end() if number is not None else last
        following = text[stop] if stop < self.end else " "
        if following.isalnum() or following in "_#'" or (following == "." and number is not None):
            return False
        if not steps:
            self.fail(at, "'_' lengthens the step before it and there is none", "write a step first: a _")
        added = Fraction(last - at)
        if number is not None:
            added += exact(number.group()) - 2
        steps[-1].weight += added
        self.at = stop
        if steps[-1].weight < 0:
            self.fail(at, "a step cannot be shorter than nothing", "use a weight above 0, as in a@2")
        return True

    def bracket(self) -> Node:
        """`[...]`, `<...>` or `{...}%n`."""
        at = self.at
        opener = self.text[at]
        closer = _CLOSES[opener]
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(at, f"brackets nest {self.depth} deep, more than {DEEPEST}", "write it flatter")
        self.at += 1
        inside = self.layers()
        self.close(at, opener, closer)
        self.depth -= 1
        if opener == "[":
            return inside
        if isinstance(inside, Choice):
            inside = Sequence([Step(inside, begin=at)])
        parts = inside.parts if isinstance(inside, Stack) else [inside]
        assert all(isinstance(part, Sequence) for part in parts)
        if opener == "<":
            return Alternation(parts)  # type: ignore[arg-type]
        steps = None
        if self.at < self.end and self.text[self.at] == "%":
            self.at += 1
            steps = self.operand("%")
        return Polymeter(parts, steps, at)  # type: ignore[arg-type]

    def close(self, at: int, opener: str, closer: str) -> None:
        """Step over the bracket that closes the one at a column."""
        if self.at < self.end and self.text[self.at] == closer:
            self.at += 1
            return
        if self.at < self.end:
            wrong = self.text[self.at]
            self.fail(
                self.at,
                f"{wrong!r} closes the {opener!r} of column {at + 1}",
                f"write {closer!r} there",
            )
        self.fail(at, f"{opener!r} is never closed", f"write {closer!r} after its last step")

    def operand(self, sign: str) -> Node:
        """What stands after `*`, `/`, `%`, `:` or `..`: a word, a number or something in brackets."""
        found = BLANK.match(self.text, self.at)
        at = self.at = found.end() if found is not None else self.at
        if at >= self.end:
            self.wanting(sign, self.end - 1)
        character = self.text[at]
        if character in "[{<":
            node = self.bracket()
        elif character == "~":
            node = self.rest()
        elif character in "-_^" or character.isalnum() or (character == "." and sign != "."):
            node = self.minus() if character == "-" else self.word()
        else:
            self.wanting(sign, at)
        if sign != ":":
            self.check_numbers(node, sign)
        return node

    def wanting(self, sign: str, at: int) -> NoReturn:
        what = _UNITS.get(sign, "a number")
        cure = f"write {what} after it, as in {_EXAMPLES.get(sign, 'a' + sign + '2')}"
        self.fail(max(at, 0), f"{sign!r} has nothing after it", cure)

    def check_numbers(self, node: Node, sign: str) -> None:
        """Refuse words where only numbers have a meaning."""
        match node:
            case Value():
                if isinstance(node.value, str):
                    cure = f"use a number, as in {_EXAMPLES.get(sign, 'a' + sign + '2')}"
                    self.fail(node.begin, f"{sign!r} takes numbers, not {node.value!r}", cure)
            case Sequence():
                for step in node.steps:
                    self.check_numbers(step.node, sign)
            case Stack() | Choice() | Alternation() | Polymeter():
                for part in node.parts:
                    self.check_numbers(part, sign)
            case Speed() | Euclid() | Degrade():
                self.check_numbers(node.node, sign)
            case Run():
                self.check_numbers(node.first, sign)
            case Index() | Chord():
                self.fail(self.at - 1, f"{sign!r} takes numbers", "leave the ':' or ' out of its value")

    def grouped(self, step: Step) -> None:
        """What follows `!` changes all the repeats together, as one group: `a!3/2` is `[a a a]@3/2`."""
        if step.repeats is not PLAIN and step.group is None:
            step.group = Step(step.node, step.repeats, step.repeats, step.begin)
            step.node = Sequence([step.group])
            step.repeats = PLAIN

    def speed(self, step: Step) -> None:
        self.grouped(step)
        sign = self.text[self.at]
        self.at += 1
        step.node = Speed(step.node, self.operand(sign), sign == "/")

    def index(self, step: Step) -> None:
        self.grouped(step)
        self.at += 1
        step.node = Index(step.node, self.operand(":"))

    def degrade(self, step: Step) -> None:
        self.grouped(step)
        self.at += 1
        amount = 0.5
        number = AMOUNT.match(self.text, self.at)
        if number is not None and len(number.group()) <= 24:
            amount = float(number.group())
            self.at = number.end()
        step.node = Degrade(step.node, amount, self.next_seed())

    def repeat(self, step: Step) -> None:
        """`!` and `!n`; what `@` and `_` said about the step before is replaced."""
        at = self.at
        self.at += 1
        if step.group is not None:
            # Repeats come last, however they are written: a!2*3! is a*3!3.
            step.repeats = step.group.repeats
            step.group.weight = step.group.repeats = PLAIN
            step.group = None
        number = PLAIN_NUMBER.match(self.text, self.at)
        if number is None:
            self.refuse_pattern(at, "!", "a!3")
            step.repeats += 1
        else:
            self.at = number.end()
            step.repeats += self.exact(number.group(), at) - 1
        step.weight = step.repeats

    def weigh(self, step: Step) -> None:
        """`@` and `@n`."""
        at = self.at
        self.at += 1
        number = PLAIN_NUMBER.match(self.text, self.at)
        if number is None:
            self.refuse_pattern(at, "@", "a@2")
            step.weight += 1
        else:
            self.at = number.end()
            ratio = DENOMINATOR.match(self.text, self.at)
            weight = self.exact(number.group(), at)
            if ratio is not None:
                weight /= self.exact(ratio.group(1), at) or PLAIN
                self.at = ratio.end()
            step.weight += weight - 1

    def refuse_pattern(self, at: int, sign: str, example: str) -> None:
        """`@<1 2>` would quietly mean something else: say that it has no meaning."""
        if self.at < self.end and (self.text[self.at] in "<[{-." or self.text[self.at].isalnum()):
            self.fail(at, f"{sign!r} takes a plain number above 0", f"write it as in {example}")

    def euclid(self, step: Step) -> None:
        self.grouped(step)
        at = self.at
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(at, f"brackets nest {self.depth} deep, more than {DEEPEST}", "write it flatter")
        self.at += 1
        values: list[Node] = []
        while True:
            value = self.sequence()
            if not value.steps:
                self.fail(
                    min(self.at, self.end - 1),
                    "a Euclidean rhythm needs onsets and steps",
                    "write them as in a(3,8), with a rotation as in a(3,8,2)",
                )
            self.check_numbers(value, "(")
            values.append(_unwrapped(value))
            if self.at >= self.end or self.text[self.at] != ",":
                break
            self.at += 1
        self.close(at, "(", ")")
        self.depth -= 1
        if not 2 <= len(values) <= 3:
            self.fail(
                at, f"a Euclidean rhythm has 2 or 3 numbers, not {len(values)}", "write a(3,8) or a(3,8,2)"
            )
        step.node = Euclid(step.node, values[0], values[1], values[2] if len(values) == 3 else None)

    def run(self, step: Step) -> None:
        column = self.at
        self.at += 2
        self.check_numbers(step.node, "..")
        step.node = Run(step.node, self.operand(".."), column)

    def chord(self, step: Step) -> None:
        """`'` after or before a bracket: chord names by pattern, as in c'<maj min>."""
        self.grouped(step)
        self.at += 1
        step.node = Chord(step.node, self.operand(":"))


_READERS: Final = {
    "[": Parser.bracket,
    "{": Parser.bracket,
    "<": Parser.bracket,
    "~": Parser.rest,
    "-": Parser.minus,
}

_POSTFIXES: Final = {
    "*": Parser.speed,
    "/": Parser.speed,
    ":": Parser.index,
    "?": Parser.degrade,
    "!": Parser.repeat,
    "@": Parser.weigh,
    "(": Parser.euclid,
    "'": Parser.chord,
}

_EXAMPLES: Final = {
    "%": "{a b c}%4",
    ":": "bd:3",
    "..": "0 .. 3",
    "(": "a(3,8)",
    ".": "a b . c d",
    "!": "a !",
    "@": "a@2",
    "?": "a?",
    "'": "c'maj",
}


def _unwrapped(sequence: Sequence) -> Node:
    """The only step of a sequence by itself."""
    if len(sequence.steps) == 1 and sequence.steps[0].repeats == 1:
        return sequence.steps[0].node
    return sequence


def parse(text: str) -> Node:
    """The syntax tree of a text in mini-notation.

    >>> parse("bd").steps[0].node
    Value(value='bd', begin=0, end=2)

    Raises NotationError, and NotationTooDense for more than 2000 events a cycle. A text of more than 10 000
    characters is refused unread: no string of 2000 events needs them.
    """
    from livecode.language.mini.measure import check_size

    if len(text) > LONGEST:
        cure = "write it in parts, and put them together with stack or fastcat"
        raise NotationError(text, LONGEST, f"more than {LONGEST} characters, {len(text)}, stand here", cure)
    node = Parser(text).parse()
    check_size(text, node)
    return node
