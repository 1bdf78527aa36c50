// The browser's wallets: found by EIP-6963, asked by EIP-1193. Nothing here knows a key. Every call answers a plain object; one that failed has
// a fault (rejected, wrong-chain, other-account, no-wallet, mismatch, failed) and words for the person.

const found = new Map();
const remembered = 'nirmaan-wallet';

addEventListener('eip6963:announceProvider', event => {
  const { info, provider } = event.detail ?? {};
  if (info?.rdns && provider?.request) found.set(info.rdns, { info, provider });
});
dispatchEvent(new Event('eip6963:requestProvider'));

// Wallets announce themselves at once when asked; older ones only leave themselves at window.ethereum.
function list() {
  dispatchEvent(new Event('eip6963:requestProvider'));
  if (found.size === 0 && window.ethereum?.request) found.set('window.ethereum', { info: { name: "The browser's wallet" }, provider: window.ethereum });
  return [...found].map(([id, { info }]) => ({ id, name: String(info.name ?? id), icon: /^data:image\//.test(info.icon ?? '') ? info.icon : null }));
}

function provider() {
  list();
  const chosen = found.get(localStorage.getItem(remembered)) ?? (found.size === 1 ? [...found.values()][0] : null);
  return chosen?.provider ?? null;
}

// EIP-1193: 4001 is the person's no, 4902 a chain that the wallet does not know. Some wallets wrap the code once more.
const codeOf = error => error?.code === -32603 ? error?.data?.originalError?.code ?? error.code : error?.code;
function faultOf(error) {
  if (codeOf(error) === 4001) return { fault: 'rejected', words: 'You said no in the wallet. Nothing was sent.' };
  if (codeOf(error) === -32002) return { fault: 'failed', words: 'The wallet is still waiting for an answer to an earlier question: open it.' };
  return { fault: 'failed', words: String(error?.data?.message ?? error?.message ?? error).slice(0, 300) };
}

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), credentials: 'same-origin' });
  const json = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.detail ?? (answer.status === 429 ? 'Too many attempts; wait a minute.' : `The site answered ${answer.status}.`));
  return json;
}

async function signIn(id) {
  list();
  const wallet = found.get(id);
  if (!wallet) return { fault: 'no-wallet', words: 'That wallet is gone. Reload the page.' };
  try {
    const [account] = await wallet.provider.request({ method: 'eth_requestAccounts' });
    if (!account) return { fault: 'no-wallet', words: 'The wallet showed no account.' };
    const { message } = await post('/sign-in/wallet/message', { address: account });
    const hex = '0x' + [...new TextEncoder().encode(message)].map(b => b.toString(16).padStart(2, '0')).join('');
    const signature = await wallet.provider.request({ method: 'personal_sign', params: [hex, account] });
    await post('/sign-in/wallet', { message, signature });
    localStorage.setItem(remembered, id);
    location.assign('/me');
    return {};
  } catch (error) {
    return faultOf(error);
  }
}

// What the call data of each deed must be. The server prepared them; here they are made once more from what the page shows, and must be equal.
const word = value => BigInt(value).toString(16).padStart(64, '0');
const array = values => word(values.length) + values.map(word).join('');
const text = value => {
  const hex = [...new TextEncoder().encode(value)].map(b => b.toString(16).padStart(2, '0')).join('');
  return word(hex.length / 2) + hex.padEnd(Math.ceil(hex.length / 64) * 64, '0');
};
const published = deed => word(100) + ('db4091b5' + word(deed.epoch) + word(deed.root) + word(deed.total)).padEnd(256, '0');
const makers = {
  allow: deed => '0x095ea7b3' + word(deed.spender) + word(deed.amount),
  stake: deed => '0xa694fc3a' + word(deed.amount),
  // amount, deadline, v, r, s; the wallet signed r | s | v, some with v 0 or 1.
  stakePermitted: ({ amount, deadline, signature: s }) => '0xecd9ba82' + word(amount) + word(deadline) + word(Number('0x' + s.slice(130)) % 27 + 27) + s.slice(2, 130).toLowerCase(),
  unstake: deed => '0x2e17de78' + word(deed.amount),
  cancel: deed => '0x0a72f2ea' + word(deed.id),
  sendRewardsTo: deed => '0xec1cc695' + word(deed.recipient),
  withdraw: deed => '0x983d95ce' + word(32) + array(deed.ids),
  fund: deed => '0xa9059cbb' + word(deed.distributor) + word(deed.amount),
  // OpenZeppelin's timelock: schedule(target, 0, publish(..), 0, salt, delay), execute(target, 0, publish(..), 0, salt); the epoch is the salt.
  announce: deed => '0x01d5062a' + word(deed.distributor) + word(0) + word(192) + word(0) + word(deed.epoch) + word(deed.delay) + published(deed),
  publish: deed => '0x134008d3' + word(deed.distributor) + word(0) + word(160) + word(0) + word(deed.epoch) + published(deed),
  // Morpheus' contract: claimForProvider(session), providerRegister(provider, addStake, endpoint).
  claimSession: deed => '0xf2e96e8e' + word(deed.session),
  raiseProvider: deed => '0x365700cb' + word(deed.provider) + word(deed.amount) + word(96) + text(deed.endpoint),
  claim: deed => '0x3d13f874' + word(deed.account) + word(deed.cumulative) + word(96) + array(deed.proof),
};

