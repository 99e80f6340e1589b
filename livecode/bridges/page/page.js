"use strict";
// Draws what /live tells. Between two tellings time goes on by itself, so that the light is on the beat.
const COLOURS = [
  "#5ec8f2", "#f2a65e", "#9be26c", "#f2708f", "#c79bf2", "#f2d95e", "#5ef2c1", "#f28fd6",
  "#7d9cf2", "#d98a6a", "#c3e26c", "#e05e5e", "#a0b4c8", "#b98e3e", "#4fae8a", "#a66cc9",
];
const LIT_FOR = 0.8;
const SHORTEST_SECONDS = 0.1;
const CYCLES_BACK = 3;
const CYCLES_SHOWN = 4;
const FRAME_MS = 1000 / 31;
const FLOOR_DB = -48;
const FLOOR_BAND = -84;

const element = (name) => document.getElementById(name);
const stage = { scene: null, since: 0, lines: new Map(), low: 0, high: -1, sound: null };
// What a test may ask: frames drawn, scenes and sounds heard.
window.livecode = { frames: 0, scenes: 0, sounds: 0, stage };

function colour(slot) {
  return COLOURS[(slot - 1) % COLOURS.length];
}

function cycleNow() {
  const scene = stage.scene;
  if (!scene) return 0;
  const passed = scene.moving ? (performance.now() - stage.since) / 1000 * scene.cps : 0;
  return scene.cycle + passed;
}

// Every character is a span of its own, so that any range can light up.
function lineOf(slot) {
  let below = false;
  const row = document.createElement("div");
  row.className = "line";
  const meter = document.createElement("div");
  meter.className = "meter";
  const bar = document.createElement("div");
  bar.style.background = colour(slot.slot);
  meter.append(bar);
  const text = document.createElement("div");
  text.className = "text";
  const kinds = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\bd\d+\b)|(\b\d+(?:\.\d+)?\b)|(#.*$)|([\s\S])/g;
  const spans = [];
  for (const found of slot.text.matchAll(kinds)) {
    const kind = found[1] ? "string" : found[2] ? "slot" : found[3] ? "number" : found[4] ? "dim" : "";
    for (const character of found[0]) {
      const span = document.createElement("span");
      span.textContent = character;
      if (character === "\n") below = true;
      if (kind) span.className = kind;
      if (below) span.classList.add("below");
      if (kind === "slot") span.style.color = colour(slot.slot);
      // Ranges count code points; so does for-of.
      spans.push(span);
      text.append(span);
    }
  }
  row.append(meter, text);
  return { row, bar, spans, take: slot.take, words: slot.text, lit: new Set(), shown: -1 };
}

function showScene(scene) {
  stage.scene = scene;
  stage.since = performance.now();
  window.livecode.scenes += 1;
  const code = element("code");
  const wanted = new Set(scene.slots.map((slot) => slot.slot));
  for (const [slot, line] of stage.lines) {
    if (!wanted.has(slot)) {
      line.row.remove();
      stage.lines.delete(slot);
    }
  }
  for (const slot of scene.slots) {
    let line = stage.lines.get(slot.slot);
    if (!line || line.take !== slot.take || line.words !== slot.text) {
      const fresh = lineOf(slot);
      if (line) line.row.remove();
      const after = [...stage.lines.keys()].filter((each) => each > slot.slot).sort((a, b) => a - b)[0];
      code.insertBefore(fresh.row, after === undefined ? null : stage.lines.get(after).row);
      if (!line || line.take !== slot.take) fresh.row.classList.add("fresh");
      stage.lines.set(slot.slot, fresh);
      line = fresh;
    }
    line.row.classList.toggle("silent", !slot.heard);
  }
  fit();
  element("tempo").textContent = `${Number(scene.bpm.toFixed(1))} bpm`;
  const faulty = scene.slots.find((slot) => slot.fault);
  element("said").textContent = faulty ? `d${faulty.slot}: ${faulty.fault}`
    : scene.state === "sounding" ? "" : { booting: "sound is starting", looping: "the last cycle loops", ended: "no sound", off: "" }[scene.state] || "";
}

// As large as the code allows.
function fit() {
  const code = element("code");
  const room = code.clientHeight;
  const count = [...stage.lines.values()].reduce((sum, line) => sum + line.words.split("\n").length, 0);
  let size = Math.min(0.05 * window.innerHeight, 0.9 * room / Math.max(1, count) / 1.5);
  code.style.fontSize = `${size}px`;
  for (let step = 0; step < 14 && code.scrollHeight > room && size > 9; step += 1) {
    size *= 0.88;
    code.style.fontSize = `${size}px`;
  }
}

function light(now) {
  const scene = stage.scene;
  const shortest = SHORTEST_SECONDS * scene.cps;
  const wanted = new Map();
  for (const [slot, begin, end, , , , ranges] of scene.notes) {
    if (begin <= now && now < begin + Math.max(LIT_FOR * (end - begin), shortest)) {
      if (!wanted.has(slot)) wanted.set(slot, new Set());
      for (const [first, last] of ranges) for (let place = first; place < last; place += 1) wanted.get(slot).add(place);
    }
  }
  for (const [slot, line] of stage.lines) {
    const on = wanted.get(slot) || new Set();
    for (const place of line.lit) if (!on.has(place) && line.spans[place]) {
      line.spans[place].classList.remove("lit");
      line.spans[place].style.background = "";
    }
    for (const place of on) if (!line.lit.has(place) && line.spans[place]) {
      line.spans[place].classList.add("lit");
      line.spans[place].style.background = colour(slot);
    }
    line.lit = on;
  }
}

