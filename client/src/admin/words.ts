/** What the values of units are called on the administrator's screens. */
import type { FormatProfile, UnitKind, UnitLevel } from '@soanchung/shared/units/units.ts'
import { m } from '../paraglide/messages.js'

export const kindNames: Record<UnitKind, () => string> = {
  party: m.admin_kind_party,
  front: m.admin_kind_front,
  association: m.admin_kind_association,
  government: m.admin_kind_government,
  other: m.admin_kind_other,
}

export const levelNames: Record<UnitLevel, () => string> = {
  central: m.admin_level_central,
  province: m.admin_level_province,
  district: m.admin_level_district,
  commune: m.admin_level_commune,
  grassroots: m.admin_level_grassroots,
}

export const profileNames: Record<FormatProfile, () => string> = {
  state: m.admin_profile_state,
  party: m.admin_profile_party,
  front: m.admin_profile_front,
  'trade-union': m.admin_profile_trade_union,
  'youth-union': m.admin_profile_youth_union,
  association: m.admin_profile_association,
}
