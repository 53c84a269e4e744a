"""What a user calls: `leagueie.parse`, the pipeline and its Docs, with the shipped model."""

import json
import subprocess
import sys

import pytest
import spacy
from hypothesis import given, settings, strategies as st
from spacy.tokens import DocBin

import leagueie
from leagueie.cli import EXAMPLE
from leagueie.schema import ACTIVITY_LABELS, ENTITY_LABELS, NUMBER_LABELS, SCHEMA_VERSION, Report

TEXT = EXAMPLE.read_text(encoding="utf-8")


def check_report(report, text):
    """What holds for any text."""
    assert report.text == text
    data = report.to_dict()
    previous = 0
    for entity in data["entities"]:
        assert entity["label"] in ENTITY_LABELS and 0 <= entity["score"] <= 1
        assert previous <= entity["start"] < entity["end"] <= len(text)
        assert text[entity["start"]:entity["end"]] == entity["text"]
        assert "\n" not in entity["text"] and "\r" not in entity["text"]
        previous = entity["end"]
    numbers = [(e["start"], e["end"]) for e in data["entities"] if e["label"] in NUMBER_LABELS]
    assert numbers == [(q["start"], q["end"]) for q in data["quantities"]]
    for quantity in data["quantities"]:
        assert {"label", "text", "start", "end", "score", "value", "bound", "unit", "currency", "activity"} <= set(quantity)
        if activity := quantity["activity"]:
            assert set(activity) == {"label", "text", "start", "end", "score"} and activity["label"] in ACTIVITY_LABELS
            assert text[activity["start"]:activity["end"]] == activity["text"]


def test_the_example_report():
    report = leagueie.parse(TEXT)
    check_report(report, TEXT)
    found = {(entity["label"], entity["text"]) for entity in report.to_dict()["entities"]}
    assert {("ORG", "县农业农村局"), ("QUANTITY", "86场次"), ("MONEY", "1260万元"), ("MONEY", "二百余万元")} <= found
    assert not any(span.start >= TEXT.index("来源") for span in report.entities)
    loans = next(q for q in report.quantities if report.text[q.span.start:q.span.end] == "1260万元")
    assert (loans.reading.value, loans.reading.currency) == (12_600_000, "CNY")
    assert report.text[loans.activity.start:loans.activity.end] == "青禾计划"


def test_schema_is_plain_data():
    report = leagueie.parse(TEXT)
    data = json.loads(json.dumps(report.to_dict(), ensure_ascii=False))
    assert data["schema_version"] == SCHEMA_VERSION
    assert Report.from_dict(TEXT, data).to_dict() == report.to_dict()


@pytest.mark.parametrize("bad", [None, 3, b"text", ["text"]])
def test_not_a_str(bad):
    with pytest.raises(TypeError, match=type(bad).__name__):
        leagueie.parse(bad)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u3000\t\r\n", "\u200b"])
def test_nothing_to_read(text):
    report = leagueie.parse(text)
    assert (report.entities, report.quantities, report.text) == ([], [], text)


@pytest.mark.parametrize("text", [
    "\ud800团区委开展志愿服务活动30余场\udfff。", "团区委\x00联合\x00区文明办举办招聘会2场", "🎉👨‍👩‍👧团县委🎉筹集资金3万元🎉",
    "團縣委開(kāi)展愛(ài)心助學(xué)活動(dòng)5場(chǎng)", "“" * 50, "123456789" * 60, "《《《《“「团委」”》》", "团\r\n委\r\n3\r\n场", "a" * 3000,
    "团区委开展志愿服务活动" * 400])
def test_odd_texts_keep_their_offsets(text):
    check_report(leagueie.parse(text), text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("团区委开展青年志愿服务活动30余场“”,。\n\r 万元(dān)擔當\u200b\ud800😀") | st.characters(), max_size=120))
def test_any_text_keeps_its_offsets(text):
    check_report(leagueie.parse(text), text)


