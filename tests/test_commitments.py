"""What a sentence is, and what a promise does to what."""

import os
from pathlib import Path

import pytest

from analyzer.commitment_training import label_sentences, read_labels, score, split_documents, train
from analyzer.commitments import find_action, find_pieces, opens_promise, split_commitments
from analyzer.errors import ModelError
from analyzer.ingest.plain import text_to_blocks
from analyzer.pipeline.bodies import Assignment
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.sentence_kinds import KINDS, find_kinds, load_model, settle
from analyzer.pipeline.sentences import split_sentences
from analyzer.records import Document

SHARED = Path(os.environ.get("POLICY_SHARED", Path(__file__).parents[1] / ".." / "shared"))

REPORT = """临江市政府工作报告
各位代表：
一、2024年工作回顾
过去一年，全市地区生产总值增长6.1%，城镇新增就业2.3万人。改造老旧小区86个，惠及居民4.2万户。建成口袋公园31个。
二、2025年重点工作
今年要抓好以下工作。
（一）加快城市更新。新开工改造老旧小区90个，更新燃气管网120公里。推进完整社区建设，新增托位800个。（责任单位：市住房城乡建设局）
"""
MEASURES = """关于支持建筑业发展的若干措施
一、奖励标准
对首次取得特级资质的企业，给予一次性奖励200万元。同一企业同时符合多项奖励条件的，按照就高不重复的原则执行。
本措施自发布之日起施行，有效期三年。
"""


def kinds_in(text, title):
    reading = read_text(Document("x.txt", text, text_to_blocks(text), title=title))
    spans = split_sentences(reading)
    return {reading.text[span.start:span.end]: kind for span, (kind, _) in zip(spans, find_kinds(reading, spans, title=title), strict=True)}


@pytest.mark.parametrize(("text", "title", "words", "kind"), [
    (REPORT, "临江市政府工作报告", "改造老旧小区86个", "achievement"),  # the same verb looks back in a review …
    (REPORT, "临江市政府工作报告", "新开工改造老旧小区90个", "commitment"),  # … and ahead in a plan
    (REPORT, "临江市政府工作报告", "推进完整社区建设", "commitment"),
    (REPORT, "临江市政府工作报告", "2024年工作回顾", "heading"),
    (REPORT, "临江市政府工作报告", "各位代表", "heading"),
    (REPORT, "临江市政府工作报告", "责任单位", "heading"),  # a bracket with bodies alone
    (MEASURES, "关于支持建筑业发展的若干措施", "一次性奖励200万元", "rule"),
    (MEASURES, "关于支持建筑业发展的若干措施", "有效期三年", "rule"),
])
def test_what_a_sentence_is(text, title, words, kind):
    found = [got for sentence, got in kinds_in(text, title).items() if words in sentence]
    assert found == [kind]


def test_every_sentence_has_one_of_five_kinds_with_a_chance():
    reading = read_text(Document("x.txt", REPORT, text_to_blocks(REPORT)))
    spans = split_sentences(reading)
    found = find_kinds(reading, spans)
    assert len(found) == len(spans)
    assert all(kind in KINDS and 0 < chance <= 1 for kind, chance in found)
    assert find_kinds(reading, []) == []


@pytest.mark.parametrize(("text", "heading"), [
    ("12", True),  # a row number
    ("市住房城乡建设局、市财政局、各区政府", True),  # a list of bodies
    ("各单位要管好自己的账，", False),  # a line that goes on is no heading
])
def test_what_needs_no_model(text, heading):
    import numpy as np

    even = np.full((1, len(KINDS)), 1 / len(KINDS))
    settled = settle(even, [text])[0]
    assert settled.sum() == pytest.approx(1)
    assert (KINDS[settled.argmax()] == "heading") is heading


