# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # other programs' $
# Contract: procreport compdb names every source that was compiled, with the command
# that did it, as other people's tools understand it.

load lib/common
load helpers/await

: "${PROCREPORT:?set by meson test}"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	GOLDEN=$SRCROOT/tests/golden
	export LC_ALL=C CCACHE_DIR=$BATS_TEST_TMPDIR/cache PATH=/usr/bin:/bin
	mkdir -p work/bin work/sub
	cd work || return
	printf 'int f(void)\n{\n\treturn 1;\n}\n' | tee a.c b.c sub/c.c >sub/d.cc
}

# Programs of these names, which do nothing.
fake() {
	local name

	for name; do
		ln -s /bin/true "bin/$name"
	done
}

# The database of the log, an entry a line.
entries() {
	"$PROCREPORT" compdb "$@" "$LOG" | jq -c '.[]'
}

# Commands, recorded, and what becomes of them: arguments, a line each.
arguments() {
	printf '%s\n' "$@" >script
	audit sh ./script >/dev/null 2>&1 || :
	entries --per-output | jq -r '.arguments | join(" ")'
}

# The names of sources and outputs of commands, from here.
files() {
	printf '%s\n' "$@" >script
	audit sh ./script >/dev/null 2>&1 || :
	entries --per-output | jq -r --arg here "$PWD/" \
		'"\(.file | sub("^" + $here; "")) \(.output // "-" | sub("^" + $here; ""))"'
}

# --- What it looks like ------------------------------------------------------------

@test "as kept" {
	(cd "$GOLDEN" && "$PROCREPORT" compdb build.jsonl) >got
	[ -z "${UPDATE_GOLDEN-}" ] || cp got "$GOLDEN/build.compdb"
	diff "$GOLDEN/build.compdb" got
}

@test "an entry has directory, arguments, file, output; names are absolute" {
	audit sh -c 'cd sub && gcc -O1 -D"X=a b" -c ../a.c -o ./../x.o'
	equal "$(entries)" "$(jq -nc --arg here "$PWD" '{directory: ($here + "/sub"),
		arguments: ["/usr/bin/gcc", "-O1", "-DX=a b", "-c", "../a.c", "-o", "./../x.o"],
		file: ($here + "/a.c"), output: ($here + "/x.o")}')"
}

@test "a log without compilers gives an empty database, and says so" {
	audit true
	run -0 --separate-stderr "$PROCREPORT" compdb "$LOG"
	equal "$(jq -c . <<<"$output")" '[]'
	[[ -n $stderr && $stderr == 'procreport: no compiler was given a source in this' ]]
}

@test "each source of a command has an entry, without the other sources" {
	equal "$(arguments 'gcc -shared -fPIC a.c -O1 sub/c.c b.c -o lib.so -lm')" \
		"/usr/bin/gcc -shared -fPIC a.c -O1 -o lib.so -lm
/usr/bin/gcc -shared -fPIC -O1 sub/c.c -o lib.so -lm
/usr/bin/gcc -shared -fPIC -O1 b.c -o lib.so -lm"
}

# --- Compilers ---------------------------------------------------------------------

@test "compilers are known by name, with the name of a machine and a version" {
	names=(gcc g++ cc c++ clang clang++ clang-cl gfortran nvcc icx icpx icc ifx c99 f95 flang-new
		armclang hipcc gcc-12 gcc-4.8.5 gcc12 g++-13 clang-17 clang++15 clang-cl-16
		x86_64-linux-gnu-gcc-12 arm-none-eabi-g++ riscv64-unknown-elf-gcc-13.2.0
		i686-w64-mingw32-gcc-12-posix x86_64-w64-mingw32-g++-win32 aarch64-linux-android21-clang
		avr-gcc.exe x86_64-pc-linux-gnu-c++ m68k-cc)
	fake "${names[@]}"
	for name in "${names[@]}"; do
		echo "bin/$name -c a.c -o $name.o"
	done >expected
	equal "$(arguments "$(cat expected)")" "$(cat expected)"
}

