"""Store: requests in a journal before the ack, spans in Parquet segments, SQL over both."""

from spanwise_collector.store.journal import Journal
from spanwise_collector.store.store import Store
from spanwise_collector.store.wal import Record

__all__ = ["Journal", "Record", "Store"]
