"""Does the project speak plain words? `python -m tools.words [files]` names private ones, and what to say.

Names are compared whole, where they are bound (assignment, parameter, function, class, field), never in
comments or strings. Phrases are sought in comments, docstrings, templates, YAML and Markdown. An exception
is in the line: `# words: ok, <why>`.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

OK = re.compile(r"words: ok, \S")
PROSE = (".md", ".j2", ".yaml", ".yml")
EXEMPT = ("CHANGELOG.md", "tools/words.py", "tests/tools/test_words.py")

NAMES = {
    "found": "stats, match, result", "said": "logits, scores, prototypes", "made": "the thing",
    "asked": "train, requested", "begun": "start", "judging": "validation", "learned": "train",
    "apart": "split", "told": "describe_…", "Told": "describe_…", "tell": "summarise_…",
    "own": "custom, itself", "there": "mask, exists", "along": "projected, course", "passed": "forward",
    "travelled": "distance", "hold": "run_…", "whole": "atomic_write", "reading": "translate_errors",
    "looked_at": "subset", "uses": "assign_…", "seeing": "restrict_…", "may_lack": "allow_nan",
    "unusual": "non_default_…", "hero": "featured", "in_order": "ordered_…", "laid_out": "materialise",
    "some_of_each": "stratified_…", "Made": "RungInputs", "StandIn": "Surrogate", "Known": "FitInputs",
    "Entrant": "FittedPair", "Apart": "ContenderProcess", "Siblings": "SeedReplicates",
    "Watcher": "EpochCallback", "Probe": "TrainingPass", "Moment": "SnapshotMeasures",
    "Moments": "Covariances", "Facts": "NetworkResults", "NOTHING": "ZERO_SUMS, TINY",
    "SAID": "LABELLED", "BENT": "SMOOTH", "STRAIGHT": "PIECEWISE_LINEAR", "LOOKS": "N_CHECKPOINTS",
    "POINTED": "N_MARGIN_IMAGES",
}  # fmt: skip
PREFIXES = {"MOST_": "MAX_", "LEAST_": "MIN_"}
FUNCTIONS = {
    "of", "find", "draw", "load", "check", "one", "make", "table", "spread", "shares", "numbered",
}  # fmt: skip

PHRASES = {
    r"(pictures?|clusters?|maps?|rows?|bias|gain|column|number|\d+|one|two|three|ten) an? "
    r"(class|layer|network|unit)\b": "per class, …",
    r"unless said": "default: …", r"made elsewhere": "imported", r"\b(is|are) right on\b": "gets … right",
    r"pictures in all\b": "pictures in total",
    r"\bis no (network|stage|name|chain|more(?! than))\b": "is not a …, was removed",
    r"\btold by\b": "distinguished by", r"\blies? in files?\b": "is stored",
    r"\bhangs? on the\b": "depends on", r"begun as\b": "started from",
    r"\berrs? with (it|them)\b": "makes the same mistake", r"explained of\b": "the share explained is",
    r"first lengths": "relative distance", r"a way of packing": "compression method",
    r"the system refuses": "system error", r"own books": "overhead",
    r"\bA UserError (unless|says)": "Raises",
}  # fmt: skip


class Hit(NamedTuple):
    """A word that is not to be used, where it is, and what to say."""

    place: str
    word: str
    instead: str


def main() -> None:
    paths = [Path(name) for name in sys.argv[1:]] or tracked_files()
    hits = [hit for path in paths if not path.as_posix().startswith(EXEMPT) for hit in check_file(path)]
    if not sys.argv[1:]:
        hits += repeated_classes([path for path in paths if path.parts[0] == "looking_for"])
    if hits:
        sys.exit("\n".join(f"{h.place}: {h.word!r}: say {h.instead}" for h in hits))


def tracked_files() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    return [path for name in names.splitlines() if (path := Path(name)).is_file()]


def check_file(path: Path) -> list[Hit]:
    """Find the private words of a file; none of a kind that is not checked."""
    if path.suffix == ".py":
        text = path.read_text(encoding="utf-8")
        hits = chain(check_names(text), check_phrases(comments_and_docstrings(text)))
    elif path.suffix in PROSE and "reports" not in path.parts:
        text = path.read_text(encoding="utf-8")
        hits = chain(check_phrases(enumerate(text.splitlines(), start=1)))
    else:
        return []
    lines = text.splitlines()
    return [Hit(f"{path}:{n}", word, say) for n, word, say in hits if not OK.search(lines[n - 1])]


def check_names(text: str) -> Iterator[tuple[int, str, str]]:
    """Find the private names that a module binds: line, name and what to say."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        name = bound_name(node)
        if name in NAMES:
            yield node.lineno, name, NAMES[name]  # type: ignore[attr-defined]  # all that bind have one
        for prefix, better in PREFIXES.items():
            if name and name.startswith(prefix):
                yield node.lineno, name, better + "…"  # type: ignore[attr-defined]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS:
            yield node.lineno, node.name, "a verb and a noun"


def bound_name(node: ast.AST) -> str | None:
    """Give the name that a node binds, if it binds one."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return node.attr
    return node.asname if isinstance(node, ast.alias) else None


def comments_and_docstrings(text: str) -> Iterator[tuple[int, str]]:
    """Give each line of a module's comments and docstrings with its number."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            string = node.body[0]
            yield from enumerate(text.splitlines()[string.lineno - 1 : string.end_lineno], string.lineno)


def check_phrases(lines: Iterator[tuple[int, str]] | enumerate[str]) -> Iterator[tuple[int, str, str]]:
    """Find the private phrases of lines of prose."""
    for number, line in lines:
        for phrase, better in PHRASES.items():
            if match := re.search(phrase, line, re.IGNORECASE):
                yield number, match[0], better


def repeated_classes(paths: list[Path]) -> list[Hit]:
    """Find class names that the library defines twice."""
    first: dict[str, Path] = {}
    hits = []
    for path in (p for p in paths if p.suffix == ".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and first.setdefault(node.name, path) != path:
                hits.append(Hit(f"{path}:{node.lineno}", node.name, f"another name: {first[node.name]} has it"))
    return hits


if __name__ == "__main__":
    main()
