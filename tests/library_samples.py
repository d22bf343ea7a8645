"""Small hand-made analyses for the tests of the store, the exports and the app."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from analyzer.records import Analysis, Block, Commitment, Department, Document, Figure, Rejected, Sentence

TEXT = """松河市2026年城市更新工作要点
一、推进老旧小区改造
2026年，新开工改造老旧小区120个，惠及居民4.5万户。（责任单位：市住房城乡建设局、市财政局）
燃气管道更新改造380公里，隐患整改率达到98%以上。
二、改善住房保障
筹集保障性租赁住房1.2万套，发放租赁补贴6000户。
去年，全市建成口袋公园45个。
"""

_ROWS = [
    # quote, value, unit, comparator, indicator, action, status, period, category, departments
    (
        "120个",
        120,
        "个",
        "eq",
        "老旧小区",
        "新开工改造",
        "planned",
        "2026",
        "renewal",
        ("市住房城乡建设局", "市财政局"),
    ),
    ("4.5万户", 45000, "户", "eq", "居民", "惠及", "planned", "2026", "renewal", ("市住房城乡建设局", "市财政局")),
    ("380公里", 380, "公里", "eq", "燃气管道", "更新改造", "planned", "2026", "safety", ()),
    ("98%", 98, "%", "ge", "隐患整改率", "达到", "planned", "2026", "safety", ()),
    ("1.2万套", 12000, "套", "eq", "保障性租赁住房", "筹集", "planned", "2026", "housing", ()),
    ("6000户", 6000, "户", "eq", "租赁补贴", "发放", "planned", "2026", "housing", ()),
    ("45个", 45, "个", "eq", "口袋公园", "建成", "achieved", "2025", "urban", ()),
]


def make_document(text: str = TEXT, *, name: str = "松河市要点.txt", **fields) -> Document:
    blocks, start = [], 0
    for line in text.splitlines(keepends=True):
        kind = "heading" if re.match(r"[一二三]、|松河市2026", line) else "paragraph"
        blocks.append(Block(kind, start, start + len(line.rstrip("\n"))))
        start += len(line)
    base = Document(
        name,
        text,
        tuple(blocks),
        title="松河市2026年城市更新工作要点",
        issuer="松河市人民政府办公室",
        number="松政办发〔2026〕3号",
        dates={"written": "2026-01-15", "published": "2026-01-20"},
        region="松河市",
        level="municipal",
        sha256=hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest(),
    )
    return replace(base, **fields)


def make_figure(
    document: Document,
    quote: str,
    value: float = 1,
    unit: str | None = "个",
    comparator: str = "eq",
    indicator: str | None = "项目",
    action: str | None = None,
    status: str = "planned",
    period: str | None = "2026",
    category: str | None = "urban",
    departments: tuple[str, ...] = (),
    **fields,
) -> Figure:
    start = fields.pop("start", None)
    start = document.text.index(quote) if start is None else start
    left = max(document.text.rfind(mark, 0, start) for mark in "。\n") + 1
    right = min(
        p for p in (document.text.find("。", start), document.text.find("\n", start), len(document.text)) if p >= 0
    )
    right = min(right + 1, len(document.text))
    base = Figure(
        document.name,
        quote,
        start,
        start + len(quote),
        value,
        None,
        unit,
        comparator,
        "level",
        indicator,
        action,
        status,
        period,
        None,
        category,
        tuple(Department(name) for name in departments),
        document.text[left:right].strip(),
        left,
        right,
        section=("一、推进老旧小区改造",),
        due="2026-12-31",
        confidence=0.9 - (start % 7) / 20,
        rules=("count",),
    )
    return replace(base, **fields)


def make_analysis(document: Document | None = None, figures: tuple[Figure, ...] | None = None) -> Analysis:
    document = document or make_document()
    if figures is None:
        figures = tuple(make_figure(document, *row) for row in _ROWS if row[0] in document.text)
    commitments = tuple(
        Commitment(
            document.name,
            f.sentence,
            f.sentence_start,
            f.sentence_end,
            f.action,
            f.indicator,
            f.category,
            f.period,
            f.due,
            None,
            f.departments,
            ((f.start, f.end),),
            f.section,
        )
        for f in figures[:3]
    )
    year = document.text.find("2026")
    rejected = (Rejected(document.name, "2026年", year, year + 5, "date"),) if year >= 0 else ()
    sentences = tuple(
        Sentence(document.name, f.sentence, f.sentence_start, f.sentence_end, "commitment") for f in figures
    )
    return Analysis(document, figures, commitments, sentences, rejected, version="0.1.0", codebook="default")
