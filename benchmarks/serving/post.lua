-- wrk -s post.lua URL -- BODY-FILE [NAME:VALUE ...]: posts the file and prints one line of figures.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  local headers = {}
  for i = 2, #args do
    local name, value = args[i]:match("^([^:]+):(.*)$")
    headers[name] = value
  end
  request_text = wrk.format("POST", nil, headers, file:read("*a"))
  file:close()
end

function request()
  return request_text
end

function done(summary, latency)
  local e = summary.errors
  print(string.format("RESULT requests=%d seconds=%.6f p50=%.1f p99=%.1f errors=%d", summary.requests, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
