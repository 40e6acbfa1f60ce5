import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest

from spanwise import guard
from spanwise.transports.library import Library, Seam, too_old


def loud(wrapped, _instance, args, kwargs):
    return wrapped(*args, **kwargs).upper()


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "spanwise_test_client.py").write_text("class Client:\n    def send(self, word):\n        return word\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "spanwise_test_client"
    sys.modules.pop("spanwise_test_client", None)


@pytest.fixture
def library(package):
    made = Library(package, lambda module: [Seam(module.Client, "send", loud)])
    yield made
    made.unwatch()


def test_library_is_watched_when_it_is_imported_and_not_imported_for_it(library, package):
    library.watch()
    assert package not in sys.modules
    assert importlib.import_module(package).Client().send("word") == "WORD"


def test_library_imported_before_is_watched_and_put_back(library, package):
    client = importlib.import_module(package).Client
    original = client.send
    library.watch()
    library.watch()
    assert client().send("word") == "WORD"
    library.unwatch()
    assert client.send is original
    library.watch()
    assert client().send("word") == "WORD"


def test_library_imported_after_unwatching_is_left_alone(library, package):
    library.watch()
    library.unwatch()
    assert importlib.import_module(package).Client().send("word") == "word"


def test_wrapper_of_somebody_else_survives_and_ours_below_it_does_nothing(library, package):
    client = importlib.import_module(package).Client
    library.watch()
    ours = client.send
    client.send = lambda self, word: f"<{ours(self, word)}>"
    assert client().send("word") == "<WORD>"
    library.unwatch()
    assert client().send("word") == "<word>"


def test_library_under_a_borrowed_name_is_not_taken_for_it(library):
    library.watch()
    library._imported(ModuleType("another"))
    assert library._patches == []


def test_library_that_is_not_as_expected_is_left_alone_and_told_once(caplog):
    library = Library("spanwise_test_none", lambda module: [Seam(module.missing, "send", loud)])
    before = sum(guard.faults().values())
    library._watching = True
    library._imported(SimpleNamespace(__name__="spanwise_test_none"))
    assert sum(guard.faults().values()) == before + 1
    assert "the program is not affected" in caplog.text


def test_version_that_is_too_old_is_told_with_what_to_upgrade_to(caplog):
    assert too_old("aiohttp", "3.11.18", "3.12") == []
    assert caplog.messages == [
        "aiohttp 3.11.18 is too old to be traced: calls of models through it are not seen; upgrade it to 3.12 or newer"
    ]
