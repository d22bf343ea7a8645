"""The words around a measured thing: verbs that govern it, words that are stripped before and behind it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from analyzer import lexicon
from analyzer.pipeline.regions import places

# 截至2025年底， / 到“十四五”末 / 五年来: time words at the head of a clause never belong to an indicator.
TIME = re.compile(
    r"(?:第[一二三四五六七八九十百\d]+(?:条|批|轮|期|次|届)\s*|(?:政策|措施|规划)?(?:有效期|执行期|实施期|规划期)内|(?:到|至|截至|截止|自|从)?(?:目前|现在|今年|去年|明年|当年|本年度?|全年|年内|年底|年末|期末|近年来?|上半年|下半年|"
    r"(?:过去|今后|未来|近|这)?[一二三四五六七八九十两\d]{1,3}年(?:来|间|内|里|中)?|20\d\d(?:[-—－~～至到]+(?:20)?\d\d)?年?|"
    r"“?十[一二三四五]五”?(?:规划期?|时期|期(?![间内]))?|(?:\d{1,2}[-—~至])?\d{1,2}月份?|(?:前?[一二三四]|第[一二三四])季度?)(?:度|末|底|前|期间|期内|时期|以来|之前|起|[，,])*)+"
)
# 59.新增5G基站, 一是新建公厕: what only counts the items of a list
ITEM = re.compile(r"\s{0,16}(?:\d{1,3}[.．、](?!\d)|[一二三四五六七八九十]{1,2}(?:是要?|、)|[（(][一二三四五六七八九十\d]{1,3}[）)])\s{0,16}")
DOMAIN = ("全国", "全省", "全市", "全区", "全县", "全州", "全旗", "全自治区", "全疆", "全盟", "全镇", "全乡", "我国", "我省", "我市",
          "我区", "我县", "我州", "我旗", "我自治区", "本市", "本省", "本区", "本县", "省内", "市内", "区内", "我们", "全域")
BEFORE = (
    "比去年", "比上年", "较上年", "较去年",
    "力争", "确保", "争取", "预计", "累计", "共", "共计", "总共", "合计", "平均", "继续", "再", "新", "已", "已经", "将", "要", "进一步", "积极",
    "大力", "着力", "加快", "加大", "持续", "扎实", "全面", "全力", "深入", "稳步", "有序", "其中", "其中：", "同时", "并", "并且", "使", "让", "为",
    "对", "在", "从", "由", "按", "按照", "把", "以及", "各", "每年", "年均", "分别", "均", "至少", "近", "约", "通过", "以", "用", "向",
    "面向", "围绕", "依托", "率先", "基本", "成功", "加力", "协同", "一体", "及时", "首批", "首次", "重点", "集中", "逐步", "努力", "尽快", "也",
    "还", "又", "且", "及", "和", "与", "是", "的", "了", "：", ":", "、", " ", "—", "-", "高标准", "高质量", "高水平", "认真", "切实",
    "严格", "坚决", "完成投资", "据", "原则上", "初步统计", "梯次", "分批", "轮流", "带头", "上述", "该", "本",
    "支持", "鼓励", "推动", "促进", "实现", "新一轮",
)
BEHIND = (
    "分别", "均", "都", "累计", "同比", "环比", "年均", "平均", "每年", "将", "已", "已经", "力争", "约", "大约", "近", "超", "再", "又", "要", "全部",
    "普遍", "首次", "率先", "基本", "进一步", "为", "按", "拟", "拟按", "从", "由", "现行", "较", "比上年", "比去年", "较上年", "较去年", "比上年度",
    "上年", "去年", "上年同期", "比上年同期", "不", "不得", "应", "可", "可以", "需", "须", "也", "还", "了", "至", "到", "在", "以", "于", "按照",
    "逾", "相应", "一天", "年人均", "月人均", "一式",
    "最高", "最多", "最低", "最少", "最大", "最长", "至少", "不超", "原则上", "连续", "人均", "户均", "全年人均", "每月", "每生", "每日", "每天", "每次",
    "每季度", "每平方米", "每亩", "每吨", "每件", "每度", "每",
    "每个", "每户", "每人", "每家", "每项", "每年约",
    "大于等于", "小于等于",
    "≥", "≤", ">", "<", "＞", "＜", "=", "≦", "≧", "总计", "共计", "合计", "共", "实际", "达到了", "超过了", "实现了", "增长了", "提高了",
    "的", "：", ":", "、", "和", "与", "及", "（", "(", " ", "快速", "大幅", "逐年", "逐步", "有望", "预计", "计划", "目标", "左右", "以上", "突破了",
    "可比口径", "可比价格计算", "可比价计算", "不变价格计算", "按可比口径", "按可比价格", "按可比价格计算", "按可比价",
    "按可比价计算", "按不变价格计算", "按不变价计算", "按现价计算", "扣除价格因素",
    "历史性", "首", "第", "全省", "全国", "世界", "全球", "现在的", "目前的", "当年", "全年", "只", "仅", "仍", "保持", "持续", "稳定", "长期", "一直",
    "以上的", "上述", "剩余", "其余", "—", "-", "－", "~", "控制", "就", "即", "得", "动态", "扩大为", "年均实际", "实际年均", "上", "给", "予",
)
# Names that begin with one of the characters above: 新能源, 再就业, 在线交易额.
STICKY = frozenset(
    first + second
    for first, seconds in (("新", "能材型兴农区质业生经基技产药三城式媒疆老闻时增设建开立认培引改登注入"), ("再", "就生制贷融担造婚"),
                           ("在", "线孵建校读册岗库园湘用营研职编籍学逃押"),
                           ("对", "外口接台非俄欧美日标内华"), ("共", "享建性有同青"), ("要", "素害"), ("并", "网购联"), ("使", "用命"), ("以", "旧工"),
                           ("按", "揭期"), ("各", "类级项地种"), ("为", "民"), ("近", "视海岸零"), ("和", "谐美平"), ("与", "会"), ("及", "时格"),
                           ("该", "项"), ("本", "科级地土币市省区县"), ("均", "衡价"), ("向", "心"), ("其", "他"),
                           ("用", "户地水电工能房途人车药餐"), ("从", "业教政"), ("还", "款贷本田"), ("让", "利"), ("约", "束谈"),
                           ("同", "业类"), ("重", "点大"))
    for second in seconds
)
MAY_BELONG = frozenset(("高标准", "高质量", "高水平", "重点"))  # adverbs that names begin with as well: 高标准农田, 重点产业链
KEPT_ENDS = frozenset(("班列", "专列", "系列", "序列", "普及", "行为", "作为"))  # names that end with a word that is stripped otherwise
SUBSIDY = re.compile(
    r"(?:一次性|专项|特别|资金|项目|事后|定额|财政|研发|服务|生活|租金|贷款){0,5}"
    r"(?:奖励|补助|补贴|奖补|资助|扶持|支持|贴息|补偿|奖金)(?:资金|金额)?"
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of `actions.csv` where it stands; neighbours that touch (新增 + 改造) are one, `first` ends the first of them."""

    start: int
    end: int
    kind: str
    first: int = 0
    nominal: bool = False

    @property
    def label(self) -> str:
        return f"{self.kind}~" if self.nominal else self.kind


