"""Export a trained model to ONNX, int8 for CPUs, and prove that it still gives the same answers.

    python -m training.export MODEL_FOLDER [TEXT.txt …]

The graph takes one window, `input_ids` [1, tokens], and gives `scores` [1, tokens, tags] and `states` [1, tokens, width].
Weights of matrix products and embeddings become 7-bit integers, one scale a column: products of 8-bit ones overflow the
16-bit sums of CPUs without VNNI, and answers would then depend on the machine. The second product of each feed-forward
block and the classifier stay in fp32: what comes out of GELU has outliers that one scale a window cannot hold (with those products
in int8, 1.5 % of the decided tokens changed their tag; without, 0.5 %).
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from leagueie.encoder import ONNX_FILE, OnnxEncoder, TorchEncoder
from leagueie.errors import ExportError

MIN_AGREEMENT = 0.99    # share of decided tokens with the same best tag
MAX_SCORE_DRIFT = 0.02  # mean absolute difference of the best tag's probability, over all tokens
_KEPT_EXACT = re.compile(r"layer\.\d+/output/dense/MatMul|classifier/MatMul")
DECIDED = 0.1           # lead of the best tag's probability over the second, from which on a token is decided


def export(folder: Path, texts: Sequence[str]) -> dict[str, float]:
    """Write `model.onnx` into a model folder and compare it with the torch weights on `texts`.

    Returns the parity figures; raises ExportError, and leaves no model.onnx behind, when they are out of bounds.
    """
    with tempfile.TemporaryDirectory() as scratch:
        graph = Path(scratch) / "graph.onnx"
        fused = Path(scratch) / "fused.onnx"
        _write_graph(folder, graph)
        _fuse(folder, graph, fused)
        _quantize(fused, folder / ONNX_FILE)
        _store_in_halves(folder / ONNX_FILE)
    figures = parity(folder, texts)
    if figures["agreement"] < MIN_AGREEMENT or figures["drift"] > MAX_SCORE_DRIFT:
        (folder / ONNX_FILE).unlink()
        raise ExportError(f"the int8 model drifts from the torch weights: {figures}; "
                          f"allowed: agreement ≥ {MIN_AGREEMENT}, drift ≤ {MAX_SCORE_DRIFT}")
    return figures


def _write_graph(folder: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForTokenClassification

    class Graph(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = AutoModelForTokenClassification.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")

        def forward(self, input_ids):
            out = self.model(input_ids=input_ids, output_hidden_states=True)
            return out.logits, out.hidden_states[-1]

    example = torch.arange(32).reshape(1, -1) % 5
    torch.onnx.export(Graph().eval(), (example,), target, input_names=["input_ids"], output_names=["scores", "states"],
                      dynamic_axes={"input_ids": {1: "tokens"}, "scores": {1: "tokens"}, "states": {1: "tokens"}},
                      opset_version=17, dynamo=False)


def _fuse(folder: Path, source: Path, target: Path) -> None:
    from onnxruntime.transformers.optimizer import optimize_model
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder)
    model = optimize_model(str(source), model_type="bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size)
    model.save_model_to_file(str(target))


def _quantize(source: Path, target: Path) -> None:
    from onnx import TensorProto, load
    from onnxruntime.quantization import QuantType, quantize_dynamic

    exact = [node.name for node in load(source).graph.node if _KEPT_EXACT.search(node.name)]
    quantize_dynamic(source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
                     op_types_to_quantize=["MatMul", "Attention", "Gather"],
                     nodes_to_exclude=exact,
                     extra_options={"DefaultTensorType": TensorProto.FLOAT})  # fused nodes hide the type


def _store_in_halves(path: Path) -> None:
    """Store large fp32 weights as fp16 with a cast, which ONNX Runtime folds on loading; they come from fp16, so nothing is lost."""
    import numpy as np
    from onnx import TensorProto, helper, load, numpy_helper, save

    model = load(path)
    for weight in list(model.graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size > 100_000:
            half = numpy_helper.from_array(values.astype(np.float16), weight.name + "_half")
            model.graph.initializer.remove(weight)
            model.graph.initializer.append(half)
            model.graph.node.insert(0, helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT))
    save(model, path)


def parity(folder: Path, texts: Sequence[str]) -> dict[str, float]:
    """tokens: how many were compared; agreement: share of decided tokens with the same best tag; drift: mean difference
    of the best tag's probability."""
    import numpy as np
    from tokenizers import Tokenizer

    from leagueie.cleaning import clean

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    windows = [ids for text in texts if len(ids := tokenizer.encode(clean(text).text).ids[:256]) > 2]
    same = decided = total = 0
    drift = 0.0
    for (exact, _), (small, _) in zip(TorchEncoder.from_folder(folder, "cpu")(windows), OnnxEncoder(folder)(windows)):
        best = exact.argmax(axis=1)
        rows = np.arange(len(best))
        wanted, got = _softmax(exact), _softmax(small)
        clear = np.diff(np.sort(wanted, axis=1)[:, -2:])[:, 0] > DECIDED
        same += int((small.argmax(axis=1) == best)[clear].sum())
        decided += int(clear.sum())
        drift += float(np.abs(wanted[rows, best] - got[rows, best]).sum())
        total += len(best)
    return {"tokens": total, "agreement": round(same / decided, 5) if decided else 1.0, "drift": round(drift / max(total, 1), 5)}


def _softmax(scores):
    import numpy as np

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="model folder with model.safetensors")
    parser.add_argument("texts", nargs="*", type=Path, help="texts to compare both models on (default: the corpus's test split)")
    args = parser.parse_args(argv)
    from training.passages import read_passages

    texts = ([path.read_text(encoding="utf-8") for path in args.texts]
             or [passage.text for passage in read_passages("corpus/annotations/test")])
    try:
        print(export(args.folder, texts))
    except ExportError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
