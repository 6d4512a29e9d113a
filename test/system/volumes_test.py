"""Persistent volumes outlive tasks, kill -9 of the agent, and kill -9 of the master."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import Cluster, ClusterTest
from support.harness import eventually, main
from support.scheduler import amount, scalar

CAPABILITIES = [{"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}]
STACK = [{"type": "DYNAMIC", "role": "ops"}]
RAW = scalar("disk", 64.0, reservations=STACK)
DATA = dict(RAW, disk={"persistence": {"id": "keep"},
                       "volume": {"container_path": "data", "mode": "RW"}})


class Volumes(ClusterTest):
    """Each test has a cluster of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.cluster = Cluster()
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        # The master knows an agent a moment before the agent has its id on disk.
        eventually(lambda: os.path.exists(self.cluster.path("agent0", "meta", "slaves", "latest")),
                   what="the agent keeps its id")
        self.framework = self.scheduler(roles=["ops"], capabilities=CAPABILITIES,
                                        checkpoint=True, failover_timeout=3600.0)

    def place(self):
        return self.cluster.path("agent0", "volumes", "roles", "ops", "keep")

    def offer(self, wanted=lambda offer: any("disk" in each for each in offer["resources"])):
        """An offer with the volume that is still good: others went with a former agent."""
        while True:
            offer = self.framework.offer(30)
            known = self.cluster.framework(self.framework.framework_id)["offers"]
            if offer["id"]["value"] not in [each["id"] for each in known]:
                continue
            if wanted(offer) and amount(offer, "cpus") >= 0.1:
                return offer
            self.framework.decline([offer], refuse=0)

    def make(self):
        offer = self.framework.offer()
        self.framework.accept([offer], [
            {"type": "RESERVE", "reserve": {"resources": [RAW]}},
            {"type": "CREATE", "create": {"volumes": [DATA]}}], refuse=0)

    def run_task(self, name, command):
        offer = self.offer()
        task = self.framework.task(offer, name, command)
        task["resources"] = task["resources"] + [DATA]
        self.framework.launch(offer, task)
        self.assertEqual(self.framework.wait_end(name)[-1]["state"], "TASK_FINISHED")

    def restart_agent(self):
        self.cluster.agent.kill9()
        self.cluster.wait_for_agents(0)
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)

    def test_an_agent_killed_after_create_goes_on_with_the_volume(self):
        self.make()
        self.restart_agent()
        self.run_task("writes", "echo kept > data/file")
        self.restart_agent()
        self.run_task("reads", "test \"$(cat data/file)\" = kept")
        offer = self.offer()
        self.framework.accept([offer], [{"type": "DESTROY", "destroy": {"volumes": [DATA]}}])
        eventually(lambda: not os.path.exists(self.place()), what="the data is gone")
        self.restart_agent()
        self.assertFalse(os.path.exists(self.place()))
        reserved = self.cluster.state()["slaves"][0]["reserved_resources"]
        self.assertEqual(reserved["ops"]["disk"], 64.0)

    def test_an_agent_killed_in_the_moment_of_create_ends_with_it_as_the_master_says(self):
        self.cluster.agent.kill9()
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)
        offer = self.offer(lambda offer: True)
        self.framework.accept([offer], [
            {"type": "RESERVE", "reserve": {"resources": [RAW]}},
            {"type": "CREATE", "create": {"volumes": [DATA]}}], refuse=0)
        self.cluster.agent.kill9()  # perhaps before it has heard of it
        self.cluster.wait_for_agents(0)
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)
        eventually(lambda: os.path.isdir(self.place()), what="the volume is made")
        self.run_task("uses", "echo x > data/file")

    def test_after_a_failover_of_the_master_the_agent_tells_of_its_volume(self):
        self.make()
        self.run_task("writes", "echo kept > data/file")
        self.framework.disconnect()
        self.cluster.master.kill9()
        self.cluster.master.start()
        self.cluster.wait_for_agents(1)
        reserved = self.cluster.state()["slaves"][0]["reserved_resources"]
        self.assertEqual(reserved["ops"]["disk"], 64.0)
        self.framework.subscribe()
        self.run_task("reads", "test \"$(cat data/file)\" = kept")


if __name__ == "__main__":
    main()
