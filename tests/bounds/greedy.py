"""Programs that want more memory than there is: name -> Lua source."""

# One call each that would make a string far too long, of `big`, which is not too long.
STRINGS = {
    "rep": "('x'):rep(1 << 30)",
    "rep of big": "big:rep(1000)",
    "rep with a separator": "('x'):rep(1000, big)",
    "format of %s": "('%s'):rep(200):format(table.unpack(copies))",
    "format of %s and %5.1f": "('%s'):rep(200, '%5.1f'):format(table.unpack(mixed))",
    "table.concat": "table.concat(copies)",
    "table.concat with a separator": "table.concat(numbers, big)",
    "table.concat of numbers and strings": "table.concat(mixed)",
    "gsub of plain text": "big:gsub('x', big)",
    "gsub of a pattern": "big:gsub('.', big)",
    "gsub with captures": "big:gsub('^.*$', ('%0'):rep(1000))",
    "gsub with a function": "big:gsub('.', function() return big end)",
    "string.pack": "string.pack(('s4'):rep(200), table.unpack(copies))",
    "string.pack of one": "string.pack('c2000000000', 'x')",
    "json.encode": "json.encode(table.move(copies, 1, 60, 1, {}))",
}
MAKE = """local big = ('x'):rep(BIG)
local copies, mixed, numbers = {}, {}, {}
for i = 1, 400 do copies[i] = big mixed[i] = i % 2 == 0 and i or big numbers[i] = i end
"""
