"""Passages, inline markup, checks, and the command that wires them."""

import json

import pytest

from leagueie.errors import CorpusError
from leagueie.schema import Span
from training import annotations, checks
from training.markup import format_markup_file, parse_markup, parse_markup_file, to_markup
from training.passages import Passage, read_passages, record_from_passage, write_passages

MARKED = "{O:团区委}开展“{E1:邻里守望}”“{E2:情暖空巢}”等{E3:志愿服务活动}{Q>3,1,2:60余场次},{X5:募集衣物}{Q>5:80件}。"


def test_markup_to_passage():
    passage = parse_markup(MARKED, "p")
    assert passage.text == "团区委开展“邻里守望”“情暖空巢”等志愿服务活动60余场次,募集衣物80件。"
    assert [(span.label, passage.text_of(i)) for i, span in enumerate(passage.spans)] == [
        ("ORG", "团区委"), ("EVENT", "邻里守望"), ("EVENT", "情暖空巢"), ("EVENT", "志愿服务活动"), ("QUANTITY", "60余场次"),
        ("ACTION", "募集衣物"), ("QUANTITY", "80件")]
    assert passage.links == {4: [3, 1, 2], 6: [5]}


def test_markup_round_trip():
    passage = parse_markup(MARKED + r"集合\{一\}与\\", "p")
    again = parse_markup(to_markup(passage), "p")
    assert (again.text, again.spans, again.links) == (passage.text, passage.spans, passage.links)


def test_markup_file_round_trip():
    content = f"=== a-1\nregion: 甘肃省\ndirt: none\n---\n{MARKED}\n二行\n\n=== a-2\n---\n无。\n"
    passages = parse_markup_file(content, "x.txt")
    assert [p.id for p in passages] == ["a-1", "a-2"] and passages[0].meta == {"region": "甘肃省", "dirt": "none"}
    assert [p.text for p in parse_markup_file(format_markup_file(passages), "x.txt")] == [p.text for p in passages]


@pytest.mark.parametrize("marked, reason", [
    ("{O:团{E:委}}", "inside a span"), ("{Z:团}", "not a span"), ("团}", "without a span"), ("{O:}", "empty"), ("{O:团", "never closed"),
    ("{E1:甲}{E1:乙}", "twice"), ("{Q>7:3场}", "no span has id 7")])
def test_markup_faults_name_passage_and_line(marked, reason):
    with pytest.raises(CorpusError, match=f"x.txt: passage p, line 2: .*{reason}"):
        parse_markup("第一行\n" + marked, "p", "x.txt")


