"""Scores: what counts as right, and gains and losses between runs."""

import json

import pytest

from analyzer.errors import UnreadableDocument
from analyzer.evaluation import agrees, calibration_error, compare_runs, read_gold, score_document, tally_to_scores
from analyzer.records import Department, Figure

GOLD = {"quote": "1200个", "start": 4, "end": 9, "value": 1200, "value_max": None, "unit": "个", "comparator": "eq", "change": "level",
        "indicator": "城镇老旧小区", "head": "老旧小区", "action": "改造", "status": "planned", "period": "2025", "region": None,
        "category": "renewal", "departments": [{"name": "市住建局", "role": "lead"}]}


def make_figure(**fields):
    basis = {"document": "a.txt", "quote": "1200个", "start": 4, "end": 9, "value": 1200, "value_max": None, "unit": "个", "comparator": "eq", "change": "level",
                 "indicator": "老旧小区", "action": "改造", "status": "planned", "period": "2025", "region": None, "category": "renewal",
                 "departments": (Department("市住建局", "lead"),), "sentence": "改造老旧小区1200个。", "sentence_start": 0, "sentence_end": 10}
    return Figure(**(basis | fields))


def test_a_perfect_record_is_complete():
    scores = tally_to_scores(score_document("a", "改造小区1200个。", [GOLD], [make_figure()]))
    assert scores["complete F1"] == scores["detection F1"] == scores["departments F1"] == 1.0


@pytest.mark.parametrize(("field", "value", "right"), [
    ("indicator", "改造城镇老旧小区", True), ("indicator", "小区", False), ("indicator", None, False),
    ("indicator", "全市范围内所有的城镇老旧小区", False), ("value", 1200.00001, True), ("value", 1201, False), ("period", "2026", False)])
def test_one_field(field, value, right):
    assert agrees(field, GOLD, {field: value, "value_max": None}) is right


def test_other_readings_count():
    assert agrees("period", GOLD | {"period_alt": ["2026"]}, {"period": "2026"})
    assert agrees("departments", GOLD | {"departments_alt": [[]]}, {"departments": []})


def test_inferred_departments_are_not_scored():
    figure = make_figure(departments=(Department("市住建局", "lead"), Department("市财政局", "support", "inferred", None, 0.4)))
    assert tally_to_scores(score_document("a", "", [GOLD], [figure]))["departments F1"] == 1.0


def test_optional_gold_counts_only_if_found():
    tally = score_document("a", "", [GOLD | {"optional": True}], [])
    assert tally.counts["gold"] == 0
    assert score_document("a", "", [GOLD | {"optional": True}], [make_figure()]).counts["matched"] == 1


def test_missed_and_spurious():
    tally = score_document("a", "x" * 30, [GOLD], [make_figure(start=5)])
    assert len(tally.errors["missed"]) == len(tally.errors["spurious"]) == 1


def test_gains_and_losses():
    assert compare_runs({"a:1 value", "a:1 unit"}, {"a:1 unit", "a:2 unit"}) == (["a:2 unit"], ["a:1 value"])


def test_calibration_error_of_honest_confidence_is_small():
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0)
    assert calibration_error([(0.95, False)]) == pytest.approx(0.95)
    assert calibration_error([]) is None


def test_a_folder_without_gold_is_told(tmp_path):
    with pytest.raises(UnreadableDocument, match="NAME.jsonl"):
        list(read_gold(tmp_path))


def test_reading_gold(tmp_path):
    (tmp_path / "a.txt").write_text("改造小区1200个。", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps(GOLD, ensure_ascii=False) + "\n\n", encoding="utf-8")
    ((path, records),) = read_gold(tmp_path)
    assert path.name == "a.txt"
    assert records[0]["value"] == 1200