@functools.cache
def actions() -> dict[str, str]:
    """Verb → kind. Raises LexiconError if a verb stands twice or its kind is unknown."""
    rows = lexicon.read_rows("actions.csv", required=("verb", "kind"))
    table: dict[str, str] = {}
    for row in rows:
        if row["verb"] in table:
            raise lexicon.fault(lexicon.data_path("actions.csv"), row["row"], f"duplicate verb {row['verb']!r}",
                                f"动词 {row['verb']} 重复")
        if row["kind"] not in ("reach", "change", "do", "money", "give", "state", "rank"):
            raise lexicon.fault(lexicon.data_path("actions.csv"), row["row"], f"unknown kind {row['kind']!r}",
                                f"类别 {row['kind']} 不存在")
        table[row["verb"]] = row["kind"]
    return table


@functools.cache
def _nominal() -> frozenset[str]:
    """Verbs that are as often part of a name: 建设 in 建设项目."""
    return frozenset(row["verb"] for row in lexicon.read_rows("actions.csv", required=("verb", "kind")) if row["nominal"])


@functools.cache
def _kinds() -> dict[str, str]:
    """The verbs of `actions.csv`, and those of `verbs.csv` as kind other."""
    rows = lexicon.read_rows("verbs.csv", required=("verb",))
    return dict.fromkeys((row["verb"] for row in rows), "other") | actions()


@functools.cache
def _by_first() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for verb in _kinds():
        if len(verb) > 1:
            table.setdefault(verb[0], []).append(verb)
    return {first: tuple(sorted(verbs, key=len, reverse=True)) for first, verbs in table.items()}


@functools.cache
def _tails() -> dict[str, str]:
    """Words that are stripped between an indicator and its number → kind of the verb, or "" for an adverb."""
    table = dict.fromkeys(BEHIND, "")
    table.update({verb: kind for verb, kind in actions().items() if kind in ("reach", "change", "rank") and verb not in ("占比", "增幅")})
    table.update({"给予": "give", "予以": "give"})
    return table


@functools.cache
def _heads() -> frozenset[str]:
    return frozenset(BEFORE) | frozenset(DOMAIN)


def find_verbs(text: str, start: int, end: int) -> list[Verb]:
    """The verbs of two characters and more in `text[start:end]`, longest first, touching ones joined."""
    table, kinds, nominal = _by_first(), _kinds(), _nominal()
    found: list[Verb] = []
    at = start
    while at < end - 1:
        for verb in table.get(text[at], ()):
            if text.startswith(verb, at) and at + len(verb) <= end and not (verb[0] == "上" and text[at - 1] == "以"):
                last = found[-1] if found else None
                if last and last.end == at and last.kind in ("do", "money") and kinds[verb] in ("do", "money"):
                    found[-1] = Verb(last.start, at + len(verb), last.kind, last.first, last.nominal and verb in nominal)
                else:
                    found.append(Verb(at, at + len(verb), kinds[verb], at + len(verb), verb in nominal))
                at += len(verb)
                break
        else:
            at += 1
    return found


