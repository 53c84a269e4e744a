"""Figures worked out by hand."""

import pytest

from leagueie.schema import Quantity, Reading, Report, Span
from training.passages import Passage
from training.scoring import as_report, iob2_tags, score, score_calibration, score_links, score_overlap, score_spans

TEXT = "0123456789abcdefghij"
GOLD = Passage("p", TEXT, [Span(0, 2, "ORG"), Span(2, 4, "ORG"), Span(5, 8, "EVENT"), Span(8, 10, "QUANTITY"),
                           Span(12, 14, "ACTION"), Span(14, 16, "QUANTITY"), Span(17, 19, "MONEY")],
               {3: [2], 5: [4], 6: [4, 2]})


def report_of(entities, quantities=()):
    return Report(TEXT, sorted(entities), [Quantity(number, Reading(), activity) for number, activity in quantities])


def test_iob2_tags():
    assert iob2_tags(5, [Span(0, 2, "ORG"), Span(2, 3, "ORG"), Span(3, 5, "ACTION")]) == ["B-ORG", "I-ORG", "B-ORG", "O", "O"]


def test_spans_strict():
    found = [Span(0, 4, "ORG"), Span(5, 8, "PROGRAM"), Span(8, 10, "QUANTITY"), Span(14, 16, "QUANTITY")]
    figures = score_spans([GOLD], [report_of(found)])
    assert figures["ORG"] == {"precision": 0, "recall": 0, "f1": 0, "support": 2}  # two names run together are no name
    assert figures["QUANTITY"] == {"precision": 1, "recall": 1, "f1": 1, "support": 2}
    assert figures["EVENT"]["recall"] == 0 and figures["PROGRAM"]["precision"] == 0
    assert figures["micro"] == {"precision": 0.5, "recall": pytest.approx(2 / 6, abs=1e-4), "f1": 0.4, "support": 6}


def test_a_wrong_label_is_both_a_miss_and_a_false_find():
    figures = score_spans([Passage("p", "abc", [Span(0, 3, "EVENT")])], [Report("abc", [Span(0, 3, "PROGRAM")])])
    assert figures["micro"]["f1"] == 0 and figures["micro"]["support"] == 1


def test_overlap_is_lenient():
    figures = score_overlap([GOLD], [report_of([Span(1, 3, "ORG"), Span(9, 11, "QUANTITY"), Span(12, 14, "MONEY")])])
    assert figures["precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["recall"] == pytest.approx(3 / 6)  # one span overlaps both ORGs


def test_links_end_to_end():
    event, action = Span(5, 8, "EVENT"), Span(12, 14, "ACTION")
    found = report_of([], [(Span(8, 10, "QUANTITY"), event), (Span(14, 16, "QUANTITY"), event), (Span(17, 19, "MONEY"), event)])
    assert score_links([GOLD], [found]) == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667, "support": 3}
    missed = report_of([], [(Span(8, 10, "QUANTITY"), None), (Span(14, 17, "QUANTITY"), action)])
    assert score_links([GOLD], [missed]) == {"precision": 0, "recall": 0, "f1": 0, "support": 3}


def test_nothing_found_and_nothing_to_find():
    assert score([GOLD], [Report(TEXT)])["spans"]["micro"]["f1"] == 0
    assert score_links([Passage("p", "a")], [Report("a")])["f1"] == 0


def test_an_annotation_as_a_report_is_without_fault():
    figures = score([GOLD], [as_report(GOLD)])
    assert figures["spans"]["micro"]["f1"] == figures["links"]["f1"] == figures["overlap"]["f1"] == 1
    assert figures["links"]["support"] == 3


def test_calibration():
    found = [Span(0, 2, "ORG", 0.95), Span(2, 4, "ORG", 0.95), Span(5, 8, "PROGRAM", 0.55), Span(8, 10, "QUANTITY", 0.65)]
    assert score_calibration([GOLD], [report_of(found)]) == {
        "ece": pytest.approx((0.1 + 0.55 + 0.35) / 4), "sure_precision": 1.0, "sure_share": 0.5}
