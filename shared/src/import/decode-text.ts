/**
 * Text from the bytes of a file. Old offices kept Vietnamese in several encodings and files don't
 * say which: a mark at the beginning decides, then strict UTF-8, then whichever reading gives the
 * most words that could be Vietnamese. What no reading makes sense of is refused, never guessed.
 */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1258', 'tcvn'] as const
export type Encoding = (typeof encodings)[number]

/** `word` and `pdf` are files that hold more than text; `unreadable` is none of the encodings. */
export type DecodeProblem = 'word' | 'pdf' | 'large' | 'unreadable'

/** For a terminal; screens have words of their own, which point to what can be done there. */
export const describeProblem: Record<DecodeProblem, { vi: string; en: string }> = {
  word: { vi: 'là tệp Word; hãy lưu thành văn bản thuần (.txt).', en: 'is a Word file; save it as plain text (.txt).' },
  pdf: { vi: 'là tệp PDF; hãy lưu thành văn bản thuần (.txt).', en: 'is a PDF file; save it as plain text (.txt).' },
  large: { vi: 'lớn hơn 10 MB.', en: 'is larger than 10 MB.' },
  unreadable: {
    vi: 'không phải văn bản tiếng Việt trong các bảng mã UTF-8, UTF-16, Windows-1258, TCVN.',
    en: 'is no Vietnamese text in UTF-8, UTF-16, Windows-1258 or TCVN.',
  },
}

type Decoded = { ok: true; text: string; encoding: Encoding } | { ok: false; problem: DecodeProblem }

/** In bytes. A plan of 500 pages has about two megabytes of text. */
export const largestFile = 10 * 1024 * 1024

/** The upper half of TCVN 5712:1993, which the fonts of the name .VnTime use. */
const tcvnUpper = [
  'ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ',
  '\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ',
  'ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò',
  'ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ',
].join('')

export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length > largestFile) return { ok: false, problem: 'large' }
  const kind = kindOf(bytes)
  if (kind !== null) return { ok: false, problem: kind }
  const marked = markedEncoding(bytes) ?? withoutMark(bytes)
  if (marked !== null) return readAs(marked, bytes)
  const strict = decode('utf-8', bytes)
  if (strict !== null) return readable(strict, 'utf-8')
  const readings = (['windows-1258', 'tcvn'] as const).map((encoding) => {
    const text = decode(encoding, bytes) ?? ''
    return { encoding, text, share: vietnameseShare(text) }
  })
  const best = readings.reduce((one, other) => (other.share > one.share ? other : one))
  // Names and abbreviations of other languages stand in every text; more than a third is no text of ours.
  return best.share > 0.66 ? readable(best.text, best.encoding) : { ok: false, problem: 'unreadable' }
}

function readAs(encoding: Encoding, bytes: Uint8Array): Decoded {
  const text = decode(encoding, bytes)
  return text === null ? { ok: false, problem: 'unreadable' } : readable(text, encoding)
}

/** Control characters are in no text: such a file holds something else. */
function readable(text: string, encoding: Encoding): Decoded {
  // eslint-disable-next-line no-control-regex
  const strange = text.match(/[\u0000-\u0008\u000e-\u001f\ufffd]/g)?.length ?? 0
  return strange > text.length / 1000
    ? { ok: false, problem: 'unreadable' }
    : { ok: true, text: text.normalize('NFC'), encoding }
}

function kindOf(bytes: Uint8Array): 'word' | 'pdf' | null {
  const starts = (...first: number[]) => first.every((byte, index) => bytes[index] === byte)
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0xd0, 0xcf, 0x11, 0xe0) || starts(0x7b, 0x5c, 0x72, 0x74, 0x66))
    return 'word'
  return starts(0x25, 0x50, 0x44, 0x46) ? 'pdf' : null
}

function markedEncoding(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
}

/** UTF-16 without its mark: half of the bytes of spaces, figures and plain letters are zero. */
function withoutMark(bytes: Uint8Array): Encoding | null {
  const sample = bytes.subarray(0, 4000)
  const zeros = [0, 0]
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeros
  const enough = sample.length / 8
  if (odd > enough && even < odd / 10) return 'utf-16le'
  return even > enough && odd < even / 10 ? 'utf-16be' : null
}

function decode(encoding: Encoding, bytes: Uint8Array): string | null {
  if (encoding === 'tcvn') {
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (tcvnUpper[byte - 0x80] ?? ''))).join(
      '',
    )
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const syllable =
  /^(b|ch?|d|đ|gh?|gi|h|kh?|l|m|nh?|ngh?|p|ph|qu|r|s|th?|tr|v|x)?[aăâeêioôơuưy]{1,3}(ch?|m|n|ng|nh|p|t)?$/

/** The share of Vietnamese syllables among the words that have a letter outside ASCII. */
function vietnameseShare(text: string): number {
  const words =
    text
      .slice(0, 200_000)
      .normalize('NFC')
      .match(/[\p{L}\p{M}]*[^\p{ASCII}\s\p{P}][\p{L}\p{M}]*/gu) ?? []
  if (words.length === 0) return 0
  return words.filter((word) => isSyllable(word)).length / words.length
}

function isSyllable(word: string): boolean {
  const tones = /[\u0300\u0301\u0303\u0309\u0323]/g
  const parts = word.toLowerCase().normalize('NFD')
  return (parts.match(tones)?.length ?? 0) <= 1 && syllable.test(parts.replace(tones, '').normalize('NFC'))
}
