"""What the vendors take, from their manuals: one JSON Schema for each format, and what a schema cannot say."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def _text(most: int, least: int = 1) -> Json:
    return {"type": "string", "minLength": least, "maxLength": most}


def _object(needed: Json, allowed: Json | None = None) -> Json:
    return {
        "type": "object", "properties": {**needed, **(allowed or {})}, "required": list(needed),
        "additionalProperties": False,
    }  # fmt: skip


def _list(items: Json, most: int, least: int = 1) -> Json:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


_LINK: Json = {"type": "string", "pattern": r"^https?://[^\s<>|\"()]+$", "maxLength": 2048}
_COLOUR: Json = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}


def _plain(most: int) -> Json:
    return _object({"type": {"const": "plain_text"}, "text": _text(most), "emoji": {"const": False}})


# docs.slack.dev/reference/block-kit/blocks: header 150; section 3000, 10 fields of 2000; 50 blocks
_MRKDWN = _object({"type": {"const": "mrkdwn"}, "text": _text(3000), "verbatim": {"const": True}})
_SLACK = _object({
    "text": _text(40_000), "mrkdwn": {"const": False}, "link_names": {"const": False},
    "unfurl_links": {"const": False}, "unfurl_media": {"const": False},
    "attachments": _list(_object({
        "color": _COLOUR, "fallback": _text(3000),
        "blocks": _list({"anyOf": [
            _object({"type": {"const": "header"}, "text": _plain(150)}),
            _object({"type": {"const": "section"}, "text": {"anyOf": [_plain(3000), _MRKDWN]}}),
            _object({"type": {"const": "section"}, "fields": _list(_plain(2000), 10)}),
        ]}, 50),
    }), 1),
})  # fmt: skip

# adaptivecards.io/explorer; 28 KB by the connector's manual
_OPEN = _object({"type": {"const": "Action.OpenUrl"}, "url": _LINK})
_RUN = _object({"type": {"const": "TextRun"}, "text": _text(3000)}, {
    "weight": {"const": "Bolder"}, "size": {"const": "Medium"}, "selectAction": _OPEN,
})  # fmt: skip
_RICH = _object({"type": {"const": "RichTextBlock"}, "inlines": _list(_RUN, 40)})
_CONTAINER = _object({"type": {"const": "Container"}, "items": _list(_RICH, 40)}, {
    "style": {"enum": ["accent", "warning", "attention", "good"]}, "bleed": {"const": True},
    "separator": {"const": True},
})  # fmt: skip
_TEAMS = _object({
    "type": {"const": "message"},
    "attachments": _list(_object({
        "contentType": {"const": "application/vnd.microsoft.card.adaptive"}, "contentUrl": {"type": "null"},
        "content": _object({
            "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
            "type": {"const": "AdaptiveCard"}, "version": {"const": "1.5"},
            "msteams": _object({"width": {"const": "Full"}}), "body": _list(_CONTAINER, 20),
            "actions": _list(_object({
                "type": {"const": "Action.OpenUrl"}, "title": _text(40), "url": _LINK,
            }), 6, 0),
        }),
    }), 1),
})  # fmt: skip

# discord.com/developers/docs/resources/message#embed-object-embed-limits
_DISCORD = _object({
    "allowed_mentions": _object({"parse": {"const": []}}),
    "embeds": _list(_object({"title": _text(256), "color": {"type": "integer", "minimum": 0, "maximum": 0xFFFFFF}}, {
        "description": _text(4096),
        "fields": _list(_object({
            "name": _text(256), "value": _text(1024), "inline": {"const": False},
        }), 25),
    }), 10),
})  # fmt: skip

# the manual of PagerDuty, "Send an Alert Event"
_PAGERDUTY: Json = {"anyOf": [
    _object({"routing_key": _text(100), "dedup_key": _text(255), "event_action": {"enum": ["resolve", "acknowledge"]}}),
    _object({
        "routing_key": _text(100), "dedup_key": _text(255), "event_action": {"const": "trigger"},
        "client": _text(100), "client_url": _LINK,
        "links": _list(_object({"href": _LINK, "text": _text(100)}), 50, 0),
        "payload": _object({
            "summary": _text(1024), "source": _text(255),
            "severity": {"enum": ["critical", "error", "warning", "info"]},
            "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$"},
            "custom_details": {"type": "object", "additionalProperties": _text(10_000)},
        }, {"class": _text(255), "group": _text(255)}),
    }),
]}  # fmt: skip

# docs.opsgenie.com/docs/alert-api
_OPSGENIE: Json = {"anyOf": [
    _object({"source": _text(100)}, {"note": _text(25_000)}),
    _object({
        "message": _text(130), "alias": _text(512), "description": _text(15_000), "source": _text(100),
        "priority": {"enum": ["P1", "P2", "P3", "P4", "P5"]}, "tags": _list(_text(50), 20),
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
        "responders": _list(_object({"type": {"enum": ["team", "user", "escalation", "schedule"]}}, {
            "id": _text(100), "name": _text(100), "username": _text(100),
        }), 50),
    }),
]}  # fmt: skip

# core.telegram.org/bots/api#sendmessage
_TELEGRAM = _object({
    "chat_id": {"type": "integer"}, "text": _text(4096), "parse_mode": {"const": "HTML"},
    "link_preview_options": _object({"is_disabled": {"const": True}}), "disable_notification": {"type": "boolean"},
}, {"message_thread_id": {"type": "integer"}})  # fmt: skip

# open.feishu.cn: card of a custom bot, 20 KB
_FEISHU_TEXT = _object({"tag": {"const": "plain_text"}, "content": _text(10_000)})
_FEISHU = _object({
    "msg_type": {"const": "interactive"},
    "card": _object({
        "config": _object({"wide_screen_mode": {"const": True}}),
        "header": _object({"title": _FEISHU_TEXT, "template": {"enum": ["blue", "orange", "red", "green"]}}),
        "elements": _list({"anyOf": [
            _object({"tag": {"const": "hr"}}),
            _object({"tag": {"const": "div"}, "text": _FEISHU_TEXT}),
            _object({"tag": {"const": "div"}, "fields": _list(_object({
                "is_short": {"const": False}, "text": _FEISHU_TEXT,
            }), 40)}),
            _object({"tag": {"const": "action"}, "actions": _list(_object({
                "tag": {"const": "button"}, "type": {"const": "default"}, "text": _FEISHU_TEXT, "url": _LINK,
            }), 20)}),
        ]}, 50, 0),
    }),
}, {"timestamp": {"type": "string", "pattern": r"^\d{10}$"}, "sign": _text(44, 44)})  # fmt: skip

# open.dingtalk.com: text of 5000 characters, body of 20,000 bytes
_DINGTALK = _object({
    "msgtype": {"const": "markdown"}, "markdown": _object({"title": _text(1000), "text": _text(5000)}),
    "at": _object({"atMobiles": {"const": []}, "isAtAll": {"const": False}}),
})  # fmt: skip

# developer.work.weixin.qq.com: content of 4096 bytes
_WECOM = _object({"msgtype": {"const": "markdown"}, "markdown": _object({"content": _text(4096)})})

SCHEMAS: dict[str, Json] = {
    "slack": _SLACK, "teams": _TEAMS, "discord": _DISCORD, "pagerduty": _PAGERDUTY, "opsgenie": _OPSGENIE,
    "telegram": _TELEGRAM, "feishu": _FEISHU, "dingtalk": _DINGTALK, "wecom": _WECOM,
}  # fmt: skip
MOST_BYTES = {"teams": 28 * 1024, "pagerduty": 512 * 1024, "feishu": 20 * 1024, "dingtalk": 20_000, "slack": 16 * 1024}


def beyond(kind: str, body: Json) -> str:
    """Say what a vendor would refuse that a schema cannot say; empty where nothing is."""
    size = len(json.dumps(body, ensure_ascii=False).encode())
    if size > MOST_BYTES.get(kind, size):
        return f"{size} bytes"
    match kind:
        case "discord":
            texts = [text for embed in body["embeds"] for text in (embed["title"], embed.get("description", ""))]
            texts += [
                text
                for embed in body["embeds"]
                for one in embed.get("fields", ())
                for text in (one["name"], one["value"])
            ]
            count = sum(len(text.encode("utf-16-le")) // 2 for text in texts)
            return f"{count} characters" if count > 6000 else ""
        case "telegram":
            count = len(body["text"].encode("utf-16-le")) // 2
            return f"{count} characters" if count > 4096 else ""
        case "wecom":
            count = len(body["markdown"]["content"].encode())
            return f"{count} bytes" if count > 4096 else ""
        case "opsgenie":
            count = sum(len(name) + len(value) for name, value in body.get("details", {}).items())
            return f"{count} characters of details" if count > 8000 else ""
        case _:
            return ""
