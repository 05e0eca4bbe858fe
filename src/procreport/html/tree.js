// SPDX-License-Identifier: ISC
// The process tree: as many rows in the document as can be seen.

const ROW = 22;
const treeBox = document.getElementById('tree');
const rowsBox = document.getElementById('rows');
const tree = {rows: [], depth: [], rowOf: new Int32Array(count).fill(-1), folded: new Uint8Array(count), onlyFailed: false};
const pool = [];
const view = {selected: -1, hover: -1, from: 0, to: wholeTime, packed: count > 300, laneTop: 0};

function element(tag, className, text) {
	const node = document.createElement(tag);

	if (className)
		node.className = className;
	if (text !== undefined)
		node.textContent = text;
	return node;
}

// Which processes have a row: while there is a search, those found and what is above.
function wantedRows() {
	if (!search.active && !tree.onlyFailed)
		return null;
	const wanted = new Uint8Array(count);

	for (let p = 0; p < count; p++)
		if ((!search.active || search.hits[p]) && (!tree.onlyFailed || bad[p]))
			for (let q = p; q >= 0 && !wanted[q]; q = P.parent[q])
				wanted[q] = 1;
	return wanted;
}

function buildRows() {
	const wanted = wantedRows();
	const stack = [...roots].reverse().map(p => [p, 0]);

	tree.rows = [];
	tree.depth = [];
	tree.rowOf.fill(-1);
	while (stack.length) {
		const [p, depth] = stack.pop();
		const children = [];

		if (wanted && !wanted[p])
			continue;
		tree.rowOf[p] = tree.rows.length;
		tree.rows.push(p);
		tree.depth.push(depth);
		if (tree.folded[p] && !wanted)
			continue;
		for (let child = firstChild[p]; child >= 0; child = nextSibling[child])
			children.push([child, depth + 1]);
		while (children.length)
			stack.push(children.pop());
	}
	rowsBox.style.height = `${tree.rows.length * ROW}px`;
	treeBox.dataset.empty = tree.rows.length ? '' : search.active ? 'Nothing found' : tree.onlyFailed ? 'Nothing failed' : 'No processes';
}

function newRow() {
	const row = element('div', 'process');

	row.setAttribute('role', 'treeitem');
	row.parts = {};
	for (const part of ['caret', 'dot', 'name', 'arguments', 'end', 'time'])
		row.append(row.parts[part] = element('span', part));
	rowsBox.append(row);
	return row;
}

function fillRow(row, i) {
	const p = tree.rows[i];
	const parts = row.parts;
	const wall = end[p] - P.begin[p];
	const open = firstChild[p] >= 0;

	row.id = `row-${i}`;
	row.process = p;
	row.style.transform = `translateY(${i * ROW}px)`;
	row.setAttribute('aria-level', tree.depth[i] + 1);
	row.setAttribute('aria-selected', p === view.selected);
	if (open)
		row.setAttribute('aria-expanded', !tree.folded[p]);
	else
		row.removeAttribute('aria-expanded');
	row.className = `process${p === view.selected ? ' selected' : ''}${bad[p] ? ' failed' : ''}` +
		`${search.active ? search.hits[p] ? ' hit' : ' miss' : ''}${forkOnly[p] ? ' fork' : ''}`;
	parts.caret.textContent = open ? tree.folded[p] && !search.active ? '▸' : '▾' : '';
	parts.caret.style.marginLeft = `${Math.min(tree.depth[i], 24) * 14}px`;
	parts.dot.style.background = colorOf(p);
	parts.name.textContent = brief(name[p]) + (tree.folded[p] && open && !search.active ? ` +${below[p]}` : '');
	parts.arguments.textContent = forkOnly[p] ? '(fork)' : commandBegin(program[p], 160);
	parts.end.textContent = bad[p] || P.end[p] < 0 ? endOf(p) : '';
	parts.time.textContent = seconds(wall);
}

function drawTree() {
	const height = treeBox.clientHeight;
	const from = Math.max(0, Math.floor(treeBox.scrollTop / ROW) - 2);
	const to = Math.min(tree.rows.length, Math.ceil((treeBox.scrollTop + height) / ROW) + 2);

	while (pool.length < to - from)
		pool.push(newRow());
	pool.forEach((row, i) => {
		row.hidden = from + i >= to;
		if (!row.hidden)
			fillRow(row, from + i);
		else
			row.removeAttribute('id');
	});
	if (view.selected >= 0 && tree.rowOf[view.selected] >= 0)
		treeBox.setAttribute('aria-activedescendant', `row-${tree.rowOf[view.selected]}`);
	else
		treeBox.removeAttribute('aria-activedescendant');
}

// Opens what is above a process, and scrolls so that it can be seen.
function revealInTree(p) {
	let changed = false;

	for (let q = P.parent[p]; q >= 0; q = P.parent[q])
		if (tree.folded[q]) {
			tree.folded[q] = 0;
			changed = true;
		}
	if (changed)
		buildRows();
	const row = tree.rowOf[p];

	if (row < 0)
		return;
	if (row * ROW < treeBox.scrollTop || (row + 1) * ROW > treeBox.scrollTop + treeBox.clientHeight)
		treeBox.scrollTop = row * ROW - treeBox.clientHeight / 2 + ROW;
}

function toggleFold(p, folded = !tree.folded[p]) {
	if (firstChild[p] < 0)
		return;
	tree.folded[p] = folded ? 1 : 0;
	buildRows();
	redraw();
}

// Folds all but the first two levels, or opens all.
function toggleAll() {
	const some = tree.folded.some(folded => folded);

	for (let p = 0; p < count; p++)
		tree.folded[p] = !some && firstChild[p] >= 0 && P.parent[p] >= 0 ? 1 : 0;
	document.getElementById('fold').textContent = some ? 'Fold' : 'Unfold';
	buildRows();
	if (view.selected >= 0 && tree.rowOf[view.selected] < 0)
		revealInTree(view.selected);
	redraw();
}

function moveInTree(step) {
	const row = view.selected < 0 ? -1 : tree.rowOf[view.selected];
	const next = Math.max(0, Math.min(tree.rows.length - 1, row + step));

	if (tree.rows.length)
		select(tree.rows[next]);
}

rowsBox.addEventListener('click', event => {
	const row = event.target.closest('.process');

	if (!row)
		return;
	if (event.target.className === 'caret')
		toggleFold(row.process);
	else
		select(row.process);
});
rowsBox.addEventListener('dblclick', event => {
	const row = event.target.closest('.process');

	if (row)
		zoomTo(row.process);
});
treeBox.addEventListener('scroll', () => redraw());
