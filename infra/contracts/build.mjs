// Compiles the Solidity in src/ and test/ to out/<Name>.json {"abi","bytecode","selectors"}. The same sources give the same bytes
// on every machine: compiler, libraries and settings are pinned and no metadata hash is appended. Does nothing when out/ is fresh.
// usage: node build.mjs [--force | --check]; --check compiles anew, writes nothing and ends with 1 if an artefact is not what comes out
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', 'node_modules');
const out = join(here, 'out');
const settings = {
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.methodIdentifiers'] } },
};

/** Builds if needed; answers the names of the contracts. */
export function build({ force = false } = {}) {
  const { sources, stamp } = read();
  const last = readIndex();
  if (!force && last?.stamp === stamp) return { names: last.names, built: false };
  const contracts = compile(sources);
  for (const [name, content] of contracts) write(`${name}.json`, content);
  const names = [...contracts.keys()];
  write('index.json', JSON.stringify({ stamp, names })); // last: a build that was cut short is not fresh
  return { names, built: true };
}

/** The names of the contracts whose artefact is missing or is not what the compiler makes of the sources. */
export function check() {
  const same = (name, content) => {
    try {
      return readFileSync(join(out, `${name}.json`), 'utf8') === content;
    } catch {
      return false;
    }
  };
  return [...compile(read().sources)].filter(([name, content]) => !same(name, content)).map(([name]) => name);
}

function read() {
  const sources = {};
  for (const folder of ['src', 'test']) {
    for (const file of readdirSync(join(here, folder)).filter((f) => f.endsWith('.sol')).sort()) {
      sources[`${folder}/${file}`] = { content: readFileSync(join(here, folder, file), 'utf8') };
    }
  }
  const version = (name) => JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;
  const stamp = createHash('sha256')
    .update(JSON.stringify([sources, settings, version('solc'), version('@openzeppelin/contracts')]))
    .digest('hex');
  return { sources, stamp };
}

/** Every contract's artefact as text, by name. */
function compile(sources) {
  const solc = createRequire(join(modules, 'x.js'))('solc');
  const input = JSON.stringify({ language: 'Solidity', sources, settings });
  const answer = JSON.parse(solc.compile(input, { import: readImport }));
  // A warning about our own sources stops the build; the library's warnings are not ours to mend.
  const ours = (e) => !e.sourceLocation?.file.startsWith('@');
  const complaints = (answer.errors ?? []).filter((e) => e.severity === 'error' || (e.severity === 'warning' && ours(e)));
  if (complaints.length > 0) throw new Error(complaints.map((e) => e.formattedMessage).join('\n'));

  const contracts = new Map();
  for (const file of Object.keys(sources)) {
    for (const [name, contract] of Object.entries(answer.contracts[file] ?? {})) {
      contracts.set(name, JSON.stringify({
        abi: contract.abi,
        bytecode: `0x${contract.evm.bytecode.object}`,
        selectors: Object.fromEntries(Object.entries(contract.evm.methodIdentifiers).map(([k, v]) => [k, `0x${v}`])),
      }));
    }
  }
  return contracts;
}

/** One contract's artefact. */
export const artefact = (name) => JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8'));

function readIndex() {
  try {
    return JSON.parse(readFileSync(join(out, 'index.json'), 'utf8'));
  } catch {
    return null;
  }
}

function readImport(path) {
  try {
    return { contents: readFileSync(join(modules, path), 'utf8') };
  } catch (e) {
    return { error: e.message };
  }
}

// Two builds may run at once (test projects in parallel): a reader sees a whole file or none.
function write(name, content) {
  mkdirSync(out, { recursive: true });
  const partial = join(out, `.${name}.${process.pid}`);
  writeFileSync(partial, content);
  renameSync(partial, join(out, name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--check')) {
    const stale = check();
    console.log(stale.length === 0 ? 'checked: every artefact is what the compiler makes of its source' : `not from these sources: ${stale.join(' ')}`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    const { names, built } = build({ force: process.argv.includes('--force') });
    console.log(`${built ? 'built' : 'fresh'}: ${names.join(' ')}`);
  }
}
