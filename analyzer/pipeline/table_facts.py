"""What the heads of a figure's row and column say about it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from analyzer.lexicon import read_rows
from analyzer.pipeline.table_cells import strip_unit
from analyzer.pipeline.table_grids import GridCell

BINDING = {"约束性": "约束性", "约束": "约束性", "预期性": "预期性", "预期": "预期性", "预测性": "预期性", "指导性": "指导性"}
CHANGE_BEHIND = re.compile("(?:年均|累计)?(?:增长|提高|增加|净增|下降|降低|减少)$")
NAME_GOES_ON = re.compile("率|工程|项目|面积|投资|规模|任务|资金|总|区|性|里程|数|量")
ROW_NUMBER = re.compile(r"^(?:其中[：:]\s*|[一二三四五六七八九十]{1,3}、(?![一二三])|[（(][一二三四五六七八九十]{1,3}[）)]|"
                        r"\d{1,3}\s*[.．、]\s*(?!\d)|[（(]\d{1,3}[）)]\s*)(?=.{2})")


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the heads of a figure's row and column say; None where they say nothing."""

    indicator: str | None
    action: str | None
    pieces: tuple[tuple[int, int], ...]
    period: str | None
    status: str | None
    binding: str | None
    region: str | None = None


def name_to_facts(name: GridCell, action: str | None, period: str | None, status: str | None, binding: str | None, *,
                  tasks: bool = False) -> TableFacts:
    """What a row's name says: an indicator as it stands, less its unit; of a task, 改造城镇老旧小区, what it is done to."""
    indicator = ROW_NUMBER.sub("", strip_unit(name.text))
    verb = leading_verb(indicator) if tasks else None
    if tasks:
        indicator = indicator.removeprefix(verb or "")
        indicator = CHANGE_BEHIND.sub("", indicator) or indicator
    start = name.start + name.text.index(indicator)
    return TableFacts(indicator, action or verb, ((start, start + len(indicator)),), period, status, binding)


def leading_verb(words: str) -> str | None:
    """The verbs that a row's name begins with, if something is left to be measured."""
    match = _verbs().match(words)
    return match[0] if match and len(words) - match.end() >= 2 and not NAME_GOES_ON.match(words, match.end()) else None


@functools.cache
def _verbs() -> re.Pattern[str]:
    rows = read_rows("actions.csv", required=("verb", "kind", "nominal"))
    verbs = [row["verb"] for row in rows if row["kind"] == "do" and (not row["nominal"] or row["verb"] in ("改造", "建设", "培育"))]
    return re.compile("(?:" + "|".join(sorted(map(re.escape, verbs), key=len, reverse=True)) + ")+")
