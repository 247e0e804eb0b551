"""A web server that a test tells what to answer, and that remembers what it was asked."""
import http.server
import json
import threading


class WebServer:
    """answer: (request) -> (status, body), or None: silence until the client gives up. Each request as a dictionary."""

    def __init__(self, answer=lambda request: (200, ""), port=0, host="127.0.0.1"):
        self.answer, self.asked, self.closing = answer, [], threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (ConnectionError, ValueError):
                    self.close_connection = True

            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = {"method": self.command, "path": self.path, "body": self.rfile.read(length),
                           "headers": {k.lower(): v for k, v in self.headers.items()}}
                outer.asked.append(request)
                got = outer.answer(request)
                if got is None:
                    outer.closing.wait(60)
                    self.close_connection = True
                    return
                status, body = got
                body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _serve  # noqa: N815

            def log_message(self, format, *args):  # pylint: disable=redefined-builtin
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass

        self.server = Server((host, port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path="/"):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
