"""What a number says: value, unit, currency, rate and bound, read from its clean text.

Numerals themselves are read by cn2an; it does not know 余 and 多 inside a numeral (二百余万), commas (1,200), ranges,
neighbouring digits (七八百), 数十, 上千, 半 or 百分之, which are taken apart here first.
"""

from __future__ import annotations

import re
from functools import lru_cache

from leagueie.schema import Reading

_BOUND_BEFORE = {
    "<": "将近|接近|不到|不足|低于|少于|近|小于", ">": "超过|多于|高于|突破|超|逾|破|大于|过",
    "≥": "不少于|不低于|不小于|至少|最少|上(?=[十百千万亿])", "≤": "不超过|不多于|不高于|不大于|至多|最多", "≈": "大约|大概|约"}
_BOUND_AFTER = {"≥": "及?以上|起|\\+", "≤": "及?以内|及?以下|之内", "≈": "左右|上下", ">": "余|多|有余"}
_BEFORE = [(bound, re.compile(f"^(?:{words})")) for bound, words in _BOUND_BEFORE.items()]
_BEFORE.sort(key=lambda item: item[0] in "<>")  # 不超过 before 超过
_AFTER = [(bound, re.compile(f"(?:{words})$")) for bound, words in _BOUND_AFTER.items()]
_OUTSIDE = re.compile(r"^(?:累计|总计|合计|共计|共|达到|达|为|总|有)+")

_NUMERAL = r"(?:[\d零〇一二两三四五六七八九十百万亿廿壹贰叁肆伍陆柒捌玖拾佰仟俩]|千(?![克米瓦]))"  # 千克 is a unit
_CORE = re.compile(rf"{_NUMERAL}(?:{_NUMERAL}|[.,](?=\d)|[余多几](?=[十百千万亿]))*")
_RANGE = re.compile(r"^(?:%|‰|[^\d\-—~至到]{1,2}(?=[-—~至到]\d))?(?:-|—+|~|至|到)")
_NEIGHBOURS = re.compile(r"^(十?|二十|三十)([一二两三四五六七八])([二三四五六七八九])([十百千万亿]*)$")
_SEVERAL = re.compile(r"^(?:数|几|好几)([十百千万亿]+)|^(十)几")
_OF_HUNDRED = {"百分之": "%", "千分之": "‰", "万分之": "‱"}
_FRACTION = re.compile(rf"^({_NUMERAL}+)分之({_NUMERAL}+)$")
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2}

_CURRENCIES = {"美元": "USD", "美金": "USD", "港元": "HKD", "港币": "HKD", "澳门元": "MOP", "澳门币": "MOP", "葡币": "MOP",
               "新台币": "TWD", "台币": "TWD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "韩元": "KRW", "卢布": "RUB",
               "新加坡元": "SGD", "澳元": "AUD", "加元": "CAD", "瑞士法郎": "CHF", "人民币元": "CNY", "元人民币": "CNY",
               "人民币": "CNY", "块钱": "CNY", "元": "CNY", "块": "CNY"}