RANKS = "省市区县州旗盟"
ANYWHERE = frozenset(("地", "地区", "国", "省", "市", "县", "区", "州", "级"))


def is_place(text: str, start: int, end: int) -> bool:
    """Whether a phrase is nothing but listed places: 南宁市, 南宁市、柳州市."""
    listed = places()
    if end - start <= 3 and text[start] in "全各我本" and text[start + 1:end] in ANYWHERE:
        return True
    return end - start < 30 and text[start] not in "全各" and all(name in listed for name in text[start:end].split("、"))


def strip_tail(text: str, start: int, end: int) -> tuple[int, list[Verb]]:
    """Where an indicator before a number ends, and the words stripped behind it (last word first)."""
    tails, words = _tails(), []
    while end > start:
        if text[end - 1] in "）)" and (opens := max(text.rfind("（", start, end), text.rfind("(", start, end))) > start + 1:
            end = opens  # 设备投资额（不含厂房）达到…
            continue
        for length in range(min(6, end - start), 1 if text[end - 2:end] in KEPT_ENDS else 0, -1):
            kind = tails.get(text[end - length:end])
            if kind is not None:
                words.append(Verb(end - length, end, kind))
                end -= length
                break
        else:
            # 由2010年的 / 比2007年 / 居全国 / 占全年支出
            stripped = _tail_phrase(text, start, end)
            if stripped is None:
                break
            words.append(stripped)
            end = stripped.start
    return end, words


TAIL_PHRASE = re.compile(
    r"(?P<rank>(?:位居|稳居|跃居|位列|排名(?=.)|排在|(?<![旅定移聚安群新邻同宜])居(?![民住家])|列(?=全|世|第))[\u4e00-\u9fff]{0,6})$|(?P<share>(?<!抢)占(?![地用比有压堵道补])[^占比，。]{1,10})$|"
    r"(?P<time>(?:考虑|扣除|剔除)[\u4e00-\u9fff]{2,8}因素|(?<=[\u4e00-\u9fff]{3})每[个家户项][\u4e00-\u9fff]{0,3}|(?:达|超)?每(?:千|万|百|\d+万?)[\u4e00-\u9fff]{1,3}|(?:比|较|由|从|在)?(?:“十[二三四]五”(?:末|时期|期间)?|(?:19|20)\d\d年(?:末|底|同期)?(?:预算|同期)?(?:的)?|连续\d{1,2}(?:年|个[\u4e00-\u9fff]{1,2})|(?:比|较)(?:上?(?:年|届|期)[\u4e00-\u9fff]{0,2}|前[一二三四五六七八九十]{1,2}年)|在[一二三四五六七八九十\d]{1,3}年间))$")


def _tail_phrase(text: str, start: int, end: int) -> Verb | None:
    match = TAIL_PHRASE.search(text, max(start, end - 14), end)
    if match is None or match.start() == match.end():
        return None
    kind = {"rank": "rank", "share": "share", "time": ""}[match.lastgroup or "time"]
    return Verb(match.start(), match.end(), kind)


def strip_head(text: str, start: int, end: int) -> list[int]:
    """Where an indicator may begin behind time, place and adverbs at the head of its clause, outermost first.

    A stripped word of one character may be part of a name (新 in 新能源), so the place before it is kept too.
    """
    heads = _heads()
    item = ITEM.match(text, start, end)
    if item and item.end() < end:
        start = item.end()
    starts = [start]
    while start < end:
        time = TIME.match(text, start, end)
        place = _place_length(text, start, end)
        if place:
            start += place
            starts.append(start)
            continue
        if time and time.end() <= end:
            start = time.end()
            starts[-1] = start
            continue
        for length in range(min(4, end - start - 1), 0, -1):
            if length == 1 and text[start:start + 2] in STICKY:
                continue
            if text[start:start + length] in heads:
                start += length
                if text[start - length:start] in MAY_BELONG or length == 1 and text[start - 1] not in "：:、 的了":
                    starts.append(start)
                else:
                    starts[-1] = start
                break
        else:
            break
    return starts


def _place_length(text: str, start: int, end: int) -> int:
    """How many characters a listed place with its rank (宁都县) takes at the head of a phrase."""
    for length in range(3, min(8, end - start - 1)):
        if text[start + length - 1] in RANKS and text[start:start + length] in places():
            return length
    return 0


HEAD_END = re.compile(
    r"(?:率|比重|比例|占比|额|数|量|值|收入|支出|规模|面积|投资|增速|涨幅|水平|总额|里程|利润|营收|贷款|存款|费用|价格|标准|能力|强度|浓度|能耗|"
    r"人次|产能|指数|消费|装机|时间|年限|天数|时限|期限|周期|户数|人数|成本|税率|入库|出口|进口)$")
