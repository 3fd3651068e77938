"""What params.yaml may say: a schema per section, so that a stage depends only on the sections that it reads.

The file is checked whole before any stage begins its work. That check (`whole`) is imported by its name: it
can refuse to go on but cannot change what a stage writes, so no stage runs again when it changes.
"""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from looking_for.core.errors import UserError

PARAMS = Path("params.yaml")


class Section(BaseModel):
    """A mapping that knows its keys: forbid unknown ones and type coercion."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _reject_overview(name: str) -> str:
    """A network's figures are in reports/figures under its name, where there is one folder more."""
    if name == "overview":
        raise PydanticCustomError("taken", "taken")
    return name


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$"), AfterValidator(_reject_overview)]
Seed = Annotated[int, Field(ge=0, le=2**31)]
CountPerClass = Annotated[int, Field(ge=1, le=255)]  # of clusters, or of pictures


def read_params(path: Path = PARAMS) -> dict[str, Any]:
    """Read params.yaml and check all of it; of a study, with the networks that follow from its rules.

    Raises
    ------
    UserError
        If it is missing or not YAML; or for every wrong key, with its value and what is allowed.
    """
    complete: dict[str, Any] = import_module("stages.params.whole").complete_params(read_yaml(path))
    return complete


def read_yaml(path: Path = PARAMS) -> Any:
    """Read params.yaml as it is written; raises UserError where it is missing or not YAML."""
    try:
        return YAML(typ="safe").load(path)
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; run from the project's folder") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{path}: line {line} is not YAML: {error.problem}") from error
