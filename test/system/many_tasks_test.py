"""A thousand short tasks through one agent: none lost, none doubled."""
import collections
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import TERMINAL, amount

COUNT = 1000
ORDER = ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]


class ManyTasks(ClusterTest):
    options = {"resources": "cpus:4;mem:8192;disk:20480;ports:[31000-31099]"}

    def launch_what_fits(self, framework, offer, left, ran):
        room = min(int(amount(offer, "cpus") / 0.1 + 1e-6), int(amount(offer, "mem") / 32))
        names = [left.popleft() for _ in range(min(room, len(left)))]
        if not names:
            framework.decline([offer], refuse=0.5)
            return
        tasks = [framework.task(offer, name, "echo %s >> %s" % (name, ran)) for name in names]
        framework.launch(offer, *tasks)

    def test_a_thousand_tasks_finish_once_each(self):
        framework = self.scheduler("many")
        ran = self.cluster.path("ran")
        names = ["t-%04d" % i for i in range(COUNT)]
        left = collections.deque(names)
        states, uuids = collections.defaultdict(list), set()
        start, ended = time.monotonic(), 0
        while ended < COUNT:
            event = framework.stream.next(60)
            if event["type"] == "OFFERS":
                for offer in event["offers"]["offers"]:
                    self.launch_what_fits(framework, offer, left, ran)
            elif event["type"] == "UPDATE":
                status = event["update"]["status"]
                framework.acknowledge(status)
                if status["uuid"] in uuids:
                    continue  # repeated because our acknowledgement was slow
                uuids.add(status["uuid"])
                states[status["task_id"]["value"]].append(status["state"])
                ended += status["state"] in TERMINAL
            else:
                self.assertEqual(event["type"], "HEARTBEAT", event)
        seconds = time.monotonic() - start
        self.assertEqual({name: each for name, each in states.items() if each != ORDER}, {})
        self.assertEqual(sorted(states), names)
        with open(ran) as lines:
            self.assertEqual(sorted(lines.read().split()), names, "each task ran once")
        print("throughput: %d tasks in %.1f s, %.1f tasks a second" % (COUNT, seconds,
                                                                       COUNT / seconds))
        self.check_state(framework)

    def check_state(self, framework):
        """The master keeps them all as completed, and every resource is back."""
        row = eventually(lambda: next((f for f in self.cluster.state()["frameworks"]
                                       if f["id"] == framework.framework_id and not f["tasks"]),
                                      None), what="no task is left")
        self.assertEqual(collections.Counter(t["state"] for t in row["completed_tasks"]),
                         {"TASK_FINISHED": COUNT})
        used = self.cluster.state()["slaves"][0]["used_resources"]
        self.assertEqual((used["cpus"], used["mem"]), (0.0, 0.0))


if __name__ == "__main__":
    main(280)
