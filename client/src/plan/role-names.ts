/** What the roles in a plan are called. */
import type { PlanRole } from '@soanchung/shared/permissions.ts'
import { m } from '../paraglide/messages.js'

export function roleName(role: PlanRole): string {
  switch (role) {
    case 'lead':
      return m.plan_role_lead()
    case 'drafter':
      return m.plan_role_drafter()
    case 'reviewer':
      return m.plan_role_reviewer()
    case 'office':
      return m.plan_role_office()
    case 'reader':
      return m.plan_role_reader()
  }
}
