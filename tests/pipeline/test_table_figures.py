"""Tables speak: heads give indicator, unit, period, status and whether a target binds."""

from decimal import Decimal

import pytest

from analyzer.ingest import text_to_document
from analyzer.pipeline.figures import find_quantities
from analyzer.pipeline.reading import read_text
from analyzer.pipeline.table_figures import GridCell, cell_to_quantity, read_factor, read_tables, strip_unit
from analyzer.records import Block, Cell, Document


def table_document(rows, header_rows=1):
    """A document that holds one table, one cell a line."""
    text, cells = "", []
    for row, line in enumerate(rows):
        for column, words in enumerate(line):
            cells.append(Cell(len(text), len(text) + len(words), row, column, header=row < header_rows))
            text += words + "\n"
    return Document("t.xlsx", text, (Block("table", 0, len(text) - 1, cells=tuple(cells)),))


def facts_of(document):
    reading = read_text(document)
    quantities, facts = read_tables(reading, document.blocks, find_quantities(reading.text))
    return {(facts[q.start].indicator, facts[q.start].period): (q, facts[q.start]) for q in quantities if q.start in facts}


def test_indicator_table_with_years_and_kind():
    found = facts_of(table_document([
        ["序号", "指标名称", "单位", "2020年", "2025年", "年均增长", "属性"],
        ["1", "新增保障性租赁住房", "万套", "1.2", "〔8.5〕", "—", "约束性"],
        ["2", "绿色建筑占新建建筑比例", "%", "77", "100", "", "预期性"],
        ["3", "建筑业总产值", "亿元", "980", "≥1500", "8.5%左右", "预期性"]]))
    quantity, fact = found["新增保障性租赁住房", "2025"]
    assert (quantity.value, quantity.unit, fact.status, fact.binding) == (Decimal("85000.0"), "套", "planned", "约束性")
    base, base_fact = found["新增保障性租赁住房", "2020"]
    assert (base.value, base_fact.status) == (Decimal("12000.0"), "reference")
    assert found["绿色建筑占新建建筑比例", "2025"][0].unit == "%"
    quantity, _ = found["建筑业总产值", "2025"]
    assert (quantity.value, quantity.unit, quantity.comparator) == (Decimal("150000000000"), "元", "ge")
    rate, _ = found["建筑业总产值", "2021/2025"]
    assert (rate.value, rate.unit, rate.comparator, rate.change) == (Decimal("8.5"), "%", "approx", "increase")


def test_unit_in_the_rows_name_and_merged_class():
    found = facts_of(table_document([["类别", "指标", "2022年", "2025年目标"], ["市政", "新建停车位（万个）", "0.8", "3"]]))
    quantity, fact = found["新建停车位", "2025"]
    assert (quantity.value, quantity.unit, fact.status) == (Decimal("30000"), "个", "planned")


def test_flattened_table_with_heads():
    lines = ["序号", "项目名称", "建设期限（年）", "总投资（亿元）", "1", "临江污水厂扩建", "2023-2025", "2.6", "2", "东城水厂", "2024", "1.1"]
    found = facts_of(text_to_document("\n".join(lines)))
    quantity, fact = found["临江污水厂扩建", "2023/2025"]
    assert (quantity.value, quantity.unit, fact.action, fact.status) == (Decimal("260000000.0"), "元", "总投资", "planned")
    assert ("东城水厂", "2024") in found


def test_loose_row_has_its_target_last():
    found = facts_of(text_to_document("基本公共服务\n12\n新增公办学位（个）\n0\n5000\n下一段开始了，这里是文字。"))
    states = {float(q.value): fact.status for q, fact in found.values()}
    assert states[5000.0] == "planned"


def test_task_tables_yield_no_lone_numbers():
    assert facts_of(table_document([["序号", "任务", "牵头单位"], ["1", "推进老旧小区改造", "市住建局"]])) == {}


def test_cells_that_are_no_values():
    for words in ("约束性", "2023—2025年", "见附件2", "市住建局", ""):
        assert cell_to_quantity(GridCell(0, len(words), words), "2025年", "", "指标") is None


def test_units_of_heads():
    assert read_factor("万亩") == ("亩", Decimal(10_000))
    assert read_factor("‰") == ("%", Decimal("0.1"))
    assert read_factor("说明")[0] is None
    assert strip_unit("森林覆盖率（%）") == "森林覆盖率"
    assert strip_unit("陆港小镇（二期）") == "陆港小镇（二期）"


def test_rows_with_numbers_in_their_names_magnitudes_alone_and_changes_in_cells():
    found = facts_of(table_document([
        ["指标", "2020年", "2025年目标"],
        ["1.河湖管护人数（万）", "2.5", "3"],
        ["（3）事故起数", "—", "下降15%"]]))
    quantity, fact = found["河湖管护人数", "2025"]
    assert (quantity.value, quantity.unit, fact.status) == (Decimal(30000), None, "planned")
    quantity, fact = found["事故起数", "2025"]
    assert (quantity.value, quantity.unit, quantity.change, fact.action) == (Decimal(15), "%", "decrease", "下降")


def test_a_table_of_past_years_reports():
    document = table_document([["指标", "2021年", "2022年"], ["公办幼儿园（所）", "40", "46"]])
    reading = read_text(document)
    _, facts = read_tables(reading, document.blocks, find_quantities(reading.text), year=2024)
    assert [facts[start].status for start in sorted(facts)] == ["reference", "achieved"]


