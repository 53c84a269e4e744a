"""The joint model: a transformers token classifier, and a link head on the states of the same encoder."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModelForTokenClassification

from leagueie.decoding import TAGS
from leagueie.links import FEATURES

LINK_WIDTH = 128


class LinkHead(nn.Module):
    """`leagueie.links.LinkScorer` in torch; the names of its weights are the scorer's."""

    def __init__(self, width: int):
        super().__init__()
        self.head = nn.Linear(width, LINK_WIDTH)
        self.tail = nn.Linear(width, LINK_WIDTH)
        self.hidden = nn.Linear(3 * LINK_WIDTH + FEATURES, LINK_WIDTH)
        self.out = nn.Linear(LINK_WIDTH, 1)
        self.none = nn.Linear(LINK_WIDTH, 1)

    def forward(self, vectors: Tensor, numbers: Tensor, activities: Tensor, features: Tensor) -> Tensor:
        """Scores [n, candidates + 1]. vectors: [spans, width]; numbers: [n]; activities: [n, candidates], -1 for
        none; features: [n, candidates, FEATURES]."""
        heads = functional.relu(self.head(vectors[numbers]))
        tails = functional.relu(self.tail(vectors[activities.clamp(min=0)]))
        spread = heads[:, None, :].expand_as(tails)
        pairs = torch.cat([spread, tails, spread * tails, features], dim=-1)
        scores = self.out(functional.relu(self.hidden(pairs)))[..., 0]
        scores = scores.masked_fill(activities < 0, float("-inf"))
        return torch.cat([scores, self.none(heads)], dim=1)


def span_means(states: Tensor, spans: Tensor) -> Tensor:
    """Mean state of each span. states: [windows, tokens, width]; spans: [n, 3] of (window, start, end)."""
    sums = functional.pad(states.cumsum(dim=1), (0, 0, 1, 0))
    window, start, end = spans.unbind(dim=1)
    return (sums[window, end] - sums[window, start]) / (end - start)[:, None]


class JointModel(nn.Module):
    """Tags and links learned together: loss = tags + link_weight × links.

    A number with several right activities is right with any: its loss is the negative log of their summed probability.
    """

    def __init__(self, encoder: str, link_weight: float = 0.5, label_smoothing: float = 0.0, dropout: float = 0.1):
        super().__init__()
        self.tagger = AutoModelForTokenClassification.from_pretrained(
            encoder, num_labels=len(TAGS), id2label=dict(enumerate(TAGS)), label2id={tag: i for i, tag in enumerate(TAGS)},
            dtype=torch.float32, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout)
        self.links = LinkHead(self.tagger.config.hidden_size)
        self.link_weight, self.label_smoothing = link_weight, label_smoothing

    def forward(self, input_ids, attention_mask, tags, spans, numbers, activities, features, accepted) -> dict[str, Tensor]:
        out = self.tagger(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        loss = functional.cross_entropy(out.logits.flatten(0, 1), tags.flatten(), label_smoothing=self.label_smoothing)
        if len(numbers) and self.link_weight:
            vectors = span_means(out.hidden_states[-1], spans)
            log_probabilities = self.links(vectors, numbers, activities, features).log_softmax(dim=1)
            right = log_probabilities.masked_fill(~accepted, float("-inf")).logsumexp(dim=1)
            loss = loss - self.link_weight * right.mean()
        return {"loss": loss, "logits": out.logits}

    def save(self, folder: str | Path, tokenizer) -> None:
        """Write a folder that plain transformers reads, with the link head beside it; weights in fp16."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.to(torch.float16) for name, value in self.tagger.state_dict().items()}
        self.tagger.save_pretrained(folder, state_dict=state)
        tokenizer.save_pretrained(folder)
        save_file({name: value.contiguous() for name, value in self.links.state_dict().items()}, folder / "links.safetensors")

    def load_links(self, folder: str | Path) -> None:
        self.links.load_state_dict(load_file(Path(folder) / "links.safetensors"))


def parameter_groups(model: JointModel, lr: float, head_lr: float, layer_decay: float, weight_decay: float) -> list[dict]:
    """Parameters for the optimiser: heads at their own rate, lower layers slower by `layer_decay` each
    (Howard & Ruder 2018, arXiv:1801.06146), biases and norms without weight decay."""
    layers = model.tagger.config.num_hidden_layers
    base = model.tagger.base_model_prefix + "."
    groups: dict[tuple[float, float], list] = {}
    for name, parameter in model.named_parameters():
        inner = name.removeprefix("tagger.")
        if not inner.startswith(base):
            rate = head_lr
        elif ".layer." in inner:
            rate = lr * layer_decay ** (layers - 1 - int(inner.split(".layer.")[1].split(".")[0]))
        else:
            rate = lr * layer_decay ** layers
        decay = 0.0 if parameter.ndim < 2 else weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": parameters, "lr": rate, "weight_decay": decay} for (rate, decay), parameters in groups.items()]
