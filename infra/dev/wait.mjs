// Waits until an address answers 2xx. usage: node wait.mjs URL SECONDS [RPC]; with RPC it asks a chain for its id instead.
import { setTimeout as sleep } from 'node:timers/promises';

const [url, seconds, kind] = process.argv.slice(2);
const ask = kind === 'RPC'
  ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' }
  : {};
let last = 'nothing';
for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
  try {
    const answer = await fetch(url, { ...ask, redirect: 'manual', signal: AbortSignal.timeout(5000) });
    if (answer.ok) process.exit(0);
    last = `status ${answer.status}`;
  } catch (e) {
    last = e.cause?.code ?? e.name;
  }
}
console.error(`${url}: no good answer within ${seconds} s; the last was ${last}`);
process.exit(1);
