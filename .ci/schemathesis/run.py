"""Runs schemathesis, all checks on, against a Kith of its own.

Called by the script beside the other peers; usage: run.py KITH ST.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).parent
ADMINISTRATOR = "administrator-of-the-fuzzing-run"
# Dropping the objects that the rest of the run is about would leave it nothing to find,
# and revoking its token would end it: these have a run, and a tenant, of their own.
ENDINGS = r"/v1/tokens|/v1/schema/objects/\{object\}$"
# What only an administrator may do.
TENANTS = r"/v1/tenants"
EXAMPLES = "5"


def ask(address, method, path, token, body):
    data = json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(address + path, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def furnish(address, name):
    """A tenant with something of every field type; answers its token."""
    token = ask(address, "POST", "/v1/tenants", ADMINISTRATOR, {"name": name})["token"]
    for definition in json.loads((HERE / "objects.json").read_text()):
        ask(address, "POST", "/v1/schema/objects", token, definition)
    for rollup in (
        {"name": "contacts", "type": "rollup", "function": "count", "from": "contact", "via": "company"},
        {"name": "value", "type": "rollup", "function": "sum", "from": "contact", "via": "company",
         "of": "worth", "currency": "EUR"},
    ):
        ask(address, "POST", "/v1/schema/objects/company/fields", token, rollup)
    return token


def fuzz(schemathesis, address, token, *selection):
    command = [schemathesis, "--config-file", str(HERE / "schemathesis.toml"), "run", f"{address}/openapi.json",
               "-H", f"Authorization: Bearer {token}", "--checks", "all", "--max-examples", EXAMPLES,
               "--request-timeout", "30", "--seed", "7800", "--no-color", *selection]
    return subprocess.run(command, timeout=1200, check=False).returncode


def main():
    kith, schemathesis = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        command = [kith, "serve", "--data-dir", f"{folder}/data", "--listen", "127.0.0.1:0", "--log-level", "error"]
        environment = {**os.environ, "KITH_ADMIN_TOKEN": ADMINISTRATOR}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http://\S+", server.stdout.readline()).group()
            failed = fuzz(schemathesis, address, furnish(address, "fuzzed"), "--exclude-path-regex", f"{ENDINGS}|{TENANTS}")
            failed |= fuzz(schemathesis, address, furnish(address, "ended"), "--include-path-regex", ENDINGS)
            failed |= fuzz(schemathesis, address, ADMINISTRATOR, "--include-path-regex", TENANTS)
            if server.poll() is not None:
                print("the server did not survive", file=sys.stderr)
                failed = 1
        finally:
            server.terminate()
            server.wait(timeout=30)
    sys.exit(1 if failed else 0)


main()
