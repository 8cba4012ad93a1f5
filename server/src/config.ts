/**
 * The server's settings: one table, from which the checks at the start, the error for each bad
 * value, the output of `soanchung help config` and the page in the documentation are made. Values
 * come from the environment; a few have an option on the command line, which wins.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'

export const version = '0.1.0'

const onOff = z.enum(['on', 'off']).transform((word) => word === 'on')

const origins = z
  .string()
  .transform((list) => words(list))
  .refine((list) => list.every((one) => originOf(one) !== null))
  .transform((list) => list.flatMap((one) => originOf(one) ?? []))

const proxies = z
  .string()
  .transform((list) => words(list))
  .refine((list) => list.every((one) => one === 'loopback' || isIP(one.replace(/\/\d{1,3}$/, '')) !== 0))

const sender = z
  .string()
  .max(300)
  .transform((text) => {
    const [, name = '', address = text] = /^([^<>\p{Cc}]*)<([^<>]+)>$/u.exec(text) ?? []
    return { name: name.trim().replace(/^"|"$/g, ''), address: address.trim() }
  })
  .refine(({ address }) => z.email().safeParse(address).success)

interface Setting {
  /** Undefined where the setting may be left out. */
  default: string | undefined
  schema: z.ZodType
  /** What a good value looks like, in both languages; the end of "must be …". */
  form: { vi: string; en: string }
  purpose: { vi: string; en: string }
}

