/**
 * Reads the plain text of an existing plan. Pure: the same text gives the same result. The work is
 * divided by what is looked at: lines, heading, ending, structure, figures.
 */
import { readEnding } from './ending.ts'
import { readFigures } from './figures.ts'
import { readHeading } from './heading.ts'
import { joinParagraphs, leaveOutPageLines, readLines } from './lines.ts'
import { readPeriod } from './period.ts'
import type { Doubt, ImportedPart, ImportResult, LeftOutLine } from './result.ts'
import { readStructure } from './structure.ts'

export function importText(text: string): ImportResult {
  const { kept, leftOut } = leaveOutPageLines(readLines(text))
  const read = readHeading(kept)
  const ending = readEnding(read.rest, read)
  const joined = joinParagraphs([...ending.body, ...ending.annexes])
  const structure = readStructure(joined.paragraphs)
  const endMarks = takeEndMarks(structure.parts)
  const period = readPeriod(read.heading, read.year, structure.parts)
  const figures = readFigures(structure.parts, period.value)
  const doubts = [read.doubts, ending.doubts, joined.doubts, structure.doubts, period.doubts, figures.doubts]
  return {
    heading: read.heading,
    style: structure.style,
    period: { ...period.value, sure: period.sure },
    parts: structure.parts,
    signers: ending.signers,
    recipients: ending.recipients,
    targets: figures.targets,
    budget: figures.budget,
    leftOut: [...leftOut, ...read.leftOut, ...ending.leftOut, ...endMarks].sort(byLine),
    doubts: doubts.flat().sort(byLine),
  }
}

function byLine(a: LeftOutLine | Doubt, b: LeftOutLine | Doubt): number {
  return a.line - b.line
}

/** The mark `./.` of a document's end is set by the export; the text keeps its full stop. */
function takeEndMarks(parts: readonly ImportedPart[]): LeftOutLine[] {
  return parts
    .flatMap((part) => part.blocks)
    .flatMap((block) => {
      const found = /\.?\s*\/\.$/.exec(block.text)
      if (found === null) return []
      block.text = `${block.text.slice(0, found.index)}.`
      return [{ line: block.line, text: './.', reason: 'label' as const }]
    })
}
