"""An embedder's way: the build is installed, and the programs of docs/examples find and use it."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import harness  # noqa: E402

EXAMPLES = os.path.join(harness.ROOT, "docs", "examples")


def run(*command):
    """Runs a command and gives what it printed; fails with all of it."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500)
    if done.returncode != 0:
        raise AssertionError("%s: exit status %d\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="troupe-install-")
        cls.prefix = os.path.join(cls.folder.name, "prefix")
        run("cmake", "--install", os.path.dirname(harness.binaries()), "--prefix", cls.prefix)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def build_example(self, name):
        build = os.path.join(self.folder.name, name)
        run("cmake", "-S", os.path.join(EXAMPLES, name), "-B", build, "-G", "Ninja",
            "-DCMAKE_PREFIX_PATH=" + self.prefix, "-DCMAKE_BUILD_TYPE=Debug",
            "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
        run("cmake", "--build", build)
        return os.path.join(build, name)

    def test_programs_are_where_they_are_started_from(self):
        for name in ("troupe-master", "troupe-agent", "troupe"):
            printed = run(os.path.join(self.prefix, "bin", name), "--version")
            self.assertIn("troupe", printed)
        self.assertTrue(os.access(os.path.join(self.prefix, "libexec", "troupe", "troupe-init"), os.X_OK))

    def test_an_embedder_finds_the_allocator(self):
        printed = run(self.build_example("allocate")).splitlines()
        self.assertEqual(len(printed), 3, printed)
        # Three equal agents, weights 1 and 2: the shares come out even.
        self.assertEqual(sum("web-scheduler as web" in line for line in printed), 2, printed)
        self.assertTrue(all("cpus:4; mem:8192" in line for line in printed), printed)

    def test_an_embedder_brings_an_own_sorter(self):
        printed = run(self.build_example("first_come")).splitlines()
        self.assertEqual(len(printed), 3, printed)
        self.assertTrue(all(line.startswith("zoe is offered cpus:4; mem:8192") for line in printed), printed)


if __name__ == "__main__":
    harness.main(560)
