// The OpenAI client with OpenTelemetry's own instrumentation; the session is on the app's span.

const { trace } = require("@opentelemetry/api");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
const { NodeSDK, tracing } = require("@opentelemetry/sdk-node");
const shop = require("./shop.js");

const exporting = new tracing.BatchSpanProcessor(new OTLPTraceExporter());
const sdk = new NodeSDK({
  instrumentations: [new OpenAIInstrumentation()],
  spanProcessors: [exporting, shop.sent],
});
sdk.start();

const OpenAI = require("openai");
const client = new OpenAI();
const attributes = { "session.id": shop.SESSION, "user.id": shop.USER };

shop.run(sdk, (question, stream) =>
  trace.getTracer("shop").startActiveSpan("turn", { attributes }, async (turn) => {
    await shop.ask(client, shop.findProduct, question, stream);
    turn.end();
  }),
);