export const settings = {
  HOST: {
    default: '127.0.0.1',
    schema: z.string().min(1).max(255),
    form: { vi: 'một địa chỉ IP hoặc tên máy', en: 'an IP address or a host name' },
    purpose: {
      vi: 'Địa chỉ mà máy chủ nghe. Đặt 0.0.0.0 để máy khác vào được.',
      en: 'Address to listen on. 0.0.0.0 lets other machines in.',
    },
  },
  PORT: {
    default: '8080',
    schema: z
      .string()
      .regex(/^\d{1,5}$/)
      .transform(Number)
      .refine((port) => port <= 65535),
    form: { vi: 'một số từ 0 đến 65535', en: 'a number from 0 to 65535' },
    purpose: { vi: 'Cổng. 0 là một cổng trống bất kỳ.', en: 'Port. 0 takes any free one.' },
  },
  SOANCHUNG_DATA: {
    default: './data',
    schema: z.string().min(1),
    form: { vi: 'đường dẫn một thư mục', en: 'the path of a folder' },
    purpose: { vi: 'Thư mục chứa toàn bộ dữ liệu.', en: 'The folder that holds all data.' },
  },
  DATABASE_URL: {
    default: undefined,
    schema: z.string().regex(/^postgres(ql)?:\/\/./),
    form: { vi: 'địa chỉ dạng postgresql://…', en: 'an address like postgresql://…' },
    purpose: {
      vi: 'Dùng PostgreSQL này thay cho SQLite trong thư mục dữ liệu.',
      en: 'Uses this PostgreSQL instead of SQLite in the data folder.',
    },
  },
  SOANCHUNG_DEMO: {
    default: 'on',
    schema: onOff,
    form: { vi: 'on hoặc off', en: 'on or off' },
    purpose: {
      vi: 'Tạo dữ liệu mẫu khi cài đặt còn trống.',
      en: 'Fills an empty installation with a demo.',
    },
  },
  SOANCHUNG_SECRET: {
    default: undefined,
    schema: z.string().min(32),
    form: { vi: 'một chuỗi từ 32 ký tự trở lên', en: 'at least 32 characters' },
    purpose: {
      vi: 'Khoá ký cookie và giữ kín khoá xác thực hai lớp: đổi khoá thì ứng dụng xác thực của mọi người phải thiết lập lại. Nếu để trống, máy chủ tự tạo và giữ trong thư mục dữ liệu.',
      en: 'Signs the cookies and seals the keys of the second factor: when it changes, everybody sets up their app anew. Left out, one is made and kept in the data folder.',
    },
  },
  PUBLIC_URL: {
    default: '',
    schema: origins,
    form: {
      vi: 'một hay nhiều địa chỉ http(s)://…, cách nhau bằng dấu phẩy',
      en: 'one or more addresses http(s)://…, with commas between',
    },
    purpose: {
      vi: 'Địa chỉ mà người dùng mở. Yêu cầu từ trang khác bị từ chối. Để trống: chính địa chỉ được gọi.',
      en: 'Addresses that people open; requests from other sites are refused. Empty: the address that was called.',
    },
  },
  TRUST_PROXY: {
    default: '',
    schema: proxies,
    form: {
      vi: 'loopback hoặc các địa chỉ IP, cách nhau bằng dấu phẩy',
      en: 'loopback or IP addresses, with commas between',
    },
    purpose: {
      vi: 'Máy trung gian được tin khi báo địa chỉ người dùng.',
      en: 'Proxies that are believed about the address of the person.',
    },
  },
  OIDC_ISSUER: {
    default: undefined,
    schema: z.string().refine(isIssuer),
    form: {
      vi: 'một địa chỉ https://…, hoặc http://localhost… để thử',
      en: 'an address https://…, or http://localhost… to try it out',
    },
    purpose: {
      vi: 'Máy chủ danh tính OpenID Connect của cơ quan: thêm một nút vào trang đăng nhập. Khai ở đó địa chỉ quay về PUBLIC_URL/api/auth/oidc/callback.',
      en: "The organisation's OpenID Connect provider: adds a button to the sign-in page. Register PUBLIC_URL/api/auth/oidc/callback there as the address to come back to.",
    },
  },
  OIDC_CLIENT_ID: {
    default: undefined,
    schema: z.string().max(500),
    form: { vi: 'tên do máy chủ danh tính cấp', en: 'the name that the provider gave' },
    purpose: { vi: 'Tên của chương trình này ở máy chủ danh tính.', en: 'What the provider calls this program.' },
  },
  OIDC_CLIENT_SECRET: {
    default: undefined,
    schema: z.string().max(500),
    form: { vi: 'khoá do máy chủ danh tính cấp', en: 'the secret that the provider gave' },
    purpose: { vi: 'Khoá của chương trình này ở máy chủ danh tính.', en: "This program's secret at the provider." },
  },
  OIDC_LABEL: {
    default: 'OpenID Connect',
    schema: z.string().max(40),
    form: { vi: 'tối đa 40 ký tự', en: 'at most 40 characters' },
    purpose: {
      vi: 'Tên máy chủ danh tính trên nút đăng nhập.',
      en: "The provider's name on the button.",
    },
  },
  SMTP_URL: {
    default: undefined,
    schema: z.string().regex(/^smtps?:\/\/[^\s/]+\/?$/),
    form: {
      vi: 'một địa chỉ smtp://người:mật-khẩu@máy:587 hoặc smtps://…',
      en: 'an address like smtp://user:password@host:587 or smtps://…',
    },
    purpose: {
      vi: 'Máy chủ thư: bật thông báo qua thư điện tử. Cần MAIL_FROM và PUBLIC_URL.',
      en: 'The mail server: turns notifications by e-mail on. Needs MAIL_FROM and PUBLIC_URL.',
    },
  },
  MAIL_FROM: {
    default: undefined,
    schema: sender,
    form: {
      vi: 'một địa chỉ thư, hoặc Tên <địa chỉ>',
      en: 'an e-mail address, or Name <address>',
    },
    purpose: { vi: 'Người gửi của thư điện tử.', en: 'Whom e-mails come from.' },
  },
  LOG_LEVEL: {
    default: 'info',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    form: {
      vi: 'fatal, error, warn, info, debug, trace hoặc silent',
      en: 'fatal, error, warn, info, debug, trace or silent',
    },
    purpose: { vi: 'Ghi nhật ký từ mức nào.', en: 'How much is logged.' },
  },
} as const satisfies Record<string, Setting>

type SettingName = keyof typeof settings

/** Their values are never printed. */
const secrets: ReadonlySet<SettingName> = new Set([
  'SOANCHUNG_SECRET',
  'DATABASE_URL',
  'OIDC_CLIENT_SECRET',
  'SMTP_URL',
])

export interface OidcConfig {
  issuer: string
  clientId: string
  clientSecret: string
  label: string
}

export interface MailConfig {
  smtpUrl: string
  from: { name: string; address: string }
}

