"""HTTP/1.1 over a plain socket: bytes go out as given, and what comes back is kept as it came."""
import gzip
import socket
import time


class Closed(Exception):
    """The peer closed the connection before a whole response had come."""


class Reader:
    """Buffered reading from a socket with a deadline (monotonic seconds)."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def more(self, deadline):
        self.sock.settimeout(max(0.001, deadline - time.monotonic()))
        piece = self.sock.recv(1 << 16)
        if not piece:
            raise Closed("closed after %r" % self.data[-200:])
        self.data += piece

    def until(self, mark, deadline):
        while mark not in self.data:
            self.more(deadline)
        head, self.data = self.data.split(mark, 1)
        return head

    def exactly(self, size, deadline):
        while len(self.data) < size:
            self.more(deadline)
        piece, self.data = self.data[:size], self.data[size:]
        return piece


class Response:
    """A response: `status`, `headers` (list of pairs as sent), `body` (without chunk framing)."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.version, status, self.reason = (lines[0].split(" ", 2) + [""])[:3]
        self.status = int(status)
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        self.body = b""

    def header(self, name):
        """The value of a header, None when absent; more than one of it is an error."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, "header %s came %d times" % (name, len(values))
        return values[0] if values else None

    def text(self):
        packed = self.header("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()

    def json(self):
        import json
        return json.loads(self.text())

    def __repr__(self):
        return "%d %s %r %r" % (self.status, self.reason, self.headers, self.body[:300])


def split_address(address):
    host, port = address.rsplit(":", 1)
    return host, int(port)


def connect(address, timeout=10):
    return socket.create_connection(split_address(address), timeout)


def read_response(reader, deadline, method="GET"):
    """The next whole response (1xx ones are skipped); Closed when the peer gives none."""
    response = Response(reader.until(b"\r\n\r\n", deadline))
    while response.status // 100 == 1:
        response = Response(reader.until(b"\r\n\r\n", deadline))
    if method == "HEAD" or response.status in (204, 304):
        return response
    if (response.header("Transfer-Encoding") or "").lower() == "chunked":
        while True:
            size = int(reader.until(b"\r\n", deadline), 16)
            response.body += reader.exactly(size, deadline)
            assert reader.exactly(2, deadline) == b"\r\n", "a chunk does not end in CRLF"
            if size == 0:
                return response
    length = response.header("Content-Length")
    if length is not None:
        response.body = reader.exactly(int(length), deadline)
        return response
    try:
        while True:
            reader.more(deadline)
    except Closed:
        response.body, reader.data = reader.data, b""
        return response


def exchange(address, data, timeout=15, method=None):
    """Sends bytes on a new connection; gives the response."""
    method = method or data.split(b" ", 1)[0].decode("latin-1")
    with connect(address, timeout) as sock:
        try:
            sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused while we send: the answer may be there
        try:
            return read_response(Reader(sock), time.monotonic() + timeout, method)
        except ConnectionResetError as error:
            raise Closed(str(error))


def encode_request(address, method, target, body=b"", headers=None):
    """The bytes of a request; Host and Content-Length are added unless given."""
    if isinstance(body, str):
        body = body.encode()
    fields = {"Host": address}
    fields.update(headers or {})
    names = {name.lower() for name in fields}
    if (body or method in ("POST", "PUT", "PATCH")) and not names & {"content-length",
                                                                      "transfer-encoding"}:
        fields["Content-Length"] = str(len(body))
    head = "%s %s HTTP/1.1\r\n" % (method, target)
    head += "".join("%s: %s\r\n" % pair for pair in fields.items() if pair[1] is not None)
    return head.encode("latin-1") + b"\r\n" + body


def request(address, method, target, body=b"", headers=None, timeout=15):
    """One request on a connection of its own."""
    data = encode_request(address, method, target, body, headers)
    return exchange(address, data, timeout, method)


def get(address, target, headers=None, timeout=15):
    return request(address, "GET", target, headers=headers, timeout=timeout)


class Connection:
    """A kept-alive connection: one request after the other."""

    def __init__(self, address, timeout=15):
        self.address, self.timeout = address, timeout
        self.sock = connect(address, timeout)
        self.reader = Reader(self.sock)

    def request(self, method, target, body=b"", headers=None):
        self.sock.sendall(encode_request(self.address, method, target, body, headers))
        return read_response(self.reader, time.monotonic() + self.timeout, method)

    def close(self):
        self.sock.close()
