// Writes tokenizers.json: what Hugging Face's own library (npm package "tokenizers", native code) makes of texts.json.
// Run in a folder in which that package is installed:  npm install tokenizers@0.23.2 && node …/make_tokenizers.mjs
// Vocabularies are trained here on corpus.txt, which was written for this purpose. Offsets are turned from code points into
// UTF-16 units.
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const hf = require("tokenizers");
const here = dirname(fileURLToPath(import.meta.url));
const texts = JSON.parse(readFileSync(join(here, "texts.json"), "utf8"));
const corpus = join(here, "corpus.txt");

const plainModel = { type: "WordLevel", vocab: { "<unk>": 0 }, unk_token: "<unk>" };
const whole = (parts) => ({
  version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null,
  post_processor: null, decoder: null, model: plainModel, ...parts,
});
const load = (json) => hf.Tokenizer.fromString(JSON.stringify(json));

function units(text, [start, end]) {
  const points = Array.from(text);
  const length = (n) => points.slice(0, n).join("").length;
  return [length(start), length(end)];
}

// ---- parts on their own
const normalizers = [
  { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false },
  { type: "BertNormalizer", clean_text: false, handle_chinese_chars: false, strip_accents: true, lowercase: false },
  { type: "BertNormalizer", clean_text: true, handle_chinese_chars: false, strip_accents: false, lowercase: true },
  { type: "NFC" }, { type: "NFD" }, { type: "NFKC" }, { type: "NFKD" }, { type: "Lowercase" }, { type: "StripAccents" }, { type: "Nmt" },
  { type: "Strip", strip_left: true, strip_right: false }, { type: "Strip", strip_left: true, strip_right: true },
  { type: "Prepend", prepend: "▁" },
  { type: "Replace", pattern: { String: " " }, content: "▁" },
  { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
  { type: "Replace", pattern: { Regex: "\\p{L}" }, content: "L" },
  { type: "Sequence", normalizers: [{ type: "NFD" }, { type: "Lowercase" }, { type: "StripAccents" }] },
];
const split = (Regex, behavior, invert = false) => ({ type: "Split", pattern: { Regex }, behavior, invert });
const preTokenizers = [
  { type: "BertPreTokenizer" }, { type: "Whitespace" }, { type: "WhitespaceSplit" },
  ...["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"].map((behavior) => ({ type: "Punctuation", behavior })),
  ...["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"].map((behavior) => split("\\s", behavior)),
  split("\\w+|[^\\w\\s]+", "Removed", true),
  split("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", "Isolated"),
  { type: "Split", pattern: { String: "e" }, behavior: "MergedWithNext", invert: false },
  { type: "Digits", individual_digits: true }, { type: "Digits", individual_digits: false },
  { type: "CharDelimiterSplit", delimiter: "a" },
  { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: false },
  ...["always", "never", "first"].map((prepend_scheme) => ({ type: "Metaspace", replacement: "▁", prepend_scheme, split: true })),
  { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: false },
  { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, { type: "Digits", individual_digits: true }, { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: true }] },
];

const normalized = normalizers.map((json) => {
  const part = load(whole({ normalizer: json })).getNormalizer();
  return { json, out: texts.map((text) => part.normalizeString(text)) };
});
const preTokenized = preTokenizers.map((json) => {
  const part = load(whole({ pre_tokenizer: json })).getPreTokenizer();
  return { json, out: texts.map((text) => part.preTokenizeString(text).map(([word, offsets]) => [word, ...units(text, offsets)])) };
});

// ---- whole tokenizers
function train(model, parts) {
  const tokenizer = new hf.Tokenizer(model);
  const stub = load(whole(parts));
  if (parts.normalizer) tokenizer.setNormalizer(stub.getNormalizer());
  tokenizer.setPreTokenizer(stub.getPreTokenizer());
  tokenizer.train([corpus]);
  const path = join(mkdtempSync(join(tmpdir(), "maas-")), "tokenizer.json");
  tokenizer.save(path);
  return JSON.parse(readFileSync(path, "utf8")).model;
}

const special = (id, content, more = {}) => ({
  id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...more,
});
const names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const byId = ([, a], [, b]) => a - b;
const shifted = (vocab, first) => Object.fromEntries([
  ...first.map((token, id) => [token, id]),
  ...Object.entries(vocab).sort(byId).map(([token], i) => [token, i + first.length]),
]);

const bertParts = {
  normalizer: normalizers[0],
  pre_tokenizer: { type: "BertPreTokenizer" },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
};
const trainedWordPiece = train(hf.WordPiece.empty(), bertParts);
// Tokens are sorted: the trainer's order of characters within words changes from run to run.
const wordPieceVocab = shifted(Object.fromEntries(Object.keys(trainedWordPiece.vocab).sort().map((t, i) => [t, i])), names);
const bertTokens = names.map((name, id) => special(id, name, name === "[MASK]" ? { lstrip: true } : {}));
const wordPiece = { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: wordPieceVocab };
const template = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }],
  pair: [
    { SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } },
    { Sequence: { id: "B", type_id: 1 } }, { SpecialToken: { id: "[SEP]", type_id: 1 } },
  ],
  special_tokens: { "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] } },
};

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const trainedBytes = train(hf.BPE.empty(), { pre_tokenizer: byteLevel });
const bytes = hf.byteLevelAlphabet().filter((c) => !(c in trainedBytes.vocab)).sort();
const bytesVocab = shifted(trainedBytes.vocab, ["<|endoftext|>", "<s>", "</s>", ...bytes]);
const bytesModel = { ...trainedBytes, vocab: bytesVocab };

