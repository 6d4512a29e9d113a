"""Every key that exporters read is there from the start: a missing counter is taken for a fault."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, load, main

# Gauges of what a fresh daemon is or has; everything else that counts something is 0.
ALIVE = {"uptime_secs", "elected", "registered", "recovery_time_secs", "state_fetch_ms",
         "executor_directory_max_allowed_age_secs", "event_queue_messages",
         "messages_register_slave", "slave_registrations", "messages_update_slave",
         "registry_size_bytes", "log/recovered", "log/ensemble_size", "state_store_ms",
         "mesos/allocation_runs", "event_queue_dispatches", "mesos/event_queue_dispatches"}


class Metrics(ClusterTest):
    keys = load(__file__, "metrics.json")

    def snapshot(self, address):
        return net.get(address, "/metrics/snapshot").json()

    def missing(self, address, keys):
        found = self.snapshot(address)
        return [key for key in keys if key not in found]

    def check(self, address, keys):
        """All keys come within moments; what counts is 0 where nothing has happened yet."""
        eventually(lambda: not self.missing(address, keys), what="keys: %s"
                   % self.missing(address, keys))
        values = self.snapshot(address)
        for key in keys:
            self.assertIsInstance(values[key], float, key)
            name = key.split("/", 1)[1]
            resource = name.endswith(("_total", "_used", "_percent")) or key.startswith(
                ("system/", "allocator/mesos/resources/"))
            state = name.startswith(("slaves_", "frameworks_"))
            if not resource and not state and name not in ALIVE:
                self.assertEqual(values[key], 0, key)

    def test_a_fresh_master_has_every_key(self):
        self.check(self.cluster.address, self.keys["master"])

    def test_a_fresh_agent_has_every_key(self):
        self.check(self.cluster.agent.address, self.keys["agent"])

    def test_frameworks_own_keys_are_there_when_it_subscribes(self):
        scheduler = self.scheduler("a name/with 100%", roles=["eng", "eng/dev"], capabilities=[
            {"type": "MULTI_ROLE"}])
        prefix = "master/frameworks/a%20name%2Fwith%20100%25/" + scheduler.framework_id + "/"
        keys = [prefix + key for key in self.keys["framework"] + [
            "roles/eng/suppressed", "roles/eng/dev/suppressed"]]
        address = self.cluster.address
        eventually(lambda: not self.missing(address, keys), what="the framework's keys")
        values = self.snapshot(address)
        self.assertEqual([values[prefix + key] for key in (
            "subscribed", "calls", "calls/subscribe", "calls/kill", "events/subscribed",
            "tasks/active/task_running", "tasks/terminal/task_lost")], [1, 1, 1, 0, 1, 0, 0])


if __name__ == "__main__":
    main()
