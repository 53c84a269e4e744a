import pytest
from hypothesis import given, strategies as st

from leagueie.numbers import read_number
from leagueie.schema import Reading

QUANTITIES = {
    "30余场": (30, ">", "场"), "近200万": (2_000_000, "<", None), "1.2万人次": (12_000, "=", "人次"), "3.6亿": (360_000_000, "=", None),
    "1,200名": (1200, "=", "名"), "二百余人": (200, ">", "人"), "二百余万": (2_000_000, ">", None), "3万4000人": (34_000, "=", "人"),
    "1.5亿余次": (150_000_000, ">", "次"), "两期": (2, "=", "期"), "五千多名": (5000, ">", "名"), "百分之九十": (90, "=", "%"),
    "98.5%": (98.5, "=", "%"), "12场次": (12, "=", "场次"), "不少于4次": (4, "≥", "次"), "逾3000人": (3000, ">", "人"),
    "超2000余次": (2000, ">", "次"), "突破10亿": (1_000_000_000, ">", None), "破亿": (100_000_000, ">", None), "40%以内": (40, "≤", "%"),
    "上千人": (1000, "≥", "人"), "半天": (0.5, "=", "天"), "20余万册": (200_000, ">", "册"), "三个多月": (3, ">", "个月"),
    "两个半小时": (2.5, "=", "个小时"), "不超过5次": (5, "≤", "次"), "一千二百余名": (1200, ">", "名"), "十几场": (10, ">", "场"),
    "数十场": (10, ">", "场"), "数百名": (100, ">", "名"), "100多场次": (100, ">", "场次"), "近百人": (100, "<", "人"), "千余名": (1000, ">", "名"),
    "万余册": (10_000, ">", "册"), "约1.5公里": (1.5, "≈", "公里"), "50人左右": (50, "≈", "人"), "500人以上": (500, "≥", "人"), "九成": (9, "=", "成"),
    "4.5个百分点": (4.5, "=", "个百分点"), "超千万次": (10_000_000, ">", "次"), "一百二十三人": (123, "=", "人"), "15万+": (150_000, "≥", None),
    "1.3千克": (1.3, "=", "千克"), "20余千瓦": (20, ">", "千瓦"), "不足六成": (6, "<", "成"), "上百万": (1_000_000, "≥", None),
}
RANGES = {"3至5名": (3, 5, "名"), "10—15场": (10, 15, "场"), "七八百人": (700, 800, "人"), "十五六场": (15, 16, "场"),
          "2-3万人": (20_000, 30_000, "人"), "20%-30%": (20, 30, "%"), "5名到10名": (5, 10, "名")}
MONEY = {
    "60余万元": (600_000, ">", "CNY", None), "500元以上": (500, "≥", "CNY", None), "3000元/月": (3000, "=", "CNY", "月"),
    "2.3亿元": (230_000_000, "=", "CNY", None), "100万美元": (1_000_000, "=", "USD", None), "近50万港元": (500_000, "<", "HKD", None),
    "每人500元": (500, "=", "CNY", "人"), "每名学生800元": (800, "=", "CNY", "名"), "人均2000元": (2000, "=", "CNY", "人"),
    "3000元/人/年": (3000, "=", "CNY", "人/年"), "人民币20万元": (200_000, "=", "CNY", None), "20万余元": (200_000, ">", "CNY", None),
    "超过1.2亿元人民币": (120_000_000, ">", "CNY", None), "$3,000": (3000, "=", "USD", None), "300元每月": (300, "=", "CNY", "月"),
}


@pytest.mark.parametrize("text", QUANTITIES)
def test_quantities(text):
    reading = read_number(text, "QUANTITY")
    assert (reading.value, reading.bound, reading.unit) == QUANTITIES[text]
    assert reading.currency is None and reading.value_max is None


@pytest.mark.parametrize("text", RANGES)
def test_ranges(text):
    reading = read_number(text, "QUANTITY")
    assert (reading.value, reading.value_max, reading.unit) == RANGES[text]
    assert reading.bound == "range"


@pytest.mark.parametrize("text", MONEY)
def test_money(text):
    reading = read_number(text, "MONEY")
    assert (reading.value, reading.bound, reading.currency, reading.rate) == MONEY[text]


@pytest.mark.parametrize("text", ["第一名", "成千上万名", "若干场", "", "余", "元", "3.3.3.场"])
def test_what_cannot_be_read_has_no_value(text):
    assert read_number(text, "QUANTITY").value is None


@given(st.text(st.sampled_from("0123456789.,零一二三两十百千万亿余多几数近约超%/元月至—半个场分之每人")) | st.text(), st.sampled_from(["QUANTITY", "MONEY"]))
def test_never_raises(text, label):
    assert isinstance(read_number(text, label), Reading)
