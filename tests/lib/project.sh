#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes a C project of N source files, a static library and a program in DIR.
#
#	project.sh DIR N
set -eu
mkdir -p "$1"
cd "$1"
count=$2
i=1
while [ "$i" -le "$count" ]; do
	printf '#include "all.h"\nint f%d(int x)\n{\n\treturn x + VALUE;\n}\n' "$i" >"f$i.c"
	printf 'int f%d(int x);\n' "$i"
	i=$((i + 1))
done >all.h
printf '#include "all.h"\nint main(void)\n{\n\treturn f1(0) != 1 || f%d(1) != 2;\n}\n' "$count" >main.c
cat >Makefile <<'END'
sources := $(wildcard f*.c)
prog: main.o libf.a
	$(CC) -o $@ main.o -L. -lf
libf.a: $(sources:.c=.o)
	$(AR) rcs $@ $^
%.o: %.c all.h
	$(CC) -DVALUE=1 -DTEXT='"a b"' -O1 -c -o $@ $<
END
