// Server-sent events of an answer that is still being written.

/** The data of each event as it comes. Fails as reading the answer does. */
export async function* dataOf(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data = [];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data:')) {
          data.push(line.slice('data:'.length).trimStart());
        } else if (line === '' && data.length > 0) {
          yield data.join('\n');
          data = [];
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => { /* An answer that has failed cannot be cancelled any more. */ });
  }
}
