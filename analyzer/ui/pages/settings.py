"""设置: who corrects, the codebook, units and cues seen, and analysing again with a preview of what changes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import analyzer
from analyzer import store as library
from analyzer.errors import AnalyzerError
from analyzer.ui.codebook import (
    COLUMNS,
    check_codebook,
    codebook_to_xlsx,
    drop_codebook,
    load_codebook,
    own_codebook,
    save_codebook,
    xlsx_to_codebook,
)
from analyzer.ui.language import head, message, named, plain, say
from analyzer.ui.queue import codebook_in_force
from analyzer.ui.resources import the_queue, the_store, who


def show() -> None:
    st.title(say("设置", "Settings"))
    names = {
        "general": say("一般", "General"),
        "codebook": say("类别表", "Codebook"),
        "words": say("单位与用语", "Units and cues"),
        "again": say("重新分析", "Analyse again"),
    }
    part = st.segmented_control(
        say("内容", "Part"),
        list(names),
        default="general",
        key="settings_part",
        required=True,
        format_func=lambda p: names[p],
        label_visibility="collapsed",
        persist_state="session",
    )
    {"general": _general, "codebook": _codebook, "words": _words, "again": _again}[part or "general"]()


def _general() -> None:
    store = the_store()
    name = st.text_input(
        say("校对人姓名（写入修改记录）", "Your name (for the audit log)"), who(), key="who_input", max_chars=40
    )
    if name.strip() and name.strip() != who():
        st.session_state["who"] = name.strip()
        library.save_setting(store, "who", name.strip())
    infer = library.read_setting(store, "infer") == "yes"
    wanted = st.toggle(
        say(
            "原文未点名时推断可能的责任部门（标明“推断”，对之后的分析生效）",
            "Where the text names no body, infer a likely one (marked “inferred”; from the next analysis on)",
        ),
        infer,
        key="infer",
    )
    if wanted != infer:
        library.save_setting(store, "infer", "yes" if wanted else "no")
    st.markdown("**" + say("关于", "About") + "**")
    st.write(f"policy-analyzer {analyzer.__version__}")
    st.write(say("资料库：", "Library: ") + plain(store.engine.url.render_as_string(hide_password=True)))
    st.write(say("文件夹：", "Folder: ") + plain(str(store.home)))


def _codebook() -> None:
    store = the_store()
    own = own_codebook(store)
    st.caption(say("类别的代码、名称与关键词。改动保存后，对之后的分析生效；已有数据请到“重新分析”。",
                   "Codes, names and keywords of the categories. Changes hold for the next analysis; for what is there, go to “Analyse again”."))  # fmt: skip
    st.write(say("现用：自己的类别表", "In force: your own codebook") if own else say("现用：默认类别表", "In force: the default codebook"))
    if own:
        st.caption(say("改了代码或关键词后，类别由关键词判定；要用训练过的模型，请运行：",
                       "With other codes or keywords, the keywords alone decide; for a trained model, run: ")
                   + f"`python -m analyzer train --model categories --codebook {own} --out {store.home / 'models'}`")  # fmt: skip
    try:
        rows = st.session_state.get("codebook_draft") or load_codebook(store)
    except AnalyzerError as error:
        st.error(message(error))
        if st.button(say("恢复默认类别表", "Back to the default codebook")):
            drop_codebook(store)
            st.rerun()
        return
    _codebook_table(store, rows, own is not None)
    _codebook_upload()


def _codebook_table(store: library.Store, rows: list[dict[str, Any]], own: bool) -> None:
    frame = pd.DataFrame([{**row, "keywords": "、".join(row["keywords"])} for row in rows], columns=COLUMNS)
    names = {"code": say("代码", "Code"), "zh": say("名称", "Chinese name"), "en": say("英文名", "English name"),
             "covers": say("范围", "Covers"), "keywords": say("关键词（顿号分隔）", "Keywords (separated by 、)")}  # fmt: skip
    widths = {"keywords": 420, "covers": 240}
    edited = st.data_editor(
        frame, key=f"codebook{st.session_state.setdefault('codebook_turn', 0)}", num_rows="dynamic", hide_index=True,
        height=480, on_change="ignore",
        column_config={c: st.column_config.TextColumn(n, width=widths.get(c, 130)) for c, n in names.items()})  # fmt: skip
    save, reset, down, _ = st.columns([1, 1, 1, 2])
    if save.button(say("保存", "Save"), type="primary", width="stretch", key="codebook_save"):
        _save_codebook(store, edited.fillna("").to_dict("records"))
    if reset.button(say("恢复默认", "Default again"), disabled=not own, width="stretch", key="codebook_reset"):
        drop_codebook(store)
        _redraw()
    down.download_button(say("导出 XLSX", "Export XLSX"), data=lambda: codebook_to_xlsx(rows), key="codebook_xlsx",
                         file_name=say("类别表.xlsx", "codebook.xlsx"), on_click="ignore", width="stretch")  # fmt: skip


def _codebook_upload() -> None:
    turn = st.session_state["codebook_turn"]
    file = st.file_uploader(say("导入 XLSX（载入后请检查并保存）", "Import XLSX (check it, then save)"), type=["xlsx"],
                            key=f"codebook_file{turn}", max_upload_size=10)  # fmt: skip
    if file is None:
        return
    try:
        st.session_state["codebook_draft"] = xlsx_to_codebook(file.getvalue(), file.name)
    except AnalyzerError as error:
        st.error(message(error))
        return
    st.session_state["codebook_turn"] = turn + 1
    st.rerun()


def _save_codebook(store: library.Store, records: list[dict[str, Any]]) -> None:
    try:
        save_codebook(store, check_codebook([row for row in records if any(str(v).strip() for v in row.values())]))
    except AnalyzerError as error:
        st.error(message(error))
        return
    st.toast(say("已保存", "Saved"))
    _redraw()


def _redraw() -> None:
    st.session_state.pop("codebook_draft", None)
    st.session_state["codebook_turn"] += 1
    st.rerun()


def _words() -> None:
    found = library.find(the_store())
    st.caption(
        say(
            "资料库中出现过的单位、约束方向与识别规则，可据此发现异常。",
            "Units, comparators and changes seen in the library: oddities show here.",
        )
    )
    columns = st.columns(3)
    for column, name in zip(columns, ("unit", "comparator", "change"), strict=True):
        with column:
            frame = pd.DataFrame([{"value": named(name, value), "count": count} for value, count in found.facets[name]])
            st.dataframe(frame, hide_index=True, height=480, key=f"seen-{name}", placeholder="", column_config={
                "value": st.column_config.TextColumn(head(name), width=160),
                "count": st.column_config.NumberColumn(say("条数", "Figures"), width=80)})  # fmt: skip


def _again() -> None:
    store = the_store()
    titles = library.document_titles(store)
    st.caption(
        say(
            "更新程序或类别表后重新分析。人工修改始终保留；消失的数据只做标记，不删除。先“预览变化”，再决定。",
            "After a change of program or codebook. What people corrected stays; figures that vanish are flagged, not deleted. "
            "Look at the preview first.",
        )
    )
    _say_what_is_older(store)
    chosen = st.multiselect(
        head("document"),
        list(titles),
        key="again_documents",
        format_func=lambda i: titles[i],
        placeholder=say("全部文件", "all documents"),
    )
    numbers = [int(i) for i in chosen or titles]
    one, two, _ = st.columns([1, 1, 3])
    if one.button(say("预览变化", "Preview"), key="again_preview", width="stretch", disabled=not titles):
        _queue(numbers, preview=True)
    if two.button(
        say("重新分析", "Analyse again"), key="again_do", width="stretch", disabled=not titles, type="primary"
    ):
        _queue(numbers, preview=False)
    _previews(titles)


def _say_what_is_older(store: library.Store) -> None:
    """Which documents another version analysed, and which another codebook sorted: they would change, and nothing has."""
    counts = library.count_versions(store)
    versions = dict.fromkeys(version for version, _ in counts if version != analyzer.__version__)
    if versions:
        number, names = sum(count for (version, _), count in counts.items() if version in versions), "、".join(v or "?" for v in versions)
        st.info(say(f"{number} 份文件由其他版本（{plain(names)}）分析，当前版本为 {analyzer.__version__}。预览不改动任何数据。",
                    f"{number} documents were analysed by other versions ({plain(names)}); this is {analyzer.__version__}. "
                    "A preview changes nothing."))  # fmt: skip
    try:
        now = codebook_in_force(store)
    except AnalyzerError as error:
        st.error(message(error))
        return
    if number := sum(count for (_, codebook), count in counts.items() if codebook != now):
        st.info(say(f"{number} 份文件按另一份类别表分析，与现用的（{now}）不同。重新分析后类别会随之改变；请先预览，预览不改动任何数据。",
                    f"{number} documents were analysed with another codebook than the one in force ({now}). To analyse again changes "
                    "their categories; look at the preview first, it changes nothing."))  # fmt: skip


def _queue(numbers: list[int], *, preview: bool) -> None:
    store = the_store()
    rows = {row["id"]: row for row in library.list_documents(store)}
    for number in numbers:
        path = library.file_path(store, rows[number]["sha256"])
        if path.is_file():
            library.add_job(
                store, path.read_bytes(), rows[number]["name"], options={"preview" if preview else "again": True}
            )
    the_queue().wake()
    st.rerun()


def _previews(titles: dict[str, str]) -> None:
    previews = [
        job for job in library.list_previews(the_store()) if job["state"] == "done" and "result" in job["options"]
    ]
    if not previews:
        return
    st.subheader(say("预览结果", "What would change"))
    results = [(titles.get(str(job["document_id"]), job["name"]), job["options"]["result"]) for job in previews]
    frame = pd.DataFrame(
        [{"document": title, **{k: r[k] for k in ("same", "new", "gone", "changed")}} for title, r in results]
    )
    number = st.column_config.NumberColumn
    st.dataframe(frame, hide_index=True, key="previews", column_config={
        "document": st.column_config.TextColumn(head("document"), width=420), "same": number(say("不变", "Same")),
        "new": number(say("新增", "New")), "gone": number(say("消失", "Gone")), "changed": number(say("改变", "Changed"))})  # fmt: skip
    lines = [{"document": title, "what": say(*{"new": ("新增", "new"), "gone": ("消失", "gone"), "changed": ("改变", "changed")}[d["what"]]),
              "quote": d["quote"], "indicator": d["indicator"] or "", "fields": _moved(d.get("fields") or {}), "sentence": d["sentence"]}
             for title, r in results for d in r["differences"]]  # fmt: skip
    if lines:
        text = st.column_config.TextColumn
        st.dataframe(pd.DataFrame(lines[:1000]), hide_index=True, key="preview_lines", height=320, column_config={
            "document": text(head("document"), width=160), "what": text(say("变化", "Change"), width=70), "quote": text(head("quote"), width=90),
            "indicator": text(head("indicator"), width=160), "fields": text(say("字段：旧 → 新", "Field: old → new"), width=260),
            "sentence": text(head("sentence"), width=320)})  # fmt: skip
    st.button(say("清除预览", "Clear previews"), on_click=library.clear_jobs, args=(the_store(),), key="previews_clear")


def _moved(fields: dict[str, list[Any]]) -> str:
    return "; ".join(
        f"{head(f)}: {old if old is not None else '–'} → {new if new is not None else '–'}"
        for f, (old, new) in fields.items()
    )
