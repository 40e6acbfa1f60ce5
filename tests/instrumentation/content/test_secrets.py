import json

import pytest

from spanwise.content import secrets

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\n-----END RSA PRIVATE KEY-----"
KEYS = [
    "sk-proj-abcDEF1234567890abcDEF1234567890",
    "sk-ant-api03-abcDEF1234567890abcDEF",
    "sk-or-v1-0123456789abcdef0123456789abcdef",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz",
    "glpat-abcDEF1234567890_-xy",
    "xoxb-123456789012-abcdefABCDEF",
    "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "gsk_abcdefghijklmnopqrstuvwxyz0123456789",
    "xai-abcdefghijklmnopqrstuvwxyz0123456789",
    "sk_live_abcdefghijklmnop0123",
]


@pytest.mark.parametrize("key", KEYS)
def test_api_keys_are_replaced_and_what_is_around_them_stays(key):
    scan = secrets.SCANS["api_key"]
    assert scan(f'use "{key}", please') == 'use "[redacted:api_key]", please'
    assert scan(f"key={key}\n") == "key=[redacted:api_key]\n"


@pytest.mark.parametrize(
    ("kind", "text", "left"),
    [
        ("jwt", f"token={JWT};", "token=[redacted:jwt];"),
        ("private_key", f"a {PEM} b", "a [redacted:private_key] b"),
        ("private_key", f"a {PEM[:50]}", "a [redacted:private_key]"),
        ("authorization", "Bearer abc123def456", "Bearer [redacted:authorization]"),
        ("authorization", "Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted:authorization]"),
        ("authorization", '{"authorization": "token abcdef"}', '{"authorization": "[redacted:authorization]"}'),
        (
            "authorization",
            r"{\"Authorization\": \"Basic dXNlcjpw\"}",
            r"{\"Authorization\": \"[redacted:authorization]\"}",
        ),
        ("email", "write to Ann.Lee+x@mail.example.com!", "write to [redacted:email]!"),
        ("email", "a@b.co,c@d.org", "[redacted:email],[redacted:email]"),
        ("card_number", "4111 1111 1111 1111", "[redacted:card_number]"),
        ("card_number", "pay 5555-5555-5555-4444.", "pay [redacted:card_number]."),
        ("card_number", "378282246310005", "[redacted:card_number]"),
    ],
)
def test_each_kind_is_replaced_by_its_mark(kind, text, left):
    assert secrets.SCANS[kind](text) == left


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        *(("api_key", key) for key in KEYS),
        ("jwt", JWT),
        ("authorization", "Bearer abc123def456"),
        ("authorization", "Authorization: abc123def456"),
        ("private_key", PEM),
        ("email", "ann@example.com"),
        ("card_number", "4111 1111 1111 1111"),
    ],
)
def test_secrets_at_the_beginning_of_a_line_are_found_in_json_inside_a_text(kind, secret):
    told = json.loads(secrets.SCANS[kind](json.dumps({"a": f"x\n{secret}\ny\t{secret}"})))
    assert told["a"].count(f"[redacted:{kind}]") == 2
    assert told["a"].startswith("x\n")
    assert secret not in told["a"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("api_key", "task-management-and-risk-assessment-methodology"),
        ("api_key", "sk-learn-compatible-estimators"),
        ("api_key", "AKIATOOSHORT"),
        ("jwt", "eyJhbGciOiJIUzI1NiJ9"),
        ("private_key", "-----BEGIN PUBLIC KEY-----"),
        ("authorization", "the bearer instruments of the firm"),
        ("email", "@decorator at 5@home and a@b"),
        ("card_number", "4111 1111 1111 1112"),
        ("card_number", "at 1762000000000000000 ns"),
        ("card_number", "99999999999999999999999999999999999994111111111111111"),
    ],
)
def test_what_only_looks_like_a_secret_stays(kind, text):
    assert secrets.SCANS[kind](text) == text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Authorization", "authorization"),
        ("proxy-authorization", "authorization"),
        ("api_key", "api_key"),
        ("X-API-Key", "api_key"),
        ("OPENAI_API_KEY", "api_key"),
        ("access_token", "api_key"),
        ("clientSecret", "api_key"),
        ("key", None),
        ("monkey", None),
        ("max_tokens", None),
    ],
)
def test_some_members_are_secrets_by_their_name(name, kind):
    assert secrets.named(name) == kind


HOSTILE = [
    "a",
    "@",
    "a@",
    "a.@a.",
    "eyJ",
    "eyJaaaaaaaaaaaaaaaa.",
    "-eyJ",
    "sk-",
    "sk-a",
    "ghp_",
    "xoxb-",
    "4 ",
    "4111-",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY",
    "authorization",
    "Authorization: ",
    "bearer ",
    "bearer a",
    " \n\t",
    "é1@",
    "a-b.c_d",
]


@pytest.mark.parametrize("kind", secrets.SCANS)
@pytest.mark.parametrize("unit", HOSTILE)
def test_a_scan_of_hostile_text_comes_to_its_end(kind, unit):
    """Going back once for each letter would take longer than a test may."""
    secrets.SCANS[kind](unit * (256 * 1024 // len(unit)))
