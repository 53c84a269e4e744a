"""Fixtures: the shipped pipeline, and a tiny encoder made on the spot for everything that trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from leagueie.parser import SHIPPED_MODEL

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def nlp():
    import leagueie

    return leagueie.load()


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """A two-layer BERT with random weights and the shipped tokenizer."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny-encoder")
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED_MODEL)
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=512)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def word_piece_encoder(tmp_path_factory) -> Path:
    """A tiny encoder of the kind that hubs offer: WordPiece over single characters, like bert-base-chinese."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("word-piece-encoder")
    characters = sorted(set("团区委联合会同文明办举开展青春助农云上好货节专场直播活动“”,。0123456789余人次元万志愿服务县市省的和"))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                            sep_token="[SEP]", mask_token="[MASK]").save_pretrained(folder)
    config = BertConfig(vocab_size=len(pieces), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertModel(config).save_pretrained(folder)
    return folder
