import itertools

import numpy as np
import pytest

from leagueie.decoding import TAGS, best_tags, spans_of

O, B_ORG, I_ORG, B_EVENT, I_EVENT = (TAGS.index(tag) for tag in ("O", "B-ORG", "I-ORG", "B-EVENT", "I-EVENT"))


def scores_of(*rows):
    scores = np.full((len(rows), len(TAGS)), 0.01)
    for row, best in enumerate(rows):
        for tag, value in best.items():
            scores[row, tag] = value
    return np.log(scores / scores.sum(axis=1, keepdims=True))


def valid(tags, cuts):
    for at, tag in enumerate(TAGS[tag] for tag in tags):
        if tag.startswith("I-") and (at == 0 or cuts[at] or TAGS[tags[at - 1]][2:] != tag[2:]):
            return False
    return True


def test_a_valid_best_is_kept():
    scores = scores_of({B_ORG: 1}, {I_ORG: 1}, {O: 1})
    assert best_tags(scores, np.zeros(3, bool)).tolist() == [B_ORG, I_ORG, O]


def test_inside_never_follows_outside():
    scores = scores_of({O: 0.6, B_EVENT: 0.5}, {I_EVENT: 1})
    assert best_tags(scores, np.zeros(2, bool)).tolist() == [B_EVENT, I_EVENT]


def test_no_span_crosses_a_cut():
    scores = scores_of({B_ORG: 1}, {I_ORG: 1}, {I_ORG: 1, O: 0.2})
    tags = best_tags(scores, np.array([False, False, True]))
    assert tags[2] != I_ORG


@pytest.mark.parametrize("seed", range(20))
def test_viterbi_is_the_best_of_all_valid_sequences(seed):
    random = np.random.default_rng(seed)
    scores, cuts = random.normal(size=(3, len(TAGS))), random.random(3) < 0.3
    best = max((sum(scores[i, tag] for i, tag in enumerate(tags))
                for tags in itertools.product(range(len(TAGS)), repeat=3) if valid(tags, cuts)))
    tags = best_tags(scores, cuts)
    assert valid(tags, cuts)
    assert sum(scores[i, tag] for i, tag in enumerate(tags)) == pytest.approx(best)


def test_transitions_hold_a_wavering_span_together():
    scores = scores_of({B_EVENT: 1}, {O: 0.6, I_EVENT: 0.5}, {I_EVENT: 0.6, B_EVENT: 0.7}, {O: 1})
    assert best_tags(scores, np.zeros(4, bool)).tolist() == [B_EVENT, O, B_EVENT, O]
    transitions = np.zeros((len(TAGS), len(TAGS)))
    transitions[B_EVENT, I_EVENT] = transitions[I_EVENT, I_EVENT] = 0.5
    assert best_tags(scores, np.zeros(4, bool), transitions).tolist() == [B_EVENT, I_EVENT, I_EVENT, O]


def test_spans_of():
    assert spans_of(np.array([B_ORG, I_ORG, B_ORG, O, B_EVENT])) == [(0, 2, "ORG"), (2, 3, "ORG"), (4, 5, "EVENT")]
    assert spans_of(np.array([], dtype=int)) == []
