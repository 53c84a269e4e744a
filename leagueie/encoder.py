"""The encoder as it runs: token ids in, tag scores and states out; ONNX Runtime by default, torch on request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from leagueie.decoding import TAGS
from leagueie.errors import ModelError

Encoder = Callable[[Sequence[Sequence[int]]], list[tuple[np.ndarray, np.ndarray]]]
Part = TypeVar("Part")
ONNX_FILE = "model.onnx"
TORCH_FILE = "model.safetensors"
SETTINGS = "leagueie"  # key of config.json
_FILES = ("config.json", "tokenizer.json", "links.safetensors")


def check_folder(folder: str | Path, *more: str) -> Path:
    """The model folder as a Path; raise ModelError that names what is missing or made for other tags."""
    folder = Path(folder)
    for name in (*_FILES, *more):
        if not (folder / name).is_file():
            hint = ("the torch weights lie in a clone's leagueie/model, not in the installed package" if name == TORCH_FILE
                    else "reinstall leagueie, or give the folder of a trained model")
            raise ModelError(f"model file missing: {folder / name} ({hint})")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tags = tuple(config["id2label"][str(i)] for i in range(len(config["id2label"])))
    except (ValueError, KeyError) as error:
        raise ModelError(f"model file damaged: {folder / 'config.json'} ({error})") from None
    if tags != TAGS:
        raise ModelError(f"{folder / 'config.json'}: made for other tags than this version of leagueie reads")
    return folder


def read_settings(path: Path) -> dict:
    """The model's own window, stride and tag transitions (see `leagueie.decoding.best_tags`), those that its config.json names."""
    settings = json.loads(path.read_text(encoding="utf-8")).get(SETTINGS, {})
    if "transitions" in settings:
        settings["transitions"] = np.asarray(settings["transitions"], dtype=np.float64)
        if settings["transitions"].shape != (len(TAGS), len(TAGS)):
            raise ValueError(f"{SETTINGS}.transitions is not {len(TAGS)} × {len(TAGS)}")
    return settings


def read_part(path: Path, read: Callable[[Path], Part]) -> Part:
    """`read(path)`; raise ModelError that names the file when it cannot be read."""
    try:
        return read(path)
    except Exception as error:  # each library raises types of its own for a damaged file
        raise ModelError(f"model file damaged: {path} ({str(error).splitlines()[0][:200]})") from None


class OnnxEncoder:
    """Runs `model.onnx` on the CPU, one window at a time.

    The int8 model scales its activations by what it is given at once: a window of its own gives the same scores
    whatever else is parsed. A session may be shared between threads.
    """

    def __init__(self, folder: str | Path, threads: int = 0):
        import onnxruntime

        path = check_folder(folder, ONNX_FILE) / ONNX_FILE
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = read_part(path, lambda path: onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]))

    def __call__(self, windows: Sequence[Sequence[int]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each window of token ids, [CLS] and [SEP] included: float32 scores [tokens, tags] and states [tokens, width]."""
        results = []
        for ids in windows:
            scores, states = self._session.run(None, {"input_ids": np.asarray([ids], dtype=np.int64)})
            results.append((scores[0], states[0]))
        return results


class TorchEncoder:
    """Runs a transformers token classifier with torch, where it lies ("cpu", "cuda", "mps"), in padded batches."""

    def __init__(self, model, batch: int = 32):
        self._model, self._batch = model, batch

    @classmethod
    def from_folder(cls, folder: str | Path, device: str) -> "TorchEncoder":
        try:
            import torch
            from transformers import AutoModelForTokenClassification
        except ImportError as error:
            raise ModelError(f"device={device!r} needs torch and transformers: pip install 'leagueie[train]' ({error})") from None
        folder = check_folder(folder, TORCH_FILE)
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ModelError(f"device={device!r}: torch {torch.__version__} finds no CUDA device on this machine; "
                             "use device=None for the CPU")
        model = read_part(folder, lambda path: AutoModelForTokenClassification.from_pretrained(path, dtype=torch.float32))
        try:
            return cls(model.to(device).eval())
        except (RuntimeError, AssertionError) as error:
            raise ModelError(f"device={device!r} cannot be had here: {str(error).splitlines()[0][:200]}") from None

    def __call__(self, windows: Sequence[Sequence[int]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """As `OnnxEncoder.__call__`."""
        import torch

        device = self._model.device
        results: list = [None] * len(windows)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i]))
        for first in range(0, len(order), self._batch):
            group = order[first:first + self._batch]
            longest = len(windows[group[-1]])
            ids = torch.zeros((len(group), longest), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, index in enumerate(group):
                ids[row, :len(windows[index])] = torch.as_tensor(windows[index])
                mask[row, :len(windows[index])] = 1
            with torch.inference_mode():
                out = self._model(input_ids=ids.to(device), attention_mask=mask.to(device), output_hidden_states=True)
            scores, states = out.logits.float().cpu().numpy(), out.hidden_states[-1].float().cpu().numpy()
            for row, index in enumerate(group):
                length = len(windows[index])
                results[index] = (scores[row, :length], states[row, :length])
        return results
