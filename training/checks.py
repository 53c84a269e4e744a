"""Checks on annotated passages: faults that the guidelines forbid, and places worth a second look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from leagueie.schema import ACTIVITY_LABELS, NUMBER_LABELS, SPAN_LABELS, Span
from training.passages import Passage

_EDGES = "、,。;:\uff0c\uff1b\uff1a \t\r\n\u3000"  # full-width , ; : among them
_QUOTES = {"“": "”", "「": "」", "《": "》", "‘": "’", "『": "』", "〈": "〉"}

_BEFORE_NUMBER = re.compile(r"(?:近|(?<!签)(?<!预)约|超|超过|逾|破|突破|不少于|不低于|至少|数|第)$")
_AFTER_NUMBER = re.compile(r"^(?:余|多|以上|以下|以内|左右)")
_LOOSE_NUMBER = re.compile(
    r"(?<![\d.第图\uff10-\uff19年〔\[—-])(?:[\d][\d,.]*|[一二三四五六七八九十百千万两数]+)[余多]?[万亿]?[余多]?"
    r"(?:场|名|人次|人|个|次|家|支|期|条|篇|件|份|册|户|元|万|亿|%|\uff05|课时|小时|套|批次|场次|对|吨|公里|亩|台|箱|门|项)(?!年)")
_HEAD_NOUN = re.compile(r"^(?:活动|大赛|计划|工程|行动|项目|品牌|平台|专栏|矩阵)")
_TITLE_GOES_ON = re.compile(
    r"^[”」』》](?!(?:称号|建设|创建|工作|精神|等|的|和|与|及|、))[^,。;、“”\n]{0,8}?"
    r"(?:活动|大赛|比赛|计划|工程|行动|项目|品牌|平台|专栏|栏目|账号|公众号|矩阵|讲座|团课|队课|宣讲|夏令营|训练营|研学营|培训班|联谊会|"
    r"宣讲团|宣讲队|服务队|突击队|志愿队|论坛|晚会|座谈会|招聘会|分享会|音乐会|展演|直播|快闪|基金|信贷产品|工作室|驿站|之家|夜校|课堂|小屋)")
_VERB_FIRST = re.compile(r"^(?:开展|举办|组织开展|召开|承办|各类|系列|一系列)")
_BARE = {"活动", "会议", "比赛", "培训", "主题活动", "系列活动", "相关活动", "共青团", "少先队", "党", "团委", "青联"}


def faults(passage: Passage) -> Iterator[str]:
    """Yield what makes the passage invalid, one line each."""
    if not passage.text.strip():
        yield "no text"
    previous = Span(0, 0, "")
    for index, span in enumerate(passage.spans):
        shown = f"{span.label} {passage.text_of(index)!r} ({span.start}-{span.end})"
        inside = passage.text[span.start:span.end]
        if span.label not in SPAN_LABELS:
            yield f"{shown}: unknown label"
        if span.start < previous.end:
            yield f"{shown}: overlaps the span before it"
        if "\n" in inside or "\r" in inside:
            yield f"{shown}: crosses a line break"
        if inside[0] in _EDGES or inside[-1] in _EDGES:
            yield f"{shown}: starts or ends with punctuation or white space"
        if _QUOTES.get(inside[0]) == inside[-1] and _QUOTES[inside[0]] not in inside[:-1]:
            yield f"{shown}: marks that enclose the whole name belong outside"
        previous = span
    yield from _link_faults(passage)


def _link_faults(passage: Passage) -> Iterator[str]:
    targeted = set()
    for head, targets in passage.links.items():
        if passage.spans[head].label not in NUMBER_LABELS:
            yield f"link from {passage.text_of(head)!r}, which is no QUANTITY or MONEY"
        for tail in targets:
            targeted.add(tail)
            if passage.spans[tail].label not in ACTIVITY_LABELS:
                yield f"link from {passage.text_of(head)!r} to {passage.text_of(tail)!r}, which is no activity"
        if len(set(targets)) < len(targets):
            yield f"link from {passage.text_of(head)!r} names a target twice"
    for index, span in enumerate(passage.spans):
        if span.label == "ACTION" and index not in targeted:
            yield f"ACTION {passage.text_of(index)!r}: nothing points at it"


def doubts(passage: Passage) -> Iterator[str]:
    """Yield places that often are mistakes and sometimes are right, one line each."""
    text = passage.text
    covered = bytearray(len(text))
    for index, span in enumerate(passage.spans):
        covered[span.start:span.end] = b"\1" * (span.end - span.start)
        inside, before, after = text[span.start:span.end], text[:span.start], text[span.end:span.end + 4]
        if span.label in NUMBER_LABELS:
            if index not in passage.links:
                yield f"{span.label} {inside!r} points at nothing"
            if _BEFORE_NUMBER.search(before[-3:]):
                yield f"{span.label} {inside!r}: the modifier before it belongs inside ({before[-3:]!r})"
            if _AFTER_NUMBER.search(after):
                yield f"{span.label} {inside!r}: the modifier after it belongs inside ({after!r})"
            if span.label == "QUANTITY" and re.search("元$", inside):
                yield f"QUANTITY {inside!r}: MONEY?"
        elif span.label in ("EVENT", "PROGRAM", "ORG"):
            if span.label != "ORG" and _HEAD_NOUN.search(after) and not after.startswith("活动室"):
                yield f"{span.label} {inside!r}: does the head noun after it belong inside ({after!r})?"
            if before[-1:] in _QUOTES and _TITLE_GOES_ON.search(text[span.end:span.end + 16]):
                yield f"{span.label} {inside!r}: quoted title with a head noun after it is one span, marks inside ({text[span.end:span.end + 8]!r})"
            if span.label != "ORG" and _VERB_FIRST.search(inside):
                yield f"{span.label} {inside!r}: starts with a verb or 各类/系列"
            if re.match(r"\d{4}年", inside):
                yield f"{span.label} {inside!r}: a leading year stays outside"
        if span.label == "AWARD" and inside.endswith("称号"):
            yield f"AWARD {inside!r}: 称号 stays outside"
        if inside in _BARE:
            yield f"{span.label} {inside!r}: nothing makes it particular"
        if "《" in inside and "》" not in inside or inside.count("“") != inside.count("”"):
            yield f"{span.label} {inside!r}: half of a pair of marks"
    for match in _LOOSE_NUMBER.finditer(text):
        if not any(covered[match.start():match.end()]) and match[0][0] not in "一":
            yield f"number outside any span: {text[max(0, match.start() - 6):match.end() + 4]!r}"


def sentences(text: str) -> list[str]:
    """The sentences of a text, stripped, without empty ones."""
    parts = (part.strip() for part in re.split(r"[。!?;\uff01\uff1f\uff1b\n]", text))
    return [part for part in parts if part]


def repeated_sentences(passages: Iterable[Passage], shortest: int = 12) -> Iterator[str]:
    """Yield sentences of at least `shortest` characters that stand in more than one passage."""
    seen: dict[str, str] = {}
    for passage in passages:
        for sentence in sentences(passage.text):
            if len(sentence) >= shortest:
                first = seen.setdefault(sentence, passage.id)
                if first != passage.id:
                    yield f"{passage.where}: passage {passage.id}: sentence of {first} again: {sentence[:30]!r}"


def repeated_ids(passages: Iterable[Passage]) -> Iterator[str]:
    for id, count in Counter(passage.id for passage in passages).items():
        if count > 1:
            yield f"passage id {id!r} stands {count} times"
