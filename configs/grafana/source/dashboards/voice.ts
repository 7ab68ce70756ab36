import { lines, tile } from '../panels';
import { type Page } from '../frame';
import { inRange, perSecond, quantile, quantileInRange, series, share, sum } from '../queries';

/** Classes of ITU-T G.107 Annex B: the upper bound of a bucket, what users say of calls up to it, from worst to best. */
const kClasses: [string, string][] = [['2.58', 'nearly all users dissatisfied'], ['3.1', 'many users dissatisfied'],
  ['3.6', 'some users dissatisfied'], ['4.03', 'satisfied'], ['4.34', 'very satisfied'], ['\\\\+Inf', 'excellent']];

/** Streams of one class: those up to its bound, less those up to the bound below. */
function streamsOf(index: number): string {
  const upTo = (i: number) => sum(perSecond(series('netpulse_rtp_mos_bucket', `le=~"${kClasses[i]![0]}"`)));
  return index === 0 ? upTo(0) : `${upTo(index)} - ${upTo(index - 1)}`;
}

const kRtp = 'netpulse_rtp_packets_total';
const kLost = 'netpulse_rtp_lost_packets_total';
const expected = (select: (s: string) => string) => `(${sum(select(series(kRtp)))} + ${sum(select(series(kLost)))})`;

/** Calls: were they set up, and how did they sound? */
export const voice: Page = {
  uid: 'netpulse-voice',
  title: 'netpulse / Voice',
  description: 'Calls by SIP, and RTP media: loss, jitter, an estimate of what users heard.',
  from: 'now-6h',
  refresh: '30s',
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Bad streams', unit: 'percentunit', decimals: 1, over: 'range', limits: { warning: 0.05, bad: 0.2 },
               query: share(sum(inRange(series('netpulse_rtp_mos_bucket', 'le="3.6"'))), sum(inRange(series('netpulse_rtp_mos_count')))),
               description: 'Share of the RTP streams that ended whose estimated opinion score is 3.6 or less: some users or more are '
                 + 'dissatisfied (G.107). Only for G.711 and G.729.' }),
        tile({ title: 'Opinion score, median', unit: 'none', decimals: 2, over: 'range', limits: { warning: 4.03, bad: 3.6 },
               query: quantileInRange(0.5, 'netpulse_rtp_mos'),
               description: 'Mean opinion score estimated by the E-model (G.107), 1 to 4.5; half of the streams were better. '
                 + 'Interpolated within the classes of the histogram; below 4.03 some users are not satisfied.' }),
        tile({ title: 'RTP lost', unit: 'percentunit', decimals: 2, limits: { warning: 0.01, bad: 0.03 },
               query: share(sum(perSecond(series(kLost))), expected(perSecond)),
               description: 'Packets missing by their sequence numbers, before the place of capture. From 1 % on it can be heard, '
                 + 'from 3 % on calls are bad.' }),
        tile({ title: 'Jitter, 95 %', unit: 's', limits: { warning: 0.03, bad: 0.06 },
               query: quantile(0.95, 'netpulse_rtp_jitter_seconds'),
               description: 'Interarrival jitter (RFC 3550). Phones buffer about 60 ms; what comes later is lost to the ear.' }),
        tile({ title: 'Round trip, 95 %', unit: 's', limits: { warning: 0.15, bad: 0.3 },
               query: quantile(0.95, 'netpulse_rtcp_round_trip_seconds'),
               description: 'By RTCP reports. Beyond 300 ms people talk at the same time.' }),
        tile({ title: 'Calls begun', unit: 'short', decimals: 0, over: 'range', query: sum(inRange(series('netpulse_sip_calls_total', 'event="begun"'))),
               description: 'SIP INVITEs of new calls in the time range.' }),
        tile({ title: 'Calls refused', unit: 'percentunit', decimals: 1, over: 'range', limits: { warning: 0.2, bad: 0.5 },
               query: share(sum(inRange(series('netpulse_sip_calls_total', 'event="refused"'))),
                            sum(inRange(series('netpulse_sip_calls_total', 'event="begun"')))),
               description: 'Busy, not found, declined, or failed, as a share of calls begun.' }),
        tile({ title: 'Ringing, 95 %', unit: 's', limits: { warning: 3, bad: 8 },
               query: quantile(0.95, 'netpulse_sip_setup_seconds', 'until="ringing"'),
               description: 'From INVITE to ringing: what callers hear as silence.' }),
      ],
    },
    {
      height: 9,
      widths: [12, 12],
      panels: [
        lines({ title: 'What users heard', unit: 'cps', stacked: true, tableLegend: true,
                lines: kClasses.map(([, name], i) => ({ query: streamsOf(i), legend: name })),
                description: 'RTP streams that ended, by class of their estimated opinion score (G.107 Annex B).' }),
        lines({ title: 'Loss, order, doubles', unit: 'percentunit',
                lines: [{ query: share(sum(perSecond(series(kLost))), expected(perSecond)), legend: 'lost' },
                        { query: share(sum(perSecond(series('netpulse_rtp_reordered_packets_total'))), expected(perSecond)), legend: 'out of order' },
                        { query: share(sum(perSecond(series('netpulse_rtp_duplicate_packets_total'))), expected(perSecond)), legend: 'twice' }],
                description: 'Shares of the RTP packets that should have come.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'RTP packets', unit: 'pps',
                lines: [{ query: sum(perSecond(series(kRtp))), legend: 'measured' },
                        { query: sum(perSecond(series('netpulse_rtp_unmeasured_packets_total'))), legend: 'not measured' }],
                description: 'Not measured: more streams at one time than netpulse keeps.' }),
        lines({ title: 'Jitter', unit: 's',
                lines: [{ query: quantile(0.5, 'netpulse_rtp_jitter_seconds'), legend: 'median' },
                        { query: quantile(0.95, 'netpulse_rtp_jitter_seconds'), legend: '95 %' }],
                description: 'Of streams with a known clock, every five seconds and at their end.' }),
        lines({ title: 'Round trip by RTCP', unit: 's',
                lines: [{ query: quantile(0.5, 'netpulse_rtcp_round_trip_seconds'), legend: 'median' },
                        { query: quantile(0.95, 'netpulse_rtcp_round_trip_seconds'), legend: '95 %' }],
                description: 'From the place of capture to a receiver and back, by its reports.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Calls', unit: 'cps',
                lines: [{ query: sum(perSecond(series('netpulse_sip_calls_total', 'event!="forgotten"')), 'event'), legend: '{{event}}' }],
                description: 'Begun, answered, refused. Begun and nothing else: the other side does not answer.' }),
        lines({ title: 'SIP messages', unit: 'cps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_sip_messages_total')), 'kind'), legend: '{{kind}}' }],
                description: 'Requests, and responses by class. 5xx and 6xx: the proxy is in trouble.' }),
        lines({ title: 'Time to ring, to answer', unit: 's',
                lines: [{ query: quantile(0.5, 'netpulse_sip_setup_seconds', 'until="ringing"'), legend: 'ringing, median' },
                        { query: quantile(0.95, 'netpulse_sip_setup_seconds', 'until="ringing"'), legend: 'ringing, 95 %' },
                        { query: quantile(0.5, 'netpulse_sip_setup_seconds', 'until="answered"'), legend: 'answered, median' }],
                description: 'From INVITE on. Ringing is the network\'s; answering is a person\'s.' }),
      ],
    },
  ],
};
