// Prints the names that Strudel's packages export and that its patterns have, as JSON; see names.py.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const home = (name) => pathToFileURL(`${process.env.STRUDEL}/node_modules/@strudel/${name}/dist/index.mjs`).href;
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
const names = new Set(Object.keys(core));
for (const each of ['mini', 'tonal', 'xen']) Object.keys(await import(home(each))).forEach((name) => names.add(name));
Object.getOwnPropertyNames(core.Pattern.prototype).forEach((name) => names.add(name));
say(JSON.stringify([...names].filter((name) => !name.startsWith('_')).sort()));
