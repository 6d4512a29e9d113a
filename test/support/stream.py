"""Reading an event stream: HTTP chunks that hold one RecordIO record each."""
import json
import socket
import time

from . import net, protobuf

MEDIA = {"json": "application/json", "protobuf": "application/x-protobuf"}


class Ended(AssertionError):
    """The stream was closed while an event was awaited."""


class EventStream:
    """Events of one SUBSCRIBE response, in order. `request` are the bytes to send, `message` names
    the event's protobuf table."""

    def __init__(self, address, request, encoding="json", message="Event", timeout=15):
        self.encoding, self.message = encoding, message
        self.sock = net.connect(address, timeout)
        self.sock.sendall(request)
        self.reader = net.Reader(self.sock)
        deadline = time.monotonic() + timeout
        self.response = net.Response(self.reader.until(b"\r\n\r\n", deadline))
        self.waiting = []  # events read, not yet taken
        self.seen = []     # every event in order
        self.ended = False
        if self.response.status != 200:
            length = int(self.response.header("Content-Length") or 0)
            self.response.body = self.reader.exactly(length, deadline)
            self.close()
            raise AssertionError("subscribe was refused: %r" % self.response)
        assert self.response.header("Transfer-Encoding") == "chunked", self.response
        assert self.response.header("Content-Length") is None, self.response

    def close(self):
        """Ends the connection at once."""
        self.sock.close()

    def reset(self):
        """Ends the connection with a TCP reset, as a client that was killed does at worst."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def _chunk(self):
        """Takes one whole chunk out of what has come; None when there is none yet."""
        head, mark, rest = self.reader.data.partition(b"\r\n")
        if not mark:
            return None
        size = int(head, 16)
        if len(rest) < size + 2:
            return None
        assert rest[size:size + 2] == b"\r\n", "a chunk does not end in CRLF"
        self.reader.data = rest[size + 2:]
        return rest[:size]

    def _read_event(self, deadline):
        chunk = self._chunk()
        while chunk is None:
            self.reader.more(deadline)
            chunk = self._chunk()
        if not chunk:
            raise net.Closed("end of stream")
        length, record = chunk.split(b"\n", 1)
        assert length.isdigit() and int(length) == len(record), \
            "a chunk is not exactly one record: %r" % chunk[:200]
        if self.encoding == "json":
            return json.loads(record.decode())
        return protobuf.decode(self.message, record)

    def _pull(self, deadline):
        try:
            event = self._read_event(deadline)
        except (socket.timeout, TimeoutError):
            return False
        except (net.Closed, ConnectionError):
            self.ended = True
            return False
        self.seen.append(event)
        self.waiting.append(event)
        return True

    def take(self, wanted, timeout=15, what="an event"):
        """The first event for which `wanted(event)` is true; it and only it leaves the queue."""
        deadline = time.monotonic() + timeout
        looked = 0
        while True:
            for index in range(looked, len(self.waiting)):
                if wanted(self.waiting[index]):
                    return self.waiting.pop(index)
            looked = len(self.waiting)
            if self.ended:
                raise Ended("stream ended; no %s in %s" % (what, self.tail()))
            if not self._pull(deadline) and not self.ended:
                raise AssertionError("no %s within %g s; last events: %s"
                                     % (what, timeout, self.tail()))

    def take_type(self, kind, timeout=15):
        return self.take(lambda event: event.get("type") == kind, timeout, kind)

    def next(self, timeout=15):
        """The next event, whatever it is."""
        return self.take(lambda event: True, timeout)

    def quiet(self, unwanted, seconds):
        """Fails when an event for which `unwanted(event)` is true comes within `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.ended and self._pull(deadline):
            pass
        found = [event for event in self.waiting if unwanted(event)]
        assert not found, "unexpected: %s" % json.dumps(found)[:1500]

    def wait_end(self, timeout=15):
        """Waits until the peer has closed the stream."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            if not self._pull(deadline) and not self.ended:
                raise AssertionError("the stream is still open after %g s; last events: %s"
                                     % (timeout, self.tail()))

    def tail(self):
        return json.dumps(self.seen[-4:])[:2500]
