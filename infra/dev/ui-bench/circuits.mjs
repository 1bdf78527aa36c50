// Opens N circuits on a page and holds them: node circuits.mjs http://127.0.0.1:5299 /plain 200
// Speaks what the browser's script speaks: fetch the page, read its marker, start a circuit, acknowledge each batch, answer interop.
import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

const [, , base, path, countText = '200'] = process.argv;
const count = Number(countText);

class BlazorPack extends MessagePackHubProtocol {
  constructor() {
    super();
    this.name = 'blazorpack';
  }
}

// A library's script answers some calls with more than null; these are enough to keep each measured page alive.
const answers = [
  [/^Radzen\.clientRect/, { left: 0, top: 0, width: 800, height: 600, right: 800, bottom: 600 }],
  [/^Radzen\.(innerWidth|innerHeight)/, 1000],
  [/^Radzen\.mediaQuery/, true],
];
const JS_OBJECT = 1;
const calls = new Map();
const errors = [];

function answer(identifier, resultType) {
  calls.set(identifier, (calls.get(identifier) ?? 0) + 1);
  if (resultType === JS_OBJECT) return { __jsObjectId: 1 };
  return answers.find(([pattern]) => pattern.test(identifier))?.[1] ?? null;
}

const quiet = 700;
async function open() {
  const html = await (await fetch(base + path)).text();
  const markers = [...html.matchAll(/<!--Blazor:(\{"type":"server".*?\})-->/g)].map(m => JSON.parse(m[1]));
  const state = html.match(/<!--Blazor-Server-Component-State:(.*?)-->/)?.[1] ?? '';
  const hub = new HubConnectionBuilder().withUrl(`${base}/_blazor`, { transport: HttpTransportType.WebSockets }).withHubProtocol(new BlazorPack()).configureLogging(LogLevel.None).build();
  const seen = { bytes: 0, batches: 0, last: performance.now() };
  hub.on('JS.RenderBatch', (id, data) => {
    seen.bytes += data.length;
    seen.batches++;
    seen.last = performance.now();
    hub.send('OnRenderCompleted', id, null);
  });
  hub.on('JS.BeginInvokeJS', (task, identifier, args, resultType) => {
    seen.last = performance.now();
    hub.send('EndInvokeJSFromDotNet', task, true, JSON.stringify([task, true, answer(identifier, resultType)]));
  });
  hub.on('JS.Error', error => errors.push(error));
  for (const name of ['JS.EndUpdateRootComponents', 'JS.AttachComponent', 'JS.EndInvokeDotNet', 'JS.SavePersistedState']) hub.on(name, () => {});
  await hub.start();
  if (!await hub.invoke('StartCircuit', `${base}/`, base + path, '[]', state)) throw new Error('no circuit');
  await hub.send('UpdateRootComponents', JSON.stringify({ batchId: 1, operations: markers.map((marker, i) => ({ type: 'add', ssrComponentId: i + 1, marker })) }), state);
  // Alive = it has rendered, and went quiet without an error.
  while (seen.batches === 0 || performance.now() - seen.last < quiet) {
    if (errors.length > 0) throw new Error(errors[0]);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return { hub, seen };
}

const stat = async () => (await fetch(`${base}/stat`)).json();
const kib = bytes => Math.round(bytes / 102.4) / 10;

const warm = await Promise.all(Array.from({ length: 5 }, open));
const before = await stat();
const started = performance.now();
const held = [];
let next = 0;
await Promise.all(Array.from({ length: 8 }, async () => {
  while (next < count) {
    next++;
    held.push(await open());
  }
}));
const seconds = (performance.now() - started) / 1000;
const after = await stat();
console.log(JSON.stringify({
  path, circuits: held.length, errors: errors.length, heapKiBPerCircuit: kib((after.heapBytes - before.heapBytes) / count), residentKiBPerCircuit: kib((after.residentBytes - before.residentBytes) / count),
  renderKiBPerCircuit: kib(held.reduce((sum, h) => sum + h.seen.bytes, 0) / count), batchesPerCircuit: held.reduce((sum, h) => sum + h.seen.batches, 0) / count, seconds: Math.round(seconds * 10) / 10,
  interop: Object.fromEntries(calls),
}));
await Promise.all([...warm, ...held].map(h => h.hub.stop()));
process.exit(0);