@test "what is named like them is none" {
	fake gcc-ar gcc-nm-12 clang-tidy clang-format-14 cc1 cc1plus f951 ccan c++filt cpp gccgo-x \
		collect2 lto-wrapper clang-cpp gcov cc-probe ld as mycc ccache-swig git-clang-format
	for name in bin/*; do
		echo "$name a.c"
	done >names
	mapfile -t names <names
	equal "$(arguments "${names[@]}")" ''
}

@test "a compiler by another name is known by its file" {
	ln -s "$(command -v gcc)" bin/mycc
	exe=$(readlink -f "$(command -v gcc)")
	equal "$(arguments 'bin/mycc -c a.c' 'bash -c "exec -a odd gcc -c b.c"' | sed 's/ .*//')" "$exe
/usr/bin/gcc"
}

@test "what a compiler runs is not counted again, whatever its name" {
	fake arm-gcc
	printf '#!/usr/bin/env perl\nsystem("gcc", "-c", "a.c"); exec("gcc", "-c", "b.c");\n' >bin/run
	chmod +x bin/run
	# A compiler that runs compilers: its wrapper is no script.
	cat >outer.c <<-'END'
		#include <stdlib.h>
		#include <unistd.h>
		int main(void)
		{
			if (system("gcc -c b.c -o inner.o") != 0)
				return 1;
			return execlp("gcc", "gcc", "-c", "sub/c.c", "-o", "later.o", (char *)0);
		}
	END
	gcc -o bin/big-gcc outer.c
	equal "$(arguments 'bin/big-gcc -c a.c -o x.o' 'bin/run')" "bin/big-gcc -c a.c -o x.o
/usr/bin/gcc -c a.c
/usr/bin/gcc -c b.c"
	equal "$(arguments 'clang -c a.c -o 1.o' 'clang -flto -c b.c -o 2.o' 'gcc -flto a.c sub/c.c -shared -o 3.so' | wc -l)" 4
}

@test "a clang that is run as the compiler proper is none" {
	equal "$(arguments 'clang -cc1 -fsyntax-only a.c' 'clang -c b.c')" "/usr/bin/clang -c b.c"
}

# --- Wrappers ------------------------------------------------------------------------

@test "ccache: compiled or from the cache, in front or as the compiler" {
	ln -s "$(command -v ccache)" bin/gcc
	for _ in 1 2; do
		equal "$(arguments 'ccache gcc -c a.c' 'bin/gcc -c b.c' 'ccache nohash=true gcc -c sub/c.c' \
			'ccache -s' 'ccache --version' 'ccache')" "gcc -c a.c
bin/gcc -c b.c
gcc -c sub/c.c"
	done
	ccache -s -v | grep -qE 'Hits: +[1-9]'
}

@test "sccache, distcc, icecc, and one before the other" {
	fake ccache sccache distcc icecc
	equal "$(arguments 'sccache gcc -c a.c -o 1.o' 'bin/distcc aarch64-linux-gnu-g++-12 -c a.c -o 2.o' \
		'bin/icecc /opt/own-compiler -c a.c -o 3.o' 'bin/ccache bin/distcc bin/icecc clang -c a.c -o 4.o' \
		'bin/distcc -c a.c -o 5.o' 'bin/sccache --start-server' 'bin/sccache gcc -c a.c -o 6.o')" \
		"aarch64-linux-gnu-g++-12 -c a.c -o 2.o
/opt/own-compiler -c a.c -o 3.o
clang -c a.c -o 4.o
cc -c a.c -o 5.o
gcc -c a.c -o 6.o"
}

@test "libtool: what it ran; both of them with --per-output" {
	equal "$(arguments 'libtool --tag=CC --mode=compile gcc -O1 -c a.c -o a.lo')" \
		"/usr/bin/gcc -O1 -c a.c -fPIC -DPIC -o .libs/a.o
/usr/bin/gcc -O1 -c a.c -o a.o"
	equal "$(entries | jq -r '.arguments | join(" ")')" "/usr/bin/gcc -O1 -c a.c -fPIC -DPIC -o .libs/a.o"
	# Of a compiler that nobody knows by name, libtool does.
	fake own-compiler
	equal "$(arguments 'libtool --tag CC --mode compile bin/own-compiler -c a.c' \
		'libtool --tag=CC --mode=link bin/own-compiler a.c')" "bin/own-compiler -c a.c"
}

