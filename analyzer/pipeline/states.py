"""Whether a figure says what was reached at the end of a span (达到90%) or what was done along the way (新增300个)."""

from __future__ import annotations

import re

from analyzer.pipeline.layers import Quantity
from analyzer.pipeline.status_features import clause_around

# 达到90%, 突破3万亿元, 居第3位: a state is reached at the end of a span …
REACHED = re.compile(
    r"(?:达到?了?|突破了?|[提升增降减扩缩跃攀].{0,3}[到至](?:了)?|发展[到至]|保持在|稳定在|控制[在到]|维持在|迈上|站上|跃上|跨上|覆盖|现有|拥有|为|占|超过?)"
    r"(?:了|全[省市国区]|[^，。；\d]{0,6}的|最高|约|近|超)?$"
    r"|(?:稳居|位居|位列|排名|升至|跃居|进入|[居列排](?=[全世国各第前]))[^，。；\d]{0,10}第?(?:前|第)?$|是[^，。；]{0,9}的$")
# 覆盖率90%, 占比超80%: a rate is a state whatever verbs its name holds …
RATE_NAME = re.compile(
    r"(?:率|比重|比例|占比|比率|之比|覆盖面|密度|指数|浓度|水平|余额|里程|总数|总量|总额|总长|总装机|规模|均值|产能|保有量)[^，。；\d]{0,6}$")
SURE_RATE = re.compile(r"(?:(?<!增长)(?<!递增)率|比重|占比|覆盖面)(?:均|都|分别|已)*(?:达到?|为|超过?)$")
CHANGED = re.compile(r"(?:增长(?!率)|提高|下降|减少|降低|增加|上升|提升)(?![到至值])[^，。；]{0,4}$|新增|净增|新建|完成|年均|累计|共(?=[有计建完投])")
# … but what was done along the way counts over the whole of the span.
DONE = re.compile(
    r"新增|累计|完成|新建|新改建|建成|建设|改造|投入|实施|发放|引进|培育|治理|投资|开工|举办|下达|办理|创建|新设|修复|造林|开通|解决|落实|安排|筹集|培训|"
    r"接待|签约|落地|出让|组建|增长(?![到至率])|提高(?!到|至)|下降|减少|增加(?![到至值])|增量|净增|获得|获批|年均|兑现|化解|消除|清理|查处|销售|出台|制定|修订|争取|支持|"
    r"援助|转移|共(?=[有计建完投])")
EVENT = re.compile(r"^(?:场|次|场次|人次|列|趟|批次|件次|班次|例)$")  # 送戏超8万场: occasions add up
RATE = re.compile(r"^(?:%|‰|位|:|∶)$|^第")
LISTED = re.compile(r"(?<![\d.])(?:[\d.]++[^，。；\d、和与及∶:]{0,8}[、和与及∶:]){1,40}$")  # 分别达56.2%、34.7%: the list shares its verb
YEARLY = re.compile(r"年均(?!降水|气温|温)|平均每年|每年")


def is_state(text: str, quantity: Quantity) -> bool:
    """Whether the figure says what was reached rather than how much was done or changed.

    >>> from decimal import Decimal
    >>> is_state("森林覆盖率达到45%", Quantity(7, 10, Decimal(45), unit="%")), is_state("新建公园30个", Quantity(4, 7, Decimal(30), unit="个"))
    (True, False)
    """
    if quantity.change != "level":
        return False
    clause = clause_around(text, quantity.start, quantity.end)
    if text.startswith("台阶", quantity.end) or quantity.unit == "个" and text[quantity.end:quantity.end + 8].find("台阶") >= 0:
        return "".join(text[quantity.start:quantity.end]).endswith(("亿", "万", "亿元"))  # 迈上5万亿台阶, but 跨上两个万亿级台阶
    before = LISTED.sub("", text[clause[0]:quantity.start])
    own = re.split(r"\d[^、，]{0,8}、", before)[-1]  # 建成基站8万个、覆盖95%的村: the last part has its own verb
    if YEARLY.search(own):
        return False
    if SURE_RATE.search(own) or RATE_NAME.search(own) and not CHANGED.search(own):
        return True
    if DONE.search(own) or EVENT.match(quantity.unit or ""):
        return False
    return bool(REACHED.search(own) or RATE.search(quantity.unit or ""))
