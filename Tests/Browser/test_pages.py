"""Pages that runs wrote, opened from disk."""
import base64
import json
import pathlib
import re
import tempfile
import unittest

from selenium.webdriver.common.keys import Keys

import browser
from browser import ROOT
from pictures import png
from viewer import Viewer, drag, pointer

RESULTS = ROOT / "Results"
PAGES = sorted([*RESULTS.glob("*/page.html"), RESULTS / "index.html"])
# A reader loads a page over a telephone network too.
LARGEST = 2_000_000
COMPLETION, ENERGIES, ATTENTION = "Completion", "Energy of each patch", "Attention"


def tearDownModule():
    browser.shared().look()


class EveryPage(unittest.TestCase):
    """What holds for all of them."""

    def open(self, page, **look):
        self.browser = browser.shared()
        self.browser.look(**look)
        self.browser.open(page)
        # Viewers read their pictures first.
        self.browser.until(
            lambda: self.browser.run(
                "const data = document.getElementById('viewer-data');"
                "return document.querySelectorAll('.viewer .panels figure').length"
                "  >= (data ? JSON.parse(data.textContent).flatMap(viewer => viewer.panels).length : 0)"),
            "all viewers")

    def test_opens(self):
        """Opens from disk without a complaint, asks nobody, is small, no wider than a phone, and without a fault by axe."""
        self.assertGreater(len(PAGES), 20)
        for page in PAGES:
            with self.subTest(page=page.relative_to(ROOT)):
                self.open(page, width=360, height=740)
                self.assertLess(page.stat().st_size, LARGEST)
                self.assertEqual(self.browser.complaints(), [])
                asked = [address[:100] for address in self.browser.requests()
                         if not address.startswith(("data:", "blob:", page.as_uri()))]
                self.assertEqual(asked, [])
                self.assertLessEqual(self.browser.overflow(), 0, "pixels wider than the window")
                self.browser.look()
                self.assertEqual(self.browser.faults(), [])

    def test_dark(self):
        """On a dark screen the ground is dark, no figure is a white box, and every word can be read."""
        for page in PAGES:
            with self.subTest(page=page.relative_to(ROOT)):
                self.open(page, dark=True)
                ground = self.browser.run("return getComputedStyle(document.body).backgroundColor")
                self.assertLess(max(map(int, re.findall(r"\d+", ground)[:3])), 64, ground)
                white = {figure.get_attribute("alt"): share for figure in self.browser.all("main img")
                         if (share := self.browser.bright_share(figure)) > 0.5}
                self.assertEqual(white, {}, "share of nearly white pixels")
                self.assertEqual(self.browser.faults(["color-contrast"]), [])


