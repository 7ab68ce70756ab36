/**
 * picture.js PROMETHEUS_URL DASHBOARD.json SECONDS SCRAPE_SECONDS: a dashboard as an HTML page on standard output, drawn from
 * the data of a Prometheus. It is not Grafana: it shows layout, titles, units, and which panels have nothing to say.
 *
 *     node build/picture/picture.js http://127.0.0.1:9090 ../dashboards/netpulse-overview.json 3600 15 > x.html
 *     chromium --headless --screenshot=x.png --window-size=1600,1400 --hide-scrollbars x.html
 */
import { readFileSync } from 'node:fs';
import { answers, type Series, type Window } from './data';
import { bars, color, type Field, graph, text, tile } from './draw';
import { format } from './units';

const kColumn = (1600 - 2 * 16 + 8) / 24;
const kRow = 38;
const kTitle = 30;

function fieldOf(panel: any): Field {
  const defaults = panel.fieldConfig.defaults;
  return { unit: defaults.unit, decimals: defaults.decimals, min: defaults.min, softMax: defaults.custom?.axisSoftMax,
           fixed: defaults.color?.fixedColor,
           steps: defaults.thresholds?.steps ?? [] };
}

function rows(panel: any, series: Series[]): string {
  const [, organize] = panel.transformations;
  const { renameByName: names, indexByName: order } = organize.options;
  const columns = Object.keys(order).sort((a, b) => order[a] - order[b]);
  const labels = columns.filter((c) => !c.startsWith('Value'));
  const merged = new Map<string, Record<string, string | number>>();
  for (const one of series) {
    const key = JSON.stringify(labels.map((l) => one.labels[l] ?? ''));
    const row = merged.get(key) ?? Object.fromEntries(labels.map((l) => [l, one.labels[l] ?? '']));
    row[panel.targets.length === 1 ? 'Value' : 'Value #' + one.refId] = one.points[0]?.[1] ?? NaN;
    merged.set(key, row);
  }
  const first = columns[labels.length]!;
  const sorted = [...merged.values()].sort((a, b) => Number(b[first] ?? -1) - Number(a[first] ?? -1));
  const cell = (row: Record<string, string | number>, column: string): string => {
    const value = row[column];
    if (typeof value !== 'number') return `<td>${text(value ?? '–')}</td>`;
    const own = panel.fieldConfig.overrides.find((o: any) => o.matcher.options === names[column])?.properties ?? [];
    const property = (id: string) => own.find((p: any) => p.id === id)?.value;
    const steps = property('thresholds')?.steps;
    const style = steps ? ` style="color:${color(value, { unit: '', steps })}"` : '';
    return `<td class="number"${style}>${format(value, property('unit'), property('decimals'))}</td>`;
  };
  return `<table class="rows"><tr>${columns.map((c) => `<th${c.startsWith('Value') ? ' class="number"' : ''}>${text(names[c])}</th>`).join('')}</tr>${
    sorted.map((row) => `<tr>${columns.map((c) => cell(row, c)).join('')}</tr>`).join('')}</table>`;
}

async function draw(panel: any, window: Window): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const series = (await Promise.all(panel.targets.map((t: any) => answers(t, window)))).flat() as Series[];
  const width = w * kColumn - 8;
  const height = h * kRow - 8 - kTitle;
  const field = fieldOf(panel);
  const custom = panel.fieldConfig.defaults.custom ?? {};
  const isTile = panel.type === 'stat' && panel.options.colorMode === 'background';
  const body = panel.type === 'stat' ? tile(series, field, width, height, isTile, panel.fieldConfig.defaults.noValue)
    : panel.type === 'bargauge' ? bars(series, field, width - 16, height - 8)
    : panel.type === 'table' ? rows(panel, series)
    : graph(series, field, window.end - window.seconds, window.end, width, height,
            { stacked: custom.stacking?.mode === 'normal', right: panel.options.legend.placement === 'right',
              dashed: custom.thresholdsStyle?.mode === 'dashed', steps: custom.lineInterpolation === 'stepAfter' });
  return `<section style="left:${16 + x * kColumn}px;top:${60 + y * kRow}px;width:${width}px;height:${h * kRow - 8}px">
    <h2>${text(panel.title)}</h2><div>${body}</div></section>`;
}

const kStyle = `body{margin:0;background:#f4f5f5;font:12px Inter,"DejaVu Sans",Helvetica,sans-serif;color:#24292e}
h1{font-size:18px;margin:0;padding:18px 16px}section{position:absolute;background:#fff;border:1px solid #e0e0e4;overflow:hidden;box-sizing:border-box}
h2{font-size:13px;font-weight:500;margin:0;padding:7px 8px;height:16px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.axis{font-size:11px;fill:#555}.bar{font-size:12px;fill:#24292e}
.legend{font-size:11px;padding:0 10px;line-height:17px;color:#444}.legend span{margin-right:12px;white-space:nowrap}i{display:inline-block;width:12px;height:4px;margin-right:5px;vertical-align:middle}
.beside{display:flex;align-items:flex-start}table{border-collapse:collapse}table.legend td:nth-child(n+2),table.legend th,.number{text-align:right}
.rows{width:100%}.rows th,.rows td{padding:5px 10px;border-bottom:1px solid #eee;text-align:left}.rows .number{text-align:right}.rows th{color:#3871dc;font-weight:500}.empty{padding:20px;color:#888;text-align:center}`;

async function main(): Promise<void> {
  const [url, path, seconds, scrapeSeconds] = process.argv.slice(2);
  if (!url || !path || !seconds || !scrapeSeconds) throw new Error('picture.js: give URL, DASHBOARD.json, SECONDS, SCRAPE_SECONDS');
  const dashboard = JSON.parse(readFileSync(path, 'utf8'));
  const window = { url, seconds: Number(seconds), scrapeSeconds: Number(scrapeSeconds), end: Math.floor(Date.now() / 1000) };
  const sections: string[] = [];
  for (const panel of dashboard.panels) sections.push(await draw(panel, window));
  process.stdout.write(`<!doctype html><meta charset="utf-8"><title>${text(dashboard.title)}</title><style>${kStyle}</style>
    <h1>${text(dashboard.title)}</h1>${sections.join('\n')}`);
}

void main();
