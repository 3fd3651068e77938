"""What is wrong with params.yaml, in words: apart from the schemas, so that better words rerun no stage."""

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

REMEDY = "Fix it and run `dvc repro`, which recreates the outputs that DVC removed"
NOT_A_NAME = "not a valid network name: lower-case letters, digits and hyphens, a letter first, and not `overview`"

# The schema's own rules; what breaks one comes with the values that the words need.
RULES = {
    "size_of_two": "it is a height and a width, as in [28, 28], or [] for the images' own",
    "numbers_per_colour": "it is a number, or three of them: of red, green and blue",
    "positive_per_colour": "should be greater than 0",
    "label_of_letters": "a label is letters, digits and signs in one line, with no space at its ends",
    "labelled_twice": "'{label}' is the label of two networks: give one of them another",
    "path_of_nothing": "linear_path needs a hidden layer, and relu, leaky_relu or linear as activation",
    "order_of_clusters": "they must begin with 1 and grow, as in [1, 3, 10]",
    "fitted_without_clusters": "fit.pictures has {number}, but pictures start from the exact maps of as many "
    "clusters: allowed are the numbers of survey.clusters, {allowed}",
    "named_twice": "'{name}' is a name of networks and of models: give one of them another",
    "study_names_twice": "two networks have one name: each sample count, seed and name may be there once",
    "study_without_course": "a study is about what pictures do along the training: it needs "
    "train.snapshots of {least} or more, and epochs in every variant",
    "further_of_another": "study.further has '{name}', which is not, with these keys, a recipe of the grid (as "
    "two-60000) or a variant",
    "challenge_of_nobody": "challenge has '{name}', which is not a network; networks: {networks}",
}


def explain_errors(schema: type[BaseModel], error: ValidationError) -> str:
    """Write every wrong key with its value, what is allowed and what to do, in one line."""
    errors = _without_echoes(schema, error.errors())
    return "; ".join(f"params.yaml: {_line(schema, e)}" for e in errors) + f". {REMEDY}"


def _without_echoes(schema: type[BaseModel], errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """A misspelt key is one mistake, not an unknown key and a missing one."""
    meant = {(*e["loc"][:-1], _nearest(schema, _where(e))) for e in errors if e["type"] == "extra_forbidden"}
    return [e for e in errors if e["type"] != "missing" or e["loc"] not in meant]


def _where(error: ErrorDetails) -> list[str]:
    return [str(part) for part in error["loc"] if part != "[key]"]


def _nearest(schema: type[BaseModel], where: list[str]) -> str | None:
    """The known key that an unknown one is most like, if it is like any."""
    return next(iter(get_close_matches(where[-1], _keys(schema, where[:-1]), 1)), None)


def _line(schema: type[BaseModel], error: ErrorDetails) -> str:
    """One error as `key = value, but …`, with the allowed keys where a key is unknown."""
    where = _where(error)
    key = ".".join(where) or "the file"
    if error["type"] == "missing":
        return f"{key} is missing; needed there: {', '.join(_keys(schema, where[:-1], needed=True))}"
    if error["type"] == "extra_forbidden":
        near = _nearest(schema, where)
        hint = f" (did you mean {near}?)" if near else ""
        known = ", ".join(_keys(schema, where[:-1]))
        return f"{key} = {error['input']!r} is not a known key{hint}; allowed here: {known}"
    if where and error["loc"][-1] == "[key]":
        return f"{key} is {NOT_A_NAME}"
    if error["type"] in RULES:
        reason = RULES[error["type"]].format(**error.get("ctx", {}))
    else:
        reason = error["msg"].removeprefix("Input ")
    if not where:
        return reason
    return f"{key} = {_short(error['input'])}, but {reason[0].lower()}{reason[1:]}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _keys(schema: type[BaseModel], where: list[str], *, needed: bool = False) -> list[str]:
    """The keys that the schema knows, or needs, at a place, such as ["networks", "few"]."""
    section = schema
    for part in where:
        annotation = section.model_fields[part].annotation if part in section.model_fields else None
        inner = [annotation, *getattr(annotation, "__args__", ())]
        models = [a for a in inner if isinstance(a, type) and issubclass(a, BaseModel)]
        if not models:
            break
        section = models[0]
        if len(inner) > 1:  # a mapping from names, one of which comes next
            break
    return [key for key, field in section.model_fields.items() if field.is_required() or not needed]
