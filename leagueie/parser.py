"""From raw text to a report: the stages of the other modules, put together. No spaCy in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from leagueie.cleaning import CleanText, clean
from leagueie.decoding import best_tags, settle_marks, spans_of
from leagueie.encoder import OnnxEncoder, TorchEncoder
from leagueie.links import LinkScorer, candidates
from leagueie.numbers import read_number
from leagueie.schema import Quantity, Report, Span
from leagueie.windows import Window, sentence_ends, windows

WINDOW, STRIDE = 254, 190
_AT_ONCE = 64
SHIPPED_MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True)
class Tokens:
    """Tokens of a clean text. ids: int array [n]; starts, ends: character offsets, int arrays [n]."""

    ids: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


class Parser:
    """Reads reports with the model in `folder`.

    device: None runs the ONNX model on the CPU; "cpu", "cuda" or "mps" run the torch weights.
    threads: CPU threads of the ONNX model; 0 takes all cores.
    Raises ModelError when the folder is incomplete or damaged.
    """

    def __init__(self, folder: str | Path = SHIPPED_MODEL, device: str | None = None, threads: int = 0):
        self.folder = Path(folder)
        self.device = device
        self._encoder = TorchEncoder(folder, device) if device else OnnxEncoder(folder, threads)

    @cached_property
    def tokenizer(self):
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self.folder / "tokenizer.json"))

    @cached_property
    def _specials(self) -> tuple[int, int]:
        return self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")

    @cached_property
    def _linker(self) -> LinkScorer:
        return LinkScorer.from_file(self.folder / "links.safetensors")

    def parse(self, text: str) -> Report:
        """Read one text. Offsets of the report are code points of `text` as given."""
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, not {type(text).__name__}")
        cleaned = clean(text)
        spans, vectors = self._spans(cleaned)
        return self._report(text, cleaned, spans, vectors)

    def parse_many(self, texts: Iterable[str]) -> Iterator[Report]:
        """Read texts one after the other."""
        return map(self.parse, texts)

    def tokenize(self, text: str) -> Tokens:
        """Tokens of a clean text, without special ones."""
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        return Tokens(np.array(encoding.ids, dtype=np.int64), offsets[:, 0], offsets[:, 1])

    def _spans(self, cleaned: CleanText) -> tuple[list[Span], np.ndarray]:
        """Spans in clean offsets, sorted and disjoint, and the mean state of each: float array [spans, width]."""
        tokens = self.tokenize(cleaned.text)
        plan = list(windows(tokens.starts.tolist(), sentence_ends(cleaned.text), WINDOW, STRIDE))
        spans: list[Span] = []
        vectors: list[np.ndarray] = []
        cls, sep = self._specials
        for first in range(0, len(plan), _AT_ONCE):
            group = plan[first:first + _AT_ONCE]
            outputs = self._encoder([[cls, *tokens.ids[window.start:window.end], sep] for window in group])
            for window, (scores, states) in zip(group, outputs):
                self._read_window(cleaned, tokens, window, scores[1:-1], states[1:-1], spans, vectors)
        return spans, np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)

    def _read_window(self, cleaned: CleanText, tokens: Tokens, window: Window, scores: np.ndarray, states: np.ndarray,
                     spans: list[Span], vectors: list[np.ndarray]) -> None:
        """Append the window's spans and their vectors."""
        token_starts, token_ends = tokens.starts[window.start:window.end], tokens.ends[window.start:window.end]
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        tags = best_tags(log_probabilities, cleaned.cuts[token_starts])
        chosen = log_probabilities[np.arange(len(tags)), tags]
        for first, last, label in spans_of(tags):
            if not window.core_start <= window.start + first < window.core_end:
                continue
            start, end = settle_marks(cleaned.text, int(token_starts[first]), int(token_ends[last - 1]))
            if start >= end or (spans and start < spans[-1].end):
                continue
            score = float(np.exp(chosen[first:last].min()))
            spans.append(Span(start, end, label, score))
            vectors.append(states[first:last].mean(axis=0))

    def _report(self, raw: str, cleaned: CleanText, spans: Sequence[Span], vectors: np.ndarray) -> Report:
        found = candidates(cleaned.text, spans)
        answers = self._linker.choose(vectors, found)
        in_raw = [Span(*cleaned.to_raw(span.start, span.end), span.label, span.score) for span in spans]
        targets = {activity for activity, _ in answers if activity is not None}
        quantities = [
            Quantity(in_raw[number], read_number(cleaned.text[spans[number].start:spans[number].end], spans[number].label),
                     None if activity is None else in_raw[activity], score)
            for number, (activity, score) in zip(found.numbers, answers)]
        entities = [span for span in in_raw if span.label != "ACTION"]
        actions = [span for index, span in enumerate(in_raw) if span.label == "ACTION" and index in targets]
        return Report(raw, entities, quantities, actions)
