"""boto3: Bedrock InvokeModel, in the words of the family of the model that the command line names."""

import json
import sys

import boto3
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, TOOL_SCHEMA, play

MODEL = sys.argv[3]
client = boto3.client(
    "bedrock-runtime",
    endpoint_url=ADDRESS,
    region_name="us-east-1",
    aws_access_key_id="none",
    aws_secret_access_key="none",
)


def claude(*turn, tools=False):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 64}
    if tools:
        body["tools"] = [{"name": TOOL, "description": TOOL_ABOUT, "input_schema": TOOL_SCHEMA}]
    return {**body, "messages": [{"role": "user", "content": PROMPT}, *turn]}


def nova(*turn, tools=False):
    body = {"schemaVersion": "messages-v1", "inferenceConfig": {"maxTokens": 64}}
    if tools:
        spec = {"name": TOOL, "description": TOOL_ABOUT, "inputSchema": {"json": TOOL_SCHEMA}}
        body["toolConfig"] = {"tools": [{"toolSpec": spec}]}
    return {**body, "messages": [{"role": "user", "content": [{"text": PROMPT}]}, *turn]}


def llama():
    return {"prompt": PROMPT, "max_gen_len": 64}


body = next(family for family in (claude, nova, llama) if family.__name__ in MODEL)


def invoke(asked):
    return json.loads(client.invoke_model(modelId=MODEL, body=json.dumps(asked))["body"].read())


def plain():
    return invoke(body())


def stream():
    running = client.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps(body()))["body"]
    try:
        yield from running
    finally:
        running.close()


def tool():
    told = invoke(body(tools=True))
    if body is claude:
        content = told["content"]
        (call,) = [block for block in content if block["type"] == "tool_use"]
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": TOOL_RESULT}
    else:
        content = told["output"]["message"]["content"]
        (call,) = [block["toolUse"] for block in content if "toolUse" in block]
        result = {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": TOOL_RESULT}]}}
    turn = ({"role": "assistant", "content": content}, {"role": "user", "content": [result]})
    invoke(body(*turn, tools=True))


play(plain=plain, stream=stream, tool=tool)
