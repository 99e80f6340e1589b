// The Strudel side of query.py: reads {"rows": [[name, js], ...], "texts": [...]} from standard input, writes
// microseconds an event for each row (cycles never asked before) and microseconds a parse for each text.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const hook = `export async function resolve(specifier, context, next) {
  if (specifier === '@kabelsalat/web')
    return { url: 'data:text/javascript,export class SalatRepl { evaluate() {} }', shortCircuit: true };
  return next(specifier, context);
}`;
register('data:text/javascript,' + encodeURIComponent(hook));
const say = console.log;
console.log = console.warn = () => {};
const home = (name) => pathToFileURL(`${process.env.STRUDEL}/node_modules/@strudel/${name}/dist/index.mjs`);
const core = await import(home('core'));
const { mini } = await import(home('mini'));
core.setStringParser?.(mini);
const names = Object.keys(core).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default' && name !== 'mini');
const now = () => Number(process.cpuUsage().user + process.cpuUsage().system);

const { rows, texts } = JSON.parse(readFileSync(0, 'utf8'));
const queries = rows.map(([name, js]) => {
  const pattern = new Function(...names, 'mini', `return (${js});`)(...names.map((each) => core[each]), mini);
  let cycle = 0;
  const run = (least) => {
    const begin = now();
    let events = 0, cycles = 0;
    while (now() - begin < least) {
      for (let each = 0; each < 4; each++, cycle++, cycles++) events += pattern.queryArc(cycle, cycle + 1).length;
    }
    return [(now() - begin) / events, events / cycles];
  };
  run(400000);
  return run(400000);
});
const parses = texts.map((text) => {
  const run = (least) => {
    const begin = now();
    let count = 0;
    while (now() - begin < least) { mini(text); count++; }
    return (now() - begin) / count;
  };
  run(200000);
  return run(200000);
});
say(JSON.stringify({ queries, parses }));
