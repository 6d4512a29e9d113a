"""Launching, status updates, acknowledgements, KILL and RECONCILE, in both encodings."""
import base64
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import ClusterTest
from support.harness import eventually, load, main
from support.scheduler import scalar
from support.stream import MEDIA

PARTITION_AWARE = {"type": "PARTITION_AWARE"}


class Tasks(ClusterTest):
    def check_executor_status(self, status, task_id, agent_id):
        """What every status of a command task carries."""
        self.assertEqual(status["source"], "SOURCE_EXECUTOR")
        self.assertEqual(status["agent_id"], agent_id)
        self.assertEqual(status["executor_id"], {"value": task_id})
        self.assertEqual(len(base64.b64decode(status["uuid"])), 16)
        self.assertLess(abs(status["timestamp"] - time.time()), 60)
        where = status["container_status"]
        self.assertEqual(where["network_infos"], [{"ip_addresses": [
            {"protocol": "IPv4", "ip_address": "127.0.0.1"}]}])
        self.assertRegex(where["container_id"]["value"], "^[0-9a-f-]{36}$")
        self.assertGreater(where["executor_pid"], 1)

    def test_a_command_task_starts_runs_and_finishes_in_both_encodings(self):
        for encoding in MEDIA:
            with self.subTest(encoding):
                framework = self.scheduler(encoding=encoding)
                offer = framework.run("finish", "exit 0")
                found = framework.wait_end("finish")
                self.assertEqual([each["state"] for each in found],
                                 ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
                for status in found:
                    self.check_executor_status(status, "finish", offer["agent_id"])
                self.assertEqual(found[2]["message"], "Command exited with status 0")
                self.assertEqual(len({status["uuid"] for status in found}), 3)
                framework.teardown()

    def test_each_row_of_the_validation_table_gives_its_state(self):
        framework = self.scheduler()
        framework.run("a-run", "sleep 100")
        framework.update("a-run", "TASK_RUNNING")
        for row in load(__file__, "task_validation.json"):
            with self.subTest(row["task_info"]["name"]):
                offer = framework.offer()
                agent = offer["agent_id"]["value"]
                task = dict(row["task_info"])
                if task["agent_id"]["value"] == "$AGENT":
                    task["agent_id"] = offer["agent_id"]
                framework.launch(offer, task)
                status = framework.update(task["task_id"]["value"])
                self.assertEqual(status["state"], row["state"], status)
                self.assertEqual(status["agent_id"], task["agent_id"])
                if row["state"] != "TASK_ERROR":
                    framework.wait_end(task["task_id"]["value"])
                    continue
                self.assertEqual((status["source"], status["reason"]),
                                 (row["source"], row["reason"]))
                self.assertNotIn("uuid", status)
                for text in row["mentions"]:
                    self.assertIn(text.replace("$AGENT", agent), status["message"])

    def test_one_bad_task_does_not_hold_up_the_others(self):
        framework = self.scheduler()
        offer = framework.offer()
        tasks = [framework.task(offer, "good-1", "true"),
                 framework.task(offer, "bad", "true", cpus=1000),
                 framework.task(offer, "good-2", "true")]
        framework.launch(offer, *tasks)
        error = framework.update("bad")
        self.assertEqual((error["state"], error["reason"]), ("TASK_ERROR", "REASON_TASK_INVALID"))
        self.assertIn("cpus", error["message"])
        for name in ("good-1", "good-2"):
            self.assertEqual(framework.wait_end(name)[-1]["state"], "TASK_FINISHED")

    def test_a_resource_of_another_role_or_with_both_forms_is_refused(self):
        framework = self.scheduler()
        stack = [{"type": "STATIC", "role": "x"}]
        rows = {"role": [scalar("cpus", 0.1, role="other"), scalar("mem", 32.0)],
                "both": [scalar("cpus", 0.1, role="x", reservations=stack), scalar("mem", 32.0)],
                "name": [scalar("", 0.1), scalar("mem", 32.0)]}
        for name, resources in rows.items():
            with self.subTest(name):
                offer = framework.offer()
                task = framework.task(offer, "wrong-" + name, "true")
                task["resources"] = resources
                framework.launch(offer, task)
                self.assertEqual(framework.update("wrong-" + name)["state"], "TASK_ERROR")

    def test_the_next_update_waits_for_the_acknowledgement(self):
        framework = self.scheduler()
        framework.run("slow-ack", "true")
        first = framework.update("slow-ack", acknowledge=False)
        self.assertEqual(first["state"], "TASK_STARTING")
        framework.stream.quiet(lambda event: event["type"] == "UPDATE", 1.5)
        framework.acknowledge(dict(first, uuid="AAAAAAAAQACAAAAAAAAAAA=="))
        framework.stream.quiet(lambda event: event["type"] == "UPDATE", 1)
        row = eventually(lambda: self.cluster.framework(framework.framework_id)["tasks"])[0]
        self.assertEqual(row["id"], "slow-ack")
        framework.acknowledge(first)
        self.assertEqual(framework.update("slow-ack")["state"], "TASK_RUNNING")
        self.assertEqual(framework.update("slow-ack")["state"], "TASK_FINISHED")

    def test_an_unacknowledged_update_comes_again_after_ten_seconds(self):
        framework = self.scheduler()
        framework.run("again", "sleep 100")
        first = framework.update("again", acknowledge=False)
        start = time.monotonic()
        second = framework.update("again", timeout=15, acknowledge=False)
        passed = time.monotonic() - start
        self.assertEqual(second, first)
        self.assertTrue(9 <= passed <= 14, "repeated after %.1f s" % passed)

    def test_resources_come_back_on_the_terminal_update_not_on_its_acknowledgement(self):
        framework = self.scheduler()
        framework.run("all", "true", cpus=8, mem=8192)
        for state in ("TASK_STARTING", "TASK_RUNNING"):
            self.assertEqual(framework.update("all")["state"], state)
        last = framework.update("all", acknowledge=False)
        self.assertEqual(last["state"], "TASK_FINISHED")
        framework.offer(5)
        row = self.cluster.framework(framework.framework_id)
        self.assertEqual([task["state"] for task in row["tasks"]], ["TASK_FINISHED"])
        framework.acknowledge(last)
        eventually(lambda: self.cluster.framework(framework.framework_id)["completed_tasks"],
                   what="the task is completed")

    def test_kill_ends_a_task_without_task_killing(self):
        framework = self.scheduler()
        framework.run("kill", "sleep 100")
        framework.update("kill", "TASK_RUNNING")
        framework.kill("kill", agent_id={"value": "other"})  # not this agent: ignored
        framework.stream.quiet(lambda event: event["type"] == "UPDATE", 1)
        framework.kill("kill")
        found = framework.wait_end("kill")
        self.assertEqual([each["state"] for each in found], ["TASK_KILLED"])
        self.assertEqual(found[0]["message"], "Command terminated with signal Terminated")

    def test_with_the_capability_task_killing_comes_first(self):
        framework = self.scheduler(capabilities=[{"type": "TASK_KILLING_STATE"}])
        framework.run("killing", "sleep 100")
        framework.update("killing", "TASK_RUNNING")
        framework.kill("killing")
        self.assertEqual([each["state"] for each in framework.wait_end("killing")],
                         ["TASK_KILLING", "TASK_KILLED"])

    def check_reconciled(self, status, state, message):
        self.assertEqual(status["state"], state, status)
        self.assertEqual((status["source"], status["reason"]),
                         ("SOURCE_MASTER", "REASON_RECONCILIATION"))
        self.assertIn(message, status["message"])
        self.assertNotIn("uuid", status)
        self.assertNotIn("data", status)

    def test_kill_of_an_unknown_task_is_answered_like_its_reconciliation(self):
        for capabilities, state in (([], "TASK_LOST"), ([PARTITION_AWARE], "TASK_UNKNOWN")):
            with self.subTest(state):
                framework = self.scheduler(capabilities=capabilities)
                framework.kill("no-such-task")
                self.check_reconciled(framework.update("no-such-task"), state, "unknown")

    def test_explicit_reconciliation(self):
        for capabilities, lost, gone in (([], "TASK_LOST", "TASK_LOST"),
                                         ([PARTITION_AWARE], "TASK_UNKNOWN", "TASK_GONE")):
            with self.subTest(lost):
                framework = self.scheduler(capabilities=capabilities)
                offer = framework.run("known", "sleep 100")
                framework.update("known", "TASK_RUNNING")
                framework.run("done", "true")
                framework.wait_end("done")
                eventually(lambda: self.cluster.framework(
                    framework.framework_id)["completed_tasks"])
                agent = offer["agent_id"]["value"]
                asked = [("known", agent, "TASK_RUNNING", "Latest"),
                         ("known", None, "TASK_RUNNING", "Latest"),
                         ("nope", None, lost, "unknown"),
                         ("nope", "no-such-agent", lost, "unknown"),
                         ("nope", agent, gone, ""), ("done", None, lost, "unknown")]
                framework.reconcile(*[row[:2] if row[1] else row[0] for row in asked])
                for task, where, state, text in asked:
                    status = framework.update(task)
                    self.check_reconciled(status, state, text)
                    if where:
                        self.assertEqual(status["agent_id"], {"value": where})
                framework.teardown()

    def test_implicit_reconciliation_tells_every_living_task(self):
        framework = self.scheduler()
        for name in ("one", "two"):
            framework.run(name, "sleep 100")
            framework.update(name, "TASK_RUNNING")
        framework.run("three", "true")
        framework.wait_end("three")
        eventually(lambda: self.cluster.framework(framework.framework_id)["completed_tasks"])
        framework.reconcile()
        found = [framework.update() for _ in range(2)]
        self.assertEqual({each["task_id"]["value"] for each in found}, {"one", "two"})
        for status in found:
            self.check_reconciled(status, "TASK_RUNNING", "Latest")
            self.assertIn("container_status", status)
        framework.stream.quiet(lambda event: event["type"] == "UPDATE", 1)

    def test_teardown_kills_the_tasks(self):
        framework = self.scheduler("doomed")
        framework.run("doomed", "sleep 100")
        status = framework.update("doomed", "TASK_RUNNING")
        pid = status["container_status"]["executor_pid"]
        framework.teardown()
        eventually(lambda: not os.path.exists("/proc/%d" % pid), what="the task is gone")
        row = eventually(lambda: self.cluster.framework(framework.framework_id, completed=True))
        self.assertEqual([(task["id"], task["state"]) for task in row["completed_tasks"]],
                         [("doomed", "TASK_KILLED")])

    def test_a_message_to_nobody_and_a_shutdown_of_nobody_are_accepted(self):
        framework = self.scheduler()
        who = {"agent_id": {"value": "x"}, "executor_id": {"value": "y"}}
        framework.call("MESSAGE", message=dict(who, data="aGk="))
        framework.call("SHUTDOWN", shutdown=who)
        framework.call("REQUEST", request={"requests": [{"resources": [scalar("cpus", 1)]}]})
        framework.stream.quiet(lambda event: event["type"] not in ("OFFERS", "HEARTBEAT"), 1)


if __name__ == "__main__":
    main()
