"""Adapt the start encoder to official prose by masked-language modelling.

    python -m training.adapt TEXT.jsonl.xz --encoder FOLDER -o FOLDER

TEXT is a .jsonl (or .jsonl.xz) file with a "text" and, optionally, a "kind" in each record, or a folder of .txt files. The text is
cleaned as `leagueie.parse` cleans it, cut into chunks of 128 tokens, and one token in four is masked
(Devlin et al. 2019, arXiv:1810.04805; higher masking rates: Wettig et al. 2023, arXiv:2202.08005). Logits are computed at
masked places only. Checkpoints are written to the output folder every `--save-every` steps, together with a log of the loss.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from leagueie.cleaning import clean

LENGTH = 128
_NEAR = re.compile("共青团|青年|青少年|少先队|志愿|大学生|团员|团委")


def read_texts(path: Path, kinds: set[str] | None) -> Iterator[str]:
    """Yield the paragraphs of the wanted kinds of document; of other kinds, those that speak of young people."""
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield from clean(file.read_text(encoding="utf-8")).text.split("\n")
        return
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            whole = kinds is None or record.get("kind") in kinds
            for paragraph in clean(record["text"]).text.split("\n"):
                if whole or _NEAR.search(paragraph):
                    yield paragraph


def chunks_of(paragraphs: Iterator[str], tokenizer) -> list[list[int]]:
    """Token ids of consecutive paragraphs, cut into chunks of LENGTH with [CLS] and [SEP]."""
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    pool: list[int] = []
    chunks = []
    for paragraph in paragraphs:
        pool += tokenizer.encode(paragraph + "\n", add_special_tokens=False).ids
        while len(pool) >= LENGTH - 2:
            chunks.append([cls, *pool[:LENGTH - 2], sep])
            del pool[:LENGTH - 2]
    return chunks


def adapt(args: argparse.Namespace) -> None:
    import torch
    from tokenizers import Tokenizer
    from torch.nn import functional
    from tqdm import tqdm
    from transformers import AutoModel, AutoTokenizer

    random.seed(args.seed)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = Tokenizer.from_file(str(args.encoder / "tokenizer.json"))
    chunks = chunks_of(read_texts(args.text, set(args.kinds.split(",")) if args.kinds else None), tokenizer)
    random.shuffle(chunks)
    # a short run sees hardly any chunk twice: without dropout it learns faster
    model = AutoModel.from_pretrained(args.encoder, add_pooling_layer=False, dtype=torch.float32,
                                      hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0).to(device).train()
    size, table = model.config.hidden_size, model.get_input_embeddings().weight
    head = torch.nn.ModuleDict({"dense": torch.nn.Linear(size, size), "norm": torch.nn.LayerNorm(size)}).to(device)
    torch.nn.init.eye_(head["dense"].weight)
    torch.nn.init.zeros_(head["dense"].bias)
    bias = torch.nn.Parameter(torch.zeros(len(table), device=device))
    weights = [*model.parameters(), *head.parameters(), bias]
    optimizer = torch.optim.AdamW(weights, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.98))
    warm = max(1, args.steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (args.steps - step) / (args.steps - warm))))
    mask_id, special = tokenizer.token_to_id("[MASK]"), tokenizer.token_to_id("[MASK]") + 1
    print(f"{len(chunks):,} chunks of {LENGTH} tokens, {args.steps} steps of {args.batch}", flush=True)

    args.output.mkdir(parents=True, exist_ok=True)
    log = (args.output / "adapt.log").open("w", encoding="utf-8")
    began, at = time.time(), 0
    for step in tqdm(range(1, args.steps + 1), unit="step", mininterval=30):
        if at + args.batch > len(chunks):
            random.shuffle(chunks)
            at = 0
        ids = torch.tensor(chunks[at:at + args.batch], device=device)
        at += args.batch
        masked = (torch.rand(ids.shape, device=device) < args.mask) & (ids >= special)
        inputs = torch.where(masked & (torch.rand(ids.shape, device=device) < 0.9), mask_id, ids)
        states = model(input_ids=inputs, attention_mask=torch.ones_like(ids)).last_hidden_state[masked]
        states = head["norm"](functional.gelu(head["dense"](states)))
        logits = states @ table.T + bias
        loss = functional.cross_entropy(logits, ids[masked])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % 10 == 0:
            right = (logits.argmax(-1) == ids[masked]).float().mean().item()
            print(json.dumps({"step": step, "loss": round(loss.item(), 3), "masked_accuracy": round(right, 3),
                              "seconds": round(time.time() - began)}), file=log, flush=True)
        if step % args.save_every == 0 or step == args.steps:
            _save(model, args.encoder, args.output, AutoTokenizer)


def _save(model, encoder: Path, output: Path, auto_tokenizer) -> None:
    import copy

    import torch

    stored = copy.deepcopy(model).to(torch.float16)
    stored.config.hidden_dropout_prob = stored.config.attention_probs_dropout_prob = 0.1
    stored.save_pretrained(output)
    auto_tokenizer.from_pretrained(encoder).save_pretrained(output)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.adapt", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path, help=".jsonl or .jsonl.xz file with a text in each record, or a folder of .txt files")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder to start from")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the adapted encoder")
    parser.add_argument("--kinds", default="", help="document kinds to read whole, comma-separated (default: all)")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=16, help="chunks a step")
    parser.add_argument("--lr", type=float, default=3e-4, help="highest learning rate")
    parser.add_argument("--mask", type=float, default=0.25, help="share of tokens to predict")
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    adapt(parser.parse_args(argv))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
