"""Any text in, records out: the contract holds for each, nothing breaks, and twice the text takes twice the time."""

from __future__ import annotations

import json
import os
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analyzer import analyze
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_bytes, text_to_document
from analyzer.numerals import parse_chinese
from analyzer.pipeline.reading import join_breaks
from analyzer.records import Analysis, to_dict

COMPARATORS = {"eq", "ge", "gt", "le", "lt", "approx", "range"}
CHANGES = {"level", "increase", "decrease"}
STATUSES = {"planned", "achieved", "standard", "reference"}
KINDS = {"commitment", "achievement", "rule", "background", "heading"}
EXAMPLES = int(os.environ.get("POLICY_TEST_EXAMPLES", "60"))

PIECES = [
    "改造老旧小区", "1200个", "3.1万套", "百分之五", "5%以上", "不低于", "达到", "同比增长", "到2025年", "2025年", "今年", "去年",
    "年底前", "责任单位：", "市财政局", "省住房城乡建设厅", "、", "，", "；", "。", "！", "（", "）", "“", "”", "《", "》",
    "〔2025〕3号", "一、", "（一）", "1.", "第一章", "\n", "\r\n", "\t", "\u3000", " ", "\u2028", "\x0b", "\x0c",
    "\x85", "\x00", "\ufeff", "\u200b", "１２３", "％", "１．５", "，000", "1,234", "1-2", "3至5", "3～5", "±",
    "−5", "零", "〇", "万", "亿", "万亿", "千", "半", "余", "多", "左右", "|", "|---|", "#", "*", "=1+1", "<b>",
    "&nbsp;", "𠀀", "é", "e5", "1e400", "∞", "½", "②", "Ⅳ", "²", "𝟏𝟐", "٣", "其中", "分别", "和", "比", "由",
    "提高到", "降至", "亿元", "平方公里", "户", "人次", "公里", "个百分点", "倍", "分之", "指标", "目标值", "单位",
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4), st.integers(0, 10**9).map(str)), max_size=60).map("".join)


def records_of(text: str, name: str = "文.txt") -> Analysis | None:
    """The analysis, or None for a text that is refused in words."""
    try:
        document = read_bytes(text.encode("utf-8", "surrogatepass"), name)
    except AnalyzerError as error:
        assert error.english and error.chinese
        return None
    return analyze(document, infer_departments=True)


def check(analysis: Analysis) -> None:
    text, size = analysis.document.text, len(analysis.document.text)
    for kind in (analysis.figures, analysis.commitments, analysis.sentences, analysis.rejected):
        for record in kind:
            assert 0 <= record.start < record.end <= size
            line = json.dumps(to_dict(record), ensure_ascii=False, allow_nan=False)
            assert to_dict(record) == json.loads(line)
            assert "\n" not in line
    last = 0
    for figure in analysis.figures:
        assert join_breaks(text[figure.start:figure.end]) == figure.quote
        assert "\n" not in figure.quote and figure.quote.strip()
        assert figure.start >= last, "figures overlap or are out of order"
        last = figure.end
        assert figure.sentence_start <= figure.start and figure.end <= figure.sentence_end
        assert join_breaks(text[figure.sentence_start:figure.sentence_end]) == figure.sentence
        assert figure.comparator in COMPARATORS, figure.comparator
        assert figure.change in CHANGES, figure.change
        assert figure.status in STATUSES
        assert isinstance(figure.value, int | float) and figure.value == figure.value and abs(figure.value) != float("inf")
        assert figure.value_max is None or figure.value_max >= figure.value
        assert 0 <= figure.confidence <= 1
        assert figure.due is None or re.fullmatch(r"\d{4}-\d\d-\d\d", figure.due)
        assert all(body.source in ("explicit", "inherited", "inferred") and body.name for body in figure.departments)
    for before, after in zip(analysis.sentences, analysis.sentences[1:], strict=False):
        assert before.end <= after.start
    places = [(figure.start, figure.end) for figure in analysis.figures]
    for commitment in analysis.commitments:
        assert join_breaks(text[commitment.start:commitment.end]) == commitment.text
        assert all(place in places and commitment.start <= place[0] and place[1] <= commitment.end for place in commitment.figures)
    for sentence in analysis.sentences:
        assert sentence.kind in KINDS and 0 <= sentence.confidence <= 1
        assert join_breaks(text[sentence.start:sentence.end]) == sentence.text
    for rejected in analysis.rejected:
        assert rejected.reason
        assert join_breaks(text[rejected.start:rejected.end]) == rejected.quote


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts)
@example("建成" + " " * 40 + "\n" + " " * 40 + "12" + "　" * 40 + "个。")
@example("改造" + "建12个，" * 400)
@example("改造老旧小区１２３\u2028万")  # a line break ends a quantity
def test_every_record_keeps_the_contract(text):
    if (analysis := records_of(text)) is not None:
        check(analysis)


