"use strict";
// Runs docs/editors/vscode/extension.js in a stand-in for VS Code that keeps what it is told to show.
const Module = require("module");
const path = require("path");
const folder = process.argv[2];

class Range {
  constructor(line, column, endLine, endColumn) {
    this.start = { line, character: column };
    this.end = { line: endLine, character: endColumn };
  }
}
const text = ["tempo(90)", "", 'd1 >> s("bd*2 cp")', "", "d2 >> (", '  note("0").evry(2, rev)', ")"];
const document = {
  fileName: "set.py",
  uri: { toString: () => "file:///set.py" },
  get lineCount() { return text.length; },
  lineAt: (line) => ({ text: text[line] }),
  getText(range) {
    if (!range) return text.join("\n");
    const lines = text.slice(range.start.line, range.end.line + 1);
    lines[lines.length - 1] = lines[lines.length - 1].slice(0, range.end.character);
    return lines.join("\n");
  },
};
const kinds = [];
const decorations = new Map();
const seen = { lit: new Set(), flashes: 0, faults: [], said: [] };
const editor = {
  document,
  selection: { active: { line: 2, character: 0 }, start: { line: 2 }, end: { line: 2 } },
  setDecorations(kind, ranges) {
    decorations.set(kind, ranges);
    if (kind.options.isWholeLine) seen.flashes += ranges.length ? 1 : 0;
    else for (const range of ranges) seen.lit.add(document.getText(range).slice(range.start.character) + "@" + range.start.line);
  },
};
const commands = {};
const listeners = [];
const vscode = {
  Range,
  Diagnostic: class { constructor(range, message) { this.range = range; this.message = message; } },
  DiagnosticSeverity: { Error: 0 },
  CompletionItem: class { constructor(label) { this.label = label; } },
  commands: { registerCommand: (name, action) => { commands[name] = action; return {}; } },
  languages: {
    createDiagnosticCollection: () => ({ set: (uri, found) => { seen.faults = found; }, delete: () => { seen.faults = []; } }),
    registerCompletionItemProvider: (language, provider) => { seen.provider = provider; return {}; },
  },
  window: {
    visibleTextEditors: [editor],
    activeTextEditor: editor,
    createOutputChannel: () => ({ appendLine: (line) => seen.said.push(line) }),
    createTextEditorDecorationType: (options) => { const kind = { options }; kinds.push(kind); return kind; },
    setStatusBarMessage: () => {},
    showErrorMessage: (message) => seen.said.push(message),
  },
  workspace: {
    getConfiguration: () => ({ get: () => "" }),
    onDidChangeTextDocument: (listener) => { listeners.push(listener); return {}; },
  },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

const until = async (test) => {
  const limit = Date.now() + 15000;
  while (!test() && Date.now() < limit) await new Promise((done) => setTimeout(done, 20));
  return Boolean(test());
};

(async () => {
  const context = { subscriptions: [] };
  require(path.join(folder, "extension.js")).activate(context);
  const out = {};
  await commands["livecode.evalBlock"]();
  out.lit = await until(() => seen.lit.has("bd@2") && seen.lit.has("cp@2"));
  // Two lines go in above: the light must follow.
  text.unshift("# one", "# two");
  for (const listener of listeners) {
    listener({ document, contentChanges: [{ text: "# one\n# two\n", range: new Range(0, 0, 0, 0) }] });
  }
  out.moved = await until(() => seen.lit.has("bd@4"));
  editor.selection.active.line = 7;
  await commands["livecode.evalBlock"]();
  const [fault] = seen.faults;
  out.fault = fault && [fault.range.start.line, fault.range.start.character, fault.range.end.character, fault.message];
  text[7] = '  note("0").every(2, rev)';
  await commands["livecode.evalBlock"]();
  out.mended = seen.faults.length === 0;
  text.push("d1.mu");
  // On a busy machine an answer may come too late for the editor, which then offers nothing and asks again.
  let offered = [];
  for (let tries = 0; tries < 20 && !offered.length; tries += 1) {
    offered = await seen.provider.provideCompletionItems(document, { line: text.length - 1, character: 5 });
  }
  out.offered = offered[0].label;
  await commands["livecode.hush"]();
  out.flashes = seen.flashes;
  console.log(JSON.stringify(out));
  for (const each of context.subscriptions) if (each.dispose) each.dispose();
})();
