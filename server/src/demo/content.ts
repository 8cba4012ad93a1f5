/**
 * The demo as data: an invented commune, its organisations and people, and one plan that is half
 * finished. Places and persons do not exist. In a sentence, `{key.value.2030}` quotes the target
 * of that key.
 */
import type { BlockKind, ViewBlock } from '@soanchung/shared/plan/blocks.ts'
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { PartNumbering, PartRole } from '@soanchung/shared/plan/outline.ts'
import type { PlanRole } from '@soanchung/shared/permissions.ts'
import type { Comparison, Measure } from '@soanchung/shared/targets/quantity.ts'
import type { FormatProfile, UnitBody, UnitKind } from '@soanchung/shared/units/units.ts'

interface DemoUnit extends Pick<UnitBody, 'kind' | 'level' | 'profile' | 'signers'> {
  symbol: string
  name: string
  parent: string | null
  memberOf: readonly string[]
  guidedBy?: readonly string[]
  /** In the commune's plan; null for who has none. */
  role: PlanRole | null
}

/** A unit of the commune; `signers` as pairs of office and name, the usual one first. */
function communeUnit(
  [symbol, name, parent]: [symbol: string, name: string, parent: string | null],
  [kind, profile]: [UnitKind, FormatProfile],
  role: PlanRole,
  [authority, ...signers]: [authority: string, ...signers: [office: string, name: string][]],
): DemoUnit {
  return {
    ...{ symbol, name, parent, kind, level: 'commune', profile, role },
    memberOf: kind === 'association' ? ['MTTQ'] : [],
    signers: signers.map(([office, signer]) => ({ authority, office, name: signer })),
  }
}

const standing = 'TM. BAN THƯỜNG VỤ'
const association: [UnitKind, FormatProfile] = ['association', 'association']

/** The Front of another commune, whose plan nobody has begun. */
function otherCommune(symbol: string, name: string): DemoUnit {
  return {
    ...{ symbol, name, parent: 'MTTQ-T', kind: 'front', level: 'commune', profile: 'front', role: null },
    ...{ memberOf: [], signers: [] },
  }
}

export const demoUnits: readonly DemoUnit[] = [
  communeUnit(['ĐU', 'Đảng uỷ xã Mây Hồng', null], ['party', 'party'], 'reviewer', [
    'T/M BAN THƯỜNG VỤ',
    ['BÍ THƯ', 'Lý Văn Sơn'],
  ]),
  communeUnit(['VP', 'Văn phòng Đảng uỷ xã Mây Hồng', 'ĐU'], ['party', 'party'], 'office', [
    'T/L BAN THƯỜNG VỤ',
    ['CHÁNH VĂN PHÒNG', 'Lê Minh Đức'],
  ]),
  communeUnit(['UBND', 'Uỷ ban nhân dân xã Mây Hồng', 'ĐU'], ['government', 'state'], 'drafter', [
    'TM. UỶ BAN NHÂN DÂN',
    ['CHỦ TỊCH', 'Đinh Công Thành'],
  ]),
  {
    ...communeUnit(['MTTQ', 'Uỷ ban MTTQ Việt Nam xã Mây Hồng', 'ĐU'], ['front', 'front'], 'lead', [
      'TM. BAN THƯỜNG TRỰC',
      ['PHÓ CHỦ TỊCH', 'Nguyễn Thu Hà'],
      ['CHỦ TỊCH', 'Trịnh Xuân Hoà'],
    ]),
    guidedBy: ['MTTQ-T'],
  },
  communeUnit(['HND', 'Hội Nông dân xã Mây Hồng', 'MTTQ'], association, 'drafter', [
    standing,
    ['CHỦ TỊCH', 'Trần Văn Lực'],
  ]),
  communeUnit(['HPN', 'Hội Liên hiệp Phụ nữ xã Mây Hồng', 'MTTQ'], association, 'drafter', [
    standing,
    ['CHỦ TỊCH', 'Hoàng Thị Mai'],
  ]),
  communeUnit(['ĐTN', 'Đoàn TNCS Hồ Chí Minh xã Mây Hồng', 'MTTQ'], ['association', 'youth-union'], 'drafter', [
    'TM. BAN THƯỜNG VỤ',
    ['BÍ THƯ', 'Phạm Quốc Anh'],
  ]),
  communeUnit(['CCB', 'Hội Cựu chiến binh xã Mây Hồng', 'MTTQ'], association, 'drafter', [
    standing,
    ['CHỦ TỊCH', 'Đỗ Văn Bình'],
  ]),
  communeUnit(['CĐ', 'Công đoàn xã Mây Hồng', 'MTTQ'], ['association', 'trade-union'], 'drafter', [
    standing,
    ['CHỦ TỊCH', 'Vũ Thị Lan'],
  ]),
  communeUnit(['BCTMT', 'Ban công tác Mặt trận thôn Đồi Chè', 'MTTQ'], ['front', 'front'], 'reader', [
    'TM. BAN CÔNG TÁC MẶT TRẬN',
    ['TRƯỞNG BAN', 'Triệu Thị Hạnh'],
  ]),
  {
    ...{ symbol: 'MTTQ-T', name: 'Uỷ ban MTTQ Việt Nam tỉnh Vân Sơn', parent: null, kind: 'front', level: 'province' },
    ...{ profile: 'front', memberOf: [], role: null },
    signers: [{ authority: 'TM. BAN THƯỜNG TRỰC', office: 'PHÓ CHỦ TỊCH', name: 'Đặng Ngọc Minh' }],
  },
  otherCommune('MTTQ-SB', 'Uỷ ban MTTQ Việt Nam xã Suối Bạc'),
  otherCommune('MTTQ-TK', 'Uỷ ban MTTQ Việt Nam xã Tân Khai'),
]

