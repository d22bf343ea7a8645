"""Small office files made in memory: DOCX and OFD from their XML, XLSX by XlsxWriter."""

from __future__ import annotations

import io
import pathlib
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MORE = (f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"')
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DATA = pathlib.Path(__file__).parent / "data"
OFD_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def pack(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as package:
        for path, content in parts.items():
            package.writestr(path, content)
    return buffer.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A DOCX whose document.xml has this body; `styles`, `numbering`, `footnotes`, `header` are the XML of these parts."""
    relations = "".join(f'<Relationship Id="r{n}" Type="{RELATION}/{kind}" Target="{kind}.xml"/>' for n, kind in enumerate(parts))
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{RELATION}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document {MORE}><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
    }
    for kind, xml in parts.items():
        files[f"word/{kind}.xml"] = xml
    return pack(files)


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"


def listed(text: str, depth: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def numbering(*levels: tuple[str, str], lists: int = 1, override: str = "") -> str:
    """numbering.xml with one abstract list of (format, text) levels and `lists` lists of it."""
    described = "".join(f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
                        for depth, (form, text) in enumerate(levels))
    nums = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/>{override if n > 1 else ""}</w:num>' for n in range(1, lists + 1))
    return f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{described}</w:abstractNum>{nums}</w:numbering>'


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def xlsx(fill) -> bytes:
    """An XLSX that `fill(workbook)` writes into."""
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return buffer.getvalue()


def ofd(*pages: str, resources: str = "", extra: dict[str, str | bytes] | None = None) -> bytes:
    """An OFD of A4 pages, each given as the XML of its layer."""
    listed_pages = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    files: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD {OFD_SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document {OFD_SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>'
                              f"</ofd:PageArea><ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
                              f"<ofd:Pages>{listed_pages}</ofd:Pages></ofd:Document>",
        "Doc_0/Res.xml": f"<ofd:Res {OFD_SPACE}>{resources}</ofd:Res>",
    }
    for n, layer in enumerate(pages):
        files[f"Doc_0/Pages/Page_{n}/Content.xml"] = f'<ofd:Page {OFD_SPACE}><ofd:Content><ofd:Layer ID="9">{layer}</ofd:Layer></ofd:Content></ofd:Page>'
    return pack(files | (extra or {}))


def ofd_text(text: str, x: float, y: float, size: float = 5.6, matrix: str = "") -> str:
    """A line of text whose left top corner is at x, y in millimetres."""
    steps = f"g {len(text) - 1} {size}" if len(text) > 1 else ""
    ctm = f"CTM='{matrix}'" if matrix else ""
    return (f'<ofd:TextObject ID="1" Boundary="{x} {y} {size * len(text)} {size}" Size="{size}" {ctm}>'
            f'<ofd:TextCode X="0" Y="{size * 0.86}" DeltaX="{steps}">{text}</ofd:TextCode></ofd:TextObject>')
