import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Router, routeOf } from '../../client/src/router.svelte.ts'

const plan = 'abcdefghjkmnpqrstuvw'

describe('addresses', () => {
  it.each([
    ['/', { screen: 'home' }],
    ['/plans/new', { screen: 'new-plan' }],
    ['/plans/import/', { screen: 'import' }],
    ['/account', { screen: 'account' }],
    ['/admin', { screen: 'admin', page: 'units' }],
    ['/admin/people', { screen: 'admin', page: 'people' }],
    [`/plans/${plan}`, { screen: 'plan', planId: plan }],
    ['/plans/too-short', { screen: 'unknown' }],
    [`/plans/${plan}/more`, { screen: 'unknown' }],
    ['/constructor', { screen: 'unknown' }],
  ])('%s leads to its screen', (path, route) => {
    expect(routeOf(path)).toEqual(route)
  })

  it.each([
    ['?next=%2Faccount', '/account'],
    ['', '/'],
    ['?next=https%3A%2F%2Felsewhere.example', '/'],
    ['?next=%2F%2Felsewhere.example', '/'],
    ['?next=%2F%5Celsewhere.example', '/'],
  ])('signing in with %s goes on to %s and never to another site', (search, next) => {
    expect(routeOf('/sign-in', search)).toEqual({ screen: 'sign-in', next })
  })
})

describe('leaving a screen', () => {
  let router: Router
  let stop: () => void

  beforeEach(() => {
    history.replaceState(null, '', '/plans/new')
    router = new Router()
    stop = router.start()
  })
  afterEach(() => stop())

  it('follows a link of this site without a reload', async () => {
    document.body.innerHTML = '<a href="/account"><b>Tài khoản</b></a>'
    document.querySelector('b')?.click()
    await expect.poll(() => router.route.screen).toBe('account')
  })

  it('stays where the user wants to keep what was typed', async () => {
    router.guard({ hasUnsaved: () => true, mayLeave: () => Promise.resolve(false) })
    expect(await router.go('/')).toBe(false)
    expect(router.route.screen).toBe('new-plan')
    expect(location.pathname).toBe('/plans/new')
  })

  it('asks nothing where nothing was typed', async () => {
    router.guard({ hasUnsaved: () => false, mayLeave: () => Promise.reject(new Error('asked')) })
    expect(await router.go('/account')).toBe(true)
    expect(router.route.screen).toBe('account')
  })

  it('forgets the guard of a screen that was left', async () => {
    router.guard({ hasUnsaved: () => true, mayLeave: () => Promise.resolve(true) })
    await router.go('/account')
    expect(await router.go('/')).toBe(true)
  })
})
