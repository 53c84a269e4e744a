from training.augment import augmented, mentions
from training.checks import faults
from training.markup import parse_markup

PASSAGES = [parse_markup("{O:团县委}举办“{E1:青春行}”{Q>1:3场},筹款{M>1:5万元}。{X2:发展团员}{Q>2:20名}", "a"),
            parse_markup("{O:市青联}实施“{P1:扬帆计划}”和“{E2:暖冬}”{Q>1:12场}", "b")]


def test_swapped_copies_stay_valid_and_keep_their_links():
    copies = augmented(PASSAGES, copies=20, share=1.0, seed=3)
    assert len(copies) == 2 * 21 and copies[:2] == PASSAGES
    pool = mentions(PASSAGES)
    for index, copy in enumerate(copies):
        source = PASSAGES[index % 2]
        assert not list(faults(copy)) and copy.links == source.links
        assert [span.label for span in copy.spans] == [span.label for span in source.spans]
        for number, span in enumerate(copy.spans):
            assert any(copy.text_of(number) in texts for (label, *_), texts in pool.items() if label == span.label)


def test_actions_stay_and_something_changes():
    copies = augmented(PASSAGES, copies=5, share=1.0, seed=1)[2:]
    assert all("发展团员" in copy.text for copy in copies if copy.id == "a")
    assert any("市青联举办" in copy.text for copy in copies)
    assert all("“青春行”" in copy.text or "“暖冬”" in copy.text for copy in copies)


def test_the_seed_decides():
    assert augmented(PASSAGES, 3, 0.5, 7) == augmented(PASSAGES, 3, 0.5, 7)
    assert augmented(PASSAGES, 0, 0.5, 7) == PASSAGES
