"""The encoder as it runs: token ids in, tag scores and states out; ONNX Runtime by default, torch on request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from leagueie.decoding import TAGS
from leagueie.errors import ModelError

ONNX_FILE = "model.onnx"
_FILES = ("config.json", "tokenizer.json", "links.safetensors")


def check_folder(folder: str | Path, *more: str) -> Path:
    """The model folder as a Path; raise ModelError that names what is missing or made for other tags."""
    folder = Path(folder)
    for name in (*_FILES, *more):
        if not (folder / name).is_file():
            raise ModelError(f"model file missing: {folder / name} (reinstall leagueie, or give the folder of a trained model)")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tags = tuple(config["id2label"][str(i)] for i in range(len(config["id2label"])))
    except (ValueError, KeyError) as error:
        raise ModelError(f"model file damaged: {folder / 'config.json'} ({error})") from None
    if tags != TAGS:
        raise ModelError(f"{folder / 'config.json'}: made for other tags than this version of leagueie reads")
    return folder


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
        try:
            self._session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime raises types of its own for a damaged graph
            raise ModelError(f"model file damaged: {path} ({str(error).splitlines()[0][:200]})") from None

    def __call__(self, windows: Sequence[Sequence[int]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each window of token ids, [CLS] and [SEP] included: float32 scores [tokens, tags] and states [tokens, width]."""
        results = []
        for ids in windows:
            scores, states = self._session.run(None, {"input_ids": np.asarray([ids], dtype=np.int64)})
            results.append((scores[0], states[0]))
        return results


class TorchEncoder:
    """Runs `model.safetensors` with torch and transformers, on `device` ("cpu", "cuda", "mps"), in padded batches."""

    def __init__(self, folder: str | Path, device: str = "cpu", batch: int = 32):
        try:
            import torch
            from transformers import AutoModelForTokenClassification
        except ImportError as error:
            raise ModelError(f"device={device!r} needs torch and transformers: pip install 'leagueie[train]' ({error})") from None
        folder = check_folder(folder, "model.safetensors")
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ModelError(f"device={device!r}: torch {torch.__version__} finds no CUDA device on this machine; "
                             "use device=None for the CPU")
        self._torch, self._device, self._batch = torch, device, batch
        self._model = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32).to(device).eval()

    def __call__(self, windows: Sequence[Sequence[int]]) -> list[tuple[np.ndarray, np.ndarray]]:
        """As `OnnxEncoder.__call__`."""
        torch = self._torch
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
                out = self._model(input_ids=ids.to(self._device), attention_mask=mask.to(self._device), output_hidden_states=True)
            scores, states = out.logits.float().cpu().numpy(), out.hidden_states[-1].float().cpu().numpy()
            for row, index in enumerate(group):
                length = len(windows[index])
                results[index] = (scores[row, :length], states[row, :length])
        return results
