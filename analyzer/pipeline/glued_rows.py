"""Task tables whose rows became one line each without any mark between the cells: `1建设基站。市工信局市电信、移动公司开通10个。`"""

from __future__ import annotations

import re

from analyzer.pipeline.bodies import Assignment, Body, read_bodies, role_of
from analyzer.pipeline.reading import Reading

HEAD = re.compile(r"序号[^，。；：\n]{2,40}?(?=(?:牵头|责任|配合|实施|协办)(?:单位|部门))[^，。；：\n]{4,60}")
ROLE = re.compile(r"(?:牵头|责任|配合|实施|协办|主办|参加)(?:单位|部门)")
ROW = re.compile(r"\d{1,3}(?=[\u4e00-\u9fff“])")
LEVEL = r"(?:自治区|省|市(?!场)|区(?!域)|县|州|各)"
# Where a name ends inside running characters: 市委网信办 does not end at 市委, 市政府金融办 not at 市政府.
END = (r"(?:委(?:[^、，。；]{1,6}?(?:办|部|局|委))|政府(?:[^、，。；省市区县州各]{2,6}?(?:办|室|局))|局|委(?!员)|厅|办(?!法|理)|中心|公司|集团|政府|院|"
       r"部门|（单位）|（区）|园区|新区|电信|移动|联通|铁塔公司)")
NAME = rf"{LEVEL}[^、，。；\d]{{0,14}}?{END}"
LIST = re.compile(rf"(?:[\u4e00-\u9fff]{{2,8}}(?:新区|园区)|{NAME})(?:[、，](?:{NAME}|[^、，。；\d]{{2,14}}(?=[、，])|[^、，。；\d]{{0,12}}?{END}))*")


def find_in_glued_rows(reading: Reading) -> list[Assignment]:
    """Assignments of rows below a head like 序号重点任务牵头单位配合单位; the first bodies behind a task's full stop fill its columns."""
    found: list[Assignment] = []
    roles: list[str] = []
    for line in reading.lines:
        words = reading.text[line.start:line.end]
        if HEAD.fullmatch(words):
            roles = [role_of(word) or "responsible" for word in ROLE.findall(words)]
        elif roles and ROW.match(words):
            bodies = _row_bodies(words, line.start, roles)
            if bodies:
                found.append(Assignment(line.start, line.end, tuple(bodies), "inherited", bodies[0].start, bodies[-1].end))
        elif words.startswith("附件"):
            roles = []
    return found


def _row_bodies(words: str, start: int, roles: list[str]) -> list[Body]:
    for stop in re.finditer("。 ?", words):
        first = LIST.match(words, stop.end())
        if not first:
            continue
        if len(roles) == 1:
            return read_bodies(first.group(), start + first.start(), roles[0])
        second = LIST.match(words, first.end())
        bodies = read_bodies(first.group(), start + first.start(), roles[0])
        return bodies + (read_bodies(second.group(), start + second.start(), roles[1]) if second else [])
    return []
