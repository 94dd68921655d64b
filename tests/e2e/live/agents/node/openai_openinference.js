// The OpenAI client with OpenInference.

const { OpenAIInstrumentation } = require("@arizeai/openinference-instrumentation-openai");
const { setSession, setUser } = require("@arizeai/openinference-core");
const { context, trace } = require("@opentelemetry/api");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
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

const inSession = (work) =>
  context.with(
    setUser(setSession(context.active(), { sessionId: shop.SESSION }), { userId: shop.USER }),
    work,
  );

shop.run(sdk, (question, stream) =>
  inSession(() =>
    trace.getTracer("shop").startActiveSpan("turn", async (turn) => {
      await shop.ask(client, shop.findProduct, question, stream);
      turn.end();
    }),
  ),
);
