"""Train the model: `python -m training.train [--config configs/default.cfg] [--set key=value …]`.

Reads annotated passages, fine-tunes the encoder with tags and links together, and writes to the output folder:

    model/         the best epoch's model, for transformers and for leagueie, with its int8 ONNX export
    metrics.json   settings, counts and every figure on the development split, epoch by epoch
    report.md      the same as a table
    checkpoints/   from which --resume goes on

Two runs with one seed on one machine give the same metrics. Exit code 2: bad configuration or corpus, nothing written.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from leagueie.encoder import SETTINGS
from leagueie.errors import ConfigError, CorpusError, ExportError
from training.annotations import problems_of
from training.augment import augmented
from training.config import TrainConfig, load_config
from training.passages import Passage, read_passages
from training.scoring import format_scores, score

if TYPE_CHECKING:
    from leagueie.parser import Parser
    from training.model import JointModel


def load_corpus(config: TrainConfig) -> tuple[list[Passage], list[Passage]]:
    """(training, development) passages, checked; raise CorpusError that lists every fault."""
    from training.data import split_off

    passages = read_passages(*config.corpus.split(","))
    dev = read_passages(*config.dev.split(",")) if config.dev else []
    problems = problems_of(passages + dev)
    if problems:
        raise CorpusError("\n".join(problems))
    if not dev:
        passages, dev = split_off(passages, config.dev_every)
    if len(passages) < 2:
        raise CorpusError(f"{config.corpus}: {len(passages)} passages to train on, at least 2 are needed")
    return passages, dev


def parser_of(model: "JointModel", tokenizer, config: TrainConfig) -> "Parser":
    """The product's own parser around the model in training."""
    import numpy as np

    from leagueie.encoder import TorchEncoder
    from leagueie.links import LinkScorer
    from leagueie.parser import Parser

    weights = {name: value.detach().float().cpu().numpy() for name, value in model.links.state_dict().items()}
    settings = getattr(model.tagger.config, SETTINGS)
    return Parser(TorchEncoder(model.tagger), tokenizer, LinkScorer(weights),
                  **{**settings, "transitions": np.array(settings["transitions"])})