const score = (i) => -Math.log(i + 2);
const pieces = Object.keys(wordPieceVocab).slice(5).map((t) => (t.startsWith("##") ? t.slice(2) : "▁" + t));
const unigramVocab = [["<unk>", 0], ["<s>", 0], ["</s>", 0], ...[...new Set(["▁", ...pieces])].map((piece, i) => [piece, score(i) - piece.length * 0.125])];
const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
const byteTokens = [...Array(256).keys()].map((b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);

const charPieces = [...new Set(Array.from("▁the quick brown fox jumps over lazy dog".replaceAll(" ", "")))];
const llamaMerges = [["t", "h"], ["th", "e"], ["▁", "the"], ["o", "v"], ["ov", "e"], ["q", "u"], ["▁", "f"]];
const llamaVocab = shifted(Object.fromEntries([...charPieces, ...llamaMerges.map(([a, b]) => a + b)].map((t, i) => [t, i])), ["<unk>", "<s>", "</s>", ...byteTokens]);

const clipMerges = [["t", "h"], ["th", "e</w>"], ["d", "o"], ["do", "g</w>"], ["o", "v"]];
const letters = [..."abcdefghijklmnopqrstuvwxyz"];
const clipVocab = shifted(Object.fromEntries([...letters, ...letters.map((l) => l + "</w>"), ...clipMerges.map(([a, b]) => a + b)].map((t, i) => [t, i])), ["<unk>"]);

const roberta = (trim_offsets, add_prefix_space) => ({ type: "RobertaProcessing", sep: ["</s>", 2], cls: ["<s>", 1], trim_offsets, add_prefix_space });
const tokenizers = {
  bert: whole({ ...bertParts, added_tokens: bertTokens, post_processor: template, model: wordPiece }),
  "bert cased": whole({
    ...bertParts, normalizer: normalizers[1], added_tokens: bertTokens, model: wordPiece,
    post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
  }),
  "added tokens": whole({
    ...bertParts, post_processor: template, model: wordPiece,
    added_tokens: [
      ...bertTokens.slice(0, 4), special(4, "[MASK]", { single_word: true }),
      special(Object.keys(wordPieceVocab).length, "quick brown", { normalized: true, special: false, rstrip: true }),
      special(Object.keys(wordPieceVocab).length + 1, "lazy dog", { normalized: true, special: false, single_word: true }),
      special(Object.keys(wordPieceVocab).length + 2, "東京", { normalized: false, special: false, lstrip: true }),
    ],
  }),
  "gpt-2": whole({ added_tokens: [special(0, "<|endoftext|>")], pre_tokenizer: byteLevel, post_processor: byteLevel, decoder: byteLevel, model: bytesModel }),
  "roberta": whole({
    added_tokens: [special(1, "<s>"), special(2, "</s>")], pre_tokenizer: { ...byteLevel, add_prefix_space: true },
    post_processor: roberta(true, true), decoder: byteLevel, model: bytesModel,
  }),
  "roberta untrimmed": whole({
    added_tokens: [special(1, "<s>"), special(2, "</s>")], pre_tokenizer: byteLevel,
    post_processor: roberta(false, false), decoder: byteLevel, model: { ...bytesModel, ignore_merges: true },
  }),
  "byte-level template": whole({
    added_tokens: bertTokens.slice(2, 4).map((t) => ({ ...t, id: t.id - 1, content: t.id === 2 ? "<s>" : "</s>" })),
    normalizer: { type: "NFC" }, pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel] },
    post_processor: { type: "Sequence", processors: [byteLevel, { ...template, special_tokens: { "[CLS]": { id: "[CLS]", ids: [1], tokens: ["<s>"] }, "[SEP]": { id: "[SEP]", ids: [2], tokens: ["</s>"] } } }] },
    decoder: byteLevel, model: bytesModel,
  }),
  unigram: whole({
    added_tokens: [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")],
    normalizer: { type: "Sequence", normalizers: [{ type: "Nmt" }, { type: "NFKC" }, { type: "Replace", pattern: { Regex: " {2,}" }, content: " " }] },
    pre_tokenizer: metaspace, decoder: metaspace, model: { type: "Unigram", unk_id: 0, vocab: unigramVocab, byte_fallback: false },
  }),
  "unigram bytes": whole({
    added_tokens: [special(0, "<unk>")], pre_tokenizer: { ...metaspace, split: false },
    decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] },
    model: { type: "Unigram", unk_id: 0, vocab: [...unigramVocab, ...byteTokens.map((t) => [t, -20])], byte_fallback: true },
  }),
  llama: whole({
    added_tokens: [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")],
    normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, { type: "Replace", pattern: { String: " " }, content: "▁" }] },
    decoder: { type: "Sequence", decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, { type: "Strip", content: " ", start: 1, stop: 0 }] },
    model: { type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: true, ignore_merges: false, vocab: llamaVocab, merges: llamaMerges },
  }),
  "bpe suffix": whole({
    added_tokens: [special(0, "<unk>")], normalizer: { type: "Lowercase" }, pre_tokenizer: { type: "Whitespace" }, decoder: { type: "BPEDecoder", suffix: "</w>" },
    model: { type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: "", end_of_word_suffix: "</w>", fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab: clipVocab, merges: clipMerges.map((m) => m.join(" ")) },
  }),
  "bpe fused unknown": whole({
    pre_tokenizer: { type: "WhitespaceSplit" },
    model: { type: "BPE", dropout: null, unk_token: "<unk>", continuing_subword_prefix: "", end_of_word_suffix: "", fuse_unk: true, byte_fallback: false, ignore_merges: false, vocab: clipVocab, merges: clipMerges.slice(0, 1).map((m) => m.join(" ")) },
  }),
  words: whole({
    pre_tokenizer: { type: "Whitespace" }, normalizer: { type: "Lowercase" },
    model: { type: "WordLevel", unk_token: "[UNK]", vocab: { "[UNK]": 0, the: 1, quick: 2, fox: 3, ".": 4, "привет": 5, "😀": 6, world: 7 } },
  }),
};

