/* The table of codecs. G.711 keeps no state: an octet a sample, either way; of clear data nothing is known. */
#include "codecs/codec.h"

#include <strings.h>

#include "codecs/g711.h"

static size_t encode(enum law law, const int16_t *samples, size_t n, uint8_t *out)
{
	g711_encode(law, samples, out, n);
	return n;
}

static size_t decode(enum law law, const uint8_t *in, size_t len, int16_t *out, size_t max)
{
	size_t n = len < max ? len : max;

	g711_decode(law, in, out, n);
	return n;
}

static void pcm_init(void *state)
{
	(void)state;
}

static size_t pcmu_encode(void *state, const int16_t *samples, size_t n, uint8_t *out)
{
	(void)state;
	return encode(LAW_MULAW, samples, n, out);
}

static size_t pcmu_decode(void *state, const uint8_t *in, size_t len, int16_t *out, size_t max)
{
	(void)state;
	return decode(LAW_MULAW, in, len, out, max);
}

static size_t pcma_encode(void *state, const int16_t *samples, size_t n, uint8_t *out)
{
	(void)state;
	return encode(LAW_ALAW, samples, n, out);
}

static size_t pcma_decode(void *state, const uint8_t *in, size_t len, int16_t *out, size_t max)
{
	(void)state;
	return decode(LAW_ALAW, in, len, out, max);
}

/* RFC 3551 table 4, RFC 4040 3. */
static const struct codec codecs[CODEC_COUNT] = {
	[CODEC_PCMU] = {
		.id = CODEC_PCMU,
		.name = "PCMU",
		.clock_rate = 8000,
		.static_pt = 0,
		.init = pcm_init,
		.encode = pcmu_encode,
		.decode = pcmu_decode,
	},
	[CODEC_PCMA] = {
		.id = CODEC_PCMA,
		.name = "PCMA",
		.clock_rate = 8000,
		.static_pt = 8,
		.init = pcm_init,
		.encode = pcma_encode,
		.decode = pcma_decode,
	},
	[CODEC_CLEARMODE] = {
		.id = CODEC_CLEARMODE,
		.name = "CLEARMODE",
		.clock_rate = 8000,
		.static_pt = CODEC_DYNAMIC_PT + 1,
		.init = pcm_init,
	},
};

const struct codec *codec_get(enum codec_id id)
{
	return (unsigned)id < CODEC_COUNT ? &codecs[id] : NULL;
}

const struct codec *codec_by_name(const char *name, unsigned clock_rate)
{
	for (size_t i = 0; i < CODEC_COUNT; i++)
		if (codecs[i].clock_rate == clock_rate && !strcasecmp(codecs[i].name, name))
			return &codecs[i];
	return NULL;
}

const struct codec *codec_by_static_pt(unsigned pt)
{
	for (size_t i = 0; i < CODEC_COUNT; i++)
		if (codecs[i].static_pt == pt && pt < CODEC_DYNAMIC_PT)
			return &codecs[i];
	return NULL;
}
