"""Fetches a public page or file: every address is checked before it is connected to, also behind redirects."""

from __future__ import annotations

import email.message
import http.client
import ipaddress
import os
import re
import socket
import ssl
import time
import zlib
from contextlib import closing
from urllib.parse import quote, unquote, urljoin, urlsplit

from analyzer.errors import UnreadableDocument
from analyzer.ingest.sandbox import DEFAULT_LIMITS, Limits

ALLOW_PRIVATE = "POLICY_ANALYZER_ALLOW_PRIVATE"
MOST_REDIRECTS = 5
CONNECT_SECONDS, IDLE_SECONDS, TOTAL_SECONDS = 10.0, 20.0, 90.0
CHUNK = 64 * 1024
REDIRECTS = (301, 302, 303, 307, 308)
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; policy-analyzer)", "Accept": "*/*", "Accept-Encoding": "identity",
           "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5", "Connection": "close"}
FOREIGN = ("audio/", "video/", "font/", "application/javascript", "text/css")
# Prefixes of IPv6 that carry an IPv4 address: NAT64, 6to4.
NAT64, SIX_TO_FOUR = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16")


def fetch(url: str, *, allow_private: bool = False, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, str, str]:
    """The content of an http(s) URL, a file name for it, and the URL that it came from in the end.

    Addresses inside a private network are refused unless `allow_private` or the environment says otherwise
    (POLICY_ANALYZER_ALLOW_PRIVATE=1, for an intranet and for tests against a server of one's own).

    Raises UnreadableDocument, naming the URL: not public, unreachable, too slow, too large, or refused by the server.
    """
    allow_private = allow_private or os.environ.get(ALLOW_PRIVATE) == "1"
    deadline = time.monotonic() + TOTAL_SECONDS
    current = url.strip()
    for _ in range(MOST_REDIRECTS + 1):
        parts = _check_url(current)
        connection = _connect(parts.scheme, parts.hostname or "", parts.port, current, allow_private)
        with closing(connection):
            try:
                target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + ("?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
                                                                                 if parts.query else "")
                connection.request("GET", target, headers=HEADERS)
                response = connection.getresponse()
                if response.status in REDIRECTS and response.headers.get("Location"):
                    current = urljoin(current, response.headers["Location"])
                    continue
                _check_answer(response, current, limits)
                return _read(response, connection, current, limits, deadline), _name(response, current), current
            except (TimeoutError, OSError, http.client.HTTPException, zlib.error) as error:
                raise _failed(current, error) from error
    raise UnreadableDocument(f"{url}: more than {MOST_REDIRECTS} redirects; save the page and give the file",
                             f"{url}：重定向超过 {MOST_REDIRECTS} 次；请保存网页后读取文件")


def _check_url(url: str):
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnreadableDocument(f"{url}: not a valid address ({error}); check it", f"{url}：网址无效（{error}），请检查") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username is not None or port == 0:
        raise UnreadableDocument(f"{url}: only http:// and https:// addresses of public sites can be read; give a file by its path",
                                 f"{url}：只能读取公开网站的 http:// 或 https:// 网址；文件请直接给出路径")
    return parts


def _connect(scheme: str, host: str, port: int | None, url: str, allow_private: bool) -> http.client.HTTPConnection:
    """A connection to an address that was looked up once and checked, so that no second look-up can change it."""
    secure = scheme.lower() == "https"
    port = port or (443 if secure else 80)
    try:
        ascii_host = host.encode("idna").decode("ascii") if not host.isascii() else host
        found = socket.getaddrinfo(ascii_host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableDocument(f"{url}: no site of that name was found; check the address", f"{url}：找不到该网站，请检查网址") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise UnreadableDocument(f"{url}: is an address inside a private network or of this machine, and is not read; save the page and give the file",
                                 f"{url}：指向内部网络或本机地址，不予读取；请保存网页后读取文件")
    last: OSError | None = None
    for address in addresses[:4]:
        try:
            plain = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
        except OSError as error:
            last = error
            continue
        try:
            sock = ssl.create_default_context().wrap_socket(plain, server_hostname=ascii_host) if secure else plain
        except (OSError, ssl.SSLError, ValueError) as error:
            plain.close()
            raise _failed(url, error) from error
        sock.settimeout(IDLE_SECONDS)
        connection = (http.client.HTTPSConnection if secure else http.client.HTTPConnection)(ascii_host, port, timeout=IDLE_SECONDS)
        connection.sock = sock
        return connection
    raise _failed(url, last or OSError("no address"))


def is_public(address: str) -> bool:
    """Whether an IP address is reachable by anyone: not private, loopback, link-local, multicast, reserved or a disguise of one."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return is_public(str(parsed.ipv4_mapped))
        if parsed in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
        if parsed in SIX_TO_FOUR:
            return is_public(str(ipaddress.IPv4Address((int(parsed) >> 80) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved and not parsed.is_unspecified


def _check_answer(response: http.client.HTTPResponse, url: str, limits: Limits) -> None:
    if response.status != 200:
        raise UnreadableDocument(f"{url}: the site answered {response.status} {response.reason}; check the address, or give the saved page",
                                 f"{url}：网站返回 {response.status} {response.reason}；请检查网址，或保存网页后读取文件")
    kind = (response.headers.get("Content-Type") or "").lower()
    if kind.startswith(FOREIGN):
        raise UnreadableDocument(f"{url}: holds {kind}, not a document; check the address", f"{url}：内容类型为 {kind}，不是文档，请检查网址")
    length = response.headers.get("Content-Length") or ""
    if length.isdigit() and int(length) > limits.file_bytes:
        raise _too_large(url, limits)


def _read(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, url: str, limits: Limits,
          deadline: float) -> bytes:
    """The body, unpacked where the server packed it all the same; stops at the size and time limits."""
    coding = (response.headers.get("Content-Encoding") or "").strip().lower()
    unpack = zlib.decompressobj(47 if coding in ("gzip", "x-gzip") else 15) if coding in ("gzip", "x-gzip", "deflate") else None
    pieces: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise UnreadableDocument(f"{url}: took longer than {TOTAL_SECONDS:g} s; try again later", f"{url}：下载超过 {TOTAL_SECONDS:g} 秒，请稍后重试")
        if connection.sock is not None:
            connection.sock.settimeout(min(IDLE_SECONDS, left))
        piece = response.read1(CHUNK)
        if not piece:
            break
        if unpack:
            piece = unpack.decompress(piece, limits.file_bytes + 1 - size)
        size += len(piece)
        if size > limits.file_bytes:
            raise _too_large(url, limits)
        pieces.append(piece)
    length = response.headers.get("Content-Length") or ""
    if not unpack and length.isdigit() and size < int(length):
        raise _failed(url, OSError(f"{size} of {length} bytes came"))
    return b"".join(pieces)


def _name(response: http.client.HTTPResponse, url: str) -> str:
    """The file name that the server or the URL gives, without folders."""
    message = email.message.Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition") or ""
    name = message.get_filename() or ""
    if name and not name.isprintable() or "Ã" in name or re.search(r"[\x80-\xff]", name):
        try:  # many sites send raw UTF-8 in a header that is read as Latin-1
            name = name.encode("latin-1").decode("utf-8")
        except UnicodeError:
            name = ""
    parts = urlsplit(url)
    name = unquote(name) or unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or (parts.hostname or "page")
    return re.sub(r"[\x00-\x1f\\/:*?\"<>|]+", "_", name).strip(" .")[:150] or "page"


def _too_large(url: str, limits: Limits) -> UnreadableDocument:
    return UnreadableDocument(f"{url}: larger than the limit of {limits.file_bytes:,} bytes; save it and split it",
                              f"{url}：大小超过上限 {limits.file_bytes:,} 字节；请保存后拆分")


def _failed(url: str, error: BaseException | None) -> UnreadableDocument:
    if isinstance(error, TimeoutError):
        return UnreadableDocument(f"{url}: the site did not answer in time; try again later", f"{url}：网站响应超时，请稍后重试")
    return UnreadableDocument(f"{url}: could not be fetched ({error}); try again later, or save the page and give the file",
                              f"{url}：无法获取（{error}）；请稍后重试，或保存网页后读取文件")
