"""Who must do it: bodies in brackets, lines, sentences and task tables, their roles, and the text they answer for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.ingest import text_to_document
from analyzer.pipeline.bodies import read_bodies, read_groups, role_of
from analyzer.pipeline.organisations import find_assignments
from analyzer.pipeline.reading import read_text
from analyzer.records import Block, Cell, Document

LISTS = [  # a list as written, its bodies, why
    ("市住建局、财政局", "市住建局|财政局", "the second shares 市 but its name stays as written"),
    ("省财政厅、住房城乡建设厅，各市人民政府", "省财政厅|住房城乡建设厅|各市人民政府", "a comma parts as well"),
    ("各区、县（市）政府", "各区、县（市）政府", "a collective is one body"),
    ("各市、县（区）人民政府、省直有关部门", "各市、县（区）人民政府|省直有关部门", "a collective ends with its government"),
    ("各县（市、区）人民政府，市属各企业", "各县（市、区）人民政府|市属各企业", "、 inside brackets parts nothing"),
    ("各县〔市、区〕政府、高新区管委会", "各县〔市、区〕政府|高新区管委会", "tortoise-shell brackets too"),
    ("各县（区）、市发展改革委", "各县（区）|市发展改革委", "各县（区） alone is a body of its own"),
    ("各省、自治区、直辖市人民政府", "各省、自治区、直辖市人民政府", "three kinds of places, one collective"),
    ("各乡镇、街道办事处", "各乡镇、街道办事处", "townships and subdistricts together"),
    ("东江、西江、北江等有关省辖市政府", "东江、西江、北江等有关省辖市政府", "places named as examples stay together"),
    ("省发改委、东江、西江等有关市政府", "省发改委|东江、西江等有关市政府", "what stands before the places stays apart"),
    ("东江、南山市人民政府", "东江市人民政府|南山市人民政府", "bare places share 市人民政府"),
    ("东江市、南山市人民政府", "东江市|南山市人民政府", "a place with its own 市 stays as written"),
    ("市发改委和市财政局", "市发改委|市财政局", "和 between two bodies"),
    ("各有关部门和单位", "各有关部门和单位", "和 inside one collective"),
    ("市工业和信息化局", "市工业和信息化局", "和 inside a name"),
    ("市教育局、市体育局等部门", "市教育局|市体育局", "等部门 names nobody"),
    ("市教育局等有关单位", "市教育局", "nor does 等有关单位"),
    ("省教育厅、省科技厅按职责分工负责", "省教育厅|省科技厅", "the words behind are not part of the name"),
    ("市工业和信息化局（市大数据局）", "市工业和信息化局（市大数据局）", "a second name plate stays"),
    ("区“一网通办&quot;专班、区商务委", "区“一网通办&quot;专班|区商务委", "a quotation mark lost in HTML parts nothing"),
    ("州大数据局   州工信委", "州大数据局|州工信委", "blanks part where a frame was lost"),
    ("市电信、移动、联通、铁塔公司", "市电信|移动|联通|铁塔公司", "operators by their short names"),
]

GROUPS = [  # bracket's content, bodies/role, why
    ("责任单位：市住建局、市财政局", "市住建局/responsible 市财政局/responsible", "责任单位 gives no rank"),
    ("责任部门:市教育局", "市教育局/responsible", "half-width colon"),
    ("牵头单位：市粮食局；配合单位：市工信局、市统计局", "市粮食局/lead 市工信局/support 市统计局/support", "two labels"),
    ("牵头单位：市商务局，责任单位：各区政府", "市商务局/lead 各区政府/responsible", "a comma between labels"),
    ("牵头单位：省档案局，参加单位：省统计局", "省档案局/lead 省统计局/support", "参加 supports"),
    ("牵头单位：市委网信办;配合单位市直有关部门", "市委网信办/lead 市直有关部门/support", "the second colon was forgotten"),
    ("主办单位：区商务委 协办单位：区科委", "区商务委/lead 区科委/support", "主办 leads, 协办 supports"),
    ("牵头落实：市信访局", "市信访局/lead", "牵头 with any noun"),
    ("推进单位：区科委、各运营商", "区科委/responsible 各运营商/responsible", "推进单位"),
    ("支撑单位：市信息中心", "市信息中心/support", "支撑 supports"),
    ("责任单位：市审改办；完成时限：2025年12月底", "市审改办/responsible", "a time limit is no body"),
    ("牵头单位：市财政局，6月底前完成", "市财政局/lead", "nor one without a label"),
    ("6月底完成，牵头考核单位：市公安局", "市公安局/lead", "time first"),
    ("市住建局牵头，市财政局、市城管局配合", "市住建局/lead 市财政局/support 市城管局/support", "verbs behind the names"),
    ("省工信厅、省通信管理局牵头，省科技厅按职责分工负责",
     "省工信厅/lead 省通信管理局/lead 省科技厅/responsible", "按职责分工 gives no rank"),
    ("市商务局牵头，南城海关、市外办", "市商务局/lead 南城海关/support 市外办/support", "who is named after the lead takes part"),
    ("由市国资委牵头，各区政府配合", "市国资委/lead 各区政府/support", "由 is not part of the name"),
    ("市住建局（牵头）、市财政局（配合）", "市住建局/lead 市财政局/support", "roles as asides"),
    ("教育部、财政部按职责分工负责", "教育部/responsible 财政部/responsible", "ministries have no level word"),
    ("市政务局牵头负责", "市政务局/lead", "牵头 wins over 负责"),
    ("责任单位：市住建局牵头，市财政局、市城管局配合", "市住建局/lead 市财政局/support 市城管局/support", "ranks behind a label"),
    ("责任单位：市住建局*、市财政局", "市住建局/lead 市财政局/responsible", "a star marks the lead"),
    ("以下简称主管部门", "", "a definition assigns nothing"),
    ("含铁路、民航、邮政部门，下同", "", "nor does a gloss"),
    ("责任人：王某", "", "a person is no body"),
    ("不含机关事业单位", "", "nor an exception"),
    ("单位：万元", "", "a table's unit"),
]

SCOPES = [  # text, figure, the names that answer for it, why
    ("1.建设公园500个。（责任单位：市城管局）", "500个", "市城管局", "a bracket closes its paragraph"),
    ("1.建公园500个（责任单位：市城管局）。新建厕所20座（责任单位：市住建局）。", "20座", "市住建局", "and only from the last bracket on"),
    ("1.建公园500个。（责任单位：市城管局）新建厕所20座。", "20座", "", "what follows a bracket is not its own"),
    ("1．发展产业。\n--电子产值达到300亿元。\n--软件收入达到50亿元。\n（责任单位：市工信局）", "300亿元", "市工信局", "sub-items included"),
    ("1.建公园500个。\n责任单位：市城管局\n2.建厕所20座。\n责任单位：市住建局", "20座", "市住建局", "lines of their own"),
    ("1.建公园500个。\n牵头部门：市城管局\n配合部门：市财政局\n2.建厕所20座。", "500个", "市城管局 市财政局", "two lines, one assignment"),
    ("1.建公园500个。\n牵头部门：市城管局\n2.建厕所20座。", "20座", "", "the next item is not theirs"),
    ("（一）实施绿化行动（牵头单位：市林业局）\n1.造林500亩。\n2.种草20公顷。", "20公顷", "市林业局", "a heading's bracket holds for what is below"),
    ("（一）绿化（牵头单位：市林业局）\n1.造林500亩。（责任单位：各区政府）\n2.种草9亩。", "500亩", "各区政府", "an item's own bracket binds closer"),
    ("一、目标\n造林500亩。\n二、任务\n1.种草9亩。（责任单位：市林业局）", "500亩", "", "an introduction does not inherit"),
    ("3.建设试点。\n确定10个社区，由市民政局牵头组织评审。建成20个。", "10个", "市民政局", "named in the sentence"),
    ("3.建设试点。\n确定10个社区，由市民政局牵头组织评审。建成20个。", "20个", "", "for that sentence alone"),
    ("1.建公园500个。牵头单位：市城管局；完成时限：12月底。\n2.建厕所20座。", "500个", "市城管局", "behind the sentence without brackets"),
    ("1.建公园500个。牵头单位：市城管局；完成时限：12月底。\n2.建厕所20座。", "20座", "", "for its own line alone"),
    ("（一）建公园\n1.目标：建公园500个。\n2.时限：12月底。\n3.责任单位：市城管局。", "500个", "市城管局", "a numbered part closes its item"),
    ("1.建公园5座（市城管局、市财政局）。\n2.建厕所20座（市住建局）。\n3.建停车场9处（市城管局、市住建局）。",
     "20座", "市住建局", "bare lists, again and again"),
    ("1.报有关部门（市发改委、市财政局）。\n2.建厕所20座。", "1.报", "", "a bare list once is a gloss"),
    ("1.建公园500个（责任单位 市城管局）", "500个", "市城管局", "a blank for the colon"),
    ("建成试点20个，由市科技局牵头，会同市财政局制定办法。", "20个", "市科技局 市财政局", "会同 behind 牵头"),
    ("市教育局负责新建学校5所，市卫健委负责新建医院2家。", "2家", "市卫健委", "each body its part of the sentence"),
    ("市教育局负责新建学校5所，市卫健委负责新建医院2家。", "5所", "市教育局", "and the first its own"),
    ("由有关部门负责，处罚500元。", "500元", "", "nobody in particular"),
    ("各级政府要过紧日子，压减支出5%。", "5%", "", "everybody's duty assigns nothing"),
    ("市住建局要会同市财政局改造小区50个。", "50个", "市住建局", "a body as subject"),
]


def names(bodies) -> str:
    return "|".join(body.name for body in bodies)


@pytest.mark.parametrize(("text", "expected", "why"), LISTS, ids=[row[2] for row in LISTS])
def test_lists_are_taken_apart(text, expected, why):
    bodies = read_bodies(text, 0, "responsible")
    assert names(bodies) == expected, why


@pytest.mark.parametrize(("text", "expected", "why"), GROUPS, ids=[row[2] for row in GROUPS])
def test_roles_come_from_labels_and_verbs(text, expected, why):
    assert " ".join(f"{body.name}/{body.role}" for body in read_groups(text, 0)) == expected, why


@pytest.mark.parametrize(("text", "figure", "expected", "why"), SCOPES, ids=[row[3] for row in SCOPES])
def test_each_assignment_holds_for_its_stretch(text, figure, expected, why):
    assert who(text, figure) == expected, why


def who(text: str, figure: str) -> str:
    document = text_to_document(text)
    reading = read_text(document)
    place = reading.text.index(figure)
    holding = [a for a in find_assignments(reading, blocks=document.blocks) if a.start <= place < a.end]
    rank = min((a.rank for a in holding), default=0)
    return " ".join(body.name for a in holding if a.rank == rank for body in a.bodies)


@pytest.mark.parametrize("bracket", ["（{}）", "({})", "[{}]", "［{}］", "〔{}〕", "【{}】"])
def test_every_kind_of_bracket_counts(bracket):
    assert who("1.建公园500个。" + bracket.format("责任单位：市城管局、各县（市、区）政府"), "500个") == "市城管局 各县（市、区）政府"


@pytest.mark.parametrize(("rule", "roles"), [
    ("（列第一位的为牵头单位，下同）", "lead responsible"), ("责任单位列首位的为牵头单位。", "lead responsible"),
    ("排在第一位的为牵头单位。", "lead responsible"), ("（逗号前为牵头单位）", "lead support"), ("", "responsible responsible")])
def test_the_first_body_leads_where_the_document_says_so(rule, roles):
    document = text_to_document(f"说明：{rule}\n1.建公园500个。（责任单位：市城管局，市财政局）")
    found = [a for a in find_assignments(read_text(document)) if a.bodies[0].name == "市城管局"]
    assert " ".join(body.role for body in found[0].bodies) == roles


def test_a_shared_level_word_is_kept_with_the_name():
    bodies = read_bodies("省财政厅、住房城乡建设厅、市教育局、体育局、各区政府、商务局", 0, "responsible")
    assert [body.prefix for body in bodies] == ["", "省", "", "市", "", ""]


def test_words_of_time_and_persons_give_no_role():
    assert [role_of(words) for words in ("牵头单位", "协办", "责任部门", "完成时限", "责任人", "分管领导")] == [
        "lead", "support", "responsible", None, None, None]


FLAT = """附件
重点任务清单
序号
工作任务
推进单位
行动一：安居行动
1
加装电梯700台
区房管局、各相关街镇
2
创建示范小区20个
3
改造菜场9家
区商务委
说明：本清单解释权归区政府。"""


def test_rows_of_a_table_that_lost_its_frame():
    """Row 2 has no bodies of its own: the cell above was merged over both rows."""
    assert [who(FLAT, figure) for figure in ("700台", "20个", "9家")] == [
        "区房管局 各相关街镇", "区房管局 各相关街镇", "区商务委"]


def test_columns_of_a_regular_table_that_lost_its_frame():
    rows = "".join(f"{n}\n项目{n}号\n业主{n}公司\n建设规模{n}00亩\n" for n in range(1, 6))
    text = "序号\n项目名称\n业主单位\n建设内容\n" + rows
    assert who(text, "300亩") == "业主3公司"


def test_a_signature_is_no_cell():
    text = "各区人民政府：\n现印发给你们，请执行。\n沈北市人民政府办公室\n一、目标\n建公园500个。"
    assert who(text, "500个") == "" and not find_assignments(read_text(text_to_document(text)))


def table(rows: list[list[tuple[str, int]]]) -> Document:
    """A document of one table; each cell is its text and the rows that it spans."""
    text, cells, open_until = "", [], {}
    for number, row in enumerate(rows):
        column = 0
        for words, span in row:
            while open_until.get(column, 0) > number:
                column += 1
            cells.append(Cell(len(text), len(text) + len(words), number, column, span))
            open_until[column] = number + span
            text += words + "\n"
            column += 1
    return Document("t", text, (Block("table", 0, len(text) - 1, cells=tuple(cells)),))


def test_merged_cells_hold_for_all_rows_they_span():
    document = table([[("任务", 1), ("目标", 1), ("牵头单位", 1), ("配合单位", 1)],
                      [("绿化", 1), ("造林500亩", 1), ("市林业局", 2), ("市财政局", 1)],
                      [("湿地", 1), ("修复20公顷", 1), ("市水务局", 1)]])
    reading = read_text(document)
    found = {reading.text[a.start:a.end]: [f"{b.name}/{b.role}" for b in a.bodies]
             for a in find_assignments(reading, blocks=document.blocks)}
    assert found["造林500亩"] == ["市林业局/lead", "市财政局/support"]
    assert found["修复20公顷"] == ["市林业局/lead", "市水务局/support"]


def test_a_task_over_several_rows_has_the_bodies_of_all():
    document = table([[("目标", 1), ("责任单位", 1)], [("造林500亩", 2), ("市林业局", 1)], [("市水务局", 1)]])
    reading = read_text(document)
    assert [names(a.bodies) for a in find_assignments(reading, blocks=document.blocks)] == ["市林业局|市水务局"]


BODY = st.sampled_from(["市住建局", "市发改委", "省财政厅", "区房管局", "州工信委", "市委网信办", "团市委", "各区政府", "市总工会"])


@settings(max_examples=40, deadline=None)
@given(st.lists(BODY, min_size=1, max_size=6, unique=True), st.sampled_from(["、", "，"]))
def test_planted_bodies_are_found_where_they_stand(bodies, mark):
    text = f"3.建设公园500个，改造小区20个。（责任单位：{mark.join(bodies)}）"
    reading = read_text(text_to_document(text))
    (found,) = find_assignments(reading)
    assert [body.name for body in found.bodies] == bodies
    assert all(reading.text[body.start:body.end] == body.name for body in found.bodies)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="市省各局委厅、，；。：（）()〔〕1一.\n牵头责任单位配合由等政府", max_size=60))
def test_no_text_breaks_the_finder(text):
    reading = read_text(text_to_document(text or "无"))
    for found in find_assignments(reading):
        assert 0 <= found.start <= found.end <= len(reading.text) and found.bodies


GLUED = """序号重点任务牵头单位配合单位年度目标
一、网络
1建设基站。市工信局市电信、移动、铁塔公司开通基站50个。
2保障安全。市委网信办市政府办公室、各区政府完成演练9次。
附件2
3建设公园20座。市城管局负责。"""


def test_rows_glued_to_one_line_each():
    assert who(GLUED, "50个") == "市工信局 市电信 移动 铁塔公司"
    assert who(GLUED, "9次") == "市委网信办 市政府办公室 各区政府"
    assert who(GLUED, "20座") == ""


def test_a_table_goes_on_over_the_page():
    rows = [[("序号", 1), ("任务", 1), ("负责单位", 1)], [("1", 1), ("造林500亩", 1), ("市林业局牵头，市财政局配合", 1)]]
    first, second = table(rows), table([[("2", 1), ("种草20公顷", 1), ("市农业农村局", 1)]])
    shift = len(first.text)
    moved = tuple(Cell(c.start + shift, c.end + shift, c.row, c.column) for c in second.blocks[0].cells)
    document = Document("t", first.text + second.text, (*first.blocks, Block("table", shift, shift + len(second.text) - 1, cells=moved)))
    reading = read_text(document)
    found = {reading.text[a.start:a.end]: names(a.bodies) for a in find_assignments(reading, blocks=document.blocks)}
    assert found["造林500亩"] == "市林业局|市财政局" and found["种草20公顷"] == "市农业农村局"


def test_each_flat_table_has_the_roles_of_its_own_head():
    text = ("序号\n任务\n牵头单位\n配合单位\n1\n建公园500座\n市城管局\n市财政局、各区政府\n2\n建厕所20座\n市住建局\n"
            "附件2\n序号\n项目\n责任单位\n1\n建停车场9处，优化周边交通\n市交通运输局\n2\n修桥7座\n市城管局")
    reading = read_text(text_to_document(text))
    blocks = text_to_document(text).blocks
    roles = {figure: [f"{b.name}/{b.role}" for a in find_assignments(reading, blocks=blocks)
                      if a.start <= reading.text.index(figure) < a.end for b in a.bodies]
             for figure in ("500座", "20座", "9处", "7座")}
    assert roles == {"500座": ["市城管局/lead", "市财政局/support", "各区政府/support"], "20座": ["市住建局/lead"],
                     "9处": ["市交通运输局/responsible"], "7座": ["市城管局/responsible"]}


def test_a_list_of_firms_is_no_task_table():
    text = "参展名单\n东江科技有限公司\n提供平台5个\n各类企业\n服务客户300家\n南山软件有限公司"
    assert find_assignments(read_text(text_to_document(text))) == []


@pytest.mark.parametrize("head", ["牵头部门", "责任部门", "部门分工", "负责单位", "责任主体"])
def test_heads_that_name_the_column_of_bodies(head):
    document = table([[("任务", 1), ("目标", 1), (head, 1)], [("绿化", 1), ("造林500亩", 1), ("市林业局", 1)],
                      [("湿地", 1), ("修复20公顷", 1), ("市水务局", 1)]])
    reading = read_text(document)
    found = {reading.text[a.start:a.end]: names(a.bodies) for a in find_assignments(reading, blocks=document.blocks)}
    assert found == {"绿化": "市林业局", "造林500亩": "市林业局", "湿地": "市水务局", "修复20公顷": "市水务局"}
