// SPDX-License-Identifier: ISC
// The log as columns of numbers; see pagedata.c for what they mean.

const raw = JSON.parse(document.getElementById('data').textContent);
const P = raw.processes;
const X = raw.programs;
const strings = raw.strings;
const logs = raw.logs;
const count = P.proc.length;
const wholeTime = Math.max(1, ...logs.map(log => log.at + log.wall));

// The programs of process p are those from first[p] to first[p + 1].
const first = new Int32Array(count + 1);
const firstChild = new Int32Array(count).fill(-1);
const lastChild = new Int32Array(count).fill(-1);
const nextSibling = new Int32Array(count).fill(-1);
const below = new Int32Array(count);
const end = new Float64Array(count);
const bad = new Uint8Array(count);
const roots = [];

for (let p = 0; p < count; p++) {
	const parent = P.parent[p];
	const log = logs[P.log[p]];

	first[p + 1] = first[p] + P.programs[p];
	end[p] = P.end[p] < 0 ? log.at + log.wall : P.end[p];
	bad[p] = P.end[p] >= 0 && !(P.flags[p] & 2) && P.exit[p] !== 0 ? 1 : 0;
	if (parent < 0) {
		roots.push(p);
	} else if (firstChild[parent] < 0) {
		firstChild[parent] = lastChild[parent] = p;
	} else {
		nextSibling[lastChild[parent]] = p;
		lastChild[parent] = p;
	}
}
for (let p = count - 1; p >= 0; p--)
	if (P.parent[p] >= 0)
		below[P.parent[p]] += 1 + below[p];

// --- Lists of strings ------------------------------------------------------------

const listCache = new Array(raw.lists.length);

function expand(packed, base) {
	const list = [];

	for (let i = 1; i < packed.length; i++) {
		if (packed[i] >= 0) {
			list.push(packed[i]);
			continue;
		}
		const from = -packed[i] - 1;
		const length = packed[++i];

		for (let j = 0; j < length; j++)
			list.push(base[from + j]);
	}
	return list;
}

// The numbers of the strings of a list; null if it is not known.
function list(number) {
	const chain = [];

	if (number < 0)
		return null;
	for (let n = number; n >= 0 && !listCache[n]; n = raw.lists[n][0] - 1)
		chain.push(n);
	while (chain.length) {
		const n = chain.pop();

		listCache[n] = expand(raw.lists[n], listCache[raw.lists[n][0] - 1]);
	}
	return listCache[number];
}

// --- Programs --------------------------------------------------------------------

function baseName(path) {
	return path.slice(path.lastIndexOf('/') + 1) || path;
}

function nameOf(x) {
	const argv = X.exe[x] || X.path[x] ? null : list(X.argv[x]);
	const path = strings[X.exe[x] || X.path[x] || (argv && argv[0]) || 0];

	return baseName(path) || '?';
}

// What process p ran at a time; -1: nothing of its own.
function programAt(p, us) {
	let found = -1;

	for (let x = first[p]; x < first[p + 1]; x++)
		if (X.image[x] >= 0 && X.at[x] <= us)
			found = x;
	return found;
}

// The last program of each process; of one that only forked that of its creator.
const program = new Int32Array(count).fill(-1);
const forkOnly = new Uint8Array(count);
const name = new Array(count);
// What a program's environment is compared with: that of what made it.
function before(p, x) {
	for (let y = x - 1; y >= first[p]; y--)
		if (X.image[y] >= 0)
			return y;
	for (let q = p, at = P.begin[p]; P.parent[q] >= 0; q = P.parent[q]) {
		const y = programAt(P.parent[q], at);

		if (y >= 0)
			return y;
		at = P.begin[P.parent[q]];
	}
	return -1;
}

const nameCache = new Map();
function nameOfCached(x) {
	const key = X.exe[x] || X.path[x];
	let text = key ? nameCache.get(key) : undefined;

	if (text === undefined) {
		text = nameOf(x);
		if (key)
			nameCache.set(key, text);
	}
	return text;
}