class StepThrough(unittest.TestCase):
    """The page of the completed digits."""

    def setUp(self):
        self.browser = browser.shared()
        self.browser.look()
        self.browser.open(RESULTS / "masked-images/page.html")
        self.viewer = Viewer(self.browser)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def shown(self):
        viewer = self.viewer
        return {
            "picture": viewer.pixels(COMPLETION), "map": viewer.pixels(ENERGIES), "attention": viewer.pixels(ATTENTION),
            "curve": viewer.marker("Energy"), "number": viewer.value("Energy")}

    def test_slider(self):
        """Keys and mouse on the slider move picture, maps and curve together, and back again."""
        start = self.shown()
        original = self.viewer.pixels("Original")
        self.viewer.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(self.viewer.step, 3)
        later = self.shown()
        for name in start:
            self.assertNotEqual(start[name], later[name], name)
        self.assertLess(start["curve"], later["curve"])
        self.assertEqual(self.viewer.pixels("Original"), original)
        slider = self.viewer.slider
        drag(self.browser, slider, (0.3, 0.5), (0.6, 0.5), (0.99, 0.5))
        self.assertEqual(self.viewer.step, self.viewer.last)
        self.viewer.to_start()
        self.assertEqual(self.shown(), start)

    def test_curve(self):
        """A press on the curve moves the slider there."""
        curve = self.browser.find("svg", self.viewer.figure("Mean squared error"))
        pointer(self.browser, curve, 0.96, 0.5).click().perform()
        self.assertEqual(self.viewer.step, self.viewer.last)

    def test_choices(self):
        """Another image changes all pictures; another head changes its map alone."""
        start = self.shown()
        original = self.viewer.pixels("Original")
        self.viewer.choose("head", 2)
        after = self.shown()
        self.assertEqual([name for name in start if start[name] != after[name]], ["attention"])
        self.viewer.choose("image", 1)
        after = self.shown()
        self.assertNotEqual(self.viewer.pixels("Original"), original)
        for name in ["picture", "map", "attention", "number"]:
            self.assertNotEqual(start[name], after[name], name)

    def test_energy_falls(self):
        """The energy that the curve tells falls at every step."""
        energies = self.viewer.values("Energy")
        self.assertEqual(len(energies), self.viewer.last + 1)
        self.assertEqual(energies, sorted(energies, reverse=True))
        self.assertLess(energies[-1], energies[0])

    def test_play(self):
        """Play advances by itself, Pause holds, and at the end it stops."""
        self.viewer.play.send_keys(Keys.ENTER)
        self.browser.until(lambda: self.viewer.step >= 2, "the second step")
        self.assertEqual(self.viewer.play.text, "Pause")
        self.viewer.play.click()
        self.assertEqual(self.viewer.play.text, "Play")
        self.viewer.to_end().press(Keys.ARROW_LEFT)
        self.viewer.play.click()
        self.browser.until(lambda: self.viewer.play.text == "Play", "the end")
        self.assertEqual(self.viewer.step, self.viewer.last)

    def test_maps_tell_numbers(self):
        """The mouse over a map, or arrow keys in it, tell the number of a cell, which lies on the map's scale."""
        figure = self.viewer.figure(ENERGIES)
        canvas = self.viewer.canvas(ENERGIES)
        scale, told = self.browser.all(".readout", figure)
        low, high = (float(part.replace(",", "")) for part in scale.text.split(" … "))
        # The fourth column and second row of seven.
        pointer(self.browser, canvas, 3.5 / 7, 1.5 / 7).perform()
        found = re.fullmatch(r"row 2, column 4: about (\S+)", told.text)
        self.assertIsNotNone(found, told.text)
        self.assertTrue(low <= float(found[1]) <= high, told.text)
        pointer(self.browser, self.browser.find("h1"), 0.5, 0.5).perform()
        self.assertEqual(told.text, "")
        canvas.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
        self.assertRegex(told.text, r"^row 2, column 2: about \S+$")
        self.assertIn(told.text, canvas.get_attribute("aria-label"))


