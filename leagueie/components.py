"""The spaCy component `leagueie`: wires the parser to Docs.

It sets
    doc.ents                 the six public labels, each with span._.score
    doc.spans["actions"]     ACTION spans that a number points at
    doc._.quantities         a `leagueie.Quantity` for each QUANTITY and MONEY entity
    doc._.report             the whole `leagueie.Report`
Both attributes come from plain data in doc.user_data, so they survive Doc.to_bytes and DocBin(store_user_data=True).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span as DocSpan
from spacy.util import filter_spans, minibatch

from leagueie.errors import ModelError
from leagueie.parser import SHIPPED_MODEL, Parser
from leagueie.schema import Quantity, Report, Span

if TYPE_CHECKING:
    from spacy.vocab import Vocab

_DATA = "leagueie"
_SURROGATE = re.compile("[\ud800-\udfff]")


def _report_of(doc: Doc) -> Report:
    data = doc.user_data.get(_DATA)
    return Report.from_dict(doc.text, data) if data else Report(doc.text)


def _quantities_of(doc: Doc) -> list[Quantity]:
    return _report_of(doc).quantities


def register_extensions() -> None:
    """Register the custom attributes; a second call changes nothing."""
    if not Doc.has_extension("report"):
        Doc.set_extension("report", getter=_report_of)
        Doc.set_extension("quantities", getter=_quantities_of)
    if not DocSpan.has_extension("score"):
        DocSpan.set_extension("score", default=None)


class LeagueIE:
    """Finds spans, values and links with a `Parser`, which is loaded at first use.

    predict and set_annotations may be called apart.
    """

    def __init__(self, vocab: "Vocab", name: str = "leagueie", model: str | None = None, device: str | None = None,
                 threads: int = 0):
        register_extensions()
        self.vocab, self.name = vocab, name
        self._folder = Path(model) if model else SHIPPED_MODEL
        self._device, self._threads = device, threads
        self._parser: Parser | None = None

    @property
    def parser(self) -> Parser:
        if self._parser is None:
            self._parser = Parser.from_folder(self._folder, self._device, self._threads)
        return self._parser

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_parser": None}  # an ONNX session stays in its process; the copy loads its own

    def predict(self, docs: Iterable[Doc]) -> list[Report]:
        """The report of each Doc; the Docs stay as they are."""
        return list(self.parser.parse_many(doc.text for doc in docs))

    def set_annotations(self, docs: Iterable[Doc], reports: Iterable[Report]) -> None:
        """Write reports into Docs. Tokens that reach over the edge of a span are split there."""
        for doc, report in zip(docs, reports, strict=True):
            spans = [*report.entities, *report.actions]
            _split_tokens(doc, {offset for span in spans for offset in (span.start, span.end)})
            doc.set_ents(filter_spans(_doc_spans(doc, report.entities)))
            doc.spans["actions"] = _doc_spans(doc, report.actions)
            doc.user_data[_DATA] = report.to_dict()

    def __call__(self, doc: Doc) -> Doc:
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Annotate a stream of Docs, `batch_size` at a time."""
        for docs in minibatch(stream, size=batch_size):
            docs = list(docs)
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Copy the model folder to `path`."""
        if Path(path).resolve() != self._folder.resolve():
            shutil.copytree(self._folder, path, dirs_exist_ok=True)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> "LeagueIE":
        """Read from the model folder at `path` from now on."""
        self._folder, self._parser = Path(path), None
        return self


@Language.factory("leagueie", assigns=["doc.ents", "doc.spans", "doc._.quantities", "doc._.report"],
                  default_config={"model": None, "device": None, "threads": 0})
def make_component(nlp: Language, name: str, model: str | None, device: str | None, threads: int) -> LeagueIE:
    """The component with the model in the folder `model` (None: the shipped one), on `device`."""
    return LeagueIE(nlp.vocab, name, model, device, threads)


def _doc_spans(doc: Doc, spans: Iterable[Span]) -> list[DocSpan]:
    found = []
    for span in spans:
        doc_span = doc.char_span(span.start, span.end, label=span.label)
        if doc_span is not None:  # a tokenizer that loses characters has no such token
            doc_span._.score = round(span.score, 4)
            found.append(doc_span)
    return found


def _split_tokens(doc: Doc, offsets: set[int]) -> None:
    """Split every token that one of the character offsets falls inside."""
    with doc.retokenize() as retokenizer:
        for token in doc:
            inside = sorted(offset - token.idx for offset in range(token.idx + 1, token.idx + len(token)) if offset in offsets)
            if inside:
                parts = [token.text[a:b] for a, b in zip([0, *inside], [*inside, len(token)])]
                retokenizer.split(token, parts, heads=[(token, 0)] * len(parts))


def make_pipeline(model: str | Path | None, device: str | None, threads: int, segmenter: str, pkuseg_model: str | None) -> Language:
    """See `leagueie.load`."""
    if segmenter not in ("char", "pkuseg"):
        raise ValueError(f"segmenter must be 'char' or 'pkuseg', not {segmenter!r}")
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": segmenter}}})
    if segmenter == "pkuseg":
        if pkuseg_model is None:
            raise ModelError("segmenter='pkuseg' needs pkuseg_model: a folder, or a name that spacy-pkuseg can fetch")
        nlp.tokenizer.initialize(pkuseg_model=str(pkuseg_model))
    nlp.max_length = 1 << 40
    component = nlp.add_pipe("leagueie", config={"model": str(model) if model else None, "device": device, "threads": threads})
    component.parser  # a missing model is an error now, not at the first text
    return nlp


def parse_with(nlp: Language, text: str) -> Report:
    """Run a pipeline over any str, lone surrogates included, which spaCy itself cannot hold."""
    report = nlp(_SURROGATE.sub("\ufffd", text))._.report
    return Report(text, report.entities, report.quantities)
