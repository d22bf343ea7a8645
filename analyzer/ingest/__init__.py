"""Files → Documents: one reader a format, chosen by what the file holds, never by its name."""

from __future__ import annotations

import hashlib
import importlib
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from analyzer.errors import UnreadableDocument
from analyzer.ingest import refusals
from analyzer.ingest.delimited import commas_to_blocks
from analyzer.ingest.markdown import IS_MARKDOWN, markdown_to_blocks
from analyzer.ingest.metadata import describe
from analyzer.ingest.plain import decode, text_to_blocks
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits, run_limited
from analyzer.records import Document

URL = re.compile(r"https?://", re.IGNORECASE)
OTHER_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # of two letters at least: C:/ is a drive
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
SMALL_TEXT = 512 * 1024  # bytes, of which no reading takes long or much memory
MOST_DIRECTORY = 16 * 1024 * 1024  # bytes of names: listing more of them is no longer cheap
LEAST_ENTRY = 46  # bytes of one part in the directory
FOREIGN = ((b"Rar!", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gzip"), (b"{\\rtf", "RTF"), (b"MZ", "EXE"),
           (b"\x7fELF", "ELF"), (b"SQLite format 3", "SQLite"), (b"PAR1", "Parquet"), (b"BZh", "bzip2"),
           (b"\xfd7zXZ", "xz"), (b"%!PS", "PostScript"), (b"CAJ", "CAJ"), (b"HN\x00", "CAJ"))
HTML_START = re.compile(rb"\s*+(?:<\?xml[^>]*>\s*+)?(?>(?:<!--(?>.*?-->)\s*+)*)<(?:!doctype\s+html|html|head|body|meta|div|table|script)\b",
                        re.IGNORECASE | re.DOTALL)  # comments are taken whole: a hundred of them can be parted in 2^100 ways


def read_document(path: str | Path, *, limits: Limits = DEFAULT_LIMITS, allow_private: bool = False,
                  accessed: str | None = None) -> Document:
    """The file or the page at a URL as a Document; `accessed` is the date (ISO) to cite a URL with.

    Raises UnsupportedFormat or UnreadableDocument, naming the file.
    """
    if URL.match(str(path)):
        from analyzer.ingest.links import fetch

        data, name, url = fetch(str(path), allow_private=allow_private, limits=limits)
        return replace(read_bytes(data, name, limits=limits), url=url, accessed=accessed)
    given, path = str(path), Path(path)
    if OTHER_ADDRESS.match(given):
        raise UnreadableDocument(f"{given}: only http:// and https:// addresses can be read; give a file by its path",
                                 f"{given}：只能读取 http:// 或 https:// 网址；文件请直接给出路径")
    try:
        if path.is_dir():
            raise UnreadableDocument(f"{path}: is a folder, not a file; name the files in it", f"{path}：是文件夹，不是文件；请给出其中的文件")
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise refusals.too_large(given, size, limits.file_bytes)
        with path.open("rb") as opened:
            data = opened.read(limits.file_bytes + 1)  # a device has no size, and no end
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise UnreadableDocument(f"{path}: no such file; check the path", f"{path}：文件不存在，请检查路径") from error
        why = getattr(error, "strerror", None) or error
        raise UnreadableDocument(f"{path}: cannot be read ({why}); check the path and your rights", f"{path}：无法读取（{why}）；请检查路径和权限") from error
    return replace(read_bytes(data, given, limits=limits), name=path.name)


def read_bytes(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The content of a file as a Document; `name` is only for messages and for telling MD from TXT."""
    if len(data) > limits.file_bytes:
        raise refusals.too_large(name, len(data), limits.file_bytes)
    if not data.strip(b"\x00 \t\r\n\f\xef\xbb\xbf\xff\xfe"):
        raise refusals.empty(name)
    kind = sniff(data, name)
    if kind == "txt" and len(data) <= SMALL_TEXT:
        document = parse_bytes(data, name, kind, limits)
    else:
        document = run_limited(parse_bytes, data, name, kind, limits, name=name, limits=limits)
    if not document.text.strip():
        raise refusals.no_text(name, document.warnings)
    return replace(document, name=name, sha256=hashlib.sha256(data).hexdigest())


def parse_bytes(data: bytes, name: str, kind: str, limits: Limits) -> Document:
    """`read_bytes` of a known format in this very process."""
    if kind == "txt":
        document = _read_text(data, name, limits)
    else:
        module, function = READERS[kind]
        document = describe(getattr(importlib.import_module(f"analyzer.ingest.{module}"), function)(data, name, limits))
    pieces = sum(1 + len(block.cells) for block in document.blocks)
    if pieces > limits.pieces:
        raise refusals.too_many_pieces(name, pieces, limits.pieces)
    return document


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
            raise refusals.unsupported(name, kind)
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
        raise refusals.bomb(name, directory, directory // LEAST_ENTRY)
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise refusals.broken(name, f"a truncated Office, OFD or ZIP file? {error}") from error
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"), ("xl/workbook.bin", "xlsx")):
        if part in names or part.replace("/", "\\") in names:
            return kind
    if "[Content_Types].xml" in names and any(part.startswith("word/") for part in names):
        return "docx"
    if "content.xml" in names:
        raise refusals.unsupported(name, "OpenDocument")
    if any(part.startswith("ppt/") for part in names):
        raise refusals.unsupported(name, "PowerPoint")
    raise refusals.unsupported(name, "ZIP")


def _sniff_ole(data: bytes, name: str) -> str:
    """By the streams that its directory names (UTF-16); an encrypted Office file has EncryptedPackage."""
    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise refusals.encrypted(name)
    if has("WordDocument"):
        return "doc"
    if has("Workbook") or has("Book"):
        return "xls"
    if has("PowerPoint Document"):
        raise refusals.unsupported(name, "PowerPoint")
    raise refusals.no_document_in_ole(name)


def _sniff_xml(data: bytes, name: str) -> str:
    head = data[:4000]
    if b"<html" in head or b"<HTML" in head:
        return "html"
    if b"schemas.microsoft.com/office/word" in head:
        raise refusals.unsupported(name, "Word 2003 XML")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise refusals.unsupported(name, "Excel 2003 XML")
    raise refusals.unsupported(name, "XML")


def _read_text(data: bytes, name: str, limits: Limits) -> Document:
    """TXT and MD, which differ in their marks only."""
    text, encoding = decode(data, name)
    if len(text) > limits.characters:
        raise refusals.too_long(name, limits.characters)
    document = text_to_document(text, name)
    lost = text.count("\ufffd")
    if lost:
        document = replace(document, warnings=(f"{lost} characters could not be decoded as {encoding} / "
                                               f"有 {lost} 个字符无法按 {encoding} 解码",))
    return document


READERS = {"html": ("html", "read_html"), "mhtml": ("html", "read_mhtml"), "docx": ("docx", "read_docx"), "doc": ("doc", "read_doc"),
           "xls": ("sheet", "read_sheet"), "xlsx": ("sheet", "read_sheet"), "ofd": ("ofd", "read_ofd"),
           "pdf": ("pdf", "parse_pdf"), "image": ("ocr", "parse_image")}
