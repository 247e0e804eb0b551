/* G.711 by table. The tables of the laws are computed by the compiler from the segments of tables 1
 * and 2; those of conversion are literal, because tables 3 and 4 are not decoding followed by
 * encoding: mu 48, 49, 64, 80 to 95 and A 80 to 96 differ from it, to keep bits 1 to 7 transparent
 * from mu over A to mu (note 3). A sample exactly on a decision value, which 3.6 leaves open, takes
 * the larger magnitude for either sign, so both halves of a law mirror each other. All-zero octets
 * are not suppressed (3.2 is for old T1 lines). */
#include "codecs/g711.h"

#define X4(f, n) f(n), f((n) + 1), f((n) + 2), f((n) + 3)
#define X16(f, n) X4(f, n), X4(f, (n) + 4), X4(f, (n) + 8), X4(f, (n) + 12)
#define X64(f, n) X16(f, n), X16(f, (n) + 16), X16(f, (n) + 32), X16(f, (n) + 48)
#define X256(f, n) X64(f, n), X64(f, (n) + 64), X64(f, (n) + 128), X64(f, (n) + 192)
#define X1024(f, n) X256(f, n), X256(f, (n) + 256), X256(f, (n) + 512), X256(f, (n) + 768)

/* Quantised values, scaled to 16 bits: A-law's 4096 by 8, mu-law's 8159 by 4. c: sign, segment,
 * step. */
#define SEGMENT(c) (((c) >> 4) & 7)
#define STEP(c) (2 * ((c)&15))
#define SIGNED(c, magnitude) ((c)&0x80 ? (magnitude) : -(magnitude))
#define A_MAGNITUDE(c) (SEGMENT(c) ? (STEP(c) + 33) << (SEGMENT(c) + 2) : (STEP(c) + 1) << 3)
#define MU_MAGNITUDE(c) ((((STEP(c) + 33) << SEGMENT(c)) - 33) * 4)
#define A_VALUE(octet) SIGNED((octet) ^ 0x55, A_MAGNITUDE((octet) ^ 0x55))
#define MU_VALUE(octet) SIGNED(octet, MU_MAGNITUDE((octet) ^ 0xff))

/* Floor of the binary logarithm, 4 to 11. */
#define LOG2(v)                                                                                    \
	(4 + ((v) > 31) + ((v) > 63) + ((v) > 127) + ((v) > 255) + ((v) > 511) + ((v) > 1023) +    \
	 ((v) > 2047))
/* i: magnitude by A-law's smallest step, 16. */
#define A_CODE(i)                                                                                  \
	(uint8_t)((i) < 16 ? (i) : (LOG2(i) - 3) << 4 | ((i) >> ((i) < 32 ? 0 : LOG2(i) - 4) & 15))
/* i: magnitude and half a step by mu-law's smallest step, 8. */
#define MU_CODE(i) ((LOG2((i) + 16) - 4) << 4 | (((i) + 16) >> (LOG2((i) + 16) - 4) & 15))

enum {
	MU_CLIP = 32635, /* the last 16-bit value below mu-law's virtual decision value, 8159 */
	A_POSITIVE = 0xd5,
	MU_POSITIVE = 0xff,
	SIGN = 0x80,
};

static const int16_t a_value[256] = { X256(A_VALUE, 0) };
static const int16_t mu_value[256] = { X256(MU_VALUE, 0) };
static const uint8_t a_code[2048] = { X1024(A_CODE, 0), X1024(A_CODE, 1024) };
static const uint8_t mu_code[4096] = { X1024(MU_CODE, 0), X1024(MU_CODE, 1024),
				       X1024(MU_CODE, 2048), X1024(MU_CODE, 3072) };

/* clang-format off */
/* G.711 table 3: decoder output value number of A-law (1 to 128) for that of mu-law (0 to 127). */
static const uint8_t a_of_mu[128] = {
	  1,   1,   2,   2,   3,   3,   4,   4,   5,   5,   6,   6,   7,   7,   8,   8,
	  9,  10,  11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,  24,
	 25,  27,  29,  31,  33,  34,  35,  36,  37,  38,  39,  40,  41,  42,  43,  44,
	 46,  48,  49,  50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  62,
	 64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,  79,
	 81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,  96,
	 97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
	113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128,
};
/* G.711 table 4: decoder output value number of mu-law (0 to 127) for that of A-law less 1 (0 to
 * 127). */
static const uint8_t mu_of_a[128] = {
	  1,   3,   5,   7,   9,  11,  13,  15,  16,  17,  18,  19,  20,  21,  22,  23,
	 24,  25,  26,  27,  28,  29,  30,  31,  32,  32,  33,  33,  34,  34,  35,  35,
	 36,  37,  38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,  48,  49,  49,
	 50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  62,  63,  64,  64,
	 65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,  79,  79,
	 80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
	 96,  97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};
/* clang-format on */

void g711_decode(enum law law, const uint8_t *octets, int16_t *samples, size_t n)
{
	const int16_t *value = law == LAW_ALAW ? a_value : mu_value;

	for (size_t i = 0; i < n; i++)
		samples[i] = value[octets[i]];
}

static uint8_t a_encode(int sample)
{
	int magnitude = sample < 0 ? -sample : sample;

	if (magnitude > INT16_MAX)
		magnitude = INT16_MAX;
	return a_code[magnitude >> 4] ^ (sample < 0 ? A_POSITIVE ^ SIGN : A_POSITIVE);
}

static uint8_t mu_encode(int sample)
{
	int magnitude = sample < 0 ? -sample : sample;

	if (magnitude > MU_CLIP)
		magnitude = MU_CLIP;
	return mu_code[(magnitude + 4) >> 3] ^ (sample < 0 ? MU_POSITIVE ^ SIGN : MU_POSITIVE);
}

void g711_encode(enum law law, const int16_t *samples, uint8_t *octets, size_t n)
{
	if (law == LAW_ALAW)
		for (size_t i = 0; i < n; i++)
			octets[i] = a_encode(samples[i]);
	else
		for (size_t i = 0; i < n; i++)
			octets[i] = mu_encode(samples[i]);
}

static uint8_t a_from_mu(uint8_t octet)
{
	return (octet & SIGN) | ((a_of_mu[~octet & 0x7f] - 1) ^ 0x55);
}

static uint8_t mu_from_a(uint8_t octet)
{
	return (octet & SIGN) | (mu_of_a[(octet ^ 0x55) & 0x7f] ^ 0x7f);
}

void g711_transcode(enum law from_law, const uint8_t *from, uint8_t *to, size_t n)
{
	if (from_law == LAW_ALAW)
		for (size_t i = 0; i < n; i++)
			to[i] = mu_from_a(from[i]);
	else
		for (size_t i = 0; i < n; i++)
			to[i] = a_from_mu(from[i]);
}
