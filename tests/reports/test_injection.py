"""Text that attacks, through every output: shown as text, nothing executed, nothing asked for, nothing lost.

Every page opens in one Chromium; what a page says on its console, every dialog and every request counts.
"""

from __future__ import annotations

import dataclasses
import io
import re
import sqlite3
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chromium import Browser, Page
from mangluoi import maps
from mangluoi.batch import Outcome, write_summary
from mangluoi.batch.jobs import Job
from mangluoi.errors import Complaint, PlanError
from mangluoi.reports import brief, comparing, folders, pages, review
from mangluoi.reports.document import document
from mangluoi.reports.workbook import workbook
from mangluoi.scenario import locating
from mangluoi.scenario.disclosure import Disclosed

#: What a reader's text may hold: markup, scripts, templates, formulas, paths, names that Windows keeps for itself.
PAYLOADS = {
    "markup": "<img src=http://evil.example/x onerror=window.PWNED=1><b>đậm",
    "script": "</script><script>window.PWNED=1;alert(1)</script>",
    "svg": "<svg onload=window.PWNED=1></svg><iframe src=http://evil.example></iframe>",
    "attribute": '" onmouseover="window.PWNED=1" \' onfocus=\'window.PWNED=1\' autofocus x="',
    "backtick": "`;window.PWNED=1;//`${window.PWNED=1}",
    "escape": "\\u003cscript\\u003ewindow.PWNED=1\\u003c/script\\u003e \\",
    "jinja": "{{7*7}}{% for a in b %}{# ghi chú #}{{ this.__class__ }}",
    "formula": '=HYPERLINK("http://evil.example","bấm")',
    "command": "+cmd|' /C calc'!A0 -2+3 @SUM(A1)",
    "path": "../../etc/tệp\\..\\..\\con.txt",
    "control": "điều\x00khiển\x07\x1f\u2028\u2029\u200e",
    "long": "Xã " + "rất dài " * 38,
    "emoji": "Xã 🌾👩‍👩‍👧 ổi",
    "reserved": "CON",
}
FIND_ALL = (
    "document.querySelectorAll('.atlas-mark, .atlas-sites button, .atlas-found button').forEach((b) => b.click())"
)


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """Return one window for all pages."""
    with browser.page() as page:
        yield page


