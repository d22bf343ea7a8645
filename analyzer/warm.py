"""Importing this module reads words and models once, for the process that children are forked from.

A child that replaces a crashed one then starts within a tenth of a second and shares the memory of all of it.
"""

from __future__ import annotations

import contextlib

from analyzer.analysis import analyze
from analyzer.ingest import text_to_document

TEXT = "一、工作目标\n2025年，改造城镇老旧小区1200个，森林覆盖率达到45%以上。（责任单位：省住房城乡建设厅）\n2024年已建成公园30座，增长5%，推动协同发展。\n"

with contextlib.suppress(Exception):  # what is wrong, a missing model perhaps, is told by each document, not by a pool that will not start
    analyze(text_to_document(TEXT))
