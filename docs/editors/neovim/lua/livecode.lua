-- livecode in Neovim (0.7 or newer): evaluate blocks, see errors where they are and what sounds light up.
--
--   require("livecode").setup({})
--
-- Start `livecode serve` first; port and token are found by themselves.
local M = {}

local uv = vim.loop
local lit_space = vim.api.nvim_create_namespace("livecode_lit")
local anchor_space = vim.api.nvim_create_namespace("livecode_anchors")
local flash_space = vim.api.nvim_create_namespace("livecode_flash")
local fault_space = vim.api.nvim_create_namespace("livecode_faults")

local slot_colours = {
  "#5ec8f2", "#f2a65e", "#9be26c", "#f2708f", "#c79bf2", "#f2d95e", "#5ef2c1", "#f28fd6",
  "#7d9cf2", "#d98a6a", "#c3e26c", "#e05e5e", "#a0b4c8", "#b98e3e", "#4fae8a", "#a66cc9",
}

local state = { client = nil, held = "", next_id = 0, waiting = {}, blocks = {}, ready = false, queue = {} }
M.state = state
M.options = { key = nil, keys = true, flash_ms = 150 }

local function key_file()
  if M.options.key then return M.options.key end
  local named = os.getenv("XDG_STATE_HOME")
  if named and named ~= "" then return named .. "/livecode/serve.json" end
  local home = uv.os_homedir()
  if uv.os_uname().sysname == "Darwin" then return home .. "/Library/Application Support/livecode/serve.json" end
  return home .. "/.local/state/livecode/serve.json"
end

local function say(text, level)
  if text and text ~= "" then vim.notify(text, level or vim.log.levels.INFO) end
end

local function write(message)
  state.client:write(vim.json.encode(message) .. "\n")
end

-- Columns come in characters; Neovim counts bytes.
local function byte_column(line, column)
  local count = vim.fn.strchars(line)
  return vim.str_byteindex(line, math.min(column, count))
end

local function anchor_row(block)
  if not vim.api.nvim_buf_is_valid(block.buffer) then return nil end
  local place = vim.api.nvim_buf_get_extmark_by_id(block.buffer, anchor_space, block.mark, {})
  return place[1]
end