interface DemoPerson {
  username: string
  name: string
  office: string
  unit: string
  administrator?: boolean
}

export const demoPeople: readonly DemoPerson[] = [
  { username: 'mattran', name: 'Nguyễn Thu Hà', office: 'Phó Chủ tịch UBMTTQ', unit: 'MTTQ' },
  { username: 'nongdan', name: 'Trần Văn Lực', office: 'Chủ tịch Hội Nông dân', unit: 'HND' },
  { username: 'phunu', name: 'Hoàng Thị Mai', office: 'Chủ tịch Hội LHPN', unit: 'HPN' },
  { username: 'thanhnien', name: 'Phạm Quốc Anh', office: 'Bí thư Đoàn Thanh niên', unit: 'ĐTN' },
  { username: 'cuuchienbinh', name: 'Đỗ Văn Bình', office: 'Chủ tịch Hội Cựu chiến binh', unit: 'CCB' },
  { username: 'congdoan', name: 'Vũ Thị Lan', office: 'Chủ tịch Công đoàn', unit: 'CĐ' },
  { username: 'uyban', name: 'Bùi Thanh Tùng', office: 'Chuyên viên Phòng Kinh tế', unit: 'UBND' },
  { username: 'thuongvu', name: 'Lý Văn Sơn', office: 'Uỷ viên Ban Thường vụ Đảng uỷ', unit: 'ĐU' },
  { username: 'vanphong', name: 'Lê Minh Đức', office: 'Chánh Văn phòng Đảng uỷ', unit: 'VP' },
  { username: 'thondoiche', name: 'Triệu Thị Hạnh', office: 'Trưởng ban', unit: 'BCTMT' },
  { username: 'mattrantinh', name: 'Đặng Ngọc Minh', office: 'Phó Chủ tịch UBMTTQ tỉnh', unit: 'MTTQ-T' },
  { username: 'suoibac', name: 'Lò Thị Xuân', office: 'Chủ tịch UBMTTQ xã Suối Bạc', unit: 'MTTQ-SB' },
  { username: 'quantri', name: 'Ngô Hải Yến', office: 'Quản trị hệ thống', unit: 'VP', administrator: true },
]

