"""Maintenance: schedule, status, machines down and up, over the v0 endpoints and the operator API."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main

HERE = {"hostname": "localhost", "ip": "127.0.0.1"}
THERE = {"hostname": "Agent2", "ip": "192.0.2.7"}
THERE_TEXT = "Machine '{\"hostname\":\"Agent2\",\"ip\":\"192.0.2.7\"}' "
START = 2000000000000000000
AWAY = {"start": {"nanoseconds": START}, "duration": {"nanoseconds": 3600000000000}}


def windows(*machines):
    return {"windows": [{"machine_ids": [each], "unavailability": AWAY} for each in machines]}


class MaintenanceTest(ClusterTest):
    def send(self, target, body):
        text = body if isinstance(body, str) else json.dumps(body)
        return net.request(self.cluster.address, "POST", target, text)

    def done(self, target, body):
        response = self.send(target, body)
        self.assertEqual((response.status, response.body), (200, b""), response)

    def refused(self, target, body, text):
        response = self.send(target, body)
        self.assertEqual((response.status, response.text()), (400, text))
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")

    def operator(self, kind, **members):
        return net.request(self.cluster.address, "POST", "/api/v1",
                           json.dumps(dict({"type": kind}, **members)),
                           {"Content-Type": "application/json"})

    def schedule(self):
        return self.get("/maintenance/schedule").json()

    def status(self):
        return self.get("/maintenance/status").json()


class Schedule(MaintenanceTest):
    def tearDown(self):
        for machine in self.status().get("down_machines", []):
            self.send("/machine/up", [machine])
        self.done("/maintenance/schedule", {})

    def test_nothing_planned_is_an_empty_object(self):
        for target in ("/maintenance/schedule", "/master/maintenance/schedule",
                       "/maintenance/status"):
            response = self.get(target)
            self.assertEqual((response.status, response.text()), (200, "{}"))
            self.assertEqual(response.header("Content-Type"), "application/json")
        self.assertEqual(self.operator("GET_MAINTENANCE_SCHEDULE").text(),
                         '{"type":"GET_MAINTENANCE_SCHEDULE","get_maintenance_schedule":'
                         '{"schedule":{}}}')
        self.assertEqual(self.operator("GET_MAINTENANCE_STATUS").text(),
                         '{"type":"GET_MAINTENANCE_STATUS","get_maintenance_status":{"status":{}}}')

    def test_a_schedule_is_shown_and_cleared(self):
        self.done("/maintenance/schedule", windows(HERE, THERE))
        self.assertEqual(self.schedule(), windows(HERE, THERE))
        self.assertEqual(self.status(), {"draining_machines": [{"id": HERE}, {"id": THERE}]})
        self.assertEqual(self.get("/maintenance/schedule?jsonp=cb").text()[:14], 'cb({"windows":')
        self.done("/maintenance/schedule", {"windows": []})
        self.assertEqual(self.get("/maintenance/schedule").text(), "{}")

    def test_every_fault_of_a_schedule_has_its_text(self):
        one = windows(HERE)["windows"][0]
        for body, text in (
                ({"windows": [dict(one, machine_ids=[])]},
                 "List of machines in the maintenance window is empty"),
                ({"windows": [dict(one, machine_ids=[{}])]},
                 "Both 'hostname' and 'ip' for a machine are empty"),
                ({"windows": [dict(one, machine_ids=[{"ip": "x"}])]}, "Failed to parse IP: x"),
                ({"windows": [dict(one, unavailability=dict(AWAY, duration={"nanoseconds": -1}))]},
                 "Unavailability 'duration' is negative"),
                ({"windows": [one, one]}, "Machine '{\"hostname\":\"localhost\",\"ip\":"
                 "\"127.0.0.1\"}' appears more than once in the schedule")):
            with self.subTest(body=body):
                self.refused("/maintenance/schedule", body, text)
        for body in ("x", '{"windows":[{"machine_ids":[{"hostname":"h"}]}]}'):
            response = self.send("/maintenance/schedule", body)
            self.assertEqual(response.status, 400)
            self.assertTrue(response.text())
        self.assertEqual(self.schedule(), {})

    def test_a_machine_goes_down_and_up(self):
        self.refused("/machine/down", [THERE], THERE_TEXT + "is not part of a maintenance schedule")
        self.done("/maintenance/schedule", windows(HERE, THERE))
        self.refused("/machine/up", [THERE], THERE_TEXT + "is not in DOWN mode and cannot be "
                     "brought up")
        self.done("/machine/down", [THERE])
        self.assertEqual(self.status(), {"draining_machines": [{"id": HERE}],
                                         "down_machines": [THERE]})
        self.refused("/machine/down", [THERE], THERE_TEXT + "is not in DRAINING mode and cannot be "
                     "brought down")
        self.refused("/maintenance/schedule", windows(HERE), THERE_TEXT + "is deactivated and "
                     "cannot be removed from the schedule")
        self.done("/machine/up", [THERE])
        self.assertEqual(self.schedule(), windows(HERE))

    def test_the_operator_api_does_the_same(self):
        for kind, members in (
                ("UPDATE_MAINTENANCE_SCHEDULE",
                 {"update_maintenance_schedule": {"schedule": windows(THERE)}}),
                ("START_MAINTENANCE", {"start_maintenance": {"machines": [THERE]}}),
                ("STOP_MAINTENANCE", {"stop_maintenance": {"machines": [THERE]}})):
            response = self.operator(kind, **members)
            self.assertEqual((response.status, response.body), (200, b""), response)
        self.assertEqual(self.schedule(), {})

    def test_lists_of_machines(self):
        for target in ("/machine/down", "/machine/up"):
            self.refused(target, [], "List of machines is empty")
            self.refused(target, {"hostname": "x"},
                         "Unexpected JSON type parsed: expecting an array of machines")
            for body in ("x", "[1]"):
                self.assertEqual(self.send(target, body).status, 400, body)

    def test_other_methods_are_405(self):
        for target, method, allow in (("/maintenance/schedule", "PUT", "GET, POST"),
                                      ("/maintenance/status", "POST", "GET"),
                                      ("/machine/down", "GET", "POST"),
                                      ("/machine/up", "GET", "POST")):
            response = net.request(self.cluster.address, method, target)
            self.assertEqual((response.status, response.header("Allow")), (405, allow))

    def test_offers_say_when_the_machine_will_be_away(self):
        scheduler = self.scheduler("test")
        first = scheduler.offer()
        self.assertNotIn("unavailability", first)
        self.done("/maintenance/schedule", windows(HERE))
        event = scheduler.stream.take(lambda each: each["type"] == "RESCIND", 15, "rescind")
        self.assertEqual(event["rescind"]["offer_id"], first["id"])
        self.assertEqual(scheduler.offer()["unavailability"], AWAY)


class Down(MaintenanceTest):
    def test_a_machine_down_loses_its_agent_until_it_is_up_even_across_masters(self):
        scheduler = self.scheduler("test", capabilities=[{"type": "PARTITION_AWARE"}])
        offer = scheduler.offer()
        scheduler.launch(offer, scheduler.task(offer, "t", "sleep 1000"))
        scheduler.update("t", "TASK_RUNNING")
        self.done("/maintenance/schedule", windows(HERE))
        self.done("/machine/down", [HERE])
        scheduler.update("t", "TASK_LOST", acknowledge=False)
        eventually(lambda: self.cluster.state()["slaves"] == [])
        eventually(lambda: not self.cluster.agent.running(), what="the agent has shut down")
        self.cluster.master.kill9()
        self.cluster.master.start()
        eventually(lambda: self.get("/maintenance/status").status == 200)
        self.assertEqual(self.status(), {"down_machines": [HERE]})
        self.done("/machine/up", [HERE])
        self.cluster.agent.start()
        self.cluster.wait_for_agents(1)


if __name__ == "__main__":
    main()
