"""The command line: `leagueie parse FILE…`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from leagueie import __version__
from leagueie.errors import LeagueieError
from leagueie.files import CsvWriter, read_text, write_jsonl
from leagueie.schema import ENTITY_LABELS, NUMBER_LABELS, Reading, Report

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parent / "examples" / "report.txt"
_EPILOG = """examples:
  leagueie parse --example                 the report that ships with the package
  leagueie parse report.txt                a table on the terminal
  leagueie parse *.txt -o numbers.csv      one row for each entity and number
  cat report.txt | leagueie parse - > report.jsonl

exit codes: 0 all read, 2 something could not be read (the rest still came out)"""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="leagueie", description="Read Communist Youth League work reports as data.")
    parser.add_argument("--version", action="version", version=f"leagueie {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "parse", help="read reports from text files", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Find organisations, events, programmes, honours and numbers in reports, and what each number is of.")
    command.add_argument("files", nargs="*", metavar="FILE", help="text files (UTF-8, UTF-16 or GB18030), - for standard input")
    command.add_argument("-o", "--output", type=Path, help="write here instead of to standard output")
    command.add_argument("-f", "--format", choices=("table", "jsonl", "csv"),
                         help="default: by the output's suffix, else a table on a terminal and JSON Lines elsewhere")
    command.add_argument("--model", type=Path, help="folder of a trained model (default: the one that ships)")
    command.add_argument("--device", choices=("cpu", "cuda", "mps"), help="run the torch weights there (default: int8 on the CPU)")
    command.add_argument("--example", action="store_true", help="read the report that ships with the package")
    args = parser.parse_args(argv)
    if args.example:
        args.files.append(str(EXAMPLE))
    if not args.files:
        command.error("no files given (try --example, or - for standard input)")
    try:
        return parse_files(args)
    except LeagueieError as error:
        print(f"leagueie: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def parse_files(args: argparse.Namespace) -> int:
    """Read every file that can be read; report the others in one line each."""
    from leagueie import load
    from leagueie.components import parse_with

    nlp = load(args.model, device=args.device)
    failed = 0
    out, write = _open_output(args.output, args.format)
    try:
        for path in _progress(args.files, hidden=out.isatty()):
            try:
                report = parse_with(nlp, read_text(path))
            except LeagueieError as error:
                print(f"leagueie: {error}", file=sys.stderr)
                failed += 1
                continue
            write(path, report)
    finally:
        if out is not sys.stdout:
            out.close()
    return 2 if failed else 0


def _open_output(path: Path | None, format: str | None) -> tuple[TextIO, "Callable[[str, Report], None]"]:
    """The stream to write to, and the function that writes a report to it."""
    if format is None:
        suffix = path.suffix.lower() if path else ""
        format = {".csv": "csv", ".txt": "table"}.get(suffix, "jsonl" if path or not sys.stdout.isatty() else "table")
    if path is None:
        out: TextIO = sys.stdout
        if hasattr(out, "reconfigure"):
            out.reconfigure(encoding="utf-8", errors="replace")
    else:
        try:
            # the mark makes Excel read Chinese
            out = path.open("w", encoding="utf-8-sig" if format == "csv" else "utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise LeagueieError(f"{path}: {error.strerror}") from None
    if format == "csv":
        return out, CsvWriter(out)
    if format == "jsonl":
        return out, lambda name, report: write_jsonl(name, report, out)
    return out, lambda name, report: print_table(name, report, out)


def _progress(files: list[str], hidden: bool):
    """The files, with a progress bar on a terminal when there are many."""
    if len(files) < 2 or hidden or not sys.stderr.isatty():
        return files
    from tqdm import tqdm

    return tqdm(files, unit="file")


def print_table(name: str, report: Report, out: TextIO) -> None:
    """A report for a reader: its numbers with their activities, then its names with their counts."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=out, width=None if out.isatty() else 110, highlight=False)
    console.print(f"[bold]{name}[/bold]  {len(report.text):,} characters, {len(report.entities)} entities", markup=True)
    numbers = Table("number", "value", "unit", "activity", "", header_style="bold", expand=False)
    for quantity in report.quantities:
        activity = quantity.activity
        numbers.add_row(_cell(report, quantity.span), _value(quantity.reading), quantity.reading.unit or "",
                        _cell(report, activity) if activity else "—", activity.label if activity else "")
    if report.quantities:
        console.print(numbers)
    names = Table("label", "names", header_style="bold")
    for label in ENTITY_LABELS:
        counts = Counter(_cell(report, span) for span in report.entities if span.label == label)
        if counts and label not in NUMBER_LABELS:
            names.add_row(label, "; ".join(f"{text} ×{count}" if count > 1 else text for text, count in counts.items()))
    if names.row_count:
        console.print(names)


def _cell(report: Report, span) -> str:
    from rich.markup import escape

    return escape(" ".join(report.text[span.start:span.end].split()))


def _value(reading: Reading) -> str:
    if reading.value is None:
        return "?"
    if reading.value_max is not None:
        return f"{reading.value:,}–{reading.value_max:,}"
    return f"{'' if reading.bound == '=' else reading.bound + ' '}{reading.value:,}" + (f" /{reading.rate}" if reading.rate else "")


if __name__ == "__main__":
    sys.exit(main())
