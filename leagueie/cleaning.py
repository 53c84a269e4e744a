"""Cleaning with a map back: raw text in, normalised text out, and for every character where it came from.

The model reads simplified, normalised text without the dirt that copied reports carry. Each step either replaces a
character by exactly one other or deletes it, so that the map stays a plain array of raw offsets.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_DELETED = "\x00"
_REPLACEMENT = "\ufffd"
_VARIANTS = {**dict.fromkeys("•‧・⋅∙●▪⚫◆■★", "·"), **dict.fromkeys("–―─━﹘", "—"), **dict.fromkeys("~〜∼", "~"),
             "「": "“", "」": "”", "『": "‘", "』": "’", "﹁": "“", "﹂": "”", "〝": "“", "〞": "”", "″": "”", "﹣": "-", "−": "-",
             "\ufe6a": "%", "\t": " ", "\u200a": " "}
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
_PINYIN = re.compile(
    r"(?<=[\u3400-\u9fff])\((?:(?=[a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ]{1,6}"
    r"|de|le|me|zhe|men|zi|ma|ne|ba|er|lǜ)\)")
_FURNITURE_PHRASE = re.compile(
    r"打开[^\s,。“”]{2,8}(?:新闻|头条|客户端|[Aa][Pp][Pp]|网)[ ,\n]*查看(?:更多|精彩|高清)+(?:图片|内容|视频)|\(?图片来源于?网络[^\n。,)]{0,12}\)?"
    r"|点击(?:上方|下方)?(?:图片|蓝字|蓝色字体?|卡片|名片)+[, ]*(?:即可|一键)?关注[^\n。,]{0,12}"
    r"|\((?:本报)?(?:记者|通讯员|作者|撰稿|供稿|供图|摄影|编辑|来源)[ :/|][^()\n]{1,30}\)")
_CREDIT = (
    r"(?:文字?|图文|图/文|文/图|图片|摄影|摄像|作者|记者|通讯员|编 ?辑|(?:责任|值班|执行|本期|美术|网络)编辑|责 ?编|编审|审 ?核|审 ?签|校 ?对|校审|监 ?制|主编|总编辑?|排 ?版|"
    r"美编|策划|出品|撰 ?稿|撰文|供 ?稿|供稿单位|供图|来稿|投稿|[一二三初复终]审|复核|终核|签发|(?:信息|稿件|文章|资料)?来 ?源|原标题|联系电话|联系方式|热线电话|投稿邮箱|邮箱|邮编|网址|浏览(?:次数|量)?|"
    r"阅读(?:次数|量)?|点击(?:次数|数)|发布(?:时间|日期|机构|单位)|成文日期|索引号|主办单位|承办单位|技术支持|网站标识码|字[号体]|分享到?)")
_FURNITURE_LINE = re.compile("|".join((
    rf"[(\[【●▲]?{_CREDIT}(?: ?[:/|丨·&] ?|▏)[^。!?;,]{{0,60}}",
    r".{0,40}(?:许可证(?:号|编号|:| ?[\dA-Z(])|ICP备|公网安备|版权所有|举报电话[: ]|(?:请勿|禁止|谢绝)转载|未经.{0,8}(?:授权|许可|同意)|侵权(?:必究|请|将|联系|删|可)|[Cc][Oo][Pp][Yy][Rr][Ii][Gg][Hh][Tt]).{0,60}",
    r"(?:(?:特别|平台|版权|免责|郑重|网易)?声明|Notice)[:( ].*",
    r"以上(?:就)?是小编.*",
    r".{0,20}(?:(?:欢迎|敬请|请|多多|扫码|一键|点击)关注(?!.{0,8}[。])|请(?:大家)?多多关注|扫一扫|长按(?:识别|扫描)?(?:上方|下方)?(?:图片|二维码)|(?:扫描|识别).{0,6}二维码|点击(?:下方)?“?阅读原文|分享(?:到|至)(?:微信|朋友圈|微博)).{0,30}",
    r"(?:上|下)一(?:篇|条)(?::.*|)|阅读原文.{0,8}|返回(?:搜狐|首页|顶部|列表).{0,12}|(?:点个?)?(?:在看|点赞|赞|分享|收藏|转发|评论)(?:[ ·、|/]*(?:点个?)?(?:在看|点赞|赞|分享|收藏|转发|评论|本文))*[ 0-9]*",
    r"[—\- ]*END[—\- ]*|微信扫一扫.*|(?:【?打印|打印)(?:本页)?.{0,12}|当前位置[: ].*|首页 ?>.*|以下文章来源于.*|收录于.{0,20}|阅读 ?\d[\d.万+]*|相关(?:阅读|新闻|推荐)(?::.*|)|查看(?:更多|精彩|高清)+图片|打开\S{2,8}(?:新闻|客户端)",
)))
_COUNTED = re.compile(r"\d[余多]?[万亿]?[余多]?(?:场|名|人|个|次|件|期|家|支|项|篇|条|份|户|元|所|对|张|岁)")
_NEW_ITEM = re.compile(
    r"[(\[【]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})(?:[、.)\]】]|是|要)|第[一二三四五六七八九十]+[章节部]|[·\-—*>#①-⑳❶-❿➀-➓Ⅰ-Ⅻ]|图\d|PART|Part|\d{1,2}\n")
_ENDED = "。!?;…:”’)】》.!?;:~"


class _CharacterMap(dict):
    """Normal form of one character, worked out on first sight; always exactly one character."""

    def __missing__(self, code: int) -> str:
        self[code] = normal = _normal_form(chr(code))
        return normal


def _normal_form(char: str) -> str:
    if char in _VARIANTS:
        return _VARIANTS[char]
    if char in _LINE_ENDS:
        return "\n"
    category = unicodedata.category(char)
    if category in ("Cc", "Cf") or unicodedata.name(char, "").startswith("VARIATION SELECTOR"):
        return _DELETED
    if category == "Cs":
        return _REPLACEMENT
    if category == "No":
        return char
    normal = unicodedata.normalize("NFKC", char)
    return normal if len(normal) == 1 else char


_NORMAL = _CharacterMap()


@lru_cache(maxsize=1)
def _simplifier():
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplify(text: str) -> str:
    """Simplified characters, one for one. Phrase rules apply where they keep the length."""
    convert = _simplifier().convert
    simple = convert(text)
    if len(simple) == len(text):
        return simple
    lines = []
    for line in text.split("\n"):
        simple = convert(line)
        lines.append(simple if len(simple) == len(line) else
                     "".join(one if len(one := convert(char)) == 1 else char for char in line))
    return "\n".join(lines)


@dataclass(frozen=True)
class CleanText:
    """Normalised text with its map back.

    text: what the model reads.
    starts, ends: int32 arrays of len(text); character i came from raw[starts[i]:ends[i]].
    cuts: bool array of len(text); True where a raw line break or page furniture was taken out just before
        character i, at a line break that stays, and after it. No span may cross a cut.
    """

    text: str
    starts: np.ndarray
    ends: np.ndarray
    cuts: np.ndarray

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Raw offsets of the clean span [start, end), which must not be empty."""
        return int(self.starts[start]), int(self.ends[end - 1])

    def from_raw(self, start: int, end: int) -> tuple[int, int]:
        """Clean offsets of what is left of raw [start, end); equal ones where nothing is left."""
        return int(np.searchsorted(self.starts, start)), int(np.searchsorted(self.starts, end))


