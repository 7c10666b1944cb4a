"""What a reviewer reruns: the code, params.yaml, the locked versions and made-up data, in a folder of an archive.

Nothing here was in a row. A study of the built-in simulation makes its own data again; of any other, stand-in data take the
place of the raw files, and what params.yaml says of those (headers, codes, patterns of ids) stays out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

from pipeline.base.errors import DisclosureError
from pipeline.base.params import Params, validate
from pipeline.base.yaml_text import parse
from pipeline.ingest.written import Written, problems_of, told_by, told_by_instrument
from pipeline.measures.instrument import Instrument
from pipeline.project.io import IGNORED
from pipeline.project.package import CARRIED, CODE, HERE, project_files
from pipeline.simulate.stand_in import FOLDER, OWN_PRIVACY, stand_in
from pipeline.start.template import OPEN, TRIED

BUILT_IN = "data/raw/simulated"
INSIDE = "rerun"
DVC_IGNORED = "/config.local\n/tmp\n/cache\n"
CARRIED_ON = ("dvc.yaml", "requirements.lock", ".dvcignore")  # .dvc/config may name somebody's remote
CONFIG = (
    "[core]\n    analytics = false\n    check_update = false\n    autostage = false\n    site_cache_dir = data/.site_cache\n"
)
STUDY = "# make study: the whole way, from an empty machine to the report.\nstudy:\n\t@{python} -m pipeline study\n"
ROOT_MAKE = "# make study: runs the code that made this release.\nstudy:\n\t@$(MAKE) -C rerun study\n.PHONY: study\n"


def rerun_files(
    text: str, params: Params, instruments: Mapping[str, Instrument], own: Mapping[str, str]
) -> dict[str, bytes]:
    """The files of the rerunnable project by name, `rerun/` before each, and the Makefile above them.

    `text`: of params.yaml; `instruments`: by id, on the study's scales; `own`: the study's own instrument files by name.
    DisclosureError where a text of params.yaml seems to hold something of a person.
    """
    data = parse(text)
    assert isinstance(data, dict)
    files = project_files(CARRIED_ON)
    files |= {"lock.json": OPEN, "tries.json": TRIED, "Makefile": STUDY.format(python="python3")}
    for name, content in own.items():
        refuse_personal(told_by_instrument(name, content))
        files[f"instruments/{name}"] = yaml_text(parse(content))
    files |= {"instruments/README.md": "Instruments of this study's own, one YAML file each.\n"}
    files |= {".dvc/config": CONFIG, ".dvc/.gitignore": DVC_IGNORED, "data/.gitignore": IGNORED}
    if params.study.origin != "simulated" or params.sources.directory != BUILT_IN:
        made = stand_in(params, instruments)
        data = _of_stand_in(data, made.sources)
        files |= {f"{FOLDER}/{name}": table.to_csv(index=False, lineterminator="\n") for name, table in made.files.items()}
    refuse_personal(told_by(data))
    files["params.yaml"] = yaml_text(data)
    validate(parse(files["params.yaml"]))
    found = {f"{INSIDE}/{name}": content.encode("utf-8") for name, content in files.items()}
    return {**found, **{f"{INSIDE}/{name}": content for name, content in package_code()}, "Makefile": ROOT_MAKE.encode()}


def package_code() -> Iterator[tuple[str, bytes]]:
    """The package's own files: code, templates and the shipped instruments."""
    for path in sorted(HERE.rglob("*")):
        if path.suffix in CODE and path.is_file() and CARRIED not in path.parents and not path.is_symlink():
            yield f"pipeline/{path.relative_to(HERE).as_posix()}", path.read_bytes()


def refuse_personal(texts: Iterable[Written]) -> None:
    """DisclosureError names every text that `check` would refuse, for what was written since."""
    if problems := list(problems_of(texts)):
        raise DisclosureError(problems)


def _of_stand_in(data: dict[str, object], sources: dict[str, object]) -> dict[str, object]:
    """params.yaml over made-up files: never called real, and silent about the files that are."""
    study, privacy = data["study"], data["privacy"]
    assert isinstance(study, dict)
    assert isinstance(privacy, dict)
    kept = {key: value for key, value in privacy.items() if key not in OWN_PRIVACY}
    return {**data, "study": {**study, "origin": "simulated"}, "sources": sources, "privacy": kept}


def yaml_text(data: object) -> str:
    """Plain data as YAML without comments: what somebody wrote beside a key is theirs."""
    import ruamel.yaml

    writer = ruamel.yaml.YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 120
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    sink = io.StringIO()
    writer.dump(data, sink)
    text = sink.getvalue()
    return text if parse(text) == data else _as_json(data)


def _as_json(data: object) -> str:
    """JSON is YAML, too: for what the other writer would not give back as it was."""
    import json

    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
