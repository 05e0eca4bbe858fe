#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""powercut SYNCED SEED FILE...

What a power cut may make of files: each keeps what was synced, as the lines of
SYNCED tell (synced.c), and of the rest as much as SEED says: nothing, a piece, or
its size without its content. Prints for each how many bytes were synced.
"""
import os
import random
import sys


def synced_sizes(path):
    sizes = {}
    with open(path, encoding="ascii") as lines:
        for what, inode, size in map(str.split, lines):
            if what == "sync":
                sizes[int(inode)] = max(int(size), sizes.get(int(inode), 0))
    return sizes


def cut(path, synced, rng):
    size = os.path.getsize(path)
    kept = rng.randint(synced, size)
    with open(path, "r+b") as file:
        file.truncate(kept)
        if rng.random() < 0.5:
            file.truncate(size)  # NUL bytes from there on


def main():
    synced, seed, *paths = sys.argv[1:]
    sizes, rng = synced_sizes(synced), random.Random(seed)
    for path in paths:
        done = sizes.get(os.stat(path).st_ino, 0)
        cut(path, done, rng)
        print(done)


main()
