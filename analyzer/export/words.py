"""What people read for the names of fields and for their values, in Chinese and English."""

from __future__ import annotations

import functools

from analyzer.lexicon import read_yaml

# field → Chinese, English, meaning (for the data dictionary)
FIELDS: dict[str, tuple[str, str, str]] = {
    "indicator": ("指标", "Indicator", "所衡量的事物或变量，用原文的字"),
    "quote": ("原文数值", "As written", "数字连同单位，一字不改"),
    "value": ("数值", "Value", "换算为基本单位的数值（3.1万套 → 31000；90% → 90）"),
    "value_max": ("数值上限", "Upper value", "区间的上限，非区间为空"),
    "unit": ("单位", "Unit", "不含万、亿的单位或量词"),
    "comparator": ("约束方向", "Comparator", "eq 等于、ge 不低于、gt 超过、le 不超过、lt 低于、approx 约、range 区间"),
    "change": ("水平或变化", "Level or change", "level 水平值、increase 增加量、decrease 减少量"),
    "binding": ("约束性", "Binding", "规划指标的属性：约束性、预期性、指导性；文件未写明为空"),
    "action": ("行动", "Action", "支配该数值的动词短语"),
    "status": ("状态", "Status", "planned 计划目标、achieved 已完成、standard 标准参数、reference 背景数据"),
    "period": ("期限", "Period", "达到或统计的时间：2025；2021/2025 为时段；2026-06 为六月底前；2026-Q1；2026-H1"),
    "due": ("截止日期", "Due", "期限换算的最后一天"),
    "region": ("适用地区", "Place", "原文点明的地区；未点明为空"),
    "category": ("类别代码", "Category code", "任务类别的代码，见“数据字典”下半部分"),
    "category_name": ("类别", "Category", "任务类别"),
    "departments": (
        "责任部门",
        "Departments",
        "原文点名的责任部门，顿号分隔；（牵头）（配合）为分工；（推断）为模型推断",
    ),
    "document": ("文件", "Document", "文件标题"),
    "issuer": ("发文机关", "Issuer", "发布文件的机关"),
    "document_region": ("文件地区", "Document's region", "文件所属地区"),
    "section": ("所在章节", "Section", "上级标题，由外到内"),
    "sentence": ("原句", "Sentence", "所在句子的原文"),
    "page": ("页码", "Page", "所在页，从 1 起；无页的格式为空"),
    "confidence": ("置信度", "Confidence", "0–1，程序对该条的把握"),
    "review": ("校对状态", "Review", "open 未校对、accepted 已确认、edited 已修改、rejected 已剔除、added 人工添加"),
    "rules": ("规则", "Rules", "识别该条所用规则的名称"),
    "file": ("文件名", "File", "上传时的文件名"),
    "start": ("起始字符", "Start", "在文件全文中的起始位置（含，从 0 起）"),
    "end": ("结束字符", "End", "在文件全文中的结束位置（不含）"),
    "sha256": ("文件校验值", "SHA-256", "文件的 SHA-256"),
    "key": ("记录编号", "Key", "记录的固定编号，重新分析后不变"),
}

COMMITMENT_FIELDS: dict[str, tuple[str, str]] = {
    "text": ("承诺事项", "Commitment"), "action": ("行动", "Action"), "object": ("对象", "Object"),
    "category_name": ("类别", "Category"), "period": ("期限", "Period"), "due": ("截止日期", "Due"),
    "region": ("适用地区", "Place"), "departments": ("责任部门", "Departments"), "figures": ("含数据条数", "Figures"),
    "document": ("文件", "Document"), "section": ("所在章节", "Section"), "page": ("页码", "Page"),
    "confidence": ("置信度", "Confidence"), "review": ("校对状态", "Review"), "start": ("起始字符", "Start"), "end": ("结束字符", "End"),
    "sha256": ("文件校验值", "SHA-256"), "key": ("记录编号", "Key"),
}  # fmt: skip

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "status": {"planned": ("计划目标", "Planned"), "achieved": ("已完成", "Achieved"), "standard": ("标准参数", "Standard"),
               "reference": ("背景数据", "Reference")},
    "comparator": {"eq": ("等于", "="), "ge": ("不低于", "≥"), "gt": ("超过", ">"), "le": ("不超过", "≤"),
                   "lt": ("低于", "<"), "approx": ("约", "≈"), "range": ("区间", "range")},
    "change": {"level": ("水平值", "Level"), "increase": ("增加", "Increase"), "decrease": ("减少", "Decrease")},
    "binding": {"约束性": ("约束性", "Binding"), "预期性": ("预期性", "Expected"), "指导性": ("指导性", "Indicative")},
    "review": {"open": ("未校对", "Open"), "accepted": ("已确认", "Accepted"), "edited": ("已修改", "Edited"),
               "rejected": ("已剔除", "Rejected"), "added": ("人工添加", "Added")},
    "figures": {"with": ("含数据", "with figures"), "without": ("不含数据", "without figures")},
    "role": {"lead": ("牵头", "lead"), "support": ("配合", "support"), "responsible": ("", "")},
    "level": {"national": ("国家级", "National"), "provincial": ("省级", "Provincial"), "municipal": ("市级", "Municipal"),
              "county": ("县级", "County")},
}  # fmt: skip


def field_name(name: str, language: str = "zh") -> str:
    names = FIELDS.get(name) or COMMITMENT_FIELDS.get(name)
    return (names[0] if language == "zh" else names[1]) if names else name


def value_name(field: str, value: str | None, language: str = "zh") -> str:
    """What people read for a value of a field; the value itself where it has no other name."""
    if not value:
        return ""
    if field == "category":
        return category_names(language).get(value, value)
    names = VALUES.get(field, {}).get(value)
    return names[0 if language == "zh" else 1] if names else value


def category_names(language: str = "zh") -> dict[str, str]:
    """Code → name of the codebook in force."""
    return {row["code"]: row.get(language) or row.get("zh") or row["code"] for row in read_codebook()}


def period_name(period: str | None, language: str = "zh") -> str:
    """A period as people write it.

    >>> period_name("2021/2025"), period_name("2026-06"), period_name("2026-Q1", "en")
    ('2021—2025年', '2026年6月', '2026 Q1')
    """
    if not period:
        return ""
    if language != "zh":
        return period.replace("-Q", " Q").replace("-H", " H").replace("/", "–")
    start, _, end = period.partition("/")
    return f"{start}—{_one_period(end)}" if end else _one_period(start)


def _one_period(period: str) -> str:
    year, _, part = period.partition("-")
    if part[:1] == "Q":
        return f"{year}年{'一二三四'[int(part[1]) - 1] if part[1:] in '1234' and part[1:] else part[1:]}季度"
    if part[:1] == "H":
        return f"{year}年{'上半年' if part == 'H1' else '下半年'}"
    month, _, day = part.partition("-")
    text = f"{year}年" if year.isdigit() else year
    if month.isdigit():
        text += f"{int(month)}月"
    return text + (f"{int(day)}日" if day.isdigit() else "")


_own: list[dict] | None = None


@functools.cache
def _default() -> list[dict]:
    return list(read_yaml("categories.yaml"))


def read_codebook() -> list[dict]:
    """The rows of the codebook in force: that which `use_codebook` set, else the default one."""
    return _default() if _own is None else _own


def use_codebook(rows: list[dict] | None) -> None:
    """Makes `rows` (code, zh, en, covers, keywords) the codebook in force; None the default one."""
    global _own
    _own = rows
