// The readers' search without its looks. Loaded when the reader searches; so is each piece of the index that a query needs,
// as a script that calls one of the three functions below (scripts/atlas/search makes them). Pages, headings and terms come
// first and give a first answer; then the pieces that hold the query's words, then the text of the best pages.
(() => {
  const LATIN = "a-z0-9\\u00c0-\\u024f\\u0370-\\u03ff";
  const CHINESE = "\\u3400-\\u9fff\\uf900-\\ufaff";
  const RUN = new RegExp(`[${CHINESE}]+|[${LATIN}]+(?:\\.[0-9]+)*`, "g");
  const HAN = new RegExp(`^[${CHINESE}]`);
  const REST = new RegExp(`[^${LATIN}${CHINESE}]+`, "g");
  const IDLE = /[的了吗呢么]/;
  const NUMBERED = /^v?[0-9]/;
  // What makes a question of a topic, and says nothing about it.
  const ASKING = /什么是|是什么|什么时候|为什么|怎么办|怎么|怎样|如何|要多少|需要多少|多少|哪[些个种]|能不能|有没有|的?区别|一个|请问|需要|还是/g;
  const BARE = /^[和与或是的要用吗呢]$/;
  const OFTEN = [1, 0.85, 0.7, 0.55, 0.4]; // by the index's classes of how often

  const isHan = (word) => HAN.test(word);
  const squeeze = (text) => text.toLowerCase().replace(REST, "");

  /** The words of a text, as scripts/atlas/search/words.py cuts them. */
  const cut = (text) => {
    const found = [];
    let before = "", end = -1;
    for (const run of text.toLowerCase().matchAll(RUN)) {
      const word = run[0];
      if (isHan(word)) {
        if (word.length === 1) found.push(word);
        for (let i = 0; i + 1 < word.length; i++) if (!IDLE.test(word.slice(i, i + 2))) found.push(word.slice(i, i + 2));
        before = "";
        continue;
      }
      found.push(word);
      const joint = run.index - end === 1 ? text[end] : "";
      if (before && joint && " -_/‑–".includes(joint) && (!" /".includes(joint) || NUMBERED.test(word))) found.push(before + word);
      before = word;
      end = run.index + word.length;
    }
    return found;
  };

  const shardOf = (word, shards) => {
    const first = word.charCodeAt(0);
    return isHan(word) ? first % shards : (first * 31 + (word.length > 1 ? word.charCodeAt(1) : 0)) % shards;
  };

  /** Whether two short texts differ by at most `most` characters wrong, missing, too many or swapped. */
  const isNear = (one, other, most) => {
    if (Math.abs(one.length - other.length) > most) return false;
    let older = [], old = Array.from({length: other.length + 1}, (_, j) => j);
    for (let i = 1; i <= one.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        const same = one[i - 1] === other[j - 1];
        row[j] = Math.min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
      }
      [older, old] = [old, row];
    }
    return old[other.length] <= most;
  };
  const slips = (word) => isHan(word) ? (word.length > 2 ? 1 : 0) : word.length > 7 ? 2 : word.length > 4 ? 1 : 0;

  let index, resolveMap;
  const shards = new Map(), texts = new Map();
  const mapped = new Promise((resolve) => { resolveMap = resolve; });

  /** Called by map.js: addresses, headings and terms, and from them what a first answer needs. */
  const map = (given) => {
    const sections = [], holders = new Map(), names = [];
    const note = (word, place) => {
      if (!holders.has(word)) holders.set(word, new Set());
      holders.get(word).add(place);
    };
    const alike = new Map();
    const pages = given.pages.map(([url, title, length, headings, weight = 1], number) => {
      const page = {number, url, title, length, weight, words: new Set(cut(title)), sections: []};
      let place = -1;
      for (const heading of headings) {
        const isRow = heading[0] === ">"; // of a table, in the section before it
        if (!isRow) place++;
        const [, anchor, name] = heading.match(/^>?(\S*) (.*)$/);
        const section = {page, place, isRow, anchor, title: name, isHead: !place && !isRow, number: sections.length};
        section.words = section.isHead ? page.words : new Set(cut(isRow ? name : `${name} ${anchor.replace(/-/g, " ")}`));
        for (const word of section.words) note(word, section.number);
        if (!isRow) page.sections.push(section);
        alike.set(name, (alike.get(name) || 0) + 1);
        sections.push(section);
      }
      return page;
    });
    // Headings that every chapter has, such as the questions at its end, explain nothing themselves.
    for (const section of sections) section.isCommon = !section.isRow && alike.get(section.title) > 9;
    given.terms.forEach(([named, also, avoid, short, page, place]) => {
      if (page < 0) return;
      const term = {named, also, avoid, short, section: pages[page].sections[place]};
      for (const name of [...named, ...also, ...avoid]) {
        for (const part of name.split(" / ")) names.push({term, name: squeeze(part), text: part, isOurs: named.includes(name)});
      }
    });
    const length = pages.reduce((sum, page) => sum + page.length, 0) / (pages.length || 1);
    index = {shards: given.shards, pages, sections, holders, names, length};
    resolveMap();
  };

  /** How often a word stands in headings and names: what a slip most likely meant. */
  const spoken = () => {
    if (index.spoken) return index.spoken;
    index.spoken = new Map();
    const hear = (words) => { for (const word of words) index.spoken.set(word, (index.spoken.get(word) || 0) + 1); };
    for (const {words} of index.sections) hear(words);
    for (const {text} of index.names) hear(cut(text));
    return index.spoken;
  };

  /** Called by w<n>.js: lines of a word and the pages that hold it, sorted. */
  const words = (number, lines) => shards.set(number, lines.split("\n"));
  /** Called by p<n>.js: the text of each section of a page. */
  const page = (number, parts) => texts.set(number, parts);

  const pageNumber = (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0xa1) return code - 0xa1 + 82;
    // In the order of the printable characters, without digits, the quotation mark and the backslash.
    return code - 0x21 - (code > 0x39 ? 10 : 0) - (code > 0x22 ? 1 : 0) - (code > 0x5c ? 1 : 0);
  };

  /** The lines of a sorted shard that begin with `start`. */
  const lines = (start) => {
    const list = shards.get(shardOf(start, index.shards)) || [];
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < start) low = middle + 1; else high = middle;
    }
    const found = [];
    while (low < list.length && list[low].startsWith(start)) found.push(list[low++]);
    return found;
  };

  /** Page → how much of it is about a word (0–1); with `half`, about any word that begins so. */
  const pagesOf = (word, half) => {
    const held = new Map();
    for (const line of half ? lines(word) : lines(`${word} `)) {
      let often = 0;
      const exact = line.startsWith(`${word} `) ? 1 : 0.7;
      for (const character of line.slice(line.indexOf(" ") + 1)) {
        if (character <= "9" && character >= "0") often = OFTEN[character];
        else {
          const number = pageNumber(character);
          held.set(number, Math.max(held.get(number) || 0, often * exact));
        }
      }
    }
    return held;
  };

  /** A query → its words with what they weigh, and itself without spaces and signs. */
  const analyse = (query) => {
    const text = query.normalize("NFKC").toLowerCase().trim();
    const topic = text.replace(ASKING, " ").trim() || text;
    const runs = [...topic.matchAll(RUN)].map((run) => run[0]).filter((run) => !BARE.test(run));
    const cuts = [...new Set(cut(runs.length ? topic : text))].filter((word) => !BARE.test(word));
    const last = runs.at(-1) || "";
    const isHalf = (word) => word === last && !isHan(word) && text.endsWith(last) || isHan(word) && word.length === 1;
    const asking = (text.match(ASKING) || []).filter((phrase) => phrase.length > 1);
    return {text, runs, asking, squeezed: squeeze(topic) || squeeze(text), words: cuts.map((word) => ({word, half: isHalf(word)}))};
  };

  /** Whether a word is meant by what was typed: the same, begun and not yet ended, or of which a lone character is part. */
  const isMeant = (held, {word, half}) => held === word || half && (isHan(word) ? held.includes(word) : word.length > 1 && held.startsWith(word));

  /** Which headings a word stands in, half a word included. */
  const headingsOf = (one) => {
    if (!one.half) return index.holders.get(one.word) || new Set();
    const found = new Set();
    for (const [held, places] of index.holders) if (isMeant(held, one)) for (const place of places) found.add(place);
    return found;
  };

  /** How well a name answers a query: 1 is the very name. */
  const likeness = (name, asked, isSlip) => {
    const {squeezed} = asked;
    if (!name.name) return 0;
    if (name.name === squeezed) return 1;
    const longer = Math.max(name.name.length, squeezed.length), share = Math.min(name.name.length, squeezed.length) / longer;
    if (squeezed.length > 1 && name.name.startsWith(squeezed)) return 0.5 + 0.4 * share;
    const isWhole = isHan(name.name) ? name.name.length > 1 : asked.runs.includes(name.name) || cut(name.text).every((word) => asked.all.has(word));
    if (isWhole && squeezed.includes(name.name)) return 0.25 + 0.6 * share;
    if (isHan(squeezed) && squeezed.length > 1 && name.name.includes(squeezed)) return 0.4 * share;
    const most = Math.min(slips(squeezed), slips(name.name));
    if (isSlip && most && isNear(squeezed, name.name, most)) return 0.8;
    return 0;
  };

  /** Pages scored by their titles, headings and the glossary alone. */
  const score = (asked) => {
    const places = asked.words.map((one) => ({...one, in: headingsOf(one)}));
    const all = index.sections.length;
    for (const one of places) one.weight = one.in.size ? Math.log(1 + all / one.in.size) : 0;
    asked.all = new Set(asked.words.map(({word}) => word));
    const sum = places.reduce((total, one) => total + (one.weight || Math.log(1 + all)), 0) || 1;
    const holds = (words, one) => one.half ? [...words].some((held) => isMeant(held, one)) : words.has(one.word);
    const weigh = (words) => places.reduce((total, one) => total + (one.weight && holds(words, one) ? one.weight : 0), 0) / sum;
    const seen = new Map(), best = new Map();
    for (const one of places) for (const place of one.in) seen.set(place, true);
    for (const place of seen.keys()) {
      const section = index.sections[place], {page} = section;
      const {isHead} = section, title = weigh(page.words), own = isHead ? title : weigh(section.words);
      const both = isHead ? title : weigh(new Set([...page.words, ...section.words]));
      const tight = (text) => {
        const name = squeeze(text);
        return name === asked.squeezed ? 1.5 : name.startsWith(asked.squeezed) ? 1.25 : name.includes(asked.squeezed) ? 1.1 : 1;
      };
      const fill = (words) => 0.75 + 0.25 * Math.min(1, asked.words.length / (words.size || 1));
      const value = 5 * title * title * tight(page.title) * fill(page.words)
        + (isHead ? 2 * title * title : 3 * own * own * tight(section.title) * fill(section.words) + 2 * both * both);
      const isAsked = own && asked.asking.some((phrase) => section.title.includes(phrase));
      if (own) best.set(place, value + (isAsked ? 1.5 * own : 0));
    }
    const isKnown = [...best.values()].some((value) => value > 4);
    const terms = new Map();
    for (const name of index.names) {
      const value = likeness(name, asked, !isKnown || asked.isSlip) - (name.isOurs ? 0 : 0.01);
      if (value > 0.3 && value > (terms.get(name.term)?.value || 0)) terms.set(name.term, {term: name.term, value, name});
    }
    for (const {term, value} of terms.values()) {
      const place = term.section.number;
      best.set(place, (best.get(place) || 0) + 9 * value * value);
    }
    return {best, terms: [...terms.values()].sort((a, b) => b.value - a.value)};
  };

  /** Sections' scores → pages in order, each with its sections in order. */
  const group = ({best, terms}, more = new Map()) => {
    const pages = new Map();
    for (const [place, value] of best) {
      const section = index.sections[place];
      if (!pages.has(section.page)) pages.set(section.page, {page: section.page, value: 0, sections: []});
      const entry = pages.get(section.page);
      entry.sections.push({section, value});
      entry.value = Math.max(entry.value, value);
    }
    for (const [number, value] of more) {
      const page = index.pages[number];
      if (!pages.has(page)) pages.set(page, {page, value: 0, sections: []});
      pages.get(page).value += value;
    }
    const list = [...pages.values()].filter(({value}) => value > 0.2);
    for (const entry of list) {
      entry.value *= entry.page.weight;
      entry.sections.sort((a, b) => b.value - a.value);
    }
    list.sort((a, b) => b.value - a.value);
    return {list, terms};
  };

  /** How much the text of each page is about the words. */
  const textScores = (asked) => {
    const held = asked.words.map((one) => ({...one, pages: pagesOf(one.word, one.half)}));
    const all = index.pages.length;
    for (const one of held) one.weight = Math.log(1 + all / (one.pages.size || all));
    const sum = held.reduce((total, one) => total + one.weight, 0) || 1;
    const found = new Map(), covered = new Map();
    for (const {pages, weight} of held) {
      for (const [number, often] of pages) {
        found.set(number, (found.get(number) || 0) + weight * often / sum);
        covered.set(number, (covered.get(number) || 0) + weight / sum);
      }
    }
    for (const [number, value] of found) {
      const long = 0.9 + 0.1 * index.pages[number].length / index.length;
      found.set(number, 4 * value * covered.get(number) / Math.max(1, long));
    }
    return {found, unknown: held.filter((one) => !one.pages.size).map((one) => one.word), covered};
  };

  /** The query with what was most likely meant in place of words that no page holds; the same query if nothing is near. */
  const mend = (asked, unknown) => {
    let {text} = asked;
    for (const word of unknown) {
      if (!text.includes(word)) continue; // a neighbour's mending took it along
      let best = "", most = 0;
      const consider = (other, often) => { if (often > most) [best, most] = [other, often]; };
      if (isHan(word) && word.length === 2) {
        for (const [other, often] of spoken()) {
          if (other.length === 2 && isHan(other) && other !== word && (other[0] === word[0] || other[1] === word[1])) {
            const mended = text.replace(word, other);
            const named = index.names.some(({name}) => name.length > 2 && squeeze(mended).includes(name) && name.includes(other));
            consider(other, often * (named ? 20 : 1) * (other[0] === word[0] ? 2 : 1));
          }
        }
      } else if (!isHan(word) && slips(word)) {
        for (const [other, often] of spoken()) if (!isHan(other) && isNear(word, other, slips(word))) consider(other, 10 * often);
        for (const line of lines(word.slice(0, 2))) {
          const other = line.slice(0, line.indexOf(" "));
          if (isNear(word, other, slips(word))) consider(other, line.length / 100);
        }
      }
      if (best) text = text.replace(word, best);
    }
    return text;
  };

  const loadWords = (fetch, query) => {
    const numbers = new Set(query.words.map(({word}) => shardOf(word, index.shards)));
    return Promise.all([...numbers].map((number) => fetch(`w${number}`)));
  };

  /** Sentence of a section that answers best, and how well it does. */
  const quote = (text, asked, weights) => {
    let best = {value: 0, sentence: ""};
    for (const line of text.split("\n")) {
      for (const sentence of line.match(/[^。！？]+[。！？]?[”’」』）)]*/g) || []) {
        const low = sentence.toLowerCase();
        let value = 0;
        for (const {word} of asked.words) if (low.includes(word)) value += weights.get(word) || 0;
        if (value && squeeze(low).includes(asked.squeezed)) value += 2;
        if (value > best.value) best = {value, sentence: sentence.trim()};
      }
    }
    return best;
  };

  /** Puts a section and a sentence to each of the first pages. */
  const illustrate = ({list, terms}, asked, most) => {
    const weights = new Map(asked.words.map((one) => [one.word, 1 / asked.words.length]));
    for (const entry of list.slice(0, most)) {
      const parts = texts.get(entry.page.number);
      if (!parts) continue;
      const known = new Map(entry.sections.map(({section, value}) => [section, value]));
      const rows = entry.sections.filter(({section}) => section.isRow).slice(0, 2).map(({section, value}) => ({
        section, value: value + 1.5, sentence: parts[section.place].split("\n").find((line) => line.startsWith(section.title)) || "",
      }));
      const quoted = parts.map((text, place) => {
        const section = entry.page.sections[place], {value, sentence} = quote(text, asked, weights);
        const first = () => text.slice(0, text.indexOf("\n") + 1 || undefined).trim();
        return {section, value: ((known.get(section) || 0) + 1.5 * value) * (section.isCommon ? 0.7 : 1), sentence: sentence || first()};
      });
      const seen = new Set();
      entry.sections = [...rows, ...quoted].sort((a, b) => b.value - a.value)
        .filter(({value, sentence}) => value > 0 && !(sentence && seen.has(sentence)) && seen.add(sentence));
    }
    return {list, terms};
  };

  const result = ({list, terms}, asked, most, mended = "") => ({
    query: asked.text,
    mended,
    words: [...new Set([asked.squeezed, ...asked.runs, ...asked.words.map(({word}) => word)])],
    terms: terms.filter(({value}) => value > 0.75).slice(0, 1).map(({term, name}) => ({
      names: term.named, also: term.also, short: term.short, section: term.section, isAvoided: term.avoid.some((one) => squeeze(one) === name.name),
    })),
    more: Math.max(0, list.length - most),
    pages: list.slice(0, most).map(({page, value, sections}) => ({page, value, sections: sections.slice(0, 3)})),
  });

  /**
   * A query → answers, better ones later: `show` is called with each. `fetch` loads a piece of the index by its name; of
   * at most `most` pages it loads the text.
   */
  const ask = async (query, fetch, show, most = 6) => {
    await fetch("map");
    await mapped;
    let asked = analyse(query);
    if (!asked.words.length) return show(null, true);
    show(result(group(score(asked)), asked, most), false);
    await loadWords(fetch, asked);
    let text = textScores(asked), mended = "";
    if (text.unknown.length) {
      const other = mend(asked, text.unknown.filter((word) => !spoken().has(word) && !headingsOf({word, half: !isHan(word)}).size));
      if (other !== asked.text) {
        [asked, mended] = [analyse(other), other];
        await loadWords(fetch, asked);
        text = textScores(asked);
      }
    }
    const found = group(score(asked), text.found);
    await Promise.all(found.list.slice(0, most).map(({page}) => fetch(`p${page.number}`)));
    return show(result(illustrate(found, asked, most), asked, most, mended), true);
  };

  Object.assign(globalThis.atlasSearch ??= {}, {map, words, page, ask, cut, shardOf});
})();
