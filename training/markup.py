"""Inline markup, for writing and reviewing annotated passages by hand.

A file holds any number of passages::

    === gansu-county-001
    region: 甘肃省兰州市西固区
    level: county
    ---
    {O:团区委}会同{O:区文明办}举办{E1:“云上好货”直播节}{Q>1:2场},销售额达{M>1:3万元}。

A span is `{letter id >targets :text}` without the blanks. Letters: O ORG, E EVENT, P PROGRAM, A AWARD, Q QUANTITY,
M MONEY, X ACTION. The id, a number, is needed only on a span that something points at; `>1` names a number's target,
`>1,2` several that are equally right, primary first. An id may be used before the span that carries it. Braces that
belong to the text are written `\\{` and `\\}`, and a backslash `\\\\`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from leagueie.errors import CorpusError
from leagueie.schema import Span
from training.passages import Passage

LETTERS = {"O": "ORG", "E": "EVENT", "P": "PROGRAM", "A": "AWARD", "Q": "QUANTITY", "M": "MONEY", "X": "ACTION"}
_LETTER_OF = {label: letter for letter, label in LETTERS.items()}
_OPEN = re.compile(r"\{([A-Z])(\d*)(?:>(\d+(?:,\d+)*))?:")


def parse_markup(marked: str, id: str = "", where: str = "", meta: dict | None = None) -> Passage:
    """Turn marked-up text into a passage; raise CorpusError at the first fault, with what stands there."""
    text: list[str] = []
    length = 0
    found: list[tuple[Span, str, list[str]]] = []
    opened: tuple[int, str, str, list[str]] | None = None
    position = 0

    def fault(reason: str) -> CorpusError:
        line = marked.count("\n", 0, position) + 1
        return CorpusError(f"{where}: passage {id}, line {line}: {reason}: …{marked[position:position + 24]!r}")

    while position < len(marked):
        char = marked[position]
        if char == "\\" and marked[position + 1:position + 2] in ("{", "}", "\\"):
            text.append(marked[position + 1])
            length += 1
            position += 2
        elif char == "{":
            match = _OPEN.match(marked, position)
            if opened:
                raise fault("a span inside a span")
            if not match or match[1] not in LETTERS:
                raise fault(f"not a span (letters are {' '.join(LETTERS)})")
            opened = (length, LETTERS[match[1]], match[2], match[3].split(",") if match[3] else [])
            position = match.end()
        elif char == "}":
            if not opened:
                raise fault("a closing brace without a span")
            start, label, key, targets = opened
            if start == length:
                raise fault("an empty span")
            found.append((Span(start, length, label), key, targets))
            opened = None
            position += 1
        else:
            text.append(char)
            length += 1
            position += 1
    if opened:
        raise fault("a span that is never closed")

    index_of: dict[str, int] = {}
    for index, (_, key, _) in enumerate(found):
        if key in index_of:
            raise fault(f"id {key} stands twice")
        if key:
            index_of[key] = index
    links: dict[int, list[int]] = {}
    for index, (_, _, targets) in enumerate(found):
        for target in targets:
            if target not in index_of:
                raise fault(f"no span has id {target}")
            links.setdefault(index, []).append(index_of[target])
    return Passage(id, "".join(text), [span for span, _, _ in found], links, meta or {}, where)


def to_markup(passage: Passage) -> str:
    """Turn a passage into marked-up text; the inverse of `parse_markup`."""
    targeted = {target for targets in passage.links.values() for target in targets}
    parts: list[str] = []
    position = 0
    for index, span in enumerate(passage.spans):
        key = str(index + 1) if index in targeted else ""
        targets = ",".join(str(target + 1) for target in passage.links.get(index, []))
        parts.append(_escape(passage.text[position:span.start]))
        parts.append(f"{{{_LETTER_OF[span.label]}{key}{'>' + targets if targets else ''}:")
        parts.append(_escape(passage.text[span.start:span.end]) + "}")
        position = span.end
    parts.append(_escape(passage.text[position:]))
    return "".join(parts)


def _escape(text: str) -> str:
    return re.sub(r"([\\{}])", r"\\\1", text)


def parse_markup_file(content: str, where: str) -> list[Passage]:
    """Read a whole markup file; raise one CorpusError that lists all the faults found."""
    passages: list[Passage] = []
    faults: list[str] = []
    blocks = re.split(r"^=== *(\S+) *\n", content, flags=re.M)
    if blocks[0].strip():
        faults.append(f"{where}:1: text before the first '=== id' line")
    for id, block in zip(blocks[1::2], blocks[2::2]):
        header, separator, body = block.partition("---\n")
        if not separator:
            faults.append(f"{where}: passage {id}: no '---' line after its header")
            continue
        meta = {key.strip(): value.strip() for key, _, value in
                (line.partition(":") for line in header.splitlines() if line.strip())}
        try:
            passages.append(parse_markup(body.strip("\n"), id, where, meta))
        except CorpusError as error:
            faults.append(str(error))
    if faults:
        raise CorpusError("\n".join(faults))
    return passages


def format_markup_file(passages: Iterable[Passage]) -> str:
    """Write passages as one markup file; the inverse of `parse_markup_file`."""
    blocks = []
    for passage in passages:
        header = "".join(f"{key}: {value}\n" for key, value in passage.meta.items())
        blocks.append(f"=== {passage.id}\n{header}---\n{to_markup(passage)}\n")
    return "\n".join(blocks)
