const { Client, paragraph, unit } = require(process.argv[2] + "/client.js");
const lit = [];
const client = new Client((message) => { if (message.event === "lit") lit.push(message); });
(async () => {
  const out = {};
  out.good = await client.ask({ do: "eval", code: 'd1 >> s("bd*2 cp")', file: "set.py", line: 3 });
  out.bad = await client.ask({ do: "eval", code: 'd2 >> s("hh").evry(2)', file: "set.py", line: 5 });
  const until = Date.now() + 15000;
  while (Date.now() < until && !lit.some((each) => each.blocks[out.good.block])) {
    await new Promise((done) => setTimeout(done, 20));
  }
  out.lit = lit.find((each) => each.blocks[out.good.block]).blocks[out.good.block];
  out.names = (await client.ask({ do: "complete", before: "d1.mu" })).names[0].name;
  out.hush = await client.ask({ do: "hush" });
  out.paragraph = paragraph(["", "a", "b", ""], 2);
  out.unit = unit("a\u{1f3b5}b", 2);
  console.log(JSON.stringify(out));
  client.end();
})();
