"""Words counted, set apart and found: on texts whose counts can be checked by eye."""

import json
from collections import Counter

import pytest

from analyzer.__main__ import main
from analyzer.ingest import text_to_document
from analyzer.words import SURE, compare_words, count_words, find_uses, keyness

TEXT = """云州市2025年政府工作报告
今年改造城镇老旧小区1200个，筹集保障性租赁住房3.1万套，城镇新增就业4.5万人。
我们要推进城市更新，以及推进老旧管网改造。到2027年，城市更新项目达到200个。
"""


def test_terms_of_the_lexicon_are_one_word():
    counts = count_words(text_to_document(TEXT))
    assert counts["保障性租赁住房"] == 1
    assert counts["城镇新增就业"] == 1
    assert counts["城市更新"] == 2


def test_numbers_times_and_idle_words_are_not_counted():
    counts = count_words(text_to_document(TEXT))
    assert not {"今年", "我们", "以及", "推进", "2025年", "万套", "1200"} & set(counts)
    assert all(len(word) > 1 for word in counts)


def test_an_empty_text_has_no_words():
    assert count_words(text_to_document("")) == Counter()
    assert compare_words({}) == []


def test_without_others_the_most_used_come_first():
    uses = compare_words({"住房": 1, "就业": 3})
    assert [(use.word, use.count, use.rate) for use in uses] == [("就业", 3, 7500.0), ("住房", 1, 2500.0)]


@pytest.mark.parametrize(("count", "total", "other", "other_total", "expected"), [
    (10, 1000, 10, 1000, 0.0),
    (20, 1000, 10, 1000, 3.398),  # 2·(20·ln(20/15) + 10·ln(10/15))
    (10, 1000, 20, 1000, -3.398),
    (5, 100, 0, 100, 6.931),  # 2·5·ln 2
    (0, 0, 5, 100, 0.0),
])
def test_keyness_is_dunnings_ratio(count, total, other, other_total, expected):
    assert keyness(count, total, other, other_total) == pytest.approx(expected, abs=1e-3)


def test_what_sets_one_group_apart_comes_first_and_what_the_other_has_last():
    uses = compare_words(Counter(更新=30, 住房=50), Counter(住房=50, 扶贫=30))
    assert [use.word for use in uses] == ["更新", "住房", "扶贫"]
    assert uses[0].keyness > SURE
    assert uses[-1].keyness < -SURE


def test_uses_stand_in_the_text_at_their_place():
    document = text_to_document(TEXT)
    uses = find_uses(document, ["城市更新", "更新"])
    assert [use.word for use in uses] == ["城市更新", "城市更新"]  # the longer word goes before the one inside it
    assert all(document.text[use.start:use.end] == use.word for use in uses)
    assert uses[0].left == "我们要推进"
    assert uses[0].right.startswith("，以及推进")
    assert find_uses(document, ["", "不在文中"]) == []


def test_the_command_counts_compares_and_finds(tmp_path, capsys):
    one, two = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text(TEXT, encoding="utf-8")
    two.write_text("今年巩固脱贫攻坚成果，脱贫攻坚任务全面完成。\n", encoding="utf-8")
    assert main(["words", str(one), "--against", str(two), "--format", "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert records[0]["word"] == "城市更新"
    assert records[-1]["word"] == "脱贫攻坚"
    assert records[-1]["other_count"] == 2
    assert main(["words", str(one), "--top", "1"]) == 0
    assert "城市更新" in capsys.readouterr().out
    assert main(["words", str(one), "--find", "老旧小区"]) == 0
    assert "[老旧小区]1200个" in capsys.readouterr().out.replace(" ", "")
    assert main(["words", str(tmp_path / "none.txt"), str(two)]) == 1
