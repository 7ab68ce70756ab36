/** Panels as SVG and HTML, in the manner of Grafana's light theme. */
import type { Series } from './data';
import { format } from './units';

export const kPalette = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0', '#37872d',
  '#fade2a', '#447ebc', '#c15c17', '#890f02', '#0a437c', '#6d1f62', '#584477'];
const kNamed: Record<string, string> = { green: '#1b855e', yellow: '#d9a400', red: '#d10e3a', blue: '#3871dc' };
export const text = (s: string): string => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

export interface Field { unit: string; decimals?: number; min?: number; softMax?: number; fixed?: string;
  steps: { value: number | null; color: string }[] }

export function color(value: number, field: Field): string {
  if (field.fixed) return kNamed[field.fixed]!;
  const reached = field.steps.filter((step) => step.value === null || value >= step.value);
  return kNamed[reached[reached.length - 1]?.color ?? 'green'] ?? '#1b855e';
}

const line = (points: [number, number][]): string => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

export function tile(series: Series[], field: Field, width: number, height: number, background: boolean, empty: string): string {
  const points = series[0]?.points ?? [];
  const last = points[points.length - 1]?.[1];
  const shade = last === undefined ? '#9a9a9a' : color(last, field);
  const shown = last === undefined ? empty : format(last, field.unit, field.decimals);
  const size = Math.min(height * 0.5, (width - 16) / (shown.length * 0.58));
  let spark = '';
  if (points.length > 1) {
    const top = Math.max(...points.map((p) => p[1]), 1e-12);
    const path = line(points.map(([, v], i) => [(i / (points.length - 1)) * width, height - (v / top) * height * 0.35]));
    spark = `<path d="${path}L${width} ${height}L0 ${height}Z" fill="${background ? '#ffffff55' : shade + '33'}"/>`;
  }
  return `<svg width="${width}" height="${height}">${background ? `<rect width="100%" height="100%" fill="${shade}"/>` : ''}${spark}
    <text x="8" y="${height / 2 + size * 0.3}" font-size="${size}" font-weight="500" fill="${background ? '#fff' : shade}">${text(shown)}</text></svg>`;
}

function ticks(top: number): number[] {
  const raw = top / 4;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * unit).find((n) => n >= raw)!;
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => i * step);
}

export function graph(series: Series[], field: Field, from: number, to: number, width: number, height: number,
                      look: { stacked: boolean; right: boolean; dashed: boolean; steps: boolean }): string {
  const mean = (s: Series) => s.points.reduce((sum, p) => sum + p[1], 0) / s.points.length;
  const shown = series.filter((s) => s.points.length);
  if (!shown.length) return `<div class="empty">none seen</div>`;
  const legend = look.right ? Math.min(330, width * 0.42) + 12 : 0;
  const below = look.right ? 22 : 40;
  const box = { left: 64, top: 8, right: width - legend - 22, bottom: height - below };
  const sums = new Map<number, number>();
  const stacked = shown.map((s) => s.points.map(([t, v]): [number, number, number] => {
    const base = look.stacked ? sums.get(t) ?? 0 : 0;
    sums.set(t, base + v);
    return [t, base, base + v];
  }));
  const top = Math.max(...stacked.flat().map((p) => p[2]), field.softMax ?? 0, 1e-9) * (field.softMax ? 1 : 1.05);
  const x = (t: number) => box.left + ((t - from) / (to - from)) * (box.right - box.left);
  const y = (v: number) => box.bottom - (v / top) * (box.bottom - box.top);
  let svg = ticks(top).map((v) => `<line x1="${box.left}" x2="${box.right}" y1="${y(v)}" y2="${y(v)}" stroke="#e3e3e8"/>
    <text x="${box.left - 6}" y="${y(v) + 4}" text-anchor="end" class="axis">${format(v, field.unit)}</text>`).join('');
  for (let i = 0; i <= 4; ++i) {
    const t = from + ((to - from) * i) / 4;
    svg += `<text x="${x(t)}" y="${box.bottom + 15}" text-anchor="middle" class="axis">${new Date(t * 1000).toISOString().slice(11, 16)}</text>`;
  }
  stacked.forEach((points, i) => {
    const shade = kPalette[i % kPalette.length]!;
    const path: [number, number][] = [];
    points.forEach((p, k) => {
      if (look.steps && k) path.push([x(p[0]), y(points[k - 1]![2])]);
      path.push([x(p[0]), y(p[2])]);
    });
    const back = [...points].reverse().map((p): [number, number] => [x(p[0]), y(p[1])]);
    svg += `<path d="${line([...path, ...back])}Z" fill="${shade}" fill-opacity="${look.stacked ? 0.6 : 0.08}"/>
      <path d="${line(path)}" fill="none" stroke="${shade}" stroke-width="${look.stacked ? 1 : 2}"/>`;
  });
  if (look.dashed) {
    for (const step of field.steps.filter((s) => s.value !== null && s.value <= top))
      svg += `<line x1="${box.left}" x2="${box.right}" y1="${y(step.value!)}" y2="${y(step.value!)}" stroke="${kNamed[step.color]}" stroke-dasharray="6 4"/>`;
  }
  const entry = (s: Series, i: number) => `<i style="background:${kPalette[i % kPalette.length]}"></i>${text(s.name || 'Value')}`;
  if (!look.right)
    return `<svg width="${width}" height="${height - 22}">${svg}</svg><div class="legend">${shown.map((s, i) => `<span>${entry(s, i)}</span>`).join('')}</div>`;
  const body = shown.map((s, i) => ({ s, i })).sort((a, b) => mean(b.s) - mean(a.s)).map(({ s, i }) => `<tr><td>${entry(s, i)}</td><td>${format(mean(s), field.unit, field.decimals)}</td><td>${
    format(Math.max(...s.points.map((p) => p[1])), field.unit, field.decimals)}</td></tr>`).join('');
  return `<div class="beside"><svg width="${width - legend}" height="${height}">${svg}</svg>
    <table class="legend" style="width:${legend - 12}px"><tr><th></th><th>Mean</th><th>Max</th></tr>${body}</table></div>`;
}

export function bars(series: Series[], field: Field, width: number, height: number): string {
  const values = series.map((s) => ({ name: s.name, value: s.points[0]?.[1] ?? 0 }));
  if (!values.length) return `<div class="empty">none seen</div>`;
  const top = Math.max(...values.map((v) => v.value), 1e-9);
  const each = Math.min(40, height / values.length);
  const names = Math.min(width * 0.45, 14 + Math.max(...values.map((v) => v.name.length)) * 7);
  return `<svg width="${width}" height="${height}">` + values.map((v, i) => {
    const length = Math.max(2, (v.value / top) * (width - names - 90));
    const middle = i * each + each / 2;
    return `<text x="${names - 6}" y="${middle + 4}" text-anchor="end" class="bar">${text(v.name)}</text>
      <rect x="${names}" y="${i * each + 3}" width="${length}" height="${each - 6}" fill="${color(v.value, field)}" fill-opacity="0.75"/>
      <text x="${names + length + 6}" y="${middle + 4}" class="bar">${format(v.value, field.unit, field.decimals)}</text>`;
  }).join('') + '</svg>';
}
