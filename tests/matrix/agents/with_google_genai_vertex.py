"""google-genai: generate_content, Vertex AI."""

from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, play

retries = types.HttpRetryOptions(attempts=3, initial_delay=0.01)
client = genai.Client(
    vertexai=True,
    project="rivers",
    location="us-central1",
    credentials=Credentials("none"),
    http_options=types.HttpOptions(base_url=ADDRESS, retry_options=retries),
)
MODEL = "gemini-2.5-flash"
RIVER = types.Schema(type="OBJECT", properties={"river": types.Schema(type="STRING")})
DECLARED = types.FunctionDeclaration(name=TOOL, description=TOOL_ABOUT, parameters=RIVER)
WITH_TOOL = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[DECLARED])])


def plain():
    return client.models.generate_content(model=MODEL, contents=PROMPT)


async def plain_async():
    return await client.aio.models.generate_content(model=MODEL, contents=PROMPT)


def stream():
    yield from client.models.generate_content_stream(model=MODEL, contents=PROMPT)


def tool():
    asked = client.models.generate_content(model=MODEL, contents=PROMPT, config=WITH_TOOL)
    result = types.Part.from_function_response(name=TOOL, response={"result": TOOL_RESULT})
    turn = [asked.candidates[0].content, types.Content(role="user", parts=[result])]
    client.models.generate_content(model=MODEL, contents=[PROMPT, *turn], config=WITH_TOOL)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
