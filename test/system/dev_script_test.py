"""`./dev up` and `./dev down`: a cluster with one command, and nothing left of it."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import free_port, processes_below
from support.harness import ROOT, binaries, eventually, main
from support.scheduler import Scheduler


class DevScript(unittest.TestCase):
    """The script runs in a folder that looks like a checkout with a finished build."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="troupe-test-")
        self.addCleanup(self.clean)
        os.chmod(self.folder, 0o755)
        self.script = os.path.join(self.folder, "dev")
        shutil.copy(os.path.join(ROOT, "dev"), self.script)
        os.makedirs(os.path.join(self.folder, "build", "ready"))
        os.symlink(binaries(), os.path.join(self.folder, "build", "ready", "daemons"))
        self.ports = free_port(), free_port()
        self.master = "127.0.0.1:%d" % self.ports[0]

    def clean(self):
        for pid in processes_below(self.folder):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, *arguments):
        environment = dict(os.environ, TROUPE_RUN_DIR=os.path.join(self.folder, "run"))
        return subprocess.Popen([self.script] + list(arguments), cwd=self.folder, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=environment, start_new_session=True)

    def dev(self, *arguments):
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=90)
        return process.returncode, out

    def up(self, *more):
        return ("up", "--no-build", "--preset", "ready", "--master-port", str(self.ports[0]),
                "--agent-port", str(self.ports[1])) + more

    def nothing_left(self):
        eventually(lambda: not processes_below(self.folder), what="no process is left")
        for port in self.ports:
            with self.assertRaises(OSError):
                net.get("127.0.0.1:%d" % port, "/health", timeout=2)

    def test_up_detached_then_again_then_down(self):
        status, out = self.dev(*self.up("--detach"))
        self.assertEqual(status, 0, out)
        self.assertIn("hello from troupe", out)
        self.assertIn("http://%s/state" % self.master, out)
        self.assertEqual(net.get(self.master, "/health").status, 200)
        framework = Scheduler(self.master)
        framework.subscribe()
        framework.run("left", "sleep 1000")
        framework.update("left", "TASK_RUNNING")
        status, again = self.dev(*self.up("--detach"))
        self.assertNotEqual(status, 0)
        self.assertIn("already running", again)
        self.assertIn("./dev down", again)
        self.assertEqual(net.get(self.master, "/health").status, 200)
        status, out = self.dev("down")
        self.assertEqual(status, 0, out)
        framework.disconnect()
        self.nothing_left()
        status, out = self.dev("down")
        self.assertEqual(status, 0, out)
        self.assertIn("no cluster", out)

    def test_a_cluster_comes_up_again_after_down(self):
        for _ in range(2):
            status, out = self.dev(*self.up("--detach"))
            self.assertEqual(status, 0, out)
            self.assertEqual(self.dev("down")[0], 0)
        self.nothing_left()

    def test_ctrl_c_leaves_nothing_behind(self):
        process = self.start(*self.up())
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C stops it" in line:
                break
        else:
            self.fail("it never came up:\n" + "".join(lines))
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertIn("stopped", out)
        self.nothing_left()

    def test_a_taken_port_ends_up_with_a_reason_and_without_remains(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.ports[0]))
            taken.listen()
            status, out = self.dev(*self.up("--detach"))
        self.assertNotEqual(status, 0)
        self.assertIn("in use", out.lower())
        eventually(lambda: not processes_below(self.folder), what="no process is left")


if __name__ == "__main__":
    main(170)