def make_trainer(model: "JointModel", tokenizer, config: TrainConfig, passages: list[Passage], dev: list[Passage], output: Path):
    """A transformers Trainer whose evaluation parses the development passages from raw text to links."""
    import torch
    from transformers import EarlyStoppingCallback, Trainer, TrainingArguments

    from training.data import Collator, build_dataset, tag_transitions
    from training.model import parameter_groups

    class JointTrainer(Trainer):
        def evaluate(self, *_, metric_key_prefix: str = "eval", **__) -> dict[str, float]:
            self.model.eval()
            reports = list(parser_of(self.model, tokenizer, config).parse_many(passage.text for passage in dev))
            figures = score(dev, reports)
            self.history.append({"epoch": round(self.state.epoch or 0, 3), **figures})
            metrics = {f"{metric_key_prefix}_{name}": row["f1"] for name, row in figures["spans"].items()}
            metrics[f"{metric_key_prefix}_links"] = figures["links"]["f1"]
            metrics[f"{metric_key_prefix}_score"] = round(figures["spans"]["micro"]["f1"] + figures["links"]["f1"], 4)
            self.log(metrics)
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            return metrics

    passages = augmented(passages, config.swap_copies, config.swap_share, config.seed)
    dataset = build_dataset(passages, tokenizer, config.window, config.stride)
    setattr(model.tagger.config, SETTINGS, {"window": config.window, "stride": config.stride,
                                            "transitions": tag_transitions(dataset["tags"], config.transition_weight)})
    steps = max(1, round(-(-len(dataset) // config.batch) * config.epochs))
    strategy = "epoch" if dev else "no"
    arguments = TrainingArguments(
        output_dir=str(output / "checkpoints"), num_train_epochs=config.epochs, per_device_train_batch_size=config.batch,
        warmup_steps=round(config.warmup * steps), lr_scheduler_type="linear", max_grad_norm=1.0, seed=config.seed,
        train_sampling_strategy="group_by_length", length_column_name="length", remove_unused_columns=False, label_names=["tags"],
        eval_strategy=strategy, save_strategy="epoch", save_total_limit=2, load_best_model_at_end=bool(dev),
        metric_for_best_model="eval_score" if dev else None, greater_is_better=True if dev else None,
        logging_steps=20, report_to=[], use_cpu=config.device == "cpu", dataloader_pin_memory=False)
    optimizer = torch.optim.AdamW(parameter_groups(model, config.lr, config.head_lr, config.layer_decay, config.weight_decay))
    trainer = JointTrainer(
        model=model, args=arguments, train_dataset=dataset, eval_dataset=dataset if dev else None,
        data_collator=Collator(tokenizer.token_to_id("[MASK]"), config.mask_tokens), optimizers=(optimizer, None))
    trainer.history = []
    if dev and config.patience:
        trainer.add_callback(EarlyStoppingCallback(config.patience))
    return trainer


def train(config: TrainConfig, resume: bool = False) -> dict:
    """Run the whole training; return what goes into metrics.json."""
    passages, dev = load_corpus(config)
    import torch
    from transformers import AutoTokenizer, set_seed

    from training.export import export
    from training.model import JointModel

    set_seed(config.seed)
    output = Path(config.output)
    if resume and not any(output.glob("checkpoints/checkpoint-*")):
        raise ConfigError(f"--resume: no checkpoint in {output / 'checkpoints'}")
    try:
        tokenizer = AutoTokenizer.from_pretrained(config.encoder)
        model = JointModel(config.encoder, config.link_weight, config.label_smoothing, config.dropout)
    except (OSError, ValueError) as error:
        raise ConfigError(f"encoder = {config.encoder!r}: cannot be loaded ({str(error).splitlines()[0]})") from None
    if config.window + 2 > model.tagger.config.max_position_embeddings:
        raise ConfigError(f"window = {config.window}: the encoder reads {model.tagger.config.max_position_embeddings - 2} tokens at most")
    trainer = make_trainer(model, tokenizer.backend_tokenizer, config, passages, dev, output)
    moved = sum(trainer.train_dataset["misaligned"])
    print(f"{len(passages)} passages in {len(trainer.train_dataset)} windows to train on ({moved} span edges fall inside a token), "
          f"{len(dev)} to measure on", flush=True)
    trainer.train(resume_from_checkpoint=resume or None)

    final = score(dev, list(parser_of(model.eval(), tokenizer.backend_tokenizer, config).parse_many(p.text for p in dev))) if dev else {}
    model.to("cpu").save(output / "model", tokenizer)
    parity = export(output / "model", [passage.text for passage in (dev or passages)[:50]])
    metrics = {"config": config.to_dict(), "passages": {"train": len(passages), "dev": len(dev)}, "dev": final,
               "epochs": trainer.history, "parity": parity, "torch": torch.__version__}
    (output / "metrics.json").write_text(json.dumps(metrics, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    report = f"# Training run\n\n{len(passages)} passages, {len(dev)} held out for these figures (strict).\n\n"
    (output / "report.md").write_text(report + (format_scores(final) if final else "No development split.") + "\n", encoding="utf-8")
    shutil.rmtree(output / "checkpoints", ignore_errors=True)
    return metrics


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=None, help="configuration file (default: the built-in settings)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override one setting; may be repeated")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in the output folder")
    args = parser.parse_args(argv)
    try:
        metrics = train(load_config(args.config, args.set), args.resume)
    except (ConfigError, CorpusError, ExportError) as error:
        print(error, file=sys.stderr)
        return 2
    if metrics["dev"]:
        print(format_scores(metrics["dev"]))
    print(f"model written to {Path(metrics['config']['output']) / 'model'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
