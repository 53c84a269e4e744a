"""A model folder that is missing, damaged or of another kind gives one clear error that names the file."""

import json
import shutil

import numpy as np
import pytest

from leagueie.errors import ModelError
from leagueie.parser import SHIPPED_MODEL, Parser
from tests.conftest import ROOT


@pytest.fixture()
def folder(tmp_path):
    return shutil.copytree(SHIPPED_MODEL, tmp_path / "model")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "links.safetensors", "model.onnx"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_damaged_folder(folder, name, damage):
    path = folder / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else data[:len(data) // 2])
    with pytest.raises(ModelError, match=name):
        Parser.from_folder(folder)


def test_other_tags(folder):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["id2label"]["1"] = "B-PERSON"
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="other tags"):
        Parser.from_folder(folder)


@pytest.mark.parametrize("damage, named", [(lambda table: table.pop(), "config.json .*leagueie.transitions"), (lambda table: table[0].pop(), "config.json")])
def test_damaged_transitions(folder, damage, named):
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    damage(config["leagueie"]["transitions"])
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=named):
        Parser.from_folder(folder)


def test_a_device_that_is_not_there_says_so():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(ModelError, match="no CUDA device"):
        Parser.from_folder(device="cuda")


def test_onnx_and_torch_agree_on_the_projects_own_passages():
    pytest.importorskip("torch")
    from training.export import MAX_SCORE_DRIFT, MIN_AGREEMENT, parity
    from training.passages import read_passages

    texts = [passage.text for passage in read_passages(ROOT / "corpus" / "annotations" / "test")][:20]
    figures = parity(SHIPPED_MODEL, texts)
    assert figures["tokens"] > 1000
    assert figures["agreement"] >= MIN_AGREEMENT and figures["drift"] <= MAX_SCORE_DRIFT


def test_plain_transformers_reads_the_folder():
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForTokenClassification.from_pretrained(SHIPPED_MODEL)
    assert type(model).__name__ == "BertForTokenClassification"
    tokenizer = transformers.AutoTokenizer.from_pretrained(SHIPPED_MODEL)
    encoded = tokenizer("团区委开展志愿服务活动30余场。", return_offsets_mapping=True, return_tensors="pt")
    offsets = encoded.pop("offset_mapping")[0]
    labels = [model.config.id2label[int(i)] for i in model(**encoded).logits[0].argmax(-1)]
    assert labels[1] == "B-ORG" and offsets[1][0] == 0
    assert "B-QUANTITY" in labels and np.array(offsets).max() == 16