@pytest.mark.parametrize(("text", "action", "thing"), [
    ("加快改造城镇老旧小区1200个。", "改造", "城镇老旧小区"),
    ("建设筹集保障性租赁住房3万套。", "建设筹集", "保障性租赁住房"),  # two verbs in a row are one action
    ("到2027年，全市物流企业信息化率达到85%。", "达到", "全市物流企业信息化率"),  # the measured thing stands before
    ("每年建设3个示范项目。", "建设", "示范项目"),  # a count before the thing
    ("市房屋管理部门要加强租赁市场监管。", "加强", "租赁市场监管"),  # a subject with a modal
    ("加快传统产业转型升级。", "加快", "传统产业转型升级"),  # an adverb that is the verb itself
    ("（三）实施“人工智能+”行动，培育企业20家。", "实施", "“人工智能+”行动"),
    ("依托龙头企业，建设产业创新中心。", "建设", "产业创新中心"),  # a circumstance in front
    ("将体育活动贯穿于教学全过程。", "贯穿", "体育活动"),  # the object moved to the front
    ("规模以上工业增加值增长6%左右。", "增长", "规模以上工业增加值"),  # 增加值 is a noun
    ("年底全市实现500个以上事项“一网通办”。", "实现", "事项“一网通办”"),  # a place alone is not what is measured
    ("建设“15分钟服务圈”，提升便利度。", "建设", "“15分钟服务圈”"),  # a number inside a name
    ("实行县（市、区）域内教师交流制度。", "实行", "县（市、区）域内教师交流制度"),  # a bracket inside a name …
    ("新建社区食堂（责任单位：市民政局）。", "新建", "社区食堂"),  # … and one behind it
    ("支持和培育企业上市。", "支持和培育", "企业上市"),
    ("组织实施好每年一次的质量监测工作。", "组织实施", "每年一次的质量监测工作"),
    ("开展整合使用资金试点。", "开展", "整合使用资金试点"),  # a deed that is governed, no pair of verbs
    ("在强化法治保障上下功夫。", "强化", "法治保障"),
    ("坚持把区域协调发展作为内在要求。", "作为", "区域协调发展"),
    ("将重点任务纳入年度考核。", "纳入", "重点任务"),
    ("招引5G、大数据企业落户。", "招引", "5G、大数据企业落户"),
    ("农民收入增长快于城里。", "增长", "农民收入"),
    ("12。", None, None),
])
def test_action_and_object(text, action, thing):
    found = find_action(text)
    assert found == (action, thing)


def reading_of(text):
    reading = read_text(Document("x.txt", text, text_to_blocks(text)))
    return reading, split_sentences(reading)[0]


def test_a_sentence_of_two_areas_is_two_promises():
    reading, sentence = reading_of("实施外贸企业拓市行动，推进水价改革，促进节约用水。")
    pieces = find_pieces(reading.text, sentence.start, sentence.end)
    codes = dict(zip([start for start, _ in pieces], ["opening", "water", "ecology"], strict=True))
    texts = [reading.text[clause.start:clause.end] for clause in split_commitments(reading, sentence, [], codes)]
    assert texts == ["实施外贸企业拓市行动，", "推进水价改革，促进节约用水。"]  # what a promise is for stays with it
    assert "".join(texts) == reading.text[sentence.start:sentence.end]


def test_unsure_pieces_do_not_divide():
    reading, sentence = reading_of("实施外贸企业拓市行动，推进水价改革。")
    assert len(split_commitments(reading, sentence, [], {})) == 1
    codes = {start: None for start, _ in find_pieces(reading.text, sentence.start, sentence.end)}
    assert len(split_commitments(reading, sentence, [], codes)) == 1


def test_bodies_divide_a_sentence():
    reading, sentence = reading_of("由市水务局新建泵站5座，由市交通局新建桥梁3座。")
    at = reading.text.index("由市交通局")
    named = [Assignment(0, at, (), "explicit", 0, 5), Assignment(at, sentence.end, (), "explicit", at, at + 5)]
    assert [clause.start for clause in split_commitments(reading, sentence, named)] == [0, at]


@pytest.mark.parametrize(("piece", "opens"), [("推进水价改革", True), ("打造开放高地", False), ("生态环境质量", False)])
def test_what_can_stand_alone(piece, opens):
    assert opens_promise(piece) is opens


def test_labels_find_their_sentence():
    document = Document("x.txt", REPORT, text_to_blocks(REPORT))
    at = REPORT.index("建成口袋公园")
    labelled = label_sentences(document, [{"start": at, "end": at + 11, "kinds": ["achievement"]}])
    assert [text for text, kinds in zip(labelled.texts, labelled.kinds, strict=True) if kinds] == ["建成口袋公园31个。"]


def test_folds_never_share_a_document():
    for training, test in split_documents(7, 3, seed=0):
        assert not set(training) & set(test)
        assert sorted(training + test) == list(range(7))


def test_too_few_labels_are_refused(tmp_path):
    with pytest.raises(ModelError, match="too few") as caught:
        train([tmp_path], tmp_path / "x.npz")
    assert "太少" in caught.value.chinese


def test_own_samples_are_read_well():
    """The shipped weights have seen these; the honest scores are in the model's card."""
    documents = read_labels(Path(__file__).parents[1] / "corpus" / "gold")
    if load_model() is None or not documents:
        pytest.skip("no weights or no samples")
    from analyzer.commitment_training import judge_alone

    alone = score(documents, [judge_alone(load_model(), document) for document in documents])
    assert alone["right"] > 0.85
