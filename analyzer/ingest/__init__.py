"""Files → Documents: one reader a format, chosen by what the file holds, never by its name."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from analyzer.errors import UnreadableDocument, UnsupportedFormat
from analyzer.ingest.delimited import commas_to_blocks
from analyzer.ingest.markdown import IS_MARKDOWN, markdown_to_blocks
from analyzer.ingest.metadata import describe
from analyzer.ingest.plain import decode, text_to_blocks
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, run_limited
from analyzer.records import Document

READABLE = "TXT, MD, DOCX, DOC, PDF, OFD, HTML, XLSX, XLS, CSV, PNG, JPEG, TIFF"
URL = re.compile(r"https?://", re.IGNORECASE)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
MOST_DIRECTORY = 16 * 1024 * 1024  # bytes of names: listing more of them is no longer cheap
FOREIGN = ((b"Rar!", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gzip"), (b"{\\rtf", "RTF"), (b"MZ", "EXE"),
           (b"\x7fELF", "ELF"), (b"SQLite format 3", "SQLite"), (b"PAR1", "Parquet"), (b"BZh", "bzip2"),
           (b"\xfd7zXZ", "xz"), (b"%!PS", "PostScript"), (b"CAJ", "CAJ"), (b"HN\x00", "CAJ"))
HTML_START = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|table|script)\b",
                        re.IGNORECASE | re.DOTALL)


def read_document(path: str | Path, *, limits: Limits = DEFAULT_LIMITS, allow_private: bool = False,
                  accessed: str | None = None) -> Document:
    """The file or the page at a URL as a Document; `accessed` is the date (ISO) to cite a URL with.

    Raises UnsupportedFormat or UnreadableDocument, naming the file.
    """
    if URL.match(str(path)):
        from analyzer.ingest.links import fetch

        data, name, url = fetch(str(path), allow_private=allow_private, limits=limits)
        return replace(read_bytes(data, name, limits=limits), url=url, accessed=accessed)
    path = Path(path)
    try:
        if path.is_dir():
            raise UnreadableDocument(f"{path}: is a folder, not a file", f"{path}：是文件夹，不是文件")
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise _too_large(path.name, size, limits)
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise UnreadableDocument(f"{path}: no such file", f"{path}：文件不存在") from error
        raise UnreadableDocument(f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}") from error
    return read_bytes(data, path.name, limits=limits)


def read_bytes(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The content of a file as a Document; `name` is only for messages and for telling MD from TXT."""
    if len(data) > limits.file_bytes:
        raise _too_large(name, len(data), limits)
    if not data.strip(b"\x00 \t\r\n\f\xef\xbb\xbf\xff\xfe"):
        raise UnreadableDocument(f"{name}: the file is empty", f"{name}：文件为空")
    kind = sniff(data, name)
    document = _READERS[kind](data, name, limits)
    if not document.text.strip() and not document.warnings:
        raise UnreadableDocument(f"{name}: holds no text", f"{name}：文件中没有文字")
    return replace(document, name=name, sha256=hashlib.sha256(data).hexdigest())


def text_to_document(text: str, name: str = "text", *, sha256: str = "") -> Document:
    """Text that was typed or pasted as a Document; offsets index `text` itself."""
    if IS_MARKDOWN.search(text):
        return describe(Document(name, text, markdown_to_blocks(text), format="md", sha256=sha256))
    table = commas_to_blocks(text)
    if table:
        return describe(Document(name, text, table, format="csv", sha256=sha256))
    return describe(Document(name, text, text_to_blocks(text), sha256=sha256))


def sniff(data: bytes, name: str = "file") -> str:
    """The format by content: txt (MD too), html, docx, doc, xls, xlsx, ofd, pdf or image. Raises UnsupportedFormat."""
    if data[:1024].lstrip(b"\x00 \t\r\n\xef\xbb\xbf").startswith(b"%PDF-") or b"%PDF-" in data[:1024] and data[:1] != b"<":
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(data, name)
    if data.startswith(OLE):
        return _sniff_ole(data, name)
    if data.startswith(PICTURES) or (data[:2] == b"BM" and data[6:10] == b"\x00" * 4):
        return "image"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image"
    for start, kind in FOREIGN:
        if data.startswith(start):
            raise _unsupported(name, kind)
    if HTML_START.match(data[:4096].lstrip(b"\xef\xbb\xbf")):
        return "html"
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
        return _sniff_xml(data, name)
    head = data[:200_000].lower()
    if b"</html>" in data[-2000:].lower() or b"<body" in head and b"</" in head:
        return "html"
    if data.lstrip().lower().startswith(b"mime-version:") or b"content-type: multipart/related" in head[:3000]:
        return "mhtml"
    return "txt"


