import { bars, lines, rows, tile } from '../panels';
import { labelVariable, orAny, type Page } from '../frame';
import { inRange, perSecond, series, share, sum, top, topInRange } from '../queries';

const kCategory = 'category=~"$category"';

function amounts(metric: string): string {
  return sum(inRange(series(metric, kCategory)), 'application', 'category');
}

/** Whose traffic it is. */
export const applications: Page = {
  uid: 'netpulse-applications',
  title: 'netpulse / Applications',
  description: 'Whose traffic it is, by application and category of the catalogue, protocol, country, and what can be read of it.',
  from: 'now-6h',
  refresh: '1m',
  variables: [orAny(labelVariable('category', 'Category', 'netpulse_category_bytes_total{job=~"$job",instance=~"$instance"}'))],
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Traffic', unit: 'decbytes', over: 'range', query: sum(inRange(series('netpulse_traffic_bytes_total'))),
               description: 'Bytes on the wire in the time range, all of them, whatever the category chosen.' }),
        tile({ title: 'Flows', unit: 'short', over: 'range', query: sum(inRange(series('netpulse_flows_created_total'))),
               description: 'Flow records begun in the time range.' }),
        tile({ title: 'Applications seen', unit: 'none', over: 'range',
               query: `count(${sum(inRange(series('netpulse_application_bytes_total', kCategory)), 'application')} > 0) or vector(0)`,
               description: 'Applications of the chosen categories with traffic in the time range.' }),
        tile({ title: 'Without a name', unit: 'percentunit', decimals: 1, over: 'range', limits: { warning: 0.3, bad: 0.6 },
               query: share(sum(inRange(series('netpulse_application_bytes_total', 'application="Unknown"'))),
                            sum(inRange(series('netpulse_application_bytes_total')))),
               description: 'Share of bytes that no rule of the catalogue names. Add your own services with [catalogue] files.' }),
        tile({ title: 'Encrypted', unit: 'percentunit', decimals: 1, over: 'range',
               query: share(sum(inRange(series('netpulse_encryption_bytes_total', 'state="encrypted"'))),
                            sum(inRange(series('netpulse_encryption_bytes_total')))),
               description: 'Share of the bytes whose protocol is known and encrypts its payload.' }),
        tile({ title: 'ECH', unit: 'percentunit', decimals: 1, over: 'range',
               query: share(sum(inRange(series('netpulse_tls_handshakes_total', 'sni="ech_outer"'))),
                            sum(inRange(series('netpulse_tls_handshakes_total')))),
               description: 'Share of TLS handshakes that show only an outer name (Encrypted Client Hello).' }),
      ],
    },
    {
      height: 11,
      widths: [16, 8],
      panels: [
        lines({ title: 'Top applications', unit: 'bps', stacked: true, tableLegend: true,
                lines: [{ query: top(15, 'netpulse_application_bytes_total', 'application', kCategory, ' * 8'), legend: '{{application}}' }],
                description: 'The fifteen applications of the chosen categories with most bytes in the time range.' }),
        bars({ title: 'Categories', unit: 'decbytes', legend: '{{category}}',
               query: topInRange(15, 'netpulse_category_bytes_total', 'category', kCategory),
               description: 'Bytes in the time range by category.' }),
      ],
    },
    {
      height: 11,
      widths: [12, 6, 6],
      panels: [
        rows({ title: 'Applications', unit: 'none', labels: { application: 'Application', category: 'Category' },
               columns: [{ title: 'Bytes', unit: 'decbytes', query: `topk(25, ${amounts('netpulse_application_bytes_total')} > 0)` },
                         { title: 'Share', unit: 'percentunit', decimals: 1,
                           query: `topk(25, ${amounts('netpulse_application_bytes_total')} > 0) / scalar(${
                               sum(inRange(series('netpulse_application_bytes_total')))})` },
                         { title: 'Flows', unit: 'short', decimals: 0,
                           query: `${amounts('netpulse_application_flows_total')} and topk(25, ${amounts('netpulse_application_bytes_total')} > 0)` }],
               description: 'The 25 applications with most bytes in the time range. Share: of all bytes of flows.' }),
        bars({ title: 'Protocols', unit: 'decbytes', legend: '{{protocol}}',
               query: topInRange(15, 'netpulse_protocol_bytes_total', 'protocol'),
               description: 'Bytes in the time range by application-layer protocol: what the bytes are, not whose.' }),
        bars({ title: 'Countries', unit: 'decbytes', legend: '{{country}}',
               query: topInRange(15, 'netpulse_country_bytes_total', 'country'),
               description: 'Bytes in the time range of flows that ended, by country of either end. Empty without [geoip] databases.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'New flows by application', unit: 'cps',
                lines: [{ query: top(8, 'netpulse_application_flows_total', 'application', kCategory), legend: '{{application}}' }],
                description: 'The eight with most flows in the time range: many short flows do not show in bytes.' }),
        lines({ title: 'TLS versions', unit: 'cps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_tls_handshakes_total')), 'version'), legend: 'TLS {{version}}' },
                        { query: sum(perSecond(series('netpulse_quic_client_hellos_total'))), legend: 'QUIC' }],
                description: 'Handshakes a second. 1.1 and older should not be there any more.' }),
        lines({ title: 'Names of TLS and QUIC', unit: 'percentunit', bound: 1, stacked: true,
                lines: [{ query: ['visible', 'ech_outer', 'absent', 'ambiguous'].map((sni) => sniShare(sni)).join(' or '), legend: '{{sni}}' }],
                description: 'Share of handshakes whose server name is visible, hidden behind an outer name (ECH), absent, or '
                  + 'ambiguous.' }),
      ],
    },
  ],
};

function sniShare(sni: string): string {
  const hellos = (more: string) => `(${sum(perSecond(series('netpulse_tls_handshakes_total', more)))} + ${
      sum(perSecond(series('netpulse_quic_client_hellos_total', more)))})`;
  const these = sni === 'ambiguous' ? sum(perSecond(series('netpulse_quic_client_hellos_total', 'sni="ambiguous"')))
                                    : hellos(`sni="${sni}"`);
  return `label_replace(${share(these, hellos(''))}, "sni", "${sni}", "", "")`;
}
