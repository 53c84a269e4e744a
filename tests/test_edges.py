import pytest

from leagueie.edges import settle


@pytest.mark.parametrize("label, text, span, settled", [
    ("PROGRAM", "依托“青年之家”阵地", "“青年之家”", "青年之家"),
    ("PROGRAM", "打造“红石榴”品牌", "“红石榴”品牌", "“红石榴”品牌"),
    ("PROGRAM", "打造“红石榴”品牌", "红石榴”品牌", "“红石榴”品牌"),
    ("PROGRAM", "打造“红石榴”品牌", "“红石榴", "红石榴"),
    ("PROGRAM", "依托“青年之家”阵地", "青年之家”", "青年之家"),
    ("PROGRAM", "拍摄《青春》短片", "《青春》", "青春"),
    ("EVENT", "开展宣讲、座谈。", "宣讲、", "宣讲"),
    ("AWARD", "荣获五四红旗团(工)委", "五四红旗团(工)委", "五四红旗团(工)委"),
    ("EVENT", "以“一盔一带”“两站两员”宣传", "“一盔一带”“两站两员”宣传", "“一盔一带”“两站两员”宣传"),
    ("EVENT", "举办“秋日私语 书香为伴”读书会", "秋日私语", "秋日私语 书香为伴"),
    ("EVENT", "举办“秋日私语 书香为伴”读书会", "书香为伴”读书会", "“秋日私语 书香为伴”读书会"),
    ("EVENT", "举办“学典型、做先锋”分享会", "“学典型", "学典型、做先锋"),
    ("EVENT", "他说“这次招聘会很好,我找到了工作。”", "招聘会", "招聘会"),
    ("QUANTITY", "打造“青创10万+”平台", "10万", "10万"),
    ("EVENT", "开展各类志愿服务活动30场", "各类志愿服务活动", "志愿服务活动"),
    ("EVENT", "举办2023年全市青年歌手赛", "2023年全市青年歌手赛", "全市青年歌手赛"),
    ("EVENT", "系列讲座", "系列讲座", "系列讲座"),
    ("AWARD", "荣获全市“优秀团干部”称号", "全市“优秀团干部”称号", "优秀团干部"),
    ("AWARD", "获全省“优秀”等次", "全省“优秀”等次", "全省“优秀”等次"),
    ("AWARD", "获河南省五四红旗团委称号", "河南省五四红旗团委称号", "河南省五四红旗团委"),
])
def test_settle(label, text, span, settled):
    start = text.index(span)
    a, b = settle(text, start, start + len(span), label)
    assert text[a:b] == settled


def test_settle_may_leave_nothing():
    assert len({*settle("。。,", 0, 3, "EVENT")}) == 1


@pytest.mark.parametrize("text, label", [("各类", "EVENT"), ("主题活动", "EVENT"), ("全省", "AWARD"), ("全省第二名", "AWARD"), ("“活动”", "EVENT")])
def test_what_is_no_name_is_dropped(text, label):
    start, end = settle(text, 0, len(text), label)
    assert start == end


def test_an_action_is_the_shortest_phrase():
    assert settle("全年规范发展团员259名", 2, 8, "ACTION") == (4, 8)
    assert settle("累计募集", 0, 4, "ACTION") == (0, 4)  # nothing would be left to read
