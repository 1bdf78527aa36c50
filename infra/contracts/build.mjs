// Compiles the Solidity in src/ and test/ to out/<Name>.json {"abi","bytecode","selectors"}. The same sources give the same bytes
// on every machine: compiler, libraries and settings are pinned and no metadata hash is appended. Does nothing when out/ is fresh.
// usage: node build.mjs [--force]
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
  const last = readIndex();
  if (!force && last?.stamp === stamp) return { names: last.names, built: false };

  const solc = createRequire(join(modules, 'x.js'))('solc');
  const input = JSON.stringify({ language: 'Solidity', sources, settings });
  const answer = JSON.parse(solc.compile(input, { import: readImport }));
  // A warning about our own sources stops the build; the library's warnings are not ours to mend.
  const ours = (e) => !e.sourceLocation?.file.startsWith('@');
  const complaints = (answer.errors ?? []).filter((e) => e.severity === 'error' || (e.severity === 'warning' && ours(e)));
  if (complaints.length > 0) throw new Error(complaints.map((e) => e.formattedMessage).join('\n'));

  const names = [];
  for (const file of Object.keys(sources)) {
    for (const [name, contract] of Object.entries(answer.contracts[file] ?? {})) {
      names.push(name);
      write(`${name}.json`, {
        abi: contract.abi,
        bytecode: `0x${contract.evm.bytecode.object}`,
        selectors: Object.fromEntries(Object.entries(contract.evm.methodIdentifiers).map(([k, v]) => [k, `0x${v}`])),
      });
    }
  }
  write('index.json', { stamp, names }); // last: a build that was cut short is not fresh
  return { names, built: true };
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
  writeFileSync(partial, JSON.stringify(content));
  renameSync(partial, join(out, name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { names, built } = build({ force: process.argv.includes('--force') });
  console.log(`${built ? 'built' : 'fresh'}: ${names.join(' ')}`);
}