const record = (text, pair, encoding) => ({
  ids: encoding.getIds(),
  types: encoding.getTypeIds(),
  mask: encoding.getAttentionMask(),
  special: encoding.getSpecialTokensMask(),
  tokens: encoding.getTokens(),
  offsets: encoding.getOffsets().map((o, i) => units(encoding.getSequenceIds()[i] === 1 ? pair : text, o)),
});

const encoded = [], models = [];
for (const [name, json] of Object.entries(tokenizers)) {
  const tokenizer = load(json);
  const cases = [];
  for (const text of texts) {
    const encoding = await tokenizer.encode(text);
    const { ids, offsets } = record(text, null, encoding);
    cases.push({ ids, offsets: offsets.flat(), text: await tokenizer.decode(ids, true), all: await tokenizer.decode(ids, false) });
  }
  const pair = record(texts[3], texts[6], await tokenizer.encode(texts[3], texts[6]));
  const plain = record(texts[3], texts[6], await tokenizer.encode(texts[3], texts[6], { addSpecialTokens: false }));
  if (!models.includes(json.model)) models.push(json.model);
  encoded.push({ name, json: { ...json, model: models.indexOf(json.model) }, cases, pair, plain });
}

// ---- truncation and padding
const lengths = [];
for (const [name, truncation, padding] of [
  ["longest first", { max_length: 12, strategy: "LongestFirst", stride: 0, direction: "Right" }, null],
  ["longest first, odd", { max_length: 14, strategy: "LongestFirst", stride: 2, direction: "Right" }, null],
  ["longest first, left", { max_length: 12, strategy: "LongestFirst", stride: 1, direction: "Left" }, null],
  ["only first", { max_length: 12, strategy: "OnlyFirst", stride: 1, direction: "Right" }, null],
  ["only second", { max_length: 16, strategy: "OnlySecond", stride: 1, direction: "Right" }, null],
  ["fixed", { max_length: 13, strategy: "LongestFirst", stride: 3, direction: "Right" }, { strategy: { Fixed: 20 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "[PAD]" }],
  ["multiple, left", null, { strategy: "BatchLongest", direction: "Left", pad_to_multiple_of: 8, pad_id: 0, pad_type_id: 1, pad_token: "[PAD]" }],
]) {
  const tokenizer = load({ ...tokenizers.bert, truncation, padding });
  // No longer than max_length each: of longer ones this version of the library leaves the overflow incomplete.
  const [long, medium, short] = [texts[3], "Free offer! Click here.", texts[2]];
  const pairs = [[long, medium], [medium, long], [short, long], [long, null], [short, null]];
  const out = [];
  for (const [a, b] of pairs) {
    try {
      const encoding = await tokenizer.encode(a, b);
      out.push({ a, b, main: record(a, b, encoding), overflow: encoding.getOverflowing().map((o) => record(a, b, o)) });
    } catch {
      out.push({ a, b, error: true });
    }
  }
  const batch = truncation?.strategy === "OnlySecond" ? null : (await tokenizer.encodeBatch(texts)).map((e) => e.getIds());
  lengths.push({ name, truncation, padding, out, batch });
}

// ---- training
const training = { wordPiece: Object.keys(trainedWordPiece.vocab).sort(), merges: trainedBytes.merges };

writeFileSync(join(here, "tokenizers.json"), JSON.stringify({ normalized, preTokenized, models, encoded, lengths, training }).replace(/\},\{/g, "},\n{") + "\n");
