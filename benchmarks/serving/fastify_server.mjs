// Fastify and onnxruntime-node: node fastify_server.mjs MODEL PORT
import Fastify from "fastify";
import ort from "onnxruntime-node";

const [model, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const app = Fastify();

app.post("/infer", async request => {
  const [{ shape, data }] = request.body.inputs;
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", Float32Array.from(data), shape) });
  const logits = outputs[session.outputNames[0]];
  return {
    model_name: "conv",
    outputs: [{ name: "output", datatype: "FP32", shape: logits.dims, data: Array.from(logits.data) }],
  };
});

await app.listen({ host: "127.0.0.1", port: Number(port) });
