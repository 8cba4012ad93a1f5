/** What a refusal means, in the language of the interface. */
import { errorCatalogue, type ErrorCode, type Refusal } from '@soanchung/shared/errors.ts'
import { getLocale } from '../paraglide/runtime.js'

export function refusalText(refusal: Refusal): string {
  return errorText(refusal.code)
}

export function errorText(code: ErrorCode): string {
  return errorCatalogue[code][getLocale()]
}
