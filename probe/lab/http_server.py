"""A plain HTTP server on loopback that hands out issuer certificates, as the URLs in certificates name them (RFC 5280 section 4.2.2.1)."""

import socket
import threading

from probe.lab.answers import REQUEST_LIMIT, Answer, http
from probe.lab.listener import Listener, finish


class HttpServer:
    """Serves documents from construction until ``close``; a path that is not known gets 404.

    ``documents`` are (path, answer); more can be added later with ``put``, since a URL is needed before the certificate that it leads to.
    ``requests`` are the paths that were asked for.
    """

    def __init__(self, documents: tuple[tuple[str, Answer], ...] = (), address: str = "127.0.0.1", port: int = 0) -> None:
        self._documents = dict(documents)
        self._lock = threading.Lock()
        self._requests: list[str] = []
        self._listener = Listener(self._talk, address, port)
        self.port = self._listener.port
        self.url = f"http://[{address}]:{self.port}" if ":" in address else f"http://{address}:{self.port}"

    @property
    def requests(self) -> tuple[str, ...]:
        """The paths that were asked for, in order."""
        with self._lock:
            return tuple(self._requests)

    def put(self, path: str, body: bytes, content_type: str = "application/pkix-cert") -> str:
        """Serve ``body`` under ``path`` and give its URL."""
        return self.put_answer(path, Answer(body=body, content_type=content_type))

    def put_answer(self, path: str, answer: Answer) -> str:
        """Serve any answer, such as a redirect, under ``path`` and give its URL."""
        with self._lock:
            self._documents[path] = answer
        return self.url + path

    def close(self) -> None:
        """Stop listening and end all connections."""
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request and len(request) < REQUEST_LIMIT:
            if not (more := connection.recv(16384)):
                return
            request += more
        words = request.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
        path = words[1] if len(words) > 2 else ""
        with self._lock:
            self._requests.append(path)
            answer = self._documents.get(path, Answer(status=404, body=b"not here\n"))
        connection.sendall(http(answer))
        finish(connection)
