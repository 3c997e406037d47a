"""A raw connection that sends anything and reads whatever HTTP comes back."""

from __future__ import annotations

import socket

from hostile.mutations import Message

TIMEOUT_SECONDS = 15.0
UNFINISHED_SECONDS = 0.15  # a server may wait for the rest of a request that has none


class Hang(AssertionError):
    """The server neither answered nor closed the connection."""


class Wire:
    """Keep-alive where the server allows it. Not thread-safe."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.buffer = b""

    def exchange(self, sent: Message) -> tuple[int, dict[bytes, bytes], bytes] | None:
        """Status, headers and body, or None when the server closed without an answer.

        A connection that was kept alive may have been closed before the request arrived, so that
        is tried once more on a fresh one.
        """
        reused = self.socket is not None
        answer = self._once(sent)
        if answer is None and reused:
            answer = self._once(sent)
        return answer

    def _once(self, sent: Message) -> tuple[int, dict[bytes, bytes], bytes] | None:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS)
            self.buffer = b""
        try:
            try:
                self.socket.sendall(sent.head + sent.body)
                if sent.closes:
                    self.socket.shutdown(socket.SHUT_WR)
                    self.socket.settimeout(UNFINISHED_SECONDS)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have answered before it had read everything
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise Hang("the server does not read") from error
            answer = self._answer(b"HEAD " if sent.head.startswith(b"HEAD ") else b"")
        except (ConnectionResetError, BrokenPipeError):
            answer = None
        except TimeoutError as error:
            if not sent.closes:
                raise Hang("no answer") from error
            answer = None
        if answer is None or sent.closes or answer[1].get(b"connection", b"").lower() == b"close":
            self.close()
        return answer

    def _answer(self, method: bytes) -> tuple[int, dict[bytes, bytes], bytes] | None:
        while True:
            head = self._until(b"\r\n\r\n")
            if head is None:
                return None
            first, *lines = head.split(b"\r\n")
            status = int(first.split(b" ")[1])
            if status != 100:
                break
        headers = {}
        for line in lines:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        length = 0 if method == b"HEAD " else int(headers.get(b"content-length", b"0"))
        body = self._exactly(length)
        return None if body is None else (status, headers, body)

    def _until(self, end: bytes) -> bytes | None:
        while end not in self.buffer:
            if not self._more():
                return None
        head, _, self.buffer = self.buffer.partition(end)
        return head

    def _exactly(self, length: int) -> bytes | None:
        while len(self.buffer) < length:
            if not self._more():
                return None
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return body

    def _more(self) -> bool:
        assert self.socket is not None
        got = self.socket.recv(1 << 16)
        self.buffer += got
        return bool(got)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None
