"""POST /api/v1 of the agent: media types, faults with their texts, and the calls that read."""
import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net, protobuf
from support.busy_cluster import BusyClusterTest
from support.harness import compare_shape, eventually, load, main, merged
from support.operator_api import HEALTH, HEALTHY, JSON, PROTOBUF, MixedMediaTest
from support.scheduler import resources

RECORDIO = "application/recordio"
THREE = "application/json or application/x-protobuf or application/recordio"
CONTROL = ("LAUNCH_NESTED_CONTAINER", "WAIT_NESTED_CONTAINER", "KILL_NESTED_CONTAINER",
           "REMOVE_NESTED_CONTAINER", "LAUNCH_NESTED_CONTAINER_SESSION",
           "ATTACH_CONTAINER_INPUT", "ATTACH_CONTAINER_OUTPUT", "LAUNCH_CONTAINER",
           "WAIT_CONTAINER", "KILL_CONTAINER", "REMOVE_CONTAINER", "ADD_RESOURCE_PROVIDER_CONFIG")
NUMBERS = {"GET_HEALTH": 1, "GET_METRICS": 4, "READ_FILE": 8, "GET_STATE": 9,
           "GET_CONTAINERS": 10, "GET_FRAMEWORKS": 11, "GET_EXECUTORS": 12, "GET_TASKS": 13,
           "GET_AGENT": 20}


class AgentApiTest(BusyClusterTest):
    def post(self, body, headers=None, target="/api/v1"):
        fields = {"Content-Type": JSON, "Accept": JSON} if headers is None else headers
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return net.request(self.cluster.agent.address, "POST", target, text, fields)

    def agent_get(self, target):
        return net.get(self.cluster.agent.address, target)

    def call(self, kind, **members):
        """A call that must be answered 200 with a body of its type; gives the member."""
        response = self.post(dict({"type": kind}, **members))
        self.assertEqual((response.status, response.header("Content-Type")), (200, JSON), response)
        body = response.json()
        self.assertEqual(list(body), ["type", kind.lower()])
        self.assertEqual(body["type"], kind)
        return body[kind.lower()]

    def binary(self, kind, **members):
        """The same with both bodies in protobuf, read by tables of field numbers."""
        body = protobuf.encode("AgentCall", dict({"type": NUMBERS[kind]}, **members))
        response = self.post(body, {"Content-Type": PROTOBUF, "Accept": PROTOBUF})
        self.assertEqual((response.status, response.header("Content-Type")), (200, PROTOBUF))
        return protobuf.decode("AgentResponse", response.body)[kind.lower()]

    def refused(self, body, status, text, headers=None):
        response = self.post(body, headers)
        self.assertEqual((response.status, response.text()), (status, text))
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")


