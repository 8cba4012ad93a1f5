import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findQuantities } from '@soanchung/shared/targets/quantity-find.ts'
import { formatQuantity } from '@soanchung/shared/targets/quantity-text.ts'
import { moneyScales, quantity, type Measure, type Quantity } from '@soanchung/shared/targets/quantity.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.log(`finding seed: SEED=${seed}`)

const measures = fc.oneof(
  fc.constant<Measure>({ kind: 'percent' }),
  fc.constantFrom('mô hình', 'hộ nghèo', 'xã', 'lượt người', 'm²').map((noun): Measure => ({ kind: 'count', noun })),
  fc.constantFrom(...moneyScales).map((scale): Measure => ({ kind: 'money', scale })),
)
const spoken = fc
  .record(
    {
      comparison: fc.constantFrom('=', '>=', '>', '<=', '<', 'range'),
      low: fc.nat({ max: 99_999 }),
      high: fc.nat({ max: 99_999 }),
      measure: measures,
      frequency: fc.constantFrom('month', 'quarter', 'year'),
    },
    { requiredKeys: ['comparison', 'low', 'high', 'measure'] },
  )
  .map(({ low, high, ...rest }) => {
    const numbers = rest.comparison === 'range' ? [low, high] : [low]
    return quantity.safeParse({ ...rest, numbers: numbers.map(String) }).data
  })
  .filter((one): one is Quantity => one !== undefined)

/** "words in the sentence → quantity", so that a case shows both. */
function read(sentence: string): string[] {
  return findQuantities(sentence).map(({ from, to, quantity }) => {
    const [words, written] = [sentence.slice(from, to), formatQuantity(quantity)]
    return words === written ? words : `${words} → ${written}`
  })
}

describe('quantities in a sentence', () => {
  it.each<[string, string[]]>([
    ['Trên 80% chi hội khá; ít nhất 02 mô hình điểm.', ['Trên 80% → trên 80%', 'ít nhất 02 mô hình']],
    ['Có từ 40 đến 45% thôn đạt chuẩn.', ['từ 40 đến 45%']],
    ['Chọn 02 - 04 chi đoàn làm điểm.', ['02 - 04 chi đoàn → từ 02 đến 04 chi đoàn']],
    ['Đến hết năm, 9/9 xã có nhà văn hóa.', ['9/9 xã → 09/09 xã']],
    ['Có 85% trở lên số hộ tham gia.', ['85% trở lên']],
    ['Từ 5 hộ đến 12 hộ mỗi thôn.', ['Từ 5 hộ đến 12 hộ → từ 05 đến 12 hộ']],
    ['Kết nạp trên 30 đảng viên trở lên.', ['trên 30 đảng viên']],
    ['Giao ban 01 lần/quý, tập huấn 03 lớp mỗi năm.', ['01 lần/quý → 01 lần mỗi quý', '03 lớp mỗi năm']],
    ['Kinh phí 1 tỷ 250 triệu đồng và 45,5 triệu đồng.', ['1 tỷ 250 triệu đồng → 1.250 triệu đồng', '45,5 triệu đồng']],
    ['Thu nhập đạt 70 triệu đồng/người/năm.', ['70 triệu đồng/người/năm → 70 triệu đồng/người mỗi năm']],
    ['Đón 1,5 triệu lượt khách.', ['1,5 triệu lượt khách → 1.500.000 lượt khách']],
    ['Không quá 2% hộ vi phạm, dưới 05 vụ việc.', ['Không quá 2% → không quá 2%', 'dưới 05 vụ việc']],
    ['Đạt từ 60% số hộ; tăng từ 20% lên 35%.', ['từ 60% → 60% trở lên', '20%', '35%']],
    ['Thực hiện trên 12/12 xã và trên 03 lĩnh vực.', ['12/12 xã', '03 lĩnh vực']],
    ['Vận động trên dưới 50 hộ.', ['50 hộ']],
  ])('finds them: %s', (sentence, expected) => {
    expect(read(sentence)).toEqual(expected)
  })

  it('finds what the formatter writes, and nothing else around it', () => {
    const isFound = (one: Quantity) => {
      const text = formatQuantity(one)
      const sentence = `Theo Kế hoạch số 12-KH/TU ngày 5/3/2026, phấn đấu ${text}, giữ vững đến năm 2030.`
      const from = sentence.indexOf(text, 40)
      expect(findQuantities(sentence)).toEqual([{ from, to: from + text.length, quantity: one }])
    }
    fc.assert(fc.property(spoken, isFound), { seed, numRuns: 3000 })
  })

  it.each([
    'Căn cứ Nghị quyết số 21-NQ/TU ngày 12/3/2019 của Tỉnh ủy (khóa XII);',
    'theo Quyết định 217-QĐ/HU, Chỉ thị 05- CT/TW và Nghị quyết số 19c/NQ-CP',
    'Pháp lệnh số 34/2007/PL-UBTVQH11, ngày 20 tháng 4 năm 2007 của khóa 11',
    'giai đoạn 2026-2030; từ năm 2027 – 2028; nhiệm kỳ 2025 - 2030; năm 20290',
    'Điều 5, khoản 2 Luật số 97/2025/QH15; Đề án 15 và Chương trình 135',
    'báo cáo vào quý III/2030, trước ngày 15/11 và xong trong tháng 9 năm 2026',
    'thanh niên từ 18 đến 30 tuổi; định kỳ 03 năm tổ chức một lần',
    'cuộc vận động “gia đình 5 không, 3 sạch”, lấy tháng 10 làm tháng cao điểm',
    'liên hệ số 0204.123.456 hoặc 0912 345 678 lúc 7 giờ 30',
  ])('offers nothing that is a citation, a date, an age or a name: %s', (sentence) => {
    expect(read(sentence)).toEqual([])
  })
})
