"""SUBSCRIBE on POST /api/v1: the snapshot, the events after it, and who may listen."""
import json
import os
import random
import shlex
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest
from support.harness import HERE, compare_shape, eventually, load, main, merged
from support.scheduler import Scheduler, resources, scalar
from support.stream import MEDIA, EventStream

LABELS = {"labels": [{"key": "k", "value": "v"}]}
PORTS = {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 31001}]}}
DISCOVERY = {"visibility": "CLUSTER", "name": "disc", "ports": {"ports": [
    {"number": 31000, "name": "http", "protocol": "tcp"}]}}
HEALTH = {"type": "COMMAND", "interval_seconds": 1.0, "command": {"value": "true"}}
EXECUTOR = "exec %s %s" % (shlex.quote(sys.executable),
                           shlex.quote(os.path.join(HERE, "executor.py")))
ENDED = {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_GONE_BY_OPERATOR"}


class Picture:
    """What a subscriber knows: the snapshot, with the events folded in."""

    def __init__(self, state):
        self.tasks, self.problems = {}, []
        for rows in state.get("get_tasks", {}).values():
            for task in rows:
                self.tasks[self.key(task)] = task["state"]
        self.agents = {row["agent_info"]["id"]["value"]
                       for row in state.get("get_agents", {}).get("agents", [])}
        self.frameworks = {row["framework_info"]["id"]["value"]: row["connected"]
                           for row in state.get("get_frameworks", {}).get("frameworks", [])}

    @staticmethod
    def key(task):
        return task["framework_id"]["value"], task["task_id"]["value"]

    def fold(self, event):
        kind = event["type"]
        body = event.get(kind.lower())
        if kind == "TASK_ADDED":
            if self.key(body["task"]) in self.tasks:
                self.problems.append("overlap: %s" % (self.key(body["task"]),))
            self.tasks[self.key(body["task"])] = body["task"]["state"]
        elif kind == "TASK_UPDATED":
            key = body["framework_id"]["value"], body["status"]["task_id"]["value"]
            if key not in self.tasks:
                self.problems.append("gap before an update of %s" % (key,))
            self.tasks[key] = body["state"]
        elif kind == "AGENT_ADDED":
            self.agents.add(body["agent"]["agent_info"]["id"]["value"])
        elif kind == "AGENT_REMOVED":
            self.agents.remove(body["agent_id"]["value"])
        elif kind in ("FRAMEWORK_ADDED", "FRAMEWORK_UPDATED"):
            name = body["framework"]["framework_info"]["id"]["value"]
            if (kind == "FRAMEWORK_ADDED") == (name in self.frameworks):
                self.problems.append("%s of %s" % (kind, name))
            self.frameworks[name] = body["framework"]["connected"]
        elif kind == "FRAMEWORK_REMOVED":
            del self.frameworks[body["framework_info"]["id"]["value"]]

    def same(self, other):
        return (self.tasks, self.agents, self.frameworks) == (other.tasks, other.agents,
                                                              other.frameworks)


class StreamTest(ClusterTest):
    def setUp(self):
        eventually(lambda: self.post('{"type":"GET_STATE"}').status == 200, what="the master leads")

    def post(self, body):
        return net.request(self.cluster.address, "POST", "/api/v1", body,
                           {"Content-Type": MEDIA["json"], "Accept": MEDIA["json"]})

    def open(self, encoding="json"):
        request = net.encode_request(self.cluster.address, "POST", "/api/v1",
                                     '{"type":"SUBSCRIBE"}',
                                     {"Content-Type": MEDIA["json"], "Accept": MEDIA[encoding]})
        stream = EventStream(self.cluster.address, request, encoding, "OperatorEvent")
        self.addCleanup(stream.close)
        self.assertEqual(stream.response.header("Content-Type"), MEDIA[encoding])
        return stream

    def state(self):
        return self.post('{"type":"GET_STATE"}').json()["get_state"]

    def gauge(self):
        metrics = self.get("/metrics/snapshot").json()
        return metrics["master/operator_event_stream_subscribers"]


class Empty(StreamTest):
    options = {"agents": 0, "master_flags": ["--max_operator_event_stream_subscribers=2"]}

    def test_the_stream_of_an_empty_cluster_is_the_captured_one(self):
        stream = self.open()
        self.assertEqual(json.dumps(stream.next(), separators=(",", ":")),
                         '{"type":"SUBSCRIBED","subscribed":{"get_state":{"get_tasks":{"tasks":[],'
                         '"unreachable_tasks":[],"completed_tasks":[]},"get_executors":'
                         '{"executors":[]},"get_frameworks":{"frameworks":[],'
                         '"completed_frameworks":[]},"get_agents":{"agents":[],'
                         '"recovered_agents":[]}},"heartbeat_interval_seconds":15.0}}')
        self.assertEqual(stream.next(), {"type": "HEARTBEAT"})
        binary = self.open("protobuf")
        self.assertEqual(binary.next(), {"type": "SUBSCRIBED", "subscribed": {
            "get_state": {"get_tasks": {}, "get_executors": {}, "get_frameworks": {},
                          "get_agents": {}}, "heartbeat_interval_seconds": 15.0}})
        self.assertEqual(binary.next(), {"type": "HEARTBEAT"})

    def test_what_is_not_accepted_opens_no_stream(self):
        for accept in ("application/recordio", "text/html", ""):
            response = net.request(self.cluster.address, "POST", "/api/v1", '{"type":"SUBSCRIBE"}',
                                   {"Content-Type": MEDIA["json"], "Accept": accept})
            self.assertEqual(response.status, 406, response)

    def test_the_oldest_goes_when_there_are_too_many(self):
        streams = [self.open() for _ in range(3)]
        streams[0].wait_end()
        for stream in streams[1:]:
            self.assertEqual([stream.next()["type"], stream.next()["type"]],
                             ["SUBSCRIBED", "HEARTBEAT"])
        eventually(lambda: self.gauge() == 2)
        self.assertIn("--max_operator_event_stream_subscribers", self.cluster.master.log_text())
        streams[2].reset()
        eventually(lambda: self.gauge() == 1)


class Events(StreamTest):
    options = {"resources": "cpus:8;mem:8192;disk:20480;ports:[31000-31099];"
                            "cpus(prod):2;mem(prod):1024;disk(prod):2048",
               "agent_flags": ["--attributes=rack:r1;zone:[1-3];size:4.5"]}

    @classmethod
    def setUpClass(cls):
        """The agent is started by the test, when the streams are open."""
        cls.cluster = Cluster(**cls.options)
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.master.start()

    def test_every_kind_of_event_has_every_field_with_its_type(self):
        streams = {encoding: self.open(encoding) for encoding in MEDIA}
        self.cluster.agent.start()
        streams["json"].take_type("AGENT_ADDED")
        plain = self.scheduler("plain", failover_timeout=3600.0, hostname="h",
                               webui_url="http://h/", checkpoint=True, labels=LABELS)
        self.run_tasks(plain)
        prod = self.scheduler("prod", roles=["prod"], hostname="p",
                              failover_timeout=3600.0, capabilities=[
                                  {"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}])
        offer = prod.offer()
        task = prod.task(offer, "reserved", "sleep 1000")
        task["resources"] = resources(allocation_info={"role": "prod"}, reservations=[
            {"type": "STATIC", "role": "prod"}])
        prod.launch(offer, task)
        prod.update("reserved", "TASK_RUNNING")
        prod.disconnect()
        prod.subscribe()
        prod.teardown()
        streams["json"].take_type("FRAMEWORK_REMOVED")
        self.mark_gone()
        for stream in streams.values():
            stream.take_type("AGENT_REMOVED")
        self.compare(streams)

    def run_tasks(self, plain):
        offer = plain.offer()
        ports = plain.task(offer, "with-ports", "sleep 1000", labels=LABELS, discovery=DISCOVERY,
                           health_check=HEALTH,
                           kill_policy={"grace_period": {"nanoseconds": 1000000000}})
        ports["resources"].append(PORTS)
        plain.launch(offer, ports, plain.task(offer, "failed", "exit 3"))
        plain.update("with-ports", "TASK_RUNNING")
        plain.wait_end("failed")
        offer = plain.offer()
        executor = {"type": "CUSTOM", "executor_id": {"value": "ex-1"},
                    "framework_id": {"value": plain.framework_id}, "command": {"value": EXECUTOR},
                    "resources": [scalar("cpus", 0.1), scalar("mem", 32)]}
        plain.launch(offer, plain.task(offer, "c-1", executor=executor))
        plain.update("c-1", "TASK_RUNNING")

    def mark_gone(self):
        agent = self.state()["get_agents"]["agents"][0]["agent_info"]["id"]
        response = self.post(json.dumps({"type": "MARK_AGENT_GONE",
                                         "mark_agent_gone": {"agent_id": agent}}))
        self.assertEqual(response.status, 200, response)

    def compare(self, streams):
        wanted = load(__file__, "operator_events.json")
        seen = {}
        for event in streams["json"].seen:
            seen.setdefault(event["type"], []).append(event)
        self.assertEqual(set(seen), set(wanted))
        problems = []
        for kind, events in seen.items():
            problems += compare_shape(wanted[kind], merged(events)[0], kind)
        self.assertEqual(problems, [], "differences:\n  " + "\n  ".join(problems))
        told = {encoding: [each["type"] for each in stream.seen if each["type"] != "HEARTBEAT"]
                for encoding, stream in streams.items()}
        self.assertEqual(told["json"], told["protobuf"])
        states = {encoding: [(each["task_updated"]["status"]["task_id"]["value"],
                              each["task_updated"]["status"]["state"]) for each in stream.seen
                             if each["type"] == "TASK_UPDATED"]
                  for encoding, stream in streams.items()}
        self.assertEqual(states["json"], states["protobuf"])
        self.assertEqual([state for name, state in states["json"] if name == "failed"],
                         ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"])


class Consistency(StreamTest):
    """Snapshot and events make the state, whenever one subscribes."""

    options = {"agents": 2}

    def work(self, name, tasks):
        """A framework that launches, ends and kills tasks, then goes or stays."""
        try:
            scheduler = Scheduler(self.cluster.address, name)
            scheduler.subscribe()
            for number in range(tasks):
                task = "%s-%d" % (name, number)
                long = number % 3 == 0
                offer = scheduler.offer()
                scheduler.launch(offer, scheduler.task(
                    offer, task, "sleep 1000" if long else "exit %d" % (number % 2)))
                if long:
                    scheduler.update(task, "TASK_RUNNING")
                else:
                    scheduler.wait_end(task)
                if number % 6 == 0:
                    scheduler.kill(task)
                    scheduler.wait_end(task)
            if name.endswith("0"):
                scheduler.teardown()
            self.kept.append(scheduler)
        except BaseException as problem:  # told by the test, which waits for all of them
            self.failures.append("%s: %r" % (name, problem))

    def test_events_after_a_snapshot_make_the_later_state(self):
        self.kept, self.failures = [], []
        workers = [threading.Thread(target=self.work, args=("w%d" % number, 9))
                   for number in range(4)]
        for worker in workers:
            worker.start()
        chance = random.Random(1)
        pictures = []
        while any(worker.is_alive() for worker in workers) or len(pictures) < 4:
            stream = self.open(chance.choice(list(MEDIA)))
            first = stream.next()
            self.assertEqual(first["type"], "SUBSCRIBED")
            pictures.append((Picture(first["subscribed"]["get_state"]), stream))
            for worker in workers:
                worker.join(0.15)
        self.assertEqual(self.failures, [])
        self.assertGreaterEqual(len(pictures), 4)
        for picture, stream in pictures:
            eventually(lambda: self.caught_up(picture, stream), 20, "the picture is the state's")
            self.assertEqual(picture.problems, [])
        self.assertTrue(any(picture.tasks for picture, _ in pictures))

    def caught_up(self, picture, stream):
        stream.quiet(lambda event: False, 0.05)
        while stream.waiting:
            picture.fold(stream.waiting.pop(0))
        return picture.same(Picture(self.state()))


if __name__ == "__main__":
    main()
