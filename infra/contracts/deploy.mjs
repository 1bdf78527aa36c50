// Deploys NRM, its staking, the timelock that owns it, the distributor of MOR and the Morpheus stand-ins to a local chain whose accounts
// are unlocked, funds them, and prints one JSON line
// {"chainId","nrm","staking","timelock","morDistributor","nrmDistributor","mor","diamond","fundingAccount","parameters":{...}}.
// usage: node deploy.mjs --rpc URL [--state FILE] [--unbonding SECONDS] [--timelock-delay SECONDS] [--payout-start SECONDS]
// With --state a deployment written there is kept while its code is on the chain and neither contracts nor parameters have changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { artefact, build } from './build.mjs';

const unit = 10n ** 18n;
const nrmPerAccount = 1_000_000n * unit;
const morOfFundingAccount = 10_000_000n * unit;
const receiptTimeoutSeconds = 30;
const deployed = ['nrm', 'staking', 'timelock', 'morDistributor', 'nrmDistributor', 'mor', 'diamond'];
// What a local chain is deployed with unless told otherwise, in seconds. The real network's first emission was at 2024-02-08T12:00:00Z.
const defaults = { unbonding: 604_800, 'timelock-delay': 60, 'payout-start': 1_707_393_600 };

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: { rpc: text, state: text, ...Object.fromEntries(Object.keys(defaults).map((name) => [name, text])) },
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

async function deploy(chainId, parameters) {
  const accounts = await rpc('eth_accounts');
  if (accounts.length < 2) throw new Error(`the chain at ${options.rpc} has ${accounts.length} unlocked accounts; at least 2 are needed`);
  const [owner, ...stakers] = accounts;
  const block = Number(await rpc('eth_blockNumber')) + 1;
  const nrm = await create(owner, 'NrmToken', owner);
  const timelock = await create(owner, 'NirmaanTimelock', parameters.timelockDelaySeconds, owner);
  const staking = await create(owner, 'NrmStaking', nrm, parameters.unbondingSeconds, timelock);
  const mor = await create(owner, 'TestMor', owner);
  const diamond = await create(owner, 'SandboxDiamond', owner, mor, owner, parameters.payoutStart);
  const morDistributor = await create(owner, 'RewardsDistributor', mor, staking, timelock);
  const nrmDistributor = await create(owner, 'RewardsDistributor', nrm, staking, timelock);
  for (const account of stakers.slice(0, 9)) await invoke(owner, nrm, 'NrmToken', 'mint(address,uint256)', account, nrmPerAccount);
  await invoke(owner, mor, 'TestMor', 'mint(address,uint256)', owner, morOfFundingAccount);
  await invoke(owner, mor, 'TestMor', 'approve(address,uint256)', diamond, 2n ** 256n - 1n);
  return { chainId, block, nrm, staking, timelock, morDistributor, nrmDistributor, mor, diamond, fundingAccount: owner, parameters: { ...parameters, proposer: owner } };
}

function seconds(name) {
  const value = options[name] ?? String(defaults[name]);
  if (!/^[0-9]{1,12}$/.test(value)) throw new Error(`--${name} takes whole seconds, not '${value}'`);
  return Number(value);
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
    if (!state[name] || (await rpc('eth_getCode', state[name], 'latest')) === '0x') return null;
  }
  return state;
}

async function main() {
  if (!options.rpc) throw new Error('--rpc URL is missing, for example --rpc http://127.0.0.1:8545');
  const parameters = { unbondingSeconds: seconds('unbonding'), timelockDelaySeconds: seconds('timelock-delay'), payoutStart: seconds('payout-start') };
  const { names } = build();
  const contracts = createHash('sha256').update(names.map((n) => artefact(n).bytecode).join() + JSON.stringify(parameters)).digest('hex');
  const chainId = Number(await rpc('eth_chainId'));

  let state = options.state ? await kept(chainId, contracts) : null;
  if (state === null) {
    state = { ...(await deploy(chainId, parameters)), contracts };
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
