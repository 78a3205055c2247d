import type { Page } from 'playwright-core'

/** Says in an open buy sheet where to send it: in Germany. */
export async function fillDelivery(page: Page): Promise<void> {
  await page.getByLabel('Full name').fill('Ada Example')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Street and house number').fill('Musterweg 1')
  await page.getByLabel('City').fill('Leipzig')
  await page.getByLabel('Postal code').fill('04109')
  await page.getByRole('button', { name: 'Save and continue' }).click()
}
