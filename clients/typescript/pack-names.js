/**
 * Renames a bundle's local variables so that it packs well.
 *
 * A minifier takes the shortest names, and in each function the same ones again. gzip gains more where one role has one
 * name, so that the text around it repeats, and nobody knows which choice that is: so names are tried, and kept where
 * the packed bundle is no larger. The die is loaded: the same bundle gets the same names.
 */
import { gzipSync } from "node:zlib";
import ts from "typescript";

/** Frequent ones first. Those that stand in many words are cheap as names, too. */
const NAMES = "etrnaoiscldhufgpmybvwECTSAOxkRDNMILzjJPHUBG";
/** Trials for each variable. Half as many take half the time, and leave 10 bytes more of 4,000. */
const TRIALS = 320;

/** What is declared in `node`'s place is known throughout this; a function's parameters and its body count as one. */
const scopeOf = (node) => {
  let scope = node.parent;
  while (
    !ts.isSourceFile(scope) &&
    !ts.isFunctionLike(scope) &&
    !ts.isBlock(scope) &&
    !ts.isIterationStatement(scope, false) &&
    !ts.isCatchClause(scope)
  )
    scope = scope.parent;
  const { parent } = scope;
  return ts.isBlock(scope) && (ts.isFunctionLike(parent) || ts.isCatchClause(parent)) ? parent : scope;
};

const parse = (code) => {
  const source = ts.createSourceFile("bundle.js", code, ts.ScriptTarget.ES2022, true);
  const host = {
    ...ts.createCompilerHost({}),
    getSourceFile: (name) => (name === source.fileName ? source : undefined),
  };
  const program = ts.createProgram([source.fileName], { allowJs: true, noLib: true, noResolve: true }, host);
  return [source, program.getTypeChecker()];
};

/** Each variable with its name, the places where it stands, and the scopes from there up to where it is declared. */
const findVariables = (code) => {
  const [source, checker] = parse(code);
  const variables = new Map();
  const visit = (node) => {
    ts.forEachChild(node, visit);
    if (!ts.isIdentifier(node)) return;
    const { parent } = node;
    if (parent.propertyName === node && !ts.isExportSpecifier(parent)) return;
    const symbol = ts.isExportSpecifier(parent)
      ? checker.getExportSpecifierLocalTargetSymbol(parent)
      : checker.getSymbolAtLocation(node);
    const declaration = symbol?.declarations?.[0];
    if (symbol?.name !== node.text || !declaration) return;
    if (
      !ts.isVariableDeclaration(declaration) &&
      !ts.isParameter(declaration) &&
      !ts.isBindingElement(declaration) &&
      !ts.isImportSpecifier(declaration) &&
      !ts.isFunctionDeclaration(declaration) &&
      !ts.isClassDeclaration(declaration)
    )
      return;
    const home = scopeOf(declaration);
    const variable = variables.get(symbol) ?? { name: node.text, home, places: [], scopes: new Set([home]) };
    variables.set(symbol, variable);
    variable.places.push(node.getStart());
    for (let scope = scopeOf(node); scope !== home; scope = scopeOf(scope)) variable.scopes.add(scope);
  };
  visit(source);
  return [...variables.values()];
};

/** Variables that may not have the same name, since one is used where the other is known. */
const findRivals = (variables) =>
  variables.map((one) =>
    variables.flatMap((other, index) =>
      one !== other && (one.scopes.has(other.home) || other.scopes.has(one.home)) ? [index] : [],
    ),
  );

export const packNames = (code) => {
  const variables = findVariables(code);
  const rivals = findRivals(variables);
  const places = variables
    .flatMap(({ name, places }, index) => places.map((at) => ({ at, end: at + name.length, index })))
    .sort((one, other) => one.at - other.at);
  const texts = places.map(({ at }, index) => code.slice(places[index - 1]?.end ?? 0, at));
  const tail = code.slice(places.at(-1)?.end ?? 0);
  const write = (names) => texts.map((text, index) => text + names[places[index].index]).join("") + tail;
  const measure = (names) => gzipSync(write(names), { level: 9 }).length;

  /** Gives a variable a name; a rival that has it takes the old one, and so on. Undefined where that comes to no end. */
  const rename = (names, index, name) => {
    const renamed = [...names];
    const queue = [index];
    renamed[index] = name;
    for (const next of queue)
      for (const rival of rivals[next])
        if (renamed[rival] === renamed[next]) {
          if (queue.includes(rival)) return;
          renamed[rival] = renamed[next] === name ? names[index] : name;
          queue.push(rival);
        }
    return renamed;
  };

  let seed = 1;
  const roll = (sides) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed / 0x80000000) * sides;
  };

  let names = variables.map(({ name }) => name);
  if (write(names) !== code) throw new Error("a variable's name was not found in the bundle");
  let size = measure(names);
  for (let trial = TRIALS * variables.length; trial > 0; trial--) {
    const index = Math.floor(roll(variables.length));
    const renamed = rename(names, index, NAMES[Math.floor(roll(1) * roll(NAMES.length))]);
    const measured = renamed ? measure(renamed) : Infinity;
    if (measured > size) continue;
    size = measured;
    names = renamed;
  }
  const packed = write(names);
  // Each place must name the variable that it named before.
  const standing = (found) => found.map(({ places }) => places.length).join();
  if (standing(findVariables(packed)) !== standing(variables)) throw new Error("a name is taken twice");
  return packed;
};
