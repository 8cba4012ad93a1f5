/** The little that runs first: sends for everything at once, program and answers alike. */
import './ui/base.css'
import { askAhead } from './ahead.ts'

askAhead()
void import('./start.ts')
if (location.pathname.startsWith('/plans/')) void import('./plan/PlanScreen.svelte').catch(() => undefined)