@test "a script is a compiler only if none runs in it" {
	printf '#!/bin/sh -e\ngcc --version >/dev/null; for last; do :; done; exec gcc -DINNER "$@"\n' >bin/x-gcc
	printf '#!/bin/sh\n:\n' >bin/y-gcc
	printf '#!./bin/y-gcc\n' >bin/z-gcc
	chmod +x bin/?-gcc
	equal "$(arguments 'bin/x-gcc -c a.c' 'bin/y-gcc -c b.c' 'bin/z-gcc -O1 -c sub/c.c')" "/usr/bin/gcc -DINNER -c a.c
bin/y-gcc -c b.c
bin/z-gcc -O1 -c sub/c.c"
}

# --- Command lines -----------------------------------------------------------------

@test "the values of options are no sources" {
	fake nvcc clang-cl
	equal "$(files 'bin/nvcc -ccbin /usr/bin/x.c -Xcompiler y.c -gencode arch=z.c -odir obj -c k.cu' \
		'gcc -include sub/c.c -imacros b.c -MF dep.c -MD -c a.c -o x.c' \
		'gcc -I sub.c -Xlinker y.c -T script.c -u q.c a.c -shared -o y.so -l m.c' \
		'clang -Xclang -x.c -target x86_64-linux-gnu -isystem i.c -gcc-toolchain t.c -D m.c -c a.c -o z.o' \
		'bin/clang-cl /c /Fosub/ /I/inc.c/x.c /FIq.c /D X.c -Xclang r.c /home/me/w.cpp /Tpodd.txt.c /link v.c' \
		'bin/clang-cl -c -o out.obj -- /usr/n.c')" \
		"k.cu obj/k.o
a.c x.c
a.c y.so
a.c z.o
/home/me/w.cpp sub/w.obj
odd.txt.c sub/odd.txt.obj
/usr/n.c out.obj"
}

@test "-x makes a source of any file, until none" {
	cp a.c plain
	cp a.c none.c
	equal "$(files 'gcc -x c -c plain' 'gcc -xc plain b.c -x none a.o -shared -fPIC -o s.so' 'gcc -c -x c -' \
		'gcc -x c -c /dev/null -o q.o')" "plain plain.o
plain s.so
b.c s.so"
	fake icc
	equal "$(files 'bin/icc -xHost a.o -o prog' 'bin/icc -xHost -c a.c')" 'a.c a.o'
}

@test "outputs that are not named are those that compilers make" {
	touch h.h s.S
	expected=$(files 'gcc -c a.c' 'gcc -c sub/d.cc' 'gcc -S b.c' 'gcc -fsyntax-only b.c' 'gcc -shared a.c' \
		'gcc h.h' 'clang -c -emit-llvm b.c' 'clang -S -emit-llvm b.c' 'gcc -c s.S' 'gcc -c a.c -osub/o.o')
	equal "$expected" "a.c a.o
sub/d.cc d.o
b.c b.s
b.c -
a.c a.out
h.h h.h.gch
b.c b.bc
b.c b.ll
s.S s.o
a.c sub/o.o"
	# They are there.
	while read -r _ output; do
		[ "$output" = - ] || [ -e "$output" ] || fail "$output is not there"
	done <<<"$expected"
}

