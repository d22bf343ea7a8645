"""Files → Documents: one reader a format, chosen by what the file holds, never by its name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from analyzer.errors import UnreadableDocument
from analyzer.ingest.plain import text_to_blocks
from analyzer.records import Document


def read_document(path: str | Path) -> Document:
    """The file as a Document. Raises UnsupportedFormat or UnreadableDocument, naming the file."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}") from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> Document:
    if not data.strip():
        raise UnreadableDocument(f"{name}: the file is empty", f"{name}：文件为空")
    text = data.decode("utf-8-sig")
    return text_to_document(text, name, sha256=hashlib.sha256(data).hexdigest())


def text_to_document(text: str, name: str = "text", *, sha256: str = "") -> Document:
    return Document(name, text, text_to_blocks(text), sha256=sha256)
