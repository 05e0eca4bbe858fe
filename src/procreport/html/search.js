// SPDX-License-Identifier: ISC
// Search as you type. Strings and lists come many times, so each is looked at once.

const search = {text: '', words: [], hits: new Uint8Array(count), found: [], active: false};
let lowered = null;

function hitStrings(word) {
	const hits = new Uint8Array(strings.length);

	lowered = lowered || strings.map(text => text.toLowerCase());
	for (let i = 1; i < strings.length; i++)
		if (lowered[i].includes(word))
			hits[i] = 1;
	return hits;
}

function hitLists(hits) {
	const cache = new Int8Array(raw.lists.length).fill(-1);

	return number => {
		if (number < 0)
			return false;
		if (cache[number] < 0)
			cache[number] = list(number).some(item => hits[item]) ? 1 : 0;
		return cache[number] === 1;
	};
}

// What a word asks of a process.
function testOf(word) {
	const [, key, rest] = /^(?:(env|cwd|argv|exe|pid|id|longer):)?(.*)$/s.exec(word);

	if (key === 'pid')
		return p => String(P.pid[p]) === rest;
	if (key === 'id')
		return p => idOf(p) === rest;
	if (key === 'longer')
		return p => end[p] - P.begin[p] >= 1e6 * Number(rest || 0);
	if (word === 'failed')
		return p => bad[p] === 1;
	const hits = hitStrings(rest);
	const inLists = hitLists(hits);
	const any = key === undefined;
	const test = x => ((any || key === 'exe') && (hits[X.exe[x]] || hits[X.path[x]])) ||
		((any || key === 'argv') && inLists(X.argv[x])) ||
		((any || key === 'cwd') && hits[X.cwd[x]]) ||
		((any || key === 'env') && inLists(X.env[x]));

	return p => {
		for (let x = first[p]; x < first[p + 1]; x++)
			if (test(x))
				return true;
		return false;
	};
}

function runSearch(text) {
	const words = text.toLowerCase().split(/\s+/).filter(word => word && !/^[a-z]+:$/.test(word));

	search.text = text;
	search.words = words;
	search.active = words.length > 0;
	search.found = [];
	search.hits.fill(0);
	if (!search.active)
		return;
	const tests = words.map(testOf);

	for (let p = 0; p < count; p++)
		if (tests.every(test => test(p))) {
			search.hits[p] = 1;
			search.found.push(p);
		}
}
