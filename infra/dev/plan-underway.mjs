// Makes a plan, approves all of it and waits until a machine of it is being rented or given back. usage: node plan-underway.mjs URL SECONDS
import { setTimeout as sleep } from 'node:timers/promises';

const [url, seconds] = process.argv.slice(2);
const call = async (method, path, body) => {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: 'Bearer nrm_demo-admin', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
};

const { plan } = await call('POST', '/plans', {});
await call('POST', `/plans/${plan.id}/approve`, {});
let last;
for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(1000)) {
  const { moves } = await call('GET', `/plans/${plan.id}`);
  last = moves.map(m => `${m.kind} ${m.state}`).join(', ');
  if (moves.some(m => m.startedAt && !m.endedAt)) process.exit(0);
}
console.error(`no move began within ${seconds} s; the last was: ${last}`);
process.exit(1);
