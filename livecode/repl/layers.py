"""What is laid over prompt_toolkit's own layout: light on the text, a page beside the menu, a panel."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import Condition, is_done, renderer_height_is_known
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.layout import ConditionalContainer, Dimension, FormattedTextControl, HSplit, Window
from prompt_toolkit.layout.containers import Float, FloatContainer
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

PAGE_WIDTH, PAGE_ROWS = 56, 12


class Lighting(Processor):
    """Lights the characters of the typed text that sound."""

    def __init__(self, lit: Callable[[], list[tuple[int, int]]]) -> None:
        self._lit = lit

    def apply_transformation(self, given: TransformationInput) -> Transformation:
        lit = self._lit()
        if not lit:
            return Transformation(given.fragments)
        start = given.document.translate_row_col_to_index(given.lineno, 0)
        end = start + len(given.document.lines[given.lineno])
        fragments = explode_text_fragments(given.fragments)
        for first, last in lit:
            for place in range(max(first, start) - start, min(last, end) - start):
                if place < len(fragments):
                    fragments[place] = ("class:lit", fragments[place][1])
        return Transformation(fragments)


def put_beside_the_menu(pages: PromptSession[str], text: Callable[[], FormattedText]) -> None:
    """What an offered name means, in full, at the right of the menu."""

    @Condition
    def offered() -> bool:
        state = pages.default_buffer.complete_state
        return state is not None and state.current_completion is not None

    window = Window(
        FormattedTextControl(text), wrap_lines=True, width=PAGE_WIDTH, style="class:documentation",
        dont_extend_height=True, height=Dimension(max=PAGE_ROWS),
    )  # fmt: skip
    for container in pages.layout.walk():
        if isinstance(container, FloatContainer):
            page = ConditionalContainer(window, offered & ~is_done)
            container.floats.append(Float(page, right=0, bottom=0, allow_cover_cursor=False))
            return


def put_under_the_input(pages: PromptSession[str], panel: Window) -> None:
    """Into the container that menus float over, so that they may cover the panel and need no empty rows."""
    shown = ConditionalContainer(panel, ~is_done & renderer_height_is_known)
    for container in pages.layout.walk():
        if isinstance(container, FloatContainer) and isinstance(container.content, HSplit):
            container.content.children.append(shown)
            return