def test_doccano_record_round_trip(tmp_path):
    passage = parse_markup(MARKED, "p", meta={"region": "甘肃"})
    record = record_from_passage(passage)
    assert record["entities"][0] == {"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 3}
    assert [r["type"] for r in record["relations"]] == ["activity", "alternative", "alternative", "activity"]
    write_passages([passage], tmp_path / "a.jsonl")
    (again,) = read_passages(tmp_path)
    assert (again.text, again.spans, again.links, again.meta) == (passage.text, passage.spans, passage.links, passage.meta)
    assert again.where.endswith("a.jsonl:1")


def test_every_fault_of_a_file_is_listed_with_its_line(tmp_path):
    good = json.dumps(record_from_passage(parse_markup(MARKED, "p")), ensure_ascii=False)
    bad_offset = {"id": "b", "text": "短", "entities": [{"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 9}], "relations": []}
    no_target = {"id": "c", "text": "三场", "entities": [{"id": 1, "label": "QUANTITY", "start_offset": 0, "end_offset": 2}],
                 "relations": [{"id": 1, "from_id": 1, "to_id": 5, "type": "activity"}]}
    lines = [good, "{broken", json.dumps(bad_offset), "", json.dumps(no_target), "[]"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_passages(tmp_path / "a.jsonl")
    found = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in found] == ["2", "3", "5", "6"]
    assert "not JSON" in found[0] and "outside the text" in found[1] and "no entity with id 5" in found[2]


@pytest.mark.parametrize("passage, fault", [
    (Passage("p", "团区委", [Span(0, 3, "PERSON")]), "unknown label"),
    (Passage("p", "团区委", [Span(0, 2, "ORG"), Span(1, 3, "ORG")]), "overlaps"),
    (Passage("p", "团\n委", [Span(0, 3, "ORG")]), "line break"),
    (Passage("p", "团委,", [Span(0, 3, "ORG")]), "punctuation"),
    (Passage("p", "“青年之家”", [Span(0, 6, "PROGRAM")]), "outside"),
    (Passage("p", "募捐", [Span(0, 2, "ACTION")]), "nothing points at it"),
    (Passage("p", "甲乙", [Span(0, 1, "ORG"), Span(1, 2, "EVENT")], {0: [1]}), "no QUANTITY"),
    (Passage("p", "三场团委", [Span(0, 2, "QUANTITY"), Span(2, 4, "ORG")], {0: [1]}), "no activity"),
    (Passage("p", " "), "no text"),
])
def test_faults(passage, fault):
    assert any(fault in line for line in checks.faults(passage))


def test_a_good_passage_has_no_faults_and_no_doubts():
    passage = parse_markup(MARKED, "p")
    assert not list(checks.faults(passage)) and not list(checks.doubts(passage))


@pytest.mark.parametrize("marked, doubt", [
    ("近{Q>1:30场}{E1:宣讲会}", "modifier before"), ("{E1:宣讲会}{Q>1:30}余场", "modifier after"), ("{E1:宣讲会}三场,30场", "outside any span"),
    ("{E:开展宣讲会}", "starts with a verb"), ("“{E:青春行}”", ""), ("{P:青春行}活动", "head noun"), ("{A:先进称号}", "称号"), ("{Q:3场}", "points at nothing")])
def test_doubts(marked, doubt):
    assert (any(doubt in line for line in checks.doubts(parse_markup(marked, "p")))) == bool(doubt)


def test_repeated_sentences():
    one, two = Passage("a", "全县团员青年踊跃参加植树造林。好。"), Passage("b", "好。全县团员青年踊跃参加植树造林!")
    assert len(list(checks.repeated_sentences([one, two]))) == 1


def test_command_converts_both_ways_and_exits_2_on_faults(tmp_path, capsys):
    source, jsonl, back = tmp_path / "a.txt", tmp_path / "a.jsonl", tmp_path / "b.txt"
    source.write_text(f"=== p-1\nlevel: county\n---\n{MARKED}\n", encoding="utf-8")
    assert annotations.main(["convert", str(source), "-o", str(jsonl)]) == 0
    assert annotations.main(["convert", str(jsonl), "-o", str(back)]) == 0
    assert parse_markup_file(back.read_text(encoding="utf-8"), "b")[0].links == parse_markup(MARKED).links
    assert annotations.main(["stats", str(jsonl)]) == 0
    assert annotations.main(["check", str(tmp_path / "missing.jsonl")]) == 2
    assert "missing.jsonl" in capsys.readouterr().err
    source.write_text("=== p-1\n---\n{X:募捐}\n", encoding="utf-8")
    assert annotations.main(["check", str(source)]) == 2
    assert annotations.main(["convert", str(source), "-o", str(tmp_path / "never.jsonl")]) == 2
    assert not (tmp_path / "never.jsonl").exists()


def test_agreement_of_two_annotations(tmp_path, capsys):
    write_passages([parse_markup(MARKED, "p"), parse_markup("{O:团县委}。", "q")], tmp_path / "first.jsonl")
    write_passages([parse_markup(MARKED.replace("{O:团区委}", "团区委"), "p")], tmp_path / "second.jsonl")
    arguments = ["agreement", str(tmp_path / "first.jsonl"), "--second", str(tmp_path / "second.jsonl")]
    assert annotations.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "1 passages annotated twice" in printed and "| ORG | 0.000 |" in printed and "| links | 1.000 | 1.000 | 1.000 | 2 |" in printed
    write_passages([parse_markup("{O:团县委}!", "q")], tmp_path / "second.jsonl")
    assert annotations.main(arguments) == 2
    assert "second.jsonl:1: passage q: another text" in capsys.readouterr().err
