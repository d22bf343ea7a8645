"""Which numbers are figures, how they compare and change: phrases with the figures in brackets."""

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.pipeline.figures import find_quantities

MARK = re.compile(r"\[([^\]]+)\]")

# figures in square brackets, and why
PHRASES = [
    ("新开工改造老旧小区[1200个]、改造老旧管网[6600公里]", "counts and lengths"),
    ("沈阳地铁四号线、二号线南延线建成运营", "line numbers are names"),
    ("全面贯彻党的二十大精神，实施“十四五”规划", "congress and plan numbers"),
    ("办好第十届博览会，申报第七批传统村落", "ordinals"),
    ("实施三年行动，谋划“4清单”", "spans and quoted names"),
    ("构建“一圈一带两区”格局", "quoted slogan"),
    ("PM2.5浓度降至[28微克/立方米]", "the 2.5 is a name"),
    ("建成5G基站[4万个]", "a technology's name"),
    ("2023年2月16日印发〔2023〕12号文件", "dates and document numbers"),
    ("1.加快建设保障房", "list number"),
    ("亿元以上项目[4000个]", "a class is no figure, its count is"),
    ("年营收超10亿元的企业[7家]", "threshold inside a counted thing"),
    ("税收[1亿元]以上的给予奖励", "threshold of a rule"),
    ("打造万亿级产业集群", "name of a class"),
    ("创建5A级景区[2家]", "grade of a site"),
    ("新建500千伏变电站[3座]", "voltage is a class"),
    ("综合实力居全国第[5]位".replace("第[5]位", "[第5位]"), "a rank that is the result"),
    ("经济总量居全国第一", "first is no figure"),
    ("连续9年增长", "a streak"),
    ("办理时限压缩至[5个工作日]", "a duration that is the result"),
    ("打造15分钟生活圈", "a duration in a name"),
    ("每千人口拥有托位[4.5个]", "the base of a rate is none"),
    ("每10万人配置急救设备[45台]", "the base of a rate is none"),
    ("服务60岁以上老年人[3万人]", "an age class is none"),
    ("人均预期寿命达到[79.5岁]", "an age that is the result"),
    ("建成[两座]跨江大桥", "Chinese numeral that counts"),
    ("推出一批改革举措，进一步优化环境", "article and adverb"),
    ("坚持两个毫不动摇", "slogan"),
    ("企业突破[500家]、用户近[百万户]", "bare magnitude behind a cue"),
    ("燃气隐患动态[清零]", "closed list"),
    ("实施企业倍增工程", "closed-list word in a programme's name"),
    ("中国企业500强", "a ranking's name"),
    ("第一、第二、第三产业", "ordinals in a list"),
    ("经市政府第81次常务会议审议通过", "a meeting's number"),
    ("形成巡查、处置、反馈四位一体的机制", "a fixed phrase"),
    ("统筹保供和减排两件大事，坚持五项原则", "slogans"),
    ("办成便民大事[12件]", "events that were counted"),
    ("泵站完好率=完好泵站数/泵站总数×100%", "a formula"),
    ("书吧实行24小时开放，故障[24小时]内修复", "opening hours are none, a limit is"),
    ("举办河湖治理30人论坛", "a forum's name"),
    ("1人口与就业", "a heading's number"),
    ("6-11岁", "a row of a table by age"),
]


@pytest.mark.parametrize(("phrase", "why"), PHRASES, ids=[row[0] for row in PHRASES])
def test_which_numbers_are_figures(phrase, why):
    text = MARK.sub(r"\1", phrase)
    found = [text[q.start:q.end] for q in find_quantities(text) if q.reason is None]
    assert found == MARK.findall(phrase), why