export const demoMeta: PlanMeta = {
  type: 'ke-hoach',
  subject: 'Toàn dân giữ gìn vệ sinh môi trường, xây dựng khu dân cư sáng, xanh, sạch, đẹp giai đoạn 2026 - 2030',
  style: 'state',
  period: { from: 2026, to: 2030 },
  number: '',
  place: 'Mây Hồng',
  date: '',
  superiorBody: 'UỶ BAN MTTQ VIỆT NAM XÃ MÂY HỒNG',
  issuer: 'BAN THƯỜNG TRỰC',
  signers: [{ authority: 'TM. BAN THƯỜNG TRỰC', office: 'PHÓ CHỦ TỊCH', name: 'Nguyễn Thu Hà' }],
  recipients: [
    'Ban Thường vụ Đảng uỷ (để báo cáo)',
    'Uỷ ban nhân dân xã',
    'Các tổ chức thành viên',
    'Ban công tác Mặt trận các thôn',
    'Lưu: VT',
  ],
}

const percent: Measure = { kind: 'percent' }
const count = (noun: string): Measure => ({ kind: 'count', noun })

export interface DemoTarget {
  key: string
  part: string
  name: string
  measure: Measure
  comparison: Comparison
  /** At the end of 2025; null where nobody has counted. */
  baseline: string | null
  /** 2026 to 2030, `=` in front where the comparison is another; shorter where the rest is not filled in yet. */
  values: readonly string[]
  unit: string
  base?: string
}

export const demoTargets: readonly DemoTarget[] = [
  target(
    'tuyen-truyen',
    'tuyen-truyen',
    'Tỷ lệ hộ được tuyên truyền trực tiếp',
    percent,
    '>=',
    '70',
    '80 85 90 95 98',
    'MTTQ',
  ),
  target(
    'cam-ket',
    'tuyen-truyen',
    'Tỷ lệ hộ ký cam kết giữ gìn vệ sinh',
    percent,
    '>=',
    '55',
    '70 80 85 90 95',
    'MTTQ',
  ),
  {
    ...target(
      'thon-quy-uoc',
      'tuyen-truyen',
      'Số thôn đưa nội dung môi trường vào quy ước',
      count('thôn'),
      '=',
      '4',
      '6 8 10 12 12',
      'MTTQ',
    ),
    base: '12',
  },
  target('phan-loai', 'rac-thai', 'Tỷ lệ hộ phân loại rác tại nguồn', percent, '>=', '42', '50 60 70 80 85', 'HPN'),
  target(
    'thu-gom',
    'rac-thai',
    'Tỷ lệ rác sinh hoạt được thu gom, xử lý',
    percent,
    '>=',
    '78',
    '82 86 90 93 95',
    'HPN',
  ),
  target('mo-hinh-pn', 'rac-thai', 'Mô hình "Nhà sạch, vườn xanh"', count('mô hình'), '>=', '2', '4 6 8 10 12', 'HPN'),
  target(
    'tui-nhua',
    'rac-thai',
    'Tỷ lệ hội viên dùng làn, túi thay túi ni lông',
    percent,
    '>',
    '35',
    '45 55 65 75 80',
    'HPN',
  ),
  target(
    'bao-goi',
    'nong-nghiep',
    'Tỷ lệ bao gói thuốc bảo vệ thực vật được thu gom',
    percent,
    '>=',
    '60',
    '70 80 90 95 =100',
    'HND',
  ),
  target(
    'chuong-trai',
    'nong-nghiep',
    'Tỷ lệ hộ chăn nuôi có chuồng trại hợp vệ sinh',
    percent,
    '>=',
    '66',
    '70 75 80 85 90',
    'HND',
  ),
  target(
    'ham-u',
    'nong-nghiep',
    'Số hộ ủ phân hữu cơ từ phụ phẩm',
    count('hộ'),
    '>=',
    '85',
    '120 180 240 300 360',
    'HND',
  ),
  target(
    'cay-xanh',
    'thanh-nien',
    'Số cây xanh trồng mới mỗi năm',
    count('cây'),
    '>',
    null,
    '1500 1500 2000 2000 2000',
    'ĐTN',
  ),
  target(
    'ngay-chu-nhat',
    'thanh-nien',
    'Số đợt "Ngày Chủ nhật xanh" mỗi năm',
    count('đợt'),
    '>=',
    '6',
    '8 10 12 12 12',
    'ĐTN',
  ),
  target(
    'duong-tu-quan',
    'tu-quan',
    'Chiều dài đường tự quản sáng, xanh, sạch, đẹp',
    count('km'),
    '>=',
    '9.5',
    '14 18.5 23',
    'CCB',
  ),
  {
    ...target(
      'to-tu-quan',
      'tu-quan',
      'Số thôn có tổ tự quản về môi trường',
      count('thôn'),
      '=',
      '5',
      '8 10 12 12 12',
      'CCB',
    ),
    base: '12',
  },
  target('co-quan', 'co-quan', 'Tỷ lệ cơ quan, trường học đạt chuẩn xanh, sạch', percent, '>=', null, '60 70', 'CĐ'),
]

