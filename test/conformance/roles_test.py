"""/roles, /quota and /weights with every status and text, what they do to offers, and a master's restart."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import Cluster, ClusterTest
from support.harness import eventually, main
from support.scheduler import Scheduler, scalar

MULTI_ROLE = {"capabilities": [{"type": "MULTI_ROLE"}]}
SET = "Failed to validate set quota request: "
WEIGHTS = "Failed to validate update weights request JSON"


def guarantee(**amounts):
    return [scalar(name, amount) for name, amount in amounts.items()]


class RoleTest(ClusterTest):
    def send(self, method, target, body=""):
        text = body if isinstance(body, str) else json.dumps(body)
        return net.request(self.cluster.address, method, target, text)

    def done(self, method, target, body=""):
        response = self.send(method, target, body)
        self.assertEqual((response.status, response.body), (200, b""), response)
        self.assertIsNone(response.header("Content-Type"))

    def refused(self, response, text, status=400):
        self.assertEqual((response.status, response.text()), (status, text))
        self.assertEqual(response.header("Content-Type"), "text/plain; charset=utf-8")

    def roles(self):
        return {each["name"]: each for each in self.get("/roles").json()["roles"]}

    def set_quota(self, role, force=False, **amounts):
        self.done("POST", "/quota", {"role": role, "guarantee": guarantee(**amounts),
                                     "force": force})
        self.addCleanup(self.send, "DELETE", "/quota/" + role)


class Quota(RoleTest):
    options = {"resources": "cpus:8;mem:8192;disk:20480;cpus(prod):2;mem(prod):1024"}

    def test_none_is_an_empty_object(self):
        response = self.get("/quota")
        self.assertEqual((response.status, response.text()), (200, "{}"))
        self.assertEqual(response.header("Content-Type"), "application/json")

    def test_a_quota_is_shown_and_removed(self):
        self.set_quota("eng", cpus=4)
        self.assertEqual(self.get("/master/quota").text(), (
            '{"infos":[{"role":"eng","guarantee":[{"name":"cpus","type":"SCALAR","scalar":'
            '{"value":4.0}}]}],"configs":[{"role":"eng","guarantees":{"cpus":{"value":4.0}},'
            '"limits":{"cpus":{"value":4.0}}}]}'))
        self.assertEqual(self.get("/quota?jsonp=cb").text()[:14], 'cb({"infos":[{')
        role = self.roles()["eng"]
        self.assertEqual(role["quota"]["guarantee"], {"cpus": 4, "mem": 0, "disk": 0, "gpus": 0})
        self.assertEqual((role["quota"]["role"], role["weight"]), ("eng", 1.0))
        self.done("DELETE", "/master/quota/eng")
        self.assertEqual(self.get("/quota").text(), "{}")
        self.assertNotIn("eng", self.roles())

    def test_a_limit_of_zero_forbids_a_resource(self):
        for call, member in (
                ("UPDATE_QUOTA", {"update_quota": {"force": True, "quota_configs": [
                    {"role": "eng", "limits": {"cpus": {"value": 0}}}]}}),
                ("SET_QUOTA", {"set_quota": {"quota_request": {
                    "role": "eng", "guarantee": guarantee(cpus=0)}}})):
            with self.subTest(call=call):
                self.addCleanup(self.send, "DELETE", "/quota/eng")
                response = net.request(self.cluster.address, "POST", "/api/v1",
                                       json.dumps(dict({"type": call}, **member)),
                                       {"Content-Type": "application/json"})
                self.assertEqual((response.status, response.body), (200, b""), response)
                quota = self.get("/quota").json()
                self.assertEqual(quota["configs"],
                                 [{"role": "eng", "limits": {"cpus": {"value": 0.0}}}])
                self.assertEqual(quota["infos"], [{"role": "eng", "guarantee": [
                    {"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.0}}]}])
                self.assertEqual(self.roles()["eng"]["quota"]["limit"], {"cpus": 0.0})
                framework = self.scheduler(role="eng")
                names = {each["name"] for each in framework.offer()["resources"]}
                self.assertNotIn("cpus", names)
                self.assertIn("mem", names)
                self.done("DELETE", "/master/quota/eng")
                framework.teardown()
                framework.stream.wait_end()

    def test_every_fault_has_its_text(self):
        for body, text in (
                ({"guarantee": []},
                 "QuotaInfo with invalid role: Role names cannot be the empty string"),
                ({"role": "*", "guarantee": guarantee(cpus=1)},
                 "QuotaInfo must not specify the default '*' role"),
                ({"role": "e/f", "guarantee": guarantee(cpus=1)},
                 "Quota can be set on top-level roles only, and 'e/f' is nested"),
                ({"role": "e2", "guarantee": []}, "QuotaInfo with empty 'guarantee'"),
                ({"role": "e3", "guarantee": [dict(scalar("cpus", 1), role="x")]},
                 "QuotaInfo must not contain any ReservationInfo"),
                ({"role": "e4", "guarantee": [scalar("cpus", 1), scalar("cpus", 1)]},
                 "QuotaInfo contains duplicate resource name 'cpus'"),
                ({"role": "e5", "guarantee": [{"name": "ports", "type": "RANGES", "ranges": {
                    "range": [{"begin": 1, "end": 2}]}}]},
                 "QuotaInfo must not include non-scalar resources")):
            with self.subTest(body=body):
                self.refused(self.send("POST", "/quota", body), SET + text)
        bad = self.send("POST", "/quota", "x")
        self.assertEqual(bad.status, 400)
        self.assertTrue(bad.text().startswith("Failed to parse set quota request JSON 'x': "), bad)
        self.assertEqual(self.get("/quota").text(), "{}")

    def test_a_second_quota_needs_a_removal_first(self):
        self.set_quota("eng", cpus=1)
        self.refused(self.send("POST", "/quota", {"role": "eng", "guarantee": guarantee(cpus=2)}),
                     SET + "Cannot set quota for role 'eng' which already has quota")

    def test_more_than_the_cluster_has_is_409_without_force(self):
        self.refused(self.send("POST", "/quota", {"role": "eng", "guarantee": guarantee(cpus=9)}),
                     "Quota guarantees overcommit the cluster (use 'force' to bypass this check): "
                     "Total quota guarantees 'cpus:9' exceed cluster capacity 'cpus:8; disk:20480; "
                     "mem:8192'", 409)
        self.set_quota("eng", force=True, cpus=9)

    def test_removing_what_is_not_there(self):
        for target in ("/quota/nope", "/master/quota/nope"):
            self.refused(self.send("DELETE", target), "Failed to remove quota for path "
                         "'/master/quota/nope': Role 'nope' has no quota set")
        self.assertEqual(self.send("DELETE", "/quota").status, 400)

    def test_other_methods_are_405(self):
        response = self.send("PUT", "/quota", "{}")
        self.refused(response, "405 Method Not Allowed. Expecting one of { 'GET', 'POST', 'DELETE' "
                     "}, but received 'PUT'.", 405)
        self.assertEqual(response.header("Allow"), "GET, POST, DELETE")

    def test_a_quota_has_its_gauges(self):
        key = "allocator/mesos/quota/roles/eng/resources/cpus/"
        self.set_quota("eng", cpus=4)
        values = eventually(self.with_gauge(key + "guarantee", True))
        self.assertEqual((values[key + "guarantee"], values[key + "offered_or_allocated"]), (4, 0))
        self.done("DELETE", "/quota/eng")
        eventually(self.with_gauge(key + "guarantee", False))

    def with_gauge(self, key, wanted):
        def read():
            values = self.get("/metrics/snapshot").json()
            return values if (key in values) == wanted else None
        return read

    def test_a_quota_withdraws_offers(self):
        holder = self.scheduler("holder")
        offer = holder.offer()
        self.set_quota("eng", cpus=1)
        event = holder.stream.take(lambda each: each["type"] == "RESCIND", 15, "rescind")
        self.assertEqual(event["rescind"]["offer_id"], offer["id"])


class Weights(RoleTest):
    def test_none_is_an_empty_array(self):
        with Cluster(agents=0) as fresh:
            eventually(lambda: net.get(fresh.address, "/roles").status == 200)
            self.assertEqual(net.get(fresh.address, "/weights").text(), "[]")
            self.assertEqual(net.get(fresh.address, "/roles").text(), '{"roles":[]}')

    def test_weights_are_set_and_shown(self):
        self.done("PUT", "/weights", [{"role": "eng", "weight": 2.5}])
        self.assertIn('{"role":"eng","weight":2.5}', self.get("/weights").text())
        self.done("PUT", "/master/weights", [{"role": "eng", "weight": 3}])
        self.assertEqual(self.get("/master/weights").json()[0], {"role": "eng", "weight": 3.0})
        self.assertRegex(self.get("/weights?jsonp=cb").text(), r'^cb\(\[{"role":"eng",.*}\]\)$')
        self.assertEqual(self.roles()["eng"]["weight"], 3.0)

    def test_every_fault_has_its_text(self):
        before = self.get("/weights").text()
        for body, text in (
                ([{"role": "eng", "weight": 0}],
                 WEIGHTS + " for role 'eng': Invalid weight '0': Weights must be positive"),
                ([{"role": "eng", "weight": -1.5}],
                 WEIGHTS + " for role 'eng': Invalid weight '-1.5': Weights must be positive"),
                ([{"role": "a/", "weight": 1}],
                 WEIGHTS + ": Invalid role 'a/': Role 'a/' cannot end with a slash")):
            with self.subTest(body=body):
                self.refused(self.send("PUT", "/weights", body), text)
        missing = self.send("PUT", "/weights", '[{"role":"eng"}]')
        self.assertEqual(missing.status, 400)
        self.assertTrue(missing.text().startswith(
            "Failed to convert weights JSON array to protobuf '[{\"role\":\"eng\"}]': missing "
            "required fields: "), missing)
        for body in ("x", "", "{}", '[],"weight_infos":[{"role":"a","weight":1}]'):
            wrong = self.send("PUT", "/weights", body)
            self.assertEqual(wrong.status, 400, body)
            self.assertTrue(wrong.text().startswith(
                "Failed to parse update weights request JSON '%s'" % body), wrong)
        self.assertEqual(self.get("/weights").text(), before)

    def test_other_methods_are_405(self):
        response = self.send("POST", "/weights", "[]")
        self.refused(response, "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but "
                     "received 'POST'.", 405)
        self.assertEqual(response.header("Allow"), "GET, PUT")

    def test_a_changed_weight_withdraws_offers(self):
        holder = self.scheduler("holder", roles=["hold/er"], **MULTI_ROLE)
        offer = holder.offer()
        self.done("PUT", "/weights", [{"role": "hold", "weight": 7}])
        event = holder.stream.take(lambda each: each["type"] == "RESCIND", 15, "rescind")
        self.assertEqual(event["rescind"]["offer_id"], offer["id"])


class Roles(RoleTest):
    def test_what_a_role_holds(self):
        scheduler = self.scheduler("worker", roles=["work", "idle"], suppressed_roles=["idle"],
                                   **MULTI_ROLE)
        offer = scheduler.offer()
        task = scheduler.task(offer, "t", "sleep 1000", cpus=0.5, mem=64)
        for each in task["resources"]:
            each["allocation_info"] = {"role": "work"}
        scheduler.accept([offer], [{"type": "LAUNCH", "launch": {"task_infos": [task]}}], 1000)
        scheduler.update("t", "TASK_RUNNING")
        role = eventually(lambda: self.settled("work"), what="the rest is given back")
        self.assertEqual(role["frameworks"], [scheduler.framework_id])
        self.assertEqual((role["resources"]["cpus"], role["resources"]["mem"]), (0.5, 64.0))
        self.assertEqual(role["allocated"], role["resources"])
        self.assertEqual(role["offered"]["cpus"], 0.0)
        self.assertNotIn("quota", role)
        idle = self.roles()["idle"]
        self.assertEqual((idle["frameworks"], idle["weight"]), ([scheduler.framework_id], 1.0))
        for target in ("/roles.json", "/master/roles", "/master/roles.json"):
            self.assertIn("work", [each["name"] for each in self.get(target).json()["roles"]])
        names = [each["name"] for each in self.get("/roles").json()["roles"]]
        self.assertEqual(names, sorted(names))

    def test_a_least_offer_holds_offers_back_in_its_role_only(self):
        def least(cpus):
            return {"min_allocatable_resources": {"quantities": [
                {"quantities": {"cpus": {"value": cpus}}}]}}
        picky = self.scheduler("picky", offer_filters={"*": least(100000)})
        modest = self.scheduler("modest", offer_filters={"*": least(1), "other": least(100000)})
        # What the modest one gives back without a filter comes to it again, never to the picky one.
        for _ in range(3):
            modest.decline([modest.offer()], refuse=0)
        modest.offer()
        picky.stream.quiet(lambda event: event["type"] == "OFFERS", 0.5)

    def settled(self, name):
        role = self.roles().get(name)
        return role if role and role["offered"]["cpus"] == 0.0 else None


class Restart(RoleTest):
    def test_quotas_and_weights_outlive_the_master(self):
        self.set_quota("eng", cpus=1)
        self.done("PUT", "/weights", [{"role": "eng", "weight": 2.0}])
        before = (self.get("/quota").text(), self.get("/weights").text())
        self.cluster.master.kill9()
        self.cluster.master.start()
        eventually(lambda: self.get("/quota").status == 200)
        self.assertEqual((self.get("/quota").text(), self.get("/weights").text()), before)
        self.cluster.wait_for_agents(1)
        self.refused(self.send("POST", "/quota", {"role": "eng", "guarantee": guarantee(cpus=2)}),
                     SET + "Cannot set quota for role 'eng' which already has quota")

    def test_flag_weights_count_until_the_registry_has_some(self):
        with Cluster(agents=0, master_flags=["--weights=a=2,b=3"]) as one:
            both = '[{"role":"a","weight":2.0},{"role":"b","weight":3.0}]'
            self.assertEqual(self.weights(one), both)
            net.request(one.address, "PUT", "/weights", '[{"role":"b","weight":4}]')
            one.master.kill9()
            one.master.command[-1] = "--weights=a=9"
            one.master.start()
            self.assertEqual(self.weights(one), both.replace("3.0", "4.0"))

    def weights(self, cluster):
        """What it has as soon as it leads."""
        def read():
            response = net.get(cluster.address, "/weights")
            return response.text() if response.status == 200 else None
        return eventually(read)


class AllowedRoles(RoleTest):
    options = {"agents": 0, "master_flags": ["--roles=eng,web"]}

    def test_only_those_are_shown_and_accepted(self):
        eventually(lambda: self.get("/roles").status == 200)
        self.assertEqual(list(self.roles()), ["*", "eng", "web"])
        unknown = "Role 'x' is not present in the master's --roles"
        self.refused(self.send("POST", "/quota", {"role": "x", "guarantee": guarantee(cpus=1)}),
                     SET + unknown)
        self.refused(self.send("PUT", "/weights", [{"role": "x", "weight": 1}]),
                     WEIGHTS + ": " + unknown)


class Whitelist(RoleTest):
    options = {"agents": 0}

    def test_only_agents_in_the_file_are_offered(self):
        one = Cluster()
        self.addCleanup(one.stop)
        listed = one.path("listed")
        with open(listed, "w") as out:
            out.write("elsewhere\n")
        one.master.command.append("--whitelist=" + listed)
        one.start()
        scheduler = Scheduler(one.address, "test")
        scheduler.subscribe()
        self.addCleanup(scheduler.disconnect)
        with open(listed, "w") as out:
            out.write("localhost\n")
        scheduler.offer(timeout=30)

    def test_a_missing_file_is_refused_at_the_start(self):
        one = Cluster(agents=0)
        self.addCleanup(one.stop)
        one.master.command.append("--whitelist=/nonexistent/file")
        with self.assertRaisesRegex(AssertionError, "--whitelist: the whitelist /nonexistent/file "
                                    "can't be read: No such file or directory"):
            one.master.start()


if __name__ == "__main__":
    main()
