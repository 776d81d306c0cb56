-- For wrk: a path and a method from the environment, a fresh token for each request where a file
-- of them is given, and one line of figures at the end.
local tokens, at = {}, 0
local headers = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ["Content-Type"] = "application/x-www-form-urlencoded",
}

function init()
  if os.getenv("TOKENS") then
    for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
  end
end

function request()
  at = at + 1
  if #tokens > 0 then
    local path = "/u/" .. tokens[(at - 1) % #tokens + 1]
    return wrk.format("POST", path, headers, "List-Unsubscribe=One-Click")
  end
  return wrk.format("GET", os.getenv("LINKS") .. (at % 30 + 1), headers)
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format(
    "FIGURES %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(99),
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  ))
end
