/* G.711 against the recommendation: decision and quantised values by segment as tables 1 and 2
 * print them. */
#include "codecs/g711.h"

#include "tests/unit/unit.h"

/* A segment: from its first decision value, steps of step; values in the law's own scale. */
struct segment {
	int number, start, step;
};

/* Table 1a columns 4 and 5: decision value number, value. */
static const struct segment a_segments[] = { { 0, 0, 2 },        { 32, 64, 4 },   { 48, 128, 8 },
					     { 64, 256, 16 },    { 80, 512, 32 }, { 96, 1024, 64 },
					     { 112, 2048, 128 }, { 128, 4096, 0 } };
/* Table 2a, from x1 on; x0 is 0. */
static const struct segment mu_segments[] = {
	{ 1, 1, 2 },     { 16, 31, 4 },     { 32, 95, 8 },      { 48, 223, 16 }, { 64, 479, 32 },
	{ 80, 991, 64 }, { 96, 2015, 128 }, { 112, 4063, 256 }, { 128, 8159, 0 }
};

static int decision(const struct segment *segments, int number)
{
	const struct segment *s = segments;

	if (number < s->number)
		return 0;
	while (s[1].step && number >= s[1].number)
		s++;
	return s->start + (number - s->number) * s->step;
}

/* Table 1: y(n+1) is midway between x(n) and x(n+1); table 2 the same, but y0 is 0. */
static int a_quantised(int n)
{
	return (decision(a_segments, n) + decision(a_segments, n + 1)) / 2;
}

static int mu_quantised(int n)
{
	return n ? (decision(mu_segments, n) + decision(mu_segments, n + 1)) / 2 : 0;
}

static int16_t decode(enum law law, uint8_t octet)
{
	int16_t sample;

	g711_decode(law, &octet, &sample, 1);
	return sample;
}

static uint8_t encode(enum law law, int sample)
{
	int16_t linear = (int16_t)sample;
	uint8_t octet;

	g711_encode(law, &linear, &octet, 1);
	return octet;
}

START_TEST(every_alaw_octet_decodes_to_its_quantised_value)
{
	for (int n = 0; n < 128; n++) {
		ck_assert_int_eq(decode(LAW_ALAW, n ^ 0xd5), 8 * a_quantised(n));
		ck_assert_int_eq(decode(LAW_ALAW, n ^ 0x55), -8 * a_quantised(n));
	}
}
END_TEST

START_TEST(every_mulaw_octet_decodes_to_its_quantised_value)
{
	for (int n = 0; n < 128; n++) {
		ck_assert_int_eq(decode(LAW_MULAW, 0xff ^ n), 4 * mu_quantised(n));
		ck_assert_int_eq(decode(LAW_MULAW, 0x7f ^ n), -4 * mu_quantised(n));
	}
}
END_TEST

START_TEST(quantised_values_are_those_printed)
{
	static const struct {
		enum law law;
		uint8_t octet;
		int value;
	} printed[] = {
		{ LAW_ALAW, 0xd5, 1 },     { LAW_ALAW, 0xf5, 66 },     { LAW_ALAW, 0xe5, 132 },
		{ LAW_ALAW, 0x95, 264 },   { LAW_ALAW, 0x85, 528 },    { LAW_ALAW, 0xb5, 1056 },
		{ LAW_ALAW, 0xa5, 2112 },  { LAW_ALAW, 0xaa, 4032 },   { LAW_ALAW, 0x2a, -4032 },
		{ LAW_MULAW, 0xff, 0 },    { LAW_MULAW, 0xfe, 2 },     { LAW_MULAW, 0xef, 33 },
		{ LAW_MULAW, 0xdf, 99 },   { LAW_MULAW, 0xcf, 231 },   { LAW_MULAW, 0xbf, 495 },
		{ LAW_MULAW, 0xaf, 1023 }, { LAW_MULAW, 0x9f, 2079 },  { LAW_MULAW, 0x8f, 4191 },
		{ LAW_MULAW, 0x80, 8031 }, { LAW_MULAW, 0x00, -8031 }, { LAW_MULAW, 0x02, -7519 },
	};

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++)
		ck_assert_int_eq(decode(printed[i].law, printed[i].octet),
				 printed[i].value * (printed[i].law == LAW_ALAW ? 8 : 4));
}
END_TEST

START_TEST(every_sample_encodes_between_its_decision_values)
{
	for (int sample = 0; sample <= INT16_MAX; sample++) {
		int a = encode(LAW_ALAW, sample) ^ 0xd5, mu = encode(LAW_MULAW, sample) ^ 0xff;
		ck_assert_int_lt(a, 128);
		ck_assert_int_lt(mu, 128);
		ck_assert_int_ge(sample, 8 * decision(a_segments, a));
		ck_assert_int_lt(sample, 8 * decision(a_segments, a + 1));
		ck_assert_int_ge(sample, 4 * decision(mu_segments, mu));
		ck_assert(mu == 127 || sample < 4 * decision(mu_segments, mu + 1));
	}
}
END_TEST

