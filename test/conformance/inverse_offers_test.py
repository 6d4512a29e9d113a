"""Inverse offers: frameworks are asked to leave machines that will be away, and what they answer is shown."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main

HERE = {"hostname": "localhost", "ip": "127.0.0.1"}
THERE = {"hostname": "elsewhere"}
AWAY = {"start": {"nanoseconds": 2000000000000000000}, "duration": {"nanoseconds": 3600000000000}}
LATER = {"start": {"nanoseconds": 2100000000000000000}}
INVERSE_OFFERS = lambda event: event["type"] == "INVERSE_OFFERS"


class InverseOfferTest(ClusterTest):
    def tearDown(self):
        self.plan()

    def plan(self, *windows):
        body = {"windows": [{"machine_ids": machines, "unavailability": away}
                            for machines, away in windows]}
        response = net.request(self.cluster.address, "POST", "/maintenance/schedule",
                               json.dumps(body))
        self.assertEqual((response.status, response.body), (200, b""), response)

    def user(self, name="test", encoding="json"):
        """A framework that runs a task on the agent."""
        framework = self.scheduler(name, encoding=encoding)
        offer = framework.offer()
        framework.launch(offer, framework.task(offer, "t", "sleep 1000"), refuse=3600)
        framework.update("t", "TASK_RUNNING")
        return framework

    def asked(self, framework, timeout=15):
        """The one inverse offer of the next event."""
        event = framework.stream.take(INVERSE_OFFERS, timeout, "an inverse offer")
        self.assertEqual(set(event), {"type", "inverse_offers"})
        offers = event["inverse_offers"]["inverse_offers"]
        self.assertEqual(len(offers), 1)
        return offers[0]

    def answer(self, framework, kind, ids, refuse=None):
        member = {"inverse_offer_ids": ids}
        if refuse is not None:
            member["filters"] = {"refuse_seconds": refuse}
        framework.call(kind, **{kind.lower(): member})

    def rescinded(self, framework):
        event = framework.stream.take_type("RESCIND_INVERSE_OFFER")
        self.assertEqual(set(event), {"type", "rescind_inverse_offer"})
        return event["rescind_inverse_offer"]["inverse_offer_id"]

    def status(self):
        """As the v0 endpoint says, and the operator API as well."""
        old = self.get("/maintenance/status").json()
        new = net.request(self.cluster.address, "POST", "/api/v1",
                          json.dumps({"type": "GET_MAINTENANCE_STATUS"}),
                          {"Content-Type": "application/json"}).json()
        self.assertEqual(new["get_maintenance_status"]["status"], old)
        return old

    def answers(self):
        """By framework, of the first draining machine."""
        machine = self.status()["draining_machines"][0]
        for each in machine.get("statuses", []):
            self.assertEqual(set(each), {"status", "framework_id", "timestamp"})
            self.assertEqual(set(each["timestamp"]), {"nanoseconds"})
        return {each["framework_id"]["value"]: each["status"]
                for each in machine.get("statuses", [])}


class InverseOffers(InverseOfferTest):
    def test_an_inverse_offer_names_the_agent_and_the_time_in_both_encodings(self):
        for encoding in ("json", "protobuf"):
            with self.subTest(encoding=encoding):
                framework = self.user(encoding=encoding)
                self.plan(([HERE], AWAY))
                offer = self.asked(framework)
                state = self.cluster.state()
                host, port = self.cluster.agent.address.split(":")
                self.assertRegex(offer.pop("id")["value"], "^%s-O[0-9]+$" % state["id"])
                self.assertEqual(offer, {
                    "url": {"scheme": "http", "path": "/slave(1)", "address": {
                        "hostname": "localhost", "ip": host, "port": int(port)}},
                    "framework_id": {"value": framework.framework_id},
                    "agent_id": {"value": state["slaves"][0]["id"]},
                    "unavailability": AWAY})
                self.plan()
                framework.teardown()
                framework.stream.wait_end()

    def test_answers_are_shown_and_the_filter_holds_the_next_question_back(self):
        for encoding in ("json", "protobuf"):
            with self.subTest(encoding=encoding):
                framework = self.user(encoding=encoding)
                self.plan(([HERE, THERE], AWAY))
                first = self.asked(framework)
                self.assertEqual(self.answers(), {})
                self.answer(framework, "ACCEPT_INVERSE_OFFERS", [first["id"]], refuse=1)
                eventually(lambda: self.answers() == {framework.framework_id: "ACCEPT"})
                self.assertNotIn("statuses", self.status()["draining_machines"][1])
                second = self.asked(framework)
                self.assertNotEqual(second["id"], first["id"])
                self.answer(framework, "DECLINE_INVERSE_OFFERS", [second["id"]], refuse=3600)
                eventually(lambda: self.answers() == {framework.framework_id: "DECLINE"})
                framework.stream.quiet(INVERSE_OFFERS, 2.5)
                framework.call("REVIVE")
                self.asked(framework)
                framework.teardown()
                framework.stream.wait_end()
                eventually(lambda: self.answers() == {})
                self.plan()

    def test_a_change_of_the_plan_rescinds_and_asks_anew(self):
        framework = self.user()
        self.plan(([HERE], AWAY))
        first = self.asked(framework)
        self.plan(([HERE], LATER))
        self.assertEqual(self.rescinded(framework), first["id"])
        second = self.asked(framework)
        self.assertEqual(second["unavailability"], LATER)
        self.answer(framework, "ACCEPT_INVERSE_OFFERS", [second["id"]], refuse=3600)
        eventually(lambda: self.answers() == {framework.framework_id: "ACCEPT"})
        self.plan(([HERE], AWAY))
        self.assertEqual(self.answers(), {})
        third = self.asked(framework)
        self.plan(([THERE], AWAY))
        self.assertEqual(self.rescinded(framework), third["id"])
        self.assertEqual(self.status(), {"draining_machines": [{"id": THERE}]})

    def test_who_has_nothing_on_the_machine_is_not_asked(self):
        user = self.user("user")
        other = self.scheduler("other")
        other.decline([other.offer()], refuse=3600)
        self.plan(([HERE], AWAY))
        self.asked(user)
        other.stream.quiet(INVERSE_OFFERS, 2.5)

    def test_wrong_answers_are_accepted_and_ignored(self):
        user = self.user("user")
        other = self.scheduler("other")
        self.plan(([HERE], AWAY))
        offer = self.asked(user)
        self.answer(other, "ACCEPT_INVERSE_OFFERS", [offer["id"]])
        self.answer(user, "ACCEPT_INVERSE_OFFERS", [])
        self.answer(user, "DECLINE_INVERSE_OFFERS", [{"value": "unknown"}])
        self.answer(user, "DECLINE_INVERSE_OFFERS", [])
        self.assertEqual(self.answers(), {})
        self.answer(user, "DECLINE_INVERSE_OFFERS", [offer["id"]], refuse=3600)
        eventually(lambda: self.answers() == {user.framework_id: "DECLINE"})
        for kind in ("ACCEPT_INVERSE_OFFERS", "DECLINE_INVERSE_OFFERS"):
            response = user.post({"type": kind, "framework_id": {"value": user.framework_id}})
            self.assertEqual((response.status, response.text()), (
                400, "Failed to validate scheduler::Call: Expecting '%s' to be present"
                % kind.lower()))

    def test_metrics_count_calls_and_events(self):
        user = self.user("counted")
        self.plan(([HERE], AWAY))
        self.answer(user, "ACCEPT_INVERSE_OFFERS", [self.asked(user)["id"]], refuse=0)
        self.answer(user, "DECLINE_INVERSE_OFFERS", [self.asked(user)["id"]], refuse=0)
        self.asked(user)
        self.plan()
        self.rescinded(user)
        prefix = "master/frameworks/counted/%s/" % user.framework_id

        def counted():
            metrics = self.get("/metrics/snapshot").json()
            return [metrics.get(prefix + name) for name in (
                "calls/accept_inverse_offers", "calls/decline_inverse_offers",
                "events/inverse_offers", "events/rescind_inverse_offer")]
        eventually(lambda: counted() == [1, 1, 3, 1], what="the counters")


class TimeOut(InverseOfferTest):
    options = {"master_flags": ["--offer_timeout=2secs"]}

    def test_an_unanswered_inverse_offer_is_rescinded_and_comes_again(self):
        framework = self.user()
        self.plan(([HERE], AWAY))
        first = self.asked(framework)
        self.assertEqual(self.rescinded(framework), first["id"])
        self.assertEqual(self.answers(), {})
        self.assertNotEqual(self.asked(framework)["id"], first["id"])


if __name__ == "__main__":
    main()
