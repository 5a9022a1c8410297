// Where a place of a definition's text stands: the keys that lead to it, read from indentation and brackets alone, because the
// text is seldom whole while somebody types.

const KEY = /^(\s*)((?:- +)*)(?:([A-Za-z_][\w.]*)\s*:(?=\s|$))?/;

/** The keys above a line, outermost first; `depth` is how far the line is indented. */
function above(lines, number, depth) {
  const path = [];
  for (let at = number - 1; at >= 0 && depth > 0; at -= 1) {
    const line = lines(at);
    if (!line.trim() || line.trimStart().startsWith("#")) continue;
    const [, spaces, dashes, key] = KEY.exec(line);
    const indent = spaces.length + dashes.length;
    if (key && indent < depth) {
      path.unshift(key);
      depth = dashes && spaces.length < indent ? spaces.length + 1 : indent;
    }
    if (!key && dashes && spaces.length < depth) depth = Math.min(depth, spaces.length + 1);
  }
  return path;
}

/** `path`: the keys above; `key`: whose value is written here, or null where a key is written; `word`: what stands before. */
export function placeAt(lines, number, column) {
  const line = lines(number);
  const before = line.slice(0, column);
  const [whole, spaces, dashes, key] = KEY.exec(before);
  const path = above(lines, number, spaces.length + dashes.length);
  let rest = before.slice(spaces.length + dashes.length);
  let value = null;
  if (key) {
    value = key;
    rest = before.slice(whole.length);
  }
  // Brackets on the line: { opens a table, [ a list; a quotation hides them.
  const open = [];
  let quote = "";
  let piece = "";
  for (const sign of rest) {
    if (quote) {
      if (sign === quote) quote = "";
      piece += sign;
    } else if (sign === '"' || (sign === "'" && !piece.trim())) {
      quote = sign;
      piece += sign;
    } else if (sign === "{" || sign === "[") {
      open.push({ sign, value });
      if (sign === "{") {
        if (value) path.push(value);
        value = null;
      }
      piece = "";
    } else if (sign === "}" || sign === "]") {
      const last = open.pop();
      if (sign === "}" && last) {
        if (last.value) path.pop();
        value = last.value;
      }
      piece = "";
    } else if (sign === ",") {
      if (open.at(-1)?.sign === "{") value = null;
      piece = "";
    } else if (sign === ":" && open.at(-1)?.sign === "{" && value === null) {
      value = piece.trim();
      piece = "";
    } else piece += sign;
  }
  return { path, key: value, word: piece.trimStart(), flow: open.length > 0, first: open.length > 0 || !key };
}

/** The names of a section's entries: [{name, line}]. */
export function entries(lines, count, section) {
  const found = [];
  let inside = false;
  let indent = 0;
  for (let at = 0; at < count; at += 1) {
    const line = lines(at);
    if (!line.trim() || line.trimStart().startsWith("#")) continue;
    const [, spaces, , key] = KEY.exec(line);
    if (spaces.length === 0) {
      inside = key === section;
      indent = 0;
      const flow = inside && /\{(.*)\}\s*$/.exec(line);
      if (flow) for (const [, name] of flow[1].matchAll(/(?:^|,)\s*([a-z][a-z0-9_]*)\s*:/g)) found.push({ name, line: at });
    } else if (inside && key && (!indent || spaces.length === indent)) {
      indent = spaces.length;
      found.push({ name: key, line: at });
    }
  }
  return found;
}

/** What an entry says for a key, on one line: a label, a sentence. */
export function said(lines, count, line, key) {
  const own = KEY.exec(lines(line))[1].length;
  for (let at = line; at < count; at += 1) {
    const text = lines(at);
    if (at > line && text.trim() && KEY.exec(text)[1].length <= own) return "";
    const found = new RegExp(`(?:^|[{,])\\s*(?:[\\w]+:\\s*\\{\\s*)?${key}:\\s*(?:"([^"]*)"|([^,}#\\n]+))`).exec(text);
    if (found) return (found[1] ?? found[2]).trim();
  }
  return "";
}

/** The part of the schema that describes what stands at a path; null where it describes nothing. */
export function shapeAt(schema, path) {
  let here = [schema];
  for (const key of path) {
    here = here.flatMap((shape) => variants(shape)).flatMap((shape) => {
      if (shape.properties && key in shape.properties) return [shape.properties[key]];
      return shape.additionalProperties ? [shape.additionalProperties] : [];
    });
  }
  return here.flatMap((shape) => variants(shape));
}

function variants(shape) {
  if (shape.anyOf) return shape.anyOf.flatMap(variants);
  if (shape.type === "array" && shape.items) return variants(shape.items);
  return [shape];
}

/** The path as help is written for it: a name that people choose is `*`. */
export function general(schema, path) {
  const found = [];
  for (let at = 0; at < path.length; at += 1) {
    const known = shapeAt(schema, path.slice(0, at)).some((shape) => shape.properties && path[at] in shape.properties);
    found.push(known ? path[at] : "*");
  }
  return found.join(".");
}
