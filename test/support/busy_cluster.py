"""A cluster in which everything that the captures of a real one show has happened."""
import os
import shlex
import sys

from .cluster import Cluster, ClusterTest
from .harness import HERE, eventually
from .scheduler import Scheduler, resources, scalar

PORTS = {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 31001}]}}
LABELS = {"labels": [{"key": "k", "value": "v"}]}
DISCOVERY = {"visibility": "CLUSTER", "name": "disc", "ports": {"ports": [
    {"number": 31000, "name": "http", "protocol": "tcp"}]}}
EXECUTOR = "exec %s %s" % (shlex.quote(sys.executable),
                           shlex.quote(os.path.join(HERE, "executor.py")))


class BusyClusterTest(ClusterTest):
    """Frameworks `plain` and `prod` with tasks that run, have ended and wait; one that is gone."""

    options = {"master_flags": ["--cluster=golden"],
               "agent_flags": ["--attributes=rack:r1;zone:[1-3];size:4.5"],
               "resources": "cpus:8;mem:8192;disk:20480;ports:[31000-31099];"
                            "cpus(prod):2;mem(prod):1024;disk(prod):2048"}

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(**cls.options)
        cls.addClassCleanup(cls.cluster.stop)
        for daemon in (cls.cluster.master, cls.cluster.agent):
            daemon.command.append("--log_dir=" + cls.cluster.path(daemon.name + "-log"))
        cls.cluster.start()
        cls.plain = Scheduler(cls.cluster.address, "plain", failover_timeout=3600.0, hostname="h",
                              webui_url="http://h/", checkpoint=True, labels=LABELS)
        cls.plain.subscribe()
        cls.launch_tasks()
        cls.plain.call("SUPPRESS")
        cls.prod = Scheduler(cls.cluster.address, "prod", roles=["prod"], capabilities=[
            {"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}])
        cls.prod.subscribe()
        offer = cls.prod.offer()
        task = cls.prod.task(offer, "reserved", "sleep 1000")
        task["resources"] = resources(allocation_info={"role": "prod"}, reservations=[
            {"type": "STATIC", "role": "prod"}])
        cls.prod.launch(offer, task)
        cls.prod.update("reserved", "TASK_RUNNING")
        cls.held = cls.prod.offer()
        done = Scheduler(cls.cluster.address, "done")
        done.subscribe()
        done.teardown()
        eventually(lambda: cls.cluster.framework(done.framework_id, completed=True))

    @classmethod
    def launch_tasks(cls):
        cls.launch_command_tasks()
        cls.launch_custom_executor()

    @classmethod
    def launch_command_tasks(cls):
        offer = cls.plain.offer()
        ports = cls.plain.task(offer, "with-ports", "sleep 1000", labels=LABELS,
                               discovery=DISCOVERY)
        ports["resources"].append(PORTS)
        cls.plain.launch(offer, ports, cls.plain.task(offer, "finished", "true"),
                         cls.plain.task(offer, "failed", "exit 3"))
        cls.plain.update("with-ports", "TASK_RUNNING")
        for name in ("finished", "failed"):
            cls.plain.wait_end(name)

    @classmethod
    def launch_custom_executor(cls):
        executor = {"type": "CUSTOM", "executor_id": {"value": "ex-1"}, "name": "an executor",
                    "source": "test", "command": {"value": EXECUTOR}, "labels": LABELS,
                    "resources": [scalar("cpus", 0.1), scalar("mem", 32), scalar("disk", 32)]}
        for name in ("c-1", "c-2"):
            offer = cls.plain.offer()
            executor["framework_id"] = {"value": cls.plain.framework_id}
            cls.plain.launch(offer, cls.plain.task(offer, name, executor=executor))
            cls.plain.update(name, "TASK_RUNNING")
        cls.plain.kill("c-2")
        cls.plain.wait_end("c-2")
