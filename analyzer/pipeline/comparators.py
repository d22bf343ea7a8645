"""What stands around a number: how it compares (不低于, 左右) and whether it is a level or by how much something changed."""

from __future__ import annotations

import functools
import re

from analyzer.lexicon import cues
from analyzer.pipeline.quantities import Number, unit_kind

# Between a cue and its number: 超过了, 不低于每生每年, an opening bracket.
FILLER = r"(?:了|达到?|到|为|至|在|约|近)?(?:每(?:千人|万人|百人|人|生|户|亩|年|月|次|个|家|平方米|吨|辆|台|位|名|件|校|村|县)){0,2}[（(]?$"
# 不超过项目投资额的30%, 最高按实际投入的50%, 不低于省定标准80%: the bound stands before what the share is taken of.
FAR_BOUND = re.compile(r"(?:不(?:得|应)?(?:超过|高于)|最高(?:按照?|不超过|可?按)?(?:照|为)?)[^，。；：\d]{1,18}$")
FAR_TOP = re.compile(r"最高(?:可|不超过)[^，。；：、\d]{0,3}(?:至|到|达)[^，。；：\d]{0,30}$")  # 最高可提至上年所缴费用的100%
ABOUT_OF = re.compile(r"约占[^，。；：、\d]{1,12}$")  # 约占全国的四分之三
OVER = "(?<![通经渡])过"  # 产值过千亿, but 评选通过5个
FAR_FLOOR = re.compile(r"不(?:得|应)?(?:低于|少于)[^，。；：、\d]{1,12}$")
AT_LEAST = re.compile(r"(?:至少|最少)[^，。；：、\d]{1,12}$")  # 每个街道至少建成1个
TOP = re.compile(r"前$")  # 前10名, 全国前三
FORBIDDEN = re.compile(r"不[得能可应][^，。；]{0,6}(?:超过|高于|大于|多于)$")
# 改造提升3000个 counts what was improved.
IMPROVED = re.compile(r"(?:改造|新建|优化|完善|打造|整治|巩固|改建)提升(?:了|近|约|超过?)?$")
BOUND_AFTER = re.compile(r"[（(]含[）)]")
GLOSS_AFTER = re.compile(r"[（(][A-Za-z/²³]{1,8}[）)](?=以|及以|左右|上下)")  # 1000兆比特/秒（Mbps）以上


@functools.cache
def comparator_patterns() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[str, re.Pattern[str]], ...]]:
    """(behind, before): for each comparator the cues that follow a number and those that precede it, longest first."""
    table = cues()["comparator"]
    behind = tuple((name, re.compile(f"(?:{_either(words['following'])})(?!步)"))  # 1亿元起, but 8.8平方公里起步区
                   for name, words in table.items() if words.get("following"))
    before = tuple((name, re.compile(f"(?:{_either([*words['preceding'], OVER] if name == 'gt' else words['preceding'])}){FILLER}"))
                   for name, words in table.items() if words.get("preceding"))
    return behind, before


def read_comparator(number: Number, left: str, right: str) -> tuple[str, str | None]:
    """The comparator and which side its cue stands on ("before", "behind", "inside"), or ("eq", None)."""
    if number.value_max is not None:
        return "range", None
    if FORBIDDEN.search(left) or number.unit == "%" and (FAR_BOUND.search(left) or FAR_TOP.search(left)):
        return "le", "before"
    if number.unit == "%" and FAR_FLOOR.search(left) or AT_LEAST.search(left):
        return "ge", "before"
    if number.unit in (None, "位", "名") and TOP.search(left):
        return "le", "before"
    if number.form == "fixed" and number.unit != "%":  # 超过半数, 基本清零
        return "eq", None
    if left.endswith("上") and number.form == "chinese" and not number.magnitude and number.digits[0] in "百千万亿":  # 上亿, 上万家
        return "ge", "before"
    behind, before = comparator_patterns()
    inclusive = BOUND_AFTER.match(right)
    tail = right[inclusive.end():] if inclusive else right
    if gloss := GLOSS_AFTER.match(tail):
        tail = tail[gloss.end():]
    for name, pattern in behind:
        if pattern.match(tail):
            return name, "behind"
    best: tuple[int, str] | None = None
    for name, pattern in before:
        match = pattern.search(left)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), name)
    if best:
        name = best[1]
        if inclusive:
            name = {"gt": "ge", "lt": "le"}.get(name, name)
        return name, "before"
    if number.many:
        return "gt", "inside"
    if number.unit == "%" and ABOUT_OF.search(left):
        return "approx", "before"
    return "eq", None


@functools.cache
def change_patterns() -> dict[str, re.Pattern[str]]:
    table = cues()["change"]
    filler = f"(?:{_either(table['filler'])}){{0,5}}"
    patterns = {}
    for name in ("increase", "decrease"):
        patterns[name] = re.compile(rf"(?:{_either(table[name])}|(?<![最新])(?:{_either(table[name + '_alone'])})){filler}$")
        patterns[f"{name}_object"] = re.compile(
            rf"(?<!新)(?:{_either(table[name + '_object'])})(?!值|比例|幅度|比重)[^，。；：、\d到至为达]{{2,14}}"
            rf"(?:[和、及][^，。；：\d到至为达]{{2,8}}){{0,3}}{filler}$")
        patterns[f"{name}_points"] = re.compile(rf"(?<![最不])(?:{_either(table[name + '_points'])})(?:[^，。；、\d]{{0,8}}|{filler})$")
    return patterns


def _either(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


NET = re.compile(r"净增加?[^，。；：、\d到至为达]{1,14}$")  # 净增经营主体24万户


def read_change(number: Number, left: str) -> str:
    """increase or decrease if the number says by how much something changed, else level."""
    if number.form == "rank":
        return "level"
    patterns = change_patterns()
    if NET.search(left):
        return "increase"
    if IMPROVED.search(left) and unit_kind(number.unit) not in ("percent", "none"):
        return "level"
    amount = unit_kind(number.unit) in ("money", "mass", "energy")
    points = (number.unit or "").endswith("百分点")
    share = number.unit == "%"
    for name in ("increase", "decrease"):
        if patterns[name].search(left) or points and patterns[f"{name}_points"].search(left) \
                or (amount or share and name == "decrease") and patterns[f"{name}_object"].search(left):
            return name
    return "level"
