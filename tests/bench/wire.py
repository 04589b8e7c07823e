"""One request at a time, on a plain socket, and what came back byte for byte."""
import socket

CRLF = "\r\n"


class Answer:
    def __init__(self, raw):
        self.raw = raw
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split(CRLF)
        self.status = int(lines[0].split()[1])
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:]]

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")


def request(path, fields=(), host="127.0.0.1"):
    return CRLF.join([f"GET {path} HTTP/1.1", f"Host: {host}", *fields, "", ""]).encode()


def ask(port, path, fields=(), host="127.0.0.1"):
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(request(path, [*fields, "Connection: close"], host))
        data = b""
        while chunk := s.recv(262144):
            data += chunk
    return Answer(data)


class Kept:
    """A connection that is kept; for answers without a body or with Content-Length."""

    def __init__(self, port, host="127.0.0.1"):
        self.host = host
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, path, fields=()):
        self.socket.sendall(request(path, fields, self.host))

    def receive(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        answer = Answer(data)
        size = 0 if answer.status == 304 else int(answer.field("Content-Length") or 0)
        while len(answer.body) < size:
            data += self._more()
            answer = Answer(data)
        return answer

    def _more(self):
        chunk = self.socket.recv(262144)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk

    def ask(self, path, fields=()):
        self.send(path, fields)
        return self.receive()

    def close(self):
        self.socket.close()
