"""Check, convert and count annotated passages: `python -m training.annotations --help`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from leagueie.errors import CorpusError
from leagueie.schema import SPAN_LABELS
from training import checks
from training.markup import format_markup_file, parse_markup_file
from training.passages import Passage, corpus_files, read_passages, write_passages


def load(paths: list[str]) -> list[Passage]:
    """Read .jsonl files, folders of them, and .txt files in inline markup; list all faults in one CorpusError."""
    passages: list[Passage] = []
    problems: list[str] = []
    for path in map(Path, paths):
        try:
            if path.suffix == ".txt":
                passages += parse_markup_file(path.read_text(encoding="utf-8"), str(path))
            else:
                passages += read_passages(*corpus_files([path]))
        except (CorpusError, OSError, UnicodeDecodeError) as error:
            problems.append(str(error))
    if problems:
        raise CorpusError("\n".join(problems))
    if not passages:
        raise CorpusError(f"{' '.join(paths)}: no passages")
    return passages


def problems_of(passages: list[Passage]) -> list[str]:
    """Every fault of every passage, each with its place."""
    found = [f"{passage.where}: passage {passage.id}: {fault}"
             for passage in passages for fault in checks.faults(passage)]
    return found + list(checks.repeated_ids(passages))


def check(passages: list[Passage], quiet: bool) -> int:
    problems = problems_of(passages)
    for line in problems:
        print("error:", line)
    if not quiet:
        for passage in passages:
            for doubt in checks.doubts(passage):
                print(f"look: {passage.where}: passage {passage.id}: {doubt}")
        for line in checks.repeated_sentences(passages):
            print("look:", line)
    print(f"{len(passages)} passages, {len(problems)} errors")
    return 2 if problems else 0


def stats(passages: list[Passage]) -> int:
    labels = Counter(span.label for passage in passages for span in passage.spans)
    characters = sum(len(passage.text) for passage in passages)
    sentences = sum(1 for passage in passages for part in checks.sentences(passage.text))
    linked = sum(len(passage.links) for passage in passages)
    print(f"passages    {len(passages):>7,}\nsentences   {sentences:>7,}\ncharacters  {characters:>7,}")
    for label in SPAN_LABELS:
        print(f"{label:<11} {labels[label]:>7,}")
    print(f"links       {linked:>7,}")
    return 0


def convert(passages: list[Passage], output: Path) -> int:
    problems = problems_of(passages)
    if problems:
        raise CorpusError("\n".join(problems))
    if output.suffix == ".txt":
        output.write_text(format_markup_file(passages), encoding="utf-8")
    else:
        write_passages(passages, output)
    print(f"{len(passages)} passages written to {output}")
    return 0


def agreement(first: list[Passage], second: list[Passage]) -> int:
    """Print how far two annotations of the same passages agree, the first taken as gold."""
    from training.scoring import as_report, format_scores, score

    by_id = {passage.id: passage for passage in first}
    lone = [f"{passage.where}: passage {passage.id}: {reason}" for passage in second
            if (reason := "not in the first annotation" if passage.id not in by_id
                else "another text than in the first annotation" if by_id[passage.id].text != passage.text else "")]
    if lone:
        raise CorpusError("\n".join(lone))
    print(f"{len(second)} passages annotated twice, strict\n")
    print(format_scores(score([by_id[passage.id] for passage in second], [as_report(passage) for passage in second])))
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.annotations", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("check", "list what is invalid, and places worth a second look; exit code 2 on faults"),
                       ("stats", "count passages, sentences, labels and links"),
                       ("agreement", "strict F1 between two annotations of the same passages"),
                       ("convert", "turn inline markup (.txt) into doccano JSONL (.jsonl), or back")):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("paths", nargs="+", help="doccano .jsonl files, folders of them, or .txt files in markup")
        if name == "check":
            command.add_argument("-q", "--quiet", action="store_true", help="faults only")
        if name == "agreement":
            command.add_argument("--second", nargs="+", required=True, help="the second annotation of some or all of the passages")
        if name == "convert":
            command.add_argument("-o", "--output", type=Path, required=True, help="a .jsonl or a .txt file")
    args = parser.parse_args(argv)
    try:
        passages = load(args.paths)
        if args.command == "check":
            return check(passages, args.quiet)
        if args.command == "stats":
            return stats(passages)
        if args.command == "agreement":
            return agreement(passages, load(args.second))
        return convert(passages, args.output)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
