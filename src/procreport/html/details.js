// SPDX-License-Identifier: ISC
// All about one process.

const detailsBox = document.getElementById('details');
const said = document.getElementById('said');
// Rows of a long list that are made at once.
const PAGE = 200;

function say(text) {
	said.textContent = text;
	said.classList.add('on');
	clearTimeout(say.timer);
	say.timer = setTimeout(() => said.classList.remove('on'), 1800);
}

// Without the clipboard's interface, as in some browsers for files, by a selection.
function copyBySelection(text) {
	const box = element('textarea', 'offscreen');

	box.value = text;
	document.body.append(box);
	box.select();
	const done = document.execCommand('copy');

	box.remove();
	return done;
}

async function copy(text) {
	let done = false;

	try {
		await navigator.clipboard.writeText(text);
		done = true;
	} catch {
		done = copyBySelection(text);
	}
	say(done ? 'Copied' : 'This browser does not let the page copy');
}

function button(text, title, action) {
	const node = element('button', '', text);

	node.type = 'button';
	node.title = title;
	node.addEventListener('click', action);
	return node;
}

function section(title, ...nodes) {
	const node = element('section');

	node.append(element('h3', '', title), ...nodes);
	return node;
}

// As many rows as a page has, and a button for more.
function longList(tag, className, total, make) {
	const box = element(tag, className);
	let made = 0;
	const more = button('', 'Show more', () => grow());

	function grow() {
		const next = Math.min(total, made + PAGE);
		const rows = document.createDocumentFragment();

		for (; made < next; made++)
			rows.append(make(made));
		more.remove();
		box.append(rows);
		if (made < total) {
			more.textContent = `${total - made} more`;
			box.append(more);
		}
	}
	grow();
	return box;
}

function facts(pairs) {
	const box = element('dl', 'facts');

	for (const [key, value] of pairs)
		if (value)
			box.append(element('dt', '', key), element('dd', '', value));
	return box;
}

function link(p) {
	const node = element('a', bad[p] ? 'failed' : '');
	const dot = element('span', 'dot');

	node.href = `#${idOf(p)}`;
	dot.style.background = colorOf(p);
	node.append(dot, element('b', '', brief(name[p])), ` ${forkOnly[p] ? '(fork)' : commandBegin(program[p], 80)}`,
		element('span', 'end', bad[p] ? ` ${endOf(p)}` : ''));
	node.addEventListener('click', event => {
		event.preventDefault();
		select(p);
	});
	return node;
}

function argumentsOf(x) {
	const argv = list(X.argv[x]);

	if (!argv)
		return element('p', 'soft', 'The arguments are not known.');
	return longList('ol', 'argv', argv.length, i => {
		const item = element('li', '', shown(strings[argv[i]]));

		if (raw.exact[argv[i]] !== undefined)
			item.title = `not UTF-8: ${quote(argv[i])}`;
		if (strings[argv[i]] === '')
			item.className = 'empty';
		return item;
	});
}

function changeRow(change) {
	const row = element('div', change.kind);
	const value = number => shown(strings[number]).slice(change.key.length + 1);

	row.append(element('b', '', shown(change.key)));
	if (change.before !== undefined)
		row.append(element('del', '', value(change.before)));
	if (change.after !== undefined)
		row.append(element('ins', '', value(change.after)));
	return row;
}

function environmentOf(p, x) {
	const env = list(X.env[x]);
	const made = before(p, x);
	const parentEnv = made < 0 ? null : list(X.env[made]);

	if (!env)
		return section('Environment', element('p', 'soft', 'It is not known.'));
	const whole = element('details');

	whole.append(element('summary', '', `all ${env.length} variables`));
	whole.addEventListener('toggle', () => {
		if (whole.open && whole.children.length === 1)
			whole.append(longList('div', 'env', env.length, i => element('div', '', shown(strings[env[i]]))));
	});
	if (!parentEnv)
		return section('Environment', whole);
	const changes = envChanges(parentEnv, env);

	return section(`Environment, against ${shown(nameOfCached(made))}`,
		changes.length ? longList('div', 'changes', changes.length, i => changeRow(changes[i]))
			: element('p', 'soft', 'No changes.'), whole);
}

