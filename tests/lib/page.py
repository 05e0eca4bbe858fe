# SPDX-License-Identifier: ISC
"""A page of procreport html, in a browser without a window, or as bytes.

with Page("page.html") as page: ... ends with an error if the page has complained.

page.py DIRECTORY starts a browser, whose files are in a directory, for many of them:
it prints what BROWSER is to be then, and ends it at the end of standard input.
"""
import base64
import json
import os
import re
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
             "--window-size=1400,900", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "about:blank")


class Attached(webdriver.Remote):
    """A browser that `page.py DIRECTORY` has started."""

    def __init__(self, url, session):
        self.known = session
        super().__init__(ChromiumRemoteConnection(url, "goog", "chrome"), options=webdriver.ChromeOptions())

    def start_session(self, capabilities, browser_profile=None):
        self.session_id, self.caps = self.known, {}


def start(folder):
    options = webdriver.ChromeOptions()
    for argument in (f"--user-data-dir={folder}", *ARGUMENTS):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Page:
    """Each has a tab of its own: in the browser that BROWSER names, or in a new one."""

    def __init__(self, path, script=True, scheme="light"):
        self.path, self.script, self.scheme = os.path.abspath(path), script, scheme

    def __enter__(self):
        self.folder = None
        if "BROWSER" in os.environ:
            self.driver = Attached(*os.environ["BROWSER"].split())
        else:
            # Neither the user's browser nor what another test has left.
            self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            self.driver = start(self.folder.name)
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def open(self):
        self.first = self.driver.window_handles[0]
        self.driver.switch_to.window(self.first)
        self.driver.switch_to.new_window("tab")
        self.complaints()
        self.driver.get_log("performance")
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": self.scheme}])
        if not self.script:
            self.cdp("Emulation.setScriptExecutionDisabled", value=True)
        began = time.monotonic()
        self.driver.get(f"file://{self.path}")
        self.seconds = time.monotonic() - began
        if self.script:
            assert self.js("return document.documentElement.dataset.ready") == "yes", self.complaints()

    def close(self):
        if self.folder:
            self.driver.quit()
            self.folder.cleanup()
        else:
            self.driver.close()
            self.driver.switch_to.window(self.first)

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                complaints = self.complaints()
                assert not complaints, complaints
                requests = self.requests()
                assert not requests, requests
        finally:
            self.close()

    def cdp(self, command, **parameters):
        return self.driver.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]

    def paper(self):
        """The page as PDF."""
        return base64.b64decode(self.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])

    def complaints(self):
        return self.driver.get_log("browser")

    def requests(self):
        """What the page has asked for, besides itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        # Browsers ask for pages of their own, too.
        mine = [request["request"]["url"] for request in asked if request["documentURL"].startswith("file:")]
        assert mine, "nothing was seen"
        return [url for url in mine if url.partition("#")[0] != f"file://{self.path}"]

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Until what was asked for is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))")

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])]"
                       ".filter(node => !node.closest('[hidden]')).map(node => node.textContent)", selector)

    def press(self, *keys):
        """Keys, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)
        self.settle()

    def search(self, text):
        box = self.one("#search")
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(text or Keys.BACKSPACE)
        self.settle()
        return self.one("#found").text

    def pixels(self):
        """The canvas, as something that is equal if the picture is."""
        return self.js("return document.getElementById('canvas').toDataURL()")

    def shot(self, path):
        self.settle()
        self.driver.save_screenshot(path)


def unpack(packed):
    """Lists of strings, as pagedata.c writes them."""
    lists = []
    for numbers in packed:
        base, rest, items = numbers[0] - 1, iter(numbers[1:]), []
        for number in rest:
            if number >= 0:
                items.append(number)
            else:
                items += lists[base][-number - 1 :][: next(rest)]
        lists.append(items)
    return lists


class Data:
    """What a page holds, without a browser: strings are bytes."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.page = file.read().decode("utf-8")
        elements = re.findall(r'<script type="application/json" id="data">(.*?)</script>', self.page, re.S)
        assert len(elements) == 1, len(elements)
        self.text = elements[0]
        self.raw = json.loads(self.text)
        self.strings = [text.encode() for text in self.raw["strings"]]
        for number, exact in self.raw["exact"].items():
            self.strings[int(number)] = base64.b64decode(exact)
        self.lists = [[self.strings[item] for item in items] for items in unpack(self.raw["lists"])]
        self.processes = self.rows(self.raw["processes"])
        self.programs = self.rows(self.raw["programs"])

    @staticmethod
    def rows(columns):
        assert len({len(column) for column in columns.values()}) == 1
        return [dict(zip(columns, row)) for row in zip(*columns.values())]

    def list(self, number):
        return None if number < 0 else self.lists[number]


if __name__ == "__main__":
    browser = start(sys.argv[1])
    try:
        print(browser.service.service_url, browser.session_id, flush=True)
        sys.stdin.read()
    finally:
        browser.quit()
