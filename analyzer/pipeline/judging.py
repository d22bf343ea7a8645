"""Which numbers are figures: each rule names a reason why a number is none (guideline section 1, borderline rulings).

Rules look at a window of the line around the number; the first that applies decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from analyzer.lexicon import cues
from analyzer.pipeline.quantities import FORMS, Number, unit_kind
from analyzer.pipeline.terms import is_fine, is_frequency, is_term

WINDOW = 24
QUOTED_LENGTH = 18
GENERAL_UNITS = ("个", "家", "项", "条", "类", "种", "名", "户", "件", "所", "座", "处", "套")


def _words(name: str) -> str:
    return "|".join(sorted((re.escape(word) for word in cues()["judging"][name]), key=len, reverse=True))


LIMIT_BEFORE = re.compile(rf"(?:{_words('limit_before')})(?:了|约|近|为)?$")
LIMIT_AFTER = re.compile(rf"{_words('limit_after')}|内(?!涝)")
PLACES = _words("place")
RANK_BEFORE = re.compile(
    rf"(?:(?:{_words('ranked')})(?:[^，。；、第]{{0,9}}(?:{PLACES})[^，。；、第]{{0,6}})?|(?:{PLACES}))"
    r"(?:第[\d一二三四五六七八九十]+位?[、和])*$")
TOP_BEFORE = re.compile(rf"(?:{PLACES}|列|居|进入|跻身|保持)前$")
URL = re.compile(r"(?:https?:|www\.|%[0-9A-F]{2})[\w/.:%=&?#+-]{0,80}$")
PART = r"\d+(?:\.\d+)?[∶:：]"
STRUCTURE_BEFORE = re.compile(  # 三次产业结构调整为7.7∶42.5∶49.8
    rf"(?:产业|结构|比重|比例)[^，。；\d]{{0,10}}(?:{PART}{PART}\d+(?:\.\d+)?[^，。；\d]{{0,6}})?(?:{PART}){{0,2}}$")
RULE_WORDS = _words("rule")
OBJECT_OF_RULE = re.compile(r"(?:^|[，。；：！？])对[^，。；]*$")
CLASS_AFTER = re.compile(rf"(?:及)?以上的?(?:{_words('class_noun')})")
CHINESE_CUES = re.compile(rf"(?:{_words('counted_before')})$")
STATE_BEFORE = r"(?:达到|达|降至|降到|升至|提高到|提升到|提高至|控制在|不高于|不低于|低于|高于|≤|≥|[<>])$"
VAGUE_BEFORE = re.compile(rf"(?:{_words('vague_before')})$")
SLOGAN_AFTER = re.compile(r"[两三]件大事|[一二三四五六七八九十]项(?:基本)?原则|两[种个](?:资源|市场|大局|空间|制度)")
ROUND_THE_CLOCK = re.compile(r"(?:全天候|不间断|不打烊|自助)?(?:开放|值守|值班|服务|运行|营业|在线|不打烊|不间断|通关|监[测控])")
# Rules that are asked of nearly every number.
NAME_BEFORE = re.compile(r"[A-Za-z+＋_/.=@#-]$")
DASH_BEFORE = re.compile(r"(?:[\u4e00-\u9fff]-{1,2}|\d%?-)$")
NAME_AFTER = re.compile(r"[+＋]|\s?[A-Za-z]")
YEAR_AFTER = re.compile(r"\s?(?:-|—|–|―|－|~|至|年|版|\)|）|届|、)")
YEAR_BEFORE = re.compile(r"(?:\d|年)\s?(?:-|—|–|―|－|~|至)\s?$")
HOUR_BEFORE = re.compile(r"\d[时:：]$")
DAY_AFTER = re.compile(r"年代|世纪|月份?|日(?!均|处理|产|供)|点钟|时\d")
MEETING_AFTER = re.compile(r"常务会议|全体会议|会议|全会|党组")
REFERENCE_AFTER = re.compile(r"号|〕|］|\]|弄|幢楼")
LIST_AFTER = re.compile(r"\s?[.、．)）:：]")
LEVEL_AFTER = re.compile(r"级|档")
STRONGEST_AFTER = re.compile(r"强(?![降对震台沙冷风])")
LESS_BEFORE = re.compile(r"(?:不足|不到|低于|少于)$")
MORE_BEFORE = re.compile(r"(?<!不)(?:超过?|达到?|突破|过)$")
EVERY_BEFORE = re.compile(r"每(?:新增|增加|减少)?$")
STREAK_BEFORE = re.compile(r"连续(?:第)?$|连续实现$|已连续$")
ADDRESS_BEFORE = re.compile(r"(?:[路街巷弄号栋幢]|[\d号]楼|\d层)$")
SURVEY_AFTER = re.compile(r"(?:全国|全省|全市)?人口(?:变动)?(?:抽样)?(?:调查|普查)|抽样")
TIMES_BEFORE = re.compile(r"[×÷✕]\s?$")
HAN_AFTER = re.compile(r"[\u4e00-\u9fff]")
AGEING = r"房龄|老旧|住宅|电梯|车龄|车辆|小区|建筑|楼龄|老|燃气|供水|供热|管"


def look_around(text: str, start: int, end: int) -> tuple[str, str]:
    """At most WINDOW characters before and behind, inside the line; never more, so that one endless line costs no more."""
    left, right = text[max(0, start - WINDOW):start], text[end:end + WINDOW]
    return left[left.rfind("\n") + 1:], right.split("\n", 1)[0]


def judge_number(number: Number, left: str, right: str) -> str | None:
    """The name of the rule that says why this number, `left` and `right` around it, is no figure, or None for a figure."""
    for rule in RULES_OF_FORM[number.form]:
        if reason := rule(number, left, right):
            return reason
    if number.unit is None and number.form in ("arabic", "chinese"):
        return unitless(number, left, right)
    return None


def is_quoted_name(number: Number, left: str, right: str) -> str | None:
    """“4清单”, “16条”, “一圈一带两区”: short quotations are names."""
    opened, closed = left.rfind("“"), left.rfind("”")
    if opened > closed and 0 <= right.find("”") <= QUOTED_LENGTH - (len(left) - opened):
        return "quoted name"
    opened, closed = left.rfind("《"), left.rfind("》")
    return "title" if opened > closed else None


def is_word_part(number: Number, left: str, right: str) -> str | None:
    """PM2.5, IPv6, C919, 3+4, 02专项, and numbers of web addresses."""
    if URL.search(left):
        return "web address"
    if NAME_BEFORE.search(left) and not DASH_BEFORE.search(left):
        return "part of a name"
    if number.unit is None and NAME_AFTER.match(right):
        return "part of a name"
    if number.digits.startswith("0") and "." not in number.digits and len(number.digits) > 1:
        return "code"
    if number.unit in ("G", "K", "M", "T", "P", "D") and (
            number.value < 10 and not number.magnitude or re.match(r"[A-Za-z-]|网络|基站|以太", right)):
        return "model name"
    return None


def is_date(number: Number, left: str, right: str) -> str | None:
    kind = number.unit
    if number.form in ("arabic", "chinese") and number.unit in (None, "年", "届") and 1900 <= number.value <= 2100 \
            and not number.magnitude and number.value == int(number.value) \
            and (kind in ("年", "届") or YEAR_AFTER.match(right) or YEAR_BEFORE.search(left)
                 or re.match(r"[\u4e00-\u9fff“]", right) and number.unit is None):
        return "date"
    if kind is None and HOUR_BEFORE.search(left):
        return "time"
    if kind == "月" or kind == "日" and left.endswith("月") or kind is None and DAY_AFTER.match(right):
        return "date"
    return None


def is_reference_number(number: Number, left: str, right: str) -> str | None:
    """〔2021〕82号, 第三条, list numbers, addresses."""
    if number.unit == "次" and MEETING_AFTER.match(right):
        return "reference number"
    if number.unit == "人" and right.startswith("口") and not left.strip() and number.value < 20 and not number.magnitude:
        return "heading"  # 1人口特征
    if number.unit is None and REFERENCE_AFTER.match(right) or left.endswith(("〔", "[", "［")):
        return "reference number"
    if number.unit is None and not left.strip(" \t（(") and LIST_AFTER.match(right):
        return "list number"
    if number.unit is None and number.form == "chinese" and not left.strip("（( ") and right.startswith(("是", "要", "、", "）")):
        return "list number"
    return None


def is_ordinal(number: Number, left: str, right: str) -> str | None:
    if number.value == 1 and not number.digits[0].isdigit():
        return "ordinal"
    placed = number.unit in ("位", "名") or number.unit is None and not HAN_AFTER.match(right) or right.startswith(("和第", "与第"))
    return None if placed and RANK_BEFORE.search(left) else "ordinal"


def is_class(number: Number, left: str, right: str) -> str | None:
    """万亿级产业, 5A级景区, 亿元以上项目, 500千伏输变电工程, 20户以上自然村: a class, not a count."""
    if number.unit != "个" and LEVEL_AFTER.match(right) or STRONGEST_AFTER.match(right):
        return "class"
    if number.unit in ("千伏", "伏", "英寸", "纳米", "微米", "兆瓦时") and re.match(r"(?:[（(][A-Za-zμ]{1,3}[）)])?[\u4e00-\u9fff]", right):
        return "class"
    if is_fine(left, right):
        return None
    if number.form == "chinese" and not re.search(r"[一二三四五六七八九两]", number.digits) and number.unit and re.match(r"以上|以下|级|以内", right) \
            and not VAGUE_BEFORE.search(left) and not (number.unit in GENERAL_UNITS and re.match(r"以上(?![\u4e00-\u9fff])", right)):
        return "class"
    if CLASS_AFTER.match(right) and unit_kind(number.unit) not in ("percent", "none"):
        rule = OBJECT_OF_RULE.search(left) or re.search(RULE_WORDS, left + right)
        general = rule or number.unit in GENERAL_UNITS and not re.match(r"(?:及)?以上的?(?:自然|行政|村)", right)
        return None if general else "class"
    if LESS_BEFORE.search(left) and re.match(r"的[\u4e00-\u9fff]{2,12}\d", right):
        return "class"
    if MORE_BEFORE.search(left) and re.match(r"的[\u4e00-\u9fff]{2,9}", right) \
            and not re.search(RULE_WORDS, left + right) and not OBJECT_OF_RULE.search(left):
        return "class"
    if number.unit in ("GHz", "MHz") and right.startswith("频"):
        return "class"
    return None


def is_label(number: Number, left: str, right: str) -> str | None:
    """人民路3栋2层, 一式两份, 10.5代线, 北纬30度, 1%人口抽样调查 tell which one, not how much."""
    if number.unit in ("栋", "幢", "楼", "层", "室", "单元") and ADDRESS_BEFORE.search(left) or left.endswith(("南纬", "北纬", "东经", "西经")):
        return "address"
    if number.unit == "代" or number.unit == "%" and SURVEY_AFTER.match(right):
        return "class"
    return "copies" if number.unit == "份" and left.endswith("一式") else None


def is_base(number: Number, left: str, right: str) -> str | None:
    """每10万人45台, 每千人口: what a rate is counted on."""
    if EVERY_BEFORE.search(left) and number.digits and unit_kind(number.unit) not in ("money", "time", "percent") \
            and re.fullmatch(r"1?0*|[一百千万十]+", number.digits):
        return "base of a rate"
    if left.endswith("每") and number.form == "chinese" and number.unit is None:
        return "base of a rate"
    return None


def is_duration(number: Number, left: str, right: str) -> str | None:
    """三年行动, 连续9年, 15分钟生活圈 are none; 压缩至5个工作日, 最长3年 are figures."""
    kind = unit_kind(number.unit)
    if STREAK_BEFORE.search(left):
        return "streak"
    if kind != "time":
        return None
    if number.unit == "小时" and number.value in (24, 12) and ROUND_THE_CLOCK.match(right):
        return "duration"
    if number.unit == "日" and re.search(r"月$|日$", left):
        return "date"
    if number.unit == "年" and re.match(r"内(?:不得|不予|不受理|不再|不能|取消|限制|免|暂停|停止|禁止)", right) or is_term(left, right):
        return None
    if number.unit == "年" and re.match(rf"内|以上(?:{AGEING})", right) and not re.search(RULE_WORDS, left + right):
        return "duration"
    if LIMIT_BEFORE.search(left) or LIMIT_AFTER.match(right):
        return None
    return "duration"


def is_age(number: Number, left: str, right: str) -> str | None:
    if unit_kind(number.unit) != "age" or number.unit == "年一遇":
        return None
    if number.value_max is not None and not left.strip() and (not right.strip() or right.startswith("\t")):
        return "age class"  # a table's row: 6-11岁
    if re.match(r"(?:及)?以上|以下|以内|的|[\u4e00-\u9fff]", right) and not re.search(r"(?:达到|达|提高到|提高至|提高|增加到|为|超过)$", left):
        return "age class"
    return None


def is_chinese_word(number: Number, left: str, right: str) -> str | None:
    """三农, 两岸, 一批, 十大工程 are words; 建成两座桥 is a count."""
    kind = unit_kind(number.unit)
    if kind == "none":
        return None if number.magnitude or VAGUE_BEFORE.search(left) or TOP_BEFORE.search(left) else "word"
    if is_fine(left, right) or number.unit == "次" and is_frequency(left, right):
        return None
    term = kind == "time" and (LIMIT_BEFORE.search(left) or is_term(left, right) or number.unit != "年" and LIMIT_AFTER.match(right))
    bare = not re.search(r"[一二三四五六七八九两]", number.digits)
    if bare and number.digits != "十" and not number.many and not VAGUE_BEFORE.search(left) and not re.match(r"以上(?![\u4e00-\u9fff])", right):
        return "word"
    if kind == "weak" or number.digits == "二" and not term or re.search(r"第[一二三四五六七八九十]、$", left):  # counts are 两个, 二次 is the second
        return "word"
    if number.unit == "元" and len(number.digits) == 1 or number.unit == "门" or number.unit == "度" \
            or re.match(r"规定|毫不|确立|维护|百年|“|[一二两三四五六七八九十][\u4e00-\u9fff]", right):
        return "word"
    if number.digits in ("两", "三", "四") and re.search(r"[这那]$", left):
        return "word"
    if number.digits in ("两", "三", "四") and number.unit in ("个", "条", "只", "项", "手") and not CHINESE_CUES.search(left):
        return "word"
    if number.digits == "一" and number.unit != "%":
        limited = term or re.search(r"(?:超过|不少于|至少|不低于|不得少于|不多于|少于|再减|新增|提高|下降)$", left) or \
            unit_kind(number.unit) == "length" and re.match(r"(?:范围)?(?:以|之)?内", right)
        return None if limited and not re.match(r"[\u4e00-\u9fff]{0,2}批", right) and number.unit not in ("批", "项", "次") else "article"
    if kind in ("count", "people", "time", "percent") and number.unit in ("批", "期", "轮", "届", "次", "级", "代", "季", "类", "点"):
        return None if CHINESE_CUES.search(left) and number.unit in ("次", "类", "轮") else "word"
    return None


def unitless(number: Number, left: str, right: str) -> str | None:
    """A number without unit is a figure with 万 or 亿 behind it, or alone in a table cell that the table reader vouches for."""
    if not left.strip() and not right.strip():
        return "lone number"
    if STRUCTURE_BEFORE.search(left) and (re.match(r"[∶:：]\d", right) or left.endswith(("∶", ":", "："))):
        return None  # 三次产业结构调整为7.7∶42.5∶49.8
    if TOP_BEFORE.search(left) and not re.match(r"[\u4e00-\u9fff]", right):
        return None
    if number.form == "arabic" and "." in number.digits and re.search(r"(?:率|指数|系数|比值|当量比)(?:为|达|约)?$", left):
        return None
    if number.form == "arabic" and re.search(STATE_BEFORE, left) and re.match(r"$|[，。；、）)]|(?:及)?以[上下内]|左右", right):
        return None
    if number.form == "arabic" and number.magnitude in ("万", "亿", "万亿", "百万", "千万", "千亿", "百亿") and not re.match(r"台阶|级|元|\w*[级]", right):
        return None
    if number.form == "arabic" and number.many and number.magnitude:
        return None
    if number.form == "chinese" and VAGUE_BEFORE.search(left) and number.digits and number.digits[-1] in "万亿" and not re.match(r"台阶|级", right):
        return None
    return "no unit"


def is_ratio_name(number: Number, left: str, right: str) -> str | None:
    if left.endswith((":", "：", "∶")) or number.unit is None and not re.search(r"比(?:例|值|率|重)?(?:[^，。；]{0,6}|[^，。；]{0,60}[从由至到为])$", left):
        return "ratio name"
    if number.unit == "%" and re.search(r"[A-Za-z0-9/]$", left):
        return "ratio name"
    return None


def is_slogan(number: Number, left: str, right: str) -> str | None:
    """四位一体, 两件大事, 五项原则, 两种资源, 青年50人论坛 are names; ×100% ends a formula, 2×66万千瓦 names a plant."""
    if TIMES_BEFORE.search(left):
        return "part of a name"
    if number.unit == "位" and right.startswith("一体") or number.unit == "人" and re.match(r"论坛|组织会议", right):
        return "name"
    if number.form == "chinese" and SLOGAN_AFTER.match(number.digits[-1] + (number.unit or "") + right):
        return "name"
    return None


def is_fixed_name(number: Number, left: str, right: str) -> str | None:
    """企业倍增工程, 清零行动: a closed-list word inside a programme's name."""
    if re.match(r"[\u4e00-\u9fff]{0,4}(?:工程|行动|计划|攻坚|专项|战略|改革|机制)", right) and not right.startswith("的"):
        return "name"
    return None


Rule = Callable[[Number, str, str], str | None]
RULES: tuple[Rule, ...] = (
    is_quoted_name, is_word_part, is_date, is_reference_number, is_ordinal, is_slogan, is_fixed_name, is_ratio_name, is_base, is_duration, is_age,
    is_label, is_class, is_chinese_word,
)
ONLY_FOR: dict[Rule, tuple[str, ...]] = {
    is_word_part: ("arabic", "ratio"), is_ordinal: ("rank",), is_fixed_name: ("fixed",), is_ratio_name: ("ratio",), is_chinese_word: ("chinese",)}
RULES_OF_FORM = {form: tuple(rule for rule in RULES if form in ONLY_FOR.get(rule, FORMS)) for form in FORMS}
