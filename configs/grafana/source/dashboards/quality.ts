import { lines, tile } from '../panels';
import { type Page } from '../frame';
import { dnsFailureShare, perSecond, quantile, retransmissionShare, series, share, sum } from '../queries';

const kTcpPackets = sum(perSecond(series('netpulse_transport_packets_total', 'transport="tcp"')));
const kQueries = sum(perSecond(series('netpulse_dns_transactions_total')));

function ofTcp(metric: string): string {
  return share(sum(perSecond(series(metric))), kTcpPackets);
}

function quantiles(histogram: string, name: string, more = ''): { query: string; legend: string }[] {
  return [{ query: quantile(0.5, histogram, more), legend: name + 'median' },
          { query: quantile(0.95, histogram, more), legend: name + '95 %' },
          { query: quantile(0.99, histogram, more), legend: name + '99 %' }];
}

/** How well it goes for those who use the network. */
export const quality: Page = {
  uid: 'netpulse-quality',
  title: 'netpulse / TCP and DNS',
  description: 'How well the network works for those who use it: round trips, loss, handshakes, name service.',
  from: 'now-6h',
  refresh: '30s',
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Handshake, median', unit: 's', limits: { warning: 0.1, bad: 0.3 },
               query: quantile(0.5, 'netpulse_tcp_handshake_rtt_seconds'),
               description: 'TCP round trip from SYN to the ACK that completes the handshake.' }),
        tile({ title: 'Handshake, 95 %', unit: 's', limits: { warning: 0.3, bad: 1 },
               query: quantile(0.95, 'netpulse_tcp_handshake_rtt_seconds'),
               description: 'The slowest connections: 95 of 100 were faster.' }),
        tile({ title: 'Retransmitted', unit: 'percentunit', decimals: 2, limits: { warning: 0.01, bad: 0.03 },
               query: retransmissionShare(), description: 'TCP segments seen again, as a share of TCP packets.' }),
        tile({ title: 'Unanswered TCP', unit: 'percentunit', decimals: 1, limits: { warning: 0.3, bad: 0.6 },
               query: share(sum(perSecond(series('netpulse_flow_directions_total', 'protocol="tcp",directions="one_way"'))),
                            sum(perSecond(series('netpulse_flow_directions_total', 'protocol="tcp"')))),
               description: 'Share of the TCP flows that ended of which only one direction was seen. High with many flows: a scan, a '
                 + 'SYN flood, or a mirror port that shows one direction.' }),
        tile({ title: 'TLS handshake, 95 %', unit: 's', limits: { warning: 0.5, bad: 2 },
               query: quantile(0.95, 'netpulse_tls_handshake_seconds'),
               description: 'From ClientHello to Finished: two round trips and the server\'s cryptography.' }),
        tile({ title: 'DNS time, median', unit: 's', limits: { warning: 0.05, bad: 0.2 },
               query: quantile(0.5, 'netpulse_dns_latency_seconds'),
               description: 'From query to answer. A cache answers in its round trip.' }),
        tile({ title: 'DNS time, 95 %', unit: 's', limits: { warning: 0.1, bad: 0.5 },
               query: quantile(0.95, 'netpulse_dns_latency_seconds'),
               description: 'What the resolver had to ask others for.' }),
        tile({ title: 'DNS failures', unit: 'percentunit', decimals: 2, limits: { warning: 0.02, bad: 0.1 },
               query: dnsFailureShare(), description: 'No answer, or SERVFAIL, REFUSED, FORMERR, NOTIMP.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'TCP handshake round trip', unit: 's', lines: quantiles('netpulse_tcp_handshake_rtt_seconds', ''),
                description: 'Both sides of the place of capture together. A step of the median: another path, or another data centre.' }),
        lines({ title: 'TCP data round trip', unit: 's', lines: quantiles('netpulse_tcp_rtt_seconds', ''),
                description: 'From a segment with data to its acknowledgement, delayed acknowledgements included; queues on the way '
                  + 'show here and not in the handshake.' }),
        lines({ title: 'TLS and QUIC handshakes', unit: 's',
                lines: [...quantiles('netpulse_tls_handshake_seconds', 'TLS ').slice(0, 2),
                        ...quantiles('netpulse_quic_handshake_seconds', 'QUIC ').slice(0, 2)],
                description: 'What users wait before the first byte. Slower while the round trip stays: the server.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Retransmissions by kind', unit: 'pps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_tcp_retransmissions_total')), 'kind'), legend: '{{kind}}' }],
                description: 'fast: after duplicate acknowledgements, costs a round trip. other: mostly timeouts, which users feel. '
                  + 'spurious: was not needed.' }),
        lines({ title: 'Loss and order', unit: 'percentunit',
                lines: [{ query: retransmissionShare(), legend: 'retransmitted' },
                        { query: ofTcp('netpulse_tcp_lost_segments_total'), legend: 'behind a gap' },
                        { query: ofTcp('netpulse_tcp_out_of_order_segments_total'), legend: 'out of order' },
                        { query: ofTcp('netpulse_tcp_duplicate_acks_total'), legend: 'duplicate ACKs' }],
                description: 'Shares of TCP packets. Gaps without retransmissions: packets were not captured, not lost.' }),
        lines({ title: 'Resets and windows', unit: 'cps',
                lines: [{ query: sum(perSecond(series('netpulse_tcp_resets_total'))), legend: 'resets' },
                        { query: sum(perSecond(series('netpulse_tcp_zero_windows_total'))), legend: 'zero windows' },
                        { query: sum(perSecond(series('netpulse_tcp_full_windows_total'))), legend: 'full windows' }],
                description: 'Zero windows: the receiving program does not read. Full windows: the sender waits for the window. '
                  + 'Resets: refused or given up.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'DNS time', unit: 's', lines: quantiles('netpulse_dns_latency_seconds', ''),
                description: 'From query to answer, UDP and TCP.' }),
        lines({ title: 'DNS answers', unit: 'cps', stacked: true,
                lines: [{ query: `${sum(perSecond(series('netpulse_dns_responses_total', 'rcode=~"NOERROR|NXDOMAIN|SERVFAIL|REFUSED|FORMERR|NOTIMP"')), 'rcode')}`,
                          legend: '{{rcode}}' },
                        { query: sum(perSecond(series('netpulse_dns_transactions_total', 'result="unanswered"'))), legend: 'unanswered' }],
                description: 'By response code. NXDOMAIN that rises: a search list, a typo in a rollout, or malware that guesses names.' }),
        lines({ title: 'DNS trouble', unit: 'percentunit',
                lines: [{ query: dnsFailureShare(), legend: 'failures' },
                        { query: share(sum(perSecond(series('netpulse_dns_responses_total', 'rcode="NXDOMAIN"'))), kQueries), legend: 'NXDOMAIN' },
                        { query: share(sum(perSecond(series('netpulse_dns_retransmitted_queries_total'))), kQueries), legend: 'sent again' }],
                description: 'Shares of the queries. Sent again: the client did not get an answer in time.' }),
      ],
    },
  ],
};
