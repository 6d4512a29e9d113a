"""What offers look like, and how ACCEPT, DECLINE, filters, SUPPRESS and REVIVE act on them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import amount, scalar

ATTRIBUTES = [{"name": "rack", "type": "TEXT", "text": {"value": "r1"}},
              {"name": "zone", "type": "RANGES", "ranges": {"range": [{"begin": 1, "end": 3}]}},
              {"name": "size", "type": "SCALAR", "scalar": {"value": 4.5}}]
PORTS = {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 31099}]}}
FREE = [scalar("cpus", 8.0), scalar("mem", 8192.0), scalar("disk", 20480.0), PORTS]
PROD = [scalar("cpus", 2.0), scalar("mem", 1024.0), scalar("disk", 2048.0)]
MULTI_ROLE, REFINEMENT = {"type": "MULTI_ROLE"}, {"type": "RESERVATION_REFINEMENT"}
OFFERS = lambda event: event["type"] == "OFFERS"


def add(resources, **more):
    return [dict(each, **more) for each in resources]


def ordered(resources):
    return sorted(resources, key=repr)


class Offers(ClusterTest):
    options = {"agent_flags": ["--attributes=rack:r1;zone:[1-3];size:4.5"],
               "resources": "cpus:8;mem:8192;disk:20480;ports:[31000-31099];"
                            "cpus(prod):2;mem(prod):1024;disk(prod):2048"}

    def check_resources(self, offer, wanted):
        same = [{key: each[key] for key in sorted(each)} for each in offer["resources"]]
        good = [{key: each[key] for key in sorted(each)} for each in wanted]
        self.assertEqual(ordered(same), ordered(good))

    def check_frame(self, framework, offer, more=()):
        state = self.cluster.state()
        host, port = self.cluster.agent.address.split(":")
        self.assertEqual(set(offer), {"id", "framework_id", "agent_id", "hostname", "url",
                                      "resources", "attributes"} | set(more))
        self.assertRegex(offer["id"]["value"], "^%s-O[0-9]+$" % state["id"])
        self.assertEqual(offer["framework_id"], {"value": framework.framework_id})
        self.assertEqual(offer["agent_id"], {"value": state["id"] + "-S0"})
        self.assertEqual(offer["hostname"], "localhost")
        self.assertEqual(offer["url"], {"scheme": "http", "path": "/slave(1)", "address": {
            "hostname": "localhost", "ip": host, "port": int(port)}})
        self.assertEqual(offer["attributes"], ATTRIBUTES)

    def test_without_multi_role_an_offer_has_roles_and_no_allocation(self):
        framework = self.scheduler()
        offer = framework.offer()
        self.check_frame(framework, offer)
        self.check_resources(offer, add(FREE, role="*"))

    def test_a_single_role_gets_its_reservations_in_the_old_form(self):
        framework = self.scheduler(role="prod")
        offer = framework.offer()
        self.check_frame(framework, offer)
        self.check_resources(offer, add(FREE, role="*") + add(PROD, role="prod"))

    def test_with_multi_role_offer_and_resources_say_for_which_role(self):
        framework = self.scheduler(roles=["prod"], capabilities=[MULTI_ROLE])
        offer = framework.offer()
        self.check_frame(framework, offer, ["allocation_info"])
        self.assertEqual(offer["allocation_info"], {"role": "prod"})
        mine = {"allocation_info": {"role": "prod"}}
        self.check_resources(offer, add(FREE, role="*", **mine) + add(PROD, role="prod", **mine))

    def test_with_refinement_reservations_are_a_stack_and_no_role_is_given(self):
        framework = self.scheduler(roles=["prod"], capabilities=[MULTI_ROLE, REFINEMENT])
        offer = framework.offer()
        mine = {"allocation_info": {"role": "prod"}}
        stack = [{"type": "STATIC", "role": "prod"}]
        self.check_resources(offer, add(FREE, **mine) + add(PROD, reservations=stack, **mine))

    def test_binary_offers_say_the_same_as_json_ones(self):
        found = {}
        for encoding in ("json", "protobuf"):
            framework = self.scheduler(roles=["prod"], capabilities=[MULTI_ROLE, REFINEMENT],
                                       encoding=encoding)
            found[encoding] = framework.offer()
            self.check_frame(framework, found[encoding], ["allocation_info"])
            framework.teardown()
            framework.stream.wait_end()
        self.assertEqual(ordered(found["json"]["resources"]),
                         ordered(found["protobuf"]["resources"]))

    def test_an_offer_is_for_one_role_only(self):
        framework = self.scheduler(roles=["eng", "prod"], capabilities=[MULTI_ROLE])
        offer = framework.offer()
        role = offer["allocation_info"]["role"]
        self.assertIn(role, ("eng", "prod"))
        for each in offer["resources"]:
            self.assertEqual(each["allocation_info"], {"role": role})
            self.assertIn(each["role"], ("*", role))

    def test_what_is_offered_to_one_is_not_offered_to_another(self):
        first = self.scheduler("first")
        offer = first.offer()
        second = self.scheduler("second")
        second.stream.quiet(OFFERS, 2.5)
        first.decline([offer], refuse=3600)
        self.assertEqual(amount(second.offer(), "cpus"), 8.0)

    def test_declined_without_filter_an_offer_comes_again(self):
        framework = self.scheduler()
        first = framework.offer()
        framework.decline([first], refuse=0)
        again = framework.offer(5)
        self.assertNotEqual(again["id"], first["id"])
        self.check_resources(again, first["resources"])

    def test_the_default_filter_is_five_seconds(self):
        for refuse in (None, -1):
            with self.subTest(refuse_seconds=refuse):
                framework = self.scheduler()
                framework.decline([framework.offer()], refuse)
                framework.stream.quiet(OFFERS, 3.5)
                framework.offer(6)
                framework.teardown()

    def test_revive_clears_a_filter(self):
        framework = self.scheduler()
        framework.decline([framework.offer()], refuse=3600)
        framework.stream.quiet(OFFERS, 2)
        framework.call("REVIVE")
        framework.offer(5)

    def test_suppress_stops_offers_and_revive_starts_them(self):
        framework = self.scheduler()
        offer = framework.offer()
        framework.call("SUPPRESS")
        framework.decline([offer], refuse=0)
        framework.stream.quiet(OFFERS, 2.5)
        framework.call("REVIVE")
        framework.offer(5)

    def test_roles_are_suppressed_one_by_one(self):
        framework = self.scheduler(roles=["eng", "prod"], capabilities=[MULTI_ROLE],
                                   suppressed_roles=["eng", "prod"])
        framework.stream.quiet(OFFERS, 2)
        framework.call("REVIVE", revive={"roles": ["prod"]})
        self.assertEqual(framework.offer(5)["allocation_info"], {"role": "prod"})

    def test_an_outstanding_offer_outlives_suppress(self):
        framework = self.scheduler()
        offer = framework.offer()
        framework.call("SUPPRESS")
        framework.launch(offer, framework.task(offer, "after-suppress", "true"))
        self.assertEqual(framework.wait_end("after-suppress")[-1]["state"], "TASK_FINISHED")

    def test_accept_without_operations_declines(self):
        framework = self.scheduler()
        framework.accept([framework.offer()], [], refuse=3600)
        framework.stream.quiet(OFFERS, 2)
        framework.call("REVIVE")
        framework.offer(5)

    def test_the_rest_of_an_accepted_offer_gets_the_filter(self):
        framework = self.scheduler()
        offer = framework.offer()
        framework.launch(offer, framework.task(offer, "rest", "sleep 100"), refuse=3600)
        framework.update("rest", "TASK_RUNNING")
        framework.stream.quiet(OFFERS, 2)
        framework.call("REVIVE")
        self.assertEqual(amount(framework.offer(5), "cpus"), 7.9)

    def dropped(self, framework, state, *offers):
        """Launches on bad offers; gives the status of the task that is not launched."""
        task = framework.task(offers[0], "dropped", "true")
        framework.accept(offers, [{"type": "LAUNCH", "launch": {"task_infos": [task]}}], 0)
        status = framework.update("dropped")
        self.assertEqual(status["state"], state)
        self.assertEqual((status["source"], status["reason"]),
                         ("SOURCE_MASTER", "REASON_INVALID_OFFERS"))
        self.assertEqual(status["agent_id"], offers[0]["agent_id"])
        self.assertNotIn("uuid", status)
        self.assertIsInstance(status["timestamp"], float)
        return status

    def test_a_launch_on_a_used_offer_is_lost(self):
        framework = self.scheduler()
        offer = framework.offer()
        framework.decline([offer], refuse=0)
        status = self.dropped(framework, "TASK_LOST", offer)
        self.assertIn(offer["id"]["value"], status["message"])

    def test_a_launch_on_a_used_offer_is_dropped_for_the_partition_aware(self):
        framework = self.scheduler(capabilities=[{"type": "PARTITION_AWARE"}])
        offer = framework.offer()
        framework.decline([offer], refuse=0)
        self.dropped(framework, "TASK_DROPPED", offer)

    def test_one_bad_offer_spoils_the_accept_and_the_good_one_comes_again(self):
        framework = self.scheduler()
        good = framework.offer()
        bad = dict(good, id={"value": good["id"]["value"] + "9"})
        self.dropped(framework, "TASK_LOST", bad, good)
        self.assertEqual(amount(framework.offer(5), "cpus"), 8.0)

    def test_the_same_offer_twice_spoils_the_accept(self):
        framework = self.scheduler()
        offer = framework.offer()
        self.dropped(framework, "TASK_LOST", offer, offer)

    def test_an_unknown_offer_may_be_declined(self):
        framework = self.scheduler()
        offer = framework.offer()
        framework.decline([dict(offer, id={"value": "nope"})])
        framework.launch(offer, framework.task(offer, "still-good", "true"))
        self.assertEqual(framework.wait_end("still-good")[-1]["state"], "TASK_FINISHED")

    def test_a_takeover_takes_the_offers_back_without_rescind(self):
        first = self.scheduler(failover_timeout=3600.0)
        old = first.offer()
        second = self.scheduler(failover_timeout=3600.0, name="second")
        second.teardown()
        first.stream.close()
        told = first.subscribe()
        self.assertEqual(told["framework_id"]["value"], first.framework_id)
        new = first.offer(5)
        self.assertNotEqual(new["id"], old["id"])
        self.assertNotIn("RESCIND", [event["type"] for event in first.stream.seen])
        self.dropped(first, "TASK_LOST", old)

    def test_offers_of_a_lost_framework_go_to_others(self):
        first = self.scheduler("first", failover_timeout=3600.0)
        first.offer()
        first.disconnect()
        second = self.scheduler("second")
        self.assertEqual(amount(second.offer(5), "cpus"), 8.0)
        self.assertEqual(self.cluster.framework(first.framework_id)["offers"], [])

    def test_state_shows_an_outstanding_offer(self):
        framework = self.scheduler()
        offer = framework.offer()
        row = eventually(lambda: self.cluster.framework(framework.framework_id)["offers"])[0]
        self.assertEqual((row["id"], row["framework_id"], row["slave_id"], row["allocation_info"]),
                         (offer["id"]["value"], framework.framework_id,
                          offer["agent_id"]["value"], {"role": "*"}))
        self.assertEqual(row["resources"], {"cpus": 8.0, "mem": 8192.0, "disk": 20480.0,
                                            "gpus": 0.0, "ports": "[31000-31099]"})


if __name__ == "__main__":
    main()