function target(
  key: string,
  part: string,
  name: string,
  measure: Measure,
  comparison: Comparison,
  baseline: string | null,
  values: string,
  unit: string,
): DemoTarget {
  return { key, part, name, measure, comparison, baseline, values: values.split(' '), unit }
}

interface DemoTask {
  name: string
  lead: string
  partners: readonly string[]
  others?: string
  product: string
  /** As it is typed. */
  due: string
  serves: readonly string[]
}

export const demoTasks: readonly DemoTask[] = [
  {
    name: 'Biên soạn, in tờ gấp hướng dẫn phân loại rác tại nhà',
    lead: 'HPN',
    partners: ['ĐTN'],
    product: 'Tờ gấp phát đến từng hộ',
    due: '31/3/2026',
    serves: ['tuyen-truyen', 'phan-loai'],
  },
  {
    name: 'Rà soát, bổ sung nội dung môi trường vào quy ước của thôn',
    lead: 'MTTQ',
    partners: ['UBND'],
    others: 'Ban công tác Mặt trận các thôn',
    product: 'Quy ước đã sửa của từng thôn',
    due: 'Quý III/2026',
    serves: ['thon-quy-uoc'],
  },
  {
    name: 'Đặt bể thu gom bao gói thuốc bảo vệ thực vật ở đầu bờ',
    lead: 'HND',
    partners: ['UBND', 'CCB'],
    product: '24 bể, có biển hướng dẫn',
    due: 'tháng 6/2026',
    serves: ['bao-goi'],
  },
  {
    name: 'Trồng và giao chăm sóc cây xanh dọc đường thôn',
    lead: 'ĐTN',
    partners: ['CCB', 'CĐ'],
    others: 'các trường học',
    product: 'Sổ giao cây cho từng chi đoàn',
    due: 'hằng năm, trước Tết trồng cây',
    serves: ['cay-xanh'],
  },
  {
    name: 'Kiểm tra, chấm điểm khu dân cư sáng, xanh, sạch, đẹp',
    lead: 'MTTQ',
    partners: ['HND', 'HPN', 'ĐTN', 'CCB', 'CĐ'],
    product: 'Báo cáo kết quả, danh sách đề nghị khen',
    due: 'năm 2026',
    serves: ['cam-ket', 'duong-tu-quan'],
  },
]

interface DemoBudgetLine {
  name: string
  source: string
  unit?: string
  /** Million đồng, 2026 to 2030; left out where price and quantities say it. */
  amounts?: readonly string[]
  /** Thousand đồng for each. */
  price?: string
  noun?: string
  quantities?: readonly string[]
}

export const demoBudget: readonly DemoBudgetLine[] = [
  {
    ...{ name: 'Tuyên truyền, tập huấn cho cán bộ thôn', source: 'Ngân sách xã', unit: 'MTTQ' },
    amounts: ['45', '45', '50', '50', '50'],
  },
  {
    ...{ name: 'Thùng rác phân loại tại điểm công cộng', source: 'Ngân sách xã', unit: 'UBND' },
    ...{ noun: 'thùng', price: '800', quantities: ['150', '100', '100', '50', '50'] },
  },
  {
    name: 'Hỗ trợ mô hình của các tổ chức thành viên',
    source: 'Quỹ Vì môi trường',
    unit: 'MTTQ',
    amounts: ['60', '60', '75', '75', '90'],
  },
  {
    ...{ name: 'Đèn chiếu sáng và cây xanh đường thôn', source: 'Xã hội hoá', unit: 'CCB' },
    amounts: ['210', '210', '180', '150', '150'],
  },
]

