// Deploys NRM, its staking and the Morpheus stand-ins to a local chain whose accounts are unlocked, funds them, and prints one
// JSON line {"chainId","nrm","staking","mor","diamond","fundingAccount"}.
// usage: node deploy.mjs --rpc URL [--state FILE] [--payout-start SECONDS]
// With --state a deployment written there is kept while its code is on the chain and the contracts have not changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { artefact, build } from './build.mjs';

const unit = 10n ** 18n;
const nrmPerAccount = 1_000_000n * unit;
const morOfFundingAccount = 10_000_000n * unit;
const morpheusPayoutStart = 1_707_393_600n; // 2024-02-08T12:00:00Z, the first emission on the real network
const receiptTimeoutSeconds = 30;
const deployed = ['nrm', 'staking', 'mor', 'diamond'];

const { values: options } = parseArgs({
  options: { rpc: { type: 'string' }, state: { type: 'string' }, 'payout-start': { type: 'string' } },
});

let calls = 0;
async function rpc(method, ...params) {
  const response = await fetch(options.rpc, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++calls, method, params }),
  });
  const answer = await response.json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

async function send(transaction) {
  const hash = await rpc('eth_sendTransaction', transaction);
  for (const end = Date.now() + receiptTimeoutSeconds * 1000; Date.now() < end; await sleep(50)) {
    const receipt = await rpc('eth_getTransactionReceipt', hash);
    if (receipt === null) continue;
    if (receipt.status !== '0x1') throw new Error(`transaction ${hash} failed`);
    return receipt;
  }
  throw new Error(`transaction ${hash} was not mined within ${receiptTimeoutSeconds} s; does the chain mine by itself?`);
}

// Addresses and unsigned integers are the only arguments here: one word each.
const words = (...values) => values.map((v) => BigInt(v).toString(16).padStart(64, '0')).join('');

async function create(from, name, ...args) {
  return (await send({ from, data: artefact(name).bytecode + words(...args) })).contractAddress;
}

async function invoke(from, to, name, signature, ...args) {
  await send({ from, to, data: artefact(name).selectors[signature] + words(...args) });
}

async function deploy(chainId, payoutStart) {
  const accounts = await rpc('eth_accounts');
  if (accounts.length < 2) throw new Error(`the chain at ${options.rpc} has ${accounts.length} unlocked accounts; at least 2 are needed`);
  const [owner, ...stakers] = accounts;
  const nrm = await create(owner, 'NrmToken', owner);
  const staking = await create(owner, 'NrmStaking', nrm);
  const mor = await create(owner, 'TestMor', owner);
  const diamond = await create(owner, 'SandboxDiamond', owner, mor, owner, payoutStart);
  for (const account of stakers.slice(0, 9)) await invoke(owner, nrm, 'NrmToken', 'mint(address,uint256)', account, nrmPerAccount);
  await invoke(owner, mor, 'TestMor', 'mint(address,uint256)', owner, morOfFundingAccount);
  await invoke(owner, mor, 'TestMor', 'approve(address,uint256)', diamond, 2n ** 256n - 1n);
  return { chainId, nrm, staking, mor, diamond, fundingAccount: owner };
}

/** The deployment of the state file, if it was made from these contracts on this chain and is still there. */
async function kept(chainId, contracts) {
  let state;
  try {
    state = JSON.parse(readFileSync(options.state, 'utf8'));
  } catch {
    return null; // none yet, or cut short
  }
  if (state.chainId !== chainId || state.contracts !== contracts) return null;
  for (const name of deployed) {
    if ((await rpc('eth_getCode', state[name], 'latest')) === '0x') return null;
  }
  return state;
}

async function main() {
  if (!options.rpc) throw new Error('--rpc URL is missing, for example --rpc http://127.0.0.1:8545');
  const payoutStart = BigInt(options['payout-start'] ?? morpheusPayoutStart);
  const { names } = build();
  const contracts = createHash('sha256').update(names.map((n) => artefact(n).bytecode).join() + payoutStart).digest('hex');
  const chainId = Number(await rpc('eth_chainId'));

  let state = options.state ? await kept(chainId, contracts) : null;
  if (state === null) {
    state = { ...(await deploy(chainId, payoutStart)), contracts };
    if (options.state) {
      mkdirSync(dirname(resolve(options.state)), { recursive: true });
      const partial = `${options.state}.${process.pid}`;
      writeFileSync(partial, JSON.stringify(state, null, 2));
      renameSync(partial, options.state);
    }
  }
  const { contracts: _, ...line } = state;
  console.log(JSON.stringify(line));
}

main().catch((e) => {
  console.error(`deploy: ${e.cause?.message ? `${e.message} (${e.cause.message})` : e.message}`);
  process.exitCode = e.message.startsWith('--') ? 2 : 3;
});
