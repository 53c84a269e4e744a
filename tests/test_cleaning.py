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
    "一是思想引领有力度。开展“青年大学习”主题团课36场。二是防侵权自护教育28场。三是举办招聘会12场,达成意向860人。",
    "为120名青年电商发放食品经营许可证86张",
    "公布举报电话12355,受理个案46件",
    "“青春讲堂”深受青年欢迎,举办分享会26场。",
    "欢迎团员青年关注农村、扎根基层,选派西部计划志愿者86名。",
    "点击量突破10万次,累计分享转发3.2万次",
    "在看守所开展法治宣讲3场",
    "点赞青春榜样",
    "责任编辑培训班举办2期",
    "下一篇章,全县青年再出发",
    "来自:全县各级团组织的120名代表参加会议",
    "制图:设计海报12张,发放3000份",
    "关键词:思想引领 开展宣讲86场次,参与广泛",
    "联系电话:12355,全年接听来电860个,办结率98%",
    "图:志愿者在敬老院开展服务",
    "(图:志愿者在社区开展义诊)",
    "组织青年打开“青年云”小程序查看更多内容,参与学习12万人次",
    "点击图片查看“青年之家”云地图36处",
    "举办知识产权侵权讲座3场",
    "云溪日报社联合开展侵权普法",
    "声明书签订活动",
    "二、主要来源于青年的力量",
])
def test_prose_stays(raw):
    assert clean(raw).text == raw


@pytest.mark.parametrize("raw", [
    "返回搜狐,查看更多",
    "打开网易新闻,查看精彩图片",
    "查看精彩图片",
    "打开网易新闻",
    "特别声明:以上内容(如有图片或视频亦包括在内)为自媒体平台“网易号”用户上传并发布,本平台仅提供信息存储服务。",
    "平台声明:该文观点仅代表作者本人,搜狐号系信息发布平台,搜狐仅提供信息存储空间服务。",
    "一审:张三 二审:李四 三审:王五",
    "总编辑:张三",
    "执行编辑:李",
    "供稿单位:云溪县委",
    "编 辑:小云",
    "责 编:小王",
    "策划:团县委",
    "主办单位:云溪县人民政府办公室",
    "索引号:123/2024-001",
    "成文日期:2024年1月2日",
    "【打印本页】 【关闭窗口】",
    "打印本页 关闭窗口",
    "当前位置:首页 > 工作动态 > 正文",
    "以下文章来源于云溪青年 ,作者小云",
    "收录于合集 #青年",
    "阅读 1234",
    "- END -",
    "点击上方蓝字,关注“草原青声”",
    "长按识别二维码,欢迎投稿",
    "分享到:微信 微博 QQ空间",
    "点赞 在看 分享",
    "互联网新闻信息服务许可证编号:112",
    "陇ICP备0500号",
    "Copyright 2020-2024 云溪网 版权所有",
    "扫一扫在手机打开当前页",
    "(摄影:张三)",
    '青年的事天天看,请大家多多关注"云溪青声"。',
    "END",
    "【字体:大 中 小】",
    "字号:大 中 小",
    "作者 | 张三",
    "文字丨小李",
    "图片/小王 编辑/小赵",
    "分享至微信朋友圈",
])
def test_a_line_of_furniture_goes_whole(raw):
    text = "团县委举办团课3场。\n" + raw + "\n覆盖团员百余人。"
    assert clean(text).text == "团县委举办团课3场。\n覆盖团员百余人。"


def test_furniture_takes_no_other_line_with_it():
    assert clean("来源:云溪日报\n青春聚力\n举办团课36场\n责任编辑:张三\n2024年团县委荣获先进").text.split("\n")[1:] == [
        "青春聚力", "举办团课36场", "2024年团县委荣获先进"]


def test_a_signature_in_brackets_goes():
    assert clean("会议召开。(通讯员 王五 李六)").text == "会议召开。"


def test_no_span_may_cross_a_line_break_that_stays():
    cleaned = clean("一、思想引领\n二、服务大局")
    at = cleaned.text.index("\n")
    assert cleaned.cuts[at] and cleaned.cuts[at + 1] and cleaned.cuts.sum() == 2


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
