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
_BOUND_AFTER = {"≥": "及?以上|(?<=[元人名次])起|\\+", "≤": "及?以内|及?以下|之内", "≈": "左右|上下", ">": "余|多|有余"}
_BEFORE = [(bound, re.compile(f"^(?:{words})[了有]?")) for bound, words in _BOUND_BEFORE.items()]
_BEFORE.sort(key=lambda item: item[0] in "<>")  # 不超过 before 超过
_AFTER = [(bound, re.compile(f"(?:{words})$")) for bound, words in _BOUND_AFTER.items()]
_OUTSIDE = re.compile(r"^(?:累计|总计|合计|共计|共|达到|达|为|总|有)+")

_HAN_NUMERAL = "零〇一二两三四五六七八九十百千万亿廿壹贰叁肆伍陆柒捌玖拾佰仟俩"
_NUMERAL = rf"(?:[\d{_HAN_NUMERAL.replace('千', '')}]|千(?![克米瓦]))"  # 千克 is a unit
_CORE = re.compile(rf"{_NUMERAL}(?:{_NUMERAL}|\.(?=\d)|,(?=\d{{3}}(?!\d))|点(?={_NUMERAL})|[余多几来](?=[十百千万亿]))*")
_RANGE = re.compile(rf"^[余多来]?[^\d\-—~至到{_HAN_NUMERAL}]{{0,4}}(?:-|—+|~|至|到)(?={_NUMERAL})")
_NEIGHBOURS = re.compile(r"^(十?|二十|三十)([一二两三四五六七八])([二两三四五六七八九])([十百千万亿]*)$")
_SEVERAL = re.compile(r"^(?:数|几|好几)([十百千万亿]+)|^(十)几([万亿]*)")
_OF_HUNDRED = {"百分之": "%", "千分之": "‰", "万分之": "‱"}
_FRACTION = re.compile(rf"^({_NUMERAL}+)分之({_NUMERAL}+)$|^(\d+)/(\d+)$")
_DECIMAL = re.compile(r"^(\D+)点([零〇一二三四五六七八九]+)([十百千万亿]*)$")
_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_LEFT_OVER = re.compile(rf"[\d{_HAN_NUMERAL}]")  # in a unit: the numeral was not read to its end
_UNITS_WITH_NUMERALS = re.compile("千[克米瓦]|百分点|千分点")
_MISREAD = ((re.compile(r"(?<=[\dOo])[Oo○〇]|(?<![A-Za-z])[Oo○](?=\d)"), "0"), (re.compile(r"(?<=\d)[lI](?=[\dOo]|\D)|^[lI](?=\d)"), "1"),
            (re.compile(rf"(?<=[{_HAN_NUMERAL}])○"), "零"), (re.compile(r"(?<=\d)[wW](?![A-Za-z])"), "万"))

_CURRENCIES = {"美元": "USD", "美金": "USD", "港元": "HKD", "港币": "HKD", "澳门元": "MOP", "澳门币": "MOP", "葡币": "MOP",
               "新台币": "TWD", "台币": "TWD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "韩元": "KRW", "卢布": "RUB",
               "新加坡元": "SGD", "澳元": "AUD", "加元": "CAD", "瑞士法郎": "CHF", "人民币元": "CNY", "元人民币": "CNY",
               "人民币": "CNY", "块钱": "CNY", "元": "CNY", "块": "CNY"}
