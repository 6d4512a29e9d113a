"""Garbage, halves, floods and silence on every port: the daemons stay up, small and polite.

The bound that holds throughout, on the resident memory of a daemon above its start: 128 MiB (twice
the limit of a request body), and 16 KiB more for every open silent connection."""
import os
import resource
import select
import socket
import struct
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import TARGET, Scheduler

MIB = 1 << 20
ALLOWANCE = 128 * MIB
PER_CONNECTION = 16 << 10
JSON = {"Content-Type": "application/json"}
POST = b"POST /api/v1/scheduler HTTP/1.1\r\nContent-Type: application/json\r\n"
NOISE = [b"\0" * 5000, bytes(range(256)) * 40, b"\r\n" * 1000, b"HELLO\r\n\r\n", b"GET",
         b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"x" * 500,
         b"GET /state HTTP/1.1\r\nHost", b"POST / HTTP/9.9\r\n\r\n",
         b"GET /" + b"\xff" * 100 + b" HTTP/1.1\r\n\r\n",
         POST + b"Content-Length: 99\r\n\r\n{", POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
         POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
         POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"]


def silent_connections(address, wanted):
    """Opens connections that say nothing; gives as many as the limit of open files allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = min(wanted, hard - 200)
    found = []
    for _ in range(room):
        sock = socket.socket()
        sock.settimeout(10)
        found.append(sock)
        sock.connect(net.split_address(address))
    return found


class HostileClients(ClusterTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemons = [cls.cluster.master, cls.cluster.agent]
        cls.start_sizes = {each.name: each.resident_bytes() for each in cls.daemons}
        cls.pids = [each.pid for each in cls.daemons]
        with open(cls.cluster.master.command[0], "rb") as program:
            cls.sanitized = b"__asan_init" in program.read()

    def tearDown(self):
        grown = ["%s %.1f MiB" % (each.name, (each.resident_bytes()
                                               - self.start_sizes[each.name]) / MIB)
                 for each in self.daemons if each.running()]
        print("resident memory above the start: " + ", ".join(grown))

    def bounded(self, allowance=ALLOWANCE):
        if self.sanitized:
            print("skipped: bounds on memory: a sanitizer keeps what is freed")
            return
        for each in self.daemons:
            grown = each.resident_bytes() - self.start_sizes[each.name]
            self.assertLess(grown, allowance, "%s grew by %d MiB" % (each.name, grown // MIB))

    def honest(self):
        """The daemons are the same processes, answer quickly, and still run tasks together."""
        self.assertEqual([each.pid for each in self.daemons if each.running()], self.pids)
        for each in self.daemons:
            start = time.monotonic()
            self.assertEqual(net.get(each.address, "/health").status, 200)
            self.assertLess(time.monotonic() - start, 5)
        self.cluster.wait_for_agents(1)
        framework = self.scheduler("honest")
        framework.run("honest", "true")
        self.assertEqual(framework.wait_end("honest")[-1]["state"], "TASK_FINISHED")
        framework.teardown()

    def throw(self, address, data):
        """Sends bytes and goes away without reading."""
        with net.connect(address) as sock:
            try:
                sock.sendall(data)
            except OSError:
                pass  # refused while we send

    def test_garbage_and_halves_on_the_http_ports(self):
        for each in self.daemons:
            for _ in range(20):
                for data in NOISE:
                    self.throw(each.address, data)
        self.bounded()
        self.honest()

    def test_garbage_and_halves_on_the_link_port(self):
        link = "127.0.0.1:%d" % self.cluster.link_port()
        sizes = [0, 1, 4096, 4097, 1 << 26, 1 << 31, (1 << 32) - 1]
        heads = [struct.pack(order + "I", size) for size in sizes for order in "<>"]
        heads += [struct.pack(order + "Q", 1 << 40) for order in "<>"]
        for _ in range(20):
            for data in NOISE + [head + b"x" * 600 for head in heads]:
                self.throw(link, data)
        self.bounded()
        self.honest()

    def test_announced_giants_on_the_link_port_take_no_memory(self):
        link = "127.0.0.1:%d" % self.cluster.link_port()
        held = []
        for order in "<>":
            for _ in range(100):
                sock = net.connect(link)
                held.append(sock)
                sock.sendall(struct.pack(order + "I", 0xf0000000) + b"x" * 1000)
        self.bounded()
        self.honest()
        for sock in held:
            sock.close()

    def refused(self, status, data):
        for each in self.daemons:
            try:
                self.assertEqual(net.exchange(each.address, data).status, status)
            except net.Closed:
                pass  # the answer was lost because we were still sending

    def test_oversized_heads_are_refused(self):
        self.refused(414, b"GET /" + b"a" * (2 * MIB) + b" HTTP/1.1\r\n\r\n")
        filler = b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(2000))
        self.refused(431, b"GET /health HTTP/1.1\r\n" + filler + b"\r\n")
        self.bounded()
        self.honest()

    def test_an_oversized_body_is_refused_by_its_announcement(self):
        self.refused(413, POST + b"Content-Length: 100000000000\r\n\r\n")
        self.bounded()
        self.honest()

    def test_an_oversized_body_in_chunks_is_refused_on_its_way(self):
        piece = b"100000\r\n" + b"x" * MIB + b"\r\n"
        for each in self.daemons:
            with net.connect(each.address) as sock:
                sock.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
                sent = 0
                while sent < 300 and not select.select([sock], [], [], 0)[0]:
                    sock.sendall(piece)
                    sent += 1
                self.assertLess(sent, 200, each.name + " never refused the body")
                response = net.read_response(net.Reader(sock), time.monotonic() + 10)
                self.assertEqual(response.status, 413)
        self.bounded()
        self.honest()

    def test_a_bomb_is_defused(self):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b"\0" * MIB) for _ in range(1024)) + packer.flush()
        self.assertLess(len(bomb), 2 * MIB)
        for each in self.daemons:
            response = net.request(each.address, "POST", TARGET, bomb,
                                   dict(JSON, **{"Content-Encoding": "gzip"}), timeout=60)
            self.assertIn(response.status, (400, 404, 413, 500))
        self.bounded()
        self.honest()

    def test_deep_json_does_not_end_the_master(self):
        for text in (b"[" * MIB, b'{"a":' * 500000, b'{"subscribe":' * 300000 + b"}" * 300000):
            response = net.request(self.cluster.address, "POST", TARGET, text, JSON, timeout=60)
            self.assertEqual(response.status, 400)
        nested = b""
        for _ in range(5000):  # a Call whose members nest deeper than any message may
            nested = b"\x1a" + varint(len(nested)) + nested
        response = net.request(self.cluster.address, "POST", TARGET, nested,
                               {"Content-Type": "application/x-protobuf"})
        self.assertEqual(response.status, 400)
        self.honest()

    def silence(self, address, wanted):
        held = silent_connections(address, wanted)
        print("held %d silent connections to %s" % (len(held), address))
        if len(held) < wanted:
            print("skipped: %d more silent connections: the limit of open files is in the way"
                  % (wanted - len(held)))
        self.bounded(ALLOWANCE + PER_CONNECTION * len(held))
        self.honest()
        for sock in held:
            sock.close()
        self.honest()

    def test_ten_thousand_silent_connections_on_the_http_port(self):
        self.silence(self.cluster.address, 10000)

    def test_silent_connections_on_the_agents_http_port(self):
        self.silence(self.cluster.agent.address, 2000)

    def test_ten_thousand_silent_connections_on_the_link_port(self):
        self.silence("127.0.0.1:%d" % self.cluster.link_port(), 10000)

    def test_a_head_that_never_ends_is_cut_off(self):
        with net.connect(self.cluster.address, 30) as sock:
            sock.sendall(b"GET /health HTTP/1.1\r\n")
            start, closed = time.monotonic(), False
            while not closed and time.monotonic() - start < 25:
                try:
                    sock.settimeout(1)
                    sock.sendall(b"X: y\r\n")
                    closed = sock.recv(1000) == b"" or closed
                except socket.timeout:
                    pass
                except OSError:
                    closed = True
            self.assertTrue(closed, "still open after 25 s")

    def test_a_subscriber_that_does_not_read_is_dropped(self):
        framework = Scheduler(self.cluster.address, "deaf", failover_timeout=3600.0)
        framework.subscribe()
        self.addCleanup(self.end, framework)
        names = ["unknown-%06d" % i for i in range(2000)]
        revive = {"type": "REVIVE", "framework_id": {"value": framework.framework_id}}
        call = {"type": "RECONCILE", "framework_id": {"value": framework.framework_id},
                "reconcile": {"tasks": [{"task_id": {"value": name}} for name in names]}}
        for _ in range(300):
            if framework.post(call).status != 202:
                break
        eventually(lambda: framework.post(revive).status == 403, what="the framework is dropped")
        self.bounded()
        self.honest()


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


if __name__ == "__main__":
    main(280)
