"""The page of `energy-transformer serve`, operated as its user does."""
import base64
import pathlib
import random
import re
import tempfile
import threading
import unittest

from selenium.webdriver.common.keys import Keys

import browser
from pictures import png
from server import Server
from viewer import Viewer, drag, pointer

server = None


def setUpModule():
    global server
    server = Server("--models", "Results/masked-images", "--upload-limit", "0.1")


def tearDownModule():
    browser.shared().look()
    if server.process.poll() is None:
        server.stop()


def numbers(text):
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text.replace(",", ""))]


class Page(unittest.TestCase):
    """A tab of the page, freshly opened."""
    tab = ""

    def setUp(self):
        self.browser = browser.shared()
        self.browser.look()
        self.browser.open(server.address + "#" + self.tab)

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])
        outside = [address for address in self.browser.requests()
                   if not address.startswith((server.address, "data:", "blob:"))]
        self.assertEqual(outside, [])

    def find(self, selector):
        return self.browser.find(selector)

    def button(self, text, inside):
        return next(found for found in self.browser.all(inside + " button") if found.text == text)

    def message(self, begins="", other_than=None):
        """The sentence below the settings, once there is one."""
        place = self.find(f"#{self.tab}-message")
        return self.browser.until(
            lambda: place.text if place.text.startswith(begins) and place.text not in ("", other_than) else None,
            f"a message that begins with “{begins}”")

    def set_slider(self, selector, *keys):
        self.find(selector).send_keys(*keys)

    def pixels(self, selector):
        return self.browser.run("return arguments[0].toDataURL()", self.find(selector))


