#!/usr/bin/env python3
"""Opens pages of `balloonsim report` in Chromium, points, types and prints, and looks at what the browser says.

BALLOONSIM names the program. Needs Debian's chromium, chromium-driver and python3-selenium (`make test-report`).
"""

import base64
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ["BALLOONSIM"]
LARGEST = 2_000_000
checks = {"passed": 0, "failed": 0}


def check(what, holds, seen=""):
    checks["passed" if holds else "failed"] += 1
    if not holds:
        print(f"FAILED: {what}: {seen}")


def balloonsim(*words):
    result = subprocess.run([PROGRAM, *words], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"balloonsim {' '.join(words)}: exit code {result.returncode}: {result.stderr}")
    return result.stdout


def browser(dark=False):
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1000,900"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options)
    if dark:
        media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    return driver


def open_page(driver, page):
    driver.get(page.as_uri())
    said = [entry["message"] for entry in driver.get_log("browser")]
    check(f"{page.name}: the console is empty", not said, said)
    requests = [
        json.loads(entry["message"])["message"]["params"]["request"]["url"]
        for entry in driver.get_log("performance")
        if json.loads(entry["message"])["message"]["method"] == "Network.requestWillBeSent"
    ]
    others = [url for url in requests if not url.startswith(("file:", "data:"))]
    check(f"{page.name}: asks no network", not others, others)
    check(f"{page.name}: is below 2 MB", page.stat().st_size < LARGEST, page.stat().st_size)


def headings(driver):
    return [element.text for element in driver.find_elements(By.CSS_SELECTOR, "h2")]


def numbers(text):
    return [float(word.replace(",", "")) for word in re.findall(r"-?[\d,]*\d(?:\.\d+)?", text)]


def points(driver, database):
    """The read-out of the memory chart answers to the pointer, and tells what the database holds."""
    box = driver.find_element(By.CSS_SELECTOR, ".chart[data-source$='-memory']")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
    readout = driver.find_element(By.ID, box.get_attribute("data-source") + "-readout")
    before = readout.text
    ActionChains(driver).move_to_element(box).perform()
    after = readout.text
    check("the read-out answers to the pointer", after != before and "simulated time" in after, after)
    second = numbers(after.split(":")[0])[0]
    row = database.execute(
        "SELECT committed_pages, free_pages, active_anon_pages + inactive_anon_pages FROM ticks "
        "WHERE run_id = 1 AND time_ns = ?",
        (round(second * 1e9),),
    ).fetchone()
    check("the moment read is a tick", row is not None, second)
    for name, pages in zip(("committed", "free", "anonymous"), row or ()):
        shown = numbers(re.search(name + r" ([\d,.]+)", after).group(1))[0]
        check(f"{name} as recorded", abs(shown - pages / 256) <= 0.5, (shown, pages / 256))
    return box, readout


def types(driver, box, readout):
    """Arrows read, plus zooms, 0 shows all."""
    chart = f"balloonsimCharts['{box.get_attribute('data-source')}'].graph"
    whole = driver.execute_script(f"return {chart}.xAxisRange()")
    box.send_keys(Keys.HOME)
    first = readout.text
    box.send_keys(Keys.ARROW_RIGHT)
    check("an arrow reads the next moment", readout.text != first and numbers(first)[0] == 0, first)
    box.send_keys("+")
    zoomed = driver.execute_script(f"return {chart}.xAxisRange()")
    check("plus zooms in", zoomed[1] - zoomed[0] < (whole[1] - whole[0]) * 0.6, zoomed)
    box.send_keys("0")
    check("0 shows all", driver.execute_script(f"return {chart}.xAxisRange()") == whole)
    box.send_keys(Keys.ESCAPE)
    size = box.size
    ActionChains(driver).move_to_element_with_offset(box, -size["width"] // 4, 0).click_and_hold().move_by_offset(
        size["width"] // 2, 0
    ).release().perform()
    dragged = driver.execute_script(f"return {chart}.xAxisRange()")
    check("dragging zooms", dragged[1] - dragged[0] < (whole[1] - whole[0]) * 0.7, dragged)


def reads(driver):
    """What a screen reader and a keyboard need."""
    count = lambda selector: len(driver.find_elements(By.CSS_SELECTOR, selector))
    check("one first heading", count("h1") == 1)
    check("a language", driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en")
    check("every table has a caption", count("table") == count("table > caption") > 0)
    check("every chart has a name", count(".chart") == count(".chart[aria-label]") > 0)
    check("every chart can be reached", count(".chart") == count(".chart[tabindex='0']"))
    check("columns have headings", count("th[scope='col']") > 0 and count("th[scope='row']") > 0)
    driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    check("the first stop leads to the content", driver.switch_to.active_element.get_attribute("href").endswith("#main"))
    ids = driver.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    check("no two elements have the same name", len(ids) == len(set(ids)))


def prints(driver):
    paper = base64.b64decode(driver.print_page())
    check("it prints", paper.startswith(b"%PDF") and len(paper) > 20_000, len(paper))


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        file = folder / "runs.sqlite"
        common = ("--db", str(file), "--quiet")
        balloonsim("run", "Scenarios/compile.yaml", *common)
        balloonsim("run", "Scenarios/two-guests.yaml", "--duration", "10min", *common)
        sweep = ("--vary", "selfballoon_downhysteresis=1,2,4,8", "--vary", "selfballoon_interval=1,5,10")
        balloonsim("sweep", "Scenarios/compile.yaml", *sweep, "--repeat", "2", "--record", "metrics", *common)
        pages = {name: folder / f"{name}.html" for name in ("one", "two", "sweep")}
        balloonsim("report", "1", "-o", str(pages["one"]), *common)
        balloonsim("report", "1", "2", "-o", str(pages["two"]), *common)
        balloonsim("report", "--sweep", "last", "-o", str(pages["sweep"]), *common)
        database = sqlite3.connect(file)

        driver = browser()
        try:
            open_page(driver, pages["one"])
            asked = ["What was asked", "What came out", "Over time", "All figures"]
            check("a run's sections", headings(driver)[:4] == asked, headings(driver))
            check("the worst moment is told", "Worst moments" in headings(driver))
            reads(driver)
            types(driver, *points(driver, database))
            prints(driver)
            open_page(driver, pages["two"])
            check("a chart for each guest and one for all", len(driver.find_elements(By.CSS_SELECTOR, ".chart[data-source$='-memory']")) == 3)
            reads(driver)
            open_page(driver, pages["sweep"])
            reads(driver)
            front = driver.find_element(By.ID, "front-chart")
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", front)
            front.send_keys(Keys.HOME)
            told = driver.find_element(By.ID, "front-readout").text
            check("a dot of the front tells its runs and setting", "runs " in told and "interval=" in told, told)
            cells = driver.find_elements(By.CSS_SELECTOR, "table.heat td")
            check("a map has a cell for every pair, for both figures", len(cells) == 2 * 12, len(cells))
            check("settings to paste", "selfballoon_interval" in driver.find_element(By.ID, "advice").text)
        finally:
            driver.quit()
        driver = browser(dark=True)
        try:
            open_page(driver, pages["one"])
            ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
            check("dark where darkness is wanted", max(numbers(ground)) < 60, ground)
        finally:
            driver.quit()
    print(f"{checks['passed']} passed, {checks['failed']} failed")
    return 1 if checks["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