_CURRENCY = re.compile("|".join(sorted(_CURRENCIES, key=len, reverse=True)))
_SYMBOLS = {"¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_RATE = re.compile(r"(?:/|每)([^\d]{1,6})$")
_PER = re.compile(r"^(?:每(人|名|户|月|年|天|日|次|场|学期|学年|生|家)(?:[^\d每]{0,4}(?=\d))?|人均)(?:每(月|年|天|学期|学年))?")


def read_number(text: str, label: str) -> Reading:
    """Read the clean text of a QUANTITY or MONEY span. Never raises: what cannot be read has value None."""
    try:
        return _read(text.replace(" ", ""), label == "MONEY")
    except (ValueError, OverflowError, IndexError, KeyError):
        return Reading()


def _read(text: str, money: bool) -> Reading:
    currency = rate = None
    if text[:1] in _SYMBOLS:
        currency, text = _SYMBOLS[text[0]], text[1:]
    if per := _PER.match(text):
        rate, text = "/".join(part for part in per.groups() if part) or "人", text[per.end():]
    bound, text = _take_bound(text)
    text = text.removeprefix("人民币") if money else text
    if money and (slash := _RATE.search(text)) and _CURRENCY.search(text[:slash.start()]):
        rate, text = slash[1], text[:slash.start()]
    low, high, more, unit = _take_numeral(text)
    if more and bound == "=":
        bound = ">"
    if high is not None:
        bound = "range"
    if money:
        currency = currency or next((_CURRENCIES[name] for name in _CURRENCY.findall(unit)), None)
        unit = unit.removesuffix("人民币") or unit
    if low is None:
        return Reading(currency=currency, rate=rate)
    return Reading(low, high, bound, unit or None, currency, rate)


def _take_bound(text: str) -> tuple[str, str]:
    """Strip the words around a number that bound it; those before it win."""
    text = _OUTSIDE.sub("", text)
    bound = "="
    for name, pattern in _AFTER:
        if match := pattern.search(text):
            bound, text = name, text[:match.start()]
            break
    for name, pattern in _BEFORE:
        if match := pattern.search(text):
            return name, text[match.end():]
    return bound, text


def _take_numeral(text: str) -> tuple[float | None, float | None, bool, str]:
    """(lower value, upper value, whether 余 or 多 stood in it, what follows the numeral)."""
    for words, unit in _OF_HUNDRED.items():
        if text.startswith(words):
            low, high, more, rest = _take_numeral(text.removeprefix(words))
            return low, high, more, unit + rest
    if several := _SEVERAL.match(text):
        return _value(several[1] or several[2]), None, True, text[several.end():].lstrip("余多")
    if text.startswith(("半", "一半")):
        return 0.5, None, False, text.removeprefix("一").removeprefix("半")
    core = _CORE.match(text)
    if not core:
        return None, None, False, text
    rest, numeral = text[core.end():], core[0]
    if rest.startswith("分之") and (fraction := _FRACTION.match(text)):
        return _value(fraction[2]) / _value(fraction[1]), None, False, ""
    more = bool(re.search("[余多几]", numeral))
    numeral = re.sub("[余多几,]", "", numeral)
    if tail := re.match(rf"(?:有余|[余多几])({_NUMERAL}*)", rest):
        more, numeral, rest = True, numeral + tail[1], rest[tail.end():]
    if more_after := re.match(r"^([个年天])多", rest):
        more, rest = True, more_after[1] + rest[more_after.end():]
    if (dash := _RANGE.match(rest)) and (upper := _CORE.match(rest, dash.end())):
        return *_range(numeral, upper[0]), more, rest[upper.end():]
    if pair := _NEIGHBOURS.match(numeral):
        first, second = _DIGITS[pair[2]], _DIGITS[pair[3]]
        if second - first == 1:
            return _value(pair[1] + pair[2] + pair[4]), _value(pair[1] + pair[3] + pair[4]), more, rest
    value = _value(numeral)
    if rest.startswith("半"):
        value, rest = value + 0.5, rest[1:]
    elif half := re.match("^([个年天])半", rest):
        value, rest = value + 0.5, half[1] + rest[half.end():]
    return value, None, more, rest


def _range(low: str, high: str) -> tuple[float, float]:
    """Both ends of a range; a multiplier that only the upper end carries counts for both (2至3万)."""
    multiplier = re.search("[十百千万亿]+$", high)
    if multiplier and re.fullmatch(r"[\d.,]+|[一二两三四五六七八九]", low):
        low += multiplier[0]
    return _value(low), _value(high)


@lru_cache(maxsize=4096)
def _value(numeral: str) -> int | float:
    """The value of a numeral without modifiers."""
    import cn2an

    numeral = numeral.replace(",", "").replace("俩", "两")
    if re.fullmatch(r"\d+(?:\.\d+)?", numeral):
        value = float(numeral) if "." in numeral else int(numeral)
    elif re.fullmatch("[十百千万亿]+", numeral):
        value = 1
        for char in numeral:
            value *= {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[char]
    else:
        value = cn2an.cn2an(numeral, "smart")
    if isinstance(value, float):
        value = round(value, 6)
        return int(value) if value.is_integer() else value
    return value
