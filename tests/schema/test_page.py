from spanwise_schema.measures import MEASURES
from spanwise_schema.metrics import METRICS
from tests.schema.page import PAGE, page


def test_the_page_is_made_of_the_catalogues_as_they_are():
    assert PAGE.read_text() == page(), "run: python -m tests.schema.page"


def test_the_page_names_each_metric_and_each_measure_once():
    made = page()
    for metric in METRICS:
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        assert made.count(f"\n| `{name}` | {metric.type} |") == 1
        assert metric.help in made
    for measure in MEASURES:
        assert made.count(f"\n| `{measure}` |") == 1