START_TEST(both_signs_mirror_each_other)
{
	for (int law = LAW_ALAW; law <= LAW_MULAW; law++) {
		for (int sample = 1; sample <= INT16_MAX; sample++)
			ck_assert_int_eq(encode(law, -sample), encode(law, sample) ^ 0x80);
		ck_assert_int_eq(encode(law, INT16_MIN), encode(law, INT16_MAX) ^ 0x80);
		ck_assert_int_eq(encode(law, 0), law_idle(law));
	}
}
END_TEST

START_TEST(decoding_then_encoding_keeps_every_octet)
{
	for (int octet = 0; octet < 256; octet++) {
		ck_assert_int_eq(encode(LAW_ALAW, decode(LAW_ALAW, octet)), octet);
		/* Negative zero has no sample of its own. */
		ck_assert_int_eq(encode(LAW_MULAW, decode(LAW_MULAW, octet)),
				 octet == 0x7f ? 0xff : octet);
	}
}
END_TEST

static uint8_t transcode(enum law from, uint8_t octet)
{
	g711_transcode(from, &octet, &octet, 1);
	return octet;
}

/* Decoder output value numbers of tables 3 and 4: mu 0 to 127, A 1 to 128. */
static int a_for_mu(int mu)
{
	return ((transcode(LAW_MULAW, 0xff ^ mu) ^ 0xd5) & 0x7f) + 1;
}

static int mu_for_a(int a)
{
	return (transcode(LAW_ALAW, (a - 1) ^ 0xd5) ^ 0xff) & 0x7f;
}

START_TEST(conversion_follows_tables_3_and_4)
{
	static const struct {
		int mu, a;
	} table3[] = { { 0, 1 },   { 1, 1 },   { 2, 2 },   { 15, 8 },  { 16, 9 },
		       { 31, 24 }, { 32, 25 }, { 33, 27 }, { 35, 31 }, { 36, 33 },
		       { 47, 44 }, { 48, 46 }, { 49, 48 }, { 63, 62 }, { 64, 64 },
		       { 79, 79 }, { 80, 81 }, { 81, 82 }, { 95, 96 }, { 127, 128 } },
	  table4[] = { { 1, 1 },   { 3, 2 },   { 15, 8 },  { 16, 9 },   { 31, 24 }, { 32, 25 },
		       { 32, 26 }, { 35, 31 }, { 35, 32 }, { 36, 33 },  { 47, 44 }, { 48, 45 },
		       { 48, 46 }, { 49, 47 }, { 49, 48 }, { 63, 62 },  { 64, 63 }, { 64, 64 },
		       { 79, 79 }, { 79, 80 }, { 80, 81 }, { 127, 128 } };

	for (size_t i = 0; i < sizeof(table3) / sizeof(table3[0]); i++)
		ck_assert_int_eq(a_for_mu(table3[i].mu), table3[i].a);
	for (size_t i = 0; i < sizeof(table4) / sizeof(table4[0]); i++)
		ck_assert_int_eq(mu_for_a(table4[i].a), table4[i].mu);
}
END_TEST

/* Note 3 to tables 3 and 4. */
START_TEST(mu_over_a_to_mu_keeps_bits_1_to_7)
{
	for (int octet = 0; octet < 256; octet++)
		ck_assert_int_eq(transcode(LAW_ALAW, transcode(LAW_MULAW, octet)) >> 1, octet >> 1);
}
END_TEST

START_TEST(conversion_keeps_sign_and_is_monotonic)
{
	for (int octet = 0; octet < 256; octet++) {
		ck_assert_int_eq(transcode(LAW_MULAW, octet) & 0x80, octet & 0x80);
		ck_assert_int_eq(transcode(LAW_ALAW, octet) & 0x80, octet & 0x80);
		ck_assert_int_eq(transcode(LAW_ALAW, octet ^ 0x80),
				 transcode(LAW_ALAW, octet) ^ 0x80);
	}
	for (int n = 1; n < 128; n++) {
		ck_assert_int_ge(a_for_mu(n), a_for_mu(n - 1));
		ck_assert_int_ge(mu_for_a(n + 1), mu_for_a(n));
	}
}
END_TEST

UNIT_MAIN("g711", every_alaw_octet_decodes_to_its_quantised_value,
	  every_mulaw_octet_decodes_to_its_quantised_value, quantised_values_are_those_printed,
	  every_sample_encodes_between_its_decision_values, both_signs_mirror_each_other,
	  decoding_then_encoding_keeps_every_octet, conversion_follows_tables_3_and_4,
	  mu_over_a_to_mu_keeps_bits_1_to_7, conversion_keeps_sign_and_is_monotonic)
