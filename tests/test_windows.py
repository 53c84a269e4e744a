import pytest
from hypothesis import given, strategies as st

from leagueie.windows import Window, sentence_ends, windows


@pytest.mark.parametrize("text, ends", [
    ("", []),
    ("一句。两句!三", [3, 6, 7]),
    ("他说“好。”又走。", [6, 9]),
    ("甲;乙\n丙", [2, 4, 5]),
    ("\n\n", [1, 2]),
])
def test_sentence_ends(text, ends):
    assert sentence_ends(text) == ends


def test_whole_sentences_are_packed():
    assert list(windows(range(10), [3, 6, 10], size=6, stride=4)) == [Window(0, 6, 0, 6), Window(6, 10, 6, 10)]


def test_a_long_sentence_is_read_in_strides():
    parts = list(windows(range(25), [5, 25], size=10, stride=6))
    assert parts[0] == Window(0, 5, 0, 5)
    assert parts[1:] == [Window(5, 15, 5, 13), Window(11, 21, 13, 19), Window(17, 25, 19, 25)]


def test_bad_stride():
    with pytest.raises(ValueError, match="stride"):
        list(windows(range(3), [3], size=2, stride=3))


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(2, 30), st.data())
def test_cores_cover_every_token_once(lengths, size, data):
    stride = data.draw(st.integers(1, size))
    ends = [sum(lengths[:i + 1]) for i in range(len(lengths))]
    parts = list(windows(range(sum(lengths)), ends, size, stride))
    covered = [token for part in parts for token in range(part.core_start, part.core_end)]
    assert covered == list(range(sum(lengths)))
    assert all(part.end - part.start <= size and part.start <= part.core_start <= part.core_end <= part.end for part in parts)
