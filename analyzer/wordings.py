"""The words of an indicator: place, time and verb taken away, one wording for what has several, what keeps two apart."""

from __future__ import annotations

import functools
import re

from analyzer.lexicon import read_rows, split

GROWTH = re.compile(r"(?:平均|实际|同比|名义|累计|年均){0,4}(?:增长率|增速|增幅|涨幅|增长|上涨幅度|上涨|涨跌幅)$")
TIME = re.compile(
    r"[“\"]?十[一二三四五六]五[”\"]?(?:期间|时期|以来|末)?|(?:到|至)?(?:19|20)\d\d年(?:年?[底末初]|以来)?|\d{1,2}月(?:底|末|份)?"
    r"|全年|今年|去年|本年|年度|当年|上年|年末|年底前?|每年|五年来?|一年来|目前|已经?|将|累计|预计|力争|计划|确保|努力|继续|同比|实际|平均值?")
PLACE = re.compile(r"^(?:全[省市区县州]|全国(?!重点|文明|示范|百强|先进|优秀|双拥)|我[省市区国]|[省市]内|全自治区|自治区内|境内)的?"
                    r"|^(?:省|市|自治区)(?=政府|人大|政协)")
_NOISE = re.compile(r"[\s“”\"'‘’《》〈〉「」（）()\[\]【】、，,：:·．._\-—+＋]")
TAIL = re.compile(r"(?:(?:总)?(?:数量|个数|户数|套数|人数|家数|总数|总量|受理数|发案数|案数|数)|任务|工作|项目|工程|建设|改造|开工|品牌|等|近|约|超){1,8}$")
_HEAD = re.compile(
    r"^(?:(?:新)?(?:建设|提升|新建|改建|扩建|改扩建|新改建|改造提升|提质改造|更新改造|改造|新增|新开工|开工|筹集|筹措|培育|打造|创建|建成|完成|实现|推进|推动"
    r"|开展|实施|治理|修复|发展|引进|认定|发放|安排|落实|支持|组建|布局|设立|开通|净增|新设|新登记|登记|引育|修改|废止|制定|办复|保持|释放|争创|增加|达到|达|超过|突破|超|和|及|并|与)+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[ⅠⅡⅢⅣⅤ]+|[一二三四五](?=[类级等甲A])|(?<![一二三四五两])[一二三四五两]+(?=岁)")


@functools.cache
def distinctions() -> tuple[re.Pattern[str], dict[str, tuple[str, str]], frozenset[str]]:
    owner: dict[str, tuple[str, str]] = {}
    alone = set()
    for row in read_rows("distinctions.csv", required=("group", "value", "words")):
        for word in split(row["words"]):
            owner[word] = (row["group"], row["value"])
        if row["alone"]:
            alone.add(f"{row['group']} {row['value']}")
    words = sorted(owner, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words))), owner, frozenset(alone)


@functools.cache
def concepts() -> dict[str, dict[str, str]]:
    """The canonical indicators by id: name, unit (kinds), category, aliases."""
    return {row["id"]: row for row in read_rows("indicators.csv", required=("id", "name", "category", "aliases"))}


@functools.cache
def aliases() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, row in concepts().items():
        for name in (row["name"], *split(row["aliases"])):
            plain = fold(name)
            if key not in found.get(plain, ()):
                found[plain] = (*found.get(plain, ()), key)
    return found


@functools.cache
def _verbs() -> re.Pattern[str]:
    """Verbs of doing before the thing itself (修改废止政府规章), but none that is as often part of a name."""
    verbs = {row["verb"] for row in read_rows("actions.csv", required=("verb", "kind")) if row["kind"] == "do" and not row.get("nominal")}
    words = sorted((verb for verb in verbs if len(verb) >= 2), key=len, reverse=True)
    return re.compile(f"^(?:{'|'.join(map(re.escape, words))})+")


@functools.cache
def alias_cores() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Aliases and their concepts by what is left of them without idle words, where that is no other concept's."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    unclear = set()
    for alias, keys in aliases().items():
        core = core_of(alias)
        if core in found and found[core][1] != keys:
            unclear.add(core)
        found[core] = (alias, keys)
    return {core: kept for core, kept in found.items() if core not in unclear and len(core) > 2}


@functools.cache
def _synonyms() -> list[tuple[str, str]]:
    return [(row["word"], row["instead"]) for row in read_rows("synonyms.csv", required=("word", "instead"))]


@functools.lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """The words of an indicator without punctuation, with one wording for what has several."""
    name = _NOISE.sub("", name.replace("PM_2.5", "PM2.5").replace("PM2.5", "PM25"))
    for one, other in _synonyms():
        if one in name:
            name = name.replace(one, other)
    return name


@functools.lru_cache(maxsize=200_000)
def normalise_indicator(name: str) -> str:
    """An indicator without place, time and the verb before it.

    >>> normalise_indicator("全省今年培育智能工厂")
    '智能工厂'
    """
    plain = fold(PLACE.sub("", TIME.sub("", name)))
    plain = PLACE.sub("", plain)
    if plain in aliases():
        return plain
    for pattern in (_HEAD, _verbs(), PLACE, TAIL):
        cut = pattern.sub("", plain)
        if len(cut) >= 2:
            plain = cut
        if plain in aliases():
            return plain
    return plain


@functools.cache
def _idle() -> re.Pattern[str]:
    words = sorted({row["word"] for row in read_rows("idle_words.csv", required=("word",))}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@functools.lru_cache(maxsize=200_000)
def core_of(name: str) -> str:
    """A normalised name without the words that change nothing."""
    core = _idle().sub("", name)
    return core if len(core) >= 2 else name


@functools.lru_cache(maxsize=200_000)
def marks_of(name: str, alias: str) -> frozenset[tuple[str, str]]:
    """The words of a name that keep indicators apart; those of a canonical indicator's own name are no mark."""
    return marks_in(name) - (marks_in(alias) if alias else frozenset())


@functools.lru_cache(maxsize=200_000)
def marks_in(name: str) -> frozenset[tuple[str, str]]:
    pattern, owner, _ = distinctions()
    numbers = _NUMBER.findall(name.replace("PM2.5", "").replace("5G", ""))
    return frozenset([owner[m.group()] for m in pattern.finditer(name)] + [("number", n) for n in numbers])


@functools.cache
def vague_names() -> frozenset[str]:
    """Names that say too little to join two figures: 项目, 企业, 增速."""
    return frozenset(row["word"] for row in read_rows("vague_words.csv", required=("word",)))
