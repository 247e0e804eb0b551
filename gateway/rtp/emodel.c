#include "rtp/emodel.h"

#include <math.h>

/* G.107 table 2, and G.113 appendix I: G.711 with concealment. */
#define R_DEFAULT 93.2
#define IE 0.0
#define BPL 25.1
#define DELAY_FREE_MS 100.0 /* Ta up to here impairs nothing */

/* G.107 7.4: Idd, the delay with perfect echo cancelling. */
static double delay_impairment(double ms)
{
	double x;

	if (ms <= DELAY_FREE_MS)
		return 0;
	x = log2(ms / DELAY_FREE_MS);
	return 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

/* G.107 7.5 with BurstR 1: loss at random. */
static double loss_impairment(double percent)
{
	return IE + (95 - IE) * percent / (percent + BPL);
}

unsigned emodel_mos_of_rating(double r)
{
	double mos;

	if (r <= 0)
		return 100;
	if (r >= 100)
		return 450;
	mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
	return (unsigned)lround(100 * fmax(mos, 1)); /* the cubic dips below 1 for bad ratings */
}

unsigned emodel_mos(const struct emodel *stream)
{
	const double expected = (double)(stream->received + stream->missing);

	if (!stream->received)
		return 0;
	return emodel_mos_of_rating(R_DEFAULT - delay_impairment(stream->delay_ms) -
				    loss_impairment(100 * (double)stream->missing / expected));
}