export interface Config {
  host: string
  port: number
  /** Absolute. */
  dataFolder: string
  databaseUrl: string | undefined
  demo: boolean
  secret: string | undefined
  /** Origins without a trailing slash; empty for "the host that was called". */
  publicOrigins: readonly string[]
  trustProxy: readonly string[]
  /** Null where people sign in with passwords only. */
  oidc: OidcConfig | null
  /** Null where no e-mails are sent. */
  mail: MailConfig | null
  logLevel: z.infer<(typeof settings)['LOG_LEVEL']['schema']>
}

interface ConfigProblem {
  name: SettingName
  vi: string
  en: string
}

/** Every setting checked; all bad ones are named at once. Empty values count as left out. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): { ok: true; value: Config } | { ok: false; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const read = <Name extends SettingName>(name: Name) => {
    const setting = settings[name]
    const given = environment[name] || setting.default
    const parsed = setting.schema.optional().safeParse(given)
    if (parsed.success) return parsed.data as z.infer<(typeof settings)[Name]['schema']>
    const shown = secrets.has(name) ? '' : ` ("${String(given)}")`
    problems.push({
      name,
      vi: `${name}${shown} phải là ${setting.form.vi}.`,
      en: `${name}${shown} must be ${setting.form.en}.`,
    })
    return undefined as never
  }
  const readOidc = (): OidcConfig | null => {
    const [issuer, clientId, clientSecret] = [read('OIDC_ISSUER'), read('OIDC_CLIENT_ID'), read('OIDC_CLIENT_SECRET')]
    const label = read('OIDC_LABEL')
    if (issuer !== undefined && clientId !== undefined && clientSecret !== undefined) {
      return { issuer, clientId, clientSecret, label }
    }
    const names = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const
    const missing = names.filter((name) => !environment[name])
    if (missing.length < names.length) {
      problems.push(
        ...missing.map((name) => ({
          name,
          vi: `${name} còn thiếu: ${names.join(', ')} phải đặt cùng nhau.`,
          en: `${name} is missing: ${names.join(', ')} go together.`,
        })),
      )
    }
    return null
  }
  const readMail = (): MailConfig | null => {
    const [smtpUrl, from] = [read('SMTP_URL'), read('MAIL_FROM')]
    const names = ['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'] as const
    const missing = names.filter((name) => !environment[name])
    if (!environment['SMTP_URL'] && !environment['MAIL_FROM']) return null
    problems.push(
      ...missing.map((name) => ({
        name,
        vi: `${name} còn thiếu: gửi thư điện tử cần ${names.join(', ')}.`,
        en: `${name} is missing: e-mails need ${names.join(', ')}.`,
      })),
    )
    return smtpUrl === undefined || from === undefined ? null : { smtpUrl, from }
  }
  const config: Config = {
    host: read('HOST'),
    port: read('PORT'),
    dataFolder: read('SOANCHUNG_DATA'),
    databaseUrl: read('DATABASE_URL'),
    demo: read('SOANCHUNG_DEMO'),
    secret: read('SOANCHUNG_SECRET'),
    publicOrigins: read('PUBLIC_URL'),
    trustProxy: read('TRUST_PROXY'),
    oidc: readOidc(),
    mail: readMail(),
    logLevel: read('LOG_LEVEL'),
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: { ...config, dataFolder: resolve(config.dataFolder) } }
}

/** The table for `soanchung help config`, as text for a terminal. */
export function describeSettings(): string {
  const rows = Object.entries(settings).map(
    ([name, { default: standard, purpose, form }]) =>
      `  ${name}${standard ? `  [${standard}]` : ''}\n` +
      `      ${purpose.vi} (${form.vi})\n` +
      `      ${purpose.en} (${form.en})`,
  )
  return rows.join('\n')
}

/** The same table as Markdown, for the documentation. */
export function settingsMarkdown(language: 'vi' | 'en'): string {
  const head = language === 'vi' ? ['Biến', 'Mặc định', 'Ý nghĩa'] : ['Variable', 'Default', 'Meaning']
  const rows = Object.entries(settings).map(([name, setting]) => [
    `\`${name}\``,
    setting.default ? `\`${setting.default}\`` : '',
    `${setting.purpose[language]} (${setting.form[language]})`,
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function words(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== '')
}

/** `https://soan.example.vn` from an address; null where it has a path or another scheme. */
function originOf(address: string): string | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  return /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' ? url.origin : null
}

/** Without TLS nobody could tell who answers; on the machine itself it does not matter. */
function isIssuer(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}
