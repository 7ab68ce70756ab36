import { bars, lines, rows, tile } from '../panels';
import { type Page } from '../frame';
import { dnsFailureShare, lostShare, max, perSecond, quantile, retransmissionShare, series, sum, top, topInRange } from '../queries';

/** Is it fine? Then what, then who. */
export const overview: Page = {
  uid: 'netpulse-overview',
  title: 'netpulse / Overview',
  description: 'First row: is it fine? Then how much traffic, of what, with whom, and how well it goes.',
  from: 'now-3h',
  refresh: '30s',
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Instances down', unit: 'none', limits: { bad: 1 },
               query: `count(${series('up')} == 0) or vector(0)`,
               description: 'Targets that Prometheus could not scrape just now. Look there first: what is not scraped is not '
                 + 'seen below. The Fleet dashboard lists them.' }),
        tile({ title: 'Alerts firing', unit: 'none', limits: { warning: 1 },
               query: 'count(ALERTS{alertname=~"Netpulse.+",alertstate="firing"}) or vector(0)',
               description: 'Alerts of configs/prometheus that fire, of all instances. The last panel names them. Always 0 where '
                 + 'Prometheus does not load these rules.' }),
        tile({ title: 'Packets lost', unit: 'percentunit', decimals: 2, limits: { warning: 0.0001, bad: 0.01 },
               query: lostShare(series),
               description: 'Share of the packets on the wire that were lost before, or not wholly processed in, netpulse. While it '
                 + 'is not 0 all other figures are too low: see Capture health for the stage.' }),
        tile({ title: 'Overload level', unit: 'none', decimals: 0, limits: { warning: 1, bad: 2 },
               query: max(series('netpulse_overload_level')),
               description: 'The highest of any worker. 0: everything is done. 1: new flows are not analyzed. 2: unanswered flows end '
                 + 'after a second, too. 3: new flows are only counted.' }),
        tile({ title: 'TCP retransmitted', unit: 'percentunit', decimals: 2, limits: { warning: 0.01, bad: 0.03 },
               query: retransmissionShare(),
               description: 'TCP segments seen again, as a share of TCP packets. Up to 1 % is normal on the Internet; in a data '
                 + 'centre it should be near 0.' }),
        tile({ title: 'DNS failures', unit: 'percentunit', decimals: 2, limits: { warning: 0.02, bad: 0.1 },
               query: dnsFailureShare(),
               description: 'DNS queries without an answer, or answered by SERVFAIL, REFUSED, FORMERR or NOTIMP. NXDOMAIN is an '
                 + 'answer, not a failure.' }),
        tile({ title: 'DNS time, 95 %', unit: 's', limits: { warning: 0.1, bad: 0.5 },
               query: quantile(0.95, 'netpulse_dns_latency_seconds'),
               description: 'From query to answer: 95 of 100 answers came faster, at the place of capture.' }),
        tile({ title: 'Handshake, median', unit: 's', limits: { warning: 0.1, bad: 0.3 },
               query: quantile(0.5, 'netpulse_tcp_handshake_rtt_seconds'),
               description: 'TCP round trip by the handshake, half of the connections were faster. What is normal depends on where '
                 + 'the servers are: compare with yesterday.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Traffic by direction', unit: 'bps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_traffic_bytes_total')), 'direction') + ' * 8', legend: '{{direction}}' }],
                description: 'Bits on the wire: in and out of the home networks, local among them, transit between others, none '
                  + 'of no flow (not IP, not readable).' }),
        lines({ title: 'Packets and flows', unit: 'cps',
                lines: [{ query: sum(perSecond(series('netpulse_capture_packets_total'))), legend: 'packets' },
                        { query: sum(perSecond(series('netpulse_flows_created_total'))), legend: 'new flows' },
                        { query: sum(perSecond(series('netpulse_dropped_packets_total', 'stage!="decode"'))), legend: 'packets lost' }],
                description: 'Packets received, flows begun, and packets lost, each a second. Many new flows and few packets: a scan '
                  + 'or a flood.' }),
      ],
    },
    {
      height: 10,
      widths: [12, 6, 6],
      panels: [
        lines({ title: 'Top applications', unit: 'bps', stacked: true, tableLegend: true,
                lines: [{ query: top(10, 'netpulse_application_bytes_total', 'application', '', ' * 8'), legend: '{{application}}' }],
                description: 'The ten applications with most bytes in the time range. Unknown is what no rule of the catalogue '
                  + 'names. More in the Applications dashboard.' }),
        bars({ title: 'Top categories', unit: 'decbytes', legend: '{{category}}',
               query: topInRange(10, 'netpulse_category_bytes_total', 'category'),
               description: 'Bytes in the time range by category of the catalogue.' }),
        bars({ title: 'Top countries', unit: 'decbytes', legend: '{{country}}',
               query: topInRange(10, 'netpulse_country_bytes_total', 'country'),
               description: 'Bytes in the time range of flows that ended, by country (ISO code) of either end; private are '
                 + 'addresses in no country. Empty without [geoip] databases in the configuration.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'TCP round trip', unit: 's',
                lines: [{ query: quantile(0.5, 'netpulse_tcp_handshake_rtt_seconds'), legend: 'handshake, median' },
                        { query: quantile(0.95, 'netpulse_tcp_handshake_rtt_seconds'), legend: 'handshake, 95 %' },
                        { query: quantile(0.5, 'netpulse_tcp_rtt_seconds'), legend: 'data, median' }],
                description: 'By handshakes (the path), and by data (with the delay of acknowledgements).' }),
        lines({ title: 'TCP trouble', unit: 'percentunit',
                lines: [{ query: retransmissionShare(), legend: 'retransmitted' },
                        { query: `${sum(perSecond(series('netpulse_tcp_lost_segments_total')))} / (${
                            sum(perSecond(series('netpulse_transport_packets_total', 'transport="tcp"')))} > 0) or ${
                            sum(perSecond(series('netpulse_tcp_lost_segments_total')))} * 0`, legend: 'gaps' }],
                description: 'Shares of TCP packets. Retransmitted: lost behind the place of capture. Gaps: lost before it, or not '
                  + 'captured.' }),
        lines({ title: 'DNS', unit: 's',
                lines: [{ query: quantile(0.5, 'netpulse_dns_latency_seconds'), legend: 'median' },
                        { query: quantile(0.95, 'netpulse_dns_latency_seconds'), legend: '95 %' }],
                description: 'From query to answer. More in the TCP and DNS dashboard.' }),
      ],
    },
    {
      height: 6,
      widths: [24],
      panels: [
        rows({ title: 'Alerts', unit: 'none', labels: { alertname: 'Alert', severity: 'Severity', instance: 'Instance' },
               columns: [{ title: 'Firing', unit: 'none', decimals: 0,
                           query: 'sum by (alertname, severity, instance) (ALERTS{alertname=~"Netpulse.+",alertstate="firing"}) '
                             + 'or on () label_replace(vector(0), "alertname", "none", "", "")' }],
               description: 'What fires now; the runbook text of each is in configs/prometheus/alerts.yml. "none": all is well, or '
                 + 'Prometheus does not load these rules.' }),
      ],
    },
  ],
};
