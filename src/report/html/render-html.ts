import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { answers } from '../answers.ts';
import type { Report } from '../report.ts';
import { banner, breakGlass } from './banner.ts';
import { clocks } from './clocks.ts';
import { course } from './course.ts';
import { decided } from './decided.ts';
import { eachTarget } from './each-target.ts';
import { html, trusted } from './html.ts';
import { leftOut } from './left-out.ts';
import { loss } from './loss.ts';
import { findings, notes, origins } from './origins.ts';
import { checklist, checks, equality } from './proof.ts';
import { slow } from './slow.ts';
import { tiles } from './tiles.ts';

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8');

/** Nothing is loaded and nothing runs: only this style sheet, by its digest, is allowed. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/**
 * The report as one page that needs no network and no script: for a screen of any size, dark and light, and for paper.
 * The same report gives the same bytes. Whatever names and sentences hold is shown, and never acts as markup.
 */
export const renderHtml = (report: Report): string => {
  const { run, headline } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${answers[headline.answer].split(':')[0]} · ${run.runbook} of ${run.targets.join(', ')}</title>
<meta name="description" content="${headline.says}">
<style>${trusted(style)}</style>
</head>
<body>
${banner(report)}
<main>
${breakGlass(report)}
${tiles(report)}
${eachTarget(report)}
${findings(report)}
${clocks(report)}
${loss(report)}
${slow(report)}
${leftOut(report)}
${decided(report)}
${course(report)}
${checklist(report)}
${equality(report)}
${checks(report)}
${notes(report)}
${origins(report)}
</main>
<footer>Made by dr-runbooks from the record of the run alone. Times are UTC. What was not measured is called so.</footer>
</body>
</html>
`;
  return page.toString();
};