function programSection(p, x, title) {
	const box = element('section', 'program');
	const failed = X.image[x] < 0;
	const head = element('h3', failed ? 'failed' : '', title);
	const buttons = element('div', 'buttons');

	buttons.append(button('Copy', 'Copy cd and the command, quoted for a shell ( c )', () => copy(shellCommand(x))));
	if (X.env[x] >= 0 && !failed)
		buttons.append(button('Copy with environment', 'As above, by env -i ( Shift+c )', () => copy(shellWithEnvironment(x))));
	head.append(buttons);
	box.append(head, argumentsOf(x), facts([
		['error', shown(strings[X.error[x]])],
		['folder', shown(strings[X.cwd[x]])],
		['program', shown(strings[X.exe[x]])],
		['asked for', X.path[x] === X.exe[x] ? '' : shown(strings[X.path[x]])],
		['at', `${((X.at[x] - logs[P.log[p]].at) / 1e6).toFixed(6)} s`],
	]));
	if (!failed || X.env[x] >= 0)
		box.append(environmentOf(p, x));
	return box;
}

// The last program is what people look for: it comes first, and all others behind.
function programSections(p) {
	const order = [];

	for (let x = first[p]; x < first[p + 1]; x++)
		order.push(x);
	order.sort((a, b) => (b === program[p]) - (a === program[p]) || a - b);
	return longList('div', 'programs', order.length, i => {
		const x = order[i];
		const title = X.image[x] < 0 ? `Failed exec @${X.seq[x]}`
			: X.image[x] === 0 ? 'Command, when attached'
			: order.length > 1 ? `Command ${idOf(p)}.${X.image[x]}` : 'Command';

		return programSection(p, x, title);
	});
}

function ancestryOf(p) {
	const above = [];

	for (let q = P.parent[p]; q >= 0; q = P.parent[q])
		above.push(q);
	const box = longList('ul', 'links', above.length, i => {
		const item = element('li');

		item.append(link(above[i]));
		return item;
	});

	return above.length ? [section('Came from', box)] : [];
}

function childrenOf(p) {
	const children = [];

	for (let child = firstChild[p]; child >= 0; child = nextSibling[child])
		children.push(child);
	const box = longList('ul', 'links', children.length, i => {
		const item = element('li');

		item.append(link(children[i]));
		return item;
	});

	return children.length ? [section(`Children (${children.length}${below[p] > children.length ? `, ${below[p]} below in all` : ''})`, box)] : [];
}

function showDetails() {
	const p = view.selected;

	document.body.classList.toggle('detailed', p >= 0);
	if (p < 0) {
		detailsBox.replaceChildren();
		return;
	}
	const head = element('div', 'detailhead');
	const dot = element('span', 'dot');
	const chips = element('div', 'chips');
	const log = logs[P.log[p]];

	dot.style.background = colorOf(p);
	head.append(dot, element('h2', '', shown(name[p])), button('×', 'Close', () => select(-1)));
	head.lastChild.className = 'close';
	head.lastChild.setAttribute('aria-label', 'Close');
	chips.append(element('span', bad[p] ? 'bad' : 'good', endOf(p)), element('span', '', seconds(end[p] - P.begin[p])));
	if (P.cpu[p] >= 0)
		chips.append(element('span', '', `${seconds(P.cpu[p])} CPU`));
	if (P.memory[p] >= 0)
		chips.append(element('span', '', memory(P.memory[p])));
	chips.append(element('span', '', `ID ${idOf(p)}`));
	if (P.pid[p] > 0)
		chips.append(element('span', '', `pid ${P.pid[p]}`));
	chips.append(element('span', '', `from ${((P.begin[p] - log.at) / 1e6).toFixed(3)} s`));
	detailsBox.replaceChildren(head, chips);
	if (forkOnly[p])
		detailsBox.append(element('p', 'soft', 'It has run no program of its own: it is a copy of what made it.'));
	detailsBox.append(programSections(p));
	if (P.lost[p])
		detailsBox.append(element('p', 'soft', `${P.lost[p]} more programs of it are not on this page.`));
	detailsBox.append(...ancestryOf(p), ...childrenOf(p));
	detailsBox.scrollTop = 0;
}
