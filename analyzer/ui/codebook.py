"""The user's own codebook: kept as YAML in the data folder, edited as a table, exchanged as XLSX. No Streamlit here."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import yaml

from analyzer.errors import LexiconError
from analyzer.export.words import read_codebook, use_codebook
from analyzer.ingest.workbook import read_first_sheet
from analyzer.lexicon import read_yaml
from analyzer.store import Store

COLUMNS = ("code", "zh", "en", "covers", "keywords")
_HEADS = {"code": "代码", "zh": "名称", "en": "英文名", "covers": "范围", "keywords": "关键词"}


def codebook_path(store: Store) -> Path:
    return store.home / "codebook.yaml"


def own_codebook(store: Store) -> str | None:
    """The path of the user's codebook, None if the default one holds."""
    path = codebook_path(store)
    return str(path) if path.is_file() else None


def load_codebook(store: Store) -> list[dict[str, Any]]:
    """The rows in force; also makes the names that pages and exports show follow it."""
    path = codebook_path(store)
    if not path.is_file():
        use_codebook(None)
        return read_codebook()
    changed = path.stat().st_mtime_ns
    known = store.memory.get("codebook")  # read again only after a change: this runs with every page
    if known is None or known[0] != changed:
        known = store.memory["codebook"] = (changed, check_codebook(read_yaml(path)))
    use_codebook(known[1])
    return list(known[1])


def save_codebook(store: Store, rows: list[dict[str, Any]]) -> None:
    rows = check_codebook(rows)
    text = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=120)
    part = codebook_path(store).with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(codebook_path(store))
    use_codebook(rows)


def drop_codebook(store: Store) -> None:
    codebook_path(store).unlink(missing_ok=True)
    use_codebook(None)


def check_codebook(rows: Any) -> list[dict[str, Any]]:
    """The rows with clean values. Raises LexiconError naming the row for what contradicts itself."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise LexiconError("codebook: a list of categories is expected", "类别表：应为类别的列表")
    clean: list[dict[str, Any]] = []
    owner: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        code, name = str(row.get("code") or "").strip(), str(row.get("zh") or "").strip()
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", code):
            raise _fault(
                number, f"code {code!r} must be letters, digits, - and _", f"代码“{code}”只能用英文字母、数字、- 和 _"
            )
        if any(code == other["code"] for other in clean):
            raise _fault(number, f"code {code!r} is there twice", f"代码 {code} 重复")
        if not name:
            raise _fault(number, "the Chinese name is empty", "名称为空")
        words = row.get("keywords") or []
        words = re.split(r"[、,，;；|\s]+", words) if isinstance(words, str) else [str(word) for word in words]
        words = list(dict.fromkeys(word.strip() for word in words if word.strip()))
        for word in words:
            if owner.setdefault(word, code) != code:
                raise _fault(
                    number, f"keyword {word!r} already belongs to {owner[word]}", f"关键词“{word}”已属于 {owner[word]}"
                )
        clean.append(
            {
                "code": code,
                "zh": name,
                "en": str(row.get("en") or "").strip(),
                "covers": str(row.get("covers") or "").strip(),
                "keywords": words,
            }
        )
    if len(clean) < 2:
        raise LexiconError("codebook: at least two categories are needed", "类别表：至少需要两个类别")
    return clean


def _fault(row: int, english: str, chinese: str) -> LexiconError:
    return LexiconError(f"codebook row {row}: {english}", f"类别表第 {row} 行：{chinese}")


def codebook_to_xlsx(rows: list[dict[str, Any]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet("类别表"), book.add_format({"bold": True})
        for column, field in enumerate(COLUMNS):
            sheet.write_string(0, column, _HEADS[field], bold)
            sheet.set_column(column, column, {"code": 14, "zh": 20, "en": 24, "covers": 50, "keywords": 90}[field])
        for number, row in enumerate(rows, 1):
            for column, field in enumerate(COLUMNS):
                value = "、".join(row["keywords"]) if field == "keywords" else row[field]
                sheet.write_string(number, column, value[:32_767])
        sheet.freeze_panes(1, 1)
    return out.getvalue()


def xlsx_to_codebook(data: bytes, name: str = "codebook.xlsx") -> list[dict[str, Any]]:
    """The rows of an XLSX with the columns of `codebook_to_xlsx` (Chinese or English heads, any order)."""
    table = read_first_sheet(data, name)
    if not table:
        raise LexiconError("codebook: the sheet is empty", "类别表：工作表为空")
    fields = {**{head: field for field, head in _HEADS.items()}, **{field: field for field in COLUMNS}}
    heads = [fields.get(str(cell).strip()) for cell in table[0]]
    if "code" not in heads or "zh" not in heads:
        raise LexiconError(
            "codebook: the columns code (代码) and zh (名称) are needed", "类别表：需要“代码”和“名称”两列"
        )
    rows = [{head: str(cell) for head, cell in zip(heads, line, strict=False) if head} for line in table[1:]]
    return check_codebook([row for row in rows if any(value.strip() for value in row.values())])
