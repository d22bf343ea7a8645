"""Hostile and broken office files, pages and texts: each row makes one and says what its error must name (None: it is read)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from office_samples import DATA, W, docx, ofd, ofd_text, p, pack, table, xlsx

BOMB = b"0" * (30 * 1024 * 1024)
ENTITIES = '<!DOCTYPE a [<!ENTITY x0 "ha">' + "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@dataclass(frozen=True)
class Hostile:
    """`make` gives the bytes; `word` must stand in the English message, or is None for a file that is to be read."""

    name: str
    make: Callable[[], bytes]
    word: str | None
    why: str


def with_parts(data: bytes, **parts: bytes | str) -> bytes:
    """A package with parts replaced (`__` for / and `_` for .)."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        files: dict[str, bytes | str] = {name: package.read(name) for name in package.namelist()}
    return pack(files | parts)


def replaced(data: bytes, path: str, content: bytes | str) -> bytes:
    return with_parts(data, **{path: content})


def encrypted_flag(data: bytes) -> bytes:
    """Every entry of a ZIP marked as encrypted."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def ole_of(stream: str) -> bytes:
    """The first sectors of a compound file whose directory names a stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + stream.encode("utf-16-le") + b"\x00" * 1024


def lying_size(data: bytes) -> bytes:
    """A ZIP whose directory says that its parts are tiny."""
    changed = bytearray(data)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", changed, at + 24, 10)
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def plan_doc() -> bytes:
    return (DATA / "plan.doc").read_bytes()


def broken_pieces() -> bytes:
    """A DOC whose piece table is said to lie far outside of its stream."""
    data = bytearray(plan_doc())
    struct.pack_into("<II", data, data.index(b"\xec\xa5") + 0x1A2, 0x7FFFFFF0, 0x7FFFFFFF)
    return bytes(data)


def simple_xlsx() -> bytes:
    return xlsx(lambda workbook: workbook.add_worksheet().write_row(0, 0, ["任务", "单位"]))


