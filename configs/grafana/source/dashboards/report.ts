import { bars, lines, rows, tile } from '../panels';
import { type Page } from '../frame';
import { inRange, kLost, kLostBefore, perSecond, quantileInRange, recordedInRange, series, share, sum } from '../queries';

const kApplications = `sum by (application, category) (${recordedInRange('job_application:netpulse_application_bytes:rate5m')})`;
const kRecorded = 'Of all instances of the job, by the recording rules of configs/prometheus/netpulse.rules.yml: empty without them.';

const ranged = (metric: string, more = '', ...by: string[]): string => sum(inRange(series(metric, more)), ...by);
const lost = (...by: string[]): string =>
  share(ranged('netpulse_dropped_packets_total', kLost, ...by),
        `(${ranged('netpulse_capture_packets_total', '', ...by)} + ${ranged('netpulse_dropped_packets_total', kLostBefore, ...by)})`);

/** A page to print: what a week was like. */
export const report: Page = {
  uid: 'netpulse-report',
  title: 'netpulse / Report',
  description: 'A page to print: totals of a week, or of any time range. Applications, countries and protocols come from the '
    + 'recording rules of configs/prometheus/netpulse.rules.yml, so that a long range over a fleet is quick.',
  from: 'now-7d',
  refresh: '',
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Traffic', unit: 'decbytes', over: 'range', query: ranged('netpulse_traffic_bytes_total'),
               description: 'Bytes on the wire in the time range.' }),
        tile({ title: 'Flows', unit: 'short', over: 'range', query: ranged('netpulse_flows_created_total'),
               description: 'Flow records begun in the time range.' }),
        tile({ title: 'Packets lost', unit: 'percentunit', decimals: 3, over: 'range', limits: { warning: 0.0001, bad: 0.01 },
               query: lost(), description: 'Share of packets that were lost, or not wholly processed: how far the rest can be trusted.' }),
        tile({ title: 'Encrypted', unit: 'percentunit', decimals: 1, over: 'range',
               query: share(ranged('netpulse_encryption_bytes_total', 'state="encrypted"'), ranged('netpulse_encryption_bytes_total')),
               description: 'Share of the bytes whose protocol is known and encrypts its payload.' }),
        tile({ title: 'DNS queries', unit: 'short', over: 'range', query: ranged('netpulse_dns_transactions_total'),
               description: 'Over UDP and TCP, in clear.' }),
        tile({ title: 'Calls', unit: 'short', decimals: 0, over: 'range', query: ranged('netpulse_sip_calls_total', 'event="begun"'),
               description: 'SIP calls begun.' }),
      ],
    },
    {
      height: 4,
      panels: [
        tile({ title: 'TCP handshake, median', unit: 's', over: 'range', limits: { warning: 0.1, bad: 0.3 },
               query: quantileInRange(0.5, 'netpulse_tcp_handshake_rtt_seconds'), description: 'Half of the connections were faster.' }),
        tile({ title: 'TCP retransmitted', unit: 'percentunit', decimals: 2, over: 'range', limits: { warning: 0.01, bad: 0.03 },
               query: share(ranged('netpulse_tcp_retransmissions_total'), ranged('netpulse_transport_packets_total', 'transport="tcp"')),
               description: 'Share of TCP packets.' }),
        tile({ title: 'TLS handshake, median', unit: 's', over: 'range', limits: { warning: 0.3, bad: 1 },
               query: quantileInRange(0.5, 'netpulse_tls_handshake_seconds'), description: 'From ClientHello to Finished.' }),
        tile({ title: 'DNS time, 95 %', unit: 's', over: 'range', limits: { warning: 0.1, bad: 0.5 },
               query: quantileInRange(0.95, 'netpulse_dns_latency_seconds'), description: '95 of 100 answers came faster.' }),
        tile({ title: 'DNS failures', unit: 'percentunit', decimals: 2, over: 'range', limits: { warning: 0.02, bad: 0.1 },
               query: share(`(${ranged('netpulse_dns_responses_total', 'rcode=~"SERVFAIL|REFUSED|FORMERR|NOTIMP"')} + ${
                              ranged('netpulse_dns_transactions_total', 'result="unanswered"')})`, ranged('netpulse_dns_transactions_total')),
               description: 'No answer, or SERVFAIL, REFUSED, FORMERR, NOTIMP.' }),
        tile({ title: 'Bad calls', unit: 'percentunit', decimals: 1, over: 'range', limits: { warning: 0.05, bad: 0.2 },
               query: share(ranged('netpulse_rtp_mos_bucket', 'le="3.6"'), ranged('netpulse_rtp_mos_count')),
               description: 'Share of RTP streams with an estimated opinion score of 3.6 or less.' }),
      ],
    },
    {
      height: 7,
      widths: [24],
      panels: [
        lines({ title: 'Traffic by direction', unit: 'bps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_traffic_bytes_total')), 'direction') + ' * 8', legend: '{{direction}}' }],
                description: 'Bits on the wire, in and out of the home networks, local among them, transit between others.' }),
      ],
    },
    {
      height: 13,
      widths: [12, 6, 6],
      panels: [
        rows({ title: 'Applications', unit: 'none', labels: { application: 'Application', category: 'Category' },
               columns: [{ title: 'Bytes', unit: 'decbytes', query: `topk(15, ${kApplications} > 0)` },
                         { title: 'Share', unit: 'percentunit', decimals: 1,
                           query: `topk(15, ${kApplications} > 0) / scalar(sum(${kApplications}))` }],
               description: 'The fifteen with most bytes. ' + kRecorded }),
        bars({ title: 'Countries', unit: 'decbytes', legend: '{{country}}',
               query: `topk(12, sum by (country) (${recordedInRange('job_country:netpulse_country_bytes:rate5m')}) > 0)`,
               description: 'Bytes of flows that ended, by country of either end; needs [geoip] databases. ' + kRecorded }),
        bars({ title: 'Protocols', unit: 'decbytes', legend: '{{protocol}}',
               query: `topk(12, sum by (protocol) (${recordedInRange('job_protocol:netpulse_protocol_bytes:rate5m')}) > 0)`,
               description: 'Bytes by application-layer protocol. ' + kRecorded }),
      ],
    },
    {
      height: 8,
      panels: [
        rows({ title: 'Instances', unit: 'none', labels: { instance: 'Instance' },
               columns: [{ title: 'Bytes', unit: 'decbytes', query: ranged('netpulse_capture_bytes_total', '', 'instance') },
                         { title: 'Packets', unit: 'short', query: ranged('netpulse_capture_packets_total', '', 'instance') },
                         { title: 'Lost', unit: 'percentunit', decimals: 3, limits: { warning: 0.0001, bad: 0.01 }, query: lost('instance') },
                         { title: 'Reachable', unit: 'percentunit', decimals: 1, limits: { warning: 0.99, bad: 0.95 },
                           query: `avg by (instance) (avg_over_time(${series('up')}[$__range]))` }],
               description: 'What each saw, and the share of scrapes that it answered.' }),
        rows({ title: 'Alerts', unit: 'none', labels: { alertname: 'Alert', instance: 'Instance' },
               columns: [{ title: 'Fired', unit: 'none', decimals: 0,
                           query: 'max by (alertname, instance) (max_over_time(ALERTS{alertname=~"Netpulse.+",alertstate="firing"}[$__range])) '
                             + 'or on () label_replace(vector(0), "alertname", "none", "", "")' }],
               description: 'Alerts that fired at some time in the range, of all instances.' }),
      ],
    },
  ],
};
