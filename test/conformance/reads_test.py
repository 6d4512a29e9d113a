"""What the master's replicas serve: one consistent state an answer, tags, what changed since."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import net
from support.cluster import ClusterTest
from support.harness import eventually, main
from support.scheduler import Scheduler

READS = ("/state", "/state-summary", "/slaves", "/frameworks", "/tasks?limit=-1")
LISTS = ("tasks", "unreachable_tasks", "completed_tasks")
FREE = {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST", "TASK_DROPPED",
        "TASK_GONE", "TASK_GONE_BY_OPERATOR", "TASK_UNREACHABLE"}
SCALARS = ("cpus", "mem", "disk", "gpus")


def total(rows, key="resources"):
    return {name: round(sum(row[key][name] for row in rows), 3) for name in SCALARS}


def number(response):
    """The delta number in an answer's ETag."""
    tag = response.header("ETag")
    assert tag.startswith('W/"') and tag.endswith('"'), tag
    return int(tag[3:].split("-")[0])


def by_id(rows):
    return {row["id"]: row for row in rows}


def problems_of_state(state):
    """Every way in which a /state answer contradicts itself."""
    problems = []

    def same(what, left, right):
        if left != right:
            problems.append("%s: %r, but %r" % (what, left, right))
    agents = by_id(state["slaves"])
    same("agents", len(agents), int(state["activated_slaves"] + state["deactivated_slaves"]))
    same("active agents", sum(a["active"] for a in agents.values()), int(state["activated_slaves"]))
    holders = {name: [] for name in agents}
    offered = {name: [] for name in agents}
    for framework in state["frameworks"]:
        name = "framework " + framework["id"]
        held = [task for task in framework["tasks"] if task["state"] not in FREE]
        held += framework["executors"]
        same(name + " uses", total([framework], "used_resources"), total(held))
        same(name + " is offered", total([framework], "offered_resources"),
             total(framework["offers"]))
        same(name + " has", total([framework]),
             total([{"resources": framework["used_resources"]},
                    {"resources": framework["offered_resources"]}]))
        for task in [task for key in LISTS for task in framework[key]] + framework["executors"] \
                + framework["offers"]:
            same("owner", task["framework_id"], framework["id"])
        for row in held:
            holders.setdefault(row["slave_id"], []).append(row)
        for offer in framework["offers"]:
            offered.setdefault(offer["slave_id"], []).append(offer)
    same("agents with tasks or offers", set(holders) | set(offered), set(agents))
    for name, agent in agents.items():
        same("agent %s uses" % name, total([agent], "used_resources"), total(holders[name]))
        same("agent %s offers" % name, total([agent], "offered_resources"), total(offered[name]))
    return problems


def problems_of_summary(summary):
    problems = []
    for state in ("TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED", "TASK_FAILED"):
        sums = [sum(row[state] for row in summary[key]) for key in ("slaves", "frameworks")]
        if sums[0] != sums[1]:
            problems.append("%s: %d by agent, %d by framework" % (state, *sums))
    pairs = [{(a["id"], f) for a in summary["slaves"] for f in a["framework_ids"]},
             {(a, f["id"]) for f in summary["frameworks"] for a in f["slave_ids"]}]
    if pairs[0] != pairs[1]:
        problems.append("agents and frameworks name different pairs: %r" % (pairs,))
    return problems


def updated(old, news):
    """An older /state with the answer to /state?since= applied, as docs/operating.md tells."""
    result = dict(news)
    gone = set(result.pop("removed_slaves"))
    del result["since"]
    slaves = {**by_id(old["slaves"]), **by_id(news["slaves"])}
    result["slaves"] = [row for name, row in slaves.items() if name not in gone]
    ended = by_id(news["completed_frameworks"])
    frameworks = {name: row for name, row in by_id(old["frameworks"]).items() if name not in ended}
    for row in news["frameworks"]:
        row, before = dict(row), frameworks.get(row["id"])
        moved = {task["id"] for key in LISTS for task in row[key]}
        for key in LISTS if before else ():
            row[key] = row[key] + [task for task in before[key] if task["id"] not in moved]
        frameworks[row["id"]] = row
    result["frameworks"] = list(frameworks.values())
    result["completed_frameworks"] = list({**by_id(old["completed_frameworks"]), **ended}.values())
    return result


