"""Augmentation that respects labels: the same passage with other names and numbers in it.

Each span may be replaced by one of the same label from elsewhere in the corpus (mention replacement; Dai & Adel 2020,
arXiv:2010.11683) that stands between the same kind of marks. Links stay as they are.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from leagueie.schema import Span
from training.passages import Passage

_OPENING = "“「《‘『\""


def _kind(passage: Passage, span: Span) -> tuple[str, bool, str]:
    """What a replacement must share: label, whether marks enclose it, and for numbers their measure word."""
    quoted = passage.text[max(0, span.start - 1):span.start] in tuple(_OPENING)
    measure = passage.text[span.end - 1] if span.label in ("QUANTITY", "MONEY") else ""
    return span.label, quoted, measure


def mentions(passages: Sequence[Passage]) -> dict[tuple[str, bool, str], list[str]]:
    """Every distinct span text of the corpus by its kind."""
    found: dict[tuple[str, bool, str], dict[str, None]] = defaultdict(dict)
    for passage in passages:
        for span in passage.spans:
            found[_kind(passage, span)][passage.text[span.start:span.end]] = None
    return {kind: list(texts) for kind, texts in found.items()}


def swapped(passage: Passage, pool: dict[tuple[str, bool, str], list[str]], share: float, random: random.Random) -> Passage:
    """A copy of the passage in which about `share` of the spans carry another text from `pool`."""
    parts: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for span in passage.spans:
        before, text = passage.text[at:span.start], passage.text[span.start:span.end]
        if span.label != "ACTION" and random.random() < share:
            text = random.choice(pool.get(_kind(passage, span), [text]))
        parts += [before, text]
        start = length + len(before)
        length = start + len(text)
        spans.append(replace(span, start=start, end=length))
        at = span.end
    return replace(passage, text="".join(parts) + passage.text[at:], spans=spans)


def augmented(passages: Sequence[Passage], copies: int, share: float, seed: int) -> list[Passage]:
    """The passages, and `copies` swapped versions of each."""
    source = random.Random(seed)
    pool = mentions(passages)
    return list(passages) + [swapped(passage, pool, share, source) for _ in range(copies) for passage in passages]
