"""/files/browse, read, download and debug: the log of a daemon and the sandbox of a task."""
import os
import sys
from urllib.parse import quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest
from support.harness import eventually, main
from support.scheduler import Scheduler

CONTENT = "file-content\n"
COMMAND = ("printf '%s' > data.txt; mkdir sub; ln -s /etc/passwd out; seq 1 30000 > numbers;"
           " echo out; echo err >&2; sleep 1000") % CONTENT.replace("\n", "\\n")


class Files(ClusterTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.framework = Scheduler(cls.cluster.address)
        cls.framework.subscribe()
        cls.framework.run("files", COMMAND)
        cls.framework.update("files", "TASK_RUNNING")
        agent = net.get(cls.cluster.agent.address, "/state").json()
        cls.sandbox = agent["frameworks"][0]["executors"][0]["directory"]
        eventually(lambda: os.path.exists(cls.sandbox + "/stderr")
                   and os.path.getsize(cls.sandbox + "/stderr") > 0)

    def ask(self, verb, path=None, query="", address=None):
        target = "/files/%s?" % verb
        if path is not None:
            target += "path=" + quote(path)
        return net.get(address or self.cluster.agent.address, target + query)

    def refused(self, status, verb, path=None, query="", text=None):
        response = self.ask(verb, path, query)
        self.assertEqual(response.status, status, response)
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")
        if text is not None:
            self.assertIn(text, response.text())
        return response

    def test_browse_lists_a_sandbox_sorted_by_path(self):
        latest = os.path.dirname(self.sandbox) + "/latest"
        for path in (self.sandbox, self.sandbox + "/", latest):
            response = self.ask("browse", path)
            self.assertEqual((response.status, response.header("Content-Type")),
                             (200, "application/json"), path)
            rows = response.json()
            base = path.rstrip("/")
            names = [row["path"] for row in rows]
            self.assertEqual(names, sorted(names))
            found = {os.path.relpath(row["path"], base): row for row in rows}
            self.assertTrue({"data.txt", "stdout", "stderr", "sub", "numbers"} <= set(found), found)
            data = found["data.txt"]
            self.assertEqual(set(data), {"gid", "mode", "mtime", "nlink", "path", "size", "uid"})
            self.assertEqual((data["mode"], data["size"], data["nlink"], data["uid"]),
                             ("-rw-r--r--", len(CONTENT), 1, "root"))
            self.assertIsInstance(data["mtime"], float)
            self.assertTrue(found["sub"]["mode"].startswith("d"), found["sub"])

    def test_browse_knows_the_virtual_path_of_an_executor(self):
        path = "/frameworks/%s/executors/files/runs/latest" % self.framework.framework_id
        eventually(lambda: self.ask("browse", path).status == 200, 2, "the path is attached")
        names = [row["path"] for row in self.ask("browse", path).json()]
        self.assertIn(path + "/data.txt", names)
        self.assertEqual(self.ask("read", path + "/data.txt", "&offset=0").json()["data"], CONTENT)

    def test_browse_of_a_file_is_an_empty_list(self):
        self.assertEqual(self.ask("browse", self.sandbox + "/stdout").json(), [])

    def test_a_missing_path_is_404(self):
        for verb, body in (("browse", b""), ("read", b""), ("download", b"404 Not Found.")):
            for path in (self.sandbox + "/nope", "/nope", "/etc"):
                self.assertEqual(self.refused(404, verb, path).body, body)

    def test_a_request_without_path_is_400(self):
        for verb in ("browse", "read", "download"):
            self.refused(400, verb, text="path")

    def test_no_link_and_no_dots_lead_out_of_the_work_dir(self):
        for verb in ("browse", "read", "download"):
            for path in ("/../../../../../../../../../../../etc/passwd", "/out"):
                response = self.ask(verb, self.sandbox + path, "&offset=0")
                self.assertIn(response.status, (400, 403, 404), (path, response))
                self.assertNotIn(b"root:", response.body)

    def test_dots_that_leave_the_sandbox_are_400(self):
        self.refused(400, "browse", self.sandbox + "/../../..", text="inaccessible")

    def test_read_gives_a_piece(self):
        path = self.sandbox + "/data.txt"
        rows = [("&offset=0&length=5", "file-", 0), ("&offset=5&length=7", "content", 5),
                ("&offset=0&length=-1", CONTENT, 0), ("&offset=0", CONTENT, 0),
                ("&offset=0&length=0", "", 0), ("&offset=1000&length=5", "", 1000),
                ("&offset=-1", "", len(CONTENT)), ("", "", len(CONTENT))]
        for query, data, offset in rows:
            with self.subTest(query):
                response = self.ask("read", path, query)
                self.assertEqual(response.header("Content-Type"), "application/json")
                self.assertEqual(response.json(), {"data": data, "offset": offset})
        response = self.ask("read", path, "&offset=0&length=5&jsonp=cb")
        self.assertEqual(response.text(), 'cb({"data":"file-","offset":0})')

    def test_read_gives_at_most_64_kib(self):
        answer = self.ask("read", self.sandbox + "/numbers", "&offset=0").json()
        with open(self.sandbox + "/numbers") as numbers:
            self.assertEqual(answer["data"], numbers.read()[:65536])

    def test_read_refuses_what_it_cannot_read(self):
        path = self.sandbox + "/data.txt"
        self.refused(400, "read", path, "&offset=x", "offset")
        self.refused(400, "read", path, "&offset=-2", "-2")
        self.refused(400, "read", path, "&offset=0&length=x", "length")
        self.refused(400, "read", path, "&offset=0&length=-2", "-2")
        self.refused(400, "read", self.sandbox, "&offset=0", "directory")

    def test_download_gives_the_bytes_with_a_name(self):
        response = self.ask("download", self.sandbox + "/data.txt")
        self.assertEqual((response.status, response.body), (200, CONTENT.encode()))
        self.assertEqual(response.header("Content-Type"), "text/plain")
        self.assertEqual(response.header("Content-Disposition"), "attachment; filename=data.txt")
        response = self.ask("download", self.sandbox + "/numbers")
        self.assertEqual(response.header("Content-Type"), "application/octet-stream")
        with open(self.sandbox + "/numbers", "rb") as numbers:
            self.assertEqual(response.body, numbers.read())
        self.refused(400, "download", self.sandbox, text="directory")

    def test_the_json_aliases_work(self):
        for verb, path in (("browse.json", self.sandbox), ("read.json", self.sandbox + "/stdout"),
                           ("download.json", self.sandbox + "/stdout"), ("debug.json", None)):
            self.assertEqual(self.ask(verb, path).status, 200, verb)

    def test_debug_tells_what_is_attached(self):
        response = self.ask("debug")
        self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertTrue(all(isinstance(value, str) for value in response.json().values()))

    def test_output_of_the_task_is_in_stdout_and_stderr(self):
        for name, line in (("stdout", "out\n"), ("stderr", "err\n")):
            answer = self.ask("read", self.sandbox + "/" + name, "&offset=0").json()
            self.assertIn(line, answer["data"])


class Logs(ClusterTest):
    """Daemons that log into a folder serve their logs."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.stop)
        for daemon in (cls.cluster.master, cls.cluster.agent):
            daemon.command.append("--log_dir=" + cls.cluster.path(daemon.name + "-log"))
        cls.cluster.start()

    def test_the_logs_are_readable(self):
        for path, daemon in (("/master/log", self.cluster.master),
                             ("/slave/log", self.cluster.agent)):
            size = net.get(daemon.address, "/files/read?path=" + path).json()
            self.assertEqual(size["data"], "")
            self.assertGreater(size["offset"], 0)
            start = net.get(daemon.address, "/files/read?offset=0&length=50&path=" + path).json()
            self.assertEqual((len(start["data"]), start["offset"]), (50, 0))
            attached = net.get(daemon.address, "/files/debug").json()
            self.assertTrue(os.path.isfile(attached[path]), attached)
            self.assertEqual(net.get(daemon.address, "/state").json()["log_dir"],
                             self.cluster.path(daemon.name + "-log"))


if __name__ == "__main__":
    main()
