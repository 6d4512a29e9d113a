"""Statuses, headers and texts of the scheduler endpoint for good and bad requests."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net, protobuf
from support.cluster import ClusterTest
from support.harness import eventually, load, main
from support.scheduler import TARGET, Scheduler
from support.stream import EventStream

JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}
REVIVE = b'{"type":"REVIVE","framework_id":{"value":"err-framework-1"}}'
SUBSCRIBE = b'{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"err"}}}'


class SchedulerErrors(ClusterTest):
    options = {"agents": 0}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.framework = Scheduler(cls.cluster.address, "err", failover_timeout=3600.0)
        cls.framework.framework_id = "err-framework-1"
        cls.framework.subscribe()

    def send(self, body, headers=None, method="POST", target=TARGET, stream_id=True):
        fields = dict(headers or {})
        if stream_id:
            fields["Mesos-Stream-Id"] = self.framework.stream_id
        return net.request(self.cluster.address, method, target, body, fields)

    def raw_request(self, row):
        head = row["head"].replace("$HOST", self.cluster.address)
        head = head.replace("$STREAM", self.framework.stream_id)
        body = row.get("body", "")
        if "fill" in row:
            body = '{"type":"REVIVE","framework_id":{"value":"%s"}}' % ("x" * row["fill"])
        data = bytes.fromhex(body["hex"]) if isinstance(body, dict) else body.encode()
        return head.encode("latin-1") + data

    def check_event(self, row):
        stream = EventStream(self.cluster.address, self.raw_request(row))
        try:
            self.assertEqual(stream.response.header("Content-Type"), "application/json")
            event = stream.next()
            self.assertEqual(event["type"], row["event"], event)
            if row["event"] == "ERROR":
                for text in row.get("mentions", []):
                    self.assertIn(text, event["error"]["message"])
                stream.wait_end()
        finally:
            stream.close()

    def check_answer(self, row):
        try:
            response = net.exchange(self.cluster.address, self.raw_request(row), timeout=30)
        except net.Closed:
            self.assertIn("closed", row["status"], "closed without an answer")
            return
        self.assertIn(response.status, row["status"], response)
        if response.status == 202:
            self.assertEqual(response.header("Content-Length"), "0")
            self.assertIsNone(response.header("Content-Type"))
        if response.status >= 400:
            self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")
            self.assertIsNotNone(response.header("Content-Length"))
            if not row["head"].startswith("HEAD"):
                self.assertNotEqual(response.text().strip(), "")
            for text in row.get("mentions", []):
                self.assertIn(text, response.text())
        if "allow" in row:
            self.assertEqual(response.header("Allow"), row["allow"])

    def test_every_request_of_the_captured_table_is_answered_as_the_table_says(self):
        for row in load(__file__, "scheduler_errors.json"):
            with self.subTest(row["name"]):
                if "event" in row:
                    self.check_event(row)
                else:
                    self.check_answer(row)

    def test_the_framework_survives_all_of_it(self):
        self.assertEqual(self.send(REVIVE, JSON).status, 202)

    def refused(self, status, text, **request):
        response = self.send(**request)
        self.assertEqual(response.status, status, response)
        self.assertIn(text, response.text())

    def test_method_is_checked_before_content_type(self):
        self.refused(405, "POST", body=b"{bad", headers={"Content-Type": "text/html"}, method="PUT")

    def test_content_type_is_checked_before_the_body(self):
        self.refused(415, "Content-Type", body=b"{bad", headers={"Content-Type": "text/html"})

    def test_the_body_is_checked_before_accept(self):
        self.refused(400, "", body=b"{bad", headers=dict(JSON, Accept="text/html"))
        self.refused(400, "type", body=b"{}", headers=dict(JSON, Accept="text/html"))

    def test_accept_is_checked_before_the_stream_id_of_a_subscription(self):
        self.refused(406, "Accept", body=SUBSCRIBE, headers=dict(JSON, Accept="text/html"))

    def test_an_unknown_framework_is_told_before_a_missing_stream_id(self):
        self.refused(400, "cannot be found", stream_id=False, headers=JSON,
                     body=b'{"type":"REVIVE","framework_id":{"value":"nope"}}')

    def test_a_disconnected_framework_is_403_before_its_stream_id_is_looked_at(self):
        other = Scheduler(self.cluster.address, "gone", failover_timeout=3600.0)
        other.subscribe()
        other.disconnect()
        eventually(lambda: any(row["id"] == other.framework_id and not row["connected"]
                               for row in self.cluster.state()["frameworks"]),
                   what="the framework is disconnected")
        revive = {"type": "REVIVE", "framework_id": {"value": other.framework_id}}
        for headers in (None, dict(JSON), dict(JSON, **{"Mesos-Stream-Id": "x"})):
            response = other.post(revive, headers)
            self.assertEqual(response.status, 403, response)

    def test_binary_calls_are_checked_like_json_ones(self):
        me = {"value": "err-framework-1"}
        rows = [({"type": "REVIVE", "framework_id": me}, 202, ""),
                ({"type": "SUPPRESS", "framework_id": me, "suppress": {"roles": ["*"]}}, 202, ""),
                ({"framework_id": me}, 400, "type"),
                ({"type": "REVIVE"}, 400, "framework_id"),
                ({"type": "KILL", "framework_id": me}, 400, "kill"),
                ({"type": "KILL", "framework_id": me, "kill": {}}, 400, ""),
                ({"type": "UNKNOWN", "framework_id": me}, 501, ""),
                ({"type": "REVIVE", "framework_id": {"value": "nope"}}, 400, "cannot be found"),
                ({"type": "ACKNOWLEDGE", "framework_id": me, "acknowledge": {
                    "agent_id": {"value": "x"}, "task_id": {"value": "x"}, "uuid": "AAEC"}},
                 400, "")]
        for call, status, text in rows:
            with self.subTest(str(call)):
                response = self.send(protobuf.encode("Call", call), PROTOBUF)
                self.assertEqual(response.status, status, response)
                self.assertIn(text, response.text())

    def test_reconcile_operations_is_answered_in_the_body(self):
        call = (b'{"type":"RECONCILE_OPERATIONS","framework_id":{"value":"err-framework-1"},'
                b'"reconcile_operations":{"operations":[{"operation_id":{"value":"o1"}}]}}')
        response = self.send(call, JSON)
        self.assertEqual(response.status, 200, response)
        self.assertEqual(response.header("Content-Type"), "application/json")
        answer = response.json()
        self.assertEqual(answer["type"], "RECONCILE_OPERATIONS")
        statuses = answer["reconcile_operations"]["operation_statuses"]
        self.assertEqual([(each["operation_id"]["value"], each["state"]) for each in statuses],
                         [("o1", "OPERATION_UNKNOWN")])
        self.assertEqual(self.send(call, dict(JSON, Accept="text/html")).status, 406)


if __name__ == "__main__":
    main()