def pairs_of(rows, header_rows=1, before=""):
    document = table_document(rows, header_rows)
    if before:
        text = before + "\n" + document.text
        block = document.blocks[0]
        shift = len(before) + 1
        cells = tuple(Cell(c.start + shift, c.end + shift, c.row, c.column, header=c.header) for c in block.cells)
        document = Document("t.xlsx", text, (Block("paragraph", 0, len(before)), Block("table", shift, len(text) - 1, cells=cells)))
    reading = read_text(document)
    quantities, facts = read_tables(reading, document.blocks, find_quantities(reading.text))
    return [(q, facts[q.start]) for q in quantities if q.start in facts]


def test_products_with_a_column_of_units_and_one_of_rates():
    quantities = [quantity for quantity, _ in pairs_of([["产品名称", "计量单位", "产量", "较上年±%"], ["水泥", "万吨", "316", "-4.6"]])]
    assert [(q.value, q.unit, q.change) for q in quantities] == [(3160000, "吨", "level"), (Decimal("4.6"), "%", "decrease")]


def test_rows_that_are_places_and_a_caption_with_the_unit():
    found = pairs_of([["", "一般公共预算收入", "税收占比（%）"], ["全市", "120.5", "70"], ["沈河区", "20.1", "72"], ["和平区", "18.3", "69"]], before="单位：亿元")
    assert [(q.value, q.unit, fact.indicator, fact.region) for q, fact in found[:4]] == [
        (Decimal("12050000000.0"), "元", "一般公共预算收入", None), (70, "%", "税收占比", None),
        (Decimal("2010000000.0"), "元", "一般公共预算收入", "沈河区"), (72, "%", "税收占比", "沈河区")]


def test_places_across_and_years_down():
    (quantity, fact), *_ = pairs_of([["", "大连市", "鞍山市", "抚顺市"], ["常住人口（万人）", "745.1", "325", "180"]])
    assert (quantity.value, quantity.unit, fact.indicator, fact.region) == (Decimal("7451000.0"), "人", "常住人口", "大连市")
    found = pairs_of([["年份", "地区生产总值（亿元）", "增速（%）"], ["2023年", "900", "5.2"], ["2024年", "950", "5.6"]])
    assert [(fact.indicator, fact.period, q.unit) for q, fact in found] == [
        ("地区生产总值", "2023", "元"), ("增速", "2023", "%"), ("地区生产总值", "2024", "元"), ("增速", "2024", "%")]


def test_groups_of_things_without_a_known_head():
    found = pairs_of([["协会", "会员（人）", "会员性别比"], ["作家协会", "1972", "49.85"], ["音乐家协会", "1123", "118.48"]])
    assert [(q.value, q.unit, fact.indicator, fact.action) for q, fact in found[:2]] == [
        (1972, "人", "作家协会", "会员"), (Decimal("49.85"), None, "作家协会", "会员性别比")]


@pytest.mark.parametrize("rows", [
    [["点号", "X坐标", "Y坐标"], ["A1", "13725.58", "103543.57"], ["A2", "13715.19", "103528.22"]],
    [["序号", "考核项目", "分值", "考核指标"], ["1", "督查督办", "4", "落实制度"], ["2", "方案修订", "2", "完成修订"]],
    [["姓名", "联系电话", "邮编"], ["王某某", "13800000000", "100000"], ["李某某", "13900000000", "100001"]],
    [["序号", "任务", "完成时间"], ["1", "制定方案", "2025.6"], ["2", "组织实施", "2025.12"]],
])
def test_numbers_that_measure_nothing(rows):
    assert pairs_of(rows) == []


def test_a_sum_is_of_what_its_column_measures():
    found = pairs_of([["项目名称", "总投资（亿元）", "责任单位"], ["水库加固", "12.5", "市水利局"], ["合计", "51.3", ""]])
    assert [(fact.indicator, fact.action) for _, fact in found] == [("水库加固", "总投资"), ("总投资", None)]


def test_parts_of_a_row_and_of_a_column_count_as_the_whole_does():
    found = pairs_of([["指标", "2023年", "2024年", "同比增长（%）"], ["地区生产总值（亿元）", "1130", "1200", "6.1"], ["其中：第一产业", "115", "120", "-4.0"]])
    rows = [(q.value, q.unit, fact.indicator, fact.period) for q, fact in found]
    assert rows[3:] == [(Decimal("11500000000"), "元", "第一产业", "2023"), (Decimal("12000000000"), "元", "第一产业", "2024"),
                        (Decimal("4.0"), "%", "第一产业", "2024")]
    (_, _), (quantity, fact) = pairs_of([["地区", "补助资金（万元）", "其中：中央资金"], ["甲市", "240", "180"]])
    assert (quantity.value, quantity.unit, fact.indicator, fact.region) == (1800000, "元", "中央资金", "甲市")


def test_prices_are_standards_and_weights_no_figures():
    ((_, fact), *_) = pairs_of([["收费项目", "计费单位", "收费标准（元）"], ["停车费", "次", "5"], ["卫生费", "户", "12"]])
    assert fact.status == "standard"
    assert pairs_of([["考核指标", "权重（%）"], ["任务完成率", "30"], ["资金使用率", "20"]]) == []


def test_a_minus_belongs_to_a_level():
    found = pairs_of([["站名", "最低气温（℃）", "比上年（%）"], ["东站", "-5.1", "-2.5"], ["西站", "-8", "1.5"]])
    assert [(q.value, q.change, q.end - q.start) for q, _ in found[:2]] == [(Decimal("-5.1"), "level", 4), (Decimal("2.5"), "decrease", 3)]
