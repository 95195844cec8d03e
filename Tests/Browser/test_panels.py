"""Graphs and labelled bars, in a page of the style sheet and scripts that every page has."""
import json
import pathlib
import re
import tempfile
import unittest

from selenium.webdriver.common.keys import Keys

import browser
from browser import ROOT
from viewer import Viewer, pointer

WEB = ROOT / "Sources/Reporting/Resources/web"
ATTENTION, WEIGHTS = "Attention", "Weights"
STEPS = ["0", "1", "2"]
folder = None


def frames(value):
    """A number for each step."""
    return [value(step) for step in range(len(STEPS))]


def graph():
    """A centre with four leaves around it, the first of which has one more; head 2 looks at what head 1 does not."""
    pairs = [(0, leaf) for leaf in range(1, 5)] + [(leaf, 0) for leaf in range(1, 5)] + [(1, 5), (5, 1), (0, 0)]
    return {
        "names": [f"node {node}" for node in range(6)], "kinds": [1, 0, 0, 0, 0, 0], "centre": 0,
        "x": [0, 0, 1, 0, -1, 0], "y": [0, -1, 0, 1, 0, -2],
        "from": [pair[0] for pair in pairs], "to": [pair[1] for pair in pairs],
        "values": frames(lambda step: [node - 3 * step for node in range(6)]),
        "weights": [frames(lambda step: [(10 * head + index + step) / 40 for index in range(len(pairs))])
                    for head in range(2)]}


def panel(kind, title, **values):
    return {"kind": kind, "title": title, "width": 0, "height": 0, "groups": [""], "groupName": "", "frames": 3, "low": 0,
            "high": 0, "image": "", "series": [], **values}


def viewer():
    rows = [{"label": "CASSFDGKNEQYF", "mark": "implanted", "isRest": False},
            {"label": "CASSLGETQYF", "mark": "", "isRest": False},
            {"label": "all 98 others", "mark": "", "isRest": True}]
    return {
        "title": "Single graphs", "note": "", "itemName": "graph", "items": ["first", "second"], "stepName": "step",
        "steps": STEPS,
        "panels": [
            panel("graphs", ATTENTION, groups=["1", "2"], groupName="head", graphs=[graph(), graph()],
                  reading={"kinds": ["node", "class token"], "value": "energy", "weight": "attention"}),
            panel("bars", WEIGHTS, bars=[
                {"rows": rows, "values": [frames(lambda step: [0.1 * (step + item), 0.2, 0.8 - 0.1 * step])]}
                for item in range(2)])]}


