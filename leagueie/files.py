"""Reading texts from files as they lie on disk, and writing reports as JSON Lines or CSV."""

from __future__ import annotations

import codecs
import csv
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from leagueie.errors import InputError
from leagueie.schema import Report

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
COLUMNS = ("file", "label", "text", "start", "end", "score", "value", "value_max", "bound", "unit", "currency", "rate",
           "activity_label", "activity_text", "activity_start", "activity_end", "link_score")


def read_text(path: str | Path) -> str:
    """The text of a file, or of standard input for "-", with its line ends kept.

    Unicode with or without a byte-order mark, else GB18030 or Big5. Raises InputError for a file that is missing, empty or not text.
    """
    try:
        if str(path) == "-" and sys.stdin is None:
            raise InputError("-: standard input is closed")
        data = sys.stdin.buffer.read() if str(path) == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    try:
        text = decode(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    if not text.strip():
        raise InputError(f"{path}: empty file")
    return text


def decode(data: bytes) -> str:
    """Bytes as text; raise InputError when they are none."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise InputError(f"not valid {encoding.upper()} in spite of its byte-order mark") from None
    if b"\0" in data:
        raise InputError("not a text file (it holds NUL bytes)")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    for encoding in ("gb18030", "big5hkscs"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _reads_as_chinese(text):
            return text
    raise InputError(f"not text in UTF-8 (byte {place:,} is wrong), GB18030 or Big5")


def _reads_as_chinese(text: str) -> bool:
    """Whether most Han characters are of everyday use: bytes read in a wrong encoding give rare ones.

    Everyday ones are the 3,755 of level 1 in GB 2312, which lie in its rows 16 to 55.
    """
    from opencc import OpenCC

    han = OpenCC("t2s").convert("".join(re.findall("[\u3400-\u9fff]", text[:20_000])))
    return sum(b"\xb0" <= char.encode("gb2312", "ignore")[:1] <= b"\xd7" for char in han) > 0.8 * len(han)


def rows(name: str, report: Report) -> Iterable[dict]:
    """One flat row for each entity, in the order of the text; numbers carry their reading and activity."""
    data = report.to_dict()
    numbers = {(quantity["start"], quantity["end"]): quantity for quantity in data["quantities"]}
    for entity in data["entities"]:
        row = {"file": name, **entity}
        if quantity := numbers.get((entity["start"], entity["end"])):
            activity = quantity.pop("activity")
            row |= quantity
            if activity:
                row |= {f"activity_{key}": activity[key] for key in ("label", "text", "start", "end")}
        yield row


def write_jsonl(name: str, report: Report, out: TextIO) -> None:
    """One line: the file's name and `Report.to_dict()`."""
    out.write(json.dumps({"file": name, **report.to_dict()}, ensure_ascii=False) + "\n")


class CsvWriter:
    """Writes `rows` with a header. Cells that a spreadsheet would take for a formula get an apostrophe before them."""

    def __init__(self, out: TextIO):
        self._writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        self._writer.writeheader()

    def __call__(self, name: str, report: Report) -> None:
        for row in rows(name, report):
            self._writer.writerow({key: _defused(value) for key, value in row.items()})


def _defused(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
