"""leagueie reads Communist Youth League work reports (共青团工作总结) and gives back what they say as data.

    >>> import leagueie
    >>> report = leagueie.parse("团区委会同区文明办举办“云上好货”直播节2场。")
    >>> [(span.label, report.text[span.start:span.end]) for span in report.entities]
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from leagueie.errors import ConfigError, CorpusError, ExportError, InputError, LeagueieError, ModelError
from leagueie.schema import Quantity, Reading, Report, Span

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

__version__ = "0.1.0"
__all__ = ["ConfigError", "CorpusError", "ExportError", "InputError", "LeagueieError", "ModelError", "Quantity", "Reading",
           "Report", "Span", "load", "parse"]


def load(model: str | Path | None = None, *, device: str | None = None, threads: int = 0,
         segmenter: str = "char", pkuseg_model: str | None = None) -> Language:
    """The spaCy pipeline: Chinese tokens, then the `leagueie` component.

    model: folder of a trained model; None: the one that ships with the package.
    device: None runs the int8 model on the CPU; "cpu", "cuda" or "mps" run the torch weights (extra `train`).
    threads: CPU threads of the int8 model; 0 takes all cores.
    segmenter: "char" (one token a character) or "pkuseg" (words; a word is split where an entity begins or ends).
    pkuseg_model: name or folder of the pkuseg model, needed with segmenter="pkuseg".
    Raises ModelError for a model that is missing or damaged, or a device that cannot be had.
    """
    from leagueie.components import make_pipeline

    return make_pipeline(model, device, threads, segmenter, pkuseg_model)


@lru_cache(maxsize=1)
def _default_pipeline() -> Language:
    return load()


def parse(text: str) -> Report:
    """Read one report with the model that ships with the package.

    Every offset in the result is a code-point offset into `text` as given. Empty text gives an empty report.
    Raises TypeError when `text` is not a str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, not {type(text).__name__}")
    from leagueie.components import parse_with

    return parse_with(_default_pipeline(), text)
