"""Broken and hostile PDFs and pictures, made on the spot: name → bytes. `REFUSED` ones must cost an error."""

from __future__ import annotations

import io
import struct
import zlib


def pdf(*objects: bytes, root: int = 1, header: bytes = b"%PDF-1.7\n", tail: bytes | None = None) -> bytes:
    """A file of numbered objects (from 1) with a right cross-reference table."""
    out = bytearray(header)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += tail or b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(data: bytes, extra: bytes = b"", *, deflate: bool = True) -> bytes:
    if deflate:
        data, extra = zlib.compress(data, 9), extra + b"/Filter/FlateDecode"
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (extra, len(data), data)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
TEXT = b"BT /F 12 Tf 72 700 Td (Hello 1200 tons) Tj ET"


def one_page(content: bytes, resources: bytes = b"<</Font<</F 5 0 R>>>>", *more: bytes, box: bytes = b"[0 0 595 842]",
             page: bytes = b"") -> bytes:
    return pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox%b/Resources%b/Contents 4 0 R%b>>" % (box, resources, page), content, FONT, *more)


def good() -> bytes:
    return one_page(stream(TEXT))


def encrypted() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", ownerPassword="owner", canPrint=0))
    canvas.drawString(72, 700, "secret")
    canvas.save()
    return out.getvalue()


def flate_bomb(times: int = 1) -> bytes:
    """150 MB of zeros, compressed `times` over."""
    data = zlib.compress(b"\x00" * (150 << 20), 9)
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    filters = b"/Filter[%b]" % (b"/FlateDecode" * times)
    return one_page(b"<<%b/Length %d>>\nstream\n%b\nendstream" % (filters, len(data), data))


def many_pages(count: int = 10_000) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    return pdf(CATALOG, b"<</Type/Pages/Kids[%b]/Count %d/MediaBox[0 0 595 842]>>" % (kids, count),
               *[b"<</Type/Page/Parent 2 0 R>>"] * count)


def lying_count() -> bytes:
    return one_page(stream(TEXT)).replace(b"/Count 1", b"/Count 2147483647")


def page_tree_cycle() -> bytes:
    return pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>")


def deep_page_tree(depth: int = 5000) -> bytes:
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth)]
    return pdf(CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 595 842]>>")


