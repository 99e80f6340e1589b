"use strict";
// The line to `livecode serve`: JSON lines over a plain socket. Knows nothing of VS Code.
const fs = require("fs");
const net = require("net");
const os = require("os");
const path = require("path");

function keyFile(named) {
  if (named) return named;
  const state = process.env.XDG_STATE_HOME;
  if (state) return path.join(state, "livecode", "serve.json");
  const folder = process.platform === "darwin" ? ["Library", "Application Support"] : [".local", "state"];
  return path.join(os.homedir(), ...folder, "livecode", "serve.json");
}

class Client {
  // `listener` gets {event: "lit" | "notice" | "closed", ...}.
  constructor(listener) {
    this.listener = listener || (() => {});
    this.socket = null;
    this.held = "";
    this.waiting = new Map();
    this.number = 0;
    this.greeted = null;
  }

  connect(named) {
    if (this.greeted) return this.greeted;
    this.greeted = new Promise((resolve, reject) => {
      let key;
      try {
        key = JSON.parse(fs.readFileSync(keyFile(named), "utf8"));
      } catch (problem) {
        reject(new Error(`livecode serve is not running (no ${keyFile(named)})`));
        return;
      }
      this.socket = net.createConnection({ host: "127.0.0.1", port: key.port });
      this.socket.setEncoding("utf8");
      this.socket.on("connect", () => this.write({ token: key.token, watch: true }));
      this.socket.on("data", (text) => this.read(text, resolve, reject));
      this.socket.on("error", () => reject(new Error("livecode serve does not answer: start it again")));
      this.socket.on("close", () => this.closed());
    });
    this.greeted.catch(() => this.closed());
    return this.greeted;
  }

  write(message) {
    this.socket.write(JSON.stringify(message) + "\n");
  }

  read(text, resolve, reject) {
    this.held += text;
    const lines = this.held.split("\n");
    this.held = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.event) this.listener(message);
      else if (message.version) resolve(message);
      else if (this.waiting.has(message.id)) {
        const answer = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        answer(message);
      } else if (!message.ok) reject(new Error(message.text));
    }
  }

  async ask(message, named) {
    await this.connect(named);
    const id = ++this.number;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.write({ id, ...message });
    return answer;
  }

  closed() {
    if (!this.greeted) return;
    this.greeted = null;
    this.held = "";
    for (const answer of this.waiting.values()) {
      answer({ ok: false, text: "livecode serve has ended", line: 0, column: 0, width: 0 });
    }
    this.waiting.clear();
    this.listener({ event: "closed" });
  }

  end() {
    if (this.socket) this.socket.end();
  }
}

// Columns come in characters; VS Code counts UTF-16 units.
function unit(line, column) {
  return Array.from(line).slice(0, column).join("").length;
}

// First and last line of the block around a line: up to the empty lines before and after it.
function paragraph(lines, at) {
  if (!lines[at].trim()) return [at, at];
  let first = at;
  let last = at;
  while (first > 0 && lines[first - 1].trim()) first -= 1;
  while (last + 1 < lines.length && lines[last + 1].trim()) last += 1;
  return [first, last];
}

module.exports = { Client, keyFile, paragraph, unit };
