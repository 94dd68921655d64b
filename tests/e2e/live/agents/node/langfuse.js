// The OpenAI client in Langfuse's wrapper; it sends OTLP as JSON.

const { observeOpenAI } = require("@langfuse/openai");
const { LangfuseSpanProcessor } = require("@langfuse/otel");
const { observe, propagateAttributes } = require("@langfuse/tracing");
const { NodeSDK } = require("@opentelemetry/sdk-node");
const OpenAI = require("openai");
const shop = require("./shop.js");

const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor(), shop.sent] });
sdk.start();

const client = observeOpenAI(new OpenAI());
const findProduct = observe(shop.findProduct, { name: shop.TOOL, asType: "tool" });
const ask = observe(
  (question, stream) => shop.ask(client, findProduct, question, stream),
  { name: "advice", asType: "agent" },
);
const user = { sessionId: shop.SESSION, userId: shop.USER };

shop.run(sdk, (question, stream) => propagateAttributes(user, () => ask(question, stream)));
