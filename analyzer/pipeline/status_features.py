"""What the status decision looks at for each figure: its passage's tense, its clause's cues, its unit, the genre."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

import numpy as np

from analyzer.pipeline.context import DocumentContext
from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.periods import first_year, last_year
from analyzer.pipeline.quantities import FIXED
from analyzer.pipeline.reading import Line, Reading
from analyzer.pipeline.sentences import Span
from analyzer.pipeline.tense import Tense, row_lines, weigh

CLAUSE = "，。；：！？\n,;"
NEARBY = np.array([0.1, 0.25, 0.5, 1.0, 0.5, 0.25, 0.1])  # how much the rule evidence of the sentences around counts
CLAUSE_END = re.compile(f"[{CLAUSE}]")
REACH = 60  # how far a clause is looked at to either side, in characters
RAISED = re.compile(
    r"(?:[、和]\d[^，。；、和\n]{0,12}){0,3}[^，。；、\n]{0,8}?(?:提高|增加|增长|上升|提升|增|升|扩大|发展|扩展|延长|拓展|攀升|跃升|上调|调整|下降|降低|减少|缩短|压缩|压减|降|减|精简|收窄|下调|缩小|放宽|变|改)"
    r"[^，。；、\d\n]{0,3}(?:到|至|为|成)|转为")
FROM = re.compile(r"(?:[由从将]|自(?![贸治主然由愿])|现行|原来?的?)[^，。；\n]{0,30}$")
SUBJECT_BEFORE = re.compile(r"\s*(?:——)?(?:[全本][省市区县州国系]统?|辖区)?")
SUBJECT_NOT = re.compile(r"[、和及与]|居|列|排名|分别|入选|获")
SHORTEST_SUBJECT = 5
ONE_OF = re.compile(r"[^，。；、\s\d]{0,14}(?:之一|(?:的|建设)基础上)")  # 首批4个试点城市之一, 在10个园区建设的基础上
# 14亿中国人的饭碗, 52万人民: who is spoken of
PEOPLE = re.compile(r"(?:[\u4e00-\u9fff]{0,4}(?:儿女|人民(?!群众|币|法|检|医|政|防)|中国人|同胞)|人?口的[^，。；\n]{0,6}(?:大国|国家|大省|大市))")
SAID = re.compile(r"(?:下达|提出)的[^，。；\d\n]{0,12}$")  # 省里下达的500个任务, 中央提出的八项主张
OBEYED = re.compile(r"严格(?:落实|执行|遵守|贯彻)[^，。；]{0,30}$")  # 严格落实自治区28条规定
GRANT = "给予|奖励|补助|补贴|资助|奖补|贴息|扶持|配套|支持|补偿|返还|减免|免收|发放"
# name → (where to look, pattern). "before": the clause up to the figure; "near": its last characters; "after": what
# follows in the clause; "lead": the sentence up to the figure; "sentence": all of it.
CUES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple((name, where, re.compile(pattern)) for name, where, pattern in (
    ("limit", "near", r"(?:最[高多长低]|不(?:得)?(?:超过|[高多少低]于)|封顶|上限|至少|[低高]于|≤|≥|<|>)[^\d]{0,4}$"),
    ("each", "before", r"每(?:[户人家个年月次项台吨亩名套件班所张周辆床例学度平公千万亿]|增加|新增|培养|建成)|单个|单项|人均"),
    ("yearly", "before", r"每年|每[二两三四五]年|年度"),
    ("grant before", "lead", rf"(?:{GRANT})[^。；]{{0,30}}$"),
    ("grant after", "after", rf"^[^。；]{{0,16}}(?:{GRANT})"),
    ("attribute", "after", r"^[）)（(含以上下内及、]*的(?!速度|幅度|比例|水平|目标)"),
    ("threshold", "after", r"^[（(]含(?:本数)?[）)]|^(?:（含）)?(?:以上|以下|及以上)?(?:[（(]含[）)])?的"
     r"|^[^，。；]{0,10}的(?:企业|项目|单位|个人|园区|机构|人员|楼宇|用户|家庭)"),
    ("by share", "before", r"(?:按|按照|依照|依|以)[^，。；]{0,24}$"),
    ("share after", "after", r"^(?:以内)?(?:的比例|的标准|的额度|额度|予以|进行奖|分担)"),
    ("condition", "before", r"^(?:对|凡|符合|经认定|获得|首次|新认定|面向|其中对|年|上一年度|上年度)"),
    ("condition lead", "lead", r"(?:^|[。；])(?:对|凡|符合|经认定|获得|被认定)[^。；]*$"),
    ("must", "sentence", r"应当|不得|不予|须|可享受|可以|方可|有效期|原则上|准予|收取|申请|申报"),
    ("must before", "before", r"应当?|须|不得|方可|可不|可按|准予|限期"),
    ("rate", "lead", r"(?:补助|补贴|奖补|拨款|收费|征收|报销|资助|租金|价格|税率|利率|缴费)(?!提高|增加|上调)[^，。；]{0,8}"
     r"(?:标准|比例|限额|额度|价|按|为|：)(?:(?!提高|增加|上调|扩大)[^。；]){0,16}$"),
    ("validity", "sentence", r"有效期|自[^。；]{0,12}(?:起施行|起执行|起实施)|本(?:办法|措施|政策|规定|细则)"),
    ("expected", "before", r"预计|预期|有望|估计"),
    ("aim", "lead", r"力争|确保|争取|目标|计划|拟|努力|力求|实现.{0,6}目标"),
    ("will", "before", r"将(?!军|来)|要(?!求|素|点|件|闻)|继续|达产|建成后|完成后"),
    ("already", "before", r"已(?!经[济营])|累计|共(?!同|建|享|和|管|有产)|截至|目前|现有|达到?了|首次"),
    ("already sentence", "lead", r"已(?!经[济营])|累计|截至|目前|五年来|一年来|以来"),
    ("done after", "after", r"^[^，。；]{0,12}(?:建成|投产|完工|竣工|投用|投运|落地|开工|通车|入选|获批|上市|受益|完成|得到|推广)"),
    ("compared", "before", r"同比|比上年|较上年|年均"),
    ("nation", "before", r"全国|世界|全球|中央|国家|行业平均|兄弟"),
    ("among", "after", r"^[^，。；、\d]{1,12}(?:中|之中|当中)(?:，|[^，。；心])"),
    ("share of those", "after", r"^(?:以上|以下)?的(?:有|达|为|占)"),
    ("invested", "near", r"(?:投资|投入|总投资|耗资|斥资|规模)(?:约|近|超|达|额)?$"),
    ("contest", "before", r"(?:围绕|针对|聚焦|落实|出台|坚持|按照|执行|严格)[^，。；]{0,10}$"),
    ("quoted", "near", r"[”’]$"),
    ("proposed", "before", r"(?:提出|要求|规定|部署|确定)的?[^，。；]{0,12}$"),
))
OPENS = 3  # characters before a year that still opens its sentence
RULE_HEADING = re.compile(r"标准|条件|对象|奖励|补助|补贴|扶持|支持政策|资金支持|奖补|资助|申报|管理")
UNIT_CLASSES = (
    ("money", re.compile(r"元|美元|人民币")), ("percent", re.compile(r"^(?:%|‰|个百分点|折|个?基点)$")),
    ("time", re.compile(r"^(?:个)?(?:工作日|日|天|年|个?月|小时|分钟|周|课时|学时|岁|季度|秒)$")),
    ("area", re.compile(r"平方米|平方公里|亩|公顷|㎡")), ("occasion", re.compile(r"^(?:次|场|届|遍|回)$")),
    ("measure", re.compile(r"^(?:条|项|款|点|方面|类|种|大|个方面|件)$")), ("none", re.compile(r"^$")),
)
GENRES = ("report", "bulletin", "plan", "measures", "other")
COMPARATORS = ("eq", "ge", "gt", "le", "lt", "approx", "range")
CHANGES = ("level", "increase", "decrease")
CROSSED = (("grant before", "money"), ("grant after", "money"), ("grant before", "percent"), ("limit", "money"), ("limit", "percent"),
           ("limit", "time"), ("threshold", "money"), ("invested", "attribute"), ("subject", "measure"), ("each", "money"),
           ("attribute", "money"), ("yearly", "le"), ("measures", "money"), ("measures", "le"), ("measures", "percent"),
           ("row", "already"), ("row", "past year"), ("row", "plan"))
NUMERIC = ("passage", "own review", "clause review", "own rule", "clause rule", "line rule", "document rule", "place", "rule nearby",
           "passage in measures", "rule in measures", "rule in plan", "rule in report", "section")
FLAGS = (*(name for name, _, _ in CUES), "base", "subject", "past year", "this year", "later year", "past year above",
         "this year above", "later year above", "opens past", "opens ahead", "rule section", "row", "heading", "cell", "short line",
         *(name for name, _ in UNIT_CLASSES), "count", *GENRES, *COMPARATORS, *CHANGES)
NAMES = (*NUMERIC, *FLAGS, *(f"{one} & {two}" for one, two in CROSSED))


def is_base(text: str, quantity: Quantity) -> bool:
    """The A of 从A提高到B and 由A增加到B.

    >>> from decimal import Decimal
    >>> text = "普及率由52%提高到58%"
    >>> is_base(text, Quantity(4, 7, Decimal(52))), is_base(text, Quantity(10, 13, Decimal(58)))
    (True, False)
    """
    return bool(RAISED.match(text, quantity.end) and FROM.search(text, max(0, quantity.start - 34), quantity.start))


def is_subject(before: str, quantity: Quantity, between: str) -> bool:
    """89个开发区实现产值300亿元: a count that opens its clause only says whose figure follows in it.

    `before`: the clause up to the count; `between`: from it to the next figure.
    """
    opens = SUBJECT_BEFORE.fullmatch(before) is not None and quantity.change == "level" and quantity.comparator == "eq"
    return opens and len(between) >= SHORTEST_SUBJECT and SUBJECT_NOT.search(between) is None


def clause_around(text: str, start: int, end: int, reach: int = REACH) -> tuple[int, int]:
    """The stretch between the punctuation marks on both sides of `start`–`end`."""
    low, high = max(0, start - reach), min(len(text), end + reach)
    before = text[low:start]
    stop = CLAUSE_END.search(text, end, high)
    return low + 1 + max(map(before.rfind, CLAUSE)), stop.start() if stop else high


def figure_features(reading: Reading, sentences: Sequence[Span], quantities: Sequence[Quantity], context: DocumentContext,
                    tense: Tense) -> np.ndarray:
    """One row a figure, columns as in `NAMES`."""
    rows = np.zeros((len(quantities), len(NAMES)))
    column = {name: number for number, name in enumerate(NAMES)}
    starts = [sentence.start for sentence in sentences]
    rows_lines = row_lines(context)
    mention_starts = [mention.start for mention in tense.mentions]
    own_rule = np.clip(tense.own[:, 1], -4, 4)
    document_rule = float(np.mean(own_rule)) if len(own_rule) else 0.0
    nearby = np.convolve(own_rule, NEARBY / NEARBY.sum(), mode="full")[len(NEARBY) // 2:][:len(own_rule)] if len(own_rule) else own_rule
    weighed_line, line_nats = -1, np.zeros(2)
    for number, quantity in enumerate(quantities):
        index = max(0, bisect.bisect_right(starts, quantity.start) - 1)
        sentence = sentences[index]
        clause = clause_around(reading.text, quantity.start, quantity.end)
        clause_nats = weigh(tense.sums, tense.bias, *clause)
        line = reading.lines[sentence.line]
        if sentence.line != weighed_line:
            weighed_line, line_nats = sentence.line, weigh(tense.sums, tense.bias, line.start, line.end)
        passage = min(8.0, max(-8.0, float(tense.passage[index]))) / 4
        rule = _clip(clause_nats[1]) + nearby[index] / 2
        rows[number, :len(NUMERIC)] = (
            passage, _clip(tense.own[index, 0]), _clip(clause_nats[0]), _clip(tense.own[index, 1]), _clip(clause_nats[1]),
            _clip(line_nats[1]), document_rule / 2, quantity.start / max(1, len(reading.text)), nearby[index] / 2,
            passage * (context.genre == "measures"), *(rule * (context.genre == genre) for genre in ("measures", "plan", "report")), tense.section[index])
        following = quantities[number + 1] if number + 1 < len(quantities) else None
        flags = _flags(reading, sentence, clause, quantity, following, context)
        flags |= _years(tense, mention_starts, sentence, line, quantity, context)
        if sentence.line in rows_lines:
            flags.add("row")
        for flag in flags:
            rows[number, column[flag]] = 1.0
        for one, two in CROSSED:
            if one in flags and two in flags:
                rows[number, column[f"{one} & {two}"]] = 1.0
    return rows


def _clip(nats: float) -> float:
    return min(5.0, max(-5.0, float(nats))) / 2


def _flags(reading: Reading, sentence: Span, clause: tuple[int, int], quantity: Quantity, following: Quantity | None,
           context: DocumentContext) -> set[str]:
    text = reading.text
    places = {"before": text[clause[0]:quantity.start], "near": text[max(clause[0], quantity.start - 9):quantity.start],
              "after": text[quantity.end:max(clause[1], quantity.end + 1)], "lead": text[sentence.start:quantity.start],
              "sentence": text[sentence.start:sentence.end]}
    flags = {name for name, where, pattern in CUES if pattern.search(places[where])}
    flags |= {context.genre, quantity.comparator, quantity.change}
    flags.add(next((name for name, pattern in UNIT_CLASSES if pattern.search(quantity.unit or "")), "count"))
    if text[quantity.start:quantity.end] in FIXED:
        flags -= {"attribute", "threshold"}  # 全覆盖的网络 is no threshold
    if context.genre == "report" and quantity.change != "level":
        flags -= {"grant before", "grant after"}  # 补助标准再增加40元: what a report promises, not what a rule grants
    if is_base(text, quantity):
        flags.add("base")
    if following is not None and following.end <= clause[1] and flags & {"count", "measure"} \
            and is_subject(text[clause[0]:quantity.start], quantity, text[quantity.end:following.start]):
        flags.add("subject")
    counted = flags & {"count", "measure", "none"} and quantity.change == "level"
    if ONE_OF.match(text, quantity.end) or counted and (PEOPLE.match(text, quantity.end) or SAID.search(places["before"])) \
            or "measure" in flags and OBEYED.search(places["before"]):
        flags.add("subject")
    line = reading.lines[sentence.line]
    if line.section and RULE_HEADING.search(line.section[-1]):
        flags.add("rule section")
    if line.kind == "heading":
        flags.add("heading")
    if line.kind == "table":
        flags.add("cell")
    if line.end - line.start < 30:
        flags.add("short line")
    return flags


def _years(tense: Tense, starts: Sequence[int], sentence: Span, line: Line, quantity: Quantity, context: DocumentContext) -> set[str]:
    """How the last year named before the figure, in the sentence or else above in the paragraph, lies to the document's."""
    number = bisect.bisect_left(starts, quantity.start) - 1
    while number >= 0 and tense.mentions[number].start >= line.start:
        mention = tense.mentions[number]
        number -= 1
        if mention.role in ("base", "name") or mention.floating or context.year is None:
            continue
        where = "" if mention.start >= sentence.start else " above"
        past = mention.role == "since" or last_year(mention.period) < context.year
        flags = {("past year" if past else "this year" if first_year(mention.period) <= context.year else "later year") + where}
        if 0 <= mention.start - sentence.start <= OPENS:
            flags.add("opens past" if past else "opens ahead")
        return flags
    return set()
