/** Numbers as Grafana writes them, near enough to judge a layout by. */

const kSi = ['', ' k', ' M', ' G', ' T', ' P'];
const kIec = ['', ' Ki', ' Mi', ' Gi', ' Ti', ' Pi'];

function scaled(value: number, base: number, prefixes: string[], suffix: string, decimals?: number): string {
  let power = 0;
  let rest = value;
  while (Math.abs(rest) >= base && power + 1 < prefixes.length) {
    rest /= base;
    ++power;
  }
  const prefix = prefixes[power]!;
  const space = suffix && !prefix ? ' ' : '';
  return digits(rest, decimals) + prefix + space + suffix;
}

function digits(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  const size = Math.abs(value);
  return size === 0 ? '0' : String(Number(value.toPrecision(size >= 100 ? Math.ceil(Math.log10(size + 1)) : 3)));
}

function duration(seconds: number, decimals?: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 1e-3) return digits(seconds * 1e6, decimals) + ' µs';
  if (size < 1) return digits(seconds * 1e3, decimals) + ' ms';
  if (size < 120) return digits(seconds, decimals) + ' s';
  return size < 7200 ? digits(seconds / 60, decimals) + ' mins' : digits(seconds / 3600, decimals) + ' hours';
}

export function format(value: number, unit: string, decimals?: number): string {
  switch (unit) {
    case 'percentunit': return digits(value * 100, decimals) + ' %';
    case 's': return duration(value, decimals);
    case 'bps': return scaled(value, 1000, kSi, 'b/s', decimals);
    case 'decbytes': return scaled(value, 1000, kSi, 'B', decimals);
    case 'bytes': return scaled(value, 1024, kIec, 'B', decimals);
    case 'pps': return scaled(value, 1000, kSi, 'p/s', decimals);
    case 'cps': return scaled(value, 1000, kSi, 'c/s', decimals);
    case 'short': return scaled(value, 1000, ['', ' K', ' Mil', ' Bil', ' Tri'], '', decimals);
    case 'none': return digits(value, decimals);
    default: throw new Error('no such unit here: ' + unit);
  }
}
