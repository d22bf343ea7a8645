"""Places by their names: 呼伦贝尔市海拉尔区 → the full path of divisions and the level."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from analyzer.lexicon import read_rows, split

LONGEST_NAME = 14
MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class Region:
    """A division: its name with those above it (辽宁省沈阳市), and provincial, municipal or county."""

    name: str
    level: str
    code: str


@functools.cache
def _names() -> tuple[dict[str, tuple[str, ...]], dict[str, str], dict[str, str]]:
    """Codes by full name, code by short name (provinces and prefectures), full name by code."""
    full: dict[str, tuple[str, ...]] = {}
    short: dict[str, str] = {}
    by_code: dict[str, str] = {}
    for row in read_rows("regions.csv", required=("code", "name")):
        full[row["name"]] = (*full.get(row["name"], ()), row["code"])
        by_code[row["code"]] = row["name"]
        for alias in split(row.get("aliases") or row.get("short") or ""):
            if len(alias) > 2 and alias[-1] in "省市州县区旗盟":  # 黔西南州 for 黔西南布依族苗族自治州
                full[alias] = (*full.get(alias, ()), row["code"])
            elif row["code"].endswith("00") and len(alias) > 1:
                short.setdefault(alias, row["code"])
    return full, short, by_code


@functools.cache
def _short_pattern() -> re.Pattern[str]:
    """Short names: a province's anywhere, a city's only where a title names its place (中山公园 is not in 中山)."""
    _, short, _ = _names()
    names = sorted(short, key=len, reverse=True)
    provinces = "|".join(re.escape(name) for name in names if short[name].endswith("0000"))
    cities = "|".join(re.escape(name) for name in names if not short[name].endswith("0000"))
    return re.compile(rf"({provinces})|(?:^|年|关于|《)({cities})(?=政府|市|全市|数字|城市|经济|政务|国民|住房|统计|打造|加快|推进|实施|建设|\d|“|”|》|$)")


def level_of(code: str) -> str:
    if code.endswith("0000"):
        return "provincial"
    return "municipal" if code.endswith("00") else "county"


def find_region(text: str) -> Region | None:
    """The most exact place of the first chain of names in the text; None where no name is known.

    >>> find_region("上海市静安区人民政府办公室").name
    '上海市静安区'
    """
    full, short, by_code = _names()
    at, chain = 0, ""
    while at < len(text):
        found = next((text[at:at + size] for size in range(min(LONGEST_NAME, len(text) - at), 1, -1)
                      if text[at:at + size] in full), None)
        if found:
            codes = [code for code in full[found] if code.startswith(chain.rstrip("0")[:4])] if chain else list(full[found])
            if codes:
                chain = codes[0] if len(codes) == 1 or chain else _common(codes)
                at += len(found)
                if not chain:  # one of several counties of that name, and nothing says which
                    return Region(found, level_of(codes[0]), "")
                continue
        if chain:
            break
        at += 1
    if not chain:
        match = _short_pattern().search(text)
        chain = short[match[1] or match[2]] if match else ""
    return Region(_path(chain, by_code), level_of(chain), chain) if chain else None


# A place that the directory does not know, by the endings of its name, at the head of an issuer or a title.
UNKNOWN = re.compile(r"(?:中共)?(?:(?:19|20)\d\d年)?((?:[一-鿿]{2,3}省|[一-鿿]{2,7}自治区)?(?:[一-鿿]{2,3}(?:市|州|盟))?(?:[一-鿿]{2,3}(?:县|区|旗))?)"
                     r"(?=人民政府|政府|委|党|[一-鿿]{2,14}(?:局|厅|办|委)|(?:19|20)\d\d|“|[一-鿿“”、（(]{4,40}(?:方案|计划|规划|办法|细则|意见|措施|清单|表|公报|纲要|规定))")
NO_NAME = re.compile("关于|加快|推进|坚持|加强|促进|全|本|各|我|老|城|新|中心|国家|中央|印发")


def guess_region(text: str) -> Region | None:
    """The place by the endings 省, 市, 县 … where no name is known: 川岩县人民政府 → 川岩县."""
    match = UNKNOWN.match(text)
    name = match[1] if match else ""
    if not name or NO_NAME.match(name):
        return None
    return Region(name, "provincial" if name[-1] == "省" or name.endswith("自治区") else "municipal" if name[-1] in "市州盟" else "county", "")


def _common(codes: list[str]) -> str:
    """One code for several of one name: a prefecture before a county of its name."""
    higher = [code for code in codes if code.endswith("00")]
    return higher[0] if len(higher) == 1 else ""


def _path(code: str, by_code: dict[str, str]) -> str:
    province = by_code.get(code[:2] + "0000", "")
    city = by_code.get(code[:4] + "00", "") if code[:2] not in MUNICIPALITIES else ""
    parts = [province, city if code[2:4] != "00" else "", by_code.get(code, "") if code[4:] != "00" else ""]
    return "".join(dict.fromkeys(part for part in parts if part))
