"""The marks of notes, raised or in brackets, join no number and no name, whatever the format."""

import io

import docx
import pytest

from analyzer.analysis import analyze
from analyzer.ingest import read_bytes, text_to_document
from analyzer.ingest.html import read_html
from analyzer.pipeline.reading import read_text


def figures_of(document):
    return [(figure.quote, figure.value, figure.indicator) for figure in analyze(document).figures]


@pytest.mark.parametrize("mark", ["¹", "①", "[1]", "［2］", "[注1]", "（注2）", "〔注3〕"])
def test_a_mark_is_no_part_of_the_indicator(mark):
    document = text_to_document(f"到2027年，常住人口{mark}达到850万人，森林覆盖率{mark}45%以上。")
    assert figures_of(document) == [("850万人", 8500000, "常住人口"), ("45%", 45, "森林覆盖率")]
    assert document.text[analyze(document).figures[1].start:][:3] == "45%"


def test_powers_lists_and_sums_stay():
    text = "面积300km²，能耗下降[15]%，浓度10⁴个：①新建学校；②改造医院。"
    assert read_text(text_to_document(text)).text == text + "\n"
    assert [figure[:2] for figure in figures_of(text_to_document("2027年建成区面积300km²。"))] == [("300km²", 300)]


def test_marks_in_cells():
    text = "指标\n2025年\n2030年\n常住人口¹（万人）\n820\n850②\n城镇化率[注1]（%）\n60③\n70*\n"
    assert figures_of(text_to_document(text)) == [("820", 8200000, "常住人口"), ("850", 8500000, "常住人口"), ("60", 60, "城镇化率"),
                                                  ("70", 70, "城镇化率")]


def test_raised_digits_of_html():
    page = ("<html><body><div class=TRS_Editor><p>常住人口<sup>1</sup>1761万人，面积300km<sup>2</sup>，教师<sup><a href='#n'>12</a></sup>5万人。</p>"
            "<table><tr><th>指标</th><th>2030年</th></tr><tr><td>人口<sup>2</sup>（万人）</td><td>850<sup>3</sup></td></tr></table></div></body></html>")
    text = read_html(page.encode(), "a.html").text
    assert "常住人口¹1761万人，面积300km2，教师¹²5万人。" in text and "人口²（万人）" in text and "850³" in text


def test_raised_runs_of_docx():
    document, data = docx.Document(), io.BytesIO()
    paragraph = document.add_paragraph()
    for words, raised in (("常住人口", False), ("1", True), ("1761万人，面积300km", False), ("2", True), ("，公报", False), ("[2]", True), ("。", False)):
        paragraph.add_run(words).font.superscript = raised
    document.save(data)
    assert "常住人口¹1761万人，面积300km2，公报[2]。" in read_bytes(data.getvalue(), "a.docx").text
