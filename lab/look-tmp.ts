import { startHouse } from './rig/house.ts'
import { openBrowser, visit, desk, phone } from './rig/browser.ts'
const browser = await openBrowser(['--use-fake-device-for-media-stream','--use-fake-ui-for-media-stream','--auto-select-tab-capture-source-by-title=Silkcast Studio'])
const house = await startHouse({ isDemo: true })
const S = '/tmp/cam/s'
try {
  const token = await house.enter(house.signIn)
  const staff = house.client(token)
  const products = (await staff.call('GET /api/products', { query: {} }) as any).value
  const made = await staff.call('POST /api/shows', { body: { title: 'Evening of tea', startsAtMs: Date.now() + 600000, lineUp: products.slice(0,4).map((p:any)=>p.id) } }) as any
  const id = made.value.id
  await staff.call('POST /api/shows/:showId/pin', { params: { showId: id }, body: { productId: products[0].id } })
  const session = { url: house.url, token }
  const url = `${house.url}/studio/shows/${id}`
  const { page, context } = await visit(browser, { viewport: desk, session })
  await page.goto(url); await page.waitForTimeout(2500)
  await page.getByRole('button', { name: 'Set up the encoder' }).first().click()
  await page.waitForTimeout(800)
  await page.getByRole('button', { name: 'Show the code' }).click(); await page.waitForTimeout(1200)
  await page.screenshot({ path: `${S}-sheet-here.png` })
  await page.getByRole('tab', { name: 'OBS, WHIP' }).click(); await page.waitForTimeout(800)
  await page.screenshot({ path: `${S}-sheet-whip.png` })
  await context.close()
  // trouble
  const bad = await visit(browser, { viewport: desk, session })
  await bad.page.addInitScript(`navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no','NotAllowedError'))`)
  await bad.page.goto(`${url}/camera`); await bad.page.waitForTimeout(2000)
  const b = bad.page.getByRole('button', { name: 'Turn on camera' })
  await bad.page.screenshot({ path: `${S}-off.png` })
  if (await b.isVisible()) await b.click(); await bad.page.waitForTimeout(1000)
  await bad.page.screenshot({ path: `${S}-blocked-permission.png` })
  await bad.page.setViewportSize(phone); await bad.page.waitForTimeout(800)
  await bad.page.screenshot({ path: `${S}-p-blocked-permission.png` })
  await bad.context.close()
  // arabic
  const ar = await visit(browser, { viewport: desk, session, locale: 'ar' })
  await ar.page.goto(`${url}/camera?lang=ar`); await ar.page.waitForTimeout(3000)
  const ab = ar.page.getByRole('button', { name: 'شغّل الكاميرا والميكروفون' })
  if (await ab.isVisible()) { await ab.click(); await ar.page.waitForTimeout(2500) }
  await ar.page.getByRole('button', { name: 'ابدأ التجربة' }).click(); await ar.page.waitForTimeout(6000)
  await ar.page.screenshot({ path: `${S}-ar.png` })
  await ar.page.setViewportSize(phone); await ar.page.waitForTimeout(800)
  await ar.page.screenshot({ path: `${S}-p-ar.png` })
  await ar.page.getByRole('button', { name: 'الكاميرا والصوت' }).click(); await ar.page.waitForTimeout(1000)
  await ar.page.screenshot({ path: `${S}-p-ar-sheet.png` })
  await ar.context.close()
  await new Promise(r => setTimeout(r, 4000))
  // live + chat + reconnecting on the phone, light theme on wide
  const p = await visit(browser, { viewport: phone, session })
  await p.page.addInitScript(`localStorage.setItem('silkcast.studio.theme','light')`)
  await p.page.goto(`${url}/camera`); await p.page.waitForTimeout(2500)
  const pb = p.page.getByRole('button', { name: 'Turn on camera' })
  if (await pb.isVisible()) { await pb.click(); await p.page.waitForTimeout(2500) }
  await p.page.screenshot({ path: `${S}-p-alone.png` })
  await p.page.getByRole('button', { name: 'Start the rehearsal' }).click(); await p.page.waitForTimeout(7000)
  await p.page.getByRole('button', { name: 'Go live' }).click(); await p.page.waitForTimeout(1500)
  const room = await visit(browser)
  await room.page.goto(`${house.url}/s/${made.value.slug}`); await room.page.waitForTimeout(2000)
  for (const text of ['Does it come with a lid?', '这个茶壶能用洗碗机吗?', 'I love the green one, is there a smaller one for two people please']) { await room.page.evaluate(`fetch('/api/rooms/${id}/say',{method:'POST',headers:{'content-type':'application/json'},body:${JSON.stringify(JSON.stringify({ t: 'chat', ref: '1', text }))}}).then(r=>r.text())`).then(x => console.log(String(x).slice(0,200))); await room.page.waitForTimeout(1000) }
  await p.page.waitForTimeout(1500)
  await p.page.screenshot({ path: `${S}-p-live.png` })
  await p.page.getByRole('button', { name: 'Mute' }).click(); 
  await p.page.setViewportSize(desk); await p.page.waitForTimeout(1500)
  await p.page.screenshot({ path: `${S}-light-live.png` })
  await p.page.setViewportSize(phone)
  house.kill('media'); await p.page.waitForTimeout(3500)
  await p.page.screenshot({ path: `${S}-p-gone.png` })
  await p.page.setViewportSize({ width: 844, height: 390 }); await p.page.waitForTimeout(800)
  await p.page.screenshot({ path: `${S}-p-land.png` })
  const ip = Object.values((await import('node:os')).networkInterfaces()).flat().find((x:any)=>x.family==='IPv4'&&!x.internal)!.address
  const lan = house.url.replace('localhost', ip)
  const lk = await visit(browser, { viewport: phone, colorScheme: 'dark', session: { url: lan, token } })
  await lk.page.goto(`${lan}/studio/shows/${id}/camera`); await lk.page.waitForTimeout(2000)
  await lk.page.screenshot({ path: `${S}-p-locked.png` })
  const lr = await visit(browser, { viewport: phone, colorScheme: 'dark', locale: 'ar', session: { url: lan, token } })
  await lr.page.goto(`${lan}/studio/shows/${id}/camera?lang=ar`); await lr.page.waitForTimeout(2000)
  await lr.page.screenshot({ path: `${S}-p-locked-ar.png` })
} catch (e) { console.log(e) } finally { await browser.close(); await house.stop() }
