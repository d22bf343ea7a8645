"""Which phrase a number measures, with the trained model and with the rules alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import ModelError
from analyzer.ingest.plain import text_to_blocks
from analyzer.pipeline.indicator_ranker import RULES_ONLY, Ranker, load_ranker, save_ranker
from analyzer.pipeline.indicator_training import MeasuredDocument, count_borders, gold_to_measured, train_indicators
from analyzer.pipeline.indicators import Measured, find_indicators
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.reading import Reading, read_text
from analyzer.records import Document


def marked(text: str) -> tuple[Reading, list[Quantity]]:
    """`改造<1200|个>老旧小区` → the reading without marks and its quantities (number|unit, change ↑ or ↓ before the number)."""
    plain, quantities = "", []
    for part in text.split("<"):
        inside, mark, rest = part.partition(">")
        if not mark:
            plain += inside
            continue
        change = {"↑": "increase", "↓": "decrease"}.get(inside[0], "level")
        number, _, unit = inside.lstrip("↑↓").partition("|")
        start = len(plain)
        plain += number + unit
        quantities.append(Quantity(start, len(plain), Decimal(1), None, unit.lstrip("万亿") or None, "eq", change))
        plain += rest
    return read_text(Document("text", plain, text_to_blocks(plain))), quantities


def measure(text: str, ranker: Ranker | None = None) -> list[Measured]:
    reading, quantities = marked(text)
    return find_indicators(reading, quantities, ranker=ranker)


TABLE = [
    ("全市森林覆盖率达到<45|%>。", ["森林覆盖率"], "before the verb; the domain stays out"),
    ("改造<1200|个>老旧小区。", ["老旧小区"], "behind the number"),
    ("建成廉租房<300|套>、公租房<200|套>。", ["廉租房", "公租房"], "each item of a list its own"),
    ("工业增加值达到<90|亿元>，按可比价格计算增长<↑6|%>。", ["工业增加值", "工业增加值"], "how it was reckoned is no thing"),
    ("地区生产总值增长<↑6|%>，达到<900|亿元>。", ["地区生产总值", "地区生产总值"], "carried into the next clause"),
    ("城镇、农村居民人均可支配收入分别增长<↑5|%>、<↑6|%>。", ["城镇居民人均可支配收入", "农村居民人均可支配收入"], "a shared head is written out"),
    ("城乡居民人均可支配收入分别增长<↑5|%>、<↑6|%>。", ["城镇居民人均可支配收入", "农村居民人均可支配收入"], "城乡 is two words"),
    ("带动<100|家>企业，其中：甲山市<60|家>、乙水县<40|家>。", ["企业", "企业", "企业"], "regions share what the sum measures"),
    ("对新认定的研究中心给予<200|万元>一次性奖励。", ["一次性奖励"], "the subsidy, not who gets it"),
    ("按项目投资额的<20|%>给予补助，单个企业最高<300|万元>。", ["补助", "补助"], "neither the base nor the receiver"),
    ("人均预期寿命从<76|岁>提高到<78|岁>。", ["人均预期寿命", "人均预期寿命"], "base and end of a rise"),
    ("对年营业收入超过<1|亿元>的企业给予奖励。", ["年营业收入"], "a threshold bounds what stands before it"),
    ("选派<30|名>科技特派员到县级医院开展工作。", ["科技特派员"], "a preposition and a verb begin a predicate"),
    ("居民贷款增速比各项贷款平均增速高<↑2|个百分点>。", ["居民贷款增速"], "what it is compared with is not it"),
    ("建设<20|个>国家级、<10|个>省级试点园区。", ["国家级试点园区", "省级试点园区"], "the class lends the noun of the next"),
    ("黄金、白银产量分别增长<↑5|%>、<↑6|%>。", ["黄金产量", "白银产量"], "the shared head of two kinds"),
    ("情节严重的，处<1000|元>罚款。", ["罚款"], "the fine"),
    ("本措施自发布之日起施行，有效期<5|年>。", ["有效期"], "a time word that is what is measured"),
    ("固定资产投资（不含农户）增长<↑5|%>。", ["固定资产投资"], "a bracket behind the name"),
    ("新能源汽车产量突破<50|万辆>、增长<↑29|%>。", ["新能源汽车产量", "新能源汽车产量"], "新 belongs to the name"),
    ("新认定瞪羚企业<5|家>、总数达到<31|家>。", ["瞪羚企业", "瞪羚企业"], "a bare sum counts what stood before"),
    ("<8|家>企业入选国家级名单。", ["企业"], "a sure predicate ends the name"),
    ("对<75|件>规章进行全面清理。", ["规章"], "进行 stands in no name"),
    ("其中确诊病例中，南宁市<5|例>、柳州市<2|例>。", ["确诊病例", "确诊病例"], "a listed place is where, not what"),
    ("考评分值=日常监测（<60|%>）+实地调研（<40|%>）。", ["日常监测", "实地调研"], "a number alone in its bracket"),
    ("污水、垃圾处理又进一步，处理率分别达到<95|%>、<85|%>。", ["污水处理率", "垃圾处理率"], "items in the clause before, the head in the own one"),
    ("粮食产量<90|万吨>、油料产量<6|万吨>，分别增长<↑2|%>、<↑3|%>。", ["粮食产量", "油料产量"] * 2, "as many numbers before"),
    ("引导合作银行将平均费率降至<1|%>以下。", ["平均费率"], "将 moves the object forward"),
    ("按照规定给予不超过总投入<30|%>、最高<500|万元>的经费支持。", ["经费支持", "经费支持"], "a share of the whole that is granted"),
    ("有效灌溉面积达到耕地总面积的<64|%>。", ["有效灌溉面积"], "what it is a share of stands before 的"),
    ("建成茶馆<30|家>（累计<90|家>）。", ["茶馆", "茶馆"], "a sum in brackets"),
    ("新增<30|户>（累计<90|户>）餐饮单位。", ["餐饮单位", "餐饮单位"], "an aside between number and name"),
    ("59.建成5G基站<200|座>。", ["5G基站"], "the number of an item is no word"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), TABLE, ids=[row[2] for row in TABLE])
def test_phrases(text: str, expected: list[str], reason: str) -> None:
    assert [found.indicator for found in measure(text)] == expected, reason


ACTIONS = [
    ("森林覆盖率达到<45|%>。", ["达到"], "the verb between"),
    ("新建农村公路<120|公里>。", ["新建"], "the verb in front"),
    ("建成廉租房<300|套>、公租房<200|套>。", ["建成", "建成"], "a list goes on under its verb"),
    ("城镇调查失业率<5|%>。", [None], "no verb at all"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), ACTIONS, ids=[row[2] for row in ACTIONS])
def test_actions(text: str, expected: list[str | None], reason: str) -> None:
    assert [found.action for found in measure(text)] == expected, reason


def test_rules_alone_know_the_plain_cases() -> None:
    found = measure("森林覆盖率达到<45|%>。改造<1200|个>老旧小区。", RULES_ONLY)
    assert [one.indicator for one in found] == ["森林覆盖率", "老旧小区"]


def test_row_name_without_its_unit() -> None:
    reading, _ = marked("1\n\n公共充电桩数（个）\n\n350")
    start = reading.text.rindex("350")
    found = find_indicators(reading, [Quantity(start, start + 3, Decimal(350))])
    assert found[0].indicator == "公共充电桩数"


@settings(max_examples=40, deadline=None)
@given(st.text("到在的、，。（）“新建成覆盖率达增长企业家分别和0 ", max_size=40), st.text("个，。、的企业和增长", max_size=20))
def test_any_text_gives_pieces_that_hold_the_words(before: str, behind: str) -> None:
    reading, quantities = marked(f"甲{before}<12|个>{behind}")
    for quantity, found in zip(quantities, find_indicators(reading, quantities), strict=True):
        assert 0.0 <= found.confidence <= 1.0
        for start, end in found.pieces:
            assert 0 <= start < end <= len(reading.text)
            assert end <= quantity.start or start >= quantity.end


def test_no_quantities() -> None:
    assert find_indicators(marked("没有数字。")[0], []) == []


def test_training_learns_the_side(tmp_path) -> None:
    texts = ["改造<10|个>小区。", "建设<20|个>公园。", "新建<30|所>学校。", "更新<40|部>电梯。"]
    nouns = ["小区", "公园", "学校", "电梯"]
    documents = [MeasuredDocument(*marked(text), [{"indicator": noun}]) for text, noun in zip(texts, nouns, strict=True)]
    borders = count_borders([["改造", "小区"], ["小区"]], rarest=1)
    assert borders == {"改造": 0, "造小": 5, "小区": 0}
    ranker = train_indicators(documents, lambda record, words: record["indicator"] == words, borders)
    assert measure("整修<5|座>桥梁。", ranker)[0].indicator == "桥梁"
    path = tmp_path / "indicators.npz"
    save_ranker(path, ranker)
    assert load_ranker(path).borders == borders


def test_gold_offsets_become_offsets_of_the_reading() -> None:
    text = "第一段。\n\n改造老旧小区12个。"
    record = {"start": text.index("12"), "end": text.index("12") + 3, "value": 12, "unit": "个", "comparator": "eq", "change": "level"}
    measured = gold_to_measured(Document("text", text, text_to_blocks(text)), [record])
    quantity = measured.quantities[0]
    assert measured.reading.text[quantity.start:quantity.end] == "12个"


def test_a_long_row_of_numbers_takes_one_step_each() -> None:
    found = measure("建成" + "、".join(["<1200|个>"] * 300) + "。")
    assert len(found) == 300


def test_a_broken_model_is_named(tmp_path) -> None:
    path = tmp_path / "indicators.npz"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"indicators\.npz"):
        load_ranker(path)