def _sniff_zip(data: bytes, name: str) -> str:
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 70_000))
    directory = int.from_bytes(data[end + 12:end + 16], "little") if end >= 0 else 0
    if MOST_DIRECTORY < directory < 0xFFFFFFFF or (directory == 0xFFFFFFFF and len(data) > 4 * MOST_DIRECTORY):
        raise UnreadableDocument(f"{name}: its ZIP directory takes {directory:,} bytes and looks like a ZIP bomb",
                                 f"{name}：ZIP 目录达 {directory:,} 字节，疑似压缩炸弹")
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(f"{name}: a damaged or truncated Office, OFD or ZIP file ({error})",
                                 f"{name}：Office、OFD 或 ZIP 文件已损坏或不完整（{error}）") from error
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"), ("xl/workbook.bin", "xlsx")):
        if part in names or part.replace("/", "\\") in names:
            return kind
    if "[Content_Types].xml" in names and any(part.startswith("word/") for part in names):
        return "docx"
    if "content.xml" in names:
        raise _unsupported(name, "OpenDocument")
    if any(part.startswith("ppt/") for part in names):
        raise _unsupported(name, "PowerPoint")
    raise _unsupported(name, "ZIP")


def _sniff_ole(data: bytes, name: str) -> str:
    """By the streams that its directory names (UTF-16); an encrypted Office file has EncryptedPackage."""
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise encrypted(name)
    if has("WordDocument"):
        return "doc"
    if has("Workbook") or has("Book"):
        return "xls"
    if has("PowerPoint Document"):
        raise _unsupported(name, "PowerPoint")
    raise UnsupportedFormat(f"{name}: an OLE file without a Word or Excel document inside: damaged or of another kind",
                            f"{name}：OLE 文件中没有 Word 或 Excel 文档：文件已损坏或属于其他类型")


def _sniff_xml(data: bytes, name: str) -> str:
    head = data[:4000]
    if b"<html" in head or b"<HTML" in head:
        return "html"
    if b"schemas.microsoft.com/office/word" in head:
        raise _unsupported(name, "Word 2003 XML")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise _unsupported(name, "Excel 2003 XML")
    raise _unsupported(name, "XML")


def encrypted(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: the file is encrypted; save it without a password and try again",
                              f"{name}：文件已加密，请去除密码后另存再试")


def _unsupported(name: str, kind: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"{name}: {kind} files cannot be read; readable are {READABLE}",
                             f"{name}：无法读取 {kind} 文件；可读取的格式有 {READABLE.replace(', ', '、')}")


def _too_large(name: str, size: int, limits: Limits) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: {size:,} bytes, more than the limit of {limits.file_bytes:,}",
                              f"{name}：文件大小 {size:,} 字节，超过上限 {limits.file_bytes:,} 字节")


def _read_text(data: bytes, name: str, limits: Limits) -> Document:
    """TXT and MD, which differ in their marks only; decoding needs no child."""
    text, encoding = decode(data, name)
    if len(text) > limits.characters:
        raise UnreadableDocument(f"{name}: {len(text):,} characters, more than the limit of {limits.characters:,}",
                                 f"{name}：共 {len(text):,} 字，超过上限 {limits.characters:,} 字")
    document = text_to_document(text, name)
    lost = text.count("\ufffd")
    if lost:
        document = replace(document, warnings=(f"{lost} characters could not be decoded as {encoding} / "
                                               f"有 {lost} 个字符无法按 {encoding} 解码",))
    return document


def _read_in_child(module: str, function: str):
    def read(data: bytes, name: str, limits: Limits) -> Document:
        from importlib import import_module

        reader = getattr(import_module(f"analyzer.ingest.{module}"), function)
        return describe(run_limited(reader, data, name, limits, name=name, limits=limits))
    return read


def _read_paged(module: str, function: str):
    """PDF and pictures: these readers run their own children, page by page."""
    def read(data: bytes, name: str, limits: Limits) -> Document:
        from importlib import import_module

        return describe(getattr(import_module(f"analyzer.ingest.{module}"), function)(data, name, limits=limits))
    return read


_READERS = {"txt": _read_text, "html": _read_in_child("html", "read_html"),
            "mhtml": _read_in_child("html", "read_mhtml"), "docx": _read_in_child("docx", "read_docx"),
            "doc": _read_in_child("doc", "read_doc"), "xls": _read_in_child("sheet", "read_sheet"),
            "xlsx": _read_in_child("sheet", "read_sheet"), "ofd": _read_in_child("ofd", "read_ofd"),
            "pdf": _read_paged("pdf", "read_pdf"), "image": _read_paged("ocr", "read_image")}
