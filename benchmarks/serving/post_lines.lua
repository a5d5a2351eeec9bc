-- wrk -s post_lines.lua URL -- BODIES-FILE [NAME:VALUE ...]: posts the lines of a file, one after another and again, and prints one line of figures.
local requests, at = {}, 0

function init(args)
  local headers = {}
  for i = 2, #args do
    local name, value = args[i]:match("^([^:]+):(.*)$")
    headers[name] = value
  end
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, line)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("RESULT requests=%d seconds=%.6f p50=%.1f p99=%.1f errors=%d", summary.requests, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
