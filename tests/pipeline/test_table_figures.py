"""Tables speak: heads give indicator, unit, period, status and whether a target binds."""

from decimal import Decimal

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
