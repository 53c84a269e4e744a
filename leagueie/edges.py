"""The edges of a span set right by the annotation guide, which leaves no choice there.

Marks that enclose the whole name go, those of a part stay complete, a quoted title is never cut in two, and words that
only introduce a name (各类, a year, a level before a quoted title) or follow it (称号) stay outside. What the guide never
counts as a name (bare 活动, a rank) is dropped.
"""

from __future__ import annotations

import re

_PAIRS = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "(": ")", "[": "]", "【": "】"}
_OPENING = {closing: opening for opening, closing in _PAIRS.items()}
_EDGES = " \n、,。;:!?·—-…."
_TITLE = re.compile(r"“([^“”。,;:?!\n]{2,32})”")
_TITLED = ("EVENT", "PROGRAM", "AWARD")
_INTRODUCTION = {
    "EVENT": re.compile(r"(?:(?:19|20)\d\d年(?:度)?|各类|各种|各项|一系列|系列|多种|开展|举办|组织开展|召开|承办)+(?=.{3})"),
    "PROGRAM": re.compile(r"(?:(?:19|20)\d\d年(?:度)?|各类|实施|打造|深化|依托)+(?=.{3})"),
    "AWARD": re.compile(r"(?:(?:19|20)\d\d年(?:度)?|荣获|获评|授予)+(?=.{2})"),
    "ACTION": re.compile(r"(?:累计|共计|总计|先后|积极|扎实|严格|规范|成功|持续|及时|主动|精准|广泛)+(?=.{4})")}
_NO_NAME = {
    "EVENT": re.compile(r"各类|各种|系列|一系列|主题活动|系列活动|相关活动|活动|会议|培训|比赛"),
    "AWARD": re.compile(r"(?:全国|全[省市县区州盟旗])?(?:第[一二三四五六七八九十\d]+[名位]?)?")}
_LEVEL_BEFORE_TITLE = re.compile(r"[^“”]{0,8}(?:省|(?<!超)(?<!集)(?<!夜)市|县|(?<!社)(?<!园)区|州|盟|旗|全国|国家级|省级|市级|县级|区级|校级)“[^“”]+”$")


def settle(text: str, start: int, end: int, label: str) -> tuple[int, int]:
    """The span's offsets after correction, within the clean `text`; equal ones where nothing is left."""
    if label in _TITLED:
        start, end = _whole_titles(text, start, end)
    start, end = _settle_marks(text, start, end)
    if introduction := _INTRODUCTION.get(label):
        if match := introduction.match(text, start, end):
            start = match.end()
        if label == "AWARD" and text[start:end].endswith("称号"):
            end -= 2
        if _LEVEL_BEFORE_TITLE.match(text, start, end):
            start = text.index("“", start) + 1
            end -= 1
        start, end = _settle_marks(text, start, end)
    if (nothing := _NO_NAME.get(label)) and nothing.fullmatch(text, start, end):
        return start, start
    return start, end


def _whole_titles(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span that begins or ends inside a quoted title."""
    line = text.rfind("\n", 0, start) + 1
    for title in _TITLE.finditer(text, line):
        if title.start() >= end:
            break
        opening, closing = title.start(), title.end() - 1
        begins_inside, ends_inside = opening < start <= closing, opening < end <= closing
        if begins_inside and ends_inside:
            return opening + 1, closing
        if begins_inside:
            start = opening
        elif ends_inside:
            end = closing + 1
    return start, end


def _settle_marks(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    if end - start < 2:
        return start, end
    first, last, inside = text[start], text[end - 1], text[start + 1:end - 1]
    if _PAIRS.get(first) == last and last not in inside:
        return _settle_marks(text, start + 1, end - 1)
    if first in _PAIRS and _PAIRS[first] not in text[start:end]:
        return _settle_marks(text, start + 1, end)
    if last in _OPENING and _OPENING[last] not in text[start:end]:
        if start and text[start - 1] == _OPENING[last]:
            return _settle_marks(text, start - 1, end)
        return _settle_marks(text, start, end - 1)
    before = text[start - 1] if start else ""
    if before in _PAIRS and inside.count(_PAIRS[before]) > inside.count(before):
        return start - 1, end
    return start, end
