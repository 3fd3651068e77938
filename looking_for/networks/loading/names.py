"""What the name of an array says: which layer it is of, and what it is there."""

import re
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What an array is in its layer."""

    WEIGHT = "weight"
    BIAS = "bias"
    SCALE = "scale"  # of a normalisation: γ
    MEAN = "mean"
    VARIANCE = "variance"
    COUNT = "count"  # of batches, by a normalisation
    UNKNOWN = "unknown"


WORDS = {
    Role.WEIGHT: ("weight", "weights", "kernel", "coef", "coefs", "w"),
    Role.BIAS: ("bias", "biases", "intercept", "intercepts", "b", "beta"),
    Role.SCALE: ("gamma", "scale"),
    Role.MEAN: ("running_mean", "moving_mean", "mean"),
    Role.VARIANCE: ("running_var", "moving_variance", "running_variance", "var", "variance"),
    Role.COUNT: ("num_batches_tracked",),
}
ROLES = {word: role for role, words in WORDS.items() for word in words}
LONGEST_FIRST = "|".join(sorted(ROLES, key=len, reverse=True))
AT_END = re.compile(rf"(?:(.*?)[./_-])?({LONGEST_FIRST})(?:[._-]?(\d+))?", re.IGNORECASE)
AT_START = re.compile(rf"({LONGEST_FIRST})[./_-](.+)", re.IGNORECASE)
SHORT = re.compile(r"([Ww]|b)([a-z]\w*|\d\w*)")  # Wh and bh, W1 and b1
MAX_SHORT = 3  # letters: "body" is no bias of a layer "ody"
COLLECTION = re.compile(r"^(params|batch_stats)[./]")  # Flax keeps a layer's arrays in two places
NUMBER = re.compile(r"\d+")


class ArrayName(NamedTuple):
    """layer: what arrays of one layer share; role: what this one is there."""

    layer: str
    role: Role


def parse_name(name: str) -> ArrayName:
    """Take an array's name apart.

    Examples
    --------
    >>> parse_name("dense/kernel:0").layer, str(parse_name("dense/kernel:0").role), str(parse_name("body_in").role)
    ('dense', 'weight', 'unknown')
    """
    plain = COLLECTION.sub("", name.removesuffix(":0"))
    if match := AT_END.fullmatch(plain):
        layer = ".".join(part for part in (match[1], match[3]) if part)
        return ArrayName(layer, ROLES[match[2].lower()])
    if match := AT_START.fullmatch(plain):
        return ArrayName(match[2], ROLES[match[1].lower()])
    if len(plain) <= MAX_SHORT and (match := SHORT.fullmatch(plain)):
        return ArrayName(match[2], ROLES[match[1].lower()])
    return ArrayName(plain, Role.UNKNOWN)


def numbers_in(layer: str) -> tuple[int, ...]:
    """Give the numbers in a layer's name, in order."""
    return tuple(int(number) for number in NUMBER.findall(layer))


def stem_of(layer: str) -> str:
    """Give a layer's name without its numbers: `dense` of `dense_1`, as of `dense` itself."""
    return NUMBER.sub("", layer).rstrip("._-/")
