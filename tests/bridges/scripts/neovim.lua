local live = require("livecode")
live.setup({})
local said = {}
vim.notify = function(text, level) table.insert(said, text) end
local out = {}
local function wait(what, test)
  out[what] = vim.wait(15000, test, 20)
end
local function marks(name)
  local space = vim.api.nvim_get_namespaces()[name]
  return vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })
end
vim.cmd("edit set.py")
vim.api.nvim_win_set_cursor(0, { 3, 0 })
vim.cmd("LivecodeBlock")
out.flashed = #marks("livecode_flash")
wait("evaluated", function() return next(live.state.blocks) ~= nil end)
local words = {}
wait("lit", function()
  for _, mark in ipairs(marks("livecode_lit")) do
    local line = vim.api.nvim_buf_get_lines(0, mark[2], mark[2] + 1, false)[1]
    words[line:sub(mark[3] + 1, mark[4].end_col)] = mark[4].hl_group
  end
  return words["bd"] and words["cp"]
end)
out.words = words
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "# pushed down", "" })
wait("moved", function()
  for _, mark in ipairs(marks("livecode_lit")) do if mark[2] == 4 then return true end end
end)
vim.api.nvim_win_set_cursor(0, { 9, 0 })
vim.cmd("LivecodeBlock")
wait("faulty", function() return #vim.diagnostic.get(0) > 0 end)
local fault = vim.diagnostic.get(0)[1]
if fault then out.fault = { fault.lnum, fault.col, fault.end_col, fault.message } end
vim.api.nvim_buf_set_lines(0, 9, 10, false, { "  .every(2, rev)" })
vim.cmd("LivecodeBlock")
wait("mended", function() return #vim.diagnostic.get(0) == 0 end)
said = {}
vim.cmd("LivecodeHelp every")
wait("helped", function() return said[1] and said[1]:find("every%(") end)
vim.cmd("LivecodeHow make it swing")
wait("found", function() return said[2] and said[2]:find("swing%(4%)") end)
vim.api.nvim_buf_set_lines(0, 0, 0, false, { "d1.mu" })
vim.api.nvim_win_set_cursor(0, { 1, 4 })
vim.cmd("startinsert!")
live.before = "d1.mu"
out.completed = live.omnifunc(0, "mu")[1].word
vim.cmd("LivecodeHush")
local status
live.ask({ ["do"] = "status" }, { callback = function(answer) status = answer.status end })
wait("hushed", function() return status and #status.slots == 0 end)
print(vim.json.encode(out))
vim.cmd("qa!")
