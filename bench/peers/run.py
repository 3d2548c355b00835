#!/usr/bin/env python3
"""The same workload against Kith and its peers, one after another on this machine.

    python3 bench/peers/run.py --seconds 10

Each server is installed in a pinned version under a cache folder, started over an empty
database on a disk, given the same contact of twelve fields, and put under the same load
by the same generator (wrk). Nothing is left but the cache. See docs/comparison.md.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# Nothing is left in the repository.
sys.dont_write_bytecode = True

from peers import CACHE, PEERS, body  # noqa: E402 (after what keeps its bytecode away)

HERE = pathlib.Path(__file__).resolve().parent


def load(peer, mode, run, options, files):
    """One run of wrk; what it found."""
    environment = {
        **os.environ,
        "PEER_MODE": mode,
        "PEER_RUN": run,
        "PEER_PATH": peer.creates if mode == "creates" else peer.reads,
        "PEER_TOKEN": peer.token,
        **{f"PEER_{name.upper()}": str(path) for name, path in files.items()},
    }
    seconds = options.warm_up if run == "warm" else options.seconds
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{seconds}s", "--timeout", "30s", "-s", HERE / "load.lua"]
    ran = subprocess.run([*command, peer.url("")], env=environment, capture_output=True, text=True)
    last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else ""
    if ran.returncode != 0 or not last.startswith("{"):
        sys.exit(f"wrk failed:\n{ran.stdout}{ran.stderr}")
    return json.loads(last)


def measure(peer, options):
    peer.install()
    peer.start()
    files = {name: peer.folder / name for name in ("companies", "body", "ids")}
    files["companies"].write_text("\n".join(peer.define()) + "\n")
    files["body"].write_text(body(peer.amount))
    results = {}
    for mode in ("creates", "reads"):
        if mode == "reads":
            files["ids"].write_text("\n".join(peer.ids()) + "\n")
        load(peer, mode, "warm", options, files)
        results[mode] = load(peer, mode, "count", options, files)
    return {"peer": peer.name, "version": peer.version(), "memory_mb": peer.memory_mb(), **results}


def table(found):
    print("| | version | workload | per second | p50 ms | p99 ms | p99.9 ms | errors | memory MB |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    for peer in found:
        for mode in ("creates", "reads"):
            result = peer[mode]
            times = " | ".join(f"{result[name] / 1000:.1f}" for name in ("p50_us", "p99_us", "p999_us"))
            line = f"| {peer['peer']} | {peer['version']} | {mode} | {result['per_second']:,} | {times}"
            print(f"{line} | {result['errors']} | {peer['memory_mb']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", nargs="*", help=f"of {', '.join(PEERS)} (all unless given)")
    parser.add_argument("--seconds", type=int, default=10, help="how long each workload is measured (10)")
    parser.add_argument("--warm-up", type=int, default=3, help="seconds before that (3)")
    parser.add_argument("--connections", type=int, default=64, help="connections that send (64)")
    parser.add_argument("--folder", help="where the databases are: a disk, not memory (the cache unless given)")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    unknown = [name for name in options.peers if name not in PEERS]
    if unknown:
        parser.error(f"no peer {', '.join(unknown)}: there are {', '.join(PEERS)}")
    if not shutil.which("wrk"):
        sys.exit("wrk is missing (on Debian: apt-get install wrk)")
    CACHE.mkdir(parents=True, exist_ok=True)
    found = []
    for name in options.peers or PEERS:
        with tempfile.TemporaryDirectory(prefix="run-", dir=options.folder or CACHE) as folder:
            peer = PEERS[name](pathlib.Path(folder))
            try:
                found.append(measure(peer, options))
            finally:
                peer.stop()
        print(f"{name}: done", file=sys.stderr)
    table(found)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
