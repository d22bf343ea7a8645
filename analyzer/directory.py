"""The directory of bodies: a name as a document writes it → the body that is meant, through mergers and renamings.

>>> resolve("市住建局", level="municipal", region="辽宁省沈阳市").id
'辽宁省沈阳市/housing-construction'
>>> resolve("国土资源部", date="2016-05").name
'自然资源部'
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from analyzer import lexicon

SOURCE = "organisations.csv"
COLUMNS = ("id", "name", "kind", "level", "parent", "aliases", "valid_from", "valid_to", "successor", "functions")
LEVELS = {"省": "provincial", "自治区": "provincial", "兵团": "provincial", "市": "municipal", "州": "municipal",
          "盟": "municipal", "区": "county", "县": "county", "旗": "county", "镇": "township", "乡": "township",
          "街道": "township", "国家": "national"}
LEVEL_NAMES = {"provincial": "省级", "municipal": "市级", "county": "县级", "township": "乡镇", "national": "国家"}
MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")
PREFIX = re.compile(r"(?:自治区|兵团|省|市|区|县|州|盟|旗|镇|乡)(?![场域际镇乡])(?=.)")
PLACE = re.compile(r"(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|自治州|自治县|地区|市|州|盟|县|旗|区)(?!域|场|际)){1,4}")
REGION = re.compile(r"(?P<provincial>.{2,10}?(?:省|自治区)|北京市|上海市|天津市|重庆市|新疆生产建设兵团)?"
                    r"(?P<municipal>.{2,12}?(?:市|自治州|地区|盟|州(?!市)))?(?P<county>.{1,10}?(?:区|县|旗|市))?$")
LEAGUE = re.compile(r"(?:共青)?团(省|市|区|县|州|自治区)委(?:员会)?")
ENDINGS = ("监督管理委员会", "工作委员会", "管理委员会", "委员会办公室", "监督管理局", "行政管理局", "管理总局", "委员会", "管理局", "管理委",
           "服务中心", "管理中心", "事务局", "服务局", "管理办", "办公室", "办公厅", "总公司", "分公司", "总队", "支队", "大队", "总局", "分局", "公司",
           "中心", "集团", "分行", "支行", "监管局", "管委会", "部门", "管理处", "局", "委", "厅", "办", "部", "室", "处", "会", "社", "院", "署")
NATIONAL = re.compile(r"国家|国务院|中央|中国|中华|全国|中共中央")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A row of the directory: one national body, or a type that every level has under names of its own."""

    id: str
    name: str
    kind: str
    level: str
    parent: str
    valid_from: str
    valid_to: str
    successor: str
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """All organisations by id, and the names of each kind (`national`, `type`) with the ids they belong to."""

    organisations: dict[str, Organisation]
    national: dict[str, str]
    types: dict[str, str]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The body that a name means today: its id, its name, its type's id, and why they differ (两种语言)."""

    id: str
    name: str
    type: str
    note: str = ""
    note_en: str = ""


def load_directory(source: str | Path = SOURCE) -> Directory:
    """Reads and checks the directory. Raises LexiconError, naming file and row, where it contradicts itself."""
    rows = lexicon.read_rows(source, required=COLUMNS)
    path = lexicon.data_path(source) if isinstance(source, str) else source
    organisations: dict[str, Organisation] = {}
    names: dict[str, dict[str, str]] = {"national": {}, "type": {}}
    for row in rows:
        if row["kind"] not in names:
            raise lexicon.fault(path, row["row"], f"kind {row['kind']!r} is neither national nor type",
                                f"kind 为 {row['kind']}，应为 national 或 type")
        if row["id"] in organisations:
            raise lexicon.fault(path, row["row"], f"duplicate id {row['id']!r}", f"id {row['id']} 重复")
        organisations[row["id"]] = Organisation(
            row["id"], row["name"], row["kind"], row["level"], row["parent"], row["valid_from"], row["valid_to"],
            row["successor"], tuple(lexicon.split(row["functions"])))
        for name in dict.fromkeys([row["name"], *lexicon.split(row["aliases"])]):
            owner = names[row["kind"]].setdefault(name, row["id"])
            if owner != row["id"]:
                raise lexicon.fault(path, row["row"], f"alias {name!r} already belongs to {owner!r}", f"别名 {name} 已属于 {owner}")
    _check_links(path, rows, organisations)
    return Directory(organisations, names["national"], names["type"])