local function show_lit(blocks)
  for _, block in pairs(state.blocks) do
    if vim.api.nvim_buf_is_valid(block.buffer) then
      vim.api.nvim_buf_clear_namespace(block.buffer, lit_space, 0, -1)
    end
  end
  for number, ranges in pairs(blocks) do
    local block = state.blocks[tonumber(number)]
    local row = block and anchor_row(block)
    if row then
      for _, range in ipairs(ranges) do
        local first, last = row + range[1], row + range[3]
        local lines = vim.api.nvim_buf_get_lines(block.buffer, first, last + 1, false)
        if #lines == last - first + 1 then
          vim.api.nvim_buf_set_extmark(block.buffer, lit_space, first, byte_column(lines[1], range[2]), {
            end_row = last,
            end_col = byte_column(lines[#lines], range[4]),
            hl_group = "LivecodeLit" .. range[5],
          })
        end
      end
    end
  end
end

local function show_answer(asked, answer)
  local block = asked.block
  if block and answer.block and answer.ok then state.blocks[answer.block] = block end
  if block and vim.api.nvim_buf_is_valid(block.buffer) then
    local row = anchor_row(block) or 0
    if answer.ok then
      vim.diagnostic.reset(fault_space, block.buffer)
    elseif (answer.line or 0) > 0 then
      -- Lines are told as they stood when the block was sent; it may have moved since.
      local line = answer.line - 1 + (row - block.first)
      local text = vim.api.nvim_buf_get_lines(block.buffer, line, line + 1, false)[1] or ""
      vim.diagnostic.set(fault_space, block.buffer, { {
        lnum = line,
        col = byte_column(text, answer.column),
        end_col = byte_column(text, answer.column + answer.width),
        message = answer.text,
        severity = vim.diagnostic.severity.ERROR,
        source = "livecode",
      } })
    end
  end
  if asked.callback then return asked.callback(answer) end
  say(answer.text, not answer.ok and vim.log.levels.ERROR or nil)
end

local function handle(message)
  if message.event == "lit" then
    show_lit(message.blocks)
  elseif message.event == "notice" then
    say(message.text, message.kind == "fault" and vim.log.levels.WARN or nil)
  elseif not state.ready then
    state.ready = message.ok == true
    if not state.ready then return say("livecode: " .. (message.text or "refused"), vim.log.levels.ERROR) end
    for _, held in ipairs(state.queue) do write(held) end
    state.queue = {}
  elseif message.id and state.waiting[message.id] then
    local asked = state.waiting[message.id]
    state.waiting[message.id] = nil
    show_answer(asked, message)
  end
end

local function on_data(data)
  state.held = state.held .. data
  while true do
    local stop = state.held:find("\n", 1, true)
    if not stop then return end
    local line = state.held:sub(1, stop - 1)
    state.held = state.held:sub(stop + 1)
    vim.schedule(function()
      local ok, message = pcall(vim.json.decode, line)
      if ok then handle(message) end
    end)
  end
end

function M.disconnect()
  if state.client and not state.client:is_closing() then state.client:close() end
  state.client, state.ready, state.held, state.queue = nil, false, "", {}
end

function M.connect()
  M.disconnect()
  local file = io.open(key_file(), "r")
  if not file then
    say("livecode serve is not running (no " .. key_file() .. ")", vim.log.levels.ERROR)
    return false
  end
  local key = vim.json.decode(file:read("*a"))
  file:close()
  state.client = uv.new_tcp()
  state.client:connect("127.0.0.1", key.port, function(problem)
    if problem then
      vim.schedule(function()
        say("livecode serve does not answer: start it again", vim.log.levels.ERROR)
        M.disconnect()
      end)
      return
    end
    state.client:read_start(function(_, data)
      if data then on_data(data) else vim.schedule(M.disconnect) end
    end)
    write({ token = key.token, watch = true })
  end)
  return true
end

function M.ask(message, asked)
  if not state.client and not M.connect() then return end
  state.next_id = state.next_id + 1
  message.id = state.next_id
  state.waiting[message.id] = asked or {}
  if state.ready then write(message) else table.insert(state.queue, message) end
end

local function flash(buffer, first, last)
  vim.api.nvim_buf_set_extmark(buffer, flash_space, first, 0, { end_row = last + 1, hl_group = "IncSearch", hl_eol = true, strict = false })
  vim.defer_fn(function()
    if vim.api.nvim_buf_is_valid(buffer) then vim.api.nvim_buf_clear_namespace(buffer, flash_space, 0, -1) end
  end, M.options.flash_ms)
end

-- Rows are counted from 0, the last one included.
function M.eval_rows(first, last, callback)
  local buffer = vim.api.nvim_get_current_buf()
  local lines = vim.api.nvim_buf_get_lines(buffer, first, last + 1, false)
  flash(buffer, first, last)
  local mark = vim.api.nvim_buf_set_extmark(buffer, anchor_space, first, 0, {})
  local block = { buffer = buffer, mark = mark, first = first }
  M.ask({
    ["do"] = "eval",
    code = table.concat(lines, "\n"),
    file = vim.api.nvim_buf_get_name(buffer),
    line = first + 1,
  }, { block = block, callback = callback })
end

function M.eval_block()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  local first, last = row, row
  if not lines[row + 1]:match("%S") then return end
  while first > 0 and lines[first]:match("%S") do first = first - 1 end
  while last + 1 < #lines and lines[last + 2]:match("%S") do last = last + 1 end
  M.eval_rows(first, last)
end

function M.eval_line()
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  M.eval_rows(row, row)
end

function M.eval_all()
  M.eval_rows(0, vim.api.nvim_buf_line_count(0) - 1)
end

function M.act(verb, slot)
  M.ask({ ["do"] = verb, slot = slot })
end

function M.help(name)
  M.ask({ ["do"] = "help", name = name ~= "" and name or vim.fn.expand("<cword>") })
end

function M.how(wish)
  M.ask({ ["do"] = "how", wish = wish }, { callback = function(answer)
    local lines = {}
    for _, each in ipairs(answer.lines or {}) do table.insert(lines, each.line .. "   # " .. each.meaning) end
    say(table.concat(lines, "\n"))
  end })
end

-- set omnifunc=v:lua.require'livecode'.omnifunc
function M.omnifunc(find_start, base)
  local before = vim.api.nvim_get_current_line():sub(1, vim.api.nvim_win_get_cursor(0)[2])
  if find_start == 1 then
    M.before = before
    return #before - #before:match("[%w_]*$")
  end
  local found
  M.ask({ ["do"] = "complete", before = M.before }, { callback = function(answer) found = answer.names end })
  vim.wait(1000, function() return found ~= nil end, 10)
  local words = {}
  for _, each in ipairs(found or {}) do table.insert(words, { word = each.name, menu = each.meaning }) end
  return words
end

function M.setup(options)
  M.options = vim.tbl_extend("force", M.options, options or {})
  for slot, colour in ipairs(slot_colours) do
    vim.api.nvim_set_hl(0, "LivecodeLit" .. slot, { bg = colour, fg = "#14161c", default = true })
  end
  local command = vim.api.nvim_create_user_command
  command("LivecodeConnect", function() M.connect() end, {})
  command("LivecodeBlock", function() M.eval_block() end, {})
  command("LivecodeLine", function() M.eval_line() end, {})
  command("LivecodeAll", function() M.eval_all() end, {})
  command("LivecodeRange", function(given) M.eval_rows(given.line1 - 1, given.line2 - 1) end, { range = true })
  command("LivecodeHush", function() M.act("hush") end, {})
  command("LivecodeUndo", function() M.act("undo") end, {})
  command("LivecodeRedo", function() M.act("redo") end, {})
  command("LivecodeInterrupt", function() M.act("interrupt") end, {})
  command("LivecodeMute", function(given) M.act("mute", tonumber(given.args)) end, { nargs = 1 })
  command("LivecodeUnmute", function(given) M.act("unmute", tonumber(given.args)) end, { nargs = 1 })
  command("LivecodeSolo", function(given) M.act("solo", tonumber(given.args)) end, { nargs = 1 })
  command("LivecodeUnsolo", function(given) M.act("unsolo", tonumber(given.args)) end, { nargs = 1 })
  command("LivecodeHelp", function(given) M.help(given.args) end, { nargs = "?" })
  command("LivecodeHow", function(given) M.how(given.args) end, { nargs = 1 })
  if M.options.keys then
    vim.keymap.set("n", "<C-e>", M.eval_block, { desc = "livecode: evaluate the block" })
    vim.keymap.set("i", "<C-e>", M.eval_block, { desc = "livecode: evaluate the block" })
    vim.keymap.set("v", "<C-e>", ":LivecodeRange<CR>", { desc = "livecode: evaluate the selection" })
    vim.keymap.set({ "n", "i" }, "<F9>", function() M.act("hush") end, { desc = "livecode: hush" })
  end
end

return M
