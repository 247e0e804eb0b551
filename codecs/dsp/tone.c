/* Tones by direct digital synthesis: a 32-bit phase into a quarter of a sine, interpolated (spurs
 * under -90 dB). A tone is a row of segments; silence is a segment without frequencies. */
#include "codecs/dsp/tone.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Peak of a 0 dBm0 sine in 16 bits: midway between A-law's 22828 (full scale 32768, +3.14 dBm0) and
 * mu-law's 22657 (32636, +3.17 dBm0), hence 0.03 dB from either. */
enum { PEAK_0DBM0 = 22742 };

/* E.180: tones at -10 dBm0; Q.23 and Q.24 leave DTMF to the network, see the header. */
enum { LEVEL_PROGRESS = -10, LEVEL_MILLIWATT = 0, LEVEL_LOW_GROUP = -7, LEVEL_HIGH_GROUP = -5 };

struct segment {
	uint16_t hz;
	uint16_t ms; /* 0: for ever */
};

static const struct segment cadence_none[] = { { 0, 0 } };
static const struct segment cadence_dial[] = { { 425, 0 } };
static const struct segment cadence_ringback[] = { { 425, 1000 }, { 0, 4000 } };
static const struct segment cadence_busy[] = { { 425, 500 }, { 0, 500 } };
static const struct segment cadence_congestion[] = { { 425, 200 }, { 0, 200 } };
static const struct segment cadence_sit[] = {
	{ 950, 330 }, { 1400, 330 }, { 1800, 330 }, { 0, 1000 }
};
static const struct segment cadence_milliwatt[] = { { 1004, 0 } };

#define CADENCE(c) (c), sizeof(c) / sizeof((c)[0])
static const struct {
	const char *name;
	const struct segment *segments;
	unsigned n;
	int level; /* dBm0 */
} tones[TONE_COUNT] = {
	[TONE_NONE] = { "none", CADENCE(cadence_none), LEVEL_PROGRESS },
	[TONE_DIAL] = { "dial", CADENCE(cadence_dial), LEVEL_PROGRESS },
	[TONE_RINGBACK] = { "ringback", CADENCE(cadence_ringback), LEVEL_PROGRESS },
	[TONE_BUSY] = { "busy", CADENCE(cadence_busy), LEVEL_PROGRESS },
	[TONE_CONGESTION] = { "congestion", CADENCE(cadence_congestion), LEVEL_PROGRESS },
	[TONE_SIT] = { "sit", CADENCE(cadence_sit), LEVEL_PROGRESS },
	[TONE_MILLIWATT] = { "milliwatt", CADENCE(cadence_milliwatt), LEVEL_MILLIWATT },
};

/* clang-format off */
/* 32767 sin(pi/2 i/256) */
static const int16_t quarter[257] = {
	    0,   201,   402,   603,   804,  1005,  1206,  1407,  1608,  1809,  2009,  2210,  2410,  2611,  2811,  3012,
	 3212,  3412,  3612,  3811,  4011,  4210,  4410,  4609,  4808,  5007,  5205,  5404,  5602,  5800,  5998,  6195,
	 6393,  6590,  6786,  6983,  7179,  7375,  7571,  7767,  7962,  8157,  8351,  8545,  8739,  8933,  9126,  9319,
	 9512,  9704,  9896, 10087, 10278, 10469, 10659, 10849, 11039, 11228, 11417, 11605, 11793, 11980, 12167, 12353,
	12539, 12725, 12910, 13094, 13279, 13462, 13645, 13828, 14010, 14191, 14372, 14553, 14732, 14912, 15090, 15269,
	15446, 15623, 15800, 15976, 16151, 16325, 16499, 16673, 16846, 17018, 17189, 17360, 17530, 17700, 17869, 18037,
	18204, 18371, 18537, 18703, 18868, 19032, 19195, 19357, 19519, 19680, 19841, 20000, 20159, 20317, 20475, 20631,
	20787, 20942, 21096, 21250, 21403, 21554, 21705, 21856, 22005, 22154, 22301, 22448, 22594, 22739, 22884, 23027,
	23170, 23311, 23452, 23592, 23731, 23870, 24007, 24143, 24279, 24413, 24547, 24680, 24811, 24942, 25072, 25201,
	25329, 25456, 25582, 25708, 25832, 25955, 26077, 26198, 26319, 26438, 26556, 26674, 26790, 26905, 27019, 27133,
	27245, 27356, 27466, 27575, 27683, 27790, 27896, 28001, 28105, 28208, 28310, 28411, 28510, 28609, 28706, 28803,
	28898, 28992, 29085, 29177, 29268, 29358, 29447, 29534, 29621, 29706, 29791, 29874, 29956, 30037, 30117, 30195,
	30273, 30349, 30424, 30498, 30571, 30643, 30714, 30783, 30852, 30919, 30985, 31050, 31113, 31176, 31237, 31297,
	31356, 31414, 31470, 31526, 31580, 31633, 31685, 31736, 31785, 31833, 31880, 31926, 31971, 32014, 32057, 32098,
	32137, 32176, 32213, 32250, 32285, 32318, 32351, 32382, 32412, 32441, 32469, 32495, 32521, 32545, 32567, 32589,
	32609, 32628, 32646, 32663, 32678, 32692, 32705, 32717, 32728, 32737, 32745, 32752, 32757, 32761, 32765, 32766,
	32767,
};
/* clang-format on */

