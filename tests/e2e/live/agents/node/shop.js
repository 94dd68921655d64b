// As ../shop.py: what the programs in JavaScript have in common.

const MODEL = "gpt-4o-mini";
const SESSION = "session-4711";
const USER = "customer-42";
const QUESTIONS = [
  "Annegret-Larkspur asks: do you have the trail boots?",
  "And Annegret-Larkspur wants to know when they ship",
];
const TOOL = "find_product";
const DESCRIPTION = "Looks a product up.";
const CHAT_TOOL = {
  type: "function",
  function: {
    name: TOOL,
    description: DESCRIPTION,
    parameters: {
      type: "object",
      properties: { product: { type: "string" } },
      required: ["product"],
    },
  },
};

const findProduct = ({ product }) => `${product}: 12 left`;

// A span processor: tells which spans the library hands to its exporter.
const sent = {
  onStart() {},
  onEnd(span) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    if (traceFlags & 1) console.log(`sent ${traceId} ${spanId}`);
  },
  async forceFlush() {},
  async shutdown() {},
};

// Two questions in one session, the first with streaming; then everything is sent.
async function run(sdk, answer) {
  await answer(QUESTIONS[0], true);
  await answer(QUESTIONS[1], false);
  await sdk.shutdown();
}

// Asks with OpenAI's client; the tool is looked up by the program.
async function ask(client, lookUp, question, stream) {
  const messages = [{ role: "user", content: question }];
  const completions = client.chat.completions;
  const asked = await completions.create({ model: MODEL, messages, tools: [CHAT_TOOL] });
  messages.push(asked.choices[0].message);
  for (const call of asked.choices[0].message.tool_calls) {
    const content = await lookUp(JSON.parse(call.function.arguments));
    messages.push({ role: "tool", tool_call_id: call.id, content });
  }
  const options = stream ? { stream: true, stream_options: { include_usage: true } } : {};
  const answered = await completions.create({ model: MODEL, messages, ...options });
  if (stream) for await (const _ of answered);
}

module.exports = { ask, DESCRIPTION, findProduct, MODEL, run, sent, SESSION, TOOL, USER };