class Transport(MixedMediaTest, AgentApiTest):
    def test_paths_and_methods(self):
        for target in ("/api/v1", "/slave(1)/api/v1", "/slave%281%29/api/v1", "/api/v1/"):
            self.assertEqual(self.post(HEALTH, target=target).text(), HEALTHY)
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
            response = net.request(self.cluster.agent.address, method, "/api/v1")
            self.assertEqual((response.status, response.header("Allow")), (405, "POST"))

    def test_media_types_of_the_request(self):
        for headers, status, text in (
                ({}, 400, "Expecting 'Content-Type' to be present"),
                ({"Content-Type": "text/plain"}, 415, "Expecting 'Content-Type' of " + THREE),
                ({"Content-Type": JSON + "; charset=utf-8"}, 415,
                 "Expecting 'Content-Type' of " + THREE),
                ({"Content-Type": JSON, "Message-Content-Type": JSON}, 415, "Expecting no "
                 "'Message-Content-Type' unless 'Content-Type' is application/recordio"),
                ({"Content-Type": JSON}, 200, HEALTHY),
                ({"Content-Type": JSON, "Accept": "*/*"}, 200, HEALTHY)):
            with self.subTest(headers=headers):
                response = self.post(HEALTH, headers)
                self.assertEqual((response.status, response.text()), (status, text))

    def test_media_types_of_the_answer(self):
        for accept, status, text in (
                ("text/html", 406, "Expecting 'Accept' to allow " + THREE),
                (RECORDIO, 406, "Streaming response is not supported for GET_HEALTH call"),
                ("application/*", 200, HEALTHY)):
            response = self.post(HEALTH, {"Content-Type": JSON, "Accept": accept})
            self.assertEqual((response.status, response.text()), (status, text), accept)
        self.refused(HEALTH, 406, "Expecting no 'Message-Accept' unless 'Accept' is "
                     "application/recordio",
                     {"Content-Type": JSON, "Accept": JSON, "Message-Accept": JSON})
        output = {"type": "ATTACH_CONTAINER_OUTPUT",
                  "attach_container_output": {"container_id": {"value": "x"}}}
        self.refused(output, 406, "Expecting 'Message-Accept' to allow application/json or "
                     "application/x-protobuf",
                     {"Content-Type": JSON, "Accept": RECORDIO, "Message-Accept": "text/html"})

    def test_streamed_requests(self):
        stream = {"Content-Type": RECORDIO, "Message-Content-Type": JSON, "Accept": JSON}
        self.refused("21\n" + HEALTH, 415, "Streaming request is not supported for GET_HEALTH call",
                     stream)
        self.refused("21\n" + HEALTH, 400, "Expecting 'Message-Content-Type' beside a "
                     "'Content-Type' of application/recordio", {"Content-Type": RECORDIO})
        self.refused("21\n" + HEALTH, 415, "Expecting 'Message-Content-Type' of application/json "
                     "or application/x-protobuf", dict(stream, **{"Message-Content-Type": "x/y"}))
        for body in ("22\n" + HEALTH, "99\n" + HEALTH, "x\n", ""):
            response = self.post(body, stream)
            self.assertEqual(response.status, 400)
            self.assertTrue(response.text().startswith("Failed to parse body into records: "))
        body = json.dumps({"type": "ATTACH_CONTAINER_INPUT", "attach_container_input": {
            "type": "CONTAINER_ID", "container_id": {"value": "x"}}})
        self.refused("%d\n%s" % (len(body), body), 501,
                     "The call ATTACH_CONTAINER_INPUT is not implemented", stream)

    def test_malformed_calls(self):
        validate = "Failed to validate agent::Call: Expecting "
        self.refused("{}", 400, validate + "'type' to be present")
        self.refused({"type": "NOPE"}, 400, validate + "'type' to be present")
        for kind in ("LIST_FILES", "READ_FILE", "SET_LOGGING_LEVEL", "GET_METRICS") + CONTROL:
            self.refused({"type": kind}, 400, validate + "'%s' to be present" % kind.lower())
        for body in ("{x", "", "[]", '{"type":1}'):
            response = self.post(body)
            self.assertEqual(response.status, 400, response)
        response = self.post(b"\xff\xff", {"Content-Type": PROTOBUF})
        self.assertEqual(response.status, 400)
        self.assertEqual(self.post('{"type":"GET_HEALTH","zzz":1}').text(), HEALTHY)

    def test_calls_that_are_not_served_say_so(self):
        self.refused({"type": "UNKNOWN"}, 501, "501 Not Implemented.")
        container = {"container_id": {"value": "x"}}
        for kind, member in (("LAUNCH_CONTAINER", container), ("WAIT_CONTAINER", container),
                             ("KILL_CONTAINER", container), ("REMOVE_CONTAINER", container),
                             ("PRUNE_IMAGES", {})):
            self.refused({"type": kind, kind.lower(): member}, 501,
                         "The call %s is not implemented" % kind)