COMPARATORS = [
    ("ge", ["不低于45%", "不少于45%", "至少45%", "45%以上", "45%及以上", "大于等于45%", "达到45%以上", "45兆比特/秒（Mbps）以上"]),
    ("gt", ["超过45%", "超45%", "突破45%", "45多个", "逾45%", "高于45%", "产值过45亿元"]),
    ("le", ["不超过45%", "45%以内", "45%以下", "控制在45%以内", "最高45%", "最多45%", "不得高于45%", "不超过项目投资额的45%", "最高可提至上年度缴费的45%"]),
    ("lt", ["低于45%", "不足45%", "不到45%", "小于45%"]),
    ("approx", ["约45%", "45%左右", "近45%", "45%上下", "大约45%", "约占全国的45%"]),
    ("eq", ["达到45%", "实现45%", "为45%", "基本达到45%", "评选通过45个", "45平方公里起步区"]),
    ("range", ["45%—50%", "45%至50%"]),
]


@pytest.mark.parametrize(("comparator", "phrase"), [(c, p) for c, phrases in COMPARATORS for p in phrases])
def test_comparator(comparator, phrase):
    (quantity,) = [q for q in find_quantities(f"比重{phrase}") if q.reason is None]
    assert quantity.comparator == comparator


CHANGES = [
    ("increase", ["增长4.5%", "提高2个百分点", "同比增长约5%", "净增6万户", "延长30年", "增加了3家", "扩大300亩", "上浮10%", "翻一番",
                  "高出1.5个百分点", "增速加快1.5个百分点", "比去年多100万人", "净增经营主体24万户"]),
    ("decrease", ["下降18%", "减少300吨", "压减30%", "降低2个百分点", "减轻企业负担20亿元", "缩短5个工作日",
                  "减产300吨", "增长-3.2%", "降低工商业电价5%", "减支3万元"]),
    ("level", ["提高到90%", "新增45万人", "压缩至5个工作日", "最高30万元", "增速达到11%", "改造提升3000个", "淘汰20万吨", "不高于3%",
               "审减率达20%", "压减比例超5%", "增加值完成86亿元", "新增加的主要产能有煤炭27万吨", "加快认领3张",
               "调整增加为30项", "巩固提升近70万亩"]),
]


@pytest.mark.parametrize(("change", "phrase"), [(c, p) for c, phrases in CHANGES for p in phrases])
def test_change(change, phrase):
    (quantity,) = [q for q in find_quantities(f"全市{phrase}") if q.reason is None]
    assert quantity.change == change


def read(text):
    return [(text[q.start:q.end], q.unit, q.comparator, q.change) for q in find_quantities(text) if q.reason is None]


def test_lists_share_unit_change_and_comparator():
    assert read("分别增长5.1%、6%和7%") == [("5.1%", "%", "eq", "increase"), ("6%", "%", "eq", "increase"), ("7%", "%", "eq", "increase")]
    assert read("分别高4.2和0.7个百分点") == [("4.2", "个百分点", "eq", "increase"), ("0.7个百分点", "个百分点", "eq", "increase")]
    assert read("压缩至4个和2个工作日") == [("4个", "个工作日", "eq", "level"), ("2个工作日", "个工作日", "eq", "level")]
    assert [row[3] for row in read("分别再提高30元和5元")] == ["increase", "increase"]
    assert [row[2] for row in read("首次突破1亿元（含）、5亿元（含）的企业给予奖励")] == ["ge", "ge"]


def test_values_are_exact():
    (quantity,) = find_quantities("投资0.1亿元")
    assert quantity.value == Decimal("10000000.0")


@given(st.lists(st.sampled_from(["改造老旧小区1200个", "，", "增长5%", "。\n", "“4清单”", "三年行动", "第十届", "（含）", "近百家",
                                 "5G", "2/3", "—", "至"]), max_size=12))
@settings(max_examples=200, deadline=None)
def test_every_quantity_lies_in_the_text(pieces):
    text = "".join(pieces)
    quantities = find_quantities(text)
    assert all(0 <= q.start < q.end <= len(text) for q in quantities)
    assert all(q.comparator in ("eq", "ge", "gt", "le", "lt", "approx", "range") for q in quantities)
    assert all((q.value_max is not None) == (q.comparator == "range") for q in quantities)


def test_planted_figures_are_found():
    plain = "坚持稳中求进工作总基调，" * 50
    for planted in ("3.1万套", "90%", "1.4万亿斤", "25元/平方米"):
        text = f"{plain}完成{planted}。{plain}"
        assert planted in [text[q.start:q.end] for q in find_quantities(text) if q.reason is None]