for (let p = 0; p < count; p++) {
	program[p] = programAt(p, Infinity);
	if (program[p] < 0) {
		forkOnly[p] = 1;
		program[p] = before(p, first[p]);
	}
	name[p] = program[p] < 0 ? '(fork)' : nameOfCached(program[p]);
}

// When it began to run what it was made for.
function ownTime(p) {
	for (let e = first[p]; e < first[p + 1]; e++)
		if (X.image[e] >= 0)
			return X.at[e];
	return P.begin[p];
}

// --- Words about them ------------------------------------------------------------

function idOf(p) {
	return (logs.length > 1 ? `${P.log[p] + 1}:` : '') + P.proc[p];
}

function endOf(p) {
	if (P.signal[p])
		return (P.flags[p] & 1 ? 'core ' : '') + strings[P.signal[p]];
	if (P.flags[p] & 2)
		return 'let go';
	if (P.end[p] < 0)
		return 'no end';
	return P.exit[p] < 0 ? 'ended' : `exit ${P.exit[p]}`;
}

function seconds(us) {
	if (us < 0)
		return '–';
	if (us < 1000)
		return `${Math.round(us)} µs`;
	if (us < 1e6)
		return `${(us / 1000).toFixed(us < 1e4 ? 2 : us < 1e5 ? 1 : 0)} ms`;
	if (us < 60e6)
		return `${(us / 1e6).toFixed(us < 1e7 ? 2 : 1)} s`;
	const total = Math.round(us / 1e6);
	const pad = number => String(number).padStart(2, '0');

	return total < 3600
		? `${Math.floor(total / 60)}:${pad(total % 60)} min`
		: `${Math.floor(total / 3600)}:${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)} h`;
}

const MINUTE = 60e6;

// A time on an axis that ends at another one: from ten minutes on as clocks have it.
function tickText(at, step, most) {
	const [unit, text] = most > 1e6 ? [1e6, 's'] : most > 1000 ? [1000, 'ms'] : [1, 'µs'];
	const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));

	if (most <= 10 * MINUTE)
		return `${(at / unit).toFixed(digits)} ${text}`;
	const minutes = Math.floor((at + 0.5) / MINUTE);
	const rest = Math.max(0, at - minutes * MINUTE) / 1e6;
	const two = value => String(value).padStart(2, '0');
	const clock = `${two(minutes % 60)}:${rest.toFixed(digits).padStart(digits ? digits + 3 : 2, '0')}`;

	return most < 60 * MINUTE ? `${clock} min` : `${Math.floor(minutes / 60)}:${clock} h`;
}

function memory(kb) {
	return kb < 1024 ? `${kb} KiB` : kb < 1048576 ? `${(kb / 1024).toFixed(1)} MiB` : `${(kb / 1048576).toFixed(2)} GiB`;
}

// --- How many run, and how much of the processors they use ------------------------

// A process works while none of its children lives. Each step: from a time on.
function sweep() {
	const steps = new Int32Array(2 * count);
	const living = new Int32Array(count);
	const alive = new Uint8Array(count);
	const at = new Float64Array(2 * count);
	const busy = new Int32Array(2 * count);
	const cpu = new Float64Array(2 * count);
	let working = 0;
	let used = 0;

	const time = step => step < count ? P.begin[step] : end[step - count];
	for (let i = 0; i < 2 * count; i++)
		steps[i] = i;
	steps.sort((a, b) => time(a) - time(b) || a - b);
	steps.forEach((step, i) => {
		const begins = step < count;
		const p = begins ? step : step - count;
		const parent = P.parent[p];
		const rate = P.cpu[p] > 0 ? P.cpu[p] / Math.max(1, end[p] - P.begin[p]) : 0;

		if (begins) {
			alive[p] = 1;
			working++;
			if (parent >= 0 && living[parent]++ === 0 && alive[parent])
				working--;
		} else {
			alive[p] = 0;
			if (living[p] === 0)
				working--;
			if (parent >= 0 && --living[parent] === 0 && alive[parent])
				working++;
		}
		used += begins ? rate : -rate;
		at[i] = time(step);
		busy[i] = working;
		cpu[i] = Math.max(0, used);
	});
	return {at, busy, cpu};
}
const load = sweep();
