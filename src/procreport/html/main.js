// SPDX-License-Identifier: ISC
// What people do: keys, buttons, and what follows from it.

const box = id => document.getElementById(id);
let pending = false;
let printing = false;

function redraw() {
	if (pending || printing)
		return;
	pending = true;
	requestAnimationFrame(() => {
		pending = false;
		if (printing || box('timeline').hidden)
			return;
		drawTree();
		drawTimeline();
	});
}

function select(p) {
	view.selected = p;
	if (p >= 0) {
		revealInTree(p);
		revealInTimeline(p);
	}
	showDetails();
	try {
		history.replaceState(null, '', p < 0 ? '#' : `#${idOf(p)}`);
	} catch {
		// Some browsers do not let files do that; the page works without.
	}
	// The panes may have another width now.
	fitCanvas();
	redraw();
}

function revealInTimeline(p) {
	const y = lanes.of[p] * LANE;

	if (view.packed && (y < view.laneTop || y + LANE > view.laneTop + size.height - TOP))
		view.laneTop = y - (size.height - TOP) / 2;
	if (end[p] < view.from || P.begin[p] > view.to) {
		const half = (view.to - view.from) / 2;
		const at = Math.min((P.begin[p] + end[p]) / 2, P.begin[p] + half);

		setView(at - half, at + half);
	}
}

// Other rows: from the first one, or where the selected process is now.
function showRows() {
	buildRows();
	treeBox.scrollTop = 0;
	if (view.selected >= 0)
		revealInTree(view.selected);
	redraw();
}

// --- Views -----------------------------------------------------------------------

const tabs = ['timeline', 'summary', 'failures'];

function showTab(which) {
	for (const tab of tabs) {
		box(tab).hidden = tab !== which;
		box(`tab-${tab}`).setAttribute('aria-selected', tab === which);
	}
	if (which === 'timeline') {
		fitCanvas();
		redraw();
	}
}

function setLanes(packed) {
	view.packed = packed;
	box('lanes').textContent = packed ? 'Lanes: packed' : 'Lanes: one each';
	if (view.selected >= 0)
		revealInTimeline(view.selected);
	redraw();
}

function setOnlyFailed(only) {
	tree.onlyFailed = only;
	box('onlyfailed').setAttribute('aria-pressed', only);
	showRows();
}

function nextTheme() {
	const root = document.documentElement;

	root.dataset.theme = isDark() ? 'light' : 'dark';
	readPalette();
	drawLegend();
	showDetails();
	redraw();
}

function drawLegend() {
	box('legend').replaceChildren(...programs.slice(0, hues.length).map(entry => {
		const chip = button('', `${shown(entry.name)}: ${entry.count} processes; look for it`, () => {
			box('search').value = search.text === `exe:${entry.name}` ? '' : `exe:${entry.name}`;
			searchNow();
		});
		const dot = element('span', 'dot');

		dot.style.background = colorOfName(entry.name);
		chip.append(dot, element('span', '', brief(entry.name)));
		return chip;
	}));
}

// --- Search ----------------------------------------------------------------------

function searchNow() {
	runSearch(box('search').value);
	box('found').textContent = search.active ? `${search.found.length.toLocaleString('en')} of ${count.toLocaleString('en')}` : '';
	showRows();
}

// The next of some processes behind the selected one, or before it.
function step(all, by) {
	if (!all.length)
		return;
	let next = by > 0 ? all.find(p => p > view.selected) : all.findLast(p => p < view.selected);

	if (next === undefined)
		next = by > 0 ? all[0] : all[all.length - 1];
	select(next);
}

const failures = [];
for (let p = 0; p < count; p++)
	if (bad[p])
		failures.push(p);

box('search').addEventListener('input', searchNow);
box('search').addEventListener('keydown', event => {
	if (event.key === 'Enter') {
		step(search.found, event.shiftKey ? -1 : 1);
		event.preventDefault();
	} else if (event.key === 'Escape') {
		box('search').value = '';
		searchNow();
		treeBox.focus();
	} else if (event.key === 'ArrowDown') {
		treeBox.focus();
		event.preventDefault();
	}
});

// --- Keys ------------------------------------------------------------------------

function openOrDown() {
	const p = view.selected;

	if (p >= 0 && tree.folded[p])
		toggleFold(p, false);
	else
		moveInTree(1);
}

function foldOrUp() {
	const p = view.selected;

	if (p >= 0 && firstChild[p] >= 0 && !tree.folded[p] && !search.active)
		toggleFold(p, true);
	else if (p >= 0 && P.parent[p] >= 0)
		select(P.parent[p]);
}

