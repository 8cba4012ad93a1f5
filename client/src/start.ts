import { mount } from 'svelte'
import App from './App.svelte'
import { Router } from './router.svelte.ts'
import { Session } from './session/session.svelte.ts'
import { NewVersion } from './sync/new-version.svelte.ts'
import { Appearance } from './ui/appearance.svelte.ts'
import { Commands } from './ui/commands.svelte.ts'

const target = document.getElementById('app')
if (target === null) throw new Error('the page has no #app')
const appearance = new Appearance()
appearance.start()
const router = new Router()
router.start()
const session = new Session()
void session.refresh()
const version = new NewVersion()
// In development the files change under the page; keeping them would show yesterday's.
if (import.meta.env.PROD) void version.start(navigator.serviceWorker)
mount(App, { target, props: { appearance, router, session, version, commands: new Commands() } })
