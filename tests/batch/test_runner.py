"""Working through a batch: what is done is kept, what fails is listed, and any executor will do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from mangluoi.batch import Outcome, jobs, run_batch
from mangluoi.errors import InputError
from mangluoi.scenario import Plan

Maker = Callable[[str], Plan]


def statuses(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in outcomes}


def test_one_failure_does_not_stop_the_others(plan: Maker, answered: list[str], tmp_path: Path):
    """A bad input and a bug are told with their reason; the plans around them are answered, in order."""
    outcomes = run_batch(map(plan, ["a", "sai", "vo", "b"]), tmp_path)
    assert statuses(outcomes) == {"a": "done", "sai": "failed", "vo": "failed", "b": "done"}
    assert outcomes[1].complaints[0].problem == "missing_file"
    assert outcomes[2].error == "ZeroDivisionError: một lỗi của chương trình"
    assert answered == ["a", "sai", "vo", "b"]


def test_what_is_done_is_kept(plan: Maker, answered: list[str], tmp_path: Path):
    """A second batch answers only what failed or is new."""
    run_batch(map(plan, ["a", "sai"]), tmp_path)
    answered.clear()
    outcomes = run_batch(map(plan, ["a", "sai", "b"]), tmp_path)
    assert statuses(outcomes) == {"a": "kept", "sai": "failed", "b": "done"}
    assert answered == ["sai", "b"]
    assert outcomes[0].told["totals"][0]["need"] == 100


def test_what_has_changed_is_answered_again(plan: Maker, answered: list[str], tmp_path: Path):
    """Another plan of the name, another language, a file that is gone, or a broken note: all are done anew."""
    run_batch([plan("a")], tmp_path)
    answered.clear()
    run_batch([plan("a").replace(as_of="2020-01-01")], tmp_path)
    run_batch([plan("a").replace(as_of="2020-01-01")], tmp_path, lang="en")
    (tmp_path / "a" / "bao-cao.html").unlink()
    run_batch([plan("a").replace(as_of="2020-01-01")], tmp_path, lang="en")
    (tmp_path / ".mangluoi" / "a.json").write_text("{")
    run_batch([plan("a").replace(as_of="2020-01-01")], tmp_path, lang="en")
    run_batch([plan("a").replace(as_of="2020-01-01")], tmp_path, lang="en", again=True)
    assert answered == ["a"] * 5


def test_an_input_file_that_changed_is_answered_again(plan: Maker, answered: list[str], tmp_path: Path):
    """The key follows the content of the workbook, not its name or date."""
    book = tmp_path / "so-lieu.xlsx"
    given = plan("a")
    asked = given.replace(inputs=given.inputs.__class__(workbook=str(book)))
    for content in ("một", "một", "hai"):
        book.write_text(content)
        run_batch([asked], tmp_path / "out")
    assert answered == ["a", "a"]


def test_any_executor_works(plan: Maker, answered: list[str], tmp_path: Path):
    """Threads do as well as processes, and the outcomes stand in the order of the plans."""
    seen = []
    with ThreadPoolExecutor(3) as threads:
        outcomes = run_batch(
            map(plan, "abcdef"), tmp_path, executor=threads, progress=lambda _, n, of: seen.append((n, of))
        )
    assert [outcome.name for outcome in outcomes] == list("abcdef")
    assert set(answered) == set("abcdef")
    assert seen == [(n, 6) for n in range(1, 7)]


@pytest.mark.usefixtures("answered")
def test_a_broken_executor_loses_only_what_it_held(plan: Maker, tmp_path: Path):
    """What was finished before an executor broke is kept, the rest is listed as failed."""

    class Fragile(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            if args[0][0].plan.name == "c":
                raise BrokenProcessPool("vỡ")
            return super().submit(fn, *args, **kwargs)

    with Fragile(1) as fragile:
        outcomes = run_batch(map(plan, "abcd"), tmp_path, executor=fragile)
    assert {o.name for o in outcomes if o.status == "failed"} >= {"c", "d"}
    assert statuses(run_batch(map(plan, "abcd"), tmp_path))["d"] in ("done", "kept")


def test_two_plans_for_one_folder_are_refused(plan: Maker, answered: list[str], tmp_path: Path):
    """Names that one file system or another takes for the same are complained of before anything runs."""
    with pytest.raises(InputError) as caught:
        run_batch(map(plan, ["A", "a", "tong-hop"]), tmp_path)
    assert [c.value for c in caught.value.complaints] == ["a", "tong-hop"]
    assert answered == []


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    "name", ["../../x", "CON", "nul.txt", "a/b\\c", "\0", "x" * 300, "🌾 ổi", " ..", '=HYPERLINK("x")']
)
def test_a_name_never_leads_out_of_the_folder(plan: Maker, tmp_path: Path, name: str):
    """Whatever a plan is called, its outputs stay in one folder below that of the batch."""
    if not name.strip(" .\0-"):
        assert run_batch([plan("a"), plan("b")], tmp_path)
        with pytest.raises(InputError):
            run_batch([plan(name)], tmp_path)
        return
    (outcome,) = run_batch([plan(name)], tmp_path)
    assert outcome.status == "done", outcome.error
    assert Path(outcome.place).parent == tmp_path
    assert Path(outcome.place).stem.casefold() not in ("con", "nul")


@pytest.mark.usefixtures("answered")
def test_plans_about_the_same_people_are_masked_together(plan: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Plans of one province are disclosed as one, whatever stands between; what is done counts only with the others."""
    together: list[list[str]] = []

    def disclose(plans, **_):
        together.append([one.name for one in plans])
        return plans

    monkeypatch.setattr(jobs, "disclose_together", disclose)
    first, other = plan("a"), plan("b")
    second, broken = first.replace(name="c"), first.replace(name="sai")
    outcomes = run_batch([first, other, second, broken], tmp_path)
    assert statuses(outcomes) == {"a": "done", "b": "done", "c": "done", "sai": "failed"}
    assert together == [["a", "c"], ["b"]]
    again = run_batch([first, other, second], tmp_path)
    assert statuses(again) == {"a": "done", "b": "kept", "c": "done"}
    assert set(statuses(run_batch([second, other, first], tmp_path)).values()) == {"kept"}
    # Another scenario of the same people hides and shows other figures: so must the first one's report.
    changed = run_batch([first, second.replace(budget_vnd=1.0)], tmp_path)
    assert statuses(changed) == {"a": "done", "c": "done"}


def test_a_job_travels_light(plan: Maker, tmp_path: Path):
    """A job is a question and paths: a few kilobytes, however large the network that it needs."""
    import pickle

    assert len(pickle.dumps(jobs.Job(plan("a"), tmp_path))) < 4_000