// For what no sign-in is needed for: who looks is known already, the wallet only acts.
async function connect(id) {
  list();
  const wallet = found.get(id);
  if (!wallet) return { fault: 'no-wallet', words: 'That wallet is gone. Reload the page.' };
  try {
    const [account] = await wallet.provider.request({ method: 'eth_requestAccounts' });
    if (!account) return { fault: 'no-wallet', words: 'The wallet showed no account.' };
    localStorage.setItem(remembered, id);
    return { account };
  } catch (error) {
    return faultOf(error);
  }
}

// Asks the wallet once it shows the account and the chain that are meant.
async function asked(order, ask) {
  const wallet = provider();
  if (!wallet) return { fault: 'no-wallet', words: 'No wallet answers in this browser. Open it, or sign in anew.' };
  try {
    const accounts = await wallet.request({ method: 'eth_requestAccounts' });
    if (!accounts.some(account => account.toLowerCase() === order.account.toLowerCase())) {
      return { fault: 'other-account', words: `The wallet shows ${accounts[0] ?? 'no account'}; you signed in as ${order.account}. Choose that account in the wallet, or sign in anew.` };
    }
    if (Number(await wallet.request({ method: 'eth_chainId' })) !== order.chainId) return { fault: 'wrong-chain', words: `The wallet is on another chain; the stake is on chain ${order.chainId}.` };
    return await ask(wallet);
  } catch (error) {
    return faultOf(error);
  }
}

async function send(order) {
  if (makers[order.deed.kind]?.(order.deed) !== order.data.toLowerCase()) return { fault: 'mismatch', words: 'The prepared transaction does not do what this page says. It was not sent.' };
  const transaction = { from: order.account, to: order.to, data: order.data, gas: '0x' + order.gas.toString(16) };
  return asked(order, async wallet => ({ hash: await wallet.request({ method: 'eth_sendTransaction', params: [transaction] }) }));
}

// EIP-2612's permission as EIP-712's typed data, which the wallet shows field by field.
async function signPermit(order) {
  const fields = text => text.split(', ').map(field => { const [type, name] = field.split(' '); return { name, type }; });
  const typed = {
    types: {
      EIP712Domain: fields('string name, string version, uint256 chainId, address verifyingContract'),
      Permit: fields('address owner, address spender, uint256 value, uint256 nonce, uint256 deadline'),
    },
    primaryType: 'Permit',
    domain: { name: order.name, version: order.version, chainId: order.chainId, verifyingContract: order.token },
    message: { owner: order.account, spender: order.spender, value: order.amount, nonce: order.nonce, deadline: String(order.deadline) },
  };
  return asked(order, async wallet => ({ signature: await wallet.request({ method: 'eth_signTypedData_v4', params: [order.account, JSON.stringify(typed)] }) }));
}

async function switchChain(chain) {
  const wallet = provider();
  if (!wallet) return { fault: 'no-wallet', words: 'No wallet answers in this browser.' };
  const chainId = '0x' + chain.id.toString(16);
  try {
    try {
      await wallet.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] });
    } catch (error) {
      if (codeOf(error) !== 4902 || !chain.rpc) throw error;
      await wallet.request({ method: 'wallet_addEthereumChain', params: [{ chainId, chainName: chain.name, rpcUrls: [chain.rpc], nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 } }] });
    }
    return {};
  } catch (error) {
    return faultOf(error);
  }
}

window.nirmaanWallet = { list, connect, signIn, send, signPermit, switchChain };
