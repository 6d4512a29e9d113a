"""The endpoints around /state: methods, prefixes, aliases, JSONP, compression, HEAD, redirects."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest
from support.harness import compare_shape, eventually, load, main


class Endpoints(ClusterTest):
    def both(self):
        return (("master", self.cluster.address), ("agent", self.cluster.agent.address))

    def not_found(self, address, target, method="GET"):
        response = net.request(address, method, target)
        self.assertEqual(response.status, 404, "%s %s: %r" % (method, target, response))

    def test_every_method_is_answered_as_the_table_says(self):
        for name, address in self.both():
            for row in load(__file__, name + "_methods.json"):
                with self.subTest(name, method=row["method"], target=row["target"]):
                    response = net.request(address, row["method"], row["target"])
                    self.assertEqual(response.status, row["status"], response)
                    self.assertEqual(response.header("Content-Type"), row["content_type"])
                    self.assertEqual(response.header("Allow"), row.get("allow"))

    def test_head_gives_the_length_of_get(self):
        for _, address in self.both():
            for target in ("/version", "/flags", "/health"):
                head = net.request(address, "HEAD", target)
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(head.header("Content-Length"),
                                 str(len(net.get(address, target).body)))

    def test_health_is_200_and_empty(self):
        for _, address in self.both():
            response = net.get(address, "/health")
            self.assertEqual((response.status, response.body), (200, b""))
            self.assertEqual(response.header("Content-Length"), "0")
            self.assertIsNone(response.header("Content-Type"))

    def test_version_is_digits_and_dots(self):
        for _, address in self.both():
            response = net.get(address, "/version")
            self.assertEqual(response.header("Content-Type"), "application/json")
            self.assertRegex(response.json()["version"], r"^[0-9]+\.[0-9]+\.[0-9]+$")
            self.assertEqual(compare_shape(load(__file__, "version.json"), response.json()), [])

    def test_flags_are_texts_with_what_was_given(self):
        flags = self.get("/flags").json()["flags"]
        self.assertTrue(all(isinstance(value, str) for value in flags.values()), flags)
        self.assertEqual(flags["port"], self.cluster.address.split(":")[1])
        self.assertEqual(flags["work_dir"], self.cluster.path("master"))
        self.assertEqual((flags["agent_ping_timeout"], flags["agent_reregister_timeout"]),
                         ("15secs", "10mins"))
        flags = net.get(self.cluster.agent.address, "/flags").json()["flags"]
        self.assertEqual(flags["master"], self.cluster.address)
        self.assertEqual(flags["resources"], self.cluster.resources)

    def test_redirect_names_the_leader_without_a_scheme(self):
        port = self.cluster.address.split(":")[1]
        for target in ("/redirect", "/master/redirect"):
            response = self.get(target)
            self.assertEqual(response.status, 307)
            self.assertEqual(response.header("Location"), "//localhost:" + port)
            self.assertEqual(response.body, b"")
        self.not_found(self.cluster.address, "/redirect/x")

    def test_unknown_paths_are_404(self):
        for target in ("/nosuch", "/no/such/path", "/master/nosuch", "/State", "/slave(1)/state"):
            self.not_found(self.cluster.address, target)
        for target in ("/nosuch", "/slave(2)/state", "/slave(1)/nosuch", "/tasks", "/",
                       "/master/state"):
            self.not_found(self.cluster.agent.address, target)

    def test_prefixes_slashes_and_aliases_reach_the_endpoint(self):
        for target in ("/state", "/master/state", "/master/state/", "//state", "/state.json",
                       "/master/state.json"):
            self.assertEqual(self.get(target).json()["id"], self.cluster.state()["id"], target)
        for target in ("/tasks.json", "/master/tasks", "/master/tasks/", "/master/tasks.json"):
            self.assertEqual(self.get(target).json(), {"tasks": []}, target)
        for target in ("/master/frameworks/", "/master/slaves", "/master/flags", "/master/health"):
            self.assertEqual(self.get(target).status, 200, target)
        for target in ("/state", "/slave(1)/state", "/slave%281%29/state", "/state.json",
                       "/slave(1)/state.json"):
            response = net.get(self.cluster.agent.address, target)
            self.assertEqual(response.json()["pid"], "slave(1)@" + self.cluster.agent.address)
        for target in ("/monitor/statistics", "/slave(1)/monitor/statistics", "/containers",
                       "/monitor/statistics.json", "/slave%281%29/containers"):
            self.assertEqual(net.get(self.cluster.agent.address, target).json(), [], target)

    def test_jsonp_wraps_the_body_without_a_semicolon(self):
        rows = [(self.cluster.address, target) for target in (
            "/state", "/state-summary", "/version", "/flags", "/frameworks", "/slaves", "/tasks",
            "/metrics/snapshot", "/files/debug", "/system/stats.json")]
        rows += [(self.cluster.agent.address, target) for target in (
            "/state", "/version", "/flags", "/containers", "/monitor/statistics",
            "/metrics/snapshot", "/files/debug")]
        for address, target in rows:
            with self.subTest(address=address, target=target):
                response = net.get(address, target + "?jsonp=cb")
                self.assertEqual(response.status, 200)
                self.assertEqual(response.header("Content-Type"), "text/javascript")
                self.assertRegex(response.text(), re.compile(r"^cb\([\[{].*[\]}]\)$", re.S))

    def test_big_answers_are_compressed_for_those_who_can(self):
        for accept, packed in (("gzip", True), ("*", True), ("gzip;q=0", False),
                               ("deflate", False), (None, False)):
            with self.subTest(accept=accept):
                response = self.get("/state", {"Accept-Encoding": accept})
                self.assertEqual(response.header("Content-Encoding"), "gzip" if packed else None)
                self.assertEqual(response.header("Content-Type"), "application/json")
                self.assertEqual(response.json()["id"], self.cluster.state()["id"])
        small = self.get("/version", {"Accept-Encoding": "gzip"})
        self.assertIsNone(small.header("Content-Encoding"), "below 1024 bytes")

    def test_accept_is_not_looked_at(self):
        for accept in ("application/x-protobuf", "text/html"):
            response = self.get("/slaves", {"Accept": accept})
            self.assertEqual((response.status, response.header("Content-Type")),
                             (200, "application/json"))

    def test_metrics_are_numbers(self):
        for name, address in self.both():
            for query in ("", "?timeout=5secs"):
                values = net.get(address, "/metrics/snapshot" + query).json()
                self.assertTrue(values)
                for key, value in values.items():
                    self.assertIsInstance(value, (int, float), key)
            response = net.get(address, "/metrics/snapshot?timeout=x")
            self.assertEqual(response.status, 400, name)
            self.assertIn("timeout", response.text())
        eventually(lambda: self.get("/metrics/snapshot").json()["master/slaves_active"] == 1, 3)
        eventually(lambda: net.get(self.cluster.agent.address, "/metrics/snapshot").json()
                   ["slave/registered"] == 1, 3)

    def test_every_counter_is_there_from_the_start(self):
        with Cluster() as fresh:
            snapshot = net.get(fresh.address, "/metrics/snapshot").json()
            for key in ("master/elected", "master/uptime_secs", "master/tasks_running",
                        "master/frameworks_active", "master/messages_register_framework",
                        "master/messages_kill_task", "master/tasks_lost", "system/cpus_total",
                        "master/cpus_total", "master/slave_removals"):
                self.assertIn(key, snapshot)
            snapshot = net.get(fresh.agent.address, "/metrics/snapshot").json()
            for key in ("slave/registered", "slave/uptime_secs", "slave/tasks_running",
                        "slave/executors_running", "slave/cpus_total", "system/cpus_total"):
                self.assertIn(key, snapshot)

    def test_system_statistics(self):
        for _, address in self.both():
            response = net.get(address, "/system/stats.json")
            self.assertEqual(compare_shape(load(__file__, "system_stats.json"),
                                           response.json()), [])

    def test_help_lists_every_endpoint(self):
        wanted = load(__file__, "help.json")
        for name, address in self.both():
            for target in ("/help?format=json", "/help/files/browse?format=json"):
                response = net.get(address, target)
                self.assertEqual((response.status, response.header("Content-Type")),
                                 (200, "application/json"))
                listed = {each["id"]: {row["name"] for row in each["endpoints"]}
                          for each in response.json()["processes"]}
                for actor, endpoints in wanted[name].items():
                    self.assertLessEqual(set(endpoints), listed.get(actor, set()), actor)
                self.assertFalse([path for paths in listed.values() for path in paths
                                  if path.endswith(".json") and path != "/stats.json"])

    def test_help_pages_are_read_by_people(self):
        for _, address in self.both():
            for target, shown, hidden in (("/help", "/version", "nothing"),
                                          ("/help/files", "/files/browse", "/flags"),
                                          ("/help/files/read", "/files/read", "/files/browse")):
                response = net.get(address, target)
                self.assertEqual((response.status, response.header("Content-Type")),
                                 (200, "text/html; charset=utf-8"))
                self.assertIn("<code>%s</code>" % shown, response.text())
                self.assertNotIn("<code>%s</code>" % hidden, response.text())
            self.not_found(address, "/help/nosuch")

    def test_an_answer_to_http_1_0_ends_with_the_connection(self):
        data = b"GET /version HTTP/1.0\r\n\r\n"
        with net.connect(self.cluster.address) as sock:
            sock.sendall(data)
            whole = b""
            while True:
                piece = sock.recv(65536)
                if not piece:
                    break
                whole += piece
        self.assertIn(b"200 OK", whole.split(b"\r\n")[0])


if __name__ == "__main__":
    main()
