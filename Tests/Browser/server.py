"""The program `energy-transformer serve` on a free port."""
import json
import os
import queue
import re
import signal
import subprocess
import threading
import urllib.error
import urllib.request

from browser import ROOT

# Another build can be tested by its path.
PROGRAM = os.environ.get("ENERGY_TRANSFORMER", str(ROOT / ".build/release/energy-transformer"))


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", *options], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = queue.Queue()
        self.printed = []
        threading.Thread(target=self._read, daemon=True).start()
        self.address = None
        while self.address is None:
            try:
                line = self.lines.get(timeout=60)
            except queue.Empty:
                line = None
            if line is None:
                self.process.kill()
                raise RuntimeError("the server does not say its address: " + "".join(self.printed))
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            self.address = found and found[0]

    def _read(self):
        for line in self.process.stdout:
            self.printed.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def ask(self, path, value=None, timeout=120):
        """What the server answers to GET, or to POST with a value: status and value."""
        request = urllib.request.Request(
            self.address + path, data=None if value is None else json.dumps(value).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self):
        """Ends the server as a service manager does, and gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
