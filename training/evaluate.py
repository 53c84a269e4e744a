"""Measure a model on annotated passages: `python -m training.evaluate [--model FOLDER] [--data PATH …] [-o FOLDER]`.

Prints strict precision, recall and F1 of every label and of the links (end to end), what the nearest-activity rule
would make of the links, and how far the numbers were read. With -o it writes metrics.json, report.md and errors.md;
with --compare it fails (exit code 1) when a figure has fallen more than its margin below an earlier metrics.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from leagueie.cleaning import clean
from leagueie.errors import LeagueieError
from leagueie.links import candidates, nearest
from leagueie.parser import Parser
from leagueie.schema import ENTITY_LABELS, Report, Span
from training.annotations import load, problems_of
from training.passages import Passage
from training.scoring import format_scores, score, score_links

MARGINS = {"micro": 0.01, "links": 0.02}
LABEL_MARGIN = 0.03


def with_nearest_links(report: Report) -> Report:
    """The report with each number linked by the baseline rule, over the same spans."""
    cleaned = clean(report.text)
    in_raw = sorted([*report.entities, *report.actions])
    spans = [Span(*cleaned.from_raw(span.start, span.end), span.label) for span in in_raw]
    found = candidates(cleaned.text, spans)
    by_rule = {in_raw[number]: None if activity is None else in_raw[activity]
               for number, activity in zip(found.numbers, nearest(spans, found))}
    return replace(report, quantities=[replace(quantity, activity=by_rule.get(quantity.span)) for quantity in report.quantities])


def evaluate(parser: Parser, passages: Sequence[Passage]) -> tuple[dict, list[Report]]:
    """(figures, reports)."""
    from tqdm import tqdm

    reports = [parser.parse(passage.text) for passage in tqdm(passages, unit="passage", disable=not sys.stderr.isatty())]
    figures = score(passages, reports)
    figures["links by nearest rule"] = score_links(passages, [with_nearest_links(report) for report in reports])
    numbers = [quantity for report in reports for quantity in report.quantities]
    figures["numbers"] = {"found": len(numbers), "read": sum(quantity.reading.value is not None for quantity in numbers)}
    return figures, reports


def list_errors(passages: Sequence[Passage], reports: Sequence[Report]) -> str:
    """Every span and link that is wrong, passage by passage, in Markdown."""
    lines = ["# Errors", ""]
    for passage, report in zip(passages, reports, strict=True):
        gold = {(s.start, s.end, s.label) for s in passage.spans if s.label in ENTITY_LABELS}
        found = {(s.start, s.end, s.label) for s in report.entities}
        wrong = [("missed", item) for item in gold - found] + [("false", item) for item in found - gold]
        lines.append(f"## {passage.id}")
        for kind, (start, end, label) in sorted(wrong, key=lambda item: item[1]):
            before, after = passage.text[max(0, start - 12):start], passage.text[end:end + 12]
            lines.append(f"- {kind} {label}: {before}**{passage.text[start:end]}**{after}".replace("\n", "⏎"))
        lines += _link_errors(passage, report) + [""]
    return "\n".join(lines)


def _link_errors(passage: Passage, report: Report) -> list[str]:
    found = {(quantity.span.start, quantity.span.end): quantity.activity for quantity in report.quantities}
    lines = []
    for head, tails in passage.links.items():
        number = passage.spans[head]
        if (number.start, number.end) not in found:
            continue
        activity = found[number.start, number.end]
        if activity is None or (activity.start, activity.end) not in {(passage.spans[t].start, passage.spans[t].end) for t in tails}:
            got = passage.text[activity.start:activity.end] if activity else "—"
            lines.append(f"- link {passage.text_of(head)} → {got}, should be {' or '.join(map(passage.text_of, tails))}")
    return lines


def fallen(figures: dict, earlier: dict) -> list[str]:
    """Figures that are more than their margin below the earlier ones, a line each."""
    lines = []
    for name, row in earlier["spans"].items():
        margin = MARGINS.get(name, LABEL_MARGIN)
        now = figures["spans"].get(name, {"f1": 0.0})["f1"]
        if now < row["f1"] - margin:
            lines.append(f"{name}: F1 {now:.3f}, was {row['f1']:.3f}, allowed {margin} less")
    if figures["links"]["f1"] < earlier["links"]["f1"] - MARGINS["links"]:
        lines.append(f"links: F1 {figures['links']['f1']:.3f}, was {earlier['links']['f1']:.3f}")
    return lines


def format_report(figures: dict, data: Sequence[str], passages: int) -> str:
    rule, numbers = figures["links by nearest rule"], figures["numbers"]
    return (f"# Evaluation\n\n{passages} passages of {' '.join(data)}, strict (exact offsets and label; links end to end).\n\n"
            f"{format_scores(figures)}\n\nLinks by the nearest-activity rule, over the same spans: F1 {rule['f1']:.3f}. "
            f"Numbers read as a value: {numbers['read']} of {numbers['found']}.\n")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="model folder (default: the shipped model)")
    parser.add_argument("--device", help="run the torch weights there (default: int8 ONNX on the CPU)")
    parser.add_argument("--data", nargs="+", default=["corpus/annotations/test"], help="annotated passages (default: %(default)s)")
    parser.add_argument("--compare", type=Path, help="an earlier metrics.json that must not be fallen behind")
    parser.add_argument("-o", "--output", type=Path, help="folder for metrics.json, report.md and errors.md")
    args = parser.parse_args(argv)
    try:
        passages = load(args.data)
        if problems := problems_of(passages):
            raise LeagueieError("\n".join(problems))
        figures, reports = evaluate(Parser.from_folder(args.model, args.device), passages)
    except LeagueieError as error:
        print(error, file=sys.stderr)
        return 2
    text = format_report(figures, args.data, len(passages))
    print(text)
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        (args.output / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        (args.output / "report.md").write_text(text, encoding="utf-8")
        (args.output / "errors.md").write_text(list_errors(passages, reports), encoding="utf-8")
    if args.compare:
        lines = fallen(figures, json.loads(args.compare.read_text(encoding="utf-8")))
        print("\n".join(["Fallen behind:", *lines] if lines else ["No figure has fallen behind."]))
        return 1 if lines else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
