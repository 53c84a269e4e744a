"""The one scorer: strict spans by seqeval, links end to end, and what goes with them.

A span is right when label and both offsets are. A link is right when the number's span is right and it points at the exact
offsets of one of the acceptable activities. A gold number that was never found, or found without its link, is a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leagueie.schema import ENTITY_LABELS, NUMBER_LABELS, Quantity, Reading, Report, Span
from training.passages import Passage


def iob2_tags(length: int, spans: Iterable[Span], labels: Sequence[str] = ENTITY_LABELS) -> list[str]:
    """One IOB2 tag for each character of a text of `length` characters."""
    tags = ["O"] * length
    for span in spans:
        if span.label in labels:
            tags[span.start:span.end] = [f"B-{span.label}"] + [f"I-{span.label}"] * (span.end - span.start - 1)
    return tags


def score_spans(gold: Sequence[Passage], reports: Sequence[Report]) -> dict[str, dict[str, float]]:
    """Strict precision, recall, F1 and support of each entity label, and over all of them ("micro", "macro").

    Counted by seqeval (Nakayama 2018) in strict mode over IOB2 tags, one a character.
    """
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    true = [iob2_tags(len(passage.text), passage.spans) for passage in gold]
    found = [iob2_tags(len(passage.text), report.entities) for passage, report in zip(gold, reports, strict=True)]
    table = classification_report(true, found, output_dict=True, mode="strict", scheme=IOB2, zero_division=0)
    rows = {name.replace(" avg", ""): row for name, row in table.items() if name != "weighted avg"}
    return {name: {"precision": round(float(row["precision"]), 4), "recall": round(float(row["recall"]), 4),
                   "f1": round(float(row["f1-score"]), 4), "support": int(row["support"])} for name, row in rows.items()}


def as_report(passage: Passage) -> Report:
    """The annotation as the report of a parser that makes no mistake; of several right activities the primary."""
    quantities = [Quantity(span, Reading(), passage.spans[passage.links[index][0]] if index in passage.links else None)
                  for index, span in enumerate(passage.spans) if span.label in NUMBER_LABELS]
    return Report(passage.text, [span for span in passage.spans if span.label in ENTITY_LABELS], quantities)


def precision_recall_f1(right: int, found: int, gold: int) -> dict[str, float]:
    """Figures from counts; 0 where nothing was found or there was nothing to find."""
    precision, recall = right / found if found else 0.0, right / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "support": gold}


def score_links(gold: Sequence[Passage], reports: Sequence[Report]) -> dict[str, float]:
    """Strict precision, recall and F1 of links end to end."""
    right = found = total = 0
    for passage, report in zip(gold, reports, strict=True):
        targets = {(passage.spans[head].start, passage.spans[head].end):
                   {(passage.spans[tail].start, passage.spans[tail].end) for tail in tails}
                   for head, tails in passage.links.items()}
        total += len(targets)
        for quantity in report.quantities:
            if quantity.activity:
                found += 1
                accepted = targets.get((quantity.span.start, quantity.span.end), set())
                right += (quantity.activity.start, quantity.activity.end) in accepted
    return precision_recall_f1(right, found, total)


def score_overlap(gold: Sequence[Passage], reports: Sequence[Report]) -> dict[str, float]:
    """Micro precision, recall and F1 where a span counts when it overlaps one of its label."""
    right_found = right_gold = found = total = 0
    for passage, report in zip(gold, reports, strict=True):
        golden = [span for span in passage.spans if span.label in ENTITY_LABELS]
        found, total = found + len(report.entities), total + len(golden)
        right_found += sum(any(_overlap(span, other) for other in golden) for span in report.entities)
        right_gold += sum(any(_overlap(span, other) for other in report.entities) for span in golden)
    precision, recall = right_found / found if found else 0.0, right_gold / total if total else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "support": total}


def _overlap(a: Span, b: Span) -> bool:
    return a.label == b.label and a.start < b.end and b.start < a.end


def score_calibration(gold: Sequence[Passage], reports: Sequence[Report], bins: int = 10) -> dict[str, float]:
    """How far a span's score is the chance that it is right.

    ece: expected calibration error over equally wide bins (Guo et al. 2017, arXiv:1706.04599). sure_precision and sure_share:
    precision of the spans with a score of at least 0.9, and how many of all they are.
    """
    scored = [(span.score, (span.start, span.end, span.label) in golden) for passage, report in zip(gold, reports, strict=True)
              for golden in [{(span.start, span.end, span.label) for span in passage.spans}] for span in report.entities]
    if not scored:
        return {"ece": 0.0, "sure_precision": 0.0, "sure_share": 0.0}
    binned: dict[int, list[tuple[float, bool]]] = {}
    for pair in scored:
        binned.setdefault(min(int(pair[0] * bins), bins - 1), []).append(pair)
    error = sum(abs(sum(score for score, _ in pairs) - sum(right for _, right in pairs)) for pairs in binned.values())
    sure = [right for score, right in scored if score >= 0.9]
    return {"ece": round(error / len(scored), 4), "sure_precision": round(sum(sure) / len(sure), 4) if sure else 0.0,
            "sure_share": round(len(sure) / len(scored), 4)}


def score(gold: Sequence[Passage], reports: Sequence[Report]) -> dict:
    """Every figure: `spans` by label and micro/macro, `overlap`, `links` and `calibration`."""
    return {"spans": score_spans(gold, reports), "overlap": score_overlap(gold, reports), "links": score_links(gold, reports),
            "calibration": score_calibration(gold, reports)}


def format_scores(scores: dict) -> str:
    """The figures as a Markdown table."""
    lines = ["| | precision | recall | F1 | support |", "|---|---|---|---|---|"]
    rows = {**scores["spans"], "overlap (micro)": scores["overlap"], "links": scores["links"]}
    for name, row in rows.items():
        lines.append(f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {row['support']} |")
    sure = scores["calibration"]
    lines += ["", f"Scores: expected calibration error {sure['ece']:.3f}; {sure['sure_share']:.0%} of the spans score 0.9 or more, and "
                  f"{sure['sure_precision']:.1%} of those are right."]
    return "\n".join(lines)
