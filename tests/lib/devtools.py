# SPDX-License-Identifier: ISC
"""The developer tools of Chromium, in a browser without a window, and what their
Performance panel makes of a trace.

with DevTools() as tools: ... ends with an error if they have complained.
"""
import tempfile

from page import ARGUMENTS
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# Threads with their slices, as the importer of the panel has them.
IMPORT = """
    const {Handlers, TraceModel} = await import("./models/trace/trace.js");
    const model = TraceModel.Model.createWithAllHandlers();
    await model.parse(JSON.parse(text).traceEvents);
    const {data} = model.parsedTrace();
    const depth = (nodes) => nodes.size && 1 + Math.max(...[...nodes].map((node) => depth(new Set(node.children))));
    return {
        generic: data.Meta.traceIsGeneric,
        processes: [...data.Meta.processNames].map(([pid, event]) => [pid, event.args.name]),
        threads: Handlers.Threads.threadsInTrace(data).map((thread) => ({
            pid: thread.pid, tid: thread.tid, name: thread.name, depth: depth(thread.tree.roots),
            slices: thread.entries.map(({ts, dur, name, cat, args}) => ({ts, dur, name, cat, args})),
        })),
    };
"""

# The panel shows a trace, a lane for each thread, and tells about one slice. Nothing
# else is in the way.
SHOW = """
    const {TimelinePanel, TimelineSelection} = await import("./panels/timeline/timeline.js");
    const {TraceBounds} = await import("./services/trace_bounds/trace_bounds.js");
    const panel = TimelinePanel.TimelinePanel.instance();
    const frame = () => new Promise(requestAnimationFrame);
    await panel.loadFromFile(new File([text], "trace.json"));
    while (!panel.hasActiveTrace())
        await frame();
    const elements = (root) => [...root.querySelectorAll("*")].flatMap(
        (element) => [element, ...(element.shadowRoot ? elements(element.shadowRoot) : [])]);
    for (const button of elements(document).filter((element) => element.localName === "button"))
        if (["Hide sidebar", "Close"].includes(button.ariaLabel) && button.getClientRects().length)
            button.click();
    // What has gone gives its place to the others in steps.
    for (let i = 0; i < 60; i++)
        await frame();
    const view = panel.getFlameChart();
    view.getMainFlameChart().toggleGroupExpand(0);
    const bounds = TraceBounds.BoundsManager.instance();
    const {min} = bounds.state().micro.entireTraceBounds;
    bounds.setTimelineVisibleWindow({min, max: min + range, range}, {shouldAnimate: false});
    const data = view.getMainDataProvider();
    for (let i = 0; i < data.timelineData().entryLevels.length; i++) {
        const slice = data.eventByIndex(i);
        if (slice.args.id === id) {
            panel.select(TimelineSelection.selectionFromEvent(slice));
            break;
        }
    }
    await frame();
    await frame();
"""


class DevTools:
    def __enter__(self):
        options = webdriver.ChromeOptions()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        for argument in (f"--user-data-dir={self.folder.name}", *ARGUMENTS):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        try:
            self.driver.set_script_timeout(60)
            self.driver.get("devtools://devtools/bundled/devtools_app.html?panel=timeline")
        except BaseException:
            self.close()
            raise
        return self

    def close(self):
        self.driver.quit()
        self.folder.cleanup()

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                complaints = [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
                assert not complaints, complaints
        finally:
            self.close()

    def run(self, script, *arguments):
        """The result of a script that may wait; arguments are text, range, id."""
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            f"(async (text, range, id) => {{ {script} }})(...arguments)"
            ".then((value) => done({value}), (error) => done({error: `${error.stack}`}))", *arguments)
        assert "error" not in result, result["error"]
        return result.get("value")

    def read(self, path):
        """A trace, as the importer of the Performance panel has it."""
        with open(path, encoding="utf-8") as file:
            return self.run(IMPORT, file.read())

    def show(self, path, seconds, id):
        """The first seconds of a trace, and more of the slice with that id."""
        with open(path, encoding="utf-8") as file:
            self.run(SHOW, file.read(), seconds * 1e6, id)
