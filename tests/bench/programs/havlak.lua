--! engines = ["lua54", "luajit", "python"]
-- Havlak: finds the nested loops of a control flow graph, with union-find over a depth-first tree.
local size = tonumber((...)) or 3

local function class()
  local made = {}
  made.__index = made
  return made
end

-- ------------------------------------------------------------------ the control flow graph

local Graph = class()

local function new_graph()
  return setmetatable({blocks = {}, start = nil, count = 0}, Graph)
end

function Graph:block(number)
  local found = self.blocks[number]
  if not found then
    found = {number = number, into = {}, out = {}}
    self.blocks[number] = found
    self.count = self.count + 1
    self.start = self.start or found
  end
  return found
end

function Graph:connect(from, to)
  local source, target = self:block(from), self:block(to)
  source.out[#source.out + 1] = target
  target.into[#target.into + 1] = source
end

function Graph:straight(start, n)
  for i = 0, n - 1 do self:connect(start + i, start + i + 1) end
  return start + n
end

function Graph:diamond(start)
  self:connect(start, start + 1)
  self:connect(start, start + 2)
  self:connect(start + 1, start + 3)
  self:connect(start + 2, start + 3)
  return start + 3
end

function Graph:base_loop(from)
  local header = self:straight(from, 1)
  local diamond1 = self:diamond(header)
  local d11 = self:straight(diamond1, 1)
  local diamond2 = self:diamond(d11)
  local footer = self:straight(diamond2, 1)
  self:connect(diamond2, d11)
  self:connect(diamond1, header)
  self:connect(footer, from)
  return self:straight(footer, 1)
end

-- ------------------------------------------------------------------ loops

local Loop = class()

local function new_loop(header, reducible)
  return setmetatable({
    header = header, reducible = reducible, blocks = {}, children = {}, parent = nil,
    is_root = false, nesting = 0, depth = 0,
  }, Loop)
end

function Loop:set_parent(parent)
  self.parent = parent
  parent.children[#parent.children + 1] = self
end

local function nesting_of(loop, depth)
  loop.depth = depth
  for _, child in ipairs(loop.children) do
    nesting_of(child, depth + 1)
    loop.nesting = math.max(loop.nesting, child.nesting + 1)
  end
end

-- ------------------------------------------------------------------ union-find

local Node = class()

local function new_node(block, number)
  local node = setmetatable({block = block, number = number, loop = nil, parent = nil}, Node)
  node.parent = node
  return node
end

function Node:find()
  local path = {}
  local node = self
  while node ~= node.parent do
    if node.parent ~= node.parent.parent then path[#path + 1] = node end
    node = node.parent
  end
  for _, each in ipairs(path) do each.parent = node.parent end
  return node
end

-- ------------------------------------------------------------------ the finder

local NOT_HEADER, REDUCIBLE, SELF, IRREDUCIBLE, DEAD = 1, 2, 3, 4, 5

local function number_blocks(block, nodes, numbers, last, current)
  nodes[current] = new_node(block, current)
  numbers[block] = current
  local latest = current
  for _, target in ipairs(block.out) do
    if not numbers[target] then
      latest = number_blocks(target, nodes, numbers, last, latest + 1)
    end
  end
  last[current] = latest
  return latest
end

local function find_loops(graph, loops)
  local n = graph.count
  if n == 0 then return end
  local nodes, numbers, last = {}, {}, {}
  local headers, kinds, back, other = {}, {}, {}, {}
  for i = 1, n do
    headers[i], kinds[i], back[i], other[i] = 1, NOT_HEADER, {}, {}
  end
  local reached = number_blocks(graph.start, nodes, numbers, last, 1)
  for i = reached + 1, n do kinds[i] = DEAD end

  local function is_ancestor(a, b)
    return a <= b and b <= last[a]
  end

  for w = 1, reached do
    for _, source in ipairs(nodes[w].block.into) do
      local v = numbers[source]
      if v then
        if is_ancestor(w, v) then
          back[w][#back[w] + 1] = v
        else
          other[w][v] = true
        end
      end
    end
  end

  for w = reached, 1, -1 do
    local pool, in_pool = {}, {}
    local block = nodes[w].block
    for _, v in ipairs(back[w]) do
      if v ~= w then
        pool[#pool + 1] = nodes[v]:find()
      else
        kinds[w] = SELF
      end
    end
    local work = {}
    for i, node in ipairs(pool) do
      work[i] = node
      in_pool[node] = true
    end
    if #pool > 0 then kinds[w] = REDUCIBLE end
    local at = 1
    while at <= #work do
      local x = work[at]
      at = at + 1
      local sources, count = {}, 0
      for y in pairs(other[x.number]) do
        count = count + 1
        sources[count] = y
      end
      table.sort(sources)
      for _, y in ipairs(sources) do
        local node = nodes[y]:find()
        if not is_ancestor(w, node.number) then
          kinds[w] = IRREDUCIBLE
          other[w][node.number] = true
        elseif node.number ~= w and not in_pool[node] then
          work[#work + 1] = node
          pool[#pool + 1] = node
          in_pool[node] = true
        end
      end
    end
    if #pool > 0 or kinds[w] == SELF then
      local loop = new_loop(block, kinds[w] ~= IRREDUCIBLE)
      loops[#loops + 1] = loop
      nodes[w].loop = loop
      for _, node in ipairs(pool) do
        headers[node.number] = w
        node.parent = nodes[w]
        if node.loop then
          if not node.loop.parent then node.loop:set_parent(loop) end
        else
          loop.blocks[#loop.blocks + 1] = node.block
        end
      end
    end
  end
end

-- ------------------------------------------------------------------ the graph of the benchmark

local graph = new_graph()
graph:block(0)
graph:base_loop(0)
graph:block(1)
graph:connect(0, 2)
local n = 2
for _ = 1, size do
  graph:connect(2, n + 1)
  n = n + 1
  for _ = 1, 5 do
    local top = n
    n = graph:straight(n, 1)
    for _ = 1, 3 do n = graph:base_loop(n) end
    local bottom = graph:straight(n, 1)
    graph:connect(n, top)
    n = bottom
  end
  graph:connect(n, 1)
end

local loops = {}
find_loops(graph, loops)
local root = new_loop(nil, true)
root.is_root = true
for _, loop in ipairs(loops) do
  if not loop.parent then loop:set_parent(root) end
end
nesting_of(root, 0)
local depths, blocks, irreducible = 0, 0, 0
for _, loop in ipairs(loops) do
  depths = depths + loop.depth
  blocks = blocks + #loop.blocks
  if not loop.reducible then irreducible = irreducible + 1 end
end
print(graph.count, #loops, root.nesting, depths, blocks, irreducible)
