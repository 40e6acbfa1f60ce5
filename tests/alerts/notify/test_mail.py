from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_alerts.alert import Letter, Outcome
from spanwise_alerts.evidence import Course, Evidence
from spanwise_alerts.notify.mail import MailChannel, message_of, subject_of
from spanwise_alerts.receivers.email import Email
from tests.alerts.builders import a_letter, a_message, a_notice
from tests.support.smtp import MailSink

EMAIL = {"to": ["a@example.com", "b@example.com"], "from": "s@example.com", "host": "127.0.0.1", "tls": "none"}
INJECTION = "<script>alert(1)</script>\r\nBcc: victim@example.com\r\n\r\n{{ 7 * 7 }}"


async def send(port: int, **config: Any) -> Outcome:
    return await send_letter(port, a_letter("team/email/a@example.com"), **config)


async def send_letter(port: int, letter: Letter, **config: Any) -> Outcome:
    email = Email.model_validate({**EMAIL, "port": port, **config})
    channel = MailChannel(letter.channel, "a@example.com", email, lambda: 5.0)
    try:
        return await channel.send(letter)
    finally:
        await channel.close()


async def test_a_mail_goes_to_one_recipient_and_names_all():
    with MailSink() as sink:
        assert await send(sink.port) == Outcome("delivered")
    (mail,) = sink.mails
    assert mail.recipients == ["a@example.com"]
    assert mail.message["To"] == "a@example.com, b@example.com"
    assert mail.message["Subject"] == "[FIRING:warning] gpt-4o is slow"
    assert mail.message["Date"] == "Thu, 01 Jan 1970 00:00:05 +0000"
    assert mail.message["From"] == "Spanwise <s@example.com>"
    assert "Value        9.5 s (42 observations in 5m)" in mail.text
    assert "Since        1970-01-01 00:16:40 UTC" in mail.text
    assert "https://example.com/r" in mail.text
    assert ">9.5 s</span>" in mail.html


def test_the_first_mail_of_a_firing_begins_the_thread():
    first, later = (message_of(a_letter(step=step), "s@example.com", ["a@b"], 5.0) for step in (1, 2))
    assert first["Message-ID"] == f"<{a_letter().key}@example.com>"
    assert first["References"] is None
    assert later["Message-ID"] != first["Message-ID"]
    assert later["References"] == later["In-Reply-To"] == first["Message-ID"]


def test_labels_and_sentences_are_inert_in_the_headers():
    letter = replace(a_letter(summary=INJECTION, labels={"model": INJECTION}), channel=INJECTION)
    message = message_of(letter, "s@example.com", ["a@b"], 5.0)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    head, _, _ = message.as_bytes().partition(b"\n\n")
    assert not any(line.startswith(b"Bcc") for line in head.splitlines())


async def test_a_chart_arrives_within_the_mail():
    course = Course("llm.duration p95", "s", [1000.0, 1060.0], [2.0, 9.5], 8.0)
    picture = b"\x89PNG" + bytes(range(256))
    evidence = {a_notice().fingerprint: Evidence(course=course, chart=picture)}
    with MailSink() as sink:
        letter = replace(a_letter("team/email/a@example.com"), evidence=evidence)
        assert await send_letter(sink.port, letter) == Outcome("delivered")
    (mail,) = sink.mails
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "multipart/related"]
    (shown,) = [part for part in mail.message.walk() if part.get_content_type() == "image/png"]
    assert isinstance(shown, EmailMessage)
    assert shown.get_content() == picture
    assert shown["Content-Disposition"].content_disposition == "inline"
    assert f'src="cid:{shown["Content-ID"].strip("<>")}"' in mail.html


