import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from leagueie.cleaning import clean


@pytest.mark.parametrize("raw, text", [
    ("\uff12\uff10\uff12\uff13年\uff0c共\uff13\uff10场\uff1b\uff08注\uff09", "2023年,共30场;(注)"),
    ("擔(dān)當(dāng)作為", "担当作为"),
    ("服務(wù)隊\uff08duì\uff09(12支)", "服务队(12支)"),
    ("志愿\u200b服务\ufeff队", "志愿服务队"),
    ("「青年之家」與『號手』", "“青年之家”与‘号手’"),
    ('开展"送温暖"活动', "开展“送温暖”活动"),
    ('一个"引号', '一个"引号'),
    ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
    ("大学生  创业\u3000计划", "大学生 创业 计划"),
    ("图①到场", "图①到场"),
    ("\ud800坏字", "\ufffd坏字"),
    ("", ""),
    (" \n \u3000", ""),
])
def test_clean_text(raw, text):
    assert clean(raw).text == text


@pytest.mark.parametrize("raw, gone", [
    ("组织团员植树。\n责任编辑:王小明\n随后座谈。", "责任编辑"),
    ("组织团员植树\n打开网易新闻 查看精彩图片\n造林三十亩。", "网易"),
    ("一段话。\n互联网新闻信息服务许可证:1234567", "许可证"),
    ("一段话。\n欢迎关注我们的微信公众号", "欢迎"),
    ("一段话。\n来源:某某发布", "来源"),
    ("一段话。\n以上就是小编整理的内容,谢谢阅读", "小编"),
])
def test_furniture_goes(raw, gone):
    assert gone not in clean(raw).text


@pytest.mark.parametrize("raw", [
    "编辑部组织青年记者下乡采访20次。",
    "引导青年关注身边好人,点赞凡人善举。",
    "地址普查中,青年志愿者走访住户。",
    "联系方式由团支部登记并更新。",
])
def test_prose_stays(raw):
    assert clean(raw).text == raw


def test_hard_break_inside_a_sentence_is_joined_and_is_a_cut():
    raw = "全县各级团组织开展了宣讲。争取到公益助学\n\n资金40万元,帮助学生。"
    cleaned = clean(raw)
    assert "公益助学资金40万元" in cleaned.text
    assert cleaned.cuts[cleaned.text.index("资金")]
    assert cleaned.cuts.sum() == 1


@pytest.mark.parametrize("raw", ["一、思想引领\n扎实开展学习。", "工作综述\n2023年,全区团员参加学习。"])
def test_headings_keep_their_line(raw):
    assert clean(raw).text == raw


def test_map_covers_injected_pinyin():
    raw = "舉辦青年農(nóng)民培訓(xùn)兩期"
    cleaned = clean(raw)
    start = cleaned.text.index("青年")
    a, b = cleaned.to_raw(start, start + len("青年农民培训"))
    assert raw[a:b] == "青年農(nóng)民培訓(xùn)"
    assert cleaned.from_raw(a, b) == (start, start + len("青年农民培训"))


DIRT = st.text(st.sampled_from("团青年(dān)擔當\r\n\t 。,“”「」\"0123万\u200b\ufeff\ud800😀e\u0301ABC責任编辑:\x00\u2028图①") | st.characters(), max_size=80)


@settings(max_examples=300, deadline=None)
@given(DIRT)
def test_every_clean_character_maps_into_the_raw_text(raw):
    cleaned = clean(raw)
    size = len(cleaned.text)
    assert len(cleaned.starts) == len(cleaned.ends) == len(cleaned.cuts) == size
    assert (cleaned.starts < cleaned.ends).all()
    assert (cleaned.ends[:-1] <= cleaned.starts[1:]).all()
    assert size == 0 or cleaned.ends[-1] <= len(raw)
    assert clean(raw).text == cleaned.text
    assert np.array_equal(clean(raw).starts, cleaned.starts)