class NamedMaps(unittest.TestCase):
    """A page made here: maps by the logarithm whose rows and columns have names, and curves of several groups."""
    WEIGHTS = "Weights"

    @classmethod
    def setUpClass(cls):
        web = ROOT / "Sources/Reporting/Resources/web"
        # Two items of two groups, two frames each, of 2 x 3 cells: a row of frames for each item and group.
        sheet = png(6, 8, lambda row, column: 0 if (row, column) == (0, 0) else min(255, 20 * row + 15 * column))
        maps = {
            "kind": "maps", "title": cls.WEIGHTS, "width": 3, "height": 2, "groups": ["first", "second"],
            "groupName": "sentence", "frames": 2, "low": 0.01, "high": 1, "scale": "logarithmic", "series": [],
            "image": base64.b64encode(sheet).decode(),
            "names": {"row": "query", "column": "key", "rows": [["the", "end"], ["a", "start"]],
                      "columns": [["x", "y", "z"]]}}
        curves = {
            "kind": "lines", "title": "Energy", "width": 0, "height": 0, "groups": ["first", "second"],
            "groupName": "sentence", "frames": 2, "low": 0, "high": 0, "image": "",
            "series": [{"label": "energy", "values": [[9, 8], [7, 6], [5, 4], [3, 2]]}]}
        viewer = {"title": "Heads", "note": "", "itemName": "head", "items": ["1", "2"], "stepName": "update",
                  "steps": ["0", "1"], "panels": [maps, curves]}
        cls.folder = tempfile.TemporaryDirectory(prefix="energy-transformer-page-")
        cls.page = pathlib.Path(cls.folder.name) / "page.html"
        scripts = "".join((web / name).read_text(encoding="utf-8") for name in ["panels.js", "page.js"])
        cls.page.write_text(
            "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Heads</title><link rel=icon href='data:,'>"
            f"<style>{(web / 'page.css').read_text(encoding='utf-8')}</style></head><body><main><h1>Heads</h1>"
            "<div id=viewers></div></main>"
            f"<script type=application/json id=viewer-data>{json.dumps([viewer])}</script>"
            f"<script>{scripts}</script></body></html>", encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.browser = browser.shared()
        self.browser.look()
        self.browser.open(self.page)
        self.viewer = Viewer(self.browser)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def told(self):
        return self.browser.all(".readout", self.viewer.figure(self.WEIGHTS))[-1].text

    def test_names(self):
        """Under the pointer stand the names of the chosen sentence, and numbers by the logarithm of their range."""
        canvas = self.viewer.canvas(self.WEIGHTS)
        pointer(self.browser, canvas, 0.5 / 3, 0.25).perform()
        self.assertEqual(self.told(), "query 1 \u201cthe\u201d, key 1 \u201cx\u201d: at most 0.01")
        pointer(self.browser, canvas, 2.5 / 3, 0.75).perform()
        # The level of row 1 and column 2 is 50.
        found = re.fullmatch(r"query 2 \u201cend\u201d, key 3 \u201cz\u201d: about (\S+)", self.told())
        self.assertIsNotNone(found, self.told())
        self.assertAlmostEqual(float(found[1]), 0.01 * 100 ** (50 / 255), places=5)
        self.viewer.choose("sentence", 1)
        pointer(self.browser, canvas, 2.5 / 3, 0.25).perform()
        # The second group lies two rows further down.
        found = re.fullmatch(r"query 1 \u201ca\u201d, key 3 \u201cz\u201d: about (\S+)", self.told())
        self.assertIsNotNone(found, self.told())
        self.assertAlmostEqual(float(found[1]), 0.01 * 100 ** (70 / 255), places=5)
        scale = self.browser.all(".readout", self.viewer.figure(self.WEIGHTS))[0].text
        self.assertEqual(scale, "0.01 \u2026 1, by the logarithm")

    def test_curves(self):
        """The curve is that of the chosen head and sentence."""
        self.assertEqual(self.viewer.values("Energy"), [9, 8])
        self.viewer.choose("sentence", 1)
        self.assertEqual(self.viewer.values("Energy"), [7, 6])
        self.viewer.choose("head", 1)
        self.assertEqual(self.viewer.values("Energy"), [3, 2])

    def test_axes(self):
        """Numbers stand at the rules of the curve, the names of the steps below it."""
        words = [text.text for text in self.browser.all("svg text", self.viewer.figure("Energy"))]
        self.assertEqual(words[-3:], ["0", "1", "update"])
        numbers = [float(text) for text in words[:-3]]
        self.assertEqual(numbers, sorted(numbers))
        self.assertTrue(8 <= numbers[0] < numbers[-1] <= 9, numbers)
        rules = self.browser.all("svg line[stroke='var(--rule)']", self.viewer.figure("Energy"))
        self.assertEqual(len(rules), len(numbers))


class Tables(unittest.TestCase):
    """Tables of any page sort."""

    def setUp(self):
        self.browser = browser.shared()
        self.browser.look()

    def column(self, table, name):
        titles = [header.text for header in self.browser.all("thead th", table)]
        place = titles.index(name)
        return (self.browser.all("thead th", table)[place],
                lambda: [row.text for row in self.browser.all(f"tbody tr td:nth-child({place + 1})", table)])

    def test_sorts_words(self):
        """The index sorts by a click, and the other way by a key."""
        self.browser.open(RESULTS / "index.html")
        header, cells = self.column(self.browser.find("main table"), "experiment")
        before = cells()
        button = self.browser.find("button", header)
        button.click()
        self.assertEqual(header.get_attribute("aria-sort"), "ascending")
        rising = cells()
        self.assertEqual(sorted(rising), sorted(before))
        self.assertEqual([text.lower() for text in rising], sorted(text.lower() for text in before))
        button.send_keys(Keys.ENTER)
        self.assertEqual(header.get_attribute("aria-sort"), "descending")
        self.assertEqual([text.lower() for text in cells()], sorted((text.lower() for text in before), reverse=True))

    def test_sorts_numbers(self):
        """Errors are sorted as numbers, with space and with a click, and rows stay whole."""
        self.browser.open(RESULTS / "masked-images/page.html")
        table = self.browser.find("main table")
        header, cells = self.column(table, "Mean squared error of hidden pixels")
        rows = lambda: [row.text for row in self.browser.all("tbody tr", table)]
        before = rows()
        button = self.browser.find("button", header)
        button.send_keys(Keys.SPACE)
        numbers = [float(text) for text in cells()]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(sorted(rows()), sorted(before))
        button.click()
        self.assertEqual([float(text) for text in cells()], numbers[::-1])
