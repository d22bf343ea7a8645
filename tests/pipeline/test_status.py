"""Planned, achieved, a rule's parameter or background: by the rules alone, and by the shipped model."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

from analyzer.errors import ModelError
from analyzer.ingest import text_to_document
from analyzer.pipeline.context import read_context
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.sentences import split_sentences
from analyzer.pipeline.status import MODEL, STATUSES, assign_status, default_model, load_model, save_model
from analyzer.pipeline.status_features import NAMES, is_base
from analyzer.pipeline.status_training import (
    PLAN,
    REVIEW,
    RULE,
    calibration_error,
    label_document,
    tense_examples,
    train_pairs,
    train_status,
)
from analyzer.pipeline.tense import pair_sums, weigh

REPORT = "2026年云江省政府工作报告\n——2026年1月20日在云江省人民代表大会上\n"
MEASURES = "云江市人民政府关于印发云江市支持企业发展若干措施的通知\n云政发〔2025〕8号\n"
PLAN_TITLE = "云江市人民政府关于印发《云江市绿色发展行动计划（2023—2025年）》的通知\n云政发〔2023〕5号\n"


def statuses_of(text, **options):
    """The statuses of the numbers marked with ‹ ›."""
    clean, marks = [], []
    for piece in re.split(r"(‹[^›]*›)", text):
        if piece.startswith("‹"):
            marks.append((piece[1:-1], sum(map(len, clean))))
            piece = piece[1:-1]
        clean.append(piece)
    document = text_to_document("".join(clean), "text.txt")
    reading = read_text(document)
    offsets = list(reading.offsets)
    quantities = []
    for quote, start in marks:
        begin = offsets.index(start)
        change = "increase" if reading.text.endswith(("增加", "增长"), 0, begin) else "level"
        quantities.append(Quantity(begin, begin + len(quote), Decimal(1), unit=re.sub(r"^[\d.万亿]+", "", quote) or None, change=change))
    return assign_status(reading, split_sentences(reading), quantities, read_context(document, reading), **options)


CASES = [
    (REPORT + "一、2025年工作回顾\n全年新建公园‹30个›，同比增长‹5%›。", ["achieved", "achieved"], "a review"),
    (REPORT + "三、2026年重点工作\n要加快建设公园‹30个›，力争增长‹5%›。", ["planned", "planned"], "a plan"),
    (REPORT + "一、2025年工作回顾\n森林覆盖率由‹40%›提高到‹45%›。", ["reference", "achieved"], "the base of a rise"),
    (REPORT + "一、2025年工作回顾\n‹89个›开发区实现产值‹300亿元›。", ["reference", "achieved"], "whose figure it is"),
    (REPORT + "一、2025年工作回顾\n‹5个›市和‹7个›县获评文明城市。", ["achieved", "achieved"], "two counts that are results"),
    (REPORT + "一、2025年工作回顾\n占全国比重超过‹10%›的有‹44种›。", ["reference", "achieved"], "a class and its count"),
    (REPORT + "一、2025年工作回顾\n‹9000万›云江儿女团结奋斗，超额完成国家下达的‹500个›任务。", ["reference", "reference"], "the people, and what was demanded"),
    (REPORT + "一、2025年工作回顾\n成为全国首批‹4个›试点城市之一，严格落实省里‹28条›规定。", ["reference", "reference"], "one of many, and what is obeyed"),
    (MEASURES + "对新认定的省级企业技术中心给予一次性奖励‹50万元›。", ["standard"], "a grant"),
    (MEASURES + "单个企业每年奖补最高不超过‹200万元›。", ["standard"], "a cap"),
    (PLAN_TITLE + "到2025年，办理时限压缩至‹5个工作日›以内。", ["planned"], "an aim, though it reads like a limit"),
    (PLAN_TITLE + "到2025年，建成充电桩‹900个›以上。", ["planned"], "an aim"),
]


@pytest.mark.parametrize(("text", "expected", "why"), CASES)
def test_rules_alone(text, expected, why):
    assert [status for status, _, _ in statuses_of(text, model=None)] == expected, why


MORE = [
    *CASES,
    (REPORT + "一、2025年工作回顾\n一年来，成绩来之不易。新建公园‹30个›，完成投资‹90亿元›。\n三、2026年重点工作\n建设公园‹30个›，完成投资‹90亿元›。",
     ["achieved", "achieved", "planned", "planned"], "the same words in both parts"),
    (REPORT + "去年新建公园‹30个›。今年要加快推进公园建设，新建‹40个›以上。", ["achieved", "planned"], "both in one paragraph"),
    (PLAN_TITLE + "一、发展基础\n目前已建成基站‹900个›，覆盖率达到‹80%›。\n二、主要任务\n加快推进基站建设，新建‹300个›。",
     ["achieved", "achieved", "planned"], "a plan's own review"),
    ("1985年政府工作报告\n——1985年4月2日在云江省人民代表大会上\n（一）关于经济形势\n1984年，工业继续增长。原煤产量达到‹7亿吨›，比上年增长‹8%›。",
     ["achieved", "achieved"], "a report's own title does not make it a plan"),
    ("下面我向大会报告工作。\n一、2025年工作回顾\n支持企业发展，脱贫人口务工规模超过‹30万人›。", ["achieved"], "a report whose title is lost"),
    ("关于数字经济提案的答复意见\n云江市科技局\n2021年6月1日\n一、有关情况\n产品市场占有率达到‹20%›以上，服务企业‹100家›。", ["achieved", "achieved"],
     "a reply tells of the state of things"),
    (MEASURES + "对年营业收入首次突破‹1亿元›的企业，给予‹30万元›奖励。", ["standard", "standard"], "threshold and grant"),
]


@pytest.mark.skipif(default_model() is None, reason="models/status.npz is not built")
@pytest.mark.parametrize(("text", "expected", "why"), MORE)
def test_shipped_model(text, expected, why):
    found = statuses_of(text)
    assert [status for status, _, _ in found] == expected, why
    assert all(0.25 <= chance <= 1 for _, chance, _ in found)
    assert all(reason.startswith("status:") for _, _, reasons in found for reason in reasons)


def test_no_figures_and_empty_documents():
    assert statuses_of("各位代表：") == []
    assert statuses_of("各位代表：", model=None) == []


@pytest.mark.parametrize(("text", "start", "end", "expected"), [
    ("占比从30%提高到70%", 3, 6, True), ("占比从30%提高到70%", 9, 12, False), ("由2010年的100元增加到200元", 7, 11, True),
    ("自贸区43项成果增加到全国", 3, 6, False), ("现行16%的税率降至13%", 2, 5, True), ("收入增长5%", 4, 6, False),
    ("收入比从2.50:1缩小至2.27:1", 4, 10, True), ("从771家、481家增加到1076家、636家", 1, 5, True), ("由上年下降2.3%转为增长8.5%", 5, 9, True), ("将24项措施增加为30项", 1, 4, True),
    ("从771家、481家增加到1076家、636家", 6, 10, True),
])
def test_bases(text, start, end, expected):
    assert is_base(text, Quantity(start, end, Decimal(1))) is expected


def test_reports_label_themselves():
    text = "一、2025年工作回顾\n新建公园三十个并开放。\n二、2026年工作安排\n建设公园四十个以上。\n附件：名词解释\n公园是指绿地。"
    assert tense_examples(text) == [(REVIEW, "新建公园三十个并开放。"), (PLAN, "建设公园四十个以上。")]
    assert tense_examples("若干措施\n对认定的企业给予奖励10万元。") == [(RULE, "对认定的企业给予奖励10万元。")]
    assert tense_examples("没有结构的文字。") == []


def small_pairs():
    return train_pairs([(REVIEW, "五年来累计建成公园"), (PLAN, "要加快建设公园"), (RULE, "给予一次性奖励")] * 4, [1.0] * 12)


def test_pairs_learn_and_any_stretch_can_be_weighed():
    pairs = small_pairs()
    text = "累计建成学校，要加快建设学校"
    sums = pair_sums(text, pairs)
    assert weigh(sums, pairs.bias, 0, 6)[0] > weigh(sums, pairs.bias, 7, 14)[0]
    assert (weigh(sums, pairs.bias, 3, 3) == 0).all()
    with pytest.raises(ModelError, match="no review"):
        train_pairs([(PLAN, "要加快建设公园")], [1.0])


def record(text, quote, status):
    start = text.index(quote)
    return {"start": start, "end": start + len(quote), "value": 1, "value_max": None, "unit": None, "comparator": "eq", "change": "level",
            "status": status}


def test_training_round_trip(tmp_path):
    texts = ["一、2025年工作回顾\n五年来累计建成公园很多个。\n二、2026年工作安排\n要加快建设公园很多个。", "若干措施\n对认定的企业给予奖励10万元。"]
    documents = []
    for number in range(8):
        text = REPORT + f"一、2025年工作回顾\n累计建成公园{number}0个。\n三、2026年工作\n要加快建设公园{number}1个。\n对企业给予一次性奖励{number}2万元。"
        records = [record(text, f"{number}0个", "achieved"), record(text, f"{number}1个", "planned"), record(text, f"{number}2万元", "standard")]
        documents.append(label_document(text_to_document(text, "text.txt"), records))
    model = train_status(documents, texts, folds=2)
    save_model(model, tmp_path / MODEL)
    loaded = load_model(tmp_path / MODEL)
    assert np.allclose(loaded.weights, model.weights)
    document = documents[0]
    found = assign_status(document.reading, document.sentences, document.quantities, document.context, model=loaded)
    assert [status for status, _, _ in found] == ["achieved", "planned", "standard"]


def test_foreign_models_are_refused(tmp_path):
    path = tmp_path / MODEL
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="not a status model"):
        load_model(path)
    np.savez_compressed(path, pairs=np.zeros((1 << 16, 2)), pair_bias=np.zeros(2), weights=np.zeros((3, 4)), bias=np.zeros(4),
                        names=np.array(["other", "features", "here"]))
    with pytest.raises(ModelError, match="another version"):
        load_model(path)


def test_calibration_error():
    assert calibration_error(np.array([0.9, 0.9]), np.array([True, True])) == pytest.approx(0.1)
    assert calibration_error(np.array([1.0, 1.0, 0.0]), np.array([True, True, False])) == pytest.approx(0.0)


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES)
    assert len(set(STATUSES)) == 4
