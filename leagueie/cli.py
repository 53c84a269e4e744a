"""The command line: `leagueie parse FILE…`."""

from __future__ import annotations

import argparse
import contextlib
import functools
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
    command.add_argument("files", nargs="*", metavar="FILE", help="text files (UTF-8, UTF-16, GB18030 or Big5), - for standard input")
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
    if args.output and any(args.output.resolve() == Path(name).resolve() for name in args.files if name != "-"):
        raise LeagueieError(f"{args.output}: is one of the files to read; give the results another name")
    from leagueie import load
    from leagueie.components import parse_with

    nlp = load(args.model, device=args.device)
    failed = 0
    with _Writer(args.output, args.format) as write:
        for path in _progress(args.files, hidden=args.output is None and sys.stdout.isatty()):
            try:
                report = parse_with(nlp, read_text(path))
            except LeagueieError as error:
                print(f"leagueie: {error}", file=sys.stderr)
                failed += 1
                continue
            write(path, report)
    return 2 if failed else 0


class _Writer:
    """Writes reports to a file or to standard output; the file is opened, and so replaced, by the first report."""

    def __init__(self, path: Path | None, format: str | None):
        if format is None:
            suffix = path.suffix.lower() if path else ""
            format = {".csv": "csv", ".txt": "table"}.get(suffix, "jsonl" if path or not sys.stdout.isatty() else "table")
        if path and not path.parent.is_dir():
            raise LeagueieError(f"{path}: there is no folder {path.parent}")
        self._path, self._format = path, format
        self._out: TextIO | None = None
        self._write: Callable[[str, Report], None] | None = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_) -> None:
        if self._out and self._path:
            with contextlib.suppress(OSError):  # every report was flushed when it was written
                self._out.close()

    def __call__(self, name: str, report: Report) -> None:
        try:
            if self._write is None:
                self._out = self._open()
                self._write = self._writer(self._out)
            self._write(name, report)
            self._out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise LeagueieError(f"{self._path or 'standard output'}: {error.strerror or error}") from None

    def _open(self) -> TextIO:
        if self._path is None:
            if hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(encoding="utf-8", errors="replace")
            return sys.stdout
        # the mark makes Excel read Chinese
        return self._path.open("w", encoding="utf-8-sig" if self._format == "csv" else "utf-8", errors="replace", newline="\n")

    def _writer(self, out: TextIO) -> Callable[[str, Report], None]:
        if self._format == "csv":
            return CsvWriter(out)
        return functools.partial(write_jsonl if self._format == "jsonl" else print_table, out=out)


def _progress(files: list[str], hidden: bool):
    """The files, with a progress bar on a terminal when there are many."""
    if len(files) < 2 or hidden or not sys.stderr.isatty():
        return files
    from tqdm import tqdm

    return tqdm(files, unit="file")


def print_table(name: str, report: Report, out: TextIO) -> None:
    """A report for a reader: its numbers with their activities, then its names with their counts."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(file=out, width=None if out.isatty() else 110, highlight=False)
    console.print(f"[bold]{escape(name)}[/bold]  {len(report.text):,} characters, {len(report.entities)} entities", markup=True)
    numbers = Table("number", "value", "unit", "activity", "", header_style="bold", expand=False)
    for quantity in report.quantities:
        activity = quantity.activity
        numbers.add_row(_cell(report, quantity.span), _value(quantity.reading), escape(quantity.reading.unit or ""),
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
    bound = "" if reading.bound in ("=", "range") else reading.bound + " "
    upper = "" if reading.value_max is None else f"–{reading.value_max:,}"
    return f"{bound}{reading.value:,}{upper}" + (f" /{reading.rate}" if reading.rate else "")


if __name__ == "__main__":
    sys.exit(main())
