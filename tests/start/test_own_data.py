"""docs/own-data.md is run: every recipe on files of its kind, and every key of `sources:` stands in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.base.params import load
from pipeline.base.sources import Checked, Glue, Join, Ordered, RatingSource, Reading
from pipeline.base.yaml_text import parse
from pipeline.ingest.study import named_files
from pipeline.measures.library import shipped
from pipeline.project import runner
from pipeline.start.setup import set_up
from tests.start.made import Made
from tests.start.recipes import MAKERS, files_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(clients=40, sessions=4)


def test_every_recipe_has_its_files_and_every_key_its_line() -> None:
    assert set(RECIPES) == set(MAKERS)
    keys = {name for model in (RatingSource, Reading, Glue, Checked, Join, Ordered) for name in model.model_fields}
    assert not [key for key in keys if f"`{key}`" not in PAGE]


@pytest.mark.parametrize("name", MAKERS)
def test_a_recipe_brings_its_files_in(name: str, made: Made, tmp_path: Path) -> None:
    params = parse((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params |= {"sources": parse(RECIPES[name])["sources"]}
    (tmp_path / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    (tmp_path / "instruments").mkdir()
    (tmp_path / "data/raw/mine").mkdir(parents=True)
    files_of(name, made, tmp_path / "data/raw/mine")
    (tmp_path / "data/interim").mkdir()
    (tmp_path / "data/interim/check.json").write_text("{}", encoding="utf-8")
    (tmp_path / "data/interim/sources.json").write_text("{}", encoding="utf-8")
    written = sorted(path.name for path in (tmp_path / "data/raw/mine").iterdir())
    assert written == named_files(load(json.dumps(params)).sources)
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    tables = json.loads((tmp_path / "data/validated/validate.json").read_text(encoding="utf-8"))["tables"]
    assert tables["sessions"]["rows_out"] == len(made.visits)
    assert tables["ratings_wai_sr"]["rows_out"] == sum("wai_1" in visit for visit in made.visits)
    if "advocacy" in tables:
        assert tables["advocacy"]["rows_out"] == len(made.episodes)


@pytest.mark.parametrize("name", MAKERS)
def test_start_proposes_what_the_recipe_says(name: str, made: Made, tmp_path: Path) -> None:
    """The proposal maps the same columns of the same files as the recipe written by hand, but for what a person must say."""
    from pipeline.prepare.reading import read_identified
    from pipeline.start.questions import Interview

    files_of(name, made, tmp_path)
    tables = {}
    for number, path in enumerate(sorted(tmp_path.iterdir()), start=1):
        table, problems = read_identified(number, path.suffix.lstrip("."), path.read_bytes())
        assert table is not None, problems
        tables[path.name] = table
    given = {"sessions.attendance": "1=attended 2=no_show", "advocacy.mode": "1=joint 2=worker_solo", "all_attended": "yes"}
    by_hand = parse(RECIPES[name])["sources"]
    found = set_up(tables, "data/raw/mine", Interview(given, None), shipped()).sources()
    assert found.get("read") == by_hand.get("read")
    for table, source in by_hand["tables"].items():
        assert found["tables"][table]["file"] == source["file"]
        needed = {"client_id", "worker_id", "day", "mode", "attendance"} & set(source["columns"])
        columns = found["tables"][table]["columns"]
        assert {key: columns[key] for key in needed} == {key: source["columns"][key] for key in needed}
    rating, proposed = by_hand["ratings"]["wai_sr_client"], found["ratings"]["wai_sr_client"]
    assert [proposed.get(key) for key in ("file", "items", "scores", "wide")] == [
        rating.get(key) for key in ("file", "items", "scores", "wide")
    ]