def test_a_text_longer_than_any_window_is_read_to_its_end():
    text = "大家一起努力," * 3000 + "团县委筹集资金30万元。"
    report = leagueie.parse(text)
    check_report(report, text)
    assert [text[s.start:s.end] for s in report.entities if s.label == "MONEY"] == ["30万元"]


def test_crlf_changes_nothing_but_offsets():
    unix, windows = leagueie.parse(TEXT), leagueie.parse(TEXT.replace("\n", "\r\n"))
    assert ([(e["label"], e["text"]) for e in unix.to_dict()["entities"]]
            == [(e["label"], e["text"]) for e in windows.to_dict()["entities"]])


def test_parsing_twice_and_in_company_gives_the_same(nlp):
    texts = [TEXT, "团区委开展志愿服务活动30余场。", "", TEXT[:300]]
    alone = [nlp(text)._.report for text in texts]
    together = [doc._.report for doc in nlp.pipe(texts * 2)]
    assert together == alone * 2


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_several_processes_give_what_one_gives(tmp_path, method):
    script = tmp_path / "several.py"
    script.write_text(f"""
import multiprocessing, leagueie
if __name__ == "__main__":
    multiprocessing.set_start_method("{method}")
    nlp = leagueie.load()
    texts = ["团区委开展志愿服务活动30余场。", "募集善款3万元。"] * 3
    assert [doc._.report for doc in nlp.pipe(texts, n_process=2, batch_size=2)] == [nlp(text)._.report for text in texts]
""", encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, timeout=300)


def test_doc_attributes(nlp):
    doc = nlp(TEXT)
    report = doc._.report
    assert doc.text == TEXT and all(len(token) == 1 or token.is_space for token in doc)
    assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [(s.start, s.end, s.label) for s in report.entities]
    assert [e._.score for e in doc.ents] == [s.score for s in report.entities]
    assert [(s.start_char, s.end_char) for s in doc.spans["actions"]] == [(s.start, s.end) for s in report.actions]
    assert doc._.quantities == report.quantities


def test_predict_leaves_the_doc_alone(nlp):
    doc = nlp.make_doc(TEXT)
    component = nlp.get_pipe("leagueie")
    (report,) = component.predict([doc])
    assert not doc.ents and doc._.report == Report(TEXT)
    component.set_annotations([doc], [report])
    assert len(doc.ents) == len(report.entities)


def test_doc_bin_round_trip(nlp):
    doc = nlp(TEXT)
    data = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (again,) = DocBin().from_bytes(data).get_docs(nlp.vocab)
    assert again._.report == doc._.report
    assert [(e.label_, e._.score) for e in again.ents] == [(e.label_, e._.score) for e in doc.ents]
    assert [s.text for s in again.spans["actions"]] == [s.text for s in doc.spans["actions"]]


def test_to_disk_and_back(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert again(TEXT)._.report == nlp(TEXT)._.report


def test_factory_is_found_by_its_entry_point():
    assert spacy.blank("zh").add_pipe("leagueie")(spacy.blank("zh")("团区委"))._.report.text == "团区委"


def test_word_tokens_are_split_at_entity_edges(tmp_path):
    import spacy_pkuseg

    lines = ["团区委 开展 志愿服务 活动 30 余场 。", "县 文明办 募集 资金 3 万元 。", "青年 学习 会议 精神 。"] * 20
    for name in ("train", "test"):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    spacy_pkuseg.train(str(tmp_path / "train.txt"), str(tmp_path / "test.txt"), str(tmp_path / "words"), train_iter=2)
    nlp = leagueie.load(segmenter="pkuseg", pkuseg_model=tmp_path / "words")
    text = "团区委开展志愿服务活动30余场,募集资金3万元。"
    doc = nlp(text)
    assert doc.text == text and any(len(token) > 1 for token in doc)
    assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [
        (s.start, s.end, s.label) for s in leagueie.parse(text).entities]


def test_bad_segmenter():
    with pytest.raises(ValueError, match="jieba"):
        leagueie.load(segmenter="jieba")
    with pytest.raises(leagueie.ModelError, match="pkuseg_model"):
        leagueie.load(segmenter="pkuseg")
