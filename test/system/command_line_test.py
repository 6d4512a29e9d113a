"""The command lines of the daemons and of `troupe`: flags, exit statuses, output, tables."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import CLEAN, ClusterTest, free_port
from support.harness import binaries, eventually, main


def run(program, *arguments, environment=None, timeout=60):
    """Runs a program to its end; gives status, stdout and stderr."""
    done = subprocess.run([os.path.join(binaries(), program)] + list(arguments), timeout=timeout,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env=dict(CLEAN, **(environment or {})))
    return done.returncode, done.stdout, done.stderr


class Flags(ClusterTest):
    """Command lines that end before anything starts."""

    @classmethod
    def setUpClass(cls):
        pass

    def refused(self, program, arguments, *texts, environment=None):
        status, out, err = run(program, *arguments, environment=environment)
        self.assertEqual(status, 1, (out, err))
        for text in texts:
            self.assertIn(text, err)

    def test_every_wrong_flag_of_the_master_is_told_at_once(self):
        self.refused("troupe-master", ["--nonsense=1", "--port=abc", "--role_sorter=nope",
                                       "--agent_reregister_timeout=1mins",
                                       "--allocation_interval=5parsecs",
                                       "--recovery_agent_removal_limit=150%"],
                     "nonsense", "port", "agent_reregister_timeout", "role_sorter",
                     "allocation_interval", "recovery_agent_removal_limit", "work_dir")

    def test_every_wrong_flag_of_the_agent_is_told_at_once(self):
        self.refused("troupe-agent", ["--nonsense=1", "--port=99999999", "--gc_delay=soon",
                                      "--resources=cpus:x", "--strict=perhaps"],
                     "nonsense", "port", "gc_delay", "resources", "strict", "master", "work_dir")

    def test_a_flag_given_twice_is_an_error(self):
        self.refused("troupe-master", ["--port=5050", "--port=5051", "--registry=in_memory"],
                     "port")

    def test_a_wrong_environment_variable_is_an_error_and_an_unknown_one_is_not(self):
        self.refused("troupe-master", ["--registry=in_memory"], "MESOS_PORT",
                     environment={"MESOS_PORT": "abc", "MESOS_NO_SUCH_THING": "1"})
        status, _, _ = run("troupe-master", "--help", environment={"MESOS_NO_SUCH_THING": "1"})
        self.assertEqual(status, 0)

    def test_help_and_version(self):
        for program in ("troupe-master", "troupe-agent"):
            status, out, _ = run(program, "--help")
            self.assertEqual(status, 0)
            for text in ("--port", "--work_dir", "--ip"):
                self.assertIn(text, out)
            status, out, _ = run(program, "--version")
            self.assertEqual(status, 0)
            self.assertRegex(out, r"[0-9]+\.[0-9]+\.[0-9]+")
        status, out, _ = run("troupe", "--help")
        self.assertEqual(status, 0)
        for text in ("execute", "state", "agents", "frameworks", "tasks"):
            self.assertIn(text, out)


class Troupe(ClusterTest):
    """`troupe` against a cluster."""

    def troupe(self, *arguments, timeout=60):
        command, rest = arguments[0], arguments[1:]
        return run("troupe", command, "--master=" + self.cluster.address, *rest, timeout=timeout)

    def execute(self, command, *more, timeout=60):
        return self.troupe("execute", "--name=test", "--command=" + command, *more, timeout=timeout)

    def test_execute_streams_output_and_exits_like_the_task(self):
        status, out, err = self.execute("echo to stdout; echo to stderr >&2")
        self.assertEqual(status, 0, err)
        self.assertEqual(out, "to stdout\n")
        self.assertIn("to stderr\n", err)
        self.assertIn("TASK_FINISHED", err)
        status, _, err = self.execute("exit 42")
        self.assertEqual(status, 42, err)
        status, _, err = self.execute("kill -TERM $$")
        self.assertEqual(status, 128 + 15, err)

    def test_execute_streams_much_output_whole(self):
        status, out, err = self.execute("seq 1 100000")
        self.assertEqual(status, 0, err)
        self.assertEqual(out, "".join("%d\n" % i for i in range(1, 100001)))

    def test_execute_passes_environment_resources_and_files(self):
        source = self.cluster.path("uri.txt")
        with open(source, "w") as text:
            text.write("fetched\n")
        status, out, err = self.execute(
            "echo $GREETING; cat uri.txt", "--env={\"GREETING\":\"hello\"}", "--uri=" + source,
            "--resources=cpus:0.5;mem:64;ports:[31010-31011]")
        self.assertEqual((status, out), (0, "hello\nfetched\n"), err)
        done = self.cluster.state()["completed_frameworks"]
        tasks = [t["resources"] for f in done for t in f["completed_tasks"]]
        self.assertIn({"cpus": 0.5, "mem": 64.0, "disk": 0.0, "gpus": 0.0,
                       "ports": "[31010-31011]"}, tasks)

    def test_execute_without_a_shell(self):
        status, out, err = self.execute("/bin/echo", "--no-shell", "--argument=echo",
                                        "--argument=a  b")
        self.assertEqual((status, out), (0, "a  b\n"), err)

    def test_execute_kills_after_a_while(self):
        start = time.monotonic()
        status, _, err = self.execute("sleep 100", "--kill_after=1secs")
        self.assertEqual(status, 137, err)
        self.assertLess(time.monotonic() - start, 15)

    def test_execute_gives_up_after_its_timeout(self):
        status, _, err = self.execute("true", "--resources=cpus:1000;mem:32", "--timeout=2secs")
        self.assertEqual(status, 124, err)
        self.assertIn("offers less than cpus:1000; mem:32", err)

    def test_execute_leaves_no_framework(self):
        self.execute("true")
        eventually(lambda: not self.cluster.state()["frameworks"], what="no framework is left")

    def test_wrong_use_is_told(self):
        for arguments in (["execute"], ["nonsense"], [], ["execute", "--name=x", "--command=true",
                                                          "--env=notjson"]):
            status, out, err = run("troupe", *arguments)
            self.assertEqual(status, 2, (arguments, out, err))
            self.assertNotEqual(out + err, "")
        status, _, err = run("troupe", "execute", "--master=127.0.0.1:1", "--name=x",
                             "--command=true")
        self.assertEqual(status, 2)
        self.assertIn("127.0.0.1:1", err)
        status, _, err = run("troupe", "tasks", "--master=127.0.0.1:1")
        self.assertNotEqual(status, 0)
        self.assertIn("127.0.0.1:1", err)

    def test_tables_show_the_cluster(self):
        framework = self.scheduler("shown")
        framework.run("shown-task", "sleep 100")
        framework.update("shown-task", "TASK_RUNNING")
        agent = self.cluster.state()["slaves"][0]["id"]

        def has(command, *texts):
            status, out, err = self.troupe(command)
            self.assertEqual(status, 0, err)
            return all(text in out for text in texts)
        for command, texts in (("state", [self.cluster.state()["id"]]),
                               ("agents", [agent, "localhost", "active"]),
                               ("frameworks", [framework.framework_id, "shown", "active"]),
                               ("tasks", ["shown-task", "TASK_RUNNING", framework.framework_id])):
            eventually(lambda: has(command, *texts), 5, "`troupe %s` shows %s" % (command, texts))

    def test_json_is_json(self):
        for command in ("state", "agents", "frameworks", "tasks"):
            status, out, err = self.troupe(command, "--json")
            self.assertEqual(status, 0, err)
            json.loads(out)

    def second_master(self, port, work_dir):
        return run("troupe-master", "--ip=127.0.0.1", "--port=%s" % port, "--hostname=localhost",
                   "--work_dir=" + work_dir, "--link_port=0", timeout=30)

    def test_a_second_master_on_the_same_port_says_so(self):
        port = self.cluster.address.split(":")[1]
        status, out, err = self.second_master(port, self.cluster.path("other"))
        self.assertEqual(status, 1, err)
        self.assertIn(port, err)
        self.assertIn("in use", err.lower())

    def test_a_second_master_on_the_same_work_dir_says_so(self):
        status, out, err = self.second_master(free_port(), self.cluster.path("master"))
        self.assertEqual(status, 1, err)
        self.assertIn(self.cluster.path("master"), err)

    def test_a_second_agent_on_the_same_port_says_so(self):
        port = self.cluster.agent.address.split(":")[1]
        status, out, err = run(
            "troupe-agent", "--master=" + self.cluster.address, "--ip=127.0.0.1", "--port=" + port,
            "--work_dir=" + self.cluster.path("other-agent"), "--launcher=posix",
            "--runtime_dir=" + self.cluster.path("other-run"), "--launcher_dir=" + binaries(),
            "--resources=cpus:1;mem:128", "--hostname=localhost", timeout=30)
        self.assertEqual(status, 1, err)
        self.assertIn(port, err)


if __name__ == "__main__":
    main(170)
