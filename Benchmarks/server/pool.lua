-- Sends prepared requests from a file, in order and round again, so that the load generator does
-- no more per request than an array access. wrk -s pool.lua URL -- FILE START
--
-- The file: for each request its length in decimal, a newline, and its bytes.
-- Prints one line of JSON at the end: times are microseconds, errors are counts.

local pool = {}
local count = 0
local position = 0

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    while true do
        local length = file:read("*n")
        if not length then break end
        file:read(1)
        count = count + 1
        pool[count] = file:read(length)
    end
    file:close()
    assert(count > 0, "no requests in " .. arguments[1])
    position = tonumber(arguments[2]) % count
end

function request()
    position = position + 1
    if position > count then position = 1 end
    return pool[position]
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"status_errors":%d,"socket_errors":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
