"""What the columns of a table are: the one that names the rows, those that hold values, units, 属性 and spans of years."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.pipeline.regions import UNLISTED, places
from analyzer.pipeline.table_cells import BRACKET, DASHES, RATE_HEAD, VALUE, find_unit, read_factor
from analyzer.pipeline.table_grids import NUMBER_HEAD, Row

NAME_HEAD = re.compile(r"(?:主要|具体|核心|重点|年度|工作|二级|三级|分项){0,4}"
                       r"(?:指标|名称|项目|任务|目标|内容|类型|领域|事项)(?:名称|内容|任务|指标)?[^年]{0,4}")
SURE_NAME = re.compile(r"(?:主要|具体|核心|二级|三级|分项)?(?:指标|项目|名称)(?:名称)?|[^年]{0,4}名称")
TASK_NAME = re.compile(r"(?:主要|具体|核心|重点|年度|工作){0,4}(?:任务|事项|内容|目标)(?:名称|内容)?")
PLACE_HEAD = re.compile(
    r"地区|区域|省份|市州|市（州）|市|县|县区|区县|县（市、区）|县市区|市县|市（区）|州市|各?市（?地）?|地市|设区市|镇街|街道|乡镇|乡镇（街道）|街镇")
YEAR_HEAD = re.compile(r"年份|年度|时间|年")
UNIT_HEAD = re.compile(r"(?:计量)?单位")
KIND_HEAD = re.compile(r"(?:指标)?(?:属性|性质)|类型")
SPAN_HEAD = re.compile(r"(?:建设|实施|起止)?(?:期限|年限|时间|时限|周期|年度|起止年限)(?:[（(]年[）)])?")
YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:年|$|[（(目现实基规预\s])")
YEARS = re.compile(r"((?:19|20)\d{2})\s*+年?\s*+(?:-|—|–|~|～|－|至)\s*+((?:19|20)?\d{2})")
BASE_HEAD = re.compile(r"现状|基期|基准|基础|现值|实际|完成|实绩|实现值|(?<![比较])上年|目前")
TARGET_HEAD = re.compile(r"目标|规划|预期|预计|计划|任务数|年均|累计|末|指标值")
VALUES_HEAD = re.compile(r"目标值|现状值|基期值|规划值|目标|现状|数量|规模|指标值|完成值|预期值")
# A column of numbers measures something if its head says so; else it may hold coordinates, codes or points of a rating.
MEASURE_HEAD = re.compile(r"[数量额率比值产积程价速减幅长人户金入出资][)）]?$|同比|比重|占比|合计|小计|总计|绝对|指数|增速|[%％‰]")
RATING = re.compile(r"权重|分值|得分|评分|扣分|满分")
STANDARD_HEAD = re.compile(r"标准|限额|限价|单价|费率|收费")
NO_MEASURE = re.compile(r"序号|编号|代码|号码|电话|手机|邮编|坐标|页码|页次|分值|权重|得分|评分|扣分|满分|学号|"
                        r"证号|日期|时间|时限|期限|年月|备注|说明|依据|账号|位次|排名|名次")
WHOLE = re.compile(r"全[国省市县区州]|合计|总计|小计|总数|平均")
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Columns:
    """Numbers of columns; `rows` says what the names are (names, places, years), `across` whether places head the columns."""

    names: tuple[int, ...]
    values: tuple[int, ...]
    unit: int | None = None
    kind: int | None = None
    span: int | None = None
    rows: str = "names"
    across: bool = False


def find_columns(head: Sequence[str], rows: Sequence[Row], caption: str) -> Columns | None:
    """The columns of a table by their heads, and where these do not tell by what stands below them; None if nothing is measured.

    `caption` is the unit that a line above the table gives for all of it, or "".
    """
    unit = next((i for i, words in enumerate(head) if UNIT_HEAD.fullmatch(plain(words))), None)
    kind = next((i for i, words in enumerate(head) if re.search(r"属性|性质", words)), None)
    span = next((i for i, words in enumerate(head) if SPAN_HEAD.fullmatch(plain(words))), None)
    names, rows_are = _named_by_head(head)
    if not names:
        names, rows_are = _named_by_cells(head, rows, {unit, kind})
    if not names:
        return None
    others = [i for i in range(len(head)) if i not in names and i not in (unit, kind)]
    across = rows_are == "names" and _are_places([head[i] for i in others])
    united = unit is not None or bool(caption) or across or _have_units(rows, names)
    values = tuple(i for i in others if not RATING.search(head[i]) if holds_values(head[i]) or i != span and _measures(head[i], rows, i, united=united))
    return Columns(names, values, unit, kind, span, rows_are, across) if values else None


def _named_by_head(head: Sequence[str]) -> tuple[tuple[int, ...], str]:
    names = [i for i, words in enumerate(head) if NAME_HEAD.fullmatch(plain(words)) and not KIND_HEAD.fullmatch(plain(words))]
    by_place = [i for i, words in enumerate(head) if PLACE_HEAD.fullmatch(plain(words))]
    if by_place and not any(SURE_NAME.fullmatch(plain(head[i])) for i in names):
        return tuple(by_place[:1]), "places"
    ranked = (tuple(i for i in names if rank.fullmatch(plain(head[i]))) for rank in (SURE_NAME, TASK_NAME))
    return next((found for found in ranked if found), tuple(names[:1])), "names"


def _named_by_cells(head: Sequence[str], rows: Sequence[Row], taken: set[int | None]) -> tuple[tuple[int, ...], str]:
    """The first column of words, if each row has one of its own: 作家协会, 福田区, 2021年."""
    for column, words in enumerate(head):
        cells = [cell.text.strip() for row in rows if (cell := row[column]) and cell.text.strip()]
        if column in taken or NUMBER_HEAD.fullmatch(plain(words)) or not cells or len(set(cells)) < MOSTLY * len(cells):
            continue
        if all(span_of(text) for text in cells):
            return (column,), "years"
        if sum(VALUE.fullmatch(text) is None for text in cells) < MOSTLY * len(cells) or max(map(len, cells)) > 40:
            continue
        return (column,), "places" if _are_places([text for text in cells if not WHOLE.match(text)]) else "names"
    return (), ""


def _are_places(texts: Sequence[str]) -> bool:
    """Whether at least a third of short names are listed places: aliases of some (宝安, 大鹏) are in no list."""
    known = sum(text in places() or UNLISTED.fullmatch(text) is not None for text in texts)
    return len(texts) > 1 and 3 * known >= len(texts) and all(len(text) <= 12 and not re.search(r"\d|[数率额量]$", text) for text in texts)


def _have_units(rows: Sequence[Row], names: tuple[int, ...]) -> bool:
    texts = [cell.text for row in rows if (cell := row[names[-1]])]
    return sum(find_unit(text) is not None for text in texts) >= 0.5 * max(1, len(texts))


def _measures(head: str, rows: Sequence[Row], column: int, *, united: bool) -> bool:
    if NO_MEASURE.search(head) or not (united or MEASURE_HEAD.search(plain(head)) or find_unit(head)):
        return False
    cells = [cell.text.strip() for row in rows if (cell := row[column]) and cell.text.strip() not in DASHES]
    return bool(cells) and sum(VALUE.fullmatch(text) is not None and not span_of(text) for text in cells) >= MOSTLY * len(cells)


def holds_values(words: str) -> bool:
    """Whether a head alone says that values stand below it: a year, a target, a rate, a unit in brackets."""
    bracket = BRACKET.search(words)
    return bool(YEAR.search(words) or RATE_HEAD.search(words) or VALUES_HEAD.search(words)
                or bracket and read_factor(bracket[1])[0] not in (None, "年") and not SPAN_HEAD.search(words))


def read_period(head: str, last: int | None, span: str | None, now: int | None) -> tuple[str | None, str | None]:
    """The period of a column and whether it is looked ahead to: years before the document's (or the last one) are its base."""
    if years := span_of(head, whole=False):
        return years, "planned"
    year = YEAR.search(head)
    if year:
        earlier = int(year[1]) < (min(now, last) if now else last) if last else False
        base = BASE_HEAD.search(head) or earlier and not TARGET_HEAD.search(head)
        past = now is not None and int(year[1]) < now and not TARGET_HEAD.search(head)
        return year[1], "reference" if base else "achieved" if past else "planned"
    if span:
        return span, "planned"
    return None, "reference" if BASE_HEAD.search(head) else "planned" if TARGET_HEAD.search(head) else None


