"""Which activity does a number describe? Candidates, their features, a learned scorer and a baseline.

Offsets here are into the clean text. For each number the candidates are the nearest activities of its own sentence
and of the one before; the scorer gives each a score, and one to "none".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from leagueie.schema import ACTIVITY_LABELS, NUMBER_LABELS, Span

BEFORE, AFTER = 12, 6
CANDIDATES = BEFORE + AFTER
_SENTENCE_END = re.compile(r"[。!?\n]")
_CLAUSE_END = re.compile(r"[,;。!?\n]")
_STRONG_END = re.compile(r"[;。!?\n]")


@dataclass(frozen=True)
class Candidates:
    """The numbers of a text and what each may point at.

    numbers: int array [n], indices of number spans.
    activities: int array [n, CANDIDATES], indices of activity spans, -1 where there is none.
    features: float32 array [n, CANDIDATES, FEATURES].
    """

    numbers: np.ndarray
    activities: np.ndarray
    features: np.ndarray


def candidates(text: str, spans: Sequence[Span]) -> Candidates:
    """The candidate activities of every number among `spans` (sorted by start) of the clean `text`."""
    numbers = np.array([i for i, span in enumerate(spans) if span.label in NUMBER_LABELS], dtype=np.int64)
    activities = [i for i, span in enumerate(spans) if span.label in ACTIVITY_LABELS]
    chosen = np.full((len(numbers), CANDIDATES), -1, dtype=np.int64)
    if not len(numbers) or not activities:
        return Candidates(numbers, chosen, np.zeros((len(numbers), CANDIDATES, FEATURES), np.float32))
    starts = [spans[i].start for i in activities]
    sentence_ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    sentence_of = [bisect_right(sentence_ends, spans[i].start) for i in activities]
    for row, number in enumerate(numbers):
        sentence = bisect_right(sentence_ends, spans[number].start)
        middle = bisect_left(starts, spans[number].start)
        for slot in range(CANDIDATES):
            at = middle - 1 - slot if slot < BEFORE else middle + slot - BEFORE
            if 0 <= at < len(activities) and 0 <= sentence - sentence_of[at] <= 1:
                chosen[row, slot] = activities[at]
    return Candidates(numbers, chosen, _features(text, spans, numbers, chosen, sentence_ends))


def _features(text, spans, numbers, chosen, sentence_ends) -> np.ndarray:
    starts = np.array([span.start for span in spans])
    ends = np.array([span.end for span in spans])
    is_number = np.array([span.label in NUMBER_LABELS for span in spans])
    number_start, number_end = starts[numbers][:, None], ends[numbers][:, None]
    start, end = starts[chosen], ends[chosen]
    before = end <= number_start
    low, high = np.where(before, end, number_end), np.where(before, number_start, start)
    gap = np.maximum(high - low, 0)

    def between(positions: np.ndarray) -> np.ndarray:
        return np.maximum(np.searchsorted(positions, high) - np.searchsorted(positions, low), 0)

    def places(pattern: re.Pattern) -> np.ndarray:
        return np.array([match.start() for match in pattern.finditer(text)], dtype=np.int64)

    clauses, strong = between(places(_CLAUSE_END)), between(places(_STRONG_END))
    quantities = between(starts[is_number])
    activities = between(starts[np.array([span.label in ACTIVITY_LABELS for span in spans])])
    ends_at = np.array(sentence_ends, dtype=np.int64)
    same_sentence = np.searchsorted(ends_at, start, "right") == np.searchsorted(ends_at, number_start, "right")
    columns = [before, same_sentence, np.log1p(gap) / 5, gap == 0, gap <= 3, clauses == 0, np.minimum(clauses, 6) / 6,
               strong == 0, quantities == 0, np.minimum(quantities, 5) / 5, activities == 0, np.minimum(activities, 5) / 5,
               np.broadcast_to(np.array([spans[i].label == "MONEY" for i in numbers])[:, None], start.shape)]
    labels = np.array([ACTIVITY_LABELS.index(span.label) if span.label in ACTIVITY_LABELS else -1 for span in spans])
    columns += [labels[chosen] == number for number in range(len(ACTIVITY_LABELS))]
    features = np.stack(columns, axis=-1).astype(np.float32)
    features[chosen < 0] = 0
    return features


FEATURES = 13 + len(ACTIVITY_LABELS)


def nearest(spans: Sequence[Span], found: Candidates) -> list[int | None]:
    """The baseline: the nearest activity before the number, else the nearest after it, else none."""
    chosen: list[int | None] = []
    for row in found.activities:
        first = [int(i) for i in (*row[:1], *row[BEFORE:BEFORE + 1]) if i >= 0]
        chosen.append(first[0] if first else None)
    return chosen


class LinkScorer:
    """The learned scorer in numpy; `training.model.LinkHead` is the same in torch and trains it.

    Number and activity vectors are means of the encoder's states over their tokens. Each is projected, and a
    two-layer perceptron scores projections, their product and the pair's features; "none" is scored from the number alone.
    """

    def __init__(self, weights: dict[str, np.ndarray]):
        self._weights = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}

    @classmethod
    def from_file(cls, path: str | Path) -> "LinkScorer":
        from safetensors.numpy import load_file

        return cls(load_file(path))

    def _linear(self, name: str, inputs: np.ndarray) -> np.ndarray:
        return inputs @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def probabilities(self, vectors: np.ndarray, found: Candidates) -> np.ndarray:
        """Float array [n, CANDIDATES + 1] that sums to one in each row; the last column is "none".

        vectors: float array [spans, width], one for each span that `found` was made from.
        """
        heads = np.maximum(self._linear("head", vectors[found.numbers]), 0)
        tails = np.maximum(self._linear("tail", vectors[found.activities]), 0)
        spread = np.broadcast_to(heads[:, None, :], tails.shape)
        pairs = np.concatenate([spread, tails, spread * tails, found.features], axis=-1)
        scores = self._linear("out", np.maximum(self._linear("hidden", pairs), 0))[..., 0]
        scores = np.where(found.activities < 0, -np.inf, scores)
        scores = np.concatenate([scores, self._linear("none", heads)], axis=1)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def choose(self, vectors: np.ndarray, found: Candidates) -> list[tuple[int | None, float]]:
        """For each number the index of its activity, None for none, and the probability of that answer."""
        if not len(found.numbers):
            return []
        probabilities = self.probabilities(vectors, found)
        best = probabilities.argmax(axis=1)
        answers: list[tuple[int | None, float]] = []
        for row, column in enumerate(best):
            activity = None if column == CANDIDATES else int(found.activities[row, column])
            answers.append((activity, float(probabilities[row, column])))
        return answers