/* The sine of phase (2^32 to the turn), of 32767. */
static int32_t sine(uint32_t phase)
{
	uint32_t within = phase & 0x3fffffff;
	if (phase & 0x40000000)
		within = 0x40000000 - within;
	unsigned i = within >> 22;
	int32_t rest = within >> 6 & 0xffff;
	int32_t value = quarter[i];

	if (i < 256)
		value += ((quarter[i + 1] - value) * rest + 0x8000) >> 16;
	return phase & 0x80000000 ? -value : value;
}

static uint32_t step_of(unsigned hz)
{
	return (((uint64_t)hz << 32) + SAMPLE_RATE / 2) / SAMPLE_RATE;
}

static int32_t amplitude_of(int dbm0)
{
	return (int32_t)lround(PEAK_0DBM0 * pow(10, dbm0 / 20.0));
}

static void enter_segment(struct tone_gen *gen, unsigned segment)
{
	const struct segment *to = &tones[gen->id].segments[segment];

	gen->segment = segment;
	gen->left = to->ms * (SAMPLE_RATE / 1000u);
	gen->phase[0] = 0;
	gen->step[0] = step_of(to->hz);
}

void tone_init(struct tone_gen *gen, enum tone_id id)
{
	memset(gen, 0, sizeof(*gen));
	gen->id = (unsigned)id < TONE_COUNT ? id : TONE_NONE;
	gen->amplitude[0] = amplitude_of(tones[gen->id].level);
	enter_segment(gen, 0);
}

static void draw(struct tone_gen *gen, int16_t *samples, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int32_t sum = 0x4000;
		for (unsigned k = 0; k < 2; k++) {
			sum += gen->amplitude[k] * sine(gen->phase[k]);
			gen->phase[k] += gen->step[k];
		}
		samples[i] = (int16_t)(sum >> 15);
	}
}

void tone_draw(struct tone_gen *gen, int16_t *samples, size_t n)
{
	while (n) {
		size_t now = gen->left && gen->left < n ? gen->left : n;

		draw(gen, samples, now);
		samples += now;
		n -= now;
		if (!gen->left)
			continue;
		gen->left -= (unsigned)now;
		if (!gen->left)
			enter_segment(gen, (gen->segment + 1) % tones[gen->id].n);
	}
}

const char *tone_name(enum tone_id id)
{
	return tones[(unsigned)id < TONE_COUNT ? id : TONE_NONE].name;
}

enum tone_id tone_by_name(const char *name)
{
	for (unsigned id = 0; id < TONE_COUNT; id++)
		if (!strcasecmp(tones[id].name, name))
			return (enum tone_id)id;
	return TONE_NONE;
}

const uint8_t *tone_digital_milliwatt(enum law law)
{
	static const uint8_t table5[8] = { 0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4 };
	static const uint8_t table6[8] = { 0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e };

	return law == LAW_ALAW ? table5 : table6;
}

bool dtmf_gen_init(struct dtmf_gen *gen, char digit)
{
	static const char digits[] = "123A456B789C*0#D";
	static const uint16_t low[4] = { 697, 770, 852, 941 };
	static const uint16_t high[4] = { 1209, 1336, 1477, 1633 };
	const char *at = digit ? strchr(digits, digit) : NULL;

	if (!at)
		return false;
	unsigned row = (unsigned)(at - digits) / 4, column = (unsigned)(at - digits) % 4;
	gen->pair = (struct tone_gen){
		.id = TONE_NONE,
		.step = { step_of(low[row]), step_of(high[column]) },
		.amplitude = { amplitude_of(LEVEL_LOW_GROUP), amplitude_of(LEVEL_HIGH_GROUP) },
	};
	return true;
}

void dtmf_gen_draw(struct dtmf_gen *gen, int16_t *samples, size_t n)
{
	tone_draw(&gen->pair, samples, n);
}