def setUpModule():
    global folder
    folder = tempfile.TemporaryDirectory(prefix="energy-transformer-panels-")
    scripts = "".join((WEB / name).read_text(encoding="utf-8") for name in ["panels.js", "page.js"])
    (pathlib.Path(folder.name) / "page.html").write_text(f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Panels</title>
<link rel="icon" href="data:,">
<style>{(WEB / "page.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<h1>Panels</h1>
<div id="viewers"></div>
</main>
<script type="application/json" id="viewer-data">{json.dumps([viewer()])}</script>
<script>{scripts}</script>
</body>
</html>
""", encoding="utf-8")


def tearDownModule():
    browser.shared().look()
    folder.cleanup()


class Panels(unittest.TestCase):
    def setUp(self):
        self.open()

    def open(self, **look):
        self.browser = browser.shared()
        self.browser.look(**look)
        self.browser.open(pathlib.Path(folder.name) / "page.html")
        self.viewer = Viewer(self.browser)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    @property
    def drawing(self):
        return self.browser.find("svg", self.viewer.figure(ATTENTION))

    def told(self):
        """What is said of the chosen node."""
        return self.browser.all(".readout", self.viewer.figure(ATTENTION))[1].text

    def colours(self):
        return [mark.get_attribute("fill") for mark in self.browser.all("rect, circle[fill^=rgb]", self.drawing)]

    def widths(self):
        """How wide the lines to what the chosen node looks at are."""
        return [float(line.get_attribute("stroke-width"))
                for line in self.browser.all("line[stroke='var(--series-1)']", self.drawing)]

    def test_slider(self):
        """The slider moves colours, widths and numbers of a graph, and the bars, together."""
        start = (self.colours(), self.widths(), self.told())
        # A square for the class token and a circle for each of five nodes; the four leaves are looked at.
        self.assertEqual((len(start[0]), len(start[1])), (6, 4))
        self.assertEqual(start[1], sorted(start[1]))
        self.assertEqual(start[2], "node 0, class token: energy 0; attention: itself 0.25, node 4 0.075, node 3 0.05, node 2 0.025")
        self.viewer.press(Keys.ARROW_RIGHT)
        after = (self.colours(), self.widths(), self.told())
        for before, now in zip(start, after):
            self.assertNotEqual(before, now)
        self.assertTrue(all(now > before for before, now in zip(start[1], after[1])))
        self.assertIn("energy -3;", after[2])
        self.viewer.to_start()
        self.assertEqual((self.colours(), self.widths(), self.told()), start)

    def test_heads(self):
        """Another head has other widths and the same colours."""
        colours, widths = self.colours(), self.widths()
        self.viewer.choose("head", 1)
        self.assertEqual(self.colours(), colours)
        self.assertTrue(all(now > before for before, now in zip(widths, self.widths())))

    def test_keys(self):
        """Arrow keys choose a node, Home the one in the middle; a screen reader is told the same."""
        start = self.told()
        self.drawing.send_keys(Keys.ARROW_RIGHT)
        self.assertTrue(self.told().startswith("node 1: energy 1; attention: "), self.told())
        self.assertIn(self.told(), self.drawing.get_attribute("aria-label"))
        self.drawing.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
        self.assertTrue(self.told().startswith("node 5: "), self.told())
        self.assertEqual(len(self.widths()), 1)
        self.drawing.send_keys(Keys.HOME)
        self.assertEqual(self.told(), start)

    def test_mouse(self):
        """The mouse over a node tells where it looks, and away from the drawing the middle is told again."""
        # The outermost node stands 154 of 360 above the middle, its neighbour half as far.
        pointer(self.browser, self.drawing, 0.5, 0.5 - 77 / 360).perform()
        self.assertTrue(self.told().startswith("node 1: "), self.told())
        pointer(self.browser, self.browser.find("h1"), 0.5, 0.5).perform()
        self.assertTrue(self.told().startswith("node 0, "), self.told())

    def test_bars(self):
        """The longest bar of a step fills its track, a mark is a word, and what is left has a number alone."""
        def bars():
            rows = self.browser.all(".bars li", self.viewer.figure(WEIGHTS))
            return rows, [bar.size["width"] for bar in self.browser.all(".bars i", self.viewer.figure(WEIGHTS))]
        self.viewer.choose("graph", 1)
        rows, widths = bars()
        self.assertEqual(len(rows), 3)
        self.assertEqual(len(widths), 2)
        self.assertAlmostEqual(widths[0] / widths[1], 0.5, delta=0.02)
        self.assertRegex(rows[0].text, r"(?s)^CASSFDGKNEQYF\s+implanted.*\s0\.1$")
        self.assertRegex(rows[2].text, r"(?s)^all 98 others\s+0\.8$")
        self.viewer.to_end()
        rows, widths = bars()
        self.assertAlmostEqual(widths[1] / widths[0], 2 / 3, delta=0.02)

    def test_looks(self):
        """On a phone nothing is wider than the window; in both colour schemes axe finds no fault."""
        for dark in [False, True]:
            with self.subTest(dark=dark):
                self.open(dark=dark, width=360, height=740)
                self.assertLessEqual(self.browser.overflow(), 0)
                self.assertEqual(self.browser.faults(), [])
                ground = self.browser.run("return getComputedStyle(document.body).backgroundColor")
                self.assertEqual(max(map(int, re.findall(r"\d+", ground)[:3])) < 64, dark, ground)
