/** What a refusal means, in the language of the interface. */
import { errorCatalogue, isErrorCode, type ErrorCode, type Refusal } from '@soanchung/shared/errors.ts'
import { getLocale } from '../paraglide/runtime.js'

export function refusalText(refusal: Refusal): string {
  return errorText(refusal.code)
}

export function errorText(code: ErrorCode): string {
  return errorCatalogue[code][getLocale()]
}

/** Why somebody was sent back here from elsewhere: `?problem=`, a code of the catalogue; mostly nothing. */
export function problemOfAddress(): string {
  const code = new URLSearchParams(location.search).get('problem')
  return code !== null && isErrorCode(code) ? errorText(code) : ''
}
