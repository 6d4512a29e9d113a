"""GET /metrics of master and agent: what Prometheus' own checker says, and the numbers."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import ROOT, eventually, main

CACHE = os.environ.get("TROUPE_TEST_CACHE",
                       os.path.join(tempfile.gettempdir(), "troupe-test-cache"))
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"\\}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """Samples as {(name, labels): value}, and the TYPE of each family."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            types[line.split(" ")[2]] = line.split(" ")[3]
        elif not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            key = (name, tuple(sorted(LABEL.findall(labels or ""))))
            assert key not in samples, key
            samples[key] = float(value)
    return samples, types


def promtool():
    """The checker; a text with the reason when it cannot be had. Taken out of its Debian package:
    installing that would start a server."""
    found = shutil.which("promtool")
    unpacked = os.path.join(CACHE, "prometheus")
    if not found and shutil.which("apt-get") and not os.path.exists(unpacked):
        os.makedirs(CACHE, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["apt-get", "download", "prometheus"], cwd=folder, timeout=120,
                           stdin=subprocess.DEVNULL, capture_output=True, check=False)
            for package in os.listdir(folder):
                subprocess.run(["dpkg-deb", "-x", os.path.join(folder, package), unpacked],
                               timeout=60, check=True)
    if not found and os.path.exists(os.path.join(unpacked, "usr", "bin", "promtool")):
        found = os.path.join(unpacked, "usr", "bin", "promtool")
    return found, None if found else "promtool (Debian package prometheus) cannot be had"


class Prometheus(ClusterTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addresses = (cls.cluster.address, cls.cluster.agent.address)

    def some_life(self):
        scheduler = self.scheduler('odd "name"\\', roles=["eng/dev"],
                                   capabilities=[{"type": "MULTI_ROLE"}])
        scheduler.run("one", "true")
        scheduler.wait_end("one")
        return scheduler

    def text(self, address):
        response = net.get(address, "/metrics")
        self.assertEqual(response.status, 200)
        self.assertEqual(response.header("Content-Type"),
                         "text/plain; version=0.0.4; charset=utf-8")
        return response.text()

    def test_promtool_has_nothing_to_say(self):
        tool, reason = promtool()
        if reason:
            self.skipTest(reason)
        self.some_life()
        for address in self.addresses:
            done = subprocess.run([tool, "check", "metrics"], input=self.text(address),
                                  text=True, capture_output=True, timeout=60)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_every_key_of_the_snapshot_is_there_once(self):
        for address in self.addresses:
            def same_number(address=address):
                told = parse(self.text(address))
                keys = net.get(address, "/metrics/snapshot").json()
                return told if len(told[0]) == len(keys) else None
            samples, types = eventually(same_number, what="a sample for each key")
            for (name, _), value in samples.items():
                self.assertIn(types[name], ("counter", "gauge"))
                self.assertEqual(types[name] == "counter", name.endswith("_total"), name)
                if types[name] == "counter":
                    self.assertGreaterEqual(value, 0)

    def test_a_framework_is_named_by_labels(self):
        scheduler = self.some_life()
        labels = (("framework", 'odd \\"name\\"\\\\'), ("framework_id", scheduler.framework_id))

        def accepted():
            samples, _ = parse(self.text(self.cluster.address))
            key = ("troupe_framework_calls_by_type_total", labels + (("type", "accept"),))
            return samples.get(key) == 1
        eventually(accepted, what="the framework's accepted call")

    def test_every_series_of_an_agent_names_it(self):
        agent = net.get(self.cluster.agent.address, "/state").json()["id"]
        samples, types = parse(self.text(self.cluster.agent.address))
        self.assertEqual({dict(labels).get("agent") for _, labels in samples}, {agent})
        self.assertEqual(types["troupe_agent_tasks_ended_total"], "counter")
        self.assertEqual(types["troupe_agent_tasks"], "gauge")
        self.assertFalse([1 for _, labels in parse(self.text(self.cluster.address))[0]
                          if "agent" in dict(labels)])

    def test_amounts_have_base_units(self):
        def known():
            samples, _ = parse(self.text(self.cluster.address))
            return samples[("troupe_master_agents", (("state", "connected"),))] == 1 and samples
        samples = eventually(known, what="the agent in the metrics")
        memory = net.get(self.cluster.address, "/metrics/snapshot").json()["master/mem_total"]
        self.assertEqual(samples[("troupe_master_mem_capacity_bytes", (("revocable", "false"),))],
                         memory * 1024 * 1024)

    def test_paths_below_and_a_bad_timeout_are_refused(self):
        self.assertEqual(self.get("/metrics/nosuch").status, 404)
        self.assertEqual(self.get("/metrics?timeout=x").status, 400)

    def test_the_dashboard_asks_for_families_that_exist(self):
        self.some_life()
        known = set()

        def all_there():
            for address in self.addresses:
                known.update(parse(self.text(address))[1])
            return not wanted - known
        with open(os.path.join(ROOT, "docs", "grafana-dashboard.json")) as file:
            dashboard = json.load(file)
        wanted = set(re.findall(r"troupe_[a-z0-9_]+", json.dumps(dashboard["panels"])))
        self.assertGreater(len(wanted), 15)
        eventually(all_there, what="families of the dashboard: %s" % sorted(wanted - known))


if __name__ == "__main__":
    main()