@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(texts.map(lambda t: t[:40]), min_size=3, max_size=3), min_size=1, max_size=8))
@example([["", "改造老旧小区１２３", "万"]])
def test_tables_keep_the_contract(rows):
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = "<p>工作要点</p><table><tr><th>指标</th><th>单位</th><th>2025年目标</th></tr>"
    if analysis := records_of(f"<html><body>{head}{cells}</table></body></html>", "表.html"):
        check(analysis)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="零〇一二三四五六七八九十百千万亿两半几点分之0123456789.,，．０１２", max_size=30))
def test_numerals_are_numbers_or_none(text):
    value = parse_chinese(text)
    assert value is None or value >= 0


GROWING = {
    "digits": "1234567890",
    "Chinese digits": "一二三四五六七八九十百千万",
    "grouped digits": "1,234,567,890,",
    "ranges": "1-2至3—4~",
    "per cent": "5%",
    "opening brackets": "（(【〔《“",
    "one endless sentence": "推进老旧小区改造12个，",
    "no punctuation": "加快推进城市更新和新型城镇化建设",
    "nested quotes": "“‘",
    "quoted shares": "“两个百分之百”和",
    "tiny lines": "1\n",
    "lines with figures": "\u5efa12\u4e2a\n",
    "headings": "\u4e00\u3001\u5efa\u8bbe\n",
    "blanks": "1 \u3000\t",
    "blanks behind a word": "建 " + " " * 400,
    "bodies": "市财政局、省住房城乡建设厅、",
    "bodies run together": "省财政厅",
    "labels": "（责任单位：市财政局）",
    "places": "北京市海淀区、",
    "dates": "2025年1月2日",
    "bounds": "达到增长下降不低于",
    "pauses": "；，、：",
    "dashes": "—",
    "entries": "\u7b2c\u4e00\u7ae0 \u603b\u5219\u2026\u20261\n",
    "more": "多余",
    "etcetera": "等",
    "units": "亿元万套公里％",
    "a table of commas": "a,1,2\n",
    "a table of bars": "| 1 | 2 |\n",
    "numbered lines": "1\n2\n3\n4\n",
    "numbered lines backwards": "3\n2\n1\n",
    "bodies in brackets": "（市财政局）",
    "bodies behind sentences": "建设学校（市财政局）。",
    "body endings": "局",
}
LONG = int(os.environ.get("POLICY_TEST_CHARACTERS", "16000"))
SIZES = (LONG // 4, LONG)
"""1,000,000 characters of each take some minutes; what holds more figures than a document may is refused there, soon."""


def cost(text: str) -> float:
    """Seconds of this process alone; another one on the machine does not count."""
    begun = time.process_time()
    document = text_to_document(text, "长.txt")
    try:
        assert analyze(document).document is document
    except AnalyzerError as error:
        assert "figures" in error.english
    return time.process_time() - begun


@pytest.mark.parametrize("name", GROWING)
def test_four_times_the_text_takes_about_four_times_the_time(name):
    """16 would be quadratic; what is below a fifth of a second is too little to measure."""
    unit = GROWING[name]
    small, large = ((unit * (size // len(unit) + 1))[:size] for size in SIZES)
    for _ in range(3):
        before, after = cost(small), cost(large)
        if after < 0.2 or after / before < 9:
            return
    pytest.fail(f"{SIZES[0]} characters took {before:.2f} s, {SIZES[1]} took {after:.2f} s")
