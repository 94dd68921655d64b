// Vercel's AI SDK over the Responses interface, its telemetry sent by OpenTelemetry's SDK for Node.

const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { NodeSDK, tracing } = require("@opentelemetry/sdk-node");
const shop = require("./shop.js");

const exporting = new tracing.BatchSpanProcessor(new OTLPTraceExporter());
const sdk = new NodeSDK({ spanProcessors: [exporting, shop.sent] });
sdk.start();

const { openai } = require("@ai-sdk/openai");
const { generateText, stepCountIs, streamText, tool } = require("ai");
const { z } = require("zod");

shop.run(sdk, async (prompt, stream) => {
  const options = {
    model: openai(shop.MODEL),
    prompt,
    stopWhen: stepCountIs(3),
    tools: {
      [shop.TOOL]: tool({
        description: shop.DESCRIPTION,
        inputSchema: z.object({ product: z.string() }),
        execute: shop.findProduct,
      }),
    },
    experimental_telemetry: {
      isEnabled: true,
      functionId: "adviser",
      metadata: { sessionId: shop.SESSION, userId: shop.USER },
    },
  };
  if (stream) await streamText(options).text;
  else await generateText(options);
});
