"""Training configuration: typed keys, read from an INI file's [train] section and from key=value arguments."""

from __future__ import annotations

import configparser
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from leagueie.errors import ConfigError


@dataclass(frozen=True)
class TrainConfig:
    """All that decides a training run. Rates are per step, `window` and `stride` count tokens."""

    corpus: str = "corpus/annotations/train"  # .jsonl files or a folder of them
    dev: str = ""                             # the same; empty: every `dev_every`th passage of the corpus
    dev_every: int = 20                       # 0: no development split
    encoder: str = "training/encoder"         # folder or hub name of the encoder to start from
    output: str = "runs/default"              # folder that receives the model, its metrics and checkpoints
    seed: int = 1
    epochs: float = 5.0
    batch: int = 4                            # windows a step
    window: int = 254
    stride: int = 190
    lr: float = 2e-4
    head_lr: float = 1e-3                     # of the tag classifier and the link scorer
    layer_decay: float = 1.0                  # factor on the rate from each layer to the one below
    warmup: float = 0.1                       # share of the steps
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    dropout: float = 0.1
    mask_tokens: float = 0.05                 # share of input tokens replaced by [MASK]
    swap_copies: int = 0                      # copies of each passage with other names and numbers in it
    swap_share: float = 0.5                   # share of their spans that are replaced
    link_weight: float = 0.5                  # of the link loss beside the tag loss
    transition_weight: float = 0.2            # of what tags say of their neighbours, in decoding; 0: nothing
    patience: int = 0                         # stop after so many evaluations without a gain; 0: never
    device: str = "auto"                      # auto, cpu, cuda or mps

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "window", "stride", "lr", "head_lr", "layer_decay"):
            if not 0 < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} = {getattr(self, name)!r}: must be greater than 0")
        for name in ("warmup", "label_smoothing", "dropout", "mask_tokens", "swap_share"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)!r}: must be at least 0 and below 1")
        for name in ("dev_every", "seed", "patience", "swap_copies", "link_weight", "weight_decay", "transition_weight"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ConfigError(f"{name} = {getattr(self, name)!r}: must not be negative")
        for name in ("corpus", "encoder", "output"):
            if not getattr(self, name):
                raise ConfigError(f"{name}: must not be empty")
        if self.stride > self.window:
            raise ConfigError(f"stride = {self.stride}: must not exceed window = {self.window}")
        if self.device not in ("auto", "cpu", "cuda", "mps"):
            raise ConfigError(f"device = {self.device!r}: must be auto, cpu, cuda or mps")

    def to_dict(self) -> dict:
        return asdict(self)


_TYPES = {field.name: {"str": str, "int": int, "float": float}[field.type] for field in fields(TrainConfig)}


def load_config(path: str | Path | None = None, settings: Sequence[str] = ()) -> TrainConfig:
    """Read a configuration file and `key=value` settings, which win; raise ConfigError that names the key at fault."""
    values: dict[str, str] = {}
    if path is not None:
        parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#",))
        try:
            with open(path, encoding="utf-8") as file:
                parser.read_file(file)
        except (OSError, configparser.Error, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {error}") from None
        if parser.sections() != ["train"]:
            raise ConfigError(f"{path}: expected one section, [train], found {parser.sections()}")
        values.update(parser["train"])
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ConfigError(f"--set {setting}: expected key=value")
        values[key.strip()] = value.strip()
    typed = {}
    for key, value in values.items():
        if key not in _TYPES:
            raise ConfigError(f"unknown key {key!r}; known keys: {', '.join(_TYPES)}")
        try:
            typed[key] = _TYPES[key](value)
        except ValueError:
            raise ConfigError(f"{key} = {value!r}: not a valid {_TYPES[key].__name__}") from None
    return TrainConfig(**typed)
