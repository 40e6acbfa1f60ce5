"""boto3: Bedrock Converse."""

import boto3
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, TOOL_SCHEMA, play

client = boto3.client(
    "bedrock-runtime",
    endpoint_url=ADDRESS,
    region_name="us-east-1",
    aws_access_key_id="none",
    aws_secret_access_key="none",
)
MODEL = "anthropic.claude-3-5-sonnet-20240620-v1:0"
ASK = [{"role": "user", "content": [{"text": PROMPT}]}]
TOOLS = {"tools": [{"toolSpec": {"name": TOOL, "description": TOOL_ABOUT, "inputSchema": {"json": TOOL_SCHEMA}}}]}


def plain():
    return client.converse(modelId=MODEL, messages=ASK)


def stream():
    running = client.converse_stream(modelId=MODEL, messages=ASK)["stream"]
    try:
        yield from running
    finally:
        running.close()


def tool():
    asked = client.converse(modelId=MODEL, messages=ASK, toolConfig=TOOLS)["output"]["message"]
    (call,) = [block["toolUse"] for block in asked["content"] if "toolUse" in block]
    result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": TOOL_RESULT}]}}
    client.converse(modelId=MODEL, messages=[*ASK, asked, {"role": "user", "content": [result]}], toolConfig=TOOLS)


play(plain=plain, stream=stream, tool=tool)