def plain(text: str) -> str:
    """Return text as it can be compared: what no page can show (controls), and how blanks stand, do not count."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        c for c in composed if unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Zs") and c != "\ufffd"
    )


def harm(window: Page, content: str, folder: Path, *payloads: str, then: str = "0") -> list[object]:
    """Open a page, click through it, and return what it runs, asks for, loses of the texts or fills in."""
    window.open(content, folder).run(then)
    found: list[object] = [*window.said, *window.asked]
    if window.run("typeof window.PWNED") != "undefined":
        found.append("a text was run")
    shown = plain(window.run("document.body.textContent") + window.run("document.title"))
    found += [f"lost: {payload}" for payload in payloads if plain(payload) not in shown]
    return found + re.findall(r"(?<!\d)4949|__main__|<class", shown)


def hostile(make: Callable[..., Disclosed], payload: str) -> Disclosed:
    """Return the made-up village with a text everywhere: names, notes, addresses, title, actions."""
    d = make(payload)
    return dataclasses.replace(
        d,
        plan=d.plan.replace(name=payload),
        province_name=f"Tỉnh {payload}",
        units=d.units.assign(name=[payload, "Phường Hai", f"Xã {payload}"]),
        actions=d.actions.assign(name=payload, unit_name=payload, instead=payload),
    )


@pytest.mark.browser
def test_what_acts_is_seen(window: Page, tmp_path: Path) -> None:
    """The checks of this file find a page that runs its text, loses it or fills it in, and a workbook that computes."""
    bad = "<html><body><script>window.PWNED=1; console.error('x')</script>4949</body></html>"
    found = harm(window, bad, tmp_path, "Xã Một")
    assert {"a text was run", "lost: Xã Một", "4949"} <= {str(one) for one in found}
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    stream = io.BytesIO()
    book.save(stream)
    assert _harm_in_workbook(stream.getvalue(), ["Xã Một"])[0] == "=1+1"


def test_groups_and_services_are_a_closed_list(make: Callable[..., Disclosed]) -> None:
    """Their ids become names of files and keys of words: a plan with others is refused."""
    rule = dataclasses.replace(make().plan.needs[0], group=PAYLOADS["path"])
    with pytest.raises(PlanError, match="not one of the known values"):
        make().plan.replace(needs=(rule,))


@pytest.fixture(scope="module")
def village() -> Callable[[Callable[..., Disclosed], str], Disclosed]:
    """Return the maker of hostile villages, each made once."""
    made: dict[str, Disclosed] = {}

    def of(make: Callable[..., Disclosed], payload: str) -> Disclosed:
        return made.setdefault(payload, hostile(make, payload))

    return of


each = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)


@pytest.mark.browser
@each
def test_no_page_acts(
    window: Page, make: Callable[..., Disclosed], village: Callable[..., Disclosed], tmp_path: Path, payload: str
) -> None:
    """The map, the report, the comparison, what changed between two plans: every page of a hostile plan."""
    d = village(make, payload)
    other = dataclasses.replace(d, plan=d.plan.replace(name=f"{payload} 2", title=payload * 2))
    assert harm(window, maps.atlas(d).html(), tmp_path, payload, then=FIND_ALL) == []
    assert harm(window, pages.page(d), tmp_path, payload) == []
    story = comparing.comparison_story([d, other])
    assert harm(window, pages.paper(story, payload, lang="vi", internal=False), tmp_path, payload) == []
    story = comparing.difference_story(d, other)
    assert harm(window, pages.paper(story, payload, lang="vi", internal=False), tmp_path, payload) == []


@pytest.mark.browser
def test_the_summary_of_a_batch_does_not_act(
    window: Page, make: Callable[..., Disclosed], village: Callable[..., Disclosed], tmp_path: Path
) -> None:
    """All hostile plans in one summary, answered and failed, its tables and its page."""
    done = [
        Outcome(p, "done", told={**brief.brief(village(make, p)), "province_vintage": "2025-06-30"})
        for p in PAYLOADS.values()
    ]
    failed = []
    for p in PAYLOADS.values():
        complaint = Complaint("not_in_list", file=p, sheet=p, column=p, value=p, details={"nearest": p})
        failed.append(Outcome(f"{p} 2", "failed", complaints=(complaint,), error=p))
    place = write_summary([*done, *failed], tmp_path)
    shown = (place / "tong-hop.html").read_text(encoding="utf-8")
    assert harm(window, shown, tmp_path, *PAYLOADS.values()) == []
    assert _harm_in_workbook((place / "tong-hop.xlsx").read_bytes(), list(PAYLOADS.values())) == []


@pytest.fixture(scope="module")
def located(tmp_path_factory: pytest.TempPathFactory) -> locating.Located:
    """Return a list of hostile names and addresses, in a file with a hostile name, after it was located."""
    place = tmp_path_factory.mktemp("ds") / "=1+1 <img src=x onerror=alert(1)> `${7}` {{7*7}}.csv"
    rows = [
        {"Mã địa điểm": f"M{i}", "Tên cơ sở": text, "Địa chỉ": f"{text}, xã Không Có, huyện Đô Lương, tỉnh Nghệ An"}
        for i, text in enumerate(PAYLOADS.values())
    ]
    doubt = {"Mã địa điểm": "D", "Tên cơ sở": PAYLOADS["markup"], "Địa chỉ": "xã Đồng Văn, tỉnh Nghệ An"}
    pd.DataFrame([*rows, doubt]).to_csv(place, index=False, encoding="utf-8")
    return locating.locate(place, province="40")


@pytest.mark.browser
def test_the_review_map_does_not_act(window: Page, located: locating.Located, tmp_path: Path) -> None:
    """Each name stands in the list beside the map, or in the popup of its place; none of them acts."""
    page = maps.review_map(located).html()
    window.open(page, tmp_path)
    shown = plain(
        window.run(
            "[...document.querySelectorAll('.atlas-sites button')].map((b) => { b.click(); "
            "return document.body.textContent; }).join(' ')"
        )
    )
    assert (window.said, window.asked) == ([], [])
    assert window.run("typeof window.PWNED") == "undefined"
    assert plain(located.file) in shown
    assert plain(PAYLOADS["markup"]) in shown
    assert len(located.places) == len(PAYLOADS) + 1
    for name in located.places["name"]:
        assert plain(str(name)) in shown


def test_the_review_workbook_does_not_compute(located: locating.Located, tmp_path: Path) -> None:
    """Every name stands in a cell, none as a formula."""
    content = review.write_review(located, tmp_path / "ra-soat.xlsx").read_bytes()
    assert _harm_in_workbook(content, [t for k, t in PAYLOADS.items() if k != "control"]) == []


def _harm_in_workbook(content: bytes, payloads: list[str]) -> list[str]:
    """Return the cells that would be computed or followed, and the texts that are in none."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    found = [cell.value for cell in cells if cell.data_type == "f" or (cell.hyperlink and cell.hyperlink.target)]
    found += [cell.value for cell in cells if cell.value[:1] in "=+-@" and not cell.quotePrefix]
    whole = plain("\n".join(cell.value for cell in cells))
    return found + [f"lost: {payload}" for payload in payloads if plain(payload) not in whole]


