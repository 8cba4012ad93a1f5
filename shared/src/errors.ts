/**
 * The one catalogue of refusals. A code says what happened; everything that depends on it (HTTP
 * status, WebSocket close code, the sentence for the user in both languages) is declared here
 * once. Expected refusals travel as values, bugs throw.
 */
interface ErrorEntry {
  /** HTTP status. */
  status: number
  /** WebSocket close code, for refusals that end a connection. */
  close?: number
  vi: string
  en: string
}

export const errorCatalogue = {
  'auth.required': {
    status: 401,
    close: 4401,
    vi: 'Bạn cần đăng nhập để tiếp tục.',
    en: 'Sign in to continue.',
  },
  'auth.wrong': {
    status: 401,
    vi: 'Tên đăng nhập hoặc mật khẩu không đúng.',
    en: 'The user name or the password is wrong.',
  },
  'auth.slow': {
    status: 429,
    vi: 'Bạn đã thử quá nhiều lần. Hãy đợi một phút rồi thử lại.',
    en: 'Too many attempts. Wait a minute and try again.',
  },
  'auth.token': {
    status: 401,
    close: 4401,
    vi: 'Mã truy cập không đúng hoặc đã hết hạn.',
    en: 'The access token is wrong or has expired.',
  },
  'auth.deactivated': {
    status: 403,
    vi: 'Tài khoản này đã ngừng hoạt động. Hãy hỏi quản trị viên của đơn vị.',
    en: 'This account is deactivated. Ask your administrator.',
  },
  'auth.code': {
    status: 401,
    vi: 'Mã không đúng, hoặc đã dùng rồi. Hãy nhập mã mới nhất trong ứng dụng.',
    en: 'The code is wrong or was used already. Enter the newest one in the app.',
  },
  'auth.code-slow': {
    status: 429,
    vi: 'Bạn đã nhập sai mã quá nhiều lần. Hãy đợi 15 phút rồi thử lại.',
    en: 'Too many wrong codes. Wait 15 minutes and try again.',
  },
  'auth.challenge': {
    status: 401,
    vi: 'Đã quá lâu từ khi bạn nhập mật khẩu. Hãy đăng nhập lại từ đầu.',
    en: 'It is too long since you entered the password. Sign in again from the start.',
  },
  'second.on': {
    status: 409,
    vi: 'Xác thực hai lớp đang bật. Hãy tắt trước khi thiết lập lại.',
    en: 'Two-step sign-in is on. Turn it off before you set it up again.',
  },
  'second.off': {
    status: 409,
    vi: 'Xác thực hai lớp chưa bật.',
    en: 'Two-step sign-in is not on.',
  },
  'invitation.unknown': {
    status: 404,
    vi: 'Đường dẫn này không đúng hoặc đã bị thu hồi. Hãy xin quản trị viên đường dẫn mới.',
    en: 'This link is not right or was revoked. Ask your administrator for a new one.',
  },
  'invitation.used': {
    status: 410,
    vi: 'Đường dẫn này đã được dùng. Hãy đăng nhập bằng mật khẩu đã đặt, hoặc xin quản trị viên đường dẫn mới.',
    en: 'This link has been used. Sign in with the password that was set, or ask your administrator for a new link.',
  },
  'invitation.expired': {
    status: 410,
    vi: 'Đường dẫn này đã quá hạn. Hãy xin quản trị viên đường dẫn mới.',
    en: 'This link has expired. Ask your administrator for a new one.',
  },
  'email.taken': {
    status: 409,
    vi: 'Địa chỉ thư điện tử này đã là của người khác.',
    en: 'This e-mail address belongs to someone else.',
  },
  'person.deactivate-self': {
    status: 409,
    vi: 'Bạn không tự ngừng tài khoản của mình được. Hãy nhờ một quản trị viên khác.',
    en: 'You cannot deactivate your own account. Ask another administrator.',
  },
  'oidc.unknown': {
    status: 403,
    vi: 'Danh tính này chưa nối với tài khoản nào ở đây. Hãy đăng nhập bằng mật khẩu rồi nối ở trang Tài khoản, hoặc nhờ quản trị viên xác nhận địa chỉ thư điện tử của bạn.',
    en: 'This identity is not linked to an account here. Sign in with your password and link it on the account page, or ask your administrator to verify your e-mail address.',
  },
  'oidc.taken': {
    status: 409,
    vi: 'Danh tính này đã nối với một tài khoản khác.',
    en: 'This identity is linked to another account.',
  },
  'oidc.failed': {
    status: 502,
    vi: 'Chưa đăng nhập được qua hệ thống ngoài. Hãy thử lại, hoặc dùng mật khẩu.',
    en: 'The outside sign-in did not work. Try again, or use your password.',
  },
  'identity.only': {
    status: 409,
    vi: 'Tài khoản này chưa có mật khẩu, nên gỡ danh tính thì không đăng nhập được nữa. Hãy xin quản trị viên đường dẫn đặt mật khẩu trước.',
    en: 'This account has no password, so nothing would be left to sign in with. Ask your administrator for a link to set one first.',
  },
  'password.wrong': {
    status: 400,
    vi: 'Mật khẩu hiện tại không đúng.',
    en: 'The current password is wrong.',
  },
  'password.short': {
    status: 400,
    vi: 'Mật khẩu cần từ 10 đến 200 ký tự.',
    en: 'A password needs 10 to 200 characters.',
  },
  'origin.foreign': {
    status: 403,
    vi: 'Yêu cầu đến từ một trang khác nên bị từ chối.',
    en: 'The request came from another site and was refused.',
  },
  'not.found': {
    status: 404,
    close: 4404,
    vi: 'Không tìm thấy, hoặc bạn không được xem mục này.',
    en: 'Not found, or not open to you.',
  },
  'not.allowed': {
    status: 403,
    close: 4403,
    vi: 'Bạn không có quyền làm việc này.',
    en: 'You are not allowed to do this.',
  },
  'input.invalid': {
    status: 400,
    vi: 'Dữ liệu gửi lên không đúng.',
    en: 'The data sent are not valid.',
  },
  'input.large': {
    status: 413,
    close: 4413,
    vi: 'Nội dung gửi lên quá lớn.',
    en: 'The content sent is too large.',
  },
  'update.invalid': {
    status: 400,
    close: 4400,
    vi: 'Máy chủ không nhận thay đổi này vì nó không đúng định dạng. Nội dung vẫn còn trên máy của bạn.',
    en: 'The server refused this change because it is malformed. Your text is still on this device.',
  },
  'update.orphaned': {
    status: 409,
    vi: 'Thay đổi này dựa trên nội dung mà máy chủ đã không nhận, nên không gửi được. Nội dung vẫn còn trên máy của bạn.',
    en: 'This change builds on text that the server refused, so it cannot be sent. Your text is still on this device.',
  },
  'client.taken': {
    status: 409,
    close: 4409,
    vi: 'Máy chủ không nhận thay đổi này vì nó nối tiếp nội dung do người khác viết. Nội dung vẫn còn trên máy của bạn.',
    en: 'The server refused this change because it continues what somebody else wrote. Your text is still on this device.',
  },
  'client.outdated': {
    status: 409,
    close: 4409,
    vi: 'Trang đang mở là bản cũ. Hãy tải lại trang; nội dung chưa gửi vẫn được giữ.',
    en: 'This page is an old version. Reload it; unsent text is kept.',
  },
  'epoch.changed': {
    status: 409,
    close: 4410,
    vi: 'Máy chủ vừa được khôi phục từ bản sao lưu. Trang cần đối chiếu lại nội dung trên máy của bạn.',
    en: 'The server was restored from a backup. The text on this device must be reconciled.',
  },
  'plan.parts': {
    status: 413,
    vi: 'Văn bản có quá nhiều phần: nhiều nhất là 2.000. Hãy bớt đề mục, hoặc chia thành nhiều văn bản.',
    en: 'The plan has too many parts: 2,000 at most. Use fewer titles, or divide it into several plans.',
  },
  'part.blocks': {
    status: 413,
    vi: 'Có phần quá dài: mỗi phần nhiều nhất 20.000 đoạn. Hãy chia phần ấy bằng đề mục.',
    en: 'One part is too long: a part has 20,000 blocks at most. Divide it with titles.',
  },
  'part.rows': {
    status: 413,
    vi: 'Có phần quá nhiều số liệu: mỗi phần nhiều nhất 5.000 chỉ tiêu và 5.000 dòng kinh phí. Hãy bỏ bớt, hoặc chia phần ấy bằng đề mục.',
    en: 'One part has too many figures: 5,000 targets and 5,000 budget lines at most. Leave some out, or divide it with titles.',
  },
  'plan.issued': {
    status: 409,
    close: 4409,
    vi: 'Văn bản đã ban hành, không sửa được nữa.',
    en: 'The plan is issued and can no longer change.',
  },
  'conflict.exists': {
    status: 409,
    vi: 'Mục này đã có với nội dung khác.',
    en: 'This already exists with other content.',
  },
  'conflict.changed': {
    status: 409,
    vi: 'Một quản trị viên khác vừa lưu thay đổi ở đây, nên bản của bạn chưa được lưu. Hãy xem lại rồi lưu.',
    en: 'Another administrator has just saved a change here, so yours was not saved. Look at it again, then save.',
  },
  'conflict.username': {
    status: 409,
    vi: 'Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.',
    en: 'This user name is taken. Choose another.',
  },
  'unit.symbol': {
    status: 409,
    vi: 'Ký hiệu này đơn vị khác đang dùng. Hãy chọn ký hiệu khác.',
    en: 'Another unit has this symbol. Choose another.',
  },
  'unit.circle': {
    status: 409,
    vi: 'Đơn vị không thể trực thuộc chính mình, hay trực thuộc đơn vị cấp dưới của mình.',
    en: 'A unit cannot be under itself, nor under a unit below it.',
  },
  'unit.unknown': {
    status: 409,
    vi: 'Một đơn vị được chọn không có, hoặc đã kết thúc hoạt động. Hãy chọn lại.',
    en: 'One of the units chosen does not exist, or has ended. Choose again.',
  },
  'unit.end': {
    status: 400,
    vi: 'Ngày kết thúc phải sau ngày bắt đầu của tên cuối cùng; đơn vị được sáp nhập thì phải có ngày kết thúc.',
    en: 'A unit ends after the day of its last name, and one that was merged has such a day.',
  },
  'person.self': {
    status: 409,
    vi: 'Bạn không thể tự bỏ quyền quản trị của mình. Hãy nhờ một quản trị viên khác.',
    en: 'You cannot take the administrator’s right from yourself. Ask another administrator.',
  },
  'draft.many': {
    status: 409,
    vi: 'Bạn đã gửi nhiều bản nháp mà chủ trì chưa trả lời. Hãy đợi trả lời rồi gửi tiếp; bản này vẫn giữ trên máy của bạn.',
    en: 'The lead has not answered many of your drafts yet. Wait for an answer before you send more; this one stays on this device.',
  },
  'plan.changed': {
    status: 409,
    vi: 'Văn bản vừa được người khác sửa ở chỗ này. Hãy xem lại rồi thử lần nữa.',
    en: 'Someone has just changed this place. Look again, then try once more.',
  },
  'text.moved': {
    status: 409,
    vi: 'Đoạn này được chuyển sang phần khác đúng lúc bạn đang viết. Những chữ chưa kịp đi theo còn giữ ở đây.',
    en: 'This text was moved to another part while you were writing. Words that did not go along are kept here.',
  },
  'split.opening': {
    status: 409,
    vi: 'Phần mở đầu không chia thành phần con.',
    en: 'The opening cannot have parts below it.',
  },
  'split.nested': {
    status: 409,
    vi: 'Đề mục này nằm trong một đề mục khác. Hãy tách đề mục trên nó trước.',
    en: 'This heading stands below another heading. Split that one off first.',
  },
  'split.title': {
    status: 409,
    vi: 'Tên phần chỉ có chữ, dài nhất 1000 ký tự: đề mục này, hoặc một đề mục cùng cấp sau nó, có chú thích, dẫn chiếu, liên kết, hoặc dài hơn.',
    en: 'A part’s title is plain text of at most 1000 characters: this heading, or one after it, has a footnote, a reference or a link, or is longer.',
  },
  'split.restart': {
    status: 409,
    vi: 'Một đề mục ở đây đánh số lại từ 1, còn phần thì luôn đếm tiếp, nên số sẽ đổi.',
    en: 'A heading here starts again at 1, and parts always count on, so numbers would change.',
  },
  'split.tables': {
    status: 409,
    vi: 'Các bảng của cùng một biểu sẽ nằm ở nhiều phần, mỗi phần lại chỉ hiện biểu của mình. Hãy cho bảng lấy cả văn bản, hoặc bỏ bớt bảng.',
    en: 'Tables of one register would stand in several parts, and each shows its own only. Let them show the whole plan, or take some out.',
  },
  'join.top': {
    status: 409,
    vi: 'Phần này không nằm trong phần nào, nên không thành đề mục được.',
    en: 'This part stands in no other part, so it cannot become a heading.',
  },
  'join.children': {
    status: 409,
    vi: 'Phần này còn phần con. Hãy đưa các phần con về đề mục trước.',
    en: 'This part has parts below it. Turn those into headings first.',
  },
  'join.first': {
    status: 409,
    vi: 'Trước phần này còn phần khác cùng cấp, nên đưa lên trên sẽ đổi thứ tự. Hãy đưa các phần trước về đề mục trước.',
    en: 'Other parts stand before this one, so the order would change. Turn those into headings first.',
  },
  'join.level': {
    status: 409,
    vi: 'Đề mục luôn mang số 1., 1.1. nên chỉ phần mang số như thế mới thành đề mục được.',
    en: 'Headings are numbered 1., 1.1., so only a part with such a number can become one.',
  },
  'join.deep': {
    status: 409,
    vi: 'Đề mục trong phần này đã ở cấp sâu nhất.',
    en: 'A heading in this part is at the deepest level already.',
  },
  'join.tables': {
    status: 409,
    vi: 'Hai phần đều có biểu, và một bảng chỉ hiện biểu của riêng một phần; nhập lại thì bảng sẽ khác.',
    en: 'Both parts have a register, and a table shows only one of them; together it would show more.',
  },
  'link.unknown': {
    status: 404,
    vi: 'Không tìm thấy văn bản cấp trên này, hoặc bạn không được chọn văn bản này.',
    en: 'There is no such superior plan, or it is not open to you.',
  },
  'link.circle': {
    status: 409,
    vi: 'Văn bản này đã ở phía trên rồi: hai văn bản không thể thực hiện lẫn nhau. Hãy chọn văn bản cấp trên khác.',
    en: 'Plans cannot carry each other out, not even through others. Choose another superior plan.',
  },
  'link.deep': {
    status: 409,
    vi: 'Chuỗi văn bản cấp trên, cấp dưới dài quá: nhiều nhất 10 cấp.',
    en: 'Too many plans carry each other out in a row: 10 levels at most.',
  },
  'link.taken': {
    status: 409,
    vi: 'Đơn vị đã có văn bản khác thực hiện kế hoạch cấp trên này. Mỗi đơn vị chỉ có một.',
    en: 'Another plan of this unit carries out that superior plan already. A unit has one.',
  },
  'link.none': {
    status: 409,
    vi: 'Văn bản này chưa nêu kế hoạch cấp trên.',
    en: 'This plan names no superior plan yet.',
  },
  'link.carrier': {
    status: 409,
    vi: 'Có đơn vị đang giữ chỉ tiêu được giao, hoặc đã lập văn bản thực hiện, nên không bỏ được. Hãy thu lại chỉ tiêu trước.',
    en: 'A unit that holds targets, or has a plan that carries this one out, cannot be left out. Take the targets back first.',
  },
  'link.unit': {
    status: 409,
    vi: 'Có đơn vị chưa nằm trong danh sách thực hiện văn bản. Hãy thêm đơn vị vào danh sách trước.',
    en: 'One of the units is not among those that carry the plan out. Add it first.',
  },
  'link.given': {
    status: 409,
    vi: 'Chỉ tiêu này không được giao cho đơn vị, hoặc đã được thu lại.',
    en: 'This target is not given to the unit, or was taken back.',
  },
  'link.reason': {
    status: 400,
    vi: 'Hãy nêu lý do.',
    en: 'Give a reason.',
  },
  'link.target': {
    status: 400,
    vi: 'Hãy chọn một chỉ tiêu của văn bản, hoặc phần để ghi chỉ tiêu mới.',
    en: 'Choose one of the plan’s targets, or a part for a new one.',
  },
  'link.serves': {
    status: 409,
    vi: 'Mỗi chỉ tiêu chỉ góp vào một chỉ tiêu cấp trên, và mỗi chỉ tiêu cấp trên chỉ nhận một chỉ tiêu của văn bản. Hãy gỡ liên kết cũ trước.',
    en: 'A target serves one superior target, and a superior target takes one of a plan. Take the earlier link away first.',
  },
  'target.gone': {
    status: 404,
    vi: 'Chỉ tiêu này không có trong văn bản, hoặc đã bị xoá.',
    en: 'The plan has no such target, or it was deleted.',
  },
  'target.share': {
    status: 409,
    vi: 'Trị số này không chia được: chỉ chia được số lượng và số tiền, theo khoá có tổng lớn hơn 0.',
    en: 'This value cannot be shared out: only counts and money can, by a key that is not zero in all.',
  },
  'target.measure': {
    status: 409,
    vi: 'Trị số có đơn vị tính khác với chỉ tiêu: phần trăm, số lượng và tiền không thay nhau được.',
    en: 'The value is measured otherwise than the target: percentages, counts and money cannot stand for each other.',
  },
  'result.early': {
    status: 409,
    vi: 'Văn bản chưa ban hành nên chưa nhập kết quả được.',
    en: 'Results are entered once the plan is issued.',
  },
  'result.period': {
    status: 400,
    vi: 'Kỳ này nằm ngoài thời gian của văn bản.',
    en: 'This period is outside the years of the plan.',
  },
  'storage.failed': {
    status: 503,
    close: 4503,
    vi: 'Máy chủ chưa ghi được vào đĩa. Nội dung vẫn còn trên máy của bạn và sẽ được gửi lại.',
    en: 'The server could not write to disk. Your text is on this device and will be sent again.',
  },
  'storage.corrupt': {
    status: 500,
    close: 4500,
    vi: 'Một bản ghi trên máy chủ bị hỏng. Hãy báo quản trị viên.',
    en: 'A record on the server is damaged. Tell the administrator.',
  },
  'storage.full': {
    status: 503,
    close: 4503,
    vi: 'Đĩa của máy chủ đã đầy. Nội dung vẫn còn trên máy của bạn và sẽ được gửi lại.',
    en: 'The disk of the server is full. Your text is on this device and will be sent again.',
  },
  'storage.unwritable': {
    status: 503,
    close: 4503,
    vi: 'Máy chủ không ghi được vào thư mục dữ liệu.',
    en: 'The server cannot write to its data folder.',
  },
  'storage.locked': {
    status: 503,
    vi: 'Thư mục dữ liệu đang được một máy chủ khác sử dụng.',
    en: 'Another server is using this data folder.',
  },
  'storage.newer': {
    status: 503,
    vi: 'Dữ liệu do một phiên bản mới hơn của chương trình tạo ra. Hãy cập nhật chương trình.',
    en: 'The data were made by a newer version of the program. Update the program.',
  },
  'server.failed': {
    status: 500,
    close: 4500,
    vi: 'Máy chủ gặp lỗi. Hãy thử lại; nếu vẫn lỗi, báo quản trị viên.',
    en: 'The server failed. Try again; if it stays, tell the administrator.',
  },
  'server.busy': {
    status: 503,
    close: 4503,
    vi: 'Máy chủ đang bận. Hãy thử lại sau ít phút.',
    en: 'The server is busy. Try again in a few minutes.',
  },
  'import.failed': {
    status: 422,
    vi: 'Chưa đọc được văn bản này. Nội dung bạn dán vẫn còn; hãy thử từng phần, hoặc báo quản trị viên.',
    en: 'This text could not be read. It is still here; try it piece by piece, or tell the administrator.',
  },
  'network.offline': {
    status: 0,
    vi: 'Không có mạng. Việc này cần máy chủ; hãy thử lại khi có mạng.',
    en: 'There is no network. This needs the server; try again when it is back.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

/** An expected refusal. `detail` is for the log and for developers, never shown alone. */
export interface Refusal {
  code: ErrorCode
  detail?: string
}

export type Result<Value> = { ok: true; value: Value } | { ok: false; error: Refusal }

export function accept<Value>(value: Value): Result<Value> {
  return { ok: true, value }
}

export function refuse(code: ErrorCode, detail?: string): { ok: false; error: Refusal } {
  return { ok: false, error: detail === undefined ? { code } : { code, detail } }
}

/** For code that must leave through an exception (hooks of a library); translated at the edge. */
export class RefusalError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, detail?: string) {
    super(detail ?? errorCatalogue[code].en)
    this.code = code
  }
}

/** Inside a transaction, which an exception undoes. */
export function orThrow<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new RefusalError(result.error.code, result.error.detail)
  return result.value
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code)
}
