import type { FrameLocator, Locator, Page, Response } from 'playwright-core';

/** What a person sees of one run. */
export interface RunPage {
  page: Page;
  /** The rendered current details, as they are now: the page does not refresh them by itself. */
  details(): Promise<FrameLocator>;
  /** The text of the details, once it is as wished. */
  detailsWith(wished: RegExp): Promise<string>;
  /** Cells of one step's row. */
  row(step: string): Promise<string[]>;
  /** Sends an update through the dialog; answers with what the page then says. */
  send(name: string, json: string): Promise<{ ok: boolean; says: string }>;
  /** The box with the result or the failure of a run that has ended. */
  result(): Promise<string>;
}

const editorIn = (root: Page | Locator): Locator => root.locator('.cm-content[contenteditable=true]').first();

/** Typed JSON is laid out anew when it loses focus, and a click at that moment is lost: Tab comes first. */
const type = async (root: Page | Locator, json: string): Promise<void> => {
  await editorIn(root).fill(json);
  await editorIn(root).press('Tab');
};

const isUpdate = (name: string) => (response: Response) =>
  response.request().method() === 'POST' && new URL(response.url()).pathname.endsWith(`/update/${name}`);

const open = (page: Page, base: string, id: string): RunPage => {
  const at = (tab: string) => `${base}/${tab}`;
  const show = async (tab: string): Promise<void> => {
    await page.goto(at(tab));
    await page.getByTestId('workflow-id-heading').filter({ hasText: id }).waitFor();
  };
  const details = async (): Promise<FrameLocator> => {
    await show('user-metadata');
    const frame = page.frameLocator('iframe[title=output]').last();
    await frame.locator('main').waitFor();
    return frame;
  };
  return {
    page,
    details,
    detailsWith: async (wished) => {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const blocks = await (await details()).locator('main > *').allTextContents();
        const text = blocks.join('\n');
        if (wished.test(text)) return text;
        if (Date.now() > deadline) throw new Error(`the details never showed ${wished}:\n${text}`);
      }
    },
    row: async (step) => {
      const rows = (await details()).getByRole('row').filter({ hasText: step });
      return rows.first().getByRole('cell').allTextContents();
    },
    send: async (name, json) => {
      await show('history');
      await page.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: 'Send an Update' }).click();
      const dialog = page.locator('dialog[open][data-testid=update-confirmation-modal]');
      await dialog.getByTestId('update-select-button').click();
      await dialog.getByRole('option', { name: new RegExp(`^${name}\\b`) }).click();
      await type(dialog, json);
      const answered = page.waitForResponse(isUpdate(name));
      await dialog.getByTestId('confirm-modal-button').click();
      const body = (await (await answered).json()) as { outcome?: { success?: unknown } };
      if (body.outcome?.success !== undefined) {
        await page.getByRole('log').getByText('Update successful').waitFor();
        return { ok: true, says: 'Update successful' };
      }
      const alert = dialog.getByRole('alert').first();
      await alert.waitFor();
      return { ok: false, says: ((await alert.textContent()) ?? '').replaceAll(/\s+/g, ' ').trim() };
    },
    result: async () => {
      await show('history');
      const box = page.getByTestId('input-and-result').filter({ hasText: /Result.*(outcome|message)/s });
      return (await box.textContent()) ?? '';
    },
  };
};

/** Fills the start form as a person does, an empty text for no input, and follows the link to the run. */
export const startInForm = async (
  page: Page,
  { uiUrl, namespace }: { uiUrl: string; namespace: string },
  run: { runbook: string; id: string; json: string },
): Promise<RunPage> => {
  const { runbook, id, json } = run;
  const query = new URLSearchParams({ workflowType: runbook, taskQueue: 'dr-control', workflowId: id });
  await page.goto(`${uiUrl}/namespaces/${namespace}/workflows/start-workflow?${query}`);
  await page.getByText('Task Queue is Active').waitFor();
  if (json !== '') await type(page, json);
  await page.getByTestId('start-workflow-button').click();
  const link = page.getByRole('log').getByRole('link', { name: 'Workflow started successfully' });
  const path = await link.getAttribute('href');
  if (path === null) throw new Error('the page gives no way to the run');
  return open(page, new URL(path, uiUrl).href.replace(/\/history.*$/, ''), id);
};
