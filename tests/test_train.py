"""Training end to end with tiny encoders: what it writes, that it repeats itself, and what it refuses."""

import json
import shutil

import numpy as np
import pytest

import leagueie
from leagueie.errors import ExportError
from tests.conftest import ROOT
from training import export, train
from training.config import load_config
from training.data import IGNORED, encode_passage, tag_transitions
from training.markup import parse_markup
from training.passages import read_passages, write_passages

TEST_SPLIT = ROOT / "corpus" / "annotations" / "test"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "small.jsonl"
    write_passages(read_passages(TEST_SPLIT)[:12], path)
    return path


def settings(corpus, encoder, output, *more):
    pairs = {"corpus": corpus, "encoder": encoder, "output": output, "dev_every": 4}
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")] + [
        part for setting in more for part in ("--set", setting)]


@pytest.fixture(scope="module")
def run(corpus, tiny_encoder, tmp_path_factory):
    output = tmp_path_factory.mktemp("run")
    assert train.main(["--config", str(ROOT / "configs" / "smoke.cfg"), *settings(corpus, tiny_encoder, output)]) == 0
    return output


def test_what_a_run_writes(run):
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["passages"] == {"train": 9, "dev": 3} and metrics["config"]["epochs"] == 1
    assert set(metrics["dev"]) == {"spans", "overlap", "links", "calibration"} and len(metrics["epochs"]) == 1
    assert "| micro |" in (run / "report.md").read_text(encoding="utf-8")
    assert not (run / "checkpoints").exists()
    report = leagueie.load(run / "model")("团区委开展志愿服务活动30余场。")._.report
    assert report.text.startswith("团区委")


def test_the_same_seed_gives_the_same_metrics(run, corpus, tiny_encoder, tmp_path):
    assert train.main(["--config", str(ROOT / "configs" / "smoke.cfg"), *settings(corpus, tiny_encoder, tmp_path / "again")]) == 0
    first, second = (json.loads((folder / "metrics.json").read_text(encoding="utf-8")) for folder in (run, tmp_path / "again"))
    first["config"].pop("output"), second["config"].pop("output")
    assert first == second


def test_an_encoder_of_the_kind_that_hubs_offer(corpus, word_piece_encoder, tmp_path):
    assert train.main(["--config", str(ROOT / "configs" / "smoke.cfg"), *settings(corpus, word_piece_encoder, tmp_path / "run")]) == 0
    text = "团区委会同区文明办举办“云上好货”直播节2场。"
    report = leagueie.load(tmp_path / "run" / "model")(text)._.report
    assert all(text[span.start:span.end].strip() for span in report.entities)


def test_a_tiny_encoder_learns_a_passage_by_heart(tiny_encoder, tmp_path):
    passages = [parse_markup(f"{{O:团区委}}开展{{E1:志愿服务活动}}{{Q>1:{n}场}}。{{X2:募集资金}}{{M>2:{n}万元}}。", f"p{n}") for n in range(10, 40)]
    write_passages(passages, tmp_path / "c.jsonl")
    assert train.main(settings(tmp_path / "c.jsonl", tiny_encoder, tmp_path / "run", "epochs=40", "lr=3e-3", "head_lr=3e-3", "mask_tokens=0",
                               "device=cpu")) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["dev"]["spans"]["micro"]["f1"] == 1 and metrics["dev"]["links"]["f1"] == 1


@pytest.mark.parametrize("text, named", [
    ('{"id": "x", "text": "团", "entities": [{"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 5}], "relations": []}', "c.jsonl:1"),
    ("", "at least 2"), ("{", "not JSON")])
def test_a_bad_corpus_exits_2_and_writes_nothing(tmp_path, tiny_encoder, capsys, text, named):
    (tmp_path / "c.jsonl").write_text(text, encoding="utf-8")
    assert train.main(settings(tmp_path / "c.jsonl", tiny_encoder, tmp_path / "run")) == 2
    assert named in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_a_bad_setting_exits_2(capsys):
    assert train.main(["--set", "epochs=many"]) == 2
    assert "epochs" in capsys.readouterr().err


@pytest.mark.parametrize("setting, named", [("encoder=/no/such/folder", "encoder"), ("window=511", "window")])
def test_an_encoder_that_does_not_fit_exits_2(corpus, tiny_encoder, tmp_path, capsys, setting, named):
    assert train.main(settings(corpus, tiny_encoder, tmp_path / "run", setting)) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{named} = ") and not (tmp_path / "run").exists()


def test_resume_needs_a_checkpoint(corpus, tiny_encoder, tmp_path, capsys):
    assert train.main([*settings(corpus, tiny_encoder, tmp_path / "run"), "--resume"]) == 2
    assert "no checkpoint" in capsys.readouterr().err


def test_the_model_keeps_its_window(run):
    from leagueie.parser import Parser

    parser = Parser.from_folder(run / "model")
    assert (parser.window, parser.stride) == (126, 96) and parser.transitions is not None


def test_export_refuses_a_model_that_drifts(run, tmp_path, monkeypatch):
    folder = shutil.copytree(run / "model", tmp_path / "model")
    monkeypatch.setattr(export, "MAX_SCORE_DRIFT", -1.0)
    with pytest.raises(ExportError, match="drift"):
        export.export(folder, ["团区委开展志愿服务活动30余场。"])
    assert not (folder / "model.onnx").exists()


def test_windows_of_a_passage(tiny_encoder):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_encoder / "tokenizer.json"))
    passage = parse_markup("{O:團縣委}開(kāi)展{E1:招聘會(huì)}{Q>1:2場(chǎng)}。\n责任编辑:{O:某报}\n{X2:募捐}{M>2:3万元}。", "p")
    (record,) = encode_passage(passage, tokenizer, 254, 190)
    size = len(record["input_ids"])
    assert len(record["tags"]) == size and record["tags"][0] == record["tags"][-1] == IGNORED
    assert len(record["span_starts"]) == 5  # the one in page furniture is gone
    assert [row.index(1) for row in record["accepted"]] == [0, 0] and record["misaligned"] == 0
    assert np.array(record["features"]).shape[0] == 2
    first, *rest = encode_passage(passage, tokenizer, 12, 8)
    assert rest and len(first["input_ids"]) <= 14


def test_tag_transitions_are_weighted_mutual_information():
    from leagueie.decoding import TAGS

    begin, inside = TAGS.index("B-ORG"), TAGS.index("I-ORG")
    table = np.array(tag_transitions([[IGNORED, 0, begin, inside, 0, IGNORED]] * 100, 0.5))
    assert table.shape == (len(TAGS), len(TAGS)) and table[begin, inside] > 0.4 > table[begin, 0]
    assert np.allclose(tag_transitions([[IGNORED, 0, begin, inside, 0, IGNORED]], 0.0), 0)


def test_train_and_test_share_no_document_and_no_sentence():
    from training.checks import sentences

    train_split, test_split = read_passages(ROOT / "corpus" / "annotations" / "train"), read_passages(TEST_SPLIT)
    assert not {p.id for p in train_split} & {p.id for p in test_split}
    seen = {s for p in train_split for s in sentences(p.text) if len(s) >= 16}
    assert not seen & {s for p in test_split for s in sentences(p.text)}


def test_the_shipped_corpus_is_valid():
    from training.annotations import problems_of

    assert problems_of(read_passages(ROOT / "corpus" / "annotations")) == []


def test_smoke_configuration_names_what_it_needs():
    assert load_config(ROOT / "configs" / "smoke.cfg").epochs == 1
