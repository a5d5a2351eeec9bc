// node eng/tables.mjs SKLEARN VEGA OUTPUT: writes the tables of data/README.md as MaaS reads them. SKLEARN is the folder of
// scikit-learn's own files, which have no names of columns (those below are scikit-learn's), VEGA that of the npm package
// `vega-datasets`, whose JSON is an array. Cells stay as they are.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [sklearn, vega, output] = process.argv.slice(2);

function write(name, header, rows, count) {
  if (rows.length !== count || rows.some((row) => row.length !== header.length)) {
    throw new Error(`${name}: expected ${count} rows of ${header.length} cells, got ${rows.length}`);
  }
  writeFileSync(join(output, name), `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`);
}

const lines = (text, separator) => text.trim().split('\n').map((line) => line.trim().split(separator));
const read = (name) => readFileSync(join(sklearn, name), 'utf8');
const unpack = (name) => gunzipSync(readFileSync(join(sklearn, name))).toString('utf8');

// The first line holds rows, features and the names of the classes; the last cell of a row is its class.
function classes(name, file, features, label, count) {
  const [[, , ...names], ...rows] = lines(read(file), ',');
  write(name, [...features, label], rows.map((row) => [...row.slice(0, -1), names[row.at(-1)]]), count);
}

const measures = ['radius', 'texture', 'perimeter', 'area', 'smoothness', 'compactness', 'concavity', 'concave points', 'symmetry', 'fractal dimension'];
classes('breast-cancer.csv', 'breast_cancer.csv', [...measures.map((m) => `mean ${m}`), ...measures.map((m) => `${m} error`), ...measures.map((m) => `worst ${m}`)], 'diagnosis', 569);
classes('wine.csv', 'wine_data.csv', ['alcohol', 'malic_acid', 'ash', 'alcalinity_of_ash', 'magnesium', 'total_phenols', 'flavanoids', 'nonflavanoid_phenols', 'proanthocyanins', 'color_intensity', 'hue', 'od280/od315_of_diluted_wines', 'proline'], 'cultivar', 178);

const targets = lines(unpack('diabetes_target.csv.gz'), ' ').map(([value]) => Number(value));
write('diabetes.csv', ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6', 'progression'], lines(unpack('diabetes_data_raw.csv.gz'), /\s+/).map((row, i) => [...row, targets[i]]), 442);
write('digits.csv', [...Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`), 'digit'], lines(unpack('digits.csv.gz'), ','), 1797);

for (const [name, count] of Object.entries({ penguins: 344, cars: 406, movies: 3201 })) {
  const rows = JSON.parse(readFileSync(join(vega, `${name}.json`), 'utf8'));
  if (rows.length !== count) {
    throw new Error(`${name}: expected ${count} rows, got ${rows.length}`);
  }
  writeFileSync(join(output, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

for (const name of ['birdstrikes.csv', 'flights-3m.parquet']) {
  copyFileSync(join(vega, name), join(output, name));
}
