// node openai.mjs SERVER KEY OTHER_KEY ENCODER_SERVER ENCODER_KEY: the npm package openai, unchanged, against a server with the models
// chat and plain and one with the model minilm. Prints "client <tab> call <tab> outcome".
import OpenAI from 'openai';

const [server, key, otherKey, encoders, encoderKey] = process.argv.slice(2);
const client = (apiKey, baseURL = server) => new OpenAI({ apiKey, baseURL: `${baseURL}v1`, maxRetries: 0 });
const openai = client(key);
const messages = [{ role: 'user', content: 'the cat' }];
const base = { model: 'chat', messages, temperature: 0, max_completion_tokens: 12 };
const schema = { type: 'object', properties: { sure: { type: 'boolean' } }, required: ['sure'], additionalProperties: false };
const tool = { type: 'function', function: { name: 'decide', description: 'Decides.', parameters: schema, strict: true } };

async function call(name, run) {
    let outcome;
    try {
        const wrong = await run();
        outcome = wrong === undefined || wrong === true ? 'ok' : `WRONG ${JSON.stringify(wrong)}`;
    } catch (e) {
        outcome = `WRONG ${e}`;
    }
    console.log(`openai\t${name}\t${outcome.replaceAll(/[\t\n]/g, ' ')}`);
}
const chat = more => openai.chat.completions.create({ ...base, ...more });
const text = answer => answer.choices[0].message.content;
async function refused(run, status, param) {
    try {
        await run();
        return 'expected a refusal';
    } catch (e) {
        return (e.status === status && (param === undefined || e.param === param)) || `${e.status} ${e.param} ${e.message}`;
    }
}

const plain = await chat({});
await call('chat', async () => plain.choices[0].finish_reason === 'length' && plain.usage.completion_tokens === 12);
await call('chat: max_tokens', async () => text(await chat({ max_completion_tokens: undefined, max_tokens: 12 })) === text(plain));
await call('chat: stream', async () => {
    let got = '', last;
    for await (const chunk of await chat({ stream: true })) {
        got += chunk.choices[0]?.delta.content ?? '';
        last = chunk;
    }
    return got === text(plain) && last.choices[0].finish_reason === 'length';
});
await call('chat: stream_options.include_usage', async () => {
    let usage;
    for await (const chunk of await chat({ stream: true, stream_options: { include_usage: true } })) {
        usage = chunk.usage ?? usage;
    }
    return usage.completion_tokens === 12;
});
await call('chat: stream helper', async () => await openai.chat.completions.stream({ ...base }).finalContent() === text(plain));
await call('chat: hang-up', async () => {
    const stream = await chat({ stream: true, max_completion_tokens: 400 });
    for await (const chunk of stream) {
        stream.controller.abort();
        break;
    }
});
await call('chat: system, developer, assistant, parts', async () => text(await chat({
    messages: [{ role: 'system', content: 'a' }, { role: 'developer', content: [{ type: 'text', text: 'b' }] }, ...messages,
        { role: 'assistant', content: 'c' }, ...messages] })).length >= 0);
await call('chat: n, seed', async () => {
    const [one, two] = [await chat({ n: 2, seed: 1, temperature: 1 }), await chat({ n: 2, seed: 1, temperature: 1 })];
    return one.choices.length === 2 && JSON.stringify(one.choices) === JSON.stringify(two.choices);
});
await call('chat: top_p, penalties', async () => (await chat({ top_p: 0.5, frequency_penalty: 1, presence_penalty: -1 })).choices.length === 1);
await call('chat: stop', async () => {
    const stop = text(plain).slice(4, 6), got = await chat({ stop });
    return text(got) === text(plain).slice(0, text(plain).indexOf(stop)) && got.choices[0].finish_reason === 'stop';
});
await call('chat: logprobs, top_logprobs', async () => {
    const content = (await chat({ logprobs: true, top_logprobs: 3 })).choices[0].logprobs.content;
    return content.length === 12 && content.every(t => t.top_logprobs.length === 3 && t.logprob <= 0);
});
await call('chat: logit_bias', async () => text(await chat({ logit_bias: { 100: 100 }, max_completion_tokens: 3 })) !== text(plain));
await call('chat: user', async () => text(await chat({ user: 'ann' })) === text(plain));
await call('chat: response_format json_schema', async () => typeof JSON.parse(text(await chat({
    max_completion_tokens: 60, response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } } }))).sure === 'boolean');
await call('chat: response_format json_object', async () => text(await chat({ response_format: { type: 'json_object' } })).startsWith('{'));
await call('chat: tools, tool_choice', async () => {
    const { message, finish_reason: reason } = (await chat({ tools: [tool], tool_choice: 'required', max_completion_tokens: 60 })).choices[0];
    return reason === 'tool_calls' && typeof JSON.parse(message.tool_calls[0].function.arguments).sure === 'boolean';
});
await call('chat: tools in a stream, tool messages', async () => {
    const done = await openai.chat.completions.stream({
        ...base, tools: [tool], tool_choice: { type: 'function', function: { name: 'decide' } }, max_completion_tokens: 60 }).finalMessage();
    const [made] = done.tool_calls;
    return text(await chat({ messages: [...messages, done, { role: 'tool', tool_call_id: made.id, content: 'yes' }] })).length >= 0;
});
await call('chat: unknown role', async () => refused(() => chat({ messages: [{ role: 'poet', content: 'a' }] }), 400, 'messages[0].role'));
await call('chat: prompt beyond the context', async () => refused(() => chat({ messages: [{ role: 'user', content: 'z'.repeat(2000) }] }), 400, 'messages'));
await call('chat: audio', async () => refused(() => chat({ modalities: ['audio'] }), 400, 'modalities[0]'));
await call('chat: no key', async () => refused(() => client('none').chat.completions.create(base), 401));
await call('chat: wrong key', async () => refused(() => client(`maas_${'0'.repeat(12)}_${'a'.repeat(43)}`).chat.completions.create(base), 401));
await call('chat: key of another model', async () => refused(() => client(otherKey).chat.completions.create(base), 403, 'model'));
await call('chat: unknown model', async () => refused(() => chat({ model: 'none' }), 404, 'model'));
await call('completions', async () => (await openai.completions.create({ model: 'plain', prompt: ['a', 'b'], max_tokens: 3, n: 2 })).choices.length === 4);
await call('completions: stream, logprobs', async () => {
    let tokens = 0;
    for await (const chunk of await openai.completions.create({ model: 'plain', prompt: 'the cat', max_tokens: 4, temperature: 0, logprobs: 1, stream: true })) {
        tokens += chunk.choices[0].logprobs.tokens.length;
    }
    return tokens === 4;
});
await call('models', async () => (await openai.models.list()).data.map(m => m.id).join() === 'chat,linear,plain,saga');
await call('models: one', async () => (await openai.models.retrieve('chat')).id === 'chat');
await call('models: of another key', async () => (await client(otherKey).models.list()).data.map(m => m.id).join() === 'linear');
const encoder = client(encoderKey, encoders), input = ['The cat sat on the mat.', 'A model as a service.'];
await call('embeddings', async () => {
    const { data } = await encoder.embeddings.create({ model: 'minilm', input });
    const length = Math.hypot(...data[0].embedding);
    return data.length === 2 && data[0].embedding.length === 384 && Math.abs(length - 1) < 1e-5;
});
await call('embeddings: encoding_format float, dimensions', async () => (await encoder.embeddings.create({
    model: 'minilm', input: input[0], encoding_format: 'float', dimensions: 8 })).data[0].embedding.length === 8);
