"""Functions that only some patterns have: whose they are, and what to type.

>>> WHOSE["rhymes"]
"chains have it, as in markov('folk').rhymes('abab')"
"""

from __future__ import annotations

from collections.abc import Mapping

WHOSE: Mapping[str, str] = {
    # All composers have these.
    "in_scale": "composers have it, as in markov('folk').in_scale('d dorian'); for numbers there is .scale",
    "over": "composers have it, as in neural('parts').over(d1)",
    "begins": "composers have it, as in markov('folk').begins('d')",
    "ends": "composers have it, as in markov('folk').ends('d')",
    "reward": "composers have it, as in markov('folk').reward('steps')",
    "suppress": "composers have it, as in markov('folk').suppress('leaps')",
    "temperature": "composers have it, as in neural('folk').temperature(0.9)",
    "learn": "composers have it, as in neural('folk').learn(d1)",
    "bars": "composers have it, as in markov('folk').bars(8)",
    "explain": "composers have it, as in markov('folk').explain(); of what plays explain(d1) tells",
    # Some have these.
    "max_copy": "chains and recombinations have it, as in markov('folk').max_copy(8)",
    "rhymes": "chains have it, as in markov('folk').rhymes('abab')",
    "contour": "chains have it, as in markov('folk').contour('arch')",
    "table": "chains have it, as in markov('foster', order=2).table()",
    "report": "recombinations have it, as in recombine('bach chorales').report()",
    "energy": "composers with rules have it, as in cpu_bach('fugue').energy(0.8)",
    "texture": "cpu_bach has it, as in cpu_bach('toccata').texture(4)",
    "depth": "dreams have it, as in dream(d1).depth(2)",
    # These are asked for in the brackets.
    "register": "nets take it in their brackets, as in neural('folk', register=12)",
    "tension": "nets take it in their brackets, as in neural('chorale', tension=sine.slow(16))",
    "top_p": "nets take it in their brackets, as in neural('folk', top_p=0.9)",
    "style": "nets take it in their brackets, as in neural('tiny', style='<jig reel>')",
    "fitness": "evolution takes it in its brackets, as in evolve(['folk'], fitness=in_key())",
    "parts": "counterpoint takes it in its brackets, as in counterpoint(1, parts=3)",
}
