"""Exports records of every field type as Parquet and CSV, and reads them with DuckDB.

Called by the script beside the other peers; usage: run.py KITH.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import duckdb

ADMINISTRATOR = "administrator-of-the-parquet-run"
RECORDS = 3_000

COMPANY = {"name": "company", "fields": [{"name": "name", "type": "text", "unique": True}]}
THING = {
    "name": "thing",
    "fields": [
        {"name": "key", "type": "auto_number", "prefix": "T-", "digits": 6},
        {"name": "line", "type": "text"},
        {"name": "long", "type": "long_text"},
        {"name": "whole", "type": "integer"},
        {"name": "exact", "type": "decimal", "precision": 18, "scale": 6},
        {"name": "score", "type": "decimal", "precision": 6, "scale": 2},
        {"name": "money", "type": "currency"},
        {"name": "truth", "type": "boolean"},
        {"name": "day", "type": "date"},
        {"name": "moment", "type": "datetime"},
        {"name": "one", "type": "select", "options": ["red", "blue"]},
        {"name": "many", "type": "multi_select", "options": ["a", "b", "c;d"]},
        {"name": "email", "type": "email"},
        {"name": "phone", "type": "phone"},
        {"name": "url", "type": "url"},
        {"name": "document", "type": "json"},
        {"name": "company", "type": "reference", "to": ["company"], "on_delete": "clear"},
        {"name": "twice", "type": "integer", "computed": "whole * 2"},
    ],
}
ROLLUPS = [
    {"name": "things", "type": "rollup", "function": "count", "from": "thing", "via": "company"},
    {"name": "worth", "type": "rollup", "function": "sum", "from": "thing", "via": "company", "of": "money",
     "currency": "EUR"},
    {"name": "mean", "type": "rollup", "function": "avg", "from": "thing", "via": "company", "of": "score"},
    {"name": "latest", "type": "rollup", "function": "max", "from": "thing", "via": "company", "of": "moment"},
]
MOMENT = "TIMESTAMP WITH TIME ZONE"
MONEY = "STRUCT(amount DECIMAL(18,2), currency VARCHAR)"
SET = {"id": "VARCHAR", "version": "BIGINT", "created_at": MOMENT, "updated_at": MOMENT,
       "created_by": "VARCHAR", "updated_by": "VARCHAR", "owner": "VARCHAR"}
TYPES = {
    "company": {**SET, "name": "VARCHAR", "things": "BIGINT", "worth": MONEY, "latest": MOMENT},
    "thing": {**SET, "key": "VARCHAR", "line": "VARCHAR", "long": "VARCHAR", "whole": "BIGINT",
              "exact": "DECIMAL(18,6)", "score": "DECIMAL(18,2)", "money": MONEY, "truth": "BOOLEAN", "day": "DATE", "moment": MOMENT,
              "one": "VARCHAR", "many": "VARCHAR[]", "email": "VARCHAR", "phone": "VARCHAR", "url": "VARCHAR",
              "document": "JSON", "company": "VARCHAR", "twice": "BIGINT"},
}


def ask(address, method, path, token, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(address + path, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def thing(number, companies):
    """A record: every field in some, none in others, and the ends of each range."""
    if number % 7 == 0:
        return {}
    return {
        "line": ["", "a, \"quoted\" word", "null", f"line {number}"][number % 4],
        "long": "two\r\nlines \U0001f600" if number % 3 else "",
        "whole": [0, -9007199254740991, 9007199254740991 // 2, number][number % 4],
        "exact": ["0.000000", "-999999999999.999999", "999999999999.999999", f"{number}.000001"][number % 4],
        "score": f"{number}.25",
        "money": {"amount": f"{number}.10", "currency": "EUR"},
        "truth": number % 2 == 0,
        "day": ["0001-01-01", "9999-12-31", "2024-02-29"][number % 3],
        "moment": ["1969-12-31T23:59:59.999999Z", "2024-02-29T12:00:00Z", "2100-01-01T00:00:00.000001Z"][number % 3],
        "one": ["red", "blue"][number % 2],
        "many": [[], ["a"], ["a", "b"], ["c;d"]][number % 4],
        "email": f"p{number}@example.com",
        "phone": "+4930123456",
        "url": f"https://example.com/?a={number},b",
        "document": [{"a": [1, "2", None]}, [], "text", 4.5][number % 4],
        "company": companies[number % len(companies)],
    }


def furnish(address):
    """A tenant with records of every field type; answers its token."""
    token = ask(address, "POST", "/v1/tenants", ADMINISTRATOR, {"name": "parquet"})["token"]
    ask(address, "POST", "/v1/schema/objects", token, COMPANY)
    ask(address, "POST", "/v1/schema/objects", token, THING)
    for rollup in ROLLUPS:
        ask(address, "POST", "/v1/schema/objects/company/fields", token, rollup)
    made = [ask(address, "POST", "/v1/records/company", token, {"name": f"company {n}"})["id"] for n in range(9)]
    for start in range(0, RECORDS, 500):
        operations = [{"op": "create", "object": "thing", "record": thing(start + n, made[:-1])} for n in range(500)]
        ask(address, "POST", "/v1/batch", token, {"operations": operations})
    return token


def records(address, token, name):
    """All records of an object as the API has them, by id."""
    found, cursor = {}, ""
    while cursor is not None:
        page = ask(address, "GET", f"/v1/records/{name}?limit=500{cursor}", token)
        found.update({record["id"]: record for record in page["data"]})
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return found


def column(name, kind):
    """How a column is read, so that no digit is lost on the way to Python."""
    if kind == MOMENT:
        return f'strftime("{name}" at time zone \'UTC\', \'%Y-%m-%dT%H:%M:%S.%fZ\')'
    if kind == MONEY:
        return f'cast("{name}".amount as varchar) || \' \' || "{name}".currency'
    if kind in ("DATE", "JSON") or kind.startswith("DECIMAL"):
        return f'cast("{name}" as varchar)'
    return f'"{name}"'


def shown(value, kind):
    """A value of the API in the same form."""
    if value is None:
        return None
    if kind == MOMENT:
        whole, _, fraction = value.rstrip("Z").partition(".")
        return f"{whole}.{fraction.ljust(6, '0')}Z"
    if kind == MONEY:
        return f"{value['amount']} {value['currency']}"
    if kind == "JSON":
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return value


def cell(value, kind):
    """A value of the API as a cell of CSV, read as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if kind == "VARCHAR[]":
        return ";".join(value) if value and "c;d" not in value else json.dumps(value, separators=(",", ":"))
    return value if kind == MOMENT else str(shown(value, kind))


