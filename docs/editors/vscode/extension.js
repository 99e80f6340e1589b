"use strict";
// livecode in VS Code: evaluate blocks, see errors in place and what sounds light up.
const vscode = require("vscode");
const { Client, paragraph, unit } = require("./client");

const COLOURS = [
  "#5ec8f2", "#f2a65e", "#9be26c", "#f2708f", "#c79bf2", "#f2d95e", "#5ef2c1", "#f28fd6",
  "#7d9cf2", "#d98a6a", "#c3e26c", "#e05e5e", "#a0b4c8", "#b98e3e", "#4fae8a", "#a66cc9",
];
const FLASH_MS = 150;

function activate(context) {
  const faults = vscode.languages.createDiagnosticCollection("livecode");
  const output = vscode.window.createOutputChannel("livecode");
  const flash = vscode.window.createTextEditorDecorationType({ backgroundColor: "#5ec8f255", isWholeLine: true });
  const lit = COLOURS.map((colour) =>
    vscode.window.createTextEditorDecorationType({ backgroundColor: colour, color: "#14161c" }));
  // Where each block begins now: {uri, line}; lines move as the text above them changes.
  const blocks = new Map();

  const client = new Client((message) => {
    if (message.event === "lit") showLit(message.blocks);
    else if (message.event === "notice") output.appendLine(message.text);
    else if (message.event === "closed") showLit({});
  });

  function keyFile() {
    return vscode.workspace.getConfiguration("livecode").get("keyFile");
  }

  async function ask(message) {
    try {
      return await client.ask(message, keyFile());
    } catch (problem) {
      vscode.window.showErrorMessage(problem.message);
      return null;
    }
  }

  function showLit(told) {
    for (const editor of vscode.window.visibleTextEditors) {
      const found = lit.map(() => []);
      for (const [number, ranges] of Object.entries(told)) {
        const block = blocks.get(Number(number));
        if (!block || block.uri !== editor.document.uri.toString()) continue;
        for (const [line, column, endLine, endColumn, slot] of ranges) {
          const first = block.line + line;
          const last = block.line + endLine;
          if (last >= editor.document.lineCount) continue;
          found[(slot - 1) % lit.length].push(new vscode.Range(
            first, unit(editor.document.lineAt(first).text, column),
            last, unit(editor.document.lineAt(last).text, endColumn)));
        }
      }
      lit.forEach((kind, slot) => editor.setDecorations(kind, found[slot]));
    }
  }

  async function evaluate(editor, first, last) {
    const document = editor.document;
    const range = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
    editor.setDecorations(flash, [range]);
    setTimeout(() => editor.setDecorations(flash, []), FLASH_MS);
    const block = { uri: document.uri.toString(), line: first };
    blocks.set(block, block);
    const answer = await ask({ do: "eval", code: document.getText(range), file: document.fileName, line: first + 1 });
    blocks.delete(block);
    if (!answer) return;
    if (answer.ok) {
      blocks.set(answer.block, block);
      faults.delete(document.uri);
    } else if (answer.line > 0) {
      const line = Math.min(answer.line - 1 + block.line - first, document.lineCount - 1);
      const text = document.lineAt(line).text;
      const place = new vscode.Range(line, unit(text, answer.column), line, unit(text, answer.column + answer.width));
      faults.set(document.uri, [new vscode.Diagnostic(place, answer.text, vscode.DiagnosticSeverity.Error)]);
    }
    if (answer.text) {
      output.appendLine(answer.text);
      vscode.window.setStatusBarMessage(answer.text.split("\n")[0], 5000);
    }
  }

  function command(name, action) {
    context.subscriptions.push(vscode.commands.registerCommand(`livecode.${name}`, action));
  }

  function withEditor(action) {
    return () => {
      const editor = vscode.window.activeTextEditor;
      return editor ? action(editor) : undefined;
    };
  }

  command("connect", () => ask({ do: "status" }));
  command("evalBlock", withEditor((editor) => {
    const lines = editor.document.getText().split(/\r?\n/);
    const [first, last] = paragraph(lines, editor.selection.active.line);
    return evaluate(editor, first, last);
  }));
  command("evalLine", withEditor((editor) =>
    evaluate(editor, editor.selection.start.line, editor.selection.end.line)));
  command("evalAll", withEditor((editor) => evaluate(editor, 0, editor.document.lineCount - 1)));
  for (const verb of ["hush", "undo", "redo", "interrupt"]) command(verb, () => ask({ do: verb }));
  command("how", async () => {
    const wish = await vscode.window.showInputBox({ prompt: "How do I ..." });
    const answer = wish && (await ask({ do: "how", wish }));
    if (!answer) return;
    const picked = await vscode.window.showQuickPick(
      answer.lines.map((each) => ({ label: each.line, description: each.meaning })));
    const editor = vscode.window.activeTextEditor;
    if (picked && editor) editor.edit((edit) => edit.insert(editor.selection.active, picked.label));
  });

  context.subscriptions.push(
    faults, output, flash, ...lit, { dispose: () => client.end() },
    vscode.workspace.onDidChangeTextDocument((event) => {
      for (const block of blocks.values()) {
        if (block.uri !== event.document.uri.toString()) continue;
        for (const change of event.contentChanges) {
          if (change.range.end.line < block.line || (change.range.end.line === block.line && change.range.end.character === 0)) {
            block.line += change.text.split("\n").length - 1 - (change.range.end.line - change.range.start.line);
          }
        }
      }
    }),
    vscode.languages.registerCompletionItemProvider("python", {
      async provideCompletionItems(document, position) {
        if (!client.greeted) return [];
        const before = document.lineAt(position.line).text.slice(0, position.character);
        const answer = await ask({ do: "complete", before });
        return (answer && answer.names ? answer.names : []).map((each) => {
          const item = new vscode.CompletionItem(each.name);
          item.detail = each.meaning;
          return item;
        });
      },
    }, ".", "\"", "'"));
}

module.exports = { activate, deactivate() {} };
