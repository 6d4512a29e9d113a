"""GET_STATE and its parts on POST /api/v1, in both encodings, and the calls that convert resources."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net, protobuf
from support.busy_cluster import DISCOVERY, EXECUTOR, LABELS, PORTS, BusyClusterTest
from support.cluster import Cluster, ClusterTest
from support.harness import compare_shape, eventually, load, main, merged
from support.operator_api import JSON, PROTOBUF
from support.scheduler import resources, scalar

HEALTH = {"type": "COMMAND", "interval_seconds": 1.0, "command": {"value": "true"}}
PARTS = ("GET_TASKS", "GET_EXECUTORS", "GET_FRAMEWORKS", "GET_AGENTS")
OPS = [{"type": "DYNAMIC", "role": "ops", "labels": LABELS}]


class OperatorTest(ClusterTest):
    def post(self, body, accept=JSON):
        return net.request(self.cluster.address, "POST", "/api/v1", json.dumps(body),
                           {"Content-Type": JSON, "Accept": accept})

    def call(self, kind):
        response = self.post({"type": kind})
        self.assertEqual((response.status, response.header("Content-Type")), (200, JSON), response)
        body = response.json()
        self.assertEqual(body["type"], kind)
        return body[kind.lower()]

    def change(self, kind, status=202, text="", **members):
        response = self.post({"type": kind, kind.lower(): members})
        self.assertEqual((response.status, response.text()), (status, text), response)

    def agent_id(self):
        return self.call("GET_AGENTS")["agents"][0]["agent_info"]["id"]


class OperatorState(OperatorTest, BusyClusterTest):
    @classmethod
    def launch_tasks(cls):
        offer = cls.plain.offer()
        ports = cls.plain.task(offer, "with-ports", "sleep 1000", labels=LABELS,
                               discovery=DISCOVERY, health_check=HEALTH)
        ports["resources"].append(PORTS)
        limit = {"grace_period": {"nanoseconds": 1000000000}}
        cls.plain.launch(offer, ports, cls.plain.task(offer, "finished", "true", kill_policy=limit),
                         cls.plain.task(offer, "failed", "exit 3"))
        cls.plain.update("with-ports", "TASK_RUNNING")
        for name in ("finished", "failed"):
            cls.plain.wait_end(name)
        offer = cls.plain.offer()
        executor = {"type": "CUSTOM", "executor_id": {"value": "ex-1"}, "name": "an executor",
                    "source": "test", "command": {"value": EXECUTOR},
                    "framework_id": {"value": cls.plain.framework_id},
                    "resources": [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 32)]}
        cls.plain.launch(offer, cls.plain.task(offer, "c-1", executor=executor))
        cls.plain.update("c-1", "TASK_RUNNING")

    def test_the_state_has_every_field_with_its_type(self):
        problems = compare_shape(load(__file__, "operator_state.json"),
                                 merged(self.call("GET_STATE")))
        self.assertEqual(problems, [], "differences:\n  " + "\n  ".join(problems))

    def test_the_parts_are_those_of_the_state(self):
        state = self.call("GET_STATE")
        self.assertEqual(list(state), [kind.lower() for kind in PARTS])
        for kind in PARTS:
            got = self.call(kind)
            for name, rows in state[kind.lower()].items():
                def sort(rows):
                    return sorted(json.dumps(row, sort_keys=True) for row in rows)
                self.assertEqual(sort(got[name]), sort(rows), name)
        self.assertEqual(self.post({"type": "GET_OPERATIONS"}).text(),
                         '{"type":"GET_OPERATIONS","get_operations":{}}')

    def test_protobuf_says_the_same_as_json(self):
        for kind in PARTS + ("GET_STATE",):
            response = self.post({"type": kind}, PROTOBUF)
            self.assertEqual((response.status, response.header("Content-Type")), (200, PROTOBUF))
            binary = protobuf.decode("OperatorResponse", response.body)
            self.assertEqual(binary["type"], kind)
            text = self.call(kind)
            self.agree(text, binary.get(kind.lower(), {}), kind)

    def agree(self, text, binary, path):
        """What the tables of support/protobuf.py know is in both; JSON also has defaults and empty
        lists."""
        for name, value in binary.items():
            here = path + "." + name
            self.assertIn(name, text, here)
            if isinstance(value, dict):
                self.agree(text[name], value, here)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                self.assertEqual(len(text[name]), len(value), here)
                for mine, row in self.pairs(text[name], value):
                    self.agree(mine, row, here)
            else:
                self.assertEqual(text[name], value, here)
        for name, value in text.items():
            if value == [] or value == {}:
                self.assertFalse(binary.get(name), path + "." + name)

    @staticmethod
    def pairs(text, binary):
        """Rows by id: pages keep no order, and the two answers may come from two replicas."""
        def key(row):
            for name in ("task_id", "executor_info", "framework_info", "agent_info"):
                if name in row:
                    return json.dumps(row[name].get("value") or row[name].get("executor_id")
                                      or row[name].get("id"))
            return ""
        return zip(sorted(text, key=key), sorted(binary, key=key))

    def test_tasks_are_shown_where_they_are(self):
        tasks = self.call("GET_TASKS")
        self.assertEqual({each["task_id"]["value"]: each["state"] for each in tasks["tasks"]}, {
            "with-ports": "TASK_RUNNING", "c-1": "TASK_RUNNING", "reserved": "TASK_RUNNING"})
        self.assertEqual({each["task_id"]["value"]: each["state"]
                          for each in tasks["completed_tasks"]},
                         {"finished": "TASK_FINISHED", "failed": "TASK_FAILED"})
        self.assertEqual(tasks["unreachable_tasks"], [])
        one = next(each for each in tasks["tasks"] if each["task_id"]["value"] == "with-ports")
        self.assertNotIn("executor_id", one)
        self.assertEqual((one["labels"], one["discovery"]), (LABELS, DISCOVERY))
        self.assertEqual([each["name"] for each in one["resources"]], ["cpus", "mem", "ports"])

    def test_executors_are_those_of_frameworks(self):
        rows = self.call("GET_EXECUTORS")["executors"]
        self.assertEqual([(row["executor_info"]["executor_id"]["value"],
                           row["executor_info"]["framework_id"]["value"]) for row in rows],
                         [("ex-1", self.plain.framework_id)])
        self.assertEqual(rows[0]["agent_id"], self.agent_id())

    def test_frameworks_hold_what_their_tasks_and_offers_do(self):
        got = self.call("GET_FRAMEWORKS")
        rows = {row["framework_info"]["id"]["value"]: row for row in got["frameworks"]}
        self.assertEqual(set(rows), {self.plain.framework_id, self.prod.framework_id})
        held = {each["name"]: each for each in rows[self.plain.framework_id]["allocated_resources"]}
        self.assertEqual(held["ports"]["ranges"], PORTS["ranges"])
        self.assertAlmostEqual(held["cpus"]["scalar"]["value"], 0.3)
        self.assertEqual((held["cpus"]["role"], held["cpus"]["allocation_info"]),
                         ("*", {"role": "*"}))
        mine = rows[self.prod.framework_id]
        self.assertEqual((mine["active"], mine["connected"], mine["recovered"]),
                         (True, True, False))
        self.assertEqual({each["role"] for each in mine["allocated_resources"]}, {"prod"})
        self.assertEqual([each["framework_info"]["name"] for each in got["completed_frameworks"]],
                         ["done"])

    def test_an_empty_answer_has_its_lists(self):
        with Cluster(agents=0) as empty:
            empty.start()
            eventually(lambda: net.request(
                empty.address, "POST", "/api/v1", '{"type":"GET_MASTER"}',
                {"Content-Type": JSON}).status == 200, what="the master leads")
            for kind, text in (
                    ("GET_TASKS", '{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]}'),
                    ("GET_EXECUTORS", '{"executors":[]}'),
                    ("GET_FRAMEWORKS", '{"frameworks":[],"completed_frameworks":[]}'),
                    ("GET_AGENTS", '{"agents":[],"recovered_agents":[]}')):
                response = net.request(empty.address, "POST", "/api/v1", json.dumps({"type": kind}),
                                       {"Content-Type": JSON, "Accept": JSON})
                self.assertEqual(response.text(), '{"type":"%s","%s":%s}'
                                 % (kind, kind.lower(), text))


class Conversions(OperatorTest):
    options = {"resources": "cpus:8;mem:8192;disk:20480"}

    def shown(self, name="disk"):
        """Amounts of the agent's total by role and volume."""
        return {(row.get("reservations", [{}])[-1].get("role", "*"),
                 row.get("disk", {}).get("persistence", {}).get("id")): row["scalar"]["value"]
                for row in self.call("GET_AGENTS")["agents"][0]["total_resources"]
                if row["name"] == name}

    def volume(self, size):
        return scalar("disk", size, reservations=OPS, disk={
            "persistence": {"id": "vol"}, "volume": {"container_path": "data", "mode": "RW"}})

    def test_reserve_create_grow_shrink_destroy_unreserve(self):
        agent = self.agent_id()
        self.change("RESERVE_RESOURCES", agent_id=agent,
                    resources=[scalar("disk", 256, reservations=OPS)])
        self.assertEqual(self.shown(), {("*", None): 20224.0, ("ops", None): 256.0})
        row = next(row for row in self.call("GET_AGENTS")["agents"][0]["total_resources"]
                   if row.get("role") == "ops")
        self.assertEqual((row["reservation"], row["reservations"]), ({"labels": LABELS}, OPS))
        self.change("CREATE_VOLUMES", agent_id=agent, volumes=[self.volume(64)])
        self.assertEqual(self.shown()[("ops", "vol")], 64.0)
        self.change("GROW_VOLUME", agent_id=agent, volume=self.volume(64),
                    addition=scalar("disk", 64, reservations=OPS))
        self.assertEqual(self.shown()[("ops", "vol")], 128.0)
        self.change("SHRINK_VOLUME", agent_id=agent, volume=self.volume(128),
                    subtract={"value": 96})
        self.assertEqual(self.shown(), {("*", None): 20224.0, ("ops", None): 224.0,
                                        ("ops", "vol"): 32.0})
        self.change("DESTROY_VOLUMES", agent_id=agent, volumes=[self.volume(32)])
        self.change("UNRESERVE_RESOURCES", agent_id=agent,
                    resources=[scalar("disk", 256, reservations=OPS)])
        self.assertEqual(self.shown(), {("*", None): 20480.0})

    def test_what_does_not_fit_or_is_wrong_changes_nothing(self):
        agent, before = self.agent_id(), self.shown()
        much = [scalar("disk", 99999, reservations=OPS)]
        response = self.post({"type": "RESERVE_RESOURCES", "reserve_resources": {
            "agent_id": agent, "resources": much}})
        self.assertEqual(response.status, 409, response)
        self.change("RESERVE_RESOURCES", 400, "No agent found with specified ID",
                    agent_id={"value": "nope"}, resources=much)
        response = self.post({"type": "UNRESERVE_RESOURCES", "unreserve_resources": {
            "agent_id": agent, "resources": [scalar("disk", 1)]}})
        self.assertEqual(response.status, 400, response)
        self.change("GROW_VOLUME", 400,
                    "Failed to validate master::Call: Expecting 'agent_id' to be present",
                    volume=self.volume(64), addition=scalar("disk", 64, reservations=OPS))
        response = self.post({"type": "SHRINK_VOLUME", "shrink_volume": {"agent_id": agent}})
        self.assertEqual(response.status, 400, response)
        self.assertEqual(self.shown(), before)


class Gone(OperatorTest):
    def test_an_agent_marked_gone_is_shut_down_and_never_comes_back(self):
        aware = self.scheduler("aware", capabilities=[{"type": "PARTITION_AWARE"}])
        aware.run("t", "sleep 1000")
        self.change("MARK_AGENT_GONE", 404, "No agent found with ID nope",
                    agent_id={"value": "nope"})
        agent = self.agent_id()
        self.change("MARK_AGENT_GONE", 200, agent_id=agent)
        status = aware.update("t", "TASK_GONE_BY_OPERATOR", acknowledge=False)
        self.assertEqual((status["source"], status["reason"]),
                         ("SOURCE_MASTER", "REASON_AGENT_REMOVED_BY_OPERATOR"))
        self.assertEqual(self.call("GET_AGENTS")["agents"], [])
        eventually(lambda: not self.cluster.agent.running(), what="the agent ends")
        self.change("MARK_AGENT_GONE", 200, agent_id=agent)
        aware.reconcile(("t", agent["value"]))
        aware.update("t", "TASK_GONE_BY_OPERATOR", acknowledge=False)


if __name__ == "__main__":
    main()