@test "response files that are as they were are expanded" {
	printf '%s\n' '-O1 "-DA=x \"y\" \z"' "'-DB=x \\' y\\\\'" '-DC=a\ b"c d"e ""' '@further' >rsp
	printf 'a.c\t\n\v@rsp.none' >further
	audit gcc -c @rsp -o x.o 2>/dev/null || :
	equal "$(entries | jq -c '.arguments[1:]')" \
		'["-c","-O1","-DA=x \"y\" z","-DB=x '"'"' y\\","-DC=a bc de","","a.c","@rsp.none","-o","x.o"]'
	equal "$(entries | jq -r .output)" "$PWD/x.o"
	# So does the compiler read them.
	cp rsp good
	sed -i 's/ ""$//; s/@further/a.c/' good
	audit gcc -c @good
	equal "$(entries | jq -c '.arguments | map(select(startswith("-D"))[2:])')" \
		"$(log 'select(.event == "exec" and (.argv[0] | endswith("/cc1"))) | .argv
			| [.[range(length) as $i | select(.[$i] == "-D") | $i + 1]]')"
	# Changed later, it is another one.
	audit gcc -c @rsp 2>/dev/null || :
	touch -d '+1 hour' further
	run -0 --separate-stderr "$PROCREPORT" compdb "$LOG"
	[[ -n $stderr && $stderr == *'left out: 1 command whose sources stand in response files'* ]]
	equal "$(jq -c . <<<"$output")" '[]'
	rm rsp
	mkfifo rsp
	run -0 "$PROCREPORT" compdb "$LOG"
	# With a source on the command line it is left as it is.
	equal "$(arguments 'gcc -c b.c @gone')" '/usr/bin/gcc -c b.c @gone'
	# Files that name themselves.
	printf -- '-DX @loop @loop a.c' >loop
	equal "$(arguments 'gcc -c @loop' | tr ' ' '\n' | grep -c '^-DX$')" 64
	# The words of cl.exe.
	fake clang-cl
	printf '/DA=a\\b "/DB=c \\"d\\\\" /Ie\\\\f g\\h.c' >cl
	audit bin/clang-cl /c @cl
	equal "$(entries | jq -c '.arguments[2:]')" '["/DA=a\\b","/DB=c \"d\\","/Ie\\\\f","g\\h.c"]'
}

@test "-E, -M, --version and the like are left out; --all keeps those with a source" {
	commands=('gcc -E a.c -o a.i' 'gcc -M a.c' 'gcc -MM a.c' 'gcc --version' 'gcc -dumpversion' 'gcc -v'
		'gcc -### -c a.c' 'gcc -print-file-name=a.c' 'clang --analyze a.c -o a.plist' 'cc -E -x c -')
	equal "$(arguments "${commands[@]}")" ''
	equal "$(entries --all --per-output | jq -r '.arguments[1:] | join(" ")')" "-E a.c -o a.i
-### -c a.c
--analyze a.c -o a.plist"
	equal "$(arguments 'gcc -E a.c -o a.i' 'gcc -O1 -c a.c' 'gcc -M a.c')" '/usr/bin/gcc -O1 -c a.c'
	equal "$(entries --all)" "$(entries)"
	equal "$(arguments 'gcc -MD -MF a.d -c a.c')" '/usr/bin/gcc -MD -MF a.d -c a.c'
}

@test "what is only tried is left out; --all keeps it" {
	mkdir -p CMakeFiles/CMakeScratch/TryCompile-x build/meson-private/tmpq
	cp a.c conftest.c
	cp a.c build/meson-private/tmpq/testfile.c
	cp a.c CMakeFiles/CMakeScratch/TryCompile-x/src.c
	printf '#!/bin/sh\ngcc -c sub/c.c -o probe.o\n' >configure
	chmod +x configure
	equal "$(arguments 'gcc -c conftest.c' 'gcc -c build/meson-private/tmpq/testfile.c' ./configure 'sh ./configure' \
		'sh -e configure' '(cd CMakeFiles/CMakeScratch/TryCompile-x && gcc -c src.c ../../../a.c)' \
		'sh -c "./configure && gcc -c a.c"')" '/usr/bin/gcc -c a.c'
	equal "$(entries --all | wc -l)" 5
}

runs_program() { # PID FILE
	[ "$(readlink "/proc/$1/exe")" = "$2" ]
}

