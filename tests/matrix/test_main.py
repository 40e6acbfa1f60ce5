from argparse import Namespace

import pytest

from tests.matrix.__main__ import finish, main
from tests.matrix.environment import held


@pytest.mark.parametrize("more", [(), ("--twice",)])
def test_unknown_name_is_refused_with_those_that_there_are(more):
    with pytest.raises(SystemExit, match=r"got nothing-like-it; expected open(ai|inference)"):
        main(["--only", "nothing-like-it", *more])


def test_resumed_run_takes_what_is_finished_and_runs_the_rest(tmp_path):
    ran = []

    def run(name):
        ran.append(name)
        return name.upper()

    first, again = Namespace(resume=False, jobs=1), Namespace(resume=True, jobs=2)
    assert finish(["a", "b"], str, run, first, tmp_path) == ["A", "B"]
    assert finish(["b", "c", "a"], str, run, again, tmp_path) == ["B", "C", "A"]
    assert ran == ["a", "b", "c"]


def test_what_was_finished_before_a_fault_is_kept(tmp_path):
    def run(name):
        if name == "b":
            raise RuntimeError("no river")
        return name

    with pytest.raises(RuntimeError, match="no river"):
        finish(["a", "b"], str, run, Namespace(resume=False, jobs=1), tmp_path)
    assert finish(["a"], str, run, Namespace(resume=True, jobs=1), tmp_path) == ["a"]


def test_environment_is_held_by_one_row_at_a_time(tmp_path):
    import fcntl

    with held(tmp_path, "openai"), (tmp_path / "openai.lock").open("w") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (tmp_path / "openai.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