def clean(raw: str) -> CleanText:
    """Normalise `raw`: one form for every character, without dirt, hard line breaks joined."""
    text = _simplify(raw.translate(_NORMAL))
    starts = np.arange(len(raw), dtype=np.int32)
    ends = starts + 1
    cuts = np.zeros(len(raw), dtype=bool)

    text, starts, ends, cuts = _delete(text, starts, ends, cuts, _invisible(text))
    text, starts, ends, cuts = _delete(text, starts, ends, cuts, _pinyin(text), keep_with_previous=True)
    text, starts, ends, cuts = _delete(text, starts, ends, cuts, _furniture(text), cut=True)
    text, starts, ends, cuts = _delete(text, starts, ends, cuts, _blanks(text))
    text, starts, ends, cuts = _delete(text, starts, ends, cuts, _hard_breaks(text), cut=True)
    breaks = np.array([match.start() for match in re.finditer("\n", text)], dtype=np.int64)
    cuts = cuts.copy()
    cuts[breaks] = True
    cuts[breaks[breaks + 1 < len(text)] + 1] = True
    return CleanText(_curl_quotes(text), starts, ends, cuts)


def _delete(text, starts, ends, cuts, stretches, keep_with_previous=False, cut=False):
    """Take `stretches` (sorted, disjoint) out of the text and its map."""
    if not stretches:
        return text, starts, ends, cuts
    kept = np.ones(len(text), dtype=bool)
    ends, cuts = ends.copy(), cuts.copy()
    parts, at = [], 0
    for start, end in stretches:
        parts.append(text[at:start])
        kept[start:end] = False
        if keep_with_previous and start:
            ends[start - 1] = ends[end - 1]
        if end < len(text) and (cut or cuts[start:end].any()):
            cuts[end] = True
        at = end
    parts.append(text[at:])
    return "".join(parts), starts[kept], ends[kept], cuts[kept]


