"""From tag scores to spans: constrained Viterbi over IOB2 tags."""

from __future__ import annotations

import numpy as np

from leagueie.schema import SPAN_LABELS

TAGS = ("O", *(f"{prefix}-{label}" for label in SPAN_LABELS for prefix in "BI"))


def allowed_transitions() -> np.ndarray:
    """Bool array [from, to]: an I tag only continues a span of its own label (IOB2)."""
    allowed = np.ones((len(TAGS), len(TAGS)), dtype=bool)
    for to, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            allowed[:, to] = [source[2:] == tag[2:] for source in TAGS]
    return allowed


_ALLOWED = allowed_transitions()
_INSIDE = np.array([tag.startswith("I-") for tag in TAGS])


def best_tags(log_probabilities: np.ndarray, cuts: np.ndarray, transitions: np.ndarray | None = None) -> np.ndarray:
    """The best valid sequence of tags, by Viterbi (Forney 1973).

    log_probabilities: float array [tokens, tags]. cuts: bool array [tokens], True where no span may reach into
    the token from the one before. transitions: float array [from, to] that is added for each pair of neighbours, see
    `training.data.tag_transitions`. Returns an int array [tokens].
    """
    if not len(log_probabilities):
        return np.zeros(0, dtype=np.int64)
    scores = np.where(cuts[:, None] & _INSIDE, -np.inf, log_probabilities)
    steps = np.where(_ALLOWED, 0.0 if transitions is None else transitions, -np.inf)
    best = np.where(_INSIDE, -np.inf, scores[0])
    back = np.zeros((len(scores), len(TAGS)), dtype=np.int64)
    every = np.arange(len(TAGS))
    for step in range(1, len(scores)):
        reached = best[:, None] + steps
        back[step] = reached.argmax(axis=0)
        best = reached[back[step], every] + scores[step]
    tags = np.empty(len(scores), dtype=np.int64)
    tags[-1] = best.argmax()
    for step in range(len(scores) - 1, 0, -1):
        tags[step - 1] = back[step, tags[step]]
    return tags


def spans_of(tags: np.ndarray) -> list[tuple[int, int, str]]:
    """Token spans (start, end, label) of a valid sequence of tags."""
    spans = []
    start, label = 0, None
    for index, tag in enumerate([TAGS[tag] for tag in tags] + ["O"]):
        if label and not tag.startswith("I-"):
            spans.append((start, index, label))
            label = None
        if tag.startswith("B-"):
            start, label = index, tag[2:]
    return spans

