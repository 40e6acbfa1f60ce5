import dataclasses

import polars as pl
import pytest

from spanwise_collector.batch import Decoded, Wanted


def test_a_batch_without_faults_needs_no_more_than_its_frame():
    batch = Decoded(pl.DataFrame(), received=0)
    assert (dict(batch.rejected), dict(batch.faults)) == ({}, {})


def test_a_batch_is_not_changed_after_decode():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Decoded(pl.DataFrame(), received=0).received = 1


def test_wanted_keys_keep_the_kind_they_were_asked_with():
    wanted = Wanted({"gen_ai.usage.input_tokens": "i64"}, {"service.name": "str"})
    assert wanted.attributes["gen_ai.usage.input_tokens"] == "i64"
    assert wanted.resource["service.name"] == "str"
