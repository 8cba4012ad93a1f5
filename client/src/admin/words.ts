/** What the values of units are called on the administrator's screens. */
import type { FormatProfile, UnitKind, UnitLevel } from '@soanchung/shared/units/units.ts'
import { m } from '../paraglide/messages.js'
import type { UnitDraft } from './unit-draft.ts'

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

export const fieldNames: Record<keyof UnitDraft, () => string> = {
  names: m.admin_names,
  kind: m.admin_kind,
  level: m.admin_level,
  profile: m.admin_profile,
  colour: m.admin_colour,
  parent: m.admin_parent,
  guidedBy: m.admin_guided_by,
  memberOf: m.admin_member_of,
  signers: m.admin_signers,
  closedOn: m.admin_closed_on,
  mergedInto: m.admin_merged_into,
}
