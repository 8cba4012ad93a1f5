/**
 * Puts lines that the import left out back into the text: each as a paragraph of the part that it
 * stands in, behind the block before it. Places of figures that come later move along.
 */
import type { ImportedBlock, ImportedPart, ImportResult, LeftOutLine } from '@soanchung/shared/import/result.ts'

export function keepLines(result: ImportResult, kept: ReadonlySet<number>): ImportResult {
  return result.leftOut.filter(({ line }) => kept.has(line)).reduce(keepLine, result)
}

function keepLine(result: ImportResult, line: LeftOutLine): ImportResult {
  const parts = result.parts.length > 0 ? result.parts : [emptyOpening(line.line)]
  // The last part that begins before the line; what stands before all of them goes to the first.
  const part = Math.max(
    0,
    parts.findLastIndex((one) => one.line <= line.line),
  )
  const before = (parts[part]?.blocks ?? []).findLastIndex((block) => block.line <= line.line)
  const at = before + 1
  const paragraph: ImportedBlock = {
    kind: 'paragraph',
    depth: 0,
    text: line.text.trim(),
    mark: '',
    line: line.line,
    footnotes: [],
  }
  const moved = <Figure extends { part: number; block: number }>(figure: Figure): Figure =>
    figure.part === part && figure.block >= at ? { ...figure, block: figure.block + 1 } : figure
  return {
    ...result,
    parts: parts.map((one, index) =>
      index === part ? { ...one, blocks: one.blocks.toSpliced(at, 0, paragraph) } : one,
    ),
    targets: result.targets.map(moved),
    budget: result.budget.map(moved),
    leftOut: result.leftOut.filter((other) => other !== line),
  }
}

function emptyOpening(line: number): ImportedPart {
  return { title: '', number: '', numbering: 'none', role: 'opening', parent: null, level: 0, line, blocks: [] }
}