const withSelected = action => () => view.selected >= 0 && action(view.selected);
const withProgram = action => withSelected(p => program[p] >= 0 && copy(action(program[p])));
const pageRows = () => Math.max(1, Math.floor(treeBox.clientHeight / ROW) - 1);
const keys = {
	'/': () => box('search').select(),
	'?': () => box('keys').showModal(),
	'ArrowDown': () => moveInTree(1),
	'ArrowUp': () => moveInTree(-1),
	'ArrowRight': openOrDown,
	'ArrowLeft': foldOrUp,
	'PageDown': () => moveInTree(pageRows()),
	'PageUp': () => moveInTree(-pageRows()),
	'Home': () => moveInTree(-count),
	'End': () => moveInTree(count),
	'Enter': withSelected(p => {
		revealInTree(p);
		zoomTo(p);
	}),
	'n': () => step(search.active ? search.found : failures, 1),
	'p': () => step(search.active ? search.found : failures, -1),
	'f': () => step(failures, 1),
	'F': () => step(failures, -1),
	'w': () => zoomBy(0.7),
	's': () => zoomBy(1 / 0.7),
	'+': () => zoomBy(0.7),
	'-': () => zoomBy(1 / 0.7),
	'a': () => panBy(-0.2),
	'd': () => panBy(0.2),
	'0': () => setView(0, wholeTime),
	'l': () => setLanes(!view.packed),
	'x': () => setOnlyFailed(!tree.onlyFailed),
	'e': toggleAll,
	'c': withProgram(shellCommand),
	'C': withProgram(shellWithEnvironment),
	't': nextTheme,
	'1': () => showTab('timeline'),
	'2': () => showTab('summary'),
	'3': () => showTab('failures'),
	'Escape': () => {
		if (search.active) {
			box('search').value = '';
			searchNow();
		} else {
			select(-1);
		}
	},
};
const everywhere = new Set(['/', '?', '1', '2', '3', 't']);

document.addEventListener('keydown', event => {
	const target = event.target;

	if (event.ctrlKey || event.metaKey || event.altKey || box('keys').open || target.tagName === 'INPUT')
		return;
	if (box('timeline').hidden && !everywhere.has(event.key))
		return;
	// A button, a link or a row of a table knows what Enter means, and who scrolls what
	// to scroll.
	if (event.key === 'Enter' && target !== treeBox && target !== canvas && target !== document.body)
		return;
	if (detailsBox.contains(target) && /^(Arrow|Page|Home|End)/.test(event.key))
		return;
	if (Object.hasOwn(keys, event.key)) {
		event.preventDefault();
		keys[event.key]();
	}
});

// --- Buttons, tables -------------------------------------------------------------

for (const tab of tabs)
	box(`tab-${tab}`).addEventListener('click', () => showTab(tab));
box('lanes').addEventListener('click', () => setLanes(!view.packed));
box('onlyfailed').addEventListener('click', () => setOnlyFailed(!tree.onlyFailed));
box('fold').addEventListener('click', toggleAll);
box('theme').addEventListener('click', nextTheme);
box('help').addEventListener('click', () => box('keys').showModal());
box('zoomin').addEventListener('click', () => zoomBy(0.5));
box('zoomout').addEventListener('click', () => zoomBy(2));
box('zoomfit').addEventListener('click', () => setView(0, wholeTime));

function showRow(row) {
	const p = Number(row.dataset.process);

	setOnlyFailed(false);
	showTab('timeline');
	select(p);
	treeBox.focus();
}
for (const row of document.querySelectorAll('tr[data-process]')) {
	row.tabIndex = 0;
	row.addEventListener('click', () => showRow(row));
	row.addEventListener('keydown', event => {
		if (event.key === 'Enter')
			showRow(row);
	});
}

function setSideWidth(width) {
	const most = box('panes').clientWidth * 0.7;

	box('panes').style.setProperty('--side', `${Math.max(140, Math.min(width, most))}px`);
	fitCanvas();
	redraw();
}
box('splitter').addEventListener('pointerdown', event => box('splitter').setPointerCapture(event.pointerId));
box('splitter').addEventListener('pointermove', event => {
	if (box('splitter').hasPointerCapture(event.pointerId))
		setSideWidth(event.clientX);
});
box('splitter').addEventListener('keydown', event => {
	const by = {ArrowLeft: -24, ArrowRight: 24}[event.key];

	if (by) {
		setSideWidth(box('side').clientWidth + by);
		event.stopPropagation();
	}
});

// --- Paper, and other themes -----------------------------------------------------

function recolor() {
	if (printing)
		return;
	readPalette();
	drawLegend();
	redraw();
}
dark.addEventListener('change', recolor);
addEventListener('resize', () => {
	if (printing)
		return;
	fitCanvas();
	redraw();
});
let themeOnScreen;
// Pixels, of the picture on paper: as wide as it is, and at most as high.
const PAPER = 1000;

// What is printed has the light theme by the style sheet, and so has the picture. It
// needs no tree beside it, which would be on one page of many: its lanes are packed.
function drawForPaper() {
	const {packed, laneTop} = view;

	view.packed = true;
	view.laneTop = 0;
	setSize(PAPER, Math.min(PAPER, TOP + lanes.list.length * LANE + 12), 2);
	readPalette();
	drawLegend();
	drawTimeline();
	Object.assign(view, {packed, laneTop});
}
addEventListener('beforeprint', () => {
	printing = true;
	themeOnScreen = document.documentElement.dataset.theme;
	document.documentElement.dataset.theme = 'light';
	drawForPaper();
});
addEventListener('afterprint', () => {
	printing = false;
	if (themeOnScreen)
		document.documentElement.dataset.theme = themeOnScreen;
	else
		delete document.documentElement.dataset.theme;
	fitCanvas();
	recolor();
});

// --- Begin -----------------------------------------------------------------------

document.documentElement.classList.add('scripting');
box('badge').textContent = failures.length ? failures.length.toLocaleString('en') : '';
readPalette();
buildRows();
drawLegend();
showTab('timeline');
setLanes(view.packed);
if (/^#(\d+:)?\d+$/.test(location.hash)) {
	const wanted = location.hash.slice(1);
	let p = 0;

	while (p < count && idOf(p) !== wanted)
		p++;
	if (p < count)
		select(p);
}
drawTree();
drawTimeline();
document.documentElement.dataset.ready = 'yes';
