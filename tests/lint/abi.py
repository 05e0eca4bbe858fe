# SPDX-License-Identifier: ISC
"""What a program that was built against the library relies on.

    gdb -nx -q -batch -x tests/lint/abi.py LIBRARY

prints, for every type and function of include/procaudit, what its debugging
information says: sizes, offsets, values, and what functions take and give.
"""

import pathlib
import re

import gdb


def declared():
    """Names of types and functions, in the order of the headers."""
    types, functions = [], []
    for header in sorted(pathlib.Path("include/procaudit").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        types += re.findall(r"^((?:struct|enum|union) \w+) \{", text, flags=re.M)
        functions += re.findall(r"\b(procaudit_\w+)\(", text)
    return types, sorted(functions)


def fields(kind, base=0, prefix=""):
    """The members, with those of types that have no name of their own."""
    for field in kind.fields():
        offset = base + field.bitpos // 8
        name = prefix + (field.name or "")
        nested = field.type.strip_typedefs()
        if nested.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) and not field.type.name:
            yield from fields(nested, offset, f"{name}." if field.name else prefix)
        else:
            bits = f" : {field.bitsize} at {field.bitpos % 8}" if field.bitsize else ""
            yield f"{offset} {field.type} {name}{bits}"


def enumerators(kind):
    for field in kind.fields():
        yield f"{field.enumval} {field.name}"


def main():
    types, functions = declared()
    for name in types:
        kind = gdb.lookup_type(name)
        print(f"{name}: {kind.sizeof}")
        for line in enumerators(kind) if kind.code == gdb.TYPE_CODE_ENUM else fields(kind):
            print(f"\t{line}")
    for name in functions:
        print(f"{name}: {gdb.lookup_global_symbol(name).type}")


main()
