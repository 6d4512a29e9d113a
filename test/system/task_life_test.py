"""The life of command tasks: exit texts, kills, environment, users, what is fetched, usage."""
import functools
import http.server
import os
import sys
import tarfile
import threading
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import scalar

NOT_ROOT = None if os.geteuid() == 0 else "only root can run tasks as another user"


def seconds(number):
    return {"nanoseconds": int(number * 1e9)}


class TaskLife(ClusterTest):
    def sandbox(self, framework, name):
        state = net.get(self.cluster.agent.address, "/state").json()
        return next((row["directory"] for each in state["frameworks"] +
                     state["completed_frameworks"]
                     if each["id"] == framework.framework_id
                     for row in each["executors"] + each["completed_executors"]
                     if row["id"] == name), None)

    def read(self, sandbox, path="stdout"):
        with open(os.path.join(sandbox, path)) as text:
            return text.read()

    def setUp(self):
        self.framework, self.number = None, 0

    def ends(self, command, state, message=None, name=None, **more):
        """Runs a task of the test's framework to its end; gives its sandbox and its statuses."""
        self.framework = self.framework or self.scheduler()
        self.number += 1
        name = name or "task-%d" % self.number
        self.framework.run(name, command, **more)
        found = self.framework.wait_end(name)
        self.assertEqual(found[-1]["state"], state, found[-1])
        if message is not None:
            self.assertEqual(found[-1]["message"], message)
        return self.sandbox(self.framework, name), found

    # --- how a command ends ---

    def test_the_exit_status_decides_between_finished_and_failed(self):
        self.ends("exit 0", "TASK_FINISHED", "Command exited with status 0")
        self.ends("exit 3", "TASK_FAILED", "Command exited with status 3")
        self.ends("exit 255", "TASK_FAILED", "Command exited with status 255")

    def test_a_signal_fails_the_task_with_its_name(self):
        self.ends("kill -USR1 $$", "TASK_FAILED",
                  "Command terminated with signal User defined signal 1")
        self.ends("kill -KILL $$", "TASK_FAILED", "Command terminated with signal Killed")

    def test_a_command_without_a_shell_is_executed_as_it_is(self):
        command = {"shell": False, "value": "/bin/echo", "arguments": ["echo", "a  $HOME", "b"]}
        sandbox, _ = self.ends(command, "TASK_FINISHED")
        self.assertIn("a  $HOME b\n", self.read(sandbox))

    def test_a_program_that_does_not_exist_fails_the_task(self):
        self.ends({"shell": False, "value": "/no/such/program"}, "TASK_FAILED")

    def test_a_command_runs_in_its_sandbox_and_session(self):
        sandbox, _ = self.ends("pwd; cut -d' ' -f6 /proc/$$/stat; echo $$", "TASK_FINISHED")
        directory, session, pid = self.read(sandbox).split("\n")[-4:-1]
        self.assertEqual(directory, sandbox)
        own = os.getsid(self.cluster.agent.pid)
        self.assertNotEqual(int(session), own, "a session of its own")
        self.assertGreater(int(pid), 1)

    # --- kills ---

    def killed(self, framework, name, message, **more):
        framework.update(name, "TASK_RUNNING")
        eventually(lambda: os.path.exists(self.sandbox(framework, name) + "/ready"))
        start = time.monotonic()
        framework.kill(name, **more)
        found = framework.wait_end(name)[-1]
        self.assertEqual((found["state"], found["message"]), ("TASK_KILLED", message))
        return time.monotonic() - start

    STUBBORN = "trap '' TERM; touch ready; while :; do sleep 0.1; done"

    def test_who_ignores_sigterm_is_killed_after_the_default_grace_of_3_seconds(self):
        framework = self.scheduler()
        framework.run("stubborn", self.STUBBORN)
        took = self.killed(framework, "stubborn", "Command terminated with signal Killed")
        self.assertTrue(2.8 <= took <= 6, "killed after %.1f s" % took)

    def test_the_kill_policy_sets_the_grace(self):
        framework = self.scheduler()
        framework.run("policy", self.STUBBORN, kill_policy={"grace_period": seconds(1)})
        took = self.killed(framework, "policy", "Command terminated with signal Killed")
        self.assertTrue(0.9 <= took <= 2.7, "killed after %.1f s" % took)

    def test_the_kill_call_overrides_the_grace(self):
        framework = self.scheduler()
        framework.run("override", self.STUBBORN, kill_policy={"grace_period": seconds(60)})
        took = self.killed(framework, "override", "Command terminated with signal Killed",
                           kill_policy={"grace_period": seconds(0.5)})
        self.assertTrue(0.4 <= took <= 2.7, "killed after %.1f s" % took)

    def test_who_obeys_sigterm_may_clean_up(self):
        framework = self.scheduler()
        framework.run("tidy", "trap 'echo bye > last; exit 0' TERM; touch ready;"
                      " while :; do sleep 0.1; done")
        framework.update("tidy", "TASK_RUNNING")
        eventually(lambda: os.path.exists(self.sandbox(framework, "tidy") + "/ready"))
        framework.kill("tidy")
        self.assertEqual(framework.wait_end("tidy")[-1]["state"], "TASK_KILLED")
        self.assertEqual(self.read(self.sandbox(framework, "tidy"), "last"), "bye\n")

    def gone(self, sandbox):
        pids = [int(each) for each in self.read(sandbox, "pids").split()]
        self.assertEqual(len(pids), 2)
        eventually(lambda: not any(os.path.exists("/proc/%d/cwd" % pid)
                                   and os.path.isdir("/proc/%d/cwd" % pid) for pid in pids),
                   what="all processes are gone")

    FAMILY = "sleep 1000 & echo $! >> pids; setsid sleep 1000 & echo $! >> pids; "

    def test_a_kill_reaches_children_in_other_sessions(self):
        framework = self.scheduler()
        framework.run("family", self.FAMILY + "touch ready; wait")
        self.killed(framework, "family", "Command terminated with signal Terminated")
        self.gone(self.sandbox(framework, "family"))

    def test_what_a_finished_command_leaves_behind_is_killed(self):
        sandbox, _ = self.ends(self.FAMILY + "exit 0", "TASK_FINISHED")
        self.gone(sandbox)

    def test_a_task_has_a_limit_of_time(self):
        start = time.monotonic()
        _, found = self.ends("sleep 1000", "TASK_FAILED", max_completion_time=seconds(1))
        self.assertEqual(found[-1]["reason"], "REASON_MAX_COMPLETION_TIME_REACHED")
        self.assertLess(time.monotonic() - start, 10)

    # --- environment and user ---

    def test_the_environment_of_a_task(self):
        variables = [{"name": "OWN", "value": "mine"}, {"name": "PATH", "value": "/bin:/x"}]
        command = {"value": "env", "environment": {"variables": variables[:1]}}
        sandbox, _ = self.ends(command, "TASK_FINISHED", name="env")
        found = dict(line.split("=", 1) for line in self.read(sandbox).splitlines() if "=" in line)
        wanted = {"OWN": "mine", "MESOS_SANDBOX": sandbox, "MESOS_DIRECTORY": sandbox,
                  "MESOS_FRAMEWORK_ID": self.framework.framework_id,
                  "MESOS_EXECUTOR_ID": "env",
                  "MESOS_AGENT_ENDPOINT": self.cluster.agent.address,
                  "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.assertEqual({key: found.get(key) for key in wanted}, wanted)
        self.assertNotIn("HOME", found, "the agent's own environment is not handed on")
        command["environment"]["variables"] = variables
        command["value"] = "/usr/bin/env"
        sandbox, _ = self.ends(command, "TASK_FINISHED", name="path")
        self.assertIn("PATH=/bin:/x\n", self.read(sandbox))

    def test_a_task_runs_as_its_user(self):
        if NOT_ROOT:
            self.skipTest(NOT_ROOT)
        command = {"value": "id -un; id -gn; touch mine; stat -c %U . stdout", "user": "nobody"}
        sandbox, _ = self.ends(command, "TASK_FINISHED")
        self.assertEqual(self.read(sandbox).split("\n")[-5:],
                         ["nobody", "nogroup", "nobody", "nobody", ""])

    def test_a_task_runs_as_the_user_of_its_framework(self):
        if NOT_ROOT:
            self.skipTest(NOT_ROOT)
        self.framework = self.scheduler(user="nobody")
        sandbox, _ = self.ends("id -un", "TASK_FINISHED")
        self.assertIn("nobody\n", self.read(sandbox))

    def test_an_unknown_user_fails_the_task(self):
        if NOT_ROOT:
            self.skipTest(NOT_ROOT)
        _, found = self.ends({"value": "true", "user": "no-such-user"}, "TASK_FAILED")
        self.assertIn("no-such-user", found[-1]["message"])

    # --- what is fetched ---

    def source(self):
        """A folder with something to fetch; also served over HTTP."""
        folder = self.cluster.path("source")
        if os.path.isdir(folder):
            return folder
        os.makedirs(os.path.join(folder, "inner", "deep"))
        with open(os.path.join(folder, "plain.txt"), "w") as text:
            text.write("plain\n")
        with open(os.path.join(folder, "inner", "deep", "x"), "w") as text:
            text.write("packed\n")
        with open(os.path.join(folder, "tool"), "w") as text:
            text.write("#!/bin/sh\necho tool ran\n")
        for name, mode in (("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar.xz", "w:xz"),
                           ("a.tar.bz2", "w:bz2"), ("a.tar", "w")):
            with tarfile.open(os.path.join(folder, name), mode) as archive:
                archive.add(os.path.join(folder, "inner"), "inner")
        with zipfile.ZipFile(os.path.join(folder, "a.zip"), "w") as archive:
            archive.write(os.path.join(folder, "inner", "deep", "x"), "inner/deep/x")
        return folder

    def serve(self):
        """An HTTP server for the folder; gives its base URL."""
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=self.source()))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "http://127.0.0.1:%d" % server.server_address[1]

    def fetched(self, command, *uris):
        sandbox, _ = self.ends({"value": command, "uris": list(uris)}, "TASK_FINISHED")
        return self.read(sandbox)

    def test_files_are_fetched_from_disk_and_http(self):
        for base in ("file://" + self.source(), self.source(), self.serve()):
            with self.subTest(base):
                out = self.fetched("cat plain.txt; test ! -x plain.txt; ./tool",
                                   {"value": base + "/plain.txt"},
                                   {"value": base + "/tool", "executable": True})
                self.assertIn("plain\ntool ran\n", out)

    def test_archives_are_unpacked(self):
        base = self.serve()
        for name in ("a.tar.gz", "a.tgz", "a.tar.xz", "a.tar.bz2", "a.tar", "a.zip"):
            with self.subTest(name):
                out = self.fetched("cat inner/deep/x", {"value": base + "/" + name})
                self.assertIn("packed\n", out)

    def test_an_archive_stays_packed_when_asked(self):
        out = self.fetched("ls", {"value": "file://%s/a.tgz" % self.source(), "extract": False})
        self.assertIn("a.tgz\n", out)
        self.assertNotIn("inner", out)

    def test_a_file_gets_the_name_that_is_asked_for(self):
        out = self.fetched("cat sub/other", {"value": "file://%s/plain.txt" % self.source(),
                                             "output_file": "sub/other"})
        self.assertIn("plain\n", out)

    def test_what_cannot_be_fetched_fails_the_task_before_it_starts(self):
        base = self.serve()
        port = base.rsplit(":", 1)[1]
        for uri in ("file:///no/such/file", base + "/missing", "http://127.0.0.1:1/" + port,
                    "nonsense://x/y", "relative/path"):
            with self.subTest(uri):
                _, found = self.ends({"value": "true", "uris": [{"value": uri}]}, "TASK_FAILED")
                self.assertEqual([each["state"] for each in found], ["TASK_FAILED"])
                self.assertEqual((found[0]["reason"], found[0]["source"]),
                                 ("REASON_CONTAINER_LAUNCH_FAILED", "SOURCE_AGENT"))

    def test_a_fetch_cannot_leave_the_sandbox(self):
        source = self.source()
        with tarfile.open(os.path.join(source, "evil.tgz"), "w:gz") as archive:
            archive.add(os.path.join(source, "plain.txt"), "../../../../../../../escaped.txt")
        victim = self.cluster.path("escaped.txt")
        framework = self.scheduler()
        for name, uri in (("archive", {"value": "file://%s/evil.tgz" % source}),
                          ("output", {"value": "file://%s/plain.txt" % source,
                                      "output_file": "../../../../../../../escaped.txt"})):
            framework.run(name, {"value": "true", "uris": [uri]})
            framework.wait_end(name)
            self.assertFalse(os.path.exists(victim), name)
            hits = [os.path.join(where, "escaped.txt") for where, _, files
                    in os.walk(self.cluster.folder) if "escaped.txt" in files]
            self.assertTrue(all("/runs/" in each for each in hits), hits)

    # --- what is seen of it ---

    def test_containers_tell_what_a_task_uses(self):
        framework = self.scheduler()
        framework.run("busy", "x=$(head -c 20000000 /dev/zero | tr '\\0' x); touch ready;"
                      " while :; do :; done", mem=64)
        framework.update("busy", "TASK_RUNNING")
        eventually(lambda: os.path.exists(self.sandbox(framework, "busy") + "/ready"))

        def usage():
            rows = net.get(self.cluster.agent.address, "/containers").json()
            return next(row["statistics"] for row in rows if row["executor_id"] == "busy")
        used = lambda: usage()["cpus_user_time_secs"] + usage()["cpus_system_time_secs"]
        before = used()
        eventually(lambda: used() > before + 0.2, what="the CPU time grows")
        found = usage()
        self.assertGreater(found["mem_rss_bytes"], 15_000_000)
        self.assertGreaterEqual(found["mem_limit_bytes"], 64 << 20)
        self.assertIsInstance(found["mem_rss_bytes"], int)

    def test_ports_are_given_out_once(self):
        framework = self.scheduler()
        port = {"name": "ports", "type": "RANGES",
                "ranges": {"range": [{"begin": 31005, "end": 31005}]}}
        offer = framework.offer()
        tasks = [framework.task(offer, name, "sleep 1000") for name in ("first", "second")]
        for each in tasks:
            each["resources"].append(port)
        framework.launch(offer, *tasks)
        self.assertEqual(framework.update("second")["state"], "TASK_ERROR")
        framework.update("first", "TASK_RUNNING")
        used = eventually(lambda: self.cluster.state()["slaves"][0]["used_resources"].get("ports"))
        self.assertEqual(used, "[31005-31005]")
        left = [each for each in framework.offer()["resources"] if each["name"] == "ports"][0]
        self.assertEqual(left["ranges"]["range"], [{"begin": 31000, "end": 31004},
                                                   {"begin": 31006, "end": 31099}])

    def test_more_than_the_agent_has_is_an_error(self):
        framework = self.scheduler()
        offer = framework.offer()
        task = framework.task(offer, "greedy", "true")
        task["resources"].append(scalar("gpus", 1))
        framework.launch(offer, task)
        self.assertEqual(framework.update("greedy")["state"], "TASK_ERROR")


if __name__ == "__main__":
    main(280)
