"""What a page's content may hold: elements, attributes, schemes of addresses and style properties; all else is left out.

A list of what is allowed, never of what is dangerous: what browsers learn tomorrow is not in it.
"""

from __future__ import annotations

import string

HTML = frozenset(
    {"a", "abbr", "address", "area", "article", "aside", "audio", "b", "bdi", "bdo", "blockquote", "br", "button", "caption"}
    | {
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
    }
    | {"figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "i", "img", "input"}
    | {"ins", "kbd", "label", "legend", "li", "map", "mark", "meter", "nav", "ol", "optgroup", "option", "output", "p"}
    | {"picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "section", "select", "small", "source", "span"}
    | {"strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "track"}
    | {"tt", "u", "ul", "var", "video", "wbr"}
)
SVG = frozenset(
    {"circle", "clipPath", "defs", "desc", "ellipse", "g", "line", "linearGradient", "marker", "mask", "path", "pattern"}
    | {"polygon", "polyline", "radialGradient", "rect", "stop", "svg", "symbol", "text", "title", "tspan", "use"}
)
"""Drawing alone: nothing that animates an attribute, embeds HTML or loads a file."""
MATH = frozenset(
    {"annotation", "math", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom"}
    | {
        "mprescripts",
        "mroot",
        "mrow",
        "ms",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
    }
    | {"mtr", "munder", "munderover", "none", "semantics"}
)
ELEMENTS = HTML | SVG | MATH | {"atlas-trusted", "form"}
"""A form has no ``action`` here: it leads nowhere but to the page on which it stands."""
DROPPED = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "xmp", "noembed", "noframes", "plaintext"}
)
"""Elements whose text is no text for readers: it goes with them."""

_EVERYWHERE = frozenset(
    {"id", "class", "title", "lang", "dir", "role", "tabindex", "hidden", "style", "translate", "align", "valign", "width"}
    | {"height", "markdown", "inert", "open", "inputmode", "datetime", "cite", "start", "reversed", "value", "type", "name"}
)
_SVG_ATTRIBUTES = frozenset(
    {"clip-path", "clip-rule", "clipPathUnits", "color", "cx", "cy", "d", "dominant-baseline", "dx", "dy", "fill"}
    | {"fill-opacity", "fill-rule", "font-family", "font-size", "font-style", "font-weight", "fx", "fy", "gradientTransform"}
    | {"gradientUnits", "letter-spacing", "markerHeight", "markerUnits", "markerWidth", "marker-end", "marker-mid"}
    | {
        "marker-start",
        "mask",
        "offset",
        "opacity",
        "orient",
        "paint-order",
        "pathLength",
        "patternTransform",
        "patternUnits",
    }
    | {
        "points",
        "preserveAspectRatio",
        "r",
        "refX",
        "refY",
        "rotate",
        "rx",
        "ry",
        "shape-rendering",
        "space",
        "spreadMethod",
    }
    | {"stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin"}
    | {"stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-decoration", "textLength", "transform"}
    | {"vector-effect", "viewBox", "visibility", "x", "x1", "x2", "xmlns", "y", "y1", "y2", "lengthAdjust", "focusable"}
)
_MATH_ATTRIBUTES = frozenset(
    {"accent", "accentunder", "columnalign", "columnlines", "columnspacing", "columnspan", "depth", "dir", "display"}
    | {"displaystyle", "encoding", "fence", "form", "frame", "framespacing", "largeop", "linethickness", "lquote", "lspace"}
    | {"mathbackground", "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits", "notation"}
    | {"rowalign", "rowlines", "rowspacing", "rowspan", "rquote", "rspace", "scriptlevel", "separator", "separators"}
    | {"stretchy", "symmetric", "voffset", "xmlns"}
)
_OF_ELEMENTS: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "rel", "target", "download", "hreflang"}),
    "area": frozenset({"href", "alt", "coords", "shape", "rel", "target", "download"}),
    "atlas-trusted": frozenset({"n"}),
    "audio": frozenset({"src", "controls", "loop", "muted", "preload"}),
    "button": frozenset({"disabled"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "fieldset": frozenset({"disabled"}),
    "form": frozenset({"autocomplete"}),
    "img": frozenset({"src", "srcset", "sizes", "alt", "loading", "decoding", "usemap", "fetchpriority"}),
    "input": frozenset({"checked", "disabled", "for", "list", "max", "maxlength", "min", "placeholder", "readonly", "step"})
    | {"size", "autocomplete", "required", "pattern", "spellcheck"},
    "label": frozenset({"for"}),
    "meter": frozenset({"high", "low", "max", "min", "optimum"}),
    "optgroup": frozenset({"disabled", "label"}),
    "option": frozenset({"disabled", "label", "selected"}),
    "output": frozenset({"for"}),
    "progress": frozenset({"max"}),
    "select": frozenset({"disabled", "multiple", "size", "autocomplete"}),
    "source": frozenset({"src", "srcset", "sizes", "media"}),
    "table": frozenset({"border", "cellpadding", "cellspacing", "summary"}),
    "td": frozenset({"colspan", "rowspan", "headers", "nowrap"}),
    "th": frozenset({"colspan", "rowspan", "headers", "scope", "abbr", "nowrap"}),
    "track": frozenset({"src", "kind", "srclang", "label", "default"}),
    "use": frozenset({"href"}),
    "video": frozenset({"src", "poster", "controls", "loop", "muted", "playsinline", "preload"}),
}


def attributes() -> dict[str, set[str]]:
    """The attributes that each element may have, ``*`` for all elements."""
    found = {element: set(_OF_ELEMENTS.get(element, ())) for element in ELEMENTS}
    for elements, names in ((SVG | {"a"}, _SVG_ATTRIBUTES), (MATH, _MATH_ATTRIBUTES)):
        for element in elements:
            found[element] |= names
    return {"*": set(_EVERYWHERE), **found}


PREFIXES = frozenset({"data-", "aria-"})
"""How attributes begin that are allowed whatever follows, but for the theme's own (see :mod:`atlas.safety.values`)."""
ADDRESSES = frozenset({"href", "src", "srcset", "poster", "cite"})
"""Attributes that hold addresses."""
SCHEMES = frozenset(
    {"http", "https", "mailto", "tel", "sms", "geo", "ftp", "ftps", "sftp", "ssh", "git", "svn", "rsync", "news", "nntp"}
    | {"irc", "ircs", "matrix", "xmpp", "sip", "sips", "magnet", "ed2k", "ipfs", "doi", "urn", "gopher", "feed", "webcal"}
    | {"hdfs", "redis", "rtmp", "rtsp", "telnet", "vscode", "weixin", "zotero", "ws", "wss"}
    | set(string.ascii_lowercase)
)
"""Where a link may lead; a single letter is a drive of the author's own computer, which leads nowhere and runs nothing."""
PROPERTIES = frozenset(
    {"align-items", "aspect-ratio", "background-color", "border", "border-bottom", "border-collapse", "border-color"}
    | {"border-left", "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width"}
    | {"break-after", "break-before", "break-inside", "clear", "color", "column-count", "column-gap", "columns", "direction"}
    | {"display", "fill", "fill-opacity", "flex", "flex-direction", "flex-wrap", "float", "font", "font-family", "font-size"}
    | {"font-style", "font-variant", "font-weight", "gap", "grid-template-columns", "height", "justify-content"}
    | {"letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right"}
    | {"margin-top", "max-height", "max-width", "min-height", "min-width", "object-fit", "opacity", "overflow", "overflow-x"}
    | {"overflow-y", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "rx", "ry", "stroke"}
    | {"stroke-dasharray", "stroke-width", "text-align", "text-anchor", "text-decoration", "text-indent", "text-transform"}
    | {"vertical-align", "visibility", "white-space", "width", "word-break", "word-spacing"}
)
"""What a ``style`` attribute may set, besides variables: nothing that lies over the page and nothing that loads a file."""
