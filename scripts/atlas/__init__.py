"""The toolchain of LLM Atlas: checks a documentation site as readers get it, then builds and bundles it.

The modules, each importing only from those above it: ``findings``, ``wording``, ``safety``, ``model``, ``nodes``,
``quantities``, ``facts``, ``search``, ``calculators``, ``selection``, ``tables``, ``charts``, ``quotes``, ``moved``,
``feed``, ``v8``, ``licences``, ``diagrams``, ``formulas``, ``scan``, ``numbering``, ``markdown``, ``typesetting``,
``html``, ``candidates``, ``locate``, ``configuration``, ``settings``, ``cache``, ``dependencies``, ``recall``,
``render``, ``silences``, ``checks``, ``baseline``, ``sieve``, ``request``, ``mending``, ``drafting``, ``manual``,
``reporters``, ``finishing``, ``build``, ``bundle``, ``book``, ``cli``.
"""

__version__ = "0.1.0"