@test "a compiler that ran already when it was attached to is one" {
	mkfifo gate
	# Its arguments are what matters; it ends when it is told to.
	printf '#include <unistd.h>\nint main(void)\n{\n\tchar c;\n\treturn read(0, &c, 1) != 0;\n}\n' >wait.c
	gcc -o bin/wait-gcc wait.c
	bin/wait-gcc -c a.c <gate &
	pid=$!
	exec 5>gate
	await runs_program "$pid" "$PWD/bin/wait-gcc"
	"$PROCAUDIT" -o "$LOG" -p "$pid" 5>&- &
	recorder=$!
	await grep -qs '"event":"attach"' "$LOG"
	exec 5>&-
	wait "$pid" "$recorder"
	check_log "$LOG"
	equal "$(entries | jq -c '[.arguments, .output]')" "[[\"bin/wait-gcc\",\"-c\",\"a.c\"],\"$PWD/a.o\"]"
}

@test "a failed exec is none, and a compiler that failed is one" {
	printf 'gcc -c a.c\nnot/gcc -c b.c\ngcc -DX -c none.c\n' >script
	audit --failed sh ./script 2>/dev/null || :
	equal "$(entries | jq -r .file)" "$PWD/a.c
$PWD/none.c"
}

# --- Duplicates ----------------------------------------------------------------------

@test "one entry a source: the first output, its last command that did not fail" {
	equal "$(arguments 'gcc -DONE -c a.c' 'gcc -DTWO -c a.c -o ./a.o' 'gcc -DTHREE -c a.c -include none.h' \
		'gcc -DFOUR -c a.c -o b.o' 'gcc -DFIVE -include none.h -c b.c' 'gcc -DSIX -c b.c -o x.o')" \
		"/usr/bin/gcc -DTWO -c a.c -o ./a.o
/usr/bin/gcc -DFOUR -c a.c -o b.o
/usr/bin/gcc -DFIVE -include none.h -c b.c
/usr/bin/gcc -DSIX -c b.c -o x.o"
	equal "$(entries | jq -r '.arguments[1]')" "-DTWO
-DSIX"
}

@test "entries stand in the order of their commands, however the log comes" {
	audit sh -c 'gcc -DONE -c a.c b.c; gcc -DTWO -c sub/c.c; gcc -DTHREE -c a.c'
	"$PROCREPORT" compdb "$LOG" >expected
	equal "$(jq -r '.[] | .arguments[1] + " " + (.file | sub(".*/"; ""))' expected)" \
		$'-DONE b.c\n-DTWO c.c\n-DTHREE a.c'
	zstd -qf "$LOG" -o packed.zst
	"$PROCREPORT" compdb packed.zst | cmp expected -
	"$PROCREPORT" compdb - <packed.zst | cmp expected -
	"$PROCREPORT" compdb <(cat "$LOG") | cmp expected -
}

@test "memory is needed for what ran, not for its arguments" {
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 1000 100 200000 >big.jsonl
	# The address sanitizer takes more for itself than there is.
	limit=60000
	[[ $(ldd "$PROCREPORT") != *libasan* ]] || limit=unlimited
	(ulimit -v "$limit" && "$PROCREPORT" compdb big.jsonl) >got
	[ "$(stat -c %s got)" -gt 50000000 ]
	equal "$(grep -c '"file":' got)" 267
}

@test "what is not there any more when it is read again is left out, and told" {
	/usr/bin/python3 "$SRCROOT/tests/bench/biglog.py" 60 100 150000 >big.jsonl
	mkfifo entries
	"$PROCREPORT" compdb big.jsonl >entries 2>errors 3>&- &
	exec {fd}<entries
	# It has been read once now, and most of the entries wait for the pipe.
	IFS= read -rN1 -u "$fd"
	: >big.jsonl
	{ printf '['; cat <&"$fd"; } >got
	status=0
	wait "$!" || status=$?
	equal "$status" 1
	[[ $(<errors) =~ ^'procreport: left out: '([0-9]+)' sources whose commands have been changed' ]]
	equal "$((BASH_REMATCH[1] + $(jq length got)))" 20
}

# --- Files ---------------------------------------------------------------------------

