import pytest

from spanwise_alerts.secret import Secret, url_of


def test_a_secret_is_not_shown():
    assert repr(Secret("hunter2")) == str(Secret("hunter2")) == "***"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_postgresql_is_spoken_to_by_psycopg(scheme):
    url = url_of(f"{scheme}://spanwise:hunter2@db.example.com:5433/alerts")
    assert (url.drivername, url.host, url.port, url.database) == (
        "postgresql+psycopg",
        "db.example.com",
        5433,
        "alerts",
    )


@pytest.mark.parametrize(
    "raw", ["mysql://u:hunter2@db/alerts", "postgresql://u:hunter2@db", "hunter2", "", "postgresql://u:hunter2@db:x/y"]
)
def test_what_is_no_postgresql_is_refused_and_not_shown(raw):
    with pytest.raises(ValueError, match="expected the address of a PostgreSQL") as caught:
        url_of(raw)
    assert "hunter2" not in str(caught.value)
