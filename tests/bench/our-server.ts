/**
 * Our side of the benchmark: the real server over a data folder, with a lead and a drafter who are
 * signed in. A child process; the arguments are the data folder and the folder of the client.
 */
import { startServer } from '../support/server.ts'
import { answerUsage } from './usage.ts'

const [dataFolder, clientFolder] = process.argv.slice(2)
if (dataFolder === undefined) throw new Error('usage: our-server.ts DATA_FOLDER [CLIENT_FOLDER]')

const server = await startServer({ dataFolder, ...(clientFolder === undefined ? {} : { clientFolder }) })
const unit = await server.unit('MTTQ')
const lead = await server.person({ name: 'Nguyễn Thu Hà', units: [unit] })
const farmers = await server.unit('HND')
const drafter = await server.person({ name: 'Trần Văn Lực', units: [farmers] })
answerUsage({
  address: server.address,
  ...{ cookie: lead.cookie, unit: unit.id, drafterCookie: drafter.cookie, drafterUnit: farmers.id },
})
