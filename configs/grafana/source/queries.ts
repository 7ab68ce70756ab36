/** PromQL, put together from names: every query of the dashboards is made of these. */

/** Series of the chosen instances. more: further label matchers, such as `stage!="decode"`. */
export const series = (metric: string, more = ''): string =>
  `${metric}{job=~"$job",instance=~"$instance"${more && ',' + more}}`;

/** Of the chosen interfaces, too. */
export const onInterface = (metric: string, more = ''): string =>
  series(metric, 'interface=~"$interface"' + (more && ',' + more));

export const perSecond = (selected: string): string => `rate(${selected}[$__rate_interval])`;
/** What was counted in the time range of the dashboard. */
export const inRange = (selected: string): string => `increase(${selected}[$__range])`;

export const sum = (expression: string, ...by: string[]): string => aggregate('sum', expression, by);
export const max = (expression: string, ...by: string[]): string => aggregate('max', expression, by);

function aggregate(operator: string, expression: string, by: string[]): string {
  return by.length ? `${operator} by (${by.join(', ')}) (${expression})` : `${operator}(${expression})`;
}

/** part / whole, 0 where there is nothing to divide: an idle network is not one that fails. */
export const share = (part: string, whole: string): string => `${part} / (${whole} > 0) or ${part} * 0`;

/** Of a histogram. Without observations there is no point, rather than NaN. */
export function quantile(q: number, histogram: string, more = '', ...by: string[]): string {
  return `histogram_quantile(${q}, ${sum(perSecond(series(histogram + '_bucket', more)), 'le', ...by)}) >= 0`;
}

/** Of a histogram, over the time range of the dashboard. */
export function quantileInRange(q: number, histogram: string, more = ''): string {
  return `histogram_quantile(${q}, ${sum(inRange(series(histogram + '_bucket', more)), 'le')}) >= 0`;
}

/** The n values of a label with the most in the time range: the same ones at every point of a graph. */
export function top(n: number, counter: string, label: string, more = '', scale = ''): string {
  const selected = series(counter, more);
  const most = sum(`rate(${selected}[$__range] @ end())`, label);
  return `${sum(perSecond(selected), label)}${scale} and topk(${n}, ${most} > 0)`;
}

/** The n largest at each moment: of workers, instances and interfaces there may be hundreds. */
export const largest = (n: number, expression: string): string => `topk(${n}, ${expression})`;

/** The n values of a label with the most in the time range, as amounts, for bars and tables (instant). */
export const topInRange = (n: number, counter: string, label: string, more = ''): string =>
  `topk(${n}, ${sum(inRange(series(counter, more)), label)} > 0)`;

/** What a rate amounts to in the time range that is recorded every minute, as netpulse_fleet is (instant). */
export const recordedInRange = (rule: string): string => `sum_over_time(${rule}{job=~"$job"}[$__range]) * 60`;

/** Packets that were lost for want of capacity, or not wholly processed; what the decoder refuses is not lost. */
export const kLost = 'stage!="decode"';
/** Lost before a worker counted them as received. */
export const kLostBefore = 'stage=~"nic|interface|kernel|queue"';

export function lostShare(select: (metric: string, more?: string) => string, ...by: string[]): string {
  const rate = (metric: string, more = '') => sum(perSecond(select(metric, more)), ...by);
  const received = rate('netpulse_capture_packets_total');
  return share(rate('netpulse_dropped_packets_total', kLost),
               `(${received} + ${rate('netpulse_dropped_packets_total', kLostBefore)})`);
}

export const retransmissionShare = (...by: string[]): string =>
  share(sum(perSecond(series('netpulse_tcp_retransmissions_total')), ...by),
        sum(perSecond(series('netpulse_transport_packets_total', 'transport="tcp"')), ...by));

/** The server failed or refused, or nobody answered; NXDOMAIN is an answer. */
export function dnsFailureShare(...by: string[]): string {
  const failed = sum(perSecond(series('netpulse_dns_responses_total', 'rcode=~"SERVFAIL|REFUSED|FORMERR|NOTIMP"')), ...by);
  const silent = sum(perSecond(series('netpulse_dns_transactions_total', 'result="unanswered"')), ...by);
  return share(`(${failed} + ${silent})`, sum(perSecond(series('netpulse_dns_transactions_total')), ...by));
}

export const busyShare = (...by: string[]): string =>
  share(sum(perSecond(series('netpulse_worker_cycles_total', 'state="busy"')), ...by),
        sum(perSecond(series('netpulse_worker_cycles_total')), ...by));