def sheet_xml(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return replaced(simple_xlsx(), "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>')


def nested_html(depth: int, tag: str = "div") -> bytes:
    return ("<html><body>" + f"<{tag}>" * depth + "文字在最里面" + f"</{tag}>" * depth + "</body></html>").encode()


def overlapping(count: int = 1_000, size: int = 900_000) -> bytes:
    """A ZIP whose directory names one packed part a thousand times: small on disk, a gigabyte unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, crc = packer.compress(b" " * size) + packer.flush(), zlib.crc32(b" " * size)
    common = struct.pack("<HHHIII", 8, 0, 0, crc, len(body), size)
    name = b"word/document.xml"
    local = b"PK\x03\x04" + struct.pack("<HH", 20, 0) + common + struct.pack("<HH", len(name), 0) + name + body
    names = [name, *(b"word/%06d.xml" % number for number in range(1, count))]
    directory = b"".join(b"PK\x01\x02" + struct.pack("<HHH", 20, 20, 0) + common + struct.pack("<HHHHHII", len(each), 0, 0, 0, 0, 0, 0) + each
                         for each in names)
    return local + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)


def column(number: int) -> str:
    """The letters of a column from 0: A, …, Z, AA."""
    letters = ""
    number += 1
    while number:
        number, last = divmod(number - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def overlapping_merges(count: int = 300) -> bytes:
    """Hundreds of merged ranges over the same cells."""
    rows = "".join(f'<row r="{row}">' + "".join(f'<c r="{column(at)}{row}"><v>{row}</v></c>' for at in range(100)) + "</row>" for row in range(1, 41))
    merges = "".join(f'<mergeCell ref="{column(at % 90)}{at // 90 + 1}:CV40"/>' for at in range(count))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return replaced(simple_xlsx(), "xl/worksheets/sheet1.xml",
                    f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells></worksheet>')


HOSTILE = [
    Hostile("empty.docx", lambda: b"", "empty", "0 bytes"),
    Hostile("blank.txt", lambda: b" \r\n\t\r\n", "empty", "only blanks"),
    Hostile("zeros.txt", lambda: b"\x00" * 5000, "empty", "only NULs"),
    Hostile("truncated.docx", lambda: docx(p("文字")) [:300], "damaged", "cut off before its directory"),
    Hostile("truncated.xlsx", lambda: simple_xlsx()[:-400], "damaged", "cut off within its directory"),
    Hostile("truncated.ofd", lambda: ofd(ofd_text("文字", 30, 40))[:200], "damaged", "cut off"),
    Hostile("truncated.doc", lambda: plan_doc()[:3000], "damaged", "sectors missing"),
    Hostile("half.doc", lambda: plan_doc()[: len(plan_doc()) // 2], "damaged", "half of a compound file"),
    Hostile("pieces.doc", broken_pieces, "damaged", "piece table outside of the file"),
    Hostile("bomb.docx", lambda: replaced(docx(p("文字")), "word/document.xml", BOMB), "bomb", "one part packed 1000 : 1"),
    Hostile("bomb.xlsx", lambda: replaced(simple_xlsx(), "xl/sharedStrings.xml", BOMB), "bomb", "shared strings packed 1000 : 1"),
    Hostile("bomb.ofd", lambda: replaced(ofd(ofd_text("文字", 30, 40)), "Doc_0/Pages/Page_0/Content.xml", BOMB), "bomb", "a page packed 1000 : 1"),
    Hostile("many.docx", lambda: pack({"word/document.xml": "<a/>"} | {f"x{n}": "" for n in range(20_100)}, zipfile.ZIP_STORED), "bomb",
            "twenty thousand parts"),
    Hostile("names.docx", lambda: b"PK\x03\x04" + b"\0" * 60 + b"PK\x05\x06" + b"\0" * 8 + (200_000_000).to_bytes(4, "little") + b"\0" * 6, "bomb",
            "a directory of two hundred million bytes"),
    Hostile("lying.docx", lambda: lying_size(docx(p("文字" * 500))), "damaged", "the directory says 10 bytes"),
    Hostile("xxe.docx", lambda: replaced(docx(""), "word/document.xml", f"{XXE}<a>&x;</a>"), "DTD", "a file drawn in as an entity"),
    Hostile("laughs.docx", lambda: replaced(docx(""), "word/document.xml", f"{ENTITIES}<a>&x11;</a>"), "DTD", "a billion laughs"),
    Hostile("laughs.xlsx", lambda: replaced(simple_xlsx(), "xl/sharedStrings.xml", f"{ENTITIES}<sst><si><t>&x11;</t></si></sst>"), "DTD",
            "a billion laughs in the strings"),
    Hostile("xxe.ofd", lambda: replaced(ofd(ofd_text("文字", 30, 40)), "OFD.xml", f"{XXE}<a>&x;</a>"), "DTD", "an entity in an OFD"),
    Hostile("xxe16.docx", lambda: replaced(docx(""), "word/document.xml", f"\ufeff{XXE}<a>&x;</a>".encode("utf-16-le")), "DTD", "hidden in UTF-16"),
    Hostile("deep.docx", lambda: docx("<w:sdt><w:sdtContent>" * 3000 + p("文字") + "</w:sdtContent></w:sdt>" * 3000), "damaged", "3000 controls deep"),
    Hostile("tables.docx", lambda: docx("<w:tbl><w:tr><w:tc>" * 80 + p("文字") + "</w:tc></w:tr></w:tbl>" * 80), None, "80 frames deep: legal"),
    Hostile("spans.docx", lambda: docx(table('<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>' + p("甲") + "</w:tc><w:tc>" + p("乙") + "</w:tc>")),
            None, "a span of a thousand million columns"),
    Hostile("nobody.docx", lambda: replaced(docx(""), "word/document.xml", f"<w:document {W}/>"), "damaged", "no body"),
    Hostile("notext.docx", lambda: docx("<w:p/>"), "no text", "an empty page"),
    Hostile("notxml.docx", lambda: replaced(docx(""), "word/document.xml", b"\x00\x01\x02 not xml"), "damaged", "no XML inside"),
    Hostile("cyclic.docx", lambda: docx(p("循环样式", '<w:pStyle w:val="a"/>'), styles=(
        f'<w:styles {W}><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>')),
        None, "styles based on each other"),
    Hostile("escape.docx", lambda: pack({"[Content_Types].xml": "<a/>", "../../etc/passwd": "x", "word/document.xml": "<a/>"}), "damaged",
            "a path out of the package"),
    Hostile("password.docx", lambda: ole_of("EncryptedPackage"), "encrypted", "Office's own encryption"),
    Hostile("zipcrypt.docx", lambda: encrypted_flag(docx(p("文字"))), "encrypted", "ZIP's encryption"),
    Hostile("zipcrypt.xlsx", lambda: encrypted_flag(simple_xlsx()), "encrypted", "ZIP's encryption"),
    Hostile("slides.pptx", lambda: pack({"[Content_Types].xml": "<a/>", "ppt/presentation.xml": "<a/>"}), "PowerPoint", "slides"),
    Hostile("slides.ppt", lambda: ole_of("PowerPoint Document"), "PowerPoint", "old slides"),
    Hostile("plain.zip", lambda: pack({"a.txt": "文字"}), "ZIP", "a ZIP of texts"),
    Hostile("open.odt", lambda: pack({"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument", "another office's format"),
    Hostile("pack.rar", lambda: b"Rar!\x1a\x07\x01\x00" + b"\x00" * 50, "RAR", "another packer"),
    Hostile("letter.rtf", lambda: b"{\\rtf1\\ansi hello}", "RTF", "a format that no reader knows"),
    Hostile("program.doc", lambda: b"MZ\x90\x00" + b"\x00" * 200, "EXE", "a program called .doc"),
    Hostile("noise.docx", lambda: bytes((n * 7919 + n // 251) % 256 for n in range(40_000)), "neither", "noise called .docx"),
    Hostile("ole.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000, "OLE", "a compound file of nothing"),
    Hostile("wide.xlsx", lambda: sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "cells",
            "seventeen thousand million cells between two"),
    Hostile("broken.xlsx", lambda: sheet_xml('<row r="1"><c r="A1"><v>1</v>'), "damaged", "a sheet that ends in mid-cell"),
    Hostile("nosheet.xlsx", lambda: replaced(simple_xlsx(), "xl/workbook.xml", "<workbook/>"), "no text", "a workbook without sheets"),
    Hostile("nopages.ofd", lambda: ofd(), "damaged", "no pages"),
    Hostile("missing.ofd", lambda: pack({"OFD.xml": "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>"}), "damaged",
            "its document is missing"),
    Hostile("steps.ofd", lambda: ofd(ofd_text("文字", 30, 40).replace("g 1 5.6", "g 999999999 5.6")), None, "a thousand million steps for two letters"),
    Hostile("deep.html", lambda: nested_html(200_000), "deeply", "two hundred thousand divs"),
    Hostile("tables.html", lambda: nested_html(5_000, "table"), "deeply", "five thousand tables"),
    Hostile("unclosed.html", lambda: b"<html><body>" + "<font><p>改造小区120个。".encode() * 900, None, "tags that nobody closed"),
    Hostile("spans.html", lambda: ("<html><body><table>" + '<tr><td colspan="99999999" rowspan="99999999">甲</td><td>乙</td></tr>' * 60 +
                                   "</table></body></html>").encode(), None, "spans of a hundred million"),
    Hostile("blanks.html", lambda: ("<p>改造" + "\n" * 200_000 + "x小区" + "<div> </div>" * 20_000 + "</p>").encode(), None,
            "runs of blanks and of empty blocks"),
    Hostile("bare.html", lambda: b"<html><head><title></title></head><body></body></html>", "no text", "a page of nothing"),
    Hostile("wrong.pdf", lambda: docx(p("改造小区120个。")), None, "a DOCX called .pdf is read as what it is"),
    Hostile("wrong.docx", lambda: "改造小区120个。".encode("gb18030"), None, "a text called .docx is read as what it is"),
    Hostile("line.txt", lambda: ("改造小区120个，" * 60_000).encode(), None, "half a million characters in one line"),
    Hostile("blanks.txt", lambda: ("改造" + " " * 300_000 + "小区\n" + "\t" * 300_000 + "\n" + "\u3000" * 100_000 + "120个。").encode(), None,
            "runs of blanks, on which careless patterns take minutes"),
    Hostile("heads.txt", lambda: ("序号\n任务\n" * 4_000).encode(), None, "the head of a table again and again"),
    Hostile("numbers.txt", lambda: "".join(f"{number}\n" for number in range(10_000)).encode(), None, "row numbers without rows"),
    Hostile("cut.txt", lambda: "改造小区120个。".encode()[:-1], None, "cut within a character"),
    Hostile("overlap.docx", overlapping, "bomb", "parts of a ZIP that lie over each other"),
    Hostile("late.docx", lambda: replaced(docx(""), "word/document.xml", f"<!--{' ' * 150_000}-->{XXE}<a>&x;</a>"), "DTD",
            "an entity behind a long comment"),
    Hostile("drawn.docx", lambda: with_parts(docx(p("改造小区120个。")), **{"word/_rels/document.xml.rels": (
        '<Relationships><Relationship Id="a" Type="x/header" Target="../../../../etc/passwd"/>'
        '<Relationship Id="b" Type="x/attachedTemplate" Target="http://127.0.0.1:9/a.dotm" TargetMode="External"/></Relationships>')}), None,
        "parts outside of the package and templates from elsewhere"),
    Hostile("include.docx", lambda: replaced(docx(""), "word/document.xml", (
        f'<w:document {W} xmlns:xi="http://www.w3.org/2001/XInclude"><w:body><w:p><w:r><w:t><xi:include href="file:///etc/passwd" parse="text"/>'
        "</w:t></w:r></w:p></w:body></w:document>")), "no text", "a file drawn in by XInclude"),
    Hostile("outside.ofd", lambda: pack({"OFD.xml": "<OFD><DocBody><DocRoot>../../../../etc/passwd</DocRoot></DocBody></OFD>"}), "damaged",
            "a document outside of the package"),
    Hostile("merged.xlsx", overlapping_merges, None, "merged ranges that overlap"),
    Hostile("columns.xlsx", lambda: sheet_xml('<row r="1">' + "".join(f'<c r="{column(at)}1"><v>7</v></c>' for at in range(16_384)) + "</row>"), None,
            "all columns that a sheet can have"),
    Hostile("comments.html", lambda: b"<!-- x -->" * 400 + "<p>改造小区120个。</p>".encode(), None, "comments that can be parted in 2^400 ways"),
    Hostile("opened.html", lambda: b"<html><body>" + b"<b>" * 300_000 + "改造小区120个。".encode(), "deeply", "a third of a million tags that nobody closed"),
    Hostile("references.html", lambda: "<html><body>改造小区120个。&#xD800;&#0;&#x110000;&#xFFFF;</body></html>".encode(), None, "references to no character"),
    Hostile("archive.mht", lambda: b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n' + (
        b'--b\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n') * 1_000, "damaged", "a web archive in itself, a thousand times"),
    Hostile("long.txt", lambda: b"a" * 6_000_000, "characters", "one line that is longer than any book"),
    Hostile("nul.txt", lambda: ("改造小区120个。" * 20 + "\x00").encode() * 50, None, "NULs between sentences"),
    Hostile("turned.txt", lambda: "改造\u202e小区120个\u202c，新建\ufeff公园3\u200b0座。".encode(), None, "marks that turn the direction"),
]
