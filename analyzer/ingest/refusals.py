"""What is said of a file that cannot be read: what was given, why it is not read, and what to do, in both languages."""

from __future__ import annotations

from analyzer.errors import UnreadableDocument, UnsupportedFormat

READABLE = "TXT, MD, DOCX, DOC, PDF, OFD, HTML, XLSX, XLS, CSV, PNG, JPEG, TIFF"
LONGEST_REASON = 200  # of a library's own words


def empty(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: the file is empty; get it again from where it came", f"{name}：文件为空，请重新获取")


def no_text(name: str, warnings: tuple[str, ...] = ()) -> UnreadableDocument:
    told = f" ({'; '.join(warnings)})"[:LONGEST_REASON] if warnings else ""
    return UnreadableDocument(f"{name}: holds no text{told}; open it and look: pictures of text have to be scanned at 200–300 dpi",
                              f"{name}：文件中没有文字{told}；请打开核对，图片中的文字须以 200–300 dpi 扫描")


def encrypted(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: the file is encrypted; save it without a password and try again", f"{name}：文件已加密，请去除密码后另存再试")


def broken(name: str, why: object) -> UnreadableDocument:
    reason = " ".join(str(why).split())[:LONGEST_REASON]
    return UnreadableDocument(f"{name}: the file is damaged or not what it seems ({reason}); open it in its own program and save it anew, or get it again",
                              f"{name}：文件已损坏或内容与格式不符（{reason}）；请用原程序打开后另存，或重新获取")


def unsupported(name: str, kind: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"{name}: {kind} files cannot be read; save it in a format that can: {READABLE}",
                             f"{name}：无法读取 {kind} 文件；请另存为可读取的格式：{READABLE.replace(', ', '、')}")


def no_format(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: neither a known format nor text in UTF-8, GB18030 or Big5; save it in a format that can be read: {READABLE}",
                              f"{name}：不是已知格式，也不是 UTF-8、GB18030 或 Big5 编码的文本；请另存为可读取的格式：{READABLE.replace(', ', '、')}")


def no_document_in_ole(name: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"{name}: an OLE file without a Word or Excel document inside: damaged or of another kind; save it as DOCX or XLSX",
                             f"{name}：OLE 文件中没有 Word 或 Excel 文档：文件已损坏或属于其他类型；请另存为 DOCX 或 XLSX")


def bomb(name: str, size: int, parts: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: unpacks to {size:,} bytes in {parts:,} parts and looks like a ZIP bomb; if you trust it, split it and save it anew",
                              f"{name}：解压后 {size:,} 字节、{parts:,} 个部件，疑似压缩炸弹；若来源可信，请拆分后另存")


def declares_dtd(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: declares a DTD, which no genuine file does, and is refused; open it in its own program and save it anew",
                              f"{name}：文件含有 DTD 声明（正常文件不应出现），拒绝读取；请用原程序打开后另存")


def too_large(name: str, size: int, most: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: {size:,} bytes, more than the limit of {most:,}; split it",
                              f"{name}：文件大小 {size:,} 字节，超过上限 {most:,} 字节；请拆分")


def too_long(name: str, most: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: more than {most:,} characters; split it", f"{name}：超过 {most:,} 字；请拆分")


def too_many_pages(name: str, pages: int, most: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: {pages:,} pages, at most {most:,} are read; split it", f"{name}：共 {pages:,} 页，最多读取 {most:,} 页；请拆分")


def too_many_cells(name: str, cells: int, most: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: spans {cells:,} cells, more than the limit of {most:,}; delete empty rows and columns, or split it",
                              f"{name}：单元格范围 {cells:,} 个，超过上限 {most:,} 个；请删除空行空列或拆分")


def too_many_pieces(name: str, pieces: int, most: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: {pieces:,} paragraphs and cells, more than the limit of {most:,}; split it",
                              f"{name}：共 {pieces:,} 个段落和单元格，超过上限 {most:,} 个；请拆分")


def too_deep(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: its content is nested too deeply to be read; save it as plain text or PDF",
                              f"{name}：内容嵌套过深，无法读取；请另存为纯文本或 PDF")


def took_too_long(name: str, seconds: float) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: took longer than {seconds:g} s and was stopped; split it, or raise the limit",
                              f"{name}：处理超过 {seconds:g} 秒，已停止；请拆分文件或提高时间上限")


def too_much_memory(name: str, megabytes: int) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: needs more than {megabytes} MB of memory; it is too large or hostile: split it, or leave it out",
                              f"{name}：所需内存超过 {megabytes} MB，文件过大或含恶意内容；请拆分或不要导入")


def too_much_content(name: str) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: holds more content than allowed and was given up; split it", f"{name}：内容超过上限，已放弃；请拆分")


def crashed(name: str, code: int | None) -> UnreadableDocument:
    return UnreadableDocument(f"{name}: the reader crashed on this file (exit code {code}); it is broken or hostile: open it in its own program and "
                              "save it anew, or leave it out",
                              f"{name}：读取程序在处理该文件时崩溃（退出码 {code}），文件已损坏或含恶意内容；请用原程序打开后另存，或不要导入")


def defect(name: str, why: object) -> UnreadableDocument:
    reason = " ".join(str(why).split())[:LONGEST_REASON]
    return UnreadableDocument(f"{name}: the analysis failed ({reason}), which is a fault of the program; leave it out, and report this",
                              f"{name}：分析失败（{reason}），属程序缺陷；请先跳过该文件，并反馈此问题")


def killed(name: str) -> UnreadableDocument:
    """The child was ended from outside: by a person, or by a system that ran out of memory."""
    return UnreadableDocument(f"{name}: the process that worked on it was killed from outside, as a system does that runs out of memory; try it again",
                              f"{name}：处理该文件的进程被系统或他人终止（常因内存不足）；请重试")
