"""What a page shows of a descent, operated as a reader does."""
import re

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


class Viewer:
    def __init__(self, browser, inside=None):
        self.browser = browser
        self.section = browser.until(
            lambda: next(iter(browser.all(".viewer", inside)), None), "a viewer")
        browser.until(lambda: browser.all("figure", self.section), "its panels")
        self.slider = browser.find("input[type=range]", self.section)
        self.play = browser.find(".controls button", self.section)
        self.figures = {}

    @property
    def step(self):
        return int(self.slider.get_property("value"))

    @property
    def last(self):
        return int(self.slider.get_property("max"))

    def press(self, *keys):
        """Presses keys on the slider."""
        self.slider.send_keys(*keys)
        return self

    def to_start(self):
        return self.press(Keys.HOME)

    def to_end(self):
        return self.press(Keys.END)

    def choose(self, label, place):
        """Takes an entry of the choice whose label begins so."""
        choice = next(found for found in self.browser.all(".controls label", self.section)
                      if found.text.startswith(label) and self.browser.all("select", found))
        Select(self.browser.find("select", choice)).select_by_index(place)

    def figure(self, title):
        """The panel of a title, or the first whose title begins so."""
        if title not in self.figures:
            self.figures[title] = self.browser.run(
                "const [section, title] = arguments;"
                "const figures = [...section.querySelectorAll('figure')];"
                "const name = figure => figure.querySelector('figcaption').textContent;"
                "return figures.find(figure => name(figure) === title)"
                "  ?? figures.find(figure => name(figure).startsWith(title));", self.section, title)
        return self.figures[title]

    def canvas(self, title):
        return self.browser.find("canvas", self.figure(title))

    def pixels(self, title):
        """What a canvas shows."""
        return self.browser.run("return arguments[0].toDataURL()", self.canvas(title))

    def marker(self, title):
        """Where the dot of the first curve stands, from the left."""
        return float(self.browser.find("circle", self.figure(title)).get_attribute("cx"))

    def value(self, title):
        """The number that a legend tells of the last curve: of energies the total."""
        text = self.browser.find(".legend li:last-child", self.figure(title)).text
        return float(re.search(r"\S+$", text)[0].replace(",", ""))

    def values(self, title):
        """The numbers of the last curve at all steps, as the slider comes by."""
        self.to_start()
        found = [self.value(title)]
        for _ in range(self.last):
            self.press(Keys.ARROW_RIGHT)
            found.append(self.value(title))
        return found


def pointer(browser, element, across, down, actions=None):
    """The mouse at a place of an element, in shares of its width and height."""
    browser.run("arguments[0].scrollIntoView({block: 'center'})", element)
    size = element.size
    return (actions or ActionChains(browser.driver, duration=20)).move_to_element_with_offset(
        element, round((across - 0.5) * size["width"]), round((down - 0.5) * size["height"]))


def drag(browser, element, *places):
    """Draws with the mouse through places of an element."""
    actions = pointer(browser, element, *places[0]).click_and_hold()
    for place in places[1:]:
        actions = pointer(browser, element, *place, actions)
    actions.release().perform()