def _check_links(path: Path, rows: list[dict[str, str]], organisations: dict[str, Organisation]) -> None:
    for row in rows:
        for column, chinese in (("parent", "上级"), ("successor", "继任机构")):
            if row[column] and row[column] not in organisations:
                raise lexicon.fault(path, row["row"], f"unknown {column} {row[column]!r}", f"{chinese} {row[column]} 不在名录中")
        seen = {row["id"]}
        following = row["successor"]
        while following:
            if following in seen:
                raise lexicon.fault(path, row["row"], f"successors of {row['id']!r} go round in a circle", f"{row['id']} 的继任机构成环")
            seen.add(following)
            following = organisations[following].successor


@functools.cache
def directory() -> Directory:
    return load_directory()


@functools.lru_cache(maxsize=20_000)
def resolve(name: str, *, level: str | None = None, region: str | None = None, date: str | None = None,
            prefix: str = "") -> Resolution | None:
    """The body that `name` means in a document of `level` (national, provincial, municipal, county), `region` and `date`.

    `prefix` is a level word (省, 市) that the list before the name lets it share. None where the directory knows no such body.
    """
    plain = re.sub(r"[“”\"‘’《》\s]", "", name)
    plain = re.sub(r"[（(〔\[][^（）()〔〕\[\]]*[）)〕\]]$", "", plain) or plain
    national = _national(plain, level, prefix)
    if national:
        return _current(national, "", date)
    if PLACE.fullmatch(plain) and plain not in directory().types:  # 青神县 in a list of bodies is its government
        return _current("people-government", _whole(plain, _region_parts(region)), date)
    place, rest = _take_place(plain, level, region, prefix)
    found = _find_type(rest) or (None if rest == plain else _find_type(plain))
    if found:
        return _current(found, ("each " if plain.startswith("各") else "") + place, date)
    known = directory().national.get(plain)
    return _current(known, "", date) if known else None


@functools.lru_cache(maxsize=5_000)
def body_at(kind: str, *, level: str | None = None, region: str | None = None) -> Resolution:
    """The body of type `kind` at a document's level and region; the ministry where the document is a national one."""
    organisation = directory().organisations[kind]
    parent = directory().organisations.get(organisation.parent)
    if level == "national" and parent is not None and parent.kind == "national":
        return _current(parent.id, "", None)
    return _current(kind, region or LEVEL_NAMES.get(level or "", ""), None)


def type_of(name: str) -> str | None:
    """The type of body (its function, whatever its level), as the model of likely departments counts them."""
    found = resolve(name)
    if found is None:
        return None
    organisation = directory().organisations[found.type]
    return found.type if organisation.kind == "type" else _counterparts().get(found.type, found.type)


@functools.cache
def _counterparts() -> dict[str, str]:
    """Each national body → the first type of local bodies below it that still exists."""
    counterparts: dict[str, str] = {}
    for organisation in directory().organisations.values():
        if organisation.kind == "type" and organisation.parent and not organisation.valid_to:
            counterparts.setdefault(organisation.parent, organisation.id)
    return counterparts


def _national(name: str, level: str | None, prefix: str) -> str | None:
    known = directory().national.get(name)
    if known is None or prefix not in ("", "国家"):
        return None
    if level in (None, "national") or NATIONAL.match(name) or name[-1] in "部署" or name.endswith("总局") or _find_type(name) is None:
        return known
    return None


