"""Resources that change their form: in ACCEPT by frameworks, over HTTP by operators."""
import json
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import amount, scalar

CAPABILITIES = [{"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}]


def reserved(name, value, role="ops", **more):
    return scalar(name, value, reservations=[{"type": "DYNAMIC", "role": role}], **more)


def volume(identity, value, path="data", role="ops"):
    return reserved("disk", value, role, disk={
        "persistence": {"id": identity}, "volume": {"container_path": path, "mode": "RW"}})


def reserve(*resources):
    return {"type": "RESERVE", "reserve": {"resources": list(resources)}}


def create(*volumes):
    return {"type": "CREATE", "create": {"volumes": list(volumes)}}


def destroy(*volumes):
    return {"type": "DESTROY", "destroy": {"volumes": list(volumes)}}


def unreserve(*resources):
    return {"type": "UNRESERVE", "unreserve": {"resources": list(resources)}}


def launch(*tasks):
    return {"type": "LAUNCH", "launch": {"task_infos": list(tasks)}}


def volumes_of(resources):
    return [each for each in resources if "persistence" in each.get("disk", {})]


class Operations(ClusterTest):
    options = {"resources": "cpus:4;mem:2048;disk:2048;ports:[31000-31009]"}

    def framework(self):
        return self.scheduler(roles=["ops"], capabilities=CAPABILITIES)

    def full(self):
        """The only agent of /slaves."""
        return self.get("/slaves").json()["slaves"][0]

    def task_with(self, framework, offer, name, command, *more):
        task = framework.task(offer, name, command)
        task["resources"] = task["resources"] + list(more)
        return task

    def give_back(self, framework, *operations):
        """Each of these on any offer, until nothing is reserved: resources may come in pieces."""
        def nothing_reserved():
            if self.full()["reserved_resources"] == {}:
                return True
            framework.accept([framework.offer()], list(operations), refuse=0)
            return False
        eventually(nothing_reserved, what="nothing is reserved")

    def test_reserve_and_create_serve_a_launch_of_the_same_accept_and_the_data_stays(self):
        framework = self.framework()
        data = volume("keep", 64.0)
        offer = framework.offer()
        framework.accept([offer], [
            reserve(reserved("disk", 64.0), reserved("cpus", 0.5)), create(data),
            launch(self.task_with(framework, offer, "writes", "echo kept > data/file", data))],
            refuse=0)
        self.assertEqual(framework.wait_end("writes")[-1]["state"], "TASK_FINISHED")

        agent = self.full()
        self.assertEqual(agent["reserved_resources"]["ops"]["disk"], 64.0)
        self.assertEqual(agent["reserved_resources"]["ops"]["cpus"], 0.5)
        self.assertEqual(agent["unreserved_resources"]["cpus"], 3.5)
        self.assertEqual(agent["resources"]["cpus"], 4.0)
        shown = volumes_of(agent["reserved_resources_full"]["ops"])
        self.assertEqual([each["disk"]["persistence"]["id"] for each in shown], ["keep"])
        own = net.get(self.cluster.agent.address, "/state").json()
        self.assertEqual(own["reserved_resources"]["ops"]["disk"], 64.0)
        self.assertEqual(own["unreserved_resources"]["disk"], 1984.0)

        offer = framework.offer(wanted=lambda o: volumes_of(o["resources"]))
        framework.launch(offer, self.task_with(
            framework, offer, "reads", "test \"$(cat elsewhere/file)\" = kept",
            volume("keep", 64.0, "elsewhere")))
        self.assertEqual(framework.wait_end("reads")[-1]["state"], "TASK_FINISHED")

        place = self.cluster.path("agent0", "volumes", "roles", "ops", "keep")
        self.assertTrue(os.path.isfile(os.path.join(place, "file")))
        offer = framework.offer(wanted=lambda o: volumes_of(o["resources"]))
        framework.accept([offer], [destroy(data)], refuse=0)
        eventually(lambda: not os.path.exists(place), what="the data is gone")
        self.give_back(framework, unreserve(reserved("disk", 64.0)),
                       unreserve(reserved("cpus", 0.5)))
        self.assertEqual(self.full()["unreserved_resources"]["disk"], 2048.0)

    def test_what_was_reserved_is_offered_again_at_once_whatever_the_filter(self):
        framework = self.framework()
        offer = framework.offer()
        framework.accept([offer], [reserve(reserved("cpus", 1.0))], refuse=3600)
        again = framework.offer(5)
        mine = [each for each in again["resources"] if "reservations" in each]
        self.assertEqual([(each["name"], each["scalar"]["value"]) for each in mine],
                         [("cpus", 1.0)])
        framework.decline([again], refuse=0)
        self.give_back(framework, unreserve(reserved("cpus", 1.0)))

    def test_an_operation_with_an_id_is_answered_with_its_error(self):
        framework = self.framework()
        offer = framework.offer()
        framework.accept([offer], [dict(reserve(reserved("cpus", 1.0)), id={"value": "op"})])
        event = framework.stream.take(lambda e: e["type"] == "UPDATE_OPERATION_STATUS", 10, "status")
        status = event["update_operation_status"]["status"]
        self.assertEqual(status["operation_id"], {"value": "op"})
        self.assertEqual(status["state"], "OPERATION_ERROR")
        self.assertEqual(self.full()["reserved_resources"], {})

    def test_a_dropped_operation_changes_nothing_and_the_launch_behind_it_runs(self):
        framework = self.framework()
        offer = framework.offer()
        framework.accept([offer], [
            reserve(reserved("cpus", 99.0)), destroy(volume("nope", 1.0)),
            launch(framework.task(offer, "runs", "true"))], refuse=0)
        self.assertEqual(framework.wait_end("runs")[-1]["state"], "TASK_FINISHED")
        self.assertEqual(self.full()["reserved_resources"], {})


class Endpoints(ClusterTest):
    options = {"resources": "cpus:4;mem:2048;disk:2048"}

    def post(self, path, agent=None, **fields):
        form = {name: value if isinstance(value, str) else json.dumps(value)
                for name, value in fields.items()}
        if agent != "":
            form["slaveId"] = agent or self.agent()["id"]
        return net.request(self.cluster.address, "POST", path, urllib.parse.urlencode(form),
                           {"Content-Type": "application/x-www-form-urlencoded"})

    def agent(self):
        return self.get("/slaves").json()["slaves"][0]

    def refused(self, response, status, text):
        self.assertEqual(response.status, status, response)
        self.assertIn(text, response.text())

    def accepted(self, response):
        self.assertEqual((response.status, response.body), (202, b""), response)

    def test_reserve_create_destroy_unreserve(self):
        data = volume("op-vol", 64.0)
        self.accepted(self.post("/reserve", resources=[
            reserved("disk", 64.0), dict(scalar("cpus", 0.25), role="ops", reservation={})]))
        agent = self.agent()
        self.assertEqual(agent["reserved_resources"]["ops"]["disk"], 64.0)
        self.assertEqual(agent["reserved_resources"]["ops"]["cpus"], 0.25)
        self.accepted(self.post("/create-volumes", volumes=[data]))
        place = self.cluster.path("agent0", "volumes", "roles", "ops", "op-vol")
        eventually(lambda: os.path.isdir(place), what="the volume is made")

        self.refused(self.post("/create-volumes", volumes=[data]), 400,
                     "Persistence ID 'op-vol' is not unique")
        self.refused(self.post("/unreserve", resources=[reserved("disk", 64.0)]), 409,
                     "does not contain disk(reservations: [(DYNAMIC,ops)]):64")
        self.accepted(self.post("/destroy-volumes", volumes=[data]))
        eventually(lambda: not os.path.exists(place), what="the volume is gone")
        self.refused(self.post("/destroy-volumes", volumes=[data]), 400,
                     "Invalid DESTROY operation: Persistent volumes not found")
        self.accepted(self.post("/unreserve",
                                resources=[reserved("disk", 64.0), reserved("cpus", 0.25)]))
        self.assertEqual(self.agent()["reserved_resources"], {})

    def test_bad_requests_name_what_is_wrong(self):
        prefix = "Error parsing 'resources' query parameter in the request body: "
        for fields, text in (
                ({"agent": ""}, "Missing 'slaveId' query parameter in the request body"),
                ({}, "Missing 'resources' query parameter in the request body"),
                ({"resources": "x"}, prefix),
                ({"resources": "{\"a\": 1}"}, prefix + "Unexpected JSON type parsed"),
                ({"resources": "[" * 100000}, prefix),
                ({"resources": [{"name": "cpus"}]}, prefix),
                ({"resources": [scalar("cpus", 1.0)]}, "Resource cpus:1 is not dynamically reserved"),
                ({"resources": [dict(scalar("cpus", 1.0), role="ops")]},
                 "is not dynamically reserved"),
                ({"resources": [dict(scalar("cpus", 1.0), role="*", reservation={})]}, "'*'"),
                ({"resources": [reserved("cpus", 1.0)], "agent": "nope"},
                 "No agent found with specified ID")):
            with self.subTest(text):
                self.refused(self.post("/reserve", **fields), 400, text)
        self.refused(self.post("/create-volumes"), 400, "Missing 'volumes'")
        self.refused(self.post("/create-volumes", volumes=[dict(volume("v", 1.0), reservations=[])]),
                     400, "Persistent volumes cannot be created from unreserved resources")
        for path in ("/reserve", "/unreserve", "/create-volumes", "/destroy-volumes"):
            response = self.get(path)
            self.assertEqual((response.status, response.header("Allow")), (405, "POST"), path)
        self.assertEqual(self.agent()["reserved_resources"], {})

    def test_too_much_is_409_with_what_is_free(self):
        response = self.post("/reserve", resources=[reserved("cpus", 999.0)])
        self.refused(response, 409, "does not contain cpus:999")
        self.assertIn("cpus:4", response.text())
        self.refused(self.post("/unreserve", resources=[reserved("cpus", 0.25)]), 409,
                     "does not contain cpus(reservations: [(DYNAMIC,ops)]):0.25")

    def test_offers_are_withdrawn_for_an_operator(self):
        framework = self.scheduler(roles=["dev"], capabilities=CAPABILITIES)
        offer = framework.offer()
        self.accepted(self.post("/reserve", resources=[reserved("cpus", 1.0)]))
        event = framework.stream.take(lambda e: e["type"] == "RESCIND", 10, "rescind")
        self.assertEqual(event["rescind"]["offer_id"], offer["id"])
        again = framework.offer(15)
        self.assertEqual(amount(again, "cpus"), 3.0)
        framework.decline([again], refuse=0)
        self.accepted(self.post("/unreserve", resources=[reserved("cpus", 1.0)]))


if __name__ == "__main__":
    main()
