// Builds OpenZeppelin's tree over the lines "account,amount" of a file and prints root, seconds and memory as JSON.
// usage: node merkle.mjs INFRA_FOLDER LEAVES_FILE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, file] = process.argv.slice(2);
const { StandardMerkleTree } = createRequire(join(folder, 'x.js'))('@openzeppelin/merkle-tree');
const values = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => line.split(','));
const [from, cpu] = [performance.now(), process.cpuUsage()];
const tree = StandardMerkleTree.of(values, ['address', 'uint256']);
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({
  root: tree.root,
  seconds: (performance.now() - from) / 1e3,
  cpuSeconds: (used.user + used.system) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1024,
}));