def normal(value):
    """Without the order of entities, which no client may rely on."""
    if isinstance(value, dict):
        return {key: normal(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((normal(each) for each in value), key=repr)
    return value


class Reads(ClusterTest):
    options = {"agents": 2, "resources": "cpus:8;mem:8192;disk:20480;ports:[31000-31099]"}

    def test_every_read_has_the_tag_of_its_state(self):
        for target in READS + ("/master/state-summary", "/state.json", "/tasks.json"):
            response = self.get(target)
            self.assertEqual(response.status, 200, target)
            number(response)

    def test_a_reader_who_has_the_state_gets_304(self):
        self.end_quietly()
        for target in READS + ("/state?jsonp=cb",):
            tag = self.get(target).header("ETag")
            for wanted in (tag, tag[2:], '"x", ' + tag, "*"):
                response = self.get(target, {"If-None-Match": wanted})
                self.assertEqual((response.status, response.body), (304, b""), (target, wanted))
                self.assertEqual(response.header("ETag"), tag)
            for other in ('W/"0-00000000"', '"x"', tag[3:-1]):
                self.assertEqual(self.get(target, {"If-None-Match": other}).status, 200, other)

    def end_quietly(self):
        """Waits until nothing changes: the tag stays."""
        seen = []

        def quiet():
            seen.append(self.get("/state").header("ETag"))
            return len(seen) > 10 and len(set(seen[-10:])) == 1
        eventually(quiet, what="a quiet master")

    def test_jsonp_and_gzip_work_on_every_read(self):
        self.end_quietly()
        for target in READS:
            plain = self.get(target)
            join = "&" if "?" in target else "?"
            wrapped = self.get(target + join + "jsonp=cb")
            self.assertEqual(wrapped.header("Content-Type"), "text/javascript")
            self.assertTrue(wrapped.text().startswith("cb(") and wrapped.text().endswith(")"))
            packed = self.get(target, {"Accept-Encoding": "gzip"})
            self.assertEqual(normal(packed.json()), normal(plain.json()), target)

    def test_an_unknown_or_foreign_state_is_answered_whole(self):
        for since in ("", "x", "999999999", "1-00000000", "-1", "1x"):
            self.assertNotIn("since", self.get("/state?since=" + since).json(), since)

    def test_what_changed_is_told_to_a_reader_with_an_older_state(self):
        first = self.get("/state")
        scheduler = self.scheduler()
        scheduler.run("one", "sleep 1000")
        scheduler.update("one", "TASK_RUNNING")
        tag = first.header("ETag")[3:-1]
        for since in (tag, str(number(first))):
            self.end_quietly()
            news, whole = self.get("/state?since=" + since), self.get("/state")
            self.assertEqual(news.header("ETag"), whole.header("ETag"))
            self.assertEqual(news.json()["since"], number(first))
            self.assertEqual(normal(updated(first.json(), news.json())), normal(whole.json()))

    def churn(self, name, rounds):
        scheduler = Scheduler(self.cluster.address, name)
        scheduler.subscribe()
        for i in range(rounds):
            offer = scheduler.offer()
            scheduler.launch(offer, *[scheduler.task(offer, "%s-%d-%d" % (name, i, k), "true")
                                      for k in range(3)])
        for i in range(rounds):
            for k in range(3):
                scheduler.wait_end("%s-%d-%d" % (name, i, k))
        scheduler.teardown()
        scheduler.disconnect()

    def poll(self, target, stop, seen):
        connection = net.Connection(self.cluster.address)
        known = tag = None
        while not stop.is_set():
            response = connection.request("GET", target + ("?since=" + tag if tag else ""))
            body = response.json()
            if target == "/state":
                known = updated(known, body) if "since" in body else body
                tag = response.header("ETag")[3:-1]
                body = known
            seen.append((number(response), body))
        connection.close()

    def test_every_answer_is_consistent_while_the_cluster_changes(self):
        stop, seen = threading.Event(), {target: [] for target in READS + ("/state-whole",)}
        pollers = [threading.Thread(target=self.poll, args=(target, stop, rows))
                   for target, rows in seen.items() if target != "/state-whole"]
        pollers.append(threading.Thread(target=self.poll,
                                        args=("/master/state", stop, seen["/state-whole"])))
        churners = [threading.Thread(target=self.churn, args=("churn%d" % i, 5)) for i in range(2)]
        for thread in pollers + churners:
            thread.start()
        for thread in churners:
            thread.join()
        stop.set()
        for thread in pollers:
            thread.join()
        for target in ("/state", "/state-whole"):
            self.assertGreater(len({state for state, _ in seen[target]}), 10, "states seen")
            for state, body in seen[target]:
                self.assertEqual(problems_of_state(body), [], "%s at %d" % (target, state))
        for state, body in seen["/state-summary"]:
            self.assertEqual(problems_of_summary(body), [], "at %d" % state)
        self.compare_equal_states(seen)

    def compare_equal_states(self, seen):
        """Answers at one number tell one state, whichever replica or endpoint gave them."""
        whole = {state: body for state, body in seen["/state-whole"]}
        compared = 0
        for state, body in seen["/frameworks"]:
            if state in whole:
                compared += 1
                for key in ("frameworks", "completed_frameworks"):
                    self.assertEqual(normal(body[key]), normal(whole[state][key]), state)
        for state, body in seen["/tasks?limit=-1"]:
            if state in whole:
                compared += 1
                tasks = [task for key in ("frameworks", "completed_frameworks")
                         for framework in whole[state][key]
                         for name in LISTS for task in framework[name]]
                self.assertEqual(normal(body["tasks"]), normal(tasks), state)
        for state, body in seen["/state"]:
            if state in whole:
                compared += 1
                self.assertEqual(normal(body), normal(whole[state]), state)
        self.assertGreater(compared, 5, "answers at the same state")


if __name__ == "__main__":
    main()
