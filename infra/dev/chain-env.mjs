// Turns the line that contracts/deploy.mjs prints (standard input) into the settings that web and sandbox read, one NAME=VALUE per line.
// usage: node deploy.mjs --rpc URL | node chain-env.mjs URL
import { text } from 'node:stream/consumers';

const names = { nrm: 'Nrm', staking: 'Staking', timelock: 'Timelock', morDistributor: 'Distributor', nrmDistributor: 'Distributors__NRM', mor: 'Mor', diamond: 'Diamond', fundingAccount: 'FundingAccount' };
const deployed = JSON.parse(await text(process.stdin));
console.log(`Chain__Rpc=${process.argv[2]}`);
for (const [key, name] of Object.entries(names)) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(deployed[key] ?? '')) throw new Error(`deployment: ${key} is '${deployed[key]}', expected an address`);
  console.log(`Chain__${name}=${deployed[key]}`);
}
// Nothing of ours can be in an earlier block: who verifies from the chain begins there. A deployment kept from before it was noted has none.
if (Number.isSafeInteger(deployed.block)) console.log(`Chain__FromBlock=${deployed.block}`);
