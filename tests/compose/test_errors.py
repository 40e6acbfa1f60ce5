"""What is told without a traceback."""

import pytest

from spanwise_stack import errors


@pytest.mark.parametrize("kind", [errors.CannotStart, errors.AgentEnded])
def test_every_fault_belongs_to_one_family(kind):
    assert issubclass(kind, errors.StackError)
