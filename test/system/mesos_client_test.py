"""An unmodified Mesos client, the npm package mesos-framework, works with these daemons."""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import ClusterTest
from support.harness import eventually, main

PACKAGE = "mesos-framework@0.5.3"
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mesos_client.js")
CACHE = os.environ.get("TROUPE_TEST_CACHE",
                       os.path.join(tempfile.gettempdir(), "troupe-test-cache"))


def modules():
    """The folder with the installed package; a text with the reason when that cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None, "node or npm is not installed"
    folder = os.path.join(CACHE, PACKAGE)
    if not os.path.exists(os.path.join(folder, "complete")):
        os.makedirs(folder, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                               "--prefix", folder, PACKAGE], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=150)
        if done.returncode != 0:
            return None, "npm cannot install %s: %s" % (PACKAGE, done.stderr.strip()[-200:])
        open(os.path.join(folder, "complete"), "w").close()
    return os.path.join(folder, "node_modules"), None


class Client:
    """A running node process and the events that it has printed."""

    def __init__(self, folder, cluster, *arguments):
        host, port = cluster.address.split(":")
        self.process = subprocess.Popen(
            ["node", "--no-deprecation", SCRIPT, folder, host, port] + list(arguments),
            cwd=cluster.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.events, self.other = [], []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("EVENT "):
                self.events.append(json.loads(line[6:]))
            else:
                self.other.append(line)

    def wait(self, what, timeout=90):
        def found():
            hit = next((event for event in self.events if event["what"] == what), None)
            if hit is None and self.process.poll() is not None and not self.thread.is_alive():
                raise AssertionError("the client ended; its last words: %s %s"
                                     % (self.events[-3:], "".join(self.other)[-2000:]))
            return hit
        return eventually(found, timeout, "the client says '%s'; it said %s %s"
                          % (what, self.events[-3:], "".join(self.other)[-1000:]))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.thread.join(5)


class MesosClient(ClusterTest):
    def client(self, folder, *arguments):
        client = Client(folder, self.cluster, *arguments)
        self.addCleanup(client.end)
        return client

    def test_it_runs_100_tasks_fails_over_reconciles_and_kills(self):
        folder, reason = modules()
        if reason:
            self.skipTest(reason)
        first = self.client(folder, "first")
        ready = first.wait("ready to fail over")
        states = collections.Counter(event["state"] for event in first.events
                                     if event["what"] == "update" and "quick" in event["task"])
        self.assertEqual(states["TASK_FINISHED"], 100, states)
        self.assertEqual(set(states), {"TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"})
        self.assertEqual([e for e in first.events if e["what"] == "error"], [])
        framework = first.wait("subscribed")["id"]
        first.end()
        eventually(lambda: not self.cluster.framework(framework)["connected"])
        self.assertEqual([t["id"] for t in self.cluster.framework(framework)["tasks"]],
                         [ready["task"]])
        second = self.client(folder, "second", framework, ready["task"])
        self.assertEqual(second.wait("subscribed")["id"], framework)
        second.wait("end")
        told = [(event["state"], event.get("reason")) for event in second.events
                if event["what"] == "update"]
        self.assertEqual(told[0], ("TASK_RUNNING", "REASON_RECONCILIATION"))
        self.assertEqual(told[-1][0], "TASK_KILLED")
        self.assertEqual([e for e in second.events if e["what"] == "error"], [])
        eventually(lambda: self.cluster.framework(framework, completed=True))


if __name__ == "__main__":
    main(280)
