"""A v1 executor as a plain HTTP client; as a program it is a custom executor for tests.

The program runs its tasks in name only. MESSAGE "finish:ID", "fail:ID" end one, "exit:N" ends the
executor, anything else comes back as "echo TEXT". It writes its environment to environment.json
and every event to events.jsonl in its sandbox."""
import base64
import json
import os
import sys
import uuid

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from support import net, protobuf
from support.stream import MEDIA, Ended, EventStream

TARGET = "/slave(1)/api/v1/executor"


class Executor:
    """Speaks for one executor id of one framework to the agent at `address`."""

    def __init__(self, address, framework_id, executor_id, encoding="json", target=TARGET):
        self.address, self.encoding, self.target = address, encoding, target
        self.ids = {"framework_id": {"value": framework_id}, "executor_id": {"value": executor_id}}
        self.stream = None

    def encode(self, call):
        if self.encoding == "json":
            return json.dumps(call).encode()
        return protobuf.encode("ExecutorCall", call)

    def post(self, kind, **members):
        """A call; gives the response."""
        body = self.encode(dict(self.ids, type=kind, **members))
        return net.request(self.address, "POST", self.target, body,
                           {"Content-Type": MEDIA[self.encoding]})

    def subscribe(self, tasks=(), updates=()):
        call = dict(self.ids, type="SUBSCRIBE", subscribe={
            "unacknowledged_tasks": list(tasks), "unacknowledged_updates": list(updates)})
        media = MEDIA[self.encoding]
        request = net.encode_request(self.address, "POST", self.target, self.encode(call),
                                     {"Content-Type": media, "Accept": media})
        self.stream = EventStream(self.address, request, self.encoding, "ExecutorEvent")
        first = self.stream.next()
        assert first["type"] == "SUBSCRIBED", first
        return first["subscribed"]

    def status(self, task_id, state, **more):
        return dict({"task_id": {"value": task_id}, "state": state, "source": "SOURCE_EXECUTOR",
                     "uuid": base64.b64encode(uuid.uuid4().bytes).decode()}, **more)

    def update(self, task_id, state, **more):
        """Sends a status that the agent must accept; gives the status."""
        status = self.status(task_id, state, **more)
        response = self.post("UPDATE", update={"status": status})
        assert response.status == 202 and response.body == b"", response
        return status

    def message(self, text):
        data = base64.b64encode(text.encode()).decode()
        response = self.post("MESSAGE", message={"data": data})
        assert response.status == 202 and response.body == b"", response


LABELS = {"labels": [{"key": "k", "value": "v"}]}


def handle(executor, event):
    kind = event["type"]
    if kind == "LAUNCH":
        executor.update(event["launch"]["task"]["task_id"]["value"], "TASK_RUNNING",
                        message="running here", labels=LABELS)
    elif kind == "KILL":
        executor.update(event["kill"]["task_id"]["value"], "TASK_KILLED", message="killed here",
                        labels=LABELS)
    elif kind == "MESSAGE":
        text = base64.b64decode(event["message"]["data"]).decode()
        verb, _, rest = text.partition(":")
        states = {"finish": "TASK_FINISHED", "fail": "TASK_FAILED"}
        if verb in states:
            executor.update(rest, states[verb], message="bye")
        elif verb == "exit":
            os._exit(int(rest))
        else:
            executor.message("echo " + text)
    return kind != "SHUTDOWN"


def main():
    sandbox = os.environ["MESOS_DIRECTORY"]
    with open(os.path.join(sandbox, "environment.json"), "w") as out:
        json.dump(dict(os.environ), out)
    executor = Executor(os.environ["MESOS_AGENT_ENDPOINT"], os.environ["MESOS_FRAMEWORK_ID"],
                        os.environ["MESOS_EXECUTOR_ID"])
    executor.subscribe()
    with open(os.path.join(sandbox, "events.jsonl"), "w") as log:
        while True:
            try:
                event = executor.stream.next(timeout=3600)
            except Ended:
                return 1
            log.write(json.dumps(event) + "\n")
            log.flush()
            if not handle(executor, event):
                return 0


if __name__ == "__main__":
    sys.exit(main())
