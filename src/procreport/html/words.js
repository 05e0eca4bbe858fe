// SPDX-License-Identifier: ISC
// Strings of the log as text for people and for shells. Never as markup.

const exactBytes = number => Uint8Array.from(atob(raw.exact[number]), c => c.charCodeAt(0));

// Controls, and what changes the direction or is not to be seen at all.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escaped(character) {
	const code = character.charCodeAt(0);

	if (character === '\n')
		return '\\n';
	if (character === '\t')
		return '\\t';
	return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

// A string as people may see it.
function shown(text) {
	return text.replace(unprintable, escaped);
}

// The name of a tool without that of the machine that it is for: gcc-12 for
// x86_64-linux-gnu-gcc-12, where there is no room for both.
function withoutMachine(text) {
	return text.replace(/^\w+-(?:\w+-)*(?:gnu\w*|musl\w*|eabi\w*|elf|mingw32|android\w*)-(?=.)/, '');
}

// Whether no two programs are called alike without the machine, which is the same for all.
const oneMachine = (() => {
	const names = [...new Set(name)];
	const machines = new Set(names.map(text => text.slice(0, text.length - withoutMachine(text).length)));

	machines.delete('');
	return machines.size === 1 && new Set(names.map(withoutMachine)).size === names.length;
})();

// The name of a program where there are many of them.
function brief(text) {
	return shown(oneMachine ? withoutMachine(text) : text);
}

const octal = byte => `\\${byte.toString(8).padStart(3, '0')}`;

function quoteBytes(bytes) {
	let out = '';

	for (const byte of bytes) {
		if (byte === 0x27 || byte === 0x5c)
			out += `\\${String.fromCharCode(byte)}`;
		else if (byte < 0x20 || byte >= 0x7f)
			out += octal(byte);
		else
			out += String.fromCharCode(byte);
	}
	return `$'${out}'`;
}

// A word that a shell reads as exactly this string of the log.
function quote(number) {
	const text = strings[number];

	if (raw.exact[number] !== undefined)
		return quoteBytes(exactBytes(number));
	if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text))
		return text;
	if (text.search(unprintable) >= 0)
		return quoteBytes(new TextEncoder().encode(text));
	return `'${text.replaceAll("'", "'\\''")}'`;
}

// An assignment in front is no command.
function quoteFirst(number) {
	return strings[number].includes('=') && raw.exact[number] === undefined
		? `'${strings[number].replaceAll("'", "'\\''")}'` : quote(number);
}

function commandOf(x) {
	const argv = x < 0 ? null : list(X.argv[x]);

	if (x < 0)
		return '?';
	if (X.image[x] < 0)
		return [X.path[x], ...(argv || []).slice(1)].map(quote).join(' ');
	return argv && argv.length ? argv.map((number, i) => i ? quote(number) : quoteFirst(number)).join(' ')
		: quote(X.path[x] || X.exe[x]);
}

// The beginning of a command, for one line: not all of a long one is put together.
function commandBegin(x, most) {
	const argv = list(X.argv[x]);
	let text = '';

	if (!argv)
		return shown(strings[X.path[x] || X.exe[x]]).slice(0, most);
	for (let i = 1; i < argv.length && text.length < most; i++)
		text += (i > 1 ? ' ' : '') + shown(strings[argv[i]].slice(0, most));
	return text.slice(0, most);
}

function shellCommand(x) {
	const cwd = X.cwd[x] ? `cd -- ${quote(X.cwd[x])} && ` : '';

	return cwd + commandOf(x);
}

// With exactly its environment, by env(1), which takes the file that ran for argv[0].
function shellWithEnvironment(x) {
	const env = list(X.env[x]) || [];
	const argv = list(X.argv[x]) || [];
	const file = X.exe[x] && !strings[X.exe[x]].endsWith(' (deleted)') ? X.exe[x] : X.path[x];
	const words = env.filter(number => strings[number].indexOf('=') > 0).map(quote);
	const cwd = X.cwd[x] ? `cd -- ${quote(X.cwd[x])} &&\n` : '';

	return `${cwd}env -i -- \\\n  ${[...words, [file, ...argv.slice(1)].map(quote).join(' ')].join(' \\\n  ')}`;
}

// What has changed from one environment to another: added, removed, changed.
function envChanges(from, to) {
	const split = number => {
		const text = strings[number];
		const at = text.indexOf('=', 1);

		return at < 0 ? text : text.slice(0, at);
	};
	const old = new Map(from.map(number => [split(number), number]));
	const changes = [];
	const seen = new Set();

	for (const number of to) {
		const key = split(number);

		seen.add(key);
		if (!old.has(key))
			changes.push({key, kind: 'added', after: number});
		else if (old.get(key) !== number)
			changes.push({key, kind: 'changed', before: old.get(key), after: number});
	}
	for (const [key, number] of old)
		if (!seen.has(key))
			changes.push({key, kind: 'removed', before: number});
	return changes.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}