def compare(name, api, found, form):
    for row in found:
        record = api.pop(row["id"])
        for field, value in row.items():
            wanted = form(record[field], kind_of(name, field))
            if value != wanted:
                sys.exit(f"{name} {row['id']}.{field} is {value!r} and should be {wanted!r}")
    if api:
        sys.exit(f"{len(api)} records of {name} are missing, such as {next(iter(api))}")


def kind_of(name, field):
    return TYPES[name].get(field, "DECIMAL")


def rows(query):
    cursor = duckdb.sql(query)
    return [dict(zip(cursor.columns, row)) for row in cursor.fetchall()]


def check_parquet(folder, name, api):
    files = f"{folder}/{name}-*.parquet"
    types = {row["column_name"]: row["column_type"] for row in rows(f"describe from read_parquet('{files}')")}
    for field, kind in TYPES[name].items():
        if types.get(field) != kind:
            sys.exit(f"{name}.{field} is {types.get(field)} and should be {kind}")
    columns = ", ".join(f'{column(field, kind)} as "{field}"' for field, kind in types.items())
    compare(name, dict(api), rows(f"select {columns} from read_parquet('{files}')"), shown)
    print(f"{name}: {len(api)} records as Parquet, {len(types)} columns")


def check_csv(folder, name, api):
    options = "header = true, all_varchar = true, allow_quoted_nulls = false, auto_detect = false, " \
              "quote = '\"', escape = '\"', new_line = '\\r\\n', delim = ','"
    header = open(f"{folder}/{name}.csv", encoding="utf-8", newline="").readline().strip().split(",")
    columns = ", ".join(f"'{field}': 'VARCHAR'" for field in header)
    found = rows(f"from read_csv('{folder}/{name}.csv', {options}, columns = {{{columns}}})")
    compare(name, dict(api), found, cell)
    print(f"{name}: {len(api)} records as CSV")


def export(kith, address, token, folder, form, *more):
    command = [kith, "--url", address, "--token", token, "export", "--format", form, "--out", folder, *more]
    subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)


def main():
    kith = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [kith, "serve", "--data-dir", f"{folder}/data", "--listen", "127.0.0.1:0", "--log-level", "error"]
        environment = {**os.environ, "KITH_ADMIN_TOKEN": ADMINISTRATOR}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            address = re.search(r"http://\S+", server.stdout.readline()).group()
            token = furnish(address)
            export(kith, address, token, f"{folder}/parquet", "parquet")
            export(kith, address, token, f"{folder}/csv", "csv")
            for name in TYPES:
                api = records(address, token, name)
                check_parquet(f"{folder}/parquet", name, api)
                check_csv(f"{folder}/csv", name, api)
        finally:
            server.terminate()
            server.wait(timeout=60)


if __name__ == "__main__":
    main()