def _matches(pattern: re.Pattern, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _invisible(text: str) -> list[tuple[int, int]]:
    return _matches(re.compile(_DELETED + "+"), text) if _DELETED in text else []


def _pinyin(text: str) -> list[tuple[int, int]]:
    return _matches(_PINYIN, text) if "(" in text else []


def _furniture(text: str) -> list[tuple[int, int]]:
    """Page furniture: whole lines, and phrases that were dropped into the middle of one."""
    found = _matches(_FURNITURE_PHRASE, text)
    found += [line.span() for line in re.finditer(r"[^\n]+", text) if _is_furniture(line[0].strip(" ·-—|/*"))]
    disjoint: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if disjoint and start < disjoint[-1][1]:
            disjoint[-1] = (disjoint[-1][0], max(end, disjoint[-1][1]))
        else:
            disjoint.append((start, end))
    return disjoint


def _is_furniture(line: str) -> bool:
    """Whether a line of its own is no part of the report: a credit, a licence, an invitation to follow, a button."""
    return bool(_FURNITURE_LINE.fullmatch(line)) and not _COUNTED.search(line)


def _blanks(text: str) -> list[tuple[int, int]]:
    """Superfluous blanks: all but one of a run, and those around line breaks; of a run of breaks, one is left."""
    found = []
    for match in re.finditer(r"[ \n]{2,}|^ +| +$", text):
        start, end = match.span()
        at_edge = start == 0 or end == len(text)
        if "\n" in match[0] and not at_edge:
            keep = match[0].index("\n") + start
            found += [(a, b) for a, b in ((start, keep), (keep + 1, end)) if a < b]
        elif at_edge:
            found.append((start, end))
        else:
            found.append((start + 1, end))
    return found


def _hard_breaks(text: str) -> list[tuple[int, int]]:
    """Line breaks that fall inside a sentence: prose that stops without an end and goes on in the next line."""
    found = []
    at = 0
    for match in re.finditer("\n", text):
        line, position = text[at:match.start()], match.start()
        at = match.end()
        if not line or line[-1] in _ENDED or at >= len(text):
            continue
        prose = "。" in line or ";" in line or (len(line) >= 25 and re.search("[,、]", line))
        if prose and not _NEW_ITEM.match(text, at):
            found.append((position, at))
    return found


def _curl_quotes(text: str) -> str:
    """Straight double quotes as “ and ” in turn, line by line, where a line has an even number of them."""
    if '"' not in text:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        count = line.count('"')
        if count and count % 2 == 0:
            pieces = line.split('"')
            lines[number] = "".join(piece + ("“" if index % 2 == 0 else "”") for index, piece in enumerate(pieces[:-1])) + pieces[-1]
    return "\n".join(lines)