@pytest.mark.parametrize(
    "payload",
    [PAYLOADS["formula"], PAYLOADS["command"] + "".join(PAYLOADS.values())],
    ids=["formula", "all"],
)
def test_documents_hold_it_as_text(
    make: Callable[..., Disclosed], village: Callable[..., Disclosed], tmp_path: Path, payload: str
) -> None:
    """In .docx no link and no field comes of it, in .xlsx no formula; in the layers it stands as it was given."""
    d = village(make, payload)
    with zipfile.ZipFile(io.BytesIO(document(d, []))) as parts:
        body = ET.fromstring(parts.read("word/document.xml"))
        links = parts.read("word/_rels/document.xml.rels").decode()
    assert plain(payload) in plain("".join(body.itertext()))
    assert "evil.example" not in links
    assert _harm_in_workbook(workbook(d), [payload]) == []
    place = maps.write_geopackage(d, tmp_path / "a.gpkg")
    with closing(sqlite3.connect(place)) as file:
        names = [row[0] for row in file.execute("select ten from xa_phuong")]
        qml = [row[0] for row in file.execute("select styleQML from layer_styles")]
    assert any(plain(payload) in plain(name) for name in names)
    for style in qml:
        ET.fromstring(style)


@pytest.mark.parametrize("payload", ["".join(list(PAYLOADS.values())[:11])], ids=["many"])
def test_drawings_hold_no_markup(make: Callable[..., Disclosed], payload: str) -> None:
    """An SVG sheet is well-formed, without scripts, handlers or addresses; its title is the text."""
    sheets = [*maps.print_maps(hostile(make, payload))]
    for sheet in sheets[:2]:
        root = ET.fromstring(sheet.svg())
        for element in root.iter():
            assert not element.tag.endswith(("script", "foreignObject", "image"))
            assert not [name for name in element.attrib if name.startswith("on")]
            assert not [v for n, v in element.attrib.items() if n.endswith("href") and not v.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+", sheet.name) for sheet in sheets)


@each
def test_names_of_files_are_safe(make: Callable[..., Disclosed], tmp_path: Path, payload: str) -> None:
    """A plan's folder is one component below the folder of the batch, and every system can hold it."""
    place = Job(make().plan.replace(name=payload), tmp_path).place
    assert place.parent == tmp_path
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', place.name)
    assert place.name.split(".")[0].upper() not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT1")
    assert len(place.name.encode()) <= 255
    assert folders.file_name(place.name) == place.name
    with folders.replacing(place) as fresh:
        folders.mark(fresh, {})
    assert folders.intact(place)
