/**
 * What stands above and below the demo's commune: the province's programme, which is issued and has
 * given its targets down, and the Farmers' Association's own plan under the commune's. Invented, like
 * all of content.ts.
 */
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { Comparison, Measure } from '@soanchung/shared/targets/quantity.ts'
import type { RollUpMethod } from '@soanchung/shared/targets/register.ts'

export interface LinkedTarget {
  key: string
  name: string
  measure: Measure
  comparison: Comparison
  method: RollUpMethod
  baseline: string | null
  /** 2026 to 2030. */
  values: readonly string[]
}

const percent: Measure = { kind: 'percent' }
const count = (noun: string): Measure => ({ kind: 'count', noun })

export const provinceMeta: PlanMeta = {
  type: 'chuong-trinh',
  subject: 'Toàn dân bảo vệ môi trường, xây dựng khu dân cư sáng, xanh, sạch, đẹp tỉnh Vân Sơn giai đoạn 2026 - 2030',
  style: 'state',
  period: { from: 2026, to: 2030 },
  number: '18/CTr-MTTQ-BTT',
  place: 'Vân Sơn',
  date: '2026-01-15',
  superiorBody: 'UỶ BAN MTTQ VIỆT NAM TỈNH VÂN SƠN',
  issuer: 'BAN THƯỜNG TRỰC',
  signers: [{ authority: 'TM. BAN THƯỜNG TRỰC', office: 'PHÓ CHỦ TỊCH', name: 'Đặng Ngọc Minh' }],
  recipients: ['Ban Thường vụ Tỉnh uỷ (để báo cáo)', 'Uỷ ban MTTQ Việt Nam các xã, phường', 'Lưu: VT, Ban Phong trào'],
}

export const provinceTargets: readonly LinkedTarget[] = [
  {
    key: 'phan-loai',
    name: 'Tỷ lệ hộ phân loại rác tại nguồn',
    measure: percent,
    comparison: '>=',
    method: 'average',
    baseline: '38',
    values: ['50', '60', '65', '75', '80'],
  },
  {
    key: 'bao-goi',
    name: 'Tỷ lệ bao gói thuốc bảo vệ thực vật được thu gom',
    measure: percent,
    comparison: '>=',
    method: 'min',
    baseline: '52',
    values: ['70', '80', '85', '90', '95'],
  },
  {
    key: 'cay-xanh',
    name: 'Số cây xanh trồng mới mỗi năm',
    measure: count('cây'),
    comparison: '>=',
    method: 'sum',
    baseline: '2500',
    values: ['4000', '4000', '4500', '4500', '5000'],
  },
  {
    key: 'duong',
    name: 'Chiều dài đường thôn tự quản sáng, xanh, sạch, đẹp',
    measure: count('km'),
    comparison: '>=',
    method: 'sum',
    baseline: '21',
    values: ['36', '48', '60', '72', '84'],
  },
]

/** In a sentence, `{key.value.2030}` quotes the target of that key. */
export const provinceSentences: readonly string[] = [
  'Đến năm 2030, tỷ lệ hộ phân loại rác tại nguồn đạt {phan-loai.value.2030}; bao gói thuốc bảo vệ thực vật được thu gom đạt {bao-goi.value.2030}.',
  'Mỗi năm trồng mới {cay-xanh.value.2026}; đến năm 2030 toàn tỉnh có {duong.value.2030} đường thôn tự quản.',
]

/** The communes that carry the programme out, with their households, first and as counted again. */
export const carriers: readonly { symbol: string; households: string; recounted: string }[] = [
  { symbol: 'MTTQ', households: '1840', recounted: '1840' },
  { symbol: 'MTTQ-SB', households: '1260', recounted: '1420' },
  { symbol: 'MTTQ-TK', households: '2100', recounted: '2100' },
]

export const associationMeta: PlanMeta = {
  type: 'ke-hoach',
  subject: 'Nông dân giữ gìn vệ sinh môi trường trong sản xuất giai đoạn 2026 - 2030',
  style: 'state',
  period: { from: 2026, to: 2030 },
  number: '',
  place: 'Mây Hồng',
  date: '',
  superiorBody: 'HỘI NÔNG DÂN VIỆT NAM XÃ MÂY HỒNG',
  issuer: 'BAN THƯỜNG VỤ',
  signers: [{ authority: 'TM. BAN THƯỜNG VỤ', office: 'CHỦ TỊCH', name: 'Trần Văn Lực' }],
  recipients: ['Ban Thường trực Uỷ ban MTTQ Việt Nam xã (để báo cáo)', 'Các chi hội', 'Lưu: VT'],
}
