-- The load for all peers, for wrk: each connection sends as soon as it was answered.
-- What is sent is told by the environment; what was found is printed as one JSON line.

local mode = os.getenv("PEER_MODE")
local path = os.getenv("PEER_PATH")
local run = os.getenv("PEER_RUN")

local function lines(name)
  local found = {}
  for line in io.lines(os.getenv(name)) do
    found[#found + 1] = line
  end
  return found
end

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  math.randomseed(number + 1)
  sent = 0
  headers = {
    ["Authorization"] = "Bearer " .. os.getenv("PEER_TOKEN"),
    ["Content-Type"] = "application/json",
  }
  if mode == "creates" then
    companies = lines("PEER_COMPANIES")
    cities = { "Hamburg", "Toronto", "Chicago", "Bangkok", "Nairobi", "Caracas", "Jakarta", "Cologne" }
    local file = io.open(os.getenv("PEER_BODY"))
    body = file:read("*a")
    file:close()
  else
    ids = lines("PEER_IDS")
  end
end

function request()
  if mode == "reads" then
    return wrk.format("GET", path .. ids[math.random(#ids)], headers)
  end
  sent = sent + 1
  local values = {
    NUMBER = string.format("%s.%d.%d", run, number, sent),
    COMPANY = companies[math.random(#companies)],
    CITY = cities[math.random(#cities)],
    SCORE = tostring(math.random(0, 99)),
  }
  return wrk.format("POST", path, headers, (body:gsub("%$(%u+)", values)))
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"per_second":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6),
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
