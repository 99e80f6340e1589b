// Asks Strudel (installed elsewhere, see make.py) what it answers. Reads a JSON list of cases from standard
// input, {"mini": text} or {"js": expression}, each with "spans": [[begin, end], ...] in fractions written as
// text; writes a JSON list of answers: events as [whole begin, whole end, part begin, part end, value] for each
// span, or {"error": message}.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const home = (name) => pathToFileURL(`${process.env.STRUDEL}/node_modules/@strudel/${name}/dist/index.mjs`).href;
// Every package has to meet the same core, or its functions are added to a Pattern that nobody uses.
const hook = `export async function resolve(specifier, context, next) {
  if (specifier === '@kabelsalat/web')
    return { url: 'data:text/javascript,export class SalatRepl { evaluate() {} }', shortCircuit: true };
  if (specifier === '@strudel/core') return { url: ${JSON.stringify(home('core'))}, shortCircuit: true };
  return next(specifier, context);
}`;
register('data:text/javascript,' + encodeURIComponent(hook));

const say = console.log;
console.log = console.warn = () => {};
const core = await import(home('core'));
const { mini } = await import(home('mini'));
const tonal = await import(home('tonal')).catch(() => ({}));
const xen = await import(home('xen')).catch(() => ({}));
core.setStringParser?.(mini);

const text = (time) => time.toFraction();
const plain = (value) => {
  if (value && typeof value === 'object' && 'd' in value && 'n' in value && 's' in value)
    return Number(value.valueOf());
  return value === undefined ? null : value;
};
const event = (hap) => [
  hap.whole ? text(hap.whole.begin) : null,
  hap.whole ? text(hap.whole.end) : null,
  text(hap.part.begin),
  text(hap.part.end),
  plain(hap.value),
];

const all = { ...core, ...tonal, ...xen };
const names = Object.keys(all).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default' && name !== 'mini');
const answers = [];
for (const each of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const pattern =
      each.mini !== undefined
        ? mini(each.mini)
        : new Function(...names, 'mini', `return (${each.js});`)(...names.map((name) => all[name]), mini);
    answers.push(
      each.spans.map(([begin, end]) =>
        pattern.queryArc(core.Fraction(begin), core.Fraction(end)).map(event),
      ),
    );
  } catch (error) {
    answers.push({ error: String(error.message).slice(0, 120) });
  }
}
say(JSON.stringify(answers));
