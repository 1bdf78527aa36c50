// What the browser does by itself, so that no click or second costs a round trip: ages that count, copying, tips, chart read-outs, the theme.
// It never changes elements that the server owns, other than the text of ages.

const root = document.documentElement;

// Ages. Kept equal to Format.Age and Format.Span.
function spanText(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return twoText(Math.floor(seconds / 3600), 'h', Math.floor(seconds / 60) % 60, 'min');
  return twoText(Math.floor(seconds / 86400), 'd', Math.floor(seconds / 3600) % 24, 'h');
}

function twoText(large, largeUnit, small, smallUnit) {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function ageText(at, now) {
  const seconds = (now - at) / 1000;
  return Math.abs(seconds) < 1 ? 'now' : seconds > 0 ? `${spanText(seconds)} ago` : `in ${spanText(-seconds)}`;
}

// The server's clock may be virtual or simply differ: ages are counted from what it said last, wherever on the page it said it.
const told = new WeakMap();
let skew = 0;
function serverNow() {
  for (const teller of document.querySelectorAll('[data-now]')) {
    const said = teller.dataset.now;
    if (told.get(teller) === said) continue;
    told.set(teller, said);
    skew = Date.parse(said) - Date.now();
  }
  return Date.now() + skew;
}

function countAges() {
  if (document.hidden) return;
  const now = serverNow();
  for (const time of document.querySelectorAll('time[data-age]')) {
    const text = time.firstChild;
    const age = ageText(Date.parse(time.dateTime), now);
    // The text node itself is kept: the server will write to it again.
    if (text && text.nodeValue !== age) text.nodeValue = age;
  }
}
serverNow();
setInterval(countAges, 1000);

// The menu's entry of the page one is on is in view, however long the menu is. The pages' own navigation marks another one without a word.
let here = null;
function showHere() {
  const entry = document.querySelector('#nav a.active');
  const nav = entry?.closest('#nav');
  if (!entry || !nav.clientHeight || here === entry) return;
  here = entry;
  const [box, frame] = [entry.getBoundingClientRect(), nav.getBoundingClientRect()];
  // A neighbour is left in view at that edge, so that it shows that there is more.
  const edge = box.height * 2;
  if (box.top < frame.top + edge) nav.scrollTop -= frame.top + edge - box.top;
  else if (box.bottom > frame.bottom - edge) nav.scrollTop += box.bottom - frame.bottom + edge;
}
showHere();
setInterval(showHere, 300);
document.addEventListener('toggle', event => { if (event.target.id === 'nav') { here = null; showHere(); } }, true);

// Theme, remembered in a cookie so that the server can send the right one at once.
function switchTheme() {
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add('copied');
  setTimeout(() => button.classList.remove('copied'), 1500);
}

document.addEventListener('click', event => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest('[data-theme-toggle]')) switchTheme();
  if (target.closest('[data-reload]')) location.reload();
  if (target.closest('.skip')) {
    // The pages' own navigation would scroll there but leave the focus behind.
    event.preventDefault();
    document.getElementById('main').focus();
  }
  const button = target.closest('[data-copy]');
  if (button) copy(button);
  if (target.closest('#nav a') && document.getElementById('nav').matches(':popover-open')) document.getElementById('nav').hidePopover();
});

// One tip for everything: [data-tip] texts and the read-out of charts.
const tip = Object.assign(document.createElement('div'), { className: 'tip', hidden: true });
tip.setAttribute('aria-hidden', 'true');

function placeTip(x, y) {
  // Navigation without a reload may have taken it away.
  if (!tip.isConnected) document.body.append(tip);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = x + 14 + box.width > innerWidth ? x - 14 - box.width : x + 14;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, Math.min(innerHeight - box.height - 4, y - box.height - 8 < 4 ? y + 16 : y - box.height - 8))}px`;
}

function line(series, value) {
  const row = Object.assign(document.createElement('div'), { className: `tip-line ${series.c}` });
  const swatch = Object.assign(document.createElement('span'), { className: 'swatch' });
  row.append(swatch, series.n, Object.assign(document.createElement('b'), { textContent: value }));
  return row;
}

let cursor = null;
function readPlot(plot, event) {
  const data = JSON.parse(plot.dataset.plot);
  const box = plot.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  let nearest = 0;
  for (let i = 1; i < data.x.length; i++) if (Math.abs(data.x[i] - share) < Math.abs(data.x[nearest] - share)) nearest = i;
  tip.replaceChildren(
    Object.assign(document.createElement('div'), { className: 'tip-title', textContent: data.t[nearest] }),
    ...data.s.filter(series => series.v[nearest]).map(series => line(series, series.v[nearest])));
  placeTip(event.clientX, event.clientY);
  cursor ??= Object.assign(document.createElement('div'), { className: 'cursor-line' });
  cursor.style.cssText = `position:fixed;left:${box.left + data.x[nearest] * box.width}px;top:${box.top}px;height:${box.height}px`;
  if (!cursor.isConnected) document.body.append(cursor);
}

function hideTip() {
  tip.hidden = true;
  cursor?.remove();
}

document.addEventListener('pointermove', event => {
  const target = event.target instanceof Element ? event.target : null;
  const plot = target?.closest('[data-plot]');
  const tipped = target?.closest('[data-tip]');
  if (plot) readPlot(plot, event);
  else if (tipped) {
    cursor?.remove();
    tip.textContent = tipped.dataset.tip;
    placeTip(event.clientX, event.clientY);
  } else if (!tip.hidden) hideTip();
});
document.addEventListener('focusin', event => {
  if (!(event.target instanceof HTMLElement) || !event.target.dataset.tip) return;
  tip.textContent = event.target.dataset.tip;
  const box = event.target.getBoundingClientRect();
  placeTip(box.right, box.top);
});
document.addEventListener('focusout', hideTip);
document.addEventListener('scroll', hideTip, { capture: true, passive: true });

// Called by the server and by tests.
window.nirmaan = {
  ageText,
  openDialog: dialog => dialog.showModal(),
  closeDialog: dialog => dialog.close(),
};
