"""A policy file as a `Policy`, or everything that keeps it from being one."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from models.policy import Policy
from policies.reading.partial import Partial, readable_part
from policies.reading.problems import Gravity, Problem, in_order
from policies.reading.shape import complaint, complaints_of_empty_lists
from policies.reading.tree import Loc, Tree, path_words, read_tree
from policies.reading.unspecified import AS_WRITTEN, ReadValues, without_open_places

LARGEST_BYTES = 1024 * 1024
"""The largest policy file. No policy that people maintain by hand is larger."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of reading a file: the policy, or the problems; `tree` knows all positions.

    `partial` is the readable part of a policy that cannot be read as a whole. `read_values` holds
    the values read as a policy, and what it leaves open or does without.
    """

    file: str
    source: bytes
    policy: Policy | None
    problems: tuple[Problem, ...]
    tree: Tree
    partial: Partial | None = None
    read_values: ReadValues = AS_WRITTEN

    def problem(
        self,
        loc: Loc,
        what: str,
        instead: str,
        *,
        key: bool = False,
        level: Gravity = Gravity.ERROR,
    ) -> Problem:
        """A problem of this file at `loc`; with `key`, at its key rather than its value."""
        line, column = self.tree.place(loc, key=key)
        return Problem(self.file, line, column, path_words(loc), what, instead, level)


def load_policy(path: Path | str) -> Loaded:
    """Read a policy file. Raises nothing: `problems` holds whatever is wrong."""
    return policy_of_values(read_document(path))


def read_document(path: Path | str, kind: str = "policy") -> Loaded:
    """The plain values of a file that begins with `KIND: NAME`, not yet interpreted.

    Raises nothing: `problems` holds whatever is wrong, and the tree holds no value if the file is
    unusable.
    """
    file = str(path)
    try:
        with bytes_of_file(path) as stream:
            source = stream.read(LARGEST_BYTES + 1)
        if len(source) > LARGEST_BYTES:
            return _failed(file, b"", f"the file is larger than {LARGEST_BYTES // 1024} KiB")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _failed(file, b"", f"the file cannot be read: {why}")
    return _parsed(source, file, kind)


def bytes_of_file(path: Path | str) -> BinaryIO:
    """Read a file; a pipe that nobody writes to counts as empty, and this does not wait for it.

    Raises OSError, or ValueError for something that is not a path.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.set_blocking(number, True)
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def _failed(file: str, source: bytes, what: str, line: int = 1, column: int = 1) -> Loaded:
    problem = Problem(file, line, column, "", what)
    return Loaded(file, source, None, (problem,), Tree())


def parse_policy(source: bytes, file: str = "policy") -> Loaded:
    """A policy from the bytes of a file called `file`. Raises nothing."""
    return policy_of_values(_parsed(source, file, "policy"))


def _parsed(source: bytes, file: str, kind: str) -> Loaded:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        return _failed(file, source, "from here on the file is not UTF-8 text", line, column)
    tree = read_tree(text)
    flaws = in_order(
        Problem(file, flaw.line, flaw.column, "", flaw.what, flaw.instead) for flaw in tree.flaws
    )
    if tree.root is None and not flaws:
        return _failed(file, source, "the file is empty")
    if tree.value is None and flaws:
        return Loaded(file, source, None, flaws, tree)
    if not isinstance(tree.value, dict):
        return _failed(file, source, f"a {kind} is a mapping: it begins with {kind}: NAME")
    return Loaded(file, source, None, flaws, tree)


def policy_of_values(read: Loaded) -> Loaded:
    """The policy that plain values mean, or everything that keeps them from being one."""
    if read.tree.value is None:
        return read
    read = replace(read, read_values=without_open_places(read.tree.value))
    policy, found = None, []
    try:
        policy = Policy.model_validate(read.read_values.value)
    except ValidationError as error:
        found = [complaint(item) for item in error.errors(include_url=False)]
    found += complaints_of_empty_lists(read.tree.value, [loc for loc, *_ in found])
    if found:
        problems = [
            read.problem(read.read_values.written(loc), what, instead, key=key)
            for loc, key, what, instead in found
        ]
        rest = (
            None if read.problems else readable_part(read.read_values.value, (f[0] for f in found))
        )
        told = in_order((*read.problems, *problems))
        return replace(read, problems=told, partial=rest)
    return read if read.problems else replace(read, policy=policy)
