"""The metrics under load: everything that a scheduler, an executor and an operator can make happen
is done here once or a few times, and counted exactly so often."""
import os
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import HERE, eventually, main
from support.scheduler import amount, scalar

EXECUTOR = "exec %s %s" % (shlex.quote(sys.executable),
                           shlex.quote(os.path.join(HERE, "executor.py")))


class Driven(ClusterTest):
    def setUp(self):
        self.before = self.snapshots()

    def snapshots(self):
        """The metrics of both daemons; their keys are apart, but for those of the machine."""
        return dict(net.get(self.cluster.address, "/metrics/snapshot").json(),
                    **net.get(self.cluster.agent.address, "/metrics/snapshot").json())

    def grown(self, keys):
        now = self.snapshots()
        return {key: now.get(key, 0) - self.before.get(key, 0) for key in keys}

    def expect(self, wanted):
        """The counters have grown by just that much, soon."""
        try:
            eventually(lambda: self.grown(wanted) == wanted, 8)
        except AssertionError:
            self.assertEqual(self.grown(wanted), wanted)

    def test_the_ends_of_tasks_are_counted_on_both_sides(self):
        scheduler = self.scheduler("ends")
        for name, command in (("good", "true"), ("good2", "true"), ("bad", "exit 3")):
            scheduler.run(name, command)
            scheduler.wait_end(name)
        scheduler.run("long", "sleep 1000")
        scheduler.update("long", "TASK_RUNNING")
        values = self.snapshots()
        self.assertEqual((values["slave/tasks_running"], values["slave/executors_running"],
                          values["slave/frameworks_active"]), (1, 1, 1))
        self.assertAlmostEqual(values["slave/cpus_used"], 0.2, 5)  # the task and its executor
        eventually(lambda: self.snapshots()["master/tasks_running"] == 1)
        scheduler.kill("long")
        scheduler.wait_end("long")
        self.expect({"master/tasks_finished": 2, "master/tasks_failed": 1, "master/tasks_killed": 1,
                     "slave/tasks_finished": 2, "slave/tasks_failed": 1, "slave/tasks_killed": 1,
                     "slave/executors_terminated": 4, "master/messages_kill_task": 1,
                     "master/messages_launch_tasks": 4, "master/messages_register_framework": 1,
                     "master/messages_status_update": 12, "master/valid_status_updates": 12,
                     "slave/valid_status_updates": 12,
                     "master/messages_status_update_acknowledgement": 12,
                     "master/valid_status_update_acknowledgements": 12,
                     "master/invalid_status_updates": 0, "slave/invalid_status_updates": 0,
                     "master/tasks_running": 0, "slave/tasks_running": 0})
        eventually(lambda: self.snapshots()["slave/cpus_used"] == 0)

    def test_what_the_master_refuses_is_counted_by_its_reason(self):
        scheduler = self.scheduler("refused")
        offer = scheduler.offer()
        scheduler.launch(offer, scheduler.task(offer, "greedy", "true", cpus=1000))
        scheduler.wait_end("greedy")
        scheduler.launch(offer, scheduler.task(offer, "stale", "true"))
        scheduler.wait_end("stale")
        self.expect({"master/tasks_error": 1, "master/tasks_lost": 1,
                     "master/task_error/source_master/reason_task_invalid": 1,
                     "master/task_lost/source_master/reason_invalid_offers": 1})

    def test_calls_of_schedulers(self):
        scheduler = self.scheduler("calls", failover_timeout=60.0)
        scheduler.decline([scheduler.offer()], refuse=0)
        scheduler.call("SUPPRESS")
        scheduler.call("REVIVE")
        scheduler.reconcile()
        scheduler.reconcile()
        scheduler.call("REQUEST", request={"requests": []})
        scheduler.kill("nope")
        scheduler.disconnect()
        scheduler.stream_id = None
        scheduler.subscribe()
        scheduler.teardown()
        self.expect({"master/messages_decline_offers": 1, "master/messages_suppress_offers": 1,
                     "master/messages_revive_offers": 1, "master/messages_reconcile_tasks": 2,
                     "master/messages_resource_request": 1, "master/messages_kill_task": 1,
                     "master/messages_register_framework": 1,
                     "master/messages_reregister_framework": 1,
                     "master/messages_unregister_framework": 1})

    def test_messages_between_framework_and_executor(self):
        scheduler = self.scheduler("messages")
        executor = {"type": "CUSTOM", "executor_id": {"value": "ex"}, "command": {"value": EXECUTOR},
                    "framework_id": {"value": scheduler.framework_id},
                    "resources": [scalar("cpus", 0.1), scalar("mem", 32)]}
        offer = scheduler.run("inside", executor=executor)
        scheduler.update("inside", "TASK_RUNNING")
        scheduler.call("MESSAGE", message={"agent_id": offer["agent_id"],
                                           "executor_id": {"value": "ex"}, "data": "aGVsbG8="})
        scheduler.stream.take(lambda event: event["type"] == "MESSAGE", 15, "the echo")
        scheduler.call("MESSAGE", message={"agent_id": {"value": "nope"},
                                           "executor_id": {"value": "ex"}, "data": "aGVsbG8="})
        self.expect({"master/messages_framework_to_executor": 2,
                     "master/valid_framework_to_executor_messages": 1,
                     "master/invalid_framework_to_executor_messages": 1,
                     "master/messages_executor_to_framework": 1,
                     "master/valid_executor_to_framework_messages": 1,
                     "slave/valid_framework_messages": 2})  # one each way

    def test_fetches(self):
        scheduler = self.scheduler("fetches")
        source = self.cluster.path("something")
        with open(source, "w") as file:
            file.write("x")
        os.chmod(source, 0o644)
        for name, uri in (("there", source), ("missing", source + "-nope")):
            scheduler.run(name, {"value": "true", "uris": [{"value": uri}]})
            scheduler.wait_end(name)
        self.expect({"containerizer/fetcher/task_fetches_succeeded": 1,
                     "containerizer/fetcher/task_fetches_failed": 1,
                     "slave/container_launch_errors": 1, "slave/tasks_failed": 1,
                     "master/task_failed/source_slave/reason_container_launch_failed": 1})

    def test_operations_of_frameworks_and_operators(self):
        scheduler = self.scheduler("operations", roles=["ops"], capabilities=[
            {"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}])
        scheduler.call("SUPPRESS")
        scheduler.call("REVIVE")

        def reservation(value):
            return [scalar("cpus", value, allocation_info={"role": "ops"}, reservations=[
                {"type": "DYNAMIC", "role": "ops"}])]
        offer = scheduler.offer(wanted=lambda each: amount(each, "cpus") >= 1)
        scheduler.accept([offer], [
            {"type": "RESERVE", "reserve": {"resources": reservation(1)}},
            {"type": "RESERVE", "reserve": {"resources": reservation(1000)}},
            {"type": "UNRESERVE", "unreserve": {"resources": reservation(1)}}], refuse=3600)
        agent = self.cluster.state()["slaves"][0]["id"]
        own = ('[{"name":"cpus","type":"SCALAR","scalar":{"value":0.5},'
               '"reservations":[{"type":"DYNAMIC","role":"ops"}]}]')
        for target in ("/reserve", "/unreserve"):
            response = net.request(self.cluster.address, "POST", target,
                                   "slaveId=%s&resources=%s" % (agent, own))
            self.assertEqual(response.status, 202, response)
        self.expect({"master/operations/total": 5, "master/operations/finished": 4,
                     "master/operations/error": 1, "master/operations/reserve/total": 3,
                     "master/operations/reserve/finished": 2, "master/operations/reserve/error": 1,
                     "master/operations/unreserve/total": 2,
                     "master/operations/unreserve/finished": 2, "master/operations/pending": 0})

    def test_an_agent_that_comes_back(self):
        self.cluster.agent.stop()
        eventually(lambda: self.snapshots_of_master()["master/slaves_disconnected"] == 1)
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)
        eventually(lambda: self.snapshots_of_master()["master/slave_reregistrations"]
                   - self.before["master/slave_reregistrations"] == 1)
        values = net.get(self.cluster.agent.address, "/metrics/snapshot").json()
        self.assertEqual(values["slave/registered"], 1)
        self.assertEqual(values["slave/recovery_errors"], 0)
        self.assertGreater(values["slave/recovery_time_secs"], 0)

    def snapshots_of_master(self):
        return net.get(self.cluster.address, "/metrics/snapshot").json()


if __name__ == "__main__":
    main()
