"""From annotated passages to the encoder's inputs: windows of tokens with tags and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leagueie.cleaning import clean
from leagueie.decoding import TAGS
from leagueie.links import CANDIDATES, FEATURES, candidates
from leagueie.schema import Span
from leagueie.windows import sentence_ends, windows
from training.passages import Passage

if TYPE_CHECKING:
    from datasets import Dataset

IGNORED = -100
_TAG_ID = {tag: index for index, tag in enumerate(TAGS)}


def split_off(passages: Sequence[Passage], every: int) -> tuple[list[Passage], list[Passage]]:
    """(the rest, every `every`th passage); all and none when `every` is 0."""
    if not every:
        return list(passages), []
    return ([passage for index, passage in enumerate(passages) if index % every],
            [passage for index, passage in enumerate(passages) if not index % every])


def encode_passage(passage: Passage, tokenizer, window: int, stride: int) -> list[dict]:
    """The passage's windows as plain records, cut as `leagueie.parser` cuts them.

    input_ids, tags: lists [tokens], [CLS] and [SEP] included. span_starts, span_ends: token spans of the window.
    numbers: [n], indices of spans. activities: [n, CANDIDATES], indices of spans or -1. features: [n, CANDIDATES, FEATURES].
    accepted: [n, CANDIDATES + 1], 1 at every right answer, the last being "none". misaligned: boundaries that
    fall inside a token and were moved to its edge.
    """
    cleaned = clean(passage.text)
    encoding = tokenizer.encode(cleaned.text, add_special_tokens=False)
    starts = np.array([start for start, _ in encoding.offsets], dtype=np.int64)
    ends = np.array([end for _, end in encoding.offsets], dtype=np.int64)
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    kept, spans, token_spans, misaligned = [], [], [], 0
    for index, span in enumerate(passage.spans):
        start, end = cleaned.from_raw(span.start, span.end)
        first, last = int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end, "left"))
        if start == end or first >= last:
            continue  # page furniture that someone marked
        misaligned += int(starts[first] != start) + int(ends[last - 1] != end)
        kept.append(index)
        spans.append(Span(start, end, span.label))
        token_spans.append((first, last))
    position_of = {index: position for position, index in enumerate(kept)}
    found = candidates(cleaned.text, spans)

    records = []
    for part in windows(starts.tolist(), sentence_ends(cleaned.text), window, stride):
        inside = [i for i, (first, last) in enumerate(token_spans) if part.start <= first and last <= part.end]
        local = {position: i for i, position in enumerate(inside)}
        tags = [_TAG_ID["O"]] * (part.end - part.start)
        for position in inside:
            first, last = (token - part.start for token in token_spans[position])
            tags[first:last] = ([_TAG_ID[f"B-{spans[position].label}"]]
                                + [_TAG_ID[f"I-{spans[position].label}"]] * (last - first - 1))
        rows = []
        for row, number in enumerate(found.numbers):
            if int(number) not in local:
                continue
            gold = {position_of.get(tail) for tail in passage.links.get(kept[number], [])}
            activities = [local.get(int(i), -1) for i in found.activities[row]]
            accepted = [int(a >= 0 and int(i) in gold) for a, i in zip(activities, found.activities[row])] + [int(not gold)]
            if any(accepted):  # else the right activity is out of sight: nothing to learn
                rows.append((local[int(number)], activities, found.features[row].tolist(), accepted))
        numbers, activities, features, accepted = (list(column) for column in zip(*rows)) if rows else ([], [], [], [])
        records.append({
            "input_ids": [cls, *encoding.ids[part.start:part.end], sep], "tags": [IGNORED, *tags, IGNORED],
            "span_starts": [token_spans[i][0] - part.start + 1 for i in inside],
            "span_ends": [token_spans[i][1] - part.start + 1 for i in inside],
            "numbers": numbers, "activities": activities, "features": features, "accepted": accepted,
            "misaligned": misaligned})
    return records


def build_dataset(passages: Sequence[Passage], tokenizer, window: int, stride: int) -> "Dataset":
    """All windows of all passages as a `datasets.Dataset`, with their length in tokens."""
    from datasets import Dataset

    records = [record for passage in passages for record in encode_passage(passage, tokenizer, window, stride)]
    return Dataset.from_list([{**record, "length": len(record["input_ids"])} for record in records])


def tag_transitions(tags: Iterable[Sequence[int]], weight: float) -> list[list[float]]:
    """What decoding adds for each pair of neighbouring tags: `weight` times their pointwise mutual information.

    tags: tag ids of each window, [CLS] and [SEP] included. A nested list [from, to]; pairs are counted with a third of a
    pair added to each. Token scores know their neighbours, but not which tag those got: this keeps a span from
    falling apart where the scores waver.
    """
    pairs = np.full((len(TAGS), len(TAGS)), 1 / 3)
    for window in tags:
        inner = np.asarray(window[1:-1], dtype=np.int64)
        np.add.at(pairs, (inner[:-1], inner[1:]), 1)
    shares = pairs.sum(axis=0) / pairs.sum()
    information = np.log(pairs / pairs.sum(axis=1, keepdims=True) / shares)
    return (weight * information).round(4).tolist()


@dataclass
class Collator:
    """Pads windows to one batch of tensors; in training it masks a share of the input tokens at random.

    Spans of all windows are laid end to end; `numbers` and `activities` index into them, and the windows'
    own order is in `span_rows`.
    """

    mask_id: int
    mask_tokens: float = 0.0

    def __call__(self, records: list[dict]) -> dict:
        import torch

        length = max(len(record["input_ids"]) for record in records)
        ids = torch.zeros((len(records), length), dtype=torch.long)
        attention = torch.zeros_like(ids)
        tags = torch.full_like(ids, IGNORED)
        spans, numbers, activities, features, accepted = [], [], [], [], []
        for row, record in enumerate(records):
            size, before = len(record["input_ids"]), len(spans)
            ids[row, :size] = torch.tensor(record["input_ids"])
            tags[row, :size] = torch.tensor(record["tags"])
            attention[row, :size] = 1
            spans += [(row, start, end) for start, end in zip(record["span_starts"], record["span_ends"])]
            numbers += [before + number for number in record["numbers"]]
            activities += [[before + i if i >= 0 else -1 for i in chosen] for chosen in record["activities"]]
            features += record["features"]
            accepted += record["accepted"]
        if self.mask_tokens:
            ids[(torch.rand(ids.shape) < self.mask_tokens) & (tags != IGNORED)] = self.mask_id
        return {"input_ids": ids, "attention_mask": attention, "tags": tags,
                "spans": torch.tensor(spans, dtype=torch.long).reshape(-1, 3),
                "numbers": torch.tensor(numbers, dtype=torch.long),
                "activities": torch.tensor(activities, dtype=torch.long).reshape(-1, CANDIDATES),
                "features": torch.tensor(features, dtype=torch.float32).reshape(-1, CANDIDATES, FEATURES),
                "accepted": torch.tensor(accepted, dtype=torch.bool).reshape(-1, CANDIDATES + 1)}