class Reads(AgentApiTest):
    def test_every_answer_has_every_key_with_its_type(self):
        members = {"GET_METRICS": {"get_metrics": {}},
                   "LIST_FILES": {"list_files": {"path": self.sandbox("with-ports")}},
                   "READ_FILE": {"read_file": {"path": "/slave/log", "offset": 0, "length": 9}}}
        for kind, wanted in load(__file__, "agent_api.json").items():
            with self.subTest(kind):
                got = self.call(kind, **members.get(kind, {}))
                self.assertEqual(compare_shape(wanted[kind.lower()], merged(got)), [])

    def sandbox(self, task):
        framework = self.plain.framework_id
        return "/frameworks/%s/executors/%s/runs/latest" % (framework, task)

    def test_what_is_fixed(self):
        version = self.call("GET_VERSION")["version_info"]
        self.assertEqual(version["version"], self.agent_get("/version").json()["version"])
        flags = {each["name"]: each["value"] for each in self.call("GET_FLAGS")["flags"]}
        self.assertEqual(flags, self.agent_get("/flags").json()["flags"])
        agent = self.call("GET_AGENT")["agent_info"]
        state = self.agent_get("/state").json()
        self.assertEqual(agent["id"]["value"], state["id"])
        self.assertEqual(agent["port"], int(self.cluster.agent.address.split(":")[1]))
        self.assertEqual(self.call("GET_OPERATIONS"), {})
        self.assertEqual(self.call("GET_RESOURCE_PROVIDERS"), {})

    def test_tasks_stand_where_their_life_has_brought_them(self):
        tasks = self.call("GET_TASKS")
        names = {key: {each["task_id"]["value"] for each in rows} - {"unheard"}
                 for key, rows in tasks.items()}
        self.assertEqual(names, {"pending_tasks": set(), "queued_tasks": set(),
                                 "launched_tasks": {"with-ports", "c-1", "reserved"},
                                 "terminated_tasks": set(),
                                 "completed_tasks": {"finished", "failed", "c-2"}})
        self.assertEqual({each["state"] for each in tasks["launched_tasks"]}, {"TASK_RUNNING"})

    def test_a_terminal_task_waits_for_its_acknowledgement(self):
        task = self.prod.task(self.held, "unheard", "true")
        task["resources"] = resources(allocation_info={"role": "prod"}, reservations=[
            {"type": "STATIC", "role": "prod"}])
        self.prod.launch(self.held, task)
        for state in ("TASK_STARTING", "TASK_RUNNING"):
            self.prod.update("unheard", state)
        last = self.prod.update("unheard", "TASK_FINISHED", acknowledge=False)

        def stands_in(key):
            return "unheard" in [each["task_id"]["value"] for each in self.call("GET_TASKS")[key]]
        self.assertTrue(stands_in("terminated_tasks"))
        self.assertFalse(stands_in("completed_tasks"))
        self.prod.acknowledge(last)
        eventually(lambda: stands_in("completed_tasks"), what="the task among the completed ones")
        self.assertFalse(stands_in("terminated_tasks"))

    def test_executors_and_frameworks(self):
        executors = self.call("GET_EXECUTORS")
        running = {each["executor_info"]["executor_id"]["value"]: each["executor_info"]
                   for each in executors["executors"]}
        self.assertEqual(set(running), {"with-ports", "ex-1", "reserved"})
        self.assertEqual(running["ex-1"]["type"], "CUSTOM")
        self.assertEqual(running["ex-1"]["framework_id"]["value"], self.plain.framework_id)
        done = {each["executor_info"]["executor_id"]["value"]
                for each in executors["completed_executors"]}
        self.assertLessEqual({"finished", "failed"}, done)
        frameworks = self.call("GET_FRAMEWORKS")
        self.assertEqual({each["framework_info"]["id"]["value"]
                          for each in frameworks["frameworks"]},
                         {self.plain.framework_id, self.prod.framework_id})

    def test_the_state_is_its_parts(self):
        state = self.call("GET_STATE")
        self.assertEqual(state, {kind.lower(): self.call(kind) for kind in (
            "GET_TASKS", "GET_EXECUTORS", "GET_FRAMEWORKS")})

    def test_containers_are_those_of_the_older_endpoint(self):
        for members in ({}, {"get_containers": {"show_nested": True, "show_standalone": True}}):
            rows = {each["container_id"]["value"]: each
                    for each in self.call("GET_CONTAINERS", **members)["containers"]}
            older = {each["container_id"]: each for each in self.agent_get("/containers").json()}
            self.assertEqual(set(rows), set(older))
            for key, row in rows.items():
                self.assertEqual((row["executor_id"]["value"], row["framework_id"]["value"],
                                  row["container_status"]),
                                 (older[key]["executor_id"], older[key]["framework_id"],
                                  older[key]["status"]))
                self.assertEqual(set(row["resource_statistics"]), set(older[key]["statistics"]))

    def test_protobuf_says_the_same(self):
        for kind in ("GET_STATE", "GET_TASKS", "GET_EXECUTORS", "GET_FRAMEWORKS", "GET_AGENT"):
            with self.subTest(kind):
                told, wanted = self.binary(kind), self.call(kind)
                self.assertEqual(compare_values(told, wanted), [])
        told = self.binary("GET_CONTAINERS", get_containers={"show_nested": True})["containers"]
        self.assertEqual({each["container_status"]["executor_pid"] for each in told},
                         {each["container_status"]["executor_pid"]
                          for each in self.call("GET_CONTAINERS")["containers"]})
        names = {each["name"] for each in self.binary("GET_METRICS", get_metrics={})["metrics"]}
        self.assertIn("slave/registered", names)
        part = self.binary("READ_FILE", read_file={"path": "/slave/log", "offset": 2, "length": 5})
        self.assertEqual(len(base64.b64decode(part["data"])), 5)

    def test_metrics_are_those_of_the_snapshot(self):
        for members in ({}, {"timeout": {"nanoseconds": 5000000000}}):
            rows = self.call("GET_METRICS", get_metrics=members)["metrics"]
            self.assertEqual({each["name"] for each in rows},
                             set(self.agent_get("/metrics/snapshot").json()))
        self.refused({"type": "GET_METRICS", "get_metrics": {"timeout": {"nanoseconds": -1}}}, 400,
                     "Expecting 'get_metrics.timeout' not to be negative")

    def test_the_log_level_goes_up_and_back(self):
        for level in (1, 0):
            response = self.post({"type": "SET_LOGGING_LEVEL", "set_logging_level": {
                "level": level, "duration": {"nanoseconds": 600 * 10 ** 9}}})
            self.assertEqual((response.status, response.body), (200, b""))
            self.assertEqual(self.call("GET_LOGGING_LEVEL"), {"level": level})

    def test_sandboxes_are_listed_and_read(self):
        path = self.sandbox("with-ports")
        infos = self.call("LIST_FILES", list_files={"path": path})["file_infos"]
        names = [each["path"].rsplit("/", 1)[1] for each in infos]
        self.assertEqual(names, sorted(names))
        self.assertLessEqual({"stderr", "stdout"}, set(names))
        whole = self.call("READ_FILE", read_file={"path": "/slave/log", "offset": 0})
        self.assertGreater(whole["size"], 0)
        past = self.call("READ_FILE", read_file={"path": "/slave/log", "offset": 99999999})
        self.assertEqual(past["data"], "")
        for body in ({"type": "LIST_FILES", "list_files": {"path": "/nope"}},
                     {"type": "READ_FILE", "read_file": {"path": "/nope", "offset": 0}}):
            self.refused(body, 404, "")


def compare_values(told, wanted, path=""):
    """Where what protobuf told, as far as the tables know its fields, differs from the JSON."""
    if isinstance(told, dict) and isinstance(wanted, dict):
        return [each for key in told
                for each in compare_values(told[key], wanted.get(key), path + "." + key)]
    if isinstance(told, list) and isinstance(wanted, list) and len(told) == len(wanted):
        return [each for pair in zip(told, wanted) for each in compare_values(*pair, path + "[]")]
    return [] if told == wanted else ["%s: %r is not %r" % (path, told, wanted)]


if __name__ == "__main__":
    main()
