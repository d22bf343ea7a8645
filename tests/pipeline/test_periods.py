"""When: the words that name a time, the period of a figure from sentence, row, paragraph, section and document."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.ingest import text_to_document
from analyzer.pipeline.context import read_context
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.named_times import read_timeline
from analyzer.pipeline.periods import find_periods, period_to_due, shift
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.states import is_state
from analyzer.pipeline.timeline import assign_periods

MENTIONS = [  # text, periods, why
    ("到2025年底前建成", ["2025"], "a deadline is its year"),
    ("2018-2022年，每年建设", ["2018/2022"], "a span with a hyphen"),
    ("2021年至2025年", ["2021/2025"], "a span in words"),
    ("（2021—2023年）", ["2021/2023"], "a span with a dash in brackets"),
    ("从1979年到1983年", ["1979/1983"], "a span, not a base and an end"),
    ("2021年至2022年6月，上市", ["2021/2022"], "a span that ends in a month"),
    ("二〇二六年一月二十七日", ["2026-01"], "Chinese digits"),
    ("一九九二年", ["1992"], "Chinese digits of the last century"),
    ("2020年12月31日前完成", ["2020-12"], "a day is known to its month"),
    ("2025年上半年", ["2025-H1"], "half of a year"),
    ("2025年第三季度", ["2025-Q3"], "a quarter"),
    ("“十四五”期间", ["2021/2025"], "a five-year plan"),
    ("这五年，我们建成", ["2021/2025"], "the years just told of"),
    ("十三五时期", ["2016/2020"], "without quotes where a word follows"),
    ("“十五”期间", ["2001/2005"], "one-character plans need their quotes"),
    ("共十五个项目", [], "a bare number is no plan"),
    ("到“十四五”末", ["2025"], "the end of a plan is its last year"),
    ("“八五”后三年", ["1993/1995"], "part of a plan"),
    ("今年", ["2026"], "the speaker's year"),
    ("去年", ["2025"], "the year before"),
    ("今年6月底前", ["2026-06"], "a month of this year"),
    ("年底前", ["2026"], "the end of the year"),
    ("9月底前", ["2026-09"], "a month alone"),
    ("今后五年", ["2026/2030"], "years ahead"),
    ("60年来，", ["1966/2025"], "many years behind"),
    ("2月15日0时", ["2026-02"], "a day and its hour"),
    ("用三年左右时间", ["2026/2028"], "how long it takes"),
    ("今明两年培训", ["2026/2027"], "this year and the next"),
    ("五年增长1倍", ["2026/2030"], "a number of years before 增长"),
    ("五年来", ["2021/2025"], "years behind"),
    ("过去一年", ["2025"], "one year behind"),
    ("三年安排资金", ["2026/2028"], "a number of years before a verb"),
    ("三年行动计划", [], "a programme's name"),
    ("连续五年", [], "a streak"),
    ("第二年", [], "an ordinal"),
    ("扩大到三年", [], "a duration"),
]


@pytest.mark.parametrize(("text", "periods", "why"), MENTIONS)
def test_mentions(text, periods, why):
    assert [mention.period for mention in find_periods(text, year=2026)] == periods, why


ROLES = [
    ("比2020年增加", "base", "what it is compared with"),
    ("由2010年的100元", "base", "where it began"),
    ("比“十三五”末增长", "base", "a plan's end as base"),
    ("到2025年", "deadline", "until"),
    ("2025年底", "deadline", "the end"),
    ("2021年以来", "since", "from then on"),
    ("2026年是开局之年", "name", "what the year is, not when"),
    ("《行动计划（2019-2022年）》", "name", "part of a title"),
    ("“十四五”规划", "name", "the plan, not the years"),
    ("创近三年新高", "name", "a record"),
    ("2000年底以前发布的法规", "name", "which ones, not when"),
    ("确保“十五五”开好局", "name", "how the plan begins, not until when"),
    ("为1985年以来最高", "name", "a record since a year"),
    ("（2010年不变价）", "name", "prices, not a time"),
    ("比1995年底增加", "base", "the end of a year as base"),
    ("达到2025年底", "deadline", "but not behind 达到"),
    ("由于去年基数较高", "point", "由于 is no 于"),
]


@pytest.mark.parametrize(("text", "role", "why"), ROLES)
def test_roles(text, role, why):
    assert [mention.role for mention in find_periods(text, year=2026)] == [role], why


def test_words_that_need_a_year_are_left_out_without_one():
    assert find_periods("今年底前，五年来，6月底前") == []


@given(st.integers(1950, 2050), st.integers(1, 40))
@settings(max_examples=30)
def test_a_written_span_is_read_back(first, length):
    text = f"在{first}—{first + length}年期间"
    (mention,) = find_periods(text)
    assert mention.period == f"{first}/{first + length}"
    assert text[mention.start:mention.end].startswith(str(first))


@given(st.text(alphabet="十五年月底前0129至—“”期间末今去到，。五", max_size=30))
@settings(max_examples=200)
def test_any_text_gives_well_formed_periods(text):
    for mention in find_periods(text, year=2026):
        assert 0 <= mention.start < mention.end <= len(text)
        assert re.fullmatch(r"\d{4}(/\d{4}|-\d{2}|-Q[1-4]|-H[12])?", mention.period)


@pytest.mark.parametrize(("period", "due"), [
    ("2025", "2025-12-31"), ("2021/2025", "2025-12-31"), ("2024-02", "2024-02-29"), ("2026-Q3", "2026-09-30"), ("2026-H1", "2026-06-30"),
    (None, None), ("soon", None), ("2026-13", None),
])
def test_due(period, due):
    assert period_to_due(period) == due


def test_shift():
    assert shift("2021/2025", 5) == "2026/2030"
    assert shift("2026-06", -1) == "2025-06"


def periods_of(text, statuses, name="text.txt"):
    """The periods of the numbers marked with ‹ › in `text`."""
    clean, marks = [], []
    for piece in re.split(r"(‹[^›]*›)", text):
        if piece.startswith("‹"):
            marks.append((piece[1:-1], sum(map(len, clean))))
            piece = piece[1:-1]
        clean.append(piece)
    document = text_to_document("".join(clean), name)
    reading = read_text(document)
    offsets = list(reading.offsets)
    quantities = []
    for quote, start in marks:
        begin = offsets.index(start)
        unit = re.sub(r"^[\d.万亿]+", "", quote)
        change = "increase" if reading.text.endswith(("增长", "提高"), 0, begin) else "level"
        quantities.append(Quantity(begin, begin + len(quote), Decimal(1), unit=unit or None, change=change))
    if isinstance(statuses, str):
        statuses = [statuses] * len(quantities)
    found = assign_periods(read_timeline(reading, read_context(document, reading)), quantities, statuses)
    return [period for period, _ in found]


REPORT = "2026年云江省政府工作报告\n——2026年1月20日在云江省人民代表大会上\n"
PLAN = "云江市人民政府关于印发《云江市绿色发展行动计划（2023—2025年）》的通知\n云政发〔2023〕5号\n"


@pytest.mark.parametrize(("text", "status", "periods", "why"), [
    (REPORT + "三、2026年重点工作\n建设公园‹30个›。", "planned", ["2026"], "a report plans its year"),
    (REPORT + "一、2025年工作回顾\n新建公园‹30个›，绿化率达到‹45%›。", "achieved", ["2025", "2025"], "and reviews the year before"),
    (REPORT + "一、“十四五”时期工作回顾\n五年来，新建公园‹30个›，绿化率达到‹45%›。", "achieved", ["2021/2025", "2025"],
     "sums take the span, a state its end"),
    (REPORT + "一、2025年和“十四五”时期工作回顾\n全年新建公园‹30个›。\n过去五年，新建学校‹90所›。", "achieved", ["2025", "2021/2025"],
     "each part its own frame"),
    (REPORT + "二、“十五五”时期主要目标\n绿化率达到‹45%›，新增就业‹90万人›。\n三、2026年工作\n建设公园‹30个›。", "planned",
     ["2030", "2026/2030", "2026"], "a section on the years ahead"),
    (REPORT + "三、2026年重点工作\n6月底前完成‹30个›，年底前建成‹50个›。", "planned", ["2026-06", "2026"], "floating words take the plan's year"),
    (REPORT + "一、2025年工作回顾\n年末绿地达到‹30公顷›。", "achieved", ["2025"], "and the reviewed year in a review"),
    (PLAN + "新增充电桩‹900个›。", "planned", ["2023/2025"], "a plan's span where nothing else is said"),
    (PLAN + "到2024年，建成‹30个›；到2025年，建成‹50个›。", "planned", ["2024", "2025"], "the sentence's own words"),
    (PLAN + "到2024年，建成‹30个›。同时培育企业‹50家›。", "planned", ["2024", "2024"], "carried forward in the paragraph"),
    (PLAN + "培育企业‹50家›。到2024年，建成‹30个›。", "planned", ["2023/2025", "2024"], "never back"),
    (PLAN + "工厂由2020年的‹10家›增加到‹50家›。", ["reference", "planned"], ["2020", "2023/2025"], "a base has its own year"),
    (PLAN + "近两年获奖‹5项›。累计建成‹50个›。", "achieved", ["2021/2022", "2023"], "recent years hold for their clause"),
    (PLAN + "1\n新建厂房‹30亩›\n2023-2024\n2\n新建仓库‹20亩›\n2024-2025\n3\n新建泵站‹1座›\n2025\n", "planned",
     ["2023/2024", "2024/2025", "2025"], "a flattened table's rows"),
    (REPORT + "一、“十四五”时期工作回顾\n五年来，装机达到‹90万千瓦›、规模比“十三五”末增长‹3倍›。每年将‹75%›的财力用于民生。", "achieved",
     ["2025", "2021/2025", "2021/2025"], "a base does not date the review; what recurs every year takes the span"),
    (REPORT + "一、工作回顾\n收入从2019年的‹10亿元›增长到2024年的‹20亿元›，年均增长‹15%›。", ["reference", "achieved", "achieved"],
     ["2019", "2024", "2020/2024"], "an average counts from the year behind its base"),
    (REPORT + "一、工作回顾\n2024年，在2019到2023年平均每年增长‹7%›的基础上，比上年增长‹14%›。", "achieved", ["2019/2023", "2024"],
     "growth on the year before is no span's"),
    (PLAN + "一、发展基础\n截至2022年底，建成基站‹900个›。\n（一）农业\n覆盖率达到‹80%›。\n二、主要任务\n目前已有平台‹30个›。", "achieved",
     ["2022", "2022", "2023"], "a section on what was reached keeps the year that opened it"),
    (PLAN + "一、发展基础\n截至2022年6月，建成基站‹900个›。覆盖率达到‹80%›。", "achieved", ["2022-06", "2022"], "of a month its year is left"),
    ("2001年政府工作报告\n——2001年3月5日在全国人民代表大会会议上\n一、“九五”时期的回顾\n收入2000年达‹9亿元›，平均每年增长‹8%›。", "achieved",
     ["2000", "1996/2000"], "an average in a review of five years"),
    (REPORT + "一、2025年工作回顾\n近三年累计，能耗下降‹10%›。", "achieved", ["2023/2025"], "recent years that open the sentence hold for all of it"),
    (REPORT + "一、过去五年的回顾\n五年全社会投资累计‹17万亿元›。收入从2020年的‹7万亿元›增加到2025年的‹10万亿元›。自然增长率降到‹6‰›。", ["achieved", "reference", "achieved", "achieved"],
     ["2021/2025", "2020", "2025", "2025"], "a review of five years although its lines name the last"),
    (REPORT + "一、“十四五”时期工作回顾\n五年来，收入从2020年的‹5万元›提高到2025年的‹7万元›。实施项目‹2000个›。\n刚刚过去的2025年，各项工作取得新进展。\n"
     "新培育企业‹120家›。\n新增就业‹47万人›，同比增加。", ["reference", "achieved", "achieved", "achieved", "achieved"],
     ["2020", "2025", "2021/2025", "2025", "2025"], "one year told of at length within a review of five; the end of a rise dates the rise alone"),
    (PLAN + "二、发展目标\n到2024年，新建公园‹30个›。\n新增绿地‹40公顷›。", "planned", ["2024", "2024"], "a section on aims keeps its year for what is done, too"),
    (PLAN + "二、发展目标\n到2025年，设施更加完善。到2035年，水平领先。\n体系更加健全，覆盖率达到‹90%›。", "planned", ["2025"],
     "of several aims the one within the plan"),
    ("云江县2015年国民经济和社会发展统计公报\n发布日期：2017-05-15\n一年来，获批项目‹5个›。", "achieved", ["2015"],
     "a bulletin speaks of its own year, whenever it was put online"),
    ("云江市公园管理办法\n每处公园面积不小于‹300平方米›。", "standard", [None], "a rule has no period"),
    ("云江市关于加强公园建设的意见\n建设公园‹30个›。", "planned", [None], "nothing tells"),
])
def test_periods_of_figures(text, status, periods, why):
    assert periods_of(text, status) == periods, why


@pytest.mark.parametrize(("before", "quote", "unit", "expected"), [
    ("森林覆盖率达到", "45%", "%", True), ("新建公园", "30个", "个", False), ("建成基站8万个、覆盖", "95%", "%", True),
    ("完成投资超", "100亿元", "元", False), ("居全国第", "3位", "位", True), ("信贷规模突破", "3万亿元", "元", True),
    ("累计完成改造率", "20%", "%", False), ("分别达56%、", "34%", "%", True),
    ("新建住区设施配建率均达", "100%", "%", True), ("总产能超过", "40万吨", "吨", True), ("每年将", "75%", "%", False),
    ("贸易总额从8万亿元增长到", "11万亿元", "元", True),
])
def test_states_and_sums(before, quote, unit, expected):
    text = f"{before}{quote}。"
    assert is_state(text, Quantity(len(before), len(before) + len(quote), Decimal(1), unit=unit)) is expected


def test_a_change_is_never_a_state():
    assert not is_state("收入增长5%", Quantity(4, 6, Decimal(5), unit="%", change="increase"))
