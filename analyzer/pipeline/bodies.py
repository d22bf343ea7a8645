"""Names of bodies and lists of them: `省财政厅、住房城乡建设厅，各市、县（区）人民政府` → three names with the words understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPEN, CLOSE = "（([〔【", "）)]〕】"

# What a name of a body ends in. Grammar of the language, not a list of bodies: those are in organisations.csv.
ENDING = (
    r"(?:局|委|厅|部|署|办|办公室|办公厅|委员会|政府|公署|院|总队|支队|大队|中心|公司|分公司|集团|银行|支行|分行|银保监局|"
    r"管委会|管理处|处|站|所|馆|台|社|大学|学院|学校|单位|部门|机构|企业|街道|街镇|镇街|乡镇|镇乡|街道办事处|办事处|"
    r"协会|学会|商会|联合会|总会|促进会|妇联|团委|团省委|团市委|团区委|团县委|团中央|工会|总工会|科协|文联|侨联|残联|社科联|工商联|作协|"
    r"海关|专班|指挥部|领导小组|小组|联席会议|运营商|通信商|园区|新区|开发区|示范区|功能区|高新区|经开区|保税区|合作区|试验区|度假区|"
    r"供销社|供销联社|贸促会|红十字会|法院|检察院|军区|军分区|警备区|武警|纪委监委|监察委|纪检监察组|成员单位|主管部门|"
    r"电信|移动|联通|铁塔|铁塔公司|邮政|烟草|广电网络|国网|供电)"
)
IS_BODY = re.compile(rf"[^，。；：！？、\s]{{0,30}}{ENDING}(?:[（(〔][^（）()〔〕]{{1,20}}[）)〕])?$")
COLLECTIVE = re.compile(rf"(?:各|[^，。；：！？]{{2,20}}等)[^，。；：！？]{{1,30}}{ENDING}(?:[（(][^（）()]{{1,20}}[）)])?$")
PREFIX = re.compile(r"(?:自治区|兵团|国家|省|市|区|县|州|盟|旗|镇|乡)(?!政府|人民政府|长|场|民|域|属企业)")

# 各区、县（市）政府 is one body: parts without an ending of their own wait for the one that has it.
BARE = re.compile(r"各?(?:有关|相关|设区的?|省辖|地级以上)?"
                  r"(?:(?:省|区|市|县|州|盟|旗|乡|镇|街道?|自治区|自治州|自治县|直辖市|园区|功能区|开发区|地区)"
                  r"(?:[（(〔\[][^（）()〔〕\[\]]{1,12}[）)〕\]])?)+级?")
GOVERNMENT_END = re.compile(r"[省区县市镇乡州盟旗街道自治直辖级（）()〔〕\[\]、]{1,12}(?:人民)?(?:政府|公署|办事处)|街道|镇街?|区|县|市")
PLACES = re.compile(r"[\u4e00-\u9fff]{2,4}")
ET_CETERA = re.compile(r"等(?:有?关|相关|各|责任|成员|市直|省直|市级|省级|县直|区级|区直)*"
                       r"(?:部门|单位|机构|企业|地|方|公司|地区)?(?:(?:和|及)(?:部门|单位|企业|机构))?$")
GOVERNMENTS = re.compile(r"等[^等]{0,10}(?:政府|管委会|区县|[市县区])$")
PLACE_GOVERNMENT = re.compile(r"[\u4e00-\u9fff]{2,6}?((?:市|县|区|州|盟|旗)(?:人民)?政府)$")
LEAD_IN = re.compile(r"^(?:由|以及|及|和|与|并|会同|联合|含|包括)(?=[省市区县州各国自有相])")
TAIL = re.compile(r"(?:(?:按照?|根据|依据|依)(?:各自)?(?:职责|职能|任务|工作|权限){0,4}(?:分工)?)?(?:分工|分别|分头|共同|联合|具体|组织){0,5}"
                  r"(?:牵头|负责|落实|配合|参与|参加|协助|协同|支持|实施|推进|抓好){0,6}$")
ASIDE = re.compile(r"[（(](牵头|负责|主办|配合|参与|协办|协助|责任)(?:单位|部门)?[）)]$")
STARRED = re.compile(r"^[*＊★☆]|[*＊★☆]$")  # *为牵头单位
JOINED = re.compile(r"(?<=[局委厅办部府会])(?:以及|及|和|与)(?=[省市区县州各国自有相]|[\u4e00-\u9fff]{2,10}(?:局|委|厅|政府)$)")
KEPT_TOGETHER = re.compile(r"(?:部门|单位|委办局|机构|企业)(?:以?及|和|与)[^、，]{0,8}(?:部门|单位|企业|机构)")

ROLES = (
    ("lead", re.compile(r"牵头|主办|主责|主要责任|总负责|主抓")),
    ("support", re.compile(r"配合|协办|协同|协助|参与|参加|支持|支撑|协作|会办")),
    ("responsible", re.compile(r"责任|负责|落实|推进|实施|承办|主管|承担|完成|建设|业主|监管|执行|分工|组织|审批|申报责任")),
)


RANKED = re.compile(r"(?:牵头|配合|协助)(?:负责|落实|实施|推进)?(?:[，,；;。、]|$)")
LABEL = re.compile(r"(?P<words>[^：:；;，,、。（）()\[\]〔〕【】\s]{2,12})\s*[：:]|"
                   r"(?<![^；;，,、（(\s])(?P<bare>(?:牵头|责任|配合|参加|参与|协办|主办|支持)(?:单位|部门))[ \t]*(?=[^：:、，,；;）)\s按自]{2})")
VERB = re.compile(r"(?:牵头|负责|配合|参与|参加|协助|协办|主办|落实|实施|推进|支持|协同|分工){1,6}[）)]?$")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is written, with its role; `prefix` is the level word (省, 市, 自治区) that a list lets it share."""

    name: str
    role: str
    start: int
    end: int
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Bodies that answer for the reading's characters `start`–`end`; the words that say so stand at `cue_start`–`cue_end`.

    `source` is explicit where the words close the same line, inherited from an item, heading or table row;
    `rank` 0 binds closer than 1 (a heading over items).
    """

    start: int
    end: int
    bodies: tuple[Body, ...]
    source: str
    cue_start: int
    cue_end: int
    rank: int = 0


def role_of(words: str) -> str | None:
    """lead, support or responsible for 牵头单位, 协办, 责任部门; None for what gives no role (完成时限, 责任人)."""
    if re.search(r"(?:人|领导|时限|时间|期限|内容|措施|目标|对象|制度|清单|日期|电话|人员|项目|任务|编辑|书)$", words):
        return None
    return next((role for role, pattern in ROLES if pattern.search(words)), None)


def is_body(name: str) -> bool:
    """Whether a name ends as the names of bodies do, or is a collective (各县（市、区））."""
    return any(pattern.fullmatch(name) for pattern in (IS_BODY, BARE, COLLECTIVE))


def split_list(text: str, start: int) -> list[tuple[str, int, int]]:
    """The parts of an enumeration between 、，,; and blanks outside brackets, with their places in the reading."""
    parts: list[tuple[str, int, int]] = []
    depth = begin = 0
    for place, character in enumerate(text + "、"):
        if character in OPEN:
            depth += 1
        elif character in CLOSE:
            depth = max(0, depth - 1)
        elif character in "、，,；;。 \t\n/" and (not depth or place == len(text)) and text[place - 5:place] != "&quot":
            part = text[begin:place]
            if part.strip():
                left = begin + len(part) - len(part.lstrip())
                parts += _unjoin(part.strip(), start + left)
            begin = place + 1
    return parts


def _unjoin(part: str, start: int) -> list[tuple[str, int, int]]:
    """市发改委和市财政局 → two; 各有关部门和单位 stays one."""
    pieces, begin = [], 0
    if not KEPT_TOGETHER.search(part):
        for joint in JOINED.finditer(part):
            pieces.append((part[begin:joint.start()], start + begin, start + joint.start()))
            begin = joint.end()
    pieces.append((part[begin:], start + begin, start + len(part)))
    return pieces


def read_bodies(text: str, start: int, role: str) -> list[Body]:
    """The bodies of one list that all have `role`, unless an aside（牵头）says otherwise."""
    waiting: list[tuple[str, int, int]] = []
    bodies: list[Body] = []
    prefix = ""
    for part in map(_trim, split_list(text, start)):
        name, left, right = part
        if not name:
            continue
        if _waits(name, waiting):
            waiting.append(part)
            continue
        if waiting:
            bodies += [_body(piece, role, "") for piece in _settle(waiting, part, text, start)[:-1]]
            part = _settle(waiting, part, text, start)[-1]
            waiting = []
        found = PREFIX.match(part[0])
        prefix = found.group() if found else ("" if part[0][0] in "各有相" else prefix)
        bodies.append(_body(part, role, "" if found else prefix))
    if len(waiting) > 1 and waiting[0][0].startswith("各"):
        left, right = waiting[0][1], waiting[-1][2]
        waiting = [(text[left - start:right - start], left, right)]
    return [*bodies, *(_body(piece, role, "") for piece in waiting)]


def _waits(name: str, waiting: list[tuple[str, int, int]]) -> bool:
    """各县, 区（市）, 南宁: not yet a body; the end of the name comes with a later part."""
    if BARE.fullmatch(name):
        return name.startswith("各") or bool(waiting)
    if IS_BODY.fullmatch(name) or ET_CETERA.search(name) or GOVERNMENTS.search(name):
        return False
    return bool(PLACES.fullmatch(name)) and (len(name) == 2 or name[-1] not in "市县区州盟旗")


def _settle(waiting: list[tuple[str, int, int]], last: tuple[str, int, int], text: str,
            start: int) -> list[tuple[str, int, int]]:
    """What waited, with the part that ends it: one collective, places that share 市人民政府, or bodies of their own."""
    name, _, right = last
    left = waiting[0][1]
    if GOVERNMENTS.search(name) or waiting[0][0].startswith("各") and GOVERNMENT_END.fullmatch(name):
        return [(text[left - start:right - start], left, right)]
    shared = PLACE_GOVERNMENT.fullmatch(name)
    if shared and not waiting[0][0].startswith("各"):
        return [*((place + shared.group(1), begin, end) for place, begin, end in waiting), last]
    return [*waiting, last]


def _trim(part: tuple[str, int, int]) -> tuple[str, int, int]:
    """Without 由 before it and without 等, 等部门, 按职责分工负责 behind it."""
    name, left, right = part
    lead = LEAD_IN.match(name)
    if lead:
        name, left = name[lead.end():], left + lead.end()
    tail = TAIL.search(name)
    if tail and tail.group() and tail.start() > 1:
        name = name[:tail.start()]
    rest = ET_CETERA.search(name)
    if rest and rest.start() and (is_body(name[:rest.start()]) or rest.group() == "等"):
        name = name[:rest.start()]
    name = name.strip(" ：:.。")
    return name, left, left + len(name)


def _body(part: tuple[str, int, int], role: str, prefix: str) -> Body:
    name, left, right = part
    aside = ASIDE.search(name)
    if aside:
        role = role_of(aside.group(1)) or role
        name, right = name[:aside.start()], left + aside.start()
    if STARRED.search(name):
        left, right = left + (name[0] in "*＊★☆"), right - (name[-1] in "*＊★☆")
        name, role = name.strip("*＊★☆"), "lead"
    return Body(name, role, left, right, prefix)


def read_groups(content: str, start: int, *, labelled: bool = False) -> list[Body]:
    """The bodies of `牵头单位：A；配合单位：B` or `A牵头，B、C按职责分工负责`; [] if the words assign nothing.

    With `labelled`, a bare list counts as well (责任单位 stands elsewhere, as in a table's head).
    """
    labels = [m for m in LABEL.finditer(content) if m.group("bare") or role_of(m.group("words")) or _other_label(m)]
    if any(role_of(m.group("words") or m.group("bare")) for m in labels):
        bodies: list[Body] = []
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            role = role_of(label.group("words") or label.group("bare"))
            if role:
                stop = following.start() if following else len(content)
                bodies += _labelled(content[label.end():stop], start + label.end(), role)
        return _only_names(bodies)
    return _read_verbs(content, start, labelled)


def _labelled(words: str, start: int, role: str) -> list[Body]:
    """What stands behind a label; 责任单位：市住建局牵头，市财政局配合 has ranks of its own."""
    return _read_verbs(words, start, labelled=True) if RANKED.search(words) else read_bodies(words, start, role)


def _other_label(label: re.Match[str]) -> bool:
    return bool(re.search(r"时限|时间|期限|责任人|领导|目标|内容|措施|人$", label.group("words") or ""))


def _read_verbs(content: str, start: int, labelled: bool) -> list[Body]:
    groups: list[Body] = []
    begin = 0
    seen: set[str] = set()
    clauses = list(_clauses(content))
    for place in clauses:
        clause = content[begin:place]
        verb = VERB.search(clause.rstrip())
        if verb and (role := role_of(verb.group())):
            # 按职责分工负责 gives no rank, 配合 behind a lead does
            groups += read_bodies(clause, start + begin, role)
            seen.add(role)
            begin = place + 1
    rest = content[begin:]
    if rest.strip("，,；; "):
        groups += read_bodies(rest, start + begin, "support" if "lead" in seen else "responsible")
    if not groups or not all(is_body(body.name) for body in groups):
        return groups if labelled else []
    if not seen and not labelled and not all(stands_alone(body) for body in groups):
        return []
    return groups


def _clauses(content: str) -> Iterator[int]:
    depth = 0
    for place, character in enumerate(content):
        depth += (character in "（([〔【") - (character in "）)]〕】")
        if depth <= 0 and character in "，,；;":
            yield place
    yield len(content)


def stands_alone(body: Body) -> bool:
    """A name that says a level (省, 市, 各) cannot be mistaken for an explanation in brackets."""
    return bool(re.match(r"(?:自治区|省|市|区|县|州|盟|旗|团[省市区县]委|各|有关|相关)", body.name) or body.prefix) and len(body.name) > 2


def _only_names(bodies: list[Body]) -> list[Body]:
    return [body for body in bodies if 1 < len(body.name) <= 45 and not re.search(r"[。：:]|^_+$|同上|^下同$|^\d|完成$|^(?:牵头|自身)$|按职责", body.name)]
