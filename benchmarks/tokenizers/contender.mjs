// node contender.mjs LIBRARY NODE_MODULES TOKENIZER_JSON TEXTS_JSON SECONDS
// Encodes the texts one after the other on one thread; prints tokens, seconds of processor time of the best pass, and a hash of all ids.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [library, modules, tokenizerPath, textsPath, seconds] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const texts = JSON.parse(readFileSync(textsPath, "utf8"));

let encode;
if (library === "native") {
  const tokenizer = require("tokenizers").Tokenizer.fromFile(tokenizerPath);
  // Many texts a call: the library's own loop, not a JavaScript promise for each text. Ids are read in JavaScript, as offsets are not.
  encode = async () => (await tokenizer.encodeBatch(texts)).map((encoding) => encoding.getIds());
} else {
  const { Tokenizer } = require("@huggingface/tokenizers");
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(tokenizerPath, "utf8")), {});
  encode = async () => texts.map((text) => tokenizer.encode(text).ids);
}

let best = Infinity, ids;
for (let spent = 0; spent < Number(seconds); ) {
  const start = process.cpuUsage();
  ids = await encode();
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1e6;
  best = Math.min(best, took);
  spent += took;
}

let hash = 2166136261, tokens = 0;
for (const sequence of ids) {
  tokens += sequence.length;
  for (const id of sequence) hash = Math.imul(hash ^ id, 16777619) >>> 0;
}
console.log(JSON.stringify({ tokens, seconds: best, hash }));
