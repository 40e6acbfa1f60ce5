"""Lists the SDKs that the doctor can drive."""

from spanwise.doctor.probe import Probe
from spanwise.doctor.probes.httpx_family import HttpxFamily
from spanwise.doctor.probes.on_aiohttp import OnAiohttp
from spanwise.doctor.probes.on_anthropic import OnAnthropic
from spanwise.doctor.probes.on_boto3 import OnBoto3
from spanwise.doctor.probes.on_cohere import OnCohere
from spanwise.doctor.probes.on_google_genai import OnGoogleGenai
from spanwise.doctor.probes.on_mistralai import OnMistralai
from spanwise.doctor.probes.on_ollama import OnOllama
from spanwise.doctor.probes.on_requests import OnRequests
from spanwise.doctor.probes.openai_family import OpenAIFamily

PROBES: tuple[Probe, ...] = (
    OpenAIFamily("openai", "OpenAI", "/v1"),
    OnAnthropic(),
    OnGoogleGenai(),
    OnMistralai(),
    OpenAIFamily("groq", "Groq"),
    OpenAIFamily("together", "Together", "/v1"),
    OnCohere(),
    OnBoto3(),
    OnOllama(),
    HttpxFamily("httpx2"),
    HttpxFamily("httpx"),
    OnAiohttp(),
    OnRequests(),
)