@test "--output writes what standard output would get, and leaves nothing else" {
	audit gcc -c a.c
	"$PROCREPORT" compdb "$LOG" >expected
	mkdir out
	umask 027
	"$PROCREPORT" compdb -o out/compile_commands.json "$LOG"
	cmp expected out/compile_commands.json
	equal "$(ls -A out) $(stat -c %a out/compile_commands.json)" 'compile_commands.json 640'
	# Through a link, and with the mode that it had.
	chmod 604 out/compile_commands.json
	echo old >out/compile_commands.json
	ln -s out/compile_commands.json here
	"$PROCREPORT" compdb --output=here "$LOG"
	cmp expected out/compile_commands.json
	[ -L here ]
	equal "$(ls -A out) $(stat -c %a out/compile_commands.json)" 'compile_commands.json 604'
	"$PROCREPORT" compdb -o /dev/stdout "$LOG" | cmp expected -
}

@test "a file that cannot be written stays as it is" {
	audit gcc -c a.c
	run -1 --separate-stderr "$PROCREPORT" compdb -o none/x.json "$LOG"
	[[ $stderr == 'procreport: cannot write none/x.json: No such file or directory' ]]
	run -1 --separate-stderr "$PROCREPORT" compdb -o /dev/full "$LOG"
	[[ $stderr == 'procreport: cannot write /dev/full: No space left on device' ]]
	run -1 "$PROCREPORT" compdb -o sub "$LOG"
	mkdir out
	echo old >out/x.json
	# A limit that the first block exceeds: the new file is taken away.
	run -1 bash -c 'ulimit -f 0; "$PROCREPORT" compdb -o out/x.json "$0"' "$LOG"
	equal "$output" 'procreport: cannot write out/x.json: File too large'
	equal "$(cat out/x.json)$(ls -A out)" oldx.json
}

@test "--append keeps what it does not know better, byte for byte" {
	cat >db.json <<-END
		[ {"directory":"$PWD","command":"cc -c \u0061.c","file":"sub/../a.c", "output":"old.o"},
		  {"file":"$PWD/elsewhere.c","own":[{"a":1.50,"b":null},true],"directory":"/","arguments":["x]}"]},
		  {"directory":"$PWD/sub","file":"c.c","output":"c.o"} ]
	END
	audit sh -c 'gcc -c a.c sub/d.cc; cd sub && gcc -c c.c -DNEW'
	"$PROCREPORT" compdb --append -o db.json "$LOG"
	grep -qF "{\"file\":\"$PWD/elsewhere.c\",\"own\":[{\"a\":1.50,\"b\":null},true],\"directory\":\"/\",\"arguments\":[\"x]}\"]}" db.json
	equal "$(jq -r '.[].file' db.json)" "sub/../a.c
$PWD/elsewhere.c
$PWD/a.c
$PWD/sub/d.cc
$PWD/sub/c.c"
	equal "$(jq -c '.[4].arguments' db.json)" '["/usr/bin/gcc","-c","c.c","-DNEW"]'
	# Again, it changes nothing.
	cp db.json before
	"$PROCREPORT" compdb --append -o db.json "$LOG"
	cmp before db.json
	# By output, the first one goes, too, only if it is the same.
	"$PROCREPORT" compdb --per-output --append -o db.json "$LOG"
	cmp before db.json
}

@test "--append begins a file, and leaves alone what is no database" {
	audit gcc -c a.c
	"$PROCREPORT" compdb --append -o new.json "$LOG"
	"$PROCREPORT" compdb "$LOG" | cmp - new.json
	: >new.json
	"$PROCREPORT" compdb --append -o new.json "$LOG"
	"$PROCREPORT" compdb "$LOG" | cmp - new.json
	for bad in '{}' '[' '[1]' '["x"]' '[[]]' '[{}]' '[{"file":"x"}]' '[{"file":1,"directory":"/"}]' 'x' '[] []' \
		'[{"directory":"/","file":"x"}' '[{"directory":"/","file":"x"},' '"x"' '3' $'[{"directory":"/","file":"\377"}]'; do
		printf '%s' "$bad" >bad.json
		run -1 --separate-stderr "$PROCREPORT" compdb --append -o bad.json "$LOG"
		equal "$stderr" 'procreport: bad.json is no compilation database; it was left alone'
		equal "$(cat bad.json)" "$bad"
	done
	run -2 --separate-stderr "$PROCREPORT" compdb --append "$LOG"
	[[ $stderr == *'--append needs a file'* ]]
}

