"""The toolchain of LLM Atlas: checks a documentation site as readers get it, then builds and bundles it.

The modules, each importing only from those above it: ``findings``, ``wording``, ``model``, ``nodes``, ``quantities``,
``facts``, ``selection``, ``tables``, ``charts``, ``quotes``, ``v8``, ``diagrams``, ``formulas``, ``markdown``, ``scan``,
``typesetting``, ``html``, ``candidates``, ``locate``, ``configuration``, ``settings``, ``cache``, ``dependencies``,
``recall``, ``render``, ``silences``, ``checks``, ``baseline``, ``sieve``, ``request``, ``mending``, ``drafting``,
``manual``, ``reporters``, ``build``, ``bundle``, ``book``, ``cli``.
"""

__version__ = "0.1.0"
