"""A git server over HTTP on loopback: `git http-backend` behind http.server, with faults on order."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class GitServer(ThreadingHTTPServer):
    """Serves the repositories of a folder to whoever has the login.

    `redirect`: all is said to be elsewhere. `says`: every request is refused with these words.
    `stall`: half of a pack is sent, `stalled` set, and the rest sent when `go_on` is set.
    """

    daemon_threads = True

    def __init__(self, folder: Path, login: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.login = login
        self.redirect: str | None = None
        self.says: str | None = None
        self.stall = False
        self.stalled, self.go_on = threading.Event(), threading.Event()
        self.requests: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def git_server(folder: Path, login: str | None = None) -> Iterator[GitServer]:
    server = GitServer(folder, login)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def log_message(self, *words: object) -> None:
        """Nothing: the test looks at `requests`."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        given = self.headers.get("Authorization")
        self.server.requests.append((self.path, given))
        login = self.server.login
        if self.server.redirect is not None:
            self._refuse(302, {"Location": self.server.redirect + self.path})
        elif self.server.says is not None:
            self._refuse(500, {"Content-Type": "text/plain"}, f"{self.server.says} {given}")
        elif login and given != f"Basic {base64.b64encode(login.encode()).decode()}":
            self._refuse(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._serve(body)

    def _refuse(self, code: int, headers: dict[str, str], words: str = "") -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(words))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(words.encode())

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.server.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            },
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.server.stall and b"PACK" in content:
            self.wfile.write(content[: len(content) // 2])
            self.server.stalled.set()
            self.server.go_on.wait()
            content = content[len(content) // 2 :]
        try:
            self.wfile.write(content)
        except ConnectionError:
            self.close_connection = True  # the test killed who asked