@test "bytes that JSON cannot hold are told" {
	odd=$(printf 'o\377dd')
	mkdir "$odd"
	cp a.c "$odd.c"
	cp b.c "$odd/b.c"
	printf '%s\n' "gcc -c '$odd.c'" "gcc -DX='\"$odd\"' -c a.c" "(cd '$odd' && gcc -c b.c)" >script
	audit sh ./script
	run -0 --separate-stderr "$PROCREPORT" compdb "$LOG"
	equal "$(jq -c '.[].arguments' <<<"$output")" $'["/usr/bin/gcc","-DX=\\"o\357\277\275dd\\"","-c","a.c"]'
	[[ $stderr == *'left out: 2 sources whose names are not UTF-8'*'1 command has arguments that are not UTF-8'* ]]
}

# --- Other people's tools -----------------------------------------------------------

# A build of everything that matters, in $PWD.
build() {
	sh "$SRCROOT/tests/lib/project.sh" project 4
	cat >>project/Makefile <<-'END'
		.RECIPEPREFIX = >
		all: prog two lib.so
		two: main.c f1.c libf.a
		> gcc -O2 '-DTEXT=a b' -DVALUE=1 main.c f1.c -o $@ -L. -lf
		lib.so: f2.c
		> clang -MD -MF f2.d -DVALUE=2 -fPIC -c f2.c -o f2.pic.o
		> gcc -E -DVALUE=1 f3.c >f3.i
		> g++ --version >/dev/null
		> gcc -shared -o $@ f2.pic.o
		clean:
		> rm -f *.o *.a *.so *.i prog two
	END
}

@test "Bear finds the same entries in a real build" {
	build
	audit make -s -C project all
	entries --per-output >ours
	make -s -C project clean
	bear --output bear.json -- make -s -C project all
	/usr/bin/python3 - ours bear.json <<-'END'
		import json, sys

		ours = [json.loads(line) for line in open(sys.argv[1])]
		bears = json.load(open(sys.argv[2]))

		def as_bear_has_it(entry):
		    """It changes the commands that ran; we do not."""
		    arguments = []
		    skip = False
		    for word in entry["arguments"][1:]:
		        # No libraries, no dependency files.
		        if skip or word in ("-MD", "-MF") or word.startswith(("-L", "-l")):
		            skip = word == "-MF"
		            continue
		        arguments.append(word)
		    # "-c" in commands that compile and link; another order.
		    if "-c" not in arguments:
		        arguments.append("-c")
		    return {**entry, "arguments": entry["arguments"][:1] + sorted(arguments)}

		def sorted_words(entry):
		    return {**entry, "arguments": entry["arguments"][:1] + sorted(entry["arguments"][1:])}

		key = lambda entry: (entry["file"], entry["output"])
		ours = sorted(map(as_bear_has_it, ours), key=key)
		bears = sorted(map(sorted_words, bears), key=key)
		assert len(ours) == 8, ours
		assert ours == bears, json.dumps([ours, bears], indent=1)
	END
}

@test "clang-tidy and clangd take it" {
	build
	audit make -s -C project all
	"$PROCREPORT" compdb -o project/compile_commands.json "$LOG"
	cd project
	# Without it, the sources are wrong.
	mv compile_commands.json away
	run ! clang-tidy --checks='-*,clang-analyzer-*' f1.c --
	mv away compile_commands.json
	for source in *.c; do
		run -0 clang-tidy -p . --checks='-*,clang-analyzer-*' "$source"
		[[ $output != *error* ]] || fail "$source: $output"
	done
	run -0 clangd --check="$PWD/f1.c" --compile-commands-dir="$PWD"
	[[ $output == *'-DVALUE=1'* && $output == *'All checks completed, 0 errors'* ]] || fail "$output"
}
