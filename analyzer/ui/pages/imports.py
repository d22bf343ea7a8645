"""导入: files, folders and links into the queue, its progress, and what is said about each document."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from analyzer import store as library
from analyzer.ui.language import head, language, list_key, named, plain, say
from analyzer.ui.resources import the_queue, the_store, who
from analyzer.ui.view import set_view

FORMATS = [
    "txt",
    "md",
    "docx",
    "doc",
    "pdf",
    "ofd",
    "html",
    "htm",
    "xlsx",
    "xls",
    "csv",
    "png",
    "jpg",
    "jpeg",
    "tif",
    "tiff",
]
SHOWN = 500  # jobs; drawn anew each second while files are read
LEVELS = ["", "national", "provincial", "municipal", "county"]
_STATES = {
    "queued": ("等待", "Waiting"),
    "running": ("处理中", "Working"),
    "done": ("完成", "Done"),
    "failed": ("失败", "Failed"),
    "duplicate": ("重复，已跳过", "Duplicate, skipped"),
}
_STAGES = {"reading": ("读取文件", "reading"), "analysing": ("分析内容", "analysing")}


def show() -> None:
    st.title(say("导入", "Import"))
    files, folder, links = st.tabs([say("文件", "Files"), say("文件夹", "Folder"), say("链接", "Links")])
    with files:
        _uploader("files", True)
    with folder:
        _uploader("folder", "directory")
    with links:
        _links()
    counts = library.count_jobs(the_store())
    busy = counts.get("queued", 0) + counts.get("running", 0)
    st.fragment(_progress, run_every=1 if busy else None)(bool(busy))
    _documents()


def _uploader(name: str, many: Any) -> None:
    """Takes what comes at once to the disk and the queue, then starts empty again: bytes do not stay in memory."""
    turn = st.session_state.setdefault(f"turn-{name}", 0)
    uploaded = st.file_uploader(
        say(
            "拖入或选择要分析的文件（PDF、Word、网页、表格、文本；每个不超过 200 MB）",
            "Drop or choose files to analyse (PDF, Word, web page, sheet, text; at most 200 MB each)",
        ),
        type=FORMATS,
        accept_multiple_files=many,
        key=f"upload-{name}-{turn}",
    )
    if not uploaded:
        return
    store = the_store()
    for file in uploaded:
        library.add_job(store, file.getvalue(), re.split(r"[/\\]", file.name)[-1] or "file")
    the_queue().wake()
    st.session_state[f"turn-{name}"] = turn + 1
    st.rerun()


def _links() -> None:
    with st.form("links", clear_on_submit=True, border=False):
        text = st.text_area(
            say("网页或文件的链接，每行一个", "Links of pages or files, one a line"),
            height=90,
            placeholder="https://www.gov.cn/…",
        )
        if st.form_submit_button(say("加入队列", "Add to the queue")):
            urls = [line.strip() for line in text.splitlines() if line.strip()]
            wrong = [url for url in urls if not re.match(r"https?://\S+$", url)]
            for url in urls:
                if url not in wrong:
                    library.add_link(the_store(), url)
            the_queue().wake()
            if wrong:
                st.toast(say("不是网址，已跳过：", "Not a link, passed over: ") + plain("、".join(wrong[:5])))
            if urls:
                st.rerun()


def _progress(was_busy: bool) -> None:
    store = the_store()
    counts = library.count_jobs(store)
    busy = counts.get("queued", 0) + counts.get("running", 0)
    if was_busy and not busy:
        st.rerun()  # the whole page: its table of documents is out of date, and the clock may stop
    jobs = library.list_jobs(store, samples=bool(busy), limit=SHOWN)
    if not jobs:
        return
    listed = library.count_jobs(store, samples=bool(busy))
    total, failed = sum(listed.values()), listed.get("failed", 0)
    st.subheader(say("队列", "Queue"))
    if busy:
        ended = total - listed.get("queued", 0) - listed.get("running", 0)
        st.progress(ended / total, text=say(f"已完成 {ended} / {total}", f"{ended} of {total} done"))
    titles = library.document_titles(store)
    frame = pd.DataFrame([{"name": job["name"], "state": _state(job), "note": _note(job, titles)} for job in jobs])
    st.dataframe(
        frame,
        key="jobs",
        hide_index=True,
        height=min(38 + 35 * len(frame), 250),
        placeholder="",
        column_config={
            "name": st.column_config.TextColumn(say("文件名", "File"), width=260),
            "state": st.column_config.TextColumn(say("状态", "State"), width=130),
            "note": st.column_config.TextColumn(say("说明", "Note"), width=560),
        },
    )
    if total > len(jobs):
        st.caption(say(f"共 {total} 个，只列出前 {len(jobs)} 个，失败的在最前。", f"The first {len(jobs)} of {total}, what failed before all others."))
    if not busy:
        _queue_buttons(failed)


def _queue_buttons(failed: int) -> None:
    store = the_store()
    again, clear, _ = st.columns([2, 1, 3])
    if failed and again.button(say(f"重试失败的 {failed} 个", f"Try the {failed} that failed again"), key="retry_jobs"):
        library.retry_jobs(store)
        the_queue().wake()
        st.rerun()
    clear.button(say("清空列表", "Clear the list"), on_click=library.clear_jobs, args=(store,), key="clear_jobs")


def _state(job: dict[str, Any]) -> str:
    text = say(*_STATES.get(job["state"], (job["state"], job["state"])))
    stage = _STAGES.get(job["stage"] or "")
    return f"{text}：{say(*stage)}" if stage and job["state"] == "running" else text


def _note(job: dict[str, Any], titles: dict[str, str]) -> str:
    if job["state"] == "failed":
        return job["error_zh"] if language() == "zh" else job["error_en"]
    if job["state"] == "duplicate":
        title = titles.get(str(job["document_id"]))
        return say(
            f"与已有文件完全相同：{title or '队列中的同一文件'}", f"The same file as: {title or 'one in the queue'}"
        )
    if job["state"] == "done":
        note = say(f"{job['figures']} 条数据", f"{job['figures']} figures")
        if job["near_of"]:
            title = titles.get(str(job["near_of"]), "")
            note += say(f"；与《{title}》内容相近", f"; nearly the same as “{title}”")
        return note
    return ""


def _documents() -> None:
    rows = library.list_documents(the_store())
    st.subheader(say(f"文件（{len(rows)}）", f"Documents ({len(rows)})"))
    if not rows:
        st.caption(say("还没有文件。", "No documents yet."))
        return
    titles = {row["id"]: row["title"] or row["name"] for row in rows}
    frame = pd.DataFrame([{
        "title": titles[row["id"]], "issuer": row["issuer"] or "", "number": row["number"] or "",
        "date": row["written"] or row["published"] or "", "region": row["region"] or "", "format": row["format"],
        "figures": row["figures"], "reviewed": row["reviewed"] / row["figures"] if row["figures"] else 0.0,
        "note": _document_note(row, titles)} for row in rows])  # fmt: skip
    st.caption(
        say("选中一行可修改文件信息、重新分析或删除。", "Choose a row to edit, analyse again or remove the document.")
    )
    key = f"documents-{len(rows)}-{rows[0]['id']}"  # a choice is a row's number: none survives a change of the list
    before = st.session_state.get(key)
    chosen = bool(before and before["selection"]["cells"])
    left, right = st.columns([52, 48], gap="medium") if chosen else (st.container(), st.container())
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    state = left.dataframe(
        frame, key=key, hide_index=True, on_select="rerun", selection_mode="single-cell", placeholder="",
        height=min(38 + 35 * len(frame), 430), column_config={
            "title": text(say("标题", "Title"), width=300), "issuer": text(head("issuer"), width=170),
            "number": text(say("文号", "Number"), width=130), "date": text(say("日期", "Date"), width=90),
            "region": text(say("地区", "Region"), width=90), "format": text(say("格式", "Format"), width=60),
            "figures": number(say("数据", "Figures"), width=60), "note": text(say("说明", "Note"), width=200),
            "reviewed": st.column_config.ProgressColumn(say("已校对", "Reviewed"), width=90, format="percent"),
        })  # fmt: skip
    cells = state["selection"]["cells"]
    if cells and 0 <= cells[0][0] < len(rows):
        with right:
            _document_form(rows[cells[0][0]])


def _document_note(row: dict[str, Any], titles: dict[int, str]) -> str:
    parts = [say("样例", "sample")] if row["sample"] else []
    if row["near_of"] in titles:
        parts.append(say(f"与《{titles[row['near_of']]}》相近", f"nearly “{titles[row['near_of']]}”"))
    return "；".join([*parts, *(str(w) for w in row["warnings"])])


def _document_form(row: dict[str, Any]) -> None:
    store = the_store()
    number = row["id"]
    names = {
        "title": say("标题", "Title"),
        "issuer": head("issuer"),
        "number": say("发文字号", "Document number"),
        "written": say("成文日期", "Date written"),
        "published": say("发布日期", "Date published"),
        "region": say("地区", "Region"),
        "genre": say("文种", "Genre"),
        "url": say("网址", "URL"),
    }
    with st.form(f"document-{number}"):
        st.markdown(f"**{plain(row['title'] or row['name'])}**")
        st.caption(say("自动识别的信息，可修改", "What was recognised; yours to correct"))
        columns = st.columns(2)
        values = {
            field: columns[i % 2].text_input(name, row[field] or "", key=f"doc-{number}-{field}")
            for i, (field, name) in enumerate(names.items())
        }
        values["level"] = columns[0].selectbox(
            say("层级", "Level"),
            LEVELS,
            LEVELS.index(row["level"]) if row["level"] in LEVELS else 0,
            format_func=lambda v: named("level", v),
            key=list_key(f"doc-{number}-level"),
        )
        if st.form_submit_button(say("保存", "Save"), type="primary"):
            library.edit_document(store, number, {k: v.strip() for k, v in values.items()}, who=who())
            st.rerun()
    look, again, drop = st.columns(3)
    if look.button(say("查看其数据", "Show its figures"), key=f"look-{number}", width="stretch"):
        set_view(document=[str(number)])
        st.switch_page(st.session_state["pages"]["targets"])
    if again.button(say("重新分析", "Analyse again"), key=f"again-{number}", width="stretch"):
        path = library.file_path(store, row["sha256"])
        if path.is_file():
            library.add_job(store, path.read_bytes(), row["name"], options={"again": True})
            the_queue().wake()
            st.rerun()
        st.warning(say("原文件不在资料库中，无法重新分析。", "The file itself is not in the library."))
    with drop.popover(say("删除", "Remove"), width="stretch"):
        st.write(
            say(
                "文件及其数据将从资料库移除，校对记录保留。",
                "The document and its figures go; the log of corrections stays.",
            )
        )
        if st.button(say("确认删除", "Remove it"), key=f"drop-{number}", type="primary"):
            library.delete_document(store, number)
            st.rerun()