class Complete(Page):
    tab = "complete"
    canvas = "#complete-editor canvas"

    def setUp(self):
        super().setUp()
        self.browser.until(lambda: self.browser.all("#complete-editor .examples button"), "examples")
        self.browser.until(lambda: self.masked() == 24, "a half masked")

    def masked(self):
        """How many patches the editor says are masked."""
        text = self.find(self.canvas).get_attribute("aria-label") or ""
        found = re.search(r"(\d+) of 49 patches", text)
        return found and int(found[1])

    def press(self, text):
        self.button(text, "#complete-editor").click()

    def complete(self):
        self.browser.until(lambda: self.find("#complete-run").is_enabled(), "its button")
        self.find("#complete-run").click()
        sentence = self.message("The energy")
        return sentence, Viewer(self.browser, self.find("#complete-result"))

    def upload(self, name, data):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / name
            file.write_bytes(data)
            before = self.find("#complete-message").text
            self.find("#complete-editor input[type=file]").send_keys(str(file))
            place = self.find("#complete-message")
            return self.browser.until(
                lambda: place.text if place.text not in ("", before, "Reading the picture …") else None, "an answer")

    def test_draw_mask_complete(self):
        """A picture drawn by mouse and keys, masked by mouse and keys, is completed down its energy, step by step."""
        self.press("Blank")
        blank = self.pixels(self.canvas)
        canvas = self.find(self.canvas)
        drag(self.browser, canvas, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85))
        drawn = self.pixels(self.canvas)
        self.assertNotEqual(drawn, blank)
        canvas.send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.SPACE)
        self.assertNotEqual(self.pixels(self.canvas), drawn)
        self.assertIn("Pixel at row 2, column 2: ", canvas.get_attribute("aria-label"))

        self.press("Mask")
        self.press("Clear")
        self.assertEqual(self.masked(), 0)
        # Along the third of seven rows of patches, from the second to the fifth.
        drag(self.browser, canvas, (1.5 / 7, 2.5 / 7), (4.5 / 7, 2.5 / 7))
        self.assertEqual(self.masked(), 4)
        pointer(self.browser, canvas, 1.5 / 7, 2.5 / 7).click().perform()
        self.assertEqual(self.masked(), 3)
        canvas.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.SPACE)
        self.assertEqual(self.masked(), 4)
        self.assertIn("Row 4, column 2: masked", canvas.get_attribute("aria-label"))

        sentence, viewer = self.complete()
        self.assertTrue(sentence.startswith("The energy fell at every step: from "), sentence)
        energies = viewer.values("Energy")
        self.assertEqual(len(energies), 13)
        self.assertEqual(energies, sorted(energies, reverse=True))
        self.assertLess(energies[-1], energies[0])
        told = numbers(sentence.split(":")[1])[:2]
        self.assertEqual(told, [energies[0], energies[-1]])
        end = viewer.pixels("Completion")
        viewer.to_start()
        self.assertNotEqual(viewer.pixels("Completion"), end)

    def test_steps(self):
        """As many steps are made as were asked for; that nothing is masked is told in a sentence."""
        steps = self.find("#complete-steps")
        steps.clear()
        steps.send_keys("5")
        self.assertEqual(self.complete()[1].last, 5)
        self.press("Clear")
        self.find("#complete-run").click()
        self.assertEqual(self.message("No patch"), "No patch is masked, so that there is nothing to complete.")
        self.assertEqual(len(self.browser.complaints()), 1)

    def test_plays(self):
        """A completion plays by itself, unless its user wants less motion."""
        viewer = self.complete()[1]
        self.assertEqual(viewer.play.text, "Play")
        self.browser.look(moves=True)
        self.find("#complete-run").click()
        self.browser.until(lambda: self.browser.all("#complete-result .viewer"), "a viewer")
        self.browser.until(
            lambda: int(self.browser.run(
                "return document.querySelector('#complete-result input[type=range]')?.value ?? 0")) > 0, "a step")

    def test_upload(self):
        """A PNG is read in the model's size, white left and black right as it was."""
        sentence = self.upload("halves.png", png(60, 40, lambda row, column: 255 if column < 30 else 0))
        self.assertFalse(self.find("#complete-message").get_attribute("class").endswith("error"), sentence)
        self.press("Clear")
        self.press("Draw")
        levels = self.browser.run(
            "const canvas = arguments[0].cloneNode();"
            "const context = canvas.getContext('2d', {willReadFrequently: true});"
            "context.drawImage(arguments[0], 0, 0);"
            "return [0.1, 0.9].map(share => context.getImageData(share * canvas.width, canvas.height / 2, 1, 1).data[0]);",
            self.find(self.canvas))
        self.assertEqual(levels, [255, 0])
        self.press("Half at random")
        self.complete()

    def test_bad_uploads(self):
        """A file that is no picture, one cut short and one too large are each answered by one sentence; the picture stays."""
        before = self.pixels(self.canvas)
        noise = random.Random(1)
        whole = png(30, 30, lambda row, column: noise.randrange(256))
        for name, data, says in [
            ("words.png", b"This is no picture.\n" * 10, ""),
            ("short.png", whole[: len(whole) // 2], ""),
            ("large.png", png(400, 400, lambda row, column: noise.randrange(256)), "100,000 bytes"),
        ]:
            with self.subTest(name):
                sentence = self.upload(name, data)
                self.assertIn("error", self.find("#complete-message").get_attribute("class"))
                self.assertNotIn("\n", sentence)
                self.assertNotIn("Error(", sentence)
                self.assertIn(says, sentence)
                self.assertEqual(self.pixels(self.canvas), before)
        # The browser itself notes answers that are errors.
        complaints = self.browser.complaints()
        self.assertEqual(len(complaints), 3)
        self.assertTrue(all("Failed to load resource" in text for text in complaints), complaints)


class Recall(Page):
    tab = "recall"

    def test_beta(self):
        """With a large beta the network recalls the picture, with a small one an average of most."""
        self.message("It ")
        self.set_slider("#recall-beta", Keys.END)
        recalled = self.message("It recalls the picture: ")
        weight = lambda: self.browser.find("#recall-weights li").text
        self.assertIn("weight 100 %", weight())
        end = Viewer(self.browser, self.find("#recall-result"))
        picture = end.pixels(self.state(end))
        self.set_slider("#recall-beta", Keys.HOME)
        self.message("It comes to an average of ", other_than=recalled)
        self.browser.until(lambda: "weight 100 %" not in weight(), "another weight")
        average = Viewer(self.browser, self.find("#recall-result"))
        self.browser.until(lambda: average.step == average.last, "the last state")
        self.assertNotEqual(average.pixels(self.state(average)), picture)

    def state(self, viewer):
        """The panel that shows the state after each update: the last of the pictures."""
        return self.browser.all("figure:has(canvas) figcaption", viewer.section)[-1].text

    def test_erase(self):
        """Halves and single patches are erased by buttons, mouse and keys, and other pictures are chosen by arrows."""
        self.message("It ")
        canvas = self.find("#recall-editor canvas")
        erased = lambda: int(re.search(r"(\d+) of \d+ patches erased", canvas.get_attribute("aria-label"))[1])
        before = erased()
        self.assertGreater(before, 0)
        self.find("#recall [data-half=left]").click()
        self.button("Clear", "#recall-editor").click()
        self.assertEqual(erased(), 0)
        pointer(self.browser, canvas, 0.5, 0.5).click().perform()
        self.assertEqual(erased(), 1)
        canvas.send_keys(Keys.SPACE)
        self.assertEqual(erased(), 2)
        gallery = self.find("#recall-photos")
        first = gallery.get_attribute("aria-activedescendant")
        shown = self.pixels("#recall-editor canvas")
        gallery.send_keys(Keys.ARROW_RIGHT)
        self.assertNotEqual(gallery.get_attribute("aria-activedescendant"), first)
        self.assertNotEqual(self.pixels("#recall-editor canvas"), shown)


class Landscape(Page):
    tab = "landscape"
    canvas = "#landscape-plane"

    def label(self):
        return self.find(self.canvas).get_attribute("aria-label") or ""

    def wait_label(self, part):
        return self.browser.until(lambda: self.label() if part in self.label() else None, part)

    def at(self, x, y):
        """Shares of the plane for a place in it."""
        return (x / 3 + 1) / 2, (1 - y / 3) / 2

    def test_drag_and_descend(self):
        """A press starts a descent, patterns are dragged, keys do both, and the energy falls along every path."""
        sentence = self.message("The energy fell at every step")
        self.wait_label("5 patterns and 1 descents")
        plane = self.find(self.canvas)
        pointer(self.browser, plane, *self.at(2.4, 2.6)).click().perform()
        self.wait_label("5 patterns and 2 descents")
        sentence = self.message("The energy fell at every step", other_than=sentence)
        from_energy, to_energy = numbers(sentence)[:2]
        self.assertLess(to_energy, from_energy)
        curve = self.browser.find("#landscape-curve svg").get_attribute("aria-label")
        self.assertEqual(numbers(curve)[1:3], [from_energy, to_energy])

        before = self.pixels(self.canvas)
        drag(self.browser, plane, self.at(1.3, 1.5), self.at(0.8, 1.8), self.at(0.1, 2.3))
        moved = numbers(self.wait_label("Pattern 2 at "))
        self.assertAlmostEqual(moved[-2], 0.1, delta=0.05)
        self.assertAlmostEqual(moved[-1], 2.3, delta=0.05)
        self.browser.until(lambda: self.pixels(self.canvas) != before, "another landscape")

        plane.send_keys(Keys.SPACE, Keys.ARROW_LEFT, Keys.ENTER)
        self.wait_label("5 patterns and 3 descents")
        plane.send_keys("p")
        self.wait_label("Pattern 1 at -1.60, 1.10")
        plane.send_keys(Keys.ARROW_RIGHT)
        self.wait_label("Pattern 1 at -1.50, 1.10")

    def test_buttons_and_beta(self):
        """Patterns come and go, a grid of descents too, and beta changes the landscape."""
        self.wait_label("5 patterns and 1 descents")
        self.button("Add a pattern", "#landscape").click()
        self.wait_label("6 patterns")
        self.button("Remove a pattern", "#landscape").click()
        self.wait_label("5 patterns")
        self.button("Descend from a grid", "#landscape").click()
        self.wait_label("5 patterns and 49 descents")
        self.button("Clear descents", "#landscape").click()
        self.wait_label("5 patterns and 0 descents")
        before = self.pixels(self.canvas)
        self.set_slider("#landscape-beta", Keys.HOME)
        self.browser.until(lambda: self.pixels(self.canvas) != before, "another landscape")
        self.assertLess(float(self.find("#landscape-beta-value").text), 1)


class Training(Page):
    tab = "training"

    def setUp(self):
        super().setUp()
        if not self.browser.all("#training-tab"):
            self.skipTest("this server has no tab of trainings")

    def test_courses(self):
        """A finished training's metrics are drawn, and its chart tells numbers by keys."""
        boxes = lambda: self.browser.all("#training-list input[type=checkbox]")
        self.browser.until(boxes, "trainings")
        if not boxes()[0].is_selected():
            boxes()[0].click()
        chart = self.browser.until(lambda: next(iter(self.browser.all("#training-charts svg")), None), "a chart")
        chart.send_keys(Keys.ARROW_RIGHT)
        self.browser.until(
            lambda: any(re.search(r"\d", text.text) for text in self.browser.all("#training-charts .readout")), "numbers")


class WholePage(Page):
    def names(self):
        return [found.get_attribute("aria-controls") for found in self.browser.all("[role=tab]")]

    def open_tab(self, name):
        self.browser.open(server.address + "#" + name)
        self.browser.until(lambda: self.find("#" + name).is_displayed(), "the tab")
        # What the tab asks for when it is opened has come.
        self.browser.until(lambda: not self.browser.all(f"#{name} button:disabled"), "its buttons")
        if name == "complete":
            self.browser.until(lambda: self.browser.all("#complete-editor .examples button"), "examples")
            self.find("#complete-run").click()
            Viewer(self.browser, self.find("#complete-result"))
        elif name == "recall":
            Viewer(self.browser, self.find("#recall-result"))
        elif name == "landscape":
            self.browser.until(lambda: self.browser.all("#landscape-curve svg"), "a curve")

    def test_tabs_by_keys(self):
        """Arrows, Home and End walk through the tabs, each of which shows its panel alone."""
        names = self.names()
        self.browser.until(lambda: self.browser.all("[role=tab][aria-selected=true]"), "a chosen tab")
        self.find("[role=tab][aria-selected=true]").click()
        for key, place in [(Keys.ARROW_RIGHT, 1), (Keys.END, -1), (Keys.ARROW_RIGHT, 0), (Keys.ARROW_LEFT, -1), (Keys.HOME, 0)]:
            self.browser.driver.switch_to.active_element.send_keys(key)
            shown = [panel.get_attribute("id") for panel in self.browser.all("[role=tabpanel]") if panel.is_displayed()]
            self.assertEqual(shown, [names[place]])
            focused = self.browser.driver.switch_to.active_element
            self.assertEqual(focused.get_attribute("aria-controls"), names[place])
            self.assertEqual(focused.get_attribute("aria-selected"), "true")

    def test_every_tab(self):
        """Every tab fits a phone, is dark on a dark screen, and has no fault that axe finds, in either colours."""
        for name in self.names():
            with self.subTest(tab=name):
                self.open_tab(name)
                self.assertEqual(self.browser.faults(), [])
                self.browser.look(width=360, height=740)
                self.assertLessEqual(self.browser.overflow(), 0, "pixels wider than the window")
                self.browser.look(dark=True)
                ground = self.browser.run("return getComputedStyle(document.body).backgroundColor")
                self.assertLess(max(map(int, re.findall(r"\d+", ground)[:3])), 64, ground)
                self.assertEqual(self.browser.faults(["color-contrast"]), [])
                self.browser.look()


class Clients(unittest.TestCase):
    def test_many_at_once(self):
        """64 clients that ask at once are all answered, each for its own picture."""
        status, models = server.ask("api/models")
        self.assertEqual(status, 200)
        model = models["models"][0]
        count = model["width"] * model["height"] * model["channels"]
        ready = threading.Barrier(64)
        answers = [None] * 64

        def client(index):
            picture = bytes((index * 3 + place) % 256 for place in range(count))
            ready.wait()
            try:
                answers[index] = server.ask("api/complete", {
                    "model": model["id"], "pixels": base64.b64encode(picture).decode(), "hidden": [index % 49],
                    "steps": 2, "stepSize": 0.1})
            except Exception as error:  # told below
                answers[index] = (None, repr(error))

        clients = [threading.Thread(target=client, args=[index]) for index in range(64)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        failed = [(index, answer) for index, answer in enumerate(answers) if answer[0] != 200]
        self.assertEqual(failed, [])
        self.assertEqual({len(answer["energies"]) for _, answer in answers}, {3})
        self.assertEqual(len({tuple(answer["energies"]) for _, answer in answers}), 64)


class Shutdown(unittest.TestCase):
    def test_ends(self):
        """SIGTERM ends a server with 0, one that answers a browser too."""
        own = Server("--models", "Results/masked-images")
        shared = browser.shared()
        shared.open(own.address)
        shared.until(lambda: shared.all("#complete-editor .examples button"), "examples")
        self.assertEqual(own.stop(), 0, "".join(own.printed))
        self.assertEqual(server.stop(), 0, "".join(server.printed))


def load_tests(loader, tests, pattern):
    """The server ends last."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(each) for each in [
        WholePage, Complete, Recall, Landscape, Training, Clients, Shutdown])
