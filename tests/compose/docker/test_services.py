"""The services of compose.yaml, started by its very commands on its very files."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests.support.compose import FOLDER, Container, compose, free_port, ours, wait
from tests.support.postgres import postgres
from tests.support.prometheus import Prometheus, binary
from tests.support.smtp import MailSink

SERVICES = compose()["services"]
PORTS = (4317, 4318, 8750, 9093)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def spanwise(service, folder, sink, more=None):
    """The service, and the address of each of its ports."""
    at = {port: f"127.0.0.1:{free_port()}" for port in PORTS}
    mail = {"host: mailpit, port: 1025": f"host: 127.0.0.1, port: {sink.port}"}
    local = {f"0.0.0.0:{port}": address for port, address in at.items()}
    return Container(service, folder, {**local, **mail, **(more or {})}), at


def is_ready(at):
    return lambda: answers(f"http://{at[8750]}/readyz") and answers(f"http://{at[9093]}/-/ready")


def push(at, **labels):
    body = json.dumps([{"labels": labels, "annotations": {"summary": "by hand"}}]).encode()
    request = urllib.request.Request(f"http://{at[9093]}/api/v2/alerts", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_all_together_the_demo_is_seen_by_prometheus_and_an_alert_becomes_a_mail(tmp_path):
    with MailSink() as sink, ExitStack() as stack:
        container, at = spanwise(SERVICES["spanwise"], tmp_path / "spanwise", sink)
        stack.enter_context(container.running([ours()], is_ready(at)))
        provider = f"127.0.0.1:{free_port()}"
        agent = {"demo-provider:8080": provider, "spanwise:4318": at[4318]}
        stack.enter_context(running_provider(tmp_path / "provider", provider))
        stack.enter_context(running_agent(tmp_path / "agent", agent))
        prometheus = stack.enter_context(
            running_prometheus(tmp_path / "prometheus", {f"spanwise:{port}": at[port] for port in (8750, 9093)})
        )
        push(at, alertname="disk", severity="critical")
        wait(lambda: [mail for mail in sink.mails if "by hand" in str(mail.message["Subject"])])
        assert sink.mails[0].recipients == ["oncall@example.com"]
        wait(lambda: prometheus.query("sum(gen_ai_client_operation_duration_seconds_count) > 0"))
        wait(lambda: len(prometheus.query("up == 1")) == 3)
        assert {one["metric"]["job"] for one in prometheus.query("up")} == {"spanwise", "spanwise-alerts", "prometheus"}


def running_provider(folder, address):
    container = Container(SERVICES["demo-provider"], folder, {"0.0.0.0:8080": address})
    folder.mkdir()
    program, *more = SERVICES["demo-provider"]["entrypoint"]
    return container.running([ours(program), *more], lambda: refuses_a_get(address))


def refuses_a_get(address):
    try:
        urllib.request.urlopen(f"http://{address}/v1/chat/completions", timeout=10)
    except urllib.error.HTTPError as fault:
        return fault.code == 405
    except OSError:
        return False
    raise AssertionError("a GET was answered")


def running_agent(folder, addresses):
    container = Container(SERVICES["demo-agent"], folder, addresses)
    folder.mkdir()
    assert SERVICES["demo-agent"]["stdin_open"]
    return container.running([ours()], lambda: True, stdin=subprocess.PIPE)


class running_prometheus:  # noqa: N801 a context like the others
    def __init__(self, folder, targets):
        self.address = f"127.0.0.1:{free_port()}"
        self.container = Container(SERVICES["prometheus"], folder, {**targets, "127.0.0.1:9090": self.address})
        listen = [binary("prometheus"), f"--web.listen-address={self.address}"]
        self.running = self.container.running(listen, lambda: answers(f"http://{self.address}/-/ready"))

    def __enter__(self):
        self.running.__enter__()
        return Prometheus(f"http://{self.address}")

    def __exit__(self, *fault):
        return self.running.__exit__(*fault)


def test_with_postgres_the_alerts_are_kept_there(tmp_path):
    service = compose(SPANWISE_CONFIG="spanwise-postgres.yaml")["services"]["spanwise"]
    with postgres() as server, MailSink() as sink:
        server.database("spanwise")
        here = {"spanwise@postgres/": f"{server.user}@127.0.0.1:{server.port}/"}
        container, at = spanwise(service, tmp_path / "spanwise", sink, here)
        secrets = tmp_path / "spanwise/run/secrets"
        secrets.mkdir(parents=True)
        secrets.joinpath("pgpass").touch(0o600)
        with container.running([ours()], is_ready(at)):
            push(at, alertname="disk", severity="critical")
            wait(lambda: sink.mails)
        tables = "select count(*) from information_schema.tables where table_schema = 'public'"
        assert int(server.ask("spanwise", tables)) > 0
    assert not list(Path(tmp_path).rglob("*.sqlite*"))


def made_rules(folder):
    """The file that the service `rules` writes."""
    container = Container(SERVICES["rules"], folder, {})
    done = subprocess.run(container.command([ours()]), check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder / "var/lib/rules/spanwise.yml"


def test_promtool_accepts_the_configuration_and_the_rules_that_are_made(tmp_path):
    assert "prometheus-rules:/etc/prometheus/rules:ro" in SERVICES["prometheus"]["volumes"]
    assert "prometheus-rules:/var/lib/rules" in SERVICES["rules"]["volumes"]
    folder = tmp_path / "prometheus"
    (folder / "rules").mkdir(parents=True)
    shutil.copy(FOLDER / "prometheus/prometheus.yml", folder)
    shutil.copy(made_rules(tmp_path / "made"), folder / "rules")
    check = [binary("promtool"), "check", "config", str(folder / "prometheus.yml")]
    done = subprocess.run(check, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert " rules found" in done.stdout


def test_only_rules_that_say_so_are_told_by_prometheus():
    (relabel,) = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())["alerting"]["alert_relabel_configs"]
    assert relabel == {"source_labels": ["tell"], "regex": "prometheus", "action": "keep"}


def test_grafana_finds_boards_and_sources_where_it_looks(tmp_path):
    boards, grafana = SERVICES["boards"], SERVICES["grafana"]
    container = Container(boards, tmp_path, {})
    done = subprocess.run(container.command([ours()]), check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "var/lib/provisioning"
    assert [*boards["volumes"], "grafana-provisioning:/etc/grafana/provisioning:ro"] == [
        "grafana-provisioning:/var/lib/provisioning",
        grafana["volumes"][0],
    ]
    seen = {Path("/etc/grafana/provisioning") / path.relative_to(made) for path in made.rglob("*.json")}
    provider = yaml.safe_load((made / "dashboards/spanwise.yaml").read_text())["providers"][0]
    assert {str(path.parent) for path in seen} == {provider["options"]["path"]}
    assert Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]) in seen
    sources = yaml.safe_load((made / "datasources/spanwise.yaml").read_text())["datasources"]
    assert {source["type"]: source["url"] for source in sources} == {
        "prometheus": "http://prometheus:9090",
        "jaeger": "http://spanwise:8750",
    }


def test_grafana_may_read_what_another_user_made(tmp_path):
    container = Container(SERVICES["boards"], tmp_path, {})
    subprocess.run(container.command([ours()]), check=True, umask=0o022, timeout=60)
    made = list((tmp_path / "var/lib/provisioning").rglob("*"))
    assert made
    assert [path for path in made if not path.stat().st_mode & 0o004] == []


@pytest.mark.parametrize("name", ["spanwise", "demo-provider"])
def test_the_question_for_health_fails_while_nobody_answers(name):
    _, program, *arguments = SERVICES[name]["healthcheck"]["test"]
    arguments[-1] = arguments[-1].replace("8750", str(free_port())).replace("8080", str(free_port()))
    done = subprocess.run(
        [ours(program), *arguments], check=False, capture_output=True, env=dict(os.environ), timeout=60
    )
    assert done.returncode == 1
