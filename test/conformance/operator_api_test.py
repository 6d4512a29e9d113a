"""POST /api/v1 of the master: media types, faults with their texts, and the calls that are served."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest
from support.harness import eventually, main
from support.operator_api import HEALTH, HEALTHY, JSON, PROTOBUF, MixedMediaTest
from support.scheduler import scalar


class OperatorTest(ClusterTest):
    def post(self, body, headers=None, target="/api/v1"):
        fields = {"Content-Type": JSON, "Accept": JSON} if headers is None else headers
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return net.request(self.cluster.address, "POST", target, text, fields)

    def call(self, kind, **members):
        """A call that must be answered 200 with a body of its type; gives the member."""
        response = self.post(dict({"type": kind}, **members))
        self.assertEqual((response.status, response.header("Content-Type")), (200, JSON), response)
        body = response.json()
        self.assertEqual(body["type"], kind)
        return body.get(kind.lower())

    def done(self, kind, **members):
        response = self.post(dict({"type": kind}, **members))
        self.assertEqual((response.status, response.body), (200, b""), response)

    def refused(self, body, status, text):
        response = self.post(body)
        self.assertEqual((response.status, response.text()), (status, text))
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")


class OperatorApi(MixedMediaTest, OperatorTest):
    def test_paths_and_methods(self):
        for target in ("/api/v1", "/master/api/v1", "/api/v1/", "/api/v1/operator", "//api/v1"):
            self.assertEqual(self.post(HEALTH, target=target).text(), HEALTHY)
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            response = net.request(self.cluster.address, method, "/api/v1")
            self.assertEqual((response.status, response.header("Allow")), (405, "POST"))

    def test_media_types(self):
        wrong_type = "Expecting 'Content-Type' of application/json or application/x-protobuf"
        wrong_accept = ("Expecting 'Accept' to allow 'application/x-protobuf' or "
                        "'application/json'")
        for headers, status, text in (
                ({}, 400, "Expecting 'Content-Type' to be present"),
                ({"Content-Type": "text/plain"}, 415, wrong_type),
                ({"Content-Type": JSON + "; charset=utf-8"}, 415, wrong_type),
                ({"Content-Type": "Application/JSON"}, 415, wrong_type),
                ({"Content-Type": "application/recordio", "Message-Content-Type": JSON}, 415,
                 wrong_type),
                ({"Content-Type": JSON, "Accept": "text/html"}, 406, wrong_accept),
                ({"Content-Type": JSON, "Accept": "application/recordio"}, 406, wrong_accept),
                ({"Content-Type": JSON, "Accept": ""}, 406, wrong_accept),
                ({"Content-Type": JSON}, 200, HEALTHY),
                ({"Content-Type": JSON, "Accept": "*/*"}, 200, HEALTHY)):
            with self.subTest(headers=headers):
                response = self.post(HEALTH, headers)
                self.assertEqual((response.status, response.text()), (status, text))

    def test_malformed_calls(self):
        validate = "Failed to validate master::Call: Expecting "
        self.refused("{}", 400, validate + "'type' to be present")
        self.refused({"type": "NOPE"}, 400, validate + "'type' to be present")
        for kind in ("GET_METRICS", "SET_LOGGING_LEVEL", "LIST_FILES", "READ_FILE",
                     "UPDATE_WEIGHTS", "RESERVE_RESOURCES", "UPDATE_MAINTENANCE_SCHEDULE",
                     "SET_QUOTA", "REMOVE_QUOTA", "UPDATE_QUOTA", "TEARDOWN", "MARK_AGENT_GONE",
                     "REACTIVATE_AGENT"):
            self.refused({"type": kind}, 400, validate + "'%s' to be present" % kind.lower())
        for body in ("{x", "", "[]"):
            response = self.post(body)
            self.assertEqual(response.status, 400, response)
            self.assertTrue(response.text().startswith("Failed to parse body into JSON: "))
        response = self.post(b"\xff\xff", {"Content-Type": PROTOBUF})
        self.assertEqual(response.status, 400)
        self.assertTrue(response.text().startswith("Failed to parse body into protobuf: "))
        self.assertEqual(self.post('{"type":"GET_HEALTH","zzz":1}').text(), HEALTHY)

    def test_calls_that_are_not_served_say_so(self):
        self.refused({"type": "UNKNOWN"}, 501, "501 Not Implemented.")
        self.refused({"type": "DRAIN_AGENT", "drain_agent": {"agent_id": {"value": "x"}}}, 501,
                     "The call DRAIN_AGENT is not implemented")
        self.assertEqual(self.post(HEALTH).status, 200)

    def test_what_is_fixed(self):
        version = self.call("GET_VERSION")["version_info"]
        self.assertEqual(version["version"], self.get("/version").json()["version"])
        flags = {each["name"]: each["value"] for each in self.call("GET_FLAGS")["flags"]}
        self.assertEqual(flags, self.get("/flags").json()["flags"])
        master = self.call("GET_MASTER")
        state = self.cluster.state()
        self.assertEqual(master["master_info"]["id"], state["id"])
        self.assertEqual(master["master_info"]["pid"], state["pid"])
        self.assertAlmostEqual(master["start_time"], state["start_time"], 5)
        self.assertAlmostEqual(master["elected_time"], state["elected_time"], 5)

    def test_metrics(self):
        for members in ({}, {"timeout": {"nanoseconds": 5000000000}}):
            rows = self.call("GET_METRICS", get_metrics=members)["metrics"]
            names = {each["name"] for each in rows}
            self.assertIn("master/elected", names)
            self.assertTrue(all(isinstance(each["value"], float) for each in rows))
        self.refused({"type": "GET_METRICS", "get_metrics": {"timeout": {"nanoseconds": -1}}}, 400,
                     "Expecting 'get_metrics.timeout' not to be negative")

    def test_the_log_level_goes_up_and_back(self):
        self.assertEqual(self.call("GET_LOGGING_LEVEL"), {"level": 0})
        self.done("SET_LOGGING_LEVEL", set_logging_level={
            "level": 1, "duration": {"nanoseconds": 600 * 10 ** 9}})
        self.assertEqual(self.call("GET_LOGGING_LEVEL"), {"level": 1})
        self.done("SET_LOGGING_LEVEL", set_logging_level={
            "level": 0, "duration": {"nanoseconds": 10 ** 9}})
        self.assertEqual(self.call("GET_LOGGING_LEVEL"), {"level": 0})
        self.refused({"type": "SET_LOGGING_LEVEL", "set_logging_level": {
            "level": 1, "duration": {"nanoseconds": -5}}}, 400,
                     "Expecting 'set_logging_level.duration' not to be negative")

    def test_teardown(self):
        scheduler = self.scheduler("doomed")
        self.done("TEARDOWN", teardown={"framework_id": {"value": scheduler.framework_id}})
        eventually(lambda: self.cluster.framework(scheduler.framework_id, completed=True))
        again = {"type": "TEARDOWN", "teardown": {"framework_id": {"value": "nope"}}}
        self.refused(again, 400, "No framework found with ID nope")

    def test_quota_weights_and_roles(self):
        self.assertEqual(self.call("GET_QUOTA"), {"status": {}})
        self.assertIsNone(self.call("GET_WEIGHTS"))
        self.assertEqual(self.call("GET_ROLES"), {})
        wanted = {"role": "e7", "force": True, "guarantee": [scalar("mem", 64)]}
        self.done("SET_QUOTA", set_quota={"quota_request": wanted})
        self.refused({"type": "SET_QUOTA", "set_quota": {"quota_request": wanted}}, 400,
                     "Failed to validate set quota request: Cannot set quota for role 'e7' which "
                     "already has quota")
        self.done("UPDATE_QUOTA", update_quota={"force": True, "quota_configs": [
            {"role": "e8", "guarantees": {"cpus": {"value": 1}}, "limits": {"cpus": {"value": 2}}}]})
        self.assertEqual(self.call("GET_QUOTA")["status"]["configs"], [
            {"role": "e7", "guarantees": {"mem": {"value": 64.0}},
             "limits": {"mem": {"value": 64.0}}},
            {"role": "e8", "guarantees": {"cpus": {"value": 1.0}},
             "limits": {"cpus": {"value": 2.0}}}])
        self.refused({"type": "UPDATE_QUOTA", "update_quota": {"quota_configs": [
            {"role": "e9", "guarantees": {"cpus": {"value": 3}}, "limits": {"cpus": {"value": 2}}}]}},
                     400, "Failed to validate update quota request: The guarantees for 'cpus' of "
                     "role 'e9' exceed its limit, 2")
        self.done("UPDATE_WEIGHTS", update_weights={"weight_infos": [{"role": "e8", "weight": 3}]})
        self.assertEqual(self.call("GET_WEIGHTS"),
                         {"weight_infos": [{"weight": 3.0, "role": "e8"}]})
        self.assertEqual(self.call("GET_ROLES"), {"roles": [{"name": "e7", "weight": 1.0},
                                                            {"name": "e8", "weight": 3.0}]})
        self.done("UPDATE_QUOTA", update_quota={"force": True, "quota_configs": [{"role": "e8"}]})
        self.done("REMOVE_QUOTA", remove_quota={"role": "e7"})
        self.refused({"type": "REMOVE_QUOTA", "remove_quota": {"role": "e7"}}, 400,
                     "Role 'e7' has no quota set")
        self.assertEqual(self.call("GET_QUOTA"), {"status": {}})

    def test_weights_texts(self):
        self.refused({"type": "UPDATE_WEIGHTS", "update_weights": {"weight_infos": [
            {"role": "a", "weight": -1}]}}, 400, "Failed to validate update weights request JSON "
                     "for role 'a': Invalid weight '-1': Weights must be positive")


class Files(OperatorTest):
    options = {"agents": 0}

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(**cls.options)
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.master.command.append("--log_dir=" + cls.cluster.path("log"))
        cls.cluster.start()

    def test_the_log_is_read(self):
        self.assertEqual(self.call("LIST_FILES", list_files={"path": "/master/log"}), {})
        part = self.call("READ_FILE", read_file={"path": "/master/log", "offset": 0, "length": 20})
        whole = self.call("READ_FILE", read_file={"path": "/master/log", "offset": 0})
        self.assertEqual(len(base64.b64decode(part["data"])), 20)
        self.assertTrue(base64.b64decode(whole["data"]).startswith(base64.b64decode(part["data"])))
        past = self.call("READ_FILE", read_file={"path": "/master/log", "offset": 99999999})
        self.assertEqual(past["data"], "")
        self.assertGreater(past["size"], 0)

    def test_what_is_not_there_is_404_without_a_body(self):
        for body in ({"type": "LIST_FILES", "list_files": {"path": "/nope"}},
                     {"type": "READ_FILE", "read_file": {"path": "/nope", "offset": 0}}):
            self.refused(body, 404, "")


if __name__ == "__main__":
    main()
