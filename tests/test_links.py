import numpy as np
import pytest

from leagueie.links import BEFORE, CANDIDATES, FEATURES, LinkScorer, candidates, nearest
from training.markup import parse_markup


def found_in(marked):
    passage = parse_markup(marked)
    return passage, candidates(passage.text, passage.spans)


def test_candidates_are_of_this_sentence_and_the_one_before():
    passage, found = found_in("{E:甲会}。{E:乙会}。{E:丙会}{Q:3场}{P:丁}。{E:戊会}。")
    (row,) = found.activities
    assert [passage.text_of(i) for i in row if i >= 0] == ["丙会", "乙会", "丁"]
    assert passage.text_of(row[BEFORE]) == "丁"


def test_nearest_prefers_what_stands_before():
    passage, found = found_in("{E:甲会}共{Q:3场}{P:丁}。")
    assert nearest(passage.spans, found) == [0]
    passage, found = found_in("{Q:3场}{P:丁}。")
    assert nearest(passage.spans, found) == [1]
    passage, found = found_in("{Q:3场}。")
    assert nearest(passage.spans, found) == [None]


def test_no_numbers_and_no_activities():
    assert candidates("无", []).features.shape == (0, CANDIDATES, FEATURES)
    _, found = found_in("{Q:3场}")
    assert (found.activities == -1).all() and not found.features.any()


def test_numpy_scorer_gives_what_the_torch_head_gives():
    torch = pytest.importorskip("torch")
    from training.model import LinkHead

    torch.manual_seed(0)
    head = LinkHead(16)
    scorer = LinkScorer({name: value.detach().numpy() for name, value in head.state_dict().items()})
    passage, found = found_in("{E:甲会}{Q:3场},{P:乙}{Q:4个};{A:丙奖}{M:5元}。{Q:6人}")
    vectors = np.random.default_rng(0).normal(size=(len(passage.spans), 16)).astype(np.float32)
    scores = head(*(torch.as_tensor(x) for x in (vectors, found.numbers, found.activities, found.features)))
    np.testing.assert_allclose(scorer.probabilities(vectors, found), scores.softmax(dim=1).detach().numpy(), atol=1e-5)
    answers = scorer.choose(vectors, found)
    assert len(answers) == 4 and all(0 <= score <= 1 for _, score in answers)
