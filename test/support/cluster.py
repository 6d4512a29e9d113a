"""Real daemons on free loopback ports in temporary folders, and their certain end."""
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from . import net
from .harness import binaries, eventually
from .scheduler import Scheduler

CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
         "HOME": "/tmp"}
RESOURCES = "cpus:8;mem:8192;disk:20480;ports:[31000-31099]"
_libc = ctypes.CDLL(None)


def free_port():
    """A port below the range of outgoing connections, so that none of those takes it meanwhile."""
    while True:
        port = random.randint(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)


class Daemon:
    """One process with its log; `start` may be called again after its end."""

    def __init__(self, name, program, flags, address, log, environment=None):
        self.name, self.address, self.log = name, address, log
        self.command = [os.path.join(binaries(), program)] + flags
        self.environment = dict(CLEAN, **(environment or {}))
        self.process = None

    def start(self, timeout=20):
        """Starts it and waits until it answers on /health."""
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, env=self.environment,
                                            start_new_session=True, preexec_fn=_die_with_parent)
        eventually(self.healthy, timeout, self.name + " answers on /health")
        return self

    def healthy(self):
        if self.process.poll() is not None:
            raise AssertionError("%s ended with status %s\n%s"
                                 % (self.name, self.process.returncode, self.log_tail()))
        try:
            return net.get(self.address, "/health", timeout=5).status == 200
        except (OSError, net.Closed):
            return False

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self, how=signal.SIGTERM, timeout=15):
        """Ends it gently; gives the exit status, or None when it had to be killed."""
        if not self.running():
            return self.process.returncode if self.process else None
        self.process.send_signal(how)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill9()
            return None

    def resident_bytes(self):
        """VmRSS of /proc/PID/status, in bytes."""
        with open("/proc/%d/status" % self.pid) as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def log_text(self):
        with open(self.log, errors="replace") as text:
            return text.read()

    def log_tail(self, size=3000):
        return "--- log of %s ---\n%s" % (self.name, self.log_text()[-size:])


def processes_below(folder):
    """Pids of processes that have the folder in their command, environment or working folder."""
    found, mark = [], folder.encode()
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            where = os.readlink("/proc/%s/cwd" % name).encode()
            with open("/proc/%s/cmdline" % name, "rb") as command:
                with open("/proc/%s/environ" % name, "rb") as environment:
                    if mark in where + b" " + command.read() + b" " + environment.read():
                        found.append(int(name))
        except (OSError, ValueError):
            continue
    return found


class Cluster:
    """A master and agents. Use as a context, or call `stop` in any case."""

    def __init__(self, agents=1, master_flags=(), agent_flags=(), resources=RESOURCES):
        self.folder = tempfile.mkdtemp(prefix="troupe-test-")
        os.chmod(self.folder, 0o755)  # tasks of other users live below
        self.extra = list(agent_flags)
        self.resources = resources
        port = free_port()
        self.address = "127.0.0.1:%d" % port
        self.master = Daemon("master", "troupe-master", [
            "--ip=127.0.0.1", "--port=%d" % port, "--hostname=localhost",
            "--work_dir=" + self.path("master"), "--link_port=0"] + list(master_flags),
            self.address, self.path("master.log"))
        self.agents = [self.make_agent(i) for i in range(agents)]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make_agent(self, number, flags=()):
        port = free_port()
        name = "agent%d" % number
        return Daemon(name, "troupe-agent", [
            "--master=" + self.address, "--ip=127.0.0.1", "--port=%d" % port,
            "--hostname=localhost", "--work_dir=" + self.path(name),
            "--runtime_dir=" + self.path(name + "-run"), "--launcher=posix",
            "--launcher_dir=" + binaries(), "--resources=" + self.resources]
            + self.extra + list(flags), "127.0.0.1:%d" % port, self.path(name + ".log"))

    @property
    def agent(self):
        return self.agents[0]

    def start(self):
        try:
            self.master.start()
            for each in self.agents:
                each.start()
            self.wait_for_agents(len(self.agents))
        except BaseException:
            print(self.log_tails())
            self.stop()
            raise
        return self

    def wait_for_agents(self, count, timeout=20):
        """Waits until so many agents are registered and active."""
        eventually(lambda: sum(each["active"] for each in self.state()["slaves"]) == count,
                   timeout, "%d active agents" % count)

    def state(self):
        return net.get(self.address, "/state").json()

    def framework(self, framework_id, completed=False):
        """The object of a framework in /state; None when it is not there."""
        rows = self.state()["completed_frameworks" if completed else "frameworks"]
        return next((row for row in rows if row["id"] == framework_id), None)

    def link_port(self):
        """The port on which agents connect, as the master tells it."""
        return net.get(self.address, "/link").json()["port"]

    def stop(self):
        """Ends everything that was started here, tasks included, and removes the folder."""
        for each in self.agents + [self.master]:
            if each.running():
                each.kill9()
        deadline = time.monotonic() + 10
        while True:
            left = processes_below(self.folder)
            if not left or time.monotonic() > deadline:
                break
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_tails(self):
        return "\n".join(each.log_tail() for each in [self.master] + self.agents
                         if os.path.exists(each.log))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class ClusterTest(unittest.TestCase):
    """Tests that share one cluster per class; `options` are the arguments of Cluster."""

    options = {}
    cluster = None

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(**cls.options)
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()

    def scheduler(self, name="test", **more):
        """A subscribed framework that is torn down after the test."""
        suppressed = more.pop("suppressed_roles", None)
        result = Scheduler(self.cluster.address, name, **more)
        result.subscribe(suppressed)
        self.addCleanup(self.end, result)
        return result

    def end(self, scheduler):
        """Removes a framework, whatever state it is in."""
        if self.cluster.master.running():
            net.request(self.cluster.address, "POST", "/teardown",
                        "frameworkId=" + scheduler.framework_id)
        scheduler.disconnect()

    def get(self, target, headers=None):
        return net.get(self.cluster.address, target, headers)
