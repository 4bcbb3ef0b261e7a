--! engines = ["lua54", "luajit", "python"]
-- DeltaBlue: an incremental solver of one-way constraints with a hierarchy of strengths.
local size = tonumber((...)) or 40

-- Strengths, strongest first: a smaller number is stronger.
local REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST =
  0, 1, 2, 3, 4, 5, 6
local NONE, FORWARD, BACKWARD = 0, 1, 2

local function weakest_of(a, b)
  return a > b and a or b
end

local function class(parent)
  local made = setmetatable({}, parent)
  made.__index = made
  return made
end

local planner

-- ------------------------------------------------------------------ variables

local Variable = class()

local function new_variable(name, value)
  return setmetatable({
    name = name, value = value or 0, constraints = {}, determined_by = nil, mark = 0,
    walk_strength = WEAKEST, stay = true,
  }, Variable)
end

function Variable:add(constraint)
  self.constraints[#self.constraints + 1] = constraint
end

function Variable:remove(constraint)
  for i, each in ipairs(self.constraints) do
    if each == constraint then
      table.remove(self.constraints, i)
      break
    end
  end
  if self.determined_by == constraint then self.determined_by = nil end
end

-- ------------------------------------------------------------------ constraints

local Constraint = class()

function Constraint:post()
  self:add_to_graph()
  planner:incremental_add(self)
end

-- Satisfy it if it can be, with a variable it may overwrite; give the constraint it displaces.
function Constraint:satisfy(mark)
  self:choose_method(mark)
  if not self:is_satisfied() then
    if self.strength == REQUIRED then error("could not satisfy a required constraint") end
    return nil
  end
  self:mark_inputs(mark)
  local out = self:output()
  local overridden = out.determined_by
  if overridden then overridden:mark_unsatisfied() end
  out.determined_by = self
  if not planner:add_propagate(self, mark) then error("cycle encountered") end
  out.mark = mark
  return overridden
end

function Constraint:destroy()
  if self:is_satisfied() then
    planner:incremental_remove(self)
  else
    self:remove_from_graph()
  end
end

function Constraint:is_input()
  return false
end

-- A constraint on one variable.
local Unary = class(Constraint)

function Unary:setup(variable, strength)
  self.out, self.strength, self.satisfied = variable, strength, false
  self:post()
  return self
end

function Unary:add_to_graph()
  self.out:add(self)
  self.satisfied = false
end

function Unary:remove_from_graph()
  if self.out then self.out:remove(self) end
  self.satisfied = false
end

function Unary:choose_method(mark)
  self.satisfied = self.out.mark ~= mark and self.strength < self.out.walk_strength
end

function Unary:is_satisfied() return self.satisfied end
function Unary:mark_inputs() end
function Unary:inputs_known() return true end
function Unary:output() return self.out end
function Unary:mark_unsatisfied() self.satisfied = false end

function Unary:recalculate()
  local out = self.out
  out.walk_strength = self.strength
  out.stay = not self:is_input()
  if out.stay then self:execute() end
end

-- Keeps its variable as it is.
local Stay = class(Unary)
function Stay:execute() end

-- Lets its variable be changed from outside.
local Edit = class(Unary)
function Edit:is_input() return true end
function Edit:execute() end

-- A constraint between two variables, which runs in one direction or the other.
local Binary = class(Constraint)

function Binary:setup(v1, v2, strength)
  self.v1, self.v2, self.strength, self.direction = v1, v2, strength, NONE
  self:post()
  return self
end

function Binary:choose_method(mark)
  local v1, v2, strength = self.v1, self.v2, self.strength
  if v1.mark == mark then
    self.direction = (v2.mark ~= mark and strength < v2.walk_strength) and FORWARD or NONE
  elseif v2.mark == mark then
    self.direction = strength < v1.walk_strength and BACKWARD or NONE
  elseif v1.walk_strength > v2.walk_strength then
    self.direction = strength < v1.walk_strength and BACKWARD or NONE
  else
    self.direction = strength < v2.walk_strength and FORWARD or BACKWARD
  end
end

function Binary:add_to_graph()
  self.v1:add(self)
  self.v2:add(self)
  self.direction = NONE
end

function Binary:remove_from_graph()
  if self.v1 then self.v1:remove(self) end
  if self.v2 then self.v2:remove(self) end
  self.direction = NONE
end

function Binary:is_satisfied() return self.direction ~= NONE end
function Binary:input() return self.direction == FORWARD and self.v1 or self.v2 end
function Binary:output() return self.direction == FORWARD and self.v2 or self.v1 end
function Binary:mark_inputs(mark) self:input().mark = mark end
function Binary:mark_unsatisfied() self.direction = NONE end

function Binary:inputs_known(mark)
  local input = self:input()
  return input.mark == mark or input.stay or input.determined_by == nil
end

function Binary:recalculate()
  local input, out = self:input(), self:output()
  out.walk_strength = weakest_of(self.strength, input.walk_strength)
  out.stay = input.stay
  if out.stay then self:execute() end
end

local Equality = class(Binary)

function Equality:execute()
  self:output().value = self:input().value
end

-- v2 = v1 * scale + offset
local Scale = class(Binary)

function Scale:setup(source, scale, offset, destination, strength)
  self.scale, self.offset = scale, offset
  return Binary.setup(self, source, destination, strength)
end

function Scale:add_to_graph()
  Binary.add_to_graph(self)
  self.scale:add(self)
  self.offset:add(self)
end

function Scale:remove_from_graph()
  Binary.remove_from_graph(self)
  self.scale:remove(self)
  self.offset:remove(self)
end

function Scale:mark_inputs(mark)
  Binary.mark_inputs(self, mark)
  self.scale.mark, self.offset.mark = mark, mark
end

function Scale:execute()
  local v1, v2 = self.v1, self.v2
  if self.direction == FORWARD then
    v2.value = v1.value * self.scale.value + self.offset.value
  else
    v1.value = (v2.value - self.offset.value) / self.scale.value
  end
end

function Scale:recalculate()
  local input, out = self:input(), self:output()
  out.walk_strength = weakest_of(self.strength, input.walk_strength)
  out.stay = input.stay and self.scale.stay and self.offset.stay
  if out.stay then self:execute() end
end

-- ------------------------------------------------------------------ the planner

local Planner = class()

function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local overridden = constraint:satisfy(mark)
  while overridden do overridden = overridden:satisfy(mark) end
end

function Planner:incremental_remove(constraint)
  local out = constraint:output()
  constraint:mark_unsatisfied()
  constraint:remove_from_graph()
  local unsatisfied = self:remove_propagate_from(out)
  for strength = REQUIRED, WEAKEST do
    for _, each in ipairs(unsatisfied) do
      if each.strength == strength then self:incremental_add(each) end
    end
  end
end

-- An order in which to execute the constraints downstream of the sources.
function Planner:make_plan(sources)
  local mark = self:new_mark()
  local plan, todo = {}, sources
  while #todo > 0 do
    local constraint = table.remove(todo)
    local out = constraint:output()
    if out.mark ~= mark and constraint:inputs_known(mark) then
      plan[#plan + 1] = constraint
      out.mark = mark
      self:add_consuming_to(out, todo)
    end
  end
  return plan
end

function Planner:plan_from(constraints)
  local sources = {}
  for _, each in ipairs(constraints) do
    if each:is_input() and each:is_satisfied() then sources[#sources + 1] = each end
  end
  return self:make_plan(sources)
end

function Planner:add_propagate(constraint, mark)
  local todo = {constraint}
  while #todo > 0 do
    local each = table.remove(todo)
    if each:output().mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    each:recalculate()
    self:add_consuming_to(each:output(), todo)
  end
  return true
end

function Planner:remove_propagate_from(out)
  out.determined_by, out.walk_strength, out.stay = nil, WEAKEST, true
  local unsatisfied, todo = {}, {out}
  while #todo > 0 do
    local variable = table.remove(todo)
    for _, each in ipairs(variable.constraints) do
      if not each:is_satisfied() then unsatisfied[#unsatisfied + 1] = each end
    end
    local determining = variable.determined_by
    for _, each in ipairs(variable.constraints) do
      if each ~= determining and each:is_satisfied() then
        each:recalculate()
        todo[#todo + 1] = each:output()
      end
    end
  end
  return unsatisfied
end

function Planner:add_consuming_to(variable, list)
  local determining = variable.determined_by
  for _, each in ipairs(variable.constraints) do
    if each ~= determining and each:is_satisfied() then list[#list + 1] = each end
  end
end

-- ------------------------------------------------------------------ the tests

local function new(kind, ...)
  return setmetatable({}, kind):setup(...)
end

local function change(variable, value)
  local edit = new(Edit, variable, PREFERRED)
  local plan = planner:plan_from({edit})
  for _ = 1, 10 do
    variable.value = value
    for _, constraint in ipairs(plan) do constraint:execute() end
  end
  edit:destroy()
end

-- A chain of equalities, with a stay at one end and an edit at the other.
local function chain_test(n)
  planner = setmetatable({mark = 0}, Planner)
  local first, previous, last
  for i = 0, n do
    local variable = new_variable("v" .. i)
    if previous then new(Equality, previous, variable, REQUIRED) end
    first = first or variable
    previous, last = variable, variable
  end
  new(Stay, last, STRONG_DEFAULT)
  local edit = new(Edit, first, PREFERRED)
  local plan = planner:plan_from({edit})
  local sum = 0
  for i = 1, 20 do
    first.value = i
    for _, constraint in ipairs(plan) do constraint:execute() end
    if last.value ~= i then error("chain test failed") end
    sum = sum + last.value
  end
  edit:destroy()
  return sum
end

-- Two sets of variables, related by scale and offset.
local function projection_test(n)
  planner = setmetatable({mark = 0}, Planner)
  local scale, offset = new_variable("scale", 10), new_variable("offset", 1000)
  local destinations = {}
  local source, destination
  for i = 1, n do
    source, destination = new_variable("src" .. i, i), new_variable("dst" .. i, i)
    destinations[i] = destination
    new(Stay, source, NORMAL)
    new(Scale, source, scale, offset, destination, REQUIRED)
  end
  change(source, 17)
  if destination.value ~= 1170 then error("projection 1 failed") end
  change(destination, 1050)
  if source.value ~= 5 then error("projection 2 failed") end
  change(scale, 5)
  for i = 1, n - 1 do
    if destinations[i].value ~= i * 5 + 1000 then error("projection 3 failed") end
  end
  change(offset, 2000)
  local sum = 0
  for i = 1, n - 1 do
    if destinations[i].value ~= i * 5 + 2000 then error("projection 4 failed") end
    sum = sum + destinations[i].value
  end
  return sum
end

print(chain_test(size), projection_test(size))