function sized(canvas) {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return [canvas.getContext("2d"), width, height];
}

function drawRoll(now) {
  const [brush, width, height] = sized(element("roll"));
  brush.clearRect(0, 0, width, height);
  const begin = now - CYCLES_BACK;
  const notes = stage.scene.notes.filter((note) => note[2] > begin && note[1] < begin + CYCLES_SHOWN);
  const pitches = notes.filter((note) => note[3] !== null).map((note) => note[3]);
  const names = [...new Set(notes.filter((note) => note[3] === null).map((note) => `${note[0]} ${note[4]}`))].sort();
  const drumRow = Math.min(22, height / Math.max(1, names.length + 6));
  const tall = height - names.length * drumRow - 8;
  if (pitches.length) {
    const low = Math.floor(Math.min(...pitches)) - 1;
    const high = Math.ceil(Math.max(...pitches)) + 1;
    if (stage.high < stage.low || low > stage.high || high < stage.low || stage.high - stage.low > 2 * (high - low) + 12) {
      stage.low = low;
      stage.high = high;
    }
    stage.low = Math.min(stage.low, low);
    stage.high = Math.max(stage.high, high);
  }
  const x = (cycle) => (cycle - begin) / CYCLES_SHOWN * width;
  brush.fillStyle = "#8d97a8";
  brush.font = "14px monospace";
  for (let cycle = Math.ceil(begin); cycle < begin + CYCLES_SHOWN; cycle += 1) {
    if (cycle < 0) continue;
    brush.fillStyle = "#2a2f3b";
    brush.fillRect(x(cycle), 0, 1, height);
    brush.fillStyle = "#59616f";
    brush.fillText(String(cycle), x(cycle) + 5, 16);
  }
  const row = tall / Math.max(12, stage.high - stage.low + 1);
  for (const [slot, first, last, pitch, name, strength] of notes) {
    const sounding = first <= now && now < last;
    brush.fillStyle = colour(slot);
    brush.globalAlpha = sounding ? 1 : (first > now ? 0.3 : 0.35 + 0.4 * strength);
    const left = x(first);
    if (pitch === null) {
      const y = tall + 4 + names.indexOf(`${slot} ${name}`) * drumRow;
      brush.fillRect(left, y + 2, Math.max(4, Math.min(drumRow, x(last) - left - 2)), drumRow - 4);
    } else {
      brush.fillRect(left, (stage.high - pitch) * row, Math.max(3, x(last) - left - 2), Math.max(3, row - 1));
    }
  }
  brush.globalAlpha = 1;
  brush.fillStyle = "#e6e9ef";
  brush.fillRect(x(now), 0, 2, height);
  brush.fillStyle = "#59616f";
  names.forEach((name, number) => brush.fillText(name.split(" ")[1], 6, tall + number * drumRow + drumRow * 0.8));
}

function drawSound() {
  const sound = stage.sound;
  if (!sound) return;
  let [brush, width, height] = sized(element("scope"));
  brush.clearRect(0, 0, width, height);
  brush.strokeStyle = "#5ec8f2";
  brush.lineWidth = 2;
  brush.beginPath();
  sound.wave.forEach((value, place) => {
    const x = place / Math.max(1, sound.wave.length - 1) * width;
    const y = height / 2 - value / 127 * height * 0.48;
    if (place) brush.lineTo(x, y); else brush.moveTo(x, y);
  });
  brush.stroke();
  [brush, width, height] = sized(element("spectrum"));
  brush.clearRect(0, 0, width, height);
  const each = width / sound.bands.length;
  sound.bands.forEach((level, band) => {
    const part = Math.min(1, Math.max(0, 1 - level / FLOOR_BAND));
    brush.fillStyle = part > 0.97 ? "#f2a65e" : "#5ec8f2";
    brush.fillRect(band * each + 1, height * (1 - part), each - 2, height * part);
  });
  for (const [slot, line] of stage.lines) {
    const part = Math.min(1, Math.max(0, 1 - sound.slots[slot - 1] / FLOOR_DB));
    if (part !== line.shown) {
      line.shown = part;
      line.bar.style.transform = `scaleX(${part})`;
    }
  }
}

let drawn = 0;
function draw(time) {
  requestAnimationFrame(draw);
  if (time - drawn < FRAME_MS || !stage.scene) return;
  drawn = time;
  const now = cycleNow();
  light(now);
  drawRoll(now);
  drawSound();
  const beats = Math.max(1, Math.round(stage.scene.beats));
  const beat = Math.floor((now - Math.floor(now)) * beats);
  element("beats").textContent = stage.scene.moving ? [...Array(beats).keys()].map((each) => (each === beat ? "●" : "○")).join("") : "";
  element("cycle").textContent = stage.scene.moving ? String(Math.floor(now)) : "";
  window.livecode.frames += 1;
}

const live = new EventSource("/live");
live.addEventListener("scene", (event) => showScene(JSON.parse(event.data)));
live.addEventListener("sound", (event) => {
  stage.sound = JSON.parse(event.data);
  window.livecode.sounds += 1;
});
live.addEventListener("error", () => { element("said").textContent = "the stage has gone"; });
window.addEventListener("resize", fit);
document.addEventListener("keydown", (event) => {
  if (event.key === "f") document.documentElement.requestFullscreen();
});
document.addEventListener("dblclick", () => document.documentElement.requestFullscreen());
requestAnimationFrame(draw);
