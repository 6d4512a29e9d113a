"""The event stream of a scheduler: subscription, heartbeats, takeover, failover, teardown."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import TARGET, Scheduler
from support.stream import MEDIA, EventStream

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
JSON = {"Content-Type": "application/json"}


class SchedulerStream(ClusterTest):
    options = {"agents": 0}

    def test_subscribed_then_heartbeat_in_every_pair_of_encodings(self):
        for encoding in MEDIA:
            for accept in MEDIA:
                with self.subTest(call=encoding, events=accept):
                    framework = self.scheduler(encoding=encoding, accept=accept)
                    head = framework.stream.response
                    self.assertEqual(head.header("Content-Type"), MEDIA[accept])
                    self.assertRegex(head.header("Mesos-Stream-Id"), UUID)
                    self.assertEqual(framework.stream.next()["type"], "HEARTBEAT")
                    framework.call("REVIVE")

    def test_subscribed_tells_the_framework_and_the_master(self):
        framework = Scheduler(self.cluster.address)
        told = framework.subscribe()
        self.addCleanup(self.end, framework)
        master, port = told["master_info"], int(self.cluster.address.split(":")[1])
        self.assertRegex(told["framework_id"]["value"], "^%s-[0-9]{4}$" % master["id"])
        self.assertEqual(told["heartbeat_interval_seconds"], 15.0)
        self.assertIsInstance(told["heartbeat_interval_seconds"], float)
        self.assertEqual(master["id"], self.cluster.state()["id"])
        self.assertEqual((master["ip"], master["port"]), (16777343, port))
        self.assertEqual(master["pid"], "master@127.0.0.1:%d" % port)
        self.assertEqual(master["hostname"], "localhost")
        self.assertRegex(master["version"], r"^[0-9]+(\.[0-9]+)+$")
        self.assertEqual(master["address"],
                         {"hostname": "localhost", "ip": "127.0.0.1", "port": port})
        self.assertEqual(master["capabilities"], [{"type": "AGENT_UPDATE"}])

    def test_the_binary_events_say_the_same(self):
        plain = Scheduler(self.cluster.address).subscribe()
        binary = Scheduler(self.cluster.address, encoding="protobuf").subscribe()
        self.assertEqual(binary["master_info"], plain["master_info"])
        self.assertEqual(set(binary), set(plain))

    def test_framework_numbers_count_up(self):
        ids = [self.scheduler().framework_id for _ in range(3)]
        numbers = [int(each[-4:]) for each in ids]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))

    def test_a_heartbeat_comes_every_15_seconds(self):
        framework = self.scheduler()
        framework.stream.take_type("HEARTBEAT")
        start = time.monotonic()
        framework.stream.take_type("HEARTBEAT", timeout=20)
        passed = time.monotonic() - start
        self.assertTrue(14 <= passed <= 18, "the second heartbeat came after %.1f s" % passed)

    def test_the_stream_is_not_compressed(self):
        framework = Scheduler(self.cluster.address)
        framework.subscribe(**{"Accept-Encoding": "gzip"})
        self.addCleanup(self.end, framework)
        self.assertIsNone(framework.stream.response.header("Content-Encoding"))

    def test_a_client_that_says_connection_close_gets_its_stream(self):
        framework = Scheduler(self.cluster.address)
        framework.subscribe(Connection="close")
        self.addCleanup(self.end, framework)
        framework.stream.take_type("HEARTBEAT")
        framework.call("REVIVE")
        self.assertFalse(framework.stream.ended)

    def test_a_subscription_may_come_in_chunks(self):
        body = b'{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"n"}}}'
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:]))
        request = net.encode_request(self.cluster.address, "POST", TARGET, chunks + b"0\r\n\r\n",
                                     dict(JSON, **{"Transfer-Encoding": "chunked"}))
        stream = EventStream(self.cluster.address, request)
        self.addCleanup(stream.close)
        self.assertEqual(stream.next()["type"], "SUBSCRIBED")

    def test_calls_on_one_connection_are_answered_in_order(self):
        framework = self.scheduler()
        connection = net.Connection(self.cluster.address)
        self.addCleanup(connection.close)
        good = {"type": "REVIVE", "framework_id": {"value": framework.framework_id}}
        bad = {"type": "KILL", "framework_id": {"value": framework.framework_id}}
        for _ in range(3):
            response = connection.request("POST", TARGET, framework.encode(good),
                                          framework.headers())
            self.assertEqual(response.status, 202)
        both = [net.encode_request(self.cluster.address, "POST", TARGET, framework.encode(call),
                                   framework.headers()) for call in (bad, good, bad, good)]
        connection.sock.sendall(b"".join(both))
        deadline = time.monotonic() + 10
        got = [net.read_response(connection.reader, deadline).status for _ in both]
        self.assertEqual(got, [400, 202, 400, 202])

    def test_the_second_subscription_takes_over(self):
        first = Scheduler(self.cluster.address, "takeover")
        first.subscribe()
        second = Scheduler(self.cluster.address, "takeover")
        second.framework_id = first.framework_id
        told = second.subscribe()
        self.addCleanup(self.end, second)
        self.assertEqual(told["framework_id"]["value"], first.framework_id)
        error = first.stream.take_type("ERROR")
        self.assertEqual(error["error"]["message"], "Framework failed over")
        first.stream.wait_end()
        self.assertNotEqual(first.stream_id, second.stream_id)
        revive = {"type": "REVIVE", "framework_id": {"value": first.framework_id}}
        response = first.post(revive)
        self.assertEqual(response.status, 400, response)
        self.assertIn(first.stream_id, response.text())
        second.call("REVIVE")
        self.assertEqual(second.stream.next()["type"], "HEARTBEAT")

    def test_teardown_ends_the_stream_and_the_id(self):
        framework = Scheduler(self.cluster.address, "teardown", failover_timeout=3600.0)
        framework.subscribe()
        framework.teardown()
        framework.stream.wait_end()
        self.assertNotIn("ERROR", [event["type"] for event in framework.stream.seen])
        row = eventually(lambda: self.cluster.framework(framework.framework_id, completed=True))
        self.assertEqual((row["active"], row["connected"]), (False, False))
        self.assertGreater(row["unregistered_time"], row["registered_time"])
        self.assertIsNone(self.cluster.framework(framework.framework_id))
        self.removed(framework)

    def removed(self, framework):
        """The id is refused: ERROR on a new subscription, 400 on another call."""
        again = framework.open_stream()
        event = again.next()
        self.assertEqual((event["type"], event["error"]["message"]),
                         ("ERROR", "Framework has been removed"))
        again.wait_end()
        response = framework.post({"type": "REVIVE",
                                   "framework_id": {"value": framework.framework_id}})
        self.assertEqual(response.status, 400, response)
        self.assertIn("cannot be found", response.text())

    def test_the_operator_tears_a_framework_down(self):
        framework = Scheduler(self.cluster.address, "teardown", failover_timeout=3600.0)
        framework.subscribe()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        rows = [("", 400), ("frameworkId=nope", 400), ("framework=x", 400),
                ("frameworkId=" + framework.framework_id, 200),
                ("frameworkId=" + framework.framework_id, 400)]
        for body, status in rows:
            response = net.request(self.cluster.address, "POST", "/master/teardown", body, form)
            self.assertEqual(response.status, status, (body, response))
        framework.stream.wait_end()
        self.removed(framework)

    def test_without_failover_timeout_a_lost_connection_removes_the_framework(self):
        framework = Scheduler(self.cluster.address, "short")
        framework.subscribe()
        framework.disconnect()
        eventually(lambda: self.cluster.framework(framework.framework_id, completed=True),
                   what="the framework is completed")
        self.removed(framework)

    def test_with_a_failover_timeout_the_framework_waits_for_its_return(self):
        framework = Scheduler(self.cluster.address, "long", failover_timeout=3600.0)
        framework.subscribe()
        framework.stream.reset()
        row = eventually(lambda: next((f for f in self.cluster.state()["frameworks"]
                                       if f["id"] == framework.framework_id
                                       and not f["connected"]), None))
        self.assertFalse(row["active"])
        self.assertEqual(framework.post({"type": "REVIVE", "framework_id": {
            "value": framework.framework_id}}).status, 403)
        framework.info.update(name="renamed", hostname="h", webui_url="http://h/",
                              failover_timeout=1800.0, user="nobody")
        told = framework.subscribe()
        self.addCleanup(self.end, framework)
        self.assertEqual(told["framework_id"]["value"], row["id"])
        row = eventually(lambda: next((f for f in self.cluster.state()["frameworks"]
                                       if f["id"] == framework.framework_id
                                       and f["connected"]), None))
        self.assertTrue(row["active"])
        self.assertEqual((row["name"], row["hostname"], row["webui_url"], row["failover_timeout"]),
                         ("renamed", "h", "http://h/", 1800.0))
        self.assertEqual(row["user"], "root", "the user must not change")
        self.assertGreater(row["reregistered_time"], row["registered_time"])

    def test_the_failover_timeout_passes(self):
        framework = Scheduler(self.cluster.address, "second", failover_timeout=1.0)
        framework.subscribe()
        framework.disconnect()
        start = time.monotonic()
        eventually(lambda: self.cluster.framework(framework.framework_id, completed=True),
                   what="the framework is completed")
        self.assertGreater(time.monotonic() - start, 0.8)

    def test_an_id_that_the_master_never_saw_is_believed(self):
        framework = Scheduler(self.cluster.address, "made up")
        framework.framework_id = "made-up-7"
        self.assertEqual(framework.subscribe()["framework_id"]["value"], "made-up-7")
        self.addCleanup(self.end, framework)

    def test_an_empty_id_counts_as_none(self):
        body = (b'{"type":"SUBSCRIBE","framework_id":{"value":""},"subscribe":{"framework_info":'
                b'{"user":"u","name":"n","id":{"value":""}}}}')
        request = net.encode_request(self.cluster.address, "POST", TARGET, body, JSON)
        stream = EventStream(self.cluster.address, request)
        self.addCleanup(stream.close)
        self.assertRegex(stream.next()["subscribed"]["framework_id"]["value"], "-[0-9]{4}$")

    def test_null_members_count_as_not_set(self):
        body = (b'{"type":"SUBSCRIBE","framework_id":null,"subscribe":{"framework_info":'
                b'{"user":"u","name":"n","id":null,"failover_timeout":"5","checkpoint":"true"}}}')
        request = net.encode_request(self.cluster.address, "POST", TARGET, body, JSON)
        stream = EventStream(self.cluster.address, request)
        self.addCleanup(stream.close)
        told = stream.next()["subscribed"]["framework_id"]["value"]
        row = eventually(lambda: self.cluster.framework(told))
        self.assertEqual((row["failover_timeout"], row["checkpoint"]), (5.0, True))


if __name__ == "__main__":
    main()
