"""The executor API of the agent: a custom executor, its life, its errors, its environment."""
import base64
import json
import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.executor import Executor
from support.harness import HERE, eventually, load, main
from support.scheduler import resources
from support.stream import MEDIA

PROGRAM = "exec %s %s" % (shlex.quote(sys.executable),
                          shlex.quote(os.path.join(HERE, "executor.py")))
IDLE = "exec sleep 1000"  # its process; the test speaks for it


def custom(executor_id, command, **more):
    return dict({"type": "CUSTOM", "executor_id": {"value": executor_id}, "name": "an executor",
                 "source": "test", "command": {"value": command},
                 "resources": resources()}, **more)


class ExecutorApi(ClusterTest):
    def start(self, executor_id, command=IDLE, encoding="json", task="t-1", **more):
        """A framework with one executor; gives both ends of the conversation."""
        framework = self.scheduler("executor test", checkpoint=True, failover_timeout=3600.0)
        info = custom(executor_id, command, **more)
        framework.run(task, executor=info)
        self.wait_for_container(framework, executor_id)
        return framework, Executor(self.cluster.agent.address, framework.framework_id, executor_id,
                                   encoding)

    def agent_row(self, framework, executor_id, kind="executors"):
        state = net.get(self.cluster.agent.address, "/state").json()
        return next((row for each in state["frameworks"] + state["completed_frameworks"]
                     if each["id"] == framework.framework_id
                     for row in each[kind] if row["id"] == executor_id), None)

    def wait_for_container(self, framework, executor_id):
        return eventually(lambda: self.agent_row(framework, executor_id), 15,
                          "the executor is there")

    def check_row(self, row, executor):
        names = {"$FRAMEWORK": executor.ids["framework_id"]["value"],
                 "$EXECUTOR": executor.ids["executor_id"]["value"], "$TASK": "t-1"}
        body = row["body"]
        if isinstance(body, dict):
            data = bytes.fromhex(body["hex"])
        else:
            for mark, value in names.items():
                body = body.replace(mark, value)
            data = body.encode()
        head = row["head"].replace("$HOST", executor.address).encode()
        head += b"\r\nContent-Length: %d\r\n\r\n" % len(data)
        response = net.exchange(executor.address, head + data)
        self.assertIn(response.status, row["status"], response)
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")
        self.assertEqual(response.header("Allow"), row.get("allow"))
        for text in row.get("mentions", []):
            self.assertIn(text, response.text())

    def test_every_wrong_request_is_answered_as_the_table_says(self):
        framework, executor = self.start("errors")
        rows = load(__file__, "executor_errors.json")
        for row in rows:
            if row["before_subscribe"]:
                with self.subTest(row["name"]):
                    self.check_row(row, executor)
        executor.subscribe()
        for row in rows:
            if not row["before_subscribe"]:
                with self.subTest(row["name"]):
                    self.check_row(row, executor)
        self.assertEqual(executor.stream.take_type("LAUNCH")["launch"]["task"]["name"], "name-t-1")
        executor.update("t-1", "TASK_FINISHED")
        self.assertEqual(framework.update("t-1")["state"], "TASK_FINISHED")

    def test_subscribed_then_launch_in_both_encodings(self):
        for encoding in MEDIA:
            with self.subTest(encoding):
                framework, executor = self.start("first-" + encoding, encoding=encoding)
                told = executor.subscribe()
                head = executor.stream.response
                self.assertEqual(head.header("Content-Type"), MEDIA[encoding])
                self.assertIsNone(head.header("Mesos-Stream-Id"))
                info = told["executor_info"]
                self.assertEqual(info["executor_id"], {"value": "first-" + encoding})
                self.assertEqual((info["type"], info["name"], info["source"]),
                                 ("CUSTOM", "an executor", "test"))
                self.assertEqual(info["framework_id"], {"value": framework.framework_id})
                self.assertEqual(told["framework_info"]["id"], {"value": framework.framework_id})
                self.assertEqual(told["framework_info"]["name"], "executor test")
                self.assertEqual((told["agent_info"]["hostname"], told["agent_info"]["port"]),
                                 ("localhost", int(executor.address.split(":")[1])))
                self.assertEqual(told["agent_info"]["id"]["value"],
                                 self.cluster.state()["slaves"][0]["id"])
                self.assertEqual(told["container_id"]["value"],
                                 self.agent_row(framework, "first-" + encoding)["container"])
                task = executor.stream.next()["launch"]["task"]
                self.assertEqual((task["task_id"], task["name"]),
                                 ({"value": "t-1"}, "name-t-1"))
                self.assertEqual(task["agent_id"], told["agent_info"]["id"])
                self.assertEqual(task["executor"]["executor_id"], info["executor_id"])
                framework.teardown()

    def test_an_update_reaches_the_scheduler_with_what_the_agent_adds(self):
        framework, executor = self.start("updates")
        told = executor.subscribe()
        sent = executor.update("t-1", "TASK_RUNNING", message="here", data="AAH/", healthy=True,
                               labels={"labels": [{"key": "k", "value": "v"}]})
        status = framework.update("t-1", acknowledge=False)
        for key in ("uuid", "message", "data", "labels", "healthy", "state", "source"):
            self.assertEqual(status[key], sent[key], key)
        self.assertEqual(status["agent_id"], told["agent_info"]["id"])
        self.assertEqual(status["executor_id"], {"value": "updates"})
        self.assertIsInstance(status["timestamp"], float)
        where = status["container_status"]
        self.assertEqual(where["container_id"], told["container_id"])
        self.assertEqual(where["network_infos"], [{"ip_addresses": [
            {"protocol": "IPv4", "ip_address": "127.0.0.1"}]}])
        executor.stream.quiet(lambda event: event["type"] == "ACKNOWLEDGED", 0.5)
        framework.acknowledge(status)
        event = executor.stream.take_type("ACKNOWLEDGED")
        self.assertEqual(event["acknowledged"], {"task_id": {"value": "t-1"}, "uuid": sent["uuid"]})

    def test_the_same_update_twice_is_told_once(self):
        framework, executor = self.start("twice")
        executor.subscribe()
        sent = executor.update("t-1", "TASK_RUNNING")
        self.assertEqual(framework.update("t-1")["uuid"], sent["uuid"])
        executor.stream.take_type("ACKNOWLEDGED")
        response = executor.post("UPDATE", update={"status": sent})
        self.assertEqual(response.status, 202)
        executor.stream.take_type("ACKNOWLEDGED")
        framework.stream.quiet(lambda event: event["type"] == "UPDATE", 1)

    def test_messages_go_both_ways(self):
        framework, executor = self.start("messages")
        told = executor.subscribe()
        framework.call("MESSAGE", message={"agent_id": told["agent_info"]["id"],
                                           "executor_id": {"value": "messages"}, "data": "AAH/"})
        self.assertEqual(executor.stream.take_type("MESSAGE")["message"], {"data": "AAH/"})
        executor.message("hello")
        event = framework.stream.take_type("MESSAGE")["message"]
        self.assertEqual(event, {"agent_id": told["agent_info"]["id"], "executor_id": {
            "value": "messages"}, "data": base64.b64encode(b"hello").decode()})

    def test_kill_and_shutdown_reach_the_executor(self):
        framework, executor = self.start("kills")
        told = executor.subscribe()
        executor.update("t-1", "TASK_RUNNING")
        framework.update("t-1")
        framework.kill("t-1", kill_policy={"grace_period": {"nanoseconds": 5000000}})
        event = executor.stream.take_type("KILL")["kill"]
        self.assertEqual(event["task_id"], {"value": "t-1"})
        self.assertEqual(event["kill_policy"], {"grace_period": {"nanoseconds": 5000000}})
        framework.call("SHUTDOWN", shutdown={"agent_id": told["agent_info"]["id"],
                                             "executor_id": {"value": "kills"}})
        self.assertEqual(executor.stream.take_type("SHUTDOWN"), {"type": "SHUTDOWN"})

    def test_the_executor_api_has_no_heartbeats(self):
        _, executor = self.start("silent")
        executor.subscribe()
        executor.stream.take_type("LAUNCH")
        executor.stream.quiet(lambda event: True, 2)

    def test_a_second_subscription_closes_the_first(self):
        framework, executor = self.start("second")
        executor.subscribe()
        executor.stream.take_type("LAUNCH")
        executor.update("t-1", "TASK_RUNNING")
        framework.update("t-1")
        old = executor.stream
        executor.subscribe()
        old.wait_end()
        framework.run("t-2", executor=custom("second", IDLE))
        event = executor.stream.take_type("LAUNCH")
        self.assertEqual(event["launch"]["task"]["task_id"], {"value": "t-2"})

    def test_a_task_of_a_live_executor_needs_the_same_description(self):
        framework, executor = self.start("same")
        executor.subscribe()
        framework.run("other", executor=custom("same", "exec sleep 999"))
        status = framework.update("other")
        self.assertEqual((status["state"], status["reason"]),
                         ("TASK_ERROR", "REASON_TASK_INVALID"))

    def test_a_program_lives_its_whole_life(self):
        framework, _ = self.start("program", PROGRAM)
        self.assertEqual(framework.update("t-1")["state"], "TASK_RUNNING")
        agent = {"value": self.cluster.state()["slaves"][0]["id"]}
        framework.run("t-2", executor=custom("program", PROGRAM))
        self.assertEqual(framework.update("t-2")["state"], "TASK_RUNNING")

        def say(text):
            framework.call("MESSAGE", message={
                "agent_id": agent, "executor_id": {"value": "program"},
                "data": base64.b64encode(text.encode()).decode()})
        say("ping")
        event = framework.stream.take_type("MESSAGE")["message"]
        self.assertEqual(base64.b64decode(event["data"]), b"echo ping")
        say("finish:t-1")
        status = framework.update("t-1")
        self.assertEqual((status["state"], status["message"]), ("TASK_FINISHED", "bye"))
        framework.kill("t-2")
        status = framework.update("t-2")
        self.assertEqual((status["state"], status["message"]), ("TASK_KILLED", "killed here"))
        framework.run("t-3", executor=custom("program", PROGRAM))
        framework.update("t-3", "TASK_RUNNING")
        framework.call("SHUTDOWN", shutdown={"agent_id": agent, "executor_id": {
            "value": "program"}})
        failure = framework.stream.take_type("FAILURE")["failure"]
        self.assertEqual(failure, {"agent_id": agent, "executor_id": {"value": "program"},
                                   "status": 0})
        status = framework.update("t-3")
        self.assertEqual((status["state"], status["reason"], status["source"]),
                         ("TASK_FAILED", "REASON_EXECUTOR_TERMINATED", "SOURCE_AGENT"))

    def test_an_executor_that_exits_takes_its_tasks_along(self):
        framework, _ = self.start("exits", PROGRAM)
        status = framework.update("t-1", "TASK_RUNNING")
        framework.call("MESSAGE", message={"agent_id": status["agent_id"], "executor_id": {
            "value": "exits"}, "data": base64.b64encode(b"exit:3").decode()})
        failure = framework.stream.take_type("FAILURE")["failure"]
        self.assertEqual((failure["executor_id"], failure["status"]), ({"value": "exits"}, 3 << 8))
        status = framework.update("t-1")
        self.assertEqual((status["state"], status["reason"]),
                         ("TASK_FAILED", "REASON_EXECUTOR_TERMINATED"))

    def test_teardown_shuts_the_executor_down(self):
        framework, executor = self.start("torn-down")
        executor.subscribe()
        executor.stream.take_type("LAUNCH")
        framework.teardown()
        executor.stream.take_type("SHUTDOWN")
        eventually(lambda: not self.agent_row(framework, "torn-down"), 20, "the executor is gone")

    def test_the_environment_of_an_executor(self):
        framework, _ = self.start("environment", PROGRAM)
        framework.update("t-1", "TASK_RUNNING")
        row = self.agent_row(framework, "environment")
        sandbox, agent = row["directory"], self.cluster.agent.address
        with open(os.path.join(sandbox, "environment.json")) as text:
            found = json.load(text)
        wanted = {"MESOS_AGENT_ENDPOINT": agent, "MESOS_SLAVE_PID": "slave(1)@" + agent,
                  "MESOS_SLAVE_ID": self.cluster.state()["slaves"][0]["id"],
                  "MESOS_FRAMEWORK_ID": framework.framework_id, "MESOS_EXECUTOR_ID": "environment",
                  "MESOS_DIRECTORY": sandbox, "MESOS_SANDBOX": sandbox, "PWD": sandbox,
                  "MESOS_CHECKPOINT": "1", "MESOS_HTTP_COMMAND_EXECUTOR": "0",
                  "MESOS_RECOVERY_TIMEOUT": "15mins", "MESOS_SUBSCRIPTION_BACKOFF_MAX": "2secs",
                  "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "5secs", "LIBPROCESS_PORT": "0",
                  "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.assertEqual({key: found.get(key) for key in wanted}, wanted)
        self.assertNotIn("HOME", found, "the agent's own environment is not handed on")


if __name__ == "__main__":
    main()
