"""kill -9 of every part: a task's process, its init, the agent, the master, the framework."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest, processes_below
from support.harness import eventually, main
from support.scheduler import amount

UPDATES = lambda event: event["type"] == "UPDATE"


def running(pid):
    """True when the process lives; a zombie does not."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def command_of(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as command:
            return command.read().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Crashes(ClusterTest):
    """Each test has a cluster of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.cluster = Cluster()
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        # The master knows an agent a moment before the agent knows its id.
        eventually(lambda: net.get(self.cluster.agent.address, "/state").json()["id"]
                   == self.agent_id(), what="the agent knows its id")

    def run_task(self, framework, name, command="exec sleep 1000"):
        """Runs a task; gives its RUNNING status and the pid of its command."""
        framework.run(name, "echo $$ > pid; " + command)
        status = framework.update(name, "TASK_RUNNING")
        found = eventually(lambda: self.written_pid(framework, name), what="the task wrote its pid")
        return status, found

    def sandbox(self, framework, name):
        base = self.cluster.path("agent0", "slaves")
        for agent in os.listdir(base):
            path = os.path.join(base, agent, "frameworks", framework.framework_id, "executors",
                                name, "runs", "latest")
            if agent != "latest" and os.path.isdir(path):
                return os.path.realpath(path)
        return None

    def written_pid(self, framework, name):
        sandbox = self.sandbox(framework, name)
        try:
            with open(os.path.join(sandbox or "/nonexistent", "pid")) as text:
                return int(text.read() or 0)
        except (OSError, ValueError):
            return 0

    def agent_id(self):
        return self.cluster.state()["slaves"][0]["id"]

    def test_a_killed_task_process_fails_the_task_with_the_signal(self):
        framework = self.scheduler()
        _, pid = self.run_task(framework, "victim")
        os.kill(pid, signal.SIGKILL)
        status = framework.update("victim")
        self.assertEqual((status["state"], status["message"], status["source"]),
                         ("TASK_FAILED", "Command terminated with signal Killed",
                          "SOURCE_EXECUTOR"))

    def test_a_killed_init_fails_the_task_and_leaves_no_process(self):
        framework = self.scheduler()
        running_status, pid = self.run_task(framework, "orphan")
        init = running_status["container_status"]["executor_pid"]
        self.assertEqual(os.path.basename(os.readlink("/proc/%d/exe" % init)), "troupe-init")
        os.kill(init, signal.SIGKILL)
        status = framework.update("orphan")
        self.assertEqual(status["state"], "TASK_FAILED")
        self.assertIn("Killed", status["message"])
        eventually(lambda: not running(pid), what="the command is gone")
        eventually(lambda: self.cluster.state()["slaves"][0]["used_resources"]["cpus"] == 0.0,
                   what="its resources are back")

    def restart_agent(self):
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)

    def test_a_checkpointed_task_outlives_its_agent(self):
        framework = self.scheduler(checkpoint=True, failover_timeout=3600.0)
        _, pid = self.run_task(framework, "stays")
        before = self.agent_id()
        self.cluster.agent.kill9()
        self.cluster.wait_for_agents(0)
        self.assertTrue(running(pid))
        self.restart_agent()
        self.assertEqual(self.agent_id(), before, "the agent keeps its id")
        self.assertTrue(running(pid))
        framework.stream.quiet(lambda event: UPDATES(event) and
                               event["update"]["status"]["state"] != "TASK_RUNNING", 1.5)
        row = eventually(lambda: self.cluster.framework(framework.framework_id)["tasks"])[0]
        self.assertEqual((row["id"], row["state"]), ("stays", "TASK_RUNNING"))
        framework.kill("stays")
        status = framework.update("stays", "TASK_KILLED")
        self.assertEqual(status["message"], "Command terminated with signal Terminated")
        eventually(lambda: not running(pid), what="the command is gone")

    def test_what_ends_while_the_agent_is_away_is_told_when_it_is_back(self):
        framework = self.scheduler(checkpoint=True, failover_timeout=3600.0)
        ends = {"good": "until [ -e go ]; do sleep 0.05; done; exit 0",
                "bad": "until [ -e go ]; do sleep 0.05; done; exit 7"}
        for name, command in ends.items():
            self.run_task(framework, name, command)
        self.cluster.agent.kill9()
        for name in ends:
            with open(os.path.join(self.sandbox(framework, name), "go"), "w"):
                pass
        eventually(lambda: not [each for each in processes_below(self.cluster.folder)
                                if "until" in command_of(each)], what="the tasks are over")
        self.restart_agent()
        # RUNNING may come again: its acknowledgement may have met a dead agent.
        good = framework.update("good", "TASK_FINISHED")
        bad = framework.update("bad", "TASK_FAILED")
        self.assertEqual((good["message"], bad["message"]),
                         ("Command exited with status 0", "Command exited with status 7"))

    def test_an_unacknowledged_update_outlives_the_agent(self):
        framework = self.scheduler(checkpoint=True, failover_timeout=3600.0)
        framework.run("unheard", "exit 0")
        first = framework.update("unheard", acknowledge=False)
        self.cluster.agent.kill9()
        self.restart_agent()
        again = framework.update("unheard")
        self.assertEqual((again["uuid"], again["state"]), (first["uuid"], first["state"]))
        self.assertEqual(framework.wait_end("unheard")[-1]["state"], "TASK_FINISHED")

    def test_without_checkpoint_a_lost_agent_loses_the_tasks(self):
        framework = self.scheduler(failover_timeout=3600.0)
        _, pid = self.run_task(framework, "gone")
        held = framework.offer()
        self.cluster.agent.kill9()
        status = framework.update("gone")
        self.assertEqual((status["state"], status["source"]), ("TASK_LOST", "SOURCE_MASTER"))
        self.assertEqual(framework.stream.take_type("RESCIND")["rescind"]["offer_id"], held["id"])
        self.restart_agent()
        eventually(lambda: not running(pid), what="the command is gone")

    def restart_master(self):
        self.cluster.master.kill9()
        self.cluster.master.start()

    def test_tasks_agents_and_ids_outlive_the_master(self):
        framework = self.scheduler(checkpoint=True, failover_timeout=3600.0)
        _, pid = self.run_task(framework, "stays")
        before, old_master = self.agent_id(), self.cluster.state()["id"]
        self.restart_master()
        framework.stream.wait_end()
        self.cluster.wait_for_agents(1, 30)
        self.assertNotEqual(self.cluster.state()["id"], old_master)
        self.assertEqual(self.agent_id(), before, "the agent keeps its id")
        row = eventually(lambda: self.cluster.framework(framework.framework_id))
        self.assertEqual((row["recovered"], row["connected"], row["active"]), (True, False, False))
        self.assertEqual([(t["id"], t["state"]) for t in row["tasks"]],
                         [("stays", "TASK_RUNNING")])
        told = framework.subscribe()
        self.assertEqual(told["framework_id"]["value"], framework.framework_id)
        framework.reconcile("stays")
        status = framework.update("stays")
        while "reason" not in status:  # RUNNING again: its acknowledgement met a dead master
            status = framework.update("stays")
        self.assertEqual((status["state"], status["reason"]),
                         ("TASK_RUNNING", "REASON_RECONCILIATION"))
        self.assertTrue(running(pid))
        self.assertEqual(amount(framework.offer(), "cpus"), 7.9)
        framework.kill("stays")
        framework.update("stays", "TASK_KILLED")

    def test_the_registry_outlives_the_master(self):
        before = self.agent_id()
        self.cluster.agent.kill9()
        self.restart_master()
        state = self.cluster.state()
        self.assertEqual([row["id"] for row in state["recovered_slaves"]], [before])
        self.assertEqual(state["slaves"], [])
        framework = self.scheduler()
        framework.reconcile("unknown", ("unknown", before))
        framework.stream.quiet(UPDATES, 1.5)
        self.restart_agent()
        state = eventually(lambda: next((each for each in [self.cluster.state()]
                                         if not each["recovered_slaves"]), None))
        self.assertEqual([row["id"] for row in state["slaves"]], [before])
        framework.reconcile("unknown")
        self.assertEqual(framework.update("unknown")["state"], "TASK_LOST")

    def test_a_new_agent_after_a_restart_gets_a_new_id(self):
        before = self.agent_id()
        self.restart_master()
        self.cluster.agents.append(self.cluster.make_agent(1))
        self.cluster.agents[1].start()
        self.cluster.wait_for_agents(2, 30)
        ids = {row["id"] for row in self.cluster.state()["slaves"]}
        self.assertEqual(len(ids), 2)
        self.assertIn(before, ids)

    def test_a_lost_framework_connection_keeps_the_tasks_for_its_return(self):
        framework = self.scheduler(failover_timeout=3600.0)
        _, pid = self.run_task(framework, "stays")
        self.run_task(framework, "ends", "until [ -e go ]; do sleep 0.05; done; exit 0")
        framework.stream.reset()
        eventually(lambda: not self.cluster.framework(framework.framework_id)["connected"])
        with open(os.path.join(self.sandbox(framework, "ends"), "go"), "w"):
            pass
        told = framework.subscribe()
        self.assertEqual(told["framework_id"]["value"], framework.framework_id)
        self.assertEqual(framework.update("ends")["state"], "TASK_FINISHED")
        framework.reconcile("stays")
        self.assertEqual(framework.update("stays")["state"], "TASK_RUNNING")
        self.assertTrue(running(pid))

    def test_without_failover_timeout_the_tasks_of_a_lost_framework_die(self):
        framework = self.scheduler()
        _, pid = self.run_task(framework, "doomed")
        framework.stream.reset()
        eventually(lambda: not running(pid), what="the command is gone")
        row = eventually(lambda: self.cluster.framework(framework.framework_id, completed=True))
        self.assertEqual([t["state"] for t in row["completed_tasks"]], ["TASK_KILLED"])

    def test_sigusr1_ends_an_agent_with_its_tasks(self):
        framework = self.scheduler(checkpoint=True)
        _, pid = self.run_task(framework, "ends")
        self.assertEqual(self.cluster.agent.stop(signal.SIGUSR1), 0)
        eventually(lambda: not running(pid), what="the command is gone")
        self.cluster.wait_for_agents(0)
        self.assertEqual(self.cluster.state()["deactivated_slaves"], 0.0, "it has unregistered")
        failure = framework.stream.take_type("FAILURE")["failure"]
        self.assertEqual(set(failure), {"agent_id"})

    def test_sigterm_ends_both_daemons_with_status_0(self):
        self.assertEqual(self.cluster.agent.stop(), 0)
        self.assertEqual(self.cluster.master.stop(), 0)
        with self.assertRaises(OSError):
            net.get(self.cluster.address, "/health")


if __name__ == "__main__":
    main(280)
