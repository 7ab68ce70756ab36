/** What Prometheus answers to the queries of a panel, with variables filled in as Grafana does for All. */

export interface Target { expr: string; refId: string; legendFormat?: string; instant?: boolean }
export interface Series { refId: string; name: string; labels: Record<string, string>; points: [number, number][] }
export interface Window { url: string; end: number; seconds: number; scrapeSeconds: number }

const kPointsMax = 240;

export async function answers(target: Target, window: Window): Promise<Series[]> {
  const step = Math.max(window.scrapeSeconds, Math.ceil(window.seconds / kPointsMax));
  const values: Record<string, string> = {
    __rate_interval: Math.max(step + window.scrapeSeconds, 4 * window.scrapeSeconds) + 's', __range: window.seconds + 's',
  };
  const query = target.expr.replace(/\$\{?(\w+)\}?/g, (_, name: string) => values[name] ?? '.*');
  const range = { query, start: String(window.end - window.seconds), end: String(window.end), step: String(step) };
  const parameters = target.instant ? { query, time: String(window.end) } : range;
  const answer = await fetch(`${window.url}/api/v1/${target.instant ? 'query' : 'query_range'}?${new URLSearchParams(parameters)}`);
  const body = await answer.json() as { status: string; error?: string; data: { result: any[] } };
  if (body.status !== 'success') throw new Error(`${query}: ${body.error}`);
  return body.data.result.map((one) => ({
    refId: target.refId, labels: one.metric, name: named(target.legendFormat ?? '', one.metric),
    points: (one.values ?? [one.value]).map(([time, value]: [number, string]) => [time, Number(value)] as [number, number])
      .filter(([, value]: [number, number]) => Number.isFinite(value)),
  }));
}

function named(legend: string, labels: Record<string, string>): string {
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '').trim();
}
