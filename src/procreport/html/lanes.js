// SPDX-License-Identifier: ISC
// As few lanes as possible: a process gets the first one that is free when it begins.
// And the colours of programs.

const lanes = {of: new Int32Array(count), list: []};

// A heap of numbers, the smallest first, by an order.
class Heap {
	constructor(less) {
		this.less = less;
		this.items = [];
	}

	push(item) {
		const items = this.items;
		let i = items.push(item) - 1;

		for (let up = (i - 1) >> 1; i > 0 && this.less(items[i], items[up]); up = (i - 1) >> 1) {
			[items[i], items[up]] = [items[up], items[i]];
			i = up;
		}
	}

	pop() {
		const items = this.items;
		const top = items[0];
		const last = items.pop();

		if (items.length) {
			items[0] = last;
			for (let i = 0, down = 1; down < items.length; down = 2 * i + 1) {
				if (down + 1 < items.length && this.less(items[down + 1], items[down]))
					down++;
				if (!this.less(items[down], items[i]))
					break;
				[items[i], items[down]] = [items[down], items[i]];
				i = down;
			}
		}
		return top;
	}
}

function packLanes() {
	const order = Int32Array.from({length: count}, (_, p) => p).sort((a, b) => P.begin[a] - P.begin[b] || a - b);
	const free = new Heap((a, b) => a < b);
	const living = new Heap((a, b) => end[a] < end[b]);

	for (const p of order) {
		while (living.items.length && end[living.items[0]] <= P.begin[p])
			free.push(lanes.of[living.pop()]);
		const lane = free.items.length ? free.pop() : lanes.list.length;

		if (lane === lanes.list.length)
			lanes.list.push([]);
		lanes.of[p] = lane;
		lanes.list[lane].push(p);
		living.push(p);
	}
}
packLanes();

// --- Colours ---------------------------------------------------------------------

const dark = matchMedia('(prefers-color-scheme: dark)');
const hues = [212, 28, 158, 272, 48, 190, 322, 96, 236, 12, 136, 296];
const rank = new Map(); // programs by their own time, the longest first
let colors = new Map();

function isDark() {
	const theme = document.documentElement.dataset.theme;

	return theme ? theme === 'dark' : dark.matches;
}

// Own time: that in which no child lives would need the sweep; CPU time says it as well.
function rankPrograms() {
	const cost = new Map();

	for (let p = 0; p < count; p++)
		if (!forkOnly[p]) {
			const wall = end[p] - P.begin[p];
			const old = cost.get(name[p]) || {name: name[p], time: 0, count: 0};

			old.time += P.cpu[p] >= 0 ? P.cpu[p] + wall * 1e-3 : wall * 1e-3;
			old.count++;
			cost.set(name[p], old);
		}
	const sorted = [...cost.values()].sort((a, b) => b.time - a.time);

	sorted.forEach((entry, i) => rank.set(entry.name, i));
	return sorted;
}
const programs = rankPrograms();

function hashOf(text) {
	let hash = 7;

	for (let i = 0; i < text.length; i++)
		hash = (hash * 31 + text.charCodeAt(i)) | 0;
	return hash >>> 0;
}

// The first ones have colours of their own; red is for failures.
function colorOfName(text) {
	let color = colors.get(text);

	if (color)
		return color;
	const place = rank.get(text);
	const own = place !== undefined && place < hues.length;
	const hue = own ? hues[place] : 20 + hashOf(text) % 320;
	const strength = own ? isDark() ? 50 : 58 : isDark() ? 14 : 20;
	const light = isDark() ? own ? 62 : 54 : own ? 68 : 76;

	color = `hsl(${hue} ${strength}% ${light}%)`;
	colors.set(text, color);
	return color;
}

function colorOf(p) {
	return forkOnly[p] ? palette.fork : colorOfName(name[p]);
}

// What the canvas takes from the style sheet.
const palette = {};
function readPalette() {
	const style = getComputedStyle(document.documentElement);

	for (const key of ['paper', 'ink', 'soft', 'faint', 'line', 'accent', 'bad', 'fork', 'busy', 'panel', 'select'])
		palette[key] = style.getPropertyValue(`--${key}`).trim();
	colors = new Map();
}
