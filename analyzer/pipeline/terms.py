"""Terms, fines and frequencies of laws and rules around a number: what makes a duration, 一倍 or 一次 a parameter that binds."""

from __future__ import annotations

import re

# What a rule lets run or ends: 自公布之日起三年内, 试用期为一年, 离职两年内, 有效期届满的30天前
TERM_BEFORE = re.compile(
    r"(?:之?日起?|届满|离职|任职|失效|终止|施行|生效|投产|登记|毕业|(?<![时初中末近远前后长短周学同首当每分])期(?:限|间)?)(?:[满后前]|之[后前])?(?:为|是|：|的)?$")
# 每年至少组织一次, 每三个月开展两次: how often a rule binds
OFTEN_BEFORE = re.compile(r"每(?:半?年度?|季度?|半?月|周|[\d一二三四五六十]{1,2}个?(?:年|月|周))[^，。；]{0,14}$")
LISTED_LIMIT = re.compile(r"(?:[、和][\d一二三四五六七八九十]{1,3}个?(?:工作日|月|小时|天|日|年)){1,4}(?:以|之)?内")  # 五个、七个工作日内
# A fine, from its least to its most: 处三万元以上八万元以下罚款, 所得款项二倍以上四倍以下的罚款
FINE_BEFORE = re.compile(r"处(?:以|罚)?[^，。；]{0,10}$|(?:违法所得|货值|价款|费用)(?:金额|价款)?的?$|罚款$")
FINE_AFTER = re.compile(r"(?:以[上下])?[^，。；]{0,14}罚[款金]")


def is_term(left: str, right: str) -> bool:
    """Whether a duration runs from an event, is a period's length, or stands in a list of limits.

    >>> is_term("自公布之日起", "内"), is_term("试用期为", "。"), is_term("经过", "努力")
    (True, True, False)
    """
    return bool(TERM_BEFORE.search(left) or LISTED_LIMIT.match(right))


def is_fine(left: str, right: str) -> bool:
    """Whether an amount or a multiple is the least or most of a fine."""
    return bool(FINE_BEFORE.search(left) and FINE_AFTER.match(right))


def is_frequency(left: str, right: str) -> bool:
    """Whether 一次 or 两次 says how often something must be done, not that it is done at one stroke (一次性)."""
    return bool(OFTEN_BEFORE.search(left)) and not right.startswith("性")