def _take_place(name: str, level: str | None, region: str | None, prefix: str) -> tuple[str, str]:
    """Whose body it is (as the region's full name where the document tells it), and the name without it."""
    league = LEAGUE.fullmatch(name)
    if league:
        return _place_of(league.group(1), region), "团委"
    found = PREFIX.match(name)
    if found:
        return _place_of(found.group(), region), name[found.end():]
    found = PLACE.match(name)
    if found and found.end() < len(name):
        place, parts = found.group(), _region_parts(region)
        return _whole(place, parts), name[found.end():]
    if prefix:
        return _place_of(prefix, region), name
    return (region or LEVEL_NAMES.get(level or "", "")), name


def _whole(place: str, parts: list[str]) -> str:
    """静安区 in a document of 上海市静安区 is 上海市静安区; 黄埔区 in one of 广东省广州市 lies in it."""
    for depth, part in enumerate(parts):
        if part and place.endswith(part):
            return "".join(parts[:depth + 1])
    above = {"市": 1, "州": 1, "盟": 1, "区": 2, "县": 2, "旗": 2}.get(place[-1], 0)
    return "".join(parts[:above]) + place if len(re.findall("[省市区县州盟旗]", place)) == 1 else place


def _region_parts(region: str | None) -> list[str]:
    found = REGION.match(region or "")
    return [found.group(part) or "" for part in ("provincial", "municipal", "county")] if found else [region or ""]


def _place_of(prefix: str, region: str | None) -> str:
    level = LEVELS.get(prefix, "")
    parts = _region_parts(region)
    if level == "municipal" and parts[0] in MUNICIPALITIES:
        level = "provincial"
    depth = {"provincial": 1, "municipal": 2, "county": 3}.get(level, 0)
    if depth and len(parts) >= depth and parts[depth - 1]:
        return "".join(parts[:depth])
    return LEVEL_NAMES.get(level, "")


def _find_type(name: str) -> str | None:
    """The type whose word the name holds: whole, without its ending, or as the longest word at one of its ends."""
    types = directory().types
    name = re.sub(r"^各?(?:有关|相关)?(?=.{2})", "", name) if name not in types else name
    stems = [name, *(name[:-len(ending)] for ending in ENDINGS if name.endswith(ending) and len(name) > len(ending))]
    stems.sort(key=len, reverse=True)
    for stem in stems:
        if stem in types:
            return types[stem]
    if name.startswith("委") and len(name) > 2:
        found = _find_type(name[1:])
        if found:
            return found
    for stem in stems[1:] or stems:
        for size in range(len(stem) - 1, 1, -1):
            for piece in (stem[-size:], stem[:size]):
                if piece in types:
                    return types[piece]
    return next((types[name[-size:]] for size in range(len(name) - 1, 1, -1) if name[-size:] in types), None)


def _current(found: str, place: str, date: str | None) -> Resolution:
    """The body that exists today, with a note where the name is of another time."""
    organisations = directory().organisations
    first = last = organisations[found]
    while last.successor:
        last = organisations[last.successor]
    note = english = ""
    if last is not first:
        span = "–".join(part for part in (first.valid_from, first.valid_to) if part) if first.valid_from else f"至 {first.valid_to}"
        later = bool(date and first.valid_to and date[:4] > str(int(first.valid_to[:4]) + 1))
        note = f"{first.name}（{span}）现为{last.name}" + ("；文件日期晚于其撤销" if later else "")
        english = (f"{first.name} ({first.valid_from or '?'}–{first.valid_to}) is now {last.name}"
                   + ("; the document is later than its end" if later else ""))
    if last.kind == "national":
        return Resolution(last.id, last.name, last.id, note, english)
    where = place.removeprefix("each ")
    each = place.startswith("each ")
    identity = f"{where}/" * bool(where) + "each-" * each + last.id
    return Resolution(identity, where + "各" * each + last.name, last.id, note, english)
