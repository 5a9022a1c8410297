// The text view: CodeMirror in a shadow root, where the strict policy lets it style itself, in place of the plain field. It tells
// what is typed (workflow:typed) and shows what is found (workflow:checked).

import { entries, general, placeAt, said, shapeAt } from "./places.js";

const KINDS = { error: "error", warning: "warning", info: "info" };
const ROOT_FACTS = ["now", "actor.id"];

export async function attach(host) {
  const cm = await import(host.dataset.codemirror);
  const field = document.getElementById("text");
  const known = fetch(host.dataset.words).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  let words = null;
  known.then((found) => { words = found; });
  let problems = [];

  const box = host.attachShadow({ mode: "open" });
  const view = new cm.EditorView({
    root: box,
    parent: box,
    state: cm.EditorState.create({ doc: field.value, extensions: extensions(cm) }),
  });
  field.closest(".field").hidden = true;
  document.querySelector("#text-form [data-save]")?.closest(".form-end")?.setAttribute("hidden", "");
  host.hidden = false;

  function extensions({ EditorView, EditorState, keymap }) {
    return [
      cm.lineNumbers(), cm.foldGutter(), cm.lintGutter(), cm.highlightSpecialChars(), cm.history(), cm.drawSelection(),
      cm.indentOnInput(), cm.bracketMatching(), cm.highlightActiveLine(), cm.highlightActiveLineGutter(), cm.highlightSelectionMatches(),
      cm.indentUnit.of("  "), cm.yaml(), cm.syntaxHighlighting(highlight()), cm.search({ top: true }),
      EditorState.tabSize.of(2),
      cm.autocompletion({ override: [complete], icons: false, activateOnTyping: true }),
      cm.hoverTooltip(explain),
      keymap.of([
        { key: "Mod-s", preventDefault: true, run: () => { document.dispatchEvent(new CustomEvent("workflow:save-now")); return true; } },
        ...cm.completionKeymap, ...cm.searchKeymap, ...cm.lintKeymap, ...cm.foldKeymap, ...cm.historyKeymap, ...cm.defaultKeymap, cm.indentWithTab,
      ]),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-label": "Text of the workflow", "aria-description": host.dataset.help, spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        field.value = update.state.doc.toString();
        document.dispatchEvent(new CustomEvent("workflow:typed", { detail: { text: field.value } }));
      }),
      theme(),
    ];
  }

  function highlight() {
    const { tags } = cm;
    return cm.HighlightStyle.define([
      { tag: tags.definition(tags.propertyName), color: "var(--accent)" },
      { tag: [tags.propertyName], color: "var(--accent)" },
      { tag: [tags.comment, tags.lineComment], color: "var(--ink-2)", fontStyle: "italic" },
      { tag: [tags.string, tags.special(tags.string)], color: "var(--green-ink)" },
      { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--purple-ink)" },
      { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ink-2)" },
      { tag: tags.content, color: "var(--ink)" },
    ]);
  }

  function theme() {
    return cm.EditorView.theme({
      "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "0.8125rem", border: "1px solid var(--line)", borderRadius: "var(--radius)", height: "min(46rem, calc(100vh - 12rem))", overflow: "hidden" },
      "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
      ".cm-scroller": { fontFamily: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace', lineHeight: "1.55", overflow: "auto" },
      ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.5rem" },
      ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
      ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-2)", borderRight: "1px solid var(--line)" },
      ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
      ".cm-activeLineGutter": { backgroundColor: "var(--accent-soft)", color: "var(--accent)" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
      ".cm-selectionMatch": { backgroundColor: "var(--yellow-soft)" },
      ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--green-soft)", outline: "1px solid var(--green-dot)" },
      ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--red-soft)" },
      ".cm-searchMatch": { backgroundColor: "var(--yellow-soft)", outline: "1px solid var(--yellow-dot)" },
      ".cm-searchMatch-selected": { backgroundColor: "var(--orange-soft)", outline: "1px solid var(--orange-dot)" },
      ".cm-foldPlaceholder": { backgroundColor: "var(--grey-soft)", color: "var(--grey-ink)", border: "0", padding: "0 0.375rem" },
      ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", fontFamily: "var(--font)" },
      ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
      ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line)" },
      ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.5rem", fontSize: "0.8125rem" },
      ".cm-panel.cm-search label": { fontSize: "0.8125rem", color: "var(--ink)" },
      ".cm-textfield": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-s)", padding: "0.25rem 0.5rem", fontSize: "0.8125rem" },
      ".cm-button": { backgroundImage: "none", backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius-s)", padding: "0.25rem 0.625rem", fontSize: "0.8125rem" },
      ".cm-panel button[name=close]": { color: "var(--ink)", fontSize: "1.125rem", padding: "0 0.5rem" },
      ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "var(--radius-s)", boxShadow: "var(--shadow-float)", fontFamily: "var(--font)", fontSize: "0.8125rem", maxWidth: "26rem" },
      ".cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem" },
      ".cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem", display: "flex", gap: "1rem", justifyContent: "space-between" },
      ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-fill)", color: "var(--on-fill)" },
      ".cm-completionDetail": { fontStyle: "normal", color: "var(--ink-2)", marginLeft: "auto" },
      "li[aria-selected] .cm-completionDetail": { color: "inherit" },
      ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
      ".cm-completionInfo": { padding: "0.5rem 0.625rem", maxWidth: "18rem" },
      ".cm-explained": { padding: "0.5rem 0.625rem", lineHeight: "1.45" },
      ".cm-explained b": { display: "block", fontWeight: "600" },
      ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontFamily: "var(--font)", maxWidth: "26rem" },
      ".cm-diagnostic-error": { borderLeft: "4px solid var(--red-dot)" },
      ".cm-diagnostic-warning": { borderLeft: "4px solid var(--yellow-dot)" },
      ".cm-diagnostic-info": { borderLeft: "4px solid var(--blue-dot)" },
      ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--red-dot) 1px", textUnderlineOffset: "3px" },
      ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--yellow-dot) 1px", textUnderlineOffset: "3px" },
      ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline dotted var(--blue-dot) 1px", textUnderlineOffset: "3px" },
      ".cm-lint-marker": { width: "0.875em", height: "0.875em", content: '""', borderRadius: "50%", margin: "0.3em 0.1em" },
      ".cm-lint-marker-error": { content: '""', backgroundColor: "var(--red-dot)" },
      ".cm-lint-marker-warning": { content: '""', backgroundColor: "var(--yellow-dot)", borderRadius: "0.15em", transform: "rotate(45deg) scale(0.85)" },
      ".cm-lint-marker-info": { content: '""', backgroundColor: "var(--blue-dot)" },
      ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--ink)" },
    });
  }

  // Problems at their lines

  function offset(line, column) {
    const { doc } = view.state;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(at.from + Math.max(column - 1, 0), at.to);
  }

  function mark() {
    const { doc } = view.state;
    view.dispatch(cm.setDiagnostics(view.state, problems.map((one) => {
      const from = offset(one.line, one.column);
      const rest = doc.sliceString(from, doc.lineAt(from).to);
      const length = /^[\w.]+|^\S+/.exec(rest)?.[0].length ?? 0;
      return { from, to: from + length, severity: KINDS[one.severity] ?? "error", message: one.message };
    }).sort((one, other) => one.from - other.from)));
  }

  function jump(line, column = 1) {
    const at = offset(line, column);
    view.dispatch({ selection: { anchor: at }, effects: cm.EditorView.scrollIntoView(at, { y: "center" }) });
    view.focus();
    host.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("workflow:checked", (event) => {
    problems = [...event.detail.problems, ...(event.detail.proved ?? [])];
    mark();
  });
  document.addEventListener("workflow:jump", (event) => {
    event.preventDefault();
    jump(event.detail.line, event.detail.column);
  });
  document.addEventListener("workflow:replace", (event) => {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: event.detail.text } });
    view.focus();
  });

  // Completion and help

  const lineOf = (state) => (number) => state.doc.line(number + 1).text;

  function names(state, section) {
    const lines = lineOf(state);
    return entries(lines, state.doc.lines, section).map(({ name, line }) => ({
      label: name,
      detail: said(lines, state.doc.lines, line, "label") || undefined,
      info: section === "guards" ? said(lines, state.doc.lines, line, "otherwise") || undefined : undefined,
      line,
    }));
  }

  function sectionOf(place) {
    if (place.key === "by" && place.path[0] === "scenarios") return "people";
    if (place.path[0] === "people") return "roles";
    return words.names[place.key] ?? null;
  }

  function facts() {
    return [
      ...words.facts.map((fact) => ({ label: fact.name, detail: fact.label, info: fact.type })),
      ...ROOT_FACTS.map((name) => ({ label: name, detail: name === "now" ? "the present moment" : "whoever acts" })),
      { label: "days(1)", detail: "a length of time" }, { label: "hours(1)", detail: "a length of time" },
    ];
  }

  function inCheck(state, number) {
    const lines = lineOf(state);
    for (let at = number; at >= 0 && number - at < 12; at -= 1) {
      const found = /^(\s*)([a-z_]+):/.exec(lines(at)) ?? (at === number ? /\{\s*(check):/.exec(lines(at)) : null);
      if (found) return /\bcheck:/.test(lines(at).slice(0, at === number ? undefined : 200)) || found[2] === "check";
    }
    return false;
  }

  function complete(context) {
    if (!words) return null;
    const { state, pos } = context;
    const line = state.doc.lineAt(pos);
    const place = placeAt(lineOf(state), line.number - 1, pos - line.from);
    if (/(^|\s)#/.test(line.text.slice(0, pos - line.from))) return null;
    if (place.key === "check" || (!place.key && place.path.at(-1) === "check") || (place.path[0] === "guards" && inCheck(state, line.number - 1))) {
      const word = context.matchBefore(/[A-Za-z_][\w.]*/);
      if (!word && !context.explicit) return null;
      const loops = [...state.doc.sliceString(Math.max(0, pos - 400), pos).matchAll(/(\w+)\.(?:all|exists)\((\w+),/g)];
      const inner = loops.flatMap(([, list, name]) => words.facts.filter((fact) => fact.name.startsWith(`${list}.`)).map((fact) => ({
        label: fact.name.replace(list, name), detail: fact.label, info: fact.type,
      })));
      return { from: word ? word.from : pos, options: [...inner, ...facts()], validFor: /^[\w.]*$/ };
    }
    const word = context.matchBefore(/[A-Za-z_][\w.]*/);
    const from = word ? word.from : pos;
    const validFor = /^[\w.]*$/;
    if (place.key === null) {
      if (!word && !context.explicit) return null;
      const shapes = shapeAt(words.schema, place.path);
      const path = general(words.schema, place.path);
      const taken = shapes.flatMap((shape) => Object.keys(shape.properties ?? {}));
      const options = taken.map((key) => ({ label: key, apply: `${key}: `, detail: words.says[path ? `${path}.${key}` : key] }));
      for (const shape of shapes) {
        for (const key of shape.propertyNames?.enum ?? []) options.push({ label: key, apply: `${key}: `, detail: words.fields[key] ?? words.labels[key] ?? factLabel(key) });
      }
      const section = words.names[place.path.at(-1)];
      if (place.path.at(-1) === "may_edit") options.push(...names(state, section).map((one) => ({ ...one, apply: `${one.label}: ` })));
      if (!options.length && shapes.some((shape) => shape.enum)) return values(state, { ...place, key: place.path.at(-1), path: place.path.slice(0, -1) }, shapes, from, validFor);
      return options.length ? { from, options, validFor } : null;
    }
    return values(state, place, shapeAt(words.schema, [...place.path, place.key]), from, validFor);
  }

  function values(state, place, shapes, from, validFor) {
    const section = sectionOf(place);
    const options = [...new Set(shapes.flatMap((shape) => shape.enum ?? []))].map((value) => ({
      label: String(value), detail: words.labels[value] ?? words.fields[value] ?? factLabel(value),
    }));
    if (shapes.some((shape) => shape.type === "boolean")) options.push({ label: "true" }, { label: "false" });
    if (section) options.push(...names(state, section));
    const path = place.path.at(-1);
    if (path === "set") options.push(...facts().filter((fact) => !fact.label.includes("(")));
    return options.length ? { from, options, validFor } : null;
  }

  const factLabel = (name) => words.facts.find((fact) => fact.name === name)?.label;

  function explain(from, pos) {
    if (!words) return null;
    const line = from.state.doc.lineAt(pos);
    const column = pos - line.from;
    const start = column - (/[\w.]*$/.exec(line.text.slice(0, column))?.[0].length ?? 0);
    const end = column + (/^[\w.]*/.exec(line.text.slice(column))?.[0].length ?? 0);
    const word = line.text.slice(start, end);
    if (!word) return null;
    const [title, sentence] = meaning(from.state, line, start, end, word) ?? [];
    if (!title) return null;
    return {
      pos: line.from + start, end: line.from + end, above: true,
      create() {
        const dom = document.createElement("div");
        dom.className = "cm-explained";
        const head = document.createElement("b");
        head.textContent = title;
        dom.append(head, sentence ?? "");
        return { dom };
      },
    };
  }

  function meaning(state, line, start, end, word) {
    const place = placeAt(lineOf(state), line.number - 1, start);
    if (place.key === null && /^\s*:/.test(line.text.slice(end))) {
      const help = words.says[general(words.schema, [...place.path, word])];
      if (help && !help.includes("*")) return [word, help];
    }
    const fact = words.facts.find((one) => one.name === word) ?? words.facts.find((one) => one.name.endsWith(`.${word.split(".").slice(1).join(".")}`) && word.includes("."));
    if (fact) return [fact.label, `${fact.name}: ${fact.type}.`];
    const label = words.labels[word] ?? words.fields[word];
    if (label) return [label, word];
    for (const section of ["guards", "statuses", "roles", "transitions"]) {
      const found = names(state, section).find((one) => one.label === word);
      if (!found) continue;
      if (section === "guards") return [`Guard ${word}`, found.info ? `When it fails: ${found.info}` : ""];
      return [found.detail || word, { statuses: "A status.", roles: "Who.", transitions: "A button." }[section]];
    }
    return null;
  }

  await known;
  mark();
  const wanted = new URLSearchParams(location.search);
  if (wanted.get("line")) jump(Number(wanted.get("line")), Number(wanted.get("column") ?? 1));
}
