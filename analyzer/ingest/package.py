"""Opens ZIP packages (DOCX, XLSX, OFD) and parses their XML without trusting either."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib

from lxml import etree

from analyzer.ingest.refusals import bomb, broken, declares_dtd, encrypted
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits

SMALL_PART = 8 * 1024 * 1024  # a part up to this size may be packed as tightly as it likes: a large form of empty cells is
MOST_PARTS = 20_000


class Package:
    """The parts of a ZIP file; sizes are checked before anything is unpacked."""

    def __init__(self, data: bytes, name: str, limits: Limits = DEFAULT_LIMITS):
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise broken(name, error) from error
        if any(info.flag_bits & 1 for info in infos):
            raise encrypted(name)
        total = sum(info.file_size for info in infos)
        tight = any(info.file_size > SMALL_PART and info.file_size > limits.zip_ratio * max(1, info.compress_size)
                    for info in infos)
        if len(infos) > MOST_PARTS or total > limits.zip_bytes or tight:
            raise bomb(name, total, len(infos))
        self._infos = {info.filename.replace("\\", "/").lstrip("/"): info for info in infos}
        self._lower = {path.lower(): path for path in self._infos}

    def parts(self) -> list[str]:
        return list(self._infos)

    def has(self, path: str) -> bool:
        return path.lstrip("/").lower() in self._lower

    def read(self, path: str) -> bytes:
        """The content of a part. Raises UnreadableDocument if it is missing or damaged."""
        found = self._lower.get(path.lstrip("/").lower())
        if found is None:
            raise broken(self.name, f"no part {path}")
        info = self._infos[found]
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise broken(self.name, f"{path}: {error}") from error
        if len(data) > info.file_size:
            raise broken(self.name, f"{path}: larger than its directory says")
        return data

    def xml(self, path: str) -> etree._Element:
        return parse_xml(self.read(path), self.name)

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Relation id → (last word of its type, part path) of the part at `path` ("" for the package)."""
        folder, file = posixpath.split(path)
        rels = posixpath.join(folder, "_rels", file + ".rels")
        if not self.has(rels):
            return {}
        found: dict[str, tuple[str, str]] = {}
        for relation in self.xml(rels):
            if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "").replace("\\", "/")
            joined = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], joined)
        return found


def refuse_dtd(data: bytes, name: str) -> None:
    """Raises UnreadableDocument if the XML declares a DTD: entities, and files or addresses drawn in by them."""
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", data[:100_000], re.IGNORECASE) or \
            re.search("<!(DOCTYPE|ENTITY)".encode("utf-16-le"), data[:100_000]):
        raise declares_dtd(name)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root element. Raises UnreadableDocument for what is no XML, too deep, or declares a DTD (entities, XXE)."""
    refuse_dtd(data, name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
                             remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(name, error) from error
    if root is None:
        raise broken(name, "no XML")
    if root.getroottree().docinfo.doctype:
        raise declares_dtd(name)
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace (transitional and strict files differ in namespaces only)."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of a name, and so on down the path."""
    for step in path:
        if element is None:
            return None
        element = next((each for each in element if local(each) == step), None)
    return element


def attribute(element: etree._Element | None, name: str, default: str | None = None) -> str | None:
    """An attribute by its name without namespace."""
    if element is None:
        return default
    for key, value in element.attrib.items():
        if str(key).rsplit("}", 1)[-1] == name:
            return str(value)
    return default


def whole_number(text: str | None, default: int = 0) -> int:
    """What an attribute counts; `default` for anything but one to nine digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
