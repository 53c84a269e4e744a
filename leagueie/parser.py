"""From raw text to a report: the stages of the other modules, put together. No spaCy in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from leagueie.cleaning import CleanText, clean
from leagueie.decoding import best_tags, spans_of
from leagueie.edges import settle
from leagueie.encoder import Encoder, OnnxEncoder, TorchEncoder, check_folder, read_part, read_settings
from leagueie.links import LinkScorer, candidates
from leagueie.numbers import read_number
from leagueie.schema import ENTITY_LABELS, Quantity, Report, Span
from leagueie.windows import Window, sentence_ends, windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

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
    """Reads reports.

    encoder: a callable from windows of token ids to (scores, states), see `leagueie.encoder`.
    tokenizer: a `tokenizers.Tokenizer` that knows [CLS] and [SEP]. linker: scores the links.
    window, stride: tokens that the encoder reads together, and how far apart windows of an overlong sentence begin.
    transitions: see `leagueie.decoding.best_tags`.
    """

    def __init__(self, encoder: Encoder, tokenizer: "Tokenizer", linker: LinkScorer, window: int = WINDOW, stride: int = STRIDE,
                 transitions: np.ndarray | None = None):
        self.encoder, self.tokenizer, self.linker, self.transitions = encoder, tokenizer, linker, transitions
        self.window, self.stride = window, stride
        self._cls, self._sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    @classmethod
    def from_folder(cls, folder: str | Path | None = None, device: str | None = None, threads: int = 0) -> "Parser":
        """The parser of a model folder; None: the model that ships with the package.

        device: None runs the ONNX model on the CPU; "cpu", "cuda" or "mps" run the torch weights.
        threads: CPU threads of the ONNX model; 0 takes all cores.
        Raises ModelError when the folder is incomplete or damaged, or the device cannot be had.
        """
        from tokenizers import Tokenizer

        folder = check_folder(SHIPPED_MODEL if folder is None else folder)
        encoder = TorchEncoder.from_folder(folder, device) if device else OnnxEncoder(folder, threads)
        tokenizer = read_part(folder / "tokenizer.json", lambda path: Tokenizer.from_file(str(path)))
        linker = read_part(folder / "links.safetensors", LinkScorer.from_file)
        return cls(encoder, tokenizer, linker, **read_part(folder / "config.json", read_settings))

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
        plan = list(windows(tokens.starts.tolist(), sentence_ends(cleaned.text), self.window, self.stride))
        spans: list[Span] = []
        vectors: list[np.ndarray] = []
        for first in range(0, len(plan), _AT_ONCE):
            group = plan[first:first + _AT_ONCE]
            outputs = self.encoder([[self._cls, *tokens.ids[window.start:window.end], self._sep] for window in group])
            for window, (scores, states) in zip(group, outputs):
                self._read_window(cleaned, tokens, window, scores[1:-1], states[1:-1], spans, vectors)
        return spans, np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)

    def _read_window(self, cleaned: CleanText, tokens: Tokens, window: Window, scores: np.ndarray, states: np.ndarray,
                     spans: list[Span], vectors: list[np.ndarray]) -> None:
        """Append the window's spans and their vectors."""
        token_starts, token_ends = tokens.starts[window.start:window.end], tokens.ends[window.start:window.end]
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        tags = best_tags(log_probabilities, cleaned.cuts[token_starts], self.transitions)
        chosen = log_probabilities[np.arange(len(tags)), tags]
        for first, last, label in spans_of(tags):
            if not window.core_start <= window.start + first < window.core_end:
                continue
            start, end = settle(cleaned.text, int(token_starts[first]), int(token_ends[last - 1]), label)
            while spans and start <= spans[-1].start and spans[-1].end <= end:  # a longer name wins over its parts
                spans.pop()
                vectors.pop()
            if start >= end or (spans and start < spans[-1].end) or cleaned.cuts[start + 1:end].any():
                continue
            score = float(np.exp(chosen[first:last].min()))
            spans.append(Span(start, end, label, score))
            vectors.append(states[first:last].mean(axis=0))

    def _report(self, raw: str, cleaned: CleanText, spans: Sequence[Span], vectors: np.ndarray) -> Report:
        found = candidates(cleaned.text, spans)
        answers = self.linker.choose(vectors, found)
        in_raw = [Span(*cleaned.to_raw(span.start, span.end), span.label, span.score) for span in spans]
        quantities = [
            Quantity(in_raw[number], read_number(cleaned.text[spans[number].start:spans[number].end], spans[number].label),
                     None if activity is None else in_raw[activity], score)
            for number, (activity, score) in zip(found.numbers, answers)]
        return Report(raw, [span for span in in_raw if span.label in ENTITY_LABELS], quantities)
