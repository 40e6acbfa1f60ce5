from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.dingtalk import Dingtalk
from spanwise_alerts.receivers.feishu import Feishu
from spanwise_alerts.receivers.signed_hook import SignedHook

LINK = "https://hooks.example.com/x"


@pytest.mark.parametrize("kind", [Feishu, Dingtalk])
def test_a_secret_is_there_only_where_it_is_given(kind: type[SignedHook], tmp_path: Path):
    (tmp_path / "file").write_text("from-file\n")
    assert kind.model_validate({"url": LINK}).secret() == ""
    given = kind.model_validate({"url": LINK, "secret": "given"})
    assert (given.secret(), "given" in repr(given)) == ("given", False)
    read = kind.model_validate({"url": LINK, "secret_file": "file"}, context={"base": tmp_path})
    assert read.secret() == "from-file"


def test_two_secrets_are_one_too_many(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    both = {"url": LINK, "secret": "a", "secret_file": "file"}
    with pytest.raises(ValidationError, match="goes not with `secret_file`"):
        Feishu.model_validate(both, context={"base": tmp_path})
