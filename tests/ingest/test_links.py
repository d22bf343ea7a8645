"""Links, against a server of our own: what is fetched, what is refused, and when it is given up."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading

import pytest

from analyzer.errors import UnreadableDocument
from analyzer.ingest import links, read_document
from analyzer.ingest.links import fetch, is_public
from analyzer.ingest.sandbox import Limits

TEXT = "某市城市更新方案\n一、任务\n到2026年，改造老旧小区120个。\n".encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/hop/"):
            left = int(path.rsplit("/", 1)[1])
            return self._answer(302, {"Location": f"/hop/{left - 1}" if left else "/%E6%96%B9%E6%A1%88.txt"})
        if path == "/inside":
            return self._answer(301, {"Location": "http://10.0.0.1/secret"})
        if path == "/file":
            return self._answer(302, {"Location": "file:///etc/passwd"})
        if path == "/missing":
            return self._answer(404, {})
        if path == "/film":
            return self._answer(200, {"Content-Type": "video/mp4"}, b"x")
        if path == "/packed":
            return self._answer(200, {"Content-Encoding": "gzip"}, gzip.compress(TEXT))
        if path == "/bomb":
            return self._answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 20_000_000))
        if path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            return self.wfile.write(TEXT)
        if path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"0" * 65536)
            except OSError:
                return None
        if path == "/silent":
            threading.Event().wait(1.5)
            return None
        if path == "/named":
            return self._answer(200, {"Content-Disposition": 'attachment; filename="../../plan.txt"'}, TEXT)
        return self._answer(200, {"Content-Type": "text/plain"}, TEXT)

    def _answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_page_keeps_its_url_and_date(site):
    document = read_document(f"{site}/方案.txt", allow_private=True, accessed="2026-11-24")
    assert document.text.encode() == TEXT
    assert (document.name, document.accessed) == ("方案.txt", "2026-11-24")
    assert document.url == f"{site}/方案.txt"


def test_redirects_are_followed_to_a_limit(site):
    data, name, url = fetch(f"{site}/hop/3", allow_private=True)
    assert (data, name) == (TEXT, "方案.txt") and url.endswith("/%E6%96%B9%E6%A1%88.txt")
    with pytest.raises(UnreadableDocument, match="redirects"):
        fetch(f"{site}/hop/9", allow_private=True)


def test_packed_answers_are_unpacked_within_the_limit(site):
    assert fetch(f"{site}/packed", allow_private=True)[0] == TEXT
    with pytest.raises(UnreadableDocument, match="limit"):
        fetch(f"{site}/bomb", allow_private=True, limits=Limits(file_bytes=1_000_000))


@pytest.mark.parametrize(("path", "word"), [("/missing", "404"), ("/film", "video"), ("/file", "http"), ("/short", "could not be fetched")])
def test_what_is_no_document(site, path, word):
    with pytest.raises(UnreadableDocument, match=word):
        fetch(site + path, allow_private=True)


def test_an_endless_answer_is_cut_off(site):
    with pytest.raises(UnreadableDocument, match="limit"):
        fetch(f"{site}/endless", allow_private=True, limits=Limits(file_bytes=300_000))


def test_a_silent_site_is_given_up(site, monkeypatch):
    monkeypatch.setattr(links, "IDLE_SECONDS", 0.3)
    with pytest.raises(UnreadableDocument, match=r"in time|could not be fetched"):
        fetch(f"{site}/silent", allow_private=True)


def test_a_name_from_the_server_has_no_folders(site):
    name = fetch(f"{site}/named", allow_private=True)[1]
    assert "/" not in name and name.endswith("plan.txt")


@pytest.fixture(autouse=True)
def usual_environment(monkeypatch):
    monkeypatch.delenv("POLICY_ANALYZER_ALLOW_PRIVATE", raising=False)


def test_private_addresses_are_refused(site):
    with pytest.raises(UnreadableDocument, match="private network") as caught:
        fetch(f"{site}/a.txt")
    assert "内部网络" in caught.value.chinese


def test_the_environment_can_allow_them(site, monkeypatch):
    monkeypatch.setenv("POLICY_ANALYZER_ALLOW_PRIVATE", "1")
    assert fetch(f"{site}/a.txt")[0] == TEXT


def test_a_redirect_into_the_private_network_is_refused(site, monkeypatch):
    monkeypatch.setattr(links, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(UnreadableDocument, match="10.0.0.1.*private network"):
        fetch(f"{site}/inside")


def test_a_public_name_with_one_private_address_is_refused(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "192.168.1.1")]
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(UnreadableDocument, match="private network"):
        fetch("http://example.org/")


@pytest.mark.parametrize("url", ["ftp://example.org/a", "http://user:word@example.org/", "http:///a", "http://example.org:99999/", "javascript:alert(1)"])
def test_other_addresses_are_refused(url):
    with pytest.raises(UnreadableDocument):
        fetch(url)


@pytest.mark.parametrize(("address", "public"), [
    ("8.8.8.8", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.0.1", False), ("169.254.169.254", False),
    ("0.0.0.0", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("fe80::1%eth0", False),
    ("fc00::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("2400:3200::1", True), ("strange", False),
])
def test_public_addresses(address, public):
    assert is_public(address) is public


@pytest.fixture
def dialled(monkeypatch):
    """The addresses that a connection was tried to."""
    tried = []

    def dial(address, **_):
        tried.append(address[0])
        raise OSError("unreachable here")

    monkeypatch.setattr(links.socket, "create_connection", dial)
    return tried


@pytest.mark.parametrize("host", [
    "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "0", "0.0.0.0", "localhost", "localhost.", "LOCALHOST", "127.0.0.1.", "１２７.０.０.１",
    "⑫7.0.0.1", "127。0。0。1", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:a00:1]", "[64:ff9b::a00:1]",
    "[2002:a00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fd00::1]", "[2001:0:7f00:1::]", "10.0.0.1", "3232235777", "169.254.169.254", "0xa9fea9fe", "[::ffff:a9fe:a9fe]",
])
@pytest.mark.parametrize("scheme", ["http", "HTTPS"])
def test_no_spelling_of_an_inner_address_is_dialled(dialled, scheme, host):
    with pytest.raises(UnreadableDocument) as caught:
        fetch(f"{scheme}://{host}:8501/secret")
    assert not dialled, f"{dialled}: {caught.value.english}"


def test_a_name_that_changes_its_address_is_dialled_where_it_was_checked(monkeypatch, dialled):
    """A second look-up would give the inner address; there is none, also not in the connection."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 80))])
    with pytest.raises(UnreadableDocument, match="could not be fetched"):
        fetch("http://rebinding.example/")
    assert dialled == ["93.184.216.34"]


@pytest.mark.parametrize("place", ["http://2130706433/", "//127.0.0.1:1/x", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://a@127.0.0.1/",
                                   "http:\\\\127.0.0.1/", "javascript:alert(1)"])
def test_no_redirect_leads_inside(site, monkeypatch, place):
    monkeypatch.setattr(Handler, "do_GET", lambda self: self._answer(307, {"Location": place}))
    real, dialled = socket.create_connection, []
    monkeypatch.setattr(links.socket, "create_connection", lambda address, **more: (dialled.append(address), real(address, **more))[1])
    looked_up = socket.getaddrinfo
    monkeypatch.setattr(links.socket, "getaddrinfo", lambda host, *a, **k: looked_up("127.0.0.1" if host == "site.example" else host, *a, **k))
    port = int(site.rsplit(":", 1)[1])
    monkeypatch.setattr(links, "is_public", lambda address, honest=is_public: not dialled or honest(address))
    with pytest.raises(UnreadableDocument):
        fetch(f"http://site.example:{port}/")
    assert dialled == [("127.0.0.1", port)]
