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
    r"打开[^\s,。]{2,8}查看(?:精彩|更多|高清)?(?:图片|内容|视频)|打开[^\s,。]{2,8} +查看(?:精彩|更多|高清)?(?:图片|内容|视频)"
    r"|点击(?:上方|下方)?(?:图片|蓝字|卡片|名片)+(?:即可)?(?:关注|查看)[^\n。,]{0,12}|\(?图片来源于?网络[^\n。,)]{0,12}\)?")
_FURNITURE_LINE = re.compile(
    r"^[ ·\-—|/]*(?:"
    r"(?:[(\[【]?(?:文字?|图|图文|图/文|文/图|摄影|作者|记者|通讯员|编辑|责任编辑|责编|编审|审核|校对|校审|监制|主编|排版|制图|美编|撰稿|供稿|供图|来稿|投稿|初审|复审|"
    r"复核|终审|签发|信息来源|稿件来源|文章来源|资料来源|来源|来自|原标题|版权声明|免责声明|声明|联系电话|联系方式|热线电话|投稿邮箱|邮箱|地址|邮编|网址|阅读|浏览次数|发布时间|"
    r"发布日期|日期|字号|字体|分享到?|标签|关键词)(?: ?[::/|丨·&] ?|▏)[^。!?]{0,60})"
    r"|[^\n]*(?:许可证|ICP备|公网安备|版权所有|举报电话|请勿转载|禁止转载|未经授权|侵权|Copyright|CopyRight|COPYRIGHT)[^\n]*"
    r"|以上(?:就)?是小编[^\n]*|[^\n。]{0,20}(?:欢迎|敬请|请大家多多|请多多|扫码|长按|点击)[^\n。]{0,16}(?:关注|二维码|阅读原文|分享)[^\n。]{0,24}[。!~]*"
    r"|(?:上|下)一(?:篇|条)[^\n]{0,60}|(?:点个?|喜欢就)?(?:在看|点赞|阅读原文|返回搜狐|责任编辑)[^\n。,]{0,20}|— ?END ?—|END|微信扫一扫[^\n]*"
    r")[ ]*$", re.M)
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
        character i. No span may cross a cut.
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
    found = sorted(_matches(_FURNITURE_PHRASE, text) + [span for span in _matches(_FURNITURE_LINE, text) if span[0] < span[1]])
    disjoint: list[tuple[int, int]] = []
    for start, end in found:
        if disjoint and start < disjoint[-1][1]:
            disjoint[-1] = (disjoint[-1][0], max(end, disjoint[-1][1]))
        else:
            disjoint.append((start, end))
    return disjoint


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