def read_rate_period(head: Sequence[str], column: int, last: int | None, now: int | None) -> tuple[str, str] | None:
    """A rate's column speaks of the year named last before it: 年均 of the years from the first one named to it, or of its five-year plan."""
    named = [(int(year[1]), words) for words in head[:column] if (year := YEAR.search(words))]
    if not named:
        return None
    mean = re.search("年均|累计", head[column])
    end, words = named[-1] if mean else max(named)
    _, status = read_period(words, last, None, now)
    if status not in ("planned", "achieved"):
        return None
    first = min(year for year, _ in named) + 1
    if not mean:
        return str(end), status
    if first > end and end % 5 == 0:
        first = end - 4
    return (f"{first}/{end}" if first < end else str(end)), status


def span_of(words: str, *, whole: bool = True) -> str | None:
    """2021—2025年 → 2021/2025, 2024年 → 2024, None for anything else; not `whole`: the span of years within other words."""
    words = words.strip()
    if years := YEARS.search(words) if not whole else YEARS.fullmatch(words.rstrip("年")):
        second = years[2] if len(years[2]) == 4 else years[1][:2] + years[2]
        return f"{years[1]}/{second}"
    return words.strip(" 年") if whole and re.fullmatch(r"(?:19|20)\d{2}年?", words) else None


def plain(words: str) -> str:
    """A head without its bracket and blanks."""
    return "".join(BRACKET.sub("", words).split())
