/**
 * The sentence around a figure, cut in three, so that the figure can be marked. `from` and `to`
 * are places in the block's text; the sentence is a stretch of it.
 */
export function sentenceParts(
  text: string,
  figure: { sentence: string; from: number; to: number },
): { before: string; figure: string; after: string } {
  const start = nearestBefore(text, figure.sentence, figure.from)
  if (start < 0 || figure.to > start + figure.sentence.length) {
    return { before: '', figure: text.slice(figure.from, figure.to), after: ` ${figure.sentence}` }
  }
  return {
    before: figure.sentence.slice(0, figure.from - start),
    figure: figure.sentence.slice(figure.from - start, figure.to - start),
    after: figure.sentence.slice(figure.to - start),
  }
}

/** Where the sentence that holds `at` begins; a sentence may stand twice in a block. */
function nearestBefore(text: string, sentence: string, at: number): number {
  return sentence === '' ? -1 : text.lastIndexOf(sentence, at)
}
