--! engines = ["lua54", "luajit", "python"]
-- Suspended coroutines, nested, with pcall and to-be-closed variables open; results held across rests.
local function rests() for _ = 1, 4 do sleep(0.1) end end

local function closer(name)
  return setmetatable({name = name}, {__close = function(self, err)
    print("close", self.name, err)
  end})
end

-- Three deep, each in a pcall with variables to be closed.
local function level(depth, fail)
  return coroutine.create(function(...)
    local guard <close> = closer("outer " .. depth)
    local ok, err = pcall(function(...)
      local inner_guard <close> = closer("inner " .. depth)
      local said = {...}
      if depth > 1 then
        local co = level(depth - 1, fail)
        local value = #said
        while true do
          local results = table.pack(coroutine.resume(co, value))
          if not results[1] then error(results[2], 0) end
          if coroutine.status(co) == "dead" then return "done " .. depth, table.unpack(results, 2, results.n) end
          value = coroutine.yield(depth, table.unpack(results, 2, results.n))
          sleep(0.1)
        end
      end
      for i = 1, 2 do
        said[#said + 1] = coroutine.yield(depth, i)
        sleep(0.1)
      end
      if fail then error("failed at the bottom", 0) end
      return "done " .. depth, #said
    end, ...)
    print("level", depth, ok, err)
    if not ok then error(err .. " through " .. depth, 0) end
    return ok, err
  end)
end
for _, fail in ipairs {false, true} do
  local co = level(3, fail)
  for i = 1, 4 do
    print("resumed", coroutine.resume(co, i))
    rests()
    print(coroutine.status(co))
  end
end

-- Left open, and closed from outside after rests.
local open = coroutine.create(function()
  local first <close> = closer("first")
  local second <close> = closer("second")
  pcall(coroutine.yield, "open")
end)
print(coroutine.resume(open))
rests()
print(coroutine.close(open), coroutine.status(open))

-- Coroutines of all statuses; one that has failed; one not begun; wraps as values and as iterators.
local fresh = coroutine.create(function(...) return select("#", ...), ... end)
local failed = coroutine.create(function() error({code = 5}) end)
local ended = coroutine.create(function() end)
local generator = coroutine.wrap(function(n)
  for i = 1, n do coroutine.yield(i, nil, i * i) end
end)
coroutine.resume(failed)
coroutine.resume(ended)
local kept = {[fresh] = "fresh", [generator] = "generator"}
rests()
print(coroutine.status(fresh), coroutine.status(failed), coroutine.status(ended))
print(kept[fresh], kept[generator], coroutine.resume(failed))
print(coroutine.resume(fresh, nil, 2, nil))
print(generator(3))
rests()
print(generator())
print(generator())
for word in coroutine.wrap(function() for w in ("a b c"):gmatch("%a") do coroutine.yield(w) end end) do
  sleep(0.1)
  print(word)
end
local both = {}
both.co = coroutine.create(function() coroutine.yield(both, both.co) both = nil end)
print(select("#", coroutine.resume(both.co)))
rests()
local held = both
print(coroutine.resume(held.co), both, coroutine.status(held.co))

-- Varargs and results held across rests.
local function many(...)
  sleep(0.1)
  return ...
end
local function show(...) return select("#", ...), ... end
print(show(many(nil, 1, nil)))
print(show(many(), many(1, 2, nil), many(nil, nil)))
print(show((many(1, 2)), many()))
local function spread(...)
  local t = {n = select("#", ...), ..., (many(...)), many(...)}
  rests()
  return t.n, #t, many(...), many(...)
end
print(spread(1, "b", true))
print(#{many(1, 2), many(3, 4)}, ("%s-%s-%s"):format(many("a"), many("b", "c")))
local sum = many(1) + many(2) * many(3) - (many(4, 5))
print(sum, many(1) .. many(2) .. many("x"), many(false) or many("second"), many(1) == many(1))
local function deep(n, ...)
  if n == 0 then return sleep(0.1), ... end
  return deep(n - 1, n, ...)
end
print(deep(20))
local function stack(n)
  if n == 0 then
    rests()
    return 0
  end
  return n + stack(n - 1)
end
print(stack(150))
local iterated = {}
for k, v in pairs {10, 20, 30, x = 40} do
  sleep(0.1)
  iterated[#iterated + 1] = tostring(k) .. "=" .. v
end
table.sort(iterated)
print(table.concat(iterated, " "))
