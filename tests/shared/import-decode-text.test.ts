import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { decodeText } from '@soanchung/shared/import/decode-text.ts'

const text = 'Kế hoạch phát triển đường giao thông nông thôn; phấn đấu 80% hộ dùng nước sạch, giữ vững thuỷ lợi.\n'

/** The same text in lower case, as the tools of the system write it in an old encoding. */
function written(encoding: string, input = text): Uint8Array {
  return new Uint8Array(execFileSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input }))
}

function utf16(input: string, mark: string): Uint8Array {
  return new Uint8Array(Buffer.from(mark + input, 'utf16le'))
}

describe('reading a text file', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode(text), 'utf-8'],
    ['UTF-8 with its mark', new TextEncoder().encode(`\ufeff${text}`), 'utf-8'],
    ['decomposed UTF-8', new TextEncoder().encode(text.normalize('NFD')), 'utf-8'],
    ['UTF-16 with its mark', utf16(text, '\ufeff'), 'utf-16le'],
    ['UTF-16 without its mark', utf16(text, ''), 'utf-16le'],
    ['UTF-16 of the other order', new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()), 'utf-16be'],
    ['Windows-1258', written('CP1258'), 'windows-1258'],
    ['TCVN 5712', written('TCVN'), 'tcvn'],
  ])('reads %s whole', (_name, bytes, encoding) => {
    expect(decodeText(bytes)).toEqual({ ok: true, text, encoding })
  })

  it('refuses an encoding that gives no Vietnamese words', () => {
    const russian = written('KOI8-R', 'План развития сельских дорог на следующий год и отчёт о работе')
    expect(decodeText(russian)).toEqual({ ok: false, problem: 'unreadable' })
  })

  it('refuses bytes that are no text at all', () => {
    const bytes = Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251)
    expect(decodeText(bytes)).toEqual({ ok: false, problem: 'unreadable' })
  })

  it.each([
    ['a Word file', [0x50, 0x4b, 0x03, 0x04, 0, 0], 'word'],
    ['an old Word file', [0xd0, 0xcf, 0x11, 0xe0], 'word'],
    ['a PDF file', [0x25, 0x50, 0x44, 0x46, 0x2d], 'pdf'],
  ])('says what to do with %s', (_name, bytes, problem) => {
    expect(decodeText(Uint8Array.from(bytes))).toEqual({ ok: false, problem })
  })
})
