"""compose.yaml, read as Docker would."""

import json
import re

import jsonschema
import pytest
import yaml

from tests.support.compose import FOLDER, ROOT, compose, mounts

SCHEMA = json.loads((ROOT / "tests/data/compose/compose-spec.json").read_text())
FILE = compose()
SERVICES = FILE["services"]
MAKERS = {"boards", "rules"}
LASTING = sorted(SERVICES.keys() - MAKERS)
ASKED_FOR_HEALTH = sorted(set(LASTING) - {"demo-agent"})


@pytest.fixture(params=sorted(SERVICES))
def service(request):
    return SERVICES[request.param]


def test_it_is_a_compose_file():
    jsonschema.Draft7Validator(SCHEMA).validate(FILE)


def test_a_misspelt_key_is_no_compose_file():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate({"services": {"one": {"image": "a:1", "heathcheck": {}}}})


def test_without_profiles_it_is_collector_alerts_prometheus_grafana_and_mail():
    plain = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert plain == {"spanwise", *MAKERS, "prometheus", "grafana", "mailpit"}
    assert {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service} == {
        "demo-provider": ["demo"],
        "demo-agent": ["demo"],
        "postgres": ["postgres"],
    }


def test_each_service_can_do_as_little_as_possible(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert group.isdigit()
    assert not service.keys() & {"privileged", "cap_add", "devices", "pid", "ipc"}


def test_each_service_has_its_limits(service):
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["pids_limit"] > 0


def test_each_image_is_pinned_to_a_version(service):
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+[\d.]+)?", service["image"])


def test_each_port_is_published_on_loopback_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 7
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", ASKED_FOR_HEALTH)
def test_each_server_is_asked_for_its_health(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_who_is_waited_for_exists_and_can_say_that_it_is_ready(service):
    for name, how in service.get("depends_on", {}).items():
        ready = {"service_healthy": "healthcheck" in SERVICES[name], "service_completed_successfully": name in MAKERS}
        assert ready[how["condition"]]


def test_a_service_without_a_profile_needs_none_with_one(service):
    needed = [name for name, how in service.get("depends_on", {}).items() if how.get("required", True)]
    if "profiles" not in service:
        assert [name for name in needed if "profiles" in SERVICES[name]] == []


def test_everything_mounted_is_in_the_repository_or_a_volume(service):
    for source in mounts(service).values():
        assert (FOLDER / source).exists() if source.startswith(".") else source in FILE["volumes"]


def test_secrets_come_by_file_and_never_by_environment(service):
    secrets = service.get("secrets", [])
    assert set(secrets) <= FILE["secrets"].keys()
    assert all(set(FILE["secrets"][name]) == {"file"} for name in secrets)
    words = ("PASSWORD", "TOKEN", "SECRET", "KEY")
    named = [name for name in service.get("environment", {}) if name.endswith(words)]
    assert named == []


def test_what_no_profile_asks_for_needs_no_secret():
    assert (FOLDER / FILE["secrets"]["pgpass"]["file"]).read_bytes() == b""


def test_nobody_can_log_in_to_grafana_and_anybody_may_only_look():
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert environment["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"] == "true"
    assert environment["GF_AUTH_BASIC_ENABLED"] == "false"


def test_with_postgres_the_configuration_differs_by_the_database_only():
    plain, shared = (yaml.safe_load((FOLDER / f"spanwise{name}.yaml").read_text()) for name in ("", "-postgres"))
    database = shared["alerts"].pop("database")
    assert plain == shared
    postgres = SERVICES["postgres"]["environment"]
    assert database == (
        f"postgresql://{postgres['POSTGRES_USER']}@postgres/{postgres['POSTGRES_DB']}?passfile=/run/secrets/pgpass"
    )


def test_the_example_of_env_says_only_what_the_file_reads():
    said = re.findall(r"^#(\w+)=(.*)$", (FOLDER / ".env.example").read_text(), re.MULTILINE)
    read = set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text()))
    assert {name for name, _ in said} == read | {"COMPOSE_PROFILES"}
    profiles = {name for service in SERVICES.values() for name in service.get("profiles", [])}
    assert set(dict(said)["COMPOSE_PROFILES"].split(",")) == profiles
