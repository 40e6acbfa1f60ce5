// The Vercel AI SDK: generateText and streamText, with its own spans or those of @ai-sdk/otel.
import { createOpenAI } from "@ai-sdk/openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import * as ai from "ai";
import { z } from "zod";

const [receiver, address, scenario] = process.argv.slice(2);
const exporter = new OTLPTraceExporter({ url: `${receiver}/v1/traces` });
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "golden" }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
provider.register();

const telemetry = { isEnabled: true, functionId: "guide", metadata: { sessionId: "s-1" } };
if (ai.registerTelemetry) {
  const { OpenTelemetry } = await import("@ai-sdk/otel");
  ai.registerTelemetry(new OpenTelemetry());
}
const tools = {
  current_of: ai.tool({
    description: "Tell the current of a river.",
    inputSchema: z.object({ river: z.string() }),
    execute: async ({ river }) => `${river}: east`,
  }),
};
const openai = createOpenAI({ apiKey: "none", baseURL: address });
const asked = {
  model: openai.chat("gpt-4o"), prompt: "Which way does the Danube flow?", maxRetries: 0,
  telemetry, experimental_telemetry: telemetry,
};

if (scenario === "stream") {
  const running = ai.streamText(asked);
  for await (const part of running.textStream) if (part === undefined) break;
} else if (scenario === "tool") {
  await ai.generateText({ ...asked, tools, stopWhen: ai.stepCountIs ? ai.stepCountIs(3) : ai.isStepCount(3) });
} else if (scenario === "error") {
  await ai.generateText(asked).then(() => process.exit(1), (fault) => console.log(fault.name));
} else {
  await ai.generateText(asked);
}
await provider.forceFlush();