type DemoBlock = readonly [kind: BlockKind, text: string, depth?: number]

export interface DemoPart {
  key: string
  parent: string | null
  title: string
  role?: PartRole
  numbering?: PartNumbering
  /** Units that it is given to. */
  units: readonly string[]
  /** What was agreed about the work: the deadline in days from the first start, and how far it is. */
  work?: { due: number; note?: string; status?: 'done' | 'returned'; reason?: string }
  blocks: readonly DemoBlock[]
  /** A table of the whole plan's targets, or of the part's own register, behind the text; the latter brings its entries. */
  view?: Pick<ViewBlock, 'register' | 'scope' | 'group' | 'title'> & Partial<Pick<ViewBlock, 'subtotals'>>
}

export const demoParts: readonly DemoPart[] = [
  {
    key: 'mo-dau',
    parent: null,
    title: '',
    role: 'opening',
    numbering: 'none',
    units: ['MTTQ'],
    blocks: [
      ['paragraph', 'Thực hiện nghị quyết đại hội đảng bộ xã nhiệm kỳ 2025 - 2030 về xây dựng nông thôn mới nâng cao;'],
      [
        'paragraph',
        'Thực hiện chương trình phối hợp và thống nhất hành động của Uỷ ban MTTQ Việt Nam xã với các tổ chức thành viên, Ban Thường trực Uỷ ban MTTQ Việt Nam xã xây dựng kế hoạch như sau:',
      ],
    ],
  },
  {
    key: 'muc-dich',
    parent: null,
    title: 'Mục đích, yêu cầu',
    units: ['MTTQ'],
    blocks: [
      ['heading', 'Mục đích'],
      [
        'paragraph',
        'Nâng cao nhận thức và trách nhiệm của cán bộ, đoàn viên, hội viên và nhân dân trong giữ gìn vệ sinh môi trường; hình thành nếp sống sạch, tiết kiệm, thân thiện với thiên nhiên ở từng gia đình, từng khu dân cư.',
      ],
      [
        'paragraph',
        'Phát huy vai trò của Mặt trận và các tổ chức thành viên; mỗi tổ chức nhận một nội dung cụ thể, có chỉ tiêu, có địa chỉ và có người chịu trách nhiệm.',
      ],
      ['heading', 'Yêu cầu'],
      [
        'dashed',
        'Việc làm thiết thực, phù hợp điều kiện từng thôn, không phô trương, không gây thêm gánh nặng cho người dân.',
      ],
      ['dashed', 'Chỉ tiêu giao cho tổ chức nào thì tổ chức đó theo dõi, kiểm tra và báo cáo đúng hạn.'],
      ['dashed', 'Lấy kết quả thực hiện làm một căn cứ đánh giá, xếp loại các tổ chức thành viên hằng năm.'],
    ],
  },
  {
    key: 'muc-tieu',
    parent: null,
    title: 'Mục tiêu',
    units: ['MTTQ'],
    blocks: [
      ['heading', 'Mục tiêu chung'],
      [
        'paragraph',
        'Đến năm 2030, các khu dân cư trong xã cơ bản sạch rác thải, có cây xanh, có đường thôn sáng về đêm; người dân tự giác tham gia và tự quản.',
      ],
      ['heading', 'Mục tiêu cụ thể đến năm 2030'],
      [
        'lettered',
        'Tỷ lệ hộ được tuyên truyền trực tiếp đạt {tuyen-truyen.value.2030}; tỷ lệ hộ ký cam kết đạt {cam-ket.value.2030}.',
      ],
      [
        'lettered',
        'Tỷ lệ hộ phân loại rác tại nguồn đạt {phan-loai.value.2030}, rác sinh hoạt được thu gom, xử lý đạt {thu-gom.value.2030}.',
      ],
      ['lettered', 'Tỷ lệ bao gói thuốc bảo vệ thực vật được thu gom đúng nơi quy định đạt {bao-goi.value.2030}.'],
      [
        'lettered',
        'Mỗi năm trồng mới {cay-xanh.value.2030}; số thôn có tổ tự quản về môi trường là {to-tu-quan.value.2030}.',
      ],
    ],
  },
  { key: 'nhiem-vu', parent: null, title: 'Nhiệm vụ, giải pháp', units: ['MTTQ'], blocks: [] },
  {
    key: 'tuyen-truyen',
    parent: 'nhiem-vu',
    title: 'Tuyên truyền, vận động nhân dân',
    units: ['MTTQ'],
    blocks: [
      [
        'paragraph',
        'Đổi mới cách tuyên truyền theo hướng gần dân, dễ hiểu, dễ làm: qua hệ thống truyền thanh, nhóm liên lạc của thôn, sinh hoạt chi hội và Ngày hội Đại đoàn kết. Năm 2026, tỷ lệ hộ được tuyên truyền trực tiếp đạt {tuyen-truyen.value.2026}, các năm sau tăng dần.',
      ],
      [
        'dashed',
        'Vận động các hộ ký cam kết giữ gìn vệ sinh; Ban công tác Mặt trận thôn giữ sổ theo dõi và công khai tại nhà văn hoá.',
      ],
      [
        'dashed',
        'Rà soát, bổ sung quy ước của thôn; hết năm 2026 có {thon-quy-uoc.value.2026} đưa nội dung môi trường vào quy ước.',
      ],
      ['dashed', 'Biểu dương kịp thời gia đình, cá nhân làm tốt; nhắc nhở công khai nơi làm chưa tốt.'],
    ],
    view: { register: 'targets', scope: 'part', group: 'none', title: 'Chỉ tiêu tuyên truyền, vận động' },
  },
  {
    key: 'rac-thai',
    parent: 'nhiem-vu',
    title: 'Phân loại, thu gom rác thải tại hộ gia đình',
    units: ['HPN'],
    work: { due: 6, note: 'Nêu rõ cách hướng dẫn hộ phân loại rác.', status: 'done' },
    blocks: [
      [
        'paragraph',
        'Hội Liên hiệp Phụ nữ xã chủ trì vận động hội viên phân loại rác ngay tại bếp: rác hữu cơ ủ làm phân bón, rác tái chế gom bán gây quỹ, rác còn lại giao tổ thu gom. Năm 2026 tỷ lệ hộ phân loại rác đạt {phan-loai.value.2026}; hiện nay là {phan-loai.baseline}.',
      ],
      ['dashed', 'Mỗi chi hội có ít nhất một tổ "Biến rác thành tiền", thu gom vào tuần cuối của tháng.'],
      ['dashed', 'Xây dựng {mo-hinh-pn.value.2026} trong năm đầu, rút kinh nghiệm rồi nhân rộng ra các thôn.'],
      ['plus', 'Thôn làm điểm: do Ban Chấp hành Hội lựa chọn trong quý I năm 2026.', 1],
      ['dashed', 'Vận động tiểu thương ở chợ trung tâm giảm dùng túi ni lông một lần.'],
    ],
    view: { register: 'targets', scope: 'part', group: 'none', title: 'Chỉ tiêu về rác thải sinh hoạt' },
  },
  {
    key: 'nong-nghiep',
    parent: 'nhiem-vu',
    title: 'Bảo vệ môi trường trong sản xuất nông nghiệp',
    units: ['HND'],
    work: { due: 6, note: 'Cần số liệu bể thu gom của từng thôn.' },
    blocks: [
      [
        'paragraph',
        'Hội Nông dân xã hướng dẫn hội viên dùng thuốc bảo vệ thực vật theo nguyên tắc bốn đúng, thu gom bao gói về bể chứa ở đầu bờ. Tỷ lệ thu gom năm 2026 đạt {bao-goi.value.2026}, đến năm 2030 đạt {bao-goi.value.2030}.',
      ],
      [
        'dashed',
        'Vận động hộ chăn nuôi xây hầm khí sinh học hoặc dùng đệm lót sinh học; di chuyển chuồng trại ra xa nhà ở.',
      ],
      ['dashed', 'Phối hợp mở lớp ủ phân hữu cơ từ rơm rạ, phụ phẩm; năm 2026 có {ham-u.value.2026} áp dụng.'],
    ],
  },
  {
    key: 'thanh-nien',
    parent: 'nhiem-vu',
    title: 'Công trình, phần việc của thanh niên',
    units: ['ĐTN'],
    work: { due: -1 },
    blocks: [
      [
        'paragraph',
        'Đoàn Thanh niên xã tổ chức {ngay-chu-nhat.value.2026} ra quân "Ngày Chủ nhật xanh" trong năm 2026; mỗi chi đoàn nhận chăm sóc một đoạn đường hoặc một điểm cây xanh.',
      ],
      [
        'dashed',
        'Trồng mới {cay-xanh.value.2026}, ưu tiên cây bản địa, giao từng chi đoàn chăm sóc đến khi cây sống ổn định.',
      ],
    ],
  },
  {
    key: 'tu-quan',
    parent: 'nhiem-vu',
    title: 'Tổ tự quản và đường thôn sáng, xanh, sạch, đẹp',
    units: ['CCB'],
    work: { due: 6, status: 'returned', reason: 'Đề nghị bổ sung chỉ tiêu đường thôn cho năm 2029 và 2030.' },
    blocks: [
      [
        'paragraph',
        'Hội Cựu chiến binh xã làm nòng cốt thành lập tổ tự quản ở các thôn; năm 2026 có {to-tu-quan.value.2026}.',
      ],
    ],
  },
  {
    key: 'co-quan',
    parent: 'nhiem-vu',
    title: 'Cơ quan, trường học xanh, sạch',
    units: ['CĐ'],
    work: { due: 14 },
    blocks: [],
  },
  {
    key: 'kinh-phi',
    parent: null,
    title: 'Kinh phí thực hiện',
    units: ['UBND'],
    blocks: [
      [
        'paragraph',
        'Kinh phí bảo đảm từ ngân sách xã, quỹ của các tổ chức và nguồn xã hội hoá; dự kiến theo từng năm như sau:',
      ],
    ],
    view: {
      ...{ register: 'budget', scope: 'part', group: 'source', subtotals: true },
      title: 'Dự kiến kinh phí giai đoạn 2026 - 2030',
    },
  },
  { key: 'to-chuc', parent: null, title: 'Tổ chức thực hiện', units: ['MTTQ'], blocks: [] },
  {
    key: 'phan-cong',
    parent: 'to-chuc',
    title: 'Phân công trách nhiệm',
    units: ['MTTQ'],
    blocks: [
      [
        'dashed',
        'Ban Thường trực Uỷ ban MTTQ Việt Nam xã theo dõi, đôn đốc chung; tổng hợp kết quả báo cáo Ban Thường vụ Đảng uỷ.',
      ],
      [
        'dashed',
        'Các tổ chức thành viên cụ thể hoá phần việc được giao thành kế hoạch hằng năm, hoàn thành trước ngày 31 tháng 01.',
      ],
      ['dashed', 'Đề nghị Uỷ ban nhân dân xã bố trí kinh phí, phương tiện thu gom và điểm tập kết rác.'],
    ],
    view: { register: 'tasks', scope: 'part', group: 'none', title: 'Bảng phân công nhiệm vụ' },
  },
  { key: 'bao-cao', parent: 'to-chuc', title: 'Kiểm tra, báo cáo', units: ['MTTQ'], blocks: [] },
  {
    key: 'phu-luc',
    parent: null,
    title: 'Biểu tổng hợp chỉ tiêu giai đoạn 2026 - 2030',
    role: 'annex',
    units: ['MTTQ'],
    blocks: [],
    view: { register: 'targets', scope: 'plan', group: 'unit', title: 'Chỉ tiêu theo đơn vị chịu trách nhiệm' },
  },
]
