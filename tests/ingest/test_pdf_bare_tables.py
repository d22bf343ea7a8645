"""Tables of a PDF that no rule draws: columns aligned by white alone, and what looks like them but is none."""

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from analyzer.ingest.pdf import parse_pdf
from analyzer.ingest.tables import rows_of

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
FULL = "全市加快推进公共服务均等化水平提升工程建设并形成经验"
INDICATORS = ["指标名称|单位|2025年|2030年|属性", "一、经济发展", "地区生产总值|亿元|1200|1800|预期性", "劳动生产率|万元/人|15.2|21|预期性",
              "二、绿色生态", "森林覆盖率|%|41.5|≥42|约束性", "能耗降低|%|—|〔13.5〕|约束性"]


def draw(*pages):
    """Each page is a list of (x in characters, y in lines of 24 points from the top, size, text)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont("STSong-Light", size)
            canvas.drawString(80 + 11 * x, 780 - 24 * y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def place(rows, *, top, lefts=(0, 16, 22, 28, 34)):
    return [(lefts[column], top + number, 11, text) for number, row in enumerate(rows) for column, text in enumerate(row.split("|"))]


def prose(*tops):
    return [(0, top, 16, FULL) for top in tops]


def read(*pages):
    """(rows of each table, the other blocks' texts)."""
    document = parse_pdf(draw(*pages), "a.pdf")
    tables = [rows_of(document, block) for block in document.blocks if block.kind == "table"]
    return tables, [document.text[block.start:block.end] for block in document.blocks if block.kind not in ("table", "furniture")]


def test_columns_by_white_and_names_of_groups():
    (table,), texts = read(prose(0, 1, 2) + place(INDICATORS, top=4) + prose(12, 13))
    assert table[0] == ["指标名称", "单位", "2025年", "2030年", "属性"]
    assert table[1] == ["一、经济发展"] * 5
    assert table[2:4] == [["地区生产总值", "亿元", "1200", "1800", "预期性"], ["劳动生产率", "万元/人", "15.2", "21", "预期性"]]
    assert table[6] == ["能耗降低", "%", "—", "〔13.5〕", "约束性"]
    assert texts == [FULL * 3, FULL * 2]


def test_the_head_is_marked():
    document = parse_pdf(draw(place(INDICATORS, top=4)), "a.pdf")
    (table,) = [block for block in document.blocks if block.kind == "table"]
    assert [cell.row for cell in table.cells if cell.header] == [0] * 5


def test_two_columns_need_named_heads():
    rows = ["指标|目标值", "新增就业（万人）|10", "改造小区（个）|120", "新建公园（个）|30"]
    (table,), _ = read(prose(0, 1) + place(rows, top=3) + prose(8))
    assert table == [row.split("|") for row in rows]
    assert not read(prose(0, 1) + place(["东区|10", "西区|120", "南区|30"], top=3) + prose(8))[0]


def test_cells_over_two_lines_with_the_others_in_their_middle():
    page = [(0, 0, 11, "序号"), (4, 0, 11, "重点任务"), (24, 0, 11, "牵头单位"), (33, 0, 11, "完成时限")]
    for number, top in ((1, 1.5), (2, 3.2)):
        page += [(0, top + 0.3, 11, str(number)), (4, top, 11, f"改造第{number}片老旧小区楼房管网并更"), (4, top + 0.6, 11, "新设施"),
                 (24, top + 0.3, 11, "市住建局"), (33, top + 0.3, 11, "2026年底前")]
    (table,), _ = read([*page, *prose(6, 7)])
    assert table[1:] == [[str(n), f"改造第{n}片老旧小区楼房管网并更新设施", "市住建局", "2026年底前"] for n in (1, 2)]


def test_heads_on_two_levels():
    page = [(0, 0.5, 11, "指标"), (17, 0, 11, "规划目标"), (31, 0, 11, "实现情况")]
    page += place(["2020年|年均增长（%）|2020年|年均增长（%）"], top=1, lefts=(14, 20, 28, 34))
    page += place(["信息消费|3.2|13|3.4|14", "网络零售|3.9|20|4.1|21", "电子商务|21|12|22|13"], top=2, lefts=(0, 14.5, 22, 28.5, 36))
    (table,), _ = read(page)
    assert table[:2] == [["指标", "规划目标", "规划目标", "实现情况", "实现情况"], ["指标", "2020年", "年均增长（%）", "2020年", "年均增长（%）"]]
    assert table[2] == ["信息消费", "3.2", "13", "3.4", "14"]


@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_runs_over_pages(repeated):
    head = "县（市、区）|新建任务（套）|改造任务（户）"
    first = prose(0, 1) + place([head, "东县|100|2000"], top=29, lefts=(0, 14, 28)) + [(20, 31, 11, "— 1 —")]
    second = place([head] * repeated + ["西县|110|2100", "南县|120|2200"], top=0, lefts=(0, 14, 28)) + prose(5, 6)
    (table,), _ = read(first, second)
    assert table == [head.split("|"), ["东县", "100", "2000"], ["西县", "110", "2100"], ["南县", "120", "2200"]]


@pytest.mark.parametrize("rows", [
    ["组长：王某某|副市长", "副组长：李某某|秘书长", "成员：张某某|市发展改革委主任", "赵某某|市财政局局长"],
    ["第一章 总则|1", "第二章 目标|3", "第三章 任务|8", "第四章 保障|20"],
    ["联系人：王某某|电话：010-12345678", "地址：人民路1号|邮编：100000"],
])
def test_lists_of_names_and_contents_are_no_tables(rows):
    tables, texts = read(prose(0, 1) + place(rows, top=3) + prose(8, 9))
    assert not tables and FULL * 2 in texts


def test_a_rows_name_over_two_lines_beside_rules():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("STSong-Light", 11)
    for y in (700, 670, 620):
        canvas.line(80, y, 500, y)
    for x, y, text in ((200, 680, "东区"), (300, 680, "西区"), (90, 654, "常住人口"), (90, 628, "（万人）"), (200, 641, "12.3"), (300, 641, "45.6")):
        canvas.drawString(x, y, text)
    canvas.save()
    document = parse_pdf(out.getvalue(), "a.pdf")
    (table,) = [block for block in document.blocks if block.kind == "table"]
    assert rows_of(document, table) == [["", "东区", "西区"], ["常住人口（万人）", "12.3", "45.6"]]


def test_a_unit_below_the_last_name_belongs_to_it():
    rows = ["指标|2025年|2030年", "森林覆盖率|41|42", "研发投入强度|2.4|2.6"]
    page = prose(0, 1) + place(rows, top=3, lefts=(0, 14, 24)) + [(0, 5.6, 11, "（%）")] + prose(9, 10)
    (table,), texts = read(page)
    assert table[2] == ["研发投入强度（%）", "2.4", "2.6"] and texts[-1] == FULL * 2


def test_heads_over_two_lines_above_values_at_the_right():
    page = [(0, 3.3, 11, "项目"), (14, 3, 11, "2024年"), (14, 3.6, 11, "执行数"), (22, 3, 11, "预算数为执行数"), (23, 3.6, 11, "的百分比（%）")]
    for row, cells in enumerate((("税收收入", "1,234,560", "105.4"), ("非税收入", "321,000", "96.6"), ("收入合计", "1,555,560", "103.6"))):
        page += [(left, 4.8 + row, 11, text) for left, text in zip((0, 13.5, 31), cells, strict=True)]
    (table,), _ = read(prose(0, 1) + page + prose(10, 11))
    assert table[0] == ["项目", "2024年执行数", "预算数为执行数的百分比（%）"] and table[1] == ["税收收入", "1,234,560", "105.4"]