def test_mails_are_marked_as_made_by_a_machine_and_what_is_critical_as_important():
    warning = message_of(a_letter(), "s@example.com", ["a@b"], 5.0)
    assert (warning["Auto-Submitted"], warning["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert warning["Importance"] is None
    critical = a_notice(tier="critical")
    assert message_of(replace(a_letter(), message=a_message(critical)), "s@b.c", ["a@b"], 5.0)["Importance"] == "high"
    over = a_notice(tier="critical", status="resolved", ends_at_s=2000.0)
    assert message_of(replace(a_letter(), message=a_message(over)), "s@b.c", ["a@b"], 5.0)["Importance"] is None


def test_a_mail_tells_every_alert_of_its_group_the_gravest_first():
    notices = a_notice(summary="slow"), a_notice(summary="dead", tier="critical", value_text="", threshold_text="")
    over = a_notice(summary="fine", status="resolved", ends_at_s=2000.0)
    letter = replace(a_letter(), message=a_message(over, *notices))
    message = message_of(letter, "s@example.com", ["a@b"], 5.0)
    assert message["Subject"] == "[FIRING:critical] dead (and 2 more)"
    text = message.get_body(("plain",))
    assert text is not None
    order = [line for line in text.get_content().splitlines() if line.startswith(("CRITICAL", "WARNING", "RESOLVED"))]
    assert order == ["CRITICAL: dead", "WARNING: slow", "RESOLVED: fine"]
    assert text.get_content().count("Value ") == 2


def test_a_headline_is_the_subject_and_a_reminder_is_called_so():
    assert subject_of(a_message(headline="12 alerts", reason="overflow")) == "[FIRING:warning] 12 alerts"
    assert subject_of(a_message(headline="a silence ends", reason="reminder")) == "[REMINDER] a silence ends"


def test_a_resolved_alert_says_so_and_a_subject_is_short():
    assert (
        subject_of(a_message(a_notice(status="resolved", ends_at_s=2000.0, summary="x" * 500)))
        == "[RESOLVED] " + "x" * 189
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from(["openai/gpt-4o", "p95", "is", "1.5 s", "ü", "字" * 30, "y" * 70, "a,b", "[x]"])))
def test_a_subject_is_read_as_it_was_written(words: list[str]):
    written = message_of(a_letter(summary=" ".join(words)), "s@example.com", ["a@b"], 5.0)
    for how in (policy.SMTP, policy.SMTPUTF8):
        lines = written.as_bytes(policy=how)
        assert message_from_bytes(lines, policy=policy.default)["Subject"] == written["Subject"]
        assert lines[9:12] in {b"[FI", b"=?u"}  # some readers take a line break before the first word for a space


async def test_one_refused_recipient_of_several_keeps_the_mail_from_no_other():
    email = Email.model_validate({**EMAIL, "to": ["a@example.com", "no@example.com", "b@example.com"]})
    with MailSink(refuse={"no@example.com": "550 no such user"}) as sink:
        told = email.model_copy(update={"port": sink.port})
        channels = [MailChannel(f"team/email/{to}", to, told, lambda: 5.0) for to in told.ends]
        found = [await channel.send(a_letter(channel.name)) for channel in channels]
        for channel in channels:
            await channel.close()
    assert [outcome.kind for outcome in found] == ["delivered", "dead", "delivered"]
    assert found[1].reason == "server answered 550: no such user"
    assert [mail.recipients for mail in sink.mails] == [["a@example.com"], ["b@example.com"]]


async def test_starttls_is_not_given_up_for_a_server_that_has_none():
    with MailSink() as sink:
        outcome = await send(sink.port, tls="starttls")
    assert outcome.kind == "retry"
    assert not sink.mails


@pytest.mark.parametrize(("password", "wanted"), [("right", "delivered"), ("wrong", "retry")])
async def test_a_log_in_that_fails_is_tried_again(password: str, wanted: str, tmp_path: Path):
    def check(*arguments: Any) -> AuthResult:
        return AuthResult(success=arguments[-1].password == b"right", handled=False)

    (tmp_path / "password").write_text(password)
    with MailSink(authenticator=check, auth_require_tls=False) as sink:
        outcome = await send(sink.port, username="u", password_file=str(tmp_path / "password"))
    assert outcome.kind == wanted
    assert password not in outcome.reason
    assert len(sink.mails) == (wanted == "delivered")


async def test_a_password_file_that_is_gone_is_tried_again(tmp_path: Path):
    path = tmp_path / "password"
    path.write_text("x")
    config = Email.model_validate({**EMAIL, "username": "u", "password_file": str(path)})
    path.unlink()
    channel = MailChannel("team/email/a@example.com", "a@example.com", config, lambda: 5.0)
    assert (await channel.send(a_letter())).kind == "retry"