_CURRENCY = re.compile("|".join(sorted(_CURRENCIES, key=len, reverse=True)))
_SYMBOLS = {"HK$": "HKD", "US$": "USD", "RMB": "CNY", "¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_RATE = re.compile(r"(?:/|每)([^\d]{1,6}?)((?:及?以[上下内]|左右)?)$")
_PERIOD = "年|月|天|日|周|季度|学期|学年"
_PER = re.compile(rf"^(?:每(人|名|位|个|户|次|场|期|生|家|亩|所|村|校|班|件|套|单|箱|盒|吨|公斤|斤|课时|小时|{_PERIOD})[^\d每{_HAN_NUMERAL}]{{0,4}}?"
                  rf"|([人户月年日亩校班场])均)(?:每?({_PERIOD}))?(?=(?:近|约|超过?|逾|不[少低超高多][于过]|至少|至多|最多|上|达)*[\d{_HAN_NUMERAL}])")


def read_number(text: str, label: str) -> Reading:
    """Read the clean text of a QUANTITY or MONEY span. Never raises: what cannot be read has value None."""
    try:
        reading = _read(text.replace(" ", ""), label == "MONEY")
        if reading.value is None or max(abs(reading.value), abs(reading.value_max or 0)) < 1e18:
            return reading
    except (ValueError, ArithmeticError, LookupError):
        pass
    return Reading()


def _read(text: str, money: bool) -> Reading:
    currency = rate = None
    for pattern, replacement in _MISREAD:
        text = pattern.sub(replacement, text)
    for symbol, name in _SYMBOLS.items():
        if text.startswith(symbol):
            currency, text = name, text.removeprefix(symbol)
    if per := _PER.match(text):
        rate, text = "/".join(part for part in per.groups() if part), text[per.end():]
    if money and (slash := _RATE.search(text)) and _CURRENCY.search(text[:slash.start()]):
        rate, text = slash[1].replace("每", "/"), text[:slash.start()] + slash[2]
    bound, text = _take_bound(text)
    text = text.removeprefix("人民币") if money else text
    low, high, inner_bound, unit = _take_numeral(text)
    bound = "range" if high is not None else inner_bound if bound == "=" else bound
    if money:
        named = [_CURRENCIES[name] for name in _CURRENCY.findall(unit)]
        currency = currency or next((name for name in named if name != "CNY"), named[0] if named else None)
        unit = unit.removesuffix("人民币") or unit
    if low is None or _LEFT_OVER.search(_UNITS_WITH_NUMERALS.sub("", unit)):
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


def _take_numeral(text: str) -> tuple[float | None, float | None, str, str]:
    """(lower value, upper value, bound by 余, 多 or 来 in it, what follows the numeral)."""
    for words, unit in _OF_HUNDRED.items():
        if text.startswith(words):
            low, high, bound, rest = _take_plain(text.replace(words, ""))
            return low, high, bound, unit + rest
    return _take_plain(text)


def _take_plain(text: str) -> tuple[float | None, float | None, str, str]:
    if several := _SEVERAL.match(text):
        return _value(several[1] or several[2] + several[3]), None, ">", text[several.end():].lstrip("余多")
    if text.startswith(("半", "一半")):
        return 0.5, None, "=", text.removeprefix("一").removeprefix("半")
    if fraction := _FRACTION.match(text):
        whole, part = (fraction[1], fraction[2]) if fraction[1] else (fraction[4], fraction[3])
        return round(_value(part) / _value(whole), 4), None, "=", ""
    core = _CORE.match(text)
    if not core:
        return None, None, "=", text
    numeral, rest = core[0], text[core.end():]
    if (dash := _RANGE.match(rest)) and (upper := _CORE.match(rest, dash.end())):
        return *_range(numeral, upper[0]), "range", rest[upper.end():].lstrip("余多来")
    vague = re.search("[余多几来]", numeral)
    numeral = re.sub("[余多几来]", "", numeral)
    if not vague and (vague := re.match(rf"(有余|[余多几来])({_NUMERAL}*)", rest)):
        numeral, rest = numeral + vague[2], rest[vague.end():]
    elif not vague and (vague := re.match("([个年天])多", rest)):
        rest = vague[1] + rest[vague.end():]
    bound = "=" if not vague else "≈" if "来" in vague[0] else ">"
    if pair := _NEIGHBOURS.match(numeral):
        first, second = _DIGITS[pair[2]], _DIGITS[pair[3]]
        if second - first == 1 or (first, second) == (3, 5):
            return _value(pair[1] + pair[2] + pair[4]), _value(pair[1] + pair[3] + pair[4]), "range", rest
    value = _value(numeral)
    if rest.startswith("半"):
        value, rest = value + 0.5, rest[1:]
    elif tenth := re.match("成([一二三四五六七八九])", rest):
        value, rest = value + _DIGITS[tenth[1]] / 10, "成" + rest[tenth.end():]
    elif half := re.match("([^半])半", rest):
        value, rest = value + 0.5, half[1] + rest[half.end():]
    return value, None, bound, rest


def _range(low: str, high: str) -> tuple[float, float]:
    """Both ends of a range; a multiplier that only the upper end carries counts for both (2至3万, but not 500至1万)."""
    low, high = (re.sub("[余多几来]", "", numeral) for numeral in (low, high))
    shared = re.search("[万亿]+$", high) or (re.search("[十百千]$", high) if len(low) == 1 else None)
    if shared and shared.start() and not re.search("[万亿]", low) and _value(low) < _value(high[:shared.start()]):
        low += shared[0]
    return _value(low), _value(high)


@lru_cache(maxsize=4096)
def _value(numeral: str) -> int | float:
    """The value of a numeral without modifiers."""
    import cn2an

    numeral = numeral.replace(",", "").replace("俩", "两")
    if digits := re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", numeral):
        value = float(digits[1]) if "." in digits[1] else int(digits[1])
        powers = digits[2]
    elif decimal := _DECIMAL.match(numeral):
        value = _value(decimal[1]) + float("0." + "".join(str(_DIGITS[char]) for char in decimal[2]))
        powers = decimal[3]
    elif re.fullmatch("[十百千万亿]+", numeral):
        value, powers = 1, numeral
    else:
        value, powers = cn2an.cn2an(numeral, "smart"), ""
    for power in powers:
        value *= _POWERS[power]
    if isinstance(value, float):
        value = round(value, 6)
        return int(value) if value.is_integer() else value
    return value
