"""What monitors and the peer's web UI read of a cluster at work: every key is there, with the type
that they decode it into, and a value that makes sense."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.busy_cluster import BusyClusterTest
from support.harness import eventually, load, main


class Consumers(BusyClusterTest):
    keys = load(__file__, "consumers.json")

    def agent_get(self, target):
        return net.get(self.cluster.agent.address, target)

    def numbers(self, address, keys):
        """The values of these keys, once all are there (statistics need two samples)."""
        def all_there():
            values = net.get(address, "/metrics/snapshot?timeout=10secs").json()
            missing.clear()
            missing.extend(key for key in keys if key not in values)
            return values if not missing else None
        missing = []
        try:
            values = eventually(all_there)
        except AssertionError:
            self.fail("missing: %s" % missing)
        for key in keys:
            self.assertIsInstance(values[key], float, key)
            self.assertGreaterEqual(values[key], 0, key)
        return values

    def test_telegraf_finds_its_keys_of_a_master(self):
        keys = self.keys["telegraf"]["master"]
        eventually(lambda: self.numbers(self.cluster.address, keys)["master/tasks_running"] == 3)
        values = self.numbers(self.cluster.address, keys)
        self.assertEqual((values["master/elected"], values["master/slaves_active"]), (1, 1))
        self.assertEqual(values["master/frameworks_active"], 2)
        self.assertEqual(values["master/cpus_total"], 10)
        self.assertLessEqual(values["master/cpus_used"], values["master/cpus_total"])
        self.assertAlmostEqual(values["master/cpus_percent"],
                               values["master/cpus_used"] / values["master/cpus_total"], 5)
        low, high = (values["registrar/state_store_ms/" + each] for each in ("min", "max"))
        self.assertLessEqual(low, values["registrar/state_store_ms/p50"])
        self.assertLessEqual(values["registrar/state_store_ms/p99"], high)

    def test_telegraf_finds_its_keys_of_an_agent(self):
        values = self.numbers(self.cluster.agent.address, self.keys["telegraf"]["agent"])
        self.assertEqual((values["slave/registered"], values["slave/tasks_running"],
                          values["slave/executors_running"]), (1, 3, 3))
        self.assertGreater(values["slave/uptime_secs"], 0)
        self.assertLessEqual(values["system/mem_free_bytes"], values["system/mem_total_bytes"])

    def test_mesos_exporter_finds_its_keys(self):
        self.numbers(self.cluster.address, self.keys["exporter"]["master"])
        self.numbers(self.cluster.agent.address, self.keys["exporter"]["agent"])

    def test_mesos_exporter_decodes_the_statistics(self):
        rows = self.agent_get("/monitor/statistics").json()
        self.assertEqual({row["executor_id"] for row in rows}, {"with-ports", "ex-1", "reserved"})
        for row in rows:
            for key in ("executor_name", "framework_id", "source"):
                self.assertIsInstance(row[key], str)
            for key in self.keys["exporter"]["statistics"]:
                self.assertIsInstance(row["statistics"][key], (int, float), key)
            self.assertGreater(row["statistics"]["mem_rss_bytes"], 0)
            self.assertLess(row["statistics"]["mem_rss_bytes"],
                            row["statistics"]["mem_limit_bytes"])

    def test_mesos_exporter_decodes_the_states(self):
        for agent in self.cluster.state()["slaves"]:
            self.assertRegex(agent["pid"], r"^slave\(1\)@127\.0\.0\.1:\d+$")
            for part in ("resources", "used_resources", "unreserved_resources"):
                for name in ("cpus", "mem", "disk"):
                    self.assertIsInstance(agent[part][name], float)
                if "ports" in agent[part]:  # "[31000-31001, 31005-31009]"
                    self.assertRegex(agent[part]["ports"], r"^\[\d+-\d+(, \d+-\d+)*\]$")
        labels = {}
        for framework in self.agent_get("/slave(1)/state").json()["frameworks"]:
            for executor in framework["executors"]:
                for task in executor["tasks"]:
                    labels[executor["source"], framework["id"], executor["id"]] = [
                        (each["key"], each["value"]) for each in task.get("labels", [])]
        self.assertEqual(labels["with-ports", self.plain.framework_id, "with-ports"], [("k", "v")])

    def jsonp(self, address, target):
        """As a page loads it: a script that calls the function it named."""
        response = net.get(address, target + ("&" if "?" in target else "?") + "jsonp=cb.f")
        self.assertEqual((response.status, response.header("Content-Type")),
                         (200, "text/javascript"), target)
        match = re.match(r"^cb\.f\((.*)\)$", response.text(), re.S)
        self.assertTrue(match, response.text()[:80])
        return json.loads(match.group(1))

    def test_the_web_ui_loads_what_its_pages_show_of_the_master(self):
        state = self.jsonp(self.cluster.address, "/master/state")
        for key in ("leader_info", "cluster", "build_date", "build_time", "build_user", "version",
                    "start_time", "elected_time", "id", "hostname", "flags", "log_dir", "slaves",
                    "frameworks", "completed_frameworks", "unregistered_frameworks",
                    "orphan_tasks"):
            self.assertIn(key, state)
        self.assertEqual(state["leader_info"]["hostname"], "localhost")
        summary = self.jsonp(self.cluster.address, "/master/state-summary")
        self.assertEqual(sum(row["TASK_RUNNING"] for row in summary["slaves"]), 3)
        values = self.jsonp(self.cluster.address, "/metrics/snapshot")
        self.assertEqual(values["master/slaves_active"], 1)
        roles = self.jsonp(self.cluster.address, "/master/roles")["roles"]
        self.assertLessEqual({"*", "prod"}, {row["name"] for row in roles})
        self.assertEqual(self.jsonp(self.cluster.address, "/master/quota"), {})
        self.assertEqual(self.jsonp(self.cluster.address, "/master/maintenance/schedule"), {})
        self.assertIsInstance(self.jsonp(self.cluster.address, "/master/maintenance/status"), dict)
        log = self.jsonp(self.cluster.address, "/files/read?path=/master/log&offset=-1")
        self.assertGreater(log["offset"], 0)
        part = self.jsonp(self.cluster.address, "/files/read?path=/master/log&offset=0&length=50")
        self.assertEqual((len(part["data"]), part["offset"]), (50, 0))

    def test_the_web_ui_loads_what_its_pages_show_of_an_agent(self):
        agent = self.cluster.agent.address
        state = self.jsonp(agent, "/slave(1)/state")
        framework = next(row for row in state["frameworks"]
                         if row["id"] == self.plain.framework_id)
        executor = next(row for row in framework["executors"] if row["id"] == "with-ports")
        usage = {row["executor_id"]: row["statistics"]
                 for row in self.jsonp(agent, "/slave(1)/monitor/statistics")}
        self.assertIn("cpus_user_time_secs", usage["with-ports"])
        for key in ("cpus", "mem", "disk"):
            self.assertIsInstance(executor["resources"][key], float)
        for path in (executor["directory"], "/frameworks/%s/executors/with-ports/runs/latest"
                     % framework["id"]):
            listed = self.jsonp(agent, "/files/browse?path=" + path)
            self.assertLessEqual({"stdout", "stderr"},
                                 {row["path"].rsplit("/", 1)[1] for row in listed})
            for row in listed:
                self.assertEqual({key: type(value) for key, value in row.items()}, {
                    "path": str, "nlink": int, "size": int, "mtime": float, "mode": str,
                    "uid": str, "gid": str}, row)
        self.assertEqual(self.jsonp(agent, "/files/read?path=%s/stdout&offset=-1"
                                    % executor["directory"])["data"], "")
        values = self.jsonp(agent, "/metrics/snapshot")
        self.assertEqual(values["slave/tasks_running"], 3)


if __name__ == "__main__":
    main()
