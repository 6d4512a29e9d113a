"""A v1 scheduler as a plain HTTP client, in JSON or binary protobuf."""
import json

from . import net, protobuf
from .stream import MEDIA, EventStream

TARGET = "/api/v1/scheduler"
TERMINAL = {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST",
            "TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"}


def scalar(name, value, **more):
    return dict({"name": name, "type": "SCALAR", "scalar": {"value": value}}, **more)


def resources(cpus=0.1, mem=32, **more):
    return [scalar("cpus", cpus, **more), scalar("mem", mem, **more)]


def amount(offer, name):
    """The sum of one scalar resource of an offer."""
    return round(sum(each["scalar"]["value"] for each in offer["resources"]
                     if each["name"] == name), 3)


class Scheduler:
    """A framework. `encoding` is that of its calls and, unless `accept` differs, of its events."""

    def __init__(self, address, name="test", encoding="json", accept=None, **info):
        self.address, self.encoding, self.accept_encoding = address, encoding, accept or encoding
        self.info = dict({"user": "root", "name": name}, **info)
        self.framework_id = self.stream_id = self.stream = self.connection = None

    # --- the wire ---

    def encode(self, call):
        if self.encoding == "json":
            return json.dumps(call).encode()
        return protobuf.encode("Call", call)

    def headers(self, **more):
        result = {"Content-Type": MEDIA[self.encoding]}
        if self.stream_id:
            result["Mesos-Stream-Id"] = self.stream_id
        result.update(more)
        return result

    def post(self, call, headers=None):
        """A call as it is, on a connection of its own; gives the response."""
        return net.request(self.address, "POST", TARGET, self.encode(call),
                           self.headers() if headers is None else headers)

    def call(self, kind, **members):
        """A call that the master must accept for processing."""
        body = dict({"type": kind, "framework_id": {"value": self.framework_id}}, **members)
        response = self._send(self.encode(body))
        assert response.status == 202 and response.body == b"", "%s: %r" % (kind, response)
        assert response.header("Content-Length") == "0", response
        assert response.header("Content-Type") is None, response

    def _send(self, body):
        """Posts on the kept connection, or on a new one when the master has closed it meanwhile."""
        if self.connection:
            try:
                return self.connection.request("POST", TARGET, body, self.headers())
            except (net.Closed, ConnectionError):
                self.connection.close()
        self.connection = net.Connection(self.address)
        return self.connection.request("POST", TARGET, body, self.headers())

    # --- subscription ---

    def open_stream(self, headers=None, suppressed_roles=None):
        """Sends SUBSCRIBE and gives the stream, without looking at its events."""
        call = {"type": "SUBSCRIBE", "subscribe": {"framework_info": dict(self.info)}}
        if suppressed_roles is not None:
            call["subscribe"]["suppressed_roles"] = suppressed_roles
        if self.framework_id:
            call["framework_id"] = {"value": self.framework_id}
            call["subscribe"]["framework_info"]["id"] = {"value": self.framework_id}
        fields = {"Content-Type": MEDIA[self.encoding], "Accept": MEDIA[self.accept_encoding]}
        fields.update(headers or {})
        request = net.encode_request(self.address, "POST", TARGET, self.encode(call), fields)
        return EventStream(self.address, request, self.accept_encoding)

    def subscribe(self, suppressed_roles=None, **headers):
        """Subscribes (again, when the id is known); gives the SUBSCRIBED member."""
        self.stream = self.open_stream(headers, suppressed_roles)
        self.stream_id = self.stream.response.header("Mesos-Stream-Id")
        first = self.stream.next()
        assert first["type"] == "SUBSCRIBED", first
        self.framework_id = first["subscribed"]["framework_id"]["value"]
        return first["subscribed"]

    def disconnect(self):
        self.stream.close()
        if self.connection:
            self.connection.close()
            self.connection = None

    def teardown(self):
        self.call("TEARDOWN")

    # --- offers ---

    def offer(self, timeout=15, wanted=lambda offer: True):
        """The next offer; others of the same event stay for the next call."""
        def splits(event):
            if event["type"] != "OFFERS":
                return False
            good = [offer for offer in event["offers"]["offers"] if wanted(offer)]
            if good:
                event["taken"] = good[0]
                event["offers"]["offers"].remove(good[0])
            return bool(good)
        event = self.stream.take(splits, timeout, "offer")
        if event["offers"]["offers"]:
            self.stream.waiting.insert(0, event)
        return event.pop("taken")

    def accept(self, offers, operations, refuse=None):
        member = {"offer_ids": [offer["id"] for offer in offers], "operations": operations}
        if refuse is not None:
            member["filters"] = {"refuse_seconds": float(refuse)}
        self.call("ACCEPT", accept=member)

    def decline(self, offers, refuse=None):
        member = {"offer_ids": [offer["id"] for offer in offers]}
        if refuse is not None:
            member["filters"] = {"refuse_seconds": float(refuse)}
        self.call("DECLINE", decline=member)

    def task(self, offer, task_id, command=None, cpus=0.1, mem=32, **more):
        """A TaskInfo for an offer; `command` is a shell line or a CommandInfo."""
        info = {"name": "name-" + task_id, "task_id": {"value": task_id},
                "agent_id": offer["agent_id"], "resources": resources(cpus, mem)}
        if command is not None:
            info["command"] = {"value": command} if isinstance(command, str) else command
        info.update(more)
        return info

    def launch(self, offer, *tasks, refuse=0):
        """Launches tasks on an offer and gives the rest back (offered again at once)."""
        self.accept([offer], [{"type": "LAUNCH", "launch": {"task_infos": list(tasks)}}], refuse)

    def run(self, task_id, command=None, timeout=15, **more):
        """Waits for an offer that is big enough and launches one task on it."""
        cpus, mem = more.get("cpus", 0.1), more.get("mem", 32)
        offer = self.offer(timeout, lambda o: amount(o, "cpus") >= cpus and amount(o, "mem") >= mem)
        self.launch(offer, self.task(offer, task_id, command, **more))
        return offer

    # --- tasks ---

    def kill(self, task_id, **more):
        self.call("KILL", kill=dict({"task_id": {"value": task_id}}, **more))

    def acknowledge(self, status):
        self.call("ACKNOWLEDGE", acknowledge={"agent_id": status["agent_id"],
                                              "task_id": status["task_id"],
                                              "uuid": status["uuid"]})

    def reconcile(self, *tasks):
        """Tasks are ids or (id, agent id) pairs; none asks for all."""
        rows = [{"task_id": {"value": each}} if isinstance(each, str) else
                {"task_id": {"value": each[0]}, "agent_id": {"value": each[1]}} for each in tasks]
        self.call("RECONCILE", reconcile={"tasks": rows})

    def update(self, task_id=None, state=None, timeout=20, acknowledge=True):
        """The next status of a task (in that state: earlier ones of it are passed over)."""
        while True:
            event = self.stream.take(
                lambda e: e["type"] == "UPDATE" and
                (task_id is None or e["update"]["status"]["task_id"]["value"] == task_id),
                timeout, "update of %s%s" % (task_id, " to " + state if state else ""))
            status = event["update"]["status"]
            if acknowledge and "uuid" in status:
                self.acknowledge(status)
            if state is None or status["state"] == state:
                return status
            assert status["state"] not in TERMINAL, "%s is %s" % (task_id, status)

    def wait_end(self, task_id, timeout=30):
        """Every status up to the terminal one, acknowledged."""
        found = []
        while not found or found[-1]["state"] not in TERMINAL:
            found.append(self.update(task_id, timeout=timeout))
        return found
