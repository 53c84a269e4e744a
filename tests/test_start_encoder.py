"""Which pieces the start encoder keeps, and how its tokenizer cuts."""

from types import SimpleNamespace

from training.start_encoder import build_tokenizer, wanted_pieces


def test_wanted_pieces():
    pieces = ["▁中国", "中国", "的", "的人", "我的", "在全国", "会上", "在", "學", "学", "abc", "abcd", "7", "77", "“", "да", "了解"]
    rows = wanted_pieces(SimpleNamespace(pieces=pieces))
    assert rows == {"中国": [0, 1], "的": [2], "在": [7], "学": [9], "abc": [10], "7": [12], "“": [14], "了解": [16]}


def test_tokens_stop_at_digits_symbols_and_letters():
    tokenizer = build_tokenizer({piece: -5.0 for piece in ["青年", "活动", "青", "年", "活", "动", "1", "2", "“", "”", "KTV", "场"]})
    encoding = tokenizer.encode("“青年”活动12场KTV", add_special_tokens=False)
    assert encoding.tokens == ["“", "青年", "”", "活动", "1", "2", "场", "KTV"]
    assert encoding.offsets[1] == (1, 3)
    assert tokenizer.encode("青年").tokens == ["[CLS]", "青年", "[SEP]"]
