"""A headless Chromium that notes what its pages complain of and ask for."""
import json
import pathlib
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[2]
AXE = ROOT / ".build/browser/axe_core_python/axe.min.js"

# Arguments: the picture of a page as a data address; gives the share of its pixels that are brighter than most greys.
BRIGHT_SHARE = """
const [address, done] = arguments;
const image = new Image();
image.onload = () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const levels = context.getImageData(0, 0, image.width, image.height).data;
  let bright = 0;
  for (let index = 0; index < levels.length; index += 4) {
    bright += Math.min(levels[index], levels[index + 1], levels[index + 2]) > 215;
  }
  done(bright / (levels.length / 4));
};
image.src = address;
"""


class Browser:
    """One window. Tests share it: to start one takes seconds."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="energy-transformer-browser-")
        options = webdriver.ChromeOptions()
        for argument in [
            # A test machine has no screen, often little shared memory, and no user but root; pages are our own.
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--force-device-scale-factor=1", f"--user-data-dir={self.profile.name}",
            # Whatever a page names, no name is looked up.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
        self.driver = webdriver.Chrome(service=Service("chromedriver"), options=options)
        self.driver.set_script_timeout(120)
        self.look()

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def look(self, dark=False, width=1100, height=900, moves=False):
        """Sets colour scheme and size; `moves` where the user has not asked for less motion."""
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "no-preference" if moves else "reduce"}])
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def command(self, name, **values):
        return self.driver.execute_cdp_cmd(name, values)

    def open(self, place):
        """Opens a file or an address, and forgets what went before."""
        # From one part of a page to another nothing would be loaded.
        self.driver.get("about:blank")
        self.complaints(), self.requests()
        self.driver.get(place.as_uri() if isinstance(place, pathlib.Path) else place)

    def run(self, script, *values):
        return self.driver.execute_script(script, *values)

    def find(self, selector, inside=None):
        return (inside or self.driver).find_element(By.CSS_SELECTOR, selector)

    def all(self, selector, inside=None):
        return (inside or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def until(self, condition, what, seconds=60):
        """Waits until a function gives something true, and gives that."""
        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: condition(), what)

    def complaints(self):
        """Errors and warnings in the console since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """Addresses that were asked for since it was last asked."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.run("const page = document.documentElement; return page.scrollWidth - page.clientWidth;")

    def bright_share(self, element):
        """How much of an element looks nearly white on the screen."""
        box = self.run(
            "const box = arguments[0].getBoundingClientRect();"
            "return {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height};", element)
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip={**box, "scale": 0.5})
        return self.driver.execute_async_script(BRIGHT_SHARE, "data:image/png;base64," + picture["data"])

    def faults(self, rules=None):
        """What the accessibility checker finds and calls serious or critical, by all rules or some."""
        if not self.run("return 'axe' in window"):
            self.run(AXE.read_text(encoding="utf-8"))
        options = {"resultTypes": ["violations"], "elementRef": False}
        if rules:
            options["runOnly"] = rules
        found = self.driver.execute_async_script(
            "const [options, done] = arguments;"
            "axe.run(document, options).then(found => done(found.violations), error => done([{id: String(error),"
            "impact: 'critical', help: 'the checker failed', nodes: []}]));", options)
        return [f"{fault['id']}: {fault['help']}: " + "; ".join(
                    f"{' '.join(map(str, node['target']))} ({(node.get('failureSummary') or '').splitlines()[-1].strip()})"
                    for node in fault["nodes"][:3]) + (f"; {len(fault['nodes'])} in all" if len(fault["nodes"]) > 3 else "")
                for fault in found if fault["impact"] in ("serious", "critical")]


_shared = []


def shared():
    """The browser of this run."""
    if not _shared:
        _shared.append(Browser())
    return _shared[0]


def close():
    while _shared:
        _shared.pop().close()
