"""A service of a few lines: answers /health/ready, ends on SIGTERM, dies on POST /die."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ready = os.environ.get("FAKE_READY", "yes") == "yes"
        body = b'{"status":"ok"}' if ready else b'{"status":"no","why":"it was told so"}'
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        os._exit(3)

    @override
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    print("fake service speaks", file=sys.stderr)  # noqa: T201 - lands in the log
    if sys.argv[2:] == ["stubborn"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if sys.argv[2:] == ["broken"]:
        sys.exit("no such database")
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
