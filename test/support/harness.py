"""The frame of a test file: waiting for conditions, skipping with a reason, logs on failure."""
import json
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SKIPPED_ALL = 77  # exit status that ctest shows as "Skipped"


def binaries():
    """The folder with the daemons: TROUPE_BIN, or the newest build below build/."""
    if "TROUPE_BIN" in os.environ:
        return os.path.abspath(os.environ["TROUPE_BIN"])
    builds = [os.path.join(ROOT, "build", name, "daemons") for name in ("dev", "release", "asan")]
    found = [each for each in builds if os.path.exists(os.path.join(each, "troupe-master"))]
    if not found:
        sys.exit("no daemons found: build them, or set TROUPE_BIN to their folder")
    return max(found, key=lambda each: os.path.getmtime(os.path.join(each, "troupe-master")))


def eventually(condition, timeout=15, what="the condition"):
    """Waits until `condition()` is true and gives its value."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("%s did not come true within %g s" % (what, timeout))
        time.sleep(0.02)


def load(test_file, name):
    """A JSON file of the `data` folder beside a test file."""
    with open(os.path.join(os.path.dirname(os.path.abspath(test_file)), "data", name)) as data:
        return json.load(data)


def shape(value):
    """The JSON type of a value as text: whole numbers and others are told apart."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array",
             dict: "object", type(None): "null"}
    return names[type(value)]


def _merge_pair(left, right):
    if isinstance(left, dict) and isinstance(right, dict):
        return {key: _merge_pair(left[key], right[key]) if key in left and key in right
                else left.get(key, right.get(key)) for key in list(left) + list(right)}
    return merged(left + right) if isinstance(left, list) and isinstance(right, list) else left


def merged(value):
    """The value with each array folded into one element that has the keys of all of them."""
    if isinstance(value, dict):
        return {key: merged(each) for key, each in value.items()}
    if not isinstance(value, list) or not value:
        return value
    result = merged(value[0])
    for each in value[1:]:
        result = _merge_pair(result, merged(each))
    return [result]


def compare_shape(wanted, got, path=""):
    """Differences between two merged JSON values: keys missing in `got`, types that differ."""
    if shape(wanted) != shape(got):
        return ["%s is %s, expected %s" % (path or "the value", shape(got), shape(wanted))]
    problems = []
    if isinstance(wanted, dict):
        for key in wanted:
            here = path + "." + key if path else key
            if key not in got:
                problems.append(here + " is missing")
            else:
                problems += compare_shape(wanted[key], got[key], here)
    elif isinstance(wanted, list) and wanted:
        if not got:
            return [path + " is empty"]
        problems += compare_shape(wanted[0], got[0], path + "[0]")
    return problems


class Result(unittest.TextTestResult):
    """Prints why a test was skipped, and the ends of the daemons' logs when one fails."""

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.stream.writeln("skipped: %s" % reason)

    def _tell(self, test):
        cluster = getattr(test, "cluster", None)
        if cluster is not None:
            self.stream.writeln(cluster.log_tails())

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._tell(test)

    def addError(self, test, err):
        super().addError(test, err)
        self._tell(test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.stream.writeln("FAIL: %s: %s" % (subtest, str(err[1])[:2000]))


def _too_late(*_):
    raise TimeoutError("the test file ran out of time")


def main(seconds=110):
    """Runs the tests of the calling file; nothing of it may take longer than `seconds`."""
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGALRM, _too_late)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.alarm(seconds)
    program = unittest.main(module="__main__", exit=False, verbosity=2,
                            testRunner=unittest.TextTestRunner(verbosity=2, resultclass=Result))
    result = program.result
    print("%d tests, %d skipped" % (result.testsRun, len(result.skipped)))
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED_ALL if result.testsRun and len(result.skipped) == result.testsRun else 0)
