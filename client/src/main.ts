import './ui/base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { Router } from './router.svelte.ts'
import { Session } from './session/session.svelte.ts'
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
mount(App, { target, props: { appearance, router, session, commands: new Commands() } })
