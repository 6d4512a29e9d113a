"""/state of master and agent and its kin: keys and types against a captured cluster, and values."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.busy_cluster import DISCOVERY, LABELS, BusyClusterTest
from support.harness import compare_shape, load, main, merged


class State(BusyClusterTest):
    def agent_get(self, target):
        return net.get(self.cluster.agent.address, target)

    def same_shape(self, name, got):
        problems = compare_shape(load(__file__, name), merged(got))
        self.assertEqual(problems, [], "differences:\n  " + "\n  ".join(problems))

    def test_master_state_has_every_key_with_its_type(self):
        self.same_shape("master_state.json", self.cluster.state())

    def test_frameworks_and_slaves_have_every_key_with_its_type(self):
        whole = load(__file__, "master_state.json")
        got = merged(self.get("/frameworks").json())
        for key in ("frameworks", "completed_frameworks", "unregistered_frameworks"):
            self.assertEqual(compare_shape(whole[key], got[key], key), [])
        self.same_shape("slaves.json", self.get("/slaves").json())

    def test_the_summary_has_every_key_with_its_type_and_counts(self):
        summary = self.get("/state-summary").json()
        self.same_shape("state_summary.json", summary)
        self.assertEqual((summary["hostname"], summary["cluster"]), ("localhost", "golden"))
        agent = summary["slaves"][0]
        rows = {row["id"]: row for row in summary["frameworks"]}
        self.assertEqual(set(rows), {self.plain.framework_id, self.prod.framework_id})
        self.assertEqual(set(agent["framework_ids"]), set(rows))
        mine = rows[self.plain.framework_id]
        self.assertEqual((mine["TASK_RUNNING"], mine["TASK_FINISHED"], mine["TASK_FAILED"],
                          mine["TASK_KILLED"], mine["TASK_LOST"]), (2, 1, 1, 1, 0))
        self.assertEqual(agent["TASK_RUNNING"], 3)
        self.assertEqual(mine["slave_ids"], [agent["id"]])

    def test_tasks_have_every_key_with_its_type(self):
        self.same_shape("tasks.json", self.get("/tasks").json())

    def test_agent_state_has_every_key_with_its_type(self):
        self.same_shape("agent_state.json", self.agent_get("/state").json())

    def test_containers_have_every_key_with_its_type(self):
        self.same_shape("containers.json", self.agent_get("/containers").json())

    def test_statistics_have_every_key_with_its_type(self):
        self.same_shape("statistics.json", self.agent_get("/monitor/statistics").json())

    def test_flags_have_every_name_with_text(self):
        self.same_shape("master_flags.json", self.get("/flags").json())
        self.same_shape("agent_flags.json", self.agent_get("/flags").json())

    def test_the_master_counts_and_names_itself(self):
        state = self.cluster.state()
        address = self.cluster.address
        self.assertEqual((state["activated_slaves"], state["deactivated_slaves"],
                          state["unreachable_slaves"]), (1.0, 0.0, 0.0))
        self.assertEqual((state["pid"], state["leader"]), ("master@" + address,) * 2)
        self.assertEqual(state["leader_info"], {"id": state["id"], "pid": "master@" + address,
                                                "port": int(address.split(":")[1]),
                                                "hostname": "localhost"})
        self.assertEqual(state["capabilities"], ["AGENT_UPDATE"])
        self.assertEqual((state["cluster"], state["flags"]["cluster"]), ("golden", "golden"))
        self.assertEqual((state["orphan_tasks"], state["unregistered_frameworks"]), ([], []))
        self.assertGreaterEqual(state["elected_time"], state["start_time"])
        self.assertIsInstance(state["build_time"], float)

    def test_an_agent_is_shown_with_its_resources(self):
        agent = self.cluster.state()["slaves"][0]
        self.assertEqual(agent["attributes"], {"rack": "r1", "zone": "[1-3]", "size": 4.5})
        self.assertEqual(agent["pid"], "slave(1)@" + self.cluster.agent.address)
        self.assertEqual(agent["resources"], {"cpus": 10.0, "mem": 9216.0, "disk": 22528.0,
                                              "gpus": 0.0, "ports": "[31000-31099]"})
        self.assertEqual(agent["unreserved_resources"], {
            "cpus": 8.0, "mem": 8192.0, "disk": 20480.0, "gpus": 0.0, "ports": "[31000-31099]"})
        self.assertEqual(agent["reserved_resources"], {"prod": {
            "cpus": 2.0, "mem": 1024.0, "disk": 2048.0, "gpus": 0.0}})
        self.assertEqual(agent["used_resources"]["ports"], "[31000-31001]")
        self.assertAlmostEqual(agent["used_resources"]["cpus"], 0.4)
        for name in ("MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"):
            self.assertIn(name, agent["capabilities"])

    def test_a_framework_is_shown_with_its_tasks(self):
        row = self.cluster.framework(self.plain.framework_id)
        tasks = {task["id"]: task for task in row["tasks"]}
        self.assertEqual(set(tasks), {"with-ports", "c-1"})
        self.assertNotIn("pid", row, "HTTP frameworks have no pid")
        self.assertEqual((row["role"], row["user"], row["hostname"], row["webui_url"]),
                         ("*", "root", "h", "http://h/"))
        self.assertNotIn("roles", row)
        self.assertEqual((tasks["with-ports"]["executor_id"], tasks["c-1"]["executor_id"]),
                         ("", "ex-1"))
        self.assertEqual([each["state"] for each in tasks["with-ports"]["statuses"]],
                         ["TASK_STARTING", "TASK_RUNNING"])
        self.assertEqual(tasks["with-ports"]["labels"], LABELS["labels"])
        self.assertEqual(tasks["with-ports"]["discovery"], DISCOVERY)
        self.assertEqual(tasks["with-ports"]["resources"], {
            "cpus": 0.1, "mem": 32.0, "disk": 0.0, "gpus": 0.0, "ports": "[31000-31001]"})
        ended = {task["id"]: task["state"] for task in row["completed_tasks"]}
        self.assertEqual(ended, {"finished": "TASK_FINISHED", "failed": "TASK_FAILED",
                                 "c-2": "TASK_KILLED"})
        self.assertEqual([(each["executor_id"], each["type"], each["role"])
                          for each in row["executors"]], [("ex-1", "CUSTOM", "*")])

    def test_a_multi_role_framework_has_roles_and_an_offer(self):
        row = self.cluster.framework(self.prod.framework_id)
        self.assertEqual(row["roles"], ["prod"])
        self.assertNotIn("role", row)
        self.assertEqual([each["id"] for each in row["offers"]], [self.held["id"]["value"]])
        self.assertEqual(sorted(row["capabilities"]), ["MULTI_ROLE", "RESERVATION_REFINEMENT"])

    def task_ids(self, query):
        return [task["id"] for task in self.get("/tasks?" + query).json()["tasks"]]

    def test_tasks_are_sorted_by_their_first_status_newest_first(self):
        newest = self.task_ids("")
        self.assertEqual(set(newest), {"with-ports", "finished", "failed", "c-1", "c-2",
                                       "reserved"})
        self.assertEqual(newest[0], "reserved")
        self.assertEqual(self.task_ids("order=asc"), newest[::-1])
        for query in ("order=desc", "order=x", "limit=-1", "limit=x", "offset=x", "limit=100"):
            self.assertEqual(self.task_ids(query), newest, query)

    def test_tasks_are_cut_by_limit_and_offset(self):
        newest = self.task_ids("")
        self.assertEqual(self.task_ids("limit=1"), newest[:1])
        self.assertEqual(self.task_ids("limit=2&offset=1"), newest[1:3])
        self.assertEqual(self.task_ids("offset=5"), newest[5:])
        self.assertEqual(self.task_ids("offset=99"), [])
        self.assertEqual(self.task_ids("limit=0"), [])
        self.assertEqual(self.task_ids("order=asc&limit=2"), newest[::-1][:2])

    def test_tasks_are_chosen_by_framework_and_id(self):
        self.assertEqual(self.task_ids("framework_id=" + self.prod.framework_id), ["reserved"])
        self.assertEqual(self.task_ids("task_id=c-1"), ["c-1"])
        self.assertEqual(self.task_ids("task_id=c-1&framework_id=" + self.prod.framework_id), [])
        self.assertEqual(self.task_ids("task_id=nope"), [])
        self.assertEqual(self.task_ids("framework_id=nope"), [])

    def test_one_framework_or_agent_is_chosen_by_its_id(self):
        mine = self.get("/frameworks?framework_id=" + self.prod.framework_id).json()
        self.assertEqual([row["id"] for row in mine["frameworks"]], [self.prod.framework_id])
        self.assertEqual(mine["completed_frameworks"], [])
        none = self.get("/frameworks?framework_id=nope").json()
        self.assertEqual((none["frameworks"], none["completed_frameworks"]), ([], []))
        agent = self.cluster.state()["slaves"][0]["id"]
        self.assertEqual(len(self.get("/slaves?slave_id=" + agent).json()["slaves"]), 1)
        self.assertEqual(self.get("/slaves?slave_id=nope").json()["slaves"], [])

    def test_the_agent_shows_executors_with_their_sandboxes(self):
        state = self.agent_get("/state").json()
        self.assertEqual(state["id"], self.cluster.state()["slaves"][0]["id"])
        row = next(f for f in state["frameworks"] if f["id"] == self.plain.framework_id)
        running = {each["id"]: each for each in row["executors"]}
        self.assertEqual(set(running), {"with-ports", "ex-1"})
        for each in running.values():
            self.assertTrue(os.path.isdir(each["directory"]), each["directory"])
            self.assertIn("/executors/%s/runs/%s" % (each["id"], each["container"]),
                          each["directory"])
        custom = running["ex-1"]
        self.assertEqual((custom["name"], custom["source"]), ("an executor", "test"))
        self.assertEqual([task["id"] for task in custom["tasks"]], ["c-1"])
        self.assertEqual([task["id"] for task in custom["completed_tasks"]], ["c-2"])
        self.assertTrue({"finished", "failed"} <= {each["id"]
                                                   for each in row["completed_executors"]})

    def test_containers_are_those_of_the_running_executors(self):
        rows = {row["executor_id"]: row for row in self.agent_get("/containers").json()}
        self.assertEqual(set(rows), {"with-ports", "ex-1", "reserved"})
        one = rows["with-ports"]
        self.assertIn("Command Executor (Task: with-ports)", one["executor_name"])
        self.assertEqual(one["status"]["container_id"]["value"], one["container_id"])
        self.assertGreater(one["statistics"]["mem_rss_bytes"], 0)
        chosen = self.agent_get("/containers?container_id=" + one["container_id"]).json()
        self.assertEqual([row["executor_id"] for row in chosen], ["with-ports"])
        self.assertEqual(self.agent_get("/containers?container_id=nope").json(), [])

    def test_z_offers_name_the_executors_that_run_for_the_framework(self):
        self.plain.call("REVIVE")
        self.prod.decline([self.held], refuse=3600)
        self.addCleanup(self.plain.call, "SUPPRESS")
        offer = self.plain.offer(wanted=lambda each: "executor_ids" in each)
        self.assertEqual(offer["executor_ids"], [{"value": "ex-1"}])


if __name__ == "__main__":
    main()
