import csv
import io
import json
import subprocess
import sys

import pytest

from leagueie import cli
from leagueie.errors import InputError
from leagueie.files import COLUMNS, CsvWriter, decode, read_text
from leagueie.schema import Quantity, Reading, Report, Span

TEXT = "团区委会同区文明办举办“云上好货”直播节2场,筹集资金3万元。"


def run(*args, stdin=b""):
    return subprocess.run([sys.executable, "-m", "leagueie.cli", *map(str, args)], input=stdin, capture_output=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == TEXT


def test_traditional_text_in_its_own_encodings(tmp_path):
    text = "團縣委聯合縣文明辦舉辦招聘會2場,參加青年三百餘人。"
    for encoding in ("big5", "gb18030"):
        (tmp_path / "a.txt").write_bytes(text.encode(encoding))
        assert read_text(tmp_path / "a.txt") == text


def test_line_ends_are_kept(tmp_path):
    (tmp_path / "a.txt").write_bytes("一\r\n二".encode())
    assert read_text(tmp_path / "a.txt") == "一\r\n二"


@pytest.mark.parametrize("data, reason", [
    (b"", "empty"), (b" \r\n", "empty"), (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "NUL"), (b"\xff\xfe\x00", "UTF-16"), (b"\x80\x81\xff", "not text in"), ("青年志愿服务活动".encode()[:-1], "byte 21 is wrong"),
    ("青年".encode("shift-jis") * 9, "not text in")])
def test_unreadable_files_say_why(tmp_path, data, reason):
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"a.txt: .*{reason}"):
        read_text(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(InputError, match="directory"):
        read_text(tmp_path)


def test_decode_takes_gb18030_only_when_it_is_no_utf8():
    assert decode("团".encode()) == decode("团".encode("gb18030")) == "团"


def test_bad_files_do_not_stop_the_others(tmp_path):
    good, old = tmp_path / "good.txt", tmp_path / "old.txt"
    good.write_text(TEXT, encoding="utf-8")
    old.write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "image.txt").write_bytes(bytes(range(256)))
    done = run("parse", tmp_path / "missing.txt", good, tmp_path / "empty.txt", tmp_path / "image.txt", old)
    assert done.returncode == 2
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line["file"] for line in lines] == [str(good), str(old)]
    assert lines[0]["entities"] == lines[1]["entities"]
    errors = done.stderr.decode().splitlines()
    assert len(errors) == 3 and all(line.startswith("leagueie: ") for line in errors)


def test_standard_input_gives_json_lines():
    done = run("parse", "-", stdin=TEXT.encode())
    assert done.returncode == 0 and done.stderr == b""
    record = json.loads(done.stdout)
    assert record["file"] == "-" and [q["text"] for q in record["quantities"]] == ["2场", "3万元"]


def test_csv_opens_in_excel(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert run("parse", tmp_path / "a.txt", "-o", tmp_path / "out.csv").returncode == 0
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    money = next(row for row in rows if row["label"] == "MONEY")
    assert (money["value"], money["currency"]) == ("30000", "CNY")


def test_table_for_people():
    done = run("parse", "--example", "--format", "table")
    out = done.stdout.decode()
    assert done.returncode == 0 and "青禾计划" in out and "12,600,000" in out


@pytest.mark.parametrize("args", [("parse",), ("parse", "a.txt", "--format", "pdf"), ("read", "a.txt"), ()])
def test_bad_usage_exits_2(args):
    assert run(*args).returncode == 2


def test_help_and_version():
    assert b"examples:" in run("parse", "--help").stdout
    assert run("--version").stdout.startswith(b"leagueie ")


def test_missing_model_and_unwritable_output_are_one_line(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    for args in (("--model", tmp_path / "nothing"), ("-o", tmp_path / "no" / "where.csv")):
        done = run("parse", tmp_path / "a.txt", *args)
        assert done.returncode == 2 and len(done.stderr.decode().splitlines()) == 1


def test_an_input_is_never_overwritten(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    done = run("parse", path, "-o", tmp_path / "." / "a.txt")
    assert done.returncode == 2 and b"is one of the files to read" in done.stderr
    assert path.read_text(encoding="utf-8") == TEXT


def test_an_earlier_result_stays_when_nothing_could_be_read(tmp_path):
    (tmp_path / "out.csv").write_text("earlier", encoding="utf-8")
    assert run("parse", tmp_path / "missing.txt", "-o", tmp_path / "out.csv").returncode == 2
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "earlier"


def test_a_full_disk_and_odd_names(tmp_path):
    path = tmp_path / "a[b].txt"
    path.write_text(TEXT, encoding="utf-8")
    assert "a[b].txt" in run("parse", path, "-f", "table").stdout.decode().replace("\n", "")
    done = run("parse", path, "-o", "/dev/full", "-f", "jsonl")
    assert done.returncode == 2 and "No space left" in done.stderr.decode()


def test_csv_cells_are_no_formulas():
    out = io.StringIO()
    CsvWriter(out)("=cmd.txt", Report("+1万场", [Span(0, 4, "QUANTITY")], [Quantity(Span(0, 4, "QUANTITY"), Reading(10000))]))
    row = list(csv.DictReader(io.StringIO(out.getvalue())))[0]
    assert row["file"] == "'=cmd.txt" and row["text"] == "'+1万场" and row["value"] == "10000"


def test_main_can_be_called_in_process(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert cli.main(["parse", str(tmp_path / "a.txt"), "-o", str(tmp_path / "a.jsonl")]) == 0
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["file"].endswith("a.txt")
