"""From clean text to sentences, tokens and the windows of tokens that the encoder reads."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。!?;\n]*(?:[。!?;]+[”’)》】]*|\n|$)")


@dataclass(frozen=True)
class Window:
    """Tokens [start, end) that the encoder reads together.

    Spans that begin in [core_start, core_end) are this window's; the cores of a text's windows touch and
    never overlap. Outside its core a window holds context that it shares with its neighbours.
    """

    start: int
    end: int
    core_start: int
    core_end: int


def sentence_ends(text: str) -> list[int]:
    """Offsets at which a sentence of the clean text ends: after 。!? ; with closing marks, or after a line break."""
    ends = [match.end() for match in _SENTENCE.finditer(text) if match.end() > match.start()]
    return ends


def windows(token_starts: Sequence[int], text_ends: Sequence[int], size: int, stride: int) -> Iterator[Window]:
    """Pack whole sentences into windows of at most `size` tokens.

    A sentence of more than `size` tokens is read in windows that begin `stride` tokens apart.

    token_starts: character offset of each token. text_ends: as `sentence_ends` gives them.
    """
    if not 0 < stride <= size:
        raise ValueError(f"stride must be between 1 and the window size {size}, not {stride}")
    ends = [bisect_left(token_starts, end) for end in text_ends]
    start = previous = 0
    for end in ends:
        if end - start > size and previous > start:
            yield Window(start, previous, start, previous)
            start = previous
        if end - start > size:
            yield from _strided(start, end, size, stride)
            start = end
        previous = end
    if previous > start:
        yield Window(start, previous, start, previous)


def _strided(start: int, end: int, size: int, stride: int) -> Iterator[Window]:
    margin = (size - stride) // 2
    at = core = start
    while True:
        last = at + size >= end
        core_end = end if last else at + size - margin
        yield Window(at, min(at + size, end), core, core_end)
        if last:
            return
        core, at = core_end, at + stride
