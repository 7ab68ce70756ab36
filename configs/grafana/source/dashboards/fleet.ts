import { bars, lines, rows, tile } from '../panels';
import { type Page } from '../frame';
import { busyShare, dnsFailureShare, largest, lostShare, max, perSecond, quantile, retransmissionShare, series, sum } from '../queries';

const kBits = sum(perSecond(series('netpulse_capture_bytes_total')), 'instance') + ' * 8';

/** Many instances: which one is not like the others? */
export const fleet: Page = {
  uid: 'netpulse-fleet',
  title: 'netpulse / Fleet',
  description: 'All instances: totals, those that are not like the others, versions, and what they cost Prometheus.',
  from: 'now-6h',
  refresh: '1m',
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Up', unit: 'none', query: `count(${series('up')} == 1) or vector(0)`, description: 'Instances that Prometheus scrapes.' }),
        tile({ title: 'Down', unit: 'none', limits: { bad: 1 }, query: `count(${series('up')} == 0) or vector(0)`,
               description: 'Instances that cannot be scraped; below they are missing.' }),
        tile({ title: 'Versions', unit: 'none', limits: { warning: 2 }, query: `count(count by (version) (${series('netpulse_build_info')}))`,
               description: 'Different versions of netpulse in use. More than one for long: a rollout that stopped half way.' }),
        tile({ title: 'Traffic', unit: 'bps', query: sum(perSecond(series('netpulse_capture_bytes_total'))) + ' * 8',
               description: 'Of all instances together. What two of them see is counted twice.' }),
        tile({ title: 'Packets', unit: 'pps', query: sum(perSecond(series('netpulse_capture_packets_total'))), description: 'Of all instances together.' }),
        tile({ title: 'Worst loss', unit: 'percentunit', decimals: 3, limits: { warning: 0.0001, bad: 0.01 },
               query: max(lostShare(series, 'instance')), description: 'The share of packets lost at the instance that loses most.' }),
        tile({ title: 'Slowest scrape', unit: 's', limits: { warning: 0.5, bad: 5 }, query: max(series('scrape_duration_seconds')),
               description: 'As Prometheus sees it, the network included. Its timeout is 10 s by default.' }),
        tile({ title: 'Series', unit: 'short', query: sum(series('scrape_samples_scraped')),
               description: 'Series of all instances: what this costs Prometheus. Each instance has a fixed number, whatever its traffic.' }),
      ],
    },
    {
      height: 10,
      widths: [24],
      panels: [
        rows({ title: 'Instances', unit: 'none', labels: { instance: 'Instance', version: 'Version' },
               columns: [
                 { title: 'Traffic', unit: 'bps', query: perVersion(kBits) },
                 { title: 'Lost', unit: 'percentunit', decimals: 3, limits: { warning: 0.0001, bad: 0.01 },
                   query: perVersion(lostShare(series, 'instance')) },
                 { title: 'Busiest worker', unit: 'percentunit', decimals: 0, limits: { warning: 0.8, bad: 0.95 },
                   query: perVersion(max(busyShare('instance', 'worker'), 'instance')) },
                 { title: 'Overload', unit: 'none', decimals: 0, limits: { warning: 1, bad: 2 },
                   query: perVersion(max(series('netpulse_overload_level'), 'instance')) },
                 { title: 'Flow table', unit: 'percentunit', decimals: 0, limits: { warning: 0.8, bad: 0.95 },
                   query: perVersion(max(series('netpulse_flow_table_load_ratio'), 'instance')) },
                 { title: 'Flows', unit: 'short', decimals: 0, query: perVersion(sum(series('netpulse_flows_active'), 'instance')) },
                 { title: 'TCP retransmitted', unit: 'percentunit', decimals: 2, limits: { warning: 0.01, bad: 0.03 },
                   query: perVersion(retransmissionShare('instance')) },
                 { title: 'DNS failures', unit: 'percentunit', decimals: 2, limits: { warning: 0.02, bad: 0.1 },
                   query: perVersion(dnsFailureShare('instance')) },
                 { title: 'Memory', unit: 'bytes', query: perVersion(max(series('process_resident_memory_bytes'), 'instance')) },
                 { title: 'Running for', unit: 's', decimals: 0,
                   query: perVersion(`time() - ${max(series('process_start_time_seconds'), 'instance')}`) },
               ],
               description: 'One row for each instance that is up. Click a heading to sort by it.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Traffic of the largest', unit: 'bps', lines: [{ query: largest(10, kBits), legend: '{{instance}}' }],
                description: 'The ten with most traffic at each moment.' }),
        lines({ title: 'Packets lost by instance', unit: 'percentunit', bound: 0.001,
                lines: [{ query: largest(10, lostShare(series, 'instance')), legend: '{{instance}}' }],
                description: 'The ten that lose the largest share at each moment.' }),
        lines({ title: 'Busiest worker by instance', unit: 'percentunit', bound: 1, limits: { warning: 0.8, bad: 0.95 },
                lines: [{ query: largest(10, max(busyShare('instance', 'worker'), 'instance')), legend: '{{instance}}' }],
                description: 'The ten that are nearest to their limit.' }),
      ],
    },
    {
      height: 8,
      widths: [8, 8, 4, 4],
      panels: [
        lines({ title: 'TCP handshake, farthest from the others', unit: 's',
                lines: [{ query: largest(5, quantile(0.5, 'netpulse_tcp_handshake_rtt_seconds', '', 'instance')), legend: '{{instance}}' },
                        { query: `quantile(0.5, ${quantile(0.5, 'netpulse_tcp_handshake_rtt_seconds', '', 'instance')})`, legend: 'middle of the fleet' }],
                description: 'Medians of the five slowest instances, beside the middle of all.' }),
        lines({ title: 'Scrape time', unit: 's',
                lines: [{ query: largest(5, max(series('scrape_duration_seconds'), 'instance')), legend: '{{instance}}' },
                        { query: max(series('netpulse_scrape_duration_seconds')), legend: 'slowest, in the program' }],
                description: 'As Prometheus sees it, and how much of it is netpulse putting its answer together.' }),
        bars({ title: 'Instances by version', unit: 'none', decimals: 0, legend: '{{version}}', query: `count by (version) (${series('netpulse_build_info')})`,
               description: 'Instances by version.' }),
        bars({ title: 'Answer size', unit: 'bytes', legend: '{{instance}}',
               query: largest(5, max(series('netpulse_scrape_size_bytes'), 'instance')),
               description: 'Bytes of the last answer to a scrape, the five largest, before compression.' }),
      ],
    },
  ],
};

function perVersion(expression: string): string {
  return `(${expression}) * on (instance) group_left (version) max by (instance, version) (${series('netpulse_build_info')})`;
}
