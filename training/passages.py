"""Annotated passages and their file format, doccano's JSONL with relations.

One JSON object a line::

    {"id": "...", "text": "...",
     "entities": [{"id": 1, "label": "EVENT", "start_offset": 0, "end_offset": 5}],
     "relations": [{"id": 1, "from_id": 2, "to_id": 1, "type": "activity"}],
     "region": "...", ...}

A relation runs from a number (QUANTITY, MONEY) to an activity (EVENT, PROGRAM, AWARD, ACTION). Its type is
"activity" for the primary target and "alternative" for the others that are equally right. Further keys are
metadata of the passage (region, level, register, theme, numbers, dirt) and are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leagueie.errors import CorpusError
from leagueie.schema import Span

PRIMARY, ALTERNATIVE = "activity", "alternative"
_KEYS = {"id", "text", "entities", "relations"}


@dataclass
class Passage:
    """One annotated text.

    spans: sorted by start.
    links: for each linked number, by its index in `spans`, the indices of its acceptable targets, primary first.
    meta: further keys of the record.
    where: "file:line" for error messages.
    """

    id: str
    text: str
    spans: list[Span] = field(default_factory=list)
    links: dict[int, list[int]] = field(default_factory=dict)
    meta: dict = field(default_factory=dict)
    where: str = ""

    def text_of(self, index: int) -> str:
        span = self.spans[index]
        return self.text[span.start:span.end]


def passage_from_record(record: object, where: str) -> Passage:
    """Read one doccano record; raise CorpusError that names the place and the fault."""
    def fault(reason: str) -> CorpusError:
        return CorpusError(f"{where}: {reason}")

    if not isinstance(record, dict):
        raise fault("not a JSON object")
    if not isinstance(record.get("text"), str):
        raise fault('no "text" string')
    text = record["text"]
    found: list[tuple[Span, object]] = []
    for number, entity in enumerate(record.get("entities") or [], 1):
        try:
            start, end, label = int(entity["start_offset"]), int(entity["end_offset"]), str(entity["label"])
            key = entity["id"]
        except (KeyError, TypeError, ValueError) as error:
            raise fault(f"entity {number}: missing or bad {error}") from None
        if not 0 <= start < end <= len(text):
            raise fault(f"entity {key}: offsets {start}-{end} outside the text of {len(text)} characters")
        found.append((Span(start, end, label), key))
    found.sort(key=lambda item: item[0])
    index_of: dict[object, int] = {}
    for index, (_, key) in enumerate(found):
        if key in index_of:
            raise fault(f"entity id {key!r} stands twice")
        index_of[key] = index
    links: dict[int, list[int]] = {}
    for relation in record.get("relations") or []:
        try:
            head, tail, kind = relation["from_id"], relation["to_id"], relation["type"]
        except (KeyError, TypeError) as error:
            raise fault(f"relation without {error}") from None
        for key in (head, tail):
            if key not in index_of:
                raise fault(f"relation {relation.get('id')}: no entity with id {key!r}")
        targets = links.setdefault(index_of[head], [])
        if kind == PRIMARY:
            targets.insert(0, index_of[tail])
        elif kind == ALTERNATIVE:
            targets.append(index_of[tail])
        else:
            raise fault(f"relation {relation.get('id')}: type {kind!r} is neither {PRIMARY!r} nor {ALTERNATIVE!r}")
    meta = {key: value for key, value in record.items() if key not in _KEYS}
    return Passage(str(record.get("id", "")), text, [span for span, _ in found], links, meta, where)


def record_from_passage(passage: Passage) -> dict:
    """The passage as a doccano record; entity and relation ids count from 1."""
    entities = [{"id": index + 1, "label": span.label, "start_offset": span.start, "end_offset": span.end}
                for index, span in enumerate(passage.spans)]
    pairs = [(head, tail, PRIMARY if rank == 0 else ALTERNATIVE)
             for head, targets in sorted(passage.links.items()) for rank, tail in enumerate(targets)]
    relations = [{"id": number, "from_id": head + 1, "to_id": tail + 1, "type": kind}
                 for number, (head, tail, kind) in enumerate(pairs, 1)]
    return {"id": passage.id, "text": passage.text, "entities": entities, "relations": relations, **passage.meta}


def corpus_files(paths: Iterable[str | Path]) -> list[Path]:
    """The .jsonl files among `paths`, folders searched through."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += sorted(path.rglob("*.jsonl"))
        elif path.is_file():
            files.append(path)
        else:
            raise CorpusError(f"{path}: no such file or folder")
    return files


def read_passages(*paths: str | Path) -> list[Passage]:
    """Read every passage under `paths`; raise one CorpusError that lists all the faults found."""
    passages: list[Passage] = []
    faults: list[str] = []
    for path in corpus_files(paths):
        for where, line in _lines(path, faults):
            try:
                passages.append(passage_from_record(json.loads(line), where))
            except json.JSONDecodeError as error:
                faults.append(f"{where}: not JSON ({error.msg}, column {error.colno})")
            except CorpusError as error:
                faults.append(str(error))
    if faults:
        raise CorpusError("\n".join(faults))
    return passages


def _lines(path: Path, faults: list[str]) -> Iterator[tuple[str, str]]:
    try:
        content = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: {error}")
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield f"{path}:{number}", line


def write_passages(passages: Iterable[Passage], path: str | Path) -> None:
    """Write passages as doccano JSONL, in UTF-8 with LF line ends."""
    lines = [json.dumps(record_from_passage(passage), ensure_ascii=False) + "\n" for passage in passages]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes("".join(lines).encode("utf-8"))
