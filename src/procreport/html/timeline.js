// SPDX-License-Identifier: ISC
// The timeline, on a canvas: what can be seen is drawn anew whenever something changes.

const canvas = document.getElementById('canvas');
const chart = document.getElementById('chart');
const tip = document.getElementById('tip');
const context = canvas.getContext('2d');
const STRIP = 10;   // all of the time, and which part of it is seen
const LOAD = 52;    // how many run
const AXIS = 22;
const TOP = STRIP + LOAD + AXIS;
const LANE = 18;
const size = {width: 0, height: 0};

const xOf = us => (us - view.from) / (view.to - view.from) * size.width;
const timeAt = x => view.from + x / size.width * (view.to - view.from);
const visible = p => end[p] >= view.from && P.begin[p] <= view.to;

function setSize(width, height, ratio) {
	size.width = width;
	size.height = height;
	canvas.width = width * ratio;
	canvas.height = height * ratio;
	canvas.style.width = `${width}px`;
	canvas.style.height = `${height}px`;
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function fitCanvas() {
	const box = chart.getBoundingClientRect();

	setSize(Math.max(50, Math.floor(box.width)), Math.max(TOP + 20, Math.floor(box.height)), devicePixelRatio || 1);
}

function setView(from, to) {
	const most = wholeTime * 1.02;
	const width = Math.min(Math.max(to - from, 20), most);
	const start = Math.min(Math.max(from, 0), most - width);

	view.from = start;
	view.to = start + width;
	redraw();
}

function zoomBy(factor, x = size.width / 2) {
	const at = timeAt(x);

	setView(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

function zoomTo(p) {
	const wall = Math.max(end[p] - P.begin[p], 20);

	setView(P.begin[p] - wall * 0.05, end[p] + wall * 0.05);
}

function panBy(part) {
	const by = (view.to - view.from) * part;

	setView(view.from + by, view.to + by);
}

// --- Above the lanes -------------------------------------------------------------

function drawStrip() {
	const from = view.from / wholeTime * size.width;
	const to = Math.min(1, view.to / wholeTime) * size.width;

	context.fillStyle = palette.line;
	context.fillRect(0, 3, size.width, 4);
	context.fillStyle = palette.accent;
	context.fillRect(from, 2, Math.max(3, to - from), 6);
	context.fillStyle = palette.bad;
	for (let p = 0; p < count; p++)
		if (bad[p])
			context.fillRect(Math.min(size.width - 2, end[p] / wholeTime * size.width) - 1, 0, 2, STRIP);
}

// The last step at or before a time.
function stepAt(us) {
	let low = 0;
	let high = load.at.length;

	while (low < high) {
		const middle = (low + high) >> 1;

		if (load.at[middle] <= us)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

// The most processes that work, and processors used on average, for each pixel.
function sampleLoad() {
	const busy = new Float64Array(size.width);
	const cpu = new Float64Array(size.width);
	let step = stepAt(view.from);

	for (let x = 0; x < size.width; x++) {
		const from = timeAt(x);
		const to = timeAt(x + 1);
		let at = from;

		busy[x] = step >= 0 ? load.busy[step] : 0;
		while (step + 1 < load.at.length && load.at[step + 1] < to) {
			cpu[x] += (step >= 0 ? load.cpu[step] : 0) * (load.at[step + 1] - at);
			at = load.at[++step];
			// Between two records of the same instant nothing ran.
			if (step + 1 >= load.at.length || load.at[step + 1] > at)
				busy[x] = Math.max(busy[x], load.busy[step]);
		}
		cpu[x] = (cpu[x] + (step >= 0 ? load.cpu[step] : 0) * (to - at)) / (to - from);
	}
	return {busy, cpu};
}

function drawLoad() {
	const {busy, cpu} = sampleLoad();
	const most = Math.max(1, ...busy, ...cpu);
	const base = STRIP + LOAD - 2;
	const high = LOAD - 18;

	context.beginPath();
	context.moveTo(0, base);
	busy.forEach((value, x) => {
		context.lineTo(x, base - value / most * high);
		context.lineTo(x + 1, base - value / most * high);
	});
	context.lineTo(size.width, base);
	context.fillStyle = palette.busy;
	context.fill();
	context.beginPath();
	cpu.forEach((value, x) => context.lineTo(x + 0.5, base - value / most * high));
	context.strokeStyle = palette.accent;
	context.lineWidth = 1.25;
	context.stroke();
	context.fillStyle = palette.soft;
	context.font = '11px system-ui, sans-serif';
	context.textBaseline = 'top';
	context.fillText(`at work, at most ${Math.max(0, ...busy)}`, 6, STRIP + 2);
	const left = 12 + context.measureText(`at work, at most ${Math.max(0, ...busy)}`).width;

	context.fillStyle = palette.accent;
	context.fillText(`processors in use, at most ${Math.max(0, ...cpu).toFixed(1)}`, left + 8, STRIP + 2);
}

function tickStep() {
	const least = (view.to - view.from) / Math.max(1, size.width / 90);
	const power = 10 ** Math.floor(Math.log10(least));
	const decimal = [1, 2, 5, 10].map(n => n * power);
	const clock = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240, 480].map(n => n * MINUTE);
	const days = decimal.map(n => Math.ceil(n / (1440 * MINUTE)) * 1440 * MINUTE);

	return (least <= 10e6 ? decimal : least <= 480 * MINUTE ? clock : days).find(step => step >= least);
}

function drawAxis() {
	const step = tickStep();

	context.font = '11px system-ui, sans-serif';
	context.textBaseline = 'middle';
	context.lineWidth = 1;
	for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
		const x = Math.round(xOf(at)) + 0.5;

		context.strokeStyle = palette.line;
		context.beginPath();
		context.moveTo(x, STRIP + LOAD);
		context.lineTo(x, size.height);
		context.stroke();
		context.fillStyle = palette.soft;
		context.fillText(tickText(at, step, view.to), x + 4, STRIP + LOAD + AXIS / 2);
	}
	for (const log of logs.slice(1)) {
		context.strokeStyle = palette.soft;
		context.setLineDash([4, 4]);
		context.beginPath();
		context.moveTo(xOf(log.at), STRIP);
		context.lineTo(xOf(log.at), size.height);
		context.stroke();
		context.setLineDash([]);
	}
}

// --- Lanes -----------------------------------------------------------------------

// A process: a piece for each program, grey before the first one.
function drawPieces(p, x, width, y, height) {
	if (width < 4) {
		context.fillStyle = colorOf(p);
		context.fillRect(x, y, Math.max(width, 1), height);
		return;
	}
	let at = x;
	let color = forkOnly[p] || X.at[first[p]] > P.begin[p] ? palette.fork : colorOf(p);

	for (let e = first[p]; e < first[p + 1]; e++) {
		if (X.image[e] < 0)
			continue;
		const next = Math.min(x + width, Math.max(x, xOf(X.at[e])));

		context.fillStyle = color;
		context.fillRect(at, y, next - at, height);
		at = next;
		color = colorOfName(nameOfCached(e));
	}
	context.fillStyle = color;
	context.fillRect(at, y, Math.max(x + width - at, 1), height);
}

function drawFailedExecs(p, y) {
	context.fillStyle = palette.bad;
	for (let e = first[p]; e < first[p + 1]; e++)
		if (X.image[e] < 0) {
			const x = xOf(X.at[e]);

			context.beginPath();
			context.moveTo(x - 3, y);
			context.lineTo(x + 3, y);
			context.lineTo(x, y + 5);
			context.fill();
		}
}

function drawLabel(p, x, width, y, height, outside) {
	// Not on the grey before it, if there is room behind.
	const left = Math.max(x, Math.min(xOf(ownTime(p)), x + width - 30));
	const room = Math.floor((x + width - left - 8) / 6.2);
	const label = name[p].length > room ? shown(withoutMachine(name[p])) : brief(name[p]);

	context.font = '11px system-ui, sans-serif';
	context.textBaseline = 'middle';
	if (room >= Math.min(3, label.length)) {
		const text = forkOnly[p] ? `${label} (fork)` : `${label} ${room > label.length + 4 ? commandBegin(program[p], room) : ''}`;

		context.fillStyle = forkOnly[p] ? palette.ink : isDark() ? '#0b0e13' : '#14181f';
		// Capitals are wider than what was reckoned with.
		context.fillText(text.slice(0, room), left + 4, y + height / 2 + 0.5, x + width - left - 6);
	} else if (outside) {
		context.fillStyle = palette.soft;
		context.fillText(seconds(end[p] - P.begin[p]), x + width + 6, y + height / 2 + 0.5);
	}
}

function drawBar(p, y, height, outside) {
	const left = xOf(P.begin[p]);
	const x = Math.max(left, -2);
	const width = Math.max(Math.min(xOf(end[p]), size.width + 2) - x, 1.5);

	context.globalAlpha = search.active && !search.hits[p] ? 0.18 : 1;
	drawPieces(p, x, width, y, height);
	if (width > 4)
		drawFailedExecs(p, y);
	if (width > 24 || outside)
		drawLabel(p, x, width, y, height, outside);
	if (bad[p]) {
		context.fillStyle = palette.bad;
		context.fillRect(x, y + height - 3, width, 3);
		context.fillRect(Math.max(x, x + width - 4), y, Math.min(4, Math.max(width, 2)), height);
	} else if (P.end[p] < 0) {
		context.fillStyle = palette.paper;
		for (let i = 0; i < 4; i++)
			context.fillRect(x + width - 4 - 6 * i, y, 2, height);
	}
	context.globalAlpha = 1;
	if (p === view.selected || p === view.hover) {
		context.strokeStyle = p === view.selected ? palette.select : palette.soft;
		context.lineWidth = p === view.selected ? 2 : 1;
		context.strokeRect(x - 1, y - 0.5, width + 2, height + 1);
	}
}

function drawRows() {
	const from = Math.max(0, Math.floor(treeBox.scrollTop / ROW));
	const to = Math.min(tree.rows.length, Math.ceil((treeBox.scrollTop + size.height - TOP) / ROW));

	for (let i = from; i < to; i++) {
		const p = tree.rows[i];
		const y = TOP + i * ROW - treeBox.scrollTop;

		if (p === view.selected) {
			context.fillStyle = palette.panel;
			context.fillRect(0, y, size.width, ROW);
		}
		if (visible(p))
			drawBar(p, y + 3, ROW - 7, true);
	}
}

// The first process of a lane that ends at or after a time; they do not overlap.
function firstInLane(lane, us) {
	let low = 0;
	let high = lane.length;

	while (low < high) {
		const middle = (low + high) >> 1;

		if (end[lane[middle]] < us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// What would fall on pixels that are full is not drawn, but for failures, and what
// was found.
function drawLane(lane, y) {
	const later = [];
	let full = -1;

	for (let i = firstInLane(lane, view.from); i < lane.length && P.begin[lane[i]] <= view.to; i++) {
		const p = lane[i];
		const right = xOf(end[p]);

		if (bad[p] || p === view.selected || p === view.hover || (search.active && search.hits[p]))
			later.push(p);
		else if (right > full + 1)
			drawBar(p, y, LANE - 3, false);
		else
			continue;
		full = Math.max(full, right);
	}
	for (const p of later)
		drawBar(p, y, LANE - 3, false);
}

function drawPacked() {
	const most = Math.max(0, lanes.list.length * LANE - (size.height - TOP) + 12);

	view.laneTop = Math.min(Math.max(view.laneTop, 0), most);
	lanes.list.forEach((lane, i) => {
		const y = TOP + 4 + i * LANE - view.laneTop;

		if (y > TOP - LANE && y < size.height)
			drawLane(lane, y);
	});
}

function drawTimeline() {
	context.fillStyle = palette.paper;
	context.fillRect(0, 0, size.width, size.height);
	drawAxis();
	context.save();
	context.beginPath();
	context.rect(0, TOP, size.width, size.height - TOP);
	context.clip();
	if (view.packed)
		drawPacked();
	else
		drawRows();
	context.restore();
	drawStrip();
	drawLoad();
	context.fillStyle = palette.line;
	context.fillRect(0, TOP - 1, size.width, 1);
	context.fillRect(0, STRIP + LOAD, size.width, 1);
}

// --- Pointer ---------------------------------------------------------------------

function nearest(candidates, x) {
	let found = -1;
	let best = 4;

	for (const p of candidates) {
		const from = xOf(P.begin[p]);
		const to = Math.max(xOf(end[p]), from + 1.5);
		const distance = x < from ? from - x : x > to ? x - to : 0;

		if (distance < best || (distance === best && found >= 0 && bad[p])) {
			best = distance;
			found = p;
		}
	}
	return found;
}

// The process at a point of the canvas; -1: there is none.
function processAt(x, y) {
	if (y < TOP)
		return -1;
	if (!view.packed) {
		const p = tree.rows[Math.floor((y - TOP + treeBox.scrollTop) / ROW)];

		return p === undefined ? -1 : p;
	}
	const lane = lanes.list[Math.floor((y - TOP - 4 + view.laneTop) / LANE)];

	if (!lane)
		return -1;
	const from = firstInLane(lane, timeAt(x - 4));
	let to = from;

	while (to < lane.length && P.begin[lane[to]] <= timeAt(x + 4))
		to++;
	return nearest(lane.slice(from, to), x);
}

function showTip(p, x, y) {
	tip.hidden = p < 0;
	if (p < 0)
		return;
	tip.replaceChildren(
		element('b', '', shown(name[p])),
		element('span', bad[p] ? 'bad' : '', ` ${endOf(p)} `),
		element('span', 'soft', `${seconds(end[p] - P.begin[p])} · ID ${idOf(p)} · pid ${P.pid[p]}`),
		element('div', 'command', forkOnly[p] ? '(fork)' : commandBegin(program[p], 240)));
	tip.style.left = `${Math.max(4, Math.min(x + 14, size.width - tip.offsetWidth - 8))}px`;
	tip.style.top = `${y + 18 + tip.offsetHeight > size.height ? y - tip.offsetHeight - 10 : y + 18}px`;
}

let drag = null;

canvas.addEventListener('pointerdown', event => {
	if (event.button !== 0)
		return;
	drag = {x: event.offsetX, y: event.offsetY, from: view.from, to: view.to, laneTop: view.laneTop, scroll: treeBox.scrollTop, strip: event.offsetY < STRIP, moved: false};
	canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', event => {
	if (!drag) {
		view.hover = processAt(event.offsetX, event.offsetY);
		showTip(view.hover, event.offsetX, event.offsetY);
		redraw();
		return;
	}
	const dx = event.offsetX - drag.x;
	const dy = event.offsetY - drag.y;

	if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4)
		return;
	drag.moved = true;
	showTip(-1);
	if (view.packed)
		view.laneTop = drag.laneTop - dy;
	else
		treeBox.scrollTop = drag.scroll - dy;
	const by = drag.strip ? dx / size.width * wholeTime : -dx / size.width * (drag.to - drag.from);

	setView(drag.from + by, drag.to + by);
});
canvas.addEventListener('pointerup', event => {
	const moved = drag && drag.moved;
	const strip = drag && drag.strip;

	drag = null;
	if (moved)
		return;
	if (strip) {
		const half = (view.to - view.from) / 2;
		const at = event.offsetX / size.width * wholeTime;

		setView(at - half, at + half);
		return;
	}
	const p = processAt(event.offsetX, event.offsetY);

	if (p >= 0)
		select(p);
});
canvas.addEventListener('pointercancel', () => {
	drag = null;
});
canvas.addEventListener('pointerleave', () => {
	view.hover = -1;
	showTip(-1);
	redraw();
});
canvas.addEventListener('dblclick', event => {
	const p = processAt(event.offsetX, event.offsetY);

	if (p >= 0)
		zoomTo(p);
});
canvas.addEventListener('wheel', event => {
	event.preventDefault();
	const by = event.deltaY * (event.deltaMode === 1 ? 20 : 1);

	showTip(-1);
	if (event.ctrlKey || event.metaKey)
		zoomBy(Math.exp(by / 300), event.offsetX);
	else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
		panBy((event.deltaX || by) / size.width);
	else if (view.packed)
		view.laneTop += by;
	else
		treeBox.scrollTop += by;
	redraw();
}, {passive: false});