def self_form() -> bytes:
    form = stream(b"/X Do " * 50, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X 6 0 R>>>>")
    return one_page(stream(b"/X Do"), b"<</XObject<</X 6 0 R>>/Font<</F 5 0 R>>>>", form)


def form_tree(levels: int = 12, width: int = 10) -> bytes:
    """Forms that draw the next form ten times each: ten to the twelfth objects."""
    forms = [stream(b"/X Do " * width, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X %d 0 R>>>>"
                    % (number + 7)) for number in range(levels)]
    last = stream(TEXT, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>")
    return one_page(stream(b"/X Do"), b"<</XObject<</X 6 0 R>>>>", *forms, last)


def deep_arrays(depth: int = 200_000) -> bytes:
    return pdf(CATALOG + b"", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/X " + b"[" * depth + b"]" * depth + b">>", stream(TEXT))


def deep_states(depth: int = 200_000) -> bytes:
    return one_page(stream(b"q " * depth + TEXT + b" Q" * depth))


def many_lines(count: int = 60_000) -> bytes:
    lines = b" ".join(b"%d 0 m %d 842 l S 0 %d m 595 %d l S" % (n % 595, n % 595, n % 842, n % 842) for n in range(count))
    return one_page(stream(lines))


def dense_grid(count: int = 400) -> bytes:
    lines = b" ".join(b"%.2f 0 m %.2f 842 l S 0 %.2f m 595 %.2f l S" % (n * 1.48, n * 1.48, n * 2.1, n * 2.1) for n in range(count))
    return one_page(stream(lines + b" " + TEXT))


def many_glyphs(count: int = 400_000) -> bytes:
    return one_page(stream(b"BT /F 1 Tf 1 1 Td (" + b"x" * count + b") Tj ET"))


def nul_text() -> bytes:
    return one_page(stream(b"BT /F 12 Tf 72 700 Td (" + b"\\000" * 500 + b"A\\000B) Tj ET"))


def huge_box() -> bytes:
    return one_page(stream(TEXT), box=b"[0 0 1e9 1e9]")


def odd_box(box: bytes) -> bytes:
    return one_page(stream(TEXT), box=box)


def giant_image() -> bytes:
    image = stream(b"\x00" * 1000, b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceGray")
    return one_page(stream(b"595 0 0 842 0 0 cm /X Do"), b"<</XObject<</X 6 0 R>>>>", image)


def bad_xref() -> bytes:
    return good().replace(b"startxref\n", b"startxref\n9999999")


def xref_loop() -> bytes:
    data = good()
    start = data.rindex(b"xref\n0")
    return data.replace(b"trailer\n<<", b"trailer\n<</Prev %d" % start)


def script() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while(true){})>>/Names<</EmbeddedFiles 2 0 R>>>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>", stream(TEXT), FONT)


def png(width: int, height: int, data: bytes = b"", kind: int = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
            + chunk(b"IDAT", data or zlib.compress(b"\x00" * min((width + 1) * height, 1 << 20))) + chunk(b"IEND", b""))


def jpeg(broken: bool) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (200, 200), 255).save(out, "JPEG")
    return out.getvalue()[:300] if broken else out.getvalue()


def tiff_loop() -> bytes:
    """A directory whose next directory is itself."""
    entries = [(256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200), (279, 4, 1, 64)]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 8)
    return (b"II*\x00" + struct.pack("<I", 8) + body).ljust(200, b"\x00") + b"\x00" * 64


REFUSED = {
    "PDF of 0 bytes": lambda: b"",
    "PDF that is blanks": lambda: b"\n \n" * 100,
    "PDF header alone": lambda: b"%PDF-1.7\n",
    "PDF cut after its header": lambda: good()[:40],
    "PDF encrypted with a password": encrypted,
    "PDF of 10,000 pages": many_pages,
    "PDF without pages": lambda: pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"),
    "PDF whose page tree bites its tail": page_tree_cycle,
    "PDF of random bytes behind the header": lambda: b"%PDF-1.4\n" + bytes((n * 7919 + n // 256 * 31) % 256 for n in range(50_000)),
    "PDF without a catalogue": lambda: good().replace(b"/Type/Catalog/Pages", b"/Type/Nothing/Pagez"),
    "PNG of 60,000 × 60,000 pixels": lambda: png(60_000, 60_000),
    "PNG cut in the middle": lambda: png(300, 300)[:60],
    "PNG of no pixels": lambda: png(0, 0),
    "PNG with a broken stream": lambda: png(300, 300, b"\x00" * 500),
    "PNG signature alone": lambda: b"\x89PNG\r\n\x1a\n",
    "JPEG cut in the middle": lambda: jpeg(True),
    "TIFF header alone": lambda: b"II*\x00\x08\x00\x00\x00",
    "TIFF of garbage": lambda: b"MM\x00*" + bytes(range(256)) * 20,
    "GIF header alone": lambda: b"GIF89a",
    "BMP with a lying size": lambda: b"BM" + struct.pack(
        "<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 2_000_000, 2_000_000, 1, 24, 0, 0, 0, 0, 0, 0),
}

SURVIVED = {  # an error or a Document, as it comes, but soon and without harm
    "PDF cut in the middle": lambda: good()[:len(good()) // 2],
    "PDF cut before its cross-references": lambda: good()[:good().rindex(b"xref\n0")],
    "PDF with invalid xref offset": bad_xref,
    "PDF whose xref chain is a ring": xref_loop,
    "PDF behind garbage": lambda: b"garbage\n" * 20 + good(),
    "PDF named .docx inside": good,
    "PDF with a flate bomb for content": flate_bomb,
    "PDF with a bomb in a bomb": lambda: flate_bomb(2),
    "PDF of one page that claims two billion": lying_count,
    "PDF with a page tree 5,000 deep": deep_page_tree,
    "PDF with a form that draws itself": self_form,
    "PDF with forms that draw forms, ten to the twelfth": form_tree,
    "PDF with arrays nested 200,000 deep": deep_arrays,
    "PDF with 200,000 saved states": deep_states,
    "PDF with 120,000 ruling lines": many_lines,
    "PDF with a grid of 160,000 cells": dense_grid,
    "PDF with 400,000 glyphs in one place": many_glyphs,
    "PDF with NUL text": nul_text,
    "PDF with a page of a million kilometres": huge_box,
    "PDF with a page turned inside out": lambda: odd_box(b"[595 842 0 0]"),
    "PDF with a page of no size": lambda: odd_box(b"[0 0 0 0]"),
    "PDF with a page box of letters": lambda: odd_box(b"[/a /b (c) null]"),
    "PDF with a picture of 3.6 gigapixels": giant_image,
    "PDF with a script that never ends": script,
    "PDF with a content stream that is missing": lambda: good().replace(b"/Contents 4 0 R", b"/Contents 99 0 R"),
    "PDF with a wrong stream length": lambda: good().replace(b"/Length", b"/Length 99999999 %"),
    "TIFF whose directory follows itself": tiff_loop,
}
